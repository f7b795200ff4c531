"""Formulas where the comma is the decimal point: `=SUM(1,5;A1)` there is `=SUM(1.5,A1)` elsewhere, which is how they are kept."""

from __future__ import annotations

import re

from tests.sheets_server.formula_text import TOKEN

NUMBER = re.compile(r"(?<![\w.$!])(\d+),(\d+)")
WRONG = "\u00a6"  # stands where a separator of other places was typed, which makes the cell #ERROR!


def canonical(text: str, decimal_comma: bool) -> str:
    """A formula as typed, with points and commas as in the United States."""
    if not decimal_comma:
        return text
    out, braces = [], []
    for kind, piece in _pieces(text):
        if kind == "string" or kind == "quoted":
            out.append(piece)
            continue
        plain = NUMBER.sub(lambda m: f"{m[1]}\0{m[2]}", piece)
        for char in plain:
            if char in "({":
                braces.append(char)
            elif char in ")}" and braces:
                braces.pop()
            array = bool(braces) and braces[-1] == "{"
            swap = {"\0": ".", "\\": ",", ",": WRONG, ".": WRONG, ";": ";" if array else ","}
            out.append(swap.get(char, char))
    return "".join(out)


def localized(text: str, decimal_comma: bool) -> str:
    """A formula as the sheet shows it where the comma is the decimal point."""
    if not decimal_comma:
        return text
    out, braces = ["="], []
    for match in TOKEN.finditer(text.removeprefix("=").replace(WRONG, "\0")):
        kind, piece = match.lastgroup, match.group()
        if piece in "({":
            braces.append(piece)
        elif piece in ")}" and braces:
            braces.pop()
        if kind == "number":
            piece = piece.replace(".", ",")
        elif kind == "op" and piece == ",":
            piece = "\\" if braces and braces[-1] == "{" else ";"
        out.append(piece.replace("\0", ","))
    return "".join(out)


def _pieces(text: str) -> list[tuple[str, str]]:
    """Texts and quoted titles apart from all else."""
    found = re.finditer(
        r'(?P<string>"(?:[^"]|"")*")|(?P<quoted>\'(?:[^\']|\'\')*\')|(?P<rest>[^"\']+|.)', text, re.DOTALL
    )
    return [(match.lastgroup or "rest", match.group()) for match in found]
