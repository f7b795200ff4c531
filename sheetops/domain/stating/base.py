"""A statement, and the words and sources that all sections need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sheetops.domain.choices import Choices
from sheetops.domain.personal import masked
from sheetops.domain.texts import Texts
from sheetops.domain.view import View
from sheetops.domain.workdays_clock import Target, TargetUnit

DEFAULT: Final = "default"
SETTINGS: Final = "settings"
_UNITS: Final = {
    TargetUnit.CLOCK_HOURS: "clock_hours",
    TargetUnit.WORKING_HOURS: "working_hours",
    TargetUnit.WORKING_DAYS: "days",
}


class Statement(NamedTuple):
    """One thing that holds.

    `name` is stable (`targets.high.resolution`), `label` and `text` are in the sheet's language, `value` is the same
    without language, so that two days can be compared. `source` is `settings`, `default`, `fixed` (the program),
    `calendar`, `headers` or the name of a tab. `discreet`: the ledger keeps its print alone. `lasting`: it changes
    only when somebody decides so, not with the date.
    """

    name: str
    label: str
    text: str
    value: str
    source: str
    discreet: bool = False
    lasting: bool = True
    section: str = ""


def said(view: View, name: str, text: str, value: object, source: str, /, **params: object) -> Statement:
    """A statement whose label is the text `policy.say.<name>.label`, filled with `params`."""
    label = view.texts(f"policy.say.{name}.label", **params)
    return Statement(name, label, text, str(value), source)


def plain(
    view: View, name: str, value: object, source: str, form: str = "text", /, **params: object
) -> Statement:
    """A statement whose sentence is the text `policy.say.<name>.<form>`, filled with `params`."""
    return said(view, name, view.texts(f"policy.say.{name}.{form}", **params), value, source)


def source_of(view: View, *settings: str) -> str:
    """`settings` where the file names one of these settings (`calendar.week`), else `default`."""
    return SETTINGS if any(name in view.settings.stated for name in settings) else DEFAULT


def in_words(texts: Texts, target: Target | None) -> str:
    """A target in the sheet's language: `3 working days`."""
    if target is None:
        return texts("target.none")
    return texts(f"target.{_UNITS[target.unit]}", count=f"{target.amount:g}")


def canonical(target: Target | None) -> str:
    """A target without language: `3 working_days`."""
    return "none" if target is None else f"{target.amount:g} {target.unit.value}"


def names_of(view: View, choices: Choices) -> list[str]:
    """The values of a list as the sheet calls them."""
    return [choices.name(key, view.language) for key in choices.keys()]  # noqa: SIM118 (not a mapping)


def listed(view: View, names: Iterable[str]) -> str:
    """Names in one line, personal data masked; the word for none where there is none."""
    return view.texts("policy.comma").join(map(masked, names)) or view.texts("policy.none")
