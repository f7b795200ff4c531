"""Improvement actions in digests: to their owners when their day has come, counted for the team lead."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from sheetops.domain.living import PROGRESS
from sheetops.domain.table import Grid, Raw
from sheetops.jobs.remind import remind
from sheetops.messages import Style, render_digest
from sheetops.settings.files import find, load_texts
from tests.sheets import log, view
from tests.unit.improving import blank_tab
from tests.unit.test_remind import PEOPLE, case, told

STYLE = Style(partial(find, "templates"), load_texts)


def action(number: int = 1, **cells: Raw) -> dict[str, Raw]:
    given: dict[str, Raw] = {
        "id": f"IMP-00{number}",
        "opportunity": "Reach the goal: CSAT",
        "measure": "Call back; ask 13812345678",
        "action_owner": "Service-Bea*",
        "finish_by": date(2026, 11, 13),
        "progress": "Under way",
    }
    return {**given, **cells}


def test_an_overdue_action_reaches_its_owner_and_the_team_leads_count() -> None:
    seen = view(
        log(case(1, owner="", due=date(2026, 11, 16))),
        PEOPLE,
        blank_tab(
            action(1),
            action(2, finish_by=date(2026, 11, 18)),
            action(3, finish_by=date(2026, 11, 19)),
            action(4, progress="done"),
            action(5, progress="Dropped"),
            action(6, verdict="Effective"),
            action(7, finish_by=None, review_on=date(2026, 11, 10), action_owner="Nobody-Known*"),
            action(8, action_owner="Tech-Cid*", finish_by="2026/11/2"),
        ),
    )
    plan = remind(seen)
    mine = {d.person.email: [i.action.id for i in d.items if i.action] for d in plan.digests}
    # Cid is away, so Bea stands in; whom nobody knows is the team lead's.
    assert mine == {"bea@example.com": ["IMP-008", "IMP-001", "IMP-002"], "lou@example.com": ["IMP-007"]}
    (lead,) = [d for d in plan.digests if d.person.email == "lou@example.com"]
    assert lead.picture is not None and lead.picture.actions == 4
    assert (
        "4" in render_digest(lead, seen, STYLE).text
        and "improvements due" in render_digest(lead, seen, STYLE).html
    )
    assert "review date 2026-11-10 has come" in render_digest(lead, seen, STYLE).text


def test_a_team_lead_hears_of_actions_that_stay_undone() -> None:
    fresh = action(1, finish_by=date(2026, 11, 17))
    assert set(told(remind(view(log(case(1, due=date(2026, 12, 24))), PEOPLE, blank_tab(fresh))))) == {
        "bea@example.com"
    }
    plan = remind(view(log(case(1, due=date(2026, 12, 24))), PEOPLE, blank_tab(action(1))))
    (lead,) = [d for d in plan.digests if d.person.email == "lou@example.com"]
    assert lead.items == () and lead.picture is not None and lead.picture.actions == 1


def test_what_is_said_is_masked_and_names_the_cell() -> None:
    seen = view(log(case(1, due=date(2026, 12, 24))), PEOPLE, blank_tab(action(1)))
    digest = next(d for d in remind(seen).digests if d.items)
    text = render_digest(digest, seen, STYLE).text
    assert "IMP-001" in text and "Call back; ask" in text and "13812345678" not in text
    assert "3 working days over, was due 2026-11-13" in text and "Improvements, cell N2" in text
    assert told(remind(seen)) == {"bea@example.com": ["improve"], "lou@example.com": []}


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
@pytest.mark.parametrize("key", ["done", "dropped"])
def test_what_is_done_in_any_language_is_not_told(language: str, key: str) -> None:
    word = next(choice.name(language) for choice in PROGRESS if choice.key == key)
    tab: Grid = blank_tab(action(1, progress=word))
    assert remind(view(log(case(1, due=date(2026, 12, 24))), PEOPLE, tab)).digests == ()
