"""A request's changes as a person reads them: what happened when, in which run, and by whom."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sheetops.ledger.life import Story


class Event(NamedTuple):
    """One thing that a run saw. A field whose words are not stored has no `old` and `new`, only that it changed."""

    moment: str
    run: str
    what: str  # `first_seen`, `first_response`, `resolved`, `reopened`, `moved`, `gone`, `back`; or `changed`
    field: str | None = None
    old: str | None = None
    new: str | None = None
    change: str | None = None  # of a field: `filled`, `changed`, `emptied`
    by_job: bool = False


def events(
    number: int,
    changes: Iterable[tuple[str, str, Mapping[str, Any]]],
    replaced: Container[tuple[str, str]] = frozenset(),
    into_empty: Container[tuple[str, str]] = frozenset(),
) -> tuple[Story, list[Event]]:
    """The story of a request and its events, from (moment, run id, change) triples, oldest first.

    `replaced` has (run id, field) where a job wrote over something: at first sight, which tells nothing of before.
    `into_empty` has those where a job filled an empty cell: what stood there at the look before, people had taken out.
    """
    story = Story(number)
    happened: list[Event] = []
    for moment, run, change in changes:
        fields, tab = dict(story.fields), story.tab
        was = (story.first_response, story.resolved, story.reopened)
        story.add(moment, change)
        for what, field, old, new in _steps(change, story, was, tab):
            happened.append(Event(moment, run, what, field, old, new))
        written = change.get("j", ())
        if "new" not in change:
            for key, value in change.get("f", {}).items():
                old, by_job = fields.get(key), key in written
                if by_job and old is not None and (run, key) in into_empty:
                    happened.append(_changed(moment, run, key, old, None, False))
                    old = None
                happened.append(_changed(moment, run, key, old, value, by_job))
        else:  # what people had written by then is no change that was seen
            filled = (_changed(moment, run, key, None, story.fields.get(key), True) for key in written)
            happened += (
                one._replace(change="changed") if (run, one.field) in replaced else one for one in filled
            )
    return story, happened


def _steps(
    change: Mapping[str, Any], story: Story, was: tuple[str | None, bool, int], tab: str
) -> Iterator[tuple[str, str | None, str | None, str | None]]:
    answered, resolved, reopened = was
    if "new" in change:
        yield "first_seen", None, None, None
    if "gone" in change:
        yield "gone", None, None, None
    if "back" in change:
        yield "back", None, None, None
    if "tab" in change and tab:
        yield "moved", None, tab, change["tab"]
    if story.first_response != answered:
        yield "first_response", None, None, None
    if story.resolved and not resolved:
        yield "resolved", None, None, story.fields["resolved"]
    if story.reopened != reopened:
        yield "reopened", None, None, None


def _changed(moment: str, run: str, key: str, old: str | None, new: str | None, by_job: bool) -> Event:
    change = "filled" if old is None else "emptied" if new is None else "changed"
    return Event(moment, run, "changed", key, _shown(old), _shown(new), change, by_job)


def _shown(value: str | None) -> str | None:
    """A stored field without its print: `5#…` (a score and its words) is 5, `#…` is nothing to show."""
    return value.partition("#")[0] or None if value else None
