"""Rows are found where they are, however wrong the guess was from which the search began."""

from __future__ import annotations

import random

import pytest

from sheetops.books.xlsx import sheet
from sheetops.books.xlsx.package import Package
from sheetops.books.xlsx.sheet import SheetXml
from sheetops.errors import EditRefused
from tests.unit.xlsx.made import made


def row(number: int, size: int) -> str:
    return f'<row r="{number}"><c r="A{number}" t="str"><v>{"x" * size}</v></c></row>'


def opened(rows: list[str]) -> SheetXml:
    package = Package.from_bytes(made("".join(rows)), "f")
    return SheetXml(package, package.sheets()[0])


@pytest.mark.parametrize("seed", range(40))
def test_each_row_is_found_in_its_place(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "_CHUNK", 64)
    dice = random.Random(seed)
    gaps = dice.choice((0.0, 0.1))
    numbers = [n for n in range(1, 600) if dice.random() >= gaps]
    sizes = [dice.choice((0, 5, 900 if n < 300 else 1)) for n in numbers]
    rows = dict(zip(numbers, map(row, numbers, sizes), strict=True))
    found_in = opened(list(rows.values()))
    wanted = sorted(dice.sample(numbers, dice.randrange(1, 60)))
    found = {n: found_in.data[a:b].decode() for n, (a, b) in found_in.find_rows(wanted).items()}
    assert found == {n: rows[n] for n in wanted}
    absent = [n for n in range(1, 620) if n not in rows]
    places = found_in.find_rows(sorted({*wanted, *absent}))
    assert all(places[n][0] == places[n][1] for n in absent)
    assert {n: found_in.data[a:b].decode() for n, (a, b) in places.items() if n in rows} == {
        n: rows[n] for n in wanted
    }


def test_rows_out_of_order_are_found_one_after_the_other_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "_CHUNK", 64)
    rows = [row(n, 20) for n in (1, 2, 3, 60, *range(5, 50), 4)]
    found_in = opened(rows)
    assert set(found_in.find_rows([2, 60])) == {2, 60}
    early = opened([row(n, 20) for n in (1, 300, *range(2, 300))])
    assert early.data[slice(*early.find_rows([1, 300])[300])].startswith(b'<row r="300"')
    with pytest.raises(EditRefused, match="out of order"):
        found_in.find_rows([2, 40, 60])
