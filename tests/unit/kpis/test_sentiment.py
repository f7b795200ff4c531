"""How feedback sounds, held against how a person reads it; and that it never touches a score."""

from __future__ import annotations

from datetime import date

import opencc
import pytest

from sheetops.domain.kpis import BY_KEY
from sheetops.domain.kpis.facts import Facts, window_of
from sheetops.domain.kpis.sounding import sounding
from sheetops.domain.period import parse_period
from sheetops.domain.sentiment import sound
from sheetops.domain.table import Raw
from sheetops.jobs.review import review
from tests.sheets import KEYS, log, row, view
from tests.unit.kpis.said import SAID

_READ_AS = {"+": "good", "0": "even", "-": "bad"}
_COLUMNS = (*KEYS, "opened")


@pytest.mark.parametrize("half", ["mended with", "kept apart"])
def test_what_it_says_is_mostly_what_a_person_says(half: str) -> None:
    part = SAID[half == "kept apart" :: 2]
    said = [(_READ_AS[label], sound(text)) for label, text in part]
    judged = [(label, heard) for label, heard in said if heard is not None]
    right = sum(label == heard for label, heard in judged)
    opposite = sum({label, heard} == {"good", "bad"} for label, heard in judged)
    print(
        f"\nsentiment, the half {half}: {len(part)} feedbacks, {len(judged)} judged ({len(judged) / len(part):.0%}),"
        f" of these {right} right ({right / len(judged):.0%}), {opposite} the other way round"
    )
    assert len(SAID) >= 120 and len(judged) >= 0.8 * len(part)
    assert right >= 0.85 * len(judged) and opposite <= 0.03 * len(judged)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("满意", "good"), ("不满意", "bad"), ("不太满意", "bad"), ("并非不满意", "good"), ("不是很好", "bad"),
        ("没有解决", "bad"), ("问题没解决", "bad"), ("没问题", "good"), ("不难用", "good"), ("尚可", "even"),
        ("差强人意", "even"), ("无可挑剔", "good"), ("態度好，但問題沒有解決", "bad"), ("虽然慢，但是解决了", "good"),
        ("good", "good"), ("Not good", "bad"), ("not a problem", "good"), ("wasn’t helpful", "bad"),
        ("It isn't very clear", "bad"), ("never", "bad"), ("without any problem", "good"), ("goodness of fit", None),
        ("", None), ("5", None), ("周三下午三点", None),
    ],
)  # fmt: skip
def test_negation_turns_and_set_phrases(text: str, expected: str | None) -> None:
    assert sound(text) == expected


def test_both_scripts_are_heard_alike() -> None:
    to_traditional = opencc.OpenCC("s2t")
    assert [sound(to_traditional.convert(text)) for _, text in SAID] == [sound(text) for _, text in SAID]


def desk(*feedbacks: str) -> Facts:
    rows: list[list[Raw]] = [
        row(
            _COLUMNS,
            id=f"R{n}",
            opened=date(2026, 10, 5),
            resolved=date(2026, 10, 6),
            result="ok",
            feedback=text,
        )
        for n, text in enumerate(feedbacks)
    ]
    return Facts(view(log(*rows, keys=_COLUMNS)))


def test_words_are_counted_and_scores_are_not() -> None:
    facts = desk(
        "5 points: terrible, still broken",
        "1 point: great, thanks",
        "3 points",
        "thanks",
        "满意(5分)：“差评”",
        "at noon",
    )
    window = window_of(parse_period("2026-10"), facts.view.now)
    found = sounding(facts, window)
    assert found.rows == {"good": (1, 3), "even": (), "bad": (0, 4), None: (5,)}
    assert (found.n, found.judged, found.small) == (5, 4, True)
    assert (found.bad_but_high, found.good_but_low) == ((0, 4), (1,))
    csat = BY_KEY["csat"].measure(facts, window)
    assert (csat.value, csat.n) == (0.5, 4)


def test_the_review_marks_it_as_an_estimate_and_names_the_requests() -> None:
    facts = desk("4 points: slow", "5 points: thanks", "thanks")
    (tab,) = review(facts.view, parse_period("2026-10")).tabs
    values = [list(cells) for cells in tab.values()]
    at = next(n for n, cells in enumerate(values) if cells and cells[0] == "How feedback sounds: an estimate")
    told = "\n".join(
        " | ".join(str(v) for v in cells if v not in (None, "")) for cells in values[at : at + 12]
    )
    assert "3 of 3 feedbacks in words could be judged (100.0%)" in told
    assert "good | 2 | 0.666667 | – | R1, R2" in told and "bad, score 4 or 5: read them | 1 | R0" in told
