"""What a cell says is not told as changed because it is understood otherwise by now, when another cell is edited."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sheetops.domain.table import Grid, Raw
from sheetops.ledger import Ledger
from tests.sheets import log, row
from tests.unit.ledger.looks import SHEET, START, life, look, see

LATER = START + timedelta(days=300)  # a date without a year is nearest to another one then


def case(**cells: Raw) -> list[Raw]:
    return row(**{"id": "A1", "customer": "W*-1", "description": "till is stuck", "urgency": "High", **cells})


def told(ledger: Ledger) -> list[tuple[str | None, str | None]]:
    """(field, new) of each change of a cell."""
    (story,) = ledger.stories("A1")
    return [(event.field, event.new) for event in story.events if event.what == "changed"]


@pytest.mark.parametrize("key", ["due", "resolved"])
def test_a_date_without_a_year_is_no_change_when_another_cell_is_edited(ledger: Ledger, key: str) -> None:
    text = f"{START:%m-%d}"
    first, second = (see([log(case(**{key: text}))], now).logs[0].value(key, 0) for now in (START, LATER))
    assert first == START.date() != second
    look(ledger, log(case(**{key: text})))
    now = see([log(case(**{key: text}, result="called"))], LATER).logs[0]
    assert ledger.history(SHEET, LATER).progress(now, [0]) == [{"result"}]
    look(ledger, log(case(**{key: text}, result="called")), now=LATER)
    assert [field for field, _ in told(ledger)] == ["result"]
    assert (life(ledger, "A1").due_changes, life(ledger, "A1").reopened) == (0, 0)
    assert not life(ledger, "A1").unsure & {"reopened"}


def test_a_due_date_that_was_typed_anew_is_a_change_though_it_has_no_year(ledger: Ledger) -> None:
    look(ledger, log(case(due=START.date())))
    look(ledger, log(case(due=f"{START:%m-%d}", result="called")), now=LATER)
    assert ("due", str(START.date().replace(year=START.year + 1))) in told(ledger)
    assert life(ledger, "A1").due_changes == 1
    look(ledger, log(case(due=date(2027, 12, 24), result="called")), now=LATER + timedelta(days=1))
    assert life(ledger, "A1").due_changes == 2


def test_a_word_that_came_into_the_lists_tab_is_no_change_when_another_cell_is_edited(ledger: Ledger) -> None:
    look(ledger, log(case(urgency="P0")))
    lists = Grid("Lists", [["Urgency"], ["High"], ["P0"]])
    now = see([log(case(urgency="P0", result="called")), lists], LATER).logs[0]
    assert now.value("urgency", 0) is not None
    assert ledger.history(SHEET, LATER).progress(now, [0]) == [{"result"}]
    look(ledger, log(case(urgency="P0", result="called")), lists, now=LATER)
    assert [field for field, _ in told(ledger)] == ["result"]
    look(ledger, log(case(urgency="High", result="called")), lists, now=LATER + timedelta(days=1))
    assert [field for field, _ in told(ledger)] == ["result", "urgency"]
