"""Mails over SMTP: one connection for many, encrypted and checked, and after each the truth about it.

Only the end of the data hands a mail over (RFC 5321 section 4.2.5): a connection lost before the last dot has
delivered nothing and is tried again; one lost after it leaves an unknown outcome.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Literal, NamedTuple

from sheetops.domain.personal import masked
from sheetops.errors import SettingsError
from sheetops.messages.sending import Attempt

Security = Literal["starttls", "tls", "none"]
PORTS = {"starttls": 587, "tls": 465, "none": 25}
_POLICY = SMTP.clone(cte_type="7bit")  # arrives unharmed through servers that know no 8BITMIME
# RFC 2606: kept for examples, so that nobody lives there; RFC 6761 adds nothing that could be mailed.
_RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|net|org))?|invalid|test)$")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True)
class Server:
    """A mail server and how to speak with it; `password` is asked for when it is needed."""

    host: str
    port: int
    security: Security = "starttls"
    user: str | None = None
    password: Callable[[], str] | None = None
    ca_file: Path | None = None
    timeout: float = 30.0  # seconds, for each step

    @property
    def name(self) -> str:
        """The server in messages."""
        return f"{self.host}:{self.port}"


class Greeting(NamedTuple):
    """What a server says before any mail."""

    server: str
    trouble: str | None  # why it cannot be used
    largest: int | None = None  # bytes of a mail that it takes, where it says so


class Smtp:
    """One connection to a server, made again where it is lost."""

    leaves_the_house = True

    def __init__(self, server: Server) -> None:
        self.server = server
        self._link: smtplib.SMTP | None = None

    def cannot_reach(self, address: str) -> str | None:
        """Why no mail goes to this address: its domain is one of those kept for examples."""
        domain = address.rpartition("@")[2].casefold().rstrip(".")
        return f"{domain} is kept for examples (RFC 2606)" if _RESERVED.search(domain) else None

    def connect(self) -> Attempt | None:
        """Connect, encrypt and log in, unless that is done; the failure where it cannot be."""
        if self._link is not None:
            return None
        try:
            self._link = self._connected()
        except SettingsError as error:
            return self._failed(error.line(), again=False)
        except ssl.SSLCertVerificationError as error:
            return self._failed(f"its certificate is not to be trusted ({error.verify_message})", again=False)
        except smtplib.SMTPNotSupportedError as error:
            return self._failed(str(error), again=False)
        except smtplib.SMTPResponseException as error:
            return self._failed(_said(error.smtp_code, error.smtp_error), again=_passing(error.smtp_code))
        except (OSError, smtplib.SMTPException) as error:
            return self._failed(f"no connection ({_why(error)})", again=True)
        return None

    def _connected(self) -> smtplib.SMTP:
        server = self.server
        context = ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)
        password = server.password() if server.user and server.password else None
        link: smtplib.SMTP
        if server.security == "tls":
            link = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
        else:
            link = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            if server.security == "starttls":
                link.starttls(context=context)  # raises where it is not offered: nothing goes in clear
            link.ehlo_or_helo_if_needed()
            if server.user:
                _log_in(link, server.user, password or "")
        except BaseException:
            link.close()
            raise
        return link

    def greet(self) -> Greeting:
        """Connect, encrypt and log in as for mails, and take leave without sending one."""
        trouble = self.connect()
        if trouble is not None:
            return Greeting(self.server.name, trouble.reason.removeprefix(f"{self.server.name}: "))
        assert self._link is not None
        size = self._link.esmtp_features.get("size", "")
        self.close()
        return Greeting(self.server.name, None, int(size) if size.isdecimal() and int(size) else None)

    def send(self, mail: EmailMessage, name: str) -> Attempt:
        """Hand one mail over."""
        trouble = self.connect()
        if trouble is not None:
            return trouble
        assert self._link is not None
        try:
            turned_down = self._until_the_end(self._link, mail)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return self._failed(f"the connection was lost ({_why(error)})", again=True)
        if turned_down is not None:
            self._reset()
            return turned_down
        try:
            self._link.send(b".\r\n")
            code, reply = self._link.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return self._unknown(_why(error))
        if 200 <= code < 300:
            return Attempt("sent", self.server.name)
        if not 400 <= code < 600:
            self._drop()
            return self._unknown(_said(code, reply))
        self._reset(code)
        return self._judged(code, reply)

    def _until_the_end(self, link: smtplib.SMTP, mail: EmailMessage) -> Attempt | None:
        """Everything but the last dot; what the server turned down on the way."""
        sender, to = (mail[field].addresses[0].addr_spec for field in ("From", "To"))
        content = mail.as_bytes(policy=_POLICY)
        code, reply = link.mail(sender)
        if code == 250:
            code, reply = link.rcpt(to)
        if code not in (250, 251):
            return self._judged(code, reply)
        code, reply = link.docmd("DATA")
        if code != 354:
            return self._judged(code, reply)
        link.send(_LEADING_DOT.sub(b"..", content if content.endswith(b"\r\n") else content + b"\r\n"))
        return None

    def close(self) -> None:
        """Take leave of the server."""
        if self._link is not None:
            try:
                self._link.quit()
            except (OSError, smtplib.SMTPException):
                self._link.close()
            self._link = None

    def _reset(self, code: int = 0) -> None:
        """Make the connection fit for the next mail."""
        try:
            if self._link is not None and (code == 421 or self._link.rset()[0] != 250):
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def _judged(self, code: int, reply: bytes) -> Attempt:
        reason = f"{self.server.name}: {_said(code, reply)}"
        if code < 0 or _passing(code):
            return Attempt("failed", reason=reason, again=True)
        return Attempt("refused", reason=reason)

    def _failed(self, reason: str, again: bool) -> Attempt:
        return Attempt("failed", reason=f"{self.server.name}: {reason}", again=again)

    def _unknown(self, reason: str) -> Attempt:
        return Attempt("unknown", reason=f"{self.server.name}: no answer after the last line ({reason})")


def _log_in(link: smtplib.SMTP, user: str, password: str) -> None:
    """As smtplib does, and in UTF-8 (RFC 4616) where it cannot: it encodes a password as ASCII."""
    if (user + password).isascii():
        link.login(user, password)
        return
    plain = b64encode(f"\0{user}\0{password}".encode()).decode()
    code, reply = link.docmd("AUTH", f"PLAIN {plain}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, reply)


def _passing(code: int) -> bool:
    return 400 <= code < 500 or code < 0


def _said(code: int, reply: bytes | str) -> str:
    """The server's own words, on one line, with addresses masked."""
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return masked(" ".join(f"{code} {words}".split()))[:200]


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
