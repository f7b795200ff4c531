"""Rows that stand as they stood are not judged again, and what all rules say of the sheet is the same."""

from __future__ import annotations

import random
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import compress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sheetops.domain.rules as rules_room
from sheetops.domain.history import History
from sheetops.domain.plan import Judged, Plan
from sheetops.domain.policy import RuleSetting
from sheetops.domain.rows import Rows
from sheetops.domain.rules import BY_CODE, RULES, base, judge, verdicts
from sheetops.domain.rules.base import Look, setting_of
from sheetops.domain.table import CellError, Grid, Raw, RawSheet, Table, take_snapshot
from sheetops.domain.template import BY_KEY
from sheetops.domain.view import View
from sheetops.jobs.fill import fill
from sheetops.jobs.validate import validate
from tests.unit.rules.looks import ALL_KEYS, GOOD, NOW, grid, policy, view
from tests.unit.rules.test_planted import _planted

ODD: Mapping[str, Sequence[Raw]] = {
    "id": (None, "20261101", 20261102, 2026119, "2026119", " 2026119 ", "2O261103", "INC-7", "#N/A", CellError("#N/A")),
    "source": (None, "在线客服", "在綫客服", "传真", "=A1", True),
    "customer": (None, "王*-电商企业", "李*-个人客户", "王小明-个人客户", "张*", "Mr John Smith", "匿名"),
    "description": (None, "导出月度报表时页面一直转圈", "系统有问题", "不行", "同上", "it does not work", "回电13812345678", "#REF!", "@SUM(A1)", " "),
    "type": (None, "投诉类", "投诉", "咨询类", "功能需求类", "杂项"),
    "urgency": (None, "高", "低", "高级", "急"),
    "priority": (None, "5级", "2级", 5, 1.0, "9级", CellError("#VALUE!")),
    "owner": (None, "技术部-张*", "客服部-赵*", "技术部-张*、产品部-李*", "技术部/产品部(牵头)", "财务部-周*", "-"),
    "due": (None, date(2026, 11, 23), date(2025, 11, 24), "2026-11-30", "10/4/2026", "明天", datetime(2026, 1, 2, 3)),
    "resolved": (None, None, date(2026, 11, 13), date(2026, 11, 19), date(2027, 1, 5), date(2020, 1, 5), "2026/11/12"),
    "result": (None, "已修复", "开发中", "-", "发到 a@mail.example.com"),
    "feedback": (None, None, "满意(5分)", "不满意(5分)", "满意(9分)", "无", "很好"),
    "notes": (None, "暂停至2026-12-01", "=1+1", CellError("#REF!"), "卡号6222020111122220002"),
    "opened": (None, date(2026, 11, 12), datetime(2026, 11, 16, 9), date(2026, 12, 1), "x"),
    "nps": (None, 9, 11, "x"),
}  # fmt: skip
_KEYS = (*tuple(ODD), "first_response", "status")
_PEOPLE = [
    ["部门", "姓名", "在职"],
    ["技术部", "张*", "是"],
    ["产品部", "李*", "否"],
    ["客服部", "赵*", "是"],
]
_TEAMS: Sequence[Mapping[str, Any]] = ({}, {"feedback_days": 1}, {"routing": {"complaint": ["客服部"]}})
_POLICIES = [policy(calendar={"country": "CN"}, **team) for team in _TEAMS]
_Content = tuple[Any, ...]
_Row = Mapping[str, Raw]


def _marked(seen: View) -> View:
    """The sheet as the bulk reader gives it: by column, with marks of its rows."""
    grids = []
    for tab in seen.snapshot.raw.grids:
        width = max(map(len, tab.rows))
        cells = zip(*[[*row, *[None] * (width - len(row))] for row in tab.rows], strict=True)
        grids.append(replace(tab, rows=Rows(list(map(list, cells)), array("Q", [7] * len(tab.rows)))))
    raw = replace(seen.snapshot.raw, grids=tuple(grids))
    return replace(seen, snapshot=take_snapshot(raw, language=seen.language))


