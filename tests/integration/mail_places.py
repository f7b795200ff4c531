"""Real mail servers for tests: aiosmtpd with TLS, STARTTLS and passwords, and ways to misbehave."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = "desk", "pa:ss wörd"


def certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate for `host`, signed by itself, and its key, as files."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return public, private


class Mailbox:
    """Takes mails, and does what a test asks for some of them: recipient → replies, one a try."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.connections = 0
        self.at_rcpt: dict[str, list[str]] = {}  # replies, or "drop"
        self.at_data: dict[
            str, list[str]
        ] = {}  # replies after the data, "drop" (kept, not confirmed), "cut" (half-way)

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        reply = _next(self.at_rcpt, address)
        if reply == "drop":
            server.transport.abort()
        elif reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        reply = _next(self.at_data, envelope.rcpt_tos[0])
        if reply not in (None, "drop"):
            return reply
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        if reply == "drop":
            server.transport.abort()
        return "250 OK"

    @property
    def count(self) -> Counter[str]:
        return Counter(to for tos, _ in self.mails for to in tos)


def _next(replies: dict[str, list[str]], address: str) -> str | None:
    return replies[address].pop(0) if replies.get(address) else None


class _Server(SMTP):
    def connection_made(self, transport: Any) -> None:
        if self.session is None:  # not the second time, after STARTTLS
            self.event_handler.connections += 1
        super().connection_made(transport)

    async def smtp_DATA(self, arg: str) -> None:
        if self.event_handler.at_data.get(self.envelope.rcpt_tos[0] if self.envelope.rcpt_tos else "") == [
            "cut"
        ]:
            self.event_handler.at_data.clear()
            await self.push("354 go on")
            await self._reader.readexactly(200)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


@contextmanager
def mail_server(
    box: Mailbox, folder: Path | None = None, mode: str = "none", auth: bool = False
) -> Iterator[int]:
    """A server on a free port of this machine; `mode` is none, starttls or tls. Gives the port."""
    context = None
    if mode != "none":
        assert folder is not None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate(folder, "localhost"))

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = data.login.decode() == USER and data.password.decode("utf-8") == PASSWORD
        return AuthResult(success=right, handled=False, message=None if right else "535 5.7.8 wrong password")

    options: dict[str, Any] = {}
    if auth:
        options |= {"authenticator": check, "auth_required": True, "auth_require_tls": mode != "none"}
    if mode == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    extra = {"ssl_context": context} if mode == "tls" else {}
    if mode == "tls":
        options["auth_require_tls"] = False
    controller = _Controller(box, hostname="127.0.0.1", port=_free_port(), **extra, **options)
    controller.start()
    box.connections = 0  # starting it makes one
    try:
        yield controller.port
    finally:
        controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
