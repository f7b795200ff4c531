"""Rows of one mark say the same in every cell, and rows that say the same keep their mark wherever they go."""

from __future__ import annotations

import io
import random
from array import array
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.workload import make
from sheetops.books.xlsx import read_bulk, read_marks, read_plain
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.read import read_workbook
from sheetops.books.xlsx.read_plain import NotPlain, Plain, PlainSheet
from sheetops.domain.rows import Rows
from sheetops.domain.table import Grid, Raw, Table, take_snapshot
from tests.unit.xlsx.made import made
from tests.unit.xlsx.test_read_bulk import TEXTS, cells, however_odd, places, written  # noqa: F401 (a fixture)

LONG = f"<t>{'长' * 300}</t>"


@pytest.fixture(autouse=True)
def in_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small sheets are read as large ones are."""
    monkeypatch.setattr(read_plain, "_LARGE", 0)


def read(rows: str, strings: tuple[str, ...] = TEXTS, **rest: Any) -> PlainSheet:
    package = Package.from_bytes(made(rows, strings=strings, **rest), "f.xlsx")
    return Plain(package).read(package.sheets()[0])


def marks(rows: str, strings: tuple[str, ...] = TEXTS, **rest: Any) -> list[int]:
    found = read(rows, strings, **rest).marks
    assert found is not None
    return found.tolist()


def of(*listed: str, strings: tuple[str, ...] = TEXTS, **rest: Any) -> list[int]:
    """The mark of each row, given by its cells with an @ for the row's number."""
    rows = [f'<row r="{n}">{inside.replace("@", str(n))}</row>' for n, inside in enumerate(listed, 1)]
    return marks("".join(rows), strings, **rest)


def said(sheet: PlainSheet) -> list[tuple[Any, ...]]:
    """What each row says: the kind and value of every cell that is not blank, and every formula."""
    formulas = sheet.formulas or {}
    return [
        tuple(
            (column, type(value), repr(value), formulas.get((number, column)))
            for column, value in enumerate(row, 1)
            if value is not None or (number, column) in formulas
        )
        for number, row in enumerate(Rows(sheet.columns), 1)
    ]


few_rows = st.lists(st.dictionaries(places, cells, max_size=5), min_size=1, max_size=5)


@settings(deadline=None, max_examples=150)
@given(
    few_rows, st.lists(st.tuples(st.sampled_from([1, 1, 1, 3]), st.integers(0, 4)), min_size=1, max_size=12)
)
def test_rows_of_one_mark_say_the_same_and_copies_have_one_mark(
    pool: list[dict[int, str]], listed: list[tuple[int, int]]
) -> None:
    rows = [(step, "", pool[which % len(pool)]) for step, which in listed]
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(read_plain, "_LARGE", 0)
            sheet = read(written(rows))
    except NotPlain:
        return
    if not sheet.columns:
        assert not sheet.marks
        return
    if sheet.formulas is None:  # the pattern took them
        assert sheet.marks == array("Q", bytes(8 * len(said(sheet))))
        return
    assert sheet.marks is not None and 0 not in sheet.marks
    told = list(zip(sheet.marks, said(sheet), strict=True))
    assert len({mark for mark, _ in told}) == len(set(told)), told
    at, copies = 0, set()
    for step, which in listed:
        at += step
        copies.add((which % len(pool), sheet.marks[at - 1]))
    assert len({which for which, _ in copies}) == len(copies)


DIFFERENT = (
    '<c r="A@"><v>5</v></c>',
    '<c r="A@"><v>6</v></c>',
    '<c r="A@"><v>5.5</v></c>',
    '<c r="A@"><v>-5</v></c>',
    '<c r="A@" s="1"><v>5</v></c>',
    '<c r="A@" s="1"><v>5.25</v></c>',
    '<c r="A@" t="b"><v>1</v></c>',
    '<c r="A@"><v>1</v></c>',
    '<c r="A@" t="e"><v>#N/A</v></c>',
    '<c r="A@" t="str"><v>#N/A</v></c>',
    '<c r="A@" t="str"><v>5</v></c>',
    '<c r="A@" t="str"><v>5 </v></c>',
    '<c r="A@" t="str"><v>True</v></c>',
    '<c r="A@"><f>2+3</f><v>5</v></c>',
    '<c r="A@"><f>3+2</f><v>5</v></c>',
    '<c r="A@"><f>2+3</f><v>6</v></c>',
    '<c r="A@"><f>2+3</f></c>',
    '<c r="A@" t="s"><v>0</v></c>',
    '<c r="A@" t="s"><v>2</v></c>',
    '<c r="A@" t="s"><v>4</v></c>',
    '<c r="A@" t="str"><v>长</v></c>',
    '<c r="B@"><v>5</v></c>',
    '<c r="A@"><v>5</v></c><c r="B@"><v>5</v></c>',
    '<c r="A@"><v>5</v></c><c r="B@"><v>6</v></c>',
    '<c r="A@"><v>6</v></c><c r="B@"><v>5</v></c>',
    '<c r="A@" t="s"><v>0</v></c><c r="B@" t="s"><v>2</v></c>',
    '<c r="A@" t="s"><v>2</v></c><c r="B@" t="s"><v>0</v></c>',
    "",
)


