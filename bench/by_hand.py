"""What a script would do by hand with a general library: the same kinds of checks as sheetops, in plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bench import words
from bench.workload import HEADER, TODAY

_LISTS = {1: set(words.SOURCES), 4: set(words.MATTERS), 5: set("高中低"), 6: {f"{n}级" for n in range(1, 6)}}
_PEOPLE = {f"{department}-{name}*" for department, names in words.STAFF.items() for name in names}
_VAGUE = {"不好用", "有问题", "不行"}


def check(rows: Iterable[Sequence[object]]) -> list[tuple[int, str, str]]:
    """(row, column, fault) of every fault that these few checks find; rows from 2."""
    found: list[tuple[int, str, str]] = []
    seen: dict[object, int] = {}
    for number, row in enumerate(rows, 2):
        for column in (1, 2, 3, 4, 5, 6, 7):
            if row[column] in (None, ""):
                found.append((number, HEADER[column], "missing"))
        for column, valid in _LISTS.items():
            if row[column] not in valid:
                found.append((number, HEADER[column], "unknown value"))
        if row[7] not in _PEOPLE:
            found.append((number, HEADER[7], "unknown owner"))
        for column in (8, 9):
            if row[column] is not None and not isinstance(row[column], datetime):
                found.append((number, HEADER[column], "no date"))
        if row[0] is not None:
            first = seen.setdefault(row[0], number)
            if first != number:
                found.append((number, HEADER[0], f"as row {first}"))
        resolved = row[9]
        if isinstance(resolved, datetime):
            if resolved.date() > TODAY:
                found.append((number, HEADER[9], "in the future"))
            if row[10] is None:
                found.append((number, HEADER[10], "missing"))
            elif row[11] is None and (TODAY - resolved.date()).days > 4:
                found.append((number, HEADER[11], "missing"))
        if row[3] in _VAGUE:
            found.append((number, HEADER[3], "vague"))
    return found
