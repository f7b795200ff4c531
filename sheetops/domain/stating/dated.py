"""Since when each statement holds, and what changed: from what the ledger remembers and what holds now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sheetops.domain.history import Said
from sheetops.domain.stating.base import Statement
from sheetops.domain.view import View

_NAME = 300  # characters that the ledger keeps of a statement's name


class Dated(NamedTuple):
    """A statement, the day of the run that first saw it so, and that run; `first`: it may be older than that."""

    statement: Statement
    since: date
    run: str | None  # None: the run that is looking now
    first: bool


class Change(NamedTuple):
    """A statement that changed: what it said before and after, None where it was not stated."""

    day: date
    run: str | None
    label: str
    before: str | None
    after: str | None


def differences(
    known: Iterable[Said], now: Iterable[Statement], print_of: Callable[[str], str]
) -> list[Said]:
    """What is to be remembered: statements that are new, say something else, or (None) are stated no more."""
    last = {said.name: said for said in known}
    found: list[Said] = []
    there: set[str] = set()
    for one in now:
        name = one.name[:_NAME]
        if not one.lasting or name in there:
            continue
        there.add(name)
        value = print_of(one.value) if one.discreet else one.value
        if name not in last or last[name].value != value:
            text = "" if one.discreet else one.text
            found.append(Said(name, value, one.label, text))
    for name, said in last.items():
        if name not in there and said.value is not None:
            found.append(Said(name, None, said.label))
    return found


def dated(view: View, now: Sequence[Statement]) -> tuple[list[Dated], list[Change]]:
    """Each statement with the day since which it holds, and the changes, newest first.

    What only this run has seen bears today's date: the ledger remembers it once the run is recorded.
    """
    known = view.history.policy
    fresh = {said.name: said for said in differences(known, now, view.history.print_of)}
    first = known[0].run if known else None
    last = {said.name: said for said in known}
    found = []
    for one in now:
        said = last.get(one.name[:_NAME])
        if said is None or one.name[:_NAME] in fresh:
            found.append(Dated(one, view.today, None, not known))
        else:
            found.append(Dated(one, _day(view, said), said.run, said.run == first))
    return found, _changes(view, known, first, fresh.values())


def _changes(view: View, known: Sequence[Said], first: str | None, fresh: Iterable[Said]) -> list[Change]:
    before: dict[str, Said] = {}
    changes: list[Change] = []
    for said in known:
        if said.run != first:
            changes.append(_change(view, before.get(said.name), said))
        before[said.name] = said
    if known:
        changes += (_change(view, before.get(said.name), said) for said in fresh)
    return changes[::-1]


def _day(view: View, said: Said) -> date:
    return said.moment.date() if said.moment is not None else view.today


def _change(view: View, before: Said | None, after: Said) -> Change:
    return Change(_day(view, after), after.run, after.label, _words(before), _words(after))


def _words(said: Said | None) -> str | None:
    return None if said is None or said.value is None else said.text
