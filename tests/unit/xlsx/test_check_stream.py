"""A sheet that is judged piece by piece gets the verdict that it gets as a whole, whatever was done to it."""

from __future__ import annotations

import random
import re
import zlib
from collections import Counter
from collections.abc import Iterable

import pytest

from sheetops.books.xlsx import check, check_stream
from sheetops.books.xlsx.check import check_save
from sheetops.books.xlsx.check_sheet import SheetText
from sheetops.books.xlsx.check_stream import Near, near_rows
from sheetops.books.xlsx.edit import patch_cells
from sheetops.books.xlsx.package import Package
from sheetops.errors import SheetError
from tests.unit.xlsx.made import SHEET, made, sheet_xml

CELL = re.compile(rb"<c [^>]*?(?:/>|>.*?</c>)")
ROW = re.compile(rb"<row [^>]*?(?:/>|>.*?</row>)")


def row(number: int, text: str) -> str:
    cells = "".join(f'<c r="{letter}{number}"><v>{text}</v></c>' for letter in "ABCD")
    return f'<row r="{number}" spans="1:4">{cells}</row>'


def verdict(before: bytes, after: bytes, cells: dict[tuple[str, str], object]) -> str:
    try:
        check_save(Package.from_bytes(before, "f"), after, cells)
    except SheetError as error:
        return str(error)
    return ""


def damaged(xml: bytes, dice: random.Random) -> bytes:
    """The sheet with one thing in it that nobody planned, or with nothing."""
    rows = [found.span() for found in ROW.finditer(xml)]
    start, end = dice.choice(rows)
    one = xml[start:end]
    cells = [found.span() for found in CELL.finditer(one)]
    a, b = dice.choice(cells) if cells else (0, 0)
    ways = (
        one,
        b"",
        one + one,
        one + CELL.sub(b"", one, 3),
        one.replace(b"<v>1", b"<v>2", 1),
        one[:a] + one[b:],
        one[:a] + one[a:b] * 2 + one[b:],
        one[:b] + b"<c><v>7</v></c>" + one[b:],
        one.replace(b"<row ", b'<row hidden="1" '),
        one.replace(b'r="', b'r="9', 1),
        one + b"<!-- <row r='1'> -->",
        one.replace(b"</row>", b"<!--</row>--></row>"),
        one.replace(b"</v>", b"</w>", 1),
        one + b"\n",
        one.replace(b"<row ", b"<row\n", 1),
    )
    xml = xml[:start] + dice.choice(ways) + xml[end:]
    ends = (
        (b"", b""),
        (b"</sheetData>", b"</sheetData><mergeCells/>"),
        (b"</sheetData>", b"</sheetData >"),
        (b"<sheetData>", b"<sheetData ><!-- -->"),
        (b"</worksheet>", b""),
        (b"<sheetData>", b'<dimension ref="A1:D900"/><sheetData>'),
    )
    return xml.replace(*dice.choice((*ends[:1] * 8, *ends)), 1) if dice.random() < 0.5 else xml


