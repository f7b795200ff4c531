"""What is told of many words at once is what is told of each."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sheetops.books.xlsx.read_words import numbers_of, until_quote, where, word

eights = st.one_of(
    st.binary(min_size=8, max_size=8),
    st.text("0123456789", min_size=8, max_size=8).map(str.encode),
    st.text('12"/:\x7f', min_size=8, max_size=8).map(str.encode),
)


@given(st.lists(st.integers(0, 499), max_size=60))
def test_flags_are_found_however_close_they_are(places: list[int]) -> None:
    flags = np.zeros(504, np.bool_)
    flags[places] = True
    assert where(flags).tolist() == sorted(set(places))


@given(st.lists(eights, min_size=1, max_size=20))
def test_the_first_quote_is_found(texts: list[bytes]) -> None:
    words = np.array([word(text) for text in texts])
    assert until_quote(words).tolist() == [(text + b'"').index(b'"') for text in texts]


@given(st.lists(st.tuples(eights, st.integers(1, 8)), min_size=1, max_size=20))
def test_a_number_is_its_last_digits_and_whatever_is_none_is_told(cells: list[tuple[bytes, int]]) -> None:
    words = np.array([word(text) for text, _ in cells])
    found = numbers_of(words, np.array([count for _, count in cells]))
    ends = [text[8 - count :] for text, count in cells]
    assert found.tolist() == [int(end) if end.isdigit() else -1 for end in ends]
    assert words.tolist() == [int(word(text)) for text, _ in cells]  # as they were
