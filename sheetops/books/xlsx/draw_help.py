"""What helps people type: drop-downs and other checks, and live highlights."""

from __future__ import annotations

from typing import Final

from openpyxl.formatting.rule import Rule
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sheetops.books.xlsx.draw_style import highlight_style
from sheetops.domain.table import cell_name, column_letters
from sheetops.domain.tabs import Choice, Highlight, Range
from sheetops.domain.values import FIRST_YEAR, LAST_YEAR
from sheetops.errors import TabRefused

MOST_LIST: Final = 255  # characters of a list written out in a validation
MOST_PROMPT: Final = 255
MOST_ERROR: Final = 225


def address(block: Range) -> str:
    """The block without its tab: `A2:C9`."""
    first, last = cell_name(block.first_row, block.first_column), cell_name(block.last_row, block.last_column)
    return first if first == last else f"{first}:{last}"


def reference(block: Range, own: str) -> str:
    """The block as a formula names it from anywhere: `'Tab'!$A$2:$C$9`."""
    first = f"${column_letters(block.first_column)}${block.first_row}"
    last = f"${column_letters(block.last_column)}${block.last_row}"
    return f"{quote_sheetname(block.tab or own)}!{first}:{last}"


def add_choice(sheet: Worksheet, choice: Choice) -> None:
    """One validation. Raises TabRefused where the written-out values do not fit into one."""
    kind, formulas = _check(sheet, choice)
    validation = DataValidation(
        type=kind,  # type: ignore[arg-type]
        operator="between" if kind != "list" else None,
        formula1=formulas[0],
        formula2=formulas[1] if len(formulas) > 1 else None,
        allow_blank=True,
        showInputMessage=choice.prompt is not None,
        showErrorMessage=choice.strict or choice.error is not None,
        errorStyle="stop" if choice.strict else "warning",
        prompt=_cut(choice.prompt, MOST_PROMPT),
        error=_cut(choice.error, MOST_ERROR),
    )
    validation.add(address(choice.on))
    sheet.add_data_validation(validation)


def _check(sheet: Worksheet, choice: Choice) -> tuple[str, tuple[str, ...]]:
    if choice.kind == "date":
        first = choice.minimum or FIRST_YEAR
        last = choice.maximum or LAST_YEAR
        return "date", (f"DATE({first},1,1)", f"DATE({last},12,31)")
    if choice.kind == "whole":
        return "whole", (str(choice.minimum or 0), str(2**31 if choice.maximum is None else choice.maximum))
    if choice.source is not None:
        return "list", (filled_part(choice.source, sheet.title),)
    written = ",".join(choice.values)
    if len(written) > MOST_LIST or any("," in value for value in choice.values):
        raise TabRefused(
            f"a drop-down cannot hold {written[:40]}… itself",
            where=f"{sheet.title}!{address(choice.on)}",
            mend="put the values into cells and name these as the source",
        )
    escaped = written.replace('"', '""')
    return "list", (f'"{escaped}"',)


def filled_part(source: Range, own: str) -> str:
    """A formula for the block down to its last filled cell, so that spare rows do not show in the drop-down.

    OFFSET is the form that Excel, WPS and LibreOffice all take in a validation; gaps do not cut the list.
    """
    block = reference(source, own)
    top = block.rpartition(":")[0]
    return f'OFFSET({top},0,0,MAX(1,SUMPRODUCT(MAX(({block}<>"")*(ROW({block})-ROW({top})+1)))),1)'


def _cut(text: str | None, most: int) -> str | None:
    return text if text is None or len(text) <= most else text[: most - 1] + "…"


def add_highlight(sheet: Worksheet, highlight: Highlight) -> None:
    """One conditional format; those added first win where two touch a cell."""
    rule = Rule(
        type="expression", dxf=highlight_style(highlight.style), formula=[highlight.formula.removeprefix("=")]
    )
    sheet.conditional_formatting.add(address(highlight.on), rule)
