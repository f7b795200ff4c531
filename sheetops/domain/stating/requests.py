"""What a complaint is, by which channels requests come, and how they are classed."""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.stating.base import DEFAULT, Statement, listed, names_of, plain, source_of
from sheetops.domain.template import LANGUAGES, TAB_NAMES
from sheetops.domain.view import View

COMPLAINT = "complaint"  # the key by which the figures know a complaint


def complaint(view: View) -> Iterator[Statement]:
    """Which requests count as complaints, and what their causes are counted by."""
    types = view.lists["type"]
    own = next((item for item in types.items if item.key == COMPLAINT), None)
    source = _list_source(view, "type")
    column = view.texts("column.type")
    if own is None:
        yield plain(view, "complaint", "none", source, "absent", column=column)
    else:
        name = own.name(view.language)
        spelt = dict.fromkeys(other for language in LANGUAGES for other in own.names[language])
        others = listed(view, (other for other in spelt if other != name))
        yield plain(view, "complaint", f"type = {name}", source, column=column, name=name, others=others)
    cause = any(table.has("cause") for table in view.snapshot.tables)
    form, name = ("text", view.texts("column.cause")) if cause else ("absent", view.texts("column.cause"))
    yield plain(view, "cause", "column" if cause else "department", "headers", form, column=name)


def channels(view: View) -> Iterator[Statement]:
    """The sources by which requests come."""
    yield _list(view, "source")


def classes(view: View) -> Iterator[Statement]:
    """Types, urgencies, priorities and numbers."""
    yield _list(view, "type")
    yield _list(view, "urgency")
    policy = view.policy
    high = policy.high_priority
    yield plain(view, "high_priority", high, source_of(view, "high_priority"), level=high)
    form = "text" if policy.suggest_priority else "off"
    source = source_of(view, "suggest_priority")
    yield plain(view, "suggest_priority", "on" if policy.suggest_priority else "off", source, form)
    pattern = policy.id_pattern
    yield plain(view, "id_pattern", pattern, source_of(view, "id_pattern"), pattern=pattern)


def _list(view: View, key: str) -> Statement:
    names = names_of(view, view.lists[key])
    label = view.texts("policy.say.lists.label", column=view.texts(f"column.{key}"))
    return Statement(f"lists.{key}", label, listed(view, names), " | ".join(names), _list_source(view, key))


def _list_source(view: View, key: str) -> str:
    return view.decided.tab or TAB_NAMES["lists"][view.language] if key in view.decided.lists else DEFAULT
