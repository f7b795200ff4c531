"""What the ledger keeps of the last look: the marks of rows, whose they are, and when they are gone."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from sheetops.domain.plan import Judged, Plan
from sheetops.domain.table import Grid, Raw
from sheetops.ledger import Ledger, keyed_marks
from sheetops.ledger import tables as t
from sheetops.ledger.keyed_marks import Stood, keyed, once_in_each, packed, siphash, unpacked, without
from sheetops.ledger.seeing import SeenTable
from tests.sheets import log, row
from tests.unit.ledger.looks import DAY, SHEET, START, look, marked, see

Row = list[Raw]


def request(number: int, **cells: Raw) -> Row:
    given: dict[str, Raw] = {
        "id": f"A{number}",
        "customer": f"W*{number}-shop",
        "description": f"thing {number}",
    }
    return row(**(given | cells))


def rows_with(count: int, **changed: Row) -> list[Row]:
    """Requests A0, A1 …, those that are `changed` (`A3=…`) in their other form."""
    return [changed.get(f"A{number}", request(number)) for number in range(count)]


def pieces(ledger: Ledger) -> dict[int, bytes]:
    with ledger._engine.connect() as link:
        return dict(map(tuple, link.execute(select(t.standing.c.first, t.standing.c.what))))


def printed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The indexes of the rows that are printed from now on."""
    seen: list[int] = []
    before = SeenTable._printed

    def note(self: SeenTable, indexes: Sequence[int]) -> list[Any]:
        seen.extend(indexes)
        return before(self, indexes)

    monkeypatch.setattr(SeenTable, "_printed", note)
    return seen


