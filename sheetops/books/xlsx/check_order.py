"""Do the children of a workbook, style sheet or worksheet stand in the order that the standard demands?

Excel repairs or refuses a file whose elements stand in another order, and no reader but Excel minds.
The orders are those of CT_Workbook, CT_Stylesheet and CT_Worksheet in ISO/IEC 29500-4 (sml.xsd).
"""

from __future__ import annotations

from sheetops.books.xlsx.check_sheet import SheetText
from sheetops.books.xlsx.check_xml import local, root_of

_ORDERS = {
    "workbook": (
        "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups "
        "externalReferences definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr "
        "smartTagTypes webPublishing fileRecoveryPr webPublishObjects extLst"
    ),
    "styleSheet": (
        "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst"
    ),
    "worksheet": (
        "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection "
        "protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells "
        "phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup "
        "headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing "
        "legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems tableParts extLst"
    ),
}  # fmt: skip


def out_of_order(part: bytes) -> str | None:
    """The first known child that stands where it may not, in words; None for every other kind of part."""
    root = root_of(without_rows(part))
    order = _ORDERS.get(local(root), "").split()
    reached = 0
    for child in root:
        name = local(child)
        if name in order:
            if order.index(name) < reached:
                return f"{name} stands too late in {local(root)}"
            reached = order.index(name)
    return None


def without_rows(part: bytes) -> bytes:
    """A worksheet with an empty sheetData, which is all that the order of its children asks for; other parts whole."""
    try:
        sheet = SheetText(part)
    except ValueError:
        return part
    plain = sheet.text is part and sheet.mask is part and part.count(b"sheetData") <= 2
    return part[: sheet.start] + part[sheet.end :] if plain else part
