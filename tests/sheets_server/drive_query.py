"""The search language of Drive's `q`: name = 'x' and mimeType != "y" or 'a' in parents …"""

from __future__ import annotations

import re
from typing import Any

from tests.sheets_server.errors import DriveError
from tests.sheets_server.world import File

TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(?P<op><=|>=|!=|=|<|>)|(?P<paren>[()])|(?P<word>[\w.]+))"""
)


def _invalid() -> DriveError:
    return DriveError(400, "invalid", "Invalid Value", location=("parameter", "q"))


def _tokens(text: str) -> list[tuple[str, str]]:
    out, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise _invalid()
        kind = match.lastgroup or ""
        value = match.group(kind)
        if kind == "string":
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        out.append((kind, value))
        at = match.end()
    return out


class _Parser:
    def __init__(self, text: str, file: File, email: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0
        self.file = file
        self.email = email

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise _invalid()
        self.at += 1
        return self.tokens[self.at - 1]

    def any_of(self) -> bool:
        result = self.all_of()
        while self.peek() == "or":
            self.take()
            other = self.all_of()
            result = result or other
        return result

    def all_of(self) -> bool:
        result = self.one()
        while self.peek() == "and":
            self.take()
            other = self.one()
            result = result and other
        return result

    def one(self) -> bool:
        kind, text = self.take()
        if text == "not" and kind == "word":
            return not self.one()
        if kind == "paren" and text == "(":
            result = self.any_of()
            if self.take()[1] != ")":
                raise _invalid()
            return result
        if kind == "string":
            return self.membership(text)
        if kind != "word":
            raise _invalid()
        sign = self.take()[1]
        return self.compare(text, sign, self.take())

    def membership(self, value: str) -> bool:
        if self.take()[1] != "in":
            raise _invalid()
        name = self.take()[1]
        roles = {"writers": ("owner", "writer"), "readers": ("owner", "writer", "commenter", "reader")}
        if name == "parents":
            return value in self.file.parents or (value == "root" and bool(self.file.parents))
        if name == "owners":
            return (self.email if value == "me" else value) == self.file.owner
        if name in roles:
            return self.file.role(self.email if value == "me" else value) in roles[name]
        raise _invalid()

    def compare(self, name: str, sign: str, given: tuple[str, str]) -> bool:
        value: Any = given[1]
        if name in ("trashed", "starred", "sharedWithMe"):
            have = {
                "trashed": self.file.trashed,
                "starred": False,
                "sharedWithMe": self.file.owner != self.email,
            }[name]
            return (have == (value == "true")) == (sign == "=")
        if name in ("createdTime", "modifiedTime"):
            from tests.sheets_server.drive import stamp

            have_time = stamp(self.file.created if name == "createdTime" else self.file.modified)[:19]
            return _signed(sign, have_time, value.replace("Z", "")[:19].ljust(19, "0"))
        if given[0] != "string":
            raise _invalid()
        if name == "name":
            low, wanted = self.file.name.casefold(), value.casefold()
            if sign == "contains":
                return any(word.startswith(wanted) for word in [low, *low.split()]) or wanted in low.split()
            return _signed(sign, low, wanted)
        if name == "mimeType":
            return value in self.file.mime if sign == "contains" else _signed(sign, self.file.mime, value)
        if name == "fullText":
            return value.casefold() in self.file.name.casefold()
        raise _invalid()


def _signed(sign: str, have: str, wanted: str) -> bool:
    signs = {
        "=": have == wanted, "!=": have != wanted, "<": have < wanted,
        ">": have > wanted, "<=": have <= wanted, ">=": have >= wanted,
    }  # fmt: skip
    if sign not in signs:
        raise _invalid()
    return signs[sign]


def matches(query: str, file: File, email: str) -> bool:
    """Whether a file fits a query; an empty query fits all. 400 for a query that cannot be read."""
    if not query.strip():
        return True
    parser = _Parser(query, file, email)
    result = parser.any_of()
    if parser.at != len(parser.tokens):
        raise _invalid()
    return result
