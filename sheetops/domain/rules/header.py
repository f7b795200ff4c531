"""A header that stands twice, or that nearly spells one of the template's names.

Nothing is guessed: of two equal headers the first is used, and a header that is only nearly right is not used
at all until its spelling is put right or it is named under `columns` in the settings.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.values import as_text


def check(look: Look) -> Iterator[Finding]:
    """What the header match left open."""
    table = look.log.table
    for key in dict.fromkeys(table.match.twice):
        yield look.finding_at(table.header_row, table.columns[key], key, "twice")
    for column, key in sorted(table.match.near.items()):
        text = as_text(table.grid.cell(table.header_row, column))
        name = look.view.texts(f"column.{key}")
        yield look.finding_at(table.header_row, column, key, "near", value=text, name=name)


RULE = Rule("header", Severity.WARNING, check)
