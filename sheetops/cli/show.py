"""How a report is shown: as lines for a person, or as the JSON document of the contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from sheetops.cli.columns import counted, listed
from sheetops.cli.common import plain
from sheetops.domain.finding import Severity
from sheetops.domain.plan import Conflict, Delivery, Edit
from sheetops.domain.table import NEW_ROW
from sheetops.domain.template import BY_KEY
from sheetops.runner import Report


def as_document(report: Report) -> dict[str, Any]:
    """The report as the JSON document of the contract."""
    assert report.view is not None
    texts = report.view.texts
    done = "planned" if report.dry_run else "written"
    edits = [_edit(w.edit, w.tab, w.cell, done) for w in report.applied.writes]
    conflicts = [
        {
            **_edit(c.edit, c.edit.ref.tab, c.edit.cell, "conflict"),
            "reason": c.reason,
            "forbidden": c.forbidden,
        }
        for c in report.applied.conflicts
    ]
    return {
        "run": report.run,
        "sheet": report.sheet,
        "title": report.view.snapshot.name,
        "findings": [
            {
                "rule": f.rule,
                "severity": f.severity.value,
                "tab": f.tab,
                "cell": f.cell,
                "id": f.id,
                "message": f.message(texts),
                "fix": f.fix(texts),
            }
            for f in report.plan.findings
        ],
        "edits": edits + conflicts,
        "tabs": list(report.applied.tabs),
        "held_tabs": list(report.applied.held),
        "notices": notices(report),
        "conflicts": conflicts,
        "put_back": list(report.applied.put_back),
        "remarks": [
            *report.plan.remarks,
            *report.plan.left,
            *report.applied.reasons.values(),
            *_put_back(report),
            *_hindrance(report),
        ],
    }


def _edit(edit: Edit, tab: str, cell: str, outcome: str) -> dict[str, Any]:
    return {
        "tab": tab,
        "cell": cell,
        "id": edit.ref.id,
        "column": edit.column,
        "old": plain(edit.old),
        "new": plain(edit.new),
        "why": edit.why,
        "outcome": outcome,
    }


def notices(report: Report) -> list[dict[str, str]]:
    """What became of each mail, as the JSON document has it."""
    return [
        {"to": d.to, "subject": d.subject, "outcome": d.outcome, "where": d.where, "reason": d.reason}
        for d in report.deliveries
    ]


def show(report: Report, jobs: Sequence[str], verbose: bool, mails: bool = True) -> None:
    """Print what a run saw and did, in a few lines; in a dry run what it would do too, all of it when `verbose`."""
    assert report.view is not None
    everything = verbose or report.dry_run
    would = "would be " if report.dry_run else ""
    raw = report.view.snapshot.raw
    named = f"{raw.title} ({report.sheet})" if raw.title else report.sheet
    head = f"{named}: {counted(sum(len(t) for t in report.view.snapshot.tables), 'request')}"
    click.echo(head + (f", run {report.run}" if report.run else ", dry run: nothing is changed or sent"))
    if "fill" in jobs or report.plan.edits or not (jobs or report.plan.tabs):
        _show_edits(report, verbose, f"{would}{'filled' if 'fill' in jobs else 'written'}")
    elif "improve" in jobs:
        click.echo("  improvements and follow-ups: nothing new to write")
    if "validate" in jobs:
        _show_findings(report, verbose)
    for tab in report.applied.tabs:
        click.echo(f"  tab {tab} {would}written")
    for tab in report.applied.held:
        reason = report.applied.reasons.get(tab, "somebody changed it meanwhile")
        click.echo(f"  left alone: tab {tab} ({reason}); tried again next run")
    for sentence in report.plan.left:
        click.echo(f"  note: {sentence}")
    if mails and ("remind" in jobs or report.deliveries):
        show_mails(report, everything, "digests" if "remind" in jobs else "mails")
    for remark in (*report.plan.remarks, *_put_back(report), *_hindrance(report)):
        click.echo(f"  note: {remark}")


def _put_back(report: Report) -> list[str]:
    """Cells in which a person's typing of that very moment may be missing."""
    if not report.applied.put_back or report.view is None:
        return []
    return [report.view.texts("run.put_back", cells=", ".join(report.applied.put_back))]


def _hindrance(report: Report) -> list[str]:
    """What keeps a run from writing right now, as a dry run sees it."""
    why = report.applied.hindrance
    return [f"nothing could be written now: {why}"] if why else []


