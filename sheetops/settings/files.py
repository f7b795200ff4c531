"""The files that travel with the tool: where they lie, and the catalogue of sentences read from them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Literal

from sheetops.domain.template import LANGUAGES
from sheetops.domain.text import fold, nearest
from sheetops.domain.texts import Texts
from sheetops.errors import SettingsError

_PACKAGE = Path(__file__).resolve().parents[1]


def find(kind: Literal["templates", "config"], name: str) -> Path:
    """The file or folder `name` under `templates` or `config`: of the installed package, else of the repository.

    Raises SettingsError where neither has it.
    """
    for home in (_PACKAGE / "_files", _PACKAGE.parent):
        path = home / kind / name
        if path.exists():
            return path
    raise SettingsError(
        f"the file {kind}/{name} is missing from this installation", mend="install the package again"
    )


def load_texts(language: str, overrides: Path | None = None) -> Texts:
    """The catalogue of `language`, with a team's own sentences from the TOML file `overrides` laid over it.

    Raises SettingsError, naming the file, for a language that is not there, a file that is not TOML, a name
    defined twice, and an override of a name or a placeholder that the catalogue does not have.
    """
    texts = _catalogue(language)
    return texts if overrides is None else Texts(language, {**texts.entries, **_own(texts, overrides)})


def placeholders(text: str) -> frozenset[str]:
    """The names in braces of a catalogue's sentence. Raises ValueError where the braces do not match."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@cache
def _catalogue(language: str) -> Texts:
    if language not in LANGUAGES:
        raise SettingsError(
            f"there is no language {language!r}", mend=f"choose one of {', '.join(LANGUAGES)}"
        )
    entries: dict[str, str] = {}
    homes: dict[str, Path] = {}
    for path in sorted(find("templates", f"texts/{language}").glob("*.toml")):
        for name, text in _read(path):
            if name in entries:
                raise SettingsError(f"the text {name} is defined in {homes[name].name} too", where=str(path))
            entries[name], homes[name] = text, path
    return Texts(language, MappingProxyType(entries))


def _own(texts: Texts, path: Path) -> dict[str, str]:
    own = dict(_read(path))
    for name, text in own.items():
        if name not in texts.entries:
            near = nearest(name, {fold(known): known for known in texts.entries})
            raise SettingsError(
                f"there is no text called {name}",
                where=str(path),
                mend=f"did you mean {near}?" if near else None,
            )
        strange = placeholders(text) - placeholders(texts.entries[name])
        if strange:
            raise SettingsError(f"the text {name} cannot know {{{min(strange)}}}", where=str(path))
    return own


def _read(path: Path) -> Iterator[tuple[str, str]]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"the texts cannot be read ({error.strerror})", where=str(path)) from None
    except UnicodeDecodeError:
        raise SettingsError(
            "the texts are not UTF-8", where=str(path), mend="save the file as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"this is not TOML: {error}", where=str(path)) from None
    for name, text in _flat(table, ""):
        if not isinstance(text, str):
            raise SettingsError(f"{name} is not a text", where=str(path), mend="write it in quotation marks")
        try:
            placeholders(text)
        except ValueError as error:
            raise SettingsError(
                f"the text {name} has a fault in its braces: {error}", where=str(path)
            ) from None
        yield name, text


def _flat(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
