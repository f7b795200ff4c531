"""The question to another reader: asked of a lighter file where the shared texts are the old ones, of the whole else."""

from __future__ import annotations

import io
import zipfile
from functools import partial

import pytest
from python_calamine import CalamineWorkbook

from sheetops.books.xlsx import check_opening
from sheetops.books.xlsx.check import _Save, check_save
from sheetops.books.xlsx.check_opening import NO_TEXTS, unreadable
from sheetops.books.xlsx.check_zip import Members
from sheetops.books.xlsx.edit import patch_cells
from sheetops.books.xlsx.package import Package
from tests.unit.xlsx.made import made

STRINGS = "xl/sharedStrings.xml"
ROW = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1</v></c></row>'


def book(texts: int = 40) -> bytes:
    return made(ROW, strings=[f"text {number}" for number in range(texts)])


def broken() -> bytes:
    package = Package.from_bytes(book(), "f")
    package.set_part(package.workbook_part(), b"<no workbook")
    return package.to_bytes()


def content(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_lightened_file_differs_in_that_one_member_alone() -> None:
    whole = book()
    stream = Members(whole).lightened(STRINGS, NO_TEXTS)
    assert stream is not None
    light = stream.readall()
    assert Members(whole).lightened(STRINGS, NO_TEXTS) is not None and whole == book()  # which stays as it is
    assert content(light) == {**content(whole), STRINGS: NO_TEXTS}
    assert CalamineWorkbook.from_filelike(io.BytesIO(light)).sheet_names[0] == "Log"
    at = [place for place in range(len(whole)) if whole[place] != light[place]]
    assert len(light) == len(whole)
    assert len(at) <= len(NO_TEXTS) + 2 * 14
    assert stream.tell() == len(light)
    assert stream.seek(-9, io.SEEK_END) == len(light) - 9 and stream.read() == light[-9:]
    for size in (1, 7):  # wherever a piece begins and ends
        stream.seek(0)
        assert b"".join(iter(partial(stream.read, size), b"")) == light


def test_a_member_that_would_not_hold_it_is_left() -> None:
    assert Members(book()).lightened(STRINGS, b"x" * 10_000) is None
    out = io.BytesIO()

    class Unseekable(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            return out.write(data)  # type: ignore[arg-type]

    with zipfile.ZipFile(io.BufferedWriter(Unseekable()), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(range(256)))  # its sizes stand behind it
    assert Members(out.getvalue()).lightened("a", b"<x/>") is None


def test_the_whole_has_the_last_word() -> None:
    whole, bad = book(), broken()
    assert unreadable(whole, whole, lambda: None) is None
    assert unreadable(whole, bad, lambda: io.BytesIO(whole)) is None  # what opens as light is not asked again
    assert unreadable(whole, whole, lambda: io.BytesIO(bad)) is None
    assert "another reader cannot open it" in (unreadable(whole, bad, lambda: io.BytesIO(bad)) or "")
    assert "another reader cannot open it" in (unreadable(whole, bad, lambda: None) or "")
    assert unreadable(bad, bad, lambda: None) is None


def test_only_untouched_texts_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[io.RawIOBase] = []
    monkeypatch.setattr(check_opening, "_opening_error", asked.append)
    before = book()
    package = Package.from_bytes(before, "f")
    cells = dict(patch_cells(package, {("Log", "B1"): 2}).cells)
    check_save(Package.from_bytes(before, "f"), package.to_bytes(), cells)
    assert [content(data.readall())[STRINGS] for data in asked] == [NO_TEXTS]
    package.set_part(STRINGS, package.part(STRINGS).replace(b"text 7", b"text 8"))
    after = package.to_bytes()
    assert _Save(Members(before), Members(after), cells, ()).lightened() is None
    assert _Save(Members(after), Members(after), cells, ()).lightened() is not None
