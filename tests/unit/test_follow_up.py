"""Follow-ups: who is to be contacted, once each; what people tick and date is kept, whatever becomes of the request."""

from __future__ import annotations

from datetime import date, datetime

from sheetops.domain.history import History
from sheetops.domain.living import FOLLOW_UPS
from sheetops.domain.plan import Plan, folded, resolve
from sheetops.domain.table import Grid, Raw, RawSheet, take_snapshot
from sheetops.domain.view import View
from sheetops.jobs.follow_up import follow_ups
from tests.sheets import NOW, log, policy, row
from tests.unit.improving import blank_tab

TODAY = NOW.date()


class Desk:
    """A log, its Improvements and its Follow-ups, with the job's writes in it."""

    def __init__(self, *rows: list[Raw], improvements: Grid | None = None) -> None:
        self.rows = list(rows)
        self.improvements = improvements
        self.tab: Grid | None = None
        self.history = History()

    def run(self, day: date = TODAY) -> Plan:
        grids = [
            log(*self.rows),
            *([self.improvements] if self.improvements else []),
            *([self.tab] if self.tab else []),
        ]
        snapshot = take_snapshot(RawSheet("desk.xlsx", tuple(grids), "0"))
        now = datetime.combine(day, NOW.time())
        view = View(snapshot, policy(timezone="UTC", calendar={"country": None}), self.history, now)
        plan = follow_ups(view)
        edits, tabs, _ = folded(plan.edits, plan.tabs, snapshot)
        if tabs:
            self.tab = Grid(tabs[0].name, [list(line) for line in tabs[0].values()])
        for write in resolve(edits, snapshot)[0]:
            assert self.tab is not None and isinstance(self.tab.rows, list)
            while len(self.tab.rows) < write.row:
                self.tab.rows.append([None] * len(self.tab.rows[0]))
            self.tab.rows[write.row - 1][write.column - 1] = write.edit.new
        return plan

    def cells(self) -> list[dict[str, Raw]]:
        if self.tab is None:
            return []
        keys = [column.key for column in FOLLOW_UPS.columns]
        return [dict(zip(keys, line, strict=True)) for line in self.tab.rows[1:]]

    def tick(self, at: int, **cells: Raw) -> None:
        keys = [column.key for column in FOLLOW_UPS.columns]
        for key, value in cells.items():
            self.tab.rows[at + 1][keys.index(key)] = value  # type: ignore[union-attr, index]


def case(number: int, **cells: Raw) -> list[Raw]:
    given: dict[str, Raw] = {
        "id": f"202611{number:02}",
        "source": "Phone",
        "customer": "K*-Shop",
        "description": f"The label printer in hall {number} prints every second label twice, call 13812345678",
        "type": "Complaint",
        "urgency": "Medium",
        "priority": 3,
        "owner": "Service-Bea*",
        "due": date(2026, 11, 6),
        "resolved": date(2026, 11, 5),
        "result": "Sensor cleaned",
    }
    return row(**{**given, **cells})


DONE: dict[str, Raw] = {
    "id": "IMP-001",
    "opportunity": "Fewer complaints",
    "measure": "Sensors are cleaned weekly",
    "progress": "Done",
    "done_on": date(2026, 11, 16),
    "evidence_rows": "20261101–20261103, 20261199",
}


def test_who_is_resolved_without_feedback_is_listed_once_and_masked() -> None:
    desk = Desk(
        case(1),
        case(2, feedback="satisfied (5 points)"),
        case(3, resolved=None),
        case(4, resolved=date(2026, 8, 3)),
    )
    desk.run()
    (line,) = desk.cells()
    assert (line["id"], line["request"], line["customer"]) == ("FUP-001", "20261101", "K*-Shop")
    assert line["state"] == "To contact" and line["message"] == "Sensor cleaned"
    assert line["contact_owner"] == "Service-Bea*" and line["since"] == date(2026, 11, 5)
    assert "13812345678" not in str(line["about"])
    assert desk.run().edits == ()


def test_complainants_are_told_when_the_improvement_they_led_to_is_done() -> None:
    told = "satisfied (5 points)"
    rows = (case(1, feedback=told), case(2, feedback=told, type="Consult"), case(3, feedback=told))
    desk = Desk(*rows, improvements=blank_tab({**DONE, "progress": "Under way"}))
    assert desk.run().edits == ()
    desk.improvements = blank_tab(DONE, {**DONE, "id": "IMP-002", "done_on": date(2026, 1, 5)})
    desk.run()
    lines = desk.cells()
    assert [(x["request"], x["key"]) for x in lines] == [
        ("20261101", "tell/IMP-001/20261101"),
        ("20261103", "tell/IMP-001/20261103"),
    ]
    assert "Sensors are cleaned weekly" in str(lines[0]["message"]) and "IMP-001" in str(lines[0]["reason"])
    assert desk.run().edits == ()


def test_ticks_and_dates_are_kept_for_ever_and_only_the_state_moves() -> None:
    desk = Desk(case(1), case(2), case(3), case(4), case(5))
    desk.run()
    desk.tick(0, sent="Yes", sent_on=date(2026, 11, 18), remarks="nice")
    desk.tick(1, confirmed="x", confirmed_on=date(2026, 11, 18), contact_owner="Tech-Cid*")
    before = [{k: v for k, v in line.items() if k != "state"} for line in desk.cells()]
    desk.rows = [case(1), case(2), case(3, feedback="4 points"), case(4, resolved=None, result=None)]
    plan = desk.run()
    assert {edit.column for edit in plan.edits} == {"state"}
    assert [line["state"] for line in desk.cells()] == [
        "Contacted", "Confirmed", "Feedback received", "Request open again", "Request not in the log",
    ]  # fmt: skip
    assert [{k: v for k, v in line.items() if k != "state"} for line in desk.cells()] == before
    assert desk.run(date(2027, 11, 18)).edits == ()  # a year later they are still there


def test_a_request_resolved_anew_is_called_again_and_a_deleted_row_stays_away() -> None:
    desk = Desk(case(1))
    desk.run()
    desk.rows = [case(1, resolved=date(2026, 11, 9))]
    desk.run()
    assert [line["since"] for line in desk.cells()] == [date(2026, 11, 5), date(2026, 11, 9)]
    listed = {str(line["key"]): NOW for line in desk.cells()}
    desk.history = History(listed=lambda: listed)
    assert desk.tab is not None
    desk.tab = Grid(desk.tab.name, desk.tab.rows[:1])
    assert desk.run().edits == ()


def test_nothing_to_say_makes_no_tab() -> None:
    desk = Desk(case(1, feedback="satisfied (5 points)"))
    assert desk.run() == Plan()
