"""Every worksheet that Excel takes is read, whatever stops the fast reader."""

from __future__ import annotations

import io
import random
from datetime import date, datetime, time
from time import process_time
from typing import Any

import openpyxl
import pytest

from sheetops.books.xlsx import read
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.read import read_workbook
from sheetops.books.xlsx.read_cells import read_cells
from sheetops.domain.table import CellError, Grid
from sheetops.errors import NotAWorkbook, RefusedWorkbook
from tests.shared_inputs import shared
from tests.unit.xlsx.made import made, sheet_xml
from tests.xlsx_oracle import reader, traps
from tests.xlsx_oracle.reader import Fault, Formula, letters


def saved(workbook: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def plain(rows: Any) -> list[list[object]]:
    """Rows without what is blank at their ends; whole numbers and moments in one form."""
    tidy = []
    for row in rows:
        cells = [None if value == "" else value for value in row]
        cells = [v.replace(microsecond=0) if isinstance(v, datetime) else v for v in cells]
        while cells and cells[-1] is None:
            cells.pop()
        tidy.append(cells)
    while tidy and not tidy[-1]:
        tidy.pop()
    return tidy


def only(data: bytes) -> Grid:
    return read_workbook(data, "f.xlsx").grids[0]


def test_both_readers_agree_on_real_workbooks() -> None:
    compared = 0
    for path in [*sorted(shared("excel-corpus").glob("*.xls?")), *sorted(shared("inputs").glob("*.xlsx"))]:
        try:
            package = Package.from_bytes(path.read_bytes(), path.name)
        except RefusedWorkbook:
            continue
        raw = read_workbook(path.read_bytes(), path.name, package)
        for sheet in package.sheets():
            grid = raw.grid(sheet.name)
            if grid is None:
                continue
            ours, fast = plain(read_cells(package, sheet)), plain(grid.rows)
            assert plain([_loosely(v) for v in row] for row in ours) == plain(
                [_loosely(v) for v in row] for row in fast
            ), (path.name, sheet.name)
            compared += 1
    assert compared > 100


def _loosely(value: object) -> object:
    """Times and durations are read as such by one and as numbers by the other; jobs use neither."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        return (
            value.strip() or None
        )  # outer blanks count only where the file says so, which the readers weigh otherwise
    return value if isinstance(value, (bool, date)) or value is None else "number"


def test_two_cells_in_opposite_corners_do_not_cost_all_memory() -> None:
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    sheet["A1"], sheet["XFD1048576"] = "first", 7
    grid = only(saved(workbook))
    assert grid.cell(1, 1) == "first" and grid.cell(1048576, 16384) == 7


def test_a_number_that_no_calendar_reaches_is_a_number() -> None:
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    sheet["A1"], sheet["A2"] = 1e300, 45000
    sheet["A1"].number_format = sheet["A2"].number_format = "yyyy-mm-dd"
    grid = only(saved(workbook))
    assert grid.cell(2, 1) == date(2023, 3, 15)
    assert grid.cell(1, 1) == 1e300


def _as_told(value: object) -> object:
    """A value as both readers tell it: numbers as floats, a moment at midnight as its day, errors as text."""
    if isinstance(value, Formula):
        value = float(value.cached)
    if isinstance(value, Fault):
        return value.code
    if isinstance(value, datetime):
        value = value.replace(microsecond=0)
        return value.date() if value.time() == time() else value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return str(value) if isinstance(value, str) else value


@pytest.mark.parametrize("seed", range(40))
def test_traps_mixed_at_will_hide_no_cell(seed: int) -> None:
    dice = random.Random(seed)
    chosen = set(dice.sample(sorted(traps.TRAPS), dice.randrange(1, 9)))
    if seed < 6:
        chosen = [
            {"utf16"},
            {"utf16", "prefixed"},
            {"prefixed"},
            {"xml_comments"},
            {"bom"},
            {"strict", "utf16"},
        ][seed]
    built = traps.build(chosen)
    read_here = {
        (grid.name, f"{letters(column)}{row}"): _as_told(value)
        for grid in read_workbook(built.data, "f.xlsx").grids
        for row, cells in enumerate(grid.rows, 1)
        for column, value in enumerate(cells, 1)
        if value not in (None, "")
    }
    expected = {key: _as_told(v) for key, v in reader.values(built.data).items() if v not in (None, "")}
    assert read_here == expected, sorted(chosen)


def test_errors_formulas_hidden_rows_and_merges_are_told() -> None:
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    sheet["B2"], sheet["C3"] = "=1/0", "#REF!"
    sheet["C3"].data_type = "e"
    sheet.merge_cells("D4:E5")
    sheet.row_dimensions[6].hidden = True
    sheet["A6"] = "x"
    grid = only(saved(workbook))
    assert grid.formulas == {(2, 2): "=1/0"}
    assert grid.cell(3, 3) == CellError("#REF!")
    assert grid.merged == ((4, 4, 5, 5),) and grid.hidden_rows == {6}


def test_cells_and_rows_that_do_not_say_their_place_have_it_counted() -> None:
    grid = only(
        made(
            '<row><c/><c><f>1+1</f><v>2</v></c></row><row r="4" hidden="1"><c r="C4"/><c t="e"><v>#N/A</v></c></row>'
            '<row hidden="true"><c t="str"><f>"a"</f></c></row>'
        )
    )
    assert grid.formulas == {(1, 2): "=1+1", (5, 1): '="a"'}
    assert grid.cell(4, 4) == CellError("#N/A")
    assert grid.hidden_rows == {4, 5}


def test_counting_places_takes_one_walk() -> None:
    """A walk for each formula made 4,000 of them cost two minutes."""
    cells = "<row>" + "<c><f>1+1</f><v>2</v></c>" * 8 + "</row>"
    began = process_time()
    grid = only(made(cells * 2_000))
    assert len(grid.formulas) == 16_000 and grid.formulas[2_000, 8] == "=1+1"
    assert process_time() - began < 10


@pytest.mark.parametrize("empty", ['<c r="A1" t="e"/>', '<c r="A1" t="e"></c>', '<c r="A1" t="e"><v/></c>'])
def test_an_error_cell_without_a_value_takes_none_from_its_neighbour(empty: str) -> None:
    grid = only(made(f'<row r="1">{empty}<c r="B1"><v>4</v></c></row>'))
    assert plain(grid.rows) == [[None, 4]]


def test_a_workbook_that_the_fast_reader_cannot_open_is_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    sheet.append(["a", 1, True, date(2026, 11, 2)])
    data = saved(workbook)
    fast = only(data)
    monkeypatch.setattr(read, "_open", lambda _data: None)
    assert plain(only(data).rows) == plain(fast.rows) == [["a", 1.0, True, date(2026, 11, 2)]]


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1"><c r="A1"><f>A\xf9</f><v>1</v></c></row>',
        b'<row r="1" x="\xf9"><c r="A1" t="str"><v>\xf9</v></c></row>',
        b'<row r="1"><c r="A1" t="str"><v>\xf9</v></c></row>',
    ],
)
def test_bytes_that_are_no_text_are_told_in_one_line_that_names_the_file(row: bytes) -> None:
    damaged = made(sheet=sheet_xml("<row/>").encode().replace(b"<row/>", row))
    with pytest.raises(NotAWorkbook, match=r"^f\.xlsx"):
        read_workbook(damaged, "f.xlsx")
