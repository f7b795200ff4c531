"""From the command line: proposals in a real workbook, people's writing kept, a verdict, and a run taken back."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheetops.domain.living import IMPROVEMENTS
from sheetops.domain.template import BY_KEY
from tests.e2e.helpers import Shell
from tests.unit.improving import KEYS, Stream

NAMES = {column.key: column.name("en") for column in IMPROVEMENTS.columns}


def workbook(path: Path, last: date) -> None:
    """A log of a year and more as it stands on `last`."""
    made = openpyxl.Workbook()
    sheet: Any = made.active
    sheet.title = "Requests"
    sheet.append([BY_KEY[key].name("en") for key in KEYS])
    rate = lambda day: 0.7 if day < date(2026, 1, 10) else 0.95  # noqa: E731
    for row in Stream(3, a_day=2.5, satisfied=rate).rows(date(2025, 4, 1), last):
        open_still = row["resolved"] > last  # type: ignore[operator]
        sheet.append([None if open_still and key in ("resolved", "feedback") else row[key] for key in KEYS])
    made.save(path)


def tab(path: Path) -> Any:
    return openpyxl.load_workbook(path)["Improvements"]


def lines(path: Path) -> list[dict[str, Any]]:
    header, *rows = tab(path).iter_rows(values_only=True)
    keys = {name: key for key, name in NAMES.items()}
    return [
        {
            keys[h]: v.date() if isinstance(v, datetime) else v
            for h, v in zip(header, r, strict=False)
            if h in keys
        }
        for r in rows
        if any(v is not None for v in r)
    ]


def write(path: Path, identifier: str, **cells: object) -> None:
    """A person writes into the row of this ID, and saves with another program."""
    made = openpyxl.load_workbook(path)
    sheet = made["Improvements"]
    place = {sheet.cell(1, n).value: n for n in range(1, sheet.max_column + 1)}
    for number in range(2, sheet.max_row + 1):
        if sheet.cell(number, 1).value == identifier:
            for key, value in cells.items():
                sheet.cell(number, place[NAMES[key]]).value = value  # type: ignore[assignment]
    made.save(path)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_from_proposal_to_verdict_and_back(shell: Shell) -> None:
    path = shell.folder / "desk.xlsx"
    workbook(path, date(2026, 1, 2))
    first = shell.document("improve", "desk.xlsx", "--as-of", "2026-01-02")
    assert "Improvements" in first["tabs"]
    assert shell.document("improve", "desk.xlsx", "--as-of", "2026-01-02")["edits"] == []
    (csat,) = [line for line in lines(path) if line["key"] == "csat"]
    identifier = csat["id"]
    write(path, identifier, why="nobody called", measure="Call back", action_owner="Desk-Ann*", progress="Done",
          done_on=date(2026, 1, 9), review_on=date(2026, 4, 1))  # fmt: skip

    living = openpyxl.load_workbook(path)["Improvements"]
    words = [[cell.value for cell in row] for row in living.iter_rows()]
    later = shell.folder / "later.xlsx"
    workbook(later, date(2026, 4, 1))
    joined = openpyxl.load_workbook(later)
    sheet = joined.create_sheet("Improvements")
    for row in words:
        sheet.append(row)
    joined.save(path)

    judged = shell.document("improve", "desk.xlsx", "--as-of", "2026-04-01", "--force")
    (line,) = [line for line in lines(path) if line["id"] == identifier]
    assert line["verdict"] == "Effective" and line["measure"] == "Call back" and line["measured_n"] >= 30
    assert line["baseline_rows"] == csat["baseline_rows"]

    before = lines(path)
    undone = shell.document("undo", judged["run"], "--as-of", "2026-04-01", "desk.xlsx")
    assert undone["kept"] == []
    (line,) = [line for line in lines(path) if line["id"] == identifier]
    assert line["verdict"] is None and line["measured"] is None and line["measure"] == "Call back"
    assert len(lines(path)) <= len(before)
    again = shell.document("improve", "desk.xlsx", "--as-of", "2026-04-02")
    assert [e for e in again["edits"] if e["column"] == "verdict" and e["id"] == identifier]
