"""A row of a forgotten request is seen as new, and what is no longer known of it is said to be so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sheetops.domain.kpis.facts import Facts
from sheetops.ledger import Ledger
from tests.sheets import log, row
from tests.unit.ledger.looks import DAY, SHEET, START, life, look_at_rows, see

_OTHER = row(id="20261103", customer="O*", description="beta")


@pytest.mark.parametrize("identifier", ["20261101", "INC0000045", 20261101])
@pytest.mark.parametrize("notes", [None, "seen"])  # so that it slept until it was forgotten, or not
@pytest.mark.parametrize(
    ("cells", "unsure"),
    [
        ({"result": "repaired", "resolved": date(2026, 11, 5)}, {"first_seen", "first_response", "resolved"}),
        ({"result": "looked into"}, {"first_seen", "first_response"}),
        ({}, {"first_seen"}),
    ],
)
def test_what_was_forgotten_cannot_be_known(
    ledger: Ledger, identifier: str | int, notes: str | None, cells: dict[str, object], unsure: set[str]
) -> None:
    def request(**more: object) -> list[object]:
        return row(id=identifier, customer="W*-shop", description="alpha", **{**cells, **more})  # type: ignore[arg-type]

    look_at_rows(ledger, [_OTHER], 0)
    look_at_rows(ledger, [request(), _OTHER], 1)  # type: ignore[list-item]
    look_at_rows(ledger, [request(notes=notes), _OTHER], 2)  # type: ignore[list-item]
    known = life(ledger, str(identifier))
    assert not known.unsure and (known.first_response is not None) == bool(cells)
    assert ledger.forget(str(identifier)) == 1
    look_at_rows(ledger, [request(), _OTHER], 16)  # type: ignore[list-item]
    anew = life(ledger, str(identifier))
    assert anew.unsure == unsure and anew.first_response is None
    assert not life(ledger, "20261103").unsure - {"first_seen"}
    view = see([log(request(), _OTHER)], START + 16 * DAY)  # type: ignore[arg-type]
    facts = Facts(replace(view, history=ledger.history(SHEET, view.now)))
    assert facts.lives[0] is None and not facts.exact[0], "no figure takes the day for that of its opening"
    assert ledger.rebuild() == 0


def test_a_new_request_beside_a_forgotten_one_is_new(ledger: Ledger) -> None:
    look_at_rows(ledger, [_OTHER], 0)
    ledger.forget("20261103")
    look_at_rows(ledger, [_OTHER, row(id="20261102", customer="N*", description="c", result="asked")], 1)
    assert not life(ledger, "20261102").unsure and life(ledger, "20261102").first_response == START + DAY


@pytest.mark.parametrize(("prefix", "identifier"), [("INC-", "INC-00007"), ("202611", "20261107")])
def test_what_was_forgotten_cannot_be_known_where_a_run_gave_the_number(
    ledger: Ledger, prefix: str, identifier: str
) -> None:
    run = ledger.start_run(SHEET, ["fill"], START)
    assert ledger.reserve_ids(run, prefix, [7])
    request = row(id=identifier, customer="W*-shop", description="alpha")
    look_at_rows(ledger, [_OTHER], 0)
    look_at_rows(ledger, [_OTHER, request], 1)
    assert ledger.forget(identifier) == 1
    look_at_rows(ledger, [_OTHER, request], 2)
    assert life(ledger, identifier).unsure == {"first_seen"}
    assert ledger.history(SHEET, START).highest[prefix] == 7, "no other request gets it"
    assert not ledger.reserve_ids(ledger.start_run(SHEET, ["fill"], START + 3 * DAY), prefix, [7])
