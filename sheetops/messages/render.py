"""From a digest (data) to a mail's subject, text and HTML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sheetops.domain.choices import Choices
from sheetops.domain.plan import Digest, Item
from sheetops.domain.texts import Texts
from sheetops.domain.view import View

ROWS_A_GROUP = 25  # what a phone can take; the rest is counted
SUMMARY_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Message:
    """A mail's content."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Style:
    """What messages are made with: `find` tells where a template lies, `texts` gives a language's sentences."""

    find: Callable[[str], Path]
    texts: Callable[[str], Texts]


def render_digest(digest: Digest, view: View, style: Style) -> Message:
    """The mail of one digest."""
    texts, groups = view.texts, _groups(digest, view)
    find = style.find
    counts = texts("mail.separator").join(
        texts("mail.count", count=len(g["rows"]) + g["more"], group=_lower(g["title"])) for g in groups
    )
    sheet = Path(view.snapshot.location).name
    intro = texts("mail.intro", day=digest.day)
    if digest.stands_in_for:
        names = texts("mail.separator").join(digest.stands_in_for)
        intro = f"{intro} {texts('mail.deputy', names=names)}"
    facts: dict[str, Any] = {
        "language": texts.language,
        "subject": texts("mail.subject", counts=counts, sheet=sheet),
        "greeting": texts("mail.greeting", name=digest.person.name or digest.person.department),
        "intro": intro,
        "groups": groups,
        "footer": texts("mail.footer"),
        "location": sheet,
    }
    text = _environment(find, False).get_template("digest.txt.j2").render(facts)
    html = _environment(find, True).get_template("digest.html.j2").render(facts)
    return Message(facts["subject"], text, _inlined(html))


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:] if title.isascii() else title


def _groups(digest: Digest, view: View) -> list[dict[str, Any]]:
    by_group: dict[str, list[Item]] = {}
    for item in digest.items:
        by_group.setdefault(item.group, []).append(item)
    return [
        {
            "key": key,
            "title": view.texts(f"mail.{key}"),
            "rows": [_row(item, view.texts, view.lists["urgency"]) for item in items[:ROWS_A_GROUP]],
            "more": max(0, len(items) - ROWS_A_GROUP),
            "more_text": view.texts("mail.more", count=len(items) - ROWS_A_GROUP),
        }
        for key, items in by_group.items()
    ]


def _row(item: Item, texts: Texts, urgencies: Choices) -> dict[str, str]:
    request = item.request
    assert request is not None
    if item.group == "to_correct":
        finding = item.finding
        assert finding is not None
        return {
            "id": request.id or texts("mail.no_id"),
            "summary": finding.message(texts),
            "facts": finding.fix(texts),
            "place": texts("mail.place", tab=request.tab, cell=item.cell),
        }
    if item.group == "call_back":
        fact = texts("mail.row_call_back", resolved=request.resolved)
    elif item.group == "stale":
        fact = texts("mail.row_stale", days=item.days)
    elif item.group == "due_today":
        fact = texts("mail.row_today")
    elif item.group == "overdue":
        fact = texts("mail.row_over", days=item.days, due=request.due)
    else:
        fact = texts("mail.row_left", days=-(item.days or 0), due=request.due)
    if request.urgency:
        urgency = texts("mail.urgency", urgency=urgencies.name(request.urgency, texts.language))
        fact = texts("mail.separator").join((fact, urgency))
    summary = " ".join((request.description or "").split())
    if len(summary) > SUMMARY_LENGTH:
        summary = summary[: SUMMARY_LENGTH - 1] + "…"
    return {
        "id": request.id or texts("mail.no_id"),
        "summary": summary,
        "facts": fact,
        "place": texts("mail.place", tab=request.tab, cell=item.cell),
    }


class _Found(BaseLoader):
    """Templates wherever `find` says they lie."""

    def __init__(self, find: Callable[[str], Path]) -> None:
        self.find = find

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        path = self.find(f"mail/{template}")
        if not path.exists():
            raise TemplateNotFound(template)
        return path.read_text(encoding="utf-8"), str(path), lambda: True


@cache
def _environment(find: Callable[[str], Path], escape: bool) -> Environment:
    return ImmutableSandboxedEnvironment(
        loader=_Found(find),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _inlined(html: str) -> str:
    """Styles written into the elements too, for mail programs that ignore the head."""
    from css_inline import CSSInliner

    return CSSInliner(keep_style_tags=True, load_remote_stylesheets=False).inline(html)
