"""A formula as a tree of tuples: ("num", 1.0), ("op", "+", left, right), ("call", "SUM", [..]) …"""

from __future__ import annotations

from typing import Any

from tests.sheets_server.formula_text import parse_reference, tokens

BINARY = {
    "=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1,
    "&": 2,
    "+": 3, "-": 3,
    "*": 4, "/": 4,
    "^": 6,
}  # fmt: skip


class FormulaSyntax(Exception):
    """Shown in the cell as #ERROR!."""


class Parser:
    def __init__(self, text: str) -> None:
        self.tokens = [t for t in tokens(text.removeprefix("=")) if t[0] != "space"]
        self.at = 0

    def parse(self) -> Any:
        tree = self.expression(0)
        if self.at < len(self.tokens):
            raise FormulaSyntax
        return tree

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, wanted: str | None = None) -> tuple[str, str]:
        if self.at >= len(self.tokens) or (wanted and self.tokens[self.at][1] != wanted):
            raise FormulaSyntax
        self.at += 1
        return self.tokens[self.at - 1]

    def expression(self, level: int) -> Any:
        left = self.prefix()
        while True:
            sign = self.peek()
            if sign == "%":
                self.take()
                left = ("op", "/", left, ("num", 100.0))
                continue
            power = BINARY.get(sign, 0) if self.at < len(self.tokens) else 0
            if not power or power <= level or self.tokens[self.at][0] != "op":
                return left
            self.take()
            left = ("op", sign, left, self.expression(power))

    def prefix(self) -> Any:
        kind, text = self.take()
        if kind == "op":
            if text in "+-":
                inner = self.expression(7)  # -2^2 is 4 in Sheets
                return ("neg", inner) if text == "-" else inner
            if text == "(":
                inner = self.expression(0)
                self.take(")")
                return inner
            if text == "{":
                return self.array()
            raise FormulaSyntax
        if kind == "number":
            return ("num", float(text))
        if kind == "string":
            return ("str", text[1:-1].replace('""', '"'))
        if kind == "error":
            return ("error", text)
        if kind == "ref":
            return ("ref", parse_reference(text))
        if kind == "name":
            return self.name(text)
        raise FormulaSyntax

    def name(self, text: str) -> Any:
        if self.peek() == "(":
            self.take()
            return ("call", text.upper(), self.arguments())
        if text.upper() in ("TRUE", "FALSE"):
            return ("bool", text.upper() == "TRUE")
        return ("name", text)

    def arguments(self) -> list[Any]:
        out: list[Any] = []
        if self.peek() == ")":
            self.take()
            return out
        while True:
            if self.peek() in (",", ";", ")"):
                out.append(("blank",))
            else:
                out.append(self.expression(0))
            _, sign = self.take()
            if sign == ")":
                return out
            if sign not in (",", ";"):
                raise FormulaSyntax

    def array(self) -> Any:
        rows: list[list[Any]] = [[]]
        while True:
            rows[-1].append(self.expression(0))
            _, sign = self.take()
            if sign == "}":
                return ("array", rows)
            if sign == ";":
                rows.append([])
            elif sign not in (",", "\\"):
                raise FormulaSyntax
