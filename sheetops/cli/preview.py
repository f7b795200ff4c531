"""`sheetops preview`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetops.cli.common import Wishes, _day
from sheetops.domain.template import LANGUAGES
from sheetops.domain.texts import Texts
from sheetops.errors import UsageError

if TYPE_CHECKING:
    from sheetops.domain.plan import Digest
    from sheetops.domain.view import View
    from sheetops.messages import Message, Style

_EXAMPLES = 3  # different sentences shown of one text


@click.command("preview")
@click.argument("sheet")
@click.option(
    "--text",
    "what",
    default="digest",
    show_default=True,
    metavar="WHAT",
    help="digest, chat, review, or the name of a text; rule.* is all texts of rules.",
)
@click.option("--person", metavar="NAME", help="Only this person's digest: name, department-name or address.")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    help="In this language, whatever the sheet's and the people's.",
)
@click.option("--period", metavar="PERIOD", help="Of the review. [default: the month before]")
@click.option("--open", "in_browser", is_flag=True, help="Open the mails in the browser.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
@click.option("--as-of", callback=_day, metavar="DATE", help="As if today were DATE.")
def command(
    sheet: str,
    what: str,
    person: str | None,
    language: str | None,
    period: str | None,
    in_browser: bool,
    config: Path | None,
    as_of: date | None,
) -> None:
    """Show mails, posts and sentences as they would read with the rows of SHEET; nothing is changed or sent.

    Days off, quiet hours and mails already sent do not matter here.
    """
    view, style = _view(sheet, config, as_of, language)
    if what == "chat":
        _chat(view, style)
    elif what == "digest":
        _digests(view, style, person, language, in_browser)
    elif what == "review":
        _review(view, style, period, in_browser)
    else:
        _sentences(view, style, what)


def _view(sheet: str, config: Path | None, as_of: date | None, language: str | None) -> tuple[View, Style]:
    """The sheet as it would be once it is filled."""
    from sheetops.cli.edge import Edge
    from sheetops.cli.mailing import make_style
    from sheetops.jobs.fill import fill
    from sheetops.settings.files import load_texts
    from sheetops.settings.load import load

    loaded = load(config)
    place, team = loaded.find(sheet)
    report = Edge(loaded, Wishes((sheet,), config, as_of, True, False, False, False, True)).run(
        place, team, []
    )
    assert report.view is not None
    view = report.view.after(fill(report.view).edits)
    if language is not None:
        view = replace(view, settings=replace(view.settings, texts=load_texts(language)))
    return view, make_style(loaded.settings.mail, loaded.folder)


def _rendered(view: View, style: Style, language: str | None) -> Iterator[tuple[Digest, Message]]:
    from sheetops.jobs.remind import gather
    from sheetops.messages import render_digest

    for digest in gather(view):
        if language is not None:
            digest = digest._replace(person=replace(digest.person, language=language))
        yield digest, render_digest(digest, view, style)


def _digests(view: View, style: Style, person: str | None, language: str | None, in_browser: bool) -> None:
    wanted = view.people.named(person) if person else None
    if person and wanted is None:
        raise UsageError(
            f"{person} is nobody, or several, of the People tab", mend="write department-name or an address"
        )
    found = [
        (d, m) for d, m in _rendered(view, style, language) if wanted is None or d.person.key == wanted.key
    ]
    if not found:
        click.echo("there is nothing to say" + (f" to {person}" if person else ""))
    elif in_browser:
        from sheetops.cli.pages import open_pages

        click.echo(open_pages((d.person.name or d.person.department, m.subject, m.html) for d, m in found))
    else:
        for digest, message in found:
            click.echo(f"To: {digest.person.department}-{digest.person.name}\nSubject: {message.subject}\n")
            click.echo(message.text)


def _review(view: View, style: Style, period: str | None, in_browser: bool) -> None:
    """The mail of a review as its readers would get it; where nobody is named, as a reader would."""
    from sheetops.domain.people import Person
    from sheetops.domain.period import parse_period, period_of
    from sheetops.domain.plan import ReviewMail
    from sheetops.jobs.review_mail import recipients
    from sheetops.messages.review_mail import render_reviews

    wanted = parse_period(period) if period else period_of(view.today).before()
    readers, unknown = recipients(view)
    mails = [ReviewMail(person, wanted, absent) for person, absent in readers]
    mails = mails or [ReviewMail(Person("", "", None), wanted)]
    messages = render_reviews(mails, view, style)
    for name in unknown:
        click.echo(f"note: {view.texts('review_mail.unknown_name', name=name)}")
    called = [mail.person.name or mail.person.department or mail.person.email or "(nobody)" for mail in mails]
    if in_browser:
        from sheetops.cli.pages import open_pages

        shown = zip(called, messages, strict=True)
        click.echo(open_pages((name, message.subject, message.html) for name, message in shown))
        return
    for name, message in zip(called, messages, strict=True):
        click.echo(f"To: {name}\nSubject: {message.subject}\n")
        click.echo(message.text)


def _chat(view: View, style: Style) -> None:
    from sheetops.messages.chat_post import render_post

    message = render_post(view, style)
    click.echo(message.text if message else "there is nothing to say to a group today")


@dataclass(frozen=True)
class _Listening(Texts):
    """A catalogue that keeps what was said with it."""

    said: dict[str, dict[str, None]] = field(default_factory=dict)

    def __call__(self, name: str, /, **params: object) -> str:
        sentence = super().__call__(name, **params)
        self.said.setdefault(name, {})[sentence] = None
        return sentence


def _sentences(view: View, style: Style, pattern: str) -> None:
    """Have everything said that there is to say, and show what was made of the texts asked for."""
    from sheetops.jobs.fill import fill
    from sheetops.jobs.validate import findings
    from sheetops.messages.chat_post import render_post

    texts = _Listening(view.texts.language, view.texts.entries)
    names = [name for name in texts.entries if fnmatch(name, pattern)]
    if not names:
        raise UsageError(f"there is no text called {pattern}", mend="their names are in templates/texts")
    view = replace(view, settings=replace(view.settings, texts=texts))
    for finding in findings(view):
        finding.message(texts)
        finding.fix(texts)
    fill(view)
    list(_rendered(view, style, texts.language))
    render_post(view, style)
    for name in names:
        said = list(texts.said.get(name, {}))
        click.echo(f"{name}: {texts.entries[name]}")
        for sentence in said[:_EXAMPLES]:
            click.echo(f"    {sentence}")
        if len(said) > _EXAMPLES:
            click.echo(f"    and {len(said) - _EXAMPLES} more")
        if not said:
            click.echo("    (no row of this sheet makes use of it)")
