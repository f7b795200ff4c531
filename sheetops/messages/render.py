"""From a digest (data) to a mail's subject, text and HTML, in the reader's language and with nothing personal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sheetops.domain.choices import Choices
from sheetops.domain.history import NotRun
from sheetops.domain.people import Person
from sheetops.domain.personal import masked
from sheetops.domain.picture import Picture
from sheetops.domain.plan import Action, Digest, Item
from sheetops.domain.requests import Request
from sheetops.domain.text import fold
from sheetops.domain.texts import Texts
from sheetops.domain.view import View
from sheetops.jobs.remind import GROUPS
from sheetops.jobs.remind_items import mandatory
from sheetops.messages.templates import Style, inlined, rendered

ROWS_A_GROUP = 25  # what a phone can take; of the rest only the IDs are told
SUMMARY_LENGTH = 60
DEPARTMENTS = 12  # of the picture: one screen
NOT_RUN = 8  # scheduled runs that did not happen

_LANGUAGES = {
    fold(name): language
    for language, names in {
        "zh-Hans": (
            "zh-Hans",
            "zh",
            "zh-CN",
            "zh-SG",
            "中文",
            "简体",
            "简体中文",
            "Chinese",
            "Simplified Chinese",
        ),
        "zh-Hant": (
            "zh-Hant",
            "zh-TW",
            "zh-HK",
            "繁中",
            "正體中文",
            "繁體",
            "繁體中文",
            "Traditional Chinese",
        ),
        "en": ("en", "en-US", "en-GB", "英文", "英语", "English"),
    }.items()
    for name in names
}


@dataclass(frozen=True, slots=True)
class Message:
    """A mail's content."""

    subject: str
    text: str
    html: str


def texts_for(person: Person, view: View, style: Style) -> Texts:
    """The sentences of the person's language; the sheet's where the People tab names none that there is."""
    language = _LANGUAGES.get(fold(person.language or ""))
    return view.texts if language in (None, view.texts.language) else style.texts(language)


@dataclass(frozen=True, slots=True)
class Section:
    """What one sheet tells a person, in their language, without the sheet itself."""

    person: Person
    day: date
    texts: Texts
    sheet: str
    place: str  # its path or address
    known_as: str  # what tells it from its namesakes; blank: its place alone
    groups: list[dict[str, Any]]
    picture: dict[str, Any] | None
    not_run: dict[str, Any] | None  # scheduled runs that did not happen
    stands_in_for: tuple[str, ...]
    mandatory: bool  # whether it must not wait for another day


def section_of(digest: Digest, view: View, style: Style) -> Section:
    """What is told of one sheet."""
    texts = texts_for(digest.person, view, style)
    return Section(
        digest.person,
        digest.day,
        texts,
        view.snapshot.name,
        view.snapshot.location,
        view.snapshot.called.name,
        grouped(digest.items, view, texts),
        _picture(digest.picture, texts) if digest.picture else None,
        _not_run(digest.not_run, texts),
        digest.stands_in_for,
        any(mandatory(view, item) for item in digest.items),
    )


def render_digest(digest: Digest, view: View, style: Style) -> Message:
    """The mail of one digest. Raises SettingsError, with template and line, for a team's template that fails."""
    return render_sections([section_of(digest, view, style)], style)


def render_sections(sections: Sequence[Section], style: Style) -> Message:
    """One mail to one person of all their sheets; with several, each group is headed by its sheet."""
    first = sections[0]
    texts = first.texts
    names = _told_apart(sections)
    sheets = texts("mail.separator").join(dict.fromkeys(names))
    away = dict.fromkeys(name for section in sections for name in section.stands_in_for)
    intro = texts("mail.intro", day=first.day)
    if away:
        intro = f"{intro} {texts('mail.deputy', names=texts('mail.separator').join(away))}"
    told: list[dict[str, Any]] = [
        {
            "sheet": name if len(sections) > 1 else "",
            "picture": section.picture,
            "not_run": section.not_run,
            "groups": section.groups,
        }
        for section, name in zip(sections, names, strict=True)
    ]
    counts = counted(_together(sections, texts), texts)
    missed = sum(section.not_run["count"] for section in sections if section.not_run)
    not_run = texts("mail.not_run_subject", count=missed) if missed else ""
    said = texts("mail.separator").join(filter(None, (counts, not_run))) or texts("mail.picture_subject")
    subject = texts("mail.subject", counts=said, sheet=sheets)
    facts: dict[str, Any] = {
        "language": texts.language,
        "subject": masked(subject),
        "greeting": texts("mail.greeting", name=called(first.person)),
        "intro": intro,
        "sections": told,
        # For templates that were made for one sheet: the same without its parts.
        "picture": next((section.picture for section in sections if section.picture), None),
        "not_run": next((section.not_run for section in sections if section.not_run), None),
        "groups": [_headed(group, part["sheet"]) for part in told for group in part["groups"]],
        "footer": texts("mail.footer"),
        "location": sheets,
        "open_row": texts("mail.open_row"),
    }
    text, html = (rendered(f"digest.{form}.j2", facts, style) for form in ("txt", "html"))
    return Message(" ".join(facts["subject"].split()), text, inlined(html))


