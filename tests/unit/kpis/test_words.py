"""What the descriptions speak of, and what recurs in the findings."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.kpis.facts import Facts, Window, window_of
from sheetops.domain.kpis.keywords import Keyword, keywords, likelihood_ratio, rise, shared_among
from sheetops.domain.kpis.training import findings_of, training
from sheetops.domain.period import parse_period
from sheetops.domain.table import Grid
from tests.sheets import KEYS, log, view
from tests.unit.kpis.questions import QUESTIONS, without_segmenter

COLUMNS = (*KEYS, "opened")


def spoken(now: list[str], before: list[str], **team: object) -> tuple[Facts, Window, Window]:
    said = [(text, date(2026, 10, 6)) for text in now] + [(text, date(2026, 9, 8)) for text in before]
    rows = [[{"description": text, "opened": day}.get(key) for key in COLUMNS] for text, day in said]
    facts = Facts(view(log(*rows, keys=COLUMNS), now=datetime(2026, 11, 3, 9), **team))
    window = window_of(parse_period("2026-10"), facts.view.now)
    return facts, window, window_of(window.period.before(), facts.view.now)


def told(now: list[str], before: Sequence[str] = (), most: int = 99, **team: object) -> dict[str, Keyword]:
    return {word.text: word for word in keywords(*spoken(now, list(before), **team), most).words}


def counts(texts: list[str], **team: object) -> dict[str, int]:
    return {text: word.now for text, word in told(texts, **team).items()}


@pytest.fixture(params=["segmenter", "plain"])
def cutter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With the optional package and without it."""
    if request.param == "plain":
        without_segmenter(monkeypatch)
    else:
        pytest.importorskip("rjieba")
    return str(request.param)


def test_whole_phrases_are_kept_and_their_parts_are_not(cutter: str) -> None:
    texts = ["账号无法导出月度数据", "昨天导出月度数据失败了", "请问导出月度数据的方法", "积分兑换规则是什么"]
    assert counts(texts) == {"导出月度数据": 3}


def test_traditional_text_is_counted_with_simplified_and_shown_as_it_is_mostly_written(cutter: str) -> None:
    texts = ["帳號被鎖，收不到驗證碼", "登入時收不到驗證碼", "收不到驗證碼", "收不到验证码"]
    assert set(counts(texts).values()) == {4} and "驗證碼" in "".join(counts(texts))


def test_a_teams_own_words_are_never_cut_and_its_stop_words_never_told(cutter: str) -> None:
    texts = [
        "云帆小助手打不开",
        "云帆小助手一直转圈",
        "怎么用云帆小助手",
        "門店打印機壞了",
        "门店打印机卡纸",
        "门店打印机离线",
    ]
    assert counts(texts, words=["云帆小助手"])["云帆小助手"] == 3
    left = counts(texts, words=["雲帆小助手"], stop_words=["门店", "打印机", "门店打印机"])
    assert left == {"云帆小助手": 3}


def test_the_sheets_lists_tab_names_own_words_and_words_to_leave_out() -> None:
    lists = Grid(
        "Lists", [["Own words", "Words to leave out"], ["U盾、star desk", "invoice"], ["", "refund"]]
    )
    texts = ["U盾 broken", "U盾 lost", "my U盾", "Star Desk invoice", "star desk refund", "star desk invoice"]
    said = [[{"description": t, "opened": date(2026, 10, 6)}.get(key) for key in COLUMNS] for t in texts]
    facts = Facts(view(log(*said, keys=COLUMNS), lists, now=datetime(2026, 11, 3, 9), stop_words=["broken"]))
    window = window_of(parse_period("2026-10"), facts.view.now)
    found = keywords(facts, window, window_of(window.period.before(), facts.view.now))
    assert {word.text: word.now for word in found.words} == {"U盾": 3, "star desk": 3}


def test_latin_words_leave_out_the_little_ones() -> None:
    texts = ["The export fails with an error", "Export fails for this customer", "An export that never ends"]
    assert counts(texts) == {"export": 3}


def test_words_that_stand_together_beyond_chance_are_a_phrase() -> None:
    texts = [
        "Password reset mail not received",
        "No password reset",
        "Reset of the password",
        "Password reset",
    ]
    assert counts(texts) == {"password": 4, "reset": 4}
    assert counts([*texts, "Password reset again"]) == {"password reset": 4}


