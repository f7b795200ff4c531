"""A formula's error in a data cell: `#REF!`, `#N/A`, `#DIV/0!` and their like, also when pasted as text."""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.patterns import pattern
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.table import CellError, Raw

_ERROR = pattern(
    r"\s*#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|GETTING_DATA|ERROR!|PYTHON!)\s*"
)


def is_error(raw: Raw) -> bool:
    """Whether a cell holds an error, as such or as text."""
    return isinstance(raw, CellError) or (
        isinstance(raw, str) and raw[:1] in "# \t" and _ERROR.fullmatch(raw) is not None
    )


def check(look: Look) -> Iterator[Finding]:
    """Errors in our columns."""
    for key in look.log.table.columns:
        verdicts = {place: raw.strip() for place, raw in look.odd_starts(key) if is_error(raw)}
        for index, text in look.texts(key).rows(verdicts) if verdicts else ():
            yield look.finding(index, key, value=text)


RULE = Rule("error-value", Severity.ERROR, check, by_row=True)
