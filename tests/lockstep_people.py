"""What people do to a team's workbook between two runs: mostly single cells, now and then whole rows, tabs, settings."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

from sheetops.books.open import open_book
from sheetops.books.xlsx import edit_cells
from sheetops.books.xlsx.package import Package
from sheetops.domain.table import CellError, Raw, Snapshot, Table, cell_name, take_snapshot
from sheetops.domain.template import tab_kind
from tests.unit.rules.test_to_judge import ODD

_ROW = re.compile(rb'<row r="(\d+)"[^>]*?(?:/>|>.*?</row>)', re.DOTALL)
_HIDDEN = b' hidden="1"'
_RULES = ("vague-description", "near-duplicate", "unknown-value", "personal-data", "stale-priority")
_GOOD: Mapping[str, Sequence[Raw]] = {
    "source": ("在线客服", "电话反馈", "邮件"),
    "customer": ("王*-电商企业", "李*-个人客户", "陈*-连锁超市", "匿名"),
    "description": ("导出月度报表时页面一直转圈", "会员积分兑换规则不清楚", "希望增加批量打印面单", "账单金额与合同不一致"),
    "type": ("投诉类", "咨询类", "功能需求类", "建议类"),
    "urgency": ("高", "中", "低"),
    "priority": ("5级", "4级", "3级", 2),
    "owner": ("技术部-张*", "客服部-赵*", "产品部-李*", "客服部"),
    "result": ("开发中", "已排查问题原因", "待测试", "已修复"),
    "feedback": ("满意(5分)", "满意(4分)", "不满意(2分)"),
    "notes": ("客户要求回电", "暂停至{later}", None),
}  # fmt: skip
_WRITTEN = {key: [raw for raw in values if not isinstance(raw, CellError)] for key, values in ODD.items()}

Tabs = list[list[bytes]]  # the rows of each request log
Change = Callable[[random.Random, Tabs], None]


class People:
    """Their dice, and the workbook that they have open."""

    def __init__(self, seed: int, settings: Callable[[dict[str, object]], None]) -> None:
        """`settings` writes the team's settings anew."""
        self.dice, self._settle = random.Random(seed), settings
        self.team: dict[str, object] = {}
        self.known: list[str] = []  # IDs that were seen

    def change(self, path: Path, today: date, most: int) -> None:
        """Some of what people do in half a day, up to so many edits."""
        for _ in range(self.dice.randrange(1, most + 1)):
            self.dice.choice((self._type, self._type, self._type, self._slip, self._add, self._resolve))(
                path, today
            )
        rare = self.dice.randrange(16)
        structural = (_sort, _delete, _insert, _move, _copy, _hide, _reckon, _swap, _elsewhere, _elsewhere)
        if rare < len(structural):
            self._rows(path, structural[rare])
        elif rare == 10:
            self._of_people(path)
        elif rare == 11:
            self._tick(path)
        elif rare == 12:
            self._decide()

    def _see(self, path: Path) -> tuple[Snapshot, Table]:
        snapshot = take_snapshot(open_book(str(path)).read(), language="zh-Hans")
        table = self.dice.choice(snapshot.tables)
        self.known = sorted(
            {*self.known, *(str(raw) for raw in table.column("id") if isinstance(raw, (int, str)))}
        )
        return snapshot, table

    def _write(self, path: Path, table: Table, row: int, cells: Mapping[str, Raw]) -> None:
        there = {key: raw for key, raw in cells.items() if key in table.columns}
        edit_cells(path, {(table.tab, cell_name(row, table.columns[key])): raw for key, raw in there.items()})

    def _some_row(self, table: Table) -> int:
        """Newer rows are touched more."""
        return table.numbers[int(len(table) * self.dice.random() ** 0.4)]

    def _good(self, key: str, today: date) -> Raw:
        raw = self.dice.choice(_GOOD[key])
        return raw.format(later=today + timedelta(days=5)) if isinstance(raw, str) else raw

    def _type(self, path: Path, today: date) -> None:
        _, table = self._see(path)
        key = self.dice.choice(list(_GOOD))
        self._write(path, table, self._some_row(table), {key: self._good(key, today)})

    def _slip(self, path: Path, today: date) -> None:
        _, table = self._see(path)
        key = self.dice.choice([key for key in _WRITTEN if key in table.columns])
        self._write(path, table, self._some_row(table), {key: self.dice.choice(_WRITTEN[key])})

    def _add(self, path: Path, today: date) -> None:
        _, table = self._see(path)
        keys = ("source", "customer", "description", "type", "urgency", "priority", "owner")
        cells = {key: self._good(key, today) for key in keys}
        cells["opened"] = datetime.combine(today, datetime.min.time()) + timedelta(hours=8)
        if self.dice.random() < 0.2:
            cells["id"] = f"{today:%Y%m}{self.dice.randrange(1, 60):02}"
        if self.dice.random() < 0.4:
            cells["description"] = f"{cells['description']},第{self.dice.randrange(1000)}单"
        self._write(path, table, table.numbers[-1] + 1, cells)

    def _resolve(self, path: Path, today: date) -> None:
        _, table = self._see(path)
        cells: dict[str, Raw] = {"resolved": today, "result": "已修复"}
        if self.dice.random() < 0.5:
            cells["feedback"] = self._good("feedback", today)
        if self.dice.random() < 0.15:
            cells = {"resolved": None, "result": "开发中"}
        self._write(path, table, self._some_row(table), cells)

    def _of_people(self, path: Path) -> None:
        snapshot, _ = self._see(path)
        for grid in snapshot.raw.grids:
            if tab_kind(grid.name) == "people" and len(grid.rows) > 3:
                row = self.dice.randrange(2, len(grid.rows) + 1)
                edit_cells(path, {(grid.name, cell_name(row, 2)): self.dice.choice(("张*", "赵*", "钱*"))})

    def _tick(self, path: Path) -> None:
        """Accept a finding in the Checks tab, or take a tick away."""
        snapshot, _ = self._see(path)
        for grid in snapshot.raw.grids:
            if tab_kind(grid.name) == "checks" and len(grid.rows) > 8:
                row = self.dice.randrange(7, len(grid.rows) + 1)
                edit_cells(path, {(grid.name, cell_name(row, 9)): self.dice.choice(("✓", None))})

    def _decide(self) -> None:
        """Somebody changes the team's settings."""
        what = self.dice.randrange(4)
        if what == 0:
            self.team["rules"] = {self.dice.choice(_RULES): self.dice.choice(("off", "on"))}
        elif what == 1:
            self.team["feedback_days"] = self.dice.randrange(1, 5)
        elif what == 2:
            self.team["due_soon_days"] = self.dice.randrange(1, 4)
        else:
            self.team["words"] = [self.dice.choice(("面单", "积分", "报表"))]
        self._settle(self.team)

    def _rows(self, path: Path, change: Change) -> None:
        """Do something to whole rows, as a spreadsheet program does: every cell is told its new place."""
        data = path.read_bytes()
        tabs = {table.tab for table in take_snapshot(open_book(str(path)).read(), language="zh-Hans").tables}
        parts = [ref.part for ref in Package.from_bytes(data, path.name).sheets() if ref.name in tabs]
        self.dice.shuffle(parts)
        with zipfile.ZipFile(BytesIO(data)) as old:
            sheets = [_Sheet(old.read(part)) for part in parts]
            change(self.dice, [sheet.begun for sheet in sheets])
            changed = {part: sheet.xml() for part, sheet in zip(parts, sheets, strict=True)}
            made = BytesIO()
            with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
                for info in old.infolist():
                    new.writestr(info, changed.get(info.filename) or old.read(info))
        path.write_bytes(made.getvalue())


