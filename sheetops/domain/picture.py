"""The team on one screen: a few counts, and the open requests of each department."""

from __future__ import annotations

from typing import NamedTuple


class Load(NamedTuple):
    """The open requests of one department, each counted once."""

    department: str  # blank: nobody's
    overdue: int
    today: int  # due today
    later: int  # due later, or without a due date

    @property
    def open(self) -> int:
        """All of them."""
        return self.overdue + self.today + self.later


class Picture(NamedTuple):
    """What a team lead sees first."""

    loads: tuple[Load, ...]  # most open requests first
    unassigned: int
    to_answer: int  # open, high urgency, no first response, and the time is up or nearly so; overdue ones too
    to_call_back: int
    actions: int = 0  # improvement actions that are due

    def total(self, what: str) -> int:
        """The sum over departments of `open`, `overdue`, `today` or `later`."""
        return sum(getattr(load, what) for load in self.loads)
