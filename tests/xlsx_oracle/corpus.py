"""The shared workbooks made by real programs, and the three changes that every one of them must survive."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image

from tests.shared_inputs import ROOT

CORPUS, REFUSED = ROOT.parent / "shared" / "excel-corpus", ROOT.parent / "shared" / "excel-refuse"
MAY_BE_REFUSED = frozenset({"17_duplicate-filename.xlsx", "35_ms-office-2010-signed.xlsx"})
TAB = "Sheetops & 报告"


@dataclass(frozen=True)
class Sample:
    """One workbook of the corpus and the cell to change in it."""

    path: Path
    tab: str
    cell: str
    openpyxl_loses: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The file's name, as tests are named after it."""
        return self.path.name


def samples() -> list[Sample]:
    """Every workbook that the table of the corpus lists; none where the corpus is absent."""
    return list(_rows(CORPUS / "README.md")) if CORPUS.exists() else []


def _rows(readme: Path) -> Iterator[Sample]:
    for line in readme.read_text(encoding="utf-8").splitlines():
        fields = [field.strip() for field in line.strip().strip("|").split("|")]
        if fields[0].endswith((".xlsx", ".xlsm")) and len(fields) == 7:
            tab, _, cell = fields[4].rpartition("!")
            lost = fields[6].removeprefix("lost:").strip() if fields[6].startswith("lost:") else ""
            yield Sample(readme.parent / fields[0], tab, cell, frozenset(filter(None, lost.split(","))))


def copied(source: Path, folder: Path) -> Path:
    """A copy that may be written; the shared files are read-only."""
    target = folder / source.name
    target.write_bytes(source.read_bytes())
    return target


def refused() -> list[Path]:
    """Every file that must be refused; none where the folder is absent."""
    return sorted(path for path in REFUSED.iterdir() if path.suffix != ".md") if REFUSED.exists() else []


def report(rounds: int) -> openpyxl.Workbook:
    """A tab as a review draws it: styles, widths, a link, rules, a list, a picture and `rounds` charts."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Week", "Asked", "Answered", "Rate"])
    for week in range(1, 9):
        sheet.append([f"W{week}", week * rounds, week, f"=C{week + 1}/B{week + 1}"])
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True, color="FFFFFFFF"), PatternFill("solid", fgColor="FF305496")
        cell.alignment = Alignment(wrap_text=True)
    sheet["A11"].hyperlink = "https://example.com/review?week=1&year=2026"
    sheet.column_dimensions["A"].width = 24
    sheet.conditional_formatting.add(
        "B2:B9", CellIsRule(operator="greaterThan", formula=["5"], font=Font(bold=True))
    )
    choice = DataValidation(type="list", formula1='"yes,no"')
    choice.add("E2:E9")
    sheet.add_data_validation(choice)
    for place in range(rounds):
        chart = BarChart()
        chart.add_data(Reference(sheet, min_col=2, max_col=3, min_row=1, max_row=9), titles_from_data=True)
        sheet.add_chart(chart, f"G{2 + 16 * place}")
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 30, 30)).save(picture, "PNG")
    sheet.add_image(openpyxl.drawing.image.Image(picture), "P2")
    sheet.merge_cells("A13:C13")
    return book
