"""The tables of an export: every request with what follows from it, masked, and described by its docstrings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sheetops.domain.history import Happening, History, Life
from sheetops.domain.period import parse_period
from sheetops.domain.template import BY_KEY, COLUMNS, OPTIONAL_COLUMNS
from sheetops.jobs.export import export
from sheetops.jobs.export_fields import Table, masked_customer
from tests.sheets import NOW, log, row, view
from tests.unit.kpis.desk import desk

EVERY = tuple(column.key for column in COLUMNS + OPTIONAL_COLUMNS)
CASE = {
    "id": "20261101",
    "source": "Phone",
    "customer": "Wang Xiaoming-Shops",
    "description": "Cannot export; call 13812345678",
    "type": "Complaint",
    "urgency": "High",
    "priority": 4,
    "owner": "Tech-Ann*; Desk-Bob* (lead)",
    "due": date(2026, 11, 4),
    "resolved": date(2026, 11, 6),
    "result": "Mailed ann@example.com",
    "feedback": "Satisfied (5 points)",
    "notes": "snooze until 2026-12-01",
    "opened": datetime(2026, 11, 2, 16, 30),
    "first_response": datetime(2026, 11, 3, 9, 45),
    "cause": "Late",
    "nps": 9,
}
HAPPENED = [
    Happening(1, "20261101", datetime(2026, 11, 2, 17), "run-1", "first_seen"),
    Happening(1, "20261101", datetime(2026, 10, 2, 17), "run-0", "changed", "due", "2026-11-03", "2026-11-04", "changed", True),
]  # fmt: skip


def tables(*rows: list[Any], unmasked: bool = False, **more: Any) -> dict[str, Table]:
    seen = view(log(*rows, keys=EVERY), timezone="UTC", calendar={"country": None}, **more)
    return {one.name: one for one in export(seen, "desk", HAPPENED, unmasked=unmasked)}


def lines(table: Table) -> list[dict[str, Any]]:
    return [dict(zip((field.name for field in table.fields), values, strict=True)) for values in table.rows]


def one(**cells: Any) -> dict[str, Any]:
    return lines(tables(row(EVERY, **{**CASE, **cells}))["requests"])[0]


def test_a_request_is_one_row_with_what_follows_from_it() -> None:
    told = one()
    assert told["type_key"] == "complaint" and told["type_name"] == "Complaint" and told["segment"] == "Shops"
    assert (told["department"], told["lead_owner"], told["owners"]) == ("Desk", "Bob*", 2)
    assert (told["opened"], told["opened_at"]) == (date(2026, 11, 2), datetime(2026, 11, 2, 16, 30))
    assert (told["opened_month"], told["opened_from"]) == (date(2026, 11, 1), "column")
    assert (told["first_response"], told["response_in_time"]) == (date(2026, 11, 3), True)
    assert told["response_due_at"] == datetime(2026, 11, 3, 16, 30)
    assert told["response_working_minutes"] == 90 + 45  # 16:30 to 18:00, then 9:00 to 9:45
    assert (told["resolution_working_days"], told["on_time"], told["breach"]) == (4, False, True)
    assert (told["late_working_days"], told["state"], told["feedback_score"]) == (2, "closed", 5)
    assert told["snoozed_until"] == date(2026, 12, 1) and told["nps"] == 9 and told["watched"] is False


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"resolved": None}, {"state": "open", "overdue": True, "breach": True, "on_time": None, "late_working_days": 10, "age_days": 16}),
        ({"resolved": None, "due": NOW.date()}, {"overdue": False, "breach": False, "late_working_days": None}),
        ({"feedback": None}, {"state": "awaiting_feedback", "feedback_score": None}),
        ({"due": None}, {"breach": None, "on_time": None, "late_working_days": None}),
        ({"opened": date(2026, 11, 2)}, {"opened_at": None, "opened": date(2026, 11, 2), "response_working_minutes": None}),
        ({"opened": None}, {"opened": None, "opened_month": date(2026, 11, 1), "opened_from": "id", "response_due": None}),
        ({"opened": None, "id": "X"}, {"opened_month": None, "opened_from": "unknown"}),
        ({"first_response": None}, {"response_in_time": False, "first_response": None}),
        ({"urgency": "Low"}, {"response_in_time": None, "response_due": None}),
        ({"type": "Praise"}, {"type_key": None, "type_name": None}),
    ],
)  # fmt: skip
def test_what_is_not_known_is_empty_and_what_follows_is_right(
    cells: dict[str, Any], expected: dict[str, Any]
) -> None:
    told = one(**cells)
    assert {name: told[name] for name in expected} == expected


def test_the_ledgers_memory_is_in_it() -> None:
    began = datetime(2026, 11, 1, 8)
    life = Life(began + timedelta(days=1), resolved_seen=datetime(2026, 11, 6, 10), due_changes=2)
    history = History(lives={"20261101": life}, since=began)
    seen = view(
        log(row(EVERY, **CASE), keys=EVERY), timezone="UTC", calendar={"country": None}, history=history
    )
    told = lines(export(seen, "desk", ())[0])[0]
    assert (told["watched"], told["due_changes"], told["reopened"]) == (True, 2, 0)
    assert told["resolution_working_minutes"] == 90 + 3 * 480 + 60


def test_every_owner_and_finding_and_event_is_a_row() -> None:
    made = tables(row(EVERY, **CASE), row(EVERY, id="20261102", description="ok then"))
    owners = lines(made["owners"])
    assert [(o["department"], o["person"], o["lead"], o["place"]) for o in owners] == [
        ("Tech", "Ann*", False, 1),
        ("Desk", "Bob*", True, 2),
    ]
    findings = lines(made["findings"])
    counts = {(r["row"]): r["errors"] + r["warnings"] + r["hints"] for r in lines(made["requests"])}
    assert sum(counts.values()) == len(findings) >= 3
    assert {f["id"] for f in findings} == {"20261101", "20261102"}
    assert [(e["event"], e["field"], e["before"], e["by_job"]) for e in lines(made["events"])] == [
        ("first_seen", None, None, False),
        ("changed", "due", "2026-11-03", True),
    ]


def test_personal_data_is_masked_unless_asked_for() -> None:
    secrets = ("Wang Xiaoming", "13812345678", "ann@example.com")
    for unmasked in (False, True):
        made = tables(row(EVERY, **CASE), unmasked=unmasked)
        told = repr([table.rows for table in made.values()])
        assert [secret in told for secret in secrets] == [unmasked] * 3
    assert one()["customer"] == "W*-Shops"


@pytest.mark.parametrize("key", [key for key in EVERY if BY_KEY[key].kind.value == "text"])
def test_no_column_lets_a_telephone_number_through(key: str) -> None:
    made = tables(row(EVERY, **{**CASE, key: "Tel 13812345678, mail zoe@example.com"}))
    told = repr([table.rows for table in made.values()])
    assert "13812345678" not in told and "zoe@example.com" not in told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("王小明-电商企业", "王*-电商企业"),
        ("王*-电商企业", "王*-电商企业"),
        ("Acme Ltd", "A*"),
        ("Mr. Lee／Retail", "M*／Retail"),
        ("李某", "李某"),
        ("-电商企业", "-电商企业"),
    ],
)
def test_customers_are_shown_by_their_first_character(text: str, shown: str) -> None:
    assert masked_customer(text) == shown


def test_a_period_keeps_what_was_there_in_it() -> None:
    rows = [
        row(EVERY, **{**CASE, "id": name, "opened": opened, "resolved": resolved})
        for name, opened, resolved in (
            ("before", date(2026, 9, 1), date(2026, 9, 30)),
            ("into", date(2026, 9, 1), date(2026, 10, 1)),
            ("open", date(2026, 8, 1), None),
            ("within", date(2026, 10, 31), date(2026, 11, 2)),
            ("after", date(2026, 11, 1), None),
        )
    ]
    seen = view(log(*rows, keys=EVERY), timezone="UTC")
    made = {t.name: t for t in export(seen, "desk", HAPPENED, parse_period("2026-10"))}
    assert [r["id"] for r in lines(made["requests"])] == ["into", "open", "within"]
    assert (
        {r["id"] for r in lines(made["owners"])}
        == {r["id"] for r in lines(made["findings"])}
        == {"into", "open", "within"}
    )
    assert [e["event"] for e in lines(made["events"])] == ["changed"]


def test_every_column_says_what_it_is_and_keeps_its_type() -> None:
    seen, _, _ = desk(3, count=300)
    types = {
        "string": str,
        "integer": int,
        "number": float,
        "boolean": bool,
        "date": date,
        "datetime": datetime,
    }
    for table in export(seen, "desk", HAPPENED):
        names = [field.name for field in table.fields]
        assert len(set(names)) == len(names) and set(table.key) <= set(names) and len(table.about) > 20
        for at, field in enumerate(table.fields):
            assert field.about.endswith(".") and field.name.isidentifier() and field.name.islower()
            kinds = {type(values[at]) for values in table.rows} - {type(None)}
            assert kinds <= {types[field.kind]}, (table.name, field.name, kinds)
        if table.key:
            places = [names.index(name) for name in table.key]
            assert len({tuple(values[p] for p in places) for values in table.rows}) == len(table.rows)


def test_every_column_of_the_template_is_in_the_export() -> None:
    fields = tables()["requests"].fields
    assert {field.header for field in fields if field.header} == BY_KEY.keys()


def test_another_day_changes_what_depends_on_it() -> None:
    seen = view(
        log(row(EVERY, **{**CASE, "resolved": None, "due": date(2026, 11, 19)}), keys=EVERY), timezone="UTC"
    )
    later = replace(seen, now=datetime(2026, 11, 25, 9))
    assert [lines(export(v, "d", ())[0])[0]["overdue"] for v in (seen, later)] == [False, True]
