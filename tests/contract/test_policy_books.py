"""The Policy tab in every kind of book: written once, known as ours, rewritten when a setting changes, not over notes."""

from __future__ import annotations

from datetime import UTC, datetime

from sheetops.jobs.policy import refresh_policy, write_policy
from sheetops.runner import Order, Report, run_order
from tests.contract.desks import Desk
from tests.sheets import NoLedger, NoPost, policy

NOW = datetime(2026, 11, 18, 1, 30, tzinfo=UTC)


def policy_run(desk: Desk, asked: bool = True, **team: object) -> Report:
    job = write_policy if asked else refresh_policy
    order = Order(desk.book, [], lambda language: policy(language, **team), own={"policy": job})
    return run_order(order, NoLedger(), NoPost(), lambda: NOW)


def test_it_is_written_and_then_known_as_our_own(desk: Desk) -> None:
    assert policy_run(desk, asked=False).applied.tabs == ()
    assert policy_run(desk).applied.tabs == ("Policy",)
    rows = {cells[0]: cells for cells in desk.rows("Policy") if cells}
    assert str(rows["Feedback"][1]).startswith("The customer is called back within 3")
    assert rows["Feedback"][2] == "default"
    assert policy_run(desk).applied.tabs == policy_run(desk, asked=False).applied.tabs == ()


def test_a_changed_setting_is_followed_and_notes_hold_it(desk: Desk) -> None:
    policy_run(desk)
    assert policy_run(desk, asked=False, feedback_days=5).applied.tabs == ("Policy",)
    told = [str(cells[1]) for cells in desk.rows("Policy") if cells and cells[0] == "Feedback"]
    assert "within 5 working" in told[0]
    at = next(n for n, cells in enumerate(desk.rows("Policy"), 1) if cells and cells[0] == "Feedback")
    desk.tick("Policy", at, 2, "we agreed on this in May")
    held = policy_run(desk, feedback_days=9)
    assert held.applied.tabs == () and "changed by hand" in held.plan.left[0]
    assert desk.rows("Policy")[at - 1][1] == "we agreed on this in May"
