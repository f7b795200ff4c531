"""CSV as Excel, Power BI and RFC 4180 want it: UTF-8 with a byte-order mark, CRLF, ISO dates, quotes where needed.

A text that a spreadsheet would run as a formula gets an apostrophe in front, as OWASP advises; the Parquet files hold
it as it is. Numbers, dates and truth values are never touched, so a negative number stays a number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from sheetops.jobs.export_fields import Table, Value

BOM: Final = "\ufeff"
# A sign of a formula behind whatever a program may leave out, or a first character that some programs cut away.
_RUNS: Final = re.compile(r"[\t\r\n]|[\s\x00-\x1f\x7f\ufeff\u200b-\u200f\u2060]*[=+\-@＝＋－＠]")

_PLAIN: Final = frozenset((type(None), int, date))  # the writer puts these as `cell` does


def csv_bytes(table: Table) -> bytes:
    """The whole table as one CSV file."""
    return lines_as_csv([field.name for field in table.fields], table.rows)


def lines_as_csv(names: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """A CSV file with a header line."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([value if value.__class__ in _PLAIN else cell(value) for value in row])
    return (BOM + out.getvalue()).encode("utf-8", "replace")


def cell(value: Value) -> str:
    """One value as it stands in the file; None is the empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        text = value.replace("\x00", "")
        return f"'{text}" if _RUNS.match(text) else text
    return repr(value)
