"""What every ledger keeps, whether it is a file or a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.plan import Plan
from sheetops.domain.tabs import Tab
from sheetops.errors import LedgerError
from sheetops.ledger import Ledger, open_ledger
from sheetops.ledger import tables as t
from tests.integration.ledger_places import emptied, postgres
from tests.sheets import KEYS, log, row
from tests.unit.ledger.looks import DAY, SHEET, START, everything, life, look, look_at_rows, see

TODAY = START.date()
ANN = row(
    id="20261101", customer="W*-shop", description="cannot export", urgency="High", due=date(2026, 11, 3)
)
BOB = row(id="20261102", customer="L*-cafe", description="asks for points", urgency="Low")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    if request.param == "sqlite":
        return tmp_path / "ledger.db"
    return emptied(request.getfixturevalue("server"))


@pytest.fixture
def ledger(place: str | Path, tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(place, key_file=tmp_path / "key", wait=5) as opened:
        yield opened


def changed(cells: list[object], **new: object) -> list[object]:
    return [new.get(key, old) for key, old in zip(KEYS, cells, strict=True)]


def test_a_sheet_never_seen_has_no_history(ledger: Ledger) -> None:
    history = ledger.history(SHEET, START)
    assert (dict(history.lives), history.since, dict(history.last_rows)) == ({}, None, {})


def test_what_a_run_saw_is_what_the_next_is_told(ledger: Ledger) -> None:
    look_at_rows(ledger, [ANN], 0)
    look_at_rows(ledger, [ANN, BOB], 1)
    history = ledger.history(SHEET, START)
    assert history.since == START
    assert history.last_rows == {"Requests": 2}
    assert history.last_columns == {"Requests": frozenset(KEYS)}
    assert history.lives["20261101"].first_seen == START
    assert history.lives["20261101"].unsure == {"first_seen"}
    assert history.lives["20261102"].first_seen == START + DAY
    assert history.lives["20261102"].unsure == frozenset()


def test_a_life_from_first_sight_to_reopening(ledger: Ledger) -> None:
    states = [
        BOB,
        changed(BOB, owner="Tech-Z*"),
        changed(BOB, owner="Tech-Z*", result="looking into it"),
        changed(BOB, owner="Tech-Q*", result="looking into it", due=date(2026, 11, 9)),
        changed(BOB, owner="Tech-Q*", result="looking into it", due=date(2026, 11, 10)),
        changed(BOB, owner="Tech-Q*", result="done", due=date(2026, 11, 10), resolved=date(2026, 11, 8)),
        changed(BOB, owner="Tech-Q*", result="done", due=date(2026, 11, 10)),
    ]
    look_at_rows(ledger, [ANN], 0)
    lives = []
    for day, state in enumerate(states, 1):
        look_at_rows(ledger, [ANN, state], day)
        lives.append(life(ledger, "20261102"))
    assert [one.first_response for one in lives] == [None, None, *[START + 3 * DAY] * 5]
    assert [one.owner_changes for one in lives] == [0, 0, 0, 1, 1, 1, 1]
    assert [one.due_changes for one in lives] == [0, 0, 0, 0, 1, 1, 1]
    assert [one.resolved_seen for one in lives] == [None] * 5 + [START + 6 * DAY, None]
    assert [one.reopened for one in lives] == [0, 0, 0, 0, 0, 0, 1]
    assert [one.last_progress for one in lives] == [START + day * DAY for day in (1, 2, 3, 4, 5, 6, 6)]


def test_a_jobs_own_writing_is_no_progress(ledger: Ledger) -> None:
    look_at_rows(ledger, [BOB], 0)
    look(ledger, log(BOB), now=START + DAY, edits=[(0, "due", date(2026, 11, 20))])
    assert life(ledger, "20261102").last_progress == START
    look_at_rows(ledger, [changed(BOB, due=date(2026, 11, 20))], 2)
    assert life(ledger, "20261102").last_progress == START
    assert life(ledger, "20261102").due_changes == 0


def test_the_same_sheet_again_changes_nothing_but_the_runs(ledger: Ledger) -> None:
    look_at_rows(ledger, [ANN, BOB], 0)
    before = [(s.life, s.events, s.fields) for s in ledger.stories("20261102")]
    look_at_rows(ledger, [ANN, BOB], 1)
    assert [(s.life, s.events, s.fields) for s in ledger.stories("20261102")] == before
    assert len(ledger.runs()) == 2


def test_a_relative_and_an_absolute_path_are_one_sheet(ledger: Ledger) -> None:
    look_at_rows(ledger, [ANN], 0, place="a/../desk.xlsx")
    assert ledger.history(str(Path("desk.xlsx").resolve()), START).since == START
    look_at_rows(ledger, [ANN], 0, place="https://docs.google.com/spreadsheets/d/abc/edit")
    assert ledger.history("https://docs.google.com/spreadsheets/d/abc/edit", START).since == START


def test_an_id_given_by_the_run_continues_the_life_of_its_row(ledger: Ledger) -> None:
    bare = changed(BOB, id=None)
    look_at_rows(ledger, [ANN], 0)
    look_at_rows(ledger, [ANN, bare], 1)
    look(ledger, log(ANN, bare), now=START + 2 * DAY, edits=[(1, "id", "20261107")])
    assert life(ledger, "20261107").first_seen == START + DAY
    look_at_rows(ledger, [changed(BOB, id="20261107"), ANN], 3)
    assert life(ledger, "20261107").first_seen == START + DAY
    assert ledger.rebuild() == 0


def test_numbers_are_taken_all_or_none(ledger: Ledger) -> None:
    run = ledger.start_run(SHEET, ["fill"], START)
    other = ledger.start_run("other.xlsx", ["fill"], START)
    assert ledger.reserve_ids(run, "202611", [1, 2])
    assert not ledger.reserve_ids(run, "202611", [4, 2, 3])
    assert ledger.reserve_ids(run, "202611", [3, 4])
    assert ledger.reserve_ids(other, "202611", [1])
    assert ledger.history(SHEET, START).highest == {"202611": 4}


def test_a_mail_is_claimed_once_a_day(ledger: Ledger) -> None:
    run = ledger.start_run(SHEET, ["remind"], START)
    claim = ("remind", SHEET, "zoe@example.com", TODAY, "<1@x>")
    assert ledger.claim_mail(run, *claim)
    assert not ledger.claim_mail(run, *claim)
    assert [(m.to, m.outcome) for m in ledger.unknown_mails()] == [("z***@example.com", None)]
    mailed = ledger.history(SHEET, START).mailed
    assert ("remind", "zoe@example.com", TODAY) in mailed
    assert ("remind", "zoe@example.com", TODAY + DAY) not in mailed
    assert ("remind", "zed@example.com", TODAY) not in mailed
    ledger.mail_outcome("<1@x>", "unknown")
    assert len(ledger.unknown_mails()) == 1 and not ledger.claim_mail(run, *claim)
    ledger.mail_outcome("<1@x>", "sent")
    assert ledger.unknown_mails() == []
    assert not ledger.claim_mail(run, *claim)


def test_a_mail_that_surely_failed_may_be_claimed_again(ledger: Ledger) -> None:
    run = ledger.start_run(SHEET, ["remind"], START)
    claim = ("remind", SHEET, "zoe@example.com", TODAY, "<1@x>")
    assert ledger.claim_mail(run, *claim)
    ledger.mail_outcome("<1@x>", "failed")
    assert ("remind", "zoe@example.com", TODAY) not in ledger.history(SHEET, START).mailed
    assert ledger.claim_mail(run, *claim)
    assert not ledger.claim_mail(run, *claim)


def test_a_slot_is_claimed_once(ledger: Ledger) -> None:
    assert ledger.claim_slot("run desk", "2026-11-02T09:00:00+08:00")
    assert not ledger.claim_slot("run desk", "2026-11-02T09:00:00+08:00")
    assert ledger.claim_slot("run other", "2026-11-02T09:00:00+08:00")


def test_edits_are_remembered_with_old_and_new_value_and_where_their_row_is_now(ledger: Ledger) -> None:
    run = look(ledger, log(ANN, BOB), edits=[(1, "due", date(2026, 11, 13)), (0, "id", 20261109)])
    edits = ledger.edits_of(run)
    assert [(e.id, e.column, e.old, e.new, e.outcome) for e in edits] == [
        ("20261102", "due", None, date(2026, 11, 13), "written"),
        ("20261109", "id", "20261101", 20261109, "written"),
    ]
    moved = see([log(BOB, changed(BOB, id="x", description="z"), changed(ANN, id=20261109))], START)
    assert [(e.tab, e.row) for e in ledger.edits_of(run, moved)] == [("Requests", 2), ("Requests", 4)]


def test_runs_say_what_they_did_and_those_without_an_end_are_unfinished(ledger: Ledger) -> None:
    run = look(ledger, log(BOB), edits=[(0, "due", date(2026, 11, 13))], plan=Plan(tabs=(Tab("Checks", ()),)))
    crashed = ledger.start_run(SHEET, ["fill"], START + DAY)
    newest, first = ledger.runs()
    assert (first.id, first.outcome, first.jobs, first.tabs) == (run, "done", ("fill",), ("Checks",))
    assert (first.counts["written"], first.timings) == (1, {"read": 0.5})
    assert (newest.id, newest.outcome, newest.recorded) == (crashed, None, False)
    assert [one.id for one in ledger.open_runs()] == [crashed]
    failed = ledger.start_run(SHEET, ["fill"], START + DAY)
    ledger.finish_run(failed, "failed", {})
    skipped = ledger.start_run(SHEET, ["fill"], START + DAY)
    ledger.finish_run(skipped, "skipped", {})
    elsewhere = look(ledger, log(ANN), place="other.xlsx")
    assert [one.id for one in ledger.open_runs()] == [failed, crashed] and elsewhere
    look(ledger, log(BOB), now=START + 2 * DAY)
    assert ledger.open_runs() == []
    assert ledger.run(run[:-1]) == (run, str(Path(SHEET).resolve()))
    with pytest.raises(LedgerError, match="knows no such run"):
        ledger.run("20200101")
    with pytest.raises(LedgerError, match="recorded before"):
        ledger.record(run, None, None, None)  # type: ignore[arg-type]


def test_a_finding_lives_from_the_run_that_saw_it_to_the_run_that_did_not(ledger: Ledger) -> None:
    found = Finding("required", Severity.WARNING, "Requests", 3, "I3", "due", "20261102")
    first = look(ledger, log(ANN, BOB), jobs=["validate"], plan=Plan(findings=(found,)))
    moved = found._replace(row=2, cell="I2")
    look(ledger, log(BOB, ANN), now=START + DAY, jobs=["validate"], plan=Plan(findings=(moved,)))
    look(ledger, log(BOB, ANN), now=START + DAY, jobs=["fill"])
    assert ledger.sheets(TODAY)[0].findings == {"warning": 1}
    (story,) = ledger.stories("20261102")
    assert story.findings == (("required", "due", first, None),)
    last = look(ledger, log(BOB, ANN), now=START + 2 * DAY, jobs=["validate"])
    assert ledger.stories("20261102")[0].findings == (("required", "due", first, last),)


def test_what_moved_since_the_last_look_and_since_when_a_finding_stands(ledger: Ledger) -> None:
    named = Finding("required", Severity.WARNING, "Requests", 3, "I3", "due", "20261102")
    awake = named._replace(row=2, cell="I2", id="20261101")
    plan = Plan(findings=(named, awake))
    look(ledger, log(ANN, BOB), jobs=["validate"], plan=plan)
    noted = changed(ANN, notes="called")
    look(ledger, log(noted, BOB), now=START + DAY, jobs=["validate"], plan=plan)
    history = ledger.history(SHEET, START + 2 * DAY)
    new = named._replace(variant="other")
    assert history.found_since([named, awake, new], {}) == [START.date(), START.date(), None]
    both = [changed(noted, result="asked"), changed(BOB, owner="Tech-Z*", urgency="High", notes="x")]
    now = see([log(*both)], START + 2 * DAY).logs[0]
    assert history.progress(now, [0, 1]) == [{"result"}, {"owner", "urgency"}]


def test_a_forgotten_request_that_is_seen_again_is_not_new(ledger: Ledger) -> None:
    look_at_rows(ledger, [ANN], 0)
    look_at_rows(ledger, [ANN, changed(BOB, result="asked")], 1)
    assert not life(ledger, "20261102").unsure
    assert ledger.forget("20261102") == 1
    look_at_rows(ledger, [ANN, changed(BOB, result="asked")], 2)
    assert life(ledger, "20261102").unsure == {"first_seen", "first_response"}


def test_the_state_of_a_sheet_counts_open_and_overdue(ledger: Ledger) -> None:
    look_at_rows(ledger, [ANN, BOB, changed(ANN, id="3", resolved=date(2026, 11, 2), result="ok")], 0)
    (state,) = ledger.sheets(date(2026, 11, 3))
    assert (state.requests, state.open, state.overdue) == (3, 2, 0)
    assert ledger.sheets(date(2026, 11, 4))[0].overdue == 1


def test_what_a_job_wrote_in_the_run_that_saw_a_request_first_is_told(ledger: Ledger) -> None:
    new = changed(ANN, id=None, due=None)
    edits = [(0, "id", "20261109"), (0, "due", date(2026, 11, 5)), (0, "urgency", "High")]
    run = look(ledger, log(new), edits=edits)
    (story,) = ledger.stories("20261109")
    told = [(e.run, e.what, e.field, e.change, e.old, e.new, e.by_job) for e in story.events]
    assert told == [
        (run, "first_seen", None, None, None, None, False),
        (run, "changed", "due", "filled", None, "2026-11-05", True),
        (run, "changed", "id", "filled", None, "20261109", True),
        (run, "changed", "urgency", "changed", None, "high", True),
    ]
    happened = [(h.run, h.what, h.field, h.change, h.old, h.new, h.by_job) for h in ledger.happened(SHEET)]
    assert happened == told
    look(ledger, log(changed(new, id="20261109", due=date(2026, 11, 5))), now=START + DAY)
    assert [(e.run, e.field) for e in ledger.stories("20261109")[0].events[:4]] == [
        (run, field) for field in (None, "due", "id", "urgency")
    ]


def test_the_story_of_a_request(ledger: Ledger) -> None:
    look_at_rows(ledger, [ANN], 0)
    look_at_rows(ledger, [ANN, BOB], 1)
    answered = changed(BOB, result="asked back", urgency="High")
    look(ledger, log(ANN, answered), now=START + 2 * DAY, edits=[(1, "due", date(2026, 11, 5))])
    look_at_rows(ledger, [ANN], 3)
    (story,) = ledger.stories("20261102")
    assert [(e.moment[:10], e.what, e.field, e.old, e.new, e.by_job) for e in story.events] == [
        ("2026-11-03", "first_seen", None, None, None, False),
        ("2026-11-04", "first_response", None, None, None, False),
        ("2026-11-04", "changed", "due", None, "2026-11-05", True),
        ("2026-11-04", "changed", "result", None, None, False),
        ("2026-11-04", "changed", "urgency", "low", "high", False),
        ("2026-11-05", "gone", None, None, None, False),
    ]
    assert story.fields["urgency"] == "high" and story.fields["description"] is None
    assert story.gone == START + 3 * DAY
    assert [e.column for e in story.edits] == ["due"]
    assert ledger.stories("20261102", "other.xlsx") == []


def test_a_forgotten_request_leaves_nothing(ledger: Ledger) -> None:
    run = look(ledger, log(ANN, BOB), edits=[(1, "due", date(2026, 11, 13))])
    assert ledger.forget("20261102") == 1
    assert ledger.forget("20261102") == 0
    assert ledger.stories("20261102") == [] and ledger.edits_of(run) == []
    assert ledger.history(SHEET, START).life("20261102") is None
    assert ledger.history(SHEET, START).life("20261101") is not None
    assert ledger.rebuild() == 0


def test_pruning_keeps_what_is_still_in_the_sheet(ledger: Ledger) -> None:
    run = look(ledger, log(ANN, BOB), edits=[(i, "due", date(2026, 11, 13)) for i in (0, 1)])
    assert ledger.reserve_ids(run, "202611", [1, 2, 3])
    assert ledger.claim_mail(run, "remind", SHEET, "zoe@example.com", TODAY, "<1@x>")
    assert ledger.claim_slot("run", START.isoformat())
    for day in range(1, 5):
        look_at_rows(ledger, [ANN], day)
    removed = ledger.prune(START + 3 * DAY)
    assert removed == {
        "requests": 1,
        "edits": 1,
        "tabs": 0,
        "policy": 0,
        "findings": 0,
        "mails": 1,
        "slots": 1,
        "ids": 2,
        "runs": 1,  # the others are part of the life of what is still there
    }
    history = ledger.history(SHEET, START)
    assert set(history.lives) == {"20261101"}
    assert history.highest["202611"] == 3
    assert history.since == START and history.lives["20261101"].first_seen == START
    assert ledger.rebuild() == 0


def test_a_derived_life_that_was_spoilt_is_rebuilt(ledger: Ledger) -> None:
    look_at_rows(ledger, [ANN, BOB], 0)
    look_at_rows(ledger, [changed(ANN, result="x"), changed(BOB, urgency="High")], 1)
    right = [ledger.stories(name) for name in ("20261101", "20261102")]
    with ledger._engine.begin() as link:
        link.execute(
            update(t.requests)
            .where(t.requests.c.number == 1)
            .values(first_response=None, reopenings='[["2026-11-03","2026-11-04T09:00:00"]]')
        )
        link.execute(delete(t.requests).where(t.requests.c.number == 2))
    assert ledger.rebuild() == 2
    assert [ledger.stories(name) for name in ("20261101", "20261102")] == right
    assert life(ledger, "20261101").reopened == 0


def test_a_review_that_was_written_is_remembered(ledger: Ledger) -> None:
    tabs = tuple(Tab(name, ()) for name in ("Review 2026-10", "服务复盘 2026-Q3", "Checks"))
    look(ledger, log(BOB), now=START + DAY, plan=Plan(tabs=tabs), jobs=["review"])
    assert ledger.history(SHEET, START).reviewed == dict.fromkeys(("2026-10", "2026-Q3"), START + DAY)
    look(ledger, log(BOB), now=START + 2 * DAY, plan=Plan(tabs=tabs[:1]), jobs=["review"])
    assert ledger.history(SHEET, START).reviewed == {"2026-10": START + 2 * DAY, "2026-Q3": START + DAY}


def test_no_word_of_or_about_a_person_is_stored(place: str | Path, ledger: Ledger) -> None:
    words = (
        "wangxiaoming",
        "cannot log in",
        "teamperson",
        "secretnote",
        "zoe@example.com",
        "happywords",
        "outcomewords",
    )
    cells = row(
        id="20261103",
        customer=f"{words[0]}-x",
        description=words[1],
        owner=f"Tech-{words[2]}",
        notes=words[3],
        feedback=f'Satisfied (5 points): "{words[5]}"',
        result=words[6],
    )
    run = look(ledger, log(cells), edits=[(0, "due", date(2026, 11, 13)), (0, "notes", "secretnote2")])
    ledger.claim_mail(run, "remind", SHEET, words[4], TODAY, "<1@x>")
    text = everything(ledger)
    assert "20261103" in text and "2026-11-13" in text
    assert not [word for word in words if word in text]


def test_two_ledgers_print_the_same_words_differently(ledger: Ledger, tmp_path: Path) -> None:
    with open_ledger(tmp_path / "other.db") as other:
        assert other._printer.field("W*-shop") != ledger._printer.field("W*-shop")


def test_as_of_a_day_long_ago_works_too(ledger: Ledger) -> None:
    look_at_rows(ledger, [ANN], 0)
    past = datetime(2016, 3, 1, 12)
    look(ledger, log(ANN, BOB), now=past)
    assert life(ledger, "20261102").first_seen == past