@pytest.mark.parametrize("seed", range(150))
def test_the_verdict_is_that_of_a_look_at_the_whole(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(seed)
    numbers = [n for n in range(1, dice.randrange(3, 60)) if dice.random() < 0.95] or [1, 2]
    before = made("".join(row(n, "1" * dice.randrange(1, 900)) for n in numbers))
    edits: dict[tuple[str, str], object] = {
        ("Log", f"{dice.choice('ABCDF')}{dice.randrange(1, numbers[-1] + 2)}"): dice.choice((5, "five", None))
        for _ in range(dice.randrange(1, 7))
    }
    package = Package.from_bytes(before, "f")
    cells = dict(patch_cells(package, edits).cells)
    if seed % 3:
        package.set_part(SHEET, damaged(package.part(SHEET), dice))
    if seed % 5 == 0 and cells:
        cells.pop(next(iter(cells)))
    after = package.to_bytes()
    monkeypatch.setattr(check, "near_rows", lambda *_: None)
    whole = verdict(before, after, cells)
    monkeypatch.undo()
    if seed % 2:
        monkeypatch.setattr(check_stream, "_PIECE", 64)  # so that planned rows are guessed at
    assert verdict(before, after, cells) == whole
    if seed % 3 == 0 and seed % 5:
        assert whole == ""


def pieces(text: bytes, size: int) -> Iterable[bytes]:
    return (text[at : at + size] for at in range(0, len(text), size))


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_a_usual_edit_is_judged_by_its_rows_alone(size: int) -> None:
    before = sheet_xml("".join(row(n, "1") for n in range(1, 400))).encode()
    after = before.replace(b'<c r="B200"><v>1</v>', b'<c r="B200"><v>222</v>')
    near = near_rows(SheetText(before), pieces(after, size), {3, 200, 399, 500})
    assert isinstance(near, Near)
    assert [(change.number, change.in_order) for change in near.changes] == [(200, True)]
    assert sorted(near.rows) == [3, 200]
    assert len(near.new.text) < 1_000
    assert near_rows(SheetText(before), pieces(after, size), {3}) is None


def test_most_sheets_are_judged_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    told: Counter[bool] = Counter()

    def watched(old: SheetText, new: Iterable[bytes], planned: Iterable[int]) -> Near | None:
        near = near_rows(old, new, planned)
        told[near is not None] += 1
        return near

    monkeypatch.setattr(check, "near_rows", watched)
    before = made("".join(row(n, "1") for n in range(1, 50)))
    for cell in ("A1", "B7", "F49", "C50", "A60"):
        package = Package.from_bytes(before, "f")
        cells = patch_cells(package, {("Log", cell): "x", ("Log", "A20"): 5}).cells
        assert verdict(before, package.to_bytes(), dict(cells)) == ""
    assert told == {True: 5}


def put(package: Package, old: bytes, new: bytes) -> bytes:
    xml = package.part(SHEET)
    assert old in xml
    package.set_part(SHEET, xml.replace(old, new))
    return package.to_bytes()


def edited() -> tuple[bytes, Package, dict[tuple[str, str], object]]:
    before = made("".join(row(n, "1") for n in range(1, 9)))
    package = Package.from_bytes(before, "f")
    return before, package, dict(patch_cells(package, {("Log", "B2"): 5, ("Log", "D5"): 5}).cells)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b'<c r="B2"><v>5</v></c>', b'<c r="B2"><v>5</v></c><c><v>7</v></c>', "out of order"),
        (b'<c r="D5"><v>5</v></c>', b'<c r="D5"><v>5</v></c><c><v>7</v></c>', "column 5 of row 5"),
        (b'<c r="C2"><v>1</v>', b'<c r="C2"><v>2</v>', "column 3 of row 2"),
        (b'<row r="4"', b'<row r="4" ht="3"', "row 4 changed"),
        (b'<row r="5"', b'<row r="5" ht="3"', "settings of row 5"),
    ],
)
def test_what_hides_beside_a_planned_cell_is_found(old: bytes, new: bytes, says: str) -> None:
    before, package, cells = edited()
    assert says in verdict(before, put(package, old, new), cells)


def test_a_comment_in_a_planned_row_has_the_whole_looked_at() -> None:
    before = sheet_xml("".join(row(n, "1") for n in range(1, 9))).encode()
    for mark in (b"<!-- -->", b"<?x?>"):
        after = before.replace(b'<c r="B2"><v>1</v></c>', b'<c r="B2"><v>5</v></c>' + mark)
        assert near_rows(SheetText(before), [after], {2}) is None


def test_a_sheet_whose_checksum_is_wrong_is_no_sound_sheet() -> None:
    before, package, cells = edited()
    after = package.to_bytes()
    crc = zlib.crc32(package.part(SHEET)).to_bytes(4, "little")
    assert after.count(crc) == 2  # in the member's own header and in the directory
    assert "checksum" in verdict(before, after.replace(crc, b"\1\2\3\4"), cells)
