"""The lists behind the drop-downs: what is valid, and which value a person's spelling means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sheetops.domain.table import CellError, Raw
from sheetops.domain.template import LANGUAGES, LISTS, Choice
from sheetops.domain.text import fold, nearest
from sheetops.domain.values import Problem


@dataclass(frozen=True)
class Choices:
    """The valid values of one list column, in the order of the drop-down."""

    items: tuple[Choice, ...]

    @cached_property
    def _by_fold(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for item in self.items:
            for language in LANGUAGES:
                for name in item.names[language]:
                    found.setdefault(fold(name), item.key)
        return found

    @cached_property
    def _by_key(self) -> dict[str, Choice]:
        return {item.key: item for item in self.items}

    def read(self, raw: Raw, language: str) -> tuple[str | None, Problem | None]:
        """The key of the value that `raw` spells; Problem `unknown-value` with the nearest valid name."""
        if raw is None:
            return None, None
        if not isinstance(raw, str) or isinstance(raw, CellError):
            return None, Problem("unknown-value")
        folded = fold(raw)
        if not folded:
            return None, None if not raw.strip() else Problem("unknown-value")
        key = self._by_fold.get(folded)
        if key is not None:
            return key, None
        near = nearest(raw, self._by_fold, cutoff=0.4)
        return None, Problem("unknown-value", self.name(near, language) if near else None)

    def name(self, key: str, language: str) -> str:
        """What a sheet in `language` calls the value `key`."""
        choice = self._by_key.get(key)
        return choice.name(language) if choice else key

    def keys(self) -> tuple[str, ...]:
        """The keys in the order of the drop-down."""
        return tuple(item.key for item in self.items)


DEFAULT_LISTS: Mapping[str, Choices] = {key: Choices(items) for key, items in LISTS.items()}


def from_names(key: str, names: Iterable[str]) -> Choices:
    """The team's own list: each name keeps the key of the template's value it spells, else becomes its own key.

    A team that lists two spellings of one value of the template (`高` and `紧急`) means two values: the one that is
    the template's name, else the first, keeps the key.
    """
    listed = {fold(name): name.strip() for name in names if fold(name)}
    keys = _keys(DEFAULT_LISTS.get(key, Choices(())), listed)
    known = DEFAULT_LISTS[key]._by_key if key in DEFAULT_LISTS else {}
    items = []
    for folded, name in listed.items():
        own = known.get(keys.get(folded, ""))
        spellings = {}
        for language in LANGUAGES:
            more = own.names[language] if own else ()
            spellings[language] = (name, *(m for m in more if m != name and fold(m) not in listed))
        items.append(Choice(own.key if own else name, spellings))
    return Choices(tuple(items))


def _keys(known: Choices, listed: Mapping[str, str]) -> dict[str, str]:
    """Folded name of the list → key of the template's value that it is."""
    proper = {fold(item.name(language)): item.key for item in known.items for language in LANGUAGES}
    found: dict[str, str] = {}
    for meaning in (proper, known._by_fold):
        for folded in listed:
            key = meaning.get(folded)
            if key is not None and folded not in found and key not in found.values():
                found[folded] = key
    return found
