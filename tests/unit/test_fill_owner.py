"""Owners by routing and load, only when asked; priorities are suggested and never written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.domain.history import History, Life
from sheetops.domain.table import Grid, Raw
from sheetops.domain.view import View
from sheetops.jobs.fill import fill
from tests import sheets
from tests.sheets import KEYS, NOW, log, view

OPENED = (*KEYS, "opened")


def row(keys: Sequence[str] = KEYS, **cells: Raw) -> list[Raw]:
    """A row that says where the request came from, so that it is more than a line of text."""
    return sheets.row(keys, **{"source": "Phone", **cells})  # type: ignore[arg-type]


PEOPLE = Grid(
    "People",
    [
        ["Department", "Name", "Away until", "Active"],
        ["Support", "Ada L*", None, "Yes"],
        ["Support", "Ben K*", None, "Yes"],
        ["Support", "Eve M*", None, "No"],
        ["Engineering", "Tom W*", None, "Yes"],
        ["Engineering", "Ines M*", date(2026, 11, 20), "Yes"],
    ],
)
ROUTING = {"complaint": ["Support"], "feature": ["Engineering", "Support"], "suggestion": ["Product"]}


def asked(kind: str | None, number: int = 1, **more: Raw) -> list[Raw]:
    return row(OPENED, id=f"202611{number:02}", description=f"case {number}", type=kind, due="x", **more)


def desk(*rows: list[Raw], assign: str = "person", people: Grid = PEOPLE, **more: object) -> View:
    return view(log(*rows, keys=OPENED), people, assign=assign, routing=ROUTING, **more)  # type: ignore[arg-type]


def owners(seen: View) -> dict[str | None, Raw]:
    return {edit.ref.id: edit.new for edit in fill(seen).edits if edit.column == "owner"}


def test_nobody_is_assigned_unless_the_team_wants_it() -> None:
    assert owners(view(log(asked("Complaint"), keys=OPENED), PEOPLE, routing=ROUTING)) == {}


def test_the_person_with_the_fewest_open_requests_gets_it_and_ties_go_by_the_people_tab() -> None:
    rows = [asked("Complaint", n) for n in range(1, 4)]
    assert list(owners(desk(*rows)).values()) == ["Support-Ada L*", "Support-Ben K*", "Support-Ada L*"]
    busy = [
        asked(None, 9, owner="Support-Ada L*"),
        asked(None, 8, owner="Support-Ada L*", resolved=date(2026, 11, 2)),
    ]
    assert list(owners(desk(*busy, *rows)).values()) == ["Support-Ben K*", "Support-Ada L*", "Support-Ben K*"]


def test_who_is_away_or_has_left_is_not_assigned_and_the_department_is_named_where_nobody_is_there() -> None:
    rows = [asked("Feature", n, owner=None) for n in range(1, 4)]
    assert list(owners(desk(*rows)).values()) == ["Engineering-Tom W*", "Support-Ada L*", "Support-Ben K*"]
    assert owners(desk(asked("Suggestion"))) == {"20261101": "Product"}


def test_the_department_alone_when_that_is_what_the_team_wants() -> None:
    assert owners(desk(asked("Feature"), assign="department")) == {"20261101": "Engineering"}


@pytest.mark.parametrize(
    "cells",
    [
        {"kind": "Complaint", "owner": "Board"},
        {"kind": "Complaint", "resolved": date(2026, 11, 2)},
        {"kind": "Consult"},
        {"kind": "no such type"},
        {"kind": None},
    ],
)
def test_a_persons_word_wins_and_nothing_is_guessed(cells: dict[str, Raw]) -> None:
    assert owners(desk(asked(**cells))) == {}  # type: ignore[arg-type]


def test_routing_of_the_lists_tab_assigns_too() -> None:
    lists = Grid("Lists", [["Type", "Handled by"], ["Complaint", "Engineering"]])
    seen = view(log(asked("Complaint"), keys=OPENED), PEOPLE, lists, assign="person")
    assert owners(seen) == {"20261101": "Engineering-Tom W*"}


def test_the_longest_waiting_is_handed_out_first() -> None:
    first = asked("Complaint", 2, opened=date(2026, 11, 3))
    assert owners(desk(asked("Complaint", 1), first)) == {
        "20261102": "Support-Ada L*",
        "20261101": "Support-Ben K*",
    }


def test_the_reason_says_why() -> None:
    (edit,) = [e for e in fill(desk(asked("Complaint"))).edits if e.column == "owner"]
    assert edit.why == "Complaint is handled by Support; nobody there has fewer open requests (0)"


CELLS = st.tuples(
    st.sampled_from(["Complaint", "Feature", "Suggestion", "Consult", None]),
    st.sampled_from(["High", "Low", None]),
    st.sampled_from([None, None, "Support-Ada L*", "Support", "Engineering-Tom W*"]),
    st.sampled_from([None, date(2026, 11, 2), date(2026, 11, 9)]),
    st.sampled_from([None, None, date(2026, 11, 10)]),
)


@given(st.lists(CELLS, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_shuffling_rows_changes_no_owner_and_no_due_date(cells: list[tuple[Raw, ...]], dice: object) -> None:
    rows = [
        row(
            OPENED,
            id=f"202611{n:02}",
            description=f"case {n}",
            type=kind,
            urgency=urgency,
            owner=owner,
            opened=opened,
            resolved=resolved,
        )
        for n, (kind, urgency, owner, opened, resolved) in enumerate(cells, 1)
    ]
    shuffled = list(rows)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    wanted, again = (
        {(e.ref.id, e.column): e.new for e in fill(desk(*some)).edits} for some in (rows, shuffled)
    )
    assert wanted == again


@given(st.lists(CELLS, min_size=1, max_size=12))
def test_filling_again_changes_nothing(cells: list[tuple[Raw, ...]]) -> None:
    rows = [
        row(
            OPENED,
            description=f"case {n}",
            type=kind,
            urgency=urgency,
            owner=owner,
            opened=opened,
            resolved=resolved,
        )
        for n, (kind, urgency, owner, opened, resolved) in enumerate(cells, 1)
    ]
    seen = desk(*rows)
    plan = fill(seen)
    assert fill(seen.after(plan.edits)).edits == ()


@given(
    st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_shuffling_rows_gives_out_the_same_numbers(words: list[str], dice: object) -> None:
    rows = [row(description=f"{word} {n}") for n, word in enumerate(words)]
    shuffled = list(rows)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    given_out = [sorted(fill(view(log(*some))).numbers) for some in (rows, shuffled)]
    assert given_out[0] == given_out[1]


def test_numbers_go_by_the_opened_column_whatever_the_order_of_the_rows() -> None:
    newest_first = log(
        *(row(OPENED, description=f"{day}", opened=date(2026, 11, day)) for day in (9, 6, 3)), keys=OPENED
    )
    found = {e.ref.row: e.new for e in fill(view(newest_first)).edits if e.column == "id"}
    assert found == {2: "20261103", 3: "20261102", 4: "20261101"}


def test_a_cell_of_blanks_is_empty() -> None:
    seen = desk(
        row(OPENED, id=" ", description="a", urgency="High", type="Complaint", due="\u3000", owner=" ")
    )
    plan = fill(seen)
    assert {e.column: e.old for e in plan.edits} == {"id": " ", "due": "\u3000", "owner": " "}
    assert fill(seen.after(plan.edits)).edits == ()


def test_a_number_once_seen_in_the_sheet_is_not_given_again() -> None:
    gone = History(lives={"20261107": Life(NOW)})
    assert [e.new for e in fill(view(log(row(description="a")), history=gone)).edits] == ["20261108"]


def test_a_request_without_an_id_has_its_first_sight_too() -> None:
    keys = ("customer", "description", "type", "urgency", "due")
    seen = view(
        log(row(keys, description="a", urgency="High"), keys=keys),
        history=History(unnamed=lambda table, index: Life(NOW.replace(day=12))),
    )
    assert [e.new for e in fill(seen).edits] == [date(2026, 11, 13)]


@pytest.mark.parametrize(
    ("cells", "level"),
    [
        ({"urgency": "High"}, 4),
        ({"urgency": "High", "type": "Complaint"}, 5),
        ({"urgency": "Medium"}, 3),
        ({"urgency": "Low"}, 2),
        ({"urgency": "Low", "customer": "K*-VIP"}, 3),
        ({"urgency": "Medium", "notes": "重点客户"}, 4),
    ],
)
def test_a_priority_is_said_and_never_written(cells: dict[str, Raw], level: int) -> None:
    plan = fill(view(log(row(id="20261101", description="a", due="x", **cells))))
    assert plan.edits == ()
    assert plan.remarks == (f"no priority yet; this would fit (a suggestion, never written): G2 {level}",)


def test_no_priority_is_suggested_where_there_is_one_or_none_is_wanted() -> None:
    for cells in (
        {"priority": "P2"},
        {"priority": "?"},
        {"resolved": date(2026, 11, 2)},
        {"urgency": "whenever"},
    ):
        assert (
            fill(
                view(log(row(id="20261101", description="a", due="x", **{"urgency": "High", **cells})))
            ).remarks
            == ()
        )  # type: ignore[arg-type]
    blank = log(row(id="20261101", description="a", due="x", urgency="High"))
    assert fill(view(blank, suggest_priority=False)).remarks == ()


def test_many_suggestions_are_one_sentence() -> None:
    rows = [row(id=f"202611{n:02}", description="a", due="x", urgency="高") for n in range(1, 15)]
    (remark,) = fill(view(log(*rows, language="zh-Hans"))).remarks
    assert remark.endswith("G11 4级，另有 4 条") and "G12" not in remark


def test_a_target_that_cannot_be_read_is_a_remark() -> None:
    lists = Grid("选项", [["紧急程度", "解决时限"], ["高", "尽快"]])
    (remark,) = fill(view(log(row(id="20261101", description="a"), language="zh-Hans"), lists)).remarks
    assert remark.startswith("选项!B2：“尽快”")
