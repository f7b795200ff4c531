"""What stands in the way of one cell or one tab of a workbook keeps nothing else from being written."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart
from openpyxl.styles import Protection
from openpyxl.worksheet.protection import SheetProtection

from sheetops.books.xlsx import edit as edit_module
from sheetops.books.xlsx import tab as tab_module
from sheetops.books.xlsx.book import XlsxBook
from sheetops.books.xlsx.edit import Patched, patch_cells
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.tab import draw_tab, graft_tab
from sheetops.domain.plan import Edit
from sheetops.domain.table import RawSheet, Snapshot, take_snapshot
from sheetops.domain.tabs import Cell, Tab
from sheetops.errors import EditRefused, RefusedWorkbook, SheetError
from tests.sheets import log, row
from tests.unit.xlsx.made import made, members, zipped

DAY = date(2026, 11, 20)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "team.xlsx"


def save(path: Path, rows: int = 4, locked: bool = False, free: tuple[int, ...] = ()) -> Any:
    """A log of so many requests; with `locked` only the due cells of the rows `free` may be changed."""
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    sheet.title = "Requests"
    for values in log(*(row(id=f"2026{n:05}", description=f"Case {n}") for n in range(1, rows + 1))).rows:
        sheet.append(list(values))
    if locked:
        sheet.protection = SheetProtection(sheet=True, password="x")
        for number in free:
            sheet.cell(number, 9).protection = Protection(locked=False)
    workbook.save(path)
    return workbook


def see(raw: RawSheet) -> Snapshot:
    return take_snapshot(raw)


def dues(seen: Snapshot) -> list[Edit]:
    table = seen.tables[0]
    places = range(len(table))
    return [Edit(table.ref(at), "due", table.cell(at, "due"), None, DAY, "because") for at in places]


def test_locked_cells_are_left_and_told_in_order_and_found_in_one_pass(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(path, 40, locked=True, free=(4, 30))
    passes: list[int] = []

    def patch(package: Package, edits: Any, refused: Any) -> Patched:
        passes.append(len(edits))
        return patch_cells(package, edits, refused)

    monkeypatch.setattr(edit_module, "patch_cells", patch)
    with XlsxBook(str(path)).session() as session:
        applied = session.apply(dues(see(session.raw)), [], see)
    assert [write.cell for write in applied.writes] == ["I4", "I30"]
    assert [(c.edit.cell, c.reason) for c in applied.conflicts] == [
        (f"I{number}", "refused") for number in range(2, 42) if number not in (4, 30)
    ]
    assert passes == [40]
    assert {c.forbidden for c in applied.conflicts} == {
        "the cell is locked and its tab is protected with a password; unlock the cell, or unprotect the tab in Excel"
    }


def test_every_kind_of_refusal_is_collected_and_the_rest_is_set() -> None:
    data = made(
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="array" ref="B1:B2">A1</f></c></row>',
        after='<mergeCells><mergeCell ref="C1:D1"/></mergeCells>',
    )
    edits: dict[tuple[str, str], object] = {
        ("Log", "A1"): 2,
        ("Log", "a1"): 3,
        ("Log", "B2"): 1,
        ("Log", "D1"): 1,
        ("Log", "E1"): date(1850, 1, 1),
        ("Log", "F1"): {},
        ("Log", "no cell"): 1,
        ("Log", "A2"): "fine",
    }
    refused: dict[tuple[str, str], EditRefused] = {}
    package = Package.from_bytes(data, "book.xlsx")
    assert patch_cells(package, edits, refused).cells == {("Log", "A1"): 2, ("Log", "A2"): "fine"}
    assert set(refused) == set(edits) - {("Log", "A1"), ("Log", "A2")}
    with pytest.raises(EditRefused):
        patch_cells(Package.from_bytes(data, "book.xlsx"), edits)


def test_rows_out_of_order_refuse_the_cells_of_their_tab_only() -> None:
    data = made('<row r="3"/><row r="1"/>', second='<row r="1"/>')
    refused: dict[tuple[str, str], EditRefused] = {}
    package = Package.from_bytes(data, "book.xlsx")
    done = patch_cells(package, {("Log", "A2"): 1, ("More", "A2"): 1}, refused)
    assert done.cells == {("More", "A2"): 1}
    assert list(refused) == [("Log", "A2")]
    assert "out of order" in str(refused["Log", "A2"])


def test_a_tab_that_cannot_be_put_is_held_with_its_reason_and_all_else_is_written(path: Path) -> None:
    workbook = save(path)
    workbook.create_sheet("Checks").protection = SheetProtection(sheet=True, password="x")
    workbook.create_chartsheet("Lists").add_chart(BarChart())
    workbook.save(path)
    tabs = [Tab(name, ((Cell(name),),)) for name in ("Checks", "Review 2026-10", "Lists")]
    with XlsxBook(str(path)).session() as session:
        applied = session.apply(dues(see(session.raw)), tabs, see)
    assert len(applied.writes) == 4
    assert (applied.tabs, applied.held) == (("Review 2026-10",), ("Checks", "Lists"))
    assert "password" in applied.reasons["Checks"]
    assert "no worksheet" in applied.reasons["Lists"]
    after: Any = openpyxl.load_workbook(path)
    assert [after["Requests"].cell(number, 9).value.date() for number in range(2, 6)] == [DAY] * 4
    assert after["Checks"]["A1"].value is None
    assert after["Review 2026-10"]["A1"].value == "Review 2026-10"


def test_half_a_tab_is_never_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tab may fail when part of it is in the package already."""
    save(path)

    def draw(package: Package, tab: Tab, language: str) -> None:
        draw_tab(package, tab, language)
        if tab.name == "Checks":
            raise SheetError("its styles cannot be read")

    monkeypatch.setattr(tab_module, "draw_tab", draw)
    with XlsxBook(str(path)).session() as session:
        tabs = [Tab(name, ((Cell(name),),)) for name in ("Checks", "Review 2026-10")]
        assert session.apply([], tabs, see).reasons == {"Checks": "its styles cannot be read"}
    assert openpyxl.load_workbook(path).sheetnames == ["Requests", "Review 2026-10"]


