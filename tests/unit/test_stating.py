"""The policy as statements: none of what is enforced goes unsaid, and each says where it comes from and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

import pytest

from sheetops.domain.history import History, Said
from sheetops.domain.kpis import FIGURES
from sheetops.domain.policy import Policy
from sheetops.domain.rules import RULES
from sheetops.domain.stating import OPERATOR_ONLY, SECTIONS, statements
from sheetops.domain.stating.base import Statement
from sheetops.domain.stating.dated import dated, differences
from sheetops.domain.table import Grid
from sheetops.domain.template import LANGUAGES
from sheetops.domain.view import View
from sheetops.settings.files import load_texts
from sheetops.settings.model import CalendarSettings, RuleSettings, TargetSettings, Team
from tests.sheets import KEYS, header, log, row, view

ROW = row(id="20261101", type="Complaint", urgency="High")
PEOPLE = Grid(
    "People",
    [["Department", "Name", "E-mail", "Role"], ["Support", "Ada L*", "ada@example.com", "Lead"]],
)
LISTS = Grid(
    "Lists",
    [
        ["Type", "Usually handled by", "Urgency", "Respond within", "Resolve within"],
        ["Complaint", "Support", "High", "2 hours", "2 working days"],
        ["Praise", None, "Low", None, None],
    ],
)

# One other value than the default for every setting of a team, and the statement that must follow it.
TEAM: Mapping[str, tuple[Any, str]] = {
    "language": ("zh-Hans", "language"),
    "timezone": ("Asia/Tokyo", "timezone"),
    "calendar": ({"country": "JP"}, "country"),
    "hours": (["10:00-16:00"], "hours"),
    "targets": ({"high": {"response": "1 hour"}}, "targets.high.response"),
    "id_pattern": ("REQ-{seq:04}", "id_pattern"),
    "routing": ({"complaint": ["Care"]}, "routing.complaint"),
    "assign": ("person", "assign"),
    "suggest_priority": (False, "suggest_priority"),
    "people": ([{"department": "Care", "name": "Zoe*"}], "people"),
    "team_lead": ("Ada L*", "team_lead"),
    "feedback_days": (9, "feedback_days"),
    "due_soon_days": (5, "due_soon_days"),
    "high_priority": (2, "high_priority"),
    "stale_days": (4, "stale_days"),
    "escalate_after": ((1, 2), "escalate_after"),
    "mail_hours": ("09:00-10:00", "mail_hours"),
    "rules": ({"required": "off"}, "rules.required"),
    "goals": ({"csat": 95}, "goals.csat"),
    "review_mail": (["managers"], "review_mail"),
    "words": (["star desk"], "words"),
    "stop_words": (["test"], "stop_words"),
    "log_tabs": (["Requests"], "log_tabs"),
    "columns": ({"Kümmerer": "owner"}, "columns"),
    "brake_share": (0.9, "brake_share"),
    "improve_review_days": (30, "improve_review_days"),
    "improve_alpha": (0.01, "improve_alpha"),
    "improve_least": (50, "improve_least"),
}
CALENDAR: Mapping[str, tuple[Any, str]] = {
    "country": ("DE", "country"),
    "subdivision": ("BY", "country"),
    "week": (["mon", "sat"], "week"),
    "closed": (["2026-11-20"], "closed"),
    "worked": (["2026-11-21"], "worked"),
    "years": ({2031: {"off": ["2031-01-01"], "worked": ["2031-01-05"]}}, "calendar.years.2031"),
}
RULE: Mapping[str, Any] = {
    "on": False,
    "severity": "hint",
    "tabs": ["Requests"],
    "parameters": {"grace_days": 3},
}


def said(seen: View) -> dict[str, Statement]:
    return {one.name: one for one in statements(seen)}


def desk(**team: Any) -> View:
    return view(log(ROW), PEOPLE, **team)


def test_every_setting_of_a_team_is_stated_or_is_the_operators() -> None:
    assert TEAM.keys() | (OPERATOR_ONLY.keys() & Team.model_fields.keys()) == Team.model_fields.keys()
    assert not TEAM.keys() & OPERATOR_ONLY.keys()


@pytest.mark.parametrize("setting", [name for name in TEAM if name != "language"])
def test_a_changed_setting_changes_its_statement_and_its_source(setting: str) -> None:
    value, name = TEAM[setting]
    before, after = said(desk()), said(desk(**{setting: value}))
    assert name not in before or before[name].value != after[name].value
    assert name not in before or before[name].text != after[name].text
    assert after[name].source == "settings"


def test_the_language_is_the_headers_or_that_of_the_settings() -> None:
    seen = desk()
    set_so = replace(seen, settings=replace(seen.settings, language="en"))
    assert [said(v)["language"].source for v in (seen, set_so)] == ["headers", "settings"]


@pytest.mark.parametrize("setting", CalendarSettings.model_fields)
def test_every_part_of_the_calendar_is_stated(setting: str) -> None:
    value, name = CALENDAR[setting]
    around = {"country": "DE"} if setting != "country" else {}
    before, after = said(desk(calendar=around)), said(desk(calendar={**around, setting: value}))
    assert (name not in before or before[name].value != after[name].value) and after[
        name
    ].source == "settings"


@pytest.mark.parametrize("setting", RuleSettings.model_fields)
def test_every_part_of_a_rules_setting_is_stated(setting: str) -> None:
    name = "rules.due-beyond-target"
    before, after = said(desk()), said(desk(rules={"due-beyond-target": {setting: RULE[setting]}}))
    assert before[name].text != after[name].text and before[name].value != after[name].value
    assert (before[name].source, after[name].source) == ("default", "settings")


@pytest.mark.parametrize("kind", TargetSettings.model_fields)
def test_every_target_is_stated(kind: str) -> None:
    for urgency in ("high", "medium", "low"):
        after = said(desk(targets={urgency: {kind: "7 working hours"}}))[f"targets.{urgency}.{kind}"]
        assert (after.text, after.value, after.source) == ("7 working hours", "7 working_hours", "settings")


# For every field of the policy that jobs follow: another value than the default's.
POLICY: Mapping[str, Any] = {
    "clock": lambda p: replace(
        p.clock, calendar=replace(p.calendar, closures=frozenset({date(2026, 11, 20)}))
    ),
    "targets": lambda p: {},
    "lists": lambda p: {**p.lists, "source": replace(p.lists["source"], items=p.lists["source"].items[:2])},
    "id_pattern": lambda p: "X{seq}",
    "routing": lambda p: {"other": ("Care",)},
    "assign": lambda p: "department",
    "suggest_priority": lambda p: False,
    "rules": lambda p: {"header": p.rule("header")._replace(on=False)},
    "people": lambda p: (said_person(),),
    "team_lead": lambda p: "Ada L*",
    "feedback_days": lambda p: 8,
    "due_soon_days": lambda p: 8,
    "high_priority": lambda p: 5,
    "stale_days": lambda p: 8,
    "escalate_after": lambda p: (8, 9),
    "mail_hours": lambda p: p.clock.hours.shifts[0],
    "goals": lambda p: {"csat": 12.0},
    "review_mail": lambda p: ("managers",),
    "words": lambda p: ("star desk",),
    "stop_words": lambda p: ("test",),
    "log_tabs": lambda p: ("Requests",),
    "column_names": lambda p: {"Wer": "owner"},
    "language": lambda p: "en",
    "brake_share": lambda p: 0.7,
    "improve_review_days": lambda p: 30,
    "improve_alpha": lambda p: 0.01,
    "improve_least": lambda p: 50,
}


def said_person() -> Any:
    from sheetops.domain.people import Person

    return Person("Care", "Zoe*", None)


def test_no_field_of_the_policy_goes_unsaid() -> None:
    named = {field.name for field in fields(Policy)}
    assert POLICY.keys() | (OPERATOR_ONLY.keys() & named) == named
    assert OPERATOR_ONLY.keys() <= named | Team.model_fields.keys()


@pytest.mark.parametrize("field", POLICY)
def test_a_changed_field_of_the_policy_changes_what_is_said(field: str) -> None:
    seen = desk()
    changed = replace(seen, settings=replace(seen.settings, **{field: POLICY[field](seen.settings)}))
    before, after = ([one[:5] for one in statements(v)] for v in (seen, changed))
    assert before != after


def test_the_sheets_own_tabs_win_and_are_named() -> None:
    found = said(view(log(ROW), LISTS, PEOPLE, targets={"high": {"response": "1 hour"}}))
    assert (found["targets.high.response"].text, found["targets.high.response"].source) == (
        "2 hours",
        "Lists",
    )
    assert found["routing.complaint"].source == "Lists" and found["routing.Praise"].source == "default"
    assert found["lists.type"].text == "Complaint, Praise" and found["lists.source"].source == "default"
    assert found["people.lead.Support"].text == "Support-Ada L*"
    assert found["people.lead.Support"].source == "People"
    assert "rules.required" in found and "targets.Praise.response" not in found


def test_a_target_of_the_settings_under_the_sheets_own_word_is_from_the_settings() -> None:
    lists = Grid("Lists", [["Urgency"], ["Red alert"], ["Low"]])
    found = said(view(log(ROW), lists, targets={"Red alert": {"resolution": "4 hours"}}))
    name = "targets.Red alert.resolution"
    assert (found[name].text, found[name].source) == ("4 hours", "settings")


def test_a_list_without_complaints_says_that_none_is_counted() -> None:
    found = said(view(log(ROW), Grid("Lists", [["Type"], ["Praise"]])))
    assert "no complaint" in found["complaint"].text
    with_cause = said(view(log(ROW, keys=(*KEYS, "cause"))))
    assert "by the column Cause" in with_cause["cause"].text and "by department" in found["cause"].text


def test_every_rule_and_every_goal_is_said_once_in_every_language() -> None:
    spoken = []
    for language in LANGUAGES:
        seen = view(log(language=language), language=language, goals={f.key: 50 for f in FIGURES})
        found = statements(seen)
        names = [one.name for one in found]
        assert len(set(names)) == len(names) and {one.section for one in found} == SECTIONS.keys()
        assert {f"rules.{rule.code}" for rule in RULES} | {f"goals.{f.key}" for f in FIGURES} <= set(names)
        assert all(one.label and one.text and one.value and one.source for one in found)
        spoken.append({name for name in load_texts(language).entries if name.startswith("policy.")})
    assert spoken[0] == spoken[1] == spoken[2]


def test_names_are_masked() -> None:
    seen = view(log(ROW), people=[{"department": "Call 13812345678", "name": "x"}], team_lead="a@example.com")
    told = " ".join(one.text + one.label for one in statements(seen))
    assert "13812345678" not in told and "a@example.com" not in told


def remembered(seen: View, day: int, *changes: tuple[str, str | None]) -> History:
    """What a ledger knows: everything on 2 November, and these changes on `day`."""
    first = [
        one._replace(run="run-1", moment=datetime(2026, 11, 2, 9))
        for one in differences((), statements(seen), str)
    ]
    later = [
        Said(name, value, name, value or "", "run-2", datetime(2026, 11, day, 9)) for name, value in changes
    ]
    return History(policy=(*first, *later))


def test_each_statement_knows_since_when_it_holds() -> None:
    seen = desk(feedback_days=5)
    history = remembered(desk(), 9, ("feedback_days", "4"), ("stale_days", "2"), ("stale_days", "1"))
    found, changes = dated(replace(seen, history=history), statements(seen))
    by_name = {one.statement.name: one for one in found}
    assert (by_name["hours"].since, by_name["hours"].first, by_name["hours"].run) == (
        date(2026, 11, 2),
        True,
        "run-1",
    )
    assert (by_name["stale_days"].since, by_name["stale_days"].first) == (date(2026, 11, 9), False)
    assert (by_name["feedback_days"].since, by_name["feedback_days"].run) == (seen.today, None)
    newest = changes[0]
    assert (newest.day, newest.before, newest.run) == (seen.today, "4", None)
    assert "5 working days" in (newest.after or "") and len(changes) == 4


def test_what_is_no_longer_stated_is_a_change_too_and_days_of_the_calendar_are_none() -> None:
    seen = desk(rules={})
    history = remembered(seen, 9, ("goals.backlog", "at most 9"))
    _, changes = dated(replace(seen, history=history), statements(seen))
    assert [(c.label, c.before, c.after) for c in changes] == [
        ("goals.backlog", "at most 9", None),
        ("goals.backlog", None, "at most 9"),
    ]
    later = replace(seen, now=datetime(2027, 3, 1, 9), history=history)
    names = {one.name for one in differences(history.policy, statements(later), str)}
    assert names == {"goals.backlog"}


def test_a_sheet_without_a_known_header_language_or_people_still_has_a_policy() -> None:
    bare = view(Grid("Requests", [header()]))
    assert {one.section for one in statements(bare)} == SECTIONS.keys()
