"""`edit_cells` on files: one safe replacement, none if nothing changes, and copies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sheetops.books.xlsx import edit_cells
from sheetops.books.xlsx.check import check_save
from sheetops.books.xlsx.edit import patch_cells
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.sheet import sheet_part
from sheetops.errors import EditRefused, SheetNotFound, UsageError
from tests.shared_inputs import shared
from tests.unit.xlsx.made import SHEET, made, members
from tests.xlsx_oracle.parts import difference
from tests.xlsx_oracle.reader import values

ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    folder = tmp_path / "team"
    folder.mkdir()
    path = folder / "book.xlsx"
    path.write_bytes(made(ROW))
    return path


def test_the_file_is_changed_in_its_cells_only(book: Path) -> None:
    before = book.read_bytes()
    edit_cells(book, {("Log", "B1"): "x"})
    assert difference(before, book.read_bytes()).touched == {SHEET}
    assert b'<c r="B1" t="inlineStr"><is><t>x</t></is></c>' in members(book.read_bytes())[SHEET]
    assert [path.name for path in book.parent.iterdir()] == ["book.xlsx"]


def test_nothing_is_written_when_nothing_changes(book: Path) -> None:
    before = book.stat()
    edit_cells(str(book), {("Log", "A1"): 1, ("Log", "C9"): None})
    edit_cells(book, {})
    after = book.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_copy_leaves_the_file_alone_and_may_replace_an_older_copy(book: Path) -> None:
    before, stat = book.read_bytes(), book.stat()
    copy = book.with_name("copy.xlsx")
    for value in ("one", "two"):
        edit_cells(book, {("Log", "A1"): value}, save_as=copy)
        assert value.encode() in members(copy.read_bytes())[SHEET]
    assert book.read_bytes() == before
    assert book.stat().st_mtime_ns == stat.st_mtime_ns
    edit_cells(book, {("Log", "A1"): 1}, save_as=copy)
    assert copy.read_bytes() == before
    with pytest.raises(UsageError, match="save_as names the workbook itself; leave save_as out"):
        edit_cells(book, {("Log", "A1"): 2}, save_as=book.parent / "." / "book.xlsx")


def test_a_refused_edit_writes_nothing(book: Path) -> None:
    before = book.read_bytes()
    with pytest.raises(EditRefused):
        edit_cells(book, {("Log", "B1"): "x", ("Log", "A0"): 1})
    assert book.read_bytes() == before
    with pytest.raises(SheetNotFound, match="there is no such file"):
        edit_cells(book.with_name("other.xlsx"), {("Log", "A1"): 1})


def test_the_part_of_a_tab() -> None:
    assert sheet_part(Package.from_bytes(made(ROW), "b.xlsx"), "log") == SHEET


def corpus() -> list[tuple[str, str, str]]:
    """(file, tab, cell) of the corpus table, without the two files that are refused."""
    text = (shared("excel-corpus") / "README.md").read_text(encoding="utf-8")
    rows = [[part.strip() for part in line.split("|")] for line in text.splitlines() if line.startswith("| ")]
    found = [(row[1], *row[5].rsplit("!", 1)) for row in rows if re.match(r"\d\d_", row[1])]
    return [entry for entry in found if entry[0][:2] not in ("17", "35")]  # type: ignore[misc]


@pytest.mark.parametrize("value", ["文本 <&>", 12.5, True])
def test_the_target_cell_of_every_corpus_file_can_be_set(value: object) -> None:
    entries = corpus()
    assert len(entries) == 43
    for name, tab, cell in entries:
        data = (shared("excel-corpus") / name).read_bytes()
        package = Package.from_bytes(data, name)
        done = patch_cells(package, {(tab, cell): value})
        after = package.to_bytes()
        check_save(package, after, done.cells)
        allowed = {sheet_part(package, tab), package.workbook_part()}
        assert difference(data, after).touched <= allowed, name
        assert values(after)[tab, cell] == value, name
