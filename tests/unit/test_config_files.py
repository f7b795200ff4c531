"""The examples in config/ are true: they load, show the defaults, and leave no setting out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from sheetops.settings.files import load_texts
from sheetops.settings.load import parse
from sheetops.settings.model import CalendarSettings, Fleet, Mail, Quotas, Settings, Sheet, Team, Timetable
from sheetops.settings.policy import build_policy

CONFIG = Path(__file__).parents[2] / "config"


@pytest.mark.parametrize(
    "path", sorted(set(CONFIG.glob("*.yaml")) - {CONFIG / "compose.yaml"}), ids=lambda path: path.name
)
def test_every_example_loads_and_makes_a_policy(path: Path) -> None:
    settings = parse(path.read_text(encoding="utf-8"), path.name)
    for sheet in settings.sheets:
        build_policy(settings.team_of(sheet), "en", load_texts("en"))


def test_the_full_example_shows_the_defaults() -> None:
    team = parse((CONFIG / "example.yaml").read_text(encoding="utf-8"), "example.yaml").team
    texts = load_texts("en")
    shown, default = build_policy(team, "en", texts), build_policy(Team(), "en", texts)
    assert shown == default
    assert team.schedule == Team().schedule


@pytest.mark.parametrize("model", [Settings, Team, Sheet, CalendarSettings, Mail, Fleet, Quotas, Timetable])
def test_the_full_example_leaves_no_setting_out(model: type[BaseModel]) -> None:
    text = (CONFIG / "example.yaml").read_text(encoding="utf-8")
    for name in model.model_fields:
        assert re.search(rf"(^|[\s#{{]){name}:", text, re.MULTILINE), name


def test_what_stands_behind_a_hash_is_valid_too() -> None:
    text = (CONFIG / "example.yaml").read_text(encoding="utf-8")
    opened = re.sub(r"^(\s*)# (\s*[a-z_]+:|\s*2027:|\s*off:|\s*worked:)", r"\1\2", text, flags=re.MULTILINE)
    assert parse(opened, "example.yaml").team.calendar is not None