def _told_apart(sections: Sequence[Section]) -> list[str]:
    """What each sheet is called in one mail: spreadsheets of one title by what else is known of them."""
    places: dict[str, set[str]] = {}
    for section in sections:
        places.setdefault(section.sheet, set()).add(section.place)
    alike = {name for name, of_name in places.items() if len(of_name) > 1}
    return [
        section.sheet if section.sheet not in alike else section.known_as or section.place
        for section in sections
    ]


def _together(sections: Sequence[Section], texts: Texts) -> list[dict[str, Any]]:
    """The groups of all sections in one language, each once with its sum, most urgent first."""
    sums: dict[str, dict[str, Any]] = {}
    for group in (group for section in sections for group in section.groups):
        same = sums.setdefault(
            group["key"], {"key": group["key"], "title": texts(f"mail.{group['key']}"), "count": 0}
        )
        same["count"] += group["count"]
    return [sums[key] for key in GROUPS if key in sums]


def _headed(group: dict[str, Any], sheet: str) -> dict[str, Any]:
    return {**group, "heading": f"{sheet}: {group['heading']}"} if sheet else group


def counted(groups: Iterable[Mapping[str, Any]], texts: Texts) -> str:
    """`3 overdue, 1 due today`."""
    return texts("mail.separator").join(
        texts("mail.count", count=group["count"], group=_lower(group["title"])) for group in groups
    )


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:] if title.isascii() else title


def grouped(
    items: Iterable[Item], view: View, texts: Texts, most: int = ROWS_A_GROUP
) -> list[dict[str, Any]]:
    """The items by group, as templates want them; `most` rows a group, of the rest the IDs."""
    by_group: dict[str, list[Item]] = {}
    for item in items:
        by_group.setdefault(item.group, []).append(item)
    return [
        {
            "key": key,
            "title": texts(f"mail.{key}"),
            "heading": texts("mail.group", title=texts(f"mail.{key}"), count=len(its)),
            "count": len(its),
            "rows": [_row(item, view, texts) for item in its[:most]],
            "more": _more(its[most:], texts),
        }
        for key, its in by_group.items()
    ]


def _more(items: list[Item], texts: Texts) -> str:
    if not items:
        return ""
    ids = dict.fromkeys(
        (item.request.id if item.request else item.action.id if item.action else None) or item.cell
        for item in items
    )
    return texts("mail.more_ids", count=len(items), ids=texts("mail.separator").join(ids))


def _row(item: Item, view: View, texts: Texts) -> dict[str, str]:
    if item.action is not None:
        return _action(item, item.action, view, texts)
    request = item.request
    assert request is not None
    if item.group == "to_correct":
        assert item.finding is not None
        summary, facts = item.finding.message(texts), item.finding.fix(texts)
    else:
        summary, facts = _summary(request.description), _facts(item, request, view, texts)
    return {
        "id": request.id or texts("mail.no_id"),
        "summary": summary,
        "facts": facts,
        "place": texts("mail.place", tab=request.tab, cell=item.cell),
        "link": link_to(view, request.tab, item.cell),
    }


def _action(item: Item, action: Action, view: View, texts: Texts) -> dict[str, str]:
    """An improvement action; a missing measure is said by the opportunity."""
    if action.finish_by is None:
        facts = texts("mail.row_review", day=action.review_on)
    elif action.finish_by == view.today:
        facts = texts("mail.row_today")
    else:
        facts = texts("mail.row_over", days=item.days, due=action.finish_by)
    return {
        "id": action.id or texts("mail.no_id"),
        "summary": _summary(action.measure or action.opportunity),
        "facts": facts,
        "place": texts("mail.place", tab=action.tab, cell=item.cell),
        "link": link_to(view, action.tab, item.cell),
    }


