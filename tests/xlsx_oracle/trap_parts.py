"""All parts of a trap workbook: workbook, styles, strings, table, drawing, comments and their wiring."""

from __future__ import annotations

import posixpath
from xml.sax.saxutils import escape

from tests.xlsx_oracle.trap_sheet import REL, SML, Sheet

PKG = "http://schemas.openxmlformats.org/package/2006"
CT = "application/vnd.openxmlformats-officedocument"
A = {
    False: "http://schemas.openxmlformats.org/drawingml/2006/",
    True: "http://purl.oclc.org/ooxml/drawingml/",
}
SHEET_TYPE = f"{CT}.spreadsheetml.worksheet+xml"
SHEET = "xl/worksheets/sheet{}.xml"
Parts = dict[str, tuple[str, bytes]]  # member name to content type and bytes
Links = dict[str, list[tuple[str, str]]]  # part to (type, target part)


class Maker:
    """Collects the parts and the relationships of one workbook."""

    def __init__(self, traps: frozenset[str]) -> None:
        self.traps = traps
        self.strict = "strict" in traps
        self.parts: Parts = {}
        self.links: Links = {}

    def add(self, name: str, kind: str, xml: str, owner: str = "", link: str = "") -> None:
        """Add the part, and a relationship `link` to it from `owner`."""
        self.parts[name] = (kind, self.encode(xml, name))
        self.link(owner, link, name)

    def link(self, owner: str, link: str, name: str) -> str:
        """Relate `owner` to the part; returns the id."""
        self.links.setdefault(owner, []).append((link, name))
        return f"rId{len(self.links[owner])}"

    def encode(self, xml: str, name: str) -> bytes:
        """The text as bytes: UTF-16 and a byte order mark where the traps say so, in sheets only."""
        in_sheet = name.startswith("xl/worksheets/")
        if "utf16" in self.traps and in_sheet:
            return f'<?xml version="1.0" encoding="UTF-16"?>\n{xml}'.encode("utf-16")
        if "no_declaration" not in self.traps:
            xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}'
        return xml.encode("utf-8-sig" if "bom" in self.traps else "utf-8")

    def type_of(self, kind: str) -> str:
        """The relationship type in the namespace of this workbook."""
        return f"{REL[self.strict]}/{kind}"


def parts(sheets: list[Sheet], traps: frozenset[str]) -> tuple[dict[str, bytes], dict[str, str]]:
    """Member name to bytes, in the order to write them, and tab name to its member."""
    make = Maker(traps)
    strings: list[str] = []
    book_type = (
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
        if "macros" in traps
        else f"{CT}.spreadsheetml.sheet.main+xml"
    )
    make.add("xl/workbook.xml", book_type, _workbook(sheets, make), "", "officeDocument")
    for place, sheet in enumerate(sheets):
        sheet.strings = strings
        name = SHEET.format(place + 1)
        make.link("xl/workbook.xml", "worksheet", name)
        head, tail = _around(make, sheet, name)
        make.parts[name] = (SHEET_TYPE, make.encode(sheet.xml(head, tail), name))
    if "no_styles" not in traps:
        make.add(
            "xl/styles.xml",
            f"{CT}.spreadsheetml.styles+xml",
            _styles(make.strict),
            "xl/workbook.xml",
            "styles",
        )
    if strings:
        xml = f'<sst xmlns="{SML[make.strict]}">' + "".join(f"<si>{item}</si>" for item in strings) + "</sst>"
        make.add(
            "xl/sharedStrings.xml",
            f"{CT}.spreadsheetml.sharedStrings+xml",
            xml,
            "xl/workbook.xml",
            "sharedStrings",
        )
    _extras(make, sheets)
    return _finish(make), {sheet.name: SHEET.format(i + 1) for i, sheet in enumerate(sheets)}


def _workbook(sheets: list[Sheet], make: Maker) -> str:
    traps = make.traps
    tabs = "".join(
        f'<sheet name="{escape(s.name)}" sheetId="{i * 3 + 2}"{" state=" + chr(34) + "hidden" + chr(34) if not s.rows else ""} r:id="rId{i + 1}"/>'
        for i, s in enumerate(sheets)
    )
    names = ""
    if "autofilter" in traps and "table" not in traps:
        names += '<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">Log!$A$1:$H$9</definedName>'
    if "defined_names" in traps:
        names += '<definedName name="_xlnm.Print_Area" localSheetId="1">\'Other &amp; more\'!$A$1:$B$4</definedName>'
        names += '<definedName name="Team">Log!$A$2:$A$9</definedName>'
    book = f'<workbook xmlns="{SML[make.strict]}" xmlns:r="{REL[make.strict]}"{" conformance=" + chr(34) + "strict" + chr(34) if make.strict else ""}>'
    book += f"<workbookPr{' date1904=' + chr(34) + '1' + chr(34) if 'date1904' in traps else ''}/>"
    active = ' activeTab="1"' if "last_tab_active" in traps else ""
    book += f"<bookViews><workbookView{active}/></bookViews><sheets>{tabs}</sheets>"
    book += f"<definedNames>{names}</definedNames>" if names else ""
    return book + ('<calcPr calcId="191029"/>' if "calc_chain" in traps else "") + "</workbook>"


