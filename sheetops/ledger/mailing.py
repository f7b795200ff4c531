"""The claims that keep anybody from being mailed twice: one digest a person and day, whatever the sheets.

A digest is claimed for its person and day under no sheet at all (`EVERY`), so that two sheets of one person cannot
both be the day's mail; beside the claim stands which sheets it told of (`told`). A sheet that came too late is noted
as `held`, and has the first turn on the next day (see `has_turn`). Chats and reviews are claimed for their sheet.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from sheetops.domain.plan import REVIEW
from sheetops.ledger import asking
from sheetops.ledger import tables as t
from sheetops.ledger.places import run_of, sheet_for, sheet_number
from sheetops.ledger.prints import Printer, label

EVERY: Final = "every://sheet"  # the place under which what concerns no single sheet is claimed
DIGEST: Final = "remind"
_REVIEWS_SHOWN: Final = timedelta(days=31)


class MailClaims(ABC):
    """The part of the ledger that the outbox asks."""

    _printer: Printer

    @abstractmethod
    def _write(self) -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _read(self) -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _take(self, work: Callable[[Connection], object]) -> bool: ...

    def claim_mail(self, run: str, job: str, sheet: str, person: str, day: date, message_id: str) -> bool:
        """Take the right to mail a person of a sheet on a day; False if it was taken before.

        `person` is `Person.key`; only its print and a masked label are kept. A claim whose mail surely failed
        (outcome `failed`) may be taken again; one whose outcome is unknown may not.
        """
        return self._take(lambda link: self._claim(link, run, job, sheet, person, day, message_id))

    def claim_digest(self, run: str, sheets: Sequence[str], person: str, day: date, message_id: str) -> bool:
        """Take the right to a person's one digest of a day, which tells of these sheets; False if it is taken."""

        def claim(link: Connection) -> None:
            mine = self._of_person(person) & (t.mails.c.job == DIGEST) & (t.mails.c.day == day)
            older = (
                mine & (t.mails.c.sheet != sheet_for(link, EVERY)) & _valid()
            )  # of a version before this one
            if link.execute(select(t.mails.c.number).where(older).limit(1)).first() is not None:
                raise AlreadyMailed
            self._claim(link, run, DIGEST, EVERY, person, day, message_id)
            self._forget_failed(link, sheets, person, day)
            for sheet in sheets:
                self._note(link, run, "told", sheet, person, day, message_id)

        try:
            return self._take(claim)
        except AlreadyMailed:
            return False

    def hold_digest(self, run: str, sheet: str, person: str, day: date) -> bool:
        """Note that a sheet could not tell a person on a day; False if it had told them that day already."""
        key = sha256("\n".join((sheet, person, day.isoformat())).encode()).hexdigest()[:32]
        with self._write() as link:
            number = sheet_for(link, sheet)
            by_itself = (t.mails.c.job.in_((DIGEST, "told"))) & (t.mails.c.sheet == number)
            told = self._of_person(person) & by_itself & (t.mails.c.day == day)
            if link.execute(select(t.mails.c.number).where(told).limit(1)).first() is not None:
                return False
            self._note(link, run, "held", sheet, person, day, f"held-{key}")
            return True

    def has_turn(self, sheets: Sequence[str], person: str, day: date) -> bool:
        """Whether these sheets may tell a person today; False if others were held when they last had their say.

        So two sheets that are run apart every morning tell in turn. One that was held itself never yields.
        """
        with self._read() as link:
            numbers = {sheet_number(link, sheet) for sheet in sheets}
            mine = self._of_person(person) & (t.mails.c.day < day)
            last = link.execute(
                select(func.max(t.mails.c.day)).where(mine, t.mails.c.job == DIGEST, _valid())
            ).scalar()
            if last is None:
                return True
            waiting = select(t.mails.c.sheet).where(mine, t.mails.c.job == "held", t.mails.c.day >= last)
            held = set(link.execute(waiting).scalars())
            return not held or bool(held & numbers)

    def has_mailed(self, job: str, sheets: Sequence[str], person: str, day: date) -> tuple[bool, bool]:
        """Whether a claim would be refused, and whether these sheets themselves had their say; nothing is written."""
        with self._read() as link:
            numbers = [sheet_number(link, sheet) for sheet in sheets]
            mine = self._of_person(person) & (t.mails.c.day == day)
            of_job = mine & (t.mails.c.job == job) & _valid()
            if job != DIGEST:
                of_job &= t.mails.c.sheet.in_(numbers)
            taken = link.execute(select(t.mails.c.number).where(of_job).limit(1)).first() is not None
            said = mine & t.mails.c.job.in_((job, "told")) & t.mails.c.sheet.in_(numbers)
            told = set(link.execute(select(t.mails.c.sheet).where(said)).scalars())
            return taken, told >= set(numbers)

    def mail_outcome(self, message_id: str, outcome: str) -> None:
        """Say what became of a claimed mail: `sent`, `refused`, `failed`; without this it stays `unknown`."""
        known = None if outcome == "unknown" else outcome
        with self._write() as link:
            link.execute(update(t.mails).where(t.mails.c.message_id == message_id).values(outcome=known))

    def sheets_told(self, message_id: str) -> list[str]:
        """The places of the sheets that a claimed mail tells of."""
        of_mail = t.mails.c.message_id.startswith(f"{message_id}#", autoescape=True)
        wanted = select(t.sheets.c.place).join(t.mails, t.mails.c.sheet == t.sheets.c.number)
        with self._read() as link:
            return sorted(link.execute(wanted.where(of_mail, t.mails.c.job == "told")).scalars())

    def unknown_mails(self) -> list[asking.Mail]:
        """Mails that were claimed and of which nobody knows whether they left."""
        with self._read() as link:
            return asking.mails(link, t.mails.c.outcome.is_(None))

    def mails_to_settle(self, since: date) -> list[asking.Mail]:
        """Mails that need a person: of unknown outcome; or refused or failed since a day, and no later one arrived."""
        with self._read() as link:
            later = t.mails.alias()
            arrived = select(later.c.number).where(
                later.c.job == t.mails.c.job,
                later.c.sheet == t.mails.c.sheet,
                later.c.person == t.mails.c.person,
                later.c.day > t.mails.c.day,
                later.c.outcome == "sent",
            )
            # A review is claimed for the last day of its period.
            recent = (t.mails.c.day >= since) | (
                t.mails.c.job.startswith(REVIEW) & (t.mails.c.day >= since - _REVIEWS_SHOWN)
            )
            gone = t.mails.c.outcome.in_(("refused", "failed")) & recent & ~arrived.exists()
            return asking.mails(link, t.mails.c.outcome.is_(None) | gone)

    def _claim(
        self, link: Connection, run: str, job: str, sheet: str, person: str, day: date, message_id: str
    ) -> None:
        number, _ = run_of(link, run)
        key = {
            "job": job,
            "sheet": sheet_for(link, sheet),
            "person": self._printer.person(person),
            "day": day,
        }
        same = and_(*(t.mails.c[name] == value for name, value in key.items()))
        again = update(t.mails).where(same, t.mails.c.outcome == "failed")
        values = {"outcome": None, "run": number, "message_id": message_id}
        if link.execute(again.values(**values)).rowcount == 0:
            link.execute(insert(t.mails).values(**key, **values, label=label(person)))

    def _note(
        self, link: Connection, run: str, what: str, sheet: str, person: str, day: date, message_id: str
    ) -> None:
        """Write a line beside a claim, once."""
        number, place = run_of(link, run)[0], sheet_for(link, sheet)
        mine = self._of_person(person) & (t.mails.c.job == what) & (t.mails.c.day == day)
        if link.execute(select(t.mails.c.number).where(mine, t.mails.c.sheet == place)).first() is not None:
            return
        key = {"job": what, "sheet": place, "person": self._printer.person(person), "day": day}
        link.execute(
            insert(t.mails).values(
                **key, run=number, message_id=f"{message_id}#{place}", label=label(person), outcome=what
            )
        )

    def _forget_failed(self, link: Connection, sheets: Sequence[str], person: str, day: date) -> None:
        """Take away what a mail of the day that failed told of, and that these sheets, which tell now, were held."""
        places = [sheet_for(link, sheet) for sheet in sheets]
        held = (t.mails.c.job == "held") & t.mails.c.sheet.in_(places)
        of_day = self._of_person(person) & (t.mails.c.day == day)
        link.execute(delete(t.mails).where(of_day, (t.mails.c.job == "told") | held))

    def _of_person(self, person: str) -> ColumnElement[bool]:
        return t.mails.c.person == self._printer.person(person)


class AlreadyMailed(Exception):
    """Somebody has the day's mail already."""


def _valid() -> ColumnElement[bool]:
    return func.coalesce(t.mails.c.outcome, "") != "failed"
