"""Tabs written without openpyxl are, byte for byte, those that openpyxl draws, whatever they hold."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from typing import Any, get_args, get_type_hints
from xml.etree.ElementTree import canonicalize

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sheetops.books.xlsx import cell_forms
from sheetops.books.xlsx.check import check_save
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.tab import draw_tab, graft_tab
from sheetops.domain.table import CellError, Raw
from sheetops.domain.tabs import Cell, Chart, Choice, Highlight, Link, Range, Series, Style, Tab
from sheetops.errors import SheetError
from tests.unit.xlsx.tab_targets import strict_target, target
from tests.unit.xlsx.test_tab_dialects import target_1904
from tests.xlsx_oracle.openpyxl_tabs import workbook_of
from tests.xlsx_oracle.parts import read

TARGETS = {"usual": target(), "1904": target_1904(), "strict": strict_target()}
STYLES = get_args(Style)

texts = st.text(alphabet="ab=+-@_x0041 &<>\"'\n\t\r\x01中　😀\ud800", max_size=12)
NOTES = st.text('a <&>"\n\x01中', max_size=90).filter(lambda note: note.strip() or not note)
values: st.SearchStrategy[Raw] = st.one_of(
    st.none(),
    texts,
    st.booleans(),
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=True, allow_infinity=True),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(timedelta(days=-3), timedelta(days=3)),
    st.just(CellError("#N/A")),
)
# Drawn through functions: hypothesis would make up the fields of a named tuple that are not given.
places = st.builds(
    lambda tab, cell: Link(tab, cell),
    st.sampled_from((None, "Other's tab", "review")),
    st.sampled_from((None, "B7")),
)
links = st.one_of(places, st.builds(lambda rest: Link(url=f"https://example.com/{rest}"), texts))
usual = st.builds(lambda value, style: Cell(value, style), values, st.sampled_from(STYLES))
cells = st.one_of(
    st.just(Cell()),
    usual,
    usual,
    st.builds(lambda text, style, link: Cell(text, style, link), texts, st.sampled_from(STYLES), links),
    st.builds(lambda text, note: Cell(text, note=note), texts, NOTES),
    texts.map(lambda text: Cell(f"={text}+Review!A1&'Review'!A2", formula=True)),
)
spans = st.builds(
    lambda text, style, span: Cell(text, style, span=span), texts, st.sampled_from(STYLES), st.integers(2, 4)
)
rows = st.one_of(
    st.lists(cells, max_size=4).map(tuple),
    st.builds(lambda first, rest: (first, *rest), spans, st.lists(st.just(Cell()), max_size=3)),
    st.builds(lambda rest, last: (*rest, last), st.lists(cells, max_size=2), spans),
)
blocks = st.builds(
    lambda top, left, down, across: Range(top, left, top + down, left + across),
    *(st.integers(1, 30), st.integers(1, 30), st.integers(0, 9), st.integers(0, 9)),
)
small = st.builds(
    lambda top, left, down, tab: Range(top, left, top + down, left, tab),
    *(st.integers(1, 3), st.integers(1, 3), st.integers(0, 3), st.sampled_from((None, "Other"))),
)
series = st.builds(
    lambda name, block, line, second, colour: Series(name, block, line, second, colour),
    *(texts, small, st.booleans(), st.booleans(), st.sampled_from((None, "C00000"))),
)
charts = st.builds(
    lambda kind, title, labels, lines, row, percent: Chart(
        kind, title, labels, lines, row, 2, percent=percent
    ),
    st.sampled_from(get_args(get_type_hints(Chart)["kind"])),
    *(texts, small, st.lists(series, min_size=1, max_size=3).map(tuple), st.integers(1, 9), st.booleans()),
)
choices = st.builds(
    Choice,
    blocks,
    st.one_of(st.none(), blocks),
    st.lists(st.sampled_from(("✓", 'a"b', "c d", "a,b")), max_size=3).map(tuple),
    st.sampled_from(("list", "date", "whole")),
    st.one_of(st.none(), st.integers(1950, 1960)),
    st.one_of(st.none(), st.integers(2030, 2040)),
    st.one_of(st.none(), texts.filter(lambda text: cell_forms.legible(text) == text)),
    st.one_of(st.none(), st.just("no\n<such>&" * 40)),
    st.booleans(),
)
tones: Any = st.sampled_from(("error", "warning", "hint", "good", "muted"))
highlights = st.builds(Highlight, blocks, st.sampled_from(("=$A2>1", '$A2="<&"', "Review!$B$2=1")), tones)
floats = st.floats(0, 60, allow_subnormal=False)
tabs = st.builds(
    Tab,
    st.sampled_from(("New", "review", "O'Neil <&>")),
    st.lists(rows, max_size=5).map(tuple),
    st.lists(floats, max_size=4).map(tuple),
    st.lists(st.tuples(st.integers(1, 9), floats), max_size=3).map(tuple),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.one_of(st.none(), blocks),
    st.one_of(st.just(()), st.lists(charts, max_size=2).map(tuple)),
    st.lists(choices, max_size=2).map(tuple),
    st.lists(highlights, max_size=4).map(tuple),
    st.lists(st.tuples(st.integers(1, 6), st.sampled_from(STYLES)), max_size=3).map(tuple),
    st.lists(st.tuples(st.sampled_from(("first_name", "other")), blocks), max_size=2).map(tuple),
    st.booleans(),
    st.integers(0, 3),
    st.one_of(st.none(), blocks),
    st.lists(st.integers(2, 40).map(lambda first: (first, first + 9)), max_size=3).map(tuple),
    st.booleans(),
    st.sampled_from((None, "C00000")),
)
AGAIN, LINKED = Cell("=1+1", "label"), Cell("l", "link", Link(None, "B2"))
EVERYTHING = Tab(
    "review",
    (
        (Cell("section", "section", span=2), Cell()),
        (
            Cell("标题 & <x>", "title", span=3),
            Cell(),
            Cell(),
            Cell("a", "link", Link(url="https://a.b/?x=1&y"), note="why\n<this> & " + "that " * 20),
        ),
        (
            Cell("=1+1"),
            Cell('=Review!A1&"<"', formula=True),
            Cell(" x "),
            Cell(date(2026, 3, 4)),
            Cell(datetime(2026, 3, 4, 9, 30, 1, 5)),
            Cell(time(9, 30)),
            Cell(timedelta(hours=30)),
            Cell(True),
            Cell(0.1 + 0.2, "percent"),
            Cell(date(1899, 5, 6)),
            Cell("=", formula=True),
            Cell(""),
        ),
        (),
        (Cell(None, "input"), Cell(), LINKED, Cell("_x0041_ line\nb", "bad")),
        (AGAIN, LINKED, AGAIN),
        (Cell(), AGAIN),
    ),
    charts=(
        Chart(
            "column",
            "t & <x>",
            Range(2, 1, 4, 1),
            (Series("s", Range(2, 9, 4, 9)), Series("l", Range(2, 2, 4, 2), line=True, second=True)),
            5,
            1,
            percent=True,
        ),
    ),
    choices=(Choice(Range(5, 1, 9, 1), prompt="pro\nmpt"),),
    highlights=tuple(Highlight(Range(2, n, 3, 3), "$A2>1", "muted") for n in (1, 2, 1)),
)


def put(before: bytes, tab: Tab, language: str, by_openpyxl: bool) -> dict[str, bytes] | str:
    """The parts with the tab, or why there is none."""
    package = Package.from_bytes(before, "f")
    try:
        if by_openpyxl:
            graft_tab(package, tab.name, workbook_of(tab, language))
        else:
            draw_tab(package, tab, language)
    except SheetError as error:
        return str(error)
    after = package.to_bytes()
    check_save(package, after, {}, [tab.name])
    return {name: levelled(name, part) for name, part in read(after).items()}


def levelled(name: str, part: bytes) -> bytes:
    """A part without what openpyxl may write in another way that says the same."""
    if name.endswith(".vml"):
        return canonicalize(part, rewrite_prefixes=True).encode()
    return SPACE.sub(rb"\1", NO_SIDE.sub(b"", MERGED.sub(in_order, part)))


SPACE = re.compile(
    rb'(<(?:a:t|v)) xml:space="preserve"'
)  # which neither dml-main.xsd nor dml-chart.xsd allows
NO_SIDE = re.compile(rb"<(?:left|right|top|bottom)/>")  # which openpyxl gives to the borders of merged cells
MERGED = re.compile(
    rb"(?:<mergeCell ref=[^>]*/>)+"
)  # openpyxl keeps them in a set: in another order each time


def in_order(found: re.Match[bytes]) -> bytes:
    return b">".join(sorted(found[0].split(b">")))


@settings(max_examples=40)
@given(tabs, st.sampled_from(("zh-Hans", "zh-Hant", "en")), st.sampled_from(tuple(TARGETS)))
@example(EVERYTHING, "zh-Hans", "usual")
@example(EVERYTHING, "en", "1904")
@example(EVERYTHING, "zh-Hant", "strict")
def test_every_part_is_that_of_openpyxl(tab: Tab, language: str, dialect: str) -> None:
    theirs, ours = (put(TARGETS[dialect], tab, language, by_openpyxl) for by_openpyxl in (True, False))
    if isinstance(theirs, str) or isinstance(ours, str):
        assert ours == theirs
        return
    assert {name: part for name, part in ours.items() if theirs.get(name) != part} == {}
    assert ours.keys() == theirs.keys()


def test_links_past_the_limit_of_a_sheet_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_forms, "MOST_LINKS", 2)
    tab = Tab("New", tuple((Cell("x", "link", Link("Log", "A1")),) for _ in range(4)))
    ours = put(TARGETS["usual"], tab, "en", by_openpyxl=False)
    assert isinstance(ours, dict)
    assert ours["xl/worksheets/sheet3.xml"].count(b"<hyperlink ") == 2


def test_it_is_written_without_openpyxl() -> None:
    code = (
        "import sys; from sheetops.books.xlsx.package import Package; from sheetops.books.xlsx.tab import draw_tab; "
        "from sheetops.domain.tabs import Cell, Chart, Range, Series, Tab; from pathlib import Path; "
        "draw_tab(Package.from_bytes(sys.stdin.buffer.read(), 'f'), Tab('New', ((Cell('x', note='y'),),), charts=(Chart('bar', 't', Range(1, 1, 1, 1), "
        "(Series('s', Range(1, 1, 1, 1)),), 2, 1),)), 'en'); "
        "sys.exit('openpyxl' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=TARGETS["usual"], timeout=60)
    assert done.returncode == 0
