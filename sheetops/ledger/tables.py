"""The tables of the ledger. `beginnings` and `changes` are the history itself; `requests` is derived from them
(see upkeep.rebuild), and has only those requests of which something changed since they were first seen. `looks` and
`standing` save work alone: without them the next run looks at every row, and comes to the same.

Moments are ISO text in the team's local time, so that a person with a database browser can read them.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

VERSIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
)  # of the schema, oldest first; the last is what this program writes

metadata = MetaData()

about = Table(
    "about", metadata, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False)
)


def title_of(sheet: int | str) -> str:
    """The name under which `about` holds what people call a sheet."""
    return f"title {sheet}"


sheets = Table(
    "sheets",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("place", Text, nullable=False, unique=True),
    Column("requests", Integer, nullable=False),  # how many numbers were given to requests
    Column("since", String(19)),  # the first recorded run
)

runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(24), nullable=False, unique=True),
    Column("sheet", Integer, nullable=False),
    Column("jobs", Text, nullable=False),
    Column("began", String(19), nullable=False),
    Column("recorded", Integer, nullable=False),  # 1 once what it saw and wrote is remembered
    Column("outcome", String(20)),  # none: unfinished
    Column("seen", Text),  # JSON: tab → rows and columns
    Column("counts", Text),  # JSON: edits, conflicts, findings, digests, tabs
    Column("token", Text),  # of the sheet after the run
    Column("timings", Text),  # JSON: step → seconds
    Index("runs_of_sheet", "sheet", "number"),
)

requests = Table(
    "requests",
    metadata,
    Column("sheet", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("identifier", Text),
    Column("tab", Text, nullable=False),
    Column("print", LargeBinary, nullable=False),  # of the row, see prints.print_as_bytes
    Column("core_print", LargeBinary),  # of customer and description, see seeing.core_of
    Column("fields", Text, nullable=False),  # JSON: field → value or fingerprint, as last seen
    Column("first_seen", String(19), nullable=False),
    Column("first_response", String(19)),
    Column("resolved_seen", String(19)),
    Column("reopened", Integer, nullable=False),
    Column("due_changes", Integer, nullable=False),
    Column("owner_changes", Integer, nullable=False),
    Column("last_progress", String(19)),
    Column("touched", String(19), nullable=False),
    Column("gone", String(19)),  # when it was found to be no longer in the sheet
    Column("unsure", Text, nullable=False),  # names of what cannot be known, separated by spaces
    Column("reopenings", Text, nullable=False, server_default="[]"),  # JSON: resolved date lost, moment seen
    Index("requests_by_identifier", "identifier"),
    sqlite_with_rowid=False,
)

beginnings = Table(
    "beginnings",
    metadata,
    Column("sheet", Integer, primary_key=True, autoincrement=False),
    Column("first", Integer, primary_key=True, autoincrement=False),  # number of the first of these requests
    Column("size", Integer, nullable=False),
    Column("run", Integer, nullable=False),
    Column("tab", Text, nullable=False),
    Column("before", String(10), nullable=False),  # the day of the look before, blank where there was none
    Column("what", LargeBinary, nullable=False),  # their prints and fields, see asleep.py
)

looks = Table(
    "looks",
    metadata,
    Column("sheet", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),  # by which `standing` knows the tab
    Column("tab", Text, nullable=False),
    Column(
        "run", Integer, nullable=False
    ),  # what is kept holds only while it is the sheet's last recorded run
    Column("context", String(40), nullable=False),  # what prints depend on beside the row, see last_look.py
    Column("judged", Text, nullable=False),  # what verdicts depended on beside the row; blank: none is known
    sqlite_with_rowid=False,
)

standing = Table(
    "standing",
    metadata,
    Column("sheet", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("first", Integer, primary_key=True, autoincrement=False),  # number of the first of these requests
    Column("what", LargeBinary, nullable=False),  # the marks of their rows, see keyed_marks.py
)

changes = Table(
    "changes",
    metadata,
    Column("sheet", Integer, primary_key=True, autoincrement=False),
    Column("request", Integer, primary_key=True, autoincrement=False),
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("what", Text, nullable=False),  # JSON, see life.py
    sqlite_with_rowid=False,
)

edits = Table(
    "edits",
    metadata,
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("request", Integer),
    Column("tab", Text, nullable=False),
    Column("cell", String(12), nullable=False),
    Column("field", String(20), nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("outcome", String(20), nullable=False),  # `written`, or why it was left alone
    sqlite_with_rowid=False,
)

findings = Table(
    "findings",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("sheet", Integer, nullable=False),
    Column("what", Text, nullable=False),  # rule, variant, column and request: what makes it the same finding
    Column("rule", String(60), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("field", String(20), nullable=False),
    Column("request", Integer),
    Column("first_run", Integer, nullable=False),
    Column("gone_run", Integer),
    Index("findings_of_sheet", "sheet", "gone_run"),
)

tabs = Table(
    "tabs",
    metadata,
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("name", String(200), primary_key=True),
    sqlite_with_rowid=False,
)

reviews = Table(
    "reviews",
    metadata,
    Column("sheet", Integer, primary_key=True, autoincrement=False),
    Column("period", String(20), primary_key=True),
    Column("written", String(19), nullable=False),
    sqlite_with_rowid=False,
)

policy = Table(
    "policy",
    metadata,
    Column("sheet", Integer, primary_key=True, autoincrement=False),
    Column("name", String(300), primary_key=True),  # of the statement
    Column("run", Integer, primary_key=True, autoincrement=False),  # the first that saw it so
    Column("value", Text),  # without language, of names of people a print; none: no longer stated
    Column("label", Text, nullable=False),
    Column("words", Text, nullable=False),
    sqlite_with_rowid=False,
)

ids = Table(
    "ids",
    metadata,
    Column("sheet", Integer, primary_key=True, autoincrement=False),
    Column("prefix", String(100), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("run", Integer, nullable=False),
    sqlite_with_rowid=False,
)

slots = Table(
    "slots",
    metadata,
    Column("job", String(200), primary_key=True),
    Column("slot", String(40), primary_key=True),  # with the offset of the team's zone, as all moments here
    Column("entry", String(40)),  # the timetable's name
    Column("sheet", Integer),
    Column("state", String(10)),  # see slots.py; none: claimed, and nothing more is known
    Column("holder", String(120)),
    Column("tries", Integer),
    Column("claimed", String(32)),
    Column("touched", String(32)),
    Column("again", String(32)),
    Column("ended", String(32)),
    Column("note", Text),
    sqlite_with_rowid=False,
)

timetables = Table(
    "timetables",
    metadata,
    Column("job", String(200), primary_key=True),
    Column("definition", String(40), primary_key=True),  # a print of its due times and zone
    Column("since", String(32), nullable=False),  # when it was first seen: nothing was due before
    sqlite_with_rowid=False,
)

mails = Table(
    "mails",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("message_id", String(200), nullable=False, unique=True),
    Column("run", Integer, nullable=False),
    Column("job", String(20), nullable=False),
    Column("sheet", Integer, nullable=False),
    Column("person", LargeBinary, nullable=False),  # fingerprint of the address
    Column("label", Text, nullable=False),  # masked, for `status`
    Column("day", Date, nullable=False),
    Column("outcome", String(20)),  # none: unknown
    UniqueConstraint("job", "sheet", "person", "day"),
)
