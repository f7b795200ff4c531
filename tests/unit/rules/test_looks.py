"""What all rules share: parameters, many alike, masked words; and that no sheet, however odd, stops them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetops.domain.personal import find_personal, masked
from sheetops.domain.plan import tab_is_as_planned
from sheetops.domain.policy import RuleSetting
from sheetops.domain.rules import judge
from sheetops.domain.rules.base import quote
from sheetops.domain.table import CellError, Grid
from sheetops.jobs.validate import validate
from tests.examples import costly
from tests.unit.rules.looks import ALL_KEYS, GOOD, grid, rows_like, said, several, view


def test_a_value_in_many_rows_is_told_once_with_their_number() -> None:
    found = several(
        "unknown-value", "en", [{"source": "WeChat", "id": f"202611{n:02}"} for n in range(30, 5, -1)]
    )
    assert [(f.variant, f.params["rows"], f.id) for f in found] == [("often", "25", "20261106")]
    few = several("unknown-value", "en", [{"source": "WeChat"}] * 3)
    assert len(few) == 3


def test_parameters_come_from_the_settings() -> None:
    rules = {"unknown-value": RuleSetting(parameters={"often": 2})}
    assert len(several("unknown-value", "en", [{"source": "WeChat"}] * 3, rules=rules)) == 1
    rules = {"required": RuleSetting(parameters={"columns": "notes"})}
    assert [f.column for f in several("required", "en", [{"source": None}], rules=rules)] == ["notes"]
    rules = {"due-beyond-target": RuleSetting(parameters={"grace_days": 30})}
    late = {"opened": date(2026, 11, 9), "due": date(2026, 11, 30), "resolved": None}
    assert several("due-beyond-target", "en", [late]) and not several(
        "due-beyond-target", "en", [late], rules=rules
    )
    rules = {"near-duplicate": RuleSetting(parameters={"days": 30})}
    twins = [{"opened": date(2026, 11, day), "id": f"202611{day}"} for day in (2, 19)]
    assert several("near-duplicate", "en", twins, rules=rules) and not several("near-duplicate", "en", twins)
    rules = {"personal-data": RuleSetting(parameters={"allowed": "example.com, 13812345678"})}
    own = [{"notes": "help@example.com 13812345678"}]
    assert several("personal-data", "en", own) and not several("personal-data", "en", own, rules=rules)


def test_a_slip_of_the_year_is_told_by_others_when_the_date_rule_is_off() -> None:
    slip = [{"opened": date(2026, 11, 5), "resolved": date(2025, 11, 6)}]
    off = {"date": RuleSetting(on=False)}
    assert not several("resolved-before-opened", "en", slip)
    assert several("resolved-before-opened", "en", slip, rules=off)


def test_an_owner_unknown_in_many_rows_is_told_once() -> None:
    people = Grid("People", [["Department", "Name"], ["Support", ""]])
    rows = [{**row, "owner": "Tech"} for row in rows_like("en", *[{}] * 25)]
    found = said("unknown-owner", view(grid(rows, "en"), people, language="en"))
    assert [(f.variant, f.params["rows"]) for f in found] == [("often", "25")]


def test_the_header_of_the_sheet_is_what_messages_name() -> None:
    seen = view(
        Grid(
            "Log",
            [
                ["ID", "Client", "Description", "Type", "Channel"],
                ["20261101", "W*", "No invoice came", "Consult", "?"],
            ],
        ),
        language="en",
    )
    assert [f.params["column"] for f in said("unknown-value", seen)] == ["Channel"]


def test_an_empty_table_is_silent() -> None:
    assert judge(view(grid([], "en"), language="en")) == []


def test_quotes_are_masked_and_short() -> None:
    assert quote("x" * 99) == "x" * 39 + "…"
    assert quote("call\n13812345678") == "call 138****5678"
    assert masked("nothing here") == "nothing here"
    assert [piece.kind for piece in find_personal("a@b.cn 或 13812345678")] == ["email", "phone"]


_WORDS = st.sampled_from(
    [
        "高",
        "High",
        "?",
        "4级",
        "2026-11-05",
        "11月5日",
        "同上",
        "技术部-张*、产品部",
        "满意(5分)",
        "不满意(5分)",
        "=1+1",
        "#REF!",
        "13812345678",
        "-",
        " ",
        "",
    ]
)
_CELLS = st.one_of(
    st.none(), _WORDS, _WORDS, st.booleans(), st.integers(-5, 99999), st.floats(), st.text(max_size=12), st.dates(date(1900, 1, 1)),
    st.datetimes(datetime(1990, 1, 1), datetime(2199, 1, 1)), st.times(), st.timedeltas(timedelta(0), timedelta(9)),
    st.builds(CellError, st.sampled_from(["#REF!", "#N/A"])),
)  # fmt: skip


@settings(
    max_examples=costly(120, 40),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    st.lists(st.lists(_CELLS, min_size=len(ALL_KEYS), max_size=len(ALL_KEYS)), max_size=6),
    st.sampled_from(["zh-Hans", "en"]),
)
def test_any_sheet_is_judged_and_a_second_run_changes_nothing(cells: list[list[Any]], language: str) -> None:
    rows = [GOOD[language], *(dict(zip(ALL_KEYS, row, strict=True)) for row in cells)]
    untidy = {"untidy": RuleSetting()}
    log = grid(
        rows,
        language,
        keys=ALL_KEYS,
        merged=((2, 1, 3, 2),),
        hidden_rows=frozenset({2, 3}),
        formulas={(2, 3): "A1"},
    )
    plan = validate(view(log, language=language, rules=untidy))
    (tab,) = plan.tabs
    again = view(log, Grid(tab.name, tab.values()), language=language, rules=untidy)
    assert tab_is_as_planned(validate(again).tabs[0], again.snapshot)
    assert time(0) not in [value for row in tab.values() for value in row]