def test_a_topic_rises_only_beyond_chance() -> None:
    quiet = ["Asks about points"] * 40
    found = told(["Login fails"] * 15 + quiet, quiet + ["Login fails"] * 2)
    assert found["login fails"].rose and not found["points"].rose
    assert not told(["Login fails"] * 4 + quiet, quiet + ["Login fails"] * 2)["login fails"].rose


def test_a_word_said_twice_in_one_request_counts_once_and_names_its_requests() -> None:
    assert counts(["refund refund refund", "refund"]) == {}
    assert told(["refund", "late", "refund refund", "refund"])["refund"].rows == (0, 2, 3)


def test_personal_data_is_no_keyword(cutter: str) -> None:
    texts = ["联系 zhang@example.com 或13800138000处理"] * 5 + ["mail zhang@example.com"] * 5
    assert not any(part in "".join(counts(texts)) for part in ("zhang", "138", "example"))


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_rise_is_fishers_exact_test(of_now: int, of_before: int, now: int, before: int) -> None:
    now, before = min(now, of_now), min(before, of_before)
    cases, everything = now + before, of_now + of_before
    ways = [comb(cases, k) * comb(everything - cases, of_now - k) for k in range(of_now + 1)]
    assert rise(now, of_now, before, of_before) == pytest.approx(sum(ways[now:]) / sum(ways))


def test_the_ratio_is_that_of_dunning() -> None:
    table = [[110, 2442], [111, 29114]]  # “the swiss” of his article: 270.72
    assert likelihood_ratio(110, 2442, 111, 29114) == pytest.approx(270.72, abs=0.01), table
    assert likelihood_ratio(1, 10, 10, 79) == 0 or likelihood_ratio(1, 10, 10, 79) < 0.1


def test_the_level_is_shared_among_pieces_that_could_pass_it() -> None:
    assert shared_among([0.5, 0.2, 0.1], 0.05) == 1
    assert shared_among([0.001, 0.001, 0.001, 0.5], 0.05) == 3
    assert shared_among([0.03, 0.02, 0.001], 0.05) == 2  # shared by two, the first cannot pass any more


def news_found(reviews: int) -> float:
    """The share of reviews that find a topic grown from 3 to 20 % of about 120 requests."""
    dice, found = random.Random(6), 0
    for _ in range(reviews):
        now, before = (
            ["门店打印机离线" if dice.random() < share else dice.choice(QUESTIONS) for _ in range(120)]
            for share in (0.2, 0.03)
        )
        found += any(word.rose and "打印机" in word.text for word in told(now, before).values())
    return found / reviews


def test_a_topic_that_grew_is_mostly_found() -> None:
    assert news_found(20) >= 0.5


def false_alarms(reviews: int) -> float:
    """The share of reviews that call something risen although both periods draw from one bowl."""
    dice, alarms = random.Random(5), 0
    for _ in range(reviews):
        now, before = ([dice.choice(QUESTIONS) for _ in range(dice.randrange(40, 160))] for _ in range(2))
        alarms += any(word.rose for word in told(now, before).values())
    return alarms / reviews


def test_a_period_without_news_is_seldom_said_to_have_some() -> None:
    assert false_alarms(40) <= 0.05


@pytest.mark.slow
def test_how_often_noise_is_called_news() -> None:
    rate = false_alarms(400)
    power = news_found(200)
    print(
        f"\nkeywords: {rate:.1%} of 400 reviews without news call something risen; a topic that grew from 3 to 20 %"
    )
    print(f"of 120 requests is found in {power:.0%} of 200")
    assert rate <= 0.05


def test_findings_recur_from_three_on_and_hints_do_not_count() -> None:
    rows = [[{"owner": "Tech-A*", "opened": date(2026, 10, 6)}.get(key) for key in COLUMNS] for _ in range(4)]
    facts = Facts(view(log(*rows, keys=COLUMNS), now=datetime(2026, 11, 3, 9)))
    window = window_of(parse_period("2026-10"), facts.view.now)

    def finding(row: int, rule: str, severity: Severity = Severity.ERROR) -> Finding:
        return Finding(rule, severity, "Requests", row, f"E{row}", "type", None)

    seen = [
        *(finding(row, "required") for row in (2, 3, 4)),
        *(finding(row, "date") for row in (2, 3)),
        *(finding(row, "untidy", Severity.HINT) for row in (2, 3, 4, 5)),
        finding(1, "header"),
    ]
    found = findings_of(facts, window, seen)
    assert len(found) == 5
    assert training(facts, found) == [("Tech", "required", 3)]
