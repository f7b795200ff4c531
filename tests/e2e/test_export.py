"""`sheetops export` as a person and a script use it."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd

from tests.e2e.helpers import Shell

HEADER = [
    "Request ID",
    "Customer",
    "Description",
    "Type",
    "Urgency",
    "Priority",
    "Owner",
    "Due",
    "Resolved",
    "Opened",
]
ROWS = [
    ["20261101", "Wang Xiaoming-Shops", "=HYPERLINK(1) fails; call 13812345678", "Complaint", "High", 4, "Tech-Ann*", "2026-11-04", None, "2026-11-02"],
    ["20261102", "L*-Private", "Asks for points", "Consult", "Low", 2, "Desk-Bob*", "2026-11-20", "2026-11-06", "2026-11-03"],
]  # fmt: skip


def desk(folder: Path) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for cells in (HEADER, *ROWS):
        book.active.append(cells)
    book.active["C2"].data_type = "s"
    book.save(folder / "desk.xlsx")
    return folder / "desk.xlsx"


def test_a_sheet_is_exported_masked_and_only_read(tmp_path: Path) -> None:
    shell, path = Shell(tmp_path), desk(tmp_path)
    before = path.read_bytes()
    plan = shell.document("export", path, "--as-of=2026-11-18", "--dry-run")
    assert not (tmp_path / "desk-export").exists() and {f["written"] for f in plan["files"]} == {False}
    shell.run("fill", path, "--as-of=2026-11-17")
    said = shell.document("export", path, "--as-of=2026-11-18")
    out = tmp_path / "desk-export"
    assert said["masked"] and {f["written"] for f in said["files"]} == {True}
    assert path.read_bytes() == before

    table = pd.read_csv(out / "requests.csv", encoding="utf-8-sig", parse_dates=["due", "opened"])
    assert table["customer"].tolist() == ["W*-Shops", "L*-Private"]
    assert (
        table["description"][0].startswith("'=HYPERLINK(1)") and "13812345678" not in table["description"][0]
    )
    assert table["overdue"].tolist() == [True, False] and table["breach"].tolist() == [True, False]
    exact = duckdb.sql(f"select description, due from '{out}/requests.parquet' order by row").fetchall()
    assert exact[0][0].startswith("=HYPERLINK(1)") and exact[0][1].isoformat() == "2026-11-04"
    events = pd.read_parquet(out / "events.parquet")
    assert set(events["event"]) == {"first_seen", "resolved"} and len(events) == 3
    described = json.loads((out / "datapackage.json").read_text())
    assert described["sheetops"]["as_of"] == "2026-11-18" and len(described["resources"]) == 4
    again = shell.document("export", path, "--as-of=2026-11-18")
    assert {f["written"] for f in again["files"]} == {False}


def test_unmasked_is_said_and_foreign_files_stop_it(tmp_path: Path) -> None:
    shell, path = Shell(tmp_path), desk(tmp_path)
    done = shell.run("export", path, "--unmasked", "--format", "csv", "--out", "bi")
    assert "as the sheet has them" in done.stderr and done.returncode == 0
    assert "Wang Xiaoming" in (tmp_path / "bi" / "requests.csv").read_text()
    (tmp_path / "bi" / "owners.csv").write_text("mine")
    refused = shell.run("export", path, "--format", "csv", "--out", "bi")
    assert refused.returncode == 2 and "owners.csv is not as an export left it" in refused.stderr
    assert "Wang Xiaoming" in (tmp_path / "bi" / "requests.csv").read_text()
    shell.document("export", path, "--format", "csv", "--out", "bi", "--force")
    assert "Wang Xiaoming" not in (tmp_path / "bi" / "requests.csv").read_text()


def test_several_sheets_have_a_folder_each_and_a_period_filters(tmp_path: Path) -> None:
    shell, path = Shell(tmp_path), desk(tmp_path)
    (tmp_path / "other.xlsx").write_bytes(path.read_bytes())
    shell.document("export", path, "other.xlsx", "--out", "bi", "--period", "2026-10", "--as-of=2026-11-18")
    for name in ("desk", "other"):
        found = pd.read_parquet(tmp_path / "bi" / name / "requests.parquet")
        assert len(found) == 0 and str(found["row"].dtype) == "int64"
    november = shell.document("export", path, "--out", "nov", "--period", "2026-11", "--as-of=2026-11-18")
    assert november["files"][0]["rows"] == 2
    assert shell.refusal("export", path, "--period", "soon").startswith("sheetops: --period")
