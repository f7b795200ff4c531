"""Digests: rendered from templates, claimed in the ledger, then sent."""

from __future__ import annotations

from sheetops.messages.chat import Channel, Chat
from sheetops.messages.compose import Sender
from sheetops.messages.folder import Folder
from sheetops.messages.letters import Claims, Post
from sheetops.messages.outbox import RETRY_AFTER, Outbox
from sheetops.messages.render import Message, render_digest
from sheetops.messages.sending import Attempt, Transport
from sheetops.messages.smtp import PORTS, Server, Smtp
from sheetops.messages.templates import Style

__all__ = [
    "PORTS",
    "RETRY_AFTER",
    "Attempt",
    "Channel",
    "Chat",
    "Claims",
    "Folder",
    "Message",
    "Outbox",
    "Post",
    "Sender",
    "Server",
    "Smtp",
    "Style",
    "Transport",
    "render_digest",
]
