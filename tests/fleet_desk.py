"""Workbooks, settings and plain runs for the tests of the fleet, and what is compared afterwards."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sheetops.books.xlsx.draw import new_workbook
from sheetops.books.xlsx.read import read_workbook
from sheetops.cli.common import Wishes
from sheetops.cli.demo_log import demo_tabs
from sheetops.cli.edge import Edge
from sheetops.domain.table import Raw
from sheetops.domain.tabs import Cell, Tab
from sheetops.domain.template import TAB_NAMES
from sheetops.jobs.layout import team_workbook
from sheetops.settings.files import load_texts
from sheetops.settings.load import load
from sheetops.settings.model import Team
from sheetops.settings.policy import build_policy

JOBS = ("fill", "validate", "remind")
FIRST = date(2026, 3, 3)  # a Tuesday; each later run is as of the next working day
_LOG = TAB_NAMES["log"]["en"]


def days(count: int) -> list[date]:
    """The first `count` working days."""
    every = (FIRST + timedelta(n) for n in range(2 * count + 7))
    return [day for day in every if day.weekday() < 5][:count]


def make_books(folder: Path, count: int) -> list[Path]:
    """Team workbooks, each with its own rows, of which some have no ID and no due date yet."""
    policy = build_policy(Team(), "en", load_texts("en"))
    tabs = demo_tabs(team_workbook("en", policy.texts, FIRST), policy, "en", FIRST)
    folder.mkdir(parents=True)
    made = []
    for number in range(count):
        mine = [_own(tab, number) if tab.name == _LOG else tab for tab in tabs]
        path = folder / f"desk-{number:03}.xlsx"
        path.write_bytes(new_workbook(mine, "en"))
        made.append(path)
    return made


def _own(tab: Tab, number: int) -> Tab:
    dice = random.Random(number)
    head, *rows = tab.rows
    kept = sorted(dice.sample(range(len(rows)), 12 + number % 7))
    at = [str(cell.value) for cell in head].index("Description")
    return replace(tab, rows=(head, *(_worded(rows[index], at, f"{number}-{index}") for index in kept)))


def _worded(row: tuple[Cell, ...], at: int, mark: str) -> tuple[Cell, ...]:
    cell = row[at]._replace(value=f"{row[at].value} (case {mark})")
    return (*row[:at], cell, *row[at + 1 :])


def settings_for(folder: Path, machine: str, database: str | None, stalled_after: float = 2) -> Path:
    """A settings file as one machine of the fleet has it: everything shared but the folder of its own locks."""
    path = folder / f"{machine}.yaml"
    lines = [
        f"state: state-{machine}",
        f"mail: {{outbox: outbox-{machine if database is None else 'fleet'}}}",
    ]
    if database is not None:
        lines += [
            "ledger_key: ledger.key",
            "fleet:",
            f"  database: {database}",
            f"  stalled_after: {stalled_after}",
            "  retry_after: [0.5, 1, 2, 4, 8, 16]",
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run_plainly(
    config: Path, books: Sequence[Path], dates: Sequence[date], jobs: Sequence[str] = JOBS
) -> float:
    """The same work in a plain loop; returns the seconds it took."""
    edge = Edge(load(config), Wishes((), config, None, False, False, True, False, False))
    began = time.perf_counter()
    for day in dates:
        for book in books:
            edge.wishes = edge.wishes._replace(as_of=day)
            edge.run(str(book), edge.loaded.settings.team, jobs)
    return time.perf_counter() - began


Tabs = dict[str, list[list[Raw]]]


def tabs_of(path: Path) -> Tabs:
    """What stands in a workbook."""
    raw = read_workbook(path.read_bytes(), path.name)
    return {grid.name: [[None if v == "" else v for v in row] for row in grid.rows] for grid in raw.grids}


def same_but_for_numbers(found: Tabs, expected: Tabs) -> list[str]:
    """Where two workbooks differ, after the IDs of one were translated to those of the other, row by row.

    A run that died took numbers which nobody gets again, so that later IDs may be higher than in a plain run.
    """
    if found.keys() != expected.keys():
        return [f"tabs {sorted(found)} instead of {sorted(expected)}"]
    pairs = {
        str(mine[0]): str(wanted[0])
        for mine, wanted in zip(found[_LOG][1:], expected[_LOG][1:], strict=False)
        if mine[0] != wanted[0]
    }
    if len(set(pairs.values())) < len(pairs):
        return ["two rows have the ID of one"]
    wrong = []
    for name, rows in expected.items():
        mine = [[_renamed(value, pairs) for value in row] for row in found[name]]
        if mine != rows:
            at = next((n for n, both in enumerate(zip(mine, rows, strict=False)) if both[0] != both[1]), -1)
            wrong.append(f"{name} row {at + 1}: {mine[at]} instead of {rows[at]}")
    return wrong


def _renamed(value: Raw, pairs: dict[str, str]) -> Raw:
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        return value
    text = str(value)
    for mine, wanted in pairs.items():
        if text == mine:
            return type(value)(wanted)
        if isinstance(value, str) and mine in text:
            value = text = text.replace(mine, wanted)
    return value


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def broken_chains(first: dict[str, str], last: dict[str, str], journals: Iterable[Path]) -> list[str]:
    """Workbooks whose replacements do not follow one another: somebody wrote over what he had not read.

    Each replacement is a link from the bytes that were read to the bytes that were written; all links of a workbook
    must form one chain, from the first bytes to the last. One that was only begun may be missing from it.
    """
    links: dict[str, list[tuple[str, str, bool]]] = {}
    for journal in journals:
        entries = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
        ended = {(e["path"], e["after"]) for e in entries if e["what"] == "replaced"}
        for e in entries:
            if e["what"] == "replacing":
                sure = (e["path"], e["after"]) in ended
                links.setdefault(e["path"], []).append((e["before"], e["after"], sure))
    return [path for path, end in last.items() if not _one_chain(first[path], end, links.get(path, []))]


def _one_chain(now: str, end: str, links: list[tuple[str, str, bool]]) -> bool:
    """Whether the links lead from the one bytes to the other, all that are sure and any of those that are not."""
    if now == end and not any(sure for _, _, sure in links):
        return True
    steps = sorted((link for link in links if link[0] == now), key=lambda link: not link[2])
    for step in steps:
        rest = list(links)
        rest.remove(step)
        if _one_chain(step[1], end, rest):
            return True
    return False
