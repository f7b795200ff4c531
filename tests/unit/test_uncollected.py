"""The search for circular garbage rests during a run, and only then."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from sheetops.books.xlsx import edit_cells
from sheetops.cli.edge import uncollected
from tests.unit.test_review_golden import small_desk


class _Circle:
    def __init__(self) -> None:
        self.myself = self


@pytest.fixture(autouse=True)
def searching() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()
    gc.unfreeze()


def lost() -> weakref.ref[_Circle]:
    """A circle that nobody holds."""
    return weakref.ref(_Circle())


def a_lot_of_work() -> None:
    kept = [[number] for number in range(10_000)]
    assert kept


def test_nothing_is_searched_during_a_run_and_all_of_it_after() -> None:
    with uncollected():
        circle = lost()
        a_lot_of_work()
        assert circle() is not None and not gc.isenabled()
    assert gc.isenabled()
    a_lot_of_work()
    assert circle() is None


def test_a_run_within_another_leaves_the_rest_to_it() -> None:
    with uncollected():
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_is_searched_again_after_an_error() -> None:
    with pytest.raises(OSError), uncollected(last=True):
        raise OSError
    assert gc.isenabled()


def test_what_the_last_run_left_is_never_searched() -> None:
    with uncollected(last=True):
        circle = lost()
    a_lot_of_work()
    gc.collect()
    assert circle() is not None


def test_an_edit_leaves_no_parser_in_a_circle(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["a"])
    book.save(tmp_path / "book.xlsx")
    with uncollected():
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            edit_cells(tmp_path / "book.xlsx", {("Sheet", "A1"): "b"})
            gc.collect()
            left = [type(thing).__name__ for thing in gc.garbage]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
    assert "xmlparser" not in left, "each holds 30 KB, and what its handlers hold: a whole tab"


def test_a_review_leaves_neither_facts_nor_looks_in_a_circle() -> None:
    """They hold the texts of every request, and would be in memory while the new file is made and checked."""
    small_desk("en")  # what is made once
    with uncollected():
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            small_desk("en")
            gc.collect()
            left = {type(thing).__name__ for thing in gc.garbage}
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
    assert not left & {"Facts", "Look", "Requests", "CellTexts", "View"}
