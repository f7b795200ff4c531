"""The benchmark's workbooks: a request log of any length as real Excel lays it out, made anew from one seed.

Texts are shared strings, dates are numbers with a date format, every cell bears its style, the tab has a filter,
a frozen header, drop-downs and a conditional format. One row of a hundred waits for its ID and due date; one of a
hundred holds something that a rule finds.
"""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from bench import words
from bench.edits import read_edits
from bench.package import PARTS

TODAY = date(2026, 10, 30)
DAYS = 730  # that the log has grown for
HEADER = (
    "需求编号", "需求来源", "客户信息", "需求描述", "需求类型", "紧急程度", "优先级", "责任部门/人员",
    "预计解决时间", "实际解决时间", "处理结果", "客户反馈", "备注",
)  # fmt: skip
OPENED = "登记时间"
_EPOCH = date(1899, 12, 30)
_TARGET = {"高": 1, "中": 3, "低": 10}
_PLAIN, _HEAD, _DATE = 1, 2, 3  # formats of the style list in package.py
_DATES = (8, 9, 13)  # columns, from 0
Cell = str | int | date | None


class Workload(NamedTuple):
    """A workbook, and the edits of 1 % of its rows: two cells a row."""

    path: Path
    rows: int
    edits: dict[str, int | date]


def make(folder: Path, rows: int, opened: bool = False, until: date | None = None) -> Workload:
    """The workbook with this many requests, made if it is not there; `opened` adds the column of registration.

    `until` leaves it as it stood at the end of that day.
    """
    path = folder / f"log-{rows}{'-opened' if opened else ''}{f'-{until}' if until else ''}.xlsx"
    told = path.with_suffix(".json")
    if not told.exists():
        folder.mkdir(parents=True, exist_ok=True)
        edits = _write(path, requests(rows) if until is None else _so_far(rows, until), opened)
        told.write_text(json.dumps(edits))
    return Workload(path, rows, read_edits(path))


