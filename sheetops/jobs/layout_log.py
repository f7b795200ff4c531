"""The request log of a new workbook: header, two example rows, drop-downs and live colours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from sheetops.domain.table import Raw, column_letters
from sheetops.domain.tabs import Cell, Choice, Highlight, Range, Style, Tab
from sheetops.domain.template import BY_KEY, COLUMNS, LISTS, TAB_NAMES, Kind
from sheetops.domain.texts import Texts
from sheetops.domain.workdays import WorkCalendar
from sheetops.jobs.layout_lists import LIST_NAMES, list_range
from sheetops.jobs.layout_people import written_range

PLACE: Final = {column.key: number for number, column in enumerate(COLUMNS, 1)}
_LETTER: Final = {key: column_letters(number) for key, number in PLACE.items()}
_WRAPPED: Final = ("customer", "description", "owner", "result", "feedback", "notes")
_PRIORITIES: Final = (1, 2, 3, 4, 5)
_COLOUR: Final = "1F5566"


def log_tab(language: str, texts: Texts, today: date, rows: int, calendar: WorkCalendar) -> Tab:
    """The log with drop-downs and colours on `rows` rows below the header."""
    notes = column_notes(language, texts, today)
    header = tuple(Cell(c.name(language), "header", note=notes[c.key]) for c in COLUMNS)
    examples = (_resolved(language, texts, today, calendar), _open(language, texts, today, calendar))
    return Tab(
        name=TAB_NAMES["log"][language],
        rows=(header, *(tuple(Cell(row.get(c.key), _style(c.key)) for c in COLUMNS) for row in examples)),
        widths=tuple(c.width for c in COLUMNS),
        heights=((1, 30.0),),
        frozen=(1, 1),
        filter=Range(1, 1, rows + 1, len(COLUMNS)),
        choices=_choices(language, texts, today, rows + 1),
        highlights=_highlights(rows + 1),
        column_styles=tuple((PLACE[c.key], _style(c.key)) for c in COLUMNS),
        landscape=True,
        repeat_rows=1,
        colour=_COLOUR,
    )


def column_notes(language: str, texts: Texts, today: date) -> Mapping[str, str]:
    """What to write in each column, by key; the header notes and the guide share these sentences."""
    examples = {
        "id": _identifier(today, 1),
        "customer": texts("layout.example.customer"),
        "owner": texts("layout.example.owner_service"),
        "feedback": texts("layout.example.feedback"),
    }
    lists, snooze = TAB_NAMES["lists"][language], today + timedelta(days=14)
    return {
        c.key: texts(f"layout.note.{c.key}", example=examples.get(c.key, ""), lists=lists, snooze=snooze)
        for c in COLUMNS
    }


def _style(key: str) -> Style:
    if BY_KEY[key].kind is Kind.DATE:
        return "date"
    return "wrap" if key in _WRAPPED else "text"


def _identifier(today: date, sequence: int) -> int:
    """A number rather than text: Excel marks texts of digits as mistakes, and `fill` continues what it finds."""
    return int(f"{today:%Y%m}{sequence:02}")


def _resolved(language: str, texts: Texts, today: date, calendar: WorkCalendar) -> Mapping[str, Raw]:
    before = calendar.previous_workday(today)  # today may be tomorrow in the zone of the jobs
    return {
        "id": _identifier(today, 1),
        **_listed(language, source="phone", type="consult", urgency="medium"),
        "customer": texts("layout.example.customer"),
        "priority": _priority(texts, 3),
        "owner": texts("layout.example.owner_service"),
        "due": before,
        "resolved": before,
        "feedback": texts("layout.example.feedback"),
        **{k: texts(f"layout.example.resolved.{k}") for k in ("description", "result", "notes")},
    }


def _open(language: str, texts: Texts, today: date, calendar: WorkCalendar) -> Mapping[str, Raw]:
    due = calendar.next_workday(today + timedelta(days=6))
    return {
        "id": _identifier(today, 2),
        **_listed(language, source="email", type="suggestion", urgency="low"),
        "priority": _priority(texts, 2),
        "owner": f"{texts('layout.department.product')}-{texts('layout.person.product_lead')}",
        "due": due,
        **{k: texts(f"layout.example.open.{k}") for k in ("customer", "description", "result", "notes")},
    }


def _listed(language: str, **keys: str) -> dict[str, Raw]:
    return {
        column: next(c.name(language) for c in LISTS[column] if c.key == key) for column, key in keys.items()
    }


def _priority(texts: Texts, level: int) -> Raw:
    """As the drop-down writes it; where the word is the bare digit, a spreadsheet stores a number."""
    text = texts("layout.priority", level=level)
    return level if text == str(level) else text


def _choices(language: str, texts: Texts, today: date, last: int) -> tuple[Choice, ...]:
    wrong = texts("layout.wrong.list", lists=TAB_NAMES["lists"][language])
    lists = [Choice(_down(key, last), source=list_range(key, language), error=wrong) for key in LISTS]
    levels = tuple(texts("layout.priority", level=level) for level in reversed(_PRIORITIES))
    day = texts("layout.wrong.date", example=today)
    return (
        *lists,
        Choice(_down("priority", last), values=levels, error=texts("layout.wrong.priority")),
        Choice(_down("owner", last), source=written_range(language)),
        *(Choice(_down(key, last), kind="date", error=day) for key in ("due", "resolved")),
    )


def _down(first: str, last_row: int, last: str | None = None) -> Range:
    return Range(2, PLACE[first], last_row, PLACE[last or first])


def _highlights(last: int) -> tuple[Highlight, ...]:
    """The live colours, strongest first. Formulas are written for row 2."""
    at = {key: f"${letter}2" for key, letter in _LETTER.items()}
    ids = f"${_LETTER['id']}$2:${_LETTER['id']}${last}"
    whole = f"{at['id']}:{at['notes']}"
    unresolved = f'ISNUMBER({at["due"]}),{at["resolved"]}=""'
    overdue = f"AND({unresolved},{at['due']}<TODAY())"
    soon = f"AND({unresolved},{at['due']}>=TODAY(),{at['due']}<=WORKDAY(TODAY(),2))"
    digit = f'ISERROR(FIND(LEFT(TRIM({at["priority"]}),1),"12345"))'
    required = [c.key for c in COLUMNS if c.required and not c.by_job]
    return (
        Highlight(_down("id", last), f'AND({at["id"]}<>"",COUNTIF({ids},{at["id"]})>1)', "warning"),
        *(
            Highlight(_down(k, last), f'AND(TRIM({at[k]})<>"",COUNTIF({n},TRIM({at[k]}))=0)', "error")
            for k, n in LIST_NAMES.items()
            if k in LISTS
        ),
        Highlight(
            _down("priority", last),
            f'AND(TRIM({at["priority"]})<>"",OR(LEN(TRIM({at["priority"]}))>2,{digit}))',
            "error",
        ),
        *(
            Highlight(_down(k, last), f'AND({at[k]}<>"",NOT(ISNUMBER({at[k]})))', "error")
            for k in ("due", "resolved")
        ),
        *(Highlight(_down(k, last), overdue, "error") for k in ("id", "due")),
        Highlight(_down("due", last), soon, "warning"),
        Highlight(_down("result", last), f'AND({at["resolved"]}<>"",{at["result"]}="")', "warning"),
        Highlight(
            _down("feedback", last),
            f'AND({at["feedback"]}="",ISNUMBER({at["resolved"]}),WORKDAY({at["resolved"]},3)<TODAY())',
            "hint",
        ),
        *(Highlight(_down(k, last), f'AND({at[k]}="",COUNTA({whole})>0)', "hint") for k in required),
        Highlight(_down("id", last, "notes"), f'{at["resolved"]}<>""', "muted"),
    )
