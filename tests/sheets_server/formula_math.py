"""Arithmetic, counting, statistics and look-up functions."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable
from typing import Any

from tests.sheets_server.formula_functions import FUNCTIONS, function
from tests.sheets_server.formula_values import Area, FormulaError, compare, number, numbers, scalar, text


def _rounded(value: float, places: Any, up: Callable[[float], float]) -> float:
    factor = 10.0 ** int(number(places))
    return up(round(value * factor, 9)) / factor


def _half_up(value: float) -> float:
    return math.copysign(math.floor(abs(value) + 0.5), value)


def _away(value: float) -> float:
    return math.copysign(math.ceil(abs(value)), value)


FUNCTIONS["SUM"] = lambda context, *a: math.fsum(numbers(list(a)))
FUNCTIONS["PRODUCT"] = lambda context, *a: float(math.prod(numbers(list(a))))
FUNCTIONS["MIN"] = lambda context, *a: min(numbers(list(a)), default=0.0)
FUNCTIONS["MAX"] = lambda context, *a: max(numbers(list(a)), default=0.0)
FUNCTIONS["COUNT"] = lambda context, *a: float(sum(_is_number(v) for v in _all(a)))
FUNCTIONS["COUNTA"] = lambda context, *a: float(sum(v is not None for v in _all(a)))
FUNCTIONS["COUNTBLANK"] = lambda context, *a: float(sum(v is None or v == "" for v in _all(a)))
FUNCTIONS["COUNTUNIQUE"] = lambda context, *a: float(len({v for v in _all(a) if v is not None}))
FUNCTIONS["ABS"] = lambda context, v: abs(number(v))
FUNCTIONS["INT"] = lambda context, v: float(math.floor(number(v)))
FUNCTIONS["SIGN"] = lambda context, v: float((number(v) > 0) - (number(v) < 0))
FUNCTIONS["ROUND"] = lambda context, v, p=0.0: _rounded(number(v), p, _half_up)
FUNCTIONS["ROUNDUP"] = lambda context, v, p=0.0: _rounded(number(v), p, _away)
FUNCTIONS["ROUNDDOWN"] = lambda context, v, p=0.0: _rounded(number(v), p, math.trunc)
FUNCTIONS["TRUNC"] = FUNCTIONS["ROUNDDOWN"]
FUNCTIONS["CEILING"] = lambda context, v, f=1.0: math.ceil(number(v) / number(f)) * number(f)
FUNCTIONS["FLOOR"] = lambda context, v, f=1.0: math.floor(number(v) / number(f)) * number(f)
FUNCTIONS["PI"] = lambda context: math.pi
FUNCTIONS["EXP"] = lambda context, v: math.exp(number(v))
FUNCTIONS["LN"] = lambda context, v: _domain(math.log, number(v))
FUNCTIONS["LOG10"] = lambda context, v: _domain(math.log10, number(v))
FUNCTIONS["SQRT"] = lambda context, v: _domain(math.sqrt, number(v))
FUNCTIONS["POWER"] = lambda context, v, p: number(v) ** number(p)
FUNCTIONS["STDEV"] = lambda context, *a: _statistic(statistics.stdev, a)
FUNCTIONS["VAR"] = lambda context, *a: _statistic(statistics.variance, a)
FUNCTIONS["MEDIAN"] = lambda context, *a: _statistic(statistics.median, a)
FUNCTIONS["AVERAGE"] = lambda context, *a: _statistic(statistics.fmean, a)
FUNCTIONS["ROWS"] = lambda context, area: float(len(area.rows))
FUNCTIONS["COLUMNS"] = lambda context, area: float(len(area.rows[0]))
FUNCTIONS["SUMPRODUCT"] = lambda context, *a: math.fsum(
    math.prod(v if _is_number(v) else 0.0 for v in group)
    for group in zip(*(x.flat() for x in a), strict=True)
)


def _all(args: tuple[Any, ...]) -> list[Any]:
    out: list[Any] = []
    for arg in args:
        out += list(arg.flat()) if isinstance(arg, Area) else [scalar(arg)]
    return out


def _is_number(value: Any) -> bool:
    return isinstance(value, float) and not isinstance(value, bool)


def _domain(function_: Callable[[float], float], value: float) -> float:
    try:
        return function_(value)
    except ValueError:
        raise FormulaError("#NUM!") from None


def _statistic(function_: Callable[[list[float]], float], args: tuple[Any, ...]) -> float:
    found = list(numbers(list(args)))
    try:
        return float(function_(found))
    except statistics.StatisticsError:
        raise FormulaError("#DIV/0!", "Evaluation caused a divide by zero error.") from None


@function("MOD")
def mod(context: Any, value: Any, divisor: Any) -> float:
    if number(divisor) == 0:
        raise FormulaError("#DIV/0!", "Function MOD parameter 2 cannot be zero.")
    return number(value) % number(divisor)


# Conditions ---------------------------------------------------------------------------------------


def matcher(criterion: Any) -> Callable[[Any], bool]:
    """A COUNTIF criterion: a value, a comparison as text, or text with * and ?."""
    wanted = scalar(criterion)
    sign, rest = "=", wanted
    if isinstance(wanted, str):
        match = re.match(r"(<=|>=|<>|<|>|=)(.*)\Z", wanted, re.DOTALL)
        if match:
            sign, rest = match.groups()
        from tests.sheets_server.numbers_in import user_entered

        parsed = user_entered(rest)[0] if rest else rest
        rest = parsed if isinstance(parsed, float | bool) else rest
    if isinstance(rest, str):
        return _text_matcher(sign, rest)
    return lambda value: (
        (type(value) is type(rest) and _order(sign, compare(value, rest)))
        or (sign == "<>" and type(value) is not type(rest))
    )


def _order(sign: str, order: int) -> bool:
    return {
        "=": order == 0, "<>": order != 0, "<": order < 0,
        ">": order > 0, "<=": order <= 0, ">=": order >= 0,
    }[sign]  # fmt: skip


def _text_matcher(sign: str, wanted: str) -> Callable[[Any], bool]:
    if wanted == "":
        return lambda value: (value is None or value == "") == (sign != "<>")
    if sign in ("=", "<>"):
        pattern = "".join(
            piece[1:]
            if piece.startswith("~")
            else ".*"
            if piece == "*"
            else "."
            if piece == "?"
            else re.escape(piece)
            for piece in re.findall(r"~[*?~]|[*?]|[^*?~]+|~", wanted)
        )
        regex = re.compile(pattern, re.IGNORECASE | re.DOTALL)
        return lambda value: (isinstance(value, str) and bool(regex.fullmatch(value))) == (sign == "=")
    return lambda value: isinstance(value, str) and _order(sign, compare(value, wanted))


def _selected(pairs: tuple[Any, ...]) -> list[bool]:
    chosen: list[bool] = []
    for area, criterion in zip(pairs[::2], pairs[1::2], strict=True):
        test = matcher(criterion)
        hits = [test(v) for v in (area.flat() if isinstance(area, Area) else [area])]
        chosen = hits if not chosen else [a and b for a, b in zip(chosen, hits, strict=True)]
    return chosen


@function("COUNTIF", "COUNTIFS")
def countifs(context: Any, *pairs: Any) -> float:
    return float(sum(_selected(pairs)))


@function("SUMIF")
def sumif(context: Any, area: Any, criterion: Any, summed: Any = None) -> float:
    return sumifs(context, summed if summed is not None else area, area, criterion)


@function("SUMIFS")
def sumifs(context: Any, summed: Any, *pairs: Any) -> float:
    hits = zip(summed.flat(), _selected(pairs), strict=False)
    return math.fsum(v for v, hit in hits if hit and _is_number(v))


@function("AVERAGEIF")
def averageif(context: Any, area: Any, criterion: Any, summed: Any = None) -> float:
    return averageifs(context, summed if summed is not None else area, area, criterion)


@function("AVERAGEIFS")
def averageifs(context: Any, summed: Any, *pairs: Any) -> float:
    found = [v for v, hit in zip(summed.flat(), _selected(pairs), strict=False) if hit and _is_number(v)]
    if not found:
        raise FormulaError("#DIV/0!", "Evaluation caused a divide by zero error.")
    return statistics.fmean(found)


# Look-up ------------------------------------------------------------------------------------------


@function("INDEX")
def index(context: Any, area: Any, row: Any = 0.0, column: Any = 0.0) -> Any:
    r, c = int(number(row)), int(number(column))
    if len(area.rows) == 1 and c == 0 and r > 1:
        r, c = 1, r
    try:
        if r and (c or len(area.rows[0]) == 1):
            return area.rows[r - 1][max(c, 1) - 1]
        if r:
            return Area([area.rows[r - 1]])
        return Area([[line[c - 1]] for line in area.rows]) if c else area
    except IndexError:
        raise FormulaError("#NUM!", "Index out of range.") from None


@function("MATCH")
def match_(context: Any, wanted: Any, area: Any, kind: Any = 1.0) -> float:
    found = _position(scalar(wanted), list(area.flat()), int(number(kind)))
    return float(found + 1)


def _position(wanted: Any, values: list[Any], kind: int) -> int:
    if kind == 0:
        test = matcher(wanted)
        for at, value in enumerate(values):
            if test(value):
                return at
    else:
        best = None
        for at, value in enumerate(values):
            if type(value) is type(wanted) and compare(value, wanted) * kind <= 0:
                best = at
        if best is not None:
            return best
    raise FormulaError("#N/A", f"Did not find value '{text(wanted)}' in MATCH evaluation.")


@function("VLOOKUP")
def vlookup(context: Any, wanted: Any, area: Any, column: Any, is_sorted: Any = True) -> Any:
    first = [line[0] for line in area.rows]
    at = _position(scalar(wanted), first, 1 if scalar(is_sorted) else 0)
    return area.rows[at][int(number(column)) - 1]


@function("CHOOSE")
def choose(context: Any, which: Any, *values: Any) -> Any:
    return values[int(number(which)) - 1]