def test_whatever_a_cell_may_say_has_a_mark_of_its_own() -> None:
    alone = of(*DIFFERENT, strings=("<t>甲</t>", "<t></t>", "<t>乙</t>", "<t>丙</t>", LONG))
    assert len(set(alone)) == len(DIFFERENT) and 0 not in alone


def test_a_day_counted_from_1904_is_another_day() -> None:
    day = '<c r="A@" s="1"><v>46000</v></c>'
    assert of(day) != of(day, properties='<workbookPr date1904="1"/>')


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('<c r="A@"><v>5</v></c>', '<c r="A@" t="n"><v>05</v></c>'),
        ('<c r="A@"><v>5</v></c>', '<c r="A@" s="4"><v>5</v></c><c r="C@" s="3"/>'),
        ('<c r="A@" t="s"><v>0</v></c>', '<c r="A@" t="str"><v>甲</v></c>'),
        ('<c r="A@" t="s"><v>1</v></c>', '<c r="A@" s="2" t="inlineStr"><is><t>a &amp; b</t></is></c>'),
        ('<c r="A@" t="s"><v>2</v></c>', ""),
        ('<c r="A@"><f>1+1</f><v>2</v></c>', '<c r="A@" s="4"><f>1+1</f><v>2</v></c><c r="B@"></c>'),
    ],
)
def test_what_says_the_same_has_the_same_mark(one: str, other: str) -> None:
    assert len(set(of(one, other))) == 1


PINNED = [7081624917128017001, 11768732863751616449, 1]


def test_marks_are_these_on_every_machine() -> None:
    found = of(
        '<c r="A@"><v>20241001</v></c><c r="B@" s="1"><v>46000</v></c><c r="C@" t="s"><v>0</v></c>',
        '<c r="A@" t="s"><v>2</v></c><c r="B@"><v>2.5</v></c><c r="C@" t="str"><f>A1</f><v>丙😀</v></c>',
        "",
        strings=("<t>物流查询申请停用旧账号</t>", "<t>a</t>", LONG),
    )
    assert found == PINNED


def test_texts_may_be_renumbered_and_rows_may_move() -> None:
    dice = random.Random(7)
    texts = [f"第 {n} 条{'，同样的话' * (n % 90)}" for n in range(300)]
    lines = [[dice.choice(texts) for _ in range(3)] for _ in range(200)]
    found = []
    for _ in range(2):
        dice.shuffle(texts)
        place = {text: n for n, text in enumerate(texts)}
        rows = [
            "".join(
                f'<c r="{column}@" t="s"><v>{place[text]}</v></c>'
                for column, text in zip("ABC", line, strict=True)
            )
            for line in lines
        ]
        found.append(of(*rows, strings=tuple(f"<t>{text}</t>" for text in texts)))
        lines.reverse()
    assert found[0] == found[1][::-1] and len(set(found[0])) == len(set(map(tuple, lines)))


def test_texts_that_differ_by_one_sign_have_different_marks() -> None:
    texts = [f"物流查询申请停用旧账号，涉及单号{n:05}，见记录{n * 7 % 1000:03}" for n in range(100_000)]
    texts += (
        ["x" * n for n in range(600)]
        + ["é" * n + "😀" for n in range(300)]
        + ["\0" * n for n in range(1, 40)]
    )
    texts += [f"{'长' * 300}{sign}{'长' * 300}" for sign in "甲乙丙"]
    found = read_marks.of_texts(texts)
    assert len(np.unique(found)) == len(set(texts)) == len(texts)
    assert np.array_equal(read_marks.of_texts(texts[::-1])[::-1], found)  # whatever stands beside them
    odd = np.bitwise_count(found[:-1] ^ found[1:])
    assert 31.8 < odd.mean() < 32.2 and odd.min() > 5 and odd.max() < 60  # half of all bits, each time


def test_each_bit_of_a_number_reaches_each_bit_of_its_mark() -> None:
    numbers = np.arange(20_000_000, 20_050_000, dtype=np.int64)
    found = read_marks.of_numbers(numbers, read_marks.NUMBER)
    for bit in range(20):
        changed = read_marks.of_numbers(numbers ^ (1 << bit), read_marks.NUMBER) ^ found
        flipped = [(changed >> np.uint64(at) & np.uint64(1)).mean() for at in range(64)]
        assert min(flipped) > 0.45 and max(flipped) < 0.55


