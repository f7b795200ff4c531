"""Claim, send, record: a digest goes out once, whatever crashes in between.

The claim in the ledger comes first and is unique for a person and day: what several sheets of one command have to say
is one mail, and a sheet that comes too late is held for the next day, when it has the first turn. Who dies between the claim and
the record leaves an unknown outcome, which is shown and never resent by itself. A mail that surely did not
leave is recorded as failed; its claim may be taken again, by a later try of this run or by the next run.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from functools import partial

from sheetops.domain.people import Person
from sheetops.domain.period import Period
from sheetops.domain.personal import masked
from sheetops.domain.plan import Delivery, Plan
from sheetops.domain.tabs import Tab
from sheetops.domain.view import View
from sheetops.errors import SettingsError
from sheetops.jobs.remind_people import Times
from sheetops.jobs.review_mail import claim_of
from sheetops.messages.chat import Chat, split_text
from sheetops.messages.chat_post import render_post
from sheetops.messages.compose import Sender, compose, message_id
from sheetops.messages.letters import Claims, Leave, Letter, Line, Post
from sheetops.messages.render import Message, Section, link_to, render_sections, section_of
from sheetops.messages.review_mail import alone, render_reviews
from sheetops.messages.sending import Attempt, Transport
from sheetops.messages.templates import Style

RETRY_AFTER = (5.0, 30.0, 120.0)  # seconds; then the next run tries
_HELD = "has today's mail already, of another run; this sheet comes first tomorrow"
_TURN = "another sheet was held last time and comes first today; this one comes tomorrow"
_LATE = "by now it is another day, or an hour at which nobody is written to; the next run tells"
_OTHER_DAY = "not sent, as --as-of names another day than today"


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
        draw: Callable[[Tab, str], bytes] | None = None,
        shield: Callable[[], AbstractContextManager[None]] = nullcontext,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """`shield` goes around what a signal must not cut short: a claim, its sending and its record.

        `clock` gives the moment with its zone. A machine may sleep between plan and mail, so it is asked before
        each letter; without it nobody is.
        """
        self.transport = transport
        self.sender = sender
        self.claims = claims
        self.style = style
        self.retry_after = retry_after
        self.sleep = sleep
        self.chats = chats
        self.draw = draw  # a tab as a workbook of its own, its fonts by language
        self.shield = shield
        self.clock = clock

    def deliver(self, run: str | None, plan: Plan, view: View) -> tuple[Delivery, ...]:
        """Send every digest of the plan; without a run (a dry run) only say what would be sent."""
        return self.send([self.prepare(run, plan, view)])[0]

    def prepare(self, run: str | None, plan: Plan, view: View) -> Post:
        """What a run wants to be sent; the view is not needed any more."""
        sections = [section_of(digest, view, self.style) for digest in plan.digests]
        chats = [(chat, self._posts(run, chat, view)) for chat in self.chats] if sections else []
        moment = view.now.replace(tzinfo=view.policy.clock.hours.zone)
        reviews = self._reviews(run, plan, view)
        leaves = _leaves(plan, view)
        for letter in reviews:
            letter.leave = leaves.get(letter.person)
        for part in (part for _, parts in chats for part in parts if not view.other_day):
            part.leave = Leave(view.policy.mail_hours, moment.tzinfo, view.today)
        return Post(run, view.snapshot.location, moment, view.other_day, sections, leaves, chats, reviews)

    def _reviews(self, run: str | None, plan: Plan, view: View) -> list[Letter]:
        """The mails of reviews, with the tab as a workbook of its own where a link cannot lead to it."""
        if not plan.reviews:
            return []
        moment = view.now.replace(tzinfo=view.policy.clock.hours.zone)
        books: dict[Period, tuple[str, bytes] | None] = {}
        letters = []
        for mail, message in zip(plan.reviews, render_reviews(plan.reviews, view, self.style), strict=True):
            if mail.period not in books:
                linked = self.draw is None or link_to(view, "", "A1")
                tab = None if linked else alone(view, mail.period)
                books[mail.period] = (
                    (_book_name(tab.name, view), self.draw(tab, view.language)) if tab and self.draw else None
                )
            person, job, day = mail.person, claim_of(mail.period), mail.period.end
            identifier = message_id(job, view.snapshot.location, person.key, day)
            label = masked("-".join(filter(None, (person.department, person.name))) or person.key)
            letter = Letter(job, label, person.key, day, message, identifier, run, (view.snapshot.location,))
            self._address(letter, person, moment, books[mail.period])
            letters.append(letter)
        return letters

    def send(self, posts: Sequence[Post]) -> list[tuple[Delivery, ...]]:
        """Send what several runs want, to each person one mail; gives each run's deliveries."""
        letters, of_post = self._letters(posts)
        letters += [letter for post in posts for letter in post.reviews]
        self._batch(letters, self.transport, any(post.other_day for post in posts))
        for post in posts:
            for chat, parts in post.chats:
                self._batch(parts, chat, post.other_day)
        told: dict[int, Delivery] = {}  # a mail that tells of several sheets is one delivery of each
        return [
            tuple(
                told.setdefault(id(letter), letter.delivery())
                for letter in (
                    *of_post[place],
                    *post.reviews,
                    *(one for _, parts in post.chats for one in parts),
                )
            )
            for place, post in enumerate(posts)
        ]

    def _letters(self, posts: Sequence[Post]) -> tuple[list[Letter], list[list[Letter]]]:
        """One letter a person and day with the sections of all posts; and whose letters each post has."""
        parts: dict[tuple[str, date], list[tuple[int, Section]]] = {}
        for place, post in enumerate(posts):
            for section in post.sections:
                of_person = parts.setdefault((section.person.key, section.day), [])
                # Of a sheet that was run twice, what the first run says goes.
                if all(posts[other].sheet != post.sheet or other == place for other, _ in of_person):
                    of_person.append((place, section))
        of_post: list[list[Letter]] = [[] for _ in posts]
        letters = []
        for of_person in parts.values():
            places = list(dict.fromkeys(place for place, _ in of_person))
            letter = self._letter([posts[place] for place in places], [section for _, section in of_person])
            letters.append(letter)
            for place in places:
                of_post[place].append(letter)
        return letters, of_post

    def _letter(self, posts: Sequence[Post], sections: Sequence[Section]) -> Letter:
        first = sections[0]
        person, texts = first.person, first.texts
        label = "-".join(part for part in (person.department, person.name) if part)
        sheets = tuple(post.sheet for post in posts)
        letter = Letter(
            "remind",
            masked(label) or texts("mail.nobody"),
            person.key,
            first.day,
            render_sections(sections, self.style),
            message_id("remind", "\n".join(sorted(sheets)), person.key, first.day),
            posts[0].run,
            sheets,
            waits=not any(section.mandatory for section in sections),
            leave=posts[0].leaves.get(person.key),
        )
        self._address(letter, person, posts[0].moment)
        return letter

    def _address(
        self, letter: Letter, person: Person, moment: datetime, workbook: tuple[str, bytes] | None = None
    ) -> None:
        """Make a letter ready to be sent, or say why it cannot be."""
        if person.email is None:
            return
        why_not = self.transport.cannot_reach(person.email)
        if why_not is None:
            try:
                mail = compose(letter.message, person, self.sender, letter.identifier, moment, workbook)
                letter.send = partial(self.transport.send, mail, _file_name(letter))
            except SettingsError as error:
                why_not = error.line()
        letter.last = Attempt("no-address", reason=why_not or "")

    def _posts(self, run: str | None, chat: Chat, view: View) -> list[Letter]:
        """What the group is told today, in as many parts as its service asks for; nothing on the team's day off."""
        message = render_post(view, self.style)
        if message is None:
            return []
        posts = []
        for number, part in enumerate(split_text(message.text, chat.limit), 1):
            person = f"chat-{number}@{chat.channel.name}"
            posts.append(
                Letter(
                    "chat",
                    f"{chat.channel.service} {chat.channel.name}",
                    person,
                    view.today,
                    Message(message.subject, part, ""),
                    message_id("chat", view.snapshot.location, person, view.today),
                    run,
                    (view.snapshot.location,),
                    partial(chat.post, part),
                )
            )
        return posts

    def _batch(self, letters: list[Letter], line: Line, other_day: bool) -> None:
        """Send what can be sent; of another day than today, nothing leaves the house."""
        ready = [letter for letter in letters if letter.send is not None]
        kept = other_day and line.leaves_the_house
        if not kept:
            self._send_all([letter for letter in ready if letter.run is not None], line)
        for letter in ready:
            if letter.run is None:
                letter.last = self._foretold(letter)
            elif kept:
                letter.last = Attempt("not-today", reason=_OTHER_DAY)

    def _foretold(self, letter: Letter) -> Attempt:
        """What a run would do with a letter now, as far as the ledger says."""
        turn = (
            letter.job != "remind"
            or not letter.waits
            or self.claims.has_turn(letter.sheets, letter.person, letter.day)
        )
        taken, told = self.claims.has_mailed(letter.job, letter.sheets, letter.person, letter.day)
        if turn and not taken:
            return Attempt("planned")
        if told or letter.job != "remind":
            return Attempt("already")
        return Attempt("held", reason=_HELD if turn else _TURN)

    def _send_all(self, pending: list[Letter], line: Line) -> None:
        """Try each, then again those that met a passing error, after longer and longer waits."""
        try:
            for wait in (0.0, *self.retry_after):
                if not pending:
                    return
                if wait:
                    self.sleep(wait)
                trouble = line.connect()
                if trouble is None:
                    self._try_each(pending)
                    pending = [letter for letter in pending if letter.last.again]
                    continue
                for letter in pending:
                    letter.last = trouble
                if not trouble.again:
                    return
        finally:
            line.close()

    def _try_each(self, pending: list[Letter]) -> None:
        for index, letter in enumerate(pending):
            with self.shield():
                letter.last = self._attempt(letter)
            if letter.job == "chat" and letter.last.again:  # the parts of a post stay in order
                for later in pending[index + 1 :]:
                    later.last = letter.last
                return

    def _attempt(self, letter: Letter) -> Attempt:
        assert letter.send is not None and letter.run is not None
        if self.clock is not None and letter.leave is not None and not letter.leave.given(self.clock()):
            return Attempt("not-today", reason=_LATE)
        if letter.job == "remind":
            why_not = self._claim_digest(letter, letter.run)
            if why_not is not None:
                return why_not
        elif not self.claims.claim_mail(
            letter.run, letter.job, letter.sheets[0], letter.person, letter.day, letter.identifier
        ):
            return Attempt("already")
        attempt = letter.send()
        if attempt.outcome != "unknown":
            self.claims.mail_outcome(letter.identifier, attempt.outcome)
        return attempt

    def _claim_digest(self, letter: Letter, run: str) -> Attempt | None:
        """Claim the person's day; None where it is ours."""
        person, day = letter.person, letter.day
        if letter.waits and not self.claims.has_turn(letter.sheets, person, day):
            reason = _TURN
        elif self.claims.claim_digest(run, letter.sheets, person, day, letter.identifier):
            return None
        else:
            reason = _HELD
        held = [self.claims.hold_digest(run, sheet, person, day) for sheet in letter.sheets]
        return Attempt("held", reason=reason) if any(held) else Attempt("already")


def _leaves(plan: Plan, view: View) -> dict[str, Leave]:
    """Until when each reader may be written to; none where another day than today is worked out."""
    if view.other_day:
        return {}
    times, hours = Times(view), view.policy.mail_hours
    leaves = {mail.person.key: Leave(hours, times.now(mail.person).tzinfo) for mail in plan.reviews}
    for digest in plan.digests:
        leaves[digest.person.key] = Leave(hours, times.now(digest.person).tzinfo, digest.day)
    return leaves


def _book_name(tab: str, view: View) -> str:
    """The name of the workbook of a review; of sheets of one name, no two save over each other."""
    called = view.snapshot.called
    own = re.sub(r"[^\w.-]+", "-", called.name).strip("-.") if called.needed else ""
    return f"{own} {tab}.xlsx" if own else f"{tab}.xlsx"


def _file_name(letter: Letter) -> str:
    slug = re.sub(r"[^\w.@-]+", "-", letter.person).strip("-")
    return f"{letter.job.replace(' ', '-')}-{slug}" if letter.job != "remind" else f"{letter.day}-{slug}"