def _show_edits(report: Report, verbose: bool, done: str) -> None:
    shared = _shared_tabs(report)
    by_column = Counter(w.edit.column for w in report.applied.writes if w.tab not in shared)
    names = ", ".join(f"{count} {column}" for column, count in by_column.items()) or "nothing"
    if by_column or not shared:
        click.echo(f"  {done}: {names}")
    for tab in shared:
        its = [w for w in report.applied.writes if w.tab == tab]
        rows = len({w.edit.ref for w in its if w.edit.ref.row == NEW_ROW})
        kept_true = sum(w.edit.ref.row != NEW_ROW for w in its)
        would = "would get " if report.dry_run else ""
        click.echo(
            f"  {tab}: {would}{counted(rows, 'new row')}, {counted(kept_true, 'cell')} brought up to date"
        )
    if verbose or report.dry_run:
        cells = (f"    {w.tab}!{w.cell}: {plain(w.edit.new)} ({w.edit.why})" for w in report.applied.writes)
        _print(listed(cells, verbose))
    _print(listed(map(left_alone, report.applied.conflicts), verbose))


def left_alone(conflict: Conflict) -> str:
    """The line of an edit that was not made: what forbids it, else who got there first."""
    edit = conflict.edit
    what = f"  left alone: {edit.ref.tab}!{edit.cell} {edit.column}"
    if conflict.forbidden:
        return f"{what}: {conflict.forbidden}"
    return f"{what} ({conflict.reason}); tried again next run"


def _shared_tabs(report: Report) -> list[str]:
    """The tabs that jobs share with people and that this run wrote into."""
    return sorted({w.tab for w in report.applied.writes if w.edit.column not in BY_KEY})


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _show_findings(report: Report, verbose: bool) -> None:
    assert report.view is not None
    texts = report.view.texts
    count = Counter(finding.severity for finding in report.plan.findings)
    words = ", ".join(counted(count[s], s.value) for s in Severity if count[s])
    click.echo(f"  checked: {words or 'nothing to report'}")
    if verbose or report.dry_run:
        found = (
            f"    {f.severity.value} {f.tab}!{f.cell} {f.message(texts)} → {f.fix(texts)}"
            for f in report.plan.findings
        )
        _print(listed(found, verbose))


def show_mails(
    report: Report, everything: bool, word: str = "digests", above: Sequence[Delivery] = ()
) -> None:
    """Print what became of the mails of a run; those shown `above`, with another sheet that they tell of, once."""
    shown = set(map(id, above))
    new = [delivery for delivery in report.deliveries if id(delivery) not in shown]
    count = Counter(delivery.outcome for delivery in new)
    again = Counter(delivery.outcome for delivery in report.deliveries if id(delivery) in shown)
    counts = [f"{number} {outcome}" for outcome, number in count.items()]
    counts += [f"{number} {outcome} with a sheet above" for outcome, number in again.items()]
    where = next((str(Path(d.where).parent) for d in report.deliveries if d.where.endswith(".eml")), "")
    click.echo(f"  {word}: {', '.join(counts) or 'none needed'}" + (f", in {where}" if where else ""))
    for delivery in new:
        what = [delivery.reason] if delivery.reason else []
        if everything:
            what = [f"{delivery.subject} {delivery.where}".rstrip(), *what]
        if what:
            click.echo(f"    {delivery.outcome}: {delivery.to}: {'; '.join(what)}")
        if report.dry_run and delivery.text and delivery.outcome not in ("held", "already"):
            click.echo("\n".join(f"      {line}" for line in delivery.text.splitlines()))


def troubles(report: Report) -> list[str]:
    """What a person must hear of even under `--quiet`: mails that did not leave."""
    if report.dry_run:
        return []
    count = Counter(delivery.outcome for delivery in report.deliveries)
    lines = [f"{report.sheet}: {line}" for line in _put_back(report)]
    failed = sum(count[outcome] for outcome in ("failed", "refused", "unknown"))
    if failed:
        lines.append(
            f"{report.sheet}: {counted(failed, 'digest')} did not leave; `sheetops status` says which and what to do"
        )
    if count["no-address"]:
        lines.append(
            f"{report.sheet}: {counted(count['no-address'], 'digest')} without an address; "
            "fill E-mail in the People tab, or set `team_lead` or `address_pattern`"
        )
    return lines
