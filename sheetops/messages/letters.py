"""What waits to be sent: one letter to one person or group, and what has become of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Protocol

from sheetops.domain.plan import Delivery
from sheetops.domain.workdays_clock import Shift
from sheetops.messages.chat import Chat
from sheetops.messages.render import Message, Section
from sheetops.messages.sending import Attempt


class Claims(Protocol):
    """What the outbox asks of the ledger."""

    def claim_mail(self, run: str, job: str, sheet: str, person: str, day: date, message_id: str) -> bool: ...
    def claim_digest(
        self, run: str, sheets: Sequence[str], person: str, day: date, message_id: str
    ) -> bool: ...
    def hold_digest(self, run: str, sheet: str, person: str, day: date) -> bool: ...
    def has_turn(self, sheets: Sequence[str], person: str, day: date) -> bool: ...
    def has_mailed(self, job: str, sheets: Sequence[str], person: str, day: date) -> tuple[bool, bool]: ...
    def mail_outcome(self, message_id: str, outcome: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Leave:
    """When a letter may leave: as long as it is the day it speaks of, and an hour at which mails may arrive."""

    hours: Shift
    zone: tzinfo | None  # of the reader's clock; none: this machine's
    day: date | None = None  # none: any

    def given(self, moment: datetime) -> bool:
        """Whether it still holds at an aware moment."""
        there = moment.astimezone(self.zone)
        same_day = self.day in (None, there.date()) or self.hours.overnight
        return same_day and self.hours.holds(there.time())


@dataclass
class Post:
    """What one run wants to be sent, apart from its sheet, so that several runs can be sent together."""

    run: str | None  # None: a dry run, so nothing is sent
    sheet: str
    moment: datetime  # aware
    other_day: bool  # `--as-of` another day than today
    sections: list[Section]
    leaves: dict[str, Leave]  # by the key of the sections' persons
    chats: list[tuple[Chat, list[Letter]]]
    reviews: list[Letter] = field(default_factory=list)


@dataclass
class Letter:
    """One thing to send, and what has become of it."""

    job: str
    label: str
    person: str  # who it is claimed for
    day: date
    message: Message
    identifier: str
    run: str | None
    sheets: tuple[str, ...]  # that it tells of, by location
    send: Callable[[], Attempt] | None = None  # None: it cannot be sent
    waits: bool = True  # whether it may be left for another day
    leave: Leave | None = None  # none: at any time
    last: Attempt = field(default_factory=lambda: Attempt("no-address"))

    def delivery(self) -> Delivery:
        """What became of it, as a report has it."""
        return Delivery(
            self.label,
            self.message.subject,
            self.last.outcome,
            self.last.where,
            self.message.text,
            self.message.html,
            self.last.reason,
        )


class Line(Protocol):
    """What must be made ready before sending, and let go of afterwards."""

    leaves_the_house: bool

    def connect(self) -> Attempt | None:
        """Make ready; the failure where that cannot be done."""

    def close(self) -> None:
        """Let go."""
