"""What helps people type, as formulas: blocks of cells, drop-downs and other checks."""

from __future__ import annotations

from typing import Final

from sheetops.books.xlsx.tab_refs import quoted
from sheetops.domain.table import cell_name, column_letters
from sheetops.domain.tabs import Choice, Range
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
    return f"{quoted(block.tab or own)}!{first}:{last}"


def formulas_of(choice: Choice, own: str) -> tuple[str, tuple[str, ...]]:
    """The kind of check, and its one or two formulas. Raises TabRefused where the values do not fit into one.

    `own` is the name of the tab that the check is in.
    """
    if choice.kind == "date":
        first = choice.minimum or FIRST_YEAR
        last = choice.maximum or LAST_YEAR
        return "date", (f"DATE({first},1,1)", f"DATE({last},12,31)")
    if choice.kind == "whole":
        return "whole", (str(choice.minimum or 0), str(2**31 if choice.maximum is None else choice.maximum))
    if choice.source is not None:
        return "list", (filled_part(choice.source, own),)
    written = ",".join(choice.values)
    if len(written) > MOST_LIST or any("," in value for value in choice.values):
        raise TabRefused(
            f"a drop-down cannot hold {written[:40]}… itself",
            where=f"{own}!{address(choice.on)}",
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


def cut(text: str | None, most: int) -> str | None:
    """`text`, shortened with an ellipsis where it has more than `most` characters."""
    return text if text is None or len(text) <= most else text[: most - 1] + "…"
