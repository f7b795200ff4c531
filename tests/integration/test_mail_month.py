"""Three months of a real desk, day by day: nobody twice, nobody on a day off, everything overdue to whom it belongs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest

from sheetops.books.memory import MemoryBook
from sheetops.books.open import open_book
from sheetops.domain.policy import Policy
from sheetops.domain.table import Grid, Raw
from sheetops.ledger import open_ledger
from sheetops.messages import Attempt, Outbox, Sender, Style
from sheetops.runner import Order, run_order
from sheetops.settings.files import find, load_texts
from sheetops.settings.model import Team
from sheetops.settings.policy import build_policy
from tests.shared_inputs import shared

LISBON = ZoneInfo("Europe/Lisbon")
OFF = holidays.country_holidays("PT", years=2016)
OFF_IN_JAPAN = holidays.country_holidays("JP", years=2016)
HOURS = (3, 9, 17)  # when the job runs
# Real groups of the desk, and what is peculiar about one person in each.
AWAY, DEPUTY, TOKYO, PART_TIME = "Group 70", "Group 24", "Group 56", "Group 33"


class Post:
    """Keeps who was mailed what, and when."""

    def __init__(self) -> None:
        self.now = datetime(2016, 2, 1, tzinfo=LISBON)
        self.texts: dict[tuple[str, date], list[str]] = defaultdict(list)  # address and team day → mails
        self.times: list[tuple[str, datetime]] = []

    def cannot_reach(self, address: str) -> str | None:
        return None

    def connect(self) -> Attempt | None:
        return None

    def close(self) -> None:
        return None

    def send(self, mail: EmailMessage, name: str) -> Attempt:
        address = mail["To"].addresses[0].addr_spec
        body: Any = mail.get_body(("plain",))
        self.texts[address, self.now.date()].append(body.get_content())
        self.times.append((address, self.now))
        return Attempt("sent")


class Desk:
    """The request log as it stood at a moment, with the due dates that the job gave."""

    def __init__(self, path: Path) -> None:
        (grid,) = open_book(str(path)).read().grids
        self.name, self.header = grid.name, list(grid.rows[0])
        self.rows = [[None if cell == "" else cell for cell in row] for row in grid.rows[1:]]
        self.at = {str(title): place for place, title in enumerate(self.header)}
        self.book = MemoryBook([grid], "desk.xlsx")

    def show(self, now: datetime) -> None:
        """What a person would have seen at that moment."""
        seen: list[Sequence[Raw]] = [self.header]
        for row in self.rows:
            if row[self.at["Opened"]] <= now.replace(tzinfo=None):
                shown = list(row)
                resolved = shown[self.at["Resolved"]]
                if resolved is not None and _day(resolved) > now.date():
                    shown[self.at["Resolved"]] = shown[self.at["Result"]] = None
                seen.append(shown)
        self.book.change([Grid(self.name, seen), *(g for g in self.book.grids if g.name != self.name)])

    def keep_dues(self) -> None:
        filled = {row[self.at["Request ID"]]: row[self.at["Due"]] for row in self.book.grids[0].rows[1:]}
        for row in self.rows:
            row[self.at["Due"]] = filled.get(row[self.at["Request ID"]], row[self.at["Due"]])

    def overdue(self, today: date) -> Iterator[tuple[str, str, date]]:
        for row in self.rows:
            due, resolved = row[self.at["Due"]], row[self.at["Resolved"]]
            opened = _day(row[self.at["Opened"]])
            if (
                due is not None
                and _day(due) < today
                and opened <= today
                and (resolved is None or _day(resolved) > today)
            ):
                yield row[self.at["Request ID"]], str(row[self.at["Owner"]] or ""), _day(due)


def _day(value: Any) -> date:
    return value.date() if isinstance(value, datetime) else value


def works(day: date) -> bool:
    return day.weekday() < 5 and day not in OFF


def over(due: date, today: date) -> int:
    return sum(works(due + timedelta(days=n)) for n in range(1, (today - due).days + 1))


def people(desk: Desk) -> list[dict[str, object]]:
    """A lead for every group, who reports to the director; resolvers report to their lead."""
    owners = sorted({str(row[desk.at["Owner"]]) for row in desk.rows if row[desk.at["Owner"]]})
    listed: list[dict[str, object]] = [
        {"department": "Desk", "name": "Head", "email": "head@house.internal", "role": "Team lead"},
        {"department": "Desk", "name": "Director", "email": "director@house.internal", "role": "Director"},
    ]
    for group in sorted({owner.partition("-")[0] for owner in owners}):
        listed.append(
            {
                "department": group,
                "name": "Lead",
                "email": address(group),
                "role": "Lead",
                "manager": "Desk-Director",
            }
        )
        listed[-1] |= {
            AWAY: {"away_until": date(2016, 3, 20), "deputy": f"{DEPUTY}-Lead"},
            TOKYO: {"timezone": "Asia/Tokyo", "country": "JP"},
            PART_TIME: {"workdays": "Mon-Wed"},
        }.get(group, {})
    for owner in owners:
        group, _, name = owner.partition("-")
        if name:
            listed.append(
                {"department": group, "name": name, "email": address(owner), "manager": f"{group}-Lead"}
            )
    return listed


def address(owner: str) -> str:
    return f"{owner.replace(' ', '').lower()}@house.internal"


def live(folder: Path, first: date, last: date) -> tuple[Desk, Post, Counter[str]]:
    desk = Desk(shared("inputs/service-desk-plain.xlsx"))
    team = Team.model_validate(
        {"calendar": {"country": "PT"}, "timezone": "Europe/Lisbon", "people": people(desk), "rules": {}}
    )
    post, counts = Post(), Counter()
    outbox = Outbox(
        post,
        Sender("desk@house.internal"),
        open_ledger(folder / "ledger.db"),
        Style(partial(find, "templates"), load_texts),
        (),
    )
    ledger = outbox.claims

    def policy(language: str) -> Policy:
        return build_policy(team, language, load_texts(language))

    for number in range((last - first).days + 1):
        for hour in HOURS:
            post.now = datetime.combine(
                first + timedelta(days=number), datetime.min.time(), LISBON
            ) + timedelta(hours=hour)
            desk.show(post.now)
            if len(desk.book.grids[0].rows) > 1:
                order = Order(desk.book, ("fill", "remind"), policy, force=True)
                report = run_order(order, ledger, outbox, lambda: post.now)  # type: ignore[arg-type]
                desk.keep_dues()
                counts.update(delivery.outcome for delivery in report.deliveries)
        _hold_the_day(desk, post, post.now.date(), counts)
    return desk, post, counts


def _hold_the_day(desk: Desk, post: Post, today: date, counts: Counter[str]) -> None:
    """Every overdue row is in its owner's mail of today and, on time, in those of the rungs above."""
    for identifier, owner, due in desk.overdue(today):
        if not works(today):
            break
        days = over(due, today)
        lead = address(owner.partition("-")[0]) if owner else "head@house.internal"
        to = address(owner) if owner else lead
        expected = {to: True, "director@house.internal": days >= (6 if owner and to != lead else 3)}
        if not owner:
            expected["director@house.internal"] = days >= 6  # the team lead has no manager of their own
        elif to != lead:
            expected[lead] = days >= 3
        for reader, told in expected.items():
            reader, there = _who_reads(reader, today)
            if there:
                found = any(identifier in text for text in post.texts[reader, today])
                assert found is told or reader == address(DEPUTY), (
                    identifier,
                    owner,
                    due,
                    days,
                    reader,
                    today,
                )
                counts["rows told"] += told
                counts["rows climbed"] += told and reader != to


