"""What a team's policy says, statement by statement: enumerated from what the jobs follow, never written by hand.

A statement is one decision that holds for a sheet, in words, with the place it comes from. The Policy tab lists
them, and the ledger keeps them, so that it is known when each was last changed. A new setting is stated here, or is
named in `OPERATOR_ONLY`; a test holds that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sheetops.domain.stating import doing, figures, people, requests, rules, times
from sheetops.domain.stating.base import Statement
from sheetops.domain.view import View

SECTIONS: Final = {
    "complaint": requests.complaint,
    "channels": requests.channels,
    "classes": requests.classes,
    "times": times.targets,
    "worktime": times.worktime,
    "responsible": people.responsible,
    "reminders": people.reminders,
    "rules": rules.rules,
    "goals": figures.goals,
    "improvements": figures.improvements,
    "sheet": doing.sheet,
}
"""What makes the statements of each section, in the order of the tab."""

OPERATOR_ONLY: Final[Mapping[str, str]] = {
    "texts": "the sentences themselves, in the sheet's language",
    "stated": "which settings the file names; it is the source beside each statement",
    "address_pattern": "where mails go is a matter of the mail server, not of the service",
    "cut": "whether the package that cuts Chinese text is installed; `sheetops doctor` tells",
    "schedule": "when the jobs look at the sheet; what they then enforce is the same at any hour",
    "backups": "how many older versions of the file are kept beside the ledger",
}
"""Settings that no statement names, and why."""


def statements(view: View) -> tuple[Statement, ...]:
    """Every statement that holds for the sheet of a view, section by section."""
    return tuple(
        statement._replace(section=section) for section, make in SECTIONS.items() for statement in make(view)
    )
