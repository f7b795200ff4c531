"""What a rule saw: which cell, how bad, and the words and fix in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from sheetops.domain.texts import Texts


class Severity(StrEnum):
    """How much a finding matters: an error makes figures wrong, a warning deserves a look, a hint is a wish."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class Finding(NamedTuple):
    """One thing a rule saw in one cell.

    `message` and `fix` are names in the text catalogue, filled with `params`; `fix_value` is the exact value
    that would mend the cell, where one is known.
    """

    rule: str
    severity: Severity
    tab: str
    row: int
    cell: str
    column: str
    id: str | None
    variant: str = ""  # a rule with several messages says which
    params: Mapping[str, str] = MappingProxyType({})
    fix_value: str | None = None

    def _text(self, part: str, texts: Texts) -> str:
        name = f"rule.{self.rule}.{self.variant}.{part}" if self.variant else f"rule.{self.rule}.{part}"
        params = {"value": "", "fix": self.fix_value or "", **self.params}
        if "column" not in params:
            params["column"] = texts(f"column.{self.column}")
        return texts(name, **params)

    def message(self, texts: Texts) -> str:
        """What is wrong, in one sentence."""
        return self._text("message", texts)

    def fix(self, texts: Texts) -> str:
        """How to mend it, in one sentence."""
        return self._text("fix", texts)
