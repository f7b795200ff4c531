"""A priority for open requests that have none, said and never written: weighing it is a person's work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sheetops.domain.patterns import pattern
from sheetops.domain.requests import Request
from sheetops.domain.view import View

_SHOWN: Final = 10  # cells in the remark
_BY_URGENCY: Final = {"high": 4, "medium": 3, "low": 2}
_VALUED: Final = pattern(
    r"\bvip\b|vip[客用]|大客[户戶]|重[要点點]客[户戶]|[战戰]略客[户戶]|\bkey account\b", re.IGNORECASE
)


def priority_remark(view: View) -> str | None:
    """One sentence with the blank priority cells and what would fit each; None where there is nothing to say."""
    if not view.settings.suggest_priority:
        return None
    found = list(_suggestions(view))
    if not found:
        return None
    comma = view.texts("fill.priority.comma")
    cells = comma.join(
        f"{cell} {view.texts('layout.priority', level=level)}" for cell, level in found[:_SHOWN]
    )
    more = len(found) - _SHOWN
    return view.texts("fill.priority.more" if more > 0 else "fill.priority.some", cells=cells, more=more)


def _suggestions(view: View) -> Iterator[tuple[str, int]]:
    for log in view.logs:
        for index in log.blank("priority"):
            request = log.at(index)
            level = suggested(request) if request.open else None
            if level is not None:
                cell = log.table.cell(index, "priority")
                yield (cell if len(view.logs) == 1 else f"{log.table.tab}!{cell}"), level


def suggested(request: Request) -> int | None:
    """The priority (5 highest) that would fit: by urgency 4, 3 or 2, one more for a complaint or a valued customer."""
    level = _BY_URGENCY.get(request.urgency or "")
    if level is None:
        return None
    said = " ".join(filter(None, (request.customer, request.customer_type, request.notes)))
    return level + (request.type == "complaint" or _VALUED.search(said) is not None)
