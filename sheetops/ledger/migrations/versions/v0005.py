"""First sights in bulk; a row's print in parts, one of them the print of what people own (`opening._retell` fills it)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table; what the prints of rows and of people's cells were is in the changes."""
    op.create_table(
        "beginnings",
        sa.Column("sheet", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("first", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("tab", sa.Text, nullable=False),
        sa.Column("before", sa.String(10), nullable=False),
        sa.Column("what", sa.LargeBinary, nullable=False),
    )
    op.drop_column("requests", "person_print")
