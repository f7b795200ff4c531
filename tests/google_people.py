"""A job and people in one sheet at the same time, run by seed: who wrote what where is known at the end, cell by cell.

Every row and every column bears a tag that the job does not read, so a cell is known by (row tag, column tag)
wherever inserts, sorts and new columns take it. `shadow` holds what people want to stand there; every value that the
job writes is unlike all others, so that one in a wrong place is found.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

from sheetops.books.base import Applied
from sheetops.domain.plan import Edit
from sheetops.domain.table import Raw, RawSheet, Snapshot, take_snapshot
from sheetops.errors import SheetopsError
from tests.google_desk import google_book, new_spreadsheet
from tests.sheets import KEYS, header
from tests.sheets_server.app import App
from tests.sheets_server.person import Person
from tests.sheets_server.switches import Edit as Interruption
from tests.sheets_server.switches import Fault
from tests.sheets_server.world import World

TAB = "Requests"
FIRST = 3  # row of the first request; row 1 holds the column tags, row 2 the header
PATTERN = "d/m/yyyy"  # how this team shows its dates
CALLS = 12  # of a run without trouble
EPOCH = date(1899, 12, 30)
Key = tuple[str, str]  # row tag, column tag


@dataclass
class Tally:
    """What many runs came to."""

    runs: int = 0
    writes: int = 0
    conflicts: Counter[str] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    window: int = 0  # human edits lost in the documented window
    put_back: int = 0  # human edits lost in a cell that the run names as put back
    wrong: list[str] = field(default_factory=list)
    told: list[str] = field(
        default_factory=list
    )  # wrong cells of a run that ended with an error naming cells
    formats: list[str] = field(default_factory=list)  # date formats given or lost in the wrong place

    def add(self, other: Tally) -> None:
        self.runs += other.runs
        self.writes += other.writes
        self.window += other.window
        self.put_back += other.put_back
        self.conflicts += other.conflicts
        self.stopped += other.stopped
        self.acts += other.acts
        self.wrong += other.wrong
        self.formats += other.formats
        self.told += other.told


class Team:
    """The people of one sheet, and what they want to stand in it."""

    def __init__(self, app: App, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = self.random.randrange(4, 12)
        self.shadow: dict[Key, Raw] = {}
        self.dates: set[Key] = set()  # cells in which a person keeps a date of their own look
        columns = [f"c{n}" for n in range(len(KEYS) + 1)]
        rows: list[list[Raw]] = [list(columns), [*header(), "Tag"]]
        for number in range(self.count):
            rows.append(self._request(number))
        for row in rows:
            self.shadow.update({(str(row[-1]), columns[at]): value for at, value in enumerate(row)})
        self.hand: Person = new_spreadsheet(app, TAB, rows)
        small = {"sheetId": 0, "gridProperties": {"rowCount": 40, "columnCount": 24}}
        fields = "gridProperties(rowCount,columnCount)"
        self.hand.batch([{"updateSheetProperties": {"properties": small, "fields": fields}}])
        self._dress()
        self.serial = 0
        self.typed: dict[Key, str] = {}  # the moment (name of the job's call) at which a person typed
        self.before: dict[Key, set[Any]] = {}  # what stood in a cell before people typed
        self.acts: Counter[str] = Counter()

    def _request(self, number: int) -> list[Raw]:
        made: dict[str, Raw] = {key: f"{key} {number}" for key in KEYS if self.random.random() < 0.8}
        made |= {"description": f"Case {number}", "priority": self.random.randrange(1, 6)}
        made["id"] = f"OLD-{number}" if self.random.random() < 0.5 else None
        made["due"] = date(2026, 12, 1) + timedelta(days=number) if self.random.random() < 0.4 else None
        return [*(made.get(key) for key in KEYS), f"r{number}"]

    def _dress(self) -> None:
        """Dates that people typed have a look of their own."""
        due = KEYS.index("due")
        for number in range(self.count):
            key = (f"r{number}", f"c{due}")
            if self.shadow[key] is not None:
                self.dates.add(key)
                row = FIRST - 1 + number
                block = {"sheetId": 0, "startRowIndex": row, "endRowIndex": row + 1}
                block |= {"startColumnIndex": due, "endColumnIndex": due + 1}
                cell = {"userEnteredFormat": {"numberFormat": {"type": "DATE", "pattern": PATTERN}}}
                fields = "userEnteredFormat.numberFormat"
                self.hand.batch([{"repeatCell": {"range": block, "cell": cell, "fields": fields}}])

    # What people do ----------------------------------------------------------------------------------

    def act(self, moment: str) -> None:
        """One thing that a person does, at random."""
        name = self.random.choice(
            (
                "insert",
                "delete",
                "sort",
                "page_sort",
                "type",
                "type",
                "type_machine",
                "rename",
                "column",
                "move",
            )
        )
        self.acts[name] += 1
        getattr(self, f"_{name}")(moment)

    def _rows(self) -> list[str]:
        """Row tags from the top, the header's included ('' for a blank row)."""
        tag = self._columns().index(f"c{len(KEYS)}")
        return [str(row[tag]) if tag < len(row) else "" for row in self.hand.read(TAB)]

    def _columns(self) -> list[str]:
        return [str(value) for value in self.hand.read(f"{TAB}!1:1")[0]]

    def _place(self) -> tuple[int, str]:
        """A request's row number and tag."""
        rows = self._rows()
        places = [(number, tag) for number, tag in enumerate(rows, 1) if number >= FIRST and tag]
        return self.random.choice(places) if places else (0, "")

    def _write(self, moment: str, row: int, row_tag: str, column_tag: str) -> None:
        self.serial += 1
        text = f"H-{self.serial}"
        self.hand.type(f"{TAB}!{_a1(row, self._columns().index(column_tag))}", text)
        self.before.setdefault((row_tag, column_tag), set()).add(
            _plain(self.shadow.get((row_tag, column_tag)))
        )
        self.shadow[row_tag, column_tag] = text
        self.typed[row_tag, column_tag] = moment
        self.dates.discard((row_tag, column_tag))

    def _insert(self, moment: str) -> None:
        before = self.random.randrange(FIRST, len(self._rows()) + 2)
        self.hand.insert_rows(TAB, before)
        self.serial += 1
        tag = f"n{self.serial}"
        self.hand.type(f"{TAB}!{_a1(before, self._columns().index(f'c{len(KEYS)}'))}", tag)
        self.shadow[tag, f"c{len(KEYS)}"] = tag
        for key in ("customer", "description"):
            if self.random.random() < 0.7:
                self._write(moment, before, tag, f"c{KEYS.index(key)}")

    def _delete(self, _moment: str) -> None:
        row, tag = self._place()
        if row:
            self.hand.delete_rows(TAB, row)
            self.shadow = {key: value for key, value in self.shadow.items() if key[0] != tag}

    def _sort(self, _moment: str, follow: bool = True) -> None:
        last = len(self._rows())
        column = self.random.randrange(len(self._columns())) + 1
        if last > FIRST:
            down = self.random.random() < 0.5
            self.hand.sort(f"{TAB}!A{FIRST}:X{last}", column, down, anchors_follow=follow)

    def _page_sort(self, moment: str) -> None:
        self._sort(moment, follow=False)

    def _move(self, _moment: str) -> None:
        row, _ = self._place()
        if row:
            self.hand.move_row(TAB, row, self.random.randrange(FIRST, len(self._rows()) + 2))

    def _type(self, moment: str) -> None:
        row, tag = self._place()
        if row:
            self._write(moment, row, tag, f"c{self.random.randrange(len(KEYS))}")

    def _type_machine(self, moment: str) -> None:
        row, tag = self._place()
        if row:
            self._write(moment, row, tag, f"c{KEYS.index(self.random.choice(('id', 'due')))}")

    def _rename(self, moment: str) -> None:
        self._write(moment, 2, "Tag", f"c{self.random.randrange(len(KEYS))}")

    def _column(self, moment: str) -> None:
        before = self.random.randrange(1, len(self._columns()) + 2)
        self.hand.insert_columns(TAB, before)
        self.serial += 1
        tag = f"x{self.serial}"
        self.hand.type(f"{TAB}!{_a1(1, before - 1)}", tag)
        self.shadow["c13", tag] = tag
        row, row_tag = self._place()
        if row and self.random.random() < 0.5:
            self._write(moment, row, row_tag, tag)