def test_only_rows_that_do_not_stand_as_they_stood_are_printed(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(ledger, marked(log(*rows_with(30))), edits=[(4, "due", date(2026, 11, 9))])
    seen = printed(monkeypatch)
    now = rows_with(31, A4=request(4, due=date(2026, 11, 9)), A9=request(9, result="told"))
    look(ledger, marked(log(*now[::-1])), now=START + DAY, edits=[(2, "result", "done")])
    assert sorted(30 - index for index in seen) == [4, 9, 28, 30], "what a job wrote is looked at once more"
    seen.clear()
    now[28] = request(28, result="done")
    look(ledger, marked(log(*now)), now=START + 2 * DAY)
    assert seen == [28]
    seen.clear()
    look(ledger, marked(log(*now)), now=START + 3 * DAY)
    assert seen == []


@pytest.mark.parametrize("another", ["columns", "version", "no marks between", "a tab that is not read"])
def test_all_rows_are_printed_where_anything_is_in_doubt(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, another: str
) -> None:
    first, rows = log(*rows_with(9)), rows_with(9)
    second = log(*map(request, range(20, 25)), name="Done")
    look(ledger, marked(first), marked(second))
    head = list(first.rows[0])
    if another == "columns":
        head[4], head[5] = head[5], head[4]
    elif another == "version":
        monkeypatch.setattr("sheetops.ledger.last_look.__version__", "a later one")
    elif another == "no marks between":
        look(ledger, first, second, now=START + DAY)
    else:
        hidden = Grid("Done", [["", ""], ["not a log", 5]])
        look(ledger, marked(first), hidden, now=START + DAY)
        assert pieces(ledger) == {}
    seen = printed(monkeypatch)
    look(ledger, marked(Grid("Requests", [head, *rows])), marked(second), now=START + 2 * DAY)
    assert len(seen) >= 9
    seen.clear()
    look(ledger, marked(Grid("Requests", [head, *rows])), marked(second), now=START + 3 * DAY)
    assert seen == [], "then they are known"


def test_a_look_of_requests_that_the_ledger_does_not_have_is_of_no_use(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(ledger, marked(log(*rows_with(9))))
    monkeypatch.setattr("sheetops.ledger.placing.holding", lambda *_: [])
    seen = printed(monkeypatch)
    look(ledger, marked(log(*rows_with(9, A3=request(3, result="told")))), now=START + DAY)
    assert len(seen) >= 9
    assert ledger.history(SHEET, START + DAY).lives["A3"].first_seen == START, "it is the request that it was"


def test_marks_tell_apart_what_prints_do_not(new_ledger: Callable[[], Ledger]) -> None:
    """Of two rows alike but for a blank the first was deleted: marks know which; prints can only guess."""
    twins = [request(1, id=None), request(1, id=None, notes=" "), request(2)]
    unsure = {}
    for kind, read in (("marks", marked), ("prints", lambda grid: grid)):
        ledger = new_ledger()
        look(ledger, read(log(request(7))))
        look(ledger, read(log(request(7), *twins)), now=START + DAY)
        look(ledger, read(log(request(7), *twins[1:])), now=START + 2 * DAY)
        with ledger._engine.connect() as link:
            wanted = select(t.requests.c.number, t.requests.c.gone, t.requests.c.unsure)
            unsure[kind] = link.execute(wanted).all()
        assert ledger.rebuild() == 0
    assert unsure["marks"] == [(2, (START + 2 * DAY).isoformat(), "")]
    assert [number for number, _, guessed in unsure["prints"] if guessed] == [2, 3]


def test_a_run_that_judged_nothing_hands_on_what_is_known(ledger: Ledger) -> None:
    rows = rows_with(6)
    plan = Plan(judged={"Requests": Judged("today", frozenset((3,)))})  # the row of A1
    look(ledger, marked(log(*rows)), plan=plan)
    view = see([marked(log(*rows))], START)
    assert ledger.history(SHEET, START).to_judge(view.snapshot.tables[0], "today") == [1]
    rows[4] = request(4, result="told")
    look(ledger, marked(log(*rows)), now=START + DAY)
    table = see([marked(log(*rows))], START).snapshot.tables[0]
    assert ledger.history(SHEET, START).to_judge(table, "today") == [1, 4]
    plain = see([log(*rows)], START).snapshot.tables[0]
    assert ledger.history(SHEET, START).to_judge(plain, "today") is None, "rows without marks"


def test_a_forgotten_request_leaves_no_mark(ledger: Ledger) -> None:
    rows = rows_with(40)
    look(ledger, marked(log(*rows)))
    stood = unpacked(pieces(ledger))
    assert stood.numbers.tolist() == list(range(1, 41))
    lost = stood.marks[11].tobytes()
    assert lost in pieces(ledger)[1]
    ledger.forget("A11")
    left = unpacked(pieces(ledger))
    assert left.numbers.tolist() == [number for number in range(1, 41) if number != 12]
    assert lost not in pieces(ledger)[1]
    look(ledger, marked(log(*rows)), now=START + DAY)
    assert ledger.stories("A11")[0].life.first_seen == START + DAY, "seen again, as new"
    assert ledger.rebuild() == 0


def test_a_repaired_ledger_looks_at_every_row_again(ledger: Ledger) -> None:
    rows = rows_with(3, A1=request(1))
    look(ledger, marked(log(*rows)))
    look(ledger, marked(log(*rows_with(3, A1=request(1, result="told")))), now=START + DAY)
    assert ledger.rebuild() == 0 and pieces(ledger)
    with ledger._engine.begin() as link:
        link.execute(t.requests.update().values(gone="2026-11-03T09:30:00"))
    assert ledger.rebuild() == 1 and pieces(ledger) == {}


def test_what_is_written_follows_what_changed(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyed_marks, "PIECE", 8)
    monkeypatch.setattr(keyed_marks, "_BITS", 1)
    look(ledger, marked(log(*rows_with(40))))
    before = pieces(ledger)
    assert sorted(before) == [1, 9, 17, 25, 33]
    look(ledger, marked(log(*rows_with(40, A10=request(10, result="told"))[::-1])), now=START + DAY)
    after = pieces(ledger)
    assert [first for first in after if after[first] != before[first]] == [9]
    look(ledger, marked(log(*rows_with(8))), now=START + 2 * DAY)
    assert list(pieces(ledger)) == [1] and ledger.rebuild() == 0


def test_marks_are_kept_under_the_key(ledger: Ledger) -> None:
    """SipHash's own test vector; and who has the ledger without its key cannot try a guess."""
    low, high = np.frombuffer(bytes(range(16)), "<u8")
    words = np.frombuffer(bytes(range(8)), "<u8").astype(np.uint64)
    assert siphash(words, low, high).tolist() == [0x93F5F5799A932462]
    marks = array("Q", [5, 0, 5, 6])
    here, there = keyed(marks, b"k" * 16).tolist(), keyed(marks, b"l" * 16).tolist()
    assert here[0] == here[2] != here[3] and here[1] == there[1] == 0 and not set(here) & set(there) - {0}
    grid = marked(log(*rows_with(3)))
    look(ledger, grid)
    assert not [mark for mark in grid.rows.marks if mark.to_bytes(8, "little") in pieces(ledger)[1]]  # type: ignore[attr-defined]


SPREAD = 0x9E3779B97F4A7C15  # times it, small numbers differ in their first bits
WORDS = st.lists(
    st.integers(0, 9) | st.integers(0, 2**64 - 1) | st.integers(0, 40).map(lambda n: n * SPREAD % 2**64),
    max_size=30,
)


@given(now=WORDS, then=WORDS)
def test_marks_that_are_once_in_each(now: list[int], then: list[int]) -> None:
    here, there = once_in_each(np.array(now, np.uint64), np.array(then, np.uint64))
    pairs = sorted(zip(here.tolist(), there.tolist(), strict=True))
    once = [at for at, mark in enumerate(now) if mark and now.count(mark) == then.count(mark) == 1]
    assert pairs == [(at, then.index(now[at])) for at in once]


@given(
    rows=st.dictionaries(
        st.integers(1, 9000), st.tuples(st.integers(0, 2**64 - 1), st.booleans()), max_size=60
    ),
    lost=st.sets(st.integers(1, 40)),
)
def test_rows_are_read_as_they_were_packed(rows: dict[int, tuple[int, bool]], lost: set[int]) -> None:
    stood = Stood(
        np.array(list(rows), np.int64),
        np.array([mark for mark, _ in rows.values()], np.uint64),
        np.array([flag for _, flag in rows.values()], np.bool_),
    )
    kept = packed(stood)
    again = unpacked(kept)
    assert again.numbers.tolist() == sorted(rows)
    told = dict(
        zip(again.numbers.tolist(), zip(again.marks.tolist(), again.flags.tolist(), strict=True), strict=True)
    )
    assert told == rows
    if 1 in kept:
        some = {
            number: row for number, row in rows.items() if number <= keyed_marks.PIECE and number not in lost
        }
        left = without(1, kept[1], sorted(lost))
        assert (left is None) is (not some)
        assert unpacked({1: left} if left else {}).numbers.tolist() == sorted(some)
