"""Which columns are too narrow for the dates that jobs write: programs show ### there."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from sheetops.books.xlsx.widths import too_narrow


def narrow(
    width: float | None, code: str | None = None, default: float | None = None, hidden: bool = False
) -> bool:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Archive")
    sheet.append(["ID", "Due"])
    sheet.append(["1", date(2026, 11, 20) if code else None])
    if code:
        sheet["B2"].number_format = code
    if width is not None:
        sheet.column_dimensions["B"].width = width
    if hidden:
        sheet.column_dimensions["B"].hidden = True
    if default is not None:
        sheet.sheet_format.defaultColWidth = default
    made = io.BytesIO()
    book.save(made)
    found = too_narrow(
        made.getvalue(), "desk.xlsx", {"Archive": (2, 2), "Sheet": (9, 1)} if default else {"Archive": (2, 2)}
    )
    return "Archive" in found


@pytest.mark.parametrize(
    ("told", "width", "code"),
    [
        (True, None, None),  # no program's own width holds 2026-11-20
        (True, 9.0, None),
        (False, 10.0, None),
        (True, 9.0, "yyyy-mm-dd"),
        (True, 9.0, "yyyy/m/d"),
        (False, 9.0, "m/d"),
        (False, 9.0, "yy-mm-dd"),
        (True, 12.0, 'yyyy"年"mm"月"dd"日"'),
        (False, 16.0, 'yyyy"年"mm"月"dd"日"'),
        (True, 9.0, "[$-804]yyyy-mm-dd;@"),
        (True, 6.0, "mm-dd-yy"),
        (False, 9.14, "mm-dd-yy"),  # built in: as the system writes dates; Excel's own width takes it
    ],
)
def test_a_column_is_narrow_by_the_dates_that_it_shows(
    told: bool, width: float | None, code: str | None
) -> None:
    assert narrow(width, code) is told


def test_the_tabs_own_width_holds_where_a_column_has_none_and_what_is_hidden_is_meant_so() -> None:
    assert not narrow(None, default=12)
    assert narrow(None, default=8)
    assert not narrow(5, hidden=True)
