"""Errors in data cells."""

from __future__ import annotations

from sheetops.domain.table import CellError
from tests.unit.rules.looks import everywhere

_ERRORS = ("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#ERROR!")
TOLD = everywhere(
    *({"description": CellError(error)} for error in _ERRORS),
    ({"due": CellError("#VALUE!")}, {"column": "due"}),
    ({"priority": "#N/A"}, {"column": "priority"}),
    {"notes": " #REF! "},
    {"id": CellError("#NAME?")},
)
INNOCENT = everywhere(
    {},
    {"notes": "#1 in the queue"},
    {"notes": "# REF"},
    {"notes": "#VIP#"},
    {"notes": "The cell says #REF! since Monday"},
    {"notes": "N/A"},
    {"notes": "#"},
    {"notes": "#20261101"},
    {"notes": None},
    {"description": "#DIV/0! 出现在报表里"},
    {"notes": "REF!"},
)