def _a1(row: int, column: int) -> str:
    from sheetops.domain.table import cell_name

    return cell_name(row, column + 1)


def _see(raw: RawSheet) -> Snapshot:
    # What an unknown header nearly spells is only told to people, and would take most of the time here.
    with patch("sheetops.domain.template._near", return_value={}):
        return take_snapshot(raw)


def planned(seen: Snapshot) -> dict[Key, Edit]:
    """An ID and a due date, each unlike all others, for every request without one; by tags."""
    table = seen.tables[0]
    edits: dict[Key, Edit] = {}
    for index, number in enumerate(table.numbers):
        tag = str(table.grid.cell(number, len(KEYS) + 1))
        for key, new in (("id", f"NEW-{index}"), ("due", date(2031, 1, 1) + timedelta(days=index))):
            if table.has(key) and table.column(key)[index] is None:
                edit = Edit(table.ref(index), key, table.cell(index, key), None, new, "")
                edits[tag, f"c{KEYS.index(key)}"] = edit
    return edits


def run(seed: int, acts: int = 1, faults: bool = False) -> Tally:
    """One run of the job while people do `acts` things at random moments, and the network may fail once."""
    app = App(World(seed))
    team = Team(app, seed)
    book = google_book(app, team.hand.id)
    chance = team.random
    tally = Tally(runs=1)
    # The plan is made from what the session saw; people begin after it, as before it there is nothing to lose.
    with book.session() as session:
        edits = planned(_see(session.raw))
        for _ in range(acts):
            moment = chance.randrange(1, CALLS - 3)
            app.world.switches.edits.append(Interruption(lambda: team.act(book.service.calls[-1]), moment))
        if faults:
            kind = chance.choice(("status", "status_after", "cut", "cut_after"))
            app.world.switches.faults.append(Fault(kind, skip=chance.randrange(CALLS - 3), code=503))
        applied = Applied()
        try:
            applied = session.apply(list(edits.values()), [], _see)
        except SheetopsError as error:
            tally.stopped[type(error).__name__] += 1
    tally.acts = team.acts
    _judge(team, edits, applied, tally, seed)
    tally.wrong += [f"seed {seed}: the server failed: {crash}" for crash in app.world.crashes]
    left = app.world.files[team.hand.id].book
    assert left is not None
    tally.wrong += [f"seed {seed}: {item.key} was left" for item in left.metadata.values()]
    return tally


