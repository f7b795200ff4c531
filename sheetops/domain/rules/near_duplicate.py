"""A request that may be one already logged: same customer, similar description, within some days.

Likeness is the Dice coefficient of the pairs of neighbouring characters (2 × shared ÷ both), without spaces and
punctuation; descriptions that name different numbers (order 1234, order 5678) are different. The later of the two
rows is told, with how alike they are; of three and more alike, the last one is. Days are counted between the opening
days (optional column, else the ledger), else between due or resolved dates, else from the day on which the ledger
first saw the sheet: no row's day moves by itself.

The later row is the one opened later. Where the opening day of one of them is not known, those that the ledger's first
look found go by their IDs (20261199 before 202611100), not by due dates, which people move: another due date does not
move the finding to the other row. Of one day the larger ID is the later; a row without an ID comes last.

A row is compared with the customer's last hundred within the days, so the work grows with the rows only. Texts that
name other numbers, are of another length, or share too few characters are not compared pair by pair: they cannot be alike.

Parameters: `days` apart at most; `percent` alike at least; descriptions under `shortest` characters must be equal.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from math import ceil
from operator import add
from typing import NamedTuple

from sheetops.domain.digits import Columns, Digits
from sheetops.domain.finding import Finding, Severity
from sheetops.domain.patterns import pattern
from sheetops.domain.rules.base import Look, Rule, holds
from sheetops.domain.text import SEAM, narrowed, seamed
from sheetops.domain.twin_order import Entry, lateness
from sheetops.domain.values import as_text

_NOT_WORD = pattern(r"(?:[^\w\0]|_)+")
_NUMBER = pattern(r"\d+")
_MOST_COMPARED = 100
_MOST_BITS = 2048  # pairs of characters that have a bit of their own before they are numbered anew
_MOST_NAMED = 4
_FEW_OF_ALL = 20  # rows that are fewer than one in so many are read one by one
_FEW = 6  # texts up to which a look at each one's characters is cheaper than counting pairs
_ANYBODY = frozenset(
    ("匿名", "匿名客户", "匿名客戶", "个人客户", "個人客戶", "客户", "客戶", "游客", "遊客", "散客", "未知", "无", "無",
     "anonymous", "guest", "customer", "client", "unknown", "individual", "walkin", "na", "none")
)  # fmt: skip


_Row = tuple[int, str, int, int, str, str]  # an `Entry`, and the digits of its text, the smallest first


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
    found = list(_alike(look))
    wanted: dict[int, list[int]] = defaultdict(list)
    for entry in chain.from_iterable(cluster for cluster, _ in found):
        wanted[entry.table].append(entry.at)
    known = {
        (table, at): day
        for table, rows in wanted.items()
        for at, day in zip(rows, look.at(look.view.logs[table]).known_days(rows), strict=True)
    }
    since = look.view.history.since
    begun = look.today if since is None else since.date()
    for cluster, percent in found:
        days = {entry: known[entry.table, entry.at] for entry in cluster}
        *others, last = sorted(cluster, key=lateness(days, begun))
        yield last, others, percent


def _alike(look: Look) -> Iterator[tuple[list[Entry], int]]:
    """(requests alike, of two of them how much)."""
    percent, shortest = look.number("percent"), look.number("shortest")
    groups = list(_groups(_entries(look), look.number("days")))
    texts = iter(_texts(look, groups))
    for group in groups:
        earlier = _Earlier(percent / 100, look.number("days"))
        clusters: dict[Entry, list[Entry]] = {}
        likeness: dict[Entry, int] = {}
        for place, entry in group:
            text = next(texts)
            twin = earlier.best(place, entry.day, text, len(text) >= shortest)
            if twin is not None:
                cluster = clusters.setdefault(twin.entry, [twin.entry])
                cluster.append(entry)
                clusters[entry], likeness[entry] = cluster, twin.percent
            earlier.add(place, entry, text)
        for cluster in {id(cluster): cluster for cluster in clusters.values()}.values():
            yield cluster, likeness[cluster[-1]]


def _entries(look: Look) -> list[_Row]:
    """The requests that have a description, of customers who may have sent two alike, in the order of time."""
    found: list[_Row] = []
    logs = [
        _Log(number, look.at(log))
        for number, log in enumerate(look.view.logs)
        if log.table.has("customer") and log.table.has("description") and holds(look.setting, log.table.tab)
    ]
    columns = Columns([log.digits for log in logs])
    repeating = _repeating(look, logs, columns)
    for place, log in enumerate(logs if repeating else ()):
        wanted = [at for at in columns.rows_of(place, repeating) if log.cells[at] is not None]
        log.digits.ahead(wanted)
        ids = log.look.log.values_at("id", wanted)
        for at, day, identifier in zip(wanted, log.days(wanted), ids, strict=True):
            digits = "".join(sorted(log.digits.at(at)))
            found.append((day, identifier or "", log.number, at, log.digits.who(at), digits))
    found.sort()
    if not all(row[1] for row in found):
        found.sort(key=lambda row: (row[0], not row[1]))  # of one day, those without an ID come last
    return found


class _Log:
    """One log as this rule looks at it: who asked (blank for anybody), with the digits in each description."""

    def __init__(self, number: int, look: Look) -> None:
        self.number, self.look = number, look
        self.cells = look.log.cells("description")
        known = list(look.log.distinct("customer"))
        told = ["" if who in _ANYBODY else who for who in _plain(list(map(as_text, known)))]
        names = dict(zip(known, told, strict=True))
        self.digits = Digits(look.texts("description"), look.log.cells("customer"), names)

    def days(self, rows: Sequence[int]) -> list[int]:
        """The day of each of these requests: opened or first seen, else due, else resolved.

        Of one without any it is the day on which the ledger first saw the sheet: it must not move as the days go by.
        """
        value, since = self.look.log.value, self.look.view.history.since
        begun = self.look.today if since is None else since.date()
        if len(rows) * _FEW_OF_ALL > len(self.cells):
            for key in ("due", "resolved"):
                self.look.log.values(key)  # each different cell is read once then
        known = zip(rows, self.look.known_days(rows), strict=True)
        return [(day or value("due", at) or value("resolved", at) or begun).toordinal() for at, day in known]


def _repeating(look: Look, logs: Sequence[_Log], columns: Columns) -> set[str]:
    """The customers who may have sent two requests alike: with the same numbers, and near in time."""
    found: set[str] = set()
    blocks: dict[tuple[str, str], list[tuple[_Log, int]]] = defaultdict(list)
    rows = [(logs[number], at) for number, at in {*columns.with_same(), *columns.with_reordered()}]
    for (log, at), plain in zip(rows, _plain([as_text(log.cells[at]) for log, at in rows]), strict=True):
        blocks[log.digits.who(at), f"numbers {_numbers(plain)}"].append((log, at))
    for log in logs:
        without = [at for at in log.digits.mute if log.cells[at] is not None]
        for at, text in zip(without, _brief(look, log, without), strict=True):
            if text is None:  # it may be like a text of any numbers
                found.add(log.digits.who(at))
            else:
                blocks[log.digits.who(at), f"text {text}"].append((log, at))
    return found.union(_near(blocks, look.number("days"))) - {""}


def _brief(look: Look, log: _Log, rows: Sequence[int]) -> list[str | None]:
    """The plain texts at these rows that are so short that only equal ones can be alike, None for the others."""
    shortest, least = look.number("shortest"), look.number("percent") / 100
    texts = [as_text(log.cells[at]) for at in rows]
    short = [text if len(text) < shortest else "" for text in texts]
    # Of two texts of a and b pairs of characters, a the fewer, at most 2a / (a + b) is shared.
    return [
        plain if text and 1 + (len(plain) - 1) * (2 / least - 1) < shortest - 1e-9 else None
        for text, plain in zip(short, _plain(short), strict=True)
    ]


def _near(blocks: Mapping[tuple[str, str], Sequence[tuple[_Log, int]]], days: float) -> Iterator[str]:
    """The customers of the blocks of which two requests lie no more than these days apart."""
    several = {key: rows for key, rows in blocks.items() if len(rows) > 1}
    wanted: dict[_Log, list[int]] = defaultdict(list)
    for log, at in chain.from_iterable(several.values()):
        wanted[log].append(at)
    day = {(log, at): of for log, rows in wanted.items() for at, of in zip(rows, log.days(rows), strict=True)}
    for (who, _), rows in several.items():
        if any(later - one <= days for one, later in pairwise(sorted(map(day.__getitem__, rows)))):
            yield who


def _groups(rows: Iterable[_Row], days: float) -> Iterator[list[tuple[int, Entry]]]:
    """The requests of each customer that may have a twin at all, with their places among all of the customer's."""
    customers: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        customers[row[4]].append(row)
    for of_customer in customers.values():
        if len(of_customer) > 1:
            places = _with_mates(of_customer, days)
            if places:
                yield [(place, Entry._make(of_customer[place][:5])) for place in sorted(places)]


