"""What is told without the large patterns is what they would tell."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import assume, example, given
from hypothesis import strategies as st

from sheetops.domain.rules import vague_description as rule

WORDS = (rule._VAGUE_ZH + "|" + rule._FILLER_ZH + "|" + rule._REFERENCE_ZH).split("|")
ENGLISH = [
    "bad",
    "doesn t work",
    "don客t work",
    "can’t use",
    "it s",
    "n a",
    "as above",
    "the",
    "see attachment",
    "is",
]
WORDS_OF_REFERENCES = [
    "see",
    "same",
    "as",
    "above",
    "last",
    "time",
    "the",
    "attached",
    "e",
    "mail",
    "ditto",
    "chat",
]
WHOLE = re.compile(rf"(?:{rule._VAGUE}|{rule._FILLER}|\s)*|(?:{rule._FILLER}|\s|\d)*")
pieces = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(ENGLISH),
    st.sampled_from(list(" 12３٣\u3000\x85é登录ßx")),
    st.characters(),
)


@given(st.lists(pieces, max_size=7).map("".join))
@example("")
@example("不好用 ٣")
@example("登录不好用")
def test_only_texts_that_no_pattern_matches_are_told_without_them(words: str) -> None:
    if not rule._may_match(words):
        assert rule._NOTHING.fullmatch(words) is None and rule._ELSEWHERE.fullmatch(words) is None


@given(
    st.lists(
        st.sampled_from(WORDS_OF_REFERENCES),
        max_size=5,
    )
)
@example(["as", "discussed"])
def test_a_reference_has_a_word_of_one(words: list[str]) -> None:
    text = " ".join(words)
    if rule._ELSEWHERE.fullmatch(text):
        assert any(word in text for word in rule._REFERENCES)


@given(st.lists(pieces, max_size=7).map("".join))
@example("doesn登t work")
@example("系统 500")
@example("客户 12 不好用")
@example("错误500")
def test_a_verdict_is_that_of_all_patterns_at_once(text: str) -> None:
    assume(text.strip() and len(text) <= rule._LONGEST_HAN)
    words = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()
    nothing = "" if WHOLE.fullmatch(words) else None
    assert rule._judge(text) == ("reference" if rule._ELSEWHERE.fullmatch(words) else nothing)


def test_a_usual_description_needs_no_pattern() -> None:
    assert (
        not rule._may_match("登录后页面空白")
        and not rule._may_match("app登录后闪退")
        and rule._may_match("系统不好用")
        and rule._may_match("it is bad")
    )
