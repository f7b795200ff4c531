"""What a rule is, and what it is given to look at.

A rule is one module of this package with a `RULE`. Rules go through columns, not cells: they judge each
distinct value once and touch rows only where a value is faulty.
"""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import compress
from typing import Any, TypeVar

from sheetops.domain.cell_texts import CellTexts
from sheetops.domain.finding import Finding, Severity
from sheetops.domain.patterns import pattern
from sheetops.domain.personal import masked
from sheetops.domain.policy import Policy, RuleSetting
from sheetops.domain.requests import Requests
from sheetops.domain.table import CellError, cell_name
from sheetops.domain.text import SEAM
from sheetops.domain.values import as_date, as_text
from sheetops.domain.view import View
from sheetops.domain.workdays import WorkCalendar

T = TypeVar("T")
Parameter = int | float | str
MANY = 10_000_000  # rows: more than any sheet has
_SAMPLE = 500  # rows
_RARE = 10  # rows of the sample
_ODD_SIGNS = frozenset("#=+-@＝＋－＠ \t\r\n")
_ODD_START = pattern(f"{SEAM}[{re.escape(''.join(sorted(_ODD_SIGNS)))}]")
_LONGEST_QUOTE = 40  # characters of a cell that a message shows


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its code, how bad its findings are, its parameters with their defaults, and the check."""

    code: str
    severity: Severity
    check: Callable[[Look], Iterator[Finding]]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    on: bool = True  # whether it runs where the settings say nothing
    limits: Mapping[str, tuple[float, float]] = field(
        default_factory=dict
    )  # of the parameters that are numbers
    # Whether `check` goes row by row: what it sees in a row rests on the row's own cells, on what the context says
    # (see sheetops.domain.rules.context) and on nothing else: no other row, no history, no time of day, and of
    # formulas, hidden rows and merged cells none but the formulas in the row. A row that stands as it stood is then
    # not judged twice under one context. What rests on how many rows are such as well goes row by row where these are
    # rare (see Look.is_rare).
    by_row: bool = False
    # What a rule that goes row by row has to say of the table as a whole, after what `check` sees.
    whole: Callable[[Look], Iterator[Finding]] | None = None
    # What its verdicts take from the table as a whole, as a text that goes into the context.
    grounds: Callable[[Look], str] | None = None

    @property
    def page(self) -> str:
        """The rule's page of the docs: the docstring of its module."""
        return inspect.cleandoc(inspect.getmodule(self.check).__doc__ or "")


