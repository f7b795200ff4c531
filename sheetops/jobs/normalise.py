"""Write what people plainly mean in its standard form: `高 ` as `高`, `４级` as `4级`, `2023/10/4` as a real date.

Only when asked for, never as part of a day's run. Free text keeps every character but its outer blanks.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.plan import Edit, Plan, same_value
from sheetops.domain.requests import Requests
from sheetops.domain.standard import Form, Standard
from sheetops.domain.table import Raw
from sheetops.domain.view import View


def normalise(view: View) -> Plan:
    """The cells that are understood but not in their standard form, as edits; doing it again changes nothing."""
    edits: list[Edit] = []
    for log in view.logs:
        for key, form in Standard(view, log).forms():
            edits.extend(_column(view, log, key, form))
    return Plan(edits=tuple(edits))


def _column(view: View, log: Requests, key: str, form: Form) -> Iterator[Edit]:
    column = log.table.columns[key]
    better: dict[tuple[type, Raw], Raw] = {}
    for index, raw in enumerate(log.table.column(key)):
        if raw is None or (log.table.numbers[index], column) in log.table.grid.formulas:
            continue
        distinct = (type(raw), raw)
        if distinct not in better:
            better[distinct] = form(raw)
        new = better[distinct]
        if not same_value(new, raw):
            why = view.texts("normalise.why", column=view.texts(f"column.{key}"))
            yield Edit(log.ref(index), key, log.table.cell(index, key), raw, new, why)