@pytest.mark.parametrize(("name", "other"), [("more", "MORE"), ("Log", "log"), ("Log", "Log")])
def test_tabs_that_differ_only_in_case_are_refused_by_their_names(path: Path, name: str, other: str) -> None:
    data = made('<row r="1"/>', second='<row r="1"/>')
    package = Package.from_bytes(data, "team.xlsx")
    part = package.workbook_part()
    xml = package.part(part).replace(b'"Log"', f'"{name}"'.encode()).replace(b'"More"', f'"{other}"'.encode())
    data = zipped({**members(data), part: xml})
    for change in (
        lambda twins: patch_cells(twins, {}, {}),
        lambda twins: graft_tab(twins, "Checks", openpyxl.Workbook()),
    ):
        with pytest.raises(RefusedWorkbook) as caught:
            change(Package.from_bytes(data, "team.xlsx"))
        assert str(caught.value) == (
            f"team.xlsx: the names of its tabs {name!r} and {other!r} differ only in case; rename one of the two"
        )


def test_a_rehearsal_refuses_what_the_run_will_refuse_and_says_who_has_the_file_open(path: Path) -> None:
    workbook = save(path, locked=True, free=(3,))
    workbook.create_sheet("Checks").protection = SheetProtection(sheet=True, password="x")
    workbook.save(path)
    data, book = path.read_bytes(), XlsxBook(str(path))
    seen, tabs = book.read(), [Tab("Checks", ((Cell("Checks"),),))]
    rehearsed = book.rehearse(seen, dues(see(seen)), tabs, see)
    owner = path.with_name(".~lock.team.xlsx#")
    owner.write_text(",zhang,desk7,21.11.2026 09:00,file:///home/zhang;", encoding="utf-8")
    for edits in (dues(see(seen)), []):
        assert "desk7" in (book.rehearse(seen, edits, tabs, see).hindrance or "")
    owner.unlink()
    assert path.read_bytes() == data
    with book.session() as session:
        applied = session.apply(dues(see(session.raw)), tabs, see)
    assert (rehearsed.writes, rehearsed.conflicts) == (applied.writes, applied.conflicts)
    assert (len(rehearsed.writes), len(rehearsed.conflicts)) == (1, 3)
    assert (rehearsed.tabs, rehearsed.held, rehearsed.reasons) == (
        applied.tabs,
        applied.held,
        applied.reasons,
    )
    assert rehearsed.held == ("Checks",)


def test_a_rehearsal_sees_what_a_person_saved_since_the_plan_was_made(path: Path) -> None:
    workbook = save(path)
    book = XlsxBook(str(path))
    seen = book.read()
    workbook["Requests"].cell(2, 9, date(2026, 12, 24))
    workbook.save(path)
    conflicts = book.rehearse(seen, dues(see(seen)), [], see).conflicts
    assert [(c.edit.cell, c.reason) for c in conflicts] == [("I2", "cell-changed")]
