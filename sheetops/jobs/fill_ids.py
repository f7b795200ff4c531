"""New request IDs: the next numbers of the sheet's own pattern, each given once and never again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import chain, islice

from sheetops.domain.cell_texts import NUMBERS
from sheetops.domain.id_numbers import Used, UsedNumbers
from sheetops.domain.ids import IdPattern, learn
from sheetops.domain.plan import Edit
from sheetops.domain.policy import Policy
from sheetops.domain.requests import Requests
from sheetops.domain.rows import is_blank
from sheetops.domain.slips import same_day_within
from sheetops.domain.table import Raw
from sheetops.domain.template import COLUMNS
from sheetops.domain.values import as_date, as_text
from sheetops.domain.view import View

_FIRST_TOLD = date(2000, 1, 1)  # what is dated before it is a number or a time that was read as a date
# A day this long before the one by which a request is known is believed; with another year, so is one within them.
_BEFORE, _AFTER = timedelta(days=31), timedelta(days=119)
# What people write of every request.
_NEEDED = tuple(column.key for column in COLUMNS if column.required and not column.by_job)


class Ids:
    """Gives out numbers over all log tabs of a view; `given` is what has to be reserved in the ledger."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.highest: dict[str, int] = {}
        self.given: list[tuple[str, int]] = []
        self._prefixes: dict[date, str] = {}
        self._used: dict[str, Used] = {}
        self._all_used: UsedNumbers | None = None

    @cached_property
    def known(self) -> list[str]:
        """The IDs in the sheet."""
        return list(chain.from_iterable(map(_known, self.view.logs)))

    @cached_property
    def pattern(self) -> IdPattern | None:
        """What the sheet's IDs follow; None where that is no form that is known."""
        stated = IdPattern(self.view.settings.id_pattern)
        return learn(self.known, stated) or (stated if stated.text != Policy.id_pattern else None)

    @cached_property
    def as_number(self) -> bool:
        """Whether most of people's IDs are numbers, among which a text would sort apart."""
        counted = [_numbers_and_all(log) for log in self.view.logs]
        return 2 * sum(numbers for numbers, _ in counted) > sum(count for _, count in counted)

    def edits(self) -> Iterator[Edit]:
        """An ID for every row without one: the earliest opened first, else as the rows stand."""
        rows = [(log, index, log.value("opened", index)) for log, index in self._waiting()]
        if not rows or self.pattern is None:
            return
        why = self.view.texts("fill.id", pattern=self.pattern.text)
        for log, index, opened in sorted(rows, key=lambda row: self._moment(row[2])):
            yield self._edit(self.pattern, log, index, opened, why)

    def remark(self) -> str | None:
        """One sentence where requests wait for an ID and the sheet's IDs follow no form that is known."""
        if next(self._waiting(), None) is None or self.pattern is not None:
            return None
        return self.view.texts("fill.id_form", example=self.known[-1])

    def _waiting(self) -> Iterator[tuple[Requests, int]]:
        """The rows without an ID that say enough to be a request: two of the columns every request needs.

        A total or a legend under the log fills one cell; so does a request that a person has only begun to type,
        which gets its number at the next run.
        """
        for log in self.view.logs:
            blank = log.blank("id")
            columns = [log.table.column(key) for key in _NEEDED if blank and log.table.has(key)]
            enough = min(2, len(columns))
            for index in blank:
                filled = (column for column in columns if not is_blank(column[index]))
                if len(list(islice(filled, enough))) == enough:
                    yield log, index

    def _moment(self, opened: date | datetime | None) -> datetime:
        moment = opened or self.view.now
        return moment if isinstance(moment, datetime) else datetime.combine(moment, time(0))

    def _edit(
        self, pattern: IdPattern, log: Requests, index: int, opened: date | datetime | None, why: str
    ) -> Edit:
        day = as_date(opened) or self._known_day(log, index)
        if day not in self._prefixes:
            self._prefixes[day] = pattern.prefix(day)
        prefix = self._prefixes[day]
        text = pattern.make(prefix, *self._next(pattern, prefix))
        new: Raw = int(text) if self.as_number and text.isdigit() else text
        old = log.table.column("id")[index]
        return Edit(log.ref(index), "id", log.table.cell(index, "id"), old, new, why)

    def _known_day(self, log: Requests, index: int) -> date:
        """The earliest day by which a request that does not say when it was opened was there, as far as that is known.

        Its ID says a month, which figures and rules then take for that of its opening; so an old row must not be
        given today's. A due date of an open request tells only of rows that no earlier run missed: of one that is
        new to a sheet the ledger watches, a due date of long ago is a slip. A year is a slip too where the same day
        of another year is near what else is known of the request; that day then counts, so that the rule for dates,
        which goes by the month of the ID, tells of it.
        """
        life, since = self.view.life(log, index), self.view.history.since
        seen = min(self.view.today, life.first_seen.date()) if life else self.view.today
        old = since is None or (
            life is not None and (life.first_seen <= since or "first_seen" in life.unsure)
        )
        resolved: date | None = log.value("resolved", index)
        due: date | None = log.value("due", index) if old or resolved is not None else None
        known = due if old else seen
        done = (resolved, as_date(log.value("first_response", index)))
        told = [_meant(day, known, self.view.today) for day in done]
        told.append(due if old else _meant(due, seen))
        return min([seen, *(day for day in told if day is not None and day >= _FIRST_TOLD)])

    def _next(self, pattern: IdPattern, prefix: str) -> tuple[int, int]:
        """The next number, and to how many digits it is padded.

        One more than the last of the numbering (see `UsedNumbers`) or than any ever given; none that stands in the
        sheet, was once seen in it, or is plainly meant by a mistyped ID.
        """
        if prefix not in self._used:
            used = self._used[prefix] = self._numbers(pattern).under(prefix)
            self.highest[prefix] = max(self.view.history.highest.get(prefix, 0), used.last)
        used = self._used[prefix]
        number = self.highest[prefix] + 1
        while number in used.taken:
            number += 1
        self.highest[prefix] = number
        self.given.append((prefix, number))
        return number, used.width

    def _numbers(self, pattern: IdPattern) -> UsedNumbers:
        if self._all_used is None:
            self._all_used = UsedNumbers(pattern, self.known, self.view.history.lives)
        return self._all_used


def _meant(day: date | None, known: date | None, last: date = date.max) -> date | None:
    """The day, or that of another year which is near the one by which a request is known, and not after `last`."""
    if day is None or known is None or day < _FIRST_TOLD or day >= known - _BEFORE:
        return day
    return same_day_within(day, known - _BEFORE, min(last, known + _AFTER)) or day


def _known(log: Requests) -> Iterable[str]:
    """The IDs of one log: those of different cells, in the order of their first rows."""
    if log.kinds("id") <= NUMBERS:
        ids = filter(None, log.values("id"))
        return dict.fromkeys(ids) if log.repeated("id") else ids
    return filter(None, (as_text(raw).strip() for raw in log.distinct("id")))


def _numbers_and_all(log: Requests) -> tuple[int, int]:
    """How many different IDs of a log are numbers, and how many there are."""
    if log.kinds("id") <= NUMBERS and not log.repeated("id"):
        count = len(log) - log.cells("id").count(None)
        return count, count
    ids = [raw for raw in log.distinct("id") if not is_blank(raw)]
    return sum(isinstance(raw, (int, float)) for raw in ids), len(ids)
