"""The jobs of the settings, read again when the file changes; a fault in it is told, and what held goes on holding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sheetops.errors import SheetopsError
from sheetops.scheduling.slots import Scheduled, jobs_of
from sheetops.settings.load import Loaded
from sheetops.settings.model import Team

_AGAIN = timedelta(minutes=10)
"""After so long a sheet whose language could not be read is tried again."""


class Roster:
    """Gives the scheduled jobs.

    `load` reads the settings, `sheets_of` lists place and team of the wanted sheets, `language_of` reads a sheet's
    language where its team has not set it, and `tell` is told of each new trouble.
    """

    def __init__(
        self,
        load: Callable[[], Loaded],
        sheets_of: Callable[[Loaded], Sequence[tuple[str, Team]]],
        language_of: Callable[[Loaded, str, Team], str],
        clock: Callable[[], datetime],
        tell: Callable[[str], None],
    ) -> None:
        """Raises SettingsError where the settings cannot be read at the start."""
        self._load, self._sheets_of, self._language_of = load, sheets_of, language_of
        self._clock, self._tell = clock, tell
        self.loaded = load()
        self._stamp = _stamp(self.loaded.path)
        self._jobs: list[Scheduled] = []
        self._languages: dict[str, str] = {}
        self._unread: dict[str, datetime] = {}  # sheets whose language is not known, and when to try again
        self._make()

    def __call__(self) -> Sequence[Scheduled]:
        """The jobs as the settings are now."""
        stamp = _stamp(self.loaded.path)
        if stamp != self._stamp:
            self._stamp = stamp
            before = self.loaded
            try:
                self.loaded = self._load()
                self._make()
            except SheetopsError as error:
                self.loaded = before
                *others, last = (one.line() for one in (error, *error.also))
                for line in others:
                    self._tell(line)
                self._tell(f"{last}; the settings read before go on holding")
            else:
                self._tell("the settings have changed and were read again")
        elif any(again <= self._clock() for again in self._unread.values()):
            self._make()
        return self._jobs

    @property
    def waits(self) -> bool:
        """Whether a sheet could not be scheduled yet."""
        return bool(self._unread)

    def _make(self) -> None:
        jobs = []
        for place, team in self._sheets_of(self.loaded):
            try:
                jobs += list(jobs_of(place, team, self._language))
            except SheetopsError as error:
                if place not in self._unread:
                    self._tell(f"not scheduled yet: {error.line()}")
                self._unread[place] = self._clock() + _AGAIN
            else:
                self._unread.pop(place, None)
        self._jobs = jobs

    def _language(self, place: str, team: Team) -> str:
        if place not in self._languages:
            self._languages[place] = self._language_of(self.loaded, place, team)
        return self._languages[place]


def _stamp(path: Path | None) -> tuple[int, int] | None:
    """What changes when the file does; None where there is none, or not now."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if found else None
