"""The mail of a review: its first screen as text and HTML in the reader's language, and the tab to go with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sheetops.domain.period import Period
from sheetops.domain.personal import masked
from sheetops.domain.plan import ReviewMail
from sheetops.domain.tabs import Cell, Tab
from sheetops.domain.texts import Texts
from sheetops.domain.view import View
from sheetops.jobs.review import tab_name
from sheetops.jobs.review_data import Result, Review
from sheetops.jobs.review_opportunities import opportunities
from sheetops.jobs.review_page import shown, signed
from sheetops.jobs.review_tab import review_tab, sentences
from sheetops.messages.render import Message, called, link_to, texts_for
from sheetops.messages.templates import Style, inlined, rendered

_TOLD = 3  # things worth improving
_PERIODS = 12  # of the bars
_GROUPS = 8


class ReviewPage(NamedTuple):
    """What a review says in one language, before it is somebody's mail."""

    facts: dict[str, Any]
    subject: str
    texts: Texts


def review_page(view: View, period: Period, texts: Texts) -> ReviewPage:
    """The first screen of a review in the language of `texts`."""
    spoken = replace(view, settings=replace(view.settings, texts=texts))
    made = Review(spoken, period)
    name = tab_name(view, period)
    link = link_to(view, name, "A1")
    where = texts("review_mail.linked" if link else "review_mail.attached", tab=name)
    sheet = view.snapshot.name
    facts: dict[str, Any] = {
        "language": texts.language,
        "title": texts("review.title", period=period.name),
        "as_of": texts("review_mail.as_of", start=period.start, end=period.end, sheet=sheet),
        "sentences": sentences(made),
        "opportunities": [
            {"name": texts(f"review.opportunity_name.{one.rule}"), "evidence": one.evidence}
            for one in opportunities(made)[:_TOLD]
        ],
        "opportunities_title": texts("review.opportunities"),
        "figures_title": texts("review.key_figures"),
        "figures": [_figure(made, result) for result in made.results.values() if _stands(result)],
        "heads": {key: texts(f"review.column.{key}") for key in ("before", "change", "goal")},
        "small_note": texts("review_mail.small"),
        "bars": [bar for bar in (_trend(made), _departments(made)) if bar],
        "where": where,
        "open_tab": texts("review_mail.open_tab"),
        "link": link,
        "footer": texts("review_mail.footer"),
        "sheet": sheet,
    }
    return ReviewPage(facts, texts("review_mail.subject", period=period.name, sheet=sheet), texts)


def render_review(mail: ReviewMail, page: ReviewPage, style: Style) -> Message:
    """The mail of one reader. Raises SettingsError, with template and line, for a team's template that fails."""
    texts = page.texts
    facts = page.facts | {
        "subject": masked(page.subject),
        "greeting": texts("mail.greeting", name=called(mail.person)),
        "deputy": texts("mail.deputy", names=mail.stands_in_for) if mail.stands_in_for else "",
    }
    text, html = (rendered(f"review.{form}.j2", facts, style) for form in ("txt", "html"))
    return Message(" ".join(facts["subject"].split()), text, inlined(html))


def render_reviews(mails: Sequence[ReviewMail], view: View, style: Style) -> list[Message]:
    """The mails of one review; what it says is worked out once a language."""
    pages: dict[tuple[str, str], ReviewPage] = {}
    messages = []
    for mail in mails:
        texts = texts_for(mail.person, view, style)
        key = (mail.period.name, texts.language)
        if key not in pages:
            pages[key] = review_page(view, mail.period, texts)
        messages.append(render_review(mail, pages[key], style))
    return messages


def alone(view: View, period: Period) -> Tab:
    """The review's tab for a workbook of its own: links to requests lead nowhere there, so they are texts."""
    tab = review_tab(Review(view, period), tab_name(view, period))
    return replace(tab, rows=tuple(tuple(_unlinked(cell, tab.name) for cell in row) for row in tab.rows))


def _unlinked(cell: Cell, tab: str) -> Cell:
    if cell.link is None or cell.link.tab in (None, tab):
        return cell
    return cell._replace(link=None, style="text" if cell.style == "link" else cell.style)


def _stands(result: Result) -> bool:
    return result.figure.main and result.now.value is not None


def _figure(made: Review, result: Result) -> dict[str, Any]:
    """One line: value, n, direction, and how it stands; a change inside its limits has no colour and no arrow."""
    texts, figure, now = made.view.texts, result.figure, result.now
    signal = result.trend.signal
    mood = "even"
    if signal not in ("usual", "unknown") and figure.better != "neither":
        mood = "bad" if result.worse else "good"
    return {
        "key": figure.key,
        "name": made.name(figure.key),
        "value": shown(now.value, figure.unit),
        "n": now.n if figure.unit != "count" else None,
        "small": now.small and figure.unit != "count",
        "before": shown(result.before.value, figure.unit),
        "change": signed(texts, result.change, figure.unit),
        "mood": mood,
        "judged": texts(f"review_mail.{signal}"),
        "goal": shown(result.goal, figure.unit) if result.goal is not None else "",
        "met": "" if result.met is None else "good" if result.met else "bad",
        "width": round(100 * min(1.0, max(0.0, now.value or 0.0))) if figure.unit == "percent" else None,
    }


def _bars(title: str, counts: Sequence[tuple[str, float]]) -> dict[str, Any] | None:
    most = max((count for _, count in counts), default=0)
    if not most:
        return None
    lines = [
        {"name": name, "count": f"{count:,.0f}", "width": round(100 * count / most)} for name, count in counts
    ]
    return {"title": title, "lines": lines}


def _trend(made: Review) -> dict[str, Any] | None:
    """What came in over the last periods."""
    points = made.trends["intake"].points[-_PERIODS:]
    counts = [(point.window.period.name, point.measure.value or 0.0) for point in points]
    return _bars(made.view.texts("review_mail.trend"), counts) if len(counts) > 1 else None


def _departments(made: Review) -> dict[str, Any] | None:
    """What is open, by department."""
    groups = made.groups("department").items()
    counts = [(made.label("department", key), float(group.open)) for key, group in groups if group.open]
    ordered = sorted(counts, key=lambda pair: (-pair[1], pair[0]))[:_GROUPS]
    return _bars(made.view.texts("review_mail.departments"), ordered)
