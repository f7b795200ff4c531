"""What the last look left of a large tab's rows is kept on both databases, and forgotten with the request."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from sheetops.domain.history import History
from sheetops.domain.plan import Judged, Plan
from sheetops.jobs.remind import remind
from sheetops.jobs.validate import validate
from sheetops.ledger import open_ledger
from sheetops.ledger import tables as t
from sheetops.ledger.keyed_marks import unpacked
from sheetops.ledger.last_look import keep_look
from tests.integration.ledger_places import postgres
from tests.sheets import KEYS, log, row
from tests.unit.ledger.looks import DAY, SHEET, START, look, marked, see


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_rows_stand_as_the_last_look_left_them(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    place: str | Path = tmp_path / "ledger.db"
    if kind == "postgresql":
        there = postgres()
        place = there.__enter__()
        request.addfinalizer(lambda: there.__exit__(None, None, None))
    rows = [row(id=f"A{n}", customer=f"W*{n}-shop", description=f"thing {n}") for n in range(3000)]
    plan = Plan(judged={"Requests": Judged("today", frozenset((2, 9)))})  # the rows of A0 and A7
    with open_ledger(place, key_file=tmp_path / "key") as ledger:
        look(ledger, marked(log(*rows)), plan=plan)
        rows[1500] = row(id="A1500", customer="W*1500-shop", description="said better", result="told")
        now = marked(log(*rows, row(id="A3000", customer="Q*-bank", description="new")))
        table = see([now], START).snapshot.tables[0]
        history = ledger.history(SHEET, START)
        assert history.to_judge(table, "today") == [0, 7, 1500, 3000]
        assert history.lives_of(["A1500", "A3000"])[1] is None
        look(ledger, now, now=START + DAY)
        history = ledger.history(SHEET, START)
        assert history.to_judge(table, "today") == [0, 7, 1500, 3000], "that run judged nothing"
        assert [life.first_seen for life in history.lives_of(["A1500", "A3000"]) if life] == [
            START,
            START + DAY,
        ]
        assert history.lives["A1500"].first_response == START + DAY and set(history.lives) >= {"A0", "A3000"}
        assert ledger.forget("A2999") == 1 and ledger.rebuild() == 0
        assert 2998 not in (ledger.history(SHEET, START).to_judge(table, "today") or ())
        assert 2999 in (ledger.history(SHEET, START).to_judge(table, "today") or ())
        with ledger._engine.connect() as link:
            kept = link.execute(select(t.standing.c.first).order_by(t.standing.c.first)).scalars().all()
            woken = link.execute(select(t.requests.c.number)).scalars().all()
        assert kept == [1, 1025, 2049] and woken == [1501]


def test_reminding_alone_leaves_how_rows_were_judged_and_a_run_that_judges_nothing_leaves_it_standing(
    tmp_path: Path,
) -> None:
    given = {"source": "Phone", "type": "Consult", "urgency": "Low", "priority": 2, "owner": "Tech-O*"}
    rows = [
        row(
            id=f"202611{n:04}",
            customer=f"W*{n}-shop",
            description=f"The till {n} is slow",
            due=date(2026, 11, 16),
            **given,
        )
        for n in range(60)
    ]
    rows[7][KEYS.index("owner")] = None
    with open_ledger(tmp_path / "ledger.db", key_file=tmp_path / "key") as ledger:
        now = marked(log(*rows))
        plan = remind(see([now], START))
        context = plan.judged["Requests"].context
        look(ledger, now, plan=plan, jobs=("remind",))
        table = see([now], START).snapshot.tables[0]
        first = ledger.history(SHEET, START).to_judge(table, context)
        assert first is not None and set(first) == {7}
        rows[31][KEYS.index("owner")] = None
        now = marked(log(*rows))
        look(ledger, now, plan=Plan(), jobs=("fill",), now=START)
        view = replace(see([now], START), history=ledger.history(SHEET, START))
        left = view.history.to_judge(view.snapshot.tables[0], context)
        assert left is not None and set(left) == {*first, 31}, "that run judged nothing"
        known, anew = validate(view), validate(replace(view, history=History()))
        assert {f.row for f in known.findings if f.column == "owner"} == {9, 33}
        assert known.findings == anew.findings and known.judged == anew.judged


def test_what_is_forgotten_while_a_run_remembers_stays_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run has read what the last look left, and has not yet written its own."""
    rows = [row(id=f"A{n}", customer=f"W*{n}-shop", description=f"thing {n}") for n in range(30)]
    with (
        postgres() as place,
        open_ledger(place, key_file=tmp_path / "key") as ledger,
        open_ledger(place, key_file=tmp_path / "key") as other,
        ThreadPoolExecutor(1) as somebody,
    ):
        look(ledger, marked(log(*rows)))
        asked: list[Future[int]] = []

        def forget_then_keep(*what: Any) -> None:
            asked.append(somebody.submit(other.forget, "A7"))
            wait(asked, timeout=1)
            keep_look(*what)

        monkeypatch.setattr("sheetops.ledger.recording.keep_look", forget_then_keep)
        rows[9] = row(id="A9", customer="W*9-shop", description="thing 9", result="told")
        look(ledger, marked(log(*rows)), now=START + DAY)
        monkeypatch.undo()
        assert asked[0].result(60) == 1
        with ledger._engine.connect() as link:
            kept = unpacked(dict(map(tuple, link.execute(select(t.standing.c.first, t.standing.c.what)))))
        assert kept.numbers.tolist() == [number for number in range(1, 31) if number != 8]
        rows[7][11] = "said later"
        look(ledger, marked(log(*rows)), now=START + 2 * DAY)
        assert ledger.rebuild() == 0
