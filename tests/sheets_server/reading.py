"""What a cell shows: effective value, text, number format; for one spreadsheet at one moment."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.sheets_server.a1 import Box, format_box, parse_cells, split_sheet
from tests.sheets_server.emit import number
from tests.sheets_server.errors import bad_request, unparsable_range
from tests.sheets_server.formula_eval import Evaluator, parse
from tests.sheets_server.formula_locale import localized
from tests.sheets_server.formula_values import Dated, FormulaError
from tests.sheets_server.locales import decimal_comma, locale_of
from tests.sheets_server.model import Formula, Sheet, Spreadsheet
from tests.sheets_server.numbers_out import general, is_date_format, pattern_of, render, text_section
from tests.sheets_server.spans import box_of

Bounds = tuple[int, int, int, int]
# Functions whose result looks like their arguments; counting and text functions do not.
INHERITING = {
    "SUM",
    "MIN",
    "MAX",
    "AVERAGE",
    "MEDIAN",
    "IF",
    "IFERROR",
    "IFNA",
    "INDEX",
    "VLOOKUP",
    "SUMIF",
    "ROUND",
}


class Reading:
    """Reads cells of a spreadsheet. `now` is the time in the spreadsheet's own zone."""

    def __init__(self, book: Spreadsheet, now: dt.datetime) -> None:
        self.book = book
        self.evaluator = Evaluator(book, now)
        self.locale = book.properties.get("locale", "en_US")

    def effective(self, sheet: Sheet, row: int, column: int) -> Any:
        value = sheet.cell(row, column).value
        return self.evaluator.cell(sheet, row, column) if isinstance(value, Formula) else value

    def number_format(self, sheet: Sheet, row: int, column: int) -> dict[str, Any] | None:
        cell = sheet.cell(row, column)
        if cell.format and "numberFormat" in cell.format:
            return cell.format["numberFormat"]
        if isinstance(cell.value, Formula):
            found = self.evaluator.detailed(sheet, row, column)
            if isinstance(found, Dated):
                made = {"type": found.kind}
                return {**made, "pattern": pattern_of(made, locale_of(self.locale))}
            if isinstance(found, float):
                return self.inherited_format(parse(cell.value.text), sheet)
        return None

    def inherited_format(self, tree: Any, sheet: Sheet) -> dict[str, Any] | None:
        """The number format a formula takes from the cells it names: the first that has one."""
        if tree[0] == "ref":
            ref = tree[1]
            source = sheet if ref.sheet is None else self.book.titled(ref.sheet)
            if source is None or ref.first.column is None:
                return None
            cell = source.cell(ref.first.row or 0, ref.first.column)
            return (cell.format or {}).get("numberFormat")
        if tree[0] == "op" and tree[1] in "+-":
            found = [self.inherited_format(part, sheet) for part in tree[2:]]
            if tree[1] == "-" and all(is_date_format(format_) for format_ in found):
                return None
            return found[0] or found[1]
        if tree[0] == "call" and tree[1] in INHERITING:
            parts = tree[2][1:] if tree[1] == "IF" else tree[2]
            return next((f for f in (self.inherited_format(part, sheet) for part in parts) if f), None)
        return None

    def formatted(self, sheet: Sheet, row: int, column: int) -> str:
        value = self.effective(sheet, row, column)
        if value is None:
            return ""
        if isinstance(value, bool):
            return locale_of(self.locale).words[not value]
        if isinstance(value, FormulaError):
            return value.code
        format_ = self.number_format(sheet, row, column)
        if isinstance(value, str):
            pattern = (format_ or {}).get("pattern", "")
            return text_section(pattern, value) if "@" in pattern and pattern != "@" else value
        return render(value, format_, self.locale) if format_ else general(value, locale_of(self.locale))

    def rendered(self, sheet: Sheet, row: int, column: int, option: str, dates: str) -> Any:
        """A cell under valueRenderOption and dateTimeRenderOption; a blank cell is ""."""
        if option == "FORMATTED_VALUE":
            return self.formatted(sheet, row, column)
        raw = sheet.cell(row, column).value
        if option == "FORMULA" and isinstance(raw, Formula):
            return localized(raw.text, decimal_comma(self.locale))
        value = self.effective(sheet, row, column)
        if value is None:
            return ""
        if isinstance(value, FormulaError):
            return value.code
        if isinstance(value, float) and not isinstance(value, bool):
            as_text = dates == "FORMATTED_STRING" and option != "FORMULA"
            if as_text and is_date_format(self.number_format(sheet, row, column)):
                return self.formatted(sheet, row, column)
            return number(value)
        return value

    def _shown(self, sheet: Sheet, cells: Any, row: int, column: int, option: str, dates: str) -> Any:
        """As `rendered`; blank and text cells, which are most, take a short way."""
        cell = cells.get(column)
        if cell is None or cell.value is None:
            return ""
        if type(cell.value) is str and cell.format is None:
            return cell.value
        return self.rendered(sheet, row, column, option, dates)

    def matrix(self, sheet: Sheet, box: Bounds, option: str, dates: str, major: str) -> list[list[Any]]:
        """The values of a box without blank tails."""
        row0, row1, col0, col1 = box
        rows = []
        for r in range(row0, row1):
            cells = sheet.rows[r]
            last = max((c for c in cells if col0 <= c < col1), default=-1) if cells else -1
            rows.append([self._shown(sheet, cells, r, c, option, dates) for c in range(col0, last + 1)])
        if major == "COLUMNS":
            width = max((len(line) for line in rows), default=0)
            rows = [[line[c] if c < len(line) else "" for line in rows] for c in range(width)]
        return trimmed(rows)


def trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    """Without empty trailing cells and rows."""
    for line in rows:
        while line and line[-1] == "" and not isinstance(line[-1], bool | int | float):
            line.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


# Ranges as text -----------------------------------------------------------------------------------


class Target:
    """A range named in a call: its tab, its bounds, and which of its sides were left open."""

    def __init__(self, sheet: Sheet, box: Box, text: str) -> None:
        self.sheet = sheet
        self.open = box
        self.text = text
        rows, columns = sheet.row_count, sheet.column_count
        self.box: Bounds = (
            box.row0 or 0,
            rows if box.row1 is None else box.row1,
            box.col0 or 0,
            columns if box.col1 is None else box.col1,
        )

    @property
    def single(self) -> bool:
        return self.box[1] - self.box[0] == 1 and self.box[3] - self.box[2] == 1

    @property
    def unbounded(self) -> bool:
        return self.open.row1 is None or self.open.col1 is None

    def check_start(self) -> None:
        if self.box[0] >= self.sheet.row_count or self.box[2] >= self.sheet.column_count:
            raise exceeds(self.sheet, self.box)

    def clipped(self) -> Bounds:
        """The part inside the grid; a range that begins outside is refused."""
        self.check_start()
        row0, row1, col0, col1 = self.box
        return row0, min(row1, self.sheet.row_count), col0, min(col1, self.sheet.column_count)


def exceeds(sheet: Sheet, box: Bounds) -> Exception:
    row0, row1, col0, col1 = box
    shown = format_box(sheet.title, row0, max(row1, row0 + 1), col0, max(col1, col0 + 1))
    return bad_request(
        f"Range ({shown}) exceeds grid limits. Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
    )


def target(book: Spreadsheet, text: str) -> Target:
    """`Sheet1!A1:B2`, `'My tab'`, a named range, `A1` (first tab) … or 400 "Unable to parse range"."""
    title, cells = split_sheet(text)
    if title is None:
        return _bare(book, text)
    sheet = book.titled(title)
    if sheet is None or not sheet.is_grid:
        raise unparsable_range(text)
    if cells is None:
        return Target(sheet, Box(), text)
    box = parse_cells(cells)
    if box is None:
        named = _named(book, cells)
        if named is None or named.sheet is not sheet:
            raise unparsable_range(text)
        return named
    return _within_columns(Target(sheet, box, text))


def _bare(book: Spreadsheet, text: str) -> Target:
    box = parse_cells(text)
    if box is not None:
        sheet = next((s for s in book.sheets if s.is_grid and not s.properties.get("hidden")), book.sheets[0])
        return _within_columns(Target(sheet, box, text))
    named = _named(book, text)
    if named is not None:
        return named
    found = book.titled(text)
    if found is None or not found.is_grid:
        raise unparsable_range(text)
    return Target(found, Box(), text)


def _within_columns(made: Target) -> Target:
    from tests.sheets_server.model import MAX_COLUMNS

    if made.box[3] > MAX_COLUMNS:
        raise unparsable_range(made.text)
    return made


def _named(book: Spreadsheet, name: str) -> Target | None:
    for item in book.named:
        if item["name"].casefold() == name.casefold():
            sheet = book.grid(item["range"]["sheetId"])
            row0, row1, col0, col1 = box_of(item["range"], sheet.row_count, sheet.column_count)
            return Target(sheet, Box(row0, row1, col0, col1), name)
    return None
