"""What a team has decided: targets, calendar, routing, rules. Data only; the settings room makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from sheetops.domain.choices import DEFAULT_LISTS, Choices
from sheetops.domain.finding import Severity
from sheetops.domain.people import Person
from sheetops.domain.texts import Texts
from sheetops.domain.workdays import WorkCalendar
from sheetops.domain.workdays_clock import Shift, Target, WorkClock

if TYPE_CHECKING:
    from sheetops.domain.words import Cut

_DAYTIME = Shift(time(7), time(20))


class UrgencyTarget(NamedTuple):
    """How soon a request of one urgency is to be answered and resolved; None is no target."""

    response: Target | None
    resolution: Target | None


class RuleSetting(NamedTuple):
    """What a team changed about one rule: off, another severity, other parameters, only on some tabs."""

    on: bool = True
    severity: Severity | None = None
    parameters: Mapping[str, int | float | str] = MappingProxyType({})
    tabs: tuple[str, ...] = ()  # none = every tab


@dataclass(frozen=True)
class Policy:
    """Everything that jobs need to know beside the sheet, its history and the time."""

    texts: Texts
    clock: WorkClock
    targets: Mapping[str, UrgencyTarget]  # urgency key → targets
    lists: Mapping[str, Choices] = field(default_factory=lambda: DEFAULT_LISTS)
    id_pattern: str = "{yyyy}{mm}{seq:02}"
    routing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # type key → departments
    assign: Literal["off", "department", "person"] = "off"  # whether `fill` gives requests an owner
    suggest_priority: bool = True  # whether `fill` says which priority would fit
    rules: Mapping[str, RuleSetting] = field(default_factory=dict)
    people: tuple[Person, ...] = ()  # of the settings, beside the People tab
    team_lead: str | None = None
    address_pattern: str | None = None  # address of owners whom the People tab does not name
    feedback_days: int = 3  # working days after `resolved` in which the customer is called back
    due_soon_days: int = 2  # working days before `due` from which a reminder says so
    high_priority: int = 4  # from here on progress must change every working day
    stale_days: int = 1  # working days without progress that make a high-priority request stale
    escalate_after: tuple[int, int] = (3, 6)  # working days overdue: to the manager, to the director
    mail_hours: Shift = _DAYTIME  # when mails may arrive, by the reader's own clock
    review_mail: tuple[str, ...] = ()  # who is mailed the review: `managers`, names, addresses
    goals: Mapping[str, float] = field(default_factory=dict)  # figure key → goal
    log_tabs: tuple[str, ...] = ()
    column_names: Mapping[str, str] = field(default_factory=dict)  # header text → key
    cut: Cut | None = None  # cuts Chinese text into words, where the package for it is there
    words: tuple[str, ...] = ()  # the team's own dictionary: never cut
    stop_words: tuple[str, ...] = ()  # never a keyword
    language: str | None = None  # None: the sheet's own
    improve_review_days: int = 90  # until a measure is judged, and again where it did not work
    improve_alpha: float = 0.05  # the chance that a measure which does nothing is ever called effective
    improve_least: int = 30  # cases before and after, without which nothing is judged
    brake_share: float = 0.3  # a fall of the rows by more than this share stops the run
    # The settings that the team's file names, such as `targets.high.response`; all others hold by default.
    stated: frozenset[str] = field(default_factory=frozenset, compare=False)

    @property
    def calendar(self) -> WorkCalendar:
        """The team's working days."""
        return self.clock.calendar

    def rule(self, code: str) -> RuleSetting:
        """The team's setting of a rule, the default where it says nothing."""
        return self.rules.get(code, _DEFAULT_RULE)


_DEFAULT_RULE = RuleSetting()
