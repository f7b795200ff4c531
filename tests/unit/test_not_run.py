"""Scheduled runs that did not happen stand in the team lead's digest, and in nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import partial

import pytest

from sheetops.domain.history import History, NotRun
from sheetops.domain.table import Grid
from sheetops.domain.view import View
from sheetops.jobs.remind import gather
from sheetops.messages import Style, render_digest
from sheetops.messages.render import NOT_RUN
from sheetops.settings.files import find, load_texts
from tests.sheets import log, row, view

STYLE = Style(partial(find, "templates"), load_texts)
NOW = datetime(2026, 11, 18, 9, 30)
LOST = (
    NotRun("day", datetime(2026, 11, 16, 8, 30), False),
    NotRun("month", datetime(2026, 11, 17, 17, 0), True),
)
PEOPLE = Grid(
    "People",
    [
        ["Department", "Name", "E-mail", "Role", "Away until", "Deputy"],
        ["Service", "Lou*", "lou@house.internal", "Team lead", None, "Bea*"],
        ["Service", "Bea*", "bea@house.internal", None, None, None],
    ],
)


def seen(
    language: str = "en", lost: tuple[NotRun, ...] = LOST, due: date = date(2026, 11, 16), **cells: object
) -> View:
    people = Grid(
        "People", [*PEOPLE.rows[:1], [*PEOPLE.rows[1][:4], cells.get("away"), "Bea*"], PEOPLE.rows[2]]
    )
    request = row(
        id="20261101", description="The printer prints twice", urgency="中", owner="Service-Bea*", due=due
    )
    given = view(log(request, language=language), people, now=NOW)
    asked: list[str] = []

    def not_run(person: str) -> tuple[NotRun, ...]:
        asked.append(person)
        return lost if person == str(cells.get("reader", "lou@house.internal")) else ()

    return replace(given, history=replace(History(), not_run=not_run))


def test_the_lead_is_told_even_where_there_is_nothing_else_to_say() -> None:
    given = seen()
    digests = {digest.person.email: digest for digest in gather(given)}
    assert digests["lou@house.internal"].not_run == LOST and digests["lou@house.internal"].items == ()
    assert digests["bea@house.internal"].not_run == ()
    assert set(digests) == {"lou@house.internal", "bea@house.internal"}


def test_where_all_ran_the_lead_is_not_mailed_for_nothing() -> None:
    assert {digest.person.email for digest in gather(seen(lost=()))} == {"bea@house.internal"}


def test_who_stands_in_for_the_lead_is_told() -> None:
    given = seen(away=date(2026, 11, 20), reader="bea@house.internal")
    (digest,) = gather(given)
    assert digest.person.email == "bea@house.internal" and digest.not_run == LOST


@pytest.mark.parametrize(
    ("language", "subject", "missed", "failed"),
    [
        ("en", "2 scheduled runs did not happen: desk.xlsx", "day, 2026-11-16 08:30: nothing was there", "failed;"),
        ("zh-Hans", "2 次定时任务未执行：desk.xlsx", "day，2026-11-16 08:30：到时未执行", "执行失败"),
        ("zh-Hant", "2 次排程工作未執行：desk.xlsx", "day，2026-11-16 08:30：到時未執行", "執行失敗"),
    ],
)  # fmt: skip
def test_it_is_said_in_the_readers_language(language: str, subject: str, missed: str, failed: str) -> None:
    given = seen(language)
    mail = next(render_digest(digest, given, STYLE) for digest in gather(given) if digest.not_run)
    assert mail.subject.endswith(subject)
    for text in (mail.text, mail.html):
        assert missed in text and failed in text and "2026-11-17 17:00" in text


def test_a_long_outage_does_not_bury_the_mail() -> None:
    lost = tuple(NotRun("hour", datetime(2026, 11, 1 + n // 24, n % 24), False) for n in range(80))
    given = seen(lost=lost)
    mail = next(render_digest(digest, given, STYLE) for digest in gather(given) if digest.not_run)
    assert mail.text.count("hour, ") == NOT_RUN and f"and {80 - NOT_RUN} earlier" in mail.text
    assert "2026-11-04 07:00" in mail.text, "the newest are named"