def _with_mates(rows: Sequence[_Row], days: float) -> set[int]:
    """The places of the rows that have another within the days with the same digits, or one of the two without any."""
    found: set[int] = set()
    last: dict[str, int] = {}
    start = seen = 0  # rows before `start` are too old; all up to `seen` that are not are found
    for place, row in enumerate(rows):
        day, digits = row[0], row[5]
        while day - rows[start][0] > days:
            start += 1
        if not digits:
            if place > start:
                found.update(range(max(start, seen), place + 1))
                seen = place
        else:
            for mate in (last.get(digits), last.get("")):
                if mate is not None and mate >= start:
                    found.update((mate, place))
        last[digits] = place
    return found


def _texts(look: Look, groups: Iterable[Iterable[tuple[int, Entry]]]) -> list[str]:
    """The descriptions of all entries, one after the other, as they are compared."""
    columns = [log.cells("description") for log in look.view.logs]
    return _plain([as_text(columns[entry.table][entry.at]) for group in groups for _, entry in group])


def _plain(texts: Sequence[str]) -> list[str]:
    """Each text without spaces and punctuation, narrowed and case folded; all of them in one go."""
    joined = narrowed(seamed(texts)).casefold()
    return _NOT_WORD.sub("", joined).split(SEAM) if texts else []