def requests(rows: int) -> Iterator[tuple[date, list[Cell]]]:
    """Every request, oldest first: the day it came, and its thirteen cells."""
    dice = random.Random(20261030)
    counted: dict[str, int] = {}
    for number in range(rows):
        day = TODAY - timedelta(days=DAYS - 1 - number * DAYS // rows)
        row = _request(dice, day)
        if dice.random() < 0.01:
            row[0] = row[8] = None
        else:
            month = f"{day:%Y%m}"
            counted[month] = counted.get(month, 0) + 1
            row[0] = int(f"{month}{counted[month]:02}")
        if dice.random() < 0.01:
            _spoil(dice, row)
        yield day, row


def _so_far(rows: int, until: date) -> Iterator[tuple[date, list[Cell]]]:
    """The requests that had come by the end of a day; what was resolved later is still open."""
    for day, row in requests(rows):
        if day <= until:
            if isinstance(row[9], date) and row[9] > until:
                row[9:12] = None, words.PROGRESS[0] if day < until else None, None
            yield day, row


def _request(dice: random.Random, day: date) -> list[Cell]:
    kind = dice.choices(tuple(words.MATTERS), (30, 20, 15, 25, 10))[0]
    urgency = dice.choices("高中低", (15, 45, 40))[0]
    matter = dice.choice(words.MATTERS[kind])
    text = f"{dice.choice(words.PLACES)}{matter}，涉及单号{dice.randrange(10_000, 99_999)}"
    department = words.DEPARTMENTS[kind]
    row: list[Cell] = [
        None,
        dice.choice(words.SOURCES),
        f"{dice.choice(words.SURNAMES)}*-{dice.choice(words.SEGMENTS)}",
        text,
        kind,
        urgency,
        f"{dice.choice({'高': (4, 5), '中': (2, 3, 4), '低': (1, 2, 3)}[urgency])}级",
        f"{department}-{dice.choice(words.STAFF[department])}*",
        _working(day, _TARGET[urgency]),
        None,
        None,
        None,
        dice.choice(words.NOTES) if dice.random() < 0.1 else None,
    ]
    done = _working(day, max(1, _TARGET[urgency] - dice.choice((0, 0, 1, 1, 2, -1))))
    if done >= TODAY or ((TODAY - day).days < 20 and dice.random() < 0.3):
        row[10] = dice.choice(words.PROGRESS) if (TODAY - day).days > 1 else None
        return row
    row[9], row[10] = done, f"{dice.choice(words.OUTCOMES)}，见记录{dice.randrange(1000, 9999)}"
    if (TODAY - done).days > 4 or dice.random() < 0.6:
        score = dice.choices((5, 4, 3, 2), (50, 35, 10, 5))[0]
        row[11] = f'{words.LABELS[score]}({score}分):"{dice.choice(words.PRAISE[score])}"'
    return row


def _working(day: date, days: int) -> date:
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


def _spoil(dice: random.Random, row: list[Cell]) -> None:
    """One of the things that people really get wrong."""
    column, value = dice.choice(
        (
            (5, "特急"), (3, "不好用"), (3, "客户来电号码13800138000，请回电"), (1, "门店"), (6, "8级"),
            (7, "市场部-何*"), (11, '不满意(5分):"没有解决"'), (9, "2026-02-30"), (9, TODAY + timedelta(days=9)),
        )
    )  # fmt: skip
    row[column] = value


def _write(path: Path, told: Iterable[tuple[date, list[Cell]]], opened: bool) -> dict[str, int]:
    """Write the workbook; returns the edits, dates as day numbers."""
    asked = list(told)
    rows = len(asked)
    strings: dict[str, int] = {}
    counted = 0

    def cell(row: int, column: int, value: Cell, style: int) -> str:
        nonlocal counted
        place = f'<c r="{_LETTERS[column]}{row}" s="{style}"'
        if value is None:
            return f"{place}/>"
        if isinstance(value, str):
            counted += 1
            return f'{place} t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
        return f"{place}><v>{(value - _EPOCH).days if isinstance(value, date) else value}</v></c>"

    head = (*HEADER, OPENED) if opened else HEADER
    last = f"{_LETTERS[len(head) - 1]}{rows + 1}"
    edits: dict[str, int] = {}
    temp = path.with_suffix(".tmp")
    with zipfile.ZipFile(temp, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(_HEAD_XML.format(last=last).encode())
            part.write(_row(1, [cell(1, c, text, _HEAD) for c, text in enumerate(head)]))
            for number, (day, values) in enumerate(asked, 2):
                if values[0] is None:
                    edits[f"A{number}"] = int(f"{TODAY:%Y%m}") * 1_000_000 + number
                    edits[f"I{number}"] = (day - _EPOCH).days + 10
                row: Sequence[Cell] = [*values, day] if opened else values
                cells = [cell(number, c, v, _DATE if c in _DATES else _PLAIN) for c, v in enumerate(row)]
                part.write(_row(number, cells))
            part.write(_TAIL_XML.format(last=last, end=rows + 1).encode())
        archive.writestr("xl/worksheets/sheet2.xml", _people(cell))
        with archive.open("xl/sharedStrings.xml", "w") as part:
            part.write(_STRINGS_XML.format(counted=counted, unique=len(strings)).encode())
            for text in strings:
                part.write(f"<si><t>{escape(text)}</t></si>".encode())
            part.write(b"</sst>")
    temp.replace(path)
    return edits


def _row(number: int, cells: Sequence[str]) -> bytes:
    return f'<row r="{number}" spans="1:{len(cells)}" x14ac:dyDescent="0.25">{"".join(cells)}</row>'.encode()


def _people(cell: object) -> str:
    assert callable(cell)
    rows: list[tuple[str, ...]] = [("部门", "姓名", "邮箱")]
    for department, names in words.STAFF.items():
        rows += [
            (department, f"{name}*", f"{ord(department[0]):x}{ord(name):x}@example.com") for name in names
        ]
    xml = "".join(
        _row(number, [cell(number, c, text, _PLAIN) for c, text in enumerate(row)]).decode()
        for number, row in enumerate(rows, 1)
    )
    return f"{_SHEET_OPEN}<sheetData>{xml}</sheetData></worksheet>"


_LETTERS = "ABCDEFGHIJKLMN"
_SHEET_OPEN = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac"'
    ' xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac">'
)
_HEAD_XML = (
    _SHEET_OPEN + '<dimension ref="A1:{last}"/><sheetViews><sheetView tabSelected="1" workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/><cols><col min="1" max="3" width="14"'
    ' customWidth="1"/><col min="4" max="4" width="44" customWidth="1"/></cols><sheetData>'
)
_TAIL_XML = (
    '</sheetData><autoFilter ref="A1:{last}"/><conditionalFormatting sqref="F2:F{end}"><cfRule type="cellIs"'
    ' dxfId="0" priority="1" operator="equal"><formula>"高"</formula></cfRule></conditionalFormatting>'
    '<dataValidations count="1"><dataValidation type="list" allowBlank="1" showInputMessage="1"'
    ' sqref="F2:F{end}"><formula1>"高,中,低"</formula1></dataValidation></dataValidations>'
    '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>'
)
_STRINGS_XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="{counted}" uniqueCount="{unique}">'
)
