"""Slots say who runs them and how they ended; timetables, since when they hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what a scheduler must know to go on after a crash or an outage."""
    for name, kind in (
        ("entry", sa.String(40)),
        ("sheet", sa.Integer()),
        ("state", sa.String(10)),
        ("holder", sa.String(120)),
        ("tries", sa.Integer()),
        ("claimed", sa.String(32)),
        ("touched", sa.String(32)),
        ("again", sa.String(32)),
        ("ended", sa.String(32)),
        ("note", sa.Text()),
    ):
        op.add_column("slots", sa.Column(name, kind))
    op.create_table(
        "timetables",
        sa.Column("job", sa.String(200), primary_key=True),
        sa.Column("definition", sa.String(40), primary_key=True),
        sa.Column("since", sa.String(32), nullable=False),
        sqlite_with_rowid=False,
    )
