"""The Policy tab: written when asked for, kept true by a day's run, and never a person's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from sheetops.domain.history import History
from sheetops.domain.seals import sealed
from sheetops.domain.stating import SECTIONS, statements
from sheetops.domain.stating.dated import differences
from sheetops.domain.table import Grid
from sheetops.domain.tabs import Tab
from sheetops.domain.template import LANGUAGES, TAB_NAMES
from sheetops.domain.view import View
from sheetops.jobs.policy import policy_tab, refresh_policy, write_policy
from tests.sheets import log, view


def with_tab(seen: View, tab: Tab) -> View:
    """The view once the tab stands in the sheet as a run leaves it."""
    raw = seen.snapshot.raw
    grid = Grid(tab.name, [list(cells) for cells in sealed(tab).values()])
    return replace(seen, snapshot=replace(seen.snapshot, raw=replace(raw, grids=(*raw.grids, grid))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tab_states_every_section_in_the_sheets_language(language: str) -> None:
    seen = view(log(language=language), language=language)
    tab = policy_tab(seen)
    assert tab.name == TAB_NAMES["policy"][language]
    values = [cells[0] for cells in tab.values() if cells]
    assert [v for v in values if v in {seen.texts(f"policy.section.{s}") for s in SECTIONS}] == [
        seen.texts(f"policy.section.{section}") for section in SECTIONS
    ]
    rows = {(cells[0], cells[1]): cells for cells in tab.values() if len(cells) == 4}
    for one in statements(seen):
        assert rows[one.label, one.text][2], one.name


def test_a_days_run_makes_none_and_keeps_ours_true() -> None:
    seen = view(log())
    assert refresh_policy(seen).tabs == ()
    (tab,) = write_policy(seen).tabs
    assert refresh_policy(with_tab(seen, tab)).tabs == (tab,)
    other = view(log(), feedback_days=7)
    (after,) = refresh_policy(with_tab(other, tab)).tabs
    assert after != tab
    foreign = Grid("Policy", [["Our own rules"]])
    assert refresh_policy(view(log(), foreign)).tabs == ()


def test_the_tab_of_another_day_is_the_same_while_nothing_changed() -> None:
    seen = view(log(), now=datetime(2026, 11, 2, 9))
    kept = tuple(one._replace(run="run-1", moment=seen.now) for one in differences((), statements(seen), str))
    later = replace(seen, now=datetime(2026, 12, 30, 17), history=History(policy=kept))
    assert policy_tab(later) == policy_tab(seen)
    assert "Unchanged since the first run that looked, on 2026-11-02" in str(policy_tab(later).values()[2][0])


def test_the_head_names_what_changed_last_and_the_end_lists_it() -> None:
    first = view(log(), now=datetime(2026, 11, 2, 9))
    kept = tuple(
        one._replace(run="run-1", moment=first.now) for one in differences((), statements(first), str)
    )
    seen = replace(view(log(), feedback_days=5, team_lead="Zoe"), history=History(policy=kept))
    values = policy_tab(seen).values()
    assert values[2][0] == "Last changed on 2026-11-18: Feedback."
    changed = [cells for cells in values if len(cells) == 4 and "→" in str(cells[1])]
    assert [cells[0] for cells in changed][-1] == "Feedback" and changed[-1][3] == date(2026, 11, 18)
    assert "3 working days" in str(changed[-1][1]) and "5 working days" in str(changed[-1][1])
