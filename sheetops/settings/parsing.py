"""From the text of a settings file to typed settings, and every error with its line.

Loaded only where there is a file: the YAML library takes a twentieth of a second.
"""

from __future__ import annotations

from difflib import get_close_matches
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
