"""Which of some requests alike is the later one."""

from __future__ import annotations

from datetime import date

from sheetops.domain.twin_order import Entry, lateness

BEGUN = date(2026, 11, 2)


def ids_in_order(*ids: str) -> list[str]:
    entries = [Entry(BEGUN.toordinal(), one, 0, at, "A") for at, one in enumerate(ids)]
    return [entry.id for entry in sorted(entries, key=lateness(dict.fromkeys(entries), BEGUN))]


def test_ids_are_compared_by_their_numbers_and_a_blank_one_is_the_last() -> None:
    assert ids_in_order("", "202611100", "20261199", "INC-10", "INC-9") == [
        "INC-9",
        "INC-10",
        "20261199",
        "202611100",
        "",
    ]


def test_a_number_of_thousands_of_digits_has_its_place() -> None:
    long = "9" * 5_000
    assert ids_in_order(f"INC-{long}", "INC-8", "INC-00007") == ["INC-00007", "INC-8", f"INC-{long}"]
