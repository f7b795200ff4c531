"""From a rendered message to a whole mail."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from sheetops.domain.people import Person
from sheetops.errors import SettingsError
from sheetops.messages.render import Message

_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Sender:
    """Who the mails are from, and who gets the answers."""

    address: str
    name: str = ""
    reply_to: str | None = None


def message_id(job: str, sheet: str, person: str, day: date) -> str:
    """The same key gives the same Message-ID, so that even a mail sent twice is seen as one."""
    key = "\n".join((job, sheet, person, day.isoformat()))
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@sheetops>"


def compose(
    message: Message,
    person: Person,
    sender: Sender,
    identifier: str,
    moment: datetime,
    workbook: tuple[str, bytes] | None = None,
) -> EmailMessage:
    """The whole mail, text and HTML, and a workbook (name and bytes) to go with it. `moment` is aware. Raises SettingsError for an address that is none."""
    assert person.email is not None
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(sender.name, sender.address)
    mail["To"] = _address(person.name, person.email)
    if sender.reply_to:
        mail["Reply-To"] = _address("", sender.reply_to)
    mail["Subject"] = message.subject
    mail["Message-ID"] = identifier
    mail["Date"] = moment
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    mail["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    if workbook is not None:
        name, content = workbook
        mail.add_attachment(content, maintype="application", subtype=_XLSX, filename=name)
    return mail


def _address(name: str, email: str) -> Address:
    """One recipient: a comma in a name must not become a second one."""
    try:
        local, at, domain = email.rpartition("@")
        if not domain.isascii():
            domain = domain.encode("idna").decode()
        return Address(" ".join(name.split()), addr_spec=local + at + domain)
    except (ValueError, IndexError, AttributeError) as error:
        raise SettingsError(
            f"{email!r} is no mail address", where="People tab or settings", mend="write name@example.com"
        ) from error
