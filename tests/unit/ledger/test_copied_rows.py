"""A row that bears another request's ID does not take its first sight with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sheetops.domain.kpis.facts import Facts
from sheetops.domain.rules import judge
from sheetops.domain.table import Raw
from sheetops.domain.view import View
from sheetops.jobs.fill import fill
from sheetops.jobs.remind_items import by_date
from sheetops.ledger import Ledger
from tests.sheets import log, row
from tests.unit.ledger.looks import DAY, SHEET, START, life, look_at_rows, see

LATER = 14 * DAY


def ask(customer: str = "W*-shop", word: str = "alpha", due: Raw = None) -> list[Raw]:
    return row(id="20261101", customer=customer, description=word, urgency="High", type="Complaint", due=due)


def dues(ledger: Ledger, *rows: list[Raw]) -> list[Raw]:
    """The due dates that a run two weeks after the first look gives."""
    view: View = see([log(*rows)], START + LATER)
    view = replace(view, history=ledger.history(SHEET, view.now))
    return [edit.new for edit in fill(view).edits if edit.column == "due"]


def test_a_request_known_by_its_id_counts_from_its_first_sight(ledger: Ledger) -> None:
    look_at_rows(ledger, [ask()], 0)
    first = [date(2026, 11, 3)]
    assert dues(ledger, ask()) == first
    assert dues(ledger, ask(word="alpha, said better")) == first
    assert dues(ledger, ask(customer="W*-shop (Beijing)")) == first


def test_a_row_copied_with_its_id_counts_from_today(ledger: Ledger) -> None:
    look_at_rows(ledger, [ask(due=date(2026, 11, 3))], 0)
    today = [date(2026, 11, 17)]
    assert dues(ledger, ask(due=date(2026, 11, 3)), ask(word="another matter")) == today
    assert dues(ledger, ask(due=date(2026, 11, 3)), ask(customer="Q*-bank", word="another matter")) == today


def test_another_workbook_at_the_same_path_begins_anew(ledger: Ledger) -> None:
    look_at_rows(ledger, [ask()], 0)
    other = ask(customer="B*-x", word="team B matter")
    assert dues(ledger, other) == [date(2026, 11, 17)]
    look_at_rows(ledger, [other], 14)
    assert life(ledger, "20261101").first_seen == START + LATER
    assert len(ledger.stories("20261101")) == 2 and ledger.rebuild() == 0


def test_an_id_that_stands_twice_lends_its_history_to_nobody(ledger: Ledger) -> None:
    old = row(
        id="20261101", customer="W*-shop", description="alpha", urgency="High", priority=5, type="Complaint"
    )
    look_at_rows(ledger, [old], 0)
    copy = row(
        id="20261101", customer="Q*-bank", description="beta", urgency="High", priority=5, type="Complaint"
    )
    view = see([log(old, copy)], START + LATER)
    view = replace(view, history=ledger.history(SHEET, view.now))
    here = view.logs[0]
    assert [view.life(here, index) is not None for index in (0, 1)] == [True, False]
    stale = [finding.row for finding in judge(view) if finding.rule == "stale-priority"]
    assert stale == [here.table.numbers[0]]
    answers = [by_date(view, here, index, here.at(index)) for index in (0, 1)]
    assert [item.group if item else None for item in answers] == ["to_answer", None]
    facts = Facts(view)
    assert [known is not None for known in facts.lives] == [
        False,
        False,
    ]  # older than the ledger, and unknown
