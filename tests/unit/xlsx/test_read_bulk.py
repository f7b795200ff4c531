"""What is read in bulk is what the pattern of a row reads, and what calamine reads; odd rows are left to the pattern."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from bench.workload import make
from sheetops.books.xlsx import read_bulk, read_plain
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.read import _Places, read_workbook
from sheetops.books.xlsx.read_bulk import Bulk
from sheetops.books.xlsx.read_plain import NotPlain, Plain
from sheetops.books.xlsx.sheet import SheetXml
from sheetops.domain.table import CellError, column_letters
from sheetops.errors import SheetopsError
from tests.shared_inputs import shared
from tests.unit.xlsx.made import SHEET, made, sheet_xml

TEXTS = ("<t>甲</t>", "<t>a &amp; b</t>", "<t></t>", "<r><t>两</t></r><r><t>段</t></r>")

digits = st.text("0123456789", min_size=0, max_size=19)
numbers = st.one_of(
    digits, st.floats(allow_nan=False).map(repr), st.integers(0, 70_000).map(str), st.just("7 ")
)
cells = st.one_of(
    st.builds(
        '<c r="@"{}><v>{}</v></c>'.format, st.sampled_from(["", ' s="4"', ' t="n"', ' s="3" t="n"']), numbers
    ),
    st.builds('<c r="@" s="1"><v>{}</v></c>'.format, st.integers(1, 3_000_000)),
    st.builds('<c r="@"{} t="s"><v>{}</v></c>'.format, st.sampled_from(["", ' s="2"']), st.integers(0, 3)),
    st.builds('<c r="@"{}/>'.format, st.sampled_from(["", ' s="1"', ' s="3"', ' t="s"'])),
    st.sampled_from(
        [
            '<c r="@" t="b"><v>1</v></c>',
            '<c r="@" t="e"><v>#N/A</v></c>',
            '<c r="@" t="str"><f>A1&amp;"x"</f><v>丙 &gt; 丁</v></c>',
            '<c r="@"><f t="shared" si="0"/><v>4</v></c>',
            '<c r="@" t="inlineStr"><is><t>戊</t></is></c>',
            '<c r="@" t="inlineStr"><is><t>r=r=r=1, A1&amp;r="2"</t></is></c>',
            '<c r="@" t="s"><v></v></c>',
            '<c r="@"></c>',
        ]
    ),
)
places = st.integers(1, 24).map(lambda n: n if n < 20 else (26, 27, 52, 53, 99)[n - 20])
row_heads = st.sampled_from(
    [
        "",
        ' spans="1:9"',
        ' ht="15" x14ac:dyDescent="0.25"',
        ' hidden="1"',
        " hidden='true'",
        f' x="{"y" * 500}"',
    ]
)
rows = st.lists(
    st.tuples(st.sampled_from([1, 1, 1, 2, 4]), row_heads, st.dictionaries(places, cells, max_size=9)),
    min_size=1,
    max_size=8,
)
slips = st.lists(
    st.tuples(
        st.integers(0, 10_000),
        st.integers(0, 9),
        st.sampled_from(
            (
                "",
                "<",
                ">",
                "/",
                '"',
                "A",
                "9",
                " ",
                "\n",
                "\0",
                "a",
                "-",
                "</v>",
                "</c>",
                "<v>",
                "</row>",
                "<f>1</f>",
                "</v></c>",
                '<row r="4">',
                '<c r="A1">',
                '<c r="B2"/>',
                "<x/>",
            )
        ),
    ),
    max_size=3,
)


def written(listed: list[tuple[int, str, dict[int, str]]]) -> str:
    """Rows of (steps from the row before, attributes, cell by column)."""
    xml, number = "", 0
    for step, head, row in listed:
        number += step
        inside = "".join(
            row[column].replace("@", f"{column_letters(column)}{number}") for column in sorted(row)
        )
        xml += f'<row r="{number}"{head}>{inside}</row>' if inside else f'<row r="{number}"{head}/>'
    return xml


@pytest.fixture(autouse=True, scope="module")
def however_odd() -> Iterator[None]:
    """Every kind of cell is tried, not only a few among many usual ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read_bulk, "_MOST_ODD", 1)
        yield


