"""What a figure is, and what measuring it gives."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

from sheetops.domain.kpis.facts import Facts, Window

SMALL = 30  # with fewer cases than this, a figure is marked as small
Unit = Literal["count", "percent", "days", "score", "points"]
Better = Literal["more", "less", "neither"]
Limits = Literal["p", "xmr", "none"]


class Measure(NamedTuple):
    """A figure of one period: its value, what it was counted from, and which requests these were."""

    value: float | None
    n: int  # cases counted: the denominator of a rate
    hits: Sequence[int] = ()  # requests that count for it: the numerator of a rate
    rows: Sequence[int] = ()  # every request that it was counted from
    missing: str | None = None  # why there is no value (a text's name)

    @property
    def small(self) -> bool:
        """Whether it was counted from so few cases that chance may have made it."""
        return self.n < SMALL


class Figure(NamedTuple):
    """One figure: its key, its unit (percent as a share of 1), which way is better, how it is measured.

    `limits` says what control chart its trend has: `p` for shares, `xmr` for single values.
    """

    key: str
    unit: Unit
    better: Better
    measure: Callable[[Facts, Window], Measure]
    limits: Limits = "none"
    main: bool = True  # stands in the table of key figures
    listed: bool = True  # has a column in the list of requests

    @property
    def page(self) -> str:
        """The figure's page of the docs: the docstring of its module."""
        return inspect.cleandoc(inspect.getmodule(self.measure).__doc__ or "")


def share(hits: Iterable[int], rows: Sequence[int], missing: str = "no_cases") -> Measure:
    """A share of cases, None where there is no case."""
    counted = list(hits)
    if not rows:
        return Measure(None, 0, (), (), missing)
    return Measure(len(counted) / len(rows), len(rows), counted, rows)


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which `part` of the values lie, interpolated as Excel's PERCENTILE.INC does."""
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
