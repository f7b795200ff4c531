"""Printed pages: what belongs together is not cut, and no program begins a page of its own accord."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.books.xlsx.cell_forms import heights
from sheetops.books.xlsx.draw import new_workbook
from sheetops.books.xlsx.tab_write_pages import breaks_of
from sheetops.domain.tabs import Cell, Tab
from sheetops.domain.template import LANGUAGES
from tests.unit.test_review_golden import small_desk
from tests.xlsx_oracle.libreoffice import convert

PAGE = 748.3  # points: upright A4 less its margins, where nothing is wider than it


def begins(
    rows: int, together: tuple[tuple[int, int], ...], high: dict[int, float], repeat: int = 0
) -> list[int]:
    tab = Tab("t", ((Cell("x"),),) * rows, widths=(9.0,), together=together, repeat_rows=repeat)
    return breaks_of(tab, {row: high.get(row, 100.0) for row in range(1, rows + 1)}, "en")


def test_a_block_that_does_not_fit_begins_a_page() -> None:
    assert begins(10, ((5, 9),), {}) == [5]  # seven rows of 100 points fit
    assert begins(10, ((2, 5),), {}) == [8]
    assert begins(10, (), {}) == []


def test_of_blocks_within_each_other_the_larger_moves_unless_half_a_page_stays_blank() -> None:
    assert begins(12, ((5, 11), (5, 6), (7, 11)), {}) == [5, 12]
    assert begins(12, ((3, 9), (3, 4), (5, 9)), {}) == [5, 12]


def test_a_block_larger_than_a_page_is_cut_where_the_page_ends() -> None:
    assert begins(20, ((3, 20),), {}) == [8, 15]


def test_rows_that_stand_on_every_page_take_their_room() -> None:
    assert begins(16, ((1, 1),), {}, repeat=2) == [8, 13]


@given(
    st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=1, max_size=15),
    st.lists(st.floats(5, 110), min_size=90, max_size=90),
)
def test_no_block_that_fits_is_cut_and_no_page_is_too_full(
    blocks: list[tuple[int, bool]], high: list[float]
) -> None:
    together, row = [(1, 1)], 2
    for size, kept in blocks:
        if kept:
            together.append((row, row + size - 1))
        row += size
    found = begins(row - 1, tuple(together), dict(enumerate(high, 1)))
    assert not [(first, at) for first, last in together for at in found if first < at <= last]
    assert all(sum(high[a - 1 : b - 1]) <= PAGE for a, b in pairwise([1, *found, row]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_review_cuts_no_chart_and_leaves_no_heading_alone(language: str) -> None:
    tab = small_desk(language)
    found = breaks_of(tab, heights(tab, language), language)
    assert len(found) > 4
    charted = {chart.row for chart in tab.charts}
    assert len(charted) == 4
    assert not [(at, row) for row in charted for at in found if row < at < row + 13]
    for at in found:
        above = next(row for row in reversed(tab.rows[: at - 1]) if row)
        assert above[0].style not in ("section", "header")
    for row, cells in enumerate(tab.rows, 1):
        if cells and cells[0].style == "section" and row < (tab.printed.last_row if tab.printed else 0):
            notes = next(n for n in range(row, row + 9) if not tab.rows[n] or tab.rows[n][0].style != "muted")
            assert not set(range(row + 1, notes + 2)) & set(found)


def test_libreoffice_prints_the_pages_that_were_reckoned(tmp_path: Path) -> None:
    paths = {}
    for language in LANGUAGES:
        tab = small_desk(language)
        path = tmp_path / f"{language}.xlsx"
        path.write_bytes(new_workbook((tab,), language))
        paths[path] = 1 + len(breaks_of(tab, heights(tab, language), language))
    shown = convert(list(paths), tmp_path / "out", "pdf")
    counted = {path: len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes())) for path, pdf in shown.items()}
    assert counted == paths
