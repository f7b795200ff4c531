"""What the ledger remembers of a sheet, handed to the jobs as data."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from sheetops.domain.table import Raw, Table

if TYPE_CHECKING:
    from sheetops.domain.finding import Finding
    from sheetops.domain.requests import Requests


class Reopening(NamedTuple):
    """One time that a resolved request was open again."""

    resolved: date  # the resolved date that was taken away
    seen: datetime  # the first run that saw it open again


class Life(NamedTuple):
    """What earlier runs saw of one request. Moments are naive, in the team's time zone."""

    first_seen: datetime
    first_response: datetime | None = None
    resolved_seen: datetime | None = None  # first run that saw it resolved (since its last reopening)
    reopenings: tuple[Reopening, ...] = ()  # oldest first
    due_changes: int = 0
    owner_changes: int = 0
    last_progress: datetime | None = None  # last run that saw owner, urgency, due or result differ
    # What looking now and then cannot know: `first_seen`, `first_response`, `resolved`, `reopened`.
    unsure: frozenset[str] = frozenset()

    @property
    def reopened(self) -> int:
        """How often it was seen open again after it was resolved."""
        return len(self.reopenings)


class Said(NamedTuple):
    """One statement of the policy as a run saw it first: new, changed, or (without a value) no longer there."""

    name: str  # such as `targets.high.response`
    value: str | None  # without language; of names of people the print alone
    label: str = ""  # in the sheet's language then
    text: str = ""
    run: str | None = None  # None: the run that is looking now
    moment: datetime | None = None  # when that run began


def _none_listed() -> Mapping[str, datetime]:
    return {}


def _nothing(table: Table, index: int) -> Life | None:
    return None


def _alike(table: Table, index: int) -> int:
    return 0


def _standing(log: Requests, indexes: Sequence[int]) -> list[frozenset[str]]:
    return [frozenset()] * len(indexes)


def _all_rows(table: Table, context: str) -> Sequence[int] | None:
    return None


def _never_found(findings: Sequence[Finding], twins: Mapping[int, Sequence[Raw]]) -> list[date | None]:
    return [None] * len(findings)


class NotRun(NamedTuple):
    """One scheduled run that did not happen."""

    name: str  # the timetable's
    slot: datetime  # when it was due, in the team's time zone
    failed: bool  # it was begun, and failed; else nobody was there to begin it


def _none(person: str) -> tuple[NotRun, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class History:
    """The ledger's memory of one sheet up to now; empty where the ledger is new."""

    lives: Mapping[str, Life] = field(default_factory=lambda: MappingProxyType({}))  # ID → life
    since: datetime | None = None  # the first run ever; figures before it are not known
    last_rows: Mapping[str, int] = field(default_factory=dict)  # tab → begun rows at the last finished run
    last_columns: Mapping[str, frozenset[str]] = field(default_factory=dict)  # tab → keys then
    highest: Mapping[str, int] = field(default_factory=dict)  # ID prefix → highest sequence number ever given
    mailed: Container[tuple[str, str, date]] = frozenset()  # (job, person key, day) claimed
    reviewed: Mapping[str, Any] = field(default_factory=dict)  # period → when its review was written
    # (table, index of its row) → the life of a request that was seen before without an ID
    unnamed: Callable[[Table, int], Life | None] = _nothing
    # (table, index of its row) → how many of customer and description differ from those last seen under its ID
    differing: Callable[[Table, int], int] = _alike
    # (requests, indexes of their rows) → of each, which of owner, urgency, due and result differ from those last
    # seen under its ID: what happened since the last run, which no life tells yet
    progress: Callable[[Requests, Sequence[int]], list[frozenset[str]]] = _standing
    # (findings, of those in rows that share their ID with others: place → customer and description) → the day of the
    # run since which each stands, None for one that the last run did not see
    found_since: Callable[[Sequence[Finding], Mapping[int, Sequence[Raw]]], list[date | None]] = _never_found
    policy: tuple[Said, ...] = ()  # what the policy said at the first recorded run, then each change of it
    print_of: Callable[[str], str] = str  # how the value of a discreet statement is kept
    # person key → scheduled runs that did not happen since this person's last digest, oldest first
    not_run: Callable[[str], tuple[NotRun, ...]] = _none
    # system key → when a job last wrote it into a living tab, so that what people took out is not written again
    listed: Callable[[], Mapping[str, datetime]] = _none_listed
    # (request table, context) → the indexes of the rows that rules which go row by row must judge: the others stand
    # as the last run saw them when it judged under the same context, and saw nothing in them. None: all.
    to_judge: Callable[[Table, str], Sequence[int] | None] = _all_rows

    def first_seen(self, identifiers: Iterable[str | None]) -> list[datetime | None]:
        """When each of these IDs was first seen, all at once; None for one never seen."""
        many = getattr(self.lives, "first_seen", None)
        if many is not None:
            found: list[datetime | None] = many(identifiers)
            return found
        lives = map(self.life, identifiers)
        return [life.first_seen if life is not None else None for life in lives]

    def lives_of(self, identifiers: Sequence[str | None]) -> list[Life | None]:
        """The `life` of each of these IDs, all at once."""
        many = getattr(self.lives, "many", None)
        if many is not None:
            found: list[Life | None] = many(identifiers)
            return found
        return list(map(self.life, identifiers))

    def reopened_among(self, identifiers: Sequence[str | None]) -> list[int]:
        """The places of the IDs under which the life of a request that came back is remembered."""
        many = getattr(self.lives, "reopened_among", None)
        if many is not None:
            found: list[int] = many(identifiers)
            return found
        back = {identifier for identifier, life in self.lives.items() if life.reopenings}
        return [at for at, identifier in enumerate(identifiers) if identifier in back]

    def differing_in(self, table: Table, indexes: Sequence[int], least: int = 1) -> list[int]:
        """What `differing` gives for each of these rows of a table, all at once; 0 too for what is below `least`."""
        many = getattr(self.differing, "many", None)
        if many is not None:
            found: list[int] = many(table, indexes, least)
            return found
        return [self.differing(table, index) for index in indexes]

    def life(self, identifier: str | None) -> Life | None:
        """What is remembered of a request, None for one never seen."""
        return self.lives.get(identifier) if identifier else None


class Happening(NamedTuple):
    """One thing that a run saw happen to a request. What people wrote in words has no `old` and `new`."""

    request: int  # the ledger's number of it
    id: str | None  # as last seen
    moment: datetime  # when the run began
    run: str
    what: str  # `first_seen`, `first_response`, `resolved`, `reopened`, `moved`, `gone`, `back`; or `changed`
    field: str | None = None
    old: str | None = None
    new: str | None = None
    change: str | None = None  # of a field: `filled`, `changed`, `emptied`
    by_job: bool = False


class PastEdit(NamedTuple):
    """One edit that a run made, or left alone (see `outcome`), as the ledger remembers it."""

    run: str
    tab: str  # where its row stands now, else where it stood
    row: int | None  # where its row stands now; None where that is not known
    cell: str  # where it was made
    id: str | None  # the request's ID as last seen
    column: str
    old: Raw
    new: Raw
    outcome: str  # `written`, or why it was left alone
    stored: bool = True  # False: what people wrote is not kept, so it cannot be put back
    living: bool = False  # of a living tab: `id` is that of its row there
    old_stored: bool = True  # False: what stood there before is not kept
    print: str | None = None  # of what was written, where only that is kept (`Ledger.print_of`)
