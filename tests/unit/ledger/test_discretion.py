"""An ID cell that holds an address is known again, and its text is nowhere in the ledger."""

from __future__ import annotations

from sheetops.ledger import Ledger
from tests.sheets import log, row
from tests.unit.ledger.looks import DAY, START, everything, life, look, look_at_rows


def test_an_address_in_the_id_column(ledger: Ledger) -> None:
    address = "zhang.san@example.com"
    look_at_rows(ledger, [row(id=address, customer="W*-shop", description="a")], 0)
    changed = row(id=address, customer="W*-shop", description="said otherwise")
    look_at_rows(ledger, [changed], 1)
    assert life(ledger, address).first_seen == START
    look(ledger, log(changed), now=START + 2 * DAY, edits=[(0, "id", "other@example.com")])
    assert life(ledger, "other@example.com").first_seen == START
    assert "example.com" not in everything(ledger)
    assert ledger.forget("other@example.com") == 1 and ledger.rebuild() == 0
