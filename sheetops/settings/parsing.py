"""From the text of a settings file to typed settings, and every error with its line.

Loaded only where there is a file: the YAML library takes a twentieth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import getitem, itemgetter
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.composer import ComposerError
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sheetops.errors import SettingsError
from sheetops.settings.meaning import faults
from sheetops.settings.model import Settings
from sheetops.settings.saying import place_told, what_and_mend


def parse_text(text: str, where: str) -> Settings:
    """See `sheetops.settings.load.parse`."""
    try:
        data = _yaml().load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError(f"this is not YAML: {_problem(error)}", where=f"{where}, line {line}") from None
    except YAMLError as error:
        raise SettingsError(f"this is not YAML: {error}", where=where) from None
    except ValueError:  # of a tag; its text repeats what stands there
        raise SettingsError(
            "a value is not of the type that its tag (such as !!int) names",
            where=where,
            mend="leave the tag out",
        ) from None
    if data is None:
        return Settings.model_construct()
    if not isinstance(data, dict):
        raise SettingsError("the file must hold settings such as `sheets:`", where=f"{where}, line 1")
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        unread = [
            (_line(data, e["loc"]), *what_and_mend(e, _reached(data, e["loc"]))) for e in _told(data, error)
        ]
        raise _together([*unread, *_senseless(data, _rest(data, error), where)], where) from None
    found = _senseless(data, settings, where)
    if found:
        raise _together(found, where)
    return settings


def _problem(error: MarkedYAMLError) -> str:
    """What the YAML library says, but for the sentences in which it repeats values, which may be secrets."""
    if isinstance(error, DuplicateKeyError):
        return "a setting is written twice in one place; leave one of the two"
    if isinstance(error, ComposerError):
        return "what begins with * or & is a mark for YAML; put a text that does into quotation marks"
    return str(error.problem)


def _senseless(data: Any, settings: Settings | None, where: str) -> list[tuple[int, str, str | None]]:
    """What makes no sense in settings that can be read: line, what, how to mend."""
    folder = Path(where).parent
    return [
        (_line(data, fault.place), f"{'.'.join(map(str, fault.place))}: {fault.what}", fault.mend)
        for fault in (faults(settings, folder) if settings is not None else ())
    ]


def _rest(data: Any, error: ValidationError) -> Settings | None:
    """The settings without those that cannot be read, so that whoever mends these hears of all; None if none are left.

    Of a list nothing is taken out, for its faults are told by their places: one that holds such a setting goes whole.
    """
    left = _plain(data)
    while True:  # what needs a setting that was taken out goes next
        places = {_reached(left, one["loc"]) for one in error.errors()}
        taken = [_taken(left, place) for place in places]
        if not any(taken):
            return None
        try:
            return Settings.model_validate(left)
        except ValidationError as another:
            error = another


def _taken(left: Any, path: tuple[int | str, ...]) -> bool:
    """Take the setting at `path`, or the one whose list holds it, out of `left`; whether there was one."""
    at = next((at for at in reversed(range(len(path))) if isinstance(path[at], str)), None)
    if at is None:
        return False
    try:
        del reduce(getitem, path[:at], left)[path[at]]
    except (KeyError, IndexError):  # it went with what held it
        return False
    return True


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
            found.setdefault(place_told(_reached(data, one["loc"])), one)
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
