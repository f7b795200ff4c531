"""Requests of which nothing changed since their first sight: kept together, and told as if each stood by itself."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from sheetops.domain.table import Raw
from sheetops.ledger import Ledger, begin, upkeep
from sheetops.ledger import tables as t
from sheetops.ledger.packing import Marks, Texts, coded, unpacked
from sheetops.ledger.prints import MARK_BYTES, Printer, shown_marks
from sheetops.ledger.sights import sleeping
from sheetops.ledger.stories import write_stories
from tests.sheets import log, row
from tests.unit.ledger.looks import DAY, SHEET, START, everything, look, look_at_rows, see

WORDS = st.text(max_size=3) | st.sampled_from(("", "due", "#", "\ud800", "需求"))


@given(texts=st.lists(WORDS, max_size=40) | st.lists(st.sampled_from(("", "a", "b")), max_size=400))
def test_a_column_is_read_as_it_was_packed(texts: list[str]) -> None:
    marks = Printer(b"k" * 32).marks(texts)
    for column, said in (
        (coded(texts), texts),
        (Texts(texts), texts),
        (Marks(b"".join(marks)), shown_marks(b"".join(marks))),
    ):
        words, data = column.packed()
        again = unpacked(words, data)
        assert again.texts() == said and len(again) == len(texts)
        assert [again.text(index) for index in range(len(texts))] == said
        assert again.filled() == [bool(text) for text in texts]
    assert unpacked(*Marks(b"".join(marks)).packed()).marks() == marks


def test_more_than_256_different_cells_take_two_bytes_each() -> None:
    texts = [str(number % 300) for number in range(900)]
    words, data = coded(texts).packed()
    assert len(data) == 1800 and unpacked(words, data).texts() == texts


def desk(number: int) -> list[Raw]:
    return row(
        id=f"A{number}" if number % 7 else None,
        customer=f"W*{number % 5}-shop",
        description=f"thing {number}" if number % 3 else None,
        urgency=("High", "Low", "?")[number % 3],
        due=(date(2026, 11, 9), "soon", None, "2026/11/9")[number % 4],
        resolved=date(2026, 11, 4) if number % 4 == 1 else None,
        result=f"did {number}" if number % 2 else None,
        feedback=("5", "Satisfied (4 points)", None)[number % 3],
    )


def told(ledger: Ledger) -> list[object]:
    """All that a ledger tells of the sheet."""
    view = see([log(*map(desk, range(70)))], START + 9 * DAY)
    history = ledger.history(SHEET, START)
    view = replace(view, history=history)
    (here,) = view.logs
    return [
        dict(history.lives),
        [view.life(here, index) for index in range(len(here))],
        history.lives_of(here.values("id")),
        [history.lives_of([f"A{number}"]) for number in range(60)],
        [history.differing(here.table, index) for index in range(len(here))],
        history.first_seen(here.values("id")),
        history.differing_in(here.table, range(len(here))),
        ledger.sheets(date(2026, 11, 10)),
        ledger.happened(SHEET),
        [ledger.stories(f"A{number}") for number in range(60)],
        ledger.moved_from(see([log(*map(desk, range(60)))], START, place="/nowhere/else.xlsx")),
    ]


@pytest.mark.parametrize("at_once", [1, 7, 5000])
def test_whether_a_request_sleeps_is_seen_nowhere(
    ledger: Ledger, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(begin, "AT_ONCE", at_once)
    monkeypatch.setattr("sheetops.ledger.asleep._ONE_BY_ONE", at_once)
    monkeypatch.setattr("sheetops.ledger.lives._FEW_AWAKE", at_once)
    look_at_rows(ledger, [desk(number) for number in range(20)], 0)
    edits = [(3, "due", date(2026, 11, 20)), (31, "id", "A999")]
    look(ledger, log(*map(desk, range(40))), now=START + DAY, edits=edits)
    look_at_rows(ledger, [desk(number) for number in range(60) if number not in (5, 33)], 2)
    asleep = told(ledger)
    with ledger._engine.begin() as link:
        count = 0
        for part in sleeping(link, 1):
            assert [part.core(index) for index in range(part.size)] == part.cores
            assert [part.life_key(index) for index in range(part.size)] == part.life_keys
            stories = part.stories(list(part.numbers()))
            write_stories(link, 1, stories)
            count += len(stories)
    assert count > 50 and told(ledger) == asleep


def test_of_a_forgotten_request_nothing_is_left_among_those_that_sleep_with_it(ledger: Ledger) -> None:
    rows = [desk(number) for number in range(60)]
    look(ledger, log(*rows), edits=[(11, "due", date(2026, 12, 24))])
    (story,) = ledger.stories("A11")
    assert dict(story.fields)["due"] == "2026-12-24"
    printer = ledger._printer
    marks = [printer.field("thing 11"), printer.field("did 11")]
    raw = [b64decode(mark[1:]).decode("latin-1") for mark in marks]
    assert all(mark in everything(ledger) for mark in raw)
    others = [ledger.stories(f"A{number}") for number in range(60) if number != 11]
    assert ledger.forget("A11") == 1
    left = everything(ledger)
    assert not [mark for mark in (*marks, *raw, "2026-12-24", '"A11"') if mark in left]
    assert [ledger.stories(f"A{number}") for number in range(60) if number != 11] == others
    assert ledger.stories("A11") == [] and ledger.rebuild() == 0
    look_at_rows(ledger, rows, 1)
    assert ledger.stories("A11")[0].life.first_seen == START + DAY, "seen again, as new"
    assert [ledger.stories(f"A{number}")[0].life.first_seen for number in (10, 12)] == [START, START]


def test_a_first_sight_that_is_forgotten_whole_leaves_no_row(ledger: Ledger) -> None:
    look_at_rows(ledger, [desk(1), desk(2)], 0)
    assert ledger.forget("A1") + ledger.forget("A2") == 2
    with ledger._engine.connect() as link:
        assert link.execute(select(func.count()).select_from(t.beginnings)).scalar_one() == 0


@settings(max_examples=20, deadline=None)
@given(awake=st.sets(st.integers(0, 29)), lost=st.sets(st.integers(0, 29), max_size=5))
def test_only_what_changed_wakes(new_ledger: Callable[[], Ledger], awake: set[int], lost: set[int]) -> None:
    ledger = new_ledger()
    look_at_rows(ledger, [desk(number) for number in range(30)], 0)
    later = [desk(number) for number in range(30)]
    for number in awake:
        later[number][8] = date(2026, 12, 1)
    look_at_rows(ledger, [cells for number, cells in enumerate(later) if number not in lost], 1)
    with ledger._engine.connect() as link:
        numbers = [number - 1 for part in sleeping(link, 1) for number in part.numbers()]
        woken = {number - 1 for number in link.execute(select(t.requests.c.number)).scalars()}
    assert woken == awake | lost and sorted(numbers) == sorted(set(range(30)) - woken)
    assert ledger.rebuild() == 0
    ledger.close()


def test_lives_are_rebuilt_some_at_a_time(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "AT_ONCE", 3)
    look_at_rows(ledger, [desk(number) for number in range(20)], 0)
    later = [desk(number) for number in range(20)]
    for cells in later:
        cells[10] = "told"
    look_at_rows(ledger, later, 1)
    right = [ledger.stories(f"A{number}") for number in range(20)]
    assert ledger.rebuild() == 0
    with ledger._engine.begin() as link:
        link.execute(update(t.requests).where(t.requests.c.number.in_((1, 4, 20))).values(reopened=9))
        link.execute(delete(t.requests).where(t.requests.c.number.in_((3, 6))))
    assert ledger.rebuild() == 5 and ledger.rebuild() == 0
    assert [ledger.stories(f"A{number}") for number in range(20)] == right


def test_a_mark_is_as_long_as_the_ledger_keeps_it() -> None:
    assert len(Printer(b"k" * 32).marks(["x"])[0]) == MARK_BYTES