def _who_reads(reader: str, today: date) -> tuple[str, bool]:
    if reader == address(AWAY) and today <= date(2016, 3, 20):
        reader = address(DEPUTY)
    if reader == address(PART_TIME):
        return reader, today.weekday() < 3
    if reader == address(TOKYO):
        return reader, today not in OFF_IN_JAPAN
    return reader, True


def _hold_the_mails(post: Post) -> None:
    own_days = Counter()
    for reader, moment in post.times:
        there = moment.astimezone(ZoneInfo("Asia/Tokyo")) if reader == address(TOKYO) else moment
        own_days[reader, there.date()] += 1
        assert 7 <= there.hour < 20, (reader, there)
        off = OFF_IN_JAPAN if reader == address(TOKYO) else OFF
        assert there.weekday() < (3 if reader == address(PART_TIME) else 5) and there.date() not in off, (
            reader,
            there,
        )
        assert reader != address(AWAY) or there.date() > date(2016, 3, 20)
    assert max(own_days.values()) == 1


def _shown(desk: Desk, post: Post, counts: Counter[str]) -> None:
    days = {moment.date() for _, moment in post.times}
    print(
        f"\n{len(post.times)} mails to {len({r for r, _ in post.times})} people on {len(days)} days; {dict(counts)}"
    )


def test_a_week_of_a_real_desk(tmp_path: Path) -> None:
    desk, post, counts = live(tmp_path, date(2016, 2, 28), date(2016, 3, 7))
    _shown(desk, post, counts)
    _hold_the_mails(post)
    assert counts["rows told"] > 100 and counts["rows climbed"] > 20 and counts["sent"] == len(post.times)


@pytest.mark.slow
def test_three_months_of_a_real_desk(tmp_path: Path) -> None:
    desk, post, counts = live(tmp_path, date(2016, 2, 1), date(2016, 4, 30))
    _shown(desk, post, counts)
    _hold_the_mails(post)
    assert min(moment.date() for _, moment in post.times) >= date(2016, 2, 29)
    assert date(2016, 3, 25) not in {moment.date() for _, moment in post.times if moment}  # Good Friday
    assert counts["rows climbed"] > 5000
