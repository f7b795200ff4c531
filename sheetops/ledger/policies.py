"""What the policy of a sheet said in each run, kept as changes, so that a statement knows since when it holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from sheetops.domain.history import Said
from sheetops.domain.view import View
from sheetops.ledger import tables as t
from sheetops.ledger.prints import Printer


def keep_policy(link: Connection, printer: Printer, sheet: int, run: int, view: View) -> None:
    """Remember the statements that a run saw for the first time, changed or gone; mostly there are none."""
    # With all rules and figures: whoever only asks has no use for them.
    from sheetops.domain.stating import statements
    from sheetops.domain.stating.dated import differences

    new = differences(read_policy(link, sheet), statements(view), printer.field)
    rows = [
        {"sheet": sheet, "run": run, "name": s.name, "value": s.value, "label": s.label, "words": s.text}
        for s in new
    ]
    if rows:
        link.execute(insert(t.policy), rows)


def read_policy(link: Connection, sheet: int) -> tuple[Said, ...]:
    """Everything the ledger knows of a sheet's policy, oldest first."""
    wanted = (
        select(t.policy, t.runs.c.began, t.runs.c.id)
        .join(t.runs, t.runs.c.number == t.policy.c.run)
        .where(t.policy.c.sheet == sheet)
        .order_by(t.policy.c.run, t.policy.c.name)
    )
    return tuple(
        Said(row.name, row.value, row.label, row.words, row.id, datetime.fromisoformat(row.began))
        for row in link.execute(wanted)
    )
