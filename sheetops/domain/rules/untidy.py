"""A value that is understood but not written in its standard form: `高 `, `high` in a Chinese sheet, `４级`, `2026/3/1` as text.

Off by default: people mean what they write, and the jobs understand it. Switched on, it offers the form that
`sheetops normalise` would write, and nothing is changed unless that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.plan import same_value
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.standard import Standard
from sheetops.domain.table import Raw
from sheetops.domain.values import as_text


def check(look: Look) -> Iterator[Finding]:
    """Cells that differ from the standard form of what they mean."""
    for key, standard in Standard(look.view, look.log).forms():
        better: dict[Raw, Raw] = {}
        for raw in look.log.distinct(key):
            form = standard(raw) if raw is not None else None
            if form is not None and not same_value(form, raw):
                better[raw] = form
        cells = look.log.cells(key)
        for index, form in look.rows_with(key, better):
            value, fix = as_text(cells[index]), as_text(form)
            if fix == value:
                yield look.finding(index, key, "kind", fix=fix, value=value)
            elif fix == value.strip():
                yield look.finding(index, key, "blanks")  # without the text, which may be a customer's
            else:
                yield look.finding(index, key, fix=fix, value=value)


RULE = Rule("untidy", Severity.HINT, check, on=False)
