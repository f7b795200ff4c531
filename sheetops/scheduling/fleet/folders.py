"""Which sheets belong to the fleet: those of the settings, and what lies in its folders now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from glob import glob
from pathlib import Path

from sheetops.books.xlsx.conflicts import is_conflict_copy
from sheetops.domain.addresses import google_id, google_url
from sheetops.settings.load import Loaded
from sheetops.settings.model import Team

_KINDS = (".xlsx", ".xlsm")


def fleet_sheets(loaded: Loaded, spreadsheets_in: Callable[[str], Sequence[str]]) -> list[tuple[str, Team]]:
    """Place and settings of every sheet, those of the settings first; each once.

    `spreadsheets_in` lists the ids in a Drive folder. Raises what it raises; a folder that is not there is empty.
    """
    settings = loaded.settings
    found = {_key(place): (place, team) for place, team in _named(loaded)}
    if settings.fleet is not None:
        for place in _workbooks(loaded.folder, settings.fleet.folders):
            found.setdefault(_key(place), loaded.find(place))
        for folder in settings.fleet.drive_folders:
            for place in map(google_url, spreadsheets_in(folder)):
                found.setdefault(_key(place), loaded.find(place))
    return list(found.values())


def _named(loaded: Loaded) -> Iterable[tuple[str, Team]]:
    for sheet in loaded.settings.sheets:
        yield loaded.place(sheet), loaded.settings.team_of(sheet)


def _key(place: str) -> str:
    return place if google_id(place) else str(Path(place).resolve())


def _workbooks(folder: Path, patterns: Sequence[str]) -> list[str]:
    """Workbooks that match; no owner files, none of ours in the making, no conflict copies of another."""
    found: set[Path] = set()
    for pattern in patterns:
        # Path.glob takes no absolute pattern.
        matches = glob(str(Path(pattern).expanduser()), root_dir=folder, recursive=True)  # noqa: PTH207
        found.update(folder / match for match in matches)
    books = sorted(path for path in found if path.suffix.casefold() in _KINDS and path.name[0] not in "~.")
    names: dict[Path, list[str]] = {}
    for path in books:
        names.setdefault(path.parent, []).append(path.name)
    return [
        str(path)
        for path in books
        if not any(is_conflict_copy(path.name, other) for other in names[path.parent]) and path.is_file()
    ]
