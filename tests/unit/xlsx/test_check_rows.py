"""The walk over what differs finds the same changes as laying all rows side by side, and believes no likely bytes."""

from __future__ import annotations

import io
import random
import zipfile
from itertools import pairwise

import pytest

from sheetops.books.xlsx.check_rows import _differing, changed_rows
from sheetops.books.xlsx.check_sheet import Rows, SheetText, well_formed_but_for
from sheetops.books.xlsx.check_zip import Members
from tests.unit.xlsx.made import sheet_xml


def row(number: int, text: str) -> str:
    return f'<row r="{number}" spans="1:3"><c r="A{number}"><v>{text}</v></c></row>'


def sheet(rows: dict[int, str], blank: str = "") -> SheetText:
    return SheetText(
        sheet_xml(blank.join(row(n, rows[n]) for n in sorted(rows)) or "\n", after="<x/>").encode()
    )


@pytest.mark.parametrize("seed", range(60))
def test_the_walk_finds_what_a_comparison_of_all_rows_finds(seed: int) -> None:
    dice = random.Random(seed)
    before = {n: "1" * dice.randrange(1, 9) for n in range(1, dice.randrange(2, 400)) if dice.random() < 0.9}
    after = dict(before)
    for _ in range(dice.randrange(1, 8)):
        number = dice.randrange(1, 420)
        what = dice.randrange(3)
        if what == 0:
            after.pop(number, None)
        else:
            after[number] = "1" * dice.randrange(1, 9) if what == 1 else str(dice.random())
    blank = dice.choice(("", "\n", "  "))
    old, new = sheet(before, blank), sheet(after, blank)
    found = changed_rows(old, new)
    assert found == list(_differing(Rows(old, old.start, old.end), Rows(new, new.start, new.end)))
    assert {change.number for change in found} == {
        n for n in before.keys() | after.keys() if before.get(n) != after.get(n)
    }
    assert all(a.number < b.number for a, b in pairwise(found)) and all(change.in_order for change in found)


def test_a_row_out_of_order_is_told() -> None:
    old = SheetText(sheet_xml(row(1, "1") + row(5, "1") + row(9, "1")).encode())
    new = SheetText(sheet_xml(row(1, "1") + row(7, "2") + row(5, "1") + row(9, "1")).encode())
    assert [change.number for change in changed_rows(old, new) if not change.in_order]


def test_rows_without_numbers_are_counted() -> None:
    plain = "<row><c><v>1</v></c></row>"
    old = SheetText(sheet_xml(plain * 5).encode())
    new = SheetText(sheet_xml(plain * 3 + "<row><c><v>2</v></c></row>" + plain).encode())
    assert [change.number for change in changed_rows(old, new)] == [4]


def test_a_changed_row_that_is_no_xml_is_told() -> None:
    old = SheetText(sheet_xml(row(1, "1") + row(2, "1")).encode())
    part = sheet_xml(row(1, "1") + row(2, "a & b")).encode()
    new = SheetText(part)
    with pytest.raises(ValueError, match="well-formed"):
        well_formed_but_for(part, new, changed_rows(old, new))


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("read", [False, True])
@pytest.mark.parametrize(
    "likely", [b"x" * 300_000, b"y" * 300_000, b"x" * 299_999, b"x" * 299_999 + b"y", b""]
)
def test_likely_bytes_are_believed_only_where_the_member_holds_them(likely: bytes, read: bool) -> None:
    held = b"x" * 300_000
    members = Members(zipped(a=held), lambda name: likely, read)
    assert members.plain("a") == held
    assert (members.plain("a") is likely) == (likely == held)
    members.agree("a")
