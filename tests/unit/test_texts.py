"""Sentences are filled in by name alone, and told of where a name or the form of a place is not offered."""

from __future__ import annotations

import pytest

from sheetops.domain.template import LANGUAGES
from sheetops.domain.texts import Texts, _formatter
from sheetops.errors import SettingsError
from tests.unit.rules.looks import policy


@pytest.mark.parametrize("value", ["a {b} %s", 1, 2.5, None, "1"])
def test_every_sentence_is_filled_in_as_the_formatter_does(value: object) -> None:
    filled = 0
    for language in LANGUAGES:
        texts = policy(language=language).texts
        for name, pattern in texts.entries.items():
            params = {each: value for _, each, _, _ in _formatter.parse(pattern) if each}
            assert texts(name, **params) == _formatter.vformat(pattern, (), params)
            filled += bool(params)
    assert filled > 500


@pytest.mark.parametrize("place", ["{name.real}", "{name[0]}", "{}", "{0}", "{other}", "{name"])
def test_a_sentence_reaches_into_nothing(place: str) -> None:
    with pytest.raises(SettingsError, match="the text greeting asks for"):
        Texts("en", {"greeting": f"Hello {place}"})("greeting", name=5)


def test_words_are_counted() -> None:
    texts = Texts("en", {"left": "{days:day|days} left of {all}, {{sic}}", "all": "{all}{{"})
    assert [texts("left", days=days, all=3) for days in (1, 2)] == [
        "1 day left of 3, {sic}",
        "2 days left of 3, {sic}",
    ]
    assert texts("all", all=3) == "3{"
