"""Reading the settings file: YAML in, typed settings out, and every error with its file and line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sheetops.domain.addresses import google_id, google_title, google_url, titled
from sheetops.errors import SettingsError

if TYPE_CHECKING:
    from sheetops.settings.model import Fleet, Settings, Sheet, Team
    from sheetops.settings.sheet_names import SheetNames

FILE_NAME = "sheetops.yaml"
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".csv", ".ods")


@dataclass(frozen=True)
class Loaded:
    """Settings, and the file they come from (both None: there is none, and the defaults hold)."""

    given: Settings | None
    path: Path | None

    @cached_property
    def settings(self) -> Settings:
        """What holds. Without a file it is made for who asks: a run need not, and the models take a tenth of a second."""
        if self.given is not None:
            return self.given
        from sheetops.settings.model import Settings

        return Settings.model_construct()

    @property
    def fleet(self) -> Fleet | None:
        """The fleet of the settings."""
        return None if self.given is None else self.given.fleet

    @property
    def folder(self) -> Path:
        """What paths in the settings are relative to."""
        return self.path.parent if self.path else Path()

    def place(self, sheet: Sheet) -> str:
        """The path of a sheet of the settings, or the address of a Google spreadsheet."""
        google = google_id(sheet.path)
        if google:
            return google_url(google)
        path = str(self.folder / Path(sheet.path).expanduser())
        return self._title(sheet.path, path) or path

    def find(self, text: str) -> tuple[str, Team]:
        """A SHEET argument (a name of the settings, a path, a Google address or title) as its place and the settings that hold for it."""
        google = google_id(text)
        asked = google_url(google) if google else os.path.realpath(text)
        for sheet in self.settings.sheets:
            place = self.place(sheet)
            if text == sheet.name or asked in (place, os.path.realpath(place)) or text == google_title(place):
                return place, self.settings.team_of(sheet)
        return self._title(text, text) or text, self.settings.team

    def find_place(self, text: str) -> tuple[str, Team | None]:
        """As `find`; no team where there are no settings."""
        return (self._title(text, text) or text, None) if self.given is None else self.find(text)

    def names(self, places: Iterable[str]) -> SheetNames:
        """What tells apart the sheets of the settings and those at `places`."""
        from sheetops.settings.sheet_names import SheetNames

        own = [] if self.given is None else self.given.sheets
        return SheetNames(
            [*((self.place(sheet), sheet.name or "") for sheet in own), *((place, "") for place in places)]
        )

    def _title(self, text: str, path: str) -> str | None:
        """`text` as the title of a Google spreadsheet, if it says so, or is no file where Google is set up."""
        title = google_title(text)
        by_name = self.given is not None and self.given.google.is_set
        if title is None and by_name and not google_id(text) and not _is_file(path):
            title = text
        return titled(title) if title else None


def _is_file(path: str) -> bool:
    return "://" in path or Path(path).suffix.casefold() in _WORKBOOKS or Path(path).expanduser().exists()


def load(path: Path | None, beside: Sequence[str] = ()) -> Loaded:
    """Read `path`, else the file in SHEETOPS_CONFIG, else `sheetops.yaml` of this folder or beside the first
    sheet of `beside`; else the defaults.

    Raises SettingsError with file and line for what cannot be read or understood.
    """
    if path is None:
        named = os.environ.get("SHEETOPS_CONFIG")
        places = (
            [Path(named)]
            if named
            else [Path(FILE_NAME), *(Path(sheet).parent / FILE_NAME for sheet in beside[:1])]
        )
        path = next((place for place in places if place.exists()), places[0])
        if not named and not path.exists():
            return Loaded(None, None)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(
            "there is no such settings file", where=str(path), mend="check --config"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings file cannot be read ({error})", where=str(path)) from None
    return Loaded(parse(text, str(path)), path)


def parse(text: str, where: str) -> Settings:
    """Settings from YAML text; `where` names the file in errors. Raises SettingsError, with the line."""
    from sheetops.settings.parsing import parse_text

    return parse_text(text, where)