def _summary(description: str | None) -> str:
    """The description in short, masked before it is cut, so that no half of a number is left."""
    summary = masked(" ".join((description or "").split()))
    return summary if len(summary) <= SUMMARY_LENGTH else summary[: SUMMARY_LENGTH - 1] + "…"


def _facts(item: Item, request: Request, view: View, texts: Texts) -> str:
    facts = []
    if item.answer_by is not None:
        now = view.now if isinstance(item.answer_by, datetime) else view.today
        moment = (
            f"{item.answer_by:%Y-%m-%d %H:%M}" if isinstance(item.answer_by, datetime) else item.answer_by
        )
        facts.append(
            texts("mail.row_answer_late" if item.answer_by < now else "mail.row_answer", moment=moment)
        )
    if item.group == "call_back":
        facts.append(texts("mail.row_call_back", resolved=request.resolved))
    elif item.group == "stale":
        facts.append(texts("mail.row_stale", days=item.days))
    elif request.due is None:
        facts.append(texts("mail.row_no_due"))
    elif request.due < view.today:
        facts.append(texts("mail.row_over", days=item.days, due=request.due))
    elif request.due == view.today:
        facts.append(texts("mail.row_today"))
    elif item.days is not None:
        facts.append(texts("mail.row_left", days=-item.days, due=request.due))
    else:
        facts.append(texts("mail.row_due", due=request.due))
    if request.urgency:
        choices: Choices = view.lists["urgency"]
        facts.append(texts("mail.urgency", urgency=choices.name(request.urgency, texts.language)))
    if item.group == "escalated" and request.lead is not None:
        owner = "-".join(part for part in (request.lead.department, request.lead.person) if part)
        facts.append(texts("mail.owner", owner=owner))
    return texts("mail.fact_separator").join(facts)


_GOOGLE = re.compile(r"https://docs\.google\.com/spreadsheets/(?:u/\d+/)?d/[\w-]+")


def link_to(view: View, tab: str, cell: str) -> str:
    """The address that opens that very row, where the sheet has addresses; of an unknown tab, that of the sheet."""
    sheet = _GOOGLE.match(view.snapshot.location)
    if sheet is None:
        return ""
    grid = view.snapshot.raw.grid(tab)
    place = f"#gid={grid.gid}&range={cell}" if grid is not None and grid.gid is not None else ""
    return f"{sheet[0]}/edit{place}"


def _not_run(missed: Sequence[NotRun], texts: Texts) -> dict[str, Any] | None:
    """Scheduled runs that did not happen: the newest, and how many there are besides."""
    if not missed:
        return None
    lines = [
        texts(
            "mail.not_run_failed" if one.failed else "mail.not_run_missed",
            name=one.name,
            slot=f"{one.slot:%Y-%m-%d %H:%M}",
        )
        for one in missed[-NOT_RUN:]
    ]
    if len(missed) > NOT_RUN:
        lines.append(texts("mail.not_run_more", count=len(missed) - NOT_RUN))
    return {"title": texts("mail.not_run"), "lines": lines, "count": len(missed)}


def _picture(picture: Picture, texts: Texts) -> dict[str, Any]:
    """Figures and bars; a bar's parts are per cent of the longest bar."""
    longest = max((load.open for load in picture.loads), default=0) or 1
    figures = [(what, picture.total(what)) for what in ("open", "overdue", "today")]
    figures += [(what, getattr(picture, what)) for what in ("unassigned", "to_answer", "to_call_back")]
    figures += [("actions", picture.actions)] if picture.actions else []
    return {
        "title": texts("mail.picture"),
        "figures": [
            {"key": key, "name": texts(f"mail.picture_{key}"), "count": count} for key, count in figures
        ],
        "legend": [
            {"key": key, "name": texts(f"mail.picture_{key}")} for key in ("overdue", "today", "later")
        ],
        "bars": [
            {
                "department": load.department or texts("mail.picture_nobody"),
                "open": load.open,
                "parts": [
                    {"key": key, "width": round(100 * getattr(load, key) / longest)}
                    for key in ("overdue", "today", "later")
                    if getattr(load, key)
                ],
                "rest": 100 - sum(round(100 * n / longest) for n in load[1:]),
                "text": texts(
                    "mail.picture_row",
                    department=load.department or texts("mail.picture_nobody"),
                    open=load.open,
                    overdue=load.overdue,
                    today=load.today,
                ),
            }
            for load in picture.loads[:DEPARTMENTS]
        ],
    }


def called(person: Person) -> str:
    """How a person is greeted: by name, else department, else what stands before the @ of an address alone."""
    return person.name or person.department or (person.email or "").partition("@")[0]
