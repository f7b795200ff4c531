"""Improvement actions that are due: measures whose day has come and that are not done yet."""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.living import IMPROVEMENTS
from sheetops.domain.plan import Action, Item
from sheetops.domain.values import Owner, read_owners
from sheetops.domain.view import View
from sheetops.jobs.improve_judge import is_open, progress_of
from sheetops.jobs.living import rows_of
from sheetops.jobs.remind_items import workdays


def actions(view: View) -> Iterator[tuple[Owner | None, Item]]:
    """Each action that is due today or overdue, with who answers for it; days are working days over.

    An action without a day of its own is due when its review date has come. Rows that share one ID
    are left out, as everywhere.
    """
    table = view.snapshot.living_tab(IMPROVEMENTS.kind)
    for row in rows_of(table)[0] if table is not None else ():
        if not is_open(row, view.language) or progress_of(row, view.language) == "done":
            continue
        finish_by, review_on = row.day("finish_by", view.today), row.day("review_on", view.today)
        due = finish_by or review_on
        if due is None or due > view.today:
            continue
        owners = read_owners(row.cells.get("action_owner"))
        lead = next((owner for owner in owners if owner.lead), owners[0] if owners else None)
        what = Action(
            row.table.tab, row.text("id"), row.text("opportunity"), row.text("measure"), finish_by, review_on
        )
        cell = row.cell("finish_by" if finish_by else "review_on")
        yield lead, Item("improve", None, cell, workdays(view, due, view.today), action=what)
