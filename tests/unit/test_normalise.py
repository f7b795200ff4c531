"""The standard form: what is plainly meant is written plainly, once, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.domain.table import CellError, Grid, Raw
from sheetops.domain.view import View
from sheetops.jobs.normalise import normalise
from tests.sheets import KEYS, log, row, view

ALL = (*KEYS, "opened", "first_response", "nps", "cause")


def changes(seen: View) -> dict[str, Raw]:
    return {edit.cell: edit.new for edit in normalise(seen).edits}


def one(key: str, *column: Raw, language: str = "zh-Hans", grids: tuple[Grid, ...] = ()) -> list[Raw]:
    """A column after it is normalised."""
    rows = [row(ALL, description=f"case {n}", **{key: raw}) for n, raw in enumerate(column)]
    seen = view(log(*rows, language=language, keys=ALL), *grids, language=language)
    return seen.after(normalise(seen).edits).logs[0].table.column(key)


@pytest.mark.parametrize(
    ("language", "key", "before", "after"),
    [
        ("zh-Hans", "urgency", ["高 ", "　高", "High", "高级"], ["高"] * 4),
        ("zh-Hans", "source", ["電話反饋", "电话反馈", "Phone"], ["电话反馈"] * 3),
        ("zh-Hant", "source", ["电话反馈", "電話反饋"], ["電話反饋"] * 2),
        ("en", "source", ["email", "E-mail "], ["E-mail"] * 2),
        ("en", "source", ["Email", "Email", "email"], ["Email"] * 3),
        ("en", "urgency", ["urgentish ", "low"], ["urgentish", "low"]),
        (
            "zh-Hans",
            "priority",
            ["４级", "4级", "3级", 5, "P2", "四级"],
            ["4级", "4级", "3级", "5级", "2级", "4级"],
        ),
        ("zh-Hans", "priority", ["4.0级", 5.0, "3级", "3级"], ["4级", "5级", "3级", "3级"]),
        ("en", "priority", [4, 3.0, "５", "P2"], [4, 3.0, 5, 2]),
        ("en", "priority", ["P4", "P3", 2], ["P4", "P3", "P2"]),
        ("en", "priority", ["very", "9 "], ["very", "9"]),
        (
            "zh-Hans",
            "due",
            ["2023/10/4", "2023年10月4日", "２０２３．１０．４", "20231004", "23.10.4"],
            [date(2023, 10, 4)] * 5,
        ),
        ("zh-Hans", "due", [45203, 20231004, "45203"], [date(2023, 10, 4)] * 3),
        (
            "zh-Hans",
            "due",
            ["10月4日", "10/4/2023", "2023-10-04之前", "2023-10-04 星期五", "下周 "],
            ["10月4日", "10/4/2023", "2023-10-04之前", "2023-10-04 星期五", "下周"],
        ),
        (
            "en",
            "due",
            ["4 Oct 2023", "October 4th, 2023", "2023-10-04T10:00Z"],
            [date(2023, 10, 4), date(2023, 10, 4), "2023-10-04T10:00Z"],
        ),
        ("en", "due", ["04/10/23", "26/10/25", "26.11.18"], ["04/10/23", "26/10/25", date(2026, 11, 18)]),
        (
            "en",
            "opened",
            ["2023-10-04 16:30", "2023-10-04"],
            [datetime(2023, 10, 4, 16, 30), date(2023, 10, 4)],
        ),
        ("zh-Hans", "id", ["２０２６１１０１", " 20261102 ", 20261103], ["20261101", "20261102", 20261103]),
        ("zh-Hans", "id", ["２０２６１１０１", "20261101"], ["２０２６１１０１", "20261101"]),
        (
            "zh-Hans",
            "owner",
            ["技术部－张*", " 技术部 - 张* ", "技术部", "客服部-赵*、 李* "],
            ["技术部-张*", "技术部-张*", "技术部", "客服部-赵*、 李*"],
        ),
        ("zh-Hans", "owner", ["技术部 - 张*（牵头） "], ["技术部 - 张*（牵头）"]),
        (
            "zh-Hans",
            "notes",
            [" ＶＩＰ　客户， ４级 ", "\n換行\n", "  "],
            ["ＶＩＰ　客户， ４级", "換行", None],
        ),
        ("zh-Hans", "feedback", ["满意（５分）：“好” "], ["满意（５分）：“好”"]),
        ("zh-Hans", "nps", ["９", 8, "一般"], [9, 8, "一般"]),
    ],
)
def test_the_standard_form(language: str, key: str, before: list[Raw], after: list[Raw]) -> None:
    assert one(key, *before, language=language) == after


def test_the_lists_tab_says_how_a_value_is_written() -> None:
    lists = Grid("选项", [["紧急程度"], ["急"], ["高级"], ["低"]])
    assert one("urgency", "高", "高级", "急 ", grids=(lists,)) == ["高级", "高级", "急"]
    assert one("urgency", "高", "高", grids=(lists,)) == ["高级", "高级"]


def test_an_owner_is_spelled_as_in_the_people_tab() -> None:
    people = Grid("人员", [["部门", "姓名"], ["技术部", "张*"]])
    assert one("owner", "技術部－張*", "技術部－李*", grids=(people,)) == ["技术部-张*", "技術部-李*"]


def test_errors_formulas_and_foreign_columns_are_left_alone() -> None:
    grid = log(
        row(description="a", urgency=CellError("#REF!"), due="2023/10/4", priority="４级"), language="zh-Hans"
    )
    grid = replace(
        grid, rows=[[*cells, " x "] for cells in grid.rows], formulas={(2, KEYS.index("due") + 1): "TODAY()"}
    )
    assert changes(view(grid)) == {"G2": "4级"}


def test_each_edit_says_what_it_is_in_the_language_of_the_sheet() -> None:
    (edit,) = normalise(view(log(row(description="a", urgency="高 "), language="zh-Hans"))).edits
    assert (edit.old, edit.new, edit.why) == ("高 ", "高", "“紧急程度”列的标准写法")


SPACES = st.sampled_from(["", " ", "　", "\t"])
WORDS: dict[str, st.SearchStrategy[Raw]] = {
    "urgency": st.sampled_from(["高", "High", "高级", "中", "低 ", "？", "緊急"]),
    "type": st.sampled_from(["投诉类", "投訴", "Complaint", "咨询", "其它", "退款"]),
    "priority": st.sampled_from(["4级", "４級", "P4", 4, 4.0, "四级", "3", "9", "4/5"]),
    "due": st.sampled_from(
        ["2023/10/4", "10月4日", "23.10.4", 45203, date(2023, 10, 4), "2023-10-04前", "下周", "04/10/23"]
    ),
    "opened": st.sampled_from(["2023/10/4 9:30", "上午9点", datetime(2023, 10, 4, 9, 30), 45203.5]),
    "owner": st.sampled_from(["技术部－张*", "技术部-张*、产品部(牵头)", "技术部", "a - b - c"]),
    "feedback": st.sampled_from(["满意(5分)", "满意（５分）：“好”", "３分"]),
    "id": st.sampled_from(["20261101", "２０２６１１０１", " x1", 20261101]),
    "notes": st.text(st.sampled_from("４ Ａa，。級级\n*="), max_size=6),
    "nps": st.sampled_from(["９", "9分", 8, "11"]),
}


def _blanks(pair: tuple[Raw, str, str]) -> Raw:
    raw, before, after = pair
    return f"{before}{raw}{after}" if isinstance(raw, str) else raw


ROWS = st.lists(
    st.fixed_dictionaries(
        {key: st.tuples(words, SPACES, SPACES).map(_blanks) for key, words in WORDS.items()}
    ),
    min_size=1,
    max_size=6,
)


def seen(rows: list[dict[str, Raw]]) -> View:
    return view(
        log(
            *(row(ALL, description=f"case {n}", **cells) for n, cells in enumerate(rows)),
            language="zh-Hans",
            keys=ALL,
        ),
        language="zh-Hans",
    )


@given(ROWS)
def test_it_changes_no_meaning_no_free_text_and_nothing_the_second_time(rows: list[dict[str, Raw]]) -> None:
    before = seen(rows)
    after = before.after(normalise(before).edits)
    assert normalise(after).edits == ()
    for was, now in zip(before.logs[0].all, after.logs[0].all, strict=True):
        assert was._replace(id="", owners=(), feedback=None) == now._replace(id="", owners=(), feedback=None)
        assert was.owners == now.owners and was.feedback == now.feedback
    for key in ("notes", "feedback"):
        for raw, new in zip(before.logs[0].table.column(key), after.logs[0].table.column(key), strict=True):
            assert (str(raw or "").strip() or None) == new


@given(ROWS, st.randoms(use_true_random=False))
def test_shuffling_rows_changes_nothing(rows: list[dict[str, Raw]], dice: object) -> None:
    numbered = [{**cells, "cause": f"row {n}"} for n, cells in enumerate(rows)]
    shuffled = list(numbered)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    results = []
    for some in (numbered, shuffled):
        view_of = seen(some)
        table = view_of.after(normalise(view_of).edits).logs[0].table
        results.append(
            {table.column("cause")[i]: [table.column(key)[i] for key in WORDS] for i in range(len(table))}
        )
    assert results[0] == results[1]
