"""A request that may be one already logged: same customer, similar description, within some days.

Likeness is the Dice coefficient of the pairs of neighbouring characters (2 × shared ÷ both), without spaces and
punctuation; descriptions that name different numbers (order 1234, order 5678) are different. The later of the two
rows is told, with how alike they are; of three and more alike, the last one is. Days are counted between the opening days (optional column, else the
ledger), else between due or resolved dates.

A row is compared with the customer's last hundred within the days, so the work grows with the rows only.

Parameters: `days` apart at most; `percent` alike at least; descriptions under `shortest` characters must be equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule, holds
from sheetops.domain.table import Raw
from sheetops.domain.values import as_text

_NOT_WORD = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+")
_MOST_COMPARED = 100
_MOST_NAMED = 4
_ANYBODY = frozenset(
    ("匿名", "匿名客户", "匿名客戶", "个人客户", "個人客戶", "客户", "客戶", "游客", "遊客", "散客", "未知", "无", "無",
     "anonymous", "guest", "customer", "client", "unknown", "individual", "walkin", "na", "none")
)  # fmt: skip


class Entry(NamedTuple):
    """One request as it is compared: the order of entries is the order of time."""

    day: date
    id: str
    table: int
    at: int  # position of the row
    text: str


class Twin(NamedTuple):
    """An earlier entry and how alike it is, in per cent."""

    entry: Entry
    percent: int


def check(look: Look) -> Iterator[Finding]:
    """Rows with an earlier twin; of three and more alike, the last one."""
    own = look.view.logs.index(look.log)
    comma = look.view.texts("checks.comma")
    for last, others, percent in look.once("near-duplicates", lambda: list(_clusters(look))):
        if last.table != own:
            continue
        names = comma.join(_name(look, own, other) for other in others[:_MOST_NAMED])
        if len(others) == 1:
            yield look.finding(last.at, "description", percent=str(percent), other=names)
        else:
            more = "…" if len(others) > _MOST_NAMED else ""
            yield look.finding(last.at, "description", "several", rows=str(len(others)), others=names + more)


def _name(look: Look, own: int, entry: Entry) -> str:
    table = look.view.logs[entry.table].table
    cell = table.cell(entry.at, "description")
    return entry.id or (cell if entry.table == own else f"{table.tab}!{cell}")


def _clusters(look: Look) -> Iterator[tuple[Entry, list[Entry], int]]:
    """(the last of some alike, the earlier ones, how alike the last one and its twin are)."""
    days, percent, shortest = look.number("days"), look.number("percent"), look.number("shortest")
    for group in _groups(look):
        earlier = _Earlier(percent / 100)
        clusters: dict[Entry, list[Entry]] = {}
        likeness: dict[Entry, int] = {}
        for entry in group:
            earlier.forget(entry.day, days)
            twin = earlier.best(entry, len(entry.text) >= shortest)
            if twin is not None:
                cluster = clusters.setdefault(twin.entry, [twin.entry])
                cluster.append(entry)
                clusters[entry], likeness[entry] = cluster, twin.percent
            earlier.add(entry)
        for cluster in {id(cluster): cluster for cluster in clusters.values()}.values():
            yield cluster[-1], cluster[:-1], likeness[cluster[-1]]


def _groups(look: Look) -> Iterator[list[Entry]]:
    """The requests of each customer who has several within the days, in the order of time."""
    logs = look.view.logs
    groups: dict[str, list[tuple[date, str, int, int]]] = defaultdict(list)
    for number, log in enumerate(logs):
        if log.table.has("customer") and log.table.has("description") and holds(look.setting, log.table.tab):
            one = Look(look.view, log, look.rule, look.setting)
            folded = {raw: _plain(raw) for raw in log.distinct("customer")}
            columns = zip(log.cells("customer"), log.cells("description"), _days(one), one.ids, strict=True)
            for at, (who, what, day, identifier) in enumerate(columns):
                if what is not None:
                    groups[folded[who]].append((day, identifier or "", number, at))
    days = look.number("days")
    for customer, places in groups.items():
        if len(places) > 1 and customer and customer not in _ANYBODY:
            places.sort()
            close = {
                place
                for first, second in pairwise(places)
                if (second[0] - first[0]).days <= days
                for place in (first, second)
            }
            if close:
                yield [
                    Entry(day, identifier, number, at, _plain(logs[number].cells("description")[at]))
                    for day, identifier, number, at in sorted(close)
                ]


def _days(look: Look) -> list[date]:
    others = zip(look.log.values("due"), look.log.values("resolved"), strict=True)
    return [
        look.known_since(at) or due or resolved or look.today for at, (due, resolved) in enumerate(others)
    ]


def _plain(raw: Raw) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", as_text(raw)).casefold())


class _Earlier:
    """The earlier requests of one customer, found by equal text or by pairs of characters."""

    def __init__(self, least: float) -> None:
        self.least = least
        self.entries: list[Entry] = []
        self.start = 0  # entries before it are too old
        self.by_text: dict[str, int] = {}
        self.pairs: list[Counter[str]] = []

    def forget(self, day: date, days: float) -> None:
        """Leave out what lies more than `days` before `day`."""
        while self.start < len(self.entries) and (day - self.entries[self.start].day).days > days:
            self.start += 1

    def add(self, entry: Entry) -> None:
        """Keep an entry for the later ones."""
        number = len(self.entries)
        self.entries.append(entry)
        self.by_text[entry.text] = number
        self.pairs.append(Counter())

    def best(self, entry: Entry, similar: bool) -> Twin | None:
        """The most alike of the entries in time; equal ones first."""
        if self.start == len(self.entries) or not entry.text:
            return None
        same = self.by_text.get(entry.text, -1)
        if same >= self.start:
            return Twin(self.entries[same], 100)
        if not similar:
            return None
        mine = _pairs(entry.text)
        found: tuple[float, int] | None = None
        for number in range(max(self.start, len(self.entries) - _MOST_COMPARED), len(self.entries)):
            alike = self._likeness(entry, mine, number)
            if alike >= self.least and (found is None or alike > found[0]):
                found = alike, number
        return Twin(self.entries[found[1]], int(found[0] * 100)) if found else None

    def _likeness(self, entry: Entry, mine: Counter[str], number: int) -> float:
        other = self.entries[number].text
        both = len(entry.text) + len(other) - 2
        if 2 * (min(len(entry.text), len(other)) - 1) < self.least * both:
            return 0.0
        if not self.pairs[number]:
            self.pairs[number] = _pairs(other)
        shared = (mine & self.pairs[number]).total()
        return (
            0.0
            if 2 * shared < self.least * both or not _same_numbers(entry.text, other)
            else 2 * shared / both
        )


def _pairs(text: str) -> Counter[str]:
    return Counter(map("".join, pairwise(text)))


def _same_numbers(first: str, second: str) -> bool:
    """Whether both name the same numbers; a text without any does not contradict."""
    one, two = sorted(_NUMBER.findall(first)), sorted(_NUMBER.findall(second))
    return one == two or not one or not two


RULE = Rule("near-duplicate", Severity.WARNING, check, {"days": 7, "percent": 82, "shortest": 8})
