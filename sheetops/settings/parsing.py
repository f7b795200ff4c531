"""From the text of a settings file to typed settings, and every error with its line.

Loaded only where there is a file: the YAML library takes a twentieth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import reduce
from operator import getitem, itemgetter
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sheetops.errors import SettingsError
from sheetops.settings.meaning import faults
from sheetops.settings.model import Settings


def parse_text(text: str, where: str) -> Settings:
    """See `sheetops.settings.load.parse`."""
    try:
        data = _yaml().load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError(f"this is not YAML: {error.problem}", where=f"{where}, line {line}") from None
    except YAMLError as error:
        raise SettingsError(f"this is not YAML: {error}", where=where) from None
    if data is None:
        return Settings.model_construct()
    if not isinstance(data, dict):
        raise SettingsError("the file must hold settings such as `sheets:`", where=f"{where}, line 1")
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        unread = [(_line(data, e["loc"]), _what(e), _mend(e)) for e in _told(data, error)]
        raise _together([*unread, *_senseless(data, _rest(data, error))], where) from None
    found = _senseless(data, settings)
    if found:
        raise _together(found, where)
    return settings


def _senseless(data: Any, settings: Settings | None) -> list[tuple[int, str, str | None]]:
    """What makes no sense in settings that can be read: line, what, how to mend."""
    return [
        (_line(data, fault.place), f"{'.'.join(map(str, fault.place))}: {fault.what}", fault.mend)
        for fault in (faults(settings) if settings is not None else ())
    ]


def _rest(data: Any, error: ValidationError) -> Settings | None:
    """The settings without those that cannot be read, so that whoever mends these hears of all; None if none are left.

    Of a list nothing is taken out, for its faults are told by their places: one that holds such a setting goes whole.
    """
    left = _plain(data)
    for one in error.errors():
        path = _reached(data, one["loc"])
        at = next((at for at in reversed(range(len(path))) if isinstance(path[at], str)), None)
        if at is None:
            return None
        try:
            reduce(getitem, path[:at], left).pop(path[at], None)
        except (KeyError, IndexError):  # it went with what held it
            continue
    try:
        return Settings.model_validate(left)
    except ValidationError:
        return None


def _plain(data: Any) -> Any:
    """A copy that may be taken apart."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    return [_plain(value) for value in data] if isinstance(data, list) else data


def _together(found: Iterable[tuple[int, str, str | None]], where: str) -> SettingsError:
    """One error of all that was found (line, what, how to mend), in the order of the file."""
    errors = [
        SettingsError(what, where=f"{where}, line {line}", mend=mend)
        for line, what, mend in sorted(found, key=itemgetter(0))
    ]
    errors[0].also = errors[1:]
    return errors[0]


def _told(data: Any, error: ValidationError) -> list[ErrorDetails]:
    """The errors that a person is told: one of each place in the file, whatever was tried to understand it.

    A misspelt name is the cause of a missing one, so it is told in its place.
    """
    every = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    misspelt = {e["loc"][:-1] for e in every if e["type"] == "extra_forbidden"}
    found: dict[tuple[int | str, ...], ErrorDetails] = {}
    for one in every:
        if one["type"] != "missing":
            found.setdefault(_reached(data, one["loc"]), one)
        elif one["loc"][:-1] not in misspelt:
            found[one["loc"]] = one
    return list(found.values())


def _reached(data: Any, loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The part of `loc` that the file has."""
    for at, step in enumerate(loc):
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return loc[:at]
    return loc


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
    # A step in brackets is the library's own, of one among several forms that a setting may have.
    return ".".join(step for step in map(str, error["loc"]) if "[" not in step)


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
