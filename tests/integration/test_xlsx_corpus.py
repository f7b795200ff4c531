"""Every workbook of the corpus takes a cell, a tab and the tab again, and loses nothing."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineError, CalamineWorkbook

from sheetops.books.xlsx import edit_cells, put_tab
from sheetops.errors import RefusedWorkbook, SheetopsError
from tests.xlsx_oracle import corpus, features, parts, reader, schema, wiring
from tests.xlsx_oracle.corpus import MAY_BE_REFUSED, TAB, Sample

TEXT = "Prüfung <&> 你好 "
pytestmark = pytest.mark.skipif(not corpus.samples(), reason="../shared/excel-corpus is not on this machine")


class Tally:
    """What was compared over all files, for the line that is printed at the end."""

    def __init__(self) -> None:
        self.files = self.compared = self.changed = self.lost = 0
        self.refused: list[str] = []

    def line(self) -> str:
        """The figures in one line."""
        refused = f" (refused in one line: {', '.join(self.refused)})" if self.refused else ""
        return (
            f"files {self.files}{refused}, parts compared {self.compared}, "
            f"parts changed {self.changed}, features lost {self.lost}"
        )


@pytest.fixture(scope="module")
def tally(request: pytest.FixtureRequest) -> Tally:
    """The figures of all files that this process checks, printed at the end past pytest's capture."""
    found = Tally()
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def tell() -> None:
        with capture.global_and_fixture_disabled():
            print(f"\nexcel-corpus: {found.line()}", file=sys.stderr)

    request.addfinalizer(tell)
    return found


def sound(
    before: bytes, after: bytes, may_change: frozenset[str], tally: Tally, allowed: dict[str, int]
) -> None:
    """Assert that nothing but `may_change` differs and that nothing is lost, invalid or unwired."""
    found = parts.difference(before, after)
    lost = features.lost_by_part(before, after, allowed)
    harmed = found.changed - may_change
    tally.compared += found.compared
    tally.changed += len(harmed)
    tally.lost += len(lost)
    assert not harmed and not found.moved and found.removed <= may_change
    assert lost == []
    assert schema.newly_invalid(before, after) == {}
    assert wiring.newly_wrong(before, after) == []


def tab_parts(data: bytes, tab: str) -> frozenset[str]:
    """The parts that hang on this tab, and those that list tabs and styles."""
    held = parts.read(data)
    book = wiring.workbook_name(held)
    waiting, seen = [wiring.sheet_parts(held)[tab]], set()
    while waiting:
        name = waiting.pop()
        seen |= {name, wiring.rels_name(name)}
        waiting += [t for _, t in wiring.targets(held, name).values() if t in held and t not in seen]
    return frozenset(seen) | lists(data) | {book}


def lists(data: bytes) -> frozenset[str]:
    """The parts that list tabs, styles and parts, and so may grow at their end when a tab comes."""
    held = parts.read(data)
    book = wiring.workbook_name(held)
    linked = [*wiring.targets(held, book).values(), *wiring.targets(held, "").values()]
    growing = {
        name for kind, name in linked if kind in ("styles", "extended-properties", "extendedProperties")
    }
    types = {name for name in held if name.lower() == "[content_types].xml"}
    return frozenset(growing | types | {book, wiring.rels_name(book)})


