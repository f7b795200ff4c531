"""Settings errors say file and line; what holds for a sheet is the team's, overlaid by the sheet's own."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from sheetops.books.memory import MemoryBook
from sheetops.books.open import BACKUPS
from sheetops.cli.common import Wishes
from sheetops.cli.edge import Edge
from sheetops.domain.finding import Severity
from sheetops.domain.rule_parameters import wrong
from sheetops.domain.rules import RULES
from sheetops.domain.workdays_clock import Shift, TargetUnit
from sheetops.errors import SettingsError
from sheetops.runner import Order
from sheetops.settings.files import load_texts
from sheetops.settings.load import Loaded, load, parse
from sheetops.settings.model import Quotas, Settings, Team
from sheetops.settings.policy import build_policy, shift

WISHES = Wishes((), None, None, False, False, False, False, False)


def refusal(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse(text, "sheetops.yaml")
    return caught.value.line()


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        "tem: 3\nteam:\n  langauge: en\n  escalate_after: [3, x]\nsheets:\n  - pth: a.xlsx\n  - name: b\n"
        "fleet:\n  database: {evn: X}\n"
    )
    with pytest.raises(SettingsError) as caught:
        parse(text, "s.yaml")
    said = [one.line() for one in (caught.value, *caught.value.also)]
    assert [line.partition(": ")[0] for line in said] == [f"s.yaml, line {n}" for n in (1, 3, 4, 6, 7, 9)]
    assert said[3] == "s.yaml, line 6: there is no setting sheets.0.pth; did you mean path?"
    assert said[4] == "s.yaml, line 7: sheets.1.path is missing", "of the other the misspelt name says it"
    assert said[5] == "s.yaml, line 9: there is no setting fleet.database.evn; did you mean env?"


def test_all_that_makes_no_sense_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        parse("team:\n  timezone: Mars\n  rules: {requird: off, date: {parameters: {far: 3}}}\n", "s.yaml")
    said = [one.line() for one in (caught.value, *caught.value.also)]
    assert len(said) == 3 and "Mars" in said[0] and "requird" in said[1] and "far_days" in said[2]


def test_what_cannot_be_read_hides_nothing_that_makes_no_sense() -> None:
    text = (
        "sheets:\n  - {name: a, path: a.xlsx, timezone: Mars}\n  - {name: b, path: b.xlsx, id_patern: x}\nteam:\n"
        "  hours: ['09:00-18:00', 7, '25:00-26:00']\n  timezone: Venus\n  escalate_after: [9, x]\n"
        "  people:\n    - {department: a, timezone: Pluto}\nlog: 3\n"
    )
    with pytest.raises(SettingsError) as caught:
        parse(text, "s.yaml")
    said = [one.line() for one in (caught.value, *caught.value.also)]
    assert [line.partition(": ")[0] for line in said] == [f"s.yaml, line {n}" for n in (2, 3, 5, 6, 7, 9, 10)]
    assert "Mars" in said[0] and "id_pattern" in said[1] and "Venus" in said[3] and "Pluto" in said[5]
    assert "told before" not in "".join(said)  # of a pair that cannot be read nothing else is said
    with pytest.raises(SettingsError) as caught:  # nothing is left that could be judged
        parse("sheets:\n  - name: a\n    timezone: Mars\n", "s.yaml")
    assert [one.line() for one in (caught.value, *caught.value.also)] == [
        "s.yaml, line 2: sheets.0.path is missing"
    ]


def test_what_a_list_holds_hides_nothing_outside_it() -> None:
    text = "team: {timezone: Mars/Phobos}\nmail:\n  chat: [{name: a, service: icq, url: {env: X}}]\n  retry_after: [0]\n"
    with pytest.raises(SettingsError) as caught:
        parse(text, "s.yaml")
    said = [one.line() for one in (caught.value, *caught.value.also)]
    assert ["Mars/Phobos" in said[0], "icq" in said[1], "retry_after" in said[2]] == [True] * 3 and len(
        said
    ) == 3


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("sheets:\n  - pth: a.xlsx\n", 2, "did you mean path?"),
        ("team:\n  languag: en\n", 2, "did you mean language?"),
        ("team:\n  feedback_days: soon\n", 2, "team.feedback_days cannot be 'soon'"),
        (
            "team:\n  schedule:\n    day: workin days 08:30\n",
            3,
            "cannot be 'workin days 08:30': 'workin days' are no days that are known",
        ),
        ("team:\n  language: de\n", 2, "team.language cannot be 'de'"),
        ("sheets:\n  - name: desk\n", 2, "sheets.0.path is missing"),
        ("team:\n  rules:\n    required:\n      severty: error\n", 4, "did you mean severity?"),
        ("team:\n  calendar:\n    closed:\n      - 2026-02-30\n", 4, "team.calendar.closed.0"),
        ("team:\n  people:\n    - departmnt: x\n", 3, "department"),
        ("- a\n- b\n", 1, "must hold settings"),
        ("team:\n  timezone: Asia/Shangai\n", 2, "did you mean Asia/Shanghai?"),
        ("team:\n  people:\n    - department: x\n      timezone: Mars/Base\n", 4, "no time zone Mars/Base"),
        ("team:\n  hours:\n    - 09:00-12:00\n    - 13-18\n", 4, "a shift cannot be '13-18'"),
        ("team:\n  hours:\n    - 09:00-12:00\n    - 11:00-18:00\n", 2, "team.hours: "),
        ("team:\n  mail_hours: all day\n", 2, "a shift cannot be 'all day'"),
        ("team:\n  id_pattern: '{yyyy}'\n", 2, "must end with one {seq}"),
        ("team:\n  columns:\n    Wer: ownr\n", 3, "there is no column ownr; did you mean owner?"),
        ("team:\n  goals: {csat: 90, cast: 1}\n", 2, "there is no figure cast; did you mean csat?"),
        ("team:\n  rules:\n    required: off\n    requird: off\n", 4, "did you mean required?"),
        (
            "team:\n  rules:\n    near-duplicate:\n      parameters:\n        day: 3\n",
            5,
            "did you mean days?",
        ),
        ("team:\n  rules:\n    no-lead:\n      parameters: {day: 3}\n", 4, "it has no parameters"),
        ("team:\n  rules:\n    near-duplicate:\n      parameters: {percent: 120}\n", 4, "from 50 to 100"),
        ("team:\n  rules:\n    near-duplicate:\n      parameters: {days: soon}\n", 4, "must be a number"),
        (
            "team:\n  rules:\n    near-duplicate:\n      parameters: {days: 1.5}\n",
            4,
            "must be a whole number",
        ),
        ("team:\n  rules:\n    unknown-value:\n      parameters: {often: 0}\n", 4, "must be 2 or more"),
        ("team:\n  rules:\n    personal-data:\n      parameters: {allowed: 4}\n", 4, "must be a text"),
        ("team:\n  rules:\n    required:\n      parameters: {columns: 'type, ownr'}\n", 4, "no column ownr"),
        ("team:\n  targets:\n    hihg: {resolution: 1 working day}\n", 3, "did you mean high?"),
        ("team:\n  targets:\n    high:\n      resolution: soon\n", 4, "a target cannot be 'soon'"),
        ("team:\n  routing:\n    complain: [x]\n", 3, "did you mean complaint?"),
        ("team:\n  escalate_after: [6, 3]\n", 2, "before the manager"),
        ("team:\n  calendar:\n    country: XX\n", 2, "XX"),
        ("sheets:\n  - path: a.xlsx\n    goals:\n      nosp: 3\n", 4, "sheets.0.goals.nosp"),
        (
            "sheets:\n  - {name: desk, path: a.xlsx}\n  - {path: b.xlsx, name: desk}\n",
            3,
            "sheets.1.name: sheets.0 is called desk too; give each",
        ),
        ("sheets:\n  - {name: a, path: a.xlsx}\n  - path: b/../a.xlsx\n", 3, "is sheets.0 already"),
        (
            "sheets:\n  - path: https://docs.google.com/spreadsheets/d/abcdefghijklmnopqrst0123/edit#gid=0\n"
            "  - path: https://docs.google.com/spreadsheets/d/abcdefghijklmnopqrst0123\n",
            3,
            "work on it twice",
        ),
    ],
)
def test_a_mistake_is_named_with_file_and_line(text: str, line: int, says: str) -> None:
    message = refusal(text)
    assert message.startswith(f"sheetops.yaml, line {line}: ")
    assert says in message
    assert "\n" not in message


def test_words_of_the_sheets_own_are_no_mistake() -> None:
    own = "team:\n  targets:\n    highest: {resolution: 4 hours}\n    特急: {resolution: 4 hours}\n    lower: {}\n"
    assert set(
        parse(own + "  routing: {退货: [x], feature request: [y], 咨询: [z]}\n", "s").team.targets
    ) == {
        "highest",
        "特急",
        "lower",
    }


def test_every_parameter_that_is_a_number_has_its_limits() -> None:
    for rule in RULES:
        numbers = {name for name, value in rule.parameters.items() if not isinstance(value, str)}
        assert set(rule.limits) == numbers
        assert all(wrong(rule, name, value) is None for name, value in rule.parameters.items())


def test_broken_yaml_is_one_line() -> None:
    assert refusal("team:\n  a: [1, 2\nb: 3\n").startswith("sheetops.yaml, line 3: this is not YAML")


def test_times_and_noes_are_read_as_written() -> None:
    team = parse(
        "team:\n  hours: [08:30-12:30, 13:30-17:30]\n  rules: {required: off, vague-description: no}\n", "s"
    ).team
    assert team.hours == ["08:30-12:30", "13:30-17:30"]
    assert not team.rules["required"].on and not team.rules["vague-description"].on


def test_an_empty_file_and_no_file_are_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert parse("", "s") == parse("# nothing yet\n", "s") == Settings()
    monkeypatch.chdir(tmp_path)
    assert load(None).path is None
    with pytest.raises(SettingsError, match="no such settings file"):
        load(tmp_path / "absent.yaml")


def test_what_comes_unchecked_is_what_a_check_would_give() -> None:
    unchecked = Settings.model_construct()
    checked = Settings.model_validate({"team": {"schedule": {"day": {}}}, "mail": {}, "google": {}})
    assert repr(unchecked) == repr(checked), "every default is of its type and passes its check"
    assert repr(Quotas.model_construct()) == repr(Quotas.model_validate({}))
    assert unchecked.model_fields_set == unchecked.team.model_fields_set == set(), "nothing counts as decided"
    unchecked.team.schedule.clear()
    assert Settings.model_construct().team.schedule, "each time anew"


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_no_team_is_one_that_settled_nothing(language: str) -> None:
    """A run without settings makes no model of them, so what holds then stands in other places too."""
    texts, team = load_texts(language), Team()
    assert build_policy(None, language, texts) == build_policy(team, language, texts)
    assert repr(build_policy(None, language, texts)) == repr(build_policy(team, language, texts))
    order = Order(MemoryBook(()), (), lambda _: build_policy(None, language, texts))
    said = (team.log_tabs, team.columns, team.language, team.backups)
    assert said == ([*order.log_tabs], order.column_names, order.language, BACKUPS)


def test_without_a_file_all_settings_are_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SHEETOPS_CONFIG", raising=False)
    loaded = load(None)
    assert loaded.given is None and loaded.settings == Settings() and loaded.fleet is None
    for name in (
        "desk.xlsx",
        "google:Desk",
        "https://docs.google.com/spreadsheets/d/abc_DEF-123/edit",
        "Desk",
    ):
        assert loaded.find_place(name) == (loaded.find(name)[0], None)
    nothing, silent = Edge(loaded, WISHES), Edge(Loaded(Settings(), None), WISHES)
    assert nothing.state == silent.state and nothing.google == silent.google


@pytest.mark.parametrize(
    ("text", "start"), [("9:00-12:00", time(9)), ("09:5-12:00", time(9, 5)), ("24:00-12:00", time(0))]
)
def test_a_time_of_day_is_read_as_people_write_it(text: str, start: time) -> None:
    assert shift(text) == Shift(start, time(12))


@pytest.mark.parametrize(
    "text", ["9-12:00", "009:00-12:00", "25:00-12:00", "9:60-12:00", "-9:00-12:00", "9:-12:00", "²:00-12:00"]
)
def test_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="a shift cannot be"):
        shift(text)


def test_a_sheets_own_settings_overlay_the_teams_key_by_key() -> None:
    settings = parse(
        "team:\n  team_lead: Ann\n  routing: {complaint: [Service], feature: [Tech]}\n"
        "sheets:\n  - {name: desk, path: a.xlsx, feedback_days: 5, routing: {feature: [Product]}}\n",
        "s",
    )
    team = settings.team_of(settings.sheets[0])
    assert (team.team_lead, team.feedback_days) == ("Ann", 5)
    assert team.routing == {"complaint": ["Service"], "feature": ["Product"]}
    assert settings.team.feedback_days == 3


def test_a_sheet_is_found_by_name_or_by_path_from_the_settings_folder(tmp_path: Path) -> None:
    (tmp_path / "sheetops.yaml").write_text("sheets:\n  - {name: desk, path: sub/a.xlsx, feedback_days: 9}\n")
    loaded = load(tmp_path / "sheetops.yaml")
    place = str(tmp_path / "sub/a.xlsx")
    assert loaded.find("desk")[0] == place
    assert loaded.find(place)[1].feedback_days == 9
    assert loaded.find("other.xlsx") == ("other.xlsx", loaded.settings.team)


def build(**team: object):  # type: ignore[no-untyped-def]
    return build_policy(Team.model_validate(team), "zh-Hans", load_texts("zh-Hans"))


def test_targets_are_read_as_people_write_them() -> None:
    policy = build(
        targets={"高": {"resolution": "4 working hours"}, "low": {"response": "2 days", "resolution": "none"}}
    )
    assert policy.targets["high"].resolution.unit is TargetUnit.WORKING_HOURS
    assert policy.targets["high"].response.unit is TargetUnit.CLOCK_HOURS
    assert policy.targets["low"].resolution is None
    assert policy.targets["low"].response.amount == 2


def test_country_and_zone_follow_the_sheets_language_until_said_otherwise() -> None:
    assert build().calendar.country == "CN"
    assert build(calendar={"closed": ["2026-11-20"]}).calendar.country == "CN"
    assert not build(calendar={"closed": ["2026-11-20"]}).calendar.is_workday(date(2026, 11, 20))
    assert build(calendar={"country": None}).calendar.country is None
    assert str(build().clock.hours.zone) == "Asia/Shanghai"
    assert str(build(timezone="Europe/Lisbon").clock.hours.zone) == "Europe/Lisbon"


def test_rules_are_switched_and_weighed() -> None:
    policy = build(rules={"required": {"severity": "hint", "tabs": ["A"]}})
    assert policy.rule("required").severity is Severity.HINT
    assert policy.rule("duplicate-id").on


@pytest.mark.parametrize(
    ("team", "says"),
    [
        ({"timezone": "Mars/Base"}, "no time zone Mars/Base"),
        ({"targets": {"high": {"resolution": "soon"}}}, "a target cannot be 'soon'"),
        ({"hours": ["9-12"]}, "a shift cannot be '9-12'"),
        ({"columns": {"Wer": "owners"}}, "which is no column"),
        ({"rules": {"requird": "off"}}, "no rule requird"),
        ({"id_pattern": "{yyyy}"}, "must end with one {seq}"),
        ({"calendar": {"country": "XX"}}, "XX"),
    ],
)
def test_what_makes_no_sense_together_is_said_in_one_line(team: dict[str, object], says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        build(**team)
    assert says in caught.value.line()
