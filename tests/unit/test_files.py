"""The catalogue of sentences: complete, alike in every language, and clear about what is wrong with a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetops.domain.template import LANGUAGES
from sheetops.errors import SettingsError
from sheetops.settings import files
from sheetops.settings.files import find, load_texts, placeholders


def test_every_language_has_the_same_names_with_the_same_placeholders() -> None:
    first, *others = (load_texts(language).entries for language in LANGUAGES)
    assert first
    for other in others:
        assert set(other) == set(first)
        assert {n: placeholders(t) for n, t in other.items()} == {
            n: placeholders(t) for n, t in first.items()
        }


def test_no_text_is_empty() -> None:
    assert [
        n
        for lang in LANGUAGES
        for n, text in load_texts(lang).entries.items()
        if not (text.strip() or n.endswith(".space"))
    ] == []


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 working day"), (0, "0 working days"), (3, "3 working days"), ("1", "1 working day")],
)
def test_what_is_counted_agrees_with_its_number(count: object, said: str) -> None:
    assert load_texts("en")("target.days", count=count) == said


def test_no_text_leaves_the_plural_to_its_reader() -> None:
    assert [
        (lang, n) for lang in LANGUAGES for n, text in load_texts(lang).entries.items() if "(s)" in text
    ] == []


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation of its own, with an empty English catalogue."""
    monkeypatch.setattr(files, "_PACKAGE", tmp_path / "sheetops")
    folder = tmp_path / "templates" / "texts" / "en"
    folder.mkdir(parents=True)
    files._catalogue.cache_clear()
    yield folder
    files._catalogue.cache_clear()


def refused(language: str = "en", overrides: Path | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load_texts(language, overrides)
    return caught.value.line()


def test_nested_tables_become_dotted_names(home: Path) -> None:
    (home / "a.toml").write_text('top = "T"\n[guide.start]\ntitle = "G {x}"\n')
    texts = load_texts("en")
    assert dict(texts.entries) == {"top": "T", "guide.start.title": "G {x}"}
    assert texts("guide.start.title", x=1) == "G 1"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = 1", "a is not a text"),
        ("a = ", "not TOML"),
        ('a = "x {"', "fault in its braces"),
        ('a = "x"\na = "y"', "not TOML"),
    ],
)
def test_a_fault_names_its_file(home: Path, text: str, says: str) -> None:
    (home / "room.toml").write_text(text)
    line = refused()
    assert says in line and line.startswith(str(home / "room.toml"))


def test_a_name_defined_twice_names_both_files(home: Path) -> None:
    (home / "a.toml").write_text('[x]\ny = "1"')
    (home / "b.toml").write_text('"x.y" = "2"')
    line = refused()
    assert "x.y is defined in a.toml too" in line and line.startswith(str(home / "b.toml"))


def test_bytes_that_are_not_utf8_are_refused(home: Path) -> None:
    (home / "a.toml").write_bytes(b'a = "\xff"')
    assert "not UTF-8" in refused()


def test_an_unknown_language_names_the_known_ones() -> None:
    assert "zh-Hans" in refused("fr")


def test_a_team_may_word_a_sentence_its_own_way(home: Path, tmp_path: Path) -> None:
    (home / "a.toml").write_text('[mail]\ntitle = "Hello {name}"\nend = "Bye"')
    own = tmp_path / "own.toml"
    own.write_text('[mail]\ntitle = "Dear {name}"')
    texts = load_texts("en", own)
    assert texts("mail.title", name="Li") == "Dear Li" and texts("mail.end") == "Bye"
    assert load_texts("en")("mail.title", name="Li") == "Hello Li"
    own.write_text('[mail]\ntitel = "x"')
    assert "no text called mail.titel" in refused(overrides=own) and "mail.title" in refused(overrides=own)
    own.write_text('[mail]\ntitle = "Dear {nam}"')
    assert "cannot know {nam}" in refused(overrides=own)
    assert "cannot be read" in refused(overrides=tmp_path / "none.toml")


def test_the_package_comes_before_the_repository(home: Path, tmp_path: Path) -> None:
    assert find("templates", "texts/en") == home
    inside = tmp_path / "sheetops" / "_files" / "templates" / "texts" / "en"
    inside.mkdir(parents=True)
    assert find("templates", "texts/en") == inside
    with pytest.raises(SettingsError, match=r"config/none\.yaml is missing"):
        find("config", "none.yaml")
