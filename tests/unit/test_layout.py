"""The new workbook: what the readers of the tool find in it, and that its live colours light when they should."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl.formula.translate import Translator
from python_calamine import CalamineWorkbook

from sheetops.books.xlsx.draw import new_workbook
from sheetops.books.xlsx.ranges import filled_part
from sheetops.domain.history import History
from sheetops.domain.table import Grid, RawSheet, cell_name, take_snapshot
from sheetops.domain.tabs import Cell, Tab
from sheetops.domain.template import COLUMNS, LANGUAGES, LISTS
from sheetops.domain.values import read_owners
from sheetops.domain.view import View
from sheetops.jobs.fill import fill
from sheetops.jobs.layout import team_workbook
from sheetops.jobs.layout_lists import list_range
from sheetops.jobs.layout_log import PLACE
from sheetops.jobs.layout_people import written_range
from sheetops.jobs.validate import validate
from sheetops.settings.files import load_texts
from tests.sheets import policy
from tests.xlsx_oracle.libreoffice import convert

WEDNESDAY = date(2026, 3, 4)


def tabs(language: str, today: date = WEDNESDAY, rows: int = 50) -> tuple[Tab, ...]:
    return team_workbook(language, load_texts(language), today, rows)


def view(language: str, today: date = WEDNESDAY, later: int = 0) -> View:
    grids = tuple(Grid(tab.name, tab.values()) for tab in tabs(language, today))
    snapshot = take_snapshot(RawSheet("team.xlsx", grids, "0"))
    now = datetime(today.year, today.month, today.day, 10) + timedelta(days=later)
    return View(snapshot, policy(language), History(), now)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_log_is_found_with_all_columns_and_two_rows(language: str) -> None:
    snapshot = view(language).snapshot
    assert snapshot.language == language
    (table,) = snapshot.tables
    assert list(table.columns) == [column.key for column in COLUMNS]
    assert len(table) == 2
    assert [value is None for value in table.column("resolved")] == [False, True]
    assert [value is None for value in table.column("feedback")] == [False, True]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_person_is_read_and_every_owner_found(language: str) -> None:
    seen = view(language)
    people = seen.people
    assert len(people.all) == 7
    assert people.team_lead is not None and people.director is not None
    assert {p.language for p in people.all} == {language}
    for owners in seen.snapshot.tables[0].column("owner"):
        (owner,) = read_owners(owners)
        assert people.find(owner) is not None
    for department in people.departments[1:]:
        lead = people.lead_of(department)
        assert lead is not None and lead.role, department
    for person in people.all:
        for name in (person.manager, person.deputy):
            assert name is None or people.named(name) is not None
        assert person.email is not None and person.email.endswith("@example.com")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lists_are_read_back(language: str) -> None:
    lists = view(language).lists
    for key, choices in LISTS.items():
        keys = lists[key].keys()
        assert keys == tuple(choice.key for choice in choices)
        assert [lists[key].name(k, language) for k in keys] == [c.name(language) for c in choices]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("today", [WEDNESDAY + timedelta(days=n) for n in range(7)])
@pytest.mark.parametrize("later", [-1, 0, 1])  # the jobs may run in another zone
def test_a_new_workbook_leaves_the_jobs_nothing_to_mend(language: str, today: date, later: int) -> None:
    seen = view(language, today, later)
    assert [(f.rule, f.cell, f.message) for f in validate(seen).findings] == []
    assert fill(seen).edits == ()
    (due,) = (d for d in seen.snapshot.tables[0].column("due") if isinstance(d, date) and d > today)
    assert due.weekday() < 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_are_of_working_days(language: str) -> None:
    calendar = policy(language).calendar
    for day in range(300):
        today = date(2026, 1, 1) + timedelta(days=day)
        _, done, waiting = team_workbook(language, load_texts(language), today, 9, calendar)[0].values()
        days = (done[PLACE["due"] - 1], done[PLACE["resolved"] - 1], waiting[PLACE["due"] - 1])
        assert all(isinstance(each, date) and calendar.is_workday(each) for each in days), (today, days)
        assert days[0] == days[1] < today < days[2]  # type: ignore[operator]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_bear_this_months_first_numbers(language: str) -> None:
    (table,) = view(language).snapshot.tables
    assert table.column("id") == [20260301, 20260302]


def test_the_lists_tell_who_answers_and_how_soon() -> None:
    _, _, lists, _ = tabs("zh-Hans")
    head, *body = lists.values()[2:]
    assert head[1:3] == ("需求类型", "通常由谁负责")
    assert [row[1:3] for row in body[:4]] == [
        ("咨询类", "客服部"),
        ("投诉类", "客服部"),
        ("建议类", "产品部"),
        ("功能需求类", "技术部、产品部"),
    ]
    assert [row[3:6] for row in body[:3]] == [
        ("高", "24 小时内", "1 个工作日内"),
        ("中", "3 个工作日内", "3 个工作日内"),
        ("低", "不限", "10 个工作日内"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_left_open_or_empty(language: str) -> None:
    for tab in tabs(language):
        texts = [c.value for row in tab.rows for c in row if isinstance(c.value, str) and not c.formula]
        notes = [c.note for row in tab.rows for c in row if c.note is not None]
        errors = [choice.error for choice in tab.choices if choice.error is not None]
        for text in texts + notes + errors:
            assert text.strip() and "{" not in text
        assert all(len(error) <= 225 for error in errors)
        assert all(len(",".join(choice.values)) <= 255 for choice in tab.choices)


def probed(folder: Path, language: str, rows: dict[str, dict[str, object]]) -> dict[str, set[str]]:
    """Which highlights LibreOffice finds true in each named row: `column:style`."""
    log, *others = tabs(language, rows=len(rows) + 5)
    wide = len(COLUMNS) + 1
    marks = [f"{COLUMNS[h.on.first_column - 1].key}:{h.style}" for h in log.highlights]
    lines = []
    for number, cells in enumerate(rows.values(), 2):
        line = [Cell(cells.get(c.key), "text") for c in COLUMNS]  # type: ignore[arg-type]
        for column, highlight in enumerate(log.highlights, wide):
            formula = Translator(f"={highlight.formula}", cell_name(2, column)).translate_formula(
                cell_name(number, column)
            )
            line.append(Cell(formula, formula=True))
        lines.append(tuple(line))
    probe = replace(log, rows=(log.rows[0], *lines))
    path = folder / "probe.xlsx"
    path.write_bytes(new_workbook((probe, *others), language))
    shown = convert([path], folder / "out", "xlsx")[path]
    read = CalamineWorkbook.from_path(str(shown)).get_sheet_by_index(0).to_python()
    lit: dict[str, set[str]] = {}
    for name, cells_read in zip(rows, read[1:], strict=False):
        flags = cells_read[wide - 1 : wide - 1 + len(marks)]
        # An error counts as false in a conditional format.
        lit[name] = {mark for mark, flag in zip(marks, flags, strict=True) if flag is True}
    return lit


def test_the_live_colours_light_when_they_should(tmp_path: Path) -> None:
    today = datetime.now().date()
    good: dict[str, object] = {
        "source": "邮件",
        "customer": "钱*-个人客户",
        "description": "希望导出",
        "type": "咨询类",
        "urgency": "中",
        "priority": "3级",
        "owner": "客服部-孙*",
        "due": today + timedelta(days=30),
    }
    done = {**good, "resolved": today, "result": "已答复"}
    rows: dict[str, dict[str, object]] = {
        "good": {**good, "id": 1},
        "spaces": {**good, "id": 2, "source": "邮件 ", "priority": 4},
        "overdue": {**good, "id": 3, "due": today - timedelta(days=1)},
        "due today": {**good, "id": 4, "due": today},
        "bad values": {**good, "id": 5, "source": "电邮", "type": "xx", "urgency": "急", "priority": "6级"},
        "bad date": {**good, "id": 6, "due": "下周", "resolved": "昨天", "result": "好"},
        "twice": {**good, "id": 7},
        "again": {**good, "id": 7},
        "resolved": {**done, "id": 8},
        "late but resolved": {**done, "id": 9, "due": today - timedelta(days=5)},
        "to call back": {**done, "id": 10, "resolved": today - timedelta(days=14)},
        "no result": {**done, "id": 11, "result": None, "feedback": "满意(5分)"},
        "begun": {"customer": "冯*-个人客户"},
        "not begun": {},
    }
    lit = probed(tmp_path, "zh-Hans", rows)
    assert lit["good"] == lit["spaces"] == lit["not begun"] == set()
    assert lit["overdue"] == {"id:error", "due:error"}
    assert lit["due today"] == {"due:warning"}
    assert lit["bad values"] == {"source:error", "type:error", "urgency:error", "priority:error"}
    assert lit["bad date"] == {"due:error", "resolved:error", "id:muted"}
    assert lit["twice"] == lit["again"] == {"id:warning"}
    assert lit["resolved"] == lit["late but resolved"] == {"id:muted"}
    assert lit["to call back"] == {"feedback:hint", "id:muted"}
    assert lit["no result"] == {"result:warning", "id:muted"}
    wanted = ("source", "description", "type", "urgency", "priority", "owner")
    assert lit["begun"] == {f"{key}:hint" for key in wanted}


def test_drop_downs_end_at_the_last_filled_cell_and_grow(tmp_path: Path) -> None:
    log, people, lists, guide = tabs("en")
    rows = list(lists.rows)
    while len(rows) < 14:
        rows.append(())
    entry = (Cell("Branch office"), *(Cell() for _ in range(6)))
    grown = replace(lists, rows=(*rows, entry))  # in row 15, after a gap
    sources = {
        "source": list_range("source", "en"),
        "type": list_range("type", "en"),
        "owner": written_range("en"),
    }
    formulas = [Cell(f"=ROWS({filled_part(source, 'x')})", formula=True) for source in sources.values()]
    probe = Tab("Probe", (tuple(formulas),))
    path = tmp_path / "lists.xlsx"
    path.write_bytes(new_workbook((log, people, grown, guide, probe), "en"))
    shown = convert([path], tmp_path / "out", "xlsx")[path]
    (read,) = CalamineWorkbook.from_path(str(shown)).get_sheet_by_name("Probe").to_python()
    assert read == [12.0, 5.0, 7.0]


def test_the_log_offers_what_the_lists_and_people_hold() -> None:
    log, *_ = tabs("en")
    by_column = {choice.on.first_column: choice for choice in log.choices}
    assert by_column[PLACE["urgency"]].source == list_range("urgency", "en")
    assert by_column[PLACE["owner"]].source == written_range("en")
    assert by_column[PLACE["priority"]].values == ("5", "4", "3", "2", "1")
    assert not any(choice.strict for choice in log.choices)  # a person may always write what is true
