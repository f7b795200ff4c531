"""Each reopening with its day; `opening._retell` fills it from the changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column."""
    op.add_column("requests", sa.Column("reopenings", sa.Text, nullable=False, server_default="[]"))
