"""Who is told what: the right person, on a working day, once, and not for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import pytest

from sheetops.domain.history import History, Life
from sheetops.domain.plan import Plan
from sheetops.domain.table import Grid, Raw
from sheetops.jobs.remind import remind
from tests.sheets import log, row, view

PEOPLE = Grid(
    "People",
    [
        ["Department", "Name", "E-mail", "Manager", "Deputy", "Away until", "Active", "Role"],
        ["Service", "Ann*", "ann@example.com", "Lou*", "Bea*", None, "Yes", "Lead"],
        ["Service", "Bea*", "bea@example.com", "Ann*", None, None, "Yes", ""],
        ["Tech", "Cid*", "cid@example.com", None, "Bea*", date(2026, 11, 20), "Yes", ""],
        ["Tech", "Old*", "old@example.com", None, None, None, "No", "Lead"],
        ["Service", "Lou*", "lou@example.com", None, None, None, "Yes", "Team lead"],
    ],
)


def case(number: int = 1, **cells: Raw) -> list[Raw]:
    given: Mapping[str, Raw] = {
        "id": f"202611{number:02}",
        "source": "Phone",
        "customer": "K*-Shop",
        "description": f"The label printer in hall {number} prints every second label twice",
        "type": "Complaint",
        "urgency": "Medium",
        "priority": 3,
        "owner": "Service-Bea*",
        "due": date(2026, 11, 16),
        "result": "Cause found",
    }
    return row(**{**given, **cells})


def told(plan: Plan) -> dict[str, list[str]]:
    return {
        str(d.person.email): [f"{i.group} {i.request.id if i.request else ''}".strip() for i in d.items]
        for d in plan.digests
    }


def test_the_owner_is_told_most_urgent_first() -> None:
    seen = view(
        log(
            case(1, due=date(2026, 11, 19)),
            case(2, due=date(2026, 11, 18)),
            case(3, due=date(2026, 11, 17)),
            case(4, due=date(2026, 11, 10)),
            case(5, due=date(2026, 12, 18)),
        ),
        PEOPLE,
    )
    plan = remind(seen)
    assert told(plan)["bea@example.com"] == [
        "overdue 20261104",
        "overdue 20261103",
        "due_today 20261102",
        "due_soon 20261101",
    ]
    assert [i.days for d in plan.digests if d.person.name == "Bea*" for i in d.items] == [6, 1, 0, -1]


@pytest.mark.parametrize(
    ("owner", "reader"),
    [
        ("Service-Bea*", "bea@example.com"),
        ("service－Ｂｅａ*", "bea@example.com"),
        ("Service-Nobody*", "ann@example.com"),
        ("Service", "ann@example.com"),
        ("Tech-Cid*", "bea@example.com"),
        ("Tech-Old*", "bea@example.com"),
        ("Sales-Zed*", "lou@example.com"),
        (None, "lou@example.com"),
        ("Tech-Cid*、Service-Bea*(lead)", "bea@example.com"),
    ],
)
def test_owner_else_department_lead_else_team_lead_and_the_deputy_of_who_is_away(
    owner: str | None, reader: str
) -> None:
    assert list(told(remind(view(log(case(owner=owner)), PEOPLE)))) == [reader]


def test_a_deputy_is_told_for_whom() -> None:
    digest = remind(view(log(case(owner="Tech-Cid*")), PEOPLE)).digests[0]
    assert digest.stands_in_for == ("Cid*",)
    back = view(log(case(owner="Tech-Cid*", due=date(2026, 11, 20))), PEOPLE, now=datetime(2026, 11, 23, 9))
    assert list(told(remind(back))) == ["cid@example.com"]


@pytest.mark.parametrize(
    "cells",
    [
        {"due": date(2026, 12, 30)},
        {"resolved": date(2026, 11, 17), "result": "Done"},
        {"notes": "暂停至2026-11-30"},
        {"notes": "snoozed until 2026-11-30, customer is away"},
    ],
)
def test_nothing_to_say_no_mail(cells: dict[str, Raw]) -> None:
    assert remind(view(log(case(**cells)), PEOPLE)).digests == ()


def test_a_snooze_ends() -> None:
    assert remind(view(log(case(notes="暂停至2026-11-18")), PEOPLE)).digests


@pytest.mark.parametrize("day", [datetime(2026, 11, 21, 9), datetime(2026, 11, 22, 9)])
def test_nobody_is_mailed_on_a_day_off(day: datetime) -> None:
    plan = remind(view(log(case()), PEOPLE, now=day))
    assert plan.digests == () and "not a working day" in plan.remarks[0]


def test_a_make_up_saturday_is_a_working_day_and_a_holiday_is_none() -> None:
    chinese = {"calendar": {"country": "CN"}}
    assert (
        remind(view(log(case()), PEOPLE, now=datetime(2026, 10, 10, 9), **chinese)).digests == ()
    )  # not yet due
    late = log(case(due=date(2026, 9, 1)))
    assert remind(view(late, PEOPLE, now=datetime(2026, 10, 10, 9), **chinese)).digests
    assert not remind(view(late, PEOPLE, now=datetime(2026, 10, 5, 9), **chinese)).digests


def test_who_was_mailed_today_is_not_mailed_again() -> None:
    seen = view(log(case()), PEOPLE)
    mailed = History(mailed=frozenset({("remind", "bea@example.com", date(2026, 11, 18))}))
    assert remind(replace(seen, history=mailed)).digests == ()
    yesterday = History(mailed=frozenset({("remind", "bea@example.com", date(2026, 11, 17))}))
    assert remind(replace(seen, history=yesterday)).digests


def test_a_high_priority_without_progress_is_stale() -> None:
    life = {"20261101": Life(datetime(2026, 11, 2, 9), last_progress=datetime(2026, 11, 13, 9))}
    seen = view(
        log(case(priority=4, due=date(2026, 12, 30))),
        PEOPLE,
        history=History(lives=life, since=datetime(2026, 11, 2)),
    )
    stale = [i for d in remind(seen).digests for i in d.items if i.group == "stale"]
    assert [(i.request.id, i.days) for i in stale if i.request] == [("20261101", 3)]


def test_a_resolved_request_is_called_back_and_a_wrong_cell_corrected() -> None:
    seen = view(
        log(
            case(1, resolved=date(2026, 11, 6), due=date(2026, 11, 9), result="Replaced"),
            case(2, urgency="Whenever", due=date(2026, 12, 30)),
        ),
        PEOPLE,
    )
    groups = told(remind(seen))["bea@example.com"]
    assert "call_back 20261101" in groups and "to_correct 20261102" in groups


def test_without_people_the_settings_pattern_gives_the_address() -> None:
    seen = view(log(case(owner="Group 70")), address_pattern="{department}@desk.example")
    assert list(told(remind(seen))) == ["group-70@desk.example"]
    assert list(told(remind(view(log(case(owner="Group 70")))))) == ["None"]


@pytest.mark.parametrize(
    ("word", "told_to"),
    [
        (None, "bea@example.com"),
        ("Yes", "bea@example.com"),
        ("✗", "ann@example.com"),
        ("No", "ann@example.com"),
        (False, "ann@example.com"),
    ],
)
def test_a_blank_active_cell_means_yes(word: Raw, told_to: str) -> None:
    rows = [list(r) for r in PEOPLE.rows]
    rows[2][6] = word
    assert list(told(remind(view(log(case()), Grid("People", rows))))) == [told_to]
