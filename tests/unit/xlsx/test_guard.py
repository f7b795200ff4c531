"""Cells that may not change: merged, locked with a password, on tabs without cells."""

from __future__ import annotations

import pytest

from sheetops.errors import EditRefused, NotAWorkbook, RefusedWorkbook
from tests.unit.xlsx.made import HEAD, MAIN, made, patch, rows_after, sheet_xml

ROW = '<row r="1"><c r="A1" s="3"><v>1</v></c><c r="B1" s="4"><v>2</v></c></row>'
LOCK = '<sheetProtection sheet="1" objects="1"{}/>'
HASHES = [' password="CC1A"', ' algorithmName="SHA-512" hashValue="abc=" saltValue="d=" spinCount="100000"']


def test_only_the_first_cell_of_merged_cells_is_written() -> None:
    merged = '<mergeCells count="2"><mergeCell ref="A1:C2"/><mergeCell ref="E1:E9"/></mergeCells>'
    data = made(ROW, after=merged)
    for cell in ("B1", "C2", "E9"):
        with pytest.raises(EditRefused, match=rf"cell {cell}: the cell is hidden under the merged cells"):
            patch(data, {("Log", cell): 5})
    assert rows_after(data, {"A1": 5, "D1": 1, "E1": 1, "C3": 1, "C2": None})


@pytest.mark.parametrize("secret", HASHES)
def test_locked_cells_under_a_password_are_refused(secret: str) -> None:
    data = made(ROW, after=LOCK.format(secret))
    with pytest.raises(
        EditRefused, match=r"cell A1: the cell is locked and its tab is protected with a password"
    ):
        patch(data, {("Log", "A1"): 5})
    with pytest.raises(EditRefused, match="locked"):
        patch(data, {("Log", "C9"): 5})
    assert "<v>5</v>" in rows_after(data, {"B1": 5})  # unlocked
    assert rows_after(data, {"A1": 1}) == ROW  # holds it already


def test_the_format_of_row_and_column_decides_for_a_new_cell() -> None:
    cols = '<cols><col min="3" max="3" style="4"/></cols>'
    data = made(ROW, before=cols, after=LOCK.format(HASHES[0]))
    assert '<c r="C2" s="4">' in rows_after(data, {"C2": 5})


def test_ranges_that_people_may_edit_are_open() -> None:
    ranges = (
        '<protectedRanges><protectedRange sqref="A1:A3 D4" name="open"/>'
        '<protectedRange sqref="A4" name="closed" password="AAAA"/></protectedRanges>'
    )
    data = made(ROW, after=LOCK.format(HASHES[0]) + ranges)
    assert rows_after(data, {"A1": 5, "A3": 5, "D4": 5})
    with pytest.raises(EditRefused, match="locked"):
        patch(data, {("Log", "A4"): 5})


@pytest.mark.parametrize("node", [LOCK.format(""), '<sheetProtection objects="1" password="CC1A"/>'])
def test_protection_without_a_password_or_switched_off_stays_and_does_not_stop_a_plan(node: str) -> None:
    files, _ = patch(made(ROW, after=node), {("Log", "A1"): 5})
    assert node.encode() in files["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize(
    ("kind", "why"),
    [("chartsheet", "chart sheet"), ("dialogsheet", "dialog sheet"), ("xlMacrosheet", "macro sheet")],
)
def test_tabs_without_cells_are_refused(kind: str, why: str) -> None:
    with pytest.raises(EditRefused, match=rf"tab 'Log' is a {why}, so it has no cells to change"):
        patch(made(ROW, kind=kind), {("Log", "A1"): 5})


def test_a_tab_whose_part_is_missing_is_refused() -> None:
    data = made(ROW, second=ROW, parts={"xl/_rels/workbook.xml.rels": _one_rel()})
    assert patch(data, {("Log", "A1"): 5})[1].cells
    with pytest.raises(EditRefused, match="tab 'More' has no part in the file"):
        patch(data, {("More", "A1"): 5})


def _one_rel() -> str:
    from tests.unit.xlsx.made import rels

    return rels(("worksheet", "worksheets/sheet1.xml"))


def test_a_part_that_is_no_worksheet_is_refused() -> None:
    with pytest.raises(RefusedWorkbook, match="this tab's part is no worksheet"):
        patch(made(sheet=f'{HEAD}<chartsheet xmlns="{MAIN}"/>'), {("Log", "A1"): 5})
    with pytest.raises(NotAWorkbook, match="no place for rows"):
        patch(made(sheet=f'{HEAD}<worksheet xmlns="{MAIN}"></worksheet>'), {("Log", "A1"): 5})


def test_a_dtd_in_a_tab_is_refused_before_it_is_read() -> None:
    bomb = sheet_xml(ROW).replace("<worksheet", '<!DOCTYPE worksheet [<!ENTITY a "aaaa">]><worksheet', 1)
    with pytest.raises(RefusedWorkbook, match="declares XML entities"):
        patch(made(sheet=bomb), {("Log", "A1"): 5})
