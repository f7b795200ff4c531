"""CSV as Excel, Power BI and RFC 4180 want it: UTF-8 with a byte-order mark, CRLF, ISO dates, quotes where needed.

A text that a spreadsheet would run as a formula gets an apostrophe in front, as OWASP advises; the Parquet files hold
it as it is. Numbers, dates and truth values are never touched, so a negative number stays a number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sheetops.jobs.export_fields import Table, Value

BOM: Final = "\ufeff"
# A sign of a formula behind whatever a program may leave out, or a first character that some programs cut away.
_RUNS: Final = re.compile(r"[\t\r\n]|[\s\x00-\x1f\x7f\ufeff\u200b-\u200f\u2060]*[=+\-@＝＋－＠]")

_BEGINS: Final = re.compile(r"[\s\x00-\x1f\x7f\ufeff\u200b-\u200f\u2060=+\-@＝＋－＠]")  # what may run
_AT_ONCE: Final = 10_000  # rows


def csv_bytes(table: Table) -> bytes:
    """The whole table as one CSV file."""
    return columns_as_csv([field.name for field in table.fields], table.columns)


def columns_as_csv(names: Sequence[str], columns: Sequence[Sequence[Value]]) -> bytes:
    """A CSV file with a header line."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    parts = [BOM.encode()]
    for start in range(0, len(columns[0]), _AT_ONCE):
        some = (column[start : start + _AT_ONCE] for column in columns)
        writer.writerows(zip(*map(_cells, some), strict=True))
        parts.append(out.getvalue().encode("utf-8", "replace"))
        out.seek(0)
        out.truncate()
    return b"".join([*parts, out.getvalue().encode("utf-8", "replace")])


def _cells(column: Sequence[Value]) -> Sequence[Value]:
    """A column as the writer puts it right; most are right as they are, and many of the others alike."""
    kinds = set(map(type, column)) - {type(None)}
    if kinds <= {int}:
        return column
    if kinds == {str}:
        texts = [text for text in column if isinstance(text, str)]
        if not any(map(_BEGINS.match, {text[:1] for text in texts})) and "\x00" not in "".join(texts):
            return column
    elif kinds in ({bool}, {date}, {datetime}):  # of one of these types alone equal values are alike
        alike = {value: cell(value) for value in set(column)}
        return list(map(alike.__getitem__, column))
    return list(map(cell, column))


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
