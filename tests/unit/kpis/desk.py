"""Two years of an invented service desk, with the gaps and slips that real sheets have."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sheetops.domain.history import History, Life, Reopening
from sheetops.domain.table import Raw
from sheetops.domain.view import View
from tests.sheets import KEYS, log, view

OPTIONAL = ("opened", "first_response", "cause", "nps")
COLUMNS = (*KEYS, *OPTIONAL)
TODAY = date(2026, 11, 18)
BEGAN = datetime(2026, 2, 1, 9)  # the ledger's first run
_TYPES = ("Consult", "Complaint", "Suggestion", "Feature", "Other")


def requests(seed: int, count: int = 1500, first: date = date(2024, 11, 20)) -> list[dict[str, Any]]:
    """The rows as a person would have typed them, oldest first."""
    dice = random.Random(seed)
    span = (TODAY - first).days
    moments = sorted(
        datetime.combine(
            first + timedelta(days=dice.randrange(span + 1)), time(dice.randrange(24), dice.randrange(60))
        )
        for _ in range(count)
    )
    return [_request(dice, number, opened) for number, opened in enumerate(moments)]


def _request(dice: random.Random, number: int, opened: datetime) -> dict[str, Any]:
    kind = dice.choices(_TYPES, (40, 15, 10, 25, 10))[0]
    row: dict[str, Any] = {
        "id": f"R{number:05}",
        "source": dice.choice(("Phone", "Chat", "Email", "")),
        "customer": f"C{dice.randrange(400)}*-{dice.choice(('Shops', 'Private', 'Banks'))}",
        "description": f"Case about {dice.choice(('export', 'points', 'invoice', 'login'))} number {number}",
        "type": kind,
        "urgency": dice.choice(("High", "Medium", "Low")),
        "priority": dice.randrange(1, 6),
        "owner": dice.choice(("Desk-Ann*", "Tech-Bob*", "Product", "")),
        "opened": opened if dice.random() < 0.97 else None,
    }
    if dice.random() < 0.9:
        row["due"] = opened.date() + timedelta(days=dice.randrange(1, 12))
    done = opened.date() + timedelta(days=int(dice.expovariate(0.2)))
    if done <= TODAY and dice.random() < 0.93:
        row["resolved"] = done if dice.random() < 0.98 else opened.date() - timedelta(days=2)
        row["result"] = "done"
        if dice.random() < 0.6:
            row["feedback"] = f"{dice.choices((1, 2, 3, 4, 5), (1, 1, 2, 6, 10))[0]} points"
        if dice.random() < 0.4:
            row["nps"] = dice.randrange(11)
    if dice.random() < 0.5:
        row["first_response"] = opened + timedelta(hours=dice.randrange(1, 120))
    if kind == "Complaint" and dice.random() < 0.8:
        row["cause"] = dice.choices(("Late delivery", "Wrong bill", "Rude", "Defect"), (50, 30, 10, 10))[0]
    return row


def history(seed: int, rows: Sequence[dict[str, Any]]) -> History:
    """What a ledger that began in the middle remembers of them."""
    dice, fate = random.Random(seed + 1), random.Random(seed + 2)
    lives = {}
    for row in rows:
        opened = row["opened"] or datetime(2026, 5, 4, 10)
        if opened < BEGAN - timedelta(days=40) or dice.random() < 0.1:
            continue
        known = opened > BEGAN
        seen = opened + timedelta(hours=8) if known else BEGAN
        resolved = row.get("resolved")
        resolved_seen = datetime.combine(resolved, time(17)) if resolved and known else None
        answered = resolved_seen if dice.random() < 0.4 else seen + timedelta(hours=dice.randrange(72))
        lives[row["id"]] = Life(
            first_seen=seen,
            first_response=answered if known else None,
            resolved_seen=resolved_seen,
            reopenings=reopenings(fate, opened.date(), dice.choices((0, 1, 2), (8, 1, 1))[0]),
            due_changes=dice.choices((0, 1, 3), (7, 2, 1))[0],
            unsure=frozenset()
            if known
            else frozenset(("first_seen", "first_response") if resolved else ("first_seen",)),
        )
    return History(lives=lives, since=BEGAN)


def reopenings(dice: random.Random, opened: date, count: int) -> tuple[Reopening, ...]:
    """Resolved some days after it came or came back, seen open again some days later, by tomorrow at the latest."""
    found: list[Reopening] = []
    day = opened
    for _ in range(count):
        lost = day + timedelta(days=dice.randrange(-1, 5))
        day = max(lost, day) + timedelta(days=dice.randrange(4))
        if day > TODAY:
            break
        if day < BEGAN.date():  # no run could see it
            continue
        found.append(Reopening(lost, datetime.combine(day, time(18))))
    return tuple(found)


def desk(seed: int, count: int = 1500, hour: int = 9) -> tuple[View, list[dict[str, Any]], History]:
    """The view of the desk on 18 November 2026, its rows and its history."""
    rows = requests(seed, count)
    remembered = history(seed, rows)
    typed: list[list[Raw]] = [[row.get(key) for key in COLUMNS] for row in rows]
    now = datetime.combine(TODAY, time(hour))
    return view(log(*typed, keys=COLUMNS), now=now, history=remembered, timezone="UTC"), rows, remembered
