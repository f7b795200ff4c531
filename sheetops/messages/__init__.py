"""Digests: rendered from templates, claimed in the ledger, then sent."""

from __future__ import annotations

from sheetops.messages.outbox import Claims, Outbox
from sheetops.messages.render import Message, render_digest

__all__ = ["Claims", "Message", "Outbox", "render_digest"]