def readable(data: bytes) -> dict[str, list[list[object]]]:
    """Tab name to its values, as calamine sees them; empty where it cannot read the file at all."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    kinds = {sheet.name: sheet.typ for sheet in book.sheets_metadata}
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
        if "Work" in str(kinds[name])
    }


@pytest.mark.parametrize("sample", corpus.samples(), ids=lambda sample: sample.name)
def test_a_cell_a_tab_and_the_tab_again(sample: Sample, tmp_path: Path, tally: Tally) -> None:
    path = corpus.copied(sample.path, tmp_path)
    before = path.read_bytes()
    tally.files += 1
    try:
        edit_cells(path, {(sample.tab, sample.cell): TEXT})
    except RefusedWorkbook as error:
        assert sample.name in MAY_BE_REFUSED and sample.name in str(error) and "\n" not in str(error)
        assert path.read_bytes() == before
        with pytest.raises(RefusedWorkbook):
            put_tab(path, TAB, corpus.report(1))
        assert path.read_bytes() == before
        tally.refused.append(sample.name)
        return
    after = path.read_bytes()
    sheet = wiring.sheet_parts(parts.read(before))[sample.tab]
    computed = isinstance(reader.values(before).get((sample.tab, sample.cell)), reader.Formula)
    forgiven = {"formula": 1, "formula_cached": 1} if computed else {}
    sound(before, after, frozenset({sheet}) | recalculation(before), tally, forgiven)
    cell_only(before, after, sample)

    put_tab(path, TAB, corpus.report(2))
    added = path.read_bytes()
    sound(after, added, lists(after), tally, {})
    assert list(wiring.sheet_parts(parts.read(added)))[-1] == TAB

    put_tab(path, TAB, corpus.report(1))
    replaced = path.read_bytes()
    sound(after, replaced, lists(after), tally, {})
    sound(added, replaced, tab_parts(added, TAB), Tally(), dict.fromkeys(features.inventory(added), 10**6))
    assert reader.values(replaced).items() >= reader.values(after).items()
    as_seen(before, replaced, sample)


def recalculation(data: bytes) -> frozenset[str]:
    """The workbook part of a file with formulas: it is told to compute anew."""
    held = parts.read(data)
    return frozenset({wiring.workbook_name(held)}) if features.inventory(data)["formula"] else frozenset()


def cell_only(before: bytes, after: bytes, sample: Sample) -> None:
    """Assert that of all values only the planned one changed, and that it reads back."""
    old, new = reader.values(before), reader.values(after)
    assert new.pop((sample.tab, sample.cell)) == TEXT
    old.pop((sample.tab, sample.cell), None)
    assert old == new


def as_seen(before: bytes, after: bytes, sample: Sample) -> None:
    """Assert that calamine, where it could read the file, sees the new cell and tab, and all else as before."""
    try:
        old = readable(before)
    except CalamineError:
        return
    new = readable(after)
    assert new.pop(TAB)[1][:2] == ["W1", 1]
    row, column = reader.split_ref(sample.cell)
    assert new[sample.tab][row - 1][column - 1] == TEXT
    assert {n: v for n, v in old.items() if n != sample.tab} == {
        n: v for n, v in new.items() if n != sample.tab
    }
    grown = new[sample.tab]
    grown[row - 1][column - 1] = ""
    padded = old[sample.tab] + [[]] * (len(grown) - len(old[sample.tab]))
    for was, now in zip(padded, grown, strict=True):
        was = [*was, *[""] * (len(now) - len(was))]
        if len(was) >= column and now is grown[row - 1]:
            was[column - 1] = ""
        assert was == now


@pytest.mark.parametrize("path", corpus.refused(), ids=lambda path: path.name)
@pytest.mark.parametrize("change", ["cell", "tab"])
def test_a_refused_file_gets_one_clear_line(path: Path, change: str, tmp_path: Path) -> None:
    folder = tmp_path / "team"
    folder.mkdir()
    copy = corpus.copied(path, folder)
    before = copy.read_bytes(), copy.stat().st_mtime_ns
    with pytest.raises(SheetopsError) as caught:
        if change == "cell":
            edit_cells(copy, {("Sheet1", "A1"): "x"})
        else:
            put_tab(copy, TAB, corpus.report(1))
    line = str(caught.value)
    assert path.name in line and "\n" not in line and len(line) < 300
    assert (copy.read_bytes(), copy.stat().st_mtime_ns) == before
    assert [p.name for p in folder.iterdir()] == [path.name]


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
@pytest.mark.parametrize(
    "sample", [s for s in corpus.samples() if s.openpyxl_loses], ids=lambda sample: sample.name
)
def test_the_oracle_sees_what_openpyxl_loses(sample: Sample, tmp_path: Path) -> None:
    """The oracle itself must not be blind: it finds every loss that the corpus lists for openpyxl."""
    path = tmp_path / sample.name
    book = load_workbook(sample.path, keep_vba=sample.path.suffix == ".xlsm")
    book[sample.tab][sample.cell] = "x"
    book.save(path)
    lost = {entry.partition(":")[0] for entry in features.lost(sample.path.read_bytes(), path.read_bytes())}
    assert lost >= sample.openpyxl_loses
    assert parts.difference(sample.path.read_bytes(), path.read_bytes()).changed
