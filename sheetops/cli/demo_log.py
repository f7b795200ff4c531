"""The demo's request log: two months of an invented team, made anew from a fixed seed around a given day."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sheetops.domain.choices import DEFAULT_LISTS
from sheetops.domain.policy import Policy
from sheetops.domain.table import Raw
from sheetops.domain.tabs import Cell, Tab
from sheetops.domain.template import BY_KEY, COLUMNS, TAB_NAMES
from sheetops.domain.texts import Texts
from sheetops.settings.files import find

DAYS = 75  # of history before the day of the demo
ROWS = 72
UNFILLED = 5  # newest rows that nobody has numbered yet
_KEYS = (*(column.key for column in COLUMNS), "opened")


def demo_tabs(tabs: Sequence[Tab], policy: Policy, language: str, today: date) -> tuple[Tab, ...]:
    """The tabs of a new workbook, its two example rows replaced by the demo's log and an `opened` column added."""
    return tuple(
        _with_log(tab, policy, language, today) if tab.name == TAB_NAMES["log"][language] else tab
        for tab in tabs
    )


def _with_log(tab: Tab, policy: Policy, language: str, today: date) -> Tab:
    styles = [cell.style for cell in tab.rows[1]]
    header = (*tab.rows[0], Cell(BY_KEY["opened"].name(language), "header"))
    body = tuple(
        tuple(
            Cell(row.get(key), "moment" if key == "opened" else styles[place])
            for place, key in enumerate(_KEYS)
        )
        for row in _rows(policy, language, today)
    )
    last = tab.filter._replace(last_column=len(_KEYS)) if tab.filter else None
    return replace(
        tab,
        rows=(header, *body),
        widths=(*tab.widths, BY_KEY["opened"].width),
        filter=last,
        column_styles=(*tab.column_styles, (len(_KEYS), "moment")),
    )


def _rows(policy: Policy, language: str, today: date) -> list[dict[str, Raw]]:
    words = tomllib.loads(find("templates", f"demo/{language}.toml").read_text(encoding="utf-8"))
    dice = random.Random(7)
    moments = sorted(_moment(dice, policy, today) for _ in range(ROWS - UNFILLED))
    moments += [datetime.combine(today, time(8, 40 + 3 * n)) for n in range(UNFILLED)]
    numbers: dict[str, int] = {}
    rows = []
    # Every pair of a customer and a need once: nobody asks the same thing twice, but for what is planted.
    pairs = [{**case, "customer": other["customer"]} for case in words["case"] for other in words["case"]]
    dice.shuffle(pairs)
    for case, opened, place in zip(pairs, moments, range(ROWS), strict=False):
        row = _row(case, words, policy, language, opened, today, dice)
        month = f"{opened:%Y%m}"
        if place < ROWS - UNFILLED:
            numbers[month] = numbers.get(month, 0) + 1
            row["id"] = int(f"{month}{numbers[month]:02}")
        rows.append(row)
    _plant_faults(rows, words["faults"])
    return rows


def _moment(dice: random.Random, policy: Policy, today: date) -> datetime:
    calendar = policy.calendar.estimating()
    day = calendar.previous_workday(today - timedelta(days=dice.randrange(1, DAYS)))
    return datetime.combine(day, time(dice.choice((9, 9, 10, 10, 11, 13, 14, 15, 16)), dice.randrange(60)))


def _row(
    case: Mapping[str, Any],
    words: Mapping[str, Any],
    policy: Policy,
    language: str,
    opened: datetime,
    today: date,
    dice: random.Random,
) -> dict[str, Raw]:
    texts, calendar = policy.texts, policy.calendar.estimating()
    level = texts("layout.priority", level=case["priority"])
    row: dict[str, Raw] = {
        **{key: DEFAULT_LISTS[key].name(case[key], language) for key in ("source", "type", "urgency")},
        "customer": case["customer"],
        "description": case["description"],
        "priority": case["priority"] if level == str(case["priority"]) else level,
        "owner": _owner(case, texts, dice),
        "opened": opened,
    }
    if opened.date() == today:
        return row
    target = {"high": 1, "medium": 3, "low": 10}[case["urgency"]]
    row["due"] = calendar.add_workdays(opened.date(), target)
    done = calendar.add_workdays(opened.date(), max(0, target + dice.choice((-2, -1, -1, 0, 0, 0, 1, 2))))
    if done >= today or dice.random() < 0.12:
        row["result"] = case["progress"] if dice.random() < 0.8 else None
        return row
    row |= {"resolved": done, "result": case["outcome"]}
    if calendar.workdays_between(done, today) > 2 and dice.random() < 0.75:
        said = words["feedback"][dice.randrange(len(words["feedback"]))]
        form = words["scores"]["good" if said["score"] >= 4 else "fair" if said["score"] == 3 else "poor"]
        row["feedback"] = form.format(n=said["score"], w=said["words"])
    return row


def _owner(case: Mapping[str, Any], texts: Texts, dice: random.Random) -> str:
    """One of the department; for a complaint support leads, as the Lists tab says."""
    department = case["department"]
    people = ["product_lead"] if department == "product" else [department, f"{department}_lead"]
    owner = f"{texts('layout.department.' + department)}-{texts('layout.person.' + dice.choice(people))}"
    if case["type"] != "complaint" or department == "service":
        return owner
    lead = f"{texts('layout.department.service')}-{texts('layout.person.service_lead')}{texts('layout.lead_mark')}"
    return f"{lead}{texts('layout.between_owners')}{owner}"


def _plant_faults(rows: list[dict[str, Raw]], faults: Mapping[str, str]) -> None:
    """What people really get wrong, so that there is something to find."""
    rows[-7]["urgency"] = faults["urgency"]
    rows[-9]["notes"] = faults["phone"]
    rows[-12]["description"] = faults["vague"]
    rows[-15]["id"] = rows[-16]["id"]
    resolved = [row for row in rows if "resolved" in row]
    resolved[-3]["resolved"] = faults["date"]
    resolved[-6]["resolved"] = resolved[-6]["opened"].date() - timedelta(days=3)  # type: ignore[union-attr]
