"""What a person is told of a setting that cannot be read, and never what a secret is.

People write passwords and addresses with tokens into the file all the same, and an error lands in logs and in mails of
cron. So what stands in the file is repeated only where, by its type, no secret can stand; never of a whole mapping or
list, in which one may lie; and never where it looks like an address or a key's text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from sheetops.settings.model import Settings
from sheetops.settings.secret import Secret

Path = tuple[int | str, ...]
_LONGEST = 60  # characters; keys and tokens are longer
_WHERE = "write {env: NAME} or {file: PATH}"


def place_told(path: Path) -> Path:
    """The part of `path` that may be told: what stands below a secret is the secret, unless it is nearly `env` or `file`."""
    at = _secret_at(path)
    if at is not None and not all(_near(str(step), Secret.model_fields) for step in path[at:]):
        return path[:at]
    return path


def what_and_mend(error: ErrorDetails, reached: Path) -> tuple[str, str | None]:
    """What is wrong and how it is mended; `reached` is the part of the error's place that the file has."""
    name = _name(error)
    # What the library adds is the form that it tried, of several that a setting may have.
    path = (*reached, *(step for step in error["loc"][len(reached) :] if "[" not in str(step)))
    if error["type"] == "missing":
        return f"{name} is missing", None
    known = list(_fields_at(error["loc"][:-1]))
    at = _secret_at(path)
    if at is not None and (error["type"] != "extra_forbidden" or place_told(path) != path):
        told = ".".join(map(str, path[:at]))
        return f"{told} must say where the secret lies (what stands there is not shown)", _WHERE
    if error["type"] == "extra_forbidden":
        near = _near(str(error["loc"][-1]), known)
        mend = f"did you mean {near}?" if near else "see config/example.yaml for what there is"
        return f"there is no setting {name}", mend
    why = error["msg"].removeprefix("Value error, ")  # the library's own word before ours
    why = f"{why[:1].lower()}{why[1:]}"
    if may_be_shown(error["input"]) and not _may_hold_secret(path):
        return f"{name} cannot be {error['input']!r}: {why}", None
    if error["type"] == "value_error" and isinstance(error["input"], str):
        why = "this is not understood"  # our own sentences name what they refuse
    return f"{name} cannot be as it is written: {why}", None


def may_be_shown(value: object) -> bool:
    """Whether this is one plain value which does not look like an address or a key."""
    if isinstance(value, str):
        return "://" not in value and "\n" not in value and len(value) <= _LONGEST
    return value is None or isinstance(value, (bool, int, float))


def _name(error: ErrorDetails) -> str:
    # A step in brackets is the library's own, of one among several forms that a setting may have.
    steps = (step for step in map(str, error["loc"]) if "[" not in step)
    return ".".join(step if may_be_shown(step) else "…" for step in steps) or "the file"


def _near(name: str, known: Iterable[str]) -> str | None:
    near = get_close_matches(name, list(known), n=1)
    return near[0] if near else None


def _kinds(annotation: Any) -> Iterator[Any]:
    """The types of which a setting may be: without what is written around them, and each of several."""
    if get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for argument in get_args(annotation):
            yield from _kinds(argument)
    else:
        yield annotation


def _inside(kind: Any, step: int | str) -> Iterator[Any]:
    """The types that `step` may be of inside a setting of `kind`."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if step in kind.model_fields:
            yield from _kinds(kind.model_fields[str(step)].annotation)
    elif get_origin(kind) is dict:
        yield from _kinds(get_args(kind)[1])
    elif get_origin(kind) in (list, tuple):
        for argument in get_args(kind):
            yield from _kinds(argument)


def _along(path: Path) -> Iterator[list[Any]]:
    """The types at the file itself and at each step of `path`; none where no setting has that name."""
    kinds: list[Any] = [Settings]
    yield kinds
    for step in path:
        kinds = [inner for kind in kinds for inner in _inside(kind, step)]
        yield kinds


def _secret_at(path: Path) -> int | None:
    """How many steps of `path` lead to a secret, if it goes through one."""
    return next((at for at, kinds in enumerate(_along(path)) if Secret in kinds), None)


def _may_hold_secret(path: Path) -> bool:
    """Whether a secret can lie at `path` or inside it, or nothing is known of what stands there."""
    *_, kinds = _along(path)
    return not kinds or any(_holds_secret(kind) for kind in kinds)


@cache
def _holds_secret(kind: Any) -> bool:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = [field.annotation for field in kind.model_fields.values()]
        return kind is Secret or any(_holds_secret(inner) for own in fields for inner in _kinds(own))
    if get_origin(kind) in (list, dict, tuple):
        return any(_holds_secret(inner) for argument in get_args(kind) for inner in _kinds(argument))
    return False


def _fields_at(loc: Path) -> dict[str, Any]:
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
