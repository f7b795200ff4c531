"""Small workbooks written by hand, so that a test shows the very bytes that go in and come out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

from sheetops.books.xlsx.edit import Patched, patch_cells
from sheetops.books.xlsx.package import Package

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"

STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="[Red]0.0"/></numFmts>'
    '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"><alignment wrapText="1"/></xf>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"><protection locked="0"/></xf>'
    "</cellXfs></styleSheet>"
)


def rels(*entries: tuple[str, str]) -> str:
    """A relationships part: (kind, target) of each, numbered rId1, rId2, …"""
    items = "".join(
        f'<Relationship Id="rId{i}" Type="{RELS}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(entries, 1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{items}</Relationships>'


def sheet_xml(rows: str = "", before: str = "", after: str = "") -> str:
    """A worksheet part; `rows` empty gives a self-closing sheetData."""
    data = f"<sheetData>{rows}</sheetData>" if rows else "<sheetData/>"
    return f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{RELS}">{before}{data}{after}</worksheet>'


def made(
    rows: str = "",
    *,
    before: str = "",
    after: str = "",
    sheet: str | bytes | None = None,
    styles: str | None = STYLES,
    strings: Sequence[str] = (),
    workbook: str = "",
    properties: str = "",
    chain: str = "",
    tables: Sequence[str] = (),
    second: str = "",
    parts: Mapping[str, str | bytes] | None = None,
    kind: str = "worksheet",
) -> bytes:
    """The bytes of a workbook with the tab "Log" (and "More", if `second` gives its rows)."""
    links = [(kind, "worksheets/sheet1.xml")]
    overrides = {"xl/workbook.xml": "sheet.main", SHEET: "worksheet"}
    files: dict[str, str | bytes] = {SHEET: sheet if sheet is not None else sheet_xml(rows, before, after)}
    tabs = '<sheet name="Log" sheetId="7" r:id="rId1"/>'
    if second:
        links.append(("worksheet", "worksheets/sheet2.xml"))
        files["xl/worksheets/sheet2.xml"] = sheet_xml(second)
        overrides["xl/worksheets/sheet2.xml"] = "worksheet"
        tabs += '<sheet name="More" sheetId="9" r:id="rId2"/>'
    for name, text in (
        ("styles", styles),
        ("sharedStrings", _strings(strings)),
        ("calcChain", _chain(chain)),
    ):
        if text:
            links.append((name, f"{name}.xml"))
            files[f"xl/{name}.xml"] = text
            overrides[f"xl/{name}.xml"] = name
    for number, table in enumerate(tables, 1):
        files[f"xl/tables/table{number}.xml"] = table
        overrides[f"xl/tables/table{number}.xml"] = "table"
    if tables:
        targets = [("table", f"../tables/table{n}.xml") for n in range(1, len(tables) + 1)]
        files["xl/worksheets/_rels/sheet1.xml.rels"] = rels(*targets)
    files["xl/workbook.xml"] = (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELS}">{properties}<sheets>{tabs}</sheets>{workbook}</workbook>'
    )
    files["xl/_rels/workbook.xml.rels"] = rels(*links)
    files["_rels/.rels"] = rels(("officeDocument", "xl/workbook.xml"))
    files["[Content_Types].xml"] = _types(overrides)
    return zipped({**files, **(parts or {})})


def _strings(items: Sequence[str]) -> str:
    return f'{HEAD}<sst xmlns="{MAIN}">{"".join(f"<si>{item}</si>" for item in items)}</sst>' if items else ""


def _chain(entries: str) -> str:
    return f'{HEAD}<calcChain xmlns="{MAIN}">{entries}</calcChain>' if entries else ""


def _types(overrides: Mapping[str, str]) -> str:
    items = "".join(
        f'<Override PartName="/{part}" ContentType="{SML}.{kind}+xml"/>' for part, kind in overrides.items()
    )
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{items}</Types>'
    )


def table_xml(ref: str, columns: Sequence[str] = ("A", "B"), more: str = "", inside: str = "") -> str:
    """A table part over `ref`, with its filter over the same cells."""
    names = "".join(f'<tableColumn id="{i}" name="{name}"/>' for i, name in enumerate(columns, 1))
    return (
        f'{HEAD}<table xmlns="{MAIN}" id="1" name="T" displayName="Requests" ref="{ref}"{more}>'
        f'<autoFilter ref="{ref}"/>{inside}<tableColumns count="{len(columns)}">{names}</tableColumns></table>'
    )


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip of these members, in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), content)
    return out.getvalue()


def patch(data: bytes, edits: Mapping[tuple[str, str], object]) -> tuple[dict[str, bytes], Patched]:
    """The members after patching, read by zipfile, and what the patch says it did."""
    package = Package.from_bytes(data, "book.xlsx")
    done = patch_cells(package, edits)
    return members(package.to_bytes()), done


def rows_after(data: bytes, edits: Mapping[str, object], part: str = SHEET) -> str:
    """What stands between the sheetData tags after patching cells of the tab "Log"."""
    files, _ = patch(data, {("Log", cell): value for cell, value in edits.items()})
    return files[part].decode().partition("<sheetData>")[2].partition("</sheetData>")[0]


def members(data: bytes) -> dict[str, bytes]:
    """Member name → content."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
