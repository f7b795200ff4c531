"""The sheet parts of the trap workbooks: rows and cells written the awkward ways that traps ask for."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tests.xlsx_oracle.reader import Fault, Formula, Key, Value, letters

SML = {
    False: "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    True: "http://purl.oclc.org/ooxml/spreadsheetml/main",
}
REL = {
    False: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    True: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
DECOY = '<!-- <row r="3"><c r="A3"><v>0</v></c></row> </sheetData> --><?decoy <row r="4"> ?>'
X14AC = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


@dataclass
class Cell:
    """One cell to write: its value, its style, and how."""

    value: Value | None
    style: int = 0
    rich: bool = False
    iso: bool = False
    attributes: str = ""


Rows = dict[int, dict[int, Cell]]


@dataclass
class Sheet:
    """One tab of a trap workbook."""

    name: str
    rows: Rows
    traps: frozenset[str]
    main: bool = False

    def __post_init__(self) -> None:
        self.strings: list[str] = []  # set by the package: all shared strings, as XML

    def values(self) -> dict[Key, Value]:
        """What an honest reader finds here."""
        return {
            (self.name, f"{letters(column)}{row}"): cell.value
            for row, cells in self.rows.items()
            for column, cell in cells.items()
            if cell.value is not None
        }

    def raw_rows(self) -> dict[int, bytes]:
        """Row number to the bytes of that row in the part."""
        return {number: self.encode(self.finish(xml)) for number, xml in self._rows().items()}

    def xml(self, head: str, tail: str) -> str:
        """The whole part; `head` goes before the cells, `tail` after."""
        strict = "strict" in self.traps
        more = (
            f' xmlns:mc="{MC}" mc:Ignorable="x14ac" xmlns:x14ac="{X14AC}"'
            if "extensions" in self.traps
            else ""
        )
        gap = "\n  " if "pretty" in self.traps else ""
        decoy = DECOY if "xml_comments" in self.traps else ""
        rows = gap.join(["", *(decoy * (n == 3) + xml for n, xml in self._rows().items())])
        body = f"<sheetData>{rows}{gap}</sheetData>" if rows else "<sheetData/>"
        root = f'<worksheet xmlns="{SML[strict]}" xmlns:r="{REL[strict]}"{more}>'
        return self.finish(f"{root}{head}{body}{tail}</worksheet>")

    def finish(self, xml: str) -> str:
        """The XML with the traps of writing: a prefix on every name, single quotes, odd spaces."""
        if "prefixed" in self.traps:
            xml = re.sub(
                r"(<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>)|(</?)([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])",
                _prefix,
                xml,
            )
            xml = re.sub(r"^(<x:worksheet) xmlns=", r"\1 xmlns:x=", xml)
        if "single_quotes" in self.traps:
            xml = re.sub(r'(<(?:x:)?(?:c|row)) ((?:[\w:]+="[^"]*" ?)+)(/?>)', _quotes, xml)
        return xml

    def encode(self, xml: str) -> bytes:
        """The text in the encoding of this workbook, without a mark of it."""
        return xml.encode("utf-16-le" if "utf16" in self.traps else "utf-8")

    def _rows(self) -> dict[int, str]:
        result = {}
        before = 0
        for number in sorted(self.rows):
            cells = self._cells(number)
            implied = "rows_without_r" in self.traps and number == before + 1
            attributes = "" if implied else f' r="{number}"'
            attributes += self._row_attributes(number)
            empty = "self_closing" in self.traps and not cells
            result[number] = f"<row{attributes}/>" if empty else f"<row{attributes}>{cells}</row>"
            before = number
        return result

    def _row_attributes(self, number: int) -> str:
        columns = self.rows[number]
        text = ""
        if "huge_spans" in self.traps:
            text += ' spans="1:16384"'
        elif "spans" in self.traps and columns:
            text += f' spans="{min(columns)}:{max(columns)}"'
        if "row_styles" in self.traps and number in (5, 7):
            text += ' s="3" customFormat="1" ht="30" customHeight="1"'
        if "extensions" in self.traps:
            text += ' x14ac:dyDescent="0.25"'
        return text

    def _cells(self, row: int) -> str:
        pieces, before = [], 0
        for column, cell in sorted(self.rows[row].items()):
            implied = "cells_without_r" in self.traps and column == before + 1
            ref = "" if implied else f' r="{letters(column)}{row}"'
            style = f' s="{cell.style}"' if cell.style and "no_styles" not in self.traps else ""
            pieces.append(self._cell(cell, ref + style))
            before = column
        return ("\n    " if "pretty" in self.traps else "").join(pieces)

    def _cell(self, cell: Cell, start: str) -> str:
        value = cell.value
        if value is None:
            return f"<c{start}/>" if "self_closing" in self.traps else f"<c{start}></c>"
        if isinstance(value, Formula):
            return f"<c{start}><f{cell.attributes}>{escape(value.text)}</f><v>{value.cached}</v></c>"
        if isinstance(value, Fault):
            return f'<c{start} t="e"><v>{value.code}</v></c>'
        if isinstance(value, bool):
            return f'<c{start} t="b"><v>{int(value)}</v></c>'
        if isinstance(value, dt.datetime):
            if cell.iso and "iso_dates" in self.traps and "strict" in self.traps:
                return f'<c{start} t="d"><v>{value.isoformat()}</v></c>'
            base = dt.datetime(1904, 1, 1) if "date1904" in self.traps else dt.datetime(1899, 12, 30)
            value = (value - base) / dt.timedelta(days=1)
        if isinstance(value, float):
            return f"<c{start}><v>{value:.15g}</v></c>"
        return self._string(value, start, cell.rich and "rich_text" in self.traps)

    def _string(self, text: str, start: str, rich: bool) -> str:
        item = _rich(text) if rich else f'<t xml:space="preserve">{_text(text)}</t>'
        if "inline_strings" in self.traps:
            if "xml_comments" in self.traps and not rich and "]]>" not in text and "_x" not in item:
                item = f"<t><![CDATA[{text}]]></t>"
            return f'<c{start} t="inlineStr"><is>{item}</is></c>'
        if item not in self.strings:
            self.strings.append(item)
        return f'<c{start} t="s"><v>{self.strings.index(item)}</v></c>'


def _text(text: str) -> str:
    """The text as XML, control characters written as Excel writes them."""
    coded = re.sub(r"[\x00-\x08\x0b\x0c\x0d\x0e-\x1f]", lambda m: f"_x{ord(m.group()):04X}_", text)
    return escape(coded)


def _rich(text: str) -> str:
    """Two runs, the first bold, and a phonetic hint that is no part of the text."""
    half = len(text) // 2
    return (
        f'<r><rPr><b/><sz val="11"/></rPr><t xml:space="preserve">{_text(text[:half])}</t></r>'
        f'<r><t xml:space="preserve">{_text(text[half:])}</t></r><rPh sb="0" eb="1"><t>かな</t></rPh>'
    )


def _prefix(match: re.Match[str]) -> str:
    return match.group(1) or f"{match.group(2)}x:{match.group(3)}"


def _quotes(match: re.Match[str]) -> str:
    attributes = re.sub(r'([\w:]+)="([^"]*)"', r"\1 = '\2'", match.group(2))
    return f"{match.group(1)}\n {attributes} {match.group(3)}"
