"""The Lists tab of a new workbook: what the drop-downs offer, with targets and routing beside it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Final, NamedTuple

from sheetops.domain.choices import Choices
from sheetops.domain.tabs import Cell, Range, Tab
from sheetops.domain.template import BY_KEY, LISTS, TAB_NAMES, Choice
from sheetops.domain.texts import Texts

HEADER_ROW: Final = 3
_ROOM: Final = 60  # entries that a list can grow to before its drop-down ends
_ORDER: Final = (
    "source",
    "type",
    "routing",
    "urgency",
    "response",
    "resolution",
    "departments",
    "words",
    "stop_words",
)
LIST_NAMES: Final[Mapping[str, str]] = {
    "source": "List_source",
    "type": "List_type",
    "urgency": "List_urgency",
    "departments": "List_departments",
}
"""Column of the tab → the defined name of its cells."""

_ROUTING: Final = {
    "consult": ("service",),
    "complaint": ("service",),
    "suggestion": ("product",),
    "feature": ("technical", "product"),
    "other": ("service",),
}
_RESPONSE: Final = {"high": "hours_24", "medium": "days_3", "low": "none"}
_RESOLUTION: Final = {"high": "days_1", "medium": "days_3", "low": "days_10"}
_DEPARTMENTS: Final = ("service", "technical", "product", "management")


def list_range(key: str, language: str) -> Range:
    """The cells of one list, spare rows included."""
    column = _ORDER.index(key) + 1
    return Range(HEADER_ROW + 1, column, HEADER_ROW + _ROOM, column, TAB_NAMES["lists"][language])


class OwnLists(NamedTuple):
    """What a team that has its log already says and does: then only this is listed, and nothing invented."""

    lists: Mapping[str, Choices]
    departments: tuple[str, ...]
    with_targets: frozenset[str]  # urgencies whose target is the default, so that writing it changes nothing


def lists_tab(language: str, texts: Texts, own: OwnLists | None = None) -> Tab:
    """One header row, so that readers find each list under the name of its column."""
    width = len(_ORDER)
    head = tuple(
        Cell(BY_KEY[key].name(language) if key in LISTS else texts(f"layout.lists.{key}"), "header")
        for key in _ORDER
    )
    columns = [_column(key, language, texts, own) for key in _ORDER]
    body = zip_longest(*columns, fillvalue=Cell())
    return Tab(
        name=TAB_NAMES["lists"][language],
        rows=(
            (Cell(texts("layout.lists.title"), "title", span=width),),
            (Cell(texts("layout.lists.hint"), "subtitle", span=width),),
            head,
            *body,
        ),
        widths=(18.0, 16.0, 24.0, 12.0, 20.0, 20.0, 18.0, 18.0, 18.0),
        heights=((HEADER_ROW, 24.0),),
        frozen=(HEADER_ROW, 0),
        names=tuple((name, list_range(key, language)) for key, name in LIST_NAMES.items()),
        landscape=True,
        repeat_rows=HEADER_ROW,
        colour="7DB59F",
    )


def _column(key: str, language: str, texts: Texts, own: OwnLists | None) -> list[Cell]:
    if key in LISTS:
        return [Cell(item.name(language)) for item in _items(key, own)]
    if key in ("words", "stop_words"):
        return []  # the team's to fill
    departments = [texts(f"layout.department.{place}") for place in _DEPARTMENTS]
    if own is not None:
        departments = list(own.departments)
    if key == "departments":
        return [Cell(name) for name in departments]
    if key == "routing":
        between = texts("layout.between_departments")
        names = [
            [texts(f"layout.department.{p}") for p in _ROUTING.get(c.key, ())] for c in _items("type", own)
        ]
        return [Cell(between.join(n for n in those if n in departments) or None) for those in names]
    targets = _RESPONSE if key == "response" else _RESOLUTION
    said = {urgency: texts(f"layout.lists.{target}") for urgency, target in targets.items()}
    urgencies = [item.key for item in _items("urgency", own)]
    return [Cell(said.get(u) if own is None or u in own.with_targets else None) for u in urgencies]


def _items(key: str, own: OwnLists | None) -> tuple[Choice, ...]:
    return LISTS[key] if own is None else own.lists[key].items
