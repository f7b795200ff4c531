"""Whoever works in several sheets gets one mail a day: together where they are run together, in turn where not."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheetops.ledger import Ledger, open_ledger
from tests.integration.mail_places import Mailbox, mail_server
from tests.sheets import header, row
from tests.terminal import Terminal

PEOPLE = [
    ["Department", "Name", "E-mail"],
    ["Tech", "Zoe*", "zoe@house.internal"],
    ["Tech", "Lee*", "lee@house.internal"],
]
DAY = date(2026, 11, 18)  # a Wednesday


def workbook(path: Path, urgency: str = "Medium", owners: tuple[str, ...] = ("Tech-Zoe*",)) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Requests"
    book.active.append(header())
    for number, owner in enumerate(owners, 1):
        cells: dict[str, Any] = {"source": "Phone", "type": "Consult", "customer": "W*-Shop", "priority": 2}
        cells |= {"id": f"{path.stem}-{number}", "description": f"Till {number} of {path.stem} is stuck"}
        book.active.append(row(**cells, urgency=urgency, owner=owner, due=date(2026, 11, 16)))
    people = book.create_sheet("People")
    for line in PEOPLE:
        people.append(line)
    book.save(path)


class Desk(Terminal):
    """A folder with two sheets, on a day."""

    day = DAY

    def now(self) -> datetime:
        return datetime.combine(self.day, time(10), UTC)

    def remind(self, *words: str, code: int = 0) -> dict[str, dict[str, str]]:
        """Sheet → reader → outcome."""
        said = json.JSONDecoder().raw_decode(self.run("remind", *words, "--json", code=code))[0]
        documents = said if isinstance(said, list) else [said]
        return {Path(one["sheet"]).stem: {n["to"]: n["outcome"] for n in one["notices"]} for one in documents}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.chdir(tmp_path)
    workbook(tmp_path / "north.xlsx", owners=("Tech-Zoe*", "Tech-Lee*"))
    workbook(tmp_path / "south.xlsx")
    someone = Desk(tmp_path, capsys)
    (tmp_path / "sheetops.yaml").write_text(
        "ledger: ledger.db\nstate: state\nmail: {outbox: outbox}\n"
        "sheets: [{name: north, path: north.xlsx}, {name: south, path: south.xlsx}]\n",
        encoding="utf-8",
    )
    monkeypatch.setattr("sheetops.cli.edge.utc_now", someone.now)
    monkeypatch.setattr("sheetops.runner.utc_now", someone.now)
    return someone


def mails(folder: Path) -> dict[str, str]:
    from email import message_from_bytes, policy

    found = {}
    for path in sorted((folder / "outbox").glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        part = mail.get_body(("plain",))
        assert part is not None
        found[f"{path.stem} {mail['Subject']}"] = part.get_content()
    return found


def test_sheets_that_are_run_together_make_one_mail_with_a_part_for_each(desk: Desk) -> None:
    said = desk.run("remind")
    assert said.count("digests: 2 sent, in") == 1
    assert said.count("digests: 1 sent with a sheet above, in") == 1, "two mails, not three"
    told = mails(desk.folder)
    assert len(told) == 2
    (zoe,) = (name for name in told if "zoe" in name)
    assert "2 overdue: north.xlsx, south.xlsx" in zoe
    assert (
        told[zoe].index("== north.xlsx ==") < told[zoe].index("north-1") < told[zoe].index("== south.xlsx ==")
    )
    assert "south-1" in told[zoe] and "==" not in next(text for name, text in told.items() if "lee" in name)
    assert desk.remind() == {"north": {}, "south": {}} and len(mails(desk.folder)) == 2


def test_a_dry_run_of_two_sheets_shows_the_one_mail_and_claims_nothing(desk: Desk) -> None:
    said = desk.run("remind", "--dry-run")
    assert said.count("2 overdue: north.xlsx, south.xlsx") == said.count("Till 1 of south") == 1
    assert "digests: 2 planned\n" in said and "digests: 1 planned with a sheet above\n" in said
    assert not (desk.folder / "outbox").exists()
    assert desk.remind()["south"] == {"Tech-Zoe*": "sent"}


def test_a_dry_run_says_what_the_ledger_will_hold_and_why_once(desk: Desk) -> None:
    desk.remind("north")
    for words, done in ((("--dry-run",), "planned"), (("-v",), "sent")):
        said = desk.run("remind", "south", *words)
        assert "digests: 1 held" in said and done not in said, said
        (line,) = (line for line in said.splitlines() if "held: Tech-Zoe*" in line)
        assert "1 overdue: south.xlsx; has today's mail already, of another run" in line
        assert "Till 1 of south" not in said, "what is not sent is not shown"
    desk.day += timedelta(days=1)
    said = desk.run("remind", "north", "--dry-run")
    assert "digests: 1 planned, 1 held" in said and "another sheet was held last time" in said
    assert desk.remind("north") == {"north": {"Tech-Zoe*": "held", "Tech-Lee*": "sent"}}


def test_a_dry_run_of_a_sheet_that_was_never_run_leaves_no_trace_in_the_ledger(desk: Desk) -> None:
    desk.remind("north")
    desk.day += timedelta(days=1)
    assert "digests: 1 planned" in desk.run("remind", "south", "--dry-run")
    with open_ledger(desk.folder / "ledger.db") as ledger:
        assert [Path(state.place).name for state in ledger.sheets(desk.day)] == ["north.xlsx"]


def test_mails_in_the_browser_are_those_that_would_be_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    assert "2 mails would be sent" in desk.run("remind", "--open"), "one that tells of both sheets, not three"
    assert not (desk.folder / "outbox").exists()


def test_a_sheet_that_is_run_later_the_same_day_mails_no_second_time_and_comes_first_tomorrow(
    desk: Desk,
) -> None:
    assert desk.remind("north") == {"north": {"Tech-Zoe*": "sent", "Tech-Lee*": "sent"}}
    said = desk.run("remind", "south")
    assert "1 held" in said and "has today's mail already" in said
    desk.day += timedelta(days=1)
    assert desk.remind("north") == {"north": {"Tech-Zoe*": "held", "Tech-Lee*": "sent"}}
    assert desk.remind("south") == {"south": {"Tech-Zoe*": "sent"}}
    desk.day += timedelta(days=1)
    assert desk.remind("north")["north"]["Tech-Zoe*"] == "sent"
    assert desk.remind("south")["south"]["Tech-Zoe*"] == "held"


def test_a_sheet_that_yields_to_one_that_never_comes_waits_a_day_at_most(desk: Desk) -> None:
    desk.remind("north")
    desk.remind("south")
    for expected in ("held", "sent", "sent"):
        desk.day = desk.day + timedelta(days=1 if desk.day.weekday() < 4 else 3)
        assert desk.remind("north")["north"]["Tech-Zoe*"] == expected


def test_the_breach_of_a_high_request_does_not_wait_for_its_turn(desk: Desk) -> None:
    desk.remind("north")
    desk.remind("south")
    workbook(desk.folder / "north.xlsx", urgency="High")
    desk.day += timedelta(days=1)
    assert desk.remind("north")["north"] == {"Tech-Zoe*": "sent"}


def test_a_mail_that_failed_leaves_the_day_free_for_either_sheet(desk: Desk) -> None:
    box = Mailbox()
    box.at_rcpt = {"zoe@house.internal": ["450 later"]}
    with mail_server(box) as port:
        settings = desk.folder / "sheetops.yaml"
        smtp = f"mail: {{sender: desk@house.internal, retry_after: [], smtp: {{host: localhost, port: {port}, security: none}}}}"
        settings.write_text(settings.read_text("utf-8").replace("mail: {outbox: outbox}", smtp), "utf-8")
        assert desk.remind("north", code=5)["north"]["Tech-Zoe*"] == "failed"
        assert desk.remind("south")["south"]["Tech-Zoe*"] == "sent"
    assert box.count["zoe@house.internal"] == 1


def test_a_refused_mail_is_shown_with_a_key_and_sent_again_only_when_asked(desk: Desk) -> None:
    box = Mailbox()
    box.at_rcpt = {"zoe@house.internal": ["550 no such mailbox"]}
    with mail_server(box) as port:
        settings = desk.folder / "sheetops.yaml"
        smtp = f"mail: {{sender: desk@house.internal, retry_after: [], smtp: {{host: localhost, port: {port}, security: none}}}}"
        settings.write_text(settings.read_text("utf-8").replace("mail: {outbox: outbox}", smtp), "utf-8")
        assert desk.remind()["north"]["Tech-Zoe*"] == "refused"
        shown = desk.run("status", code=1)
        assert "z***@house.internal" in shown and "was refused" in shown
        key = shown.partition("--resend ")[2][:8]
        assert desk.remind() == {"north": {}, "south": {}}
        assert "no mail that needs somebody" in desk.run("remind", "--resend", "ffff", code=2)
        assert "cannot be tried out" in desk.run("remind", "--resend", key, "--dry-run", code=2)
        said = desk.run("remind", "--resend", key)
        assert "1 go out again" in said
        assert "was refused" not in desk.run("status")
    assert box.count["zoe@house.internal"] == 1 and len(box.mails) == 2  # and Lee's
    (mail,) = (mail for tos, mail in box.mails if tos == ["zoe@house.internal"])
    text = mail.get_body(("plain",)).get_content()
    assert "north-1" in text and "south-1" in text


def test_another_day_than_today_is_shown_and_never_leaves_the_house(desk: Desk) -> None:
    box = Mailbox()
    with mail_server(box) as port:
        settings = desk.folder / "sheetops.yaml"
        smtp = (
            f"mail: {{sender: desk@house.internal, smtp: {{host: localhost, port: {port}, security: none}}}}"
        )
        settings.write_text(settings.read_text("utf-8").replace("mail: {outbox: outbox}", smtp), "utf-8")
        said = desk.run("remind", "--as-of", "2026-11-19")
        assert "not-today" in said and "--as-of names another day" in said
        assert not box.mails
        assert desk.remind("--as-of", DAY.isoformat())["south"] == {"Tech-Zoe*": "sent"}
    assert box.count == {"zoe@house.internal": 1, "lee@house.internal": 1}


def months_of_turns(ledger: Ledger, seed: int, days: int) -> tuple[int, dict[str, list[int]]]:
    """A person in three sheets that are run apart, in any order, some days not at all: who told on which day."""
    dice = random.Random(seed)
    told: defaultdict[str, list[int]] = defaultdict(list)
    runs = {sheet: ledger.start_run(sheet, ["remind"], datetime(2026, 1, 1)) for sheet in "abc"}
    for number in range(days):
        day = date(2026, 1, 1) + timedelta(days=number)
        sent = 0
        for sheet in dice.sample("abc", 3):
            if dice.random() < 0.1:
                continue
            turn = ledger.has_turn((sheet,), "zoe@house.internal", day)
            if turn and ledger.claim_digest(
                runs[sheet], (sheet,), "zoe@house.internal", day, f"<{sheet}{number}@x>"
            ):
                ledger.mail_outcome(f"<{sheet}{number}@x>", "sent")
                told[sheet].append(number)
                sent += 1
            else:
                ledger.hold_digest(runs[sheet], sheet, "zoe@house.internal", day)
        assert sent <= 1
    return sum(map(len, told.values())), told


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as opened:
        yield opened


def test_over_months_no_sheet_starves(ledger: Ledger) -> None:
    days = 90
    mailed, told = months_of_turns(ledger, 3, days)
    gaps = {
        sheet: max(b - a for a, b in zip([0, *when], [*when, days], strict=True))
        for sheet, when in told.items()
    }
    print(
        f"\nthree sheets apart, {days} days: {mailed} mails, {Counter({s: len(w) for s, w in told.items()})}, gaps {gaps}"
    )
    assert mailed >= 0.75 * days and set(told) == set("abc")
    assert max(gaps.values()) <= 10 and min(map(len, told.values())) >= 0.2 * days


def schedule(desk: Desk, north: str = "10:00", south: str = "10:00", mail: str = "{outbox: outbox}") -> None:
    """Settings under which each sheet reminds every working day at its time."""
    team = "team: {timezone: UTC, language: en, mail_hours: '00:00-00:00'}"
    sheets = ", ".join(
        f"{{name: {name}, path: {name}.xlsx, schedule: {{day: {{at: '{at}', jobs: [remind]}}}}}}"
        for name, at in (("north", north), ("south", south))
    )
    (desk.folder / "sheetops.yaml").write_text(
        f"ledger: ledger.db\nstate: state\nmail: {mail}\n{team}\nsheets: [{sheets}]\n", "utf-8"
    )


def pausing(desk: Desk, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """While the scheduler waits, three minutes go by on the made-up clock."""
    minutes = [0]

    def now() -> datetime:
        return Desk.now(desk) + timedelta(minutes=minutes[0])

    def wait(*_: object) -> None:
        if not minutes[0]:
            meanwhile()
        minutes[0] += 3
        assert minutes[0] < 300, "the scheduler does not end"

    monkeypatch.setattr("sheetops.cli.schedule._Stop.wait", wait)
    monkeypatch.setattr("sheetops.cli.edge.utc_now", now)
    monkeypatch.setattr("sheetops.runner.utc_now", now)


def test_sheets_that_are_due_together_make_one_mail_of_the_scheduler(desk: Desk) -> None:
    schedule(desk)
    said = desk.run("schedule", "--once", "-v")
    assert (
        "day north.xlsx, slot 2026-11-18 10:00: done" in said
        and "2 mails" in said
        and "1 mail with a sheet above" in said
    )
    told = mails(desk.folder)
    (zoe,) = (name for name in told if "zoe" in name)
    assert len(told) == 2 and "2 overdue: north.xlsx, south.xlsx" in zoe
    assert "north-1" in told[zoe] and "south-1" in told[zoe]
    with open_ledger(desk.folder / "ledger.db") as ledger:
        assert [run.outcome for run in ledger.runs()] == ["done", "done"]
    desk.run("schedule", "--once")
    assert len(mails(desk.folder)) == 2


def test_a_sheet_in_use_holds_up_no_mail_of_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule(desk)
    owner = desk.folder / "~$north.xlsx"
    owner.write_bytes(b"\x03Ann" + b" " * 161)
    before: list[str] = []

    def meanwhile() -> None:
        before.extend(mails(desk.folder))
        owner.unlink()

    pausing(desk, monkeypatch, meanwhile)
    said = desk.run("schedule", "--once", "-v")
    assert "north.xlsx, slot 2026-11-18 10:00: waiting" in said and "Ann" in said
    (zoe,) = before
    assert "zoe" in zoe and "1 overdue" in zoe
    told = mails(desk.folder)
    assert len(told) == 2 and any("lee" in name for name in told), (
        "north's other reader is told when it is free"
    )
    assert "north-1" not in told[zoe], "who had today's mail is told of it tomorrow"


def test_a_mail_of_two_sheets_that_did_not_leave_is_tried_again_as_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Mailbox()
    box.at_rcpt = {"zoe@house.internal": ["450 later"]}
    pausing(desk, monkeypatch, lambda: None)
    with mail_server(box) as port:
        smtp = f"{{host: localhost, port: {port}, security: none}}"
        schedule(desk, mail=f"{{sender: desk@house.internal, retry_after: [], smtp: {smtp}}}")
        said = desk.run("schedule", "--once", "-v")
    assert said.count("waiting") == 2 and said.count(": done") == 2
    assert box.count == {"zoe@house.internal": 1, "lee@house.internal": 1}


def test_two_timetables_of_one_sheet_say_its_rows_once(desk: Desk) -> None:
    schedule(desk)
    settings = desk.folder / "sheetops.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(
        text.replace("schedule: {", "schedule: {also: {at: '10:00', jobs: [remind]}, "), "utf-8"
    )
    desk.run("schedule", "--once")
    told = mails(desk.folder)
    (zoe,) = (name for name in told if "zoe" in name)
    assert len(told) == 2 and "2 overdue: north.xlsx, south.xlsx" in zoe
    assert told[zoe].count("== north.xlsx ==") == 1


def test_a_fault_of_the_common_sending_leaves_each_sheet_its_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sheetops.messages import Outbox

    send = Outbox.send

    def faulty(self: Outbox, posts: Any) -> Any:
        if any(Path(post.sheet).stem == "north" for post in posts):
            raise ValueError("boom")
        return send(self, posts)

    monkeypatch.setattr(Outbox, "send", faulty)
    schedule(desk)
    said = desk.run("schedule", "--once", "-v", code=2)
    assert "north.xlsx, slot 2026-11-18 10:00: failed" in said and "ValueError: boom" in said
    assert "south.xlsx, slot 2026-11-18 10:00: done" in said
    assert [("zoe" in name, "1 overdue" in name) for name in mails(desk.folder)] == [(True, True)]
