"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _text(name: str, length: int | None = None, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text, nullable=nullable)


def _word(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), primary_key=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table("about", _word("name", 40), _text("value"))
    op.create_table(
        "sheets",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("place", sa.Text, nullable=False, unique=True),
        _count("requests"),
        _text("since", 19, nullable=True),
    )
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(24), nullable=False, unique=True),
        _count("sheet"),
        _text("jobs"),
        _text("began", 19),
        _count("recorded"),
        _text("outcome", 20, nullable=True),
        *(_text(name, nullable=True) for name in ("seen", "counts", "token", "timings")),
    )
    op.create_index("runs_of_sheet", "runs", ["sheet", "number"])
    _requests()
    _of_runs()
    _claims()


def _requests() -> None:
    op.create_table(
        "requests",
        _number("sheet"),
        _number("number"),
        _text("identifier", nullable=True),
        _text("tab"),
        sa.Column("print", sa.LargeBinary, nullable=False),
        sa.Column("person_print", sa.LargeBinary, nullable=False),
        sa.Column("core_print", sa.LargeBinary),
        _text("fields"),
        _text("first_seen", 19),
        _text("first_response", 19, nullable=True),
        _text("resolved_seen", 19, nullable=True),
        *(_count(name) for name in ("reopened", "due_changes", "owner_changes")),
        _text("last_progress", 19, nullable=True),
        _text("touched", 19),
        _text("gone", 19, nullable=True),
        _text("unsure"),
        sqlite_with_rowid=False,
    )
    op.create_index("requests_by_identifier", "requests", ["identifier"])
    op.create_table(
        "changes",
        _number("sheet"),
        _number("request"),
        _number("run"),
        _text("what"),
        sqlite_with_rowid=False,
    )


def _of_runs() -> None:
    op.create_table(
        "edits",
        _number("run"),
        _number("place"),
        sa.Column("request", sa.Integer),
        _text("tab"),
        _text("cell", 12),
        _text("field", 20),
        _text("old"),
        _text("new"),
        _text("outcome", 20),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "findings",
        sa.Column("number", sa.Integer, primary_key=True),
        _count("sheet"),
        _text("what"),
        _text("rule", 60),
        _text("severity", 10),
        _text("field", 20),
        sa.Column("request", sa.Integer),
        _count("first_run"),
        sa.Column("gone_run", sa.Integer),
    )
    op.create_index("findings_of_sheet", "findings", ["sheet", "gone_run"])
    op.create_table("tabs", _number("run"), _word("name", 200), sqlite_with_rowid=False)
    op.create_table(
        "reviews", _number("sheet"), _word("period", 20), _text("written", 19), sqlite_with_rowid=False
    )


def _claims() -> None:
    op.create_table(
        "ids",
        _number("sheet"),
        _word("prefix", 100),
        _number("sequence"),
        _count("run"),
        sqlite_with_rowid=False,
    )
    op.create_table("slots", _word("job", 200), _word("slot", 40), sqlite_with_rowid=False)
    op.create_table(
        "mails",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("message_id", sa.String(200), nullable=False, unique=True),
        _count("run"),
        _text("job", 20),
        _count("sheet"),
        sa.Column("person", sa.LargeBinary, nullable=False),
        _text("label"),
        sa.Column("day", sa.Date, nullable=False),
        _text("outcome", 20, nullable=True),
        sa.UniqueConstraint("job", "sheet", "person", "day"),
    )
