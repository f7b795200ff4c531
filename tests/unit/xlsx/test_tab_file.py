"""`put_tab` on files, and on every workbook of the corpus."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
import python_calamine

from sheetops.books.xlsx import put_tab
from sheetops.books.xlsx.check import check_save
from sheetops.books.xlsx.edit import patch_cells
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.tab import graft_tab
from sheetops.errors import SheetError, SheetNotFound, TabRefused
from tests.shared_inputs import ROOT
from tests.unit.xlsx.tab_targets import dressed, grafted, plain, target
from tests.xlsx_oracle import features, schema, wiring
from tests.xlsx_oracle.parts import difference, read

CORPUS = sorted((ROOT.parent / "shared" / "excel-corpus").glob("*.xls?"))
REFUSED = {"17": "two members named", "35": "digitally signed"}


@pytest.fixture
def team(tmp_path: Path) -> Path:
    path = tmp_path / "team.xlsx"
    path.write_bytes(target())
    return path


def test_a_tab_is_put_into_the_file(team: Path) -> None:
    put_tab(team, "Neu", dressed())
    assert python_calamine.load_workbook(str(team)).sheet_names == ["Log", "Review", "Neu"]


def test_a_namespace_that_is_no_whole_address_stops_no_check(team: Path) -> None:
    """The usual way of comparing XML knows no such; what bears it must still not change."""
    odd = '<extLst><ext uri="{1}" xmlns:own="ours"><own:mark own:at="1"/></ext></extLst>'
    team.write_bytes(target({"xl/workbook.xml": ("</workbook>", f"{odd}</workbook>")}))
    before = Package.from_bytes(team.read_bytes(), "team.xlsx")
    put_tab(team, "Neu", dressed())
    parts = Package.from_bytes(team.read_bytes(), "team.xlsx")
    check_save(before, parts.to_bytes(), {}, ("Neu",))
    book = parts.part("xl/workbook.xml")
    assert odd.encode() in book
    parts.set_part("xl/workbook.xml", book.replace(b'own:at="1"', b'own:at="2"'))
    with pytest.raises(SheetError, match="check"):
        check_save(before, parts.to_bytes(), {}, ("Neu",))


def test_the_same_tab_again_does_not_write_the_file(team: Path) -> None:
    put_tab(str(team), "Neu", dressed())
    os.utime(team, (1, 1))
    put_tab(team, "Neu", dressed())
    assert team.stat().st_mtime == 1


def test_a_copy_leaves_the_file_alone(team: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.xlsx"
    put_tab(team, "Neu", plain(), save_as=copy)
    assert team.read_bytes() == target()
    assert python_calamine.load_workbook(str(copy)).sheet_names == ["Log", "Review", "Neu"]


def test_a_refused_tab_leaves_the_file_alone(team: Path) -> None:
    with pytest.raises(TabRefused):
        put_tab(team, "a/b", plain())
    assert team.read_bytes() == target()
    with pytest.raises(SheetNotFound):
        put_tab(team.with_name("none.xlsx"), "New", plain())


def test_cells_and_tabs_change_in_one_save() -> None:
    package = Package.from_bytes(target(), "team.xlsx")
    done = patch_cells(package, {("Log", "A2"): "R-1", ("Log", "C1"): 5})
    graft_tab(package, "Review", dressed())
    graft_tab(package, "Neu", dressed())
    after = package.to_bytes()
    check_save(Package.from_bytes(target(), "team.xlsx"), after, done.cells, ["Review", "Neu"])
    assert wiring.newly_wrong(target(), after) == []
    assert python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(after)).sheet_names == [
        "Log",
        "Review",
        "Neu",
    ]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name[:2])
def test_every_workbook_of_the_corpus(path: Path) -> None:
    before = path.read_bytes()
    why = REFUSED.get(path.name[:2])
    if why:
        with pytest.raises(SheetError, match=why):
            grafted(before, "Neu 'Tab", dressed())
        return
    one = grafted(before, "Neu 'Tab", dressed())
    found = difference(before, one)
    assert not found.removed and not found.moved
    assert features.lost(before, one) == []
    fewer = grafted(one, "neu 'tab", dressed(charts=1))
    for old, new in ((before, one), (one, fewer), (before, fewer)):
        assert schema.newly_invalid(old, new) == {}
        assert wiring.newly_wrong(old, new) == []
        check_save(Package.from_bytes(old, path.name), new, {}, ["Neu 'Tab"])
    assert grafted(one, "Neu 'Tab", dressed()) is one
    back = read(grafted(fewer, "Neu 'Tab", plain()))
    assert len(back) == len(read(before)) + 1