def _styles(strict: bool) -> str:
    font = '<font><sz val="11"/><name val="Calibri"/></font>'
    return (
        f'<styleSheet xmlns="{SML[strict]}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd;@"/></numFmts>'
        f'<fonts count="2">{font}<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
        '<fill><patternFill patternType="solid"><fgColor rgb="FFFFFF00"/></patternFill></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"/>'
        '<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        '<dxfs count="1"><dxf><font><b/></font></dxf></dxfs></styleSheet>'
    )


def _around(make: Maker, sheet: Sheet, name: str) -> tuple[str, str]:
    """What goes before and after the cells of this sheet, in the order of the schema."""
    traps, main = make.traps, sheet.main
    head = tail = ""
    if "no_dimension" not in traps:
        head += (
            '<dimension ref="A1:XFD1048576"/>'
            if "huge_dimension" in traps
            else f'<dimension ref="A1:{"N13" if main else "B2"}"/>'
        )
    head += '<sheetViews><sheetView workbookViewId="0"/></sheetViews>'
    if not main:
        return head, tail
    if "column_styles" in traps and "no_styles" not in traps:
        head += '<cols><col min="8" max="9" width="20" style="3" customWidth="1"/><col min="10" max="16384" width="9" style="4"/></cols>'
    if "protected" in traps:
        tail += '<sheetProtection sheet="1" objects="1" scenarios="1"/>'
    if "autofilter" in traps and "table" not in traps:
        tail += '<autoFilter ref="A1:H9"/>'
    if "merged" in traps:
        tail += '<mergeCells count="1"><mergeCell ref="K12:L13"/></mergeCells>'
    if "extensions" in traps and "no_styles" not in traps:
        tail += '<conditionalFormatting sqref="D2:D9"><cfRule type="expression" dxfId="0" priority="1"><formula>D2&gt;5</formula></cfRule></conditionalFormatting>'
    if "extensions" in traps:
        tail += (
            '<dataValidations count="1"><dataValidation type="list" allowBlank="1" showInputMessage="1" prompt="1 > 0" sqref="E2:E9">'
            '<formula1>"TRUE,FALSE"</formula1></dataValidation></dataValidations>'
        )
    for trap, write in (
        ("chart", _drawing),
        ("comments", _comments),
        ("table", _table),
        ("extensions", _extension),
    ):
        tail += write(make, name) if trap in traps else ""
    return head, tail


def _extension(make: Maker, name: str) -> str:
    x14, xm = (
        "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main",
        "http://schemas.microsoft.com/office/excel/2006/main",
    )
    return (
        f'<extLst><ext uri="{{05C60535-1F16-4fd2-B633-F4F36F0B64E0}}" xmlns:x14="{x14}"><x14:sparklineGroups xmlns:xm="{xm}"><x14:sparklineGroup>'
        "<x14:sparklines><x14:sparkline><xm:f>Log!D2:D9</xm:f><xm:sqref>I2</xm:sqref></x14:sparkline></x14:sparklines>"
        "</x14:sparklineGroup></x14:sparklineGroups></ext></extLst>"
    )


def _table(make: Maker, name: str) -> str:
    totals = "totals_row" in make.traps
    heads = ["ID", "Title", "Asked on", "Count", "Open", "Twice", "Note", "Due"]
    columns = "".join(
        f'<tableColumn id="{i + 1}" name="{head}"{_total(i) if totals else ""}/>'
        for i, head in enumerate(heads)
    )
    xml = (
        f'<table xmlns="{SML[make.strict]}" id="7" name="Requests" displayName="Requests" ref="A1:H{10 if totals else 9}"'
        f'{" totalsRowCount=" + chr(34) + "1" + chr(34) if totals else " totalsRowShown=" + chr(34) + "0" + chr(34)}><autoFilter ref="A1:H9"/>'
        f'<tableColumns count="8">{columns}</tableColumns><tableStyleInfo name="TableStyleMedium2" showRowStripes="1"/></table>'
    )
    make.add("xl/tables/table1.xml", f"{CT}.spreadsheetml.table+xml", xml, name, "table")
    return f'<tableParts count="1"><tablePart r:id="rId{len(make.links[name])}"/></tableParts>'


def _total(place: int) -> str:
    return {0: ' totalsRowLabel="Total"', 3: ' totalsRowFunction="sum"'}.get(place, "")


