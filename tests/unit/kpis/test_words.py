"""What the descriptions speak of, and what recurs in the findings."""

from __future__ import annotations

from datetime import date, datetime

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.kpis.facts import Facts, Window, window_of
from sheetops.domain.kpis.keywords import keywords
from sheetops.domain.kpis.training import findings_of, training
from sheetops.domain.period import parse_period
from tests.sheets import KEYS, log, view

COLUMNS = (*KEYS, "opened")


def spoken(now: list[str], before: list[str]) -> tuple[Facts, Window, Window]:
    said = [(text, date(2026, 10, 6)) for text in now] + [(text, date(2026, 9, 8)) for text in before]
    rows = [[{"description": text, "opened": day}.get(key) for key in COLUMNS] for text, day in said]
    facts = Facts(view(log(*rows, keys=COLUMNS), now=datetime(2026, 11, 3, 9)))
    window = window_of(parse_period("2026-10"), facts.view.now)
    return facts, window, window_of(window.period.before(), facts.view.now)


def test_whole_phrases_are_kept_and_their_parts_are_not() -> None:
    texts = ["账号无法导出月度数据", "昨天导出月度数据失败了", "请问导出月度数据的方法", "积分兑换规则是什么"]
    found = {word.text: word.now for word in keywords(*spoken(texts, []))}
    assert found == {"导出月度数据": 3}


def test_latin_words_leave_out_the_little_ones() -> None:
    texts = ["The export fails with an error", "Export fails for this customer", "An export that never ends"]
    assert [word.text for word in keywords(*spoken(texts, []))] == ["export"]


def test_a_topic_rises_only_beyond_chance() -> None:
    quiet = ["Asks about points"] * 40
    found = {
        word.text: word
        for word in keywords(*spoken(["Login fails"] * 15 + quiet, quiet + ["Login fails"] * 2))
    }
    assert found["login"].rose and not found["points"].rose
    same = {
        word.text: word
        for word in keywords(*spoken(["Login fails"] * 4 + quiet, quiet + ["Login fails"] * 2))
    }
    assert not same["login"].rose


def test_a_word_said_twice_in_one_request_counts_once() -> None:
    assert keywords(*spoken(["refund refund refund", "refund"], [])) == []


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
