"""What rules do for a whole column at once is what they would do cell by cell."""

from __future__ import annotations

import random
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.domain.choices import DEFAULT_LISTS
from sheetops.domain.ids import IdPattern
from sheetops.domain.personal import find_personal, likely, masked, masked_all
from sheetops.domain.plan import Edit
from sheetops.domain.requests import Request, Requests
from sheetops.domain.rows import Rows
from sheetops.domain.table import CellError, Grid, Raw, Table, as_text, take_snapshot
from sheetops.domain.template import HeaderMatch
from sheetops.domain.text import tidied, tidy
from sheetops.domain.view import View
from tests.unit.rules.looks import GOOD, KEYS, grid, said, view

_TEXTS = st.lists(st.text(alphabet="aA１2３ ，、-－()（）@＠+＋Ａ́\t\u3000处理无", max_size=18), max_size=12)


@given(_TEXTS)
def test_texts_are_tidied_at_once_as_one_by_one(texts: list[str]) -> None:
    assert tidied(texts) == [tidy(text) for text in texts]


_CELLS = st.sampled_from(
    (None, "", " ", "\u3000", "a", " b\n", "#N/A", CellError("#N/A"), True, False, 0, 1, 1.0, -0.0, 20261101.0, 20261102, 0.5, 1e22, date(2026, 1, 2),
     datetime(2026, 1, 2, 3, 4), timedelta(hours=30))
)  # fmt: skip
_COLUMNS = st.lists(_CELLS, max_size=30) | st.lists(st.none() | st.integers().map(float), max_size=30)


def _log(column: list[Raw]) -> Requests:
    """A log of one column, IDs, and one that is always full."""
    rows = [["需求编号", "需求来源"], *([raw, "x"] for raw in column)]
    match = HeaderMatch({"id": 1, "source": 2}, "zh-Hans", {}, ())
    return Requests(Table(Grid("Log", rows), 1, match), DEFAULT_LISTS, "zh-Hans", date(2026, 1, 1))


@given(_COLUMNS, st.sampled_from((1, 40)))
def test_a_column_is_read_at_once_as_cell_by_cell(column: list[Raw], times: int) -> None:
    log = _log(column * times)
    texts = [as_text(raw) for raw in column] * times
    assert list(log.texts("id")) == texts
    assert log.kinds("id") == set(map(type, log.cells("id")))
    assert log.values("id") == [text.strip() or None for text in texts]
    assert log.blank("id") == [at for at, text in enumerate(texts) if not text.strip()]
    counts = Counter(text.strip() for text in texts)
    assert log.repeated("id") == {text for text, count in counts.items() if count > 1 and text}


@given(st.lists(st.tuples(_CELLS, _CELLS, _CELLS), max_size=12), st.integers(0, 3))
def test_begun_rows_are_those_of_which_a_cell_holds_something(
    rows: list[tuple[Raw, ...]], header: int
) -> None:
    header = min(header, len(rows))
    for wanted in ([1], [2, 3], [1, 2, 3]):
        match = HeaderMatch({str(at): at for at in wanted}, "en", {}, ())
        said = [
            at
            for at, row in enumerate(rows, 1)
            if at > header and any(as_text(row[w - 1]).strip() for w in wanted)
        ]
        by_column = Rows(
            [[None if raw == "" else raw for raw in column] for column in zip(*rows, strict=True)]
        )
        for tab in (Grid("Log", rows), Grid("Log", by_column)) if rows else ():
            table = Table(tab, header, match)
            assert list(table.numbers) == said
            assert [table.index_of(row) for row in said] == list(range(len(said)))
            assert [row for row in range(len(rows) + 3) if table.index_of(row) is not None] == said


_PIECES = st.sampled_from(
    ("电话1234567", "13812345678", "138-1234 5678", "010 6234567", "(021)62345678", "+4 9 3 0 1 2", "＋86 10-12", "a@b.cn",
     "Ａ＠b.cn", "A123456(3)", "C668668(E)", "A123456789", "11010519491231002X", "４１１１１１１１１１１１１１１１", "415-555-2671", "12", "(", " ")
)  # fmt: skip


@given(st.lists(st.lists(_PIECES, max_size=3).map("".join), max_size=6))
def test_personal_data_stands_in_no_text_that_is_not_likely(texts: list[str]) -> None:
    places = likely(texts)
    assert [at for at, text in enumerate(texts) if find_personal(text) and at not in places] == []
    assert masked_all(texts) == list(map(masked, texts))


@given(
    st.lists(
        st.sampled_from(("20261101", "202611", "20261399", "", "x", "20261101\n", "２0261101", "2026110123"))
    )
)
def test_misfits_are_the_ids_that_do_not_fit(ids: list[str]) -> None:
    pattern = IdPattern("{yyyy}{mm}{seq:02}")
    assert pattern.misfits(ids) == [at for at, text in enumerate(ids) if not pattern.fits(text)]


