"""The relationships of a package, and how its parts are named (ECMA-376 part 2, 9.3.3)."""

from __future__ import annotations

import posixpath
from typing import NamedTuple


def rels_name(part: str) -> str:
    """The name of the relationships part of `part` ("" for the package)."""
    folder, name = posixpath.split(part.lstrip("/"))
    return posixpath.join(folder, "_rels", f"{name}.rels")


def owner_of(name: str) -> str | None:
    """The part ("" for the package) whose relationships the member `name` holds; None for other members."""
    folder, base = posixpath.split(name)
    home, last = posixpath.split(folder)
    return posixpath.join(home, base[: -len(".rels")]) if last == "_rels" and base.endswith(".rels") else None


EMPTY_RELS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)


class Rel(NamedTuple):
    """One relationship: `target` as written; `part` the member that it resolves to, None if external."""

    id: str
    type: str
    target: str
    mode: str
    part: str | None

    @property
    def kind(self) -> str:
        """The last word of the type, the same in transitional, strict and Microsoft's own namespaces."""
        return self.type.rpartition("/")[2]
