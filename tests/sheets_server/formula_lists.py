"""Functions that look into lists: nearest and greatest, ranks, other ways to look up, working days."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import Any

from tests.sheets_server.a1 import letters, quote_title
from tests.sheets_server.formula_functions import FUNCTIONS, function
from tests.sheets_server.formula_math import matcher
from tests.sheets_server.formula_values import Area, Dated, FormulaError, number, numbers, scalar, text
from tests.sheets_server.numbers_in import moment, serial


def _plain(values: Any) -> list[float]:
    found = sorted(numbers([values]))
    if not found:
        raise FormulaError("#NUM!", "There are no numbers.")
    return found


@function("HLOOKUP")
def hlookup(context: Any, wanted: Any, area: Any, row: Any, is_sorted: Any = True) -> Any:
    turned = Area([list(line) for line in zip(*area.rows, strict=True)])
    return FUNCTIONS["VLOOKUP"](context, wanted, turned, row, is_sorted)


@function("XMATCH")
def xmatch(context: Any, wanted: Any, area: Any, *_: Any) -> Any:
    return FUNCTIONS["MATCH"](context, wanted, area, 0.0)


@function("XLOOKUP")
def xlookup(context: Any, wanted: Any, keys: Any, results: Any, missing: Any = None, *_: Any) -> Any:
    try:
        at = int(FUNCTIONS["MATCH"](context, wanted, keys, 0.0)) - 1
    except FormulaError:
        if missing is None:
            raise
        return scalar(missing)
    return list(results.flat())[at]


@function("LARGE")
def large(context: Any, values: Any, rank: Any) -> float:
    return _ranked(_plain(values)[::-1], rank)


@function("SMALL")
def small(context: Any, values: Any, rank: Any) -> float:
    return _ranked(_plain(values), rank)


def _ranked(values: list[float], rank: Any) -> float:
    at = int(number(rank))
    if not 1 <= at <= len(values):
        raise FormulaError("#NUM!", "The rank is outside the list.")
    return values[at - 1]


@function("RANK")
def rank_(context: Any, value: Any, values: Any, ascending: Any = False) -> float:
    wanted, found = number(value), _plain(values)
    if wanted not in found:
        raise FormulaError("#N/A", "The value is not in the list.")
    before = sum(each < wanted if scalar(ascending) else each > wanted for each in found)
    return float(before + 1)


@function("PERCENTILE", "PERCENTILE.INC")
def percentile(context: Any, values: Any, share: Any) -> float:
    found, place = _plain(values), number(share)
    if not 0 <= place <= 1:
        raise FormulaError("#NUM!", "The percentile is outside 0 to 1.")
    at = place * (len(found) - 1)
    low = math.floor(at)
    high = min(low + 1, len(found) - 1)
    return found[low] + (found[high] - found[low]) * (at - low)


@function("QUARTILE", "QUARTILE.INC")
def quartile(context: Any, values: Any, which: Any) -> float:
    return percentile(context, values, int(number(which)) / 4)


@function("MODE", "MODE.SNGL")
def mode(context: Any, *values: Any) -> float:
    found = Counter(numbers(list(values))).most_common(1)
    if not found or found[0][1] < 2:
        raise FormulaError("#N/A", "No value stands more than once.")
    return found[0][0]


def _chosen(values: Any, pairs: tuple[Any, ...]) -> list[float]:
    tests = [
        (list(area.flat()), matcher(scalar(wanted)))
        for area, wanted in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    listed = list(values.flat())
    return [
        value
        for at, value in enumerate(listed)
        if isinstance(value, float)
        and not isinstance(value, bool)
        and all(test(area[at]) for area, test in tests)
    ]


@function("MAXIFS")
def maxifs(context: Any, values: Any, *pairs: Any) -> float:
    return max(_chosen(values, pairs), default=0.0)


@function("MINIFS")
def minifs(context: Any, values: Any, *pairs: Any) -> float:
    return min(_chosen(values, pairs), default=0.0)


@function("SUBTOTAL")
def subtotal(context: Any, code: Any, *areas: Any) -> Any:
    names = ("AVERAGE", "COUNT", "COUNTA", "MAX", "MIN", "PRODUCT", "STDEV", "STDEVP", "SUM", "VAR", "VARP")
    at = int(number(code)) % 100
    if not 1 <= at <= len(names):
        raise FormulaError("#VALUE!", "SUBTOTAL knows no such function.")
    return FUNCTIONS[names[at - 1]](context, *areas)


@function("QUOTIENT")
def quotient(context: Any, top: Any, bottom: Any) -> float:
    if number(bottom) == 0:
        raise FormulaError("#DIV/0!", "Division by zero.")
    return float(math.trunc(number(top) / number(bottom)))


@function("GCD")
def gcd(context: Any, *values: Any) -> float:
    return float(math.gcd(*(int(each) for each in numbers(list(values)))))


@function("LCM")
def lcm(context: Any, *values: Any) -> float:
    return float(math.lcm(*(int(each) for each in numbers(list(values)))))


@function("ISEVEN")
def is_even(context: Any, value: Any) -> bool:
    return int(number(value)) % 2 == 0


@function("ISODD")
def is_odd(context: Any, value: Any) -> bool:
    return int(number(value)) % 2 == 1


@function("ADDRESS")
def address(context: Any, row: Any, column: Any, mode: Any = 1.0, a1: Any = True, sheet: Any = None) -> str:
    pins = {1: ("$", "$"), 2: ("", "$"), 3: ("$", ""), 4: ("", "")}[int(number(mode))]
    r, c = int(number(row)), int(number(column))
    cell = f"{pins[0]}{letters(c - 1)}{pins[1]}{r}" if scalar(a1) else f"R{r}C{c}"
    return f"{quote_title(text(sheet))}!{cell}" if sheet is not None else cell


@function("WEEKNUM")
def weeknum(context: Any, day: Any, kind: Any = 1.0) -> float:
    when = moment(number(day)).date()
    code = int(number(kind))
    if code == 21:
        return float(when.isocalendar().week)
    first = {1: 6, 2: 0, 17: 6, **{10 + n: n - 1 for n in range(1, 7)}}.get(code)
    if first is None:
        raise FormulaError("#NUM!", "WEEKNUM knows no such type.")
    start = dt.date(when.year, 1, 1)
    return float(((when - start).days + (start.weekday() - first) % 7) // 7 + 1)


@function("WORKDAY")
def workday(context: Any, day: Any, count: Any, holidays: Any = None) -> Dated:
    closed = {moment(each).date() for each in numbers([holidays])} if holidays is not None else set()
    when, left = moment(number(day)).date(), int(number(count))
    step = 1 if left > 0 else -1
    while left:
        when += dt.timedelta(days=step)
        if when.weekday() < 5 and when not in closed:
            left -= step
    return Dated(serial(when), "DATE")
