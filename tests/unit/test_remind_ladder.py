"""The ladder, deputies, first responses, opting out, and everybody's own days and hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from sheetops.domain.history import History, Life
from sheetops.domain.people import People, Person
from sheetops.domain.plan import Plan
from sheetops.domain.table import Grid, Raw
from sheetops.domain.view import View
from sheetops.domain.weekdays import read_weekdays
from sheetops.jobs.remind import remind
from tests.sheets import KEYS, log, row, view

HEADER = [
    "Department",
    "Name",
    "E-mail",
    "Manager",
    "Deputy",
    "Away until",
    "Active",
    "Role",
    "Opt out",
    "Time zone",
    "Country",
    "Working days",
]
NAMES = {
    "Own*": ("Tech", "Man*", ""),
    "Man*": ("Tech", "Dir*", "Lead"),
    "Dir*": ("Board", None, "Director"),
    "Tea*": ("Service", "Dir*", "Team lead"),
    "Dep*": ("Service", None, ""),
}
TODAY = datetime(2026, 11, 18, 9, 30)  # a Wednesday


def people(**changes: dict[str, Raw]) -> Grid:
    rows = []
    for name, (department, manager, role) in NAMES.items():
        own = changes.get(name[:3], {})
        given = {
            "Department": department,
            "Name": name,
            "E-mail": f"{name[:3].lower()}@house.internal",
            "Manager": manager,
            "Role": role,
            **own,
        }
        rows.append([given.get(title) for title in HEADER])
    return Grid("People", [HEADER, *rows])


def seen(
    *rows: list[Raw],
    now: datetime = TODAY,
    history: History | None = None,
    team: dict[str, object] | None = None,
    **changes: dict[str, Raw],
) -> View:
    keys = (*KEYS, "opened", "first_response")
    return view(
        log(*rows, keys=keys),
        people(**changes),
        now=now,
        history=history,
        **({"timezone": "Europe/Berlin"} | (team or {})),
    )


def case(number: int = 1, **cells: Raw) -> list[Raw]:
    given = {
        "id": f"202611{number:02}",
        "source": "Phone",
        "customer": "K*-Shop",
        "description": f"Label printer {number} prints every label twice",
        "type": "Complaint",
        "urgency": "Medium",
        "priority": 3,
        "owner": "Tech-Own*",
        "result": "Cause found",
    }
    return row((*KEYS, "opened", "first_response"), **{**given, **cells})


def told(plan: Plan) -> dict[str, list[str]]:
    return {
        str(d.person.email).partition("@")[0]: [
            f"{i.group} {i.request.id[-2:]}" for i in d.items if i.request and i.request.id
        ]
        for d in plan.digests
    }


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (date(2026, 11, 16), {"own": ["overdue 01"]}),  # 2 working days over
        (date(2026, 11, 13), {"own": ["overdue 01"], "man": ["escalated 01"], "tea": []}),  # Friday: 3
        (date(2026, 11, 11), {"own": ["overdue 01"], "man": ["escalated 01"], "tea": []}),  # 5
        (
            date(2026, 11, 10),
            {"own": ["overdue 01"], "man": ["escalated 01"], "dir": ["escalated 01"], "tea": []},
        ),  # 6
    ],
)
def test_what_stays_overdue_climbs_by_working_days(due: date, expected: dict[str, list[str]]) -> None:
    assert told(remind(seen(case(due=due)))) == expected


OPENED = date(2026, 11, 12)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (date(2025, 11, 16), ["to_correct 01"]),  # a year too early: 263 working days over, as it stands
        (date(2026, 11, 11), ["to_correct 01"]),  # before it was opened
        (OPENED, ["overdue 01", "escalated 01"]),
    ],
)
@pytest.mark.parametrize("severity", ["error", "hint"])
def test_a_due_date_that_is_a_slip_climbs_nowhere(due: date, expected: list[str], severity: str) -> None:
    rules = {"date": {"severity": severity}, "due-before-opened": {"severity": severity}}
    team: dict[str, object] = {"rules": rules, "escalate_after": [1, 2]}
    high = case(due=due, opened=OPENED, urgency="High")
    plan = remind(seen(high, team=team))
    if due != OPENED:
        assert told(plan) == ({"own": expected} if severity == "error" else {})
        return
    assert told(plan) == {"own": expected[:1], "man": expected[1:2], "dir": expected[1:2], "tea": []}


def test_a_slip_is_not_overdue_in_the_picture_of_the_team() -> None:
    plan = remind(seen(case(1, owner=None, due=date(2026, 12, 30)), case(2, due=date(2025, 11, 16))))
    lead = next(d for d in plan.digests if d.person.name == "Tea*")
    assert lead.picture is not None
    assert {load.department: load[1:] for load in lead.picture.loads}["Tech"] == (0, 0, 1)


def test_a_settings_change_moves_the_rungs_and_the_calendar_counts_them() -> None:
    holiday = {"calendar": {"closed": [date(2026, 11, 16)]}}
    assert "man" not in told(remind(seen(case(due=date(2026, 11, 13)), team=holiday)))
    assert "dir" in told(remind(seen(case(due=date(2026, 11, 16)), team={"escalate_after": [1, 2]})))


def test_nobody_climbs_to_themselves_or_is_told_a_row_twice() -> None:
    found = told(
        remind(
            seen(
                case(1, owner="Tech-Man*", due=date(2026, 11, 10)),
                case(2, owner="Board-Dir*", due=date(2026, 11, 10)),
            )
        )
    )
    assert found["man"] == ["overdue 01"] and found["dir"] == ["overdue 02", "escalated 01"]
    assert found["tea"] == ["escalated 02"]  # a director has no manager, so the team lead knows


def test_the_rungs_of_who_is_away_are_stood_in_for_and_the_deputy_of_a_deputy_too() -> None:
    away: dict[str, Raw] = {"Away until": date(2026, 11, 30), "Deputy": "Dep*"}
    found = remind(seen(case(due=date(2026, 11, 13)), Man=away, Own={**away, "Deputy": "Man*"}))
    assert told(found) == {"dep": ["overdue 01"], "tea": []}  # once, as what is most urgent
    assert next(d for d in found.digests if d.person.name == "Dep*").stands_in_for == ("Own*",)


def test_where_all_deputies_are_away_a_lead_who_is_there_is_told() -> None:
    away: dict[str, Raw] = {"Away until": date(2026, 11, 30)}
    assert list(
        told(
            remind(
                seen(
                    case(due=date(2026, 11, 16)),
                    Own={**away, "Deputy": "Dep*"},
                    Dep={**away, "Deputy": "Own*"},
                )
            )
        )
    ) == ["man"]


def test_the_team_lead_gets_the_unassigned_and_a_picture_of_the_team() -> None:
    plan = remind(
        seen(
            case(1, owner=None, due=date(2026, 12, 30)),
            case(2, owner="Sales-Zed*", due=date(2026, 11, 17)),
            case(3, due=date(2026, 11, 18)),
            case(4, owner=None, resolved=date(2026, 11, 17), result="Done"),
        )
    )
    found = told(plan)
    assert sorted(found["tea"][:2]) == ["unassigned 01", "unassigned 02"] and found["own"] == ["due_today 03"]
    lead = next(d for d in plan.digests if d.person.name == "Tea*")
    assert lead.picture is not None and lead.picture.unassigned == 2
    assert {load.department: load[1:] for load in lead.picture.loads} == {
        "": (0, 0, 1),
        "Sales": (1, 0, 0),
        "Tech": (0, 1, 0),
    }
    assert all(d.picture is None for d in plan.digests if d is not lead)


def test_a_team_lead_of_the_settings_may_be_an_address_alone() -> None:
    lead = People((), "lead@example.com").team_lead
    assert lead is not None and lead.email == "lead@example.com"
    left = Person("Service", "Lee*", "lead@example.com", active=False)
    assert People((left,), "lead@example.com").team_lead is None
    assert People((left,), "Lee*").team_lead is None


def test_a_team_lead_with_nothing_to_look_into_gets_no_picture() -> None:
    assert list(told(remind(seen(case(due=date(2026, 11, 16)))))) == ["own"]


@pytest.mark.parametrize(
    ("cells", "groups"),
    [
        ({"opened": datetime(2026, 11, 17, 14)}, ["to_answer 01"]),  # at 14:00 today the 24 hours are over
        ({"opened": datetime(2026, 11, 18, 8)}, ["to_answer 01"]),  # before tomorrow's digest
        ({"opened": datetime(2026, 11, 18, 9, 45)}, []),  # tomorrow's digest is early enough
        ({"opened": datetime(2026, 11, 16, 9)}, ["to_answer 01"]),  # it is over
        ({"opened": date(2026, 11, 17)}, ["to_answer 01"]),
        ({"opened": datetime(2026, 11, 17, 14), "result": "Cause found"}, []),
        ({"opened": datetime(2026, 11, 17, 14), "first_response": datetime(2026, 11, 17, 15)}, []),
        ({"opened": datetime(2026, 11, 17, 14), "urgency": "Medium"}, []),
        (
            {
                "opened": datetime(2026, 11, 17, 14),
                "resolved": date(2026, 11, 17),
                "feedback": "Satisfied (5): thanks",
            },
            [],
        ),
        ({"opened": datetime(2026, 11, 17, 14), "notes": "snoozed until 2026-11-30"}, []),
        ({}, []),  # nobody knows when it came
    ],
)
def test_a_first_response_is_asked_for_before_the_breach(cells: dict[str, Raw], groups: list[str]) -> None:
    given = {"urgency": "High", "result": None, "due": date(2026, 12, 30)} | cells
    found = told(remind(seen(case(**given)))).get("own", [])
    assert [g for g in found if not g.startswith("to_correct")] == groups


def test_the_ledger_tells_when_a_request_came_and_was_answered() -> None:
    life = Life(datetime(2026, 11, 17, 14))
    wanted = case(urgency="High", result=None, due=date(2026, 12, 30))
    history = History(lives={"20261101": life}, since=datetime(2026, 11, 1))
    assert "to_answer 01" in told(remind(seen(wanted, history=history)))["own"]
    answered = replace(history, lives={"20261101": life._replace(first_response=datetime(2026, 11, 17, 16))})
    assert "to_answer 01" not in told(remind(seen(wanted, history=answered))).get("own", [])


def test_the_picture_counts_each_request_without_a_first_response_whatever_else_is_told_of_it() -> None:
    waits: dict[str, Raw] = {"urgency": "High", "result": None, "opened": datetime(2026, 11, 12, 9)}
    quiet = {"notes": "snoozed until 2026-11-30"}
    plan = remind(
        seen(
            case(1, **waits, due=date(2026, 11, 13)),  # overdue, and up the ladder
            case(2, **waits, due=date(2026, 11, 18)),
            case(3, **waits, due=date(2026, 12, 30), owner=None),
            case(4, **waits, due=date(2026, 12, 30), **quiet),  # a breach, which no snooze hides
            case(5, **waits, due=date(2026, 12, 30)),
            case(6, **{**waits, "opened": datetime(2026, 11, 17, 14)}, due=date(2026, 12, 30), **quiet),
            case(7, **{**waits, "result": "Cause found"}, due=date(2026, 11, 13)),
            case(8, **waits, first_response=date(2026, 11, 12), due=date(2026, 11, 13)),
            case(9, **{**waits, "urgency": "Low"}, due=date(2026, 11, 13)),
            case(10, **waits, due=date(2026, 11, 13), resolved=date(2026, 11, 13)),
        )
    )
    lead = next(d for d in plan.digests if d.person.name == "Tea*")
    assert lead.picture is not None and lead.picture.to_answer == 5


def test_friday_warns_of_what_would_be_over_on_the_weekend() -> None:
    late_friday = case(urgency="High", result=None, due=date(2026, 12, 30), opened=datetime(2026, 11, 20, 8))
    assert "to_answer 01" in told(remind(seen(late_friday, now=datetime(2026, 11, 20, 9))))["own"]


def test_opting_out_silences_all_but_the_breach_of_a_high_request() -> None:
    rows = (
        case(1, due=date(2026, 11, 16)),
        case(2, due=date(2026, 11, 16), urgency="High"),
        case(3, due=date(2026, 11, 18), urgency="High"),
        case(4, due=date(2026, 12, 30), urgency="High", result=None, opened=datetime(2026, 11, 16, 9)),
    )
    assert told(remind(seen(*rows, Own={"Opt out": "Yes"})))["own"] == ["overdue 02", "to_answer 04"]
    assert "own" not in told(remind(seen(rows[0], rows[2], Own={"Opt out": "x"})))
    assert len(told(remind(seen(*rows, Own={"Opt out": "No"})))["own"]) >= 4


def test_a_snooze_silences_all_but_the_breach_of_a_high_request() -> None:
    quiet = {"notes": "snoozed until 2026-12-24"}
    rows = (
        case(1, due=date(2026, 11, 10), **quiet),
        case(2, due=date(2026, 11, 10), urgency="High", **quiet),
        case(3, due=date(2026, 11, 18), urgency="High", **quiet),
        case(
            4, due=date(2026, 12, 30), urgency="High", result=None, opened=datetime(2026, 11, 16, 9), **quiet
        ),
    )
    found = told(remind(seen(*rows)))
    assert found["own"] == ["overdue 02", "to_answer 04"] and found["man"] == ["escalated 02"]
    assert "01" not in str(found) and "03" not in str(found)


@pytest.mark.parametrize(
    ("now", "own"),
    [
        (datetime(2026, 11, 18, 6, 59), False),
        (datetime(2026, 11, 18, 7, 0), True),
        (datetime(2026, 11, 18, 19, 59), True),
        (datetime(2026, 11, 18, 20, 0), False),
        (datetime(2026, 11, 18, 0, 5), False),
    ],
)
def test_nobody_is_mailed_at_night(now: datetime, own: bool) -> None:
    plan = remind(seen(case(due=date(2026, 11, 16)), now=now))
    assert bool(plan.digests) is own
    assert own or "07:00–20:00" in plan.remarks[0]


def test_the_hours_are_those_of_the_reader_and_so_is_the_day() -> None:
    tokyo = {"Time zone": "Asia/Tokyo"}
    wanted = case(due=date(2026, 11, 16))
    assert remind(seen(wanted, now=datetime(2026, 11, 18, 12, 30), Own=tokyo)).digests == ()  # 20:30 there
    digest = remind(seen(wanted, now=datetime(2026, 11, 18, 23, 30), Own=tokyo)).digests[
        0
    ]  # 07:30 of the next day
    assert digest.day == date(2026, 11, 19)
    mailed = History(mailed=frozenset({("remind", "own@house.internal", date(2026, 11, 19))}))
    assert remind(seen(wanted, now=datetime(2026, 11, 18, 23, 45), history=mailed, Own=tokyo)).digests == ()


def test_hours_over_midnight_and_always() -> None:
    wanted = case(due=date(2026, 11, 16))
    night: dict[str, object] = {"mail_hours": "22:00-06:00"}
    assert remind(seen(wanted, now=datetime(2026, 11, 18, 23), team=night)).digests
    assert not remind(seen(wanted, now=datetime(2026, 11, 18, 12), team=night)).digests
    assert remind(seen(wanted, now=datetime(2026, 11, 18, 3), team={"mail_hours": "00:00-00:00"})).digests


@pytest.mark.parametrize(
    ("own", "day", "mailed"),
    [
        ({"Working days": "Mon-Tue"}, 18, False),
        ({"Working days": "周三"}, 18, True),
        ({"Working days": "Mon-Sun"}, 21, True),  # a Saturday
        ({"Country": "JP"}, 23, False),  # Labour Thanksgiving Day
        ({"Country": "jp"}, 24, True),
    ],
)
def test_everybody_has_their_own_working_days(own: dict[str, Raw], day: int, mailed: bool) -> None:
    plan = remind(seen(case(due=date(2026, 11, 17)), now=datetime(2026, 11, day, 10), Own=own))
    assert ("own" in told(plan)) is mailed


@pytest.mark.parametrize(
    "own", [{"Time zone": "Mars/Olympus"}, {"Country": "QQ"}, {"Working days": "sometimes"}]
)
def test_what_cannot_be_meant_is_told_and_the_teams_holds(own: dict[str, Raw]) -> None:
    plan = remind(seen(case(due=date(2026, 11, 16)), Own=own))
    assert list(told(plan)) == ["own"] and next(iter(own.values())) in plan.remarks[0]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon-Thu", {0, 1, 2, 3}), ("周一至周四", {0, 1, 2, 3}), ("1-4", {0, 1, 2, 3}), ("一三五", {0, 2, 4}), ("Mon, Wed and Fri", {0, 2, 4}),
        ("星期二、星期四", {1, 3}), ("Sat-Mon", {5, 6, 0}), ("Tuesday", {1}), ("１-５", {0, 1, 2, 3, 4}), ("週一到週五", {0, 1, 2, 3, 4}),
        ("", None), ("-", None), ("Mon-", None), ("8", None), ("yes", None), ("Mon--Tue", None),
    ],
)  # fmt: skip
def test_working_days_as_people_write_them(text: str, days: set[int] | None) -> None:
    assert read_weekdays(text) == days
