"""From the mail settings to an outbox: which transport, whose templates, where the secrets lie."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sheetops.cli.signals import shielded
from sheetops.errors import SettingsError
from sheetops.settings.files import find, load_texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sheetops.domain.tabs import Tab
    from sheetops.messages import Channel, Claims, Outbox, Smtp, Style, Transport
    from sheetops.settings.model import ChatSettings, Mail, SmtpSettings
    from sheetops.settings.secret import Secret


def make_outbox(
    mail: Mail, folder: Path, state: Path, claims: Claims, clock: Callable[[], datetime]
) -> Outbox:
    """The outbox of the settings, whose paths are relative to `folder`."""
    from sheetops.messages import Chat, Folder, Outbox, Sender

    transport: Transport
    if mail.smtp is not None:
        transport = make_smtp(mail.smtp, folder)
    else:
        transport = Folder(folder / mail.outbox.expanduser() if mail.outbox else state / "outbox")
    sender = Sender(mail.sender, mail.sender_name, mail.reply_to)
    chats = [Chat(_channel(chat, folder)) for chat in mail.chat]
    style = make_style(mail, folder)
    return Outbox(
        transport,
        sender,
        claims,
        style,
        mail.retry_after,
        chats=chats,
        draw=drawn,
        shield=shielded,
        clock=clock,
    )


def drawn(tab: Tab, language: str) -> bytes:
    """One tab as a workbook of its own."""
    from sheetops.books.xlsx.draw import new_workbook

    return new_workbook((tab,), language)


def _channel(chat: ChatSettings, folder: Path) -> Channel:
    from sheetops.messages import Channel

    secret = partial(read_secret, chat.secret, folder) if chat.secret else None
    return Channel(chat.name, chat.service, partial(read_secret, chat.url, folder), secret)


def make_style(mail: Mail, folder: Path) -> Style:
    """The team's own templates where it has them, else those that travel with the tool."""
    from sheetops.messages import Style

    return Style(partial(_template, own_templates(mail, folder)), load_texts)


def own_templates(mail: Mail, folder: Path) -> Path | None:
    """The folder of the team's own templates. Raises SettingsError where one is named and not there."""
    own = folder / mail.templates.expanduser() if mail.templates else None
    if own is not None and not own.is_dir():
        raise SettingsError(
            "there is no such folder of templates", where=str(own), mend="check `mail: templates:`"
        )
    return own


def _template(own: Path | None, name: str) -> Path:
    if own is not None and (path := own / Path(name).name).is_file():
        return path
    return find("templates", name)


def make_smtp(settings: SmtpSettings, folder: Path) -> Smtp:
    """The mail server of the settings; nothing is asked of it yet."""
    from sheetops.messages import PORTS, Server, Smtp

    return Smtp(
        Server(
            settings.host,
            settings.port or PORTS[settings.security],
            settings.security,
            settings.user,
            partial(read_secret, settings.password, folder) if settings.password else None,
            folder / settings.ca_file.expanduser() if settings.ca_file else None,
            settings.timeout,
        )
    )


def read_secret(secret: Secret, folder: Path) -> str:
    """The secret itself. Raises SettingsError, which names its place and never its content."""
    if secret.env is not None:
        value = os.environ.get(secret.env, "")
        where = f"the environment variable {secret.env}"
    else:
        assert secret.file is not None
        path = folder / secret.file.expanduser()
        where = f"the file {path}"
        try:
            value = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{where}, which holds a secret, cannot be read ({error})",
                mend="check its place and its rights",
            ) from None
    if not value:
        raise SettingsError(
            f"{where}, which holds a secret, is empty or not set",
            mend="set it where the jobs run: cron and services have none of your environment",
        )
    return value