class _Earlier:
    """The earlier requests of one customer, found by equal text or by pairs of characters.

    Every pair of characters (and its second, third … occurrence in a text) has a bit of its own, so that what two
    texts share is counted by one machine operation.
    """

    def __init__(self, least: float, days: float) -> None:
        self.least, self.days = least, days
        self.entries: list[Entry] = []
        self.texts: list[str] = []
        self.places: list[int] = []
        self.start = 0  # entries before it are too old
        self.by_text: dict[str, int] = {}
        self.by_numbers: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._bit: dict[str | tuple[str, int], int] = {}
        self._bits: dict[int, int] = {}
        self._characters: dict[int, frozenset[str]] = {}

    def add(self, place: int, entry: Entry, text: str) -> None:
        """Keep an entry for the later ones."""
        number = len(self.entries)
        self.entries.append(entry)
        self.texts.append(text)
        self.places.append(place)
        self.by_text[text] = number
        self.by_numbers[_numbers(text)].append(number)

    def best(self, place: int, day: int, text: str, similar: bool) -> Twin | None:
        """The most alike of the entries in time; equal ones first, then the earliest."""
        mine = len(self.entries)  # the number that the text will have
        while self.start < mine and day - self.entries[self.start].day > self.days:
            self.start += 1
        if self.start == mine or not text:
            return None
        same = self.by_text.get(text, -1)
        if same >= self.start:
            return Twin(self.entries[same], 100)
        if not similar:
            return None
        self.texts.append(text)
        numbers = list(self._comparable(place, text))
        alike = self._alike_at_once if len(numbers) > _FEW else self._alike_one_by_one
        most, found = max(alike(mine, numbers), default=(0.0, 0))
        self.texts.pop()
        return Twin(self.entries[-found], int(most * 100)) if most >= self.least else None

    def _comparable(self, place: int, text: str) -> Iterator[int]:
        """The last hundred in time that do not name other numbers; a text without any does not contradict."""
        first = max(self.start, bisect_left(self.places, place - _MOST_COMPARED))
        numbers = _numbers(text)
        if not numbers:
            yield from range(first, len(self.entries))
            return
        for named in (numbers, ()):
            for number in reversed(self.by_numbers.get(named, ())):
                if number < first:
                    break
                yield number

    def _alike_one_by_one(self, mine: int, numbers: Iterable[int]) -> Iterator[tuple[float, int]]:
        """(Dice coefficient of the pairs, less the number) of those that are not plainly under the least."""
        text = self.texts[mine]
        for number in numbers:
            other = self.texts[number]
            both = len(text) + len(other) - 2
            needed = ceil(self.least * both / 2 - 1e-9)
            if min(len(text), len(other)) - 1 < needed:
                continue
            # Every character that the other text lacks spoils a pair of its own, wherever it stands.
            own, others = self._set(mine), self._set(number)
            common = len(own & others)
            if min(len(text) - len(own), len(other) - len(others)) + common - 1 >= needed:
                yield from self._alike_at_once(mine, (number,))

    def _alike_at_once(self, mine: int, numbers: Sequence[int]) -> list[tuple[float, int]]:
        """(Dice coefficient of the pairs, less the number) of those that reach the least."""
        if len(self._bit) > _MOST_BITS:
            self._bit.clear()
            self._bits.clear()
        bits, texts, least = self._bits, self.texts, self.least
        for number in (mine, *numbers):
            if number not in bits:
                bits[number] = self._pairs(number)
        own, size = bits[mine], len(texts[mine]) - 2
        shared = [2 * (own & bits[number]).bit_count() for number in numbers]
        both = [size + len(texts[number]) for number in numbers]
        return [
            (twice / pairs, -number)
            for twice, pairs, number in zip(shared, both, numbers, strict=True)
            if twice >= least * pairs > 0
        ]

    def _set(self, number: int) -> frozenset[str]:
        known = self._characters.get(number)
        if known is None:
            known = self._characters[number] = frozenset(self.texts[number])
        return known

    def _pairs(self, number: int) -> int:
        text, bit = self.texts[number], self._bit
        pairs: Sequence[str | tuple[str, int]] = list(map(add, text, text[1:]))
        if len(set(pairs)) < len(pairs):
            pairs = _counted(pairs)
        known = 0
        for pair in pairs:
            known |= 1 << bit.setdefault(pair, len(bit))
        return known


def _counted(pairs: Iterable[str | tuple[str, int]]) -> list[str | tuple[str, int]]:
    """The pairs, the second and further occurrences of one told apart."""
    times: dict[str | tuple[str, int], int] = {}
    told: list[str | tuple[str, int]] = []
    for pair in pairs:
        times[pair] = times.get(pair, 0) + 1
        told.append(pair if times[pair] == 1 else (str(pair), times[pair]))
    return told


def _numbers(text: str) -> tuple[str, ...]:
    """The numbers that a text names, whatever their order."""
    found = _NUMBER.findall(text)
    return tuple(sorted(found)) if len(found) > 1 else tuple(found)


RULE = Rule(
    "near-duplicate",
    Severity.WARNING,
    check,
    {"days": 7, "percent": 82, "shortest": 8},
    limits={"days": (0, 366), "percent": (50, 100), "shortest": (1, 1000)},
)
