"""Formulas of a tab under its new name: what names the source's sheet or its tables is written anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sheetops.domain.patterns import pattern

TOKEN = pattern(
    r"""
      (?P<text>"(?:[^"]|"")*")                                  # text
    | (?P<quoted>'(?:[^']|'')*'!)                               # 'a sheet'!
    | (?P<brackets>\[(?:[^][']|'.|\[(?:[^][']|'.)*\])*\](?:[\w.]+!)?)   # a column of a table, or another workbook
    | (?<![#\w.\\])(?P<bare>[\w.\\]+!)                          # sheet!, but not #REF!
    | (?<![#\w.\\])(?P<word>[^\W\d][\w.\\]*)(?![\w.\\(])        # a name, a table or a cell
    """,
    re.VERBOSE | re.DOTALL,
)


def quoted(tab: str) -> str:
    """The tab's name as formulas take it; quotes are always allowed, so it always gets them."""
    return "'" + tab.replace("'", "''") + "'"


class Renames(NamedTuple):
    """How the source's own names read in the workbook that takes the tab."""

    title: str
    tab: str
    tables: Mapping[str, str] = MappingProxyType({})
    """Table name in lower case to its new name; only those that change."""

    @property
    def nothing(self) -> bool:
        """No formula changes."""
        return self.title == self.tab and not self.tables

    def formula(self, formula: str) -> str:
        """`formula` (without its "=") with the sheet's and the tables' new names.

        A text in it changes only where it is a link to a place in this workbook (`"#Sheet!A1"`).
        """
        return formula if self.nothing else TOKEN.sub(self._token, formula)

    def link(self, place: str) -> str:
        """The place a link goes to: `Sheet!A1` or a defined name, with or without `#` before it."""
        mark = "#" if place.startswith("#") else ""
        return mark + self.formula(place[len(mark) :])

    def _token(self, token: re.Match[str]) -> str:
        whole = token[0]
        if token["text"] is not None:
            inner = whole[1:-1]
            return f'"{self.link(inner)}"' if inner.startswith("#") and '"' not in inner else whole
        if token["quoted"] is not None:
            return self._sheet(whole, whole[1:-2].replace("''", "'"))
        if token["bare"] is not None:
            return self._sheet(whole, whole[:-1])
        if token["word"] is not None:
            return self.tables.get(whole.lower(), whole)
        return whole

    def _sheet(self, whole: str, name: str) -> str:
        return f"{quoted(self.tab)}!" if name.lower() == self.title.lower() else whole
