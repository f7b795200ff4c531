"""A team's dressed workbook after a whole day of jobs: everything a person put there is still there."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.e2e.helpers import Shell
from tests.shared_inputs import ROOT, shared
from tests.xlsx_oracle import features, libreoffice, schema
from tests.xlsx_oracle.parts import difference

TAB = "Service desk log"
AS_OF = ("--as-of", "2016-03-07")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The dressed workbook before and after `run` and `review`."""
    folder = tmp_path_factory.mktemp("dressed")
    before, after = folder / "before.xlsx", folder / "service-desk.xlsx"
    for copy in (before, after):
        shutil.copyfile(shared("inputs/service-desk-dressed.xlsx"), copy)
    shutil.copyfile(ROOT / "config" / "service-desk.yaml", folder / "sheetops.yaml")
    shell = Shell(folder)
    assert shell.run("run", "desk", *AS_OF).returncode == 1
    assert shell.run("review", "desk", "--period", "2016-Q1", *AS_OF).returncode == 0
    return before, after


def test_no_feature_is_lost(day: tuple[Path, Path]) -> None:
    before, after = (path.read_bytes() for path in day)
    assert features.lost(before, after) == []
    had = features.inventory(before)
    for feature in (
        "chart",
        "shape",
        "sparkline",
        "comments",
        "vml",
        "defined_names",
        "autofilter",
        "data_val",
        "x14_cf",
    ):
        assert had[feature], feature
    hidden = [s.title for s in openpyxl.load_workbook(day[1]).worksheets if s.sheet_state == "hidden"]
    assert hidden == ["Lookups"]


def test_only_the_log_its_wiring_and_the_new_tabs_differ(day: tuple[Path, Path]) -> None:
    before, after = (path.read_bytes() for path in day)
    changed = difference(before, after).changed
    assert changed <= {
        "[Content_Types].xml",
        "docProps/app.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/worksheets/sheet2.xml",
    }
    assert "xl/worksheets/sheet2.xml" in changed


def test_what_was_touched_is_valid(day: tuple[Path, Path]) -> None:
    before, after = (path.read_bytes() for path in day)
    assert schema.newly_invalid(before, after) == {}


def test_libreoffice_shows_everything_else_as_before(day: tuple[Path, Path], tmp_path: Path) -> None:
    shown = libreoffice.convert(day, tmp_path / "out")
    old, new = (shown[path].read_bytes() for path in day)
    due = {TAB: [(row, 9) for row in range(4, 449)]}
    tabs = [
        name
        for name in openpyxl.load_workbook(day[1], read_only=True).sheetnames
        if name.startswith(("Checks", "Review", "Follow-ups"))
    ]
    assert len(tabs) == 4
    assert libreoffice.differences(old, new, due, tabs) == []


def test_libreoffice_recalculates_what_depends_on_the_log(day: tuple[Path, Path], tmp_path: Path) -> None:
    changed = tmp_path / "resolved.xlsx"
    from sheetops.books.xlsx import edit_cells

    edit_cells(day[1], {(TAB, "J448"): None}, save_as=changed)
    shown = libreoffice.convert([changed], tmp_path / "out", "xlsx", recalculate=True)
    dashboard = openpyxl.load_workbook(shown[changed], data_only=True)["Dashboard"]
    assert (dashboard["B1"].value, dashboard["B2"].value) == (136, 309)
