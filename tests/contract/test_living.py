"""Living tabs on every book: a job's cells and new rows go in, and nothing of a person's is touched or moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from sheetops.domain.plan import Edit
from sheetops.domain.table import Raw, Snapshot, Table
from sheetops.domain.tabs import Cell, Highlight, Range, Tab
from tests.contract.desks import Desk, Rows, due, see

TAB = "Improvements"
HEADER = (
    "Improvement ID", "Opportunity", "Our own", "KPI", "Baseline", "Measure", "Measure owner", "Done on", "Verdict",
)  # fmt: skip
AT = {
    "id": 0, "opportunity": 1, "own": 2, "kpi": 3, "baseline": 4, "measure": 5, "owner": 6, "done_on": 7, "verdict": 8
}  # fmt: skip
DAY = date(2026, 11, 20)
FIRST: tuple[tuple[Raw, ...], ...] = (
    ("IMP-001", "CSAT", "x", "CSAT", 81.5, "Call back", "Desk-Ann*", None, None),
    ("IMP-002", "On time", None, "On-time rate", 70, None, None, None, None),
    (None, "Our idea", "y", None, None, "Try it", None, None, None),
)


@pytest.fixture
def living(desk: Desk) -> Desk:
    tab = Tab(
        TAB,
        (
            tuple(Cell(name, "header") for name in HEADER),
            *(tuple(Cell(value) for value in row) for row in FIRST),
        ),
        filter=Range(1, 1, 4, len(HEADER)),
        highlights=(Highlight(Range(2, 1, 9, 12), '$A2="IMP-000"', "muted"),),
    )
    with desk.book.session() as session:
        assert session.apply([], [tab], see).tabs == (TAB,)
    return desk


def table(seen: Snapshot) -> Table:
    found = seen.living_tab("improvements")
    assert found is not None
    return found


def change(seen: Snapshot, index: int, column: str, new: Raw) -> Edit:
    its = table(seen)
    return Edit(its.ref(index), column, its.cell(index, column), its.column(column)[index], new, "because")


def added(seen: Snapshot, identifier: str, **cells: Raw) -> list[Edit]:
    ref = table(seen).new_ref(identifier)
    return [
        Edit(ref, column, "", None, new, "because") for column, new in {"id": identifier, **cells}.items()
    ]


def tab_rows(desk: Desk) -> Rows:
    rows = [r + [None] * (len(HEADER) - len(r)) for r in desk.rows(TAB)]
    while not any(v is not None for v in rows[-1]):
        rows.pop()
    return rows


def test_cells_of_a_living_tab_are_written_and_nothing_else(living: Desk) -> None:
    before = tab_rows(living)
    with living.book.session() as session:
        seen = see(session.raw)
        applied = session.apply([change(seen, 0, "verdict", "effective"), due(seen, 1)], [], see)
    assert sorted((w.tab, w.cell) for w in applied.writes) == [(TAB, "I2"), ("Requests", "I3")]
    after = tab_rows(living)
    assert after[1][AT["verdict"]] == "effective"
    after[1][AT["verdict"]] = None
    assert after == before


def test_new_rows_come_below_the_last_used_row_in_one_write(living: Desk) -> None:
    before = tab_rows(living)
    living.tick(TAB, 7, 12, "a note far below and to the right")
    with living.book.session() as session:
        seen = see(session.raw)
        edits = [
            *added(seen, "IMP-003", opportunity="Late", done_on=DAY, baseline=12.5),
            *added(seen, "IMP-004", opportunity="=1+1"),
            change(seen, 2, "id", "IMP-005"),
        ]
        applied = session.apply(edits, [], see)
    assert applied.conflicts == ()
    rows = tab_rows(living)
    assert rows[4][0] is None and rows[6][11] == "a note far below and to the right"
    assert [rows[n][AT[k]] for n, k in ((7, "id"), (7, "opportunity"), (7, "baseline"), (7, "done_on"))] == [
        "IMP-003", "Late", 12.5, DAY,
    ]  # fmt: skip
    assert rows[8][:2] == ["IMP-004", "=1+1"]
    assert rows[3][: AT["verdict"]] == ["IMP-005", *before[3][1 : AT["verdict"]]]
    assert [r[:9] for r in rows[:3]] == before[:3]


def _sort(rows: Rows) -> None:
    rows[1:4] = rows[3:0:-1]


def _type_below(rows: Rows) -> None:
    rows.append([None, "A person's new row", None, None, None, "mine", None, None, None])


def _insert(rows: Rows) -> None:
    rows.insert(1, ["P-1", "On top", "own", None, None, "mine", "Tech", None, None])


def _own_cells(rows: Rows) -> None:
    rows[1][AT["measure"]], rows[1][AT["own"]], rows[2][AT["owner"]] = "Other", "z", "Tech-Bob*"


@pytest.mark.parametrize("act", [_sort, _type_below, _insert, _own_cells])
def test_what_a_person_does_meanwhile_stays_and_the_jobs_cells_find_their_rows(
    living: Desk, act: Callable[[Rows], None]
) -> None:
    with living.book.session() as session:
        seen = see(session.raw)
        edits = [change(seen, 0, "verdict", "effective"), change(seen, 1, "verdict", "not effective")]
        edits += added(seen, "IMP-003", opportunity="Late", baseline=1.25)
        living.person(act, TAB)
        wanted = tab_rows(living)
        applied = session.apply(edits, [], see)
    assert applied.conflicts == () and len(applied.writes) == 5
    rows = tab_rows(living)
    verdict = {r[0]: r[AT["verdict"]] for r in rows[1:]}
    assert (verdict["IMP-001"], verdict["IMP-002"]) == ("effective", "not effective")
    assert rows[-1][: AT["measure"]] == ["IMP-003", "Late", None, None, 1.25]
    for row in rows[1:-1]:
        row[AT["verdict"]] = None
    assert rows[:-1] == wanted


def _delete(rows: Rows) -> None:
    del rows[1]


def _judge(rows: Rows) -> None:
    rows[1][AT["verdict"]] = "we say so"


def _copy(rows: Rows) -> None:
    rows.insert(2, list(rows[1]))


def _number(rows: Rows) -> None:
    rows.append(["IMP-003", *[None] * 3, 7.0, *[None] * 4])


@pytest.mark.parametrize(
    ("act", "reasons"),
    [
        (_delete, ["row-gone"]),
        (_judge, ["cell-changed"]),
        (_copy, ["row-unclear"]),
        (_number, ["cell-changed", "cell-changed"]),
    ],
)
def test_where_a_person_got_there_first_nothing_is_written(
    living: Desk, act: Callable[[Rows], None], reasons: list[str]
) -> None:
    with living.book.session() as session:
        seen = see(session.raw)
        edits = [change(seen, 0, "verdict", "effective")]
        if act is _number:
            edits = added(seen, "IMP-003", baseline=1.25)
        living.person(act, TAB)
        wanted = tab_rows(living)
        applied = session.apply(edits, [], see)
    assert [c.reason for c in applied.conflicts] == reasons
    assert tab_rows(living) == wanted


def test_a_row_added_twice_is_added_once(living: Desk) -> None:
    for _ in range(2):
        with living.book.session() as session:
            seen = see(session.raw)
            applied = session.apply(added(seen, "IMP-003", opportunity="Late"), [], see)
    assert [c.reason for c in applied.conflicts] == ["cell-changed", "cell-changed"]
    assert [r[0] for r in tab_rows(living)[1:]] == ["IMP-001", "IMP-002", None, "IMP-003"]


def test_many_rows_make_the_tab_longer(living: Desk) -> None:
    with living.book.session() as session:
        seen = see(session.raw)
        edits = [e for n in range(10, 1110) for e in added(seen, f"IMP-{n}", done_on=DAY)]
        applied = session.apply(edits, [], see)
    assert applied.conflicts == ()
    assert [(r[0], r[AT["done_on"]]) for r in tab_rows(living)[4:]] == [
        (f"IMP-{n}", DAY) for n in range(10, 1110)
    ]