def _judge(team: Team, edits: dict[Key, Edit], applied: Applied, tally: Tally, seed: int) -> None:
    tally.writes = len(applied.writes)
    tally.conflicts.update(conflict.reason for conflict in applied.conflicts)
    done = {write.edit.cell for write in applied.writes}
    dropped = {conflict.edit.cell for conflict in applied.conflicts}
    found = _found(team)
    stopped = bool(tally.stopped["SheetError"])
    note = (tally.told if stopped else tally.wrong).append
    if not tally.stopped and len(done) + len(dropped) != len(edits):
        note(f"seed {seed}: {len(edits)} edits, {len(done)} written, {len(dropped)} conflicts")
    by_new = {_plain(edit.new): key for key, edit in edits.items()}
    for key in team.shadow.keys() | found.keys():
        wanted, holds = _plain(team.shadow.get(key)), found.get(key, "")
        if holds == wanted:
            if key in edits and edits[key].cell in done and key not in team.typed:
                note(f"seed {seed}: {key} is told as written and holds {holds!r}")
        elif holds == "" and key[1].startswith("x") and team.typed.get(key) == "write":
            tally.window += 1  # typed into a column that was inserted at the very moment of the write
        elif (
            by_new.get(holds) != key and applied.put_back and key in team.typed and holds in team.before[key]
        ):
            tally.put_back += 1  # typed in the moment in which rows moved, and the run names the cell
        elif by_new.get(holds) != key:
            note(f"seed {seed}: {key} holds {holds!r} and people want {wanted!r}")
        elif key in team.typed:
            tally.window += 1
            if team.typed[key] != "write":
                note(f"seed {seed}: {key} lost {wanted!r}, typed before the call {team.typed[key]}")
        elif edits[key].cell in dropped:
            note(f"seed {seed}: {key} is told as left and was written")
    _judge_formats(team, (tally.told if stopped else tally.formats).append, seed)


def _judge_formats(team: Team, note: Callable[[str], None], seed: int) -> None:
    book = team.hand.world.files[team.hand.id].book
    assert book is not None
    sheet = book.sheets[0]
    rows, columns = team._rows(), team._columns()
    for row, row_tag in enumerate(rows[FIRST - 1 :], FIRST - 1):
        for column, column_tag in enumerate(columns):
            pattern = ((sheet.cell(row, column).format or {}).get("numberFormat") or {}).get("pattern")
            key = (row_tag, column_tag)
            if key in team.dates and key in team.shadow and pattern != PATTERN:
                note(f"seed {seed}: {key} lost its date format for {pattern}")
            if pattern == "yyyy-mm-dd" and column_tag[:1] == "c" and column_tag != f"c{KEYS.index('due')}":
                note(f"seed {seed}: {key} was given a date format")


def _found(team: Team) -> dict[Key, Any]:
    rows, columns = team._rows(), team._columns()
    values = team.hand.read(TAB)
    return {
        (row_tag or f"blank {row}", column_tag): values[row][column] if column < len(values[row]) else ""
        for row, row_tag in enumerate(rows)
        for column, column_tag in enumerate(columns)
        if row_tag or any(values[row])
    }


def _plain(value: Raw) -> Any:
    if value is None:
        return ""
    return (value - EPOCH).days if isinstance(value, date) else value
