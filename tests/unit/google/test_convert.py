"""Cell values to and from Google, addresses, and how a sheet's parts become requests."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from sheetops.books.google.access import API, API_VARIABLE, Access
from sheetops.books.google.convert import from_json, same_json, to_json
from sheetops.books.open import open_book
from sheetops.domain.addresses import google_id, google_url
from sheetops.domain.table import CellError, Raw
from sheetops.errors import SettingsError, UsageError
from sheetops.settings.load import parse

ID = "1jIKzPs8LsiZZdLdeMEP-5ZIHw6RkjiOmj1LrJN706Yc"


@pytest.mark.parametrize(
    ("value", "serial", "kind"),
    [
        (date(2026, 11, 20), 46346, "DATE"),
        (date(1900, 1, 1), 2, "DATE"),
        (datetime(2026, 11, 20, 9, 30), 46346.395833333336, "DATE_TIME"),
        (datetime(2026, 11, 20), 46346, "DATE_TIME"),
        (time(12), 0.5, "TIME"),
        (timedelta(hours=30), 1.25, "TIME"),
        ("007", "007", None),
        ("=1+1", "=1+1", None),
        (True, True, None),
        (3, 3, "NUMBER"),
        (2.5, 2.5, None),
    ],
)
def test_values_go_there_and_back(value: Raw, serial: object, kind: str | None) -> None:
    assert to_json(value) == serial
    back = from_json(serial, kind)
    assert back == value and type(back) is type(value)


def test_a_date_format_makes_dates_and_a_time_of_day_makes_moments() -> None:
    assert from_json(46346.5, "DATE") == datetime(2026, 11, 20, 12)
    assert from_json(46346, "NUMBER") == 46346
    assert from_json(46346) == 46346
    assert from_json("next week", "DATE") == "next week"
    assert from_json(1e12, "DATE") == 1e12


def test_blank_and_errors() -> None:
    assert from_json("") is None and to_json(None) == ""
    assert isinstance(from_json("#REF!", None, True), CellError)
    assert not isinstance(from_json("#REF!"), CellError)


@pytest.mark.parametrize("value", [CellError("#REF!"), "x" * 50_001, float("nan"), float("inf")])
def test_what_a_cell_cannot_hold_is_not_sent(value: Raw) -> None:
    with pytest.raises(ValueError):
        to_json(value)


def test_what_counts_as_the_same_value() -> None:
    assert same_json(None, "") and same_json(1, 1.0) and same_json(0.1 + 0.2, 0.3)
    assert not same_json(True, 1) and not same_json("1", 1) and not same_json("", 0)


@pytest.mark.parametrize(
    "location",
    [
        f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0",
        f"https://docs.google.com/spreadsheets/u/1/d/{ID}",
        f"https://docs.google.com/a/example.com/spreadsheets/d/{ID}/edit?usp=sharing",
        ID,
    ],
)
def test_every_spelling_of_an_address_is_one_sheet(location: str) -> None:
    assert google_id(location) == ID
    assert open_book(location).location == google_url(ID)


@pytest.mark.parametrize("location", ["desk.xlsx", "a/b/c.xlsx", "https://example.com/d/" + ID, "tickets"])
def test_other_places_are_no_google_sheets(location: str) -> None:
    assert google_id(location) is None


def test_an_unknown_address_is_told() -> None:
    with pytest.raises(UsageError, match="only Excel files and Google spreadsheets"):
        open_book("https://example.com/desk.xlsx")


def test_the_settings_take_an_address_as_a_path() -> None:
    from sheetops.settings.load import Loaded

    text = f"sheets:\n  - name: desk\n    path: https://docs.google.com/spreadsheets/d/{ID}/edit#gid=3\n    due_soon_days: 5\n"
    loaded = Loaded(parse(text, "x"), Path("somewhere/sheetops.yaml"))
    for asked in ("desk", ID, f"https://docs.google.com/spreadsheets/d/{ID}/edit"):
        place, team = loaded.find(asked)
        assert (place, team.due_soon_days) == (google_url(ID), 5)


def test_credentials_go_to_google_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(API_VARIABLE, raising=False)
    assert Access().base == API
    assert Access(api="http://127.0.0.1:8765/").base == "http://127.0.0.1:8765"
    with pytest.raises(SettingsError, match="not on this machine"):
        _ = Access(api="https://sheets.example.com").base
    monkeypatch.setenv(API_VARIABLE, "http://localhost:9")
    assert Access().base == "http://localhost:9"


@pytest.mark.parametrize("text", [None, "{}", "not json", '{"type": "service_account"}'])
def test_credentials_that_cannot_be_used_are_told(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(API_VARIABLE, raising=False)
    key = tmp_path / "key.json"
    if text is not None:
        key.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"key\.json.*docs/google\.md"):
        Access(key).client()
