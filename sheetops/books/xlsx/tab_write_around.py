"""What stands around the rows of a tab that is written without openpyxl, in the order of the standard."""

from __future__ import annotations

from collections.abc import Mapping

from sheetops.books.xlsx.ranges import MOST_ERROR, MOST_PROMPT, address, cut, formulas_of, reference
from sheetops.books.xlsx.tab_book import RELATIONSHIPS
from sheetops.books.xlsx.tab_origin import Name
from sheetops.books.xlsx.tab_refs import quoted
from sheetops.books.xlsx.tab_write_pages import MARGINS, PADDING, breaks_of
from sheetops.books.xlsx.tab_write_parts import legacy
from sheetops.books.xlsx.tab_write_rows import Rows
from sheetops.books.xlsx.tab_write_styles import Stylesheet
from sheetops.books.xlsx.xmlbytes import MAIN, escape
from sheetops.domain.table import cell_name
from sheetops.domain.tabs import Choice, Range, Tab

_A4 = 9
_LAST_COLUMN = 16_383  # counted from 0


def around(tab: Tab, rows: Rows, columns: Mapping[int, int], styles: Stylesheet) -> bytes:
    """The sheet with an empty sheetData; `columns` are the styles of cells yet to be typed.

    Raises TabRefused for a drop-down that Excel would not take.
    """
    return "".join(
        (
            f'<worksheet xmlns="{MAIN}">',
            _properties(tab),
            f'<dimension ref="{rows.dimension}"/>',
            _view(tab, rows),
            '<sheetFormatPr baseColWidth="8" defaultRowHeight="15"/>',
            _columns(tab, columns),
            "<sheetData/>",
            f'<autoFilter ref="{address(tab.filter)}"/>' if tab.filter is not None else "",
            _listed("mergeCells", [f'<mergeCell ref="{block}"/>' for block in rows.merged]),
            _highlights(tab, styles),
            _listed("dataValidations", [_choice(choice, tab.name) for choice in tab.choices]),
            _links(rows),
            _printing(tab, breaks_of(tab, rows.heights, rows.language)),
            f'<drawing xmlns:r="{RELATIONSHIPS}" r:id="{drawing_id(rows)}"/>' if tab.charts else "",
            legacy(tab),
            "</worksheet>",
        )
    ).encode()


def _listed(name: str, entries: list[str]) -> str:
    return f'<{name} count="{len(entries)}">{"".join(entries)}</{name}>' if entries else ""


def _attribute(text: str) -> str:
    """`text` in an attribute, where line ends and tabs would be read as blanks."""
    return escape(text).decode().replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")


def _properties(tab: Tab) -> str:
    colour = f'<tabColor rgb="00{tab.colour}"/>' if tab.colour else ""
    outline = '<outlinePr summaryBelow="1" summaryRight="1"/>'
    return f'<sheetPr>{colour}{outline}<pageSetUpPr fitToPage="1"/></sheetPr>'


def _view(tab: Tab, rows: Rows) -> str:
    pane, there, name = "", "", ""
    if rows.corner:
        (down, across), top_left = tab.frozen, cell_name(*rows.corner)
        name = "bottomRight" if down and across else "bottomLeft" if down else "topRight"
        there = f' pane="{name}"'
        split = (f'xSplit="{across}" ' if across else "") + (f'ySplit="{down}" ' if down else "")
        pane = f'<pane {split}topLeftCell="{top_left}" activePane="{name}" state="frozen"/>'
        if down and across:
            pane += '<selection pane="topRight"/><selection pane="bottomLeft"/>'
    selection = f'<selection{there} activeCell="A1" sqref="A1"/>'
    lines = int(tab.gridlines)
    view = f'<sheetView showGridLines="{lines}" workbookViewId="0">{pane}{selection}</sheetView>'
    return f"<sheetViews>{view}</sheetViews>"


def _columns(tab: Tab, styles: Mapping[int, int]) -> str:
    widths = {number: width + PADDING for number, width in enumerate(tab.widths, 1)}
    columns = []
    for number in sorted(widths.keys() | styles.keys()):
        width = widths.get(number, 13)
        wide = f' width="{width:.16g}" customWidth="1"' if width else ""
        style = f' style="{styles[number]}"' if number in styles else ""
        columns.append(f'<col{wide}{style} min="{number}" max="{number}"/>')
    return f"<cols>{''.join(columns)}</cols>" if columns else ""


