"""A plausible log of 1,000 requests with 100 planted faults of all kinds: every one found, no false alarm."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from sheetops.domain.history import History, Life
from sheetops.domain.rules import RULES, judge
from sheetops.domain.table import CellError, Grid
from sheetops.domain.view import View
from sheetops.domain.workdays import WorkCalendar
from tests.unit.rules.looks import KEYS, LANGUAGES, NOW, grid, policy, view
from tests.unit.rules.spoken import speaker

Row = dict[str, Any]
Told = set[tuple[str, int, str]]  # rule, sheet row, column

_CALENDAR = WorkCalendar("CN")
_WORDS = {
    "高": ("高", "高 ", "高级", "High"),
    "中": ("中", "中级", "　中", "medium"),
    "低": ("低", "低级", "Low"),
}
_WITHIN = {"高": 1, "中": 3, "低": 10}
_PRIORITIES = {"高": (4, 5, 3), "中": (2, 3, 4), "低": (1, 2, 3)}
_THINGS = (
    "月度报表",
    "订单列表",
    "会员积分",
    "电子发票",
    "短信验证码",
    "物流轨迹",
    "优惠券",
    "退款进度",
    "库存预警",
    "客户标签",
)
_ACTS = ("导出", "查询", "修改", "打印", "批量上传", "筛选", "分享")
_SIGNS = (
    "页面一直转圈",
    "提示权限不足",
    "金额与账单不符",
    "状态两天没有更新",
    "按钮点击后没有反应",
    "列表只显示前十条",
)
_COMPANIES = (
    "华为-企业客户",
    "诸葛智能-软件企业",
    "东方航空",
    "西门子-制造企业",
    "金蝶软件",
    "安全组-内部",
    "白金-会员",
    "游客",
)
_TYPES = {
    "功能需求类": ("技术部-张*", "产品部-李*", "技术部-王*、产品部-李*(牵头)"),
    "咨询类": ("客服部-赵*", "客服部"),
    "投诉类": ("客服部-赵*", "客服部-钱*"),
    "建议类": ("产品部-李*",),
}
_PEOPLE = Grid("人员", [["部门", "姓名", "在职"], *([d, n, "是"] for d, n in (p.split("-") for p in ("技术部-张*", "技术部-王*", "产品部-李*", "客服部-赵*", "客服部-钱*")))])  # fmt: skip
_ROUTING = {
    "feature": ["技术部", "产品部"],
    "consult": ["客服部"],
    "complaint": ["客服部"],
    "suggestion": ["产品部"],
}
_COLUMNS = (*KEYS, "opened", "nps")


def _plausible(count: int, dice: random.Random) -> list[Row]:
    """Requests of some months up to yesterday, written as people write them."""
    days = [
        day
        for n in range(110)
        if _CALENDAR.is_workday(day := date(2026, 8, 3) + timedelta(days=n)) and day < NOW.date()
    ]
    numbers: dict[str, int] = {}
    rows = []
    for number in range(count):
        day = days[number * len(days) // count]
        month = f"{day:%Y%m}"
        numbers[month] = numbers.get(month, 0) + 1
        rows.append(_request(f"{month}{numbers[month]:02}", number, day, dice))
    return rows


def _request(identifier: str, number: int, day: date, dice: random.Random) -> Row:
    urgency, kind = dice.choice("高中低"), dice.choice(list(_TYPES))
    opened = datetime.combine(day, time(dice.randrange(9, 12), dice.randrange(60)))
    due = _CALENDAR.add_workdays(day, dice.randrange(1, _WITHIN[urgency] + 1))
    resolved = min(_CALENDAR.add_workdays(day, dice.randrange(0, 5)), NOW.date())
    is_open = day >= date(2026, 11, 12) and dice.random() < 0.5
    priority = dice.choice(_PRIORITIES[urgency])
    score = dice.choice((3, 4, 5, 5))
    what = f"{dice.choice(_ACTS)}{dice.choice(_THINGS)}时{dice.choice(_SIGNS)},涉及单据 {number + 1000} 号"
    return {
        "id": dice.choice((identifier, int(identifier))) if number % 7 == 0 else identifier,
        "source": dice.choice(("在线客服", "电话", "邮件", "社交媒体", "回访")),
        "customer": dice.choice(_COMPANIES)
        if number % 9 == 0
        else f"{dice.choice('王李张刘陈')}*-{dice.choice(('电商企业', '个人客户', '制造企业', '连锁门店'))}",
        "description": what,
        "type": kind,
        "urgency": dice.choice(_WORDS[urgency]),
        "priority": dice.choice((f"{priority}级", f"{priority}级", f"P{priority}", "０１２３４５"[priority] + "级")),
        "owner": dice.choice(_TYPES[kind]),
        "due": dice.choice((*[due] * 18, f"{due.year}/{due.month}/{due.day}", f"{due.month}月{due.day}日")),
        "resolved": None if is_open else resolved,
        "result": dice.choice(("开发中", "待测试", None)) if is_open else f"已处理,单据 {number + 1000} 号恢复正常",
        "feedback": None if is_open else dice.choice((f"满意({score}分):“处理及时”", score, f"{score}分")),
        "notes": dice.choice((None, None, None, "客户为VIP用户,后续需跟进", "-", "- 等待仓库回复", "+1 同意")),
        "opened": opened,
        "nps": dice.choice((None, 8, 9, 10)),
    }  # fmt: skip


def _simple(code: str, key: str, *values: Any, **also: Any) -> list[Callable[[list[Row], int], Told]]:
    """Faults that stand in one cell of one row."""

    def plant(value: Any) -> Callable[[list[Row], int], Told]:
        def change(rows: list[Row], at: int) -> Told:
            rows[at].update({key: value, **also})
            return {(code, at + 2, key)}

        return change

    return [plant(value) for value in values]


def _twice(rows: list[Row], at: int) -> Told:
    rows[at]["id"] = rows[at - 30]["id"]
    return {("duplicate-id", at + 2, "id"), ("duplicate-id", at - 28, "id")}


def _again(rows: list[Row], at: int) -> Told:
    rows[at].update(
        customer=rows[at - 1]["customer"], description=rows[at - 1]["description"].replace("时", "的时候")
    )
    return {("near-duplicate", at + 2, "description")}


def _before_opened(key: str) -> Callable[[list[Row], int], Told]:
    def change(rows: list[Row], at: int) -> Told:
        rows[at][key] = rows[at]["opened"].date() - timedelta(days=2)
        return {(f"{key}-before-opened", at + 2, key)}

    return change


def _too_late(rows: list[Row], at: int) -> Told:
    rows[at].update(
        urgency="高",
        priority="4级",
        due=NOW.date() + timedelta(days=30),
        resolved=None,
        feedback=None,
        result=f"排查中 {at}",
    )
    return {("due-beyond-target", at + 2, "due")}


def _last_year(rows: list[Row], at: int) -> Told:
    due = _CALENDAR.add_workdays(rows[at]["opened"].date(), 1)
    rows[at]["due"] = due.replace(year=2025)
    return {("date", at + 2, "due")}


def _stale(rows: list[Row], at: int) -> Told:
    rows[at].update(
        urgency="高", priority="5级", resolved=None, feedback=None, result="开发中", notes="stale"
    )
    rows[at]["due"] = _CALENDAR.add_workdays(rows[at]["opened"].date(), 1)
    return {("stale-priority", at + 2, "result")}


_OLD = {"resolved": date(2026, 11, 10), "result": "已处理"}
FAULTS: list[Callable[[list[Row], int], Told]] = [
    *_simple("required", "customer", None, " "),
    *_simple("required", "description", None),
    *_simple("required", "type", None),
    *_simple("required", "urgency", None, ""),
    *_simple("required", "owner", None),
    *_simple("required", "source", None),
    *_simple("required", "priority", None),
    *_simple("unknown-value", "urgency", "特急", "马上"),
    *_simple("unknown-value", "type", "投拆类", "退货"),
    *_simple("unknown-value", "source", "电话反溃", "传真"),
    *_simple("unknown-value", "priority", "6级", "高"),
    *_simple("date", "due", "待定", "2026-02-30", "10/4/2026", "11月31日", date(1905, 7, 1)),
    *_simple("date", "resolved", "已解决", "2026/13/1"),
    *[_last_year] * 3,
    *_simple("malformed-id", "id", "202611O1", "20261301", "2026-10-12", "无编号"),
    *[_twice] * 4,
    *[_before_opened("resolved")] * 4,
    *[_before_opened("due")] * 4,
    *_simple("resolved-in-future", "resolved", date(2026, 11, 21), date(2026, 12, 1), "2026/12/5"),
    *[_too_late] * 3,
    *_simple("resolved-without-result", "result", None, "开发中", "……", resolved=date(2026, 11, 19), opened=datetime(2026, 11, 16, 9), due=date(2026, 11, 17)),
    *_simple("resolved-without-feedback", "feedback", None, "暂无", "-", opened=datetime(2026, 11, 9, 9), due=date(2026, 11, 10), **_OLD),
    *_simple("feedback-score", "feedback", "不满意(5分)", "满意(1分)", "满意(6分)", 9),
    *_simple("feedback-score", "nps", 11, "很高"),
    *_simple("urgency-priority", "priority", "1级", "2级", urgency="高"),
    *_simple("urgency-priority", "priority", "5级", 5, urgency="低"),
    *_simple("vague-description", "description", "不好用", "系统有问题", "不行", "见附件"),
    *[_again] * 4,
    *_simple("personal-data", "notes", "回电13812345678", "发到 someone@mail.example.com", "身份证11010519491231002X", "卡号6222020111122220002"),
    *_simple("personal-data", "customer", "王小明-个人客户", "卫明华-个人客户", "欧阳娜娜"),
    *_simple("unknown-owner", "owner", "技木部-张*", "客服部-孙*", "财务部-周*", type="咨询类"),
    *_simple("wrong-department", "owner", "客服部-赵*", type="功能需求类"),
    *_simple("wrong-department", "owner", "技术部-张*", type="咨询类"),
    *_simple("no-lead", "owner", "技术部-张*、产品部-李*", "技术部/产品部", type="功能需求类"),
    *[_stale] * 2,
    *_simple("error-value", "notes", CellError("#REF!"), "#N/A"),
    *_simple("error-value", "due", CellError("#VALUE!")),
    *_simple("formula-text", "notes", "=1+1", "+A1*2", "=cmd|' /C calc'!A0"),
    *_simple("wrong-kind", "due", "2026-11-11", urgency="低", priority="2级", opened=datetime(2026, 11, 10, 9), resolved=date(2026, 11, 12)),
]  # fmt: skip
_OF_THE_TAB = 6  # 1 merged block, 1 hidden row, 2 formulas, 1 header twice, 1 header nearly right


def _seen(rows: list[Row], language: str = "zh-Hans", header: Sequence[str] = (), **more: Any) -> View:
    """The rows in `language`, with what the ledger knows of them; `header` are further columns without cells."""
    say = speaker(language)
    lives = {
        str(row["id"]): Life(
            datetime(2026, 8, 1), last_progress=datetime(2026, 11, 13 if row["notes"] == "stale" else 19, 9)
        )
        for row in rows
    }
    history = History(lives=lives, since=datetime(2026, 7, 1))
    said = [{key: say(value) for key, value in row.items()} for row in rows]
    log = grid(said, language, keys=_COLUMNS, **more)
    log = replace(log, rows=[[*log.rows[0], *map(say, header)], *log.rows[1:]])
    people = replace(_PEOPLE, name=say(_PEOPLE.name), rows=[list(map(say, row)) for row in _PEOPLE.rows])
    routing = {kind: list(map(say, places)) for kind, places in _ROUTING.items()}
    return view(log, people, language=language, history=history, routing=routing, calendar={"country": "CN"})


def _planted(seed: int, language: str = "zh-Hans") -> tuple[View, Told, int]:
    dice = random.Random(seed)
    rows = _plausible(1000, dice)
    resolved = [at for at in range(40, 1000, 8) if rows[at]["resolved"]]  # apart: no fault touches another
    places = dice.sample(resolved, len(FAULTS))
    told: Told = set()
    for fault, at in zip(FAULTS, places, strict=True):
        told |= fault(rows, at)
    free = [row for row in range(10, 300) if all(abs(row - 2 - at) > 2 for at in places)]
    merged, hidden, first, second = dice.sample([row for row in free if row % 8 == 6], 4)
    seen = _seen(
        rows,
        language,
        ("紧急程度", "客户类别"),
        merged=((merged, 4, merged, 5),),
        hidden_rows=frozenset({hidden}),
        formulas={(first, 9): "TODAY()", (second, 2): "A1"},
    )
    told |= {("merged-cells", merged, "description"), ("hidden-rows", hidden, "id")}
    told |= {("formula", first, "due"), ("formula", second, "source")}
    told |= {("header", 1, "urgency"), ("header", 1, "customer_type")}
    return seen, told, len(FAULTS) + _OF_THE_TAB


def _found(seen: View) -> Told:
    return {(finding.rule, finding.row, finding.column) for finding in judge(seen)}


def test_every_rule_is_planted() -> None:
    _, told, count = _planted(1)
    assert count >= 100
    assert {code for code, _, _ in told} == {rule.code for rule in RULES if rule.on}


def _check(seed: int, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    seen, told, count = _planted(seed, language)
    found = _found(seen)
    with capsys.disabled():
        print(
            f"\n{language}, seed {seed}: {count} faults in 1,000 rows, {len(told & found)} of {len(told)} cells found, "
            f"{len(found - told)} false alarms"
        )
    assert told - found == set()
    assert found - told == set()


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_planted_fault_is_found_and_nothing_else(
    language: str, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    _check(seed, language, capsys)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 22))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_planted_fault_of_many_logs(
    language: str, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    _check(seed, language, capsys)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plausible_log_is_silent(language: str) -> None:
    assert _found(_seen(_plausible(1000, random.Random(7)), language)) == set()


def test_shuffling_rows_changes_nothing_but_row_numbers() -> None:
    dice = random.Random(11)
    rows = _plausible(300, dice)
    for fault, at in zip(FAULTS, dice.sample(range(40, 300, 2), len(FAULTS)), strict=True):
        fault(rows, at)
    for number, row in enumerate(rows):  # duplicates aside, whose messages name cells
        row["id"] = f"202611{number:03}"

    def said(order: list[Row]) -> list[tuple[object, ...]]:
        seen = _seen(order)
        texts = policy().texts
        return sorted(
            (f.rule, f.column, str(f.id), f.message(texts), f.fix(texts), f.severity) for f in judge(seen)
        )

    shuffled = rows[:]
    dice.shuffle(shuffled)
    assert said(shuffled) == said(rows)
