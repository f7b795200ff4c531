"""Alembic's entry: the connection is always the open ledger's, never one of its own."""

from __future__ import annotations

from alembic import context

from sheetops.ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
