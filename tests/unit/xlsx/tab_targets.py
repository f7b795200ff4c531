"""Workbooks for the tests of tabs: a small team workbook in many dialects, and what a job draws."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping

import openpyxl
from lxml import etree
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule, DataBarRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table
from PIL import Image as Picture

from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.tab import graft_tab
from tests.unit.xlsx.made import zipped
from tests.xlsx_oracle.parts import read

OFFICE = "http://schemas.openxmlformats.org"
RELS = f"{OFFICE}/officeDocument/2006/relationships"
MAIN = f"{OFFICE}/spreadsheetml/2006/main"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

STYLES = f"""{HEAD}<styleSheet xmlns="{MAIN}">
<numFmts count="1"><numFmt numFmtId="170" formatCode="0.0&quot; h&quot;"/></numFmts>
<fonts count="2"><font><sz val="10"/><color theme="1"/><name val="Arial"/><family val="2"/></font><font><b/><sz val="10"/><color theme="1"/><name val="Arial"/><family val="2"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="170" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
<dxfs count="0"/>
</styleSheet>"""

WORKBOOK = f"""{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELS}">
<workbookPr/>
<bookViews><workbookView activeTab="1"/></bookViews>
<sheets><sheet name="Log" sheetId="3" r:id="rId1"/><sheet name="Review" sheetId="7" state="hidden" r:id="rId2"/></sheets>
<definedNames><definedName name="everyone">Log!$A$1</definedName><definedName name="ours" localSheetId="1">Review!$A$1</definedName><definedName name="_xlnm.Print_Area" localSheetId="1">Review!$A$1:$Z$9</definedName></definedNames>
<calcPr calcId="191029"/>
</workbook>"""

APP = f"""{HEAD}<Properties xmlns="{OFFICE}/officeDocument/2006/extended-properties" xmlns:vt="{OFFICE}/officeDocument/2006/docPropsVTypes"><Application>Microsoft Excel</Application><HeadingPairs><vt:vector size="4" baseType="variant"><vt:variant><vt:lpstr>工作表</vt:lpstr></vt:variant><vt:variant><vt:i4>2</vt:i4></vt:variant><vt:variant><vt:lpstr>命名范围</vt:lpstr></vt:variant><vt:variant><vt:i4>3</vt:i4></vt:variant></vt:vector></HeadingPairs><TitlesOfParts><vt:vector size="5" baseType="lpstr"><vt:lpstr>Log</vt:lpstr><vt:lpstr>Review</vt:lpstr><vt:lpstr>everyone</vt:lpstr><vt:lpstr>Review!ours</vt:lpstr><vt:lpstr>Review!Print_Area</vt:lpstr></vt:vector></TitlesOfParts></Properties>"""

LOG = f"""{HEAD}<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>ID</t></is></c><c r="B1"><f>Review!B2</f><v>5</v></c></row></sheetData></worksheet>"""

REVIEW = f"""{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{RELS}"><sheetPr codeName="Tabelle2"><tabColor rgb="FF00FF00"/></sheetPr><sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews><sheetData><row r="2"><c r="B2"><f>2+3</f><v>5</v></c></row></sheetData><drawing r:id="rId1"/></worksheet>"""

DRAWING = f"""{HEAD}<xdr:wsDr xmlns:xdr="{OFFICE}/drawingml/2006/spreadsheetDrawing" xmlns:a="{OFFICE}/drawingml/2006/main"></xdr:wsDr>"""


def rels(*entries: tuple[str, str, str]) -> str:
    """A relationships part of (id, kind, target)."""
    lines = "".join(f'<Relationship Id="{i}" Type="{RELS}/{k}" Target="{t}"/>' for i, k, t in entries)
    space = f"{OFFICE}/package/2006/relationships"
    return f'{HEAD}<Relationships xmlns="{space}">{lines}</Relationships>'


def types(**overrides: str) -> str:
    """A content types part."""
    known = {
        "/xl/workbook.xml": f"{TYPE}.sheet.main+xml",
        "/xl/worksheets/sheet1.xml": f"{TYPE}.worksheet+xml",
        "/xl/worksheets/sheet2.xml": f"{TYPE}.worksheet+xml",
        "/xl/styles.xml": f"{TYPE}.styles+xml",
        "/xl/calcChain.xml": f"{TYPE}.calcChain+xml",
        "/xl/drawings/drawing1.xml": "application/vnd.openxmlformats-officedocument.drawing+xml",
        "/xl/drawings/drawing2.xml": "application/vnd.openxmlformats-officedocument.drawing+xml",
        "/docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    } | overrides
    lines = "".join(f'<Override PartName="{n}" ContentType="{t}"/>' for n, t in known.items() if t)
    space = f"{OFFICE}/package/2006/content-types"
    return (
        f'{HEAD}<Types xmlns="{space}"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>{lines}</Types>'
    )


def parts() -> dict[str, str | bytes]:
    """The team's workbook: a log, and a hidden review tab with a drawing whose picture the log shows too."""
    picture = {"xl/media/image1.png": png()}
    return {
        "[Content_Types].xml": types(),
        "_rels/.rels": rels(
            ("rId1", "officeDocument", "xl/workbook.xml"), ("rId2", "extended-properties", "docProps/app.xml")
        ),
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": rels(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "worksheet", "/xl/worksheets/sheet2.xml"),
            ("rId3", "styles", "styles.xml"),
            ("rId4", "calcChain", "calcChain.xml"),
        ),
        "xl/worksheets/sheet1.xml": LOG.replace(
            "</sheetData>", f'</sheetData><drawing xmlns:r="{RELS}" r:id="rId1"/>'
        ),
        "xl/worksheets/_rels/sheet1.xml.rels": rels(("rId1", "drawing", "../drawings/drawing2.xml")),
        "xl/worksheets/sheet2.xml": REVIEW,
        "xl/worksheets/_rels/sheet2.xml.rels": rels(("rId1", "drawing", "../drawings/drawing1.xml")),
        "xl/drawings/drawing1.xml": DRAWING,
        "xl/drawings/_rels/drawing1.xml.rels": rels(
            ("rId1", "image", "../media/image1.png"), ("rId2", "image", "../media/image2.png")
        ),
        "xl/drawings/drawing2.xml": DRAWING,
        "xl/drawings/_rels/drawing2.xml.rels": rels(("rId1", "image", "../media/image1.png")),
        **picture,
        "xl/media/image2.png": png(),
        "xl/styles.xml": STYLES,
        "xl/calcChain.xml": f'{HEAD}<calcChain xmlns="{MAIN}"><c r="B2" i="7"/><c r="B1" i="3"/></calcChain>',
        "docProps/app.xml": APP,
    }


def target(changes: Mapping[str, tuple[str, str]] | None = None, **other: str | bytes | None) -> bytes:
    """The team's workbook; `changes` replace text in a part, `other` sets a part or, with None, drops it."""
    files = parts()
    for name, (old, new) in (changes or {}).items():
        text = files[name]
        assert isinstance(text, str)
        assert old in text
        files[name] = text.replace(old, new)
    for name, data in other.items():
        if data is None:
            del files[name]
        else:
            files[name] = data
    return zipped(files)


def strict_target() -> bytes:
    """The team's workbook as Excel saves it in Strict form."""
    files = {}
    for name, data in parts().items():
        if isinstance(data, str):
            data = re.sub(
                rf"{OFFICE}/(spreadsheetml|drawingml|officeDocument)/2006/",
                r"http://purl.oclc.org/ooxml/\1/",
                data,
            ).replace("extended-properties", "extendedProperties")
            data = data.replace(
                "openxmlformats-officedocument.extendedProperties",
                "openxmlformats-officedocument.extended-properties",
            )
        files[name] = data
    return zipped(files)


def png() -> bytes:
    """A small red picture."""
    buffer = io.BytesIO()
    Picture.new("RGB", (8, 8), "red").save(buffer, "PNG")
    return buffer.getvalue()


def plain(title: str = "Sheet", value: object = "only") -> openpyxl.Workbook:
    """One cell."""
    workbook = openpyxl.Workbook()
    workbook.active.title = title
    workbook.active["A1"] = value
    return workbook


def dressed(title: str = "Mine", charts: int = 2) -> openpyxl.Workbook:
    """A tab with everything that a report has."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = title
    quoted = "'" + title.replace("'", "''") + "'"
    sheet.append(["Day", "Count", "Hours"])
    for day in range(1, 6):
        sheet.append([dt.date(2026, 1, day), day * 3, day * 1.5])
    sheet["B8"], sheet["C8"] = f"=SUM({quoted}!B2:B6)", True
    sheet["B2"].fill, sheet["B3"].font = PatternFill("solid", fgColor="FFFF00"), Font(bold=True)
    sheet["C2"].number_format, sheet["B4"].style = '0.0" h"', "Good"
    sheet["C3"].hyperlink = "https://example.com/?a=1&b=2"
    sheet["C4"].hyperlink = Hyperlink(ref="C4", location=f"{quoted}!A1")
    sheet["C5"].hyperlink = f"#{quoted}!A2"
    sheet.column_dimensions["A"].width, sheet.row_dimensions[3].height = 23, 33
    sheet.freeze_panes, sheet.print_title_rows, sheet.print_area = "B2", "1:1", "A1:C9"
    sheet.conditional_formatting.add(
        "B2:B6", CellIsRule("greaterThan", [f"{quoted}!$B$2"], font=Font(color="FF0000"))
    )
    sheet.conditional_formatting.add("C2:C6", DataBarRule("min", None, "max", None, "638EC6"))
    listed = DataValidation("list", f"{quoted}!$B$2:$B$6")
    listed.add("D2:D6")
    sheet.add_data_validation(listed)
    sheet.auto_filter.ref = "A1:C6"
    sheet["F1"], sheet["F2"] = "Name", "x"
    sheet.add_table(Table(displayName="People", ref="F1:F2"))
    sheet["G2"] = "=COUNTA(People[Name])"
    sheet.merge_cells("A11:C12")
    sheet["A1"].comment = Comment("note", "me")
    sheet.add_image(Image(io.BytesIO(png())), "H2")
    for number in range(charts):
        chart = (BarChart, LineChart)[number % 2]()
        chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=6), titles_from_data=True)
        chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=6))
        sheet.add_chart(chart, f"I{5 + 20 * number}")
    workbook.defined_names["mine"] = DefinedName("mine", attr_text=f"{quoted}!$B$1:$B$6")
    return workbook


def grafted(data: bytes, name: str, workbook: openpyxl.Workbook) -> bytes:
    """The file after the graft; the same object if nothing was touched."""
    package = Package.from_bytes(data, "team.xlsx")
    graft_tab(package, name, workbook)
    return package.to_bytes() if package.touched() else data


def text(data: bytes, part: str) -> str:
    """A part of the file as text."""
    return read(data)[part].decode()


def root(data: bytes, part: str) -> etree._Element:
    """A part of the file as a tree."""
    return etree.fromstring(read(data)[part])
