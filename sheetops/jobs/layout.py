"""The workbook a team starts with: request log, people, lists and guide, as tabs that any book can draw."""

from __future__ import annotations

from datetime import date

from sheetops.domain.tabs import Tab
from sheetops.domain.texts import Texts
from sheetops.domain.workdays import WorkCalendar
from sheetops.jobs.layout_guide import guide_tab
from sheetops.jobs.layout_lists import lists_tab
from sheetops.jobs.layout_log import log_tab
from sheetops.jobs.layout_people import people_tab

_WEEKDAYS = WorkCalendar(None)


def team_workbook(
    language: str, texts: Texts, today: date, rows: int = 2000, calendar: WorkCalendar = _WEEKDAYS
) -> tuple[Tab, ...]:
    """The tabs of a new team workbook in `language`, the request log first.

    `rows` is how many requests get drop-downs and live colours; the two example rows are dated from `today`, on
    working days of the `calendar`.
    """
    return (
        log_tab(language, texts, today, rows, calendar),
        people_tab(language, texts, today),
        lists_tab(language, texts),
        guide_tab(language, texts, today),
    )
