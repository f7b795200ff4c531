"""Claim, send, record: a digest goes out once, whatever crashes in between.

The claim in the ledger comes first and is unique for (job, sheet, person, day). Who dies between the claim and
the record leaves an unknown outcome, which is shown and never resent by itself. A mail that surely did not
leave is recorded as failed; its claim may be taken again, by a later try of this run or by the next run.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from email.message import EmailMessage
from typing import Protocol

from sheetops.domain.plan import Delivery, Digest, Plan
from sheetops.domain.view import View
from sheetops.errors import SettingsError
from sheetops.messages.compose import Sender, compose, message_id
from sheetops.messages.render import Message, Style, render_digest
from sheetops.messages.sending import Attempt, Transport

RETRY_AFTER = (5.0, 30.0, 120.0)  # seconds; then the next run tries


class Claims(Protocol):
    """What the outbox asks of the ledger."""

    def claim_mail(self, run: str, job: str, sheet: str, person: str, day: date, message_id: str) -> bool: ...
    def mail_outcome(self, message_id: str, outcome: str) -> None: ...


@dataclass
class _Letter:
    """One thing to send, and what has become of it."""

    label: str
    person: str  # who it is claimed for
    day: date
    message: Message
    identifier: str
    mail: EmailMessage | None = None  # None: it cannot be sent
    last: Attempt = field(default_factory=lambda: Attempt("no-address"))

    def delivery(self) -> Delivery:
        return Delivery(
            self.label,
            self.message.subject,
            self.last.outcome,
            self.last.where,
            self.message.text,
            self.message.html,
            self.last.reason,
        )


class Outbox:
    """Renders digests and hands them to a transport, each claimed first."""

    def __init__(
        self,
        transport: Transport,
        sender: Sender,
        claims: Claims,
        style: Style,
        retry_after: Sequence[float] = RETRY_AFTER,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.transport = transport
        self.sender = sender
        self.claims = claims
        self.style = style
        self.retry_after = retry_after
        self.sleep = sleep

    def deliver(self, run: str | None, plan: Plan, view: View) -> tuple[Delivery, ...]:
        """Send every digest of the plan; without a run (a dry run) only say what would be sent."""
        letters = [self._letter(digest, view) for digest in plan.digests]
        ready = [letter for letter in letters if letter.mail is not None]
        if run is None:
            for letter in ready:
                letter.last = Attempt("planned")
        else:
            self._send_all(run, ready, view.snapshot.location)
        return tuple(letter.delivery() for letter in letters)

    def _letter(self, digest: Digest, view: View) -> _Letter:
        person, sheet = digest.person, view.snapshot.location
        label = "-".join(part for part in (person.department, person.name) if part)
        identifier = message_id("remind", sheet, person.key, digest.day)
        letter = _Letter(
            label or view.texts("mail.nobody"),
            person.key,
            digest.day,
            render_digest(digest, view, self.style),
            identifier,
        )
        if person.email is None:
            return letter
        why_not = self.transport.cannot_reach(person.email)
        if why_not is None:
            moment = view.now.replace(tzinfo=view.policy.clock.hours.zone)
            try:
                letter.mail = compose(letter.message, person, self.sender, identifier, moment)
            except SettingsError as error:
                why_not = error.line()
        letter.last = Attempt("no-address", reason=why_not or "")
        return letter

    def _send_all(self, run: str, pending: list[_Letter], sheet: str) -> None:
        """Try each, then again those that met a passing error, after longer and longer waits."""
        try:
            for wait in (0.0, *self.retry_after):
                if not pending:
                    return
                if wait:
                    self.sleep(wait)
                trouble = self.transport.connect()
                if trouble is None:
                    for letter in pending:
                        letter.last = self._attempt(run, letter, sheet)
                    pending = [letter for letter in pending if letter.last.again]
                    continue
                for letter in pending:
                    letter.last = trouble
                if not trouble.again:
                    return
        finally:
            self.transport.close()

    def _attempt(self, run: str, letter: _Letter, sheet: str) -> Attempt:
        assert letter.mail is not None
        if not self.claims.claim_mail(run, "remind", sheet, letter.person, letter.day, letter.identifier):
            return Attempt("already")
        attempt = self.transport.send(letter.mail, _file_name(letter))
        if attempt.outcome != "unknown":
            self.claims.mail_outcome(letter.identifier, attempt.outcome)
        return attempt


def _file_name(letter: _Letter) -> str:
    slug = re.sub(r"[^\w.@-]+", "-", letter.person).strip("-")
    return f"{letter.day}-{slug}"
