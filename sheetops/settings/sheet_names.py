"""What tells sheets apart whose files bear one name: what the settings call them, else as much of the path as it needs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath

from sheetops.domain.addresses import Called, google_title, is_google


class SheetNames:
    """Sheets, each by a name that none of the others has."""

    def __init__(self, sheets: Iterable[tuple[str, str]]) -> None:
        """`sheets` are (path or address, what the settings call it or nothing)."""
        self._own: dict[str, str] = {}
        self._files: dict[str, list[str]] = {}  # paths by the name of the file
        for place, own in sheets:
            self._own[place] = self._own.get(place) or own
            if not is_google(place):
                self._files.setdefault(_file(place), []).append(place)

    def of(self, place: str) -> Called:
        """How the sheet at `place` is called where its file's name, or its title, is not enough."""
        if is_google(place):
            return Called(self._own.get(place, ""))
        path, own = _full(place), self._own.get(place, "")
        others = []
        for near in self._files.get(_file(place), ()):
            if near == place:
                continue
            other = _full(near)
            if other == path:
                own = own or self._own[near]
            else:
                others.append(other)
        return Called(own or _end(path, others), needed=True) if others else Called(own)

    def short(self, place: str) -> str:
        """The name of the file, or what tells it from its namesakes."""
        called = self.of(place)
        return called.name if called.needed else google_title(place) or PurePath(place).name


def _file(place: str) -> str:
    return PurePath(place).name.casefold()


def _full(place: str) -> str:
    """A path without links to folders; the file keeps its name, by which people know it."""
    path = Path(place)
    return str(path.parent.resolve() / path.name)


def _end(path: str, others: Iterable[str]) -> str:
    """The shortest end of a path that none of the others has: `y/one.xlsx`."""
    own = PurePath(path).parts
    theirs = [PurePath(other).parts for other in others]
    for length in range(2, len(own)):
        if all(other[-length:] != own[-length:] for other in theirs):
            return "/".join(own[-length:])
    return PurePath(path).as_posix()
