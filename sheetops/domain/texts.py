"""Every sentence the tool says to a team, by name, in one language. Loading the catalogue is the edge's work."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sheetops.domain.template import BY_KEY, OPTIONAL_PEOPLE_COLUMNS, PEOPLE_COLUMNS
from sheetops.errors import SettingsError

_PEOPLE = {column.key: column for column in PEOPLE_COLUMNS + OPTIONAL_PEOPLE_COLUMNS}


class _NamesOnly(string.Formatter):
    """`{name}` and `{name:spec}` only: a catalogue must not reach into objects.

    A spec `one|many` is the word counted, for languages that have a plural: `{days:day|days}` is "1 day", "3 days".
    """

    def get_field(self, field_name: str, args: object, kwargs: object) -> tuple[object, str]:
        assert isinstance(kwargs, Mapping)
        return kwargs[field_name], field_name

    def format_field(self, value: object, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        return (
            f"{value} {one if str(value) == '1' else many}"
            if bar
            else str(super().format_field(value, format_spec))
        )


_formatter = _NamesOnly()


@lru_cache(maxsize=4096)
def _has_names_alone(pattern: str) -> bool:
    """Whether each field is `{name}`, which `str.format_map` fills in the same way in a tenth of the time."""
    return all(
        name is None or (name.isidentifier() and not spec and not conversion)
        for _, name, spec, conversion in _formatter.parse(pattern)
    )


@dataclass(frozen=True)
class Texts:
    """The catalogue of one language: `texts("rule.required.message", column="…")`."""

    language: str
    entries: Mapping[str, str]

    def __call__(self, name: str, /, **params: object) -> str:
        """The sentence called `name`, filled with `params`. Raises SettingsError for an unknown name."""
        pattern = self.entries.get(name)
        if pattern is None:
            kind, _, key = name.partition(".")
            column = BY_KEY.get(key) or _PEOPLE.get(key)
            if kind == "column" and column is not None:
                return column.name(self.language)
            raise SettingsError(f"the text {name} is missing", where=f"templates/texts/{self.language}.toml")
        if "{" not in pattern:
            return pattern
        try:
            if _has_names_alone(pattern):
                return pattern.format_map(params)
            return _formatter.vformat(pattern, (), params)
        except (KeyError, ValueError) as error:
            raise SettingsError(
                f"the text {name} asks for {error}, which is not offered here",
                where=f"templates/texts/{self.language}.toml",
            ) from None
