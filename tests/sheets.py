"""Small request logs for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace

from sheetops.domain.history import History
from sheetops.domain.policy import Policy
from sheetops.domain.table import Grid, Raw, RawSheet, take_snapshot
from sheetops.domain.template import BY_KEY, COLUMNS
from sheetops.domain.view import View
from sheetops.settings.files import load_texts
from sheetops.settings.model import Team
from sheetops.settings.policy import build_policy

NOW = datetime(2026, 11, 18, 9, 30)  # a Wednesday
KEYS = tuple(column.key for column in COLUMNS)


def header(language: str = "en", keys: Sequence[str] = KEYS) -> list[Raw]:
    """A header row."""
    return [BY_KEY[key].name(language) for key in keys]


def row(keys: Sequence[str] = KEYS, **cells: Raw) -> list[Raw]:
    """A row with these cells, the others blank."""
    return [cells.get(key) for key in keys]


def log(
    *rows: Sequence[Raw], language: str = "en", keys: Sequence[str] = KEYS, name: str = "Requests"
) -> Grid:
    """A request log with the given rows under a header in row 1."""
    return Grid(name, [header(language, keys), *(list(r) for r in rows)])


def policy(language: str = "en", **team: object) -> Policy:
    """The default policy of a team, with some settings."""
    return build_policy(Team.model_validate(team), language, load_texts(language))


def view(
    *grids: Grid,
    now: datetime = NOW,
    history: History | None = None,
    language: str | None = None,
    **team: object,
) -> View:
    """What a job is given for these tabs."""
    snapshot = take_snapshot(RawSheet("desk.xlsx", tuple(grids), "0"), language=language)
    return View(snapshot, policy(snapshot.language, **team), history or History(), now)


class NoLedger:
    """A memory that forgets: for runs whose history does not matter."""

    def __init__(self) -> None:
        self.taken: set[tuple[str, int]] = set()
        self.recorded: list[SimpleNamespace] = []
        self.kept = History()

    def history(self, sheet: str, now: datetime) -> History:
        return self.kept

    def moved_from(self, view: View) -> str | None:
        return None

    def move(self, old: str, new: str) -> None:
        raise AssertionError("nothing moved")

    def start_run(self, sheet: str, jobs: Sequence[str], now: datetime) -> str:
        return "run-1"

    def reserve_ids(self, run: str, prefix: str, numbers: Sequence[int]) -> bool:
        wanted = {(prefix, number) for number in numbers}
        if wanted & self.taken:
            return False
        self.taken |= wanted
        return True

    def record(self, run: str, view: View, plan: object, applied: object) -> None:
        self.recorded.append(SimpleNamespace(run=run, view=view, plan=plan, applied=applied))

    def finish_run(self, run: str, outcome: str, timings: object) -> None:
        self.outcome = outcome


class NoPost:
    """A postman who delivers nothing."""

    def deliver(self, run: object, plan: object, view: object) -> tuple[()]:
        return ()
