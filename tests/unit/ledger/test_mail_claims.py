"""Whose day it is: after a mail that failed, the ledger says of each sheet what was told in the end."""

from __future__ import annotations

from datetime import date, datetime

from sheetops.ledger import Ledger

WHO, DAY, NEXT = "zoe@house.internal", date(2026, 11, 20), date(2026, 11, 21)
NORTH, SOUTH = "https://sheets.example/north", "https://sheets.example/south"


def runs(ledger: Ledger) -> tuple[str, str]:
    moment = datetime(2026, 11, 20, 9)
    return ledger.start_run(NORTH, ["remind"], moment), ledger.start_run(SOUTH, ["remind"], moment)


def test_a_sheet_whose_mail_failed_is_held_when_another_takes_the_day(ledger: Ledger) -> None:
    north, south = runs(ledger)
    assert ledger.claim_digest(north, (NORTH,), WHO, DAY, "<1@x>")
    ledger.mail_outcome("<1@x>", "failed")
    assert ledger.claim_digest(south, (SOUTH,), WHO, DAY, "<2@x>")
    ledger.mail_outcome("<2@x>", "sent")
    assert not ledger.claim_digest(north, (NORTH,), WHO, DAY, "<1@x>")
    assert ledger.hold_digest(north, NORTH, WHO, DAY)  # it told nobody, so it has the first turn tomorrow
    assert ledger.has_turn((NORTH,), WHO, NEXT) and not ledger.has_turn((SOUTH,), WHO, NEXT)


def test_a_mail_that_takes_the_place_of_a_failed_one_tells_of_all_its_sheets(ledger: Ledger) -> None:
    north, _ = runs(ledger)
    assert ledger.claim_digest(north, (NORTH,), WHO, DAY, "<1@x>")
    ledger.mail_outcome("<1@x>", "failed")
    assert ledger.claim_digest(north, (NORTH, SOUTH), WHO, DAY, "<2@x>")
    assert ledger.sheets_told("<2@x>") == [NORTH, SOUTH]
    assert not ledger.hold_digest(north, NORTH, WHO, DAY)


def test_a_sheet_that_tells_after_all_no_longer_waits(ledger: Ledger) -> None:
    north, south = runs(ledger)
    assert ledger.claim_digest(south, (SOUTH,), WHO, DAY, "<2@x>")
    assert ledger.hold_digest(north, NORTH, WHO, DAY)
    ledger.mail_outcome("<2@x>", "failed")
    assert ledger.claim_digest(north, (NORTH,), WHO, DAY, "<1@x>")
    ledger.mail_outcome("<1@x>", "sent")
    assert ledger.hold_digest(south, SOUTH, WHO, DAY)
    assert ledger.has_turn((SOUTH,), WHO, NEXT)
    assert not ledger.has_turn((NORTH,), WHO, NEXT)
