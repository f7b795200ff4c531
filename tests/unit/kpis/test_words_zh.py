"""Chinese keywords with the optional segmenter: held against what a reader says, in both scripts."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime

import opencc
import pytest

from sheetops.books.open import open_book
from sheetops.domain.history import History
from sheetops.domain.kpis.facts import Facts, window_of
from sheetops.domain.kpis.keywords import keywords
from sheetops.domain.period import parse_period
from sheetops.domain.table import take_snapshot
from sheetops.domain.view import View
from sheetops.settings.segmenter import segmenter
from tests.shared_inputs import shared
from tests.sheets import policy
from tests.unit.kpis.questions import ABOUT, CUT_WRONGLY, QUESTIONS
from tests.unit.kpis.test_words import counts, spoken

pytest.importorskip("rjieba")


def test_what_a_reader_finds_is_found_and_nothing_is_cut_wrongly() -> None:
    found = counts(QUESTIONS)
    assert {word: found.get(word, 0) for word in ABOUT} == ABOUT
    assert not set(CUT_WRONGLY) & set(found)
    assert len(found) <= 1.5 * len(ABOUT), found


def test_traditional_questions_are_about_the_same() -> None:
    to_traditional = opencc.OpenCC("s2t")
    found = counts([to_traditional.convert(text) for text in QUESTIONS])
    assert found == {to_traditional.convert(text): n for text, n in counts(QUESTIONS).items()}
    assert "沒到賬" in found or "沒到帳" in found


def test_three_thousand_descriptions_are_read_in_a_moment() -> None:
    facts, window, earlier = spoken(
        [f"{text}，单号A{n}" for n, text in enumerate(QUESTIONS * 104)], QUESTIONS
    )
    began = time.perf_counter()
    found = keywords(facts, window, earlier)
    took = time.perf_counter() - began
    print(f"\n{found.n} descriptions read in {took:.2f} s")
    assert found.n == 3_000 and took < 6


def test_a_real_desks_descriptions_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    raw = open_book(str(shared("inputs") / "service-desk-plain.xlsx")).read()
    seen = View(take_snapshot(raw), policy("en", timezone="UTC"), History(), datetime(2016, 3, 7, 12))
    window = window_of(parse_period("2016-03"), seen.now)
    found = keywords(Facts(seen), window, window_of(window.period.before(), seen.now))
    words = {word.text: word.now for word in found.words}
    texts = [row.description or "" for row in Facts(seen).rows]
    opened = Facts(seen).opened_in(window)
    expected = {
        word: sum(word in texts[index].casefold() for index in opened)
        for word in ("category", "subcategory", "symptom")
    }
    assert {word: words.get(word) for word in expected} == expected
    assert not any(word.rose for word in found.words)  # one day against the next of the same desk


def test_the_package_is_loaded_only_when_a_text_is_cut() -> None:
    script = """
import sys
from sheetops.settings.policy import build_policy
from sheetops.settings.model import Team
from sheetops.settings.files import load_texts
policy = build_policy(Team(), "zh-Hans", load_texts("zh-Hans"))
assert policy.cut is not None and "rjieba" not in sys.modules
assert "".join(policy.cut("短信验证码收不到")) == "短信验证码收不到" and "rjieba" in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_without_the_package_there_is_no_segmenter(monkeypatch: pytest.MonkeyPatch) -> None:
    segmenter.cache_clear()
    monkeypatch.setattr("sheetops.settings.segmenter.PACKAGE", "a_package_that_is_not_there")
    assert segmenter() is None
    segmenter.cache_clear()
