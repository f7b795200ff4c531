"""Claim, send, record: a digest goes out once, whatever crashes in between.

The claim in the ledger comes first and is unique for (job, sheet, person, day). Who dies between the claim and
the record leaves an unknown outcome, which is shown and never resent by itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol

from sheetops.domain.people import Person
from sheetops.domain.plan import Delivery, Digest, Plan
from sheetops.domain.view import View
from sheetops.errors import ServiceUnreachable, SettingsError
from sheetops.messages.render import Message, render_digest


class Claims(Protocol):
    """What the outbox asks of the ledger."""

    def claim_mail(self, run: str, job: str, sheet: str, person: str, day: date, message_id: str) -> bool: ...
    def mail_outcome(self, message_id: str, outcome: str) -> None: ...


class Outbox:
    """A folder of .eml files, each complete and readable by any mail program."""

    def __init__(self, folder: Path, sender: str, claims: Claims, find: Callable[[str], Path]) -> None:
        self.folder = folder
        self.sender = sender
        self.claims = claims
        self.find = find

    def deliver(self, run: str | None, plan: Plan, view: View) -> tuple[Delivery, ...]:
        """Send every digest of the plan; without a run (a dry run) only say what would be sent."""
        return tuple(self._one(run, digest, view) for digest in plan.digests)

    def _one(self, run: str | None, digest: Digest, view: View) -> Delivery:
        message = render_digest(digest, view, self.find)
        person = digest.person
        label = "-".join(part for part in (person.department, person.name) if part) or view.texts("mail.nobody")
        if person.email is None:
            return Delivery(label, message.subject, "no-address")
        if run is None:
            return Delivery(label, message.subject, "planned", "", message.text)
        message_id = _message_id(view.snapshot.location, person.key, digest.day)
        if not self.claims.claim_mail(
            run, "remind", view.snapshot.location, person.key, digest.day, message_id
        ):
            return Delivery(label, message.subject, "already")
        path = self._write(compose(message, person, self.sender, message_id, view), person, digest.day)
        self.claims.mail_outcome(message_id, "sent")
        return Delivery(label, message.subject, "sent", str(path))

    def _write(self, mail: EmailMessage, person: Person, day: date) -> Path:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            slug = re.sub(r"[^\w.@-]+", "-", person.key).strip("-")
            path = self.folder / f"{day}-{slug}.eml"
            number = 1
            while path.exists():  # another sheet told the same person something today
                number += 1
                path = self.folder / f"{day}-{slug}-{number}.eml"
            temporary = path.with_suffix(".part")
            temporary.write_bytes(mail.as_bytes(policy=SMTP))
            temporary.replace(path)
        except OSError as error:
            raise ServiceUnreachable(
                f"the digest cannot be written ({error.strerror})",
                where=str(self.folder),
                mend="check the folder",
            ) from None
        return path


def _message_id(sheet: str, person: str, day: date) -> str:
    """The same key gives the same Message-ID, so that even a mail sent twice is seen as one."""
    key = "\n".join(("remind", sheet, person, day.isoformat()))
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@sheetops>"


def compose(message: Message, person: Person, sender: str, message_id: str, view: View) -> EmailMessage:
    """The whole mail, text and HTML. Raises SettingsError for an address that is none."""
    assert person.email is not None
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address("", sender)
    mail["To"] = _address(person.name, person.email)
    mail["Subject"] = message.subject
    mail["Message-ID"] = message_id
    mail["Date"] = view.now.replace(tzinfo=view.policy.clock.hours.zone)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _address(name: str, email: str) -> Address:
    """One recipient: a comma in a name must not become a second one."""
    try:
        return Address(" ".join(name.split()), addr_spec=email)
    except (ValueError, IndexError, AttributeError) as error:
        raise SettingsError(
            f"{email!r} is no mail address", where="People tab or settings", mend="write name@example.com"
        ) from error
