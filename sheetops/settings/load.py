"""Reading the settings file: YAML in, typed settings out, and every error with its file and line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sheetops.domain.addresses import google_id, google_title, google_url, titled
from sheetops.errors import SettingsError
from sheetops.settings.meaning import faults
from sheetops.settings.model import Settings, Sheet, Team

FILE_NAME = "sheetops.yaml"
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".csv", ".ods")


@dataclass(frozen=True)
class Loaded:
    """Settings, and the file they come from (None: the defaults)."""

    settings: Settings
    path: Path | None

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

    def _title(self, text: str, path: str) -> str | None:
        """`text` as the title of a Google spreadsheet, if it says so, or is no file where Google is set up."""
        title = google_title(text)
        if title is None and self.settings.google.is_set and not google_id(text) and not _is_file(path):
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
            return Loaded(Settings(), None)
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
    """Settings from YAML text; `where` names the file in errors."""
    try:
        data = _yaml().load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError(f"this is not YAML: {error.problem}", where=f"{where}, line {line}") from None
    except YAMLError as error:
        raise SettingsError(f"this is not YAML: {error}", where=where) from None
    if data is None:
        return Settings()
    if not isinstance(data, dict):
        raise SettingsError("the file must hold settings such as `sheets:`", where=f"{where}, line 1")
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        # A misspelt name is the cause of a missing one, so it is told first.
        first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        raise SettingsError(
            _what(first), where=f"{where}, line {_line(data, first['loc'])}", mend=_mend(first)
        ) from None
    fault = next(faults(settings), None)
    if fault is not None:
        name = ".".join(map(str, fault.place))
        raise SettingsError(
            f"{name}: {fault.what}", where=f"{where}, line {_line(data, fault.place)}", mend=fault.mend
        )
    return settings


class _Constructor(RoundTripConstructor):
    """Leaves dates as text, so that an impossible one is told by its setting and line."""


_Constructor.add_constructor(
    "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
)


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.Constructor = _Constructor
    return yaml


def _line(data: Any, loc: tuple[int | str, ...]) -> int:
    """The line (from 1) at which the deepest part of `loc` that the file has begins."""
    line = 1
    for step in loc:
        marks = getattr(data, "lc", None)
        try:
            inner = data[step]
        except (KeyError, IndexError, TypeError):
            break
        if marks is not None:
            line = (marks.item(step) if isinstance(data, list) else marks.key(step))[0] + 1
        data = inner
    return line


def _name(error: ErrorDetails) -> str:
    return ".".join(str(step) for step in error["loc"])


def _what(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return f"there is no setting {_name(error)}"
    if error["type"] == "missing":
        return f"{_name(error)} is missing"
    why = error["msg"].removeprefix("Value error, ")  # the library's own word before ours
    return f"{_name(error)} cannot be {error['input']!r}: {why[:1].lower()}{why[1:]}"


def _mend(error: ErrorDetails) -> str | None:
    if error["type"] != "extra_forbidden":
        return None
    near = get_close_matches(str(error["loc"][-1]), list(_fields_at(error["loc"][:-1])), n=1)
    return f"did you mean {near[0]}?" if near else "see config/example.yaml for what there is"


def _fields_at(loc: tuple[int | str, ...]) -> dict[str, Any]:
    """The settings allowed at `loc`, for a suggestion."""
    model: type[BaseModel] = Settings
    for step in loc:
        if isinstance(step, int) or step not in model.model_fields:
            continue
        inner = _model_in(model.model_fields[step].annotation)
        if inner is not None:
            model = inner
    return dict(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        inner = _model_in(argument)
        if inner is not None:
            return inner
    return None
