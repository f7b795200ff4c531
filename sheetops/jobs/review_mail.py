"""Who is mailed the review of a period: those named in `review_mail`, once a period, on a working day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sheetops.domain.people import Person
from sheetops.domain.period import Period
from sheetops.domain.plan import REVIEW, Plan, ReviewMail
from sheetops.domain.text import fold
from sheetops.domain.view import View
from sheetops.errors import UsageError
from sheetops.jobs.remind_people import Times, reader

DUE_DAYS = 10  # after its period a review is mailed by itself; later it is only when asked for
_MANAGERS = frozenset(map(fold, ("managers", "manager", "管理者", "主管", "经理", "經理")))


def review_mails(view: View, period: Period, asked: bool) -> Plan:
    """One mail a person for the review of an ended period; who has it already is left out.

    Asked for, it goes whatever the day of the month, but not on a reader's day off or at night.
    Raises UsageError where it was asked for and cannot be.
    """
    if asked:
        _check(view, period)
    if period.end >= view.today or not view.policy.review_mail:
        return Plan()
    if not asked and view.today > period.end + timedelta(days=DUE_DAYS):
        return Plan()
    times, found, quiet = Times(view), {}, 0
    job = claim_of(period)
    readers, unknown = recipients(view)
    for person, absent in readers:
        if (job, person.key, period.end) in view.history.mailed or person.key in found:
            continue
        if not (times.works(person) and times.allowed(person)):
            quiet += 1
            continue
        found[person.key] = ReviewMail(person, period, absent)
    remarks = [view.texts("review_mail.unknown_name", name=name) for name in unknown]
    if quiet:
        remarks.append(view.texts("review_mail.quiet", count=quiet))
    return Plan(reviews=tuple(found.values()), remarks=(*remarks, *sorted(times.strange.values())))


def claim_of(period: Period) -> str:
    """The job under which a review's mails are claimed."""
    return f"{REVIEW} {period.name}"


def _check(view: View, period: Period) -> None:
    if not view.policy.review_mail:
        raise UsageError(
            "nobody is named who gets the review",
            where="review_mail",
            mend="write `review_mail: [managers]`, names or addresses in the settings",
        )
    if period.end >= view.today:
        raise UsageError(
            f"{period.name} ends on {period.end}; its review is mailed once, after it",
            where="--mail",
            mend="leave --mail out to write the tab",
        )


def recipients(view: View) -> tuple[list[tuple[Person, str | None]], list[str]]:
    """(who reads, and for whom) of each person named, deputies while away; and names that are nobody's."""
    found: list[tuple[Person, str | None]] = []
    unknown: list[str] = []
    for name in view.policy.review_mail:
        named = view.people.named(name)
        if fold(name) in _MANAGERS:
            people = [person for person in managers(view) if not person.opt_out]
        elif named is not None:
            people = [named]
        elif "@" in name:
            people = [Person("", "", name.strip())]
        else:
            unknown.append(name)
            continue
        for person in people:
            here, absent = reader(view, person)
            found.append((here, None if absent is None else absent.name or absent.department))
    return found, unknown


def managers(view: View) -> Iterator[Person]:
    """The team lead, the director, and whoever the People tab names as somebody's manager."""
    people = view.people
    leads = [people.team_lead, people.director]
    leads += [people.named(person.manager) for person in people.all if person.active and person.manager]
    yield from dict.fromkeys(person for person in leads if person is not None)
