"""Whether a value may be a rule's parameter: its kind is the default's, its range is the rule's."""

from __future__ import annotations

from sheetops.domain.rules.base import MANY, Parameter, Rule
from sheetops.domain.template import BY_KEY


def wrong(rule: Rule, name: str, value: Parameter) -> str | None:
    """Why `value` cannot be the parameter `name` of the rule, None where it can."""
    default = rule.parameters[name]
    if isinstance(default, str):
        if not isinstance(value, str):
            return "it must be a text"
        return _unknown_column(value) if name == "columns" else None
    if isinstance(value, (str, bool)):
        return "it must be a number"
    if isinstance(default, int) and value != int(value):
        return "it must be a whole number"
    low, high = rule.limits[name]
    if not low <= value <= high:
        return f"it must be {low} or more" if high >= MANY else f"it must be from {low} to {high}"
    return None


def _unknown_column(text: str) -> str | None:
    strange = [word for word in (part.strip() for part in text.split(",")) if word and word not in BY_KEY]
    return f"there is no column {strange[0]}; the columns are {', '.join(BY_KEY)}" if strange else None
