"""Field masks: the `fields` of a read (which parts are shown) and of an update (which parts are written)."""

from __future__ import annotations

import re
from typing import Any

from tests.sheets_server.discovery import schema
from tests.sheets_server.errors import ApiError, DriveError, RequestError, field_violations

Tree = dict[str, Any]  # name → subtree; an empty subtree means all of it
TOKEN = re.compile(r"[A-Za-z_0-9\-]+|[*,()./]")


class MaskSyntax(Exception):
    """The mask cannot be read; `path` is the part at fault."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def parse(text: str) -> Tree:
    """`a.b,c(d,e/f)` as a tree. Blanks are not allowed."""
    tokens = TOKEN.findall(text)
    if "".join(tokens) != text or not tokens:
        raise MaskSyntax(text)
    tree: Tree = {}
    rest = _list(tokens, 0, tree, text)
    if rest != len(tokens):
        raise MaskSyntax(text)
    return tree


def _list(tokens: list[str], at: int, tree: Tree, text: str) -> int:
    while True:
        at = _path(tokens, at, tree, text)
        if at < len(tokens) and tokens[at] == ",":
            at += 1
            continue
        return at


def _path(tokens: list[str], at: int, tree: Tree, text: str) -> int:
    node = tree
    while True:
        if at >= len(tokens) or tokens[at] in ",()./":
            raise MaskSyntax(text)
        new = tokens[at] not in node
        child = node.setdefault(tokens[at], {})
        whole = not new and not child
        at += 1
        following = tokens[at] if at < len(tokens) else ""
        if following in (".", "/"):
            node = {} if whole else child
            at += 1
            continue
        if following == "(":
            at = _list(tokens, at + 1, {} if whole else child, text)
            if at >= len(tokens) or tokens[at] != ")":
                raise MaskSyntax(text)
            return at + 1
        child.clear()
        return at


def camel_tree(tree: Tree) -> Tree:
    """Snake-case names are accepted in masks too."""
    return {
        re.sub(r"_([a-z0-9])", lambda m: m.group(1).upper(), name): camel_tree(sub)
        for name, sub in tree.items()
    }


def sheets_tree(text: str, response: str) -> Tree:
    """The mask of a Sheets call, checked against the schema of its answer."""
    try:
        tree = camel_tree(parse(text))
        check(tree, response, "")
    except MaskSyntax as error:
        raise _sheets_mask_error(error.path) from None
    return tree


def _sheets_mask_error(path: str) -> ApiError:
    text = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'."
    error = field_violations(text, [(path, text)])
    error.message = "Request contains an invalid argument."
    return error


def drive_tree(text: str, response: str) -> Tree:
    """The mask of a Drive call. Drive tolerates blanks after commas."""
    try:
        tree = parse(re.sub(r"\s+", "", text))
        check(tree, response, "", "drive.v3")
    except MaskSyntax as error:
        raise DriveError(
            400,
            "invalidParameter",
            f"Invalid field selection {error.path.rpartition('.')[2]}",
            location=("parameter", "fields"),
        ) from None
    return tree


def check(tree: Tree, name: str, before: str, api: str = "sheets.v4") -> None:
    known = schema(name, api)
    for key, sub in tree.items():
        path = f"{before}.{key}" if before else key
        if key == "*":
            continue
        if key not in known:
            raise MaskSyntax(path)
        inner = _message_of(known[key])
        if sub and inner is None and known[key].get("type") != "object":
            raise MaskSyntax(f"{path}.{next(iter(sub))}")
        if sub and inner:
            check(sub, inner, path, api)


def _message_of(spec: dict[str, Any]) -> str | None:
    while spec.get("type") == "array":
        spec = spec["items"]
    return spec.get("$ref")


def pick(value: Any, tree: Tree) -> Any:
    """The part of an answer a mask asks for; list items are kept even when nothing of them is shown."""
    if not tree or ("*" in tree and not tree["*"]):
        return value
    if isinstance(value, list):
        return [pick(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for key, item in value.items():
        sub = tree.get(key, tree.get("*"))
        if sub is not None:
            out[key] = pick(item, sub)
    return out


def wants(tree: Tree | None, *path: str) -> bool:
    """Whether a mask (None: all) reaches the field at `path`."""
    node = tree
    for name in path:
        if not node:
            return True
        if name in node:
            node = node[name]
        elif "*" in node:
            node = node["*"]
        else:
            return False
    return True


# Update masks -------------------------------------------------------------------------------------


def update_tree(text: str | None, name: str, root: str = "") -> Tree:
    """The mask of an update request; `root` is an implied first name some clients spell out."""
    if not text:
        raise RequestError("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    try:
        tree = camel_tree(parse(re.sub(r"\s+", "", text)))
        if root and set(tree) == {root}:
            tree = tree[root] or {"*": {}}
        check(tree, name, "")
    except MaskSyntax as error:
        raise RequestError(f"Invalid field: {error.path}") from None
    return tree


def merge(old: dict[str, Any], new: dict[str, Any], tree: Tree) -> dict[str, Any]:
    """`old` with the masked fields of `new`; a masked field that `new` lacks is cleared."""
    if "*" in tree:
        return dict(new)
    out = dict(old)
    for key, sub in tree.items():
        if not sub or "*" in sub:
            if key in new:
                out[key] = new[key]
            else:
                out.pop(key, None)
            continue
        inner = merge(out.get(key) or {}, new.get(key) or {}, sub)
        if inner:
            out[key] = inner
        else:
            out.pop(key, None)
    return out
