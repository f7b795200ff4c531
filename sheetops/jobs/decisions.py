"""What people have decided about findings, as the Checks tab says it, and which finding each decision is about.

A line of the tab is known by its key: the print of rule, request and value, by which its finding is known again
wherever the row moves. Rows with one ID (a duplicate) share it; so behind it stands a twin print of customer and
description, which tells them apart. Where rows are alike in these too, their place in the sheet decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from sheetops.domain.patterns import pattern
from sheetops.domain.seals import bare_key
from sheetops.domain.table import Grid, Raw
from sheetops.domain.text import fold
from sheetops.domain.texts import Texts
from sheetops.domain.values import as_date, as_text, read_date
from sheetops.domain.view import View

COLUMNS = ("severity", "cell", "id", "column", "message", "fix", "owner", "first_seen", "accepted", "reason")
KEY = "#"  # the heading of the keys, alike in every language
# The headings of the columns that are read back, in every language: the sheet's may have changed since.
_HEADINGS = {
    "first_seen": ("首次发现", "首次發現", "First seen"),
    "accepted": ("已接受", "Accepted"),
    "reason": ("理由", "Reason"),
}
_PRINT = pattern(r"([0-9a-f]{10})([0-9a-f]{4})?")
_ISO = pattern(r"\d{4}-\d{2}-\d{2}")
_CELL = pattern(r"(?:(.*)!)?[A-Z]+(\d+)")
_NOT_TICKED = frozenset(("否", "不", "未", "no", "n", "false", "0"))
_GONE = (-1, 0)  # the place of a line that names no cell

Place = tuple[int, int]  # table, row: the order of the sheet


class Decision(NamedTuple):
    """What the Checks tab says of one finding: since when it stands, and what a person wrote beside it."""

    first_seen: date | None
    accepted: Raw
    reason: Raw
    gone: date | None = None  # since when the finding is not found, where the tab says so
    told: Mapping[str, str] = MappingProxyType({})  # what else its line says, by column
    line: int = 0  # the row of the Checks tab that says so; 0 where none does
    place: Place = _GONE  # where its finding stood
    twin: str = ""  # blank in a tab of before there were any

    @property
    def silent(self) -> bool:
        """Whether a person has accepted the finding."""
        if self.accepted is None or isinstance(self.accepted, bool):
            return bool(self.accepted)
        text = as_text(self.accepted)
        return bool(text.strip()) and fold(text) not in _NOT_TICKED


FRESH = Decision(None, None, None)


class Wanted(NamedTuple):
    """A finding for which a decision is looked for."""

    place: Place
    twin: str


def matched(wanted: Sequence[Wanted], known: Sequence[Decision]) -> Iterator[tuple[int, Decision]]:
    """Of the findings and the decisions with one key: (index in `wanted`, its decision), one to one.

    First those of one twin print belong together; of the rest, those whose row stands where it stood; and where as
    many are left on both sides, they are the same rows with other words. A decision that belongs to none is nobody's:
    a finding that nobody has looked at must not be silent.
    """
    findings: dict[str, list[int]] = {}
    for at, one in enumerate(wanted):
        findings.setdefault(one.twin, []).append(at)
    decisions: dict[str, list[Decision]] = {}
    for decision in known:
        decisions.setdefault(decision.twin, []).append(decision)
    done: set[int] = set()
    taken: set[int] = set()
    for twin, same in decisions.items():
        for at, decision in _by_place(wanted, findings.get(twin, ()), same):
            done.add(at)
            taken.add(decision.line)
            yield at, decision
    rest = [at for at in range(len(wanted)) if at not in done]
    left = [one for one in known if one.line not in taken and (one.place != _GONE or not one.twin)]
    others = all(one.twin for one in left) and len(rest) != len(left)
    yield from _by_place(wanted, rest, left, only_standing=others)


def _by_place(
    wanted: Sequence[Wanted], findings: Sequence[int], known: Sequence[Decision], only_standing: bool = False
) -> Iterator[tuple[int, Decision]]:
    """Findings and decisions that nothing but their place tells apart; those whose finding was gone come last.

    As many as there were stand in the order in which they stood, wherever rows were put in. Otherwise those whose row
    stands where it stood are the same, and the rest is taken in order.
    """
    rows = sorted(findings, key=lambda at: wanted[at].place)
    standing = sorted((one for one in known if one.place != _GONE), key=lambda one: (one.place, one.line))
    if len(rows) != len(standing):
        by_place: dict[Place, list[Decision]] = {}
        for one in reversed(standing):
            by_place.setdefault(one.place, []).append(one)
        still = []
        for at in rows:
            there = by_place.get(wanted[at].place)
            if there:
                yield at, there.pop()
            else:
                still.append(at)
        rows = still
        standing = sorted((one for some in by_place.values() for one in some), key=lambda one: one.place)
    if not only_standing:
        yield from zip(rows, [*standing, *(one for one in known if one.place == _GONE)], strict=False)


def read_decisions(view: View) -> Mapping[str, Sequence[Decision]]:
    """What an earlier Checks tab says, by key; its columns are known by their headings alone."""
    known: Mapping[str, Sequence[Decision]] | None = view.memo.get("decisions")
    if known is None:
        known = view.memo["decisions"] = _read_decisions(view)
    return known


def _read_decisions(view: View) -> Mapping[str, Sequence[Decision]]:
    grid, today = view.snapshot.known_tab("checks"), view.today
    header = _header_of(grid, view.texts)
    if grid is None or header is None:
        return {}
    row, at = header
    decisions: dict[str, list[Decision]] = {}
    tabs = {log.table.tab: place for place, log in enumerate(view.logs)}
    width = max(len(COLUMNS), *at.values())
    for number, cells in enumerate(grid.rows[row:], row + 1):
        raw = [*cells, *[None] * (width - len(cells))]
        said = bare_key(as_text(raw[at[KEY] - 1]).strip())
        if not said:
            continue
        first_seen = as_date(read_date(raw[at["first_seen"] - 1], today)[0])
        accepted, reason = (raw[at[name] - 1] or None for name in ("accepted", "reason"))
        cell = as_text(raw[COLUMNS.index("cell")])
        told: Mapping[str, str] = MappingProxyType({})  # a finding that stands is told anew
        if accepted or reason or not cell:
            told = dict(zip(COLUMNS, map(as_text, raw), strict=False))
        print = _PRINT.fullmatch(said)
        key, twin = (print[1], print[2] or "") if print else (said, "")
        gone, place = _gone_since(told, today), _place(cell, tabs)
        found = Decision(first_seen, accepted, reason, gone, told, number, place, twin)
        decisions.setdefault(key, []).append(found)
    return {key: _without_copies(some) if len(some) > 1 else some for key, some in decisions.items()}


def _place(cell: str, tabs: Mapping[str, int]) -> Place:
    """The place of a cell as the tab names it, `H12` or `Requests!H12`."""
    named = _CELL.fullmatch(cell)
    if named is None:
        return _GONE
    return tabs.get(named[1], len(tabs)) if named[1] else 0, int(named[2])


def _without_copies(decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions without lines that somebody copied within the tab: of these one that accepts speaks for all."""
    kept: dict[tuple[Place, str, int], Decision] = {}
    for decision in decisions:
        alone = decision.line if decision.place == _GONE or not decision.twin else 0
        same = decision.place, decision.twin, alone
        if same not in kept or (decision.silent and not kept[same].silent):
            kept[same] = decision
    return list(kept.values())


def is_key(text: str) -> bool:
    """Whether a line's key is one of ours."""
    return len(text) == 10 and _PRINT.fullmatch(text) is not None


def _gone_since(told: Mapping[str, str], today: date) -> date | None:
    """Only a line whose finding is gone names no cell; its date stands in the advice."""
    said = None if not told or told["cell"] else _ISO.search(told["fix"])
    return as_date(read_date(said[0], today)[0]) if said else None


def _header_of(grid: Grid | None, texts: Texts) -> tuple[int, Mapping[str, int]] | None:
    """The row of the headings and the column under each that is read back, or None where one is missing."""
    known = {fold(text): name for name, every in _HEADINGS.items() for text in every}
    known |= {fold(texts(f"checks.column.{name}")): name for name in _HEADINGS}  # a team may have its own
    for number, cells in enumerate(grid.rows[:30] if grid else (), 1):
        names = [known.get(fold(cell)) if isinstance(cell, str) and cell != KEY else cell for cell in cells]
        at = {name: names.index(name) + 1 for name in (*_HEADINGS, KEY) if name in names}
        if len(at) == len(_HEADINGS) + 1:
            return number, at
    return None
