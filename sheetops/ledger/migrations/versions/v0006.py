"""What the last look left: marks of rows, so that those that stand as they stood need no second look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables; the next run fills them."""
    op.create_table(
        "looks",
        sa.Column("sheet", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("tab", sa.Text, nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("context", sa.String(40), nullable=False),
        sa.Column("judged", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "standing",
        sa.Column("sheet", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("first", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("what", sa.LargeBinary, nullable=False),
    )
