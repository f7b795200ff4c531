"""Take an existing sheet into use: what its headers mean, what is doubtful, and which tabs it still needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sheetops.domain.choices import DEFAULT_LISTS, Choices, from_names
from sheetops.domain.ids import IdPattern, learn
from sheetops.domain.plan import Plan
from sheetops.domain.policy import Policy
from sheetops.domain.table import Grid, Raw, RawSheet, as_text, cell_name
from sheetops.domain.tabs import Tab
from sheetops.domain.template import (
    BY_KEY,
    COLUMNS,
    LISTS,
    OPTIONAL_COLUMNS,
    HeaderMatch,
    match_header,
    tab_kind,
)
from sheetops.domain.text import fold, nearest, tidy
from sheetops.domain.view import View
from sheetops.jobs.layout_lists import OwnLists, lists_tab
from sheetops.jobs.layout_people import OwnPeople, people_tab

_NEEDED = 4  # headers that make a row the header of a log
_WITHIN = 30  # first rows among which the header stands
_ALIKE = 0.65  # how like a name a header must be to be asked about: `来源` for `需求来源` is
_OFTEN = 3  # rows that a value of the team's own must have
_SHARE = 0.01  # and the share of all rows


class Header(NamedTuple):
    """One header of a tab, and what it means: a key, nearly a key, or nothing of ours."""

    tab: str
    cell: str
    text: str
    key: str | None = None
    near: str | None = None


class Survey(NamedTuple):
    """What was found in a sheet before anything is decided."""

    headers: tuple[Header, ...]
    rows: Mapping[str, int]  # log tab → its header row

    @property
    def questions(self) -> tuple[Header, ...]:
        """Headers that nearly spell a name, each text once: asked back, never guessed."""
        return _first_of_each(h for h in self.headers if h.near is not None)

    @property
    def foreign(self) -> tuple[Header, ...]:
        """Headers that are not ours, each text once."""
        return _first_of_each(h for h in self.headers if h.key is None and h.near is None)

    @property
    def missing(self) -> tuple[str, ...]:
        """The template's columns that no tab has."""
        there = {header.key for header in self.headers}
        return tuple(column.key for column in COLUMNS if column.key not in there)


def _first_of_each(headers: Iterable[Header]) -> tuple[Header, ...]:
    first: dict[str, Header] = {}
    for header in headers:
        first.setdefault(header.text, header)
    return tuple(first.values())


def survey(raw: RawSheet, names: Mapping[str, str], log_tabs: Iterable[str] = ()) -> Survey:
    """The headers of every tab that is a log, or would be with its nearly right headers; `names`: text → key."""
    wanted = {name.casefold() for name in log_tabs}
    headers: list[Header] = []
    rows: dict[str, int] = {}
    for grid in raw.grids:
        named = grid.name.casefold() in wanted
        if not named and (wanted or tab_kind(grid.name) not in (None, "log")):
            continue
        found = _nearly_header(grid, names)
        if found is not None:
            rows[grid.name] = found.number
            headers.extend(_headers(grid, found))
    return Survey(tuple(headers), rows)


class _Row(NamedTuple):
    number: int
    match: HeaderMatch
    near: Mapping[int, str]  # column → key, for headers that a person should be asked about


def _nearly_header(grid: Grid, names: Mapping[str, str]) -> _Row | None:
    """The row that names the most columns, nearly right names counted."""
    best: _Row | None = None
    most = _NEEDED - 1
    for number, row in enumerate(grid.rows[:_WITHIN], 1):
        if sum(isinstance(cell, str) for cell in row) <= most:
            continue
        match = match_header(row, extra_names=names)
        near = _near(row, match)
        found = len(match.columns) + len(set(near.values()))
        if found > most:
            best, most = _Row(number, match, near), found
    return best


def _near(row: Sequence[Raw], match: HeaderMatch) -> dict[int, str]:
    """The columns that are nearly right; a question costs little, so more than the jobs would call near."""
    open_names = {
        fold(name): column.key
        for column in COLUMNS + OPTIONAL_COLUMNS
        for names in column.names.values()
        for name in names
        if column.key not in match.columns
    }
    used = set(match.columns.values())
    near = {
        number: nearest(cell, open_names, _ALIKE)
        for number, cell in enumerate(row, 1)
        if isinstance(cell, str) and fold(cell) and number not in used
    }
    return {number: key for number, key in near.items() if key is not None}


