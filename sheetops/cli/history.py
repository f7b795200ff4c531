"""`sheetops history`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetops.cli.columns import aligned
from sheetops.cli.common import Wishes, plain
from sheetops.errors import UsageError

if TYPE_CHECKING:
    from sheetops.ledger.asking import LifeStory
    from sheetops.ledger.events import Event

_UNSURE = {
    "first_seen": "when it came into the sheet (it is older than the ledger, was forgotten, or may be a row typed anew)",
    "first_response": "when it was first answered",
    "resolved": "when it was resolved",
    "reopened": "whether it was opened again (its resolved date moved between two looks)",
}
_WORDS = {"first_seen": "first seen", "first_response": "first response", "gone": "no longer in the sheet"}


@click.command("history")
@click.argument("identifier", metavar="ID")
@click.argument("sheet", required=False)
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(identifier: str, sheet: str | None, config: Path | None, as_json: bool) -> None:
    """Show what was seen of request ID, run by run: answers, changes of owner and due date, edits, findings.

    Customers' and colleagues' words are not kept, so their changes are shown without them.
    """
    from sheetops.cli.edge import Edge
    from sheetops.settings.load import load

    loaded = load(config)
    edge = Edge(loaded, Wishes((), config, None, False, as_json, False, False, False))
    place = loaded.find(sheet)[0] if sheet else None
    stories, earlier = edge.ledger.stories(identifier, place), None
    if not stories:
        stories, earlier = edge.ledger.earlier_stories(identifier, place), identifier
    if not stories:
        where = f" of {sheet}" if sheet else ""
        raise UsageError(
            f"no run has seen a request {identifier}{where}", mend="check the ID; IDs are compared exactly"
        )
    if as_json:
        documents = [_document(story, earlier) for story in stories]
        single = documents[0] if len(documents) == 1 else documents
        click.echo(json.dumps(single, ensure_ascii=False, indent=2))
        return
    for story in stories:
        _print(story, earlier)


def _document(story: LifeStory, earlier: str | None) -> dict[str, Any]:
    life = story.life
    return {
        "id": story.id,
        "earlier_id": earlier,  # the ID asked for, where the request has it no more
        "sheet": story.sheet,
        "tab": story.tab,
        "first_seen": plain(life.first_seen),
        "first_response": plain(life.first_response),
        "resolved_seen": plain(life.resolved_seen),
        "reopened": life.reopened,
        "reopenings": [{"resolved": plain(one.resolved), "seen": plain(one.seen)} for one in life.reopenings],
        "due_changes": life.due_changes,
        "owner_changes": life.owner_changes,
        "last_progress": plain(life.last_progress),
        "gone": plain(story.gone),
        "unknowable": sorted(life.unsure),
        "fields": dict(story.fields),
        "events": [event._asdict() for event in story.events],
        "edits": [
            {
                "run": edit.run,
                "cell": edit.cell,
                "column": edit.column,
                "old": plain(edit.old),
                "new": plain(edit.new),
                "outcome": edit.outcome,
            }
            for edit in story.edits
        ],
        "findings": [
            {"rule": rule, "column": column, "first_run": first, "gone_run": gone}
            for rule, column, first, gone in story.findings
        ],
    }


def _print(story: LifeStory, earlier: str | None) -> None:
    life = story.life
    gone = f", no longer there since {_minute(story.gone)}" if story.gone else ""
    if earlier:
        now = f"its ID is {story.id} now" if story.id else "it has no ID now"
        click.echo(f"no request has the ID {earlier} now; this one had it, {now}:")
    click.echo(f"{story.id or 'without ID'}: {story.sheet}, tab {story.tab}{gone}")
    again = "not since it was opened again"
    facts = [
        ["first seen", _minute(life.first_seen)],
        ["first response", _minute(life.first_response, "first_response" in life.unsure)],
        ["seen resolved", _minute(life.resolved_seen, never=again if life.reopened else "not yet")],
        ["reopened", str(life.reopened)],
        ["due changed", str(life.due_changes)],
        ["owner changed", str(life.owner_changes)],
        ["last progress", _minute(life.last_progress)],
    ]
    lines = aligned(facts) + [f"  cannot be known: {_UNSURE[name]}" for name in sorted(life.unsure)]
    events = [[event.moment.replace("T", " ")[:16], event.run, _sentence(event)] for event in story.events]
    if events:
        lines += ["", *aligned([["when", "run", "what"], *events])]
    left = [edit for edit in story.edits if edit.outcome != "written"]
    lines += [f"  run {edit.run} left {edit.column} alone ({edit.outcome})" for edit in left]
    if story.findings:
        lines.append("")
    for rule, column, first, end in story.findings:
        until = f"gone in {end}" if end else "still there"
        lines.append(f"  finding {rule} in {column}: since {first}, {until}")
    click.echo("\n".join(lines))


def _minute(moment: datetime | None, unsure: bool = False, never: str = "not yet") -> str:
    if moment is None:
        return "not known" if unsure else never
    return f"{moment:%Y-%m-%d %H:%M}"


def _sentence(event: Event) -> str:
    if event.what == "moved":
        return f"moved from tab {event.old} to {event.new}"
    if event.what == "resolved":
        return f"resolved on {event.new}"
    if event.what != "changed":
        return _WORDS.get(event.what, event.what)
    values = f" from {event.old}" if event.old else ""
    values += f" {'with' if event.change == 'filled' else 'to'} {event.new}" if event.new else ""
    return f"{event.field} {event.change}{values}{' by a job' if event.by_job else ''}"
