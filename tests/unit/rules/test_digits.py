"""The digits of many texts are the same whether they are taken out or looked at by numbers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date
from sys import maxunicode
from unicodedata import normalize
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetops.domain import digits as room
from sheetops.domain.cell_texts import CellTexts
from sheetops.domain.choices import DEFAULT_LISTS
from sheetops.domain.digits import Columns, Digits
from sheetops.domain.requests import Requests
from sheetops.domain.rules import judge
from sheetops.domain.table import Grid, Table
from sheetops.domain.template import HeaderMatch
from sheetops.domain.text import tidy
from tests.unit.rules.test_planted import _planted

_TEXTS = st.one_of(
    st.text(alphabet="01２٣½①🄀😀x单 ，\0\ud83c", max_size=7),
    st.tuples(
        st.sampled_from(("", "0", "单1")), st.integers(6, 19), st.sampled_from(("", "2", "x", "③"))
    ).map(lambda told: told[0] + "7" * told[1] + told[2]),
    st.none(),
)
_ROWS = st.lists(st.tuples(st.sampled_from(("", "a", "b")), _TEXTS), max_size=9)


def _column(rows: Sequence[tuple[str, str | None]]) -> Digits:
    cells = [["客户信息", "需求描述"], *([who or "-", text] for who, text in rows)]
    match = HeaderMatch({"customer": 1, "description": 2}, "zh-Hans", {}, ())
    log = Requests(Table(Grid("Log", cells), 1, match), DEFAULT_LISTS, "zh-Hans", date(2026, 1, 1))
    owners = [who for who, _ in rows]
    return Digits(CellTexts(log, "description"), owners, {who: who for who in owners})


def _tidied(text: str | None) -> str:
    return tidy((text or "").replace("\0", ""))


@settings(max_examples=60)
@given(
    st.lists(_ROWS, min_size=1, max_size=2),
    st.sampled_from((1, 9)),
    st.sampled_from((0, 5, 10**9)),
    st.integers(1, 20),
)
def test_digits_are_those_of_each_text(
    tabs: list[list[tuple[str, str | None]]], times: int, many: int, at_once: int
) -> None:
    tabs = [rows * times for rows in tabs]
    with patch.object(room, "_MANY", many), patch.object(room, "_AT_ONCE", at_once):
        columns = [_column(rows) for rows in tabs]
        plain = [
            [(who, "".join(sign for sign in _tidied(text) if sign in "0123456789")) for who, text in rows]
            for rows in tabs
        ]
        for column, of_rows, rows in zip(columns, plain, tabs, strict=True):
            assert [column.at(row) for row in range(len(column))] == [digits for _, digits in of_rows]
            assert column.mute == [row for row, (_, digits) in enumerate(of_rows) if not digits]
            assert column.apart == [
                row for row, (_, digits) in enumerate(of_rows) if digits not in _tidied(rows[row][1])
            ]
        assert list(Columns(columns).with_same()) == _with_common(
            [[who + digits if who and digits else None for who, digits in of_rows] for of_rows in plain]
        )
        reordered = [
            [
                who + "".join(sorted(digits)) if who and at in column.apart else None
                for at, (who, digits) in rows
            ]
            for column, rows in zip(columns, map(enumerate, plain), strict=True)
        ]
        assert list(Columns(columns).with_reordered()) == _with_common(reordered)
        for at, of_rows in enumerate(plain):
            wanted = [row for row, (who, _) in enumerate(of_rows) if who == "a"]
            known = {who for of_rows in plain for who, _ in of_rows}
            assert Columns(columns).rows_of(at, {"a"} & known) == wanted


def _with_common(keys: Sequence[Sequence[str | None]]) -> list[tuple[int, int]]:
    count = Counter(key for of_rows in keys for key in of_rows)
    return [
        (at, row)
        for at, of_rows in enumerate(keys)
        for row, key in enumerate(of_rows)
        if key is not None and count[key] > 1
    ]


def test_every_sign_that_becomes_a_digit_is_looked_at() -> None:
    told = {sign for first, last in room.NARROWED_TO_DIGITS for sign in range(first, last + 1)}
    for sign in range(128, maxunicode + 1):
        if sign not in told and not frozenset("0123456789").isdisjoint(normalize("NFKC", chr(sign))):
            raise AssertionError(f"U+{sign:04X}")


def test_many_rows_have_few_prints_in_common() -> None:
    dice = random.Random(1)
    rows = [(f"c{dice.randrange(300)}", f"单号{number:012}，还有{number % 7}") for number in range(2000)]
    with patch.object(room, "_MANY", 0):
        column = _column(rows)
        assert Columns([column])._candidates(False) == [[]]
        assert Columns([column, column])._candidates(False) == [list(range(2000))] * 2
        assert 0 < len(Columns([column])._candidates(True)[0]) < 200
        assert Columns([column, column])._candidates(True) == [list(range(2000))] * 2


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_rules_say_of_many_rows_what_they_say_of_few(language: str) -> None:
    seen, _, _ = _planted(3, language)
    few = judge(seen)
    with patch.object(room, "_MANY", 0):
        assert judge(_planted(3, language)[0]) == few
    assert any(finding.rule == "near-duplicate" for finding in few)
