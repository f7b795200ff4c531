"""Text that other programs would run as a formula: it begins with `=`, `+`, `-` or `@` and goes on like one.

Harmless in this cell, such a text becomes a formula when the sheet is exported as CSV or typed again; `=HYPERLINK`
or `+cmd|…` can even do damage (OWASP, CSV injection). Negative numbers, `- item`, `-----`, `=> see`, `+1 agreed`
and `@name` are plain text and pass; telephone numbers are told by `personal-data`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.patterns import pattern
from sheetops.domain.personal import find_personal
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.text import tidy

_CELL = r"\$?[A-Za-z]{1,3}\$?\d{1,7}"
_OPERAND = rf"(?:\d+(?:\.\d+)?%?|{_CELL}|[A-Za-z][\w.]*\([^()]*\))"
_FUNCTION = (
    r"SUM\w*|IFS?|IFERROR|HYPERLINK|WEBSERVICE|IMPORT\w+|IMAGE|INDIRECT|[VHX]LOOKUP|INDEX|MATCH|CONCAT\w*|TEXT\w*|NOW|TODAY"
    r"|DATE\w*|COUNT\w*|AVERAGE\w*|MAX|MIN|ROUND\w*|RAND\w*|ABS|EXEC|CALL|CMD|DDE|RTD|FILTERXML|ENCODEURL|QUERY"
)
_LIKE_A_FORMULA = pattern(
    r"=\s*(?![=>\s\-~*]).+"  # whatever follows =, a program tries to calculate
    rf"|[+\-@]\s*(?:{_FUNCTION})\(.*"
    r"|[+\-@=].*\|.*!.*"  # DDE: cmd|' /C calc'!A0
    rf"|[+\-]\s*{_OPERAND}(?:\s*[+\-*/^&<>=]\s*{_OPERAND})+"  # arithmetic
    rf"|[+\-@]\s*{_CELL}",
    re.DOTALL | re.IGNORECASE,
)


def check(look: Look) -> Iterator[Finding]:
    """Texts in our columns that begin like a formula and go on like one."""
    for key in look.log.table.columns:
        verdicts = {place: raw for place, raw in look.odd_starts(key) if raw[:1] != "#" and _dangerous(raw)}
        for index, text in look.texts(key).rows(verdicts) if verdicts else ():
            yield look.finding(index, key, value=text)


def _dangerous(raw: str) -> bool:
    text = tidy(raw)
    return _LIKE_A_FORMULA.fullmatch(text) is not None and not find_personal(text)


RULE = Rule("formula-text", Severity.WARNING, check, by_row=True)
