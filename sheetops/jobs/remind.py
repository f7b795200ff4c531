"""Who is told what today: one digest a person, on their working day, and none where there is nothing to say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.people import Person
from sheetops.domain.picture import Load, Picture
from sheetops.domain.plan import Digest, Item, Plan
from sheetops.domain.requests import Request, Requests
from sheetops.domain.rules.base import quote
from sheetops.domain.view import View
from sheetops.jobs.remind_actions import actions
from sheetops.jobs.remind_items import awaits_answer, items_of, mandatory, snoozed
from sheetops.jobs.remind_people import Times, answers_for, nobody, person_of, reader, rungs, unknown
from sheetops.jobs.validate import findings

# Most urgent first. `escalated`: overdue with somebody further down the ladder.
GROUPS = (
    "overdue",
    "to_answer",
    "due_today",
    "escalated",
    "unassigned",
    "due_soon",
    "stale",
    "improve",
    "call_back",
    "to_correct",
)
# Rules by which a due date is a slip of the pen: it is told as one, and nothing follows from it.
_OF_SLIPS = frozenset(("date", "due-before-opened"))
_URGENCY = {"high": 0, "medium": 1, "low": 2}


def remind(view: View) -> Plan:
    """One digest for every person who has something to do, on their working days and in the allowed hours.

    The lead of a request is told; where the People tab does not know the lead, the department's lead is, else
    the team lead. What stays overdue climbs the ladder to the manager and the director, but for a due date that a rule
    takes for a slip: that it looks wrong is all that is told, to the owner alone. Whoever is away is
    stood in for by the deputy. `暂停至…` in the notes silences a request, but not the breach of one of high urgency:
    neither a snooze nor an opt-out does. A person who was already mailed today
    is left out.
    """
    times = Times(view)
    digests: list[Digest] = []
    quiet = 0
    for digest in gather(view):
        person = digest.person
        day = times.now(person).date()
        if ("remind", person.key, day) in view.history.mailed or not times.works(person):
            continue
        if not times.allowed(person):
            quiet += 1
            continue
        digests.append(digest._replace(day=day))
    remarks = [*odd_cells(view), *sorted(times.strange.values())]
    if not digests and not times.team.is_workday(view.today):
        remarks.append(view.texts("remind.day_off", day=view.today))
    elif quiet:
        hours = view.policy.mail_hours
        span = f"{hours.start:%H:%M}–{hours.end:%H:%M}"
        remarks.append(view.texts("remind.quiet", count=quiet, time=f"{view.now:%H:%M}", hours=span))
    return Plan(digests=tuple(digests), remarks=tuple(remarks), judged=view.memo["judged"])


def odd_cells(view: View) -> list[str]:
    """A sentence for each cell of the People tab that is not understood, but those that `Times` tells when it matters."""
    told = []
    for odd in view.odd_people:
        if odd.column not in ("timezone", "workdays"):
            name = "remind.odd_near" if odd.meant else "remind.odd"
            column = view.texts(f"column.{odd.column}")
            told.append(
                view.texts(
                    name,
                    cell=f"{odd.tab}!{odd.cell}",
                    value=quote(odd.value),
                    column=column,
                    meant=odd.meant or "",
                )
            )
    return told


@dataclass
class _Pile:
    """What one person is going to be told."""

    person: Person
    items: list[Item] = field(default_factory=list)
    stands_in: set[str] = field(default_factory=set)
    rows: set[tuple[str, int]] = field(default_factory=set)  # of dated items, so that none is told twice


def gather(view: View) -> list[Digest]:
    """What each person would be told, whatever the day and the hour."""
    found: dict[tuple[str, int], list[Finding]] = defaultdict(list)
    for finding in findings(view):
        if finding.severity is not Severity.HINT:
            found[finding.tab, finding.row].append(finding)
    piles: dict[str, _Pile] = {}
    slips = _slips(view)
    told = list(_told(view, found, slips))
    # The ladder comes last: who is told of a row as its owner is not told again as a manager.
    for person, item in sorted(told, key=lambda pair: pair[1].group == "escalated"):
        _add(view, piles, person, item)
    lead = view.people.team_lead
    picture = _picture(view, [item for _, item in told], slips) if lead is not None else None
    here = reader(view, lead)[0] if lead is not None else None
    not_run = view.history.not_run(here.key) if here is not None else ()
    if here is not None and (not_run or any(_for_the_lead(view, item) for _, item in told)):
        piles.setdefault(here.key, _Pile(here))
    digests = []
    for key, pile in sorted(piles.items()):
        leads = here is not None and key == here.key
        its, gone = (picture, not_run) if leads else (None, ())
        items = tuple(sorted(pile.items, key=_rank))
        if pile.person.opt_out:
            its, items = None, tuple(item for item in items if mandatory(view, item))
        if items or gone or its is not None:
            stands_in = tuple(sorted(pile.stands_in))
            digests.append(Digest(pile.person, view.today, items, stands_in, its, gone))
    return digests


def _for_the_lead(view: View, item: Item) -> bool:
    """Whether it is a reason to show the team lead the team's picture."""
    if item.group == "improve":
        return (item.days or 0) >= view.policy.escalate_after[0]
    return item.group in ("escalated", "unassigned")