def both(xml: str) -> tuple[list[list[Any]] | None, list[list[Any]] | None]:
    """The columns by the pattern and in bulk, each None where that way is not sure."""
    package = Package.from_bytes(made(sheet=sheet_xml("<row/>"), strings=TEXTS), "f.xlsx")
    package.set_part(SHEET, sheet_xml(xml or "<row/>").encode())
    plain = Plain(package)
    try:
        pattern = plain.read(package.sheets()[0]).columns
    except NotPlain:
        pattern = None
    try:
        sheet = SheetXml(package, package.sheets()[0])
        assert sheet.scan is sheet.data
        rows = Bulk(plain, sheet.data)
        bulk = rows.take(sheet.rows_start, sheet.rows_end, 0)
    except (AssertionError, SheetopsError, NotPlain):
        bulk = None
    else:
        places = _Places(sheet.data)
        assert (rows.formulas, rows.hidden) == (places.formulas(), places.hidden()), xml
    return pattern, bulk


@settings(deadline=None, max_examples=250)
@given(rows, slips)
def test_in_bulk_or_by_the_pattern_is_the_same(
    listed: list[tuple[int, str, dict[int, str]]], damage: list[tuple[int, int, str]]
) -> None:
    xml = written(listed)
    for at, count, text in damage:
        at %= len(xml) + 1
        xml = xml[:at] + text + xml[at + count :]
    pattern, bulk = both(xml)
    if bulk is not None:
        assert pattern is not None, xml
        assert repr(bulk) == repr(pattern), xml


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 10**16 - 1).map(str), min_size=1, max_size=60), st.integers(0, 12))
def test_every_whole_number_of_a_log_is_told_in_bulk(texts: list[str], zeros: int) -> None:
    texts = [f"{'0' * min(zeros, 16 - len(text))}{text}" for text in texts]
    xml = "".join(f'<row r="{n}"><c r="A{n}"><v>{text}</v></c></row>' for n, text in enumerate(texts, 1))
    assert both(xml)[1] == [[float(text) for text in texts]]


def test_what_is_usual_is_taken_in_bulk() -> None:
    xml = "".join(
        f'<row r="{n}" spans="1:30"><c r="A{n}" s="1"><v>{46_000 + n}</v></c><c r="B{n}" s="1"><v>46000.25</v></c>'
        f'<c r="C{n}" t="s"><v>{n % 4}</v></c><c r="D{n}" s="4"/><c r="AD{n}" s="4"><v>{10**n}</v></c></row>'
        for n in (1, 2, 3, 5)
    )
    _, bulk = both(xml)
    assert bulk is not None and len(bulk) == 30
    assert bulk[0] == [date(2025, 12, 10), date(2025, 12, 11), date(2025, 12, 12), None, date(2025, 12, 14)]
    assert bulk[1][4] == datetime(2025, 12, 9, 6)
    assert bulk[2] == ["a & b", None, "两段", None, "a & b"]
    assert bulk[3] == [None] * 5 and bulk[29] == [10.0, 100.0, 1000.0, None, 100_000.0]


@pytest.mark.parametrize(
    "row",
    [
        '<c r="A1" s="1"><v>0</v></c>',
        '<c r="A1" t="s"><v>4</v></c>',
        '<c r="A1" t="s"><v>99999999999999999999</v></c>',
        '<c r="A2"><v>1</v></c>',
        '<c r="a1"><v>1</v></c>',
        '<c r="AAAA1"><v>1</v></c>',
        '<c r="A1"><v>1</v></c><c r="A1"><v>1</v></c>',
        '<c r="A1"><v>1</v></c>text',
        '<c r="A1"><v>1</v> </c>',
        '<c r="A1"/ >',
        '<c r="A1"><v>1:</v></c>',
        '<c r="A1"><v>/1</v></c>',
        '<c r="A1"><v>1</v></c></row><row r="2"/></row><row r="3">',
        '<c r="A1"><v>1</v></c></row><row r="2"/><c r="A2"/></row><row r="3">',
        '<c r="A1"><v>1</v></c></row><row r="2"/><c r="A2"/><row r="3">',
        '<c r="A1"><v>1</v></c></row><row r="1048577"><c r="A1048577"/>',
    ],
)
def test_what_is_wrong_is_not_taken(row: str) -> None:
    assert both(f'<row r="1">{row}</row>')[1] is None


def taken(xml: str, before: int = 0) -> tuple[Bulk, list[list[Any]]]:
    """What is taken in bulk of these rows, which follow the row `before`."""
    package = Package.from_bytes(made(sheet=sheet_xml(xml), strings=TEXTS), "f.xlsx")
    sheet = SheetXml(package, package.sheets()[0])
    rows = Bulk(Plain(package), sheet.data)
    return rows, rows.take(sheet.rows_start, sheet.rows_end, before)


