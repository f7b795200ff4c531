"""What every way of sending has in common: one attempt, and what is known of it afterwards."""

from __future__ import annotations

from email.message import EmailMessage
from typing import NamedTuple, Protocol


class Attempt(NamedTuple):
    """What became of one attempt to send.

    `sent`: it surely arrived. `refused`: it surely did not, and would not the next time either. `failed`: it
    surely did not; `again` says that the error is a passing one. `unknown`: nobody can know.
    """

    outcome: str
    where: str = ""  # where it can be read
    reason: str = ""
    again: bool = False


class Transport(Protocol):
    """A way for mails to leave the house, or to a folder in it."""

    leaves_the_house: bool  # False: what it takes can be read and thrown away

    def cannot_reach(self, address: str) -> str | None:
        """Why no mail can ever go to `address`, None where it can."""

    def connect(self) -> Attempt | None:
        """Make ready for many mails; the failure where that cannot be done."""

    def send(self, mail: EmailMessage, name: str) -> Attempt:
        """Send one mail. `name` is a name for files: day and person."""

    def close(self) -> None:
        """Let go of the connection."""