class _Sheet:
    """The rows of a request log."""

    def __init__(self, xml: bytes) -> None:
        self._xml, self._found = xml, list(_ROW.finditer(xml))
        self.begun = [row[0] for row in self._found[1:] if b"<v>" in row[0] or b"<is>" in row[0]]

    def xml(self) -> bytes:
        rows = b"".join(_numbered(row, at) for at, row in enumerate(self.begun, 2))
        return self._xml[: self._found[0].end()] + rows + self._xml[self._found[-1].end() :]


def _numbered(row: bytes, number: int) -> bytes:
    return re.sub(rb'(<(?:row|c) r="[A-Z]*)\d+', rb"\g<1>%d" % number, row)


def _sort(dice: random.Random, tabs: Tabs) -> None:
    rows = tabs[0]
    if dice.random() < 0.5:
        rows.reverse()
    else:
        at = dice.randrange(len(rows))
        rows[:] = rows[at:] + rows[:at]


def _delete(dice: random.Random, tabs: Tabs) -> None:
    tabs[0].pop(dice.randrange(len(tabs[0])))


def _insert(dice: random.Random, tabs: Tabs) -> None:
    """A row that is typed in between, like another but for its ID and the days."""
    like = re.sub(rb'<c r="[AIJ]\d+"[^>]*?(?:/>|>.*?</c>)', b"", dice.choice(tabs[0]))
    tabs[0].insert(dice.randrange(len(tabs[0])), like)


def _move(dice: random.Random, tabs: Tabs) -> None:
    rows = tabs[0]
    rows.insert(dice.randrange(len(rows)), rows.pop(dice.randrange(len(rows))))


def _copy(dice: random.Random, tabs: Tabs) -> None:
    tabs[0].insert(dice.randrange(len(tabs[0])), dice.choice(tabs[-1]))


def _elsewhere(dice: random.Random, tabs: Tabs) -> None:
    """Into another tab, where there is one."""
    if len(tabs[0]) > 10:
        tabs[-1].insert(dice.randrange(len(tabs[-1])), tabs[0].pop(dice.randrange(len(tabs[0]))))


def _hide(dice: random.Random, tabs: Tabs) -> None:
    rows, at = tabs[0], dice.randrange(len(tabs[0]))
    if _HIDDEN in rows[at]:
        rows[at] = rows[at].replace(_HIDDEN, b"")
    else:
        rows[at] = re.sub(rb'^<row r="\d+"', rb"\g<0>" + _HIDDEN, rows[at])


def _reckon(dice: random.Random, tabs: Tabs) -> None:
    """A formula where a text stood."""
    rows, at = tabs[0], dice.randrange(len(tabs[0]))
    rows[at] = re.sub(rb'<c r="(D\d+)"[^>]*?>.*?</c>', rb'<c r="\1"><f>1+1</f><v>2</v></c>', rows[at])


def _swap(dice: random.Random, tabs: Tabs) -> None:
    one, other = dice.sample(range(len(tabs[0])), 2)
    tabs[0][one], tabs[0][other] = tabs[0][other], tabs[0][one]