def test_marks_stay_when_another_program_saves_the_workbook(tmp_path: Path) -> None:
    data = make(tmp_path, 3_000).path.read_bytes()
    book, out = openpyxl.load_workbook(io.BytesIO(data)), io.BytesIO()
    book.save(out)
    ours, theirs = (rows_of(once) for once in (data, out.getvalue()))
    assert list(ours) == list(theirs) and ours.marks == theirs.marks
    assert ours.marks is not None and 0 not in ours.marks
    assert len(set(ours.marks)) == len(set(map(repr, ours)))


@pytest.mark.slow
def test_no_two_rows_of_a_large_log_share_a_mark(tmp_path: Path) -> None:
    rows = rows_of(make(tmp_path, 100_000).path.read_bytes())
    assert rows.marks is not None
    different = len(set(map(repr, rows)))
    print(f"{len(rows)} rows, {different} different, {len(set(rows.marks))} marks")
    assert len(set(rows.marks)) == different


def rows_of(data: bytes) -> Rows:
    rows = read_workbook(data, "f.xlsx").grids[0].rows
    assert isinstance(rows, Rows)
    return rows


def test_pieces_follow_each_other_and_those_left_to_the_pattern_have_no_marks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(read_plain, "_CHUNK", 1)  # a row a piece
    monkeypatch.setattr(read_plain, "_LARGE_CHUNK", 1)
    good, odd = '<c r="A@"><v>5</v></c>', '<c r="A@"><v>5.5</v></c>'
    assert len(set(of(good, good, good))) == 1
    rows = f'<row r="2">{good}</row><row r="4">{good}</row>'.replace("@", "2", 1).replace("@", "4")
    found = marks(rows)
    assert found == [1, found[1], 1, found[1]]  # rows that are missing are blank
    monkeypatch.setattr(read_bulk, "_MOST_ODD", 0)
    assert of(odd, good, odd, good) == [0, found[1], 0, found[1]]
    assert of(odd, odd, odd, good) == [0] * 4  # it was tried often enough


def test_a_small_sheet_has_no_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_plain, "_LARGE", 1 << 40)
    assert read('<row r="1"><c r="A1"><v>5</v></c></row>').marks is None


def test_changed_rows_have_no_mark_and_the_others_keep_theirs() -> None:
    rows = Rows([["a", "b", "c"], [1.0, 2.0, 3.0]], array("Q", [7, 8, 9]))
    changed = rows.changed({(2, 1): "x", (5, 4): "y"})
    assert changed.marks == array("Q", [7, 0, 9, 0, 0]) and rows.marks == array("Q", [7, 8, 9])
    assert Rows([["a"]]).changed({(1, 1): "b"}).marks is None


def test_a_table_has_the_marks_of_its_rows() -> None:
    heads = ["需求编号", "客户信息", "需求描述", "需求类型", "优先级"]
    lines: list[list[Raw]] = [["标题", *[None] * 4], list(heads), ["1", "甲", "事", "咨询类", "1级"]]
    lines += [[None] * 5, ["2", "乙", "事", "咨询类", date(2026, 1, 2)]]
    columns = [list(column) for column in zip(*lines, strict=True)]

    def table(rows: Any) -> Table:
        raw = read_workbook(made(), "f.xlsx")
        return take_snapshot(type(raw)("f.xlsx", (Grid("Log", rows),), "")).tables[0]

    found = table(Rows(columns, array("Q", [11, 12, 13, 14, 15])))
    assert list(found.numbers) == [3, 5] and found.marks == array("Q", [13, 15])
    full = table(Rows([column[:3] for column in columns], array("Q", [11, 12, 13])))
    assert full.marks == array("Q", [13])
    assert table(Rows(columns)).marks is None and table(lines).marks is None
    grid = Grid("Log", found.grid.rows.changed({(5, 2): "丙"}))  # type: ignore[attr-defined]
    assert found.changed(grid, {"customer": {1: "丙"}}).marks == array("Q", [13, 0])


def test_a_text_longer_than_a_cell_may_hold_is_marked_to_its_end() -> None:
    """A program that knows no limit may store it: 512 KiB are more words than two bytes can count."""
    short = read_marks.of_texts(["短的话"])
    found = [read_marks.of_texts(["短的话", "长" * ((1 << 18) - 1) + sign]) for sign in "甲乙"]
    assert found[0][0] == found[1][0] == short[0]
    assert found[0][1] != found[1][1]
