"""A figure's cases in one span of days, as text that a person can read and a later run can judge by.

`1 ×12: 20261001–20261009, 20261013; 0 ×28: …` says which requests had which value: of a share, 1 counts and 0 does
not; else the value is the days or the score. `×40 / 21: …` are events in working days. A cell holds so much text
that long lists of IDs are cut; the numbers of cases never are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from sheetops.domain.kpis.base import percentile

Kind = Literal["share", "values", "events"]
Statistic = Literal["share", "median", "p90", "mean", "nps", "rate"]
ROOM: Final = 30_000  # characters; a cell of Excel holds 32,767
_GROUP = re.compile(r"(?:(-?\d+(?:\.\d+)?) )?×(\d+)(?: / (\d+))?(?:: ([^;]*))?")
_NUMBER = re.compile(r"(.*?)(\d+)")
_SPAN = re.compile(r"(\d{4}-\d\d-\d\d)\D+(\d{4}-\d\d-\d\d)")


@dataclass(frozen=True)
class Sample:
    """Value → how many cases, and their IDs where known; of events the one value is 1."""

    kind: Kind
    counts: Mapping[float, int]
    ids: Mapping[float, Sequence[str]]
    days: int = 0  # working days in which events were counted

    @property
    def n(self) -> int:
        """How many cases there are."""
        return sum(self.counts.values())

    def value(self, statistic: Statistic) -> float | None:
        """The figure: shares in per cent, NPS in points, events per working day; None without a case."""
        if statistic == "rate":
            return self.n / self.days if self.days else None
        if not self.n:
            return None
        if statistic == "share":
            return 100 * self.counts.get(1, 0) / self.n
        if statistic == "mean":
            return sum(value * count for value, count in self.counts.items()) / self.n
        if statistic == "nps":
            likely = sum(count * ((value >= 9) - (value <= 6)) for value, count in self.counts.items())
            return 100 * likely / self.n
        values = [value for value, count in self.counts.items() for _ in range(count)]
        return percentile(values, 0.5 if statistic == "median" else 0.9)

    def text(self) -> str:
        """The sample as it is written into a cell."""
        groups = sorted(self.counts.items(), reverse=True)
        heads = [
            f"×{count} / {self.days}" if self.kind == "events" else f"{value:g} ×{count}"
            for value, count in groups
        ]
        room = ROOM // max(1, len(groups)) - 60
        parts = []
        for (value, _), head in zip(groups, heads, strict=True):
            listed = compact(self.ids.get(value, ()), room)
            parts.append(f"{head}: {listed}" if listed else head)
        if not parts and self.kind == "events":
            parts = [f"×0 / {self.days}"]
        return "; ".join(parts)


def sample(kind: Kind, cases: Iterable[tuple[float, str | None]], days: int = 0) -> Sample:
    """The sample of (value, ID) pairs."""
    counts: defaultdict[float, int] = defaultdict(int)
    ids: defaultdict[float, list[str]] = defaultdict(list)
    for value, identifier in cases:
        counts[value] += 1
        if identifier and not set(identifier) & set(";,:–"):
            ids[value].append(identifier)
    return Sample(kind, dict(counts), dict(ids), days)


def read_sample(text: str, kind: Kind) -> Sample | None:
    """What `Sample.text` wrote; None for anything else, so that a cell which a person changed is not judged by."""
    counts: dict[float, int] = {}
    ids: dict[float, list[str]] = {}
    days = 0
    for part in text.split("; "):
        match = _GROUP.fullmatch(part.strip())
        if match is None or (kind == "events") is (match[1] is not None):
            return None
        value = float(match[1]) if match[1] else 1.0
        if value in counts:
            return None
        counts[value] = int(match[2])
        days = int(match[3] or 0)
        if listed := list(expand(match[4] or "")):
            ids[value] = listed
    if kind == "share" and not counts.keys() <= {0.0, 1.0}:
        return None
    return Sample(kind, {v: n for v, n in counts.items() if n}, ids, days)


def compact(ids: Sequence[str], room: int = ROOM) -> str:
    """IDs in their order of numbers, runs as `first–last`: `A1–A4, A7`; cut where they need more characters than there is `room`."""
    split = sorted({_parts(identifier) for identifier in ids}, key=lambda p: (p[0], len(p[1]), p[1]))
    runs: list[list[tuple[str, str]]] = []
    for part in split:
        last = runs[-1][-1] if runs else None
        follows = (
            last is not None and part[1] and last[1] and last[0] == part[0] and len(last[1]) == len(part[1])
            and int(part[1]) == int(last[1]) + 1
        )  # fmt: skip
        if follows:
            runs[-1].append(part)
        else:
            runs.append([part])
    listed = ", ".join(_run(run) for run in runs)
    return listed if len(listed) <= room else listed[: max(0, listed.rfind(", ", 0, room))] + ", …"


def expand(text: str) -> Iterator[str]:
    """The IDs that `compact` wrote."""
    for piece in filter(None, (piece.strip() for piece in text.split(","))):
        first, dash, last = piece.partition("–")
        if not dash:
            if piece != "…":
                yield piece
            continue
        (head, low), (_, high) = _parts(first), _parts(last)
        if low and high:
            yield from (f"{head}{number:0{len(low)}}" for number in range(int(low), int(high) + 1))


def _parts(identifier: str) -> tuple[str, str]:
    """What stands before the last number of an ID, and that number, where it ends in one of a size to count in."""
    match = _NUMBER.fullmatch(identifier)
    return (match[1], match[2]) if match and len(match[2]) <= 12 else (identifier, "")


def _run(run: Sequence[tuple[str, str]]) -> str:
    first, last = "".join(run[0]), "".join(run[-1])
    return first if len(run) == 1 else f"{first}, {last}" if len(run) == 2 else f"{first}–{last}"


def span_text(start: date, end: date) -> str:
    """Two days as one text."""
    return f"{start} – {end}"


def read_span(text: str) -> tuple[date, date] | None:
    """The days that `span_text` wrote."""
    match = _SPAN.fullmatch(text.strip())
    try:
        return (date.fromisoformat(match[1]), date.fromisoformat(match[2])) if match else None
    except ValueError:
        return None
