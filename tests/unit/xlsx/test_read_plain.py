"""The pass over plain rows reads what calamine reads, and leaves to calamine what it is not sure of."""

from __future__ import annotations

import io
import random
from datetime import date, datetime
from html import escape

import pytest
from python_calamine import CalamineWorkbook

from sheetops.books.xlsx import read_plain
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.read import read_workbook
from sheetops.books.xlsx.read_plain import NotPlain, Plain
from sheetops.books.xlsx.strings import SharedStrings
from sheetops.domain.rows import Rows
from sheetops.domain.table import CellError, Raw
from sheetops.errors import SheetError
from tests.unit.xlsx.made import made

STRINGS = (
    "<t>甲</t>",
    "<t>a &amp; b&lt;&#x4e2d;&#22269;</t>",
    '<t xml:space="preserve"> 乙 </t>',
    "<t></t>",
    "<t>_x000D_x</t>",
)
RICH = ("<r><t>两</t></r><r><rPr><b/></rPr><t>段</t></r>", "<t>日</t><rPh sb='0' eb='1'><t>ひ</t></rPh>")


@pytest.fixture(autouse=True, params=["row by row", "cell by cell", "in bulk", "in bulk, small pieces"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small sheets are read cell by cell, large ones in bulk; all ways must read the same."""
    monkeypatch.setattr(read_plain, "_FEW_ROWS", 500 if request.param == "cell by cell" else 0)
    if request.param.startswith("in bulk"):
        monkeypatch.setattr(read_plain, "_LARGE", 0)
    if request.param.endswith("small pieces"):
        monkeypatch.setattr(read_plain, "_CHUNK", 1000)
        monkeypatch.setattr(read_plain, "_LARGE_CHUNK", 1000)


def read(data: bytes) -> list[list[Raw]]:
    package = Package.from_bytes(data, "f.xlsx")
    return list(Rows(Plain(package).read(package.sheets()[0]).columns))


def by_calamine(data: bytes) -> list[list[Raw]]:
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(data))
        .get_sheet_by_index(0)
        .to_python(skip_empty_area=False)
    )
    return [[None if cell == "" else cell for cell in row] for row in rows]  # type: ignore[misc]


def strings(rows: list[str], items: tuple[str, ...]) -> bytes:
    return made("".join(rows), strings=items)


@pytest.mark.parametrize("seed", range(25))
def test_it_reads_what_calamine_reads(seed: int) -> None:
    dice = random.Random(seed)
    items = STRINGS + (RICH if seed % 2 else ())
    rows, number = [], 0
    for _ in range(dice.randrange(1, 12)):
        number += dice.choice((1, 1, 1, 1, 3))
        cells = ""
        for column in "ABCDEF"[: dice.randrange(7)]:
            place = f"{column}{number}"
            cells += dice.choice(
                (
                    "",
                    f'<c r="{place}" s="4"/>',
                    f'<c r="{place}"><v>{dice.choice((0, -7, 3.25, 1e300, 20231001))}</v></c>',
                    f'<c r="{place}" s="1"><v>{dice.choice((45000, 46000.5, 61))}</v></c>',
                    f'<c r="{place}" t="s"><v>{dice.randrange(len(items))}</v></c>',
                    f'<c r="{place}" t="s"><v>0</v></c>',
                    f'<c r="{place}" t="b"><v>{dice.randrange(2)}</v></c>',
                    f'<c r="{place}" t="str"><f>A1&amp;"x"</f><v>丙 &gt; 丁</v></c>',
                    f'<c r="{place}"><f t="shared" si="0"/><v>4</v></c>',
                    f'<c r="{place}" t="inlineStr"><is><t>{escape("戊 & 己")}</t></is></c>',
                )
            )
        rows.append(
            f'<row r="{number}" spans="1:6" ht="15">{cells}</row>' if cells else f'<row r="{number}"/>'
        )
    data = strings(rows, items)
    ours, theirs = read(data), by_calamine(data)
    while ours and not any(cell is not None for cell in ours[-1]):
        ours.pop()  # calamine ends at the last cell that holds something
    width = max(map(len, theirs), default=0)
    assert [(row + [None] * width)[:width] for row in ours] == [
        (row + [None] * width)[:width] for row in theirs
    ]
    assert not [cell for row in ours for cell in row[width:] if cell is not None]


def test_what_calamine_does_not_tell() -> None:
    cells = (
        '<c r="A1" t="e"><v>#N/A</v></c><c r="B1" s="1"><v>46000</v></c><c r="C1" s="1"><v>46000.25</v></c>'
    )
    (row,) = read(made(f'<row r="1">{cells}</row>'))
    assert isinstance(row[0], CellError) and row[0] == "#N/A"
    assert row[1:] == [date(2025, 12, 9), datetime(2025, 12, 9, 6)]


@pytest.mark.parametrize(
    "row",
    [
        '<row><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c><v>1</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="B1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>9</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1"><v>one</v></c></row>',
        '<row r="1"><c r="A1" t="d"><v>2026-01-01</v></c></row>',
        '<row r="1"><c r="A1" s="1"><v>0.5</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r></is></c></row>',
        '<row r="1"><!-- <c r="B1"/> --><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="ZZ1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><x/></row>',
        '<row r="1"><x/><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
    ],
)
def test_what_it_is_not_sure_of_it_leaves(row: str) -> None:
    with pytest.raises(NotPlain):
        read(strings([row], STRINGS[:1]))


def test_a_column_that_begins_late_and_rows_that_are_missing() -> None:
    many = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 30_001) if n % 7)
    data = made(f'{many}<row r="40000"><c r="C40000"><v>5</v></c></row>')
    (grid,) = read_workbook(data, "f.xlsx").grids
    assert len(grid.rows) == 40_000
    assert grid.cell(40_000, 3) == 5 and grid.cell(29_999, 1) == 29_999 and grid.cell(7, 1) is None
    assert grid.rows[29_998] == [29_999.0, None, None]


def test_rows_that_have_a_height_and_no_cells() -> None:
    high = [f'<row r="{n}" ht="20" customHeight="1"/>' for n in range(1, 13)]
    (grid,) = read_workbook(made("".join(high)), "f.xlsx").grids
    assert not any(any(row) for row in grid.rows)
    filler = f'<row r="13" ht="20" x="{"y" * (1 << 20)}"/>'  # so that the first cell comes with the next rows
    (grid,) = read_workbook(
        made("".join([*high, filler, '<row r="14"><c r="B14"><v>7</v></c></row>'])), "f.xlsx"
    ).grids
    assert grid.cell(14, 2) == 7 and grid.cell(13, 2) is None


@pytest.mark.parametrize("broken", [b"&#1114112;", b"&#xD800;", b"\xff"])
def test_a_broken_text_ends_in_a_clear_word_or_is_left_to_calamine(broken: bytes) -> None:
    package = Package.from_bytes(made('<row r="1"><c r="A1" t="str"><v>a?</v></c></row>'), "f.xlsx")
    sheet = package.sheets()[0].part
    package.set_part(sheet, package.part(sheet).replace(b"a?", b"a" + broken))
    try:
        (grid,) = read_workbook(package.to_bytes(), "f.xlsx").grids
    except SheetError as error:
        assert "\n" not in error.line()
    else:
        str(grid.cell(1, 1)).encode()


def test_a_day_that_is_no_number_stays_as_it_is() -> None:
    (grid,) = read_workbook(made('<row r="1"><c r="A1" s="1"><v>nan</v></c></row>'), "f.xlsx").grids
    assert str(grid.cell(1, 1)).casefold() == "nan"


HINT = '<phoneticPr fontId="1" type="noConversion"/>'


@pytest.mark.parametrize(
    "items",
    [
        ("<t>甲</t>", "<t>乙</t>"),
        (f"<t>甲</t>{HINT}", f"<t>乙</t>{HINT}"),
        (f"<r><t>两</t></r><r><t>段</t></r>{HINT}", "<t>乙</t>"),
        ('<t xml:space="preserve"> 甲 </t>', "<t/>"),
        ("<t>何？ what?</t>", "<t>a &amp; b!</t>"),
        ("<t>_x000D_</t>", "<t>&lt;t></t>"),
        ("<t>a\r\nb</t>", ""),
        ("", ""),
        ("<t>甲</t><rPh sb='0' eb='1'><t>ひ</t></rPh>", "<!-- <si><t>no</t></si> --><t>乙</t>"),
        ("<t>甲</t><?note?>", "<t><![CDATA[<乙>]]></t>"),
        ("<t>甲</t><?note <si>?>", "<t>乙</t>"),
        ("<t>a&#13;b&#10;c&#13;&#10;d</t>", "<t>\re</t>"),
        ("<t>a&#13;b</t>", f"<t>乙</t>{HINT}", "<r><t>两</t></r>"),
    ],
)
def test_shared_texts_split_at_once_are_those_read_one_by_one(items: tuple[str, ...]) -> None:
    shared = SharedStrings(Package.from_bytes(made(strings=items), "f.xlsx"))
    assert shared.plain() == [shared[index] or None for index in range(len(items))]


def test_an_empty_first_entry_counts() -> None:
    package = Package.from_bytes(made(strings=("<t>甲</t>", "<t>乙</t>")), "f.xlsx")
    part = package.related(package.workbook_part(), "sharedStrings")
    assert part is not None
    package.set_part(part, package.part(part).replace(b"<si>", b"<si/><si>", 1))
    assert SharedStrings(package).plain() == [None, "甲", "乙"]
