"""A request's life as a fold over its changes: the same function adds a run's changes and rebuilds everything.

A change is a JSON object with short names, for there are many:
`new` day of the look before the first sight (blank: there was none) · `gone`, `back` found missing, found again ·
`tab` · `m` the row's print, its parts by themselves (see prints.Print) · `f` fields that differ, with their new value ·
`j` those of them that a job wrote · `u` what cannot be known. Ledgers made before version 0005 have `p` for `m`:
prints of the row, the person's cells, and customer and description; the second is what `m` has.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sheetops.ledger.prints import Print

Change = dict[str, Any]
PROGRESS = frozenset(("owner", "urgency", "due", "result"))


@dataclass(slots=True)
class Story:
    """One request as it was last seen, and what its life was until then. Moments are ISO text."""

    number: int
    identifier: str | None = None
    tab: str = ""
    print: Print = (b"", "", "")
    fields: dict[str, str] = field(default_factory=dict)
    first_seen: str = ""
    first_response: str | None = None
    resolved_seen: str | None = None
    reopened: int = 0
    reopenings: list[list[str]] = field(default_factory=list)  # [resolved date that was lost, moment seen]
    due_changes: int = 0
    owner_changes: int = 0
    last_progress: str | None = None
    touched: str = ""
    gone: str | None = None
    unsure: set[str] = field(default_factory=set)
    asleep: bool = False  # it has no row in `requests` yet

    @property
    def resolved(self) -> bool:
        """Whether the row has a resolved date that can be read."""
        return _readable(self.fields.get("resolved"))

    def add(self, moment: str, change: Mapping[str, Any]) -> None:
        """Take in what one run saw."""
        was_resolved, before = self.resolved, dict(self.fields)
        self._see(moment, change)
        if "new" in change:
            self.begin(moment, change["new"], "first_seen" in change.get("u", ()))
        else:
            self._move(moment, change, was_resolved, before)
            self._respond(moment)
        self.unsure.update(change.get("u", ()))

    def _respond(self, moment: str) -> None:
        if self.first_response is None and "first_response" not in self.unsure and self._answered:
            self.first_response = moment

    @property
    def _answered(self) -> bool:
        return self.resolved or "result" in self.fields

    def _see(self, moment: str, change: Mapping[str, Any]) -> None:
        self.touched = moment
        self.tab = change.get("tab", self.tab)
        if "gone" in change:
            self.gone = moment
        if "back" in change:
            self.gone = None
        for name, value in change.get("f", {}).items():
            if value is None:
                self.fields.pop(name, None)
            else:
                self.fields[name] = value
        self.identifier = self.fields.get("id")
        if "m" in change:
            person, due, identifier = change["m"]
            self.print = b64decode(person), due, identifier
        elif "p" in change:
            self.print = b64decode(change["p"][1]), self.fields.get("due", ""), self.identifier or ""

    def begin(self, moment: str, looked_before: str, perhaps_old: bool) -> None:
        """Take its fields for its first sight. `looked_before` is the day of the look before, blank: there was none."""
        self.touched = self.first_seen = self.last_progress = moment
        if self.resolved:
            self.resolved_seen = moment
        if not looked_before or perhaps_old:  # older than the ledger, or than what it knows
            self.unsure.add("first_seen")
            if self._answered:
                self.unsure.add("first_response")
            if self.resolved:
                self.unsure.add("resolved")
        elif self.resolved and self.fields["resolved"] < looked_before:  # an old row, put in only now
            self.unsure.update(("first_seen", "first_response", "resolved"))
        self._respond(moment)

    def _move(
        self, moment: str, change: Mapping[str, Any], was_resolved: bool, before: Mapping[str, str]
    ) -> None:
        differ = change.get("f", {}).keys()
        if self.resolved and not was_resolved:
            self.resolved_seen = moment
        elif was_resolved and not self.resolved:
            self.resolved_seen = None
            self.reopened += 1
            self.reopenings.append([before["resolved"], moment])
        elif self.resolved and self.fields["resolved"] > before["resolved"]:
            self.unsure.add(
                "reopened"
            )  # opened again between two looks, or a date put right: nobody can tell
        self.due_changes += "due" in differ and "due" in before and "due" in self.fields
        self.owner_changes += "owner" in differ and "owner" in before and "owner" in self.fields
        if (differ & PROGRESS) - set(change.get("j", ())):
            self.last_progress = moment


def _readable(value: str | None) -> bool:
    return value is not None and not value.startswith("#")


def mark(print: Print) -> list[str]:
    """A row's print as a change carries it."""
    person, *filled = print
    return [b64encode(person).decode(), *filled]
