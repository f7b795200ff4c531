"""How wide letters are drawn."""

from __future__ import annotations

import pytest

from sheetops.books.xlsx.cell_forms import width_of

NARROW, WIDE = 0.92, 0.92 + 0.93
# Hangul, CJK, Hangul syllables, CJK of old encodings, forms of signs, full width, pictures.
BLOCKS = ((0x1100, 0x115F), (0x2E80, 0xA4CF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE6F), (0xFF00, 0xFF60), (0x1F300, 0x3FFFD))  # fmt: skip


@pytest.mark.parametrize(("first", "last"), BLOCKS)
def test_letters_of_east_asian_blocks_are_wide_and_their_neighbours_are_not(first: int, last: int) -> None:
    assert [width_of(chr(code)) for code in (first - 1, first, last, last + 1)] == [
        NARROW,
        WIDE,
        WIDE,
        NARROW,
    ]


def test_a_text_is_as_wide_as_its_letters() -> None:
    assert width_of("") == 0
    assert width_of("Due 预计解决时间") == 0.92 * 10 + 0.93 * 6
