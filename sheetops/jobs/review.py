"""The review of a period: one tab with its figures, what changed, and the requests behind every number."""

from __future__ import annotations

from datetime import timedelta

from sheetops.domain.period import Period, parse_period, period_of
from sheetops.domain.plan import Plan
from sheetops.domain.template import TAB_NAMES
from sheetops.domain.view import View
from sheetops.errors import UsageError
from sheetops.jobs.review_data import Review
from sheetops.jobs.review_mail import review_mails
from sheetops.jobs.review_tab import review_tab

LAST_MONTH = "last-month"  # what the command asks for when no period is named
REFRESH_DAYS = 5  # after its month a review follows late entries; then it stays as it was read


def review_when_due(view: View) -> Plan:
    """The review of the period asked for; without one, that of the last month, when it is due.

    Last month's review is due where it had requests and was never written. In the first five days after the
    month it is written again when late entries change it; after that it stands, so that what people have read
    and reported does not move under them. A review that was asked for is always written anew.
    Raises UsageError for a period that has not begun.
    """
    if view.period is not None:
        period = period_of(view.today).before() if view.period == LAST_MONTH else parse_period(view.period)
        if period.start > view.today:
            raise UsageError(
                f"{period.name} has not begun on {view.today}",
                where="--period",
                mend="name one that has, such as " + period_of(view.today, period.span).name,
            )
        made = Review(view, period)
        said = (view.texts("review.nothing", period=period.name),) if made.empty else ()
        return _plan(made) + Plan(remarks=said) + review_mails(view, period, view.mail_review)
    period = period_of(view.today).before()
    there = view.snapshot.raw.grid(tab_name(view, period)) is not None
    settled = view.today > period.end + timedelta(days=REFRESH_DAYS)
    mails = review_mails(view, period, asked=False)
    stands = (there or period.name in view.history.reviewed) and (settled or not there)
    if stands and not mails.reviews:
        return mails
    made = Review(view, period)
    if not made.facts.opened_in(made.window) and not made.facts.resolved_in(made.window):
        return Plan()
    return mails if stands else _plan(made) + mails


def review(view: View, period: Period) -> Plan:
    """The review of `period` as far as it has gone."""
    return _plan(Review(view, period))


def _plan(made: Review) -> Plan:
    period = made.window.period
    figures = {
        f"{key}.{period.name}": result.now.value
        for key, result in made.results.items()
        if result.now.value is not None
    }
    return Plan(tabs=(review_tab(made, tab_name(made.view, period)),), figures=figures)


def tab_name(view: View, period: Period) -> str:
    """The name of a period's tab: one that is there in any language, else that of the sheet's language."""
    names = [f"{name} {period.name}" for name in TAB_NAMES["review"].values()]
    own = f"{TAB_NAMES['review'][view.language]} {period.name}"
    return next((name for name in (own, *names) if view.snapshot.raw.grid(name) is not None), own)