def _drawing(make: Maker, name: str) -> str:
    kinds = A[make.strict]
    spread, chart, main = f"{kinds}spreadsheetDrawing", f"{kinds}chart", f"{kinds}main"
    anchor = (
        "<xdr:from><xdr:col>9</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>15</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
        "<xdr:to><xdr:col>14</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>25</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
    )
    frame = (
        '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="Chart 1"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>'
        '<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>'
        f'<a:graphic><a:graphicData uri="{chart}"><c:chart xmlns:c="{chart}" xmlns:r="{REL[make.strict]}" r:id="rId1"/></a:graphicData></a:graphic></xdr:graphicFrame>'
    )
    drawing = f'<xdr:wsDr xmlns:xdr="{spread}" xmlns:a="{main}"><xdr:twoCellAnchor>{anchor}{frame}<xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>'
    body = (
        f'<c:chartSpace xmlns:c="{chart}"><c:chart><c:plotArea><c:barChart><c:barDir val="col"/><c:ser><c:idx val="0"/><c:order val="0"/>'
        "<c:val><c:numRef><c:f>Log!$D$2:$D$9</c:f></c:numRef></c:val></c:ser>"
        '<c:axId val="1"/><c:axId val="2"/></c:barChart>'
        '<c:catAx><c:axId val="1"/><c:scaling/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling/><c:axPos val="l"/><c:crossAx val="1"/></c:valAx></c:plotArea></c:chart></c:chartSpace>'
    )
    make.add("xl/drawings/drawing1.xml", f"{CT}.drawing+xml", drawing, name, "drawing")
    make.add("xl/charts/chart1.xml", f"{CT}.drawingml.chart+xml", body, "xl/drawings/drawing1.xml", "chart")
    return f'<drawing r:id="rId{len(make.links[name])}"/>'


def _comments(make: Maker, name: str) -> str:
    xml = (
        f'<comments xmlns="{SML[make.strict]}"><authors><author>Ann</author></authors><commentList>'
        '<comment ref="B3" authorId="0"><text><r><rPr><b/></rPr><t>Ann:</t></r><r><t xml:space="preserve"> look</t></r></text></comment></commentList></comments>'
    )
    vml = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        '<v:shape id="_x0000_s1025" type="#_x0000_t202" style="visibility:hidden"><x:ClientData ObjectType="Note"><x:Row>2</x:Row><x:Column>1</x:Column></x:ClientData></v:shape></xml>'
    )
    make.add("xl/comments1.xml", f"{CT}.spreadsheetml.comments+xml", xml, name, "comments")
    make.add("xl/drawings/vmlDrawing1.vml", f"{CT}.vmlDrawing", vml, name, "vmlDrawing")
    return f'<legacyDrawing r:id="rId{len(make.links[name])}"/>'


def _extras(make: Maker, sheets: list[Sheet]) -> None:
    traps, book = make.traps, "xl/workbook.xml"
    if "calc_chain" in traps and {"formulas", "shared_formula"} & traps:
        refs = "".join(f'<c r="F{row}" i="2"/>' for row in sorted(sheets[0].rows) if 2 <= row <= 9)
        refs += '<c r="B1" i="5"/>' if "formulas" in traps else ""
        make.add(
            "xl/calcChain.xml",
            f"{CT}.spreadsheetml.calcChain+xml",
            f'<calcChain xmlns="{SML[make.strict]}">{refs}</calcChain>',
            book,
            "calcChain",
        )
    if "macros" in traps:
        make.parts["xl/vbaProject.bin"] = ("application/vnd.ms-office.vbaProject", bytes(range(256)) * 8)
        make.link(book, "vbaProject", "xl/vbaProject.bin")
    if "custom_parts" in traps:
        make.parts["custom/thing.bin"] = ("application/x-thing", b"\0\1kept as it is\xff" * 40)
        make.parts["customXml/item1.xml"] = ("application/xml", b"<root><row r='1'/></root>")
        make.link("", "customXml", "customXml/item1.xml")


def _finish(make: Maker) -> dict[str, bytes]:
    """Content types and relationships, then the parts, as the traps of packages ask."""
    members = {"[Content_Types].xml": _types(make)}
    for owner, links in make.links.items():
        rows = "".join(
            f'<Relationship Id="rId{i + 1}" Type="{_type(make, kind)}" Target="{_target(make, owner, target)}"/>'
            for i, (kind, target) in enumerate(links)
        )
        folder, base = posixpath.split(owner)
        name = posixpath.join(folder, "_rels", f"{base}.rels")
        members[name] = make.encode(
            f'<Relationships xmlns="{PKG}/relationships">{rows}</Relationships>',
            name.replace("xl/worksheets/", ""),
        )
    return members | {name: data for name, (_, data) in make.parts.items()}


def _type(make: Maker, kind: str) -> str:
    return (
        "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
        if kind == "vbaProject"
        else make.type_of(kind)
    )


def _target(make: Maker, owner: str, target: str) -> str:
    if "absolute_targets" in make.traps:
        return f"/{target}"
    return posixpath.relpath(target, posixpath.dirname(owner) or ".")


def _types(make: Maker) -> bytes:
    default = SHEET_TYPE if "default_types" in make.traps else "application/xml"
    text = f'<Types xmlns="{PKG}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    text += f'<Default Extension="xml" ContentType="{default}"/><Default Extension="vml" ContentType="{CT}.vmlDrawing"/>'
    for name, (kind, _) in make.parts.items():
        if not name.endswith(".vml") and not (name.endswith(".xml") and kind == default):
            text += f'<Override PartName="/{name}" ContentType="{kind}"/>'
    return make.encode(text + "</Types>", "[Content_Types].xml")
