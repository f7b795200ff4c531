"""Cells that are taken back get the bytes of an earlier version, but only where nobody was there since."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest

from sheetops.books.xlsx.edit import patch_cells
from sheetops.books.xlsx.going_back import check_gone_back, gone_back
from sheetops.books.xlsx.package import Package
from sheetops.errors import SheetError

NOW: dict[tuple[str, str], object] = {("Log", "A2"): "20261101", ("Log", "C2"): date(2026, 11, 20)}
THEN: dict[tuple[str, str], object] = dict.fromkeys(NOW)
SHEET, OTHER, STYLES = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/styles.xml"


@pytest.fixture(scope="module")
def before() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Log"  # type: ignore[union-attr]
    book.active.append(["ID", "Description", "Due"])  # type: ignore[union-attr]
    book.active.append([None, "the export never ends"])  # type: ignore[union-attr]
    book.create_sheet("Other").append(["x", 1])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def patched(data: bytes, cells: dict[tuple[str, str], object]) -> bytes:
    package = Package.from_bytes(data, "x.xlsx")
    patch_cells(package, cells)
    return package.to_bytes()


def member(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def with_member(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    package = Package.from_bytes(data, "x.xlsx")
    package.set_part(name, change(package.part(name)))
    return package.to_bytes()


def back(data: bytes, *earlier: bytes) -> bytes | None:
    new = gone_back(data, "x.xlsx", NOW, THEN, earlier)
    if new is not None:
        check_gone_back(data, new, "x.xlsx", NOW)
    return new


def test_untouched_since_it_is_the_earlier_version_itself(before: bytes) -> None:
    after = patched(before, NOW)
    assert back(after, after, before) == before
    assert back(after, with_member(before, SHEET, lambda part: part + b" "), before) == before


def test_another_tab_that_changed_since_keeps_its_change(before: bytes) -> None:
    later = patched(patched(before, NOW), {("Other", "B1"): 2})
    new = back(later, before)
    assert new is not None
    assert member(new, SHEET) == member(before, SHEET) and member(new, STYLES) == member(before, STYLES)
    assert member(new, OTHER) == member(later, OTHER) != member(before, OTHER)


def test_a_date_format_that_another_tab_uses_by_now_stays(before: bytes) -> None:
    filled = patched(before, NOW)
    new_style = member(filled, STYLES).count(b"<xf ") - member(before, STYLES).count(b"<xf ")
    assert new_style == 1
    used = with_member(filled, OTHER, lambda part: part.replace(b'r="B1"', b'r="B1" s="1"'))
    new = back(used, before)
    assert new is not None
    assert member(new, SHEET) == member(before, SHEET) and member(new, STYLES) == member(filled, STYLES)


@pytest.mark.parametrize(
    "later",
    [
        {("Log", "B2"): "said better"},
        {("Log", "C2"): date(2026, 11, 21)},
        {("Log", "A9"): 1},
    ],
)
def test_a_tab_that_changed_since_has_no_way_back(
    before: bytes, later: dict[tuple[str, str], object]
) -> None:
    assert back(patched(patched(before, NOW), later), before) is None


def test_a_version_that_held_other_values_is_not_the_one(before: bytes) -> None:
    older = patched(before, {("Log", "A2"): "17"})
    assert back(patched(older, NOW), older) is None
    assert back(patched(before, NOW), b"no workbook", older) is None
    assert back(patched(before, NOW)) is None


def test_the_check_sees_what_did_not_come_back(before: bytes) -> None:
    after = patched(before, NOW)
    with pytest.raises(SheetError):
        check_gone_back(after, patched(before, {("Other", "B1"): 5}), "x.xlsx", NOW)


def test_the_mark_to_recalculate_stays_while_another_tab_holds_a_later_change() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Log"  # type: ignore[union-attr]
    book.active.append(["ID", "Description", "Due"])  # type: ignore[union-attr]
    book.create_sheet("Other").append(["x", 1, "=B1*2"])
    stream = io.BytesIO()
    book.save(stream)
    marked = b'fullCalcOnLoad="1"'
    first = with_member(stream.getvalue(), "xl/workbook.xml", lambda part: part.replace(marked, b""))
    filled = patched(first, NOW)
    assert marked in member(filled, "xl/workbook.xml")
    assert back(filled, first) == first
    new = back(patched(filled, {("Other", "B1"): 2}), first)
    assert new is not None and member(new, SHEET) == member(first, SHEET)
    assert marked in member(new, "xl/workbook.xml")  # or C1 would go on showing twice the old B1
