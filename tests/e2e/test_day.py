"""The main job, end to end, through the command line: a new workbook, the demo, and two real sheets."""

from __future__ import annotations

import email
import email.policy
import re
import shutil
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from sheetops.domain.workdays import WorkCalendar
from tests.e2e.helpers import Shell
from tests.shared_inputs import ROOT, shared

AS_OF = ("--as-of", "2016-03-07")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def desk(shell: Shell, form: str) -> Path:
    """A copy of a real request log, and settings of a few lines beside it."""
    path = shell.folder / "service-desk.xlsx"
    shutil.copyfile(shared(f"inputs/service-desk-{form}.xlsx"), path)
    shutil.copyfile(ROOT / "config" / "service-desk.yaml", shell.folder / "sheetops.yaml")
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def values(path: Path, tab: str) -> list[list[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(tab).to_python(skip_empty_area=False)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("form", "tab", "header"), [("plain", "Requests", 1), ("dressed", "Service desk log", 3)]
)
def test_a_real_sheet_gets_its_working_day(shell: Shell, form: str, tab: str, header: int) -> None:
    path = desk(shell, form)
    before = values(path, tab)
    document = shell.document("run", "desk", *AS_OF, code=1)

    dues = [e for e in document["edits"] if e["column"] == "due"]
    assert len(dues) == len([e for e in document["edits"] if e["tab"] == tab]) == 445
    assert {e["outcome"] for e in dues} == {"written"}
    after = values(path, tab)
    rows = after[header:]
    assert sum(row[9] == "" for row in rows) == 135  # open
    # Opened on Monday 29 February or Tuesday 1 March; after closing time the next day is the first.
    for urgency, days in (("High", 1), ("Medium", 3), ("Low", 10)):
        calendar = WorkCalendar(country="PT")
        for row in rows:
            if row[5] == urgency:
                opened = row[13]
                assert isinstance(opened, datetime)
                first = opened.date() + timedelta(days=opened.hour >= 18)
                assert row[8] == calendar.add_workdays(first, days), row[0]
    for was, now in zip(before, after, strict=True):
        assert [v for i, v in enumerate(now) if i != 8 or now is after[header - 1]] == [
            v for i, v in enumerate(was) if i != 8 or was is before[header - 1]
        ]

    overdue = [row for row in rows if row[9] == "" and row[8] < date(2016, 3, 7)]  # type: ignore[operator]
    told = "\n".join(_text(Path(n["where"])) for n in document["notices"] if n["outcome"] == "sent")
    owned = [row for row in overdue if row[7]]
    assert owned and all(str(row[0]) in told for row in owned)
    assert "Checks" in document["tabs"]


@pytest.mark.parametrize("form", ["plain", "dressed"])
def test_a_second_run_changes_nothing_and_mails_nobody(shell: Shell, form: str) -> None:
    path = desk(shell, form)
    shell.document("run", "desk", *AS_OF, code=1)
    once = path.read_bytes()
    again = shell.document("run", "desk", *AS_OF, code=1)
    assert again["edits"] == [] and again["tabs"] == [] and again["conflicts"] == []
    assert not [n for n in again["notices"] if n["outcome"] == "sent"]
    assert path.read_bytes() == once


@pytest.mark.parametrize("form", ["plain", "dressed"])
def test_the_quarter_is_reviewed(shell: Shell, form: str) -> None:
    path = desk(shell, form)
    shell.document("fill", "desk", *AS_OF)
    before = members(path)
    document = shell.document("review", "desk", "--period", "2016-Q1", *AS_OF)
    assert document["tabs"] == ["Review 2016-Q1"]
    after = members(path)
    charts = [name for name in after if name.startswith("xl/charts/chart") and name not in before]
    assert len(charts) >= 2
    text = [cell for row in values(path, "Review 2016-Q1") for cell in row]
    assert 445 in text  # intake
    assert 135 in text  # backlog


def test_a_dry_run_touches_nothing_and_says_the_same(shell: Shell) -> None:
    path = desk(shell, "dressed")
    before = path.read_bytes()
    dry = shell.document("run", "desk", *AS_OF, "--dry-run", code=1)
    assert path.read_bytes() == before
    assert not list(shell.folder.glob("**/*.eml"))
    wet = shell.document("run", "desk", *AS_OF, code=1)
    strip = [{k: v for k, v in e.items() if k != "outcome"} for e in dry["edits"]]
    assert strip == [{k: v for k, v in e.items() if k != "outcome"} for e in wet["edits"]]
    assert dry["findings"] == wet["findings"] and dry["tabs"] == wet["tabs"]
    assert [n["subject"] for n in dry["notices"]] == [n["subject"] for n in wet["notices"]]


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_a_new_workbook_is_clean_and_the_demo_tells_a_day(shell: Shell, language: str) -> None:
    assert shell.run("init", "new.xlsx", "--language", language).returncode == 0
    fresh = shell.document("validate", "new.xlsx")
    assert fresh["findings"] == []
    done = shell.run("demo", "--language", language)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    folder = shell.folder / "demo"
    assert list((folder / "outbox").glob("*.eml"))
    (book,) = folder.glob("*.xlsx")
    assert len(CalamineWorkbook.from_path(book).sheet_names) == 7
    assert re.search(r"^  followed +[1-9]\d* things", done.stdout, re.M)
    assert "0 changes and mails" in done.stdout
    assert shell.run("demo", "--language", language).returncode == 0


def _text(path: Path) -> str:
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = mail.get_body(("plain",))  # type: ignore[attr-defined]
    assert body is not None and mail.get_body(("html",)) is not None  # type: ignore[attr-defined]
    return str(body.get_content())


def test_a_review_without_a_period_is_that_of_last_month_whenever_it_is_asked_for(shell: Shell) -> None:
    desk(shell, "plain")
    asked = ("review", "desk", "--as-of", "2016-03-28")
    assert shell.document(*asked)["tabs"] == ["Review 2016-02"]
    assert shell.document(*asked)["tabs"] == []  # it says so already
    shell.document("fill", "desk", *AS_OF)
    assert shell.document(*asked)["tabs"] == ["Review 2016-02"]
