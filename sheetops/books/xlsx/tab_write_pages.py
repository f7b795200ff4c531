"""Where the printed pages of a tab begin: rows that belong together are not cut, as long as they fit on one page.

No program says how high a page is in rows, as each has widths of letters of its own. What is reckoned here is the
lowest page that any has: the narrowest columns make the largest print, and rows without a height are taken for high.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Final

from sheetops.books.xlsx.looks import line_height
from sheetops.domain.tabs import Tab

MARGINS: Final = {"left": 0.5, "right": 0.5, "top": 0.6, "bottom": 0.7}  # inches
PADDING: Final = 0.71  # that Excel counts in the width of a column
_INCH: Final = 72.0  # points
_A4: Final = (595.3, 841.9)  # points
_NARROWEST: Final = {"en": 4.5}  # points of a digit by language, where the widths of columns begin
_DIGIT: Final = 5.25  # in all others
_USUAL_WIDTH: Final = 13.0  # of a column without one
_USUAL_ROW: Final = 15.0  # points of a row without a height, where letters need no more


def breaks_of(tab: Tab, heights: Mapping[int, float], language: str) -> list[int]:
    """The rows with which a printed page begins, in order; `heights` are in points, by row.

    Of blocks within each other the largest that fits on a page stays whole, but where half a page would be left blank
    for it, the smallest.
    """
    if not tab.together:
        return []
    last = tab.printed.last_row if tab.printed else len(tab.rows)
    usual = max(_USUAL_ROW, line_height(language) + 1)
    below = list(accumulate((heights.get(row, usual) for row in range(1, last + 1)), initial=0.0))
    page, repeated = _page(tab, language), below[min(tab.repeat_rows, last)]
    ends: dict[int, list[int]] = {}
    for first, end in tab.together:
        ends.setdefault(first, []).append(min(end, last))
    found, top, room = [], 0.0, page  # where the page begins, and how much of it is for rows
    for row in range(1, last + 1):
        whole = [below[end] for end in ends.get(row, ()) if below[end] - below[row - 1] <= page - repeated]
        used = below[row - 1] - top
        wanted = max(whole) if whole and used >= room / 2 else min(whole, default=below[row])
        if wanted - top > room and used:
            found.append(row)
            top, room = below[row - 1], page - repeated
    return found


def _page(tab: Tab, language: str) -> float:
    """Points of rows that a page holds, fitted to its width."""
    high, wide = _A4 if tab.landscape else _A4[::-1]
    wide -= (MARGINS["left"] + MARGINS["right"]) * _INCH
    high -= (MARGINS["top"] + MARGINS["bottom"]) * _INCH
    first, last = (tab.printed.first_column, tab.printed.last_column) if tab.printed else (1, len(tab.widths))
    widths = [*tab.widths, *[_USUAL_WIDTH] * last][first - 1 : last]
    across = sum(width + PADDING for width in widths) * _NARROWEST.get(language, _DIGIT)
    return high * max(1.0, across / wide)