def _headers(grid: Grid, row: _Row) -> Iterator[Header]:
    keys = {column: key for key, column in row.match.columns.items()}
    for column, raw in enumerate(grid.rows[row.number - 1], 1):
        text = " ".join(as_text(raw).split())
        if text:
            yield Header(
                grid.name, cell_name(row.number, column), text, keys.get(column), row.near.get(column)
            )


def own_pattern(view: View) -> str | None:
    """The sheet's own way of numbering, where it is not the one of the settings."""
    known = [tidy(as_text(raw)) for log in view.logs for raw in log.cells("id") if as_text(raw).strip()]
    wanted = IdPattern(view.settings.id_pattern)
    pattern = learn(known, wanted)
    return None if pattern is None or pattern.text == wanted.text else pattern.text


class OwnValues(NamedTuple):
    """The values that one list column really holds, beside the template's."""

    listed: tuple[str, ...]  # what the list of the sheet should offer
    doubtful: tuple[str, ...]  # rare values of no list, perhaps slips: a person decides


def own_values(view: View, key: str) -> OwnValues:
    """What the Lists tab should offer for `key`.

    The template's values as the sheet spells them, then the team's own that stand in at least three rows and in
    one row of a hundred. A team that hardly uses the template's values keeps only its own. What is nearly a
    valid value is a slip.
    """
    used: Counter[str] = Counter()
    spelled: dict[str, Counter[str]] = {}
    default = DEFAULT_LISTS[key]
    for log in view.logs:
        for raw in log.cells(key):
            text = tidy(as_text(raw))
            own = default.read(text, view.language)[0] if text else None
            if own is not None:
                spelled.setdefault(own, Counter())[text] += 1
            elif text:
                used[text] += 1
    known, unknown = sum(sum(c.values()) for c in spelled.values()), sum(used.values())
    names = {fold(name): name for item in default.items for name in item.names[view.language]}
    enough = max(_OFTEN, _SHARE * (known + unknown))
    own_words = [t for t, n in used.most_common() if n >= enough and nearest(t, names, 0.74) is None]
    template = [
        min(spelled[item.key], key=lambda text: (-spelled[item.key][text], text))
        if item.key in spelled
        else item.name(view.language)
        for item in default.items
        if item.key in spelled or known >= unknown
    ]
    return OwnValues((*template, *own_words), tuple(t for t in used if t not in own_words))


def own_people(view: View) -> tuple[tuple[str, str], ...]:
    """The departments and people that own requests, by department, whoever owns most first."""
    owners = Counter(
        (owner.department, owner.person or "")
        for log in view.logs
        for owners in log.values("owner")
        for owner in owners
    )
    once: dict[tuple[str, str], tuple[str, str]] = {}
    for department, name in (owner for owner, _ in owners.most_common()):
        once.setdefault((fold(department), fold(name)), (department, name))
    with_name = [owner for owner in once.values() if owner[1]]
    departments = list(dict.fromkeys(fold(department) for department, _ in once.values()))
    staffed = {fold(department) for department, _ in with_name}
    alone = [owner for owner in once.values() if not owner[1] and fold(owner[0]) not in staffed]
    return tuple(sorted((*with_name, *alone), key=lambda owner: departments.index(fold(owner[0]))))


def missing_tabs(view: View, defaults: Policy) -> Plan:
    """The People and Lists tabs, filled with what the log holds, where the sheet has none; nothing else."""
    tabs: list[Tab] = []
    people = own_people(view)
    lists = view.snapshot.known_tab("lists") is None
    if lists:
        departments = tuple(dict.fromkeys(department for department, _ in people))
        tabs.append(
            lists_tab(
                view.language, view.texts, OwnLists(_lists(view), departments, _defaults(view, defaults))
            )
        )
    if view.snapshot.known_tab("people") is None and not view.settings.address_pattern:
        own = OwnPeople(people, view.snapshot.tables[0].tab, lists)
        tabs.insert(0, people_tab(view.language, view.texts, view.today, own))
    return Plan(tabs=tuple(tabs))


def _lists(view: View) -> Mapping[str, Choices]:
    return {key: from_names(key, own_values(view, key).listed) for key in LISTS}


def _defaults(view: View, defaults: Policy) -> frozenset[str]:
    """The urgencies whose targets the settings leave as they are: there the tab may say them too."""
    return frozenset(u for u, target in view.settings.targets.items() if defaults.targets.get(u) == target)


def column_words(key: str, language: str) -> str:
    """A column as a question names it: the sheet's word and the key."""
    return f"{BY_KEY[key].name(language)} ({key})"
