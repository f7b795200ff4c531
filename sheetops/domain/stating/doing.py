"""What the jobs take for request logs, how they know the columns, and what stops them."""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.stating.base import DEFAULT, SETTINGS, Statement, listed, plain, source_of
from sheetops.domain.view import View


def sheet(view: View) -> Iterator[Statement]:
    """Log tabs, columns of other names, language and the brake."""
    policy = view.policy
    tabs = policy.log_tabs
    form = "text" if tabs else "every"
    yield plain(
        view,
        "log_tabs",
        " | ".join(tabs) or "every",
        source_of(view, "log_tabs"),
        form,
        tabs=listed(view, tabs),
    )
    columns = policy.column_names
    pairs = [f"{header} = {view.texts(f'column.{key}')}" for header, key in columns.items()]
    value = " | ".join(f"{header} = {key}" for header, key in columns.items())
    source = SETTINGS if columns else DEFAULT
    form = "text" if columns else "none"
    yield plain(view, "columns", value or "none", source, form, columns=listed(view, pairs))
    source = SETTINGS if policy.language else "headers"
    yield plain(view, "language", view.language, source)
    share = f"{policy.brake_share:.0%}"
    yield plain(view, "brake_share", share, source_of(view, "brake_share"), share=share)
    people = " | ".join(sorted(f"{p.department}-{p.name}" for p in policy.people))
    if people:
        yield plain(view, "people", people, SETTINGS, count=len(policy.people))._replace(discreet=True)
