"""Rows added to a living tab of a workbook: the filter and a person's table grow, formats are those of the columns."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.table import Table as ListObject

from sheetops.books.xlsx.book import XlsxBook
from sheetops.domain.plan import Edit
from sheetops.domain.table import take_snapshot
from tests.sheets import header

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
