"""Reading cells the way people mean them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.domain.choices import DEFAULT_LISTS, from_names
from sheetops.domain.table import CellError
from sheetops.domain.template import LISTS
from sheetops.domain.values import (
    Owner,
    Problem,
    as_text,
    read_date,
    read_feedback,
    read_owners,
    read_priority,
    read_score,
    snoozed_until,
)

TODAY = date(2023, 10, 10)
OCTOBER_4 = date(2023, 10, 4)


@pytest.mark.parametrize(
    "raw",
    [
        OCTOBER_4, "2023-10-04", "2023-10-4", "2023/10/4", "2023.10.4", "23.10.4", "23-10-04", "10月4日", "10月4号", "10/4", "10-4",
        "2023年10月4日", "2023年10月4號", "２０２３／１０／４", "2023－10－04", " 2023-10-04\n", "20231004", 20231004, 20231004.0, 45203,
        45203.0, "45203", "2023-10-04(周三)", "2023-10-04 星期三", "10月4日前", "2023-10-04之前", "4 Oct 2023", "4-Oct-23", "Oct 4, 2023",
        "October 4", "4th October 2023", "4 of October", "Oct. 4 2023",
    ],
)  # fmt: skip
def test_a_date_is_read(raw: Any) -> None:
    assert read_date(raw, TODAY) == (OCTOBER_4, None)


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2023-10-04 09:30", datetime(2023, 10, 4, 9, 30)),
        ("2023-10-04T09:30:59", datetime(2023, 10, 4, 9, 30, 59)),
        ("2023-10-04T09:30:59.123Z", datetime(2023, 10, 4, 9, 30, 59)),
        ("2023/10/4 下午3点", datetime(2023, 10, 4, 15)),
        ("2023年10月4日 15時20分", datetime(2023, 10, 4, 15, 20)),
        ("4 Oct 2023, 3:20 pm", datetime(2023, 10, 4, 15, 20)),
        (45203.5, datetime(2023, 10, 4, 12)),
        (datetime(2023, 10, 4, 8), datetime(2023, 10, 4, 8)),
    ],
)
def test_a_moment_is_read(raw: Any, moment: datetime) -> None:
    assert read_date(raw, TODAY) == (moment, None)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("待定", "not-a-date"), ("下周", "not-a-date"), ("2023-10", "not-a-date"), ("Monday", "not-a-date"), ("May", "not-a-date"),
        (True, "not-a-date"), (time(9), "not-a-date"), (timedelta(1), "not-a-date"), (CellError("#REF!"), "not-a-date"),
        (0, "not-a-date"), (-5, "not-a-date"), (1e300, "not-a-date"), (float("nan"), "not-a-date"), (float("inf"), "not-a-date"),
        ("2023-10-045", "not-a-date"), ("2023-10-04 至 2023-10-06", "not-a-date"), ("2023-10-04 25:99", "impossible-date"),
        ("2023-02-30", "impossible-date"), ("2023-13-01", "impossible-date"), ("13月1日", "impossible-date"), (20230231, "impossible-date"),
        ("2月30日", "impossible-date"), ("31/04/2023", "impossible-date"), ("10/4/2023", "ambiguous-date"), ("4.10.2023", "ambiguous-date"),
        (5, "wrong-year"), (date(1989, 12, 31), "wrong-year"), (date(2200, 1, 1), "wrong-year"), ("1023-10-04", "wrong-year"),
    ],
)  # fmt: skip
def test_no_date_has_a_reason(raw: Any, kind: str) -> None:
    value, problem = read_date(raw, TODAY)
    assert value is None and problem is not None and problem.kind == kind


@pytest.mark.parametrize("raw", [None, "", "  ", "-", "—", "/", "无", "無", "N/A", "None"])
def test_a_dash_is_a_blank_date(raw: Any) -> None:
    assert read_date(raw, TODAY) == (None, None)


def test_day_first_and_month_first_are_read_where_only_one_is_possible() -> None:
    assert read_date("31/12/2023", TODAY)[0] == read_date("12/31/2023", TODAY)[0] == date(2023, 12, 31)
    assert read_date("10/10/2023", TODAY)[0] == date(2023, 10, 10)


def test_a_date_without_a_year_is_the_nearest_one() -> None:
    assert read_date("12月30日", date(2024, 1, 5))[0] == date(2023, 12, 30)
    assert read_date("1月3日", date(2023, 12, 20))[0] == date(2024, 1, 3)
    assert read_date("2月29日", date(2024, 3, 1))[0] == date(2024, 2, 29)


@pytest.mark.parametrize(
    "raw",
    [
        "4级",
        "４级",
        "4級",
        "4",
        4,
        4.0,
        "P4",
        "p4",
        "四级",
        "4 级",
        "Level 4",
        "优先级4",
        "優先級:4",
        "4.0",
        "4星",
        "4/5",
        " 4级 ",
    ],
)
def test_a_priority_is_read(raw: Any) -> None:
    assert read_priority(raw) == (4, None)


@pytest.mark.parametrize(
    "raw", ["6级", "0", 0, 6, 4.5, "高", True, "4-5", "44", CellError("#N/A"), "?", date(2023, 1, 1)]
)
def test_no_priority_is_unknown(raw: Any) -> None:
    assert read_priority(raw) == (None, Problem("unknown-value"))


@pytest.mark.parametrize(
    ("raw", "score", "tone"),
    [
        ("满意(5分):“及时”", 5, 1), ("不满意(1分)", 1, -1), ("滿意（４分）", 4, 1), ("一般(3分)", 3, 0), (5, 5, 0), ("4", 4, 0), (3.0, 3, 0),
        ("Very satisfied (5 points): “quick”", 5, 1), ("not happy, 2 stars", 2, -1), ("Good 4/5", 4, 1), ("评分:4", 4, 0), ("满意,5", 5, 1),
        ("score: 2", 2, 0), ("5分:“之前不满意”", 5, 0), ("非常不满意(1分)", 1, -1), ("没有不满(4分)", 4, 0), ("不太满意(2分)", 2, -1),
        ("5分钟解决,满意", None, 1), ("等了30分钟", None, 0), ("很好", None, 1), ("badly needed goods", None, 0), ("不满意", None, -1),
    ],
)  # fmt: skip
def test_feedback_is_read(raw: Any, score: int | None, tone: int) -> None:
    feedback, problem = read_feedback(raw)
    assert feedback is not None and problem is None
    assert (feedback.score, feedback.tone) == (score, tone)


@pytest.mark.parametrize("raw", ["6分", "0分", "-1分", "4.5分", 9, "10分", "score 7", "满意(100分)"])
def test_a_score_out_of_range_is_a_problem(raw: Any) -> None:
    feedback, problem = read_feedback(raw)
    assert problem == Problem("score-range") and feedback is not None and feedback.score is None


@pytest.mark.parametrize(
    "raw", [None, "", " ", "-", "无", "暂无", "待回访", "N/A", "no feedback yet", CellError("#REF!")]
)
def test_no_feedback_is_none(raw: Any) -> None:
    assert read_feedback(raw) == (None, None)


@pytest.mark.parametrize(
    ("raw", "owners"),
    [
        ("技术部-张*", [Owner("技术部", "张*", True)]),
        ("技术部", [Owner("技术部", None, True)]),
        ("技术部-张*、产品部-李*(牵头)", [Owner("技术部", "张*", False), Owner("产品部", "李*", True)]),
        ("技术部-张*（牽頭）;产品部", [Owner("技术部", "张*", True), Owner("产品部", None, False)]),
        ("技术部-张*，产品部-李*", [Owner("技术部", "张*"), Owner("产品部", "李*")]),
        ("客服部/赵*", [Owner("客服部", "赵*", True)]),
        ("客服部-赵*、李*", [Owner("客服部", "赵*"), Owner("客服部", "李*")]),
        ("技术部/产品部", [Owner("技术部", None), Owner("产品部", None)]),
        ("Group 24-Resolver 89", [Owner("Group 24", "Resolver 89", True)]),
        ("Tech – Kim (Lead) / Sales", [Owner("Tech", "Kim", True), Owner("Sales", None)]),
        ("Research, Development", [Owner("Research, Development", None, True)]),
        (" 、 ", []),
        (None, []),
        (3.0, [Owner("3", None, True)]),
    ],
)
def test_owners_are_read(raw: Any, owners: list[Owner]) -> None:
    assert list(read_owners(raw)) == owners


def test_scores_and_texts() -> None:
    assert read_score("9分") == (9, None) == read_score(9.0) == read_score("９")
    assert read_score("-") == (None, None)
    assert {read_score(raw)[1] for raw in (11, -1, 3.5, "high", True)} == {Problem("score-range")}
    assert [as_text(raw) for raw in (None, 3.0, 3.5, True, date(2023, 1, 2), datetime(2023, 1, 2, 3, 4))] == [
        "", "3", "3.5", "TRUE", "2023-01-02", "2023-01-02 03:04",
    ]  # fmt: skip


def test_a_snooze_is_read() -> None:
    assert snoozed_until("暂停至2026-03-01,客户出差", TODAY) == date(2026, 3, 1)
    assert snoozed_until("Paused until 2026/3/1", TODAY) == date(2026, 3, 1)
    assert snoozed_until("暂停", TODAY) is None and snoozed_until(5, TODAY) is None


@pytest.mark.parametrize("key", LISTS)
def test_every_name_of_a_choice_means_it(key: str) -> None:
    for choice in LISTS[key]:
        for names in choice.names.values():
            for name in names:
                for spelling in (name, f" {name} ", name.upper(), f"（{name}）"):
                    assert DEFAULT_LISTS[key].read(spelling, "en") == (choice.key, None)


def test_a_team_s_own_list() -> None:
    own = from_names("type", ["咨询类", "退换货", "Complaint"])
    assert own.read("諮詢", "zh-Hans") == ("consult", None)
    assert own.read("退换货 ", "zh-Hans") == ("退换货", None)
    assert own.read("退换", "zh-Hans") == (None, Problem("unknown-value", "退换货"))
    assert own.read("建议类", "zh-Hans")[1] is not None


_RAW = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.dates(), st.datetimes(), st.times(), st.timedeltas(),
    st.text("0123456789年月日-/.:分星()（）不满意5 牵头、;,*", max_size=20), st.builds(CellError, st.sampled_from(["#REF!", "#N/A"])),
)  # fmt: skip


@given(_RAW)
def test_every_cell_can_be_read(raw: Any) -> None:
    for read in (read_priority, read_feedback, read_score, lambda cell: read_date(cell, TODAY)):
        value, problem = read(raw)
        assert value is None or problem is None or read is read_feedback
    assert isinstance(read_owners(raw), tuple) and isinstance(as_text(raw), str)
    for choices in DEFAULT_LISTS.values():
        choices.read(raw, "en")


@given(
    st.dates(date(1990, 1, 1), date(2199, 12, 31)),
    st.sampled_from(
        ["{:%Y-%m-%d}", "{0.year}/{0.month}/{0.day}", "{:%Y%m%d}", "{0.year}年{0.month}月{0.day}日"]
    ),
)
def test_every_date_reads_back(day: date, form: str) -> None:
    assert read_date(form.format(day), TODAY) == (day, None)