class _Desk:
    """A sheet over some days, and a memory of it such as the ledger's: which rows stood where nothing was seen."""

    def __init__(self, dice: random.Random, often: int = 20) -> None:
        self.dice, self.often = dice, often
        self.keys = list(_KEYS)
        self.rows = [self.row() for _ in range(dice.randrange(30))]
        self.formulas: dict[int, tuple[int, str]] = {}  # by the identity of a row: its column and formula
        self.people = [list(row) for row in _PEOPLE]
        self.now, self.team, self.rules = NOW, dice.randrange(3), dict[str, RuleSetting]()
        self.context = ""
        self.clean: set[_Content] = set()
        self.asked = 0

    def row(self) -> dict[str, Raw]:
        dice = self.dice
        base = {**GOOD["zh-Hans"], "id": f"202611{dice.randrange(40):02}"}
        if dice.random() < 0.2:
            base |= {"resolved": date(2026, 11, 10), "feedback": None}
        return {**base, **{key: dice.choice(ODD[key]) for key in dice.sample(list(ODD), dice.randrange(4))}}

    def grid(self) -> Grid:
        made = grid(self.rows, keys=self.keys)
        formulas = {
            (at, self.formulas[id(row)][0]): self.formulas[id(row)][1]
            for at, row in enumerate(self.rows, 2)
            if id(row) in self.formulas
        }
        return replace(made, formulas=formulas)

    def see(self) -> View:
        raw = RawSheet("test.xlsx", (self.grid(), Grid("人员", self.people)), "1")
        often = RuleSetting(parameters={"often": self.often})
        rules = {"unknown-value": often, "unknown-owner": often, **self.rules}
        settled = replace(_POLICIES[self.team], rules=rules)
        return _marked(View(take_snapshot(raw, language="zh-Hans"), settled, History(), self.now))

    def content(self, table: Table, index: int) -> _Content:
        number = table.numbers[index]
        formulas = {at: text for (row, at), text in table.grid.formulas.items() if row == number}
        return (*((type(raw), raw) for raw in table.grid.rows[number - 1]), tuple(formulas.items()))

    def to_judge(self, table: Table, context: str) -> list[int] | None:
        if context != self.context:
            return None
        wanted = [index for index in range(len(table)) if self.content(table, index) not in self.clean]
        more = self.dice.sample(range(len(table)), self.dice.randrange(len(table) // 5 + 1))
        self.asked += len(table) - len({*wanted, *more})
        return [*more, *wanted]

    def remember(self, seen: View, judged: Judged) -> None:
        self.context, table = judged.context, seen.logs[0].table
        kept = [number not in judged.rows for number in table.numbers]
        self.clean = {self.content(table, index) for index in compress(range(len(table)), kept)}

    def change(self) -> None:
        """What happens between two runs: mostly single cells, now and then something that concerns all rows."""
        dice, rows = self.dice, self.rows
        for _ in range(dice.randrange(5)):
            if rows:
                key = dice.choice(list(ODD))
                dice.choice(rows)[key] = dice.choice(ODD[key])
        what = dice.choice((*range(10), 9, 10, 11, 12))
        if what == 0:
            dice.shuffle(rows)
        elif what == 1:
            rows.insert(dice.randrange(len(rows) + 1), self.row())
        elif what == 2 and rows:
            rows.pop(dice.randrange(len(rows)))
        elif what == 3:
            self.now += timedelta(hours=dice.choice((1, 24, 48)))
        elif what == 4:
            self.team = dice.randrange(len(_POLICIES))
        elif what == 5:
            self.people[2][2] = dice.choice(("是", "否"))
            self.people[3][0] = dice.choice(("客服部", "服务部"))
        elif what == 6:
            code = dice.choice(RULES).code
            self.rules = {code: RuleSetting(on=dice.random() < 0.5, tabs=dice.choice(((), ("Other",))))}
        elif what == 7:
            self.keys = dice.sample(self.keys, len(self.keys))
        elif what == 8 and rows:
            self.formulas[id(dice.choice(rows))] = dice.randrange(1, 10), "A1"
        elif what == 9:  # whether masks and feedback are in use at all
            key = dice.choice(("customer", "feedback", "feedback"))
            for row in rows:
                row[key] = None
            if rows and dice.random() < 0.5:
                dice.choice(rows)[key] = dice.choice(ODD[key])


def _rounds(seed: int, count: int, often: int = 20) -> tuple[int, set[str]]:
    """How many rows were not judged again in these runs, and the rules that saw something."""
    desk, said = _Desk(random.Random(seed), often), set()
    for _ in range(count):
        seen = desk.see()
        whole = verdicts(seen)
        some = verdicts(replace(seen, history=History(to_judge=desk.to_judge)))
        if some != whole:  # without pytest's comparison of two long lists
            raise AssertionError(f"{set(map(repr, some.findings)) ^ set(map(repr, whole.findings))}")
        said |= {finding.rule for finding in some.findings}
        desk.remember(seen, some.judged["Log"])
        desk.change()
    return desk.asked, said


@settings(max_examples=15)
@given(st.integers(0, 10**9))
def test_judging_some_rows_says_what_judging_all_says(seed: int) -> None:
    _rounds(seed, 5)


@pytest.mark.parametrize("few", [0, 1, 3])
def test_what_is_rare_in_one_run_and_common_in_the_next(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "_RARE", few)
    assert sum(_rounds(seed, 8, often=2)[0] for seed in range(8)) > 50


def _in_both(before: Sequence[_Row], after: Sequence[_Row]) -> tuple[bool, set[str]]:
    """Whether judging some rows of the later sheet says what judging all says, and what that is."""
    desk = _Desk(random.Random(0), often=3)
    for rows in (before, after):
        desk.rows = [{**GOOD["zh-Hans"], "id": f"202611{at:02}", **row} for at, row in enumerate(rows, 1)]
        seen = desk.see()
        whole = verdicts(seen)
        some = verdicts(replace(seen, history=History(to_judge=desk.to_judge)))
        desk.remember(seen, some.judged["Log"])
    return some == whole, {finding.rule for finding in whole.findings}


_REAL, _TEXT = {"due": date(2026, 11, 30)}, {"due": "2026-11-30"}


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("unknown-value", [{"source": "传真"}] * 5 + [{}] * 20, [{"source": "传真"}] * 5 + [{}] * 21),
        ("unknown-owner", [{"owner": "财务部-周*"}] * 5 + [{}] * 20, [{"owner": "财务部-周*"}] * 5 + [{}] * 21),
        ("wrong-kind", [_TEXT] * 5 + [_REAL] * 9, [_TEXT] * 5 + [_REAL] * 25),
        ("malformed-id", [{"id": f"INC-{at}"} for at in range(4)], [{"id": f"INC-{at}"} for at in range(5)]),
    ],
)  # fmt: skip
def test_what_a_rule_counts_in_all_rows_it_sees_again(
    code: str, before: Sequence[_Row], after: Sequence[_Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    same, said = _in_both(before, after)
    assert same
    assert (code in said) == (
        code != "malformed-id"
    )  # which has as many of one form as count as the sheet's own
    monkeypatch.setattr(Look, "see_again", lambda look, indexes: None)
    assert not _in_both(before, after)[0]


def test_the_rounds_leave_rows_out_and_have_faults_of_every_rule_that_goes_row_by_row() -> None:
    runs = [_rounds(seed, 8) for seed in range(20)]
    assert sum(count for count, _ in runs) > 150
    assert {rule.code for rule in RULES if rule.by_row} <= set().union(*(said for _, said in runs))


@pytest.mark.slow
def test_judging_some_rows_says_what_judging_all_says_for_long(capsys: pytest.CaptureFixture[str]) -> None:
    spared = sum(_rounds(seed, 30)[0] for seed in range(1000, 1060))
    with capsys.disabled():
        print(f"\n60 sheets of 30 runs each: {spared} rows not judged again, every finding the same")


@pytest.mark.parametrize("code", ["personal-data", "resolved-without-feedback"])
def test_what_a_verdict_takes_from_the_whole_table_must_be_told(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_grounds(code, monkeypatch)
    with pytest.raises(AssertionError, match=code):
        for seed in range(16, 20):
            _rounds(seed, 8)


def _without_grounds(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lie = tuple(replace(rule, grounds=None) if rule.code == code else rule for rule in RULES)
    monkeypatch.setattr(rules_room, "RULES", lie)


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("unknown-value", [{"source": "传真"}] * 12, [{"source": "传真"}] * 9 + [{}] * 3),
        ("unknown-owner", [{"owner": "财务部-周*"}] * 12, [{"owner": "财务部-周*"}] * 9 + [{}] * 3),
        ("wrong-kind", [_TEXT] * 12 + [_REAL] * 9, [_TEXT] * 9 + [_REAL] * 50),
        ("malformed-id", [{"id": f"INC-{at}"} for at in range(12)], [{"id": "INC-0"}, *[{}] * 11]),
    ],
)
def test_whether_a_rule_goes_row_by_row_must_be_told(
    code: str, before: Sequence[_Row], after: Sequence[_Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    same, said = _in_both(before, after)
    assert same
    assert code in said
    _without_grounds(code, monkeypatch)
    assert not _in_both(before, after)[0]


@pytest.mark.parametrize("seed", range(3))
def test_planted_faults_are_found_by_judging_their_rows_alone(seed: int) -> None:
    seen, told, _ = _planted(seed)
    seen = _marked(seen)
    whole = verdicts(seen)
    judged = whole.judged["Log"]
    asked: list[str] = []

    def to_judge(table: Table, context: str) -> list[int]:
        asked.append(context)
        return [index for index, number in enumerate(table.numbers) if number in judged.rows]

    some = verdicts(replace(seen, history=replace(seen.history, to_judge=to_judge)))
    assert some == whole
    assert asked == [judged.context]
    assert len(judged.rows) > 50
    by_row = {rule.code for rule in RULES if rule.by_row}
    assert {row for code, row, _ in told if code in by_row} == judged.rows


class _Forbidden:
    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} is asked for")


def test_rules_that_go_row_by_row_ask_neither_history_nor_the_time_of_day() -> None:
    seen, _, _ = _planted(5)
    blind: Any = replace(seen, history=_Forbidden(), now=_Day(seen.today))
    asked = 0
    for rule in [rule for rule in RULES if rule.by_row]:
        found = list(rule.check(Look(blind, blind.logs[0], rule, setting_of(seen.policy, rule))))
        assert found == [finding for finding in judge(seen) if finding.rule == rule.code]
        asked += len(found)
    assert asked > 50


class _Day:
    """A moment of which no more than the day is known."""

    def __init__(self, day: date) -> None:
        self.day = day

    def date(self) -> date:
        return self.day


def test_without_a_memory_all_rows_are_judged_and_nothing_else_is_different() -> None:
    seen = _marked(_planted(2)[0])
    everything = replace(
        seen, history=replace(seen.history, to_judge=lambda table, context: range(len(table)))
    )
    assert verdicts(seen) == verdicts(everything)
    assert verdicts(_planted(2)[0]) == (verdicts(seen).findings, {})  # without marks


def test_accepted_findings_are_judged_rows_too() -> None:
    """Whoever ticks a finding off wants it listed as accepted in the next run, not forgotten."""
    seen = _marked(view(grid([{**GOOD["zh-Hans"], "description": "不行"}])))
    plan = validate(seen)
    assert [finding.rule for finding in plan.findings] == ["vague-description"]
    rows = [[cell.value for cell in row] for row in plan.tabs[0].rows]
    rows[6][8] = "✓"
    again = _marked(view(seen.snapshot.raw.grids[0], Grid(plan.tabs[0].name, rows)))
    accepted = validate(again)
    assert accepted.findings == ()
    assert accepted.judged == plan.judged == verdicts(seen).judged
    assert accepted.judged["Log"].rows == {2}


def test_plans_of_several_jobs_keep_how_rows_were_judged() -> None:
    tabs = grid([{**GOOD["zh-Hans"], "due": None}]), grid([{**GOOD["zh-Hans"], "due": 5}], name="Log 2")
    seen = _marked(view(*tabs))
    plan = fill(seen) + validate(seen)
    assert plan.judged == (validate(seen) + Plan()).judged == verdicts(seen).judged
    assert set(plan.judged) == {"Log", "Log 2"}


def test_the_keys_of_the_odd_values_are_columns() -> None:
    assert set(_KEYS) <= set(ALL_KEYS) == set(BY_KEY)
    assert all(BY_CODE[rule.code] is rule for rule in RULES)
