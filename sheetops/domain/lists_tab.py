"""The Lists tab: what a team decides in its own sheet, and how that is laid over the settings.

One header row names the lists. A target stands beside its urgency, routing beside its type. What a cell says holds
at once; a blank cell says nothing, so that the settings' value holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, NamedTuple

from sheetops.domain.choices import Choices, from_names
from sheetops.domain.patterns import pattern
from sheetops.domain.policy import Policy, UrgencyTarget
from sheetops.domain.table import Grid, Raw, as_text, cell_name
from sheetops.domain.targets import read_target, says_no_target
from sheetops.domain.template import BY_KEY, LANGUAGES, LISTS, Column, HeaderMatch, Kind, find_header
from sheetops.domain.text import fold
from sheetops.domain.workdays_clock import Target


def _column(key: str, hans: str, hant: str, en: str) -> Column:
    names = zip(LANGUAGES, (hans, hant, en), strict=True)
    return Column(key, Kind.TEXT, {language: tuple(text.split("|")) for language, text in names})


def _list_column(key: str, hans: str, hant: str, en: str) -> Column:
    """A list of the log under its name there, or a shorter one."""
    short = dict(zip(LANGUAGES, (hans, hant, en), strict=True))
    names = {language: (*BY_KEY[key].names[language], *short[language].split("|")) for language in LANGUAGES}
    return Column(key, Kind.LIST, names)


LISTS_COLUMNS: Final[tuple[Column, ...]] = (
    _list_column("source", "来源|渠道", "來源|管道", "Sources|Channels"),
    _list_column("type", "类型|类别", "類型|類別", "Types|Category"),
    _list_column("urgency", "紧急度|级别", "緊急度|級別", "Urgencies|Level"),
    _column(
        "routing",
        "通常由谁负责|负责部门|责任部门|由谁负责|分派给",
        "通常由誰負責|負責部門|責任部門|由誰負責|分派給",
        "Usually handled by|Handled by|Routing|Routed to|Responsible department|Responsible",
    ),
    _column(
        "response",
        "首次响应时限|响应时限|响应目标|首次响应|首次响应时间",
        "首次回應時限|回應時限|首次響應時限|響應時限|回應目標|首次回應",
        "Respond within|Response target|Response time|First response|First response within",
    ),
    _column(
        "resolution",
        "解决时限|处理时限|解决目标|解决时间|完成时限",
        "解決時限|處理時限|解決目標|解決時間|完成時限",
        "Resolve within|Resolution target|Resolution time|Solve within|SLA",
    ),
    _column(
        "departments",
        "全部部门|部门|所有部门|部门列表",
        "所有部門|部門|全部部門|部門列表",
        "Departments|Department|All departments",
    ),
    _column(
        "words",
        "自有词语|词库|自定义词语|专有名词",
        "自有詞語|詞庫|自訂詞語|專有名詞",
        "Own words|Dictionary|Our words|Product names",
    ),
    _column(
        "stop_words",
        "不统计的词|停用词|忽略的词",
        "不統計的詞|停用詞|忽略的詞",
        "Words to leave out|Stop words|Ignored words",
    ),
)
"""What a column of the Lists tab may be called; the names that `sheetops init` writes stand first."""

_BETWEEN: Final = pattern(r"[、，,;；/\n]")


class Unread(NamedTuple):
    """A cell of the Lists tab that says nothing the tool understands, so that the settings hold instead."""

    tab: str
    cell: str
    value: str


class Decided(NamedTuple):
    """What the Lists tab says; empty where there is none."""

    tab: str | None = None
    lists: Mapping[str, Choices] = MappingProxyType({})
    response: Mapping[str, Target | None] = MappingProxyType({})  # urgency → target, None: no target
    resolution: Mapping[str, Target | None] = MappingProxyType({})
    routing: Mapping[str, tuple[str, ...]] = MappingProxyType({})  # type → departments
    departments: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # of the review: never cut
    stop_words: tuple[str, ...] = ()  # never a keyword
    unread: tuple[Unread, ...] = ()
    near: Mapping[str, str] = MappingProxyType({})  # cell → key whose name its header nearly spells


def read_lists(grid: Grid | None) -> Decided:
    """The lists, targets, routing and departments of a Lists tab."""
    found = find_header(grid.rows, columns=LISTS_COLUMNS, at_least=1) if grid is not None else None
    if grid is None or found is None:
        return Decided(grid.name if grid is not None else None)
    tab = _ListsTab(grid, *found)
    return Decided(
        grid.name,
        tab.lists,
        tab.targets("response"),
        tab.targets("resolution"),
        tab.routing(),
        tuple(dict.fromkeys(text for _, text in tab.texts("departments"))),
        tab.words("words"),
        tab.words("stop_words"),
        tuple(tab.unread),
        {cell_name(found[0], column): key for column, key in found[1].near.items()},
    )


class _ListsTab:
    def __init__(self, grid: Grid, header: int, match: HeaderMatch) -> None:
        self.grid, self.header, self.match = grid, header, match
        self.unread: list[Unread] = []
        own = {key: [text for _, text in self.texts(key)] for key in LISTS}
        self.lists = {key: from_names(key, names) for key, names in own.items() if names}

    def cells(self, key: str) -> Iterator[tuple[int, Raw]]:
        """The cells under a header that are not blank, with their rows."""
        column = self.match.columns.get(key)
        if column is not None:
            for row in range(self.header + 1, len(self.grid.rows) + 1):
                raw = self.grid.cell(row, column)
                if raw is not None and as_text(raw).strip():
                    yield row, raw

    def texts(self, key: str) -> Iterator[tuple[int, str]]:
        return ((row, as_text(raw).strip()) for row, raw in self.cells(key))

    def words(self, key: str) -> tuple[str, ...]:
        """The words of a column, several in a cell where people part them."""
        parts = (part.strip() for _, text in self.texts(key) for part in _BETWEEN.split(text))
        return tuple(dict.fromkeys(part for part in parts if part))

    def _beside(self, key: str, row: int) -> str | None:
        """The value of a list that stands in this row."""
        column = self.match.columns.get(key)
        if column is None or key not in self.lists:
            return None
        return self.lists[key].read(as_text(self.grid.cell(row, column)), "en")[0]

    def targets(self, key: str) -> dict[str, Target | None]:
        """Urgency → target of its row."""
        targets: dict[str, Target | None] = {}
        for row, raw in self.cells(key):
            urgency = self._beside("urgency", row)
            target, problem = read_target(raw)
            if problem is not None:
                cell = cell_name(row, self.match.columns[key])
                self.unread.append(Unread(self.grid.name, cell, as_text(raw)))
            elif urgency is not None and (target is not None or says_no_target(raw)):
                targets.setdefault(urgency, target)
        return targets

    def routing(self) -> dict[str, tuple[str, ...]]:
        """Type → the departments of its row."""
        routes: dict[str, tuple[str, ...]] = {}
        whole = {fold(text) for _, text in self.texts("departments")}
        for row, text in self.texts("routing"):
            kind = self._beside("type", row)
            parts = [text] if fold(text) in whole else [part.strip() for part in _BETWEEN.split(text)]
            if kind is not None and any(parts):
                routes.setdefault(kind, tuple(part for part in parts if part))
        return routes


def overlaid(settings: Policy, decided: Decided) -> Policy:
    """The policy that holds: the settings', and over it what the sheet says for its own team."""
    lists = {**settings.lists, **decided.lists}
    targets = {_key(lists["urgency"], name): target for name, target in settings.targets.items()}
    for urgency in (*decided.response, *decided.resolution):
        known = targets.get(urgency, UrgencyTarget(None, None))
        targets[urgency] = UrgencyTarget(
            decided.response.get(urgency, known.response), decided.resolution.get(urgency, known.resolution)
        )
    routing = {_key(lists["type"], name): places for name, places in settings.routing.items()}
    return replace(
        settings,
        lists=lists,
        targets=targets,
        routing={**routing, **decided.routing},
        words=(*settings.words, *decided.words),
        stop_words=(*settings.stop_words, *decided.stop_words),
    )


def _key(choices: Choices, name: str) -> str:
    """The key that the sheet's own list gives to a value of the settings."""
    return name if name in choices.keys() else choices.read(name, "en")[0] or name  # noqa: SIM118 (not a mapping)
