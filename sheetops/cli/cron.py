"""`sheetops cron`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from sheetops.cli.common import sheets_of
from sheetops.errors import UsageError

if TYPE_CHECKING:
    from sheetops.settings.load import Loaded

FORMATS = ("crontab", "systemd", "windows", "kubernetes")


@click.command("cron")
@click.argument("sheets", nargs=-1, metavar="[SHEET]...")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: crontab; on Windows, windows.")
@click.option(
    "--zone", metavar="ZONE", help="Time zone of the machine with that cron or Windows; default: this one's."
)
@click.option("--cron-tz", is_flag=True, help="Write CRON_TZ, for crons that know it (cronie; not Debian's).")
@click.option("--program", metavar="PATH", help="sheetops over there; default: where it is here.")
@click.option("--settings", metavar="PATH", help="The settings file over there; default: where it is here.")
@click.option("--image", default="sheetops", show_default=True, help="Image for Kubernetes.")
def command(
    sheets: tuple[str, ...],
    config: Path | None,
    form: str | None,
    zone: str | None,
    cron_tz: bool,
    program: str | None,
    settings: str | None,
    image: str,
) -> None:
    """Print what starts sheetops when something may be due: for cron, systemd, Windows or Kubernetes.

    What is printed wakes `sheetops schedule --once`, which knows the team's working days, runs each slot once and
    catches up what was missed. Nothing is installed.
    """
    from sheetops.runner import utc_now
    from sheetops.scheduling import elsewhere
    from sheetops.scheduling.wakes import wakes
    from sheetops.settings.load import load
    from sheetops.settings.policy import machine_zone

    form = form or ("windows" if os.name == "nt" else "crontab")
    loaded = load(config, beside=sheets)
    call = _call(loaded, sheets, form, program, settings, image)
    by_zone = form in ("systemd", "kubernetes") or cron_tz
    there = None if by_zone else _zone(zone) if zone else machine_zone()
    found = wakes(_jobs(loaded, sheets), utc_now(), there)
    if not found:
        raise UsageError("no timetable is on", mend="see `schedule` in config/example.yaml")
    if form == "crontab":
        text = elsewhere.crontab(call, found, cron_tz)
    elif form == "systemd":
        text = elsewhere.systemd(call, found)
    elif form == "windows":
        text = elsewhere.windows(call, found, utc_now())
    else:
        text = elsewhere.kubernetes(call, found)
    click.echo(text, nl=False)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise UsageError(
            f"there is no time zone {name}", where="--zone", mend="write for example Europe/Berlin"
        ) from None


def _jobs(loaded: Loaded, sheets: tuple[str, ...]) -> list[Any]:
    from sheetops.cli.schedule import language_of, quiet_edge
    from sheetops.scheduling.slots import jobs_of

    wanted = sheets_of(sheets, loaded)
    return [
        job
        for place, team in wanted
        for job in jobs_of(place, team, partial(language_of, quiet_edge(loaded)))
    ]


def _call(
    loaded: Loaded, sheets: tuple[str, ...], form: str, program: str | None, settings: str | None, image: str
) -> Any:
    from sheetops.scheduling.elsewhere import Call

    elsewhere = form == "kubernetes" or (form == "windows" and os.name != "nt")
    if form == "windows" and elsewhere and (program is None or (settings is None and loaded.path)):
        raise UsageError(
            "this is no Windows machine, so the paths over there are not known",
            mend=r'name them, such as --program "C:\sheetops\Scripts\sheetops.exe" --settings "C:\sheetops\sheetops.yaml"',
        )
    if program is not None:
        start: tuple[str, ...] = (program,)
    elif form == "kubernetes":
        start = ("sheetops",)
    else:
        start = _ourselves()
    if settings is None and loaded.path is not None:
        settings = "/etc/sheetops/sheetops.yaml" if form == "kubernetes" else _whole(loaded.path)
    named = {sheet.name for sheet in loaded.settings.sheets}
    places = sheets if elsewhere else tuple(_absolute(sheet, sheet in named) for sheet in sheets)
    kept = {"XDG_STATE_HOME"} if loaded.settings.state is None and not elsewhere else set()
    environment = {name: os.environ[name] for name in sorted(kept) if os.environ.get(name)}
    user = _user() if form == "systemd" else ""
    return Call(start, settings, places, environment, sorted(set(_secrets(loaded.settings))), user, image)


def _ourselves() -> tuple[str, ...]:
    """This very program, by absolute paths: cron has another PATH."""
    called = Path(sys.argv[0])
    found = _whole(called) if called.stem == "sheetops" and called.exists() else shutil.which("sheetops")
    return (found,) if found else (sys.executable, "-m", "sheetops")


def _absolute(sheet: str, is_name: bool) -> str:
    return sheet if is_name or "://" in sheet else _whole(Path(sheet))


def _whole(path: Path) -> str:
    """The absolute path without `..` in it, unless that would lead elsewhere, past a link."""
    whole = Path(os.path.normpath(path.absolute()))
    try:
        return str(whole if whole.samefile(path) else path.absolute())
    except OSError:
        return str(path.absolute())


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _secrets(settings: Any) -> Iterator[str]:
    """The environment variables that hold the settings' secrets."""
    from pydantic import BaseModel

    from sheetops.settings.secret import Secret

    if isinstance(settings, Secret):
        if settings.env:
            yield settings.env
    elif isinstance(settings, BaseModel):
        for name in type(settings).model_fields:
            yield from _secrets(getattr(settings, name))
    elif isinstance(settings, dict):
        for value in settings.values():
            yield from _secrets(value)
    elif isinstance(settings, list):
        for value in settings:
            yield from _secrets(value)
