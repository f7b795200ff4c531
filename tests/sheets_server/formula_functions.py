"""The registry of functions formulas may call. Functions get the context first; LAZY ones get trees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from tests.sheets_server.formula_values import Area, Dated, FormulaError, number, scalar, text, truth

Function = Callable[..., Any]
FUNCTIONS: dict[str, Function] = {}
LAZY: dict[str, Function] = {}


def function(*names: str) -> Callable[[Function], Function]:
    def register(made: Function) -> Function:
        for name in names:
            FUNCTIONS[name] = made
        return made

    return register


def lazy(name: str) -> Callable[[Function], Function]:
    def register(made: Function) -> Function:
        LAZY[name] = made
        return made

    return register


# Logic --------------------------------------------------------------------------------------------


@lazy("IF")
def if_(context: Any, args: list[Any]) -> Any:
    if not 2 <= len(args) <= 3:
        raise FormulaError("#N/A", "Wrong number of arguments to IF.")
    if truth(context.value(args[0])):
        return context.value(args[1])
    return context.value(args[2]) if len(args) > 2 else False


@lazy("IFS")
def ifs(context: Any, args: list[Any]) -> Any:
    for test, result in zip(args[::2], args[1::2], strict=False):
        if truth(context.value(test)):
            return context.value(result)
    raise FormulaError("#N/A", "No match.")


@lazy("IFERROR")
def iferror(context: Any, args: list[Any]) -> Any:
    try:
        value = context.value(args[0])
        scalar(value)
        return value
    except FormulaError:
        return context.value(args[1]) if len(args) > 1 else ""


@lazy("IFNA")
def ifna(context: Any, args: list[Any]) -> Any:
    try:
        value = context.value(args[0])
        scalar(value)
        return value
    except FormulaError as error:
        if error.code != "#N/A":
            raise
        return context.value(args[1]) if len(args) > 1 else ""


@lazy("SWITCH")
def switch(context: Any, args: list[Any]) -> Any:
    from tests.sheets_server.formula_values import compare

    wanted = scalar(context.value(args[0]))
    rest = args[1:]
    for at in range(0, len(rest) - 1, 2):
        if compare(wanted, context.value(rest[at])) == 0:
            return context.value(rest[at + 1])
    if len(rest) % 2:
        return context.value(rest[-1])
    raise FormulaError("#N/A", "No match.")


def _errors_in(args: list[Any], context: Any, codes: Callable[[str], bool]) -> bool:
    try:
        scalar(context.value(args[0]))
    except FormulaError as error:
        return codes(error.code)
    return False


LAZY["ISERROR"] = lambda context, args: _errors_in(args, context, lambda code: True)
LAZY["ISERR"] = lambda context, args: _errors_in(args, context, lambda code: code != "#N/A")
LAZY["ISNA"] = lambda context, args: _errors_in(args, context, lambda code: code == "#N/A")


@lazy("ISBLANK")
def isblank(context: Any, args: list[Any]) -> bool:
    value = context.value(args[0])
    if isinstance(value, Area):
        value = value.rows[0][0]
    return value is None


@lazy("ROW")
def row(context: Any, args: list[Any]) -> float:
    return float(_place(context, args)[0] + 1)


@lazy("COLUMN")
def column(context: Any, args: list[Any]) -> float:
    return float(_place(context, args)[1] + 1)


def _place(context: Any, args: list[Any]) -> tuple[int, int]:
    if not args:
        return context.row, context.column
    value = context.value(args[0])
    if not isinstance(value, Area) or value.origin is None:
        raise FormulaError("#N/A", "Argument must be a range.")
    return value.origin


@lazy("ARRAYFORMULA")
def arrayformula(context: Any, args: list[Any]) -> Any:
    return context.value(args[0])


def _truths(args: tuple[Any, ...]) -> list[bool]:
    found = []
    for arg in args:
        if isinstance(arg, Area):
            for item in arg.flat():
                if isinstance(item, FormulaError):
                    raise item
                if isinstance(item, bool | float):
                    found.append(bool(item))
        else:
            found.append(truth(arg))
    return found


@function("AND")
def and_(context: Any, *args: Any) -> bool:
    return all(_truths(args))


@function("OR")
def or_(context: Any, *args: Any) -> bool:
    return any(_truths(args))


@function("XOR")
def xor(context: Any, *args: Any) -> bool:
    return sum(_truths(args)) % 2 == 1


@function("NOT")
def not_(context: Any, value: Any) -> bool:
    return not truth(value)


FUNCTIONS["TRUE"] = lambda context: True
FUNCTIONS["FALSE"] = lambda context: False
FUNCTIONS["ISNUMBER"] = lambda context, v: isinstance(scalar(v), float) and not isinstance(scalar(v), bool)
FUNCTIONS["ISTEXT"] = lambda context, v: isinstance(scalar(v), str)
FUNCTIONS["ISLOGICAL"] = lambda context, v: isinstance(scalar(v), bool)
FUNCTIONS["N"] = lambda context, v: number(v) if isinstance(scalar(v), float | bool) else 0.0
FUNCTIONS["T"] = lambda context, v: text(v) if isinstance(scalar(v), str) else ""


@function("NA")
def na(context: Any) -> Any:
    raise FormulaError("#N/A", "Error")


# Links --------------------------------------------------------------------------------------------


@function("HYPERLINK")
def hyperlink(context: Any, url: Any, label: Any = None) -> Any:
    return scalar(label) if label is not None else text(url)


@function("IMAGE")
def image(context: Any, *args: Any) -> str:
    return ""


# Time ---------------------------------------------------------------------------------------------


def _serial(moment: dt.datetime | dt.date) -> float:
    from tests.sheets_server.numbers_in import serial

    return serial(moment)


def _moment(value: Any) -> dt.datetime:
    from tests.sheets_server.numbers_in import moment

    return moment(number(value))


@function("TODAY")
def today(context: Any) -> Dated:
    return Dated(_serial(context.now.date()), "DATE")


@function("NOW")
def now(context: Any) -> Dated:
    return Dated(_serial(context.now), "DATE_TIME")


@function("DATE")
def date(context: Any, year: Any, month: Any, day: Any) -> Dated:
    y, m = int(number(year)), int(number(month)) - 1
    if y < 1900:
        y += 1900
    start = dt.date(y + m // 12, m % 12 + 1, 1)
    return Dated(_serial(start) + int(number(day)) - 1, "DATE")


@function("TIME")
def time(context: Any, hour: Any, minute: Any, second: Any) -> Dated:
    total = number(hour) * 3600 + number(minute) * 60 + number(second)
    return Dated(total / 86400 % 1, "TIME")


@function("DATEVALUE", "TIMEVALUE", "VALUE")
def value_(context: Any, value: Any) -> float:
    return number(value)


FUNCTIONS["YEAR"] = lambda context, v: float(_moment(v).year)
FUNCTIONS["MONTH"] = lambda context, v: float(_moment(v).month)
FUNCTIONS["DAY"] = lambda context, v: float(_moment(v).day)
FUNCTIONS["HOUR"] = lambda context, v: float(_moment(v).hour)
FUNCTIONS["MINUTE"] = lambda context, v: float(_moment(v).minute)
FUNCTIONS["SECOND"] = lambda context, v: float(_moment(v).second)
FUNCTIONS["DAYS"] = lambda context, end, start: float(int(number(end)) - int(number(start)))


@function("WEEKDAY")
def weekday(context: Any, value: Any, kind: Any = 1.0) -> float:
    day = _moment(value).weekday()  # Monday is 0
    return float({1: (day + 1) % 7 + 1, 2: day + 1, 3: day}[int(number(kind))])


FUNCTIONS["ISOWEEKNUM"] = lambda context, v: float(_moment(v).isocalendar()[1])


@function("EDATE")
def edate(context: Any, value: Any, months: Any) -> Dated:
    return Dated(_serial(_add_months(_moment(value).date(), int(number(months)))), "DATE")


@function("EOMONTH")
def eomonth(context: Any, value: Any, months: Any) -> Dated:
    first = _add_months(_moment(value).date().replace(day=1), int(number(months)) + 1)
    return Dated(_serial(first) - 1, "DATE")


def _add_months(day: dt.date, months: int) -> dt.date:
    total = day.year * 12 + day.month - 1 + months
    for last in range(day.day, 27, -1):
        try:
            return dt.date(total // 12, total % 12 + 1, last)
        except ValueError:
            continue
    return dt.date(total // 12, total % 12 + 1, day.day)


@function("DATEDIF")
def datedif(context: Any, start: Any, end: Any, unit: Any) -> float:
    one, two = _moment(start).date(), _moment(end).date()
    if one > two:
        raise FormulaError("#NUM!")
    months = (two.year - one.year) * 12 + two.month - one.month - (two.day < one.day)
    kind = text(unit).upper()
    return float({"D": (two - one).days, "M": months, "Y": months // 12, "YM": months % 12}[kind])


@function("NETWORKDAYS")
def networkdays(context: Any, start: Any, end: Any, holidays: Any = None) -> float:
    first, last = int(number(start)), int(number(end))
    off = {int(h) for h in holidays.flat() if isinstance(h, float)} if isinstance(holidays, Area) else set()
    step = 1 if last >= first else -1
    days = [d for d in range(first, last + step, step) if (d - 2) % 7 < 5 and d not in off]
    return float(step * len(days))


def load_all() -> None:
    """Registers the functions of the other modules."""
    from tests.sheets_server import formula_lists, formula_math, formula_text_functions  # noqa: F401


load_all()
