"""Computes formula cells on demand. What was computed is kept until the next write."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from tests.sheets_server.formula_functions import FUNCTIONS, LAZY
from tests.sheets_server.formula_parser import FormulaSyntax, Parser
from tests.sheets_server.formula_text import Reference
from tests.sheets_server.formula_values import Area, Dated, FormulaError, compare, number, scalar, text
from tests.sheets_server.model import Formula, Sheet, Spreadsheet

MAX_DEPTH = 200
_TREES: dict[str, Any] = {}


def parse(formula: str) -> Any:
    """The tree of a formula; a faulty one gives a tree that yields #ERROR!."""
    if formula not in _TREES:
        if len(_TREES) > 50_000:
            _TREES.clear()
        try:
            _TREES[formula] = Parser(formula).parse()
        except FormulaSyntax:
            _TREES[formula] = ("error", "#ERROR!")
    return _TREES[formula]


class Evaluator:
    """Evaluates for one spreadsheet at one moment (`now`, in the spreadsheet's time zone)."""

    def __init__(self, book: Spreadsheet, now: dt.datetime) -> None:
        self.book = book
        self.now = now
        self.cache = book.values_cache
        self.running: set[tuple[int, int, int]] = set()

    def cell(self, sheet: Sheet, row: int, column: int) -> Any:
        """The effective value of a cell: float, str, bool, None or FormulaError."""
        found = self.detailed(sheet, row, column)
        return found.number if isinstance(found, Dated) else found

    def detailed(self, sheet: Sheet, row: int, column: int) -> Any:
        """As `cell`, but a number that brings its own format comes as Dated."""
        value = sheet.cell(row, column).value
        if not isinstance(value, Formula):
            return value
        key = (sheet.id, row, column)
        if key in self.cache:
            return self.cache[key]
        if key in self.running or len(self.running) > MAX_DEPTH:
            return FormulaError("#REF!", "Circular dependency detected.")
        self.running.add(key)
        try:
            result = self.top(parse(value.text), sheet, row, column)
        finally:
            self.running.discard(key)
        self.cache[key] = result
        return result

    def top(self, tree: Any, sheet: Sheet, row: int, column: int) -> Any:
        try:
            result = self.value(tree, Context(self, sheet, row, column))
            if isinstance(result, Dated | FormulaError):
                return result
            result = scalar(result)
            if isinstance(result, float) and not math.isfinite(result):
                return FormulaError("#NUM!")
            return 0.0 if result is None else result
        except FormulaError as error:
            return error
        except OverflowError:
            return FormulaError("#NUM!")
        except (ValueError, TypeError, IndexError, KeyError, AttributeError):
            return FormulaError("#VALUE!")  # an argument of a kind the function does not take

    def value(self, tree: Any, context: Context) -> Any:
        kind = tree[0]
        if kind in ("num", "str", "bool"):
            return tree[1]
        if kind == "blank":
            return None
        if kind == "error":
            raise FormulaError(tree[1], "Formula parse error." if tree[1] == "#ERROR!" else "")
        if kind == "neg":
            return -number(self.value(tree[1], context))
        if kind == "op":
            return self.operator(tree[1], self.value(tree[2], context), self.value(tree[3], context))
        if kind == "ref":
            return self.reference(tree[1], context.sheet)
        if kind == "array":
            return Area([[scalar(self.value(item, context)) for item in row] for row in tree[1]])
        if kind == "name":
            return self.name(tree[1])
        return self.call(tree[1], tree[2], context)

    def call(self, name: str, arguments: list[Any], context: Context) -> Any:
        if name in LAZY:
            return LAZY[name](context, arguments)
        function = FUNCTIONS.get(name)
        if function is None:
            raise FormulaError("#NAME?", f"Unknown function: '{name}'.")
        values = []
        for argument in arguments:
            value = self.value(argument, context)
            if isinstance(value, FormulaError):
                raise value
            values.append(value)
        try:
            return function(context, *values)
        except TypeError as error:
            if "argument" not in str(error):
                raise
            raise FormulaError("#N/A", f"Wrong number of arguments to {name}.") from None

    def operator(self, sign: str, left: Any, right: Any) -> Any:
        if sign == "&":
            return text(left) + text(right)
        if sign in ("=", "<>", "<", ">", "<=", ">="):
            order = compare(left, right)
            return {
                "=": order == 0, "<>": order != 0, "<": order < 0,
                ">": order > 0, "<=": order <= 0, ">=": order >= 0,
            }[sign]  # fmt: skip
        one, two = number(left), number(right)
        dated = next((v.kind for v in (left, right) if isinstance(v, Dated)), None)
        if sign == "+":
            result = one + two
        elif sign == "-":
            result = one - two
            dated = None if isinstance(left, Dated) and isinstance(right, Dated) else dated
        elif sign == "*":
            return one * two
        elif sign == "/":
            if two == 0:
                raise FormulaError("#DIV/0!", "Function DIVIDE parameter 2 cannot be zero.")
            return one / two
        else:
            power = one**two
            if isinstance(power, complex):
                raise FormulaError("#NUM!")
            return power
        return Dated(result, dated) if dated else result

    def name(self, name: str) -> Any:
        for item in self.book.named:
            if item["name"].casefold() == name.casefold():
                return self.grid_area(item["range"])
        raise FormulaError("#NAME?", f"Unknown range name: '{name.upper()}'.")

    def grid_area(self, value: dict[str, Any]) -> Area:
        from tests.sheets_server.spans import box_of

        sheet = self.book.grid(value["sheetId"])
        return self.area(sheet, box_of(value, sheet.row_count, sheet.column_count))

    def area(self, sheet: Sheet, box: tuple[int, int, int, int]) -> Area:
        row0, row1, col0, col1 = box
        rows = [[self.cell(sheet, r, c) for c in range(col0, col1)] for r in range(row0, row1)]
        return Area(rows, (row0, col0))

    def reference(self, ref: Reference, own: Sheet) -> Area:
        sheet: Sheet | None = own
        if ref.sheet is not None:
            sheet = self.book.titled(ref.sheet)
        if sheet is None or not sheet.is_grid:
            raise FormulaError("#REF!", f"Unresolved sheet name '{ref.sheet}'.")
        last = ref.last or ref.first
        row0, row1 = _ends(ref.first.row, last.row, sheet.row_count)
        col0, col1 = _ends(ref.first.column, last.column, sheet.column_count)
        if row0 >= sheet.row_count or col0 >= sheet.column_count:
            raise FormulaError("#REF!", "Reference does not exist.")
        return self.area(sheet, (row0, min(row1, sheet.row_count), col0, min(col1, sheet.column_count)))


class Context:
    """Where a formula stands; functions get it first."""

    def __init__(self, evaluator: Evaluator, sheet: Sheet, row: int, column: int) -> None:
        self.evaluator = evaluator
        self.sheet = sheet
        self.row = row
        self.column = column

    @property
    def now(self) -> dt.datetime:
        return self.evaluator.now

    def value(self, tree: Any) -> Any:
        return self.evaluator.value(tree, self)


def _ends(first: int | None, last: int | None, size: int) -> tuple[int, int]:
    if first is None and last is None:
        return 0, size
    if first is None or last is None:
        return (first if first is not None else last) or 0, size
    return min(first, last), max(first, last) + 1
