"""A workbook that was renamed or moved keeps its history; a copy, another team's or an unmounted share's does not give its away."""

from __future__ import annotations

from pathlib import Path

from sheetops.ledger import Ledger
from tests.sheets import log, row
from tests.unit.ledger.looks import DAY, START, look, see

ROWS = [
    row(id=f"202611{n:02}", customer=f"W*-shop {n}", description=f"cannot export table {n}") for n in range(5)
]


def asked(ledger: Ledger, place: Path, rows: list[list[object]]) -> str | None:
    return ledger.moved_from(see([log(*rows)], START + DAY, str(place)))


def desk(folder: Path, ledger: Ledger) -> Path:
    """A workbook that was looked at, beside another file."""
    old = folder / "desk.xlsx"
    old.touch()
    (folder / "notes.txt").touch()
    look(ledger, log(*ROWS), place=str(old))
    return old


def test_a_renamed_workbook_is_known_again_although_a_row_was_edited(ledger: Ledger, tmp_path: Path) -> None:
    old = desk(tmp_path, ledger)
    new = old.rename(tmp_path / "desk 2026.xlsx")
    edited = [*ROWS[:4], row(id="20261104", customer="W*-shop 4", description="it works after all")]
    assert asked(ledger, new, edited) == str(old)
    ledger.move(str(old), str(new))
    history = ledger.history(str(new), START + DAY)
    assert history.lives["20261100"].first_seen == START
    assert ledger.history(str(old), START + DAY).since is None
    assert asked(ledger, new, edited) is None  # it is known now


def test_a_copy_beside_the_original_is_a_sheet_of_its_own(ledger: Ledger, tmp_path: Path) -> None:
    desk(tmp_path, ledger)
    assert asked(ledger, tmp_path / "copy.xlsx", ROWS) is None


def test_a_folder_that_may_be_an_unmounted_share_proves_nothing(ledger: Ledger, tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    old = desk(share, ledger)
    for file in share.iterdir():
        file.unlink()
    assert asked(ledger, tmp_path / "new.xlsx", ROWS) is None
    share.rmdir()
    assert asked(ledger, tmp_path / "new.xlsx", ROWS) is None
    assert ledger.history(str(old), START).since == START


def test_other_rows_few_rows_and_two_candidates_are_not_taken_for_it(ledger: Ledger, tmp_path: Path) -> None:
    old = desk(tmp_path, ledger)
    old.unlink()
    others = [row(id=f"202611{n:02}", customer="L*-cafe", description=f"asks for {n}") for n in range(5)]
    new = tmp_path / "new.xlsx"
    assert asked(ledger, new, [*ROWS[:3], *others[3:]]) is None
    second = tmp_path / "second.xlsx"
    look(ledger, log(*ROWS), place=str(second))
    assert asked(ledger, new, ROWS) is None
    small = tmp_path / "small.xlsx"
    look(ledger, log(*others[:2]), place=str(small))
    assert asked(ledger, new, others[:2]) is None


def test_a_place_that_has_its_number_before_its_first_run_keeps_it_and_gets_the_history(
    ledger: Ledger, tmp_path: Path
) -> None:
    """A schedule or a fleet numbers a workbook when it sees the file; others lock it by that number."""
    old = desk(tmp_path, ledger)
    new = old.rename(tmp_path / "desk 2026.xlsx")
    number = ledger.number_of(str(new))
    died = ledger.start_run(str(new), ["fill"], START + DAY)
    assert ledger.reserve_ids(died, "202611", [4])
    assert asked(ledger, new, ROWS) == str(old)
    ledger.move(str(old), str(new))
    assert ledger.number_of(str(new)) == number
    history = ledger.history(str(new), START + DAY)
    assert set(history.lives) == {f"202611{n:02}" for n in range(5)} and history.since == START
    assert ledger.rebuild() == 0
    look(ledger, log(*ROWS[1:]), place=str(new), now=START + 2 * DAY)
    assert [state.place for state in ledger.sheets(START.date())] == [str(new)]
