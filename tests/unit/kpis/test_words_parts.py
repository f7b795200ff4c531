"""Descriptions are taken apart before they are read: what a part says is what it says in the whole text."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sheetops.domain.personal import masked
from sheetops.domain.text import tidy
from sheetops.domain.words import Cut, Reader, readables

PIECES = (
    "登录", "失败", "的", "退款", "refund", "Late", "is", "2fa", "fa2", "12", "5", "-", "'", " ", "\n", ",", "，", "。",
    ";", "；", ":", "、", "…", "！", "?", ".", "/", "C/S", "P1", "a,b", "1.5", "*", "王*", "a@b.com", "13800138000", "K", "ſa",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
OWN = st.lists(st.sampled_from(("C/S", "P1", "a,b", "登录失败", "fa", "12", "退款。", "late")), max_size=3)


def two_by_two(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(0, len(text), 2)]


def said(reader: Reader, text: str) -> list[list[tuple[str, str, str]]]:
    return [[(t.key, t.kind, text[t.start : t.end]) for t in clause] for clause in reader.clauses(text)]


@pytest.mark.parametrize("cut", [None, two_by_two])
@settings(max_examples=150, deadline=None)
@given(text=TEXTS, own=OWN)
@example(text="2fa late", own=["fa"])
@example(text="x 12fa", own=["fa"])
@example(text="P1 12 P1", own=["P1"])
def test_the_parts_of_a_text_hold_its_clauses(cut: Cut | None, text: str, own: list[str]) -> None:
    reader = Reader(cut, own, ())
    (plain,) = readables([text])
    whole = said(reader, plain)
    assert [clause for part in reader.parts(plain) for clause in said(reader, part)] == whole


def test_a_text_comes_apart_at_its_numbers_and_commas() -> None:
    reader = Reader(two_by_two)
    assert reader.parts("登录失败,涉及单号12345") == ["登录失败", "涉及单号", ""]
    assert reader.parts("v2 of 3") == ["v2 of ", ""]
    assert Reader(two_by_two, ["P1", "a,b"]).parts("a,b;12") == ["a,b", "12"]


@given(texts=st.lists(TEXTS, max_size=5))
def test_many_texts_are_made_readable_as_each_is(texts: list[str]) -> None:
    names = re.compile(r"[\w.@+\-]*\*[\w.@*+\-]*", re.ASCII)
    assert readables(texts) == [names.sub(" ; ", masked(tidy(text))) for text in texts]
