"""From the settings and the time to slots, and what is decided about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.errors import SettingsError
from sheetops.ledger.slots import OVERTAKEN
from sheetops.scheduling.slots import judge, next_try, scheduled_jobs
from sheetops.settings.load import Loaded, parse
from tests.unit.scheduling.made import BERLIN, SHANGHAI, another, scheduled

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 11, 2, 8, 30, tzinfo=SHANGHAI)


def jobs(text: str, language: str = "zh-Hans") -> dict[str, list[str]]:
    loaded = Loaded(parse(text, "sheetops.yaml"), Path("/srv/sheetops.yaml"))
    return {
        f"{job.entry} {Path(job.place).name}": job.table.at
        for job in scheduled_jobs(loaded, lambda *_: language)
    }


def test_without_settings_every_working_morning() -> None:
    loaded = Loaded(parse("sheets: [{path: desk.xlsx}]", "x"), Path("/srv/sheetops.yaml"))
    (job,) = scheduled_jobs(loaded, lambda *_: "zh-Hans")
    assert (job.key, job.zone.key) == ("day /srv/desk.xlsx", "Asia/Shanghai")
    found = job.next_slots(datetime(2026, 9, 30, 1, tzinfo=UTC), 3)
    assert [f"{slot:%m-%d %H:%M}" for slot in found] == ["10-08 08:30", "10-09 08:30", "10-10 08:30"]
    assert all(job.may_mail(slot) for slot in found)


def test_a_sheet_overrides_adds_and_takes_off_by_name() -> None:
    text = """
team: {schedule: {day: "08:30", month: last working day 17:00}}
sheets:
  - {path: a.xlsx}
  - {path: b.xlsx, schedule: {day: off, noon: {at: ["12:00", "16:00"], jobs: [validate]}}}
  - {path: c.xlsx, schedule: {day: {at: "07:15"}}}
"""
    assert jobs(text) == {
        "day a.xlsx": ["08:30"],
        "month a.xlsx": ["last working day 17:00"],
        "month b.xlsx": ["last working day 17:00"],
        "noon b.xlsx": ["12:00", "16:00"],
        "day c.xlsx": ["07:15"],
        "month c.xlsx": ["last working day 17:00"],
    }


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("{day: {at: someday}}", "names no time of day"),
        ("{day: {at: []}}", "at least 1 item"),
        ("{day: {jobs: [dance]}}", "'fill', 'validate', 'improve', 'remind' or 'review'"),
        ("{day: {at: 08:30, ping: https://hc.example/1}}", "ping"),
        ("{day: {tray: 1}}", "no setting team.schedule.day.tray"),
        ("{'a b': 08:30}", "should match pattern"),
    ],
)
def test_faults_are_told_with_their_line(schedule: str, said: str) -> None:
    with pytest.raises(SettingsError) as told:
        parse(f"team:\n  schedule: {schedule}\n", "sheetops.yaml")
    assert said in told.value.line() and "line 2" in told.value.line()


def test_one_key_for_one_sheet_however_long_its_path_and_one_definition_for_one_timetable() -> None:
    long = scheduled("08:30", place="/srv/" + "x" * 300 + ".xlsx")
    assert len(long.key) <= 200
    assert long.key != another(long, place=long.place + "x").key
    job = scheduled("08:30")
    assert job.key == scheduled("09:30").key and job.definition != scheduled("09:30").definition
    assert job.definition != scheduled("08:30", zone=BERLIN).definition
    assert job.definition == scheduled("08:30", window_minutes=5).definition


def test_jitter_spreads_sheets_and_is_the_same_for_every_scheduler() -> None:
    plain = scheduled("08:30")
    slot = plain.next_slots(MONDAY - HOUR)[0]
    spread = [scheduled("08:30", place=f"/srv/{n}.xlsx", jitter_minutes=30) for n in range(200)]
    starts = [job.start_of(slot) - slot for job in spread]
    assert starts == [job.start_of(slot) - slot for job in spread]
    assert timedelta(0) <= min(starts) < timedelta(minutes=2) and timedelta(minutes=28) < max(
        starts
    ) < timedelta(minutes=30)
    assert len(set(starts)) > 150
    for job in spread:
        start = job.start_of(slot)
        assert job.slots(slot - HOUR, start - timedelta(seconds=1)) == []
        assert job.slots(start - timedelta(seconds=1), start) == [slot]


def test_the_newest_runs_and_the_others_are_missed() -> None:
    job = scheduled("08:30", "12:00", jobs=["fill"])
    due = job.slots(MONDAY - HOUR, MONDAY + 2 * DAY)
    verdict = judge(job, due, MONDAY + 2 * DAY)
    assert (verdict.run, verdict.late) == (due[-1], False)
    assert verdict.missed == dict.fromkeys(due[:-1], "outage") and len(due) == 5
    late = judge(job, due, MONDAY + 2 * DAY + 3 * HOUR)
    assert (late.run, late.late) == (due[-1], True)


def test_slots_closer_than_the_window_overtake_each_other() -> None:
    job = scheduled("*/20 8-18 * * *", jobs=["fill"])
    due = job.slots(MONDAY, MONDAY + HOUR)
    assert judge(job, due, MONDAY + HOUR).missed == dict.fromkeys(due[:-1], OVERTAKEN)


def test_skip_and_age_and_mail_hours() -> None:
    late = MONDAY + 5 * HOUR
    due = [MONDAY]
    assert judge(scheduled("08:30", catch_up="skip"), due, late).missed == {MONDAY: "outage"}
    assert judge(scheduled("08:30", catch_up="skip"), due, MONDAY + HOUR).run == MONDAY, "its window lasts"
    assert judge(scheduled("08:30", max_age_days=3), due, MONDAY + 4 * DAY).missed == {MONDAY: "outage"}
    night = MONDAY + 14 * HOUR
    waiting = judge(scheduled("08:30"), due, night)
    assert (waiting.run, waiting.waits, waiting.missed) == (None, True, {})
    assert judge(scheduled("08:30"), due, night + 9 * HOUR).run == MONDAY
    assert judge(scheduled("08:30", jobs=["fill"]), due, night).run == MONDAY, "nobody is mailed"
    at_night = scheduled("23:00")
    (slot,) = at_night.slots(MONDAY, MONDAY + DAY)
    assert judge(at_night, [slot], slot).run == slot, "who asks for a time at night gets it"
    assert judge(scheduled(), [], late).run is None


def test_tries_end_with_the_window_that_a_caught_up_slot_begins_anew() -> None:
    job = scheduled("08:30")
    now, tries = MONDAY, 0
    while tries < 50 and (again := next_try(job, MONDAY, tries := tries + 1, MONDAY, now)) is not None:
        assert again > now
        now = again
    assert MONDAY + HOUR < now <= MONDAY + 2 * HOUR and 5 <= tries <= 10
    assert next_try(job, MONDAY, 1, MONDAY + DAY, MONDAY + DAY) == MONDAY + DAY + timedelta(minutes=2)


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=12), st.sampled_from(["once", "skip"]), st.booleans()
)
def test_every_slot_is_either_run_missed_or_waited_for(ages: list[int], policy: str, mails: bool) -> None:
    job = scheduled("0 * * * *", catch_up=policy, jobs=["remind"] if mails else ["fill"])
    now = MONDAY + 30 * DAY
    due = sorted({now - age * HOUR for age in ages})
    verdict = judge(job, due, now)
    accounted = [
        *verdict.missed,
        *([verdict.run] if verdict.run else []),
        *([due[-1]] if verdict.waits else []),
    ]
    assert sorted(accounted) == due
    assert verdict.run in (None, due[-1])
