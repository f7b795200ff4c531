"""Number patterns: digits dealt out to the placeholders 0 # ?, with grouping, scaling, exponents and fractions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from tests.sheets_server.locales import Locale

TOKENS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|[eE][+-]|.', re.DOTALL)
BLANK = {"0": "0", "?": " ", "#": ""}


def literal(piece: str) -> str:
    """What a piece that stands for no digit shows."""
    if piece.startswith('"'):
        return piece[1:-1]
    if piece.startswith("\\") and len(piece) > 1:
        return piece[1]
    if piece.startswith("_") and len(piece) > 1:
        return " "
    if piece.startswith("[$"):
        return piece[2:-1].split("-")[0]
    if piece.startswith("[") or (piece.startswith("*") and len(piece) > 1):
        return ""
    return piece


def number(section: str, value: float, locale: Locale) -> str:
    """A number under one section of a pattern."""
    pieces = TOKENS.findall(section)
    if not any(piece in BLANK for piece in pieces):
        return "".join(map(literal, pieces))
    slash = _slash(pieces)
    if slash is not None:
        return _fraction(pieces, slash, value)
    shape = _Shape(pieces)
    exact = Decimal(repr(float(value))) * Decimal(100) ** pieces.count("%") / Decimal(1000) ** shape.scale
    return shape.show(exact, locale)


@dataclass
class _Shape:
    """Where the placeholders of a pattern are; all positions are indexes of `pieces`."""

    pieces: list[str]
    whole: list[int] = field(default_factory=list)
    part: list[int] = field(default_factory=list)
    power: list[int] = field(default_factory=list)
    point: int = -1
    exponent: int = -1
    silent: set[int] = field(default_factory=set)  # commas that group or scale
    scale: int = 0
    grouped: bool = False

    def __post_init__(self) -> None:
        for at, piece in enumerate(self.pieces):
            if piece in BLANK:
                spots = self.power if self.exponent >= 0 else self.part if self.point >= 0 else self.whole
                spots.append(at)
            elif piece == "." and self.point < 0 and self.exponent < 0:
                self.point = at
            elif piece[0] in "eE" and len(piece) == 2 and self.exponent < 0 and (self.whole or self.part):
                self.exponent = at
        digits = self.whole + self.part
        last = self.whole[-1] if self.whole else -1
        for at, piece in enumerate(self.pieces):
            if piece != "," or not digits or not digits[0] < at:
                continue
            self.silent.add(at)
            if at < last:
                self.grouped = True
            elif set(self.pieces[max(last, digits[0]) + 1 : at]) <= {","} or set(
                self.pieces[digits[-1] + 1 : at]
            ) <= {","}:
                self.scale += 1

    def show(self, value: Decimal, locale: Locale) -> str:
        """The number, with its sign in front of everything."""
        size, power = abs(value), 0
        if self.exponent >= 0 and size:
            step = max(len(self.whole), 1)
            power = size.adjusted() // step * step
            if self._rounded(size.scaleb(-power)).adjusted() >= power % 1 + step:
                power += step  # 9.99 rounds up to 10
            size = size.scaleb(-power)
        digits, _, rest = f"{self._rounded(size):f}".partition(".")
        shown = {**self._whole(digits.lstrip("0"), locale), **self._part(rest), **self._power(power)}
        if self.point >= 0:
            shown[self.point] = locale.decimal
        out = [
            shown.get(at, "" if at in self.silent else literal(piece)) for at, piece in enumerate(self.pieces)
        ]
        minus = "-" if value < 0 and (set(digits + rest) - {"0"}) else ""
        return minus + "".join(out)

    def _rounded(self, size: Decimal) -> Decimal:
        return size.quantize(Decimal(1).scaleb(-len(self.part)), ROUND_HALF_UP)

    def _whole(self, digits: str, locale: Locale) -> dict[int, str]:
        out: dict[int, str] = {}
        left = list(digits)
        count = 0
        for at in reversed(self.whole):
            more = [left.pop()] if left else []
            if at == self.whole[0]:
                more = left + more
                left = []
            text = ""
            for digit in reversed(more or [BLANK[self.pieces[at]]]):
                if self.grouped and count and count % 3 == 0 and digit.strip():
                    text = locale.group + text
                text = digit + text
                count += bool(digit.strip())
            out[at] = text
        return out

    def _part(self, digits: str) -> dict[int, str]:
        kept = digits.rstrip("0")
        return {at: digits[n] if n < len(kept) else BLANK[self.pieces[at]] for n, at in enumerate(self.part)}

    def _power(self, power: int) -> dict[int, str]:
        if self.exponent < 0:
            return {}
        mark = self.pieces[self.exponent]
        sign = "-" if power < 0 else "+" if mark[1] == "+" else ""
        out = dict.fromkeys(self.power, "")
        if self.power:
            out[self.power[0]] = str(abs(power)).zfill(sum(self.pieces[at] == "0" for at in self.power))
        return {**out, self.exponent: mark[0] + sign}


def _slash(pieces: list[str]) -> int | None:
    """The place of the `/` of a fraction: placeholders before it, placeholders or a number after it."""
    for at, piece in enumerate(pieces):
        if piece == "/" and 0 < at < len(pieces) - 1:
            before, after = pieces[at - 1], pieces[at + 1]
            if before in BLANK and (after in BLANK or after.isdigit()):
                return at
    return None


def _fraction(pieces: list[str], slash: int, value: float) -> str:
    start, end = slash, slash + 1
    while start and pieces[start - 1] in BLANK:
        start -= 1
    while end < len(pieces) and (pieces[end] in BLANK or pieces[end].isdigit()):
        end += 1
    wanted = "".join(pieces[slash + 1 : end])
    mixed = any(piece in BLANK for piece in pieces[:start])
    size = abs(Fraction(repr(float(value))))
    whole = int(size) if mixed else 0
    top, bottom = _nearest(size - whole, wanted)
    if mixed and top == bottom:
        whole, top = whole + 1, 0
    front = "".join("" if p in BLANK else literal(p) for p in pieces[:start])
    shown = f"{whole}{front}" if mixed and (whole or not top) else front if not mixed else front.lstrip()
    over, under = "".join(pieces[start:slash]), wanted if "?" in wanted else ""
    if mixed and not top:
        middle = " " * (over.count("?") + 1 + len(under))
    else:
        middle = f"{str(top).rjust(over.count('?'))}/{str(bottom).ljust(len(under))}"
    return ("-" if value < 0 else "") + shown + middle + "".join(map(literal, pieces[end:]))


def _nearest(size: Fraction, wanted: str) -> tuple[int, int]:
    if wanted.isdigit() and int(wanted):
        return round(size * int(wanted)), int(wanted)
    found = size.limit_denominator(10 ** len(wanted) - 1)
    return found.numerator, found.denominator
