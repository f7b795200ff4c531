"""What helps people type: drop-downs and other checks, and live highlights."""

from __future__ import annotations

from openpyxl.formatting.rule import Rule
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sheetops.books.xlsx.ranges import MOST_ERROR, MOST_PROMPT, address, cut, formulas_of
from sheetops.domain.tabs import Choice, Highlight
from tests.xlsx_oracle.openpyxl_tabs.style import highlight_style


def add_choice(sheet: Worksheet, choice: Choice) -> None:
    """One validation. Raises TabRefused where the written-out values do not fit into one."""
    kind, formulas = formulas_of(choice, sheet.title)
    validation = DataValidation(
        type=kind,  # type: ignore[arg-type]
        operator="between" if kind != "list" else None,
        formula1=formulas[0],
        formula2=formulas[1] if len(formulas) > 1 else None,
        allow_blank=True,
        showInputMessage=choice.prompt is not None,
        showErrorMessage=choice.strict or choice.error is not None,
        errorStyle="stop" if choice.strict else "warning",
        prompt=cut(choice.prompt, MOST_PROMPT),
        error=cut(choice.error, MOST_ERROR),
    )
    validation.add(address(choice.on))
    sheet.add_data_validation(validation)


def add_highlight(sheet: Worksheet, highlight: Highlight) -> None:
    """One conditional format; those added first win where two touch a cell."""
    rule = Rule(
        type="expression", dxf=highlight_style(highlight.style), formula=[highlight.formula.removeprefix("=")]
    )
    sheet.conditional_formatting.add(address(highlight.on), rule)
