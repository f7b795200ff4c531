"""Fill what a person left empty: the request's ID and its due date. A person's value always wins."""

from __future__ import annotations

from datetime import date, datetime

from sheetops.domain.ids import IdPattern, learn
from sheetops.domain.plan import Edit, Plan
from sheetops.domain.requests import Request, Requests
from sheetops.domain.table import Raw
from sheetops.domain.values import as_text
from sheetops.domain.view import View
from sheetops.domain.workdays_clock import TargetUnit
from sheetops.errors import CalendarYearUnknown


def fill(view: View) -> Plan:
    """The IDs and due dates that are missing, as edits with their reasons.

    An ID continues the highest number under its prefix (in the sheet or ever given, see `History.highest`).
    A due date is the resolution target of the row's urgency, counted from the optional opened column, else
    from the run that first saw the request. Nothing is filled where that would be a guess: a row without a
    known urgency, or one already resolved whose opening nobody noted.
    """
    ids = _Ids(view)
    edits: list[Edit] = []
    remarks: list[str] = []
    for log, index, request in view.requests():
        if log.table.has("id") and log.table.column("id")[index] is None:
            edits.append(ids.edit(log, index, request))
        if log.table.has("due") and log.table.column("due")[index] is None:
            try:
                edit = _due(view, log, index, request)
            except CalendarYearUnknown as unknown:
                remarks.append(unknown.line())
                continue
            if edit is not None:
                edits.append(edit)
    return Plan(edits=tuple(edits), remarks=tuple(dict.fromkeys(remarks)), numbers=tuple(ids.given))


class _Ids:
    """Gives out numbers, each once."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.raw: list[Raw] = [r for log in view.logs for r in log.table.column("id") if r is not None]
        self.known = [as_text(raw).strip() for raw in self.raw]
        self.pattern = learn(self.known, IdPattern(view.policy.id_pattern))
        self.highest: dict[str, int] = {}
        self.given: list[tuple[str, int]] = []
        # Where people's IDs are numbers, a text among them would sort apart.
        self.as_number = bool(self.raw) and all(isinstance(raw, (int, float)) for raw in self.raw)

    def edit(self, log: Requests, index: int, request: Request) -> Edit:
        day = _day_of(request.opened) or self.view.today
        prefix = self.pattern.prefix(day)
        if prefix not in self.highest:
            used = (self.pattern.number(text, prefix) or 0 for text in self.known)
            self.highest[prefix] = max(self.view.history.highest.get(prefix, 0), max(used, default=0))
        self.highest[prefix] += 1
        self.given.append((prefix, self.highest[prefix]))
        text = self.pattern.make(prefix, self.highest[prefix])
        new: Raw = int(text) if self.as_number and text.isdigit() else text
        why = self.view.texts("fill.id", pattern=self.pattern.text)
        return Edit(log.ref(index), "id", log.table.cell(index, "id"), None, new, why)


def _due(view: View, log: Requests, index: int, request: Request) -> Edit | None:
    targets = view.policy.targets.get(request.urgency or "")
    if targets is None or targets.resolution is None:
        return None
    life = view.history.life(request.id)
    opened = request.opened or (life.first_seen if life else None)
    opened = opened or view.today
    if request.resolved is not None and request.resolved < (_day_of(opened) or view.today):
        return None  # resolved before anybody looked: when it was opened is not known
    due = _day_of(view.policy.clock.deadline(opened, targets.resolution))
    assert due is not None and request.urgency is not None
    why = view.texts(
        "fill.due",
        urgency=view.lists["urgency"].name(request.urgency, view.language),
        target=target_words(view, request.urgency),
        opened=_day_of(opened),
    )
    return Edit(log.ref(index), "due", log.table.cell(index, "due"), None, due, why)


def target_words(view: View, urgency: str) -> str:
    """An urgency's resolution target in words: `1 working day`, `24 hours`."""
    targets = view.policy.targets.get(urgency)
    target = targets.resolution if targets else None
    if target is None:
        return view.texts("target.none")
    unit = "days" if target.unit is TargetUnit.WORKING_DAYS else target.unit.value
    return view.texts(f"target.{unit}", count=f"{target.amount:g}")


def _day_of(moment: date | datetime | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment
