"""A mistyped ID neither leads the numbering astray nor is its number given to another request."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.domain.history import History, Life
from sheetops.domain.id_numbers import UsedNumbers
from sheetops.domain.table import Raw
from sheetops.domain.text import tidy
from sheetops.jobs.fill import fill
from sheetops.jobs.validate import validate
from tests.sheets import NOW, log, row, view

MONTH = [f"202611{n:02}" for n in range(3, 42)]
OCTOBER = [f"202610{n:02}" for n in range(1, 31)]


def given_to(
    ids: Sequence[Raw], new: int = 1, history: History | None = None, language: str = "en"
) -> list[Raw]:
    """What so many rows without an ID get beside these."""
    rows = [row(id=one, description=f"a{at}", customer="b") for at, one in enumerate(ids)]
    rows += [row(description=f"n{at}", customer="b") for at in range(new)]
    return [
        edit.new for edit in fill(view(log(*rows), history=history or History())).edits if edit.column == "id"
    ]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ([*MONTH, "20261199999"], "20261142"),
        ([*MONTH, "202611103"], "20261142"),
        ([*MONTH, "2026110300"], "20261142"),
        ([*MONTH, "20261199999", "2026111103", "202611777"], "20261142"),
        ([*MONTH, "2026110043"], "20261144"),  # 43 with a zero too many: that number is taken
        ([*OCTOBER, "20261199999"], "20261101"),
        ([*OCTOBER, "20261101", "20261199999"], "20261102"),
        ([f"202611{n:04}" for n in range(1, 13)] + ["2026119012"], "2026110013"),
        ([*OCTOBER, *(f"202611{n:04}" for n in range(1, 13))], "2026110013"),  # as this month has it
        ([f"REQ-{n}" for n in range(1, 31)] + ["REQ-3111"], "REQ-31"),
        ([str(n) for n in range(1, 31)] + ["13812345678"], "31"),
        ([int(one) for one in MONTH] + [20261199999], 20261142),
    ],
)
def test_a_lone_number_far_beyond_the_others_does_not_set_the_next(ids: list[Raw], expected: Raw) -> None:
    assert given_to(ids) == [expected]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ([f"202611{n:02}" for n in range(1, 100)], "202611100"),
        ([f"202611{n:02}" for n in range(1, 101)], "202611101"),
        ([f"202611{n:02}" for n in [*range(1, 97), 102]], "202611103"),  # some were deleted
        ([f"202611{n:02}" for n in range(1, 251)], "202611251"),
        ([f"202611{n:02}" for n in [*range(1, 131), 180]], "202611181"),
        ([f"202611{n:02}" for n in [5, 40, 77, 105]], "202611106"),  # the others stand elsewhere
        ([*MONTH, "20261177"], "20261178"),
        ([*(f"202611{n:03}" for n in range(1, 51)), *(f"202611{n}" for n in range(501, 531))], "202611531"),
        ([*(f"202610{n:02}" for n in range(1, 251)), "20261101"], "20261102"),
    ],
)
def test_numbers_that_a_month_really_reached_are_gone_on_with(ids: list[Raw], expected: str) -> None:
    assert given_to(ids) == [expected]


def test_what_stands_beyond_is_left_out_when_the_numbers_reach_it() -> None:
    assert given_to([*MONTH, "202611103"], 63)[-4:] == ["202611101", "202611102", "202611104", "202611105"]


def test_a_number_that_the_ledger_gave_or_saw_is_not_given_again() -> None:
    assert given_to([*MONTH, "20261199999"], history=History(highest={"202611": 45})) == ["20261146"]
    gone = History(lives={one: Life(NOW) for one in ("20261142", "202611103", "20261199999")})
    assert given_to(MONTH, history=gone) == ["20261143"]


@pytest.mark.parametrize(
    "odd",
    [
        "2026l105",
        "2O261105",
        "２０２６１１０５",
        "2026-1105",
        "20261105A",
        "No. 20261105",
        "202611 05",
        "2026115",
    ],
)
def test_the_number_that_an_odd_id_plainly_means_is_taken(odd: str) -> None:
    ids = [*OCTOBER, "20261101", "20261102", odd]
    told = given_to(ids, 4)
    assert "20261105" not in told and len(set(told)) == 4
    assert told[0] in ("20261103", "20261106")


def test_no_fix_that_is_told_is_an_id_that_the_same_run_gives() -> None:
    rows = [row(id=one, description=f"a{one}", customer="b") for one in OCTOBER]
    rows += [row(description=f"n{at}", customer="b") for at in range(6)]
    seen = view(log(*rows, row(id="2026l105", description="z", customer="b")))
    plan = fill(seen)
    fixes = {one.fix_value for one in validate(seen).findings if one.rule == "malformed-id"}
    assert fixes == {"20261105"}
    assert fixes.isdisjoint(edit.new for edit in plan.edits)


IDS = st.one_of(
    st.sampled_from(
        [*MONTH[:12], "20261199999", "202611103", "2026110300", "2026l105", "２０２６１１０５", "20261199"]
    ),
    st.integers(0, 130).map(lambda n: f"202611{n:02}"),
    st.integers(0, 12000).map(lambda n: f"202611{n:04}"),
    st.integers(20261101, 20261160),
)


@given(st.lists(IDS, max_size=60, unique_by=str), st.lists(IDS, max_size=6), st.integers(1, 30), st.randoms())
def test_no_number_is_ever_given_twice_in_whatever_order_rows_stand(ids, gone, new, random) -> None:  # type: ignore[no-untyped-def]
    history = History(lives={str(one): Life(NOW) for one in gone})
    told = [str(one) for one in given_to(ids, new, history)]
    assert len(set(told)) == new
    taken = {tidy(str(one)) for one in [*ids, *gone]}
    assert taken.isdisjoint(told)
    shuffled = random.sample(ids, len(ids))
    assert [str(one) for one in given_to(shuffled, new, history)] == told


def slips(ids: Sequence[Raw]) -> list[tuple[str, str | None, str]]:
    """What the rule tells of these IDs: value, ID meant, example."""
    rows = [row(id=one, description=f"a{at}", customer="b") for at, one in enumerate(ids)]
    found = [one for one in validate(view(log(*rows))).findings if one.rule == "malformed-id"]
    return [(one.params["value"], one.fix_value, one.params["example"]) for one in found]


@pytest.mark.parametrize("odd", ["20261199999", "202611103", 202611103])
def test_a_number_that_does_not_set_the_next_is_told(odd: Raw) -> None:
    assert slips([*MONTH, odd]) == [(str(odd), None, "20261141")]


def test_the_one_missing_number_with_a_digit_less_is_what_is_meant() -> None:
    without = [one for one in MONTH if one != "20261117"]
    assert slips([*without, "202611177"]) == [("202611177", "20261117", "20261141")]
    assert slips([*MONTH, "202611422"]) == [("202611422", None, "20261141")], "the next run may give 42"


def test_the_example_has_the_form_that_most_have() -> None:
    told = slips([*MONTH, "202611103", "2026110300"])
    assert {example for _, _, example in told} == {"20261141"}
    assert len(told) == 2


@pytest.mark.parametrize("top", [99, 100, 101, 105, 250])
def test_a_month_that_reached_its_hundredth_is_not_told(top: int) -> None:
    assert slips([*OCTOBER, *(f"202611{n:02}" for n in range(1, top + 1))]) == []


def test_a_number_of_thousands_of_digits_is_a_slip_like_another() -> None:
    odd = "202611" + "9" * 5000
    assert given_to([*MONTH, odd]) == ["20261142"]
    assert [example for _, _, example in slips([*MONTH, odd])] == ["20261141"]


def test_many_long_ids_of_one_month_are_looked_at_together(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    under = UsedNumbers.under
    monkeypatch.setattr(
        UsedNumbers, "under", lambda self, prefix: asked.append(prefix) or under(self, prefix)
    )
    years = [
        f"{year}{month:02}{n:02}"
        for year in range(2019, 2026)
        for month in range(1, 13)
        for n in range(1, 30)
    ]
    assert slips([*years, *(f"202611{n:02}" for n in range(1, 180))]) == []
    assert asked == ["202611"]
