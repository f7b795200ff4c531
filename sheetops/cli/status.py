"""`sheetops status`."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetops.cli.columns import aligned, counted
from sheetops.cli.common import Wishes, _day
from sheetops.domain.plan import REVIEW

if TYPE_CHECKING:
    from sheetops.cli.edge import Edge
    from sheetops.ledger import Ledger
    from sheetops.ledger.asking import Mail, Run, SheetState
    from sheetops.ledger.slots import Slot
    from sheetops.settings.sheet_names import SheetNames

_MAILS_SHOWN = timedelta(
    days=7
)  # that were refused or failed; those of unknown outcome as long as nobody settles them


@click.command("status")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
@click.option("--as-of", callback=_day, metavar="DATE", help="Work as if today were DATE.")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="Runs to show.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(config: Path | None, as_of: date | None, limit: int, as_json: bool) -> None:
    """Show the last runs, how each sheet stands, and what needs a person (then the exit code is 1)."""
    from sheetops.cli.edge import Edge
    from sheetops.cli.fleet_show import fleet_document, fleet_lines, fleet_wishes, look_at_fleet
    from sheetops.runner import utc_now
    from sheetops.settings.load import load

    edge = Edge(load(config), Wishes((), config, as_of, False, as_json, False, False, False))
    today = as_of or utc_now().astimezone().date()
    ledger = edge.ledger
    sheets, runs = ledger.sheets(today), ledger.runs(limit)
    left, mails = ledger.open_runs(), ledger.mails_to_settle(today - _MAILS_SHOWN)
    unknown = [mail for mail in mails if mail.outcome is None]
    wishes = [ledger.notice] if ledger.notice else []
    wishes += [*_late(edge, sheets, today), *map(_of_run, left), *map(_of_mail, mails)]
    slots = ledger.unended_slots()
    wishes += _never_ran(ledger, sheets, today)
    fleet = look_at_fleet(edge.loaded)
    wishes += fleet_wishes(fleet, wishes) if fleet else []
    if as_json:
        document = {
            "ledger": ledger.place,
            "sheets": [_state_document(state) for state in sheets],
            "runs": [_run_document(run) for run in runs],
            "unfinished": [run.id for run in left if run.outcome is None],
            "failed": [run.id for run in left if run.outcome == "failed"],
            "unknown_mails": [_mail_document(mail) for mail in unknown],
            "mails": [_mail_document(mail) for mail in mails],
            "slots": [_slot_document(slot) for slot in slots],
            **({"fleet": fleet_document(fleet)} if fleet else {}),
            "to_do": wishes,
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        more = [*map(_of_slot, slots), *(fleet_lines(fleet) if fleet else [])]
        names = edge.loaded.names(state.place for state in sheets)
        _print(ledger.place, sheets, runs, names, more, wishes)
    raise click.exceptions.Exit(1 if wishes else 0)


def _late(edge: Edge, states: list[SheetState], today: date) -> list[str]:
    """Sheets of the settings that no run has looked at for more than a working day."""
    if edge.loaded.given is None:
        return []
    from sheetops.domain.addresses import titled
    from sheetops.ledger.ledger import place_of
    from sheetops.settings.policy import calendar_of

    seen = {state.place: state.last_seen.date() for state in states}
    seen |= {titled(state.title): state.last_seen.date() for state in states if state.title}
    wishes = []
    for sheet in edge.loaded.given.sheets:
        place = edge.loaded.place(sheet)
        last = seen.get(place_of(place))
        if last is None:
            wishes.append(f"{place}: never run; try `sheetops run {sheet.name or place}`")
            continue
        team = edge.loaded.settings.team_of(sheet)
        calendar = calendar_of(team, team.language or "en").estimating()
        if last < today and calendar.workdays_between(last, today) > 1:
            wishes.append(f"{place}: last looked at on {last}; see whether its schedule still runs")
    return wishes


def _never_ran(ledger: Ledger, states: list[SheetState], today: date) -> list[str]:
    """Scheduled runs of the last two weeks that did not happen, of sheets that were not run since."""
    seen = {state.place: state.last_seen for state in states}
    begin = datetime.combine(today - timedelta(days=14), datetime.min.time())
    wishes = []
    for slot in ledger.never_ran(begin):
        assert slot.ended is not None
        last = seen.get(slot.sheet or "")
        if last is None or last < slot.ended.replace(tzinfo=None):
            why = "no scheduler was there to run it" if slot.state == "missed" else slot.note or "it failed"
            wishes.append(f"{slot.entry} of {slot.slot:%Y-%m-%d %H:%M} on {slot.sheet} did not run: {why}")
    return wishes


def _of_slot(slot: Slot) -> str:
    """A slot that is at work or waits."""
    when = (
        f"until {slot.again:%H:%M}: {slot.note}" if slot.again else f"since {slot.touched or slot.slot:%H:%M}"
    )
    doing = "waits" if slot.state == "waiting" else "at work"
    return (
        f"slot {slot.entry} of {slot.slot:%Y-%m-%d %H:%M} on {slot.sheet}: {doing} {when} (try {slot.tries})"
    )


def _slot_document(slot: Slot) -> dict[str, Any]:
    moments = ("slot", "claimed", "touched", "again", "ended")
    return {
        **slot._asdict(),
        **{name: moment.isoformat() for name in moments if (moment := getattr(slot, name)) is not None},
    }


def _of_run(run: Run) -> str:
    if run.outcome == "failed":
        return f"run {run.id} on {run.sheet} stopped with an error; run the sheet again to see which"
    if run.recorded:
        rest = "its writes are remembered, its mails may not all have left"
    else:
        rest = "what it wrote, if anything, is not remembered"
    return f"run {run.id} on {run.sheet} did not say how it ended: {rest}; unless it is at work, run the sheet again"


def _of_mail(mail: Mail) -> str:
    what = f"the mail of {mail.day} to {mail.to} (run {mail.run}, key {mail.key})"
    review = mail.job.startswith(REVIEW)
    again = f"sheetops {'review' if review else 'remind'} --resend {mail.key}"
    if mail.outcome is None:
        return (
            f"{what} may or may not have left; it is not sent again by itself: ask, look in the mail server's log, "
            f"or `{again}`"
        )
    if mail.outcome == "refused":
        return f"{what} was refused by the mail server; correct the address, then `{again}`, or wait for the next"
    return f"{what} did not leave; the next run of that day tries again, or `{again}`"


def _mail_document(mail: Mail) -> dict[str, Any]:
    return {
        **mail._asdict(),
        "day": mail.day.isoformat(),
        "outcome": mail.outcome or "unknown",
        "key": mail.key,
    }


def _state_document(state: SheetState) -> dict[str, Any]:
    return {
        **state._asdict(),
        "since": state.since.isoformat(),
        "last_seen": state.last_seen.isoformat(),
        "findings": dict(state.findings),
    }


def _run_document(run: Run) -> dict[str, Any]:
    return {
        **run._asdict(),
        "jobs": list(run.jobs),
        "tabs": list(run.tabs),
        "began": run.began.isoformat(),
        "counts": dict(run.counts),
        "timings": dict(run.timings),
    }


def _print(
    place: str,
    states: list[SheetState],
    runs: list[Run],
    names: SheetNames,
    fleet: list[str],
    wishes: list[str],
) -> None:
    click.echo(f"ledger {place}")
    for line in fleet:
        click.echo(line)
    for state in states:
        findings = ", ".join(counted(count, severity) for severity, count in state.findings.items()) or "none"
        click.echo(
            f"{_called(state)}: {counted(state.requests, 'request')}, {state.open} open, {state.overdue} overdue, findings: {findings}"
        )
    if runs:
        click.echo("last runs")
        rows = [["run", "ended", "jobs", "wrote", "took", "sheet"]]
        rows += [
            [
                run.id,
                _ended(run),
                " ".join(run.jobs),
                _wrote(run),
                _took(run),
                run.title or names.short(run.sheet),
            ]
            for run in runs
        ]
        click.echo("\n".join(aligned(rows)))
    else:
        click.echo("no run yet; try `sheetops run SHEET`")
    for wish in wishes:
        click.echo(f"to do: {wish}")


def _called(state: SheetState) -> str:
    return f"{state.title} ({state.place})" if state.title else state.place


def _ended(run: Run) -> str:
    return run.outcome or "unfinished"


def _wrote(run: Run) -> str:
    if not run.recorded:
        return "nothing" if run.outcome == "skipped" else "not known"
    left = run.counts.get("conflicts", 0)
    words = [counted(run.counts.get("written", 0), "cell")] + ([f"{left} left alone"] if left else [])
    return ", ".join(words + list(run.tabs))


def _took(run: Run) -> str:
    return f"{sum(run.timings.values()):.1f} s" if run.timings else ""
