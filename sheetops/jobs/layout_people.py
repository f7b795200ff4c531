"""The People tab of a new workbook: example people, and the spelling that the owner drop-down offers."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from sheetops.domain.table import column_letters
from sheetops.domain.tabs import Cell, Choice, Highlight, Range, Style, Tab
from sheetops.domain.template import LANGUAGES, PEOPLE_COLUMNS, TAB_NAMES
from sheetops.domain.texts import Texts
from sheetops.jobs.layout_lists import list_range

_ROOM: Final = 100  # people that get drop-downs and a spelling
_PLACE: Final = {column.key: number for number, column in enumerate(PEOPLE_COLUMNS, 1)}
_WRITTEN: Final = len(PEOPLE_COLUMNS) + 1


class _Example(NamedTuple):
    """One example person, in keys of the catalogue; addresses are of the domain kept for examples (RFC 2606)."""

    department: str
    name: str
    address: str
    manager: str | None = None
    deputy: str | None = None
    role: str | None = None


_EXAMPLES: Final = (
    _Example("management", "director", "director@example.com", role="director"),
    _Example("service", "team_lead", "service.manager@example.com", "director", "service_lead", "team_lead"),
    _Example("service", "service_lead", "service.lead@example.com", "team_lead", "team_lead", "lead"),
    _Example("service", "service", "service.desk@example.com", "service_lead", "service_lead"),
    _Example("technical", "technical_lead", "engineering.lead@example.com", "director", "technical", "lead"),
    _Example("technical", "technical", "engineering.desk@example.com", "technical_lead", "technical_lead"),
    _Example("product", "product_lead", "product.lead@example.com", "director", role="lead"),
)


def written_range(language: str) -> Range:
    """The cells that spell each active person as an owner."""
    return Range(2, _WRITTEN, _ROOM + 1, _WRITTEN, TAB_NAMES["people"][language])


class OwnPeople(NamedTuple):
    """Who already answers for requests in a team's own log."""

    people: tuple[tuple[str, str], ...]  # department, name
    log: str  # the name of the log's tab
    lists: bool  # whether the tab of lists is the one that `lists_tab` draws


def people_tab(language: str, texts: Texts, today: date, own: OwnPeople | None = None) -> Tab:
    """Department, name, address, manager, deputy, role: who is mailed for what."""
    log = own.log if own else TAB_NAMES["log"][language]
    titles = [(c.key, c.name(language)) for c in PEOPLE_COLUMNS] + [
        ("written", texts("layout.people.written"))
    ]
    header = tuple(
        Cell(title, "header", note=texts(f"layout.people_note.{k}", log=log)) for k, title in titles
    )
    people = [_row(example, language, texts) for example in _EXAMPLES]
    if own is not None:
        people = [_own_row(department, name, texts) for department, name in own.people]
    people += [tuple(Cell() for _ in PEOPLE_COLUMNS)] * (_ROOM - len(people))
    return Tab(
        name=TAB_NAMES["people"][language],
        rows=(header, *((*row, _written(number, texts)) for number, row in enumerate(people, 2))),
        widths=(*(c.width for c in PEOPLE_COLUMNS), 22.0),
        heights=((1, 30.0),),
        frozen=(1, 2),
        filter=Range(1, 1, _ROOM + 1, _WRITTEN),
        choices=_choices(language, texts, today)[0 if own is None or own.lists else 1 :],
        highlights=_highlights(texts),
        column_styles=tuple((number, _style(key)) for key, number in _PLACE.items()),
        landscape=True,
        repeat_rows=1,
        colour="E2A33B",
    )


def _style(key: str) -> Style:
    return "date" if key == "away_until" else "text"


def _row(person: _Example, language: str, texts: Texts) -> tuple[Cell, ...]:
    def called(name: str | None) -> str | None:
        return texts(f"layout.person.{name}") if name else None

    values = {
        "department": texts(f"layout.department.{person.department}"),
        "name": called(person.name),
        "email": person.address,
        "manager": called(person.manager),
        "deputy": called(person.deputy),
        "active": texts("layout.yes"),
        "role": texts(f"layout.role.{person.role}") if person.role else None,
        "language": language,
    }
    return tuple(Cell(values.get(c.key), _style(c.key)) for c in PEOPLE_COLUMNS)


def _own_row(department: str, name: str, texts: Texts) -> tuple[Cell, ...]:
    values = {"department": department, "name": name or None, "active": texts("layout.yes")}
    return tuple(Cell(values.get(c.key), _style(c.key)) for c in PEOPLE_COLUMNS)


def _written(row: int, texts: Texts) -> Cell:
    """`department-name` of an active person; nothing for the others."""
    at = {key: f"{column_letters(number)}{row}" for key, number in _PLACE.items()}
    left_out = f'OR(TRIM({at["name"]})="",{at["active"]}="{texts("layout.no")}")'
    return Cell(
        f'=IF({left_out},"",TRIM({at["department"]})&"-"&TRIM({at["name"]}))', "neutral", formula=True
    )


def _down(first: str, last: str | None = None) -> Range:
    return Range(2, _PLACE[first], _ROOM + 1, _PLACE[last or first])


def _choices(language: str, texts: Texts, today: date) -> tuple[Choice, ...]:
    """What each cell offers; the list of departments, which needs the tab of lists, comes first."""
    names = _down("name")._replace(tab=TAB_NAMES["people"][language])
    roles = tuple(texts(f"layout.role.{role}") for role in ("lead", "team_lead", "director"))
    return (
        Choice(_down("department"), source=list_range("departments", language)),
        Choice(_down("manager", "deputy"), source=names),
        Choice(_down("away_until"), kind="date", error=texts("layout.wrong.date", example=today)),
        Choice(_down("active"), values=(texts("layout.yes"), texts("layout.no"))),
        Choice(_down("role"), values=roles),
        Choice(_down("language"), values=LANGUAGES),
    )


def _highlights(texts: Texts) -> tuple[Highlight, ...]:
    """Live colours: a name twice, an address that is none, who left, who is away, examples to replace."""
    at = {key: f"${column_letters(number)}2" for key, number in _PLACE.items()}
    block = {k: f"${column_letters(n)}$2:${column_letters(n)}${_ROOM + 1}" for k, n in _PLACE.items()}
    # Not COUNTIFS: it would take the * of a masked name for any letters.
    same = f"({block['department']}={at['department']})*({block['name']}={at['name']})"
    return (
        Highlight(_down("name"), f'AND({at["name"]}<>"",SUMPRODUCT({same})>1)', "warning"),
        Highlight(_down("email"), f'AND({at["email"]}<>"",ISERROR(FIND("@",{at["email"]})))', "error"),
        Highlight(_down("department", "language"), f'{at["active"]}="{texts("layout.no")}"', "muted"),
        Highlight(
            _down("away_until"), f"AND(ISNUMBER({at['away_until']}),{at['away_until']}>=TODAY())", "warning"
        ),
        Highlight(_down("department", "language"), f'ISNUMBER(SEARCH("@example.",{at["email"]}))', "hint"),
    )
