"""The tables of an export: requests, their owners, findings and history, as rows of typed values."""

from __future__ import annotations

from collections.abc import Iterable

from sheetops.domain.history import Happening
from sheetops.domain.period import Period
from sheetops.domain.view import View
from sheetops.jobs.export_fields import Masks, Table, table_of
from sheetops.jobs.export_lines import EventLine, FindingLine, OwnerLine
from sheetops.jobs.export_requests import RequestLine
from sheetops.jobs.export_source import Source


def export(
    view: View,
    name: str,
    happened: Iterable[Happening],
    period: Period | None = None,
    unmasked: bool = False,
) -> tuple[Table, ...]:
    """Four tables of one sheet, called `name` in them, as it stands at the time of the view.

    With a `period`, only the requests that were there in it (opened by its end, and not resolved before its
    start), their owners and findings, and what happened in it.
    """
    source = Source(view, name)
    there = [
        index for index in range(len(source.facts.rows)) if period is None or source.there(index, period)
    ]
    rows = {(source.facts.rows[i].tab, source.facts.rows[i].row) for i in there}
    findings = [
        FindingLine(source, one) for one in source.findings if period is None or (one.tab, one.row) in rows
    ]
    # The lines of one table are gone when those of the next are made.
    events = (
        EventLine(source, one)
        for one in happened
        if period is None or period.start <= one.moment.date() <= period.end
    )
    owners = (
        OwnerLine(source, index, place)
        for index in there
        for place in range(len(source.facts.rows[index].owners))
    )
    requests = (RequestLine(source, index) for index in there)
    masks = None if unmasked else Masks()
    return (
        table_of("requests", RequestLine, requests, ("sheet", "tab", "row"), masks),
        table_of("owners", OwnerLine, owners, ("sheet", "tab", "row", "place"), masks),
        table_of("findings", FindingLine, findings, (), masks),
        table_of("events", EventLine, events, (), masks),
    )
