"""The review of a real workbook, written into it: nothing else changes, and a second run changes nothing."""

from __future__ import annotations

import shutil
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sheetops.books.open import open_book
from sheetops.runner import Order, Report, run_order
from tests.shared_inputs import shared
from tests.sheets import NoLedger, NoPost, policy

FILES = ("service-desk-plain.xlsx", "service-desk-dressed.xlsx")


def run(path: Path, ledger: NoLedger) -> Report:
    order = Order(
        open_book(str(path)), ("fill", "review"), lambda language: policy(language, timezone="UTC"),
        as_of=date(2016, 3, 7), period="2016-Q1",
    )  # fmt: skip
    return run_order(order, ledger, NoPost(), lambda: datetime(2026, 11, 18, 9, tzinfo=UTC))


@pytest.mark.filterwarnings("ignore:.*extension is not supported.*:UserWarning")
@pytest.mark.parametrize("name", FILES)
def test_a_real_workbook_gets_its_review_once(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    shutil.copy(shared("inputs") / name, path)
    path.chmod(0o644)
    before = set(zipfile.ZipFile(path).namelist())
    assert run(path, NoLedger()).applied.tabs == ("Review 2016-Q1",)
    bytes_after = path.read_bytes()
    added = set(zipfile.ZipFile(path).namelist()) - before
    assert len([part for part in added if "/charts/chart" in part]) >= 5
    again = run(path, NoLedger())
    assert (again.applied.tabs, again.applied.writes, path.read_bytes()) == ((), (), bytes_after)
    sheet = load_workbook(path)["Review 2016-Q1"]
    assert sheet["A1"].value == "Service review 2016-Q1"
    line = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "On-time rate")
    assert line[1:3] == (pytest.approx(292 / 417, abs=1e-6), 417)
    assert sheet.page_setup.orientation == "landscape" and sheet.print_title_rows == "$1:$2"
