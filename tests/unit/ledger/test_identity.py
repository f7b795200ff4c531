"""A request stays itself through sorting, inserting, moving, copying and numbering; what is a guess is marked."""

from __future__ import annotations

from datetime import date

import pytest

from sheetops.domain.table import Raw
from sheetops.ledger import Ledger
from tests.sheets import KEYS, log, row
from tests.unit.ledger.looks import DAY, SHEET, START, life, look, look_at_rows

OTHER = row(id="Z9", description="already there")


def bare(number: int, **more: Raw) -> list[Raw]:
    return row(**{"customer": f"W*-{number}", "description": f"thing {number}", "urgency": "High", **more})


def named(number: int, **more: Raw) -> list[Raw]:
    return bare(number, id=f"A{number}", **more)


def born(ledger: Ledger, identifier: str) -> int:
    """The day on which a request was first seen."""
    return (life(ledger, identifier).first_seen - START).days


def test_rows_without_ids_are_found_after_sorting_and_inserting(ledger: Ledger) -> None:
    look_at_rows(ledger, [OTHER], 0)
    look_at_rows(ledger, [OTHER, bare(1), bare(2)], 1)
    look_at_rows(ledger, [bare(3), bare(2), OTHER, bare(1)], 2)
    look_at_rows(ledger, [named(2), named(1), OTHER, named(3)], 3)
    assert [born(ledger, f"A{n}") for n in (1, 2, 3)] == [1, 1, 2]
    assert all(not life(ledger, f"A{n}").unsure for n in (1, 2, 3))


def test_a_row_moved_to_another_tab(ledger: Ledger) -> None:
    look(ledger, log(OTHER), log(name="Done"))
    look(ledger, log(OTHER, bare(1)), log(name="Done"), now=START + DAY)
    look(ledger, log(OTHER), log(bare(1), name="Done"), now=START + 2 * DAY)
    look(ledger, log(OTHER), log(named(1), name="Done"), now=START + 3 * DAY)
    (story,) = ledger.stories("A1")
    assert [(event.what, event.moment) for event in story.events][:2] == [
        ("first_seen", (START + DAY).isoformat()),
        ("moved", (START + 2 * DAY).isoformat()),
    ]
    assert story.tab == "Done"


def test_an_unnumbered_row_that_changed_is_known_by_customer_and_description(ledger: Ledger) -> None:
    look_at_rows(ledger, [OTHER, bare(1), bare(2)], 0)
    look_at_rows(ledger, [OTHER, bare(2, result="sent"), bare(1, owner="Tech-Z*")], 1)
    look_at_rows(ledger, [OTHER, named(2, result="sent"), named(1, owner="Tech-Z*")], 2)
    assert [born(ledger, "A1"), born(ledger, "A2")] == [0, 0]
    assert life(ledger, "A2").first_response == START + DAY


def test_a_row_without_description_is_known_by_all_that_people_wrote(ledger: Ledger) -> None:
    cells = {"customer": "W*-1", "urgency": "High", "notes": "by phone"}
    look_at_rows(ledger, [OTHER], 0)
    look_at_rows(ledger, [OTHER, row(**cells)], 1)
    look_at_rows(ledger, [row(**cells, id="A1", due=date(2026, 11, 9)), OTHER], 2)
    assert born(ledger, "A1") == 1


def test_twins_are_told_apart_by_what_differs_and_marked_where_nothing_does(ledger: Ledger) -> None:
    look_at_rows(ledger, [OTHER], 0)
    look_at_rows(ledger, [OTHER, bare(1), bare(1, notes="b"), bare(2), bare(2)], 1)
    look_at_rows(
        ledger,
        [named(1, notes="b"), OTHER, row(**dict(zip(KEYS, named(1), strict=True), id="A7")), bare(2)],
        2,
    )
    assert ledger.stories("A1")[0].events[0].what == "first_seen"
    assert (born(ledger, "A1"), born(ledger, "A7")) == (1, 1)
    assert not life(ledger, "A1").unsure and not life(ledger, "A7").unsure
    look_at_rows(ledger, [OTHER, named(2)], 3)
    assert life(ledger, "A2").unsure == {"first_seen"}, "which of two equal rows is left cannot be known"


def test_a_copied_row_is_a_request_of_its_own_once_it_has_its_own_id(ledger: Ledger) -> None:
    look_at_rows(ledger, [named(1, result="sent")], 0)
    look_at_rows(ledger, [named(1, result="sent"), named(1, result="sent")], 1)
    look_at_rows(ledger, [named(1, result="sent"), row(id="A1", customer="L*-2", description="new thing")], 2)
    look_at_rows(ledger, [row(id="A2", customer="L*-2", description="new thing"), named(1, result="sent")], 3)
    assert (born(ledger, "A1"), born(ledger, "A2")) == (0, 1)