def _twins(rows: Sequence[dict[str, Any]]) -> Iterator[int]:
    """The rows that near-duplicate tells, straight from its page: rows are in the order of time."""

    def plain(text: str) -> str:
        return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())

    def numbers(text: str) -> list[str]:
        return sorted("".join(c if c.isdigit() else " " for c in text).split())

    def alike(one: str, other: str) -> float:
        if one == other or min(len(one), len(other)) < 8:
            return float(one == other)
        first, second = (Counter(map("".join, pairwise(text))) for text in (one, other))
        return 2 * (first & second).total() / (first.total() + second.total())

    of_cluster: dict[int, list[int]] = {}
    texts = [plain(row["description"]) for row in rows]
    for at, row in enumerate(rows):
        best, twin = 0.0, None
        for before in range(at):
            known = rows[before]
            same = known["customer"] == row["customer"] and row["due"] - known["due"] <= timedelta(days=7)
            named = numbers(texts[at]), numbers(texts[before])
            free = texts[at] == texts[before] or not all(named) or named[0] == named[1]
            likeness = alike(texts[at], texts[before]) if same and free else 0.0
            # Of several with the same text the last one is the twin, else the first of the most alike.
            if likeness >= 0.82 and (likeness > best or (likeness == 1 and texts[at] == texts[before])):
                best, twin = likeness, before
        if twin is not None:
            cluster = of_cluster.setdefault(twin, [twin])
            cluster.append(at)
            of_cluster[at] = cluster
    yield from {cluster[-1] for cluster in of_cluster.values()}


@pytest.mark.parametrize("seed", range(16))
def test_near_duplicates_are_those_of_a_plain_reading_of_the_rule(seed: int) -> None:
    dice = random.Random(seed)
    numbers = ("12-34",) if seed % 3 == 0 else range(100)
    rows = []
    for number in range(90):
        numbered = seed % 3 == 0 or (seed % 3 == 1 and dice.random() < 0.9)
        about = f"单据 {dice.choice(numbers)} 号" if numbered else "单据号"
        if seed >= 12:  # several numbers, which may change places, and texts of a word or two
            about = dice.choice(("第1页第2行", "第2页第1行", "第12页", "第1，2页", "第 21 页"))
        text = list(dice.choice(("导出月度报表时页面一直转圈，", "会员积分兑换规则在哪里能查，")) + about)
        end = dice.choice((4, len(text)))  # changes at one end spoil the fewest pairs
        if seed >= 12 and dice.random() < 0.3:
            text = list(dice.choice(("打不开", "打 不开", "页面不见", "１２页不见")))
            end = 1
        for _ in range(dice.randrange(5) if len(text) > 8 else dice.randrange(2)):
            text[dice.randrange(end)] = dice.choice("的了 ,会员订单")
        rows.append(
            {
                **GOOD["zh-Hans"],
                "id": f"202611{number:03}",
                "customer": dice.choice(("王*-电商", "李*-电商")),
                "description": "".join(text),
                "due": date(2026, 9, 1) + timedelta(days=number // 3),
                "resolved": None,
            }
        )
    told = {finding.row - 2 for finding in said("near-duplicate", view(grid(rows)))}
    assert told == set(_twins(rows))
    assert told


def _fresh(seen: View) -> View:
    """The same view with nothing read yet."""
    return replace(seen, snapshot=take_snapshot(seen.snapshot.raw, language=seen.language))


_CHANGES = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(KEYS), st.sampled_from((None, "", "高", "x", 3, date(2026, 1, 2), "20261103"))),
    max_size=6,
    unique_by=lambda change: change[:2],
)  # fmt: skip


@given(_CHANGES)
def test_a_view_after_edits_reads_what_a_new_view_of_the_sheet_reads(
    changes: list[tuple[int, str, Any]],
) -> None:
    rows = [{**GOOD["zh-Hans"], "id": f"2026110{number}", "due": None} for number in range(5)]
    seen = view(grid(rows))
    log = seen.logs[0]
    _ = (
        log.all,
        [list(log.distinct(key)) for key in KEYS],
    )  # all is read, so that all might be kept by mistake
    edits = [
        Edit(log.ref(at), key, log.table.cell(at, key), log.table.column(key)[at], new, "why")
        for at, key, new in changes
    ]
    after = seen.after(edits)
    again = _fresh(after).logs[0]
    assert after.logs[0].all == again.all
    for key in KEYS:
        assert after.logs[0].cells(key) == again.cells(key)
        assert list(after.logs[0].distinct(key)) == list(again.distinct(key))
        assert list(after.logs[0].unreadable(key)) == list(again.unreadable(key))
        assert after.logs[0].blank(key) == again.blank(key)
    for at in range(len(again)):
        assert _fresh(after).logs[0].at(at) == again.all[at]
    assert isinstance(again.all, list) and all(isinstance(row, Request) for row in again.all)
