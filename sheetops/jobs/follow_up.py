"""Follow-ups: whom to call back, and which complainants to tell what changed.

A row is added for a request that was resolved and has no feedback when it is due, and for each complaint behind an
improvement that is done. What people tick and date stays for ever; the job only says where each row stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from sheetops.domain.living import FOLLOW_UPS, IMPROVEMENTS
from sheetops.domain.personal import masked
from sheetops.domain.plan import Plan
from sheetops.domain.requests import Request
from sheetops.domain.samples import expand
from sheetops.domain.table import Raw
from sheetops.domain.view import View
from sheetops.jobs.improve_judge import progress_of
from sheetops.jobs.improve_tab import follow_ups_tab
from sheetops.jobs.living import Pen, Row, listed, rows_of, table_of
from sheetops.jobs.validate import findings

REACH: Final = (
    60  # days since the resolution, or since the measure was done, in which a new row is still added
)
_RULE: Final = "resolved-without-feedback"
_LONGEST: Final = 80  # characters of what it was about
_CALL, _TELL = "call", "tell"


def follow_ups(view: View) -> Plan:
    """Add who is to be contacted, and say where each row stands."""
    table = view.snapshot.living_tab(FOLLOW_UPS.kind)
    tab = None if table else follow_ups_tab(view)
    table = table or table_of(tab, FOLLOW_UPS)  # type: ignore[arg-type]
    pen = Pen(view, FOLLOW_UPS, table)
    rows, twins = rows_of(table)
    by_id = {request.id: request for _, _, request in view.requests() if request.id}
    for row in rows:
        if row.text("key"):
            state = view.texts(f"follow.state.{_state(row, by_id)}")
            pen.set(row, "state", state, view.texts("follow.why.state"))
    known = listed(rows)
    wanted = [*_calls(view, by_id), *_tells(view, by_id)]
    if any(key not in known for key, _ in wanted):
        known |= view.history.listed().keys()
    for key, cells in wanted:
        if key not in known:
            known.add(key)
            pen.add({**cells, "key": key}, view.texts(f"follow.why.{key.partition('/')[0]}"))
    remarks = tuple(view.texts("improve.twins", tab=table.tab, id=twin) for twin in twins)
    tabs = (tab,) if tab is not None and pen.edits else ()
    return Plan(tuple(pen.edits), tabs=tabs, remarks=remarks, numbers=tuple(pen.numbers))


Wanted = tuple[str, dict[str, Raw]]


def _calls(view: View, by_id: Mapping[str, Request]) -> Iterator[Wanted]:
    """Requests that were resolved, and whose customer nobody has asked in time."""
    for finding in findings(view):
        request = by_id.get(finding.id or "") if finding.rule == _RULE else None
        if request is None or request.resolved is None or not _near(view, request.resolved):
            continue
        yield (
            f"{_CALL}/{request.id}/{request.resolved}",
            {
                **_cells(view, request, request.resolved),
                "reason": view.texts("follow.reason.call"),
                "message": _short(request.result, 4 * _LONGEST),
            },
        )


def _tells(view: View, by_id: Mapping[str, Request]) -> Iterator[Wanted]:
    """Complaints behind an improvement that is done."""
    table = view.snapshot.living_tab(IMPROVEMENTS.kind)
    for row in rows_of(table)[0] if table is not None else ():
        identifier, done_on = row.text("id"), row.day("done_on", view.today)
        done = progress_of(row, view.language) == "done" and done_on is not None and _near(view, done_on)
        if not identifier or not done or done_on is None:
            continue
        for evidence in expand(row.text("evidence_rows")):
            request = by_id.get(evidence)
            if request is not None and request.type == "complaint":
                what = row.text("measure") or row.text("opportunity")
                yield (
                    f"{_TELL}/{identifier}/{request.id}",
                    {
                        **_cells(view, request, done_on),
                        "reason": view.texts("follow.reason.tell", id=identifier),
                        "message": view.texts("follow.message", measure=masked(what)),
                    },
                )


def _near(view: View, day: date) -> bool:
    return view.today - timedelta(days=REACH) <= day <= view.today


def _cells(view: View, request: Request, since: date) -> dict[str, Raw]:
    lead = request.lead
    owner = "-".join(part for part in (lead.department, lead.person) if part) if lead else ""
    return {
        "request": request.id,
        "customer": masked(request.customer or ""),
        "about": _short(request.description, _LONGEST),
        "since": since,
        "contact_owner": masked(owner),
        "state": view.texts("follow.state.to_contact"),
    }


def _short(text: str | None, most: int) -> str:
    """The text masked before it is cut, so that no half of a number is left."""
    said = masked(" ".join((text or "").split()))
    return said if len(said) <= most else said[: most - 1] + "…"


def _state(row: Row, by_id: Mapping[str, Request]) -> str:
    """Where a row stands; what people ticked comes before what the log says."""
    if row.text("confirmed") or row.text("confirmed_on"):
        return "confirmed"
    request = by_id.get(row.text("request"))
    calling = row.text("key").startswith(f"{_CALL}/")
    if calling and request is not None and request.feedback is not None:
        return "answered"
    if row.text("sent") or row.text("sent_on"):
        return "sent"
    if request is None:
        return "gone"
    return "open_again" if calling and request.open else "to_contact"
