"""Functions of formulas that look into lists."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sheets_server.testing import Book, book, server

__all__ = ["book", "server"]

TABLE = [["name", "desk", "n"], ["ann", "x", 1], ["bob", "y", 2], ["cid", "x", 3], ["dee", "y", 4]]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ('=HLOOKUP("n",C1:E5,3,FALSE)', "#N/A"),
        ('=HLOOKUP("n",D1:F5,3,FALSE)', 2),
        ('=XLOOKUP("cid",D2:D5,F2:F5)', 3),
        ('=XLOOKUP("zoe",D2:D5,F2:F5,"none")', "none"),
        ('=XLOOKUP("zoe",D2:D5,F2:F5)', "#N/A"),
        ('=XMATCH("bob",D2:D5)', 2),
        ("=LARGE(F2:F5,2)", 3),
        ("=SMALL(F2:F5,9)", "#NUM!"),
        ("=RANK(4,F2:F5)", 1),
        ("=RANK(4,F2:F5,TRUE)", 4),
        ("=PERCENTILE(F2:F5,0.9)", 3.7),
        ("=QUARTILE(F2:F5,1)", 1.75),
        ("=MODE(1,2,2,3)", 2),
        ('=MAXIFS(F2:F5,E2:E5,"x")', 3),
        ('=MINIFS(F2:F5,E2:E5,"y",F2:F5,">2")', 4),
        ("=SUBTOTAL(9,F2:F5)", 10),
        ("=SUBTOTAL(101,F2:F5)", 2.5),
        ("=QUOTIENT(-7,2)", -3),
        ("=GCD(12,18)+LCM(4,6)", 18),
        ('=ADDRESS(3,28)&ADDRESS(1,2,4)&ADDRESS(1,1,1,TRUE,"My tab")', "$AB$3B1'My tab'!$A$1"),
        ("=WEEKNUM(DATE(2026,1,4))", 2),
        ("=WEEKNUM(DATE(2026,1,4),2)", 1),
        ("=WORKDAY(DATE(2026,11,20),5)", 46353),
        ("=WORKDAY(DATE(2026,11,20),-1,DATE(2026,11,19))", 46344),
    ],
)
def test_functions_of_lists(book: Book, formula: str, value: Any) -> None:
    book.write("D1", TABLE)
    assert book.typed(formula) == value
