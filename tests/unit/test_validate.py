"""The validate job: its plan, and a Checks tab that remembers what people decided."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sheetops.domain.finding import Severity
from sheetops.domain.plan import Plan, tab_is_as_planned
from sheetops.domain.policy import RuleSetting
from sheetops.domain.table import Grid
from sheetops.domain.tabs import Tab
from sheetops.domain.texts import Texts
from sheetops.domain.view import View
from sheetops.jobs import checks_tab
from sheetops.jobs.validate import validate
from tests.unit.rules.looks import GOOD, LANGUAGES, NOW, grid, rows_like, view

_FAULTY: list[dict[str, Any]] = [
    {"urgency": "?", "owner": "Tech-B*"},
    {"customer": None, "owner": "Tech-A*"},
    {},
    {"resolved": date(2026, 12, 1), "owner": "Tech-A*"},
    {"owner": None, "resolved": None},
    {"notes": "13812345678", "owner": "Tech-C*"},
]


def _tab(plan: Plan) -> Tab:
    (tab,) = plan.tabs
    return tab


def _written(plan: Plan) -> Grid:
    """The Checks tab as a later run reads it."""
    tab = _tab(plan)
    return Grid(tab.name, [list(row) for row in tab.values()])


def _table(tab: Tab) -> list[dict[str, Any]]:
    """The lines under the header of the tab."""
    rows = [list(row) for row in tab.values()]
    start = next(number for number, row in enumerate(rows) if "#" in row)
    names = (
        "severity",
        "cell",
        "id",
        "column",
        "message",
        "fix",
        "owner",
        "first_seen",
        "accepted",
        "reason",
        "key",
    )
    return [dict(zip(names, row, strict=True)) for row in rows[start + 1 :] if len(row) == len(names)]


def _run(
    rows: list[dict[str, Any]], checks: Grid | None = None, language: str = "en", **more: Any
) -> tuple[Plan, View]:
    grids = (grid(rows, language), checks) if checks else (grid(rows, language),)
    seen = view(*grids, language=language, **more)
    return validate(seen), seen


def _tick(checks: Grid, place: int, tick: Any = "✓", reason: Any = "agreed") -> Grid:
    """The tab after a person has ticked the `place`-th line."""
    rows = [list(row) for row in checks.rows]
    start = next(number for number, row in enumerate(rows) if "#" in row)
    rows[start + 1 + place][8:10] = [tick, reason]
    return Grid(checks.name, rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_to_report_is_one_kind_line(language: str) -> None:
    plan, _ = _run([dict(GOOD[language])], language=language)
    assert plan.findings == ()
    values = [value for row in _tab(plan).values() for value in row if value is not None]
    assert len(values) == 3 and "2026-11-20" in str(values[1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tab_is_in_the_language_of_the_sheet(language: str) -> None:
    plan, seen = _run(rows_like(language, {"urgency": "?"}), language=language)
    tab = _tab(plan)
    assert tab.name == seen.snapshot.tab_name("checks")
    (line,) = _table(tab)
    assert line["message"] == plan.findings[0].message(seen.texts)
    assert line["severity"] == seen.texts("checks.severity.error")


def test_lines_are_grouped_by_owner_and_linked_to_their_cells() -> None:
    plan, _ = _run(rows_like("en", *_FAULTY))
    lines = _table(_tab(plan))
    assert [line["owner"] for line in lines] == ["Tech-A*", "Tech-A*", "Tech-B*", "Tech-C*", "nobody yet"]
    cells = {cell.value: cell.link for row in _tab(plan).rows for cell in row if cell.style == "link"}
    assert [line["cell"] for line in lines] == ["C3", "J5", "F2", "M7", "H6"]
    assert all(link is not None and (link.tab, link.cell) == ("Log", cell) for cell, link in cells.items())


def test_findings_are_in_the_order_of_the_sheet() -> None:
    plan, _ = _run(rows_like("en", *_FAULTY))
    assert [finding.cell for finding in plan.findings] == ["F2", "C3", "J5", "H6", "M7"]


def test_counts_by_severity_and_rule_are_told() -> None:
    plan, _ = _run(rows_like("en", *_FAULTY))
    rows = [list(row) for row in _tab(plan).values()]
    assert rows[2][:4] == ["Error", 4, "Warning", 1] and rows[3][:4] == ["Hint", 0, "Accepted", 0]
    assert "missing 2" in str(rows[2][4])


def test_a_second_run_changes_nothing() -> None:
    rows = rows_like("en", *_FAULTY)
    plan, _ = _run(rows)
    again, seen = _run(rows, _written(plan), now=NOW + timedelta(minutes=1))
    assert tab_is_as_planned(_tab(again), seen.snapshot)
    assert again.findings == plan.findings


def test_an_accepted_finding_is_silent_until_its_cell_changes() -> None:
    rows = rows_like("en", *_FAULTY)
    plan, _ = _run(rows)
    ticked = _tick(_written(plan), 2)  # F2: urgency “?”
    accepted, seen = _run(rows, ticked)
    assert [finding.cell for finding in accepted.findings] == ["C3", "J5", "H6", "M7"]
    last = _table(_tab(accepted))[-1]
    assert (last["cell"], last["accepted"], last["reason"]) == ("F2", "✓", "agreed")

    kept, seen = _run(rows, _written(accepted), now=NOW + timedelta(minutes=1))
    assert tab_is_as_planned(_tab(kept), seen.snapshot)

    rows[0]["notes"] = "another cell of the row"
    assert len(_run(rows, _written(accepted))[0].findings) == 4
    rows[0]["urgency"] = "??"
    assert len(_run(rows, _written(accepted))[0].findings) == 5


def test_ticks_survive_sorting_the_log_and_the_tab() -> None:
    rows = rows_like("en", *_FAULTY)
    checks = _tick(_written(_run(rows)[0]), 0)
    header = next(number for number, row in enumerate(checks.rows) if "#" in row)
    turned = [*checks.rows[: header + 1], *reversed(checks.rows[header + 1 :])]
    plan, _ = _run(rows[::-1], Grid(checks.name, turned))
    assert len(plan.findings) == 4
    assert _table(_tab(plan))[-1]["reason"] == "agreed"


@pytest.mark.parametrize("tick", ["✓", "x", "yes", "是", True, 1, "ok"])
def test_any_mark_is_a_tick(tick: Any) -> None:
    rows = rows_like("en", {"urgency": "?"})
    assert _run(rows, _tick(_written(_run(rows)[0]), 0, tick))[0].findings == ()


@pytest.mark.parametrize("tick", [None, "", " ", "no", "否", False, 0])
def test_a_no_is_no_tick(tick: Any) -> None:
    rows = rows_like("en", {"urgency": "?"})
    plan, _ = _run(rows, _tick(_written(_run(rows)[0]), 0, tick, "why"))
    assert len(plan.findings) == 1
    assert _table(_tab(plan))[0]["reason"] == "why"


def test_first_seen_is_kept_and_new_comes_before_old() -> None:
    rows = rows_like("en", {"urgency": "?", "owner": "Tech-A*"}, {"owner": "Tech-A*"})
    monday = datetime(2026, 11, 16, 9)
    old, _ = _run(rows, now=monday)
    rows[1]["type"] = "?"
    plan, _ = _run(rows, _written(old))
    assert [(line["cell"], line["first_seen"]) for line in _table(_tab(plan))] == [
        ("E3", NOW.date()),
        ("F2", monday.date()),
    ]


def test_what_is_mended_is_gone() -> None:
    rows = rows_like("en", {"urgency": "?"})
    checks = _tick(_written(_run(rows)[0]), 0)
    rows[0]["urgency"] = "High"
    plan, _ = _run(rows, checks)
    assert _tab(plan).filter is None


def test_nothing_unmasked_is_shown() -> None:
    rows = rows_like(
        "en",
        {
            "urgency": "13812345678",
            "due": "a.b@mail.example.com",
            "id": "13912345678",
            "owner": "Tech-13712345678",
        },
    )
    plan, seen = _run([*rows, *rows_like("en", {}, {}, {})])
    shown = str(_tab(plan).values()) + str([f.message(seen.texts) + f.fix(seen.texts) for f in plan.findings])
    for secret in ("13812345678", "13912345678", "13712345678", "a.b@"):
        assert secret not in shown
    assert "138****5678" in shown


def test_several_logs_are_told_apart() -> None:
    first, second = rows_like("en", {"urgency": "?"}, {"type": "?"})
    seen = view(grid([first], "en", name="October"), grid([second], "en", name="November"), language="en")
    lines = _table(_tab(validate(seen)))
    assert sorted(line["cell"] for line in lines) == ["November!E2", "October!F2"]


def test_no_time_of_day_stands_in_the_tab() -> None:
    rows = rows_like("en", *_FAULTY)
    early, late = (
        _tab(_run(rows, now=datetime.combine(NOW.date(), at))[0]) for at in (datetime.min.time(), NOW.time())
    )
    assert early == late


def test_settings_switch_rules_off_per_tab_and_change_severity() -> None:
    rows = rows_like("en", {"urgency": "?", "type": None})
    off = {"unknown-value": RuleSetting(on=False), "required": RuleSetting(severity=Severity.HINT)}
    plan, _ = _run(rows, rules=off)
    assert [(finding.rule, finding.severity) for finding in plan.findings] == [("required", Severity.HINT)]
    elsewhere, _ = _run(
        rows, rules={"unknown-value": RuleSetting(tabs=("Other",)), "required": RuleSetting(on=False)}
    )
    assert elsewhere.findings == ()


def test_an_endless_list_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks_tab, "MOST_LISTED", 3)
    plan, _ = _run(rows_like("en", *_FAULTY))
    assert len(plan.findings) == 5 and len(_table(_tab(plan))) == 3
    assert "2 more" in str(_tab(plan).values()[-1][0])
    assert all(line["severity"] == "Error" for line in _table(_tab(plan)))


def test_a_changed_severity_or_language_keeps_ticks() -> None:
    rows = rows_like("en", {"urgency": "?"})
    checks = _tick(_written(_run(rows)[0]), 0)
    for rules in ({"unknown-value": RuleSetting(severity=Severity.HINT)}, {}):
        plan, _ = _run(rows, checks, rules=rules)
        assert plan.findings == ()
    seen = view(grid(rows, "en"), checks, language="zh-Hans")
    assert validate(seen).findings == ()


def test_any_mess_in_the_checks_tab_is_survived() -> None:
    rows = rows_like("en", *_FAULTY)
    dice = random.Random(3)
    checks = _written(_run(rows)[0])
    for _ in range(50):
        mess = [
            [dice.choice((value, None, 3.5, "#", date(2026, 1, 1))) for value in row] for row in checks.rows
        ]
        plan, _ = _run(rows, Grid(checks.name, mess))
        assert len(_table(_tab(plan))) == 5


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", [0, 8, 9, 10])
def test_ticks_are_found_by_their_headings_wherever_they_stand(language: str, place: int) -> None:
    rows = rows_like(language, {"urgency": "?"}, {"type": "?"})
    checks = _tick(_written(_run(rows, language=language)[0]), 1)
    start = next(number for number, row in enumerate(checks.rows) if "#" in row)
    for number, cells in enumerate(checks.rows[start:]):
        cells.insert(place, "Handled by" if number == 0 else "will be mended tomorrow")  # type: ignore[attr-defined]
    plan, _ = _run(rows, checks, language=language)
    assert len(plan.findings) == 1
    assert [(line["accepted"], line["reason"]) for line in _table(_tab(plan))] == [
        (None, None),
        ("✓", "agreed"),
    ]


def test_without_its_headings_nothing_is_taken_for_a_tick() -> None:
    rows = rows_like("en", {"urgency": "?"})
    checks = _tick(_written(_run(rows)[0]), 0, None, "will be mended tomorrow")
    start = next(number for number, row in enumerate(checks.rows) if "#" in row)
    checks.rows[start][8] = "Handled by"  # type: ignore[index]
    assert len(_run(rows, checks)[0].findings) == 1


def test_a_teams_own_headings_are_known() -> None:
    rows = rows_like("en", {"urgency": "?"})
    seen = _run(rows)[1]
    own = Texts("en", {**seen.texts.entries, "checks.column.accepted": "Signed off"})
    settings = replace(seen.settings, texts=own)
    checks = _tick(_written(validate(replace(seen, settings=settings))), 0)
    assert "Signed off" in next(row for row in checks.rows if "#" in row)
    assert validate(replace(_run(rows, checks)[1], settings=settings)).findings == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_decision_outlives_its_finding_for_sixty_days(language: str) -> None:
    faulty = rows_like(language, {"urgency": "?"})
    mended = rows_like(language, {})
    checks = _tick(_written(_run(faulty, language=language)[0]), 0)
    checks = _written(_run(mended, checks, language=language)[0])
    for days in (1, 30, 60):
        plan, _ = _run(mended, checks, language=language, now=NOW + timedelta(days=days))
        (line,) = _table(_tab(plan))
        assert (line["cell"], line["accepted"], line["reason"]) == (None, "✓", "agreed")
        assert NOW.date().isoformat() in line["fix"] and line["message"]
        back, _ = _run(faulty, _written(plan), language=language, now=NOW + timedelta(days=days))
        assert back.findings == () and _table(_tab(back))[0]["reason"] == "agreed"
    late, _ = _run(mended, checks, language=language, now=NOW + timedelta(days=61))
    assert "#" not in str(_tab(late).values())


def test_a_line_that_nobody_wrote_in_goes_with_its_finding() -> None:
    checks = _written(_run(rows_like("en", {"urgency": "?"}))[0])
    assert "#" not in str(_tab(_run(rows_like("en", {}), checks)[0]).values())


def test_a_reason_is_never_cut_off_a_long_list(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = _tick(_written(_run(rows_like("en", *_FAULTY))[0]), 3, None, "asked Ann")
    monkeypatch.setattr(checks_tab, "MOST_LISTED", 1)
    assert [line["reason"] for line in _table(_tab(_run(rows_like("en", *_FAULTY), checks)[0]))] == [
        "asked Ann"
    ]
