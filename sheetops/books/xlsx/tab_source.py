"""What openpyxl writes for a workbook with one sheet, taken apart: the source of a tab."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from openpyxl.writer.excel import ExcelWriter

from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.tab_origin import EPOCHS_APART, Name, Source
from sheetops.books.xlsx.xmlbytes import Node
from sheetops.errors import TabRefused

LEFT_OUT = ("pivotTable", "ctrlProp", "control", "oleObject", "slicer", "timeline")
"""Relationships of a sheet that mean nothing without parts of the source's workbook."""


def read_source(workbook: Workbook, tab: str, date1904: bool) -> Source:
    """The only sheet of `workbook`, its dates counted as the target counts them (`date1904`).

    Raises TabRefused, naming `tab`, if the workbook has not exactly one worksheet, cannot be written, or
    needs what a single tab cannot carry (pivot tables, links to other workbooks).
    """
    if not isinstance(workbook, Workbook):
        raise TabRefused("it must come as an openpyxl workbook", where=f"tab {tab}")
    if len(workbook.sheetnames) != 1 or len(workbook.worksheets) != 1:
        raise TabRefused(
            f"its workbook must have exactly one worksheet, not {len(workbook.sheetnames)}",
            where=f"tab {tab}",
        )
    state = workbook.worksheets[0].sheet_state
    shift = _shift(workbook, date1904)
    if shift and workbook.write_only:
        raise TabRefused("a write-only workbook cannot count dates from another year", where=f"tab {tab}")
    with _saving(workbook, date1904):
        package = parts_of(workbook, tab)
    sheet = package.sheets()[0]
    root = package.tree(package.workbook_part())[1]
    _refuse_ties(package, sheet.part, tab)
    styles = package.related(package.workbook_part(), "styles")
    assert styles is not None  # openpyxl always writes one
    return Source(package, sheet.name, state, sheet.part, package.part(styles), _names(root), shift)


def _shift(workbook: Workbook, date1904: bool) -> int:
    has1904 = workbook.epoch == CALENDAR_MAC_1904
    return EPOCHS_APART * (int(has1904) - int(date1904))


@contextmanager
def _saving(workbook: Workbook, date1904: bool) -> Iterator[None]:
    """Have openpyxl write serial dates of the target's system, and a sheet that is visible; then undo it."""
    sheet: Any = workbook.worksheets[0]
    before = (workbook.epoch, workbook.iso_dates, sheet.sheet_state)
    pictures = [(image, image.ref) for image in sheet._images]
    notes = sheet.legacy_drawing
    epoch: datetime = CALENDAR_MAC_1904 if date1904 else CALENDAR_WINDOWS_1900
    workbook.epoch, workbook.iso_dates, sheet.sheet_state = epoch, False, "visible"
    for image, ref in pictures:
        image.ref = _again(ref)
    try:
        yield
    finally:
        for image, ref in pictures:
            image.ref = ref
        sheet.legacy_drawing = notes
        workbook.epoch, workbook.iso_dates, sheet.sheet_state = before


def _again(ref: Any) -> Any:
    """A picture's file that openpyxl may close: writing the workbook again must find it open."""
    if hasattr(ref, "read") and not getattr(ref, "closed", False):
        ref.seek(0)
        return BytesIO(ref.read())
    if hasattr(ref, "tobytes"):  # a picture of Pillow's, perhaps without a file
        copy = BytesIO()
        ref.save(copy, format=ref.format or "PNG")
        return copy
    return ref


def parts_of(workbook: Workbook, tab: str) -> Package:
    """The parts that openpyxl writes. Raises TabRefused, naming `tab`, if it cannot."""
    return Package.from_bytes(_saved(workbook, tab), f"tab {tab}")


def _saved(workbook: Workbook, tab: str) -> bytes:
    buffer = BytesIO()
    try:
        with ZipFile(buffer, "w") as archive:  # in memory only, so not worth deflating
            ExcelWriter(workbook, archive).save()
    except Exception as error:  # openpyxl raises whatever its objects raise
        raise TabRefused(f"openpyxl cannot write it ({error})", where=f"tab {tab}") from error
    return buffer.getvalue()


def _refuse_ties(package: Package, sheet: str, tab: str) -> None:
    if any(rel.kind == "externalLink" for rel in package.rels(package.workbook_part())):
        raise TabRefused("its formulas take values from other workbooks", where=f"tab {tab}")
    for rel in package.rels(sheet):
        if rel.kind in LEFT_OUT:
            raise TabRefused(f"it holds a {rel.kind}, which cannot be carried over", where=f"tab {tab}")


def _names(workbook: Node) -> list[Name]:
    listed = workbook.find("definedNames")
    result = []
    for node in listed.all("definedName") if listed else []:
        attributes = {k: v for k, v in node.attrs.items() if k not in ("name", "localSheetId")}
        result.append(Name(node.attrs["name"], node.text, attributes))
    return result