def test_an_id_put_right_keeps_the_life(ledger: Ledger) -> None:
    look_at_rows(ledger, [OTHER], 0)
    look_at_rows(ledger, [OTHER, row(id="A-1", description="x", customer="W*-1")], 1)
    look_at_rows(ledger, [OTHER, row(id="A1", description="x", customer="W*-1")], 2)
    assert born(ledger, "A1") == 1
    assert ledger.history(SHEET, START).life("A-1") is None


def test_the_same_words_again_after_the_first_was_archived_are_a_new_request(ledger: Ledger) -> None:
    done = named(1, result="sent", resolved=date(2026, 11, 3))
    look_at_rows(ledger, [OTHER, bare(5)], 0)
    look_at_rows(ledger, [OTHER, done], 1)
    look_at_rows(ledger, [OTHER, row(id="A8", customer="W*-1", description="thing 1")], 2)
    assert born(ledger, "A8") == 2 and life(ledger, "A8").reopened == 0
    assert "first_seen" in life(ledger, "A8").unsure, "it may as well be the old row typed anew"


def test_a_row_that_left_and_came_back_goes_on(ledger: Ledger) -> None:
    look_at_rows(ledger, [OTHER, named(1), bare(2)], 0)
    look_at_rows(ledger, [OTHER], 1)
    look_at_rows(ledger, [OTHER, bare(2), named(1, result="sent")], 2)
    assert [event.what for event in ledger.stories("A1")[0].events] == [
        "first_seen",
        "gone",
        "back",
        "first_response",
        "changed",
    ]
    assert ledger.stories("A1")[0].gone is None
    look_at_rows(ledger, [OTHER, named(2), named(1, result="sent")], 3)
    assert (born(ledger, "A1"), born(ledger, "A2")) == (0, 0)


def test_a_tab_that_was_not_read_says_nothing_about_its_rows(ledger: Ledger) -> None:
    from dataclasses import replace

    from sheetops.books.base import Applied
    from sheetops.domain.plan import Plan
    from tests.unit.ledger.looks import see

    grids = [log(OTHER), log(named(1), name="Done")]
    look(ledger, *grids)
    view = see(grids, START + DAY)
    narrow = replace(view, snapshot=replace(view.snapshot, tables=view.snapshot.tables[:1]))
    ledger.record(ledger.start_run(SHEET, ["fill"], START + DAY), narrow, Plan(), Applied())
    assert ledger.stories("A1")[0].gone is None
    look(ledger, log(OTHER), now=START + 2 * DAY)
    assert ledger.stories("A1")[0].gone == START + 2 * DAY


@pytest.mark.parametrize("spelling", [20261101, 20261101.0, " 20261101 "])
def test_one_id_however_the_cell_holds_it(ledger: Ledger, spelling: Raw) -> None:
    look_at_rows(ledger, [OTHER, row(id="20261101", description="x")], 0)
    look_at_rows(ledger, [OTHER, row(id=spelling, description="y", customer="z")], 1)
    assert born(ledger, "20261101") == 0


def test_a_new_or_blank_column_is_no_change(ledger: Ledger) -> None:
    keys = (*KEYS, "opened", "nps")
    look(ledger, log(named(1), OTHER))
    look(ledger, log([*named(1), None, None], [*OTHER, None, ""], keys=keys), now=START + DAY)
    assert [event.what for event in ledger.stories("A1")[0].events] == ["first_seen"]


def test_a_column_that_vanished_takes_no_value_with_it(ledger: Ledger) -> None:
    keys = tuple(key for key in KEYS if key != "resolved")
    look(ledger, log(named(1, resolved=date(2026, 11, 1))))
    look(
        ledger,
        log(row(keys, id="A1", customer="W*-1", description="thing 1", urgency="High"), keys=keys),
        now=START + DAY,
    )
    assert life(ledger, "A1").reopened == 0 and life(ledger, "A1").resolved_seen == START


def test_a_row_whose_words_were_emptied_is_still_what_its_id_says(ledger: Ledger) -> None:
    look_at_rows(ledger, [OTHER, named(1, result="asked")], 0)
    look_at_rows(ledger, [OTHER, row(id="A1", urgency="Low")], 1)
    assert born(ledger, "A1") == 0
    look_at_rows(ledger, [OTHER, named(2), row(id="A1", customer="L*-9", description="another thing")], 2)
    assert born(ledger, "A1") == 0, "against nothing, no word differs"
