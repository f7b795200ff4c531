"""Claim, send, record: a digest goes out once, whatever crashes in between.

The claim in the ledger comes first and is unique for (job, sheet, person, day). Who dies between the claim and
the record leaves an unknown outcome, which is shown and never resent by itself. A mail that surely did not
leave is recorded as failed; its claim may be taken again, by a later try of this run or by the next run.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Protocol

from sheetops.domain.personal import masked
from sheetops.domain.plan import Delivery, Digest, Plan
from sheetops.domain.view import View
from sheetops.errors import SettingsError
from sheetops.messages.chat import Chat, split_text
from sheetops.messages.chat_post import render_post
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

    job: str
    label: str
    person: str  # who it is claimed for
    day: date
    message: Message
    identifier: str
    send: Callable[[], Attempt] | None = None  # None: it cannot be sent
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


class _Line(Protocol):
    """What must be made ready before sending, and let go of afterwards."""

    def connect(self) -> Attempt | None: ...
    def close(self) -> None: ...


class Outbox:
    """Renders digests and hands them to a transport, each claimed first; then posts to the chats."""

    def __init__(
        self,
        transport: Transport,
        sender: Sender,
        claims: Claims,
        style: Style,
        retry_after: Sequence[float] = RETRY_AFTER,
        sleep: Callable[[float], None] = time.sleep,
        chats: Sequence[Chat] = (),
        shield: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """`shield` goes around what a signal must not cut short: a claim, its sending and its record."""
        self.transport = transport
        self.sender = sender
        self.claims = claims
        self.style = style
        self.retry_after = retry_after
        self.sleep = sleep
        self.chats = chats
        self.shield = shield

    def deliver(self, run: str | None, plan: Plan, view: View) -> tuple[Delivery, ...]:
        """Send every digest of the plan; without a run (a dry run) only say what would be sent."""
        letters = [self._letter(digest, view) for digest in plan.digests]
        batches: list[tuple[_Line, list[_Letter]]] = [(self.transport, letters)]
        if plan.digests:
            batches += [(chat, self._posts(chat, view)) for chat in self.chats]
        for line, batch in batches:
            ready = [letter for letter in batch if letter.send is not None]
            if run is not None:
                self._send_all(run, ready, view.snapshot.location, line)
                continue
            for letter in ready:
                letter.last = Attempt("planned")
        return tuple(letter.delivery() for _, batch in batches for letter in batch)

    def _letter(self, digest: Digest, view: View) -> _Letter:
        person, sheet = digest.person, view.snapshot.location
        label = "-".join(part for part in (person.department, person.name) if part)
        letter = _Letter(
            "remind",
            masked(label) or view.texts("mail.nobody"),
            person.key,
            digest.day,
            render_digest(digest, view, self.style),
            message_id("remind", sheet, person.key, digest.day),
        )
        if person.email is None:
            return letter
        why_not = self.transport.cannot_reach(person.email)
        if why_not is None:
            moment = view.now.replace(tzinfo=view.policy.clock.hours.zone)
            try:
                mail = compose(letter.message, person, self.sender, letter.identifier, moment)
                letter.send = partial(self.transport.send, mail, _file_name(letter))
            except SettingsError as error:
                why_not = error.line()
        letter.last = Attempt("no-address", reason=why_not or "")
        return letter

    def _posts(self, chat: Chat, view: View) -> list[_Letter]:
        """What the group is told today, in as many parts as its service asks for; nothing on the team's day off."""
        message = render_post(view, self.style)
        if message is None:
            return []
        posts = []
        for number, part in enumerate(split_text(message.text, chat.limit), 1):
            person = f"chat-{number}@{chat.channel.name}"
            posts.append(
                _Letter(
                    "chat",
                    f"{chat.channel.service} {chat.channel.name}",
                    person,
                    view.today,
                    Message(message.subject, part, ""),
                    message_id("chat", view.snapshot.location, person, view.today),
                    partial(chat.post, part),
                )
            )
        return posts

    def _send_all(self, run: str, pending: list[_Letter], sheet: str, line: _Line) -> None:
        """Try each, then again those that met a passing error, after longer and longer waits."""
        try:
            for wait in (0.0, *self.retry_after):
                if not pending:
                    return
                if wait:
                    self.sleep(wait)
                trouble = line.connect()
                if trouble is None:
                    self._try_each(run, pending, sheet)
                    pending = [letter for letter in pending if letter.last.again]
                    continue
                for letter in pending:
                    letter.last = trouble
                if not trouble.again:
                    return
        finally:
            line.close()

    def _try_each(self, run: str, pending: list[_Letter], sheet: str) -> None:
        for index, letter in enumerate(pending):
            with self.shield():
                letter.last = self._attempt(run, letter, sheet)
            if letter.job == "chat" and letter.last.again:  # the parts of a post stay in order
                for later in pending[index + 1 :]:
                    later.last = letter.last
                return

    def _attempt(self, run: str, letter: _Letter, sheet: str) -> Attempt:
        assert letter.send is not None
        if not self.claims.claim_mail(run, letter.job, sheet, letter.person, letter.day, letter.identifier):
            return Attempt("already")
        attempt = letter.send()
        if attempt.outcome != "unknown":
            self.claims.mail_outcome(letter.identifier, attempt.outcome)
        return attempt


def _file_name(letter: _Letter) -> str:
    slug = re.sub(r"[^\w.@-]+", "-", letter.person).strip("-")
    return f"{letter.day}-{slug}"
