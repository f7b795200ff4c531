"""A Checks tab that is left alone says how its ticks and reasons are kept, and when they go; and so it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.e2e.helpers import Shell
from tests.e2e.test_held import HEADER, NEW

SAID = {
    "en": ("Accepted and Reason", "no longer count"),
    "zh-Hans": ("“已接受”“理由”", "不再有效"),
    "zh-Hant": ("「已接受」「理由」", "不再有效"),
}


def desk(folder: Path, language: str) -> tuple[Path, str]:
    """A log whose Checks tab has one tick, one reason and, beside them, a note; and the name of the tab."""
    shell, path = Shell(folder), folder / "team.xlsx"
    (folder / "sheetops.yaml").write_text(f"team: {{language: {language}}}\n", encoding="utf-8")
    book: Any = openpyxl.Workbook()
    book.active.title = "Requests"
    for line in (HEADER, NEW, [*NEW[:3], "bad", None, None]):
        book.active.append(line)
    book.save(path)
    shell.run("validate", path)
    book = openpyxl.load_workbook(path)
    (name,) = (tab.title for tab in book if tab.title != "Requests")
    row, at = first_line(book[name])
    book[name].cell(row, at).value = True
    book[name].cell(row, at + 1).value = "agreed by phone"
    book[name]["A1"] = f"{book[name]['A1'].value} ask Zoe"
    book.save(path)
    return path, name


def first_line(tab: Any) -> tuple[int, int]:
    """The row of the first finding, and the column of its tick."""
    heads = (c for line in tab.iter_rows() for c in line if c.value in ("Accepted", "已接受"))
    cell = next(c for c in heads if tab.cell(c.row, c.column + 1).value in ("Reason", "理由"))
    return cell.row + 1, cell.column


@pytest.mark.parametrize("language", SAID)
def test_the_advice_keeps_the_ticks(tmp_path: Path, language: str) -> None:
    path, name = desk(tmp_path, language)
    shell = Shell(tmp_path)
    held = shell.run("validate", path).stdout
    assert all(words in held for words in SAID[language]), held
    book: Any = openpyxl.load_workbook(path)
    book[name]["A1"] = book[name]["A1"].value.removesuffix(" ask Zoe")
    book["Requests"]["D3"] = "worse"
    book.save(path)
    told = shell.run("validate", path).stdout
    assert not any(words in told for words in SAID[language])
    tab = openpyxl.load_workbook(path)[name]
    rows = [[cell.value for cell in line] for line in tab.iter_rows()]
    assert any(True in line and "agreed by phone" in line for line in rows)
