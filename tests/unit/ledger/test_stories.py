"""What a request's history says of cells that people and jobs changed in turn."""

from __future__ import annotations

from datetime import date

from sheetops.domain.table import Raw
from sheetops.ledger import Ledger
from tests.sheets import log, row
from tests.unit.ledger.looks import DAY, SHEET, START, look, look_at_rows

OLD, NEW = date(2026, 11, 27), date(2026, 11, 20)


def ask(identifier: str | None = "20261101", due: Raw = OLD) -> list[Raw]:
    return row(id=identifier, customer="W*-shop", description="cannot export", urgency="High", due=due)


def changes(ledger: Ledger, identifier: str, run: str) -> list[tuple[str | None, ...]]:
    """What a run saw change, as the command and as the export tell it: both alike."""
    (story,) = ledger.stories(identifier)
    told = [
        (e.field, e.change, e.old, e.new, "job" if e.by_job else "person")
        for e in story.events
        if e.run == run
    ]
    exported = [
        (h.field, h.change, h.old, h.new, "job" if h.by_job else "person")
        for h in ledger.happened(SHEET)
        if h.run == run
    ]
    assert told == exported
    return told


def test_a_cell_that_a_person_emptied_and_a_job_filled_was_not_written_over(ledger: Ledger) -> None:
    look_at_rows(ledger, [ask()], 0)
    run = look(ledger, log(ask(None, None)), now=START + DAY, edits=[(0, "id", "20261102"), (0, "due", NEW)])
    assert changes(ledger, "20261102", run) == [
        ("due", "emptied", "2026-11-27", None, "person"),
        ("due", "filled", None, "2026-11-20", "job"),
        ("id", "emptied", "20261101", None, "person"),
        ("id", "filled", None, "20261102", "job"),
    ]


def test_a_value_that_a_job_replaced_was(ledger: Ledger) -> None:
    look_at_rows(ledger, [ask()], 0)
    run = look(ledger, log(ask()), now=START + DAY, edits=[(0, "due", NEW)])
    assert changes(ledger, "20261101", run) == [("due", "changed", "2026-11-27", "2026-11-20", "job")]


def test_a_cell_that_was_empty_before_was_filled_and_no_more(ledger: Ledger) -> None:
    look_at_rows(ledger, [ask(due=None)], 0)
    run = look(ledger, log(ask(due=None)), now=START + DAY, edits=[(0, "due", NEW)])
    assert changes(ledger, "20261101", run) == [("due", "filled", None, "2026-11-20", "job")]


def test_a_request_is_found_by_every_id_that_it_had_once(ledger: Ledger) -> None:
    look_at_rows(ledger, [ask("20261101")], 0)
    look_at_rows(ledger, [ask("20261102")], 1)
    look_at_rows(ledger, [ask("2026_1_03")], 2)
    look_at_rows(ledger, [ask(None)], 3)
    for once in ("20261101", "20261102", "2026_1_03"):
        assert ledger.stories(once) == []
        assert [story.id for story in ledger.earlier_stories(once)] == [None]
        assert [story.id for story in ledger.earlier_stories(once, SHEET)] == [None]
        assert ledger.earlier_stories(once, "other.xlsx") == []
    assert ledger.earlier_stories("2026a1b03") == ledger.earlier_stories("2026") == []


def test_what_was_forgotten_is_not_found_by_an_earlier_id_either(ledger: Ledger) -> None:
    look_at_rows(ledger, [ask("20261101")], 0)
    look_at_rows(ledger, [ask("20261102")], 1)
    ledger.forget("20261102")
    assert ledger.earlier_stories("20261101") == ledger.earlier_stories("20261102") == []
