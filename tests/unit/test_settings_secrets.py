"""No error repeats what may be a secret, wherever in the settings somebody wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetops.errors import LedgerError, SettingsError
from sheetops.ledger import open_ledger
from sheetops.settings.load import parse

SECRET = "hunter2"
WHERE = "write {env: NAME} or {file: PATH}"


def told(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        parse(text, "s.yaml")
    return [one.line() for one in (caught.value, *caught.value.also)]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (place, value)
        for place in (
            "mail: {smtp: {host: x, password: @}}",
            "mail: {chat: [{name: a, service: slack, url: @}]}",
            "mail: {chat: [{name: a, service: feishu, url: {env: X}, secret: @}]}",
            "team: {schedule: {day: {ping: @}}}",
            "sheets: [{path: a, schedule: {day: {ping: @}}}]",
        )
        for value in (
            "hunter2",
            "https://example.com/hunter2",
            "[hunter2]",
            "{hunter2}",
            "{hunter2: hunter2}",
            "{env: [hunter2]}",
            "{env: X, file: hunter2}",
            "{env: https://example.com/hunter2}",
            "{file: https://example.com/hunter2}",
            "{env: X, hunter2: y}",
            "!hunter2 hunter2",
        )
    ],
)
def test_a_secret_in_its_place_is_not_shown_and_its_mending_is(place: str, value: str) -> None:
    (line,) = told(place.replace("@", value))
    assert SECRET not in line
    assert "must say where the secret lies" in line and line.endswith(WHERE)


@pytest.mark.parametrize(
    "text",
    [
        "mail: {smtp: {host: x, passwort: hunter2}}",
        "mail: {smtp: [host, {password: hunter2}]}",
        "mail: {smtp: 'smtp://u:hunter2@x'}",
        "mail: {smtp: {user: u, password: hunter2, sec: {passwort: hunter2}}}",
        "mail: hunter2",
        "mail: {chat: {name: a, url: hunter2}}",
        "mail: {chat: [https://example.com/hunter2, hunter2]}",
        "mail: {chat: [{name: a, service: https://example.com/hunter2, url: {env: X}}]}",
        "mail: {https://example.com/hunter2}",
        "team: {schedule: {day: https://example.com/hunter2}}",
        "team: {schedule: {day: {at: [{ping: hunter2}]}}}",
        "team: {schedule: [{ping: hunter2}]}",
        "team: {schedule: {'https://example.com/hunter2': {at: x}}}",
        "team: {schedule: {'a[b': {ping: hunter2}}}",
        "fleet: 'postgresql://u:hunter2@h/db'",
        "fleet: {database: [hunter2]}",
        "fleet: {database: {hunter2: hunter2}}",
        "fleet: {database: 'host=h password=hunter2'}",
        "ledger: [postgresql://u:hunter2@h/db]",
        "ledger: {url: hunter2}",
        "ledger: 'host=h password = hunter2'",
        "ledger_key: {key: hunter2}",
        "google: {credentials: {private_key: hunter2}}",
        """google: {credentials: '{"private_key": "hunter2"}'}""",
        """google: {token: '{"refresh_token": "hunter2"}'}""",
        "ledger_key: '-----BEGIN PRIVATE KEY----- hunter2'",
        "? {a: hunter2}\n: x",
        "mail: {smtp: {password: hunter2, password: 'hunter2-b'}}",
        "mail: {smtp: {password: *hunter2}}",
        "mail: {smtp: {password: !!int hunter2}}",
        "mail: {smtp: {password: !!float hunter2}}",
    ],
)
def test_a_secret_out_of_its_place_is_not_shown(text: str) -> None:
    lines = told(text)
    assert lines and not any(SECRET in line for line in lines), lines


def test_what_is_no_secret_is_still_repeated() -> None:
    assert told("team: {feedback_days: soon}")[0].startswith(
        "s.yaml, line 1: team.feedback_days cannot be 'soon'"
    )
    assert told("mail: {smtp: {host: x, port: many}}")[0].startswith(
        "s.yaml, line 1: mail.smtp.port cannot be 'many'"
    )
    assert told("mail: {smtp: {host: x, password: {evn: X}}}") == [
        "s.yaml, line 1: there is no setting mail.smtp.password.evn; did you mean env?"
    ]
    assert told("mail: {smtp: {host: x, passwort: y}}")[0].endswith("did you mean password?")
    assert told("mail: {smtp: {host: x, user: u}}")[0].endswith(
        "a user needs a password: {env: NAME} or {file: PATH}"
    )


def test_places_of_secrets_are_taken_as_people_name_them() -> None:
    for place in (
        "{env: SHEETOPS_X}",
        "{env: my-app.key_2}",
        "{file: /etc/x}",
        "{file: ~/x y}",
        "{file: 'C:\\x'}",
    ):
        assert parse(f"mail: {{smtp: {{host: x, password: {place}}}}}", "s").mail.smtp


@pytest.mark.parametrize(
    "address",
    [
        "mysql://u:hunter2@h/db",
        "mysql://u@h/db?password=hunter2",
        "postgresql://u@127.0.0.1:1/db?password=hunter2",
        "postgresql://u:pw@h:hunter2/db",
    ],
)
def test_the_address_of_a_ledger_is_told_without_its_password(address: str, tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as caught:
        open_ledger(address, key_file=tmp_path / "key")
    assert SECRET not in caught.value.line()


@pytest.mark.parametrize(
    "address",
    ["postgresql://u:pw/hunter2@h/db", "postgresql://u/hunter2@h:1/db", "postgresql://u:hunter2@h/db"],
)
def test_the_address_of_a_fleet_is_told_without_its_password(address: str) -> None:
    from sheetops.scheduling.fleet.database import place_of, plain

    assert SECRET not in place_of(address)
    if "/hunter2" in address:
        with pytest.raises(SettingsError) as caught:
            plain(address)
        assert SECRET not in caught.value.line() and "%2F" in caught.value.line()
