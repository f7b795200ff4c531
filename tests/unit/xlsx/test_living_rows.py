"""Rows added to a living tab of a workbook: the filter and a person's table grow, formats are those of the columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.formatting.rule import FormulaRule
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.table import Table as ListObject

from sheetops.books.xlsx.book import XlsxBook
from sheetops.books.xlsx.draw import new_workbook
from sheetops.domain.living import FOLLOW_UPS, IMPROVEMENTS, LIVING_ROOM, Living
from sheetops.domain.plan import Edit
from sheetops.domain.table import take_snapshot
from sheetops.domain.tabs import Cell, Tab
from sheetops.jobs.improve_tab import follow_ups_tab, improvements_tab
from tests.sheets import header, log, view

NAMES = ("Improvement ID", "Opportunity", "KPI", "Measure", "Done on", "Verdict")


@pytest.mark.parametrize("kind", ["filter", "table", "totals"])
def test_filters_and_tables_grow_with_the_rows_and_totals_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "desk.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(header())  # type: ignore[union-attr]
    sheet = workbook.create_sheet("Improvements")
    sheet.append(NAMES)
    sheet.append(["IMP-001", "CSAT", "CSAT", "Call", None, None])
    for letter in "ABCDEF":
        sheet.column_dimensions[letter].number_format = "yyyy-mm-dd"
    if kind == "filter":
        sheet.auto_filter.ref = "A1:F2"
    else:
        made = ListObject(displayName="Steps", ref="A1:F2" if kind == "table" else "A1:F3")
        if kind == "totals":
            sheet.append(["Total", None, None, None, None, None])
            made.totalsRowCount = 1
        sheet.add_table(made)
    workbook.save(path)
    with XlsxBook(str(path)).session() as session:
        ref = take_snapshot(session.raw).living[0].new_ref("IMP-002")
        cells = {"id": "IMP-002", "done_on": date(2026, 11, 20)}
        edits = [Edit(ref, key, "", None, value, "because") for key, value in cells.items()]
        applied = session.apply(edits, [], take_snapshot)
    at = 4 if kind == "totals" else 3
    assert [w.cell for w in applied.writes] == [f"A{at}", f"E{at}"]
    after = openpyxl.load_workbook(path)["Improvements"]
    assert after.auto_filter.ref == ("A1:F3" if kind == "filter" else None)
    assert [t.ref for t in after.tables.values()] == ([] if kind == "filter" else ["A1:F3"])
    assert after[f"E{at}"].is_date and after["A2"].value == "IMP-001"


def _full(path: Path, kind: Living, last: int, typed: int = 0) -> None:
    """A workbook with a tab as a job makes it, filled down to row `last`, and to `typed` rows more by people."""
    desk = view(log(language="en"), language="en")
    made = {IMPROVEMENTS: improvements_tab, FOLLOW_UPS: follow_ups_tab}[kind](desk)
    rows = [(Cell(f"{kind.prefix}{n:03}"), *[Cell("x")] * 9) for n in range(1, last + typed)]
    tabs = (Tab("Requests", (tuple(map(Cell, header())),)), replace(made, rows=(*made.rows, *rows)))
    path.write_bytes(new_workbook(tabs, "en"))


def _add(path: Path, identifier: str) -> None:
    with XlsxBook(str(path)).session() as session:
        ref = take_snapshot(session.raw).living[0].new_ref(identifier)
        applied = session.apply([Edit(ref, "id", "", None, identifier, "because")], [], take_snapshot)
    assert len(applied.writes) == 1


def _reach(path: Path, kind: Living) -> set[int]:
    """The last rows of all that helps typing in the tab."""
    sheet = openpyxl.load_workbook(path)[kind.tab_name("en")]
    helped = [str(check.sqref) for check in sheet.data_validations.dataValidation]
    lit = [str(lit.sqref) for lit in sheet.conditional_formatting]
    assert len(helped) >= 4 and len(lit) >= 2
    return {CellRange(ref).max_row for ref in (*helped, *lit, sheet.auto_filter.ref)}


@pytest.mark.parametrize("kind", [IMPROVEMENTS, FOLLOW_UPS], ids=lambda kind: kind.kind)
@pytest.mark.parametrize("typed", [0, 3])
def test_what_helps_typing_grows_past_the_room_of_a_new_tab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Living, typed: int
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "desk.xlsx"
    _full(path, kind, LIVING_ROOM - 1)
    _add(path, "NEW-1")
    assert _reach(path, kind) == {LIVING_ROOM}
    _full(path, kind, LIVING_ROOM, typed)
    _add(path, "NEW-1")
    _add(path, "NEW-2")
    assert _reach(path, kind) == {LIVING_ROOM + typed + 2}


def test_a_tab_whose_filter_alone_grew_is_mended_and_what_people_formatted_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "desk.xlsx"
    _full(path, FOLLOW_UPS, LIVING_ROOM, 20)
    workbook = openpyxl.load_workbook(path)
    sheet = workbook[FOLLOW_UPS.tab_name("en")]
    sheet.auto_filter.ref = f"A1:O{LIVING_ROOM + 20}"
    theirs = ("B2:B300", "C7:C500", "Q2:Q500", "D2:D1048576")
    for ref in theirs:
        sheet.conditional_formatting.add(ref, FormulaRule(formula=["$A$1=1"]))
    workbook.save(path)
    _add(path, "NEW-1")
    after = openpyxl.load_workbook(path)[FOLLOW_UPS.tab_name("en")]
    lit = {str(lit.sqref) for lit in after.conditional_formatting}
    assert lit == {*theirs, f"A2:O{LIVING_ROOM + 21}", f"G2:G{LIVING_ROOM + 21}"}
