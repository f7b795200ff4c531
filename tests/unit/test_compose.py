"""config/compose.yaml as far as it can be tried without an engine: its form, its places, and its commands."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sheetops.settings.load import parse
from tests.terminal import Terminal

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"

# What the Compose specification (compose-spec.io) knows, as far as this file may use it.
TOP = {"name", "services", "volumes", "secrets"}
SERVICE = {
    *("image", "pull_policy", "restart", "init", "environment", "secrets", "volumes", "depends_on"),
    *("healthcheck", "build", "command", "stop_grace_period", "deploy"),
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load((CONFIG / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_it_says_only_what_the_specification_knows(compose: dict[str, Any]) -> None:
    assert {key for key in compose if not key.startswith("x-")} <= TOP
    for name, service in compose["services"].items():
        assert set(service) <= SERVICE, name
        assert set(service.get("build", {})) <= {"context", "dockerfile_inline"}
        for grace in (service.get("stop_grace_period"), service.get("healthcheck", {}).get("interval")):
            assert grace is None or re.fullmatch(r"(\d+m)?(\d+s)?", grace)


def test_what_a_service_uses_is_declared(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        for volume in service.get("volumes", []):
            source = volume.rpartition(":/")[0] if "${" in volume else volume.split(":")[0]
            assert source.startswith((".", "$")) or source in compose["volumes"]
            if source.startswith("./"):
                assert (CONFIG / source).exists()
        for other, terms in service.get("depends_on", {}).items():
            assert terms["condition"] == "service_healthy" and "healthcheck" in compose["services"][other]


def test_the_settings_lie_where_the_services_put_things(compose: dict[str, Any]) -> None:
    settings = parse((CONFIG / "fleet.yaml").read_text(encoding="utf-8"), "fleet.yaml")
    worker = compose["services"]["worker"]
    targets = {volume.removesuffix(":ro").rpartition(":")[2] for volume in worker["volumes"]}
    assert worker["environment"]["SHEETOPS_CONFIG"] in targets
    assert settings.fleet is not None and str(settings.state) in targets
    assert all(pattern.startswith("/sheets/") for pattern in settings.fleet.folders)
    assert str(settings.fleet.database.file) == "/run/secrets/database"  # type: ignore[union-attr]
    assert str(settings.ledger_key) == "/run/secrets/ledger_key"
    assert {"database", "ledger_key"} <= set(worker["secrets"])
    assert settings.fleet.stalled_after >= 120  # as long as a worker has to end its sheet


def test_every_command_is_one_of_ours(
    compose: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    me = Terminal(tmp_path, capsys)
    commands = [service["command"] for service in compose["services"].values() if "command" in service]
    assert ["sheetops", "worker"] in commands and ["sheetops", "schedule", "--fleet"] in commands
    for command in commands:
        said = me.run(*command[1:], "--help")
        assert all(word in said for word in command[1:] if word.startswith("--"))


def test_the_image_installs_an_extra_that_there_is(compose: dict[str, Any]) -> None:
    recipe = compose["services"]["worker"]["build"]["dockerfile_inline"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (extra,) = re.findall(r"/src\[(\w+)\]", recipe)
    assert extra in project["optional-dependencies"]
    (python,) = re.findall(r"FROM python:3\.(\d+)", recipe)
    assert int(python) >= int(project["requires-python"].rpartition(".")[2])