class Look:
    """One request table as one rule looks at it, with the rule's parameters."""

    def __init__(
        self,
        view: View,
        log: Requests,
        rule: Rule,
        setting: RuleSetting,
        memory: dict[str, Any] | None = None,
    ) -> None:
        self.view = view
        self.log = log
        self.rule = rule
        self.setting = setting
        self.parameters: Mapping[str, Parameter] = {**rule.parameters, **setting.parameters}
        self._memory: dict[str, Any] = {} if memory is None else memory
        self._whole: Look | None = None  # not itself: a circle would stay in memory to the end of a run
        # The numbers of rows of which a rule that goes row by row said nothing, and which it must see again.
        self.again: set[int] = set()

    def at(self, log: Requests) -> Look:
        """The same rule, looking at another table."""
        return Look(self.view, log, self.rule, self.setting, self._memory)

    def among(self, some: Requests, memory: dict[str, Any]) -> Look:
        """The same rule, looking at some rows of the same table; `memory` is that of looks at these rows."""
        look = Look(self.view, some, self.rule, self.setting, memory)
        look._whole = self
        return look

    @property
    def whole(self) -> Look:
        """Where this look is at some rows alone: the same rule's look at all of them; else this one."""
        return self if self._whole is None else self._whole

    def is_rare(self, name: str, count: Callable[[Look], int]) -> bool:
        """Whether few rows of the whole table are such as `count` tells of the rows that a look is at.

        A sample answers. A rule whose verdicts rest on how many rows are such goes row by row where they are few: it
        asks for all of them again, so that the others need no look. Where they are many it looks at all rows.
        """
        whole = self.whole

        def few() -> bool:
            rows = range(0, len(whole.log), len(whole.log) // _SAMPLE + 1)
            return count(whole.among(whole.log.some(rows), {})) <= _RARE

        return whole.once(f"rare {name} {whole.log.table.tab}", few)

    def see_again(self, indexes: Iterable[int]) -> None:
        """Ask to be shown these rows by the next run too, whatever is said of them."""
        numbers = self.log.table.numbers
        self.again.update([numbers[index] for index in indexes])

    @property
    def today(self) -> date:
        """The team's calendar day."""
        return self.view.today

    @property
    def calendar(self) -> WorkCalendar:
        """The team's working days."""
        return self.view.policy.clock.calendar

    def number(self, name: str) -> float:
        """A parameter that is a number."""
        return float(self.parameters[name])

    def words(self, name: str) -> tuple[str, ...]:
        """A parameter that is a list in one text, separated by commas."""
        return tuple(word.strip() for word in str(self.parameters[name]).split(",") if word.strip())

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, computed once for all rules and tables of a run; `name` tells such things apart."""
        if name not in self._memory:
            self._memory[name] = make()
        kept: T = self._memory[name]
        return kept

    @cached_property
    def ids(self) -> list[str | None]:
        """The ID of each row as text."""
        ids: list[str | None] = self.log.values("id")
        return ids

    def id_of(self, index: int) -> str | None:
        """The ID of one row, where those of the others may not be wanted."""
        identifier: str | None = self.log.value("id", index)
        return identifier

    @cached_property
    def opened_days(self) -> list[date | None]:
        """The day on which each request was opened, from the optional column; None where it is not known."""
        moments: list[date | datetime | None] = self.log.values("opened")
        if not self.log.table.has("opened"):
            return moments
        days = {moment: as_date(moment) for moment in set(moments)}
        return list(map(days.__getitem__, moments))

    def known_since(self, index: int) -> date | None:
        """As `all_known_since` of one row."""
        return self.all_known_since([index])[0]

    def all_known_since(self, indexes: Sequence[int]) -> list[date | None]:
        """The days on which these requests were opened: the optional column, else the ledger's first seen.

        A request that the ledger's very first run saw is older than that run, so its day is not known.
        """
        since, ids = self.view.history.since, self.log.values_at("id", indexes)
        opened = map(as_date, self.log.values_at("opened", indexes))
        firsts = self.view.history.first_seen(ids)  # in less time than their whole lives
        return [
            day
            or (
                None
                if identifier is not None and since is not None and (first is None or first <= since)
                else self._day_of_life(index)
            )
            for index, day, identifier, first in zip(indexes, opened, ids, firsts, strict=True)
        ]

    def _day_of_life(self, index: int) -> date | None:
        life = self.view.life(self.log, index)
        return None if life is None else self._day_of_first(life.first_seen)

    def is_new(self, index: int) -> bool:
        """Whether this run is the first to see a request, in a sheet that it is not the first to see."""
        history, identifier = self.view.history, self.id_of(index)
        if history.since is None:
            return False
        if identifier is None:
            return history.unnamed(self.log.table, index) is None
        return history.first_seen([identifier])[0] is None

    def known_days(self, indexes: Sequence[int]) -> list[date | None]:
        """`known_since` of these rows; whose ID stands once is not looked at twice (see `View.life`).

        A request that no run saw before is first seen today, so that this run says what the next ones will.
        """
        twice, history, ids = self.view.ids_used_twice, self.view.history, self.log.values_at("id", indexes)
        moments = history.first_seen(ids)
        days = {moment: moment and self._day_of_first(moment) for moment in set(moments)}
        known: list[date | None] = []
        for index, identifier, moment in zip(indexes, ids, moments, strict=True):
            if identifier in twice:
                known.append(self.known_since(index))
            elif moment is None:
                known.append(self.opened_days[index] or self._day_of_unnamed(index))
            else:
                known.append(self.opened_days[index] or days[moment])
        return known

    def _day_of_first(self, moment: datetime) -> date | None:
        since = self.view.history.since
        return None if since is not None and moment <= since else moment.date()

    def _day_of_unnamed(self, index: int) -> date | None:
        """The day of a request that was never seen under an ID: it may have been seen without one."""
        history = self.view.history
        if history.since is None:
            return None
        life = history.unnamed(self.log.table, index)
        return self.today if life is None else self._day_of_first(life.first_seen)

    def header(self, key: str) -> str:
        """What the sheet itself calls the column `key`."""
        table = self.log.table
        text = as_text(table.grid.cell(table.header_row, table.columns[key])) if key in table.columns else ""
        return " ".join(text.split()) or self.view.texts(f"column.{key}")

    def finding(
        self,
        index: int,
        key: str,
        variant: str = "",
        *,
        fix: str | None = None,
        severity: Severity | None = None,
        **params: str,
    ) -> Finding:
        """A finding in the cell under `key` of the `index`-th row; texts are shown masked and shortened."""
        table = self.log.table
        return self._finding(
            table.numbers[index], table.columns[key], key, variant, fix, severity, self.id_of(index), params
        )

    def finding_at(self, row: int, column: int, key: str, variant: str = "", **params: str) -> Finding:
        """A finding in any cell of the tab, such as one of the header."""
        return self._finding(row, column, key, variant, None, None, None, params)

    def _finding(
        self,
        row: int,
        column: int,
        key: str,
        variant: str,
        fix: str | None,
        severity: Severity | None,
        identifier: str | None,
        params: Mapping[str, str],
    ) -> Finding:
        return Finding(
            rule=self.rule.code,
            severity=self.setting.severity or severity or self.rule.severity,
            tab=self.log.table.tab,
            row=row,
            cell=cell_name(row, column),
            column=key,
            id=identifier,
            variant=variant,
            params={
                "column": self.header(key),
                **{name: quote(text, name == "value") for name, text in params.items()},
            },
            fix_value=fix,
        )

    def rows_with(self, key: str, verdicts: Mapping[Any, T]) -> Iterator[tuple[int, T]]:
        """The rows whose cell under `key` holds one of these raw values, with what was said of it."""
        if verdicts:
            cells = self.log.cells(key)
            for index in compress(range(len(cells)), map(verdicts.__contains__, cells)):
                yield index, verdicts[cells[index]]

    def texts(self, key: str) -> CellTexts:
        """The cells under `key` as texts that are searched at once."""
        return self.once(f"texts {self.log.table.tab} {key}", lambda: CellTexts(self.log, key))

    def odd_starts(self, key: str) -> list[tuple[int, str]]:
        """The texts under `key` that begin with a sign of a formula or an error (or are an error), with their places."""
        return self.once(f"odd-starts {self.log.table.tab} {key}", lambda: list(self._odd_starts(key)))

    def _odd_starts(self, key: str) -> Iterator[tuple[int, str]]:
        kinds = self.log.kinds(key)
        if str not in kinds and CellError not in kinds:
            return
        texts = self.texts(key)
        # An error may be told in other signs.
        odd = range(len(texts.cells)) if CellError in kinds else texts.holding(_ODD_START)
        for place in odd:
            raw = texts.cells[place]
            if (raw.__class__ is str and raw[:1] in _ODD_SIGNS) or raw.__class__ is CellError:
                yield place, raw

    def first_of(self, indexes: list[int]) -> int:
        """The row that stands for many alike: the one with the first ID, so that sorting changes nothing."""
        return min(
            indexes, key=lambda index: (self.id_of(index) or "\U0010ffff", self.log.table.numbers[index])
        )

    def once_if_many(self, cells: Mapping[int, T], often: float) -> Iterator[tuple[int, T, int]]:
        """(row, verdict, rows alike), where a verdict that `often` or more rows share is told once."""
        groups: dict[T, list[int]] = defaultdict(list)
        for index, verdict in cells.items():
            groups[verdict].append(index)
        for verdict, indexes in groups.items():
            if len(indexes) >= often:
                yield self.first_of(indexes), verdict, len(indexes)
            else:
                yield from ((index, verdict, 1) for index in indexes)


def quote(text: str, shorten: bool = True) -> str:
    """`text` as a message may show it: in one line, personal data masked, not too long."""
    line = masked(" ".join(text.split()))
    return line if not shorten or len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + "…"


def setting_of(policy: Policy, rule: Rule) -> RuleSetting:
    """What holds for a rule: the team's setting, else the rule's own default."""
    return policy.rules.get(rule.code) or RuleSetting(on=rule.on)


def holds(setting: RuleSetting, tab: str) -> bool:
    """Whether a rule with this setting looks at this tab."""
    return setting.on and (not setting.tabs or tab in setting.tabs)
