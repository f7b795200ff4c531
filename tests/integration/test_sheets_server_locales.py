"""What people type and see in other countries: separators, names of months, currencies, words for true, formulas."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sheets_server.testing import Book, book, server

__all__ = ["book", "server"]

EN, DE, FR, ZH, GB = "en_US", "de_DE", "fr_FR", "zh_CN", "en_GB"


def settle(book: Book, locale: str) -> None:
    book.batch(
        {"updateSpreadsheetProperties": {"properties": {"locale": locale}, "fields": "locale"}},
        {"updateSpreadsheetProperties": {"properties": {"timeZone": "Etc/UTC"}, "fields": "timeZone"}},
    )


@pytest.mark.parametrize(
    ("locale", "text", "value", "shown"),
    [
        (EN, "March 2026", 46082, "March 2026"),
        (EN, "4/2026", 46113, "4/2026"),
        (EN, "2026-03", 46082, "2026-03"),
        (EN, "1-2-3", 37623, "1-2-03"),
        (EN, "Mar. 4, 2026", 46085, "Mar 4, 2026"),
        (EN, "2026-03-04T15:30:00Z", "2026-03-04T15:30:00Z", "2026-03-04T15:30:00Z"),
        (EN, "1e400", "1e400", "1e400"),
        (EN, "+1+1", 2, "2"),
        (EN, "+8613812345678", 8613812345678, "8613812345678"),
        (EN, "+44 7911 123456", "#ERROR!", "#ERROR!"),
        (EN, "- item", "- item", "- item"),
        (EN, "\u20ac5", 5, "\u20ac5"),
        (GB, "13/4/2026", 46125, "13/4/2026"),
        (GB, "4/13/2026", "4/13/2026", "4/13/2026"),
        (DE, "1.234,5", 1234.5, "1.234,50"),
        (DE, "5,5%", 0.055, "5,50%"),
        (DE, "5 \u20ac", 5, "5 \u20ac"),
        (DE, "WAHR", True, "WAHR"),
        (DE, "TRUE", True, "WAHR"),
        (DE, "4. M\u00e4rz 2026", 46085, "4. M\u00e4rz 2026"),
        (DE, "3.4.", 46115, "3.4."),
        (DE, "=SUM(1;2)", 3, "3"),
        (DE, "=SUM(1,2)", 1.2, "1,2"),
        (DE, "=1.5+1", "#ERROR!", "#ERROR!"),
        (DE, "={1\\2}", 1, "1"),
        (DE, '=IF(1,5>1;"a,b;c";0)', "a,b;c", "a,b;c"),
        (FR, "1 234,5", 1234.5, "1\u202f234,50"),
        (FR, "VRAI", True, "VRAI"),
        (FR, "4 mars 2026", 46085, "4-mars-2026"),
        (ZH, "2026\u5e743\u67084\u65e5", 46085, "2026\u5e743\u67084\u65e5"),
        (ZH, "2026\u5e743\u6708", 46082, "2026\u5e743\u6708"),
        (ZH, "\u4e0b\u53483:15", 0.6354166666666666, "\u4e0b\u53483:15"),
        (ZH, "2026/3/4", 46085, "2026/3/4"),
    ],
)
def test_typed_elsewhere(book: Book, locale: str, text: str, value: Any, shown: str) -> None:
    settle(book, locale)
    assert book.typed(text) == value
    assert book.read("A1") == [[shown]]


def test_a_formula_is_shown_as_it_is_written_there_and_kept_as_one(book: Book) -> None:
    settle(book, DE)
    book.write("A1:B1", [["=SUM(1,5;2)*1,5", "={1\\2;3\\4}"]], "USER_ENTERED")
    assert book.read("A1:B1", "FORMULA") == [["=SUM(1,5;2)*1,5", "={1\\2;3\\4}"]]
    assert book.cell("A1")["userEnteredValue"] == {"formulaValue": "=SUM(1,5;2)*1,5"}
    settle(book, EN)
    assert book.read("A1:B1", "FORMULA") == [["=SUM(1.5,2)*1.5", "={1,2;3,4}"]]
    assert book.read("A1") == [["5.25"]]


@pytest.mark.parametrize(
    ("pattern", "value", "shown"),
    [  # the examples of Google's guide to number formats, and their neighbours
        ("h:mm:ss.00 a/p", 42465.67284172454, "4:08:53.53 p"),
        ('hh:mm A/P".M."', 42465.67284172454, "04:08 P.M."),
        ("mmmm d \\[dddd\\]", 42465.67284172454, "April 5 [Tuesday]"),
        ("h AM/PM, ddd mmm dd", 42465.67284172454, "4 PM, Tue Apr 05"),
        ("dddd, m/d/yy at h:mm", 42465.67284172454, "Tuesday, 4/5/16 at 16:08"),
        ("[hh]:[mm]:[ss].000", 0.1342738, "03:13:21.256"),
        ("[mmmm]:[ss].000", 0.1342738, "0193:21.256"),
        ("####.#", 12345.125, "12345.1"),
        ("000.0000", 12.34, "012.3400"),
        ("????.??", 12.34, "  12.34"),
        ("# ???/???", 5.125, "5   1/8  "),
        ("# ?/8", 5.125, "5 1/8"),
        ("#,###,", 1234567, "1,235"),
        ("0.0,,", 1234567, "1.2"),
        ("0.0e+0", 12345.125, "1.2e+4"),
        ("##0.0E+0", 12345.125, "12.3E+3"),
        ("[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", 3115551234, "(311) 555-1234"),
        ("[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", 5551234, "555-1234"),
        ('0.00;[Red]-0.00;"zero"', 0, "zero"),
        ("0.##", 5, "5."),
        ("0.00", -0.001, "0.00"),
        ("0.00", 1.005, "1.01"),
        ("#,##0", 1e20, "100,000,000,000,000,000,000"),
        ("00,000", 42, "00,042"),
    ],
)
def test_number_formats(book: Book, pattern: str, value: float, shown: str) -> None:
    book.write("A1", [[value]])
    format_ = {"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": pattern}}}
    cell = {"range": {"endRowIndex": 1, "endColumnIndex": 1}, "cell": format_}
    book.batch({"repeatCell": {**cell, "fields": "userEnteredFormat.numberFormat"}})
    assert book.read("A1") == [[shown]]