def _slips(view: View) -> frozenset[tuple[str, int]]:
    """The rows whose due date is a slip, however grave the team takes that for."""
    return frozenset(
        (one.tab, one.row) for one in findings(view) if one.column == "due" and one.rule in _OF_SLIPS
    )


def _told(
    view: View, found: dict[tuple[str, int], list[Finding]], slips: frozenset[tuple[str, int]]
) -> Iterator[tuple[Person, Item]]:
    """Each thing to say, with the person whose matter it is."""
    for log, index, request in view.requests():
        its = found.get((request.tab, request.row), [])
        if request.open or its:
            quiet = snoozed(view, request)
            if (request.tab, request.row) in slips:
                request = request._replace(due=None)
            for person, item in _of_request(view, log, index, request, its, answers_for(view, request)):
                if not quiet or mandatory(view, item):
                    yield person, item
    for owner, item in actions(view):
        yield person_of(view, owner) or view.people.team_lead or unknown(owner), item


def _of_request(
    view: View, log: Requests, index: int, request: Request, found: list[Finding], person: Person | None
) -> Iterator[tuple[Person, Item]]:
    first = person or view.people.team_lead
    for item in items_of(view, log, index, request, found, person is not None):
        yield first or nobody(request), item
        if item.finding is None and request.due is not None and request.due < view.today:
            for above in rungs(view, first, item.days or 0):
                yield above, item._replace(group="escalated")


def _add(view: View, piles: dict[str, _Pile], person: Person, item: Item) -> None:
    here, absent = reader(view, person)
    pile = piles.setdefault(here.key, _Pile(here))
    if item.finding is None and item.request is not None:
        row = (item.request.tab, item.request.row)
        if row in pile.rows:
            return
        pile.rows.add(row)
    pile.items.append(item)
    if absent is not None:
        pile.stands_in.add(absent.name or absent.department)


def _picture(view: View, told: list[Item], slips: frozenset[tuple[str, int]]) -> Picture:
    """The open requests of each department, and how many things of each kind there are to do."""
    loads: dict[str, Counter[str]] = defaultdict(Counter)
    to_answer = 0
    for log, index, request in view.requests():
        if request.open:
            to_answer += awaits_answer(view, log, index, request)
            lead = request.lead
            due = request.due if (request.tab, request.row) not in slips else None
            when = "later" if due is None or due > view.today else "today" if due == view.today else "overdue"
            loads[lead.department if lead else ""][when] += 1
    groups = Counter(item.group for item in told)
    rows = [Load(name, count["overdue"], count["today"], count["later"]) for name, count in loads.items()]
    return Picture(
        tuple(sorted(rows, key=lambda load: (-load.open, load.department))),
        groups["unassigned"],
        to_answer,  # not the group: of these, some are told as overdue or unassigned
        groups["call_back"],
        groups["improve"],
    )


def _rank(item: Item) -> tuple[int, int, int, str]:
    urgency = _URGENCY.get((item.request.urgency if item.request else None) or "", 3)
    return GROUPS.index(item.group), -(item.days or 0), urgency, item.cell
