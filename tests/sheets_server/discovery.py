"""Google's discovery documents: which methods exist, what they take, and what their bodies may hold."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import googleapiclient


@dataclass(frozen=True)
class Method:
    """One REST method of the discovery document."""

    id: str
    http: str
    pattern: re.Pattern[str]
    parameters: dict[str, Any]
    request: str | None
    response: str | None
    api: str = field(default="sheets")


@functools.cache
def document(name: str) -> dict[str, Any]:
    """A discovery document by name and version, for example "sheets.v4"."""
    folder = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


@functools.cache
def schema(name: str, api: str = "sheets.v4") -> dict[str, Any]:
    return document(api)["schemas"][name]["properties"]


def _pattern(path: str) -> re.Pattern[str]:
    """A path template as a pattern; a colon verb never belongs to the variable before it."""
    out = ""
    for piece in re.split(r"(\{[^}]+\})", path):
        if not piece.startswith("{"):
            out += re.escape(piece)
        elif piece == "{range}":
            out += r"(?P<range>.+?)"
        else:
            out += f"(?P<{piece[1:-1].lstrip('+')}>[^/:]+)"
    return re.compile(rf"/{out}\Z", re.DOTALL)


def _collect(resource: dict[str, Any], prefix: str, api: str) -> list[Method]:
    found = []
    for raw in resource.get("methods", {}).values():
        found.append(
            Method(
                id=raw["id"],
                http=raw["httpMethod"],
                pattern=_pattern(prefix + raw["path"]),
                parameters=raw.get("parameters", {}),
                request=raw.get("request", {}).get("$ref"),
                response=raw.get("response", {}).get("$ref"),
                api=api,
            )
        )
    for inner in resource.get("resources", {}).values():
        found += _collect(inner, prefix, api)
    return found


@functools.cache
def methods() -> tuple[Method, ...]:
    """All methods; templates with a verb come first, so that ":append" is not read as part of a range."""
    listed = _collect(document("sheets.v4"), "", "sheets")
    listed += _collect(document("drive.v3"), "drive/v3/", "drive")
    return tuple(sorted(listed, key=lambda m: -m.pattern.pattern.count(":")))


@functools.cache
def common_parameters(api: str) -> frozenset[str]:
    name = "sheets.v4" if api == "sheets" else "drive.v3"
    return frozenset(document(name)["parameters"])


def route(http: str, path: str) -> tuple[Method, dict[str, str]] | None:
    """The method that serves a path, with the raw (still quoted) path variables."""
    for method in methods():
        if method.http == http:
            found = method.pattern.match(path)
            if found:
                return method, found.groupdict()
    return None


def path_exists(path: str) -> bool:
    return any(method.pattern.match(path) for method in methods())
