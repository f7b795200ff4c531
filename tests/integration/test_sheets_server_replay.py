"""What Google answered to 62 recorded scenarios, the local server answers too, field by field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.shared_inputs import shared
from tests.sheets_server import SheetsServer
from tests.sheets_server.replay import Replay, replay_file, report

SCENARIOS = 62


def recordings() -> list[Path]:
    return sorted(shared("google-recordings").glob("*.json"))


def test_every_recorded_answer_is_given_again(capsys: pytest.CaptureFixture[str]) -> None:
    scores = [replay_file(path) for path in recordings()]
    with capsys.disabled():
        print("\n" + report(scores))
    assert len(scores) == SCENARIOS
    assert [difference for score in scores for difference in score.differences] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"updatedRows": 1', '"updatedRows": 2'),
        ('"majorDimension": "ROWS"', '"majorDimension": "COLUMNS"'),
        ('"title": "Sheet1"', '"title": "Sheet2"'),
        ('"tableRange"', '"tableRanges"'),
    ],
)
def test_a_changed_recording_is_noticed(old: str, new: str) -> None:
    """The comparison can fail: each altered answer gives at least one difference."""
    path = shared("google-recordings") / "WorksheetTest.test_append_row_with_empty_value.json"
    pairs = json.loads(path.read_text(encoding="utf-8"))
    changed = 0
    for pair in pairs:
        if old in pair["body"]:
            pair["body"] = pair["body"].replace(old, new)
            changed += 1
    with SheetsServer() as server:
        score = Replay(server, path.stem).run(pairs)
    assert changed
    assert score.differences


def test_an_id_must_stay_the_same_once_seen() -> None:
    path = shared("google-recordings") / "CellTest.test_define_named_range.json"
    text = path.read_text(encoding="utf-8")
    pairs = json.loads(text)
    first = json.loads(pairs[0]["body"])["id"]
    pairs[1]["body"] = pairs[1]["body"].replace(first, first[::-1])
    with SheetsServer() as server:
        score = Replay(server, path.stem).run(pairs)
    assert any("spreadsheetId" in difference for difference in score.differences)