def _highlights(tab: Tab, styles: Stylesheet) -> str:
    blocks: dict[str, list[str]] = {}
    for number, highlight in enumerate(tab.highlights, 1):
        formula = escape(highlight.formula.removeprefix("=")).decode()
        blocks.setdefault(address(highlight.on), []).append(
            f'<cfRule type="expression" priority="{number}" dxfId="{styles.tone(highlight.style)}">'
            f"<formula>{formula}</formula></cfRule>"
        )
    return "".join(
        f'<conditionalFormatting sqref="{block}">{"".join(rules)}</conditionalFormatting>'
        for block, rules in blocks.items()
    )


def _choice(choice: Choice, own: str) -> str:
    kind, formulas = formulas_of(choice, own)
    error, prompt = cut(choice.error, MOST_ERROR), cut(choice.prompt, MOST_PROMPT)
    said = "" if error is None else f' error="{_attribute(error)}"'
    said += "" if prompt is None else f' prompt="{_attribute(prompt)}"'
    between = ' operator="between"' if kind != "list" else ""
    inner = "".join(
        f"<formula{n}>{escape(formula).decode()}</formula{n}>" for n, formula in enumerate(formulas, 1)
    )
    return (
        f'<dataValidation sqref="{address(choice.on)}" showDropDown="0"'
        f' showInputMessage="{int(choice.prompt is not None)}"'
        f' showErrorMessage="{int(choice.strict or choice.error is not None)}" allowBlank="1"{said}'
        f' type="{kind}" errorStyle="{"stop" if choice.strict else "warning"}"{between}>{inner}</dataValidation>'
    )


def _links(rows: Rows) -> str:
    links, number = [], 0
    for cell, place in rows.links:
        if place is None:
            number += 1
            links.append(f'<hyperlink xmlns:r="{RELATIONSHIPS}" ref="{cell}" r:id="rId{number}"/>')
        else:
            links.append(f'<hyperlink ref="{cell}" location="{_attribute(place)}"/>')
    return f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""


def drawing_id(rows: Rows) -> str:
    """The relationship of the sheet to its charts, behind those of its links."""
    return f"rId{len(rows.urls) + 1}"


def _printing(tab: Tab, begins: list[int]) -> str:
    way = "landscape" if tab.landscape else "portrait"
    margins = " ".join(f'{side}="{inches}"' for side, inches in MARGINS.items())
    breaks = [f'<brk id="{row - 1}" min="0" max="{_LAST_COLUMN}" man="1"/>' for row in begins]
    count = len(breaks)
    listed = f'<rowBreaks count="{count}" manualBreakCount="{count}">{"".join(breaks)}</rowBreaks>'
    return (
        '<printOptions horizontalCentered="1"/>'
        f'<pageMargins {margins} header="0.5" footer="0.5"/>'
        f'<pageSetup orientation="{way}" paperSize="{_A4}" fitToHeight="0" fitToWidth="1"/>'
        "<headerFooter><oddHeader/><oddFooter>&amp;L&amp;A&amp;C&amp;P / &amp;N</oddFooter>"
        "<evenHeader/><evenFooter/><firstHeader/><firstFooter/></headerFooter>"
        f"{listed if breaks else ''}"
    )


def names_of(tab: Tab) -> list[Name]:
    """The defined names of the tab: its own, then those of its filter and its print settings."""
    names = {name: Name(name, reference(block, tab.name), {}) for name, block in tab.names}
    found = list(names.values())
    if tab.filter is not None:
        found.append(Name("_xlnm._FilterDatabase", _area(tab.filter, tab.name), {"hidden": "1"}))
    if tab.repeat_rows:
        found.append(Name("_xlnm.Print_Titles", f"{quoted(tab.name)}!$1:${tab.repeat_rows}", {}))
    if tab.printed is not None:
        found.append(Name("_xlnm.Print_Area", _area(tab.printed, tab.name), {}))
    return found


def _area(block: Range, own: str) -> str:
    """As `reference`; a single cell is named once."""
    whole = reference(block, own)
    return whole.rpartition(":")[0] if block[:2] == block[2:4] else whole
