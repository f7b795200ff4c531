"""The seal of a tab that jobs write: how a later run knows it as its own, and that nobody has typed into it.

The seal is a muted line below the tab, `sheetops 3f2a9c01d2e4 9 10`: a print of what was written, then the columns
that are left to people. A row with cells for people carries its own print behind its key (`a1b2c3d4e5-1f2e3d`), so
that such rows may be sorted, filtered and deleted. The seal stands in the tab itself: it is right whatever became
of the ledger, and whatever the sheet is called by then.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time
from hashlib import blake2b
from typing import Literal

from sheetops.domain.patterns import pattern
from sheetops.domain.table import Grid, Raw, as_text
from sheetops.domain.tabs import Cell, Tab

State = Literal["blank", "foreign", "whole", "changed"]
_SEAL = pattern(r"sheetops ([0-9a-f]{12})((?: \d+)*)")
_KEY = pattern(r"([0-9a-f]+)-([0-9a-f]{6})")

_NOTES = frozenset(("comments", "threadedComment"))  # jobs write none into such tabs
_CONTENT = _NOTES | {"drawing", "pivotTable", "table"}  # what a tab may hold without a value in any cell


def sealed(tab: Tab) -> Tab:
    """The tab with its seal. A row with `input` cells must end in its key, a hexadecimal text."""
    free = sorted({at for row in tab.rows for at, cell in enumerate(row, 1) if cell.style == "input"})
    rows: list[tuple[Cell, ...]] = []
    said: list[str] = []
    plain = _Plain()
    for row in tab.rows:
        values = [cell.value for cell in row]
        if any(cell.style == "input" for cell in row):
            own = _print([_said(values[:-1], free, plain)], 3)
            rows.append((*row[:-1], row[-1]._replace(value=f"{row[-1].value}-{own}")))
        else:
            rows.append(row)
            said.append(_said(values, (), plain))
    seal = " ".join(("sheetops", _print(said, 6), *map(str, free)))
    width = max(map(len, rows), default=1)
    return replace(tab, rows=(*rows, (), (Cell(seal, "muted", span=width), *[Cell()] * (width - 1))))


def state_of(grid: Grid | None) -> State:
    """What stands under a name: nothing, somebody's own, what a job wrote, or that with something typed into it."""
    if grid is None:
        return "blank"
    if not any(_said(row) for row in grid.rows):
        return "foreign" if grid.formulas or grid.merged or grid.attached & _CONTENT else "blank"
    rows = [_trimmed(row) for row in grid.rows]
    places = [at for at, row in enumerate(rows) if row and _SEAL.fullmatch(as_text(row[0]))]
    if not places:
        return "foreign"
    seal = _SEAL.fullmatch(as_text(rows[places[-1]][0]))
    assert seal is not None
    rows[places[-1]][0] = None
    free = frozenset(map(int, seal[2].split()))
    said: list[str] = []
    plain = _Plain()
    for row in rows:
        key = _KEY.fullmatch(as_text(row[-1])) if free and row else None
        if key is None:
            said.append(_said(row, (), plain))
        elif _print([_said(row[:-1], free, plain)], 3) != key[2]:
            return "changed"
    added = grid.formulas or grid.attached & _NOTES
    return "whole" if not added and _print(said, 6) == seal[1] else "changed"


def bare_key(text: str) -> str:
    """The key of a row without the row's print."""
    key = _KEY.fullmatch(text)
    return key[1] if key else text


def _trimmed(row: Sequence[Raw]) -> list[Raw]:
    cells = list(row)
    while cells and not _plain(cells[-1]):
        cells.pop()
    return cells


class _Plain(dict[tuple[type, Raw], str]):
    """(type, value) → `_plain` of it, worked out once: a tab says the same again and again.

    For floats it does not serve: 0.0 and −0.0 are alike to a dictionary.
    """

    def __missing__(self, key: tuple[type, Raw]) -> str:
        text = self[key] = _plain(key[1])
        return text


def _said(row: Sequence[Raw], without: Container[int] = (), plain: _Plain | None = None) -> str:
    """What the filled cells of a row say; empty for a blank row."""
    known = _Plain() if plain is None else plain
    return "\x1f".join(
        f"{at}:{text}"
        for at, value in enumerate(row, 1)
        if value is not None
        and at not in without
        and (text := _plain(value) if value.__class__ is float else known[value.__class__, value])
    )


def _plain(value: Raw) -> str:
    """A value as every program hands it back: programs differ in white space, in types and in the last digits."""
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{float(value):.9g}"
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    text = "".join(as_text(value).lstrip("'").split())
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def _print(said: Iterable[str], size: int) -> str:
    return blake2b("\x1e".join(filter(None, said)).encode(), digest_size=size).hexdigest()