def test_addresses_of_every_length_are_told() -> None:
    columns = {1: "A", 26: "Z", 27: "AA", 53: "BA", 99: "CU"}
    for first, last in ((8, 11), (98, 101), (99_998, 100_001), (999_998, 1_000_002), (1_048_570, 1_048_576)):
        numbers = range(first, last + 1)
        xml = "".join(
            f'<row r="{n}">'
            + "".join(f'<c r="{name}{n}" t="s"><v>0</v></c>' for name in columns.values())
            + "</row>"
            for n in numbers
        )
        rows, found = taken(xml, first - 1)
        assert [at for at, column in enumerate(found, 1) if column == ["甲"] * len(numbers)] == list(columns)
        assert rows.last_row == last
        with pytest.raises(NotPlain):  # a cell of another row
            taken(xml.replace(f'"CU{last}"', f'"CU{last - 1}"'), first - 1)


def test_rows_without_cells_are_taken_however_they_end() -> None:
    rows, found = taken(
        '<row r="1"></row><row r="2" ht="3"/><row r="3"><c r="A3"><v>7</v></c></row><row r="4"></row>'
    )
    assert found == [[None, None, 7.0, None]] and rows.last_row == 4


def test_a_hundred_formats_and_formats_of_any_number_are_told() -> None:
    heads = [f' s="{n}"' for n in range(5, 105)] + [f' s="{"1" * n}" t="n"' for n in range(3, 20)]
    listed = [heads[n * n % len(heads)] for n in range(1000)]
    xml = "".join(f'<row r="{n}"><c r="A{n}"{head}><v>{n}</v></c></row>' for n, head in enumerate(listed, 1))
    rows, found = taken(xml)
    assert found == [[float(n) for n in range(1, 1001)]]
    begin, middle, end = (rows._xml.index(b'<row r="%d"' % n) for n in (1, 500, 1000))  # piece by piece
    assert rows.take(begin, middle, 0) == [found[0][:499]]
    assert rows.take(middle, end, 499) == [found[0][499:999]]


def test_cells_without_a_row_are_not_taken() -> None:
    assert both('<c r="A1"><v>1</v></c>')[1] is None


def test_formulas_and_hidden_rows_are_looked_for_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_plain, "_LARGE", 0)
    cell = '<c r="A{0}"><v>1</v></c><c r="B{0}"><v>1</v></c><c r="C{0}">{1}<v>1</v></c>'
    for formula, hidden in (("", ""), ("<f>1+0</f>", ""), ("", ' hidden="1"'), ("", " hidden='1'")):
        data = made(
            f'<row r="1">{cell.format(1, "")}</row><row r="2"{hidden}>{cell.format(2, formula)}</row>'
        )
        package = Package.from_bytes(data, "f.xlsx")
        found = Plain(package).read(package.sheets()[0])
        assert found.formulas == ({(2, 3): "=1+0"} if formula else {})
        assert found.hidden == ({2} if hidden else set())
        (grid,) = read_workbook(data, "f.xlsx").grids
        assert grid.formulas == ({(2, 3): "=1+0"} if formula else {})
        assert grid.hidden_rows == ({2} if hidden else set())


def test_a_log_is_read_as_calamine_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = make(tmp_path, 4_000).path.read_bytes()
    by_pattern = read_workbook(data, "f.xlsx")
    monkeypatch.setattr(read_plain, "_LARGE", 0)
    monkeypatch.setattr(read_plain._Columns, "_take", None)  # all of it is taken in bulk
    in_bulk = read_workbook(data, "f.xlsx")
    assert in_bulk == by_pattern
    theirs = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    ours = [["" if cell is None else cell for cell in row] for row in in_bulk.grids[0].rows]
    assert ours == theirs


def test_real_workbooks_are_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in [*sorted(shared("excel-corpus").glob("*.xls?")), *sorted(shared("inputs").glob("*.xlsx"))]:
        data = path.read_bytes()
        read = []
        for large in (1 << 40, 0):
            monkeypatch.setattr(read_plain, "_LARGE", large)
            try:
                grids = read_workbook(data, path.name).grids
                read.append(repr([(list(grid.rows), grid.formulas, grid.hidden_rows) for grid in grids]))
            except SheetopsError as error:
                read.append(error.line())
        assert read[0] == read[1], path.name


def test_errors_of_a_sheet_stay_errors() -> None:
    _, bulk = both(
        '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1"><v>1</v></c><c r="C1"><v>1</v></c></row>'
    )
    assert bulk is not None and isinstance(bulk[0][0], CellError)
