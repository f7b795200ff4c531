"""The review by mail: to those named, once a period, on a working day, with the tab, and with nobody's secrets."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheetops.domain.period import parse_period
from sheetops.domain.plan import Plan, ReviewMail
from sheetops.domain.table import RawSheet
from sheetops.domain.template import LANGUAGES
from sheetops.domain.view import View
from sheetops.errors import UsageError
from sheetops.jobs.review_data import Review
from sheetops.jobs.review_mail import recipients, review_mails
from sheetops.messages import Style
from sheetops.messages.review_mail import render_reviews
from sheetops.settings.files import find, load_texts
from tests.integration.mail_places import Mailbox, mail_server
from tests.sheets import KEYS, header, row
from tests.terminal import Terminal
from tests.unit.kpis.desk import desk
from tests.unit.test_remind_ladder import case, seen

COLUMNS = (*KEYS, "opened")
PEOPLE = [
    ["Department", "Name", "E-mail", "Role", "Manager", "Deputy", "Away until", "Language"],
    ["Tech", "Zoe*", "zoe@house.internal", "", "Max*", "", "", ""],
    ["Tech", "Max*", "max@house.internal", "Lead", "", "", "", "zh-Hans"],
    ["Desk", "Tim*", "tim@house.internal", "Team lead", "", "", "", ""],
    ["Board", "Dir*", "dir@house.internal", "Director", "", "Ann*", date(2026, 11, 6), ""],
    ["Board", "Ann*", "ann@house.internal", "", "", "", "", ""],
]  # fmt: skip
SECRETS = ("13812345678", "li.lei@private.example", "110101199003078515", "Lei Li")
MONDAY = date(2026, 11, 2)


class Desk(Terminal):
    """A folder with a sheet, on a day."""

    day = MONDAY
    hour = 10

    def now(self) -> datetime:
        return datetime.combine(self.day, time(self.hour), UTC)


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Requests"
    book.active.append(header("en", COLUMNS))
    for number in range(40):
        opened = date(2026, 9, 1) + timedelta(days=number * 3 // 2)
        cells: dict[str, Any] = {
            "id": f"R-{number:03}", "source": "Phone", "customer": f"Lei Li {SECRETS[0]}", "type": "Complaint",
            "description": f"Call {SECRETS[0]} or {SECRETS[1]} on invoices", "urgency": "Medium", "priority": 2,
            "owner": f"Tech {SECRETS[0]}-Zoe*", "due": opened + timedelta(days=3), "opened": opened,
        }  # fmt: skip
        if number % 3:
            cells |= {"resolved": opened + timedelta(days=number % 6), "result": SECRETS[2]}
            cells |= {"feedback": f"{number % 5 + 1} points: ask {SECRETS[1]}"}
        book.active.append(row(COLUMNS, **cells))
    tab = book.create_sheet("People")
    for line in PEOPLE:
        tab.append(line)
    book.save(path)


@pytest.fixture
def someone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    workbook(tmp_path / "desk.xlsx")
    there = Desk(tmp_path, capsys)
    monkeypatch.setattr("sheetops.cli.edge.utc_now", there.now)
    monkeypatch.setattr("sheetops.runner.utc_now", there.now)
    return there


def settle(there: Desk, port: int | None = None, who: str = "[managers, boss@house.internal]") -> None:
    smtp = f"smtp: {{host: localhost, port: {port}, security: none}}" if port else "outbox: outbox"
    (there.folder / "sheetops.yaml").write_text(
        f"ledger: ledger.db\nstate: state\nteam: {{review_mail: {who}, timezone: UTC, calendar: {{country: null}}}}\n"
        f"mail: {{sender: desk@house.internal, retry_after: [], {smtp}}}\nsheets: [{{name: desk, path: desk.xlsx}}]\n",
        encoding="utf-8",
    )


def parts(mail: EmailMessage) -> tuple[str, str, bytes]:
    bodies = [mail.get_body((kind,)) for kind in ("plain", "html")]
    (attached,) = mail.iter_attachments()
    text, html = (body.get_content() for body in bodies if body is not None)
    return text, html, attached.get_content()


def test_each_manager_gets_it_once_in_their_language_with_the_tab_and_deputies_stand_in(
    someone: Desk,
) -> None:
    box = Mailbox()
    with mail_server(box) as port:
        settle(someone, port)
        said = someone.run("review")
        assert "mails: 4 sent" in said, said
        someone.day += timedelta(days=1)
        assert "sent" not in someone.run("review", "--mail")
    reviews = {tos[0]: mail for tos, mail in box.mails}
    assert set(reviews) == {f"{name}@house.internal" for name in ("max", "tim", "ann", "boss")}
    assert len(box.mails) == 4
    assert reviews["max@house.internal"]["Subject"] == "服务复盘 2026-10：desk.xlsx"
    text, html, attached = parts(reviews["ann@house.internal"])
    assert "You also stand in for Dir*." in text and "n = " in html and "Complaint rate" in text
    own = openpyxl.load_workbook(io.BytesIO(attached))
    theirs = openpyxl.load_workbook(someone.folder / "desk.xlsx")
    assert own.sheetnames == ["Review 2026-10"]
    values = [[cell.value for cell in line] for line in own.active.iter_rows(max_col=16)]
    seal = [[cell.value for cell in line] for line in theirs["Review 2026-10"].iter_rows(max_col=16)]
    assert values == seal[: len(values)]
    links = [
        cell.hyperlink.location or "" for line in own.active.iter_rows() for cell in line if cell.hyperlink
    ]
    assert links and all("Review 2026-10" in link for link in links)
    for mail in reviews.values():
        _hold_discreet(*parts(mail))


def _hold_discreet(text: str, html: str, attached: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(attached)).active
    cells = "\n".join(str(cell.value) for line in sheet.iter_rows() for cell in line if cell.value)
    for secret in SECRETS:
        assert secret not in text and secret not in html and secret not in cells, secret
    assert "138****5678" in text and "138****5678" in html  # in the department that somebody typed


OCTOBER = parse_period("2026-10")


def asked_on(moment: datetime, *who: str, asked: bool = False) -> Plan:
    given = seen(case(), now=moment)
    named = replace(given, settings=replace(given.settings, review_mail=who or ("Own*",)))
    return review_mails(named, OCTOBER, asked)


def test_it_waits_for_a_working_day_and_hour_and_is_not_late_by_itself() -> None:
    assert len(asked_on(datetime(2026, 11, 2, 10)).reviews) == 1
    for moment in (datetime(2026, 11, 1, 10), datetime(2026, 11, 2, 5), datetime(2026, 11, 2, 21)):
        plan = asked_on(moment, asked=True)
        assert plan.reviews == () and "not mailed to 1 reader now" in plan.remarks[0]
    assert asked_on(datetime(2026, 11, 12, 10)) == Plan()
    assert len(asked_on(datetime(2026, 11, 12, 10), asked=True).reviews) == 1
    assert asked_on(datetime(2026, 10, 30, 10)) == Plan()  # it has not ended


def test_what_cannot_be_mailed_is_said() -> None:
    with pytest.raises(UsageError, match="ends on 2026-10-31"):
        asked_on(datetime(2026, 10, 30, 10), asked=True)
    given = seen(case(), now=datetime(2026, 11, 2, 10))
    with pytest.raises(UsageError, match="nobody is named"):
        review_mails(given, OCTOBER, asked=True)
    assert review_mails(given, OCTOBER, asked=False) == Plan()
    plan = asked_on(datetime(2026, 11, 2, 10), "Nobody*", "Own*", "own@house.internal")
    assert plan.remarks == ("review_mail names Nobody*, whom the People tab does not know",)
    assert len(plan.reviews) == 1  # named twice, mailed once


def test_a_dry_run_mails_nobody(someone: Desk) -> None:
    settle(someone)
    assert "4 planned" in someone.run("review", "--dry-run") and not (someone.folder / "outbox").exists()


def test_another_day_is_not_mailed_and_a_refused_one_is_sent_again_when_asked(someone: Desk) -> None:
    box = Mailbox()
    box.at_rcpt = {"boss@house.internal": ["550 unknown"]}
    with mail_server(box) as port:
        settle(someone, port)
        assert "not-today" in someone.run("review", "--as-of", "2026-11-03") and not box.mails
        assert "1 refused" in someone.run("review")
        shown = someone.run("status", code=1)
        assert "sheetops review --resend " in shown
        key = shown.partition("review --resend ")[2][:8]
        assert "no mail that needs somebody" in someone.run("remind", "desk", "--resend", key, code=2)
        someone.day = date(2026, 11, 20)
        assert "2 sent" in someone.run("review", "--resend", key)  # and the director is back
    assert box.count["boss@house.internal"] == 1 and len(box.mails) == 5


def test_preview_shows_it_on_any_day(someone: Desk) -> None:
    settle(someone)
    said = someone.run(
        "preview", "desk", "--text", "review", "--as-of", "2026-11-08", "--language", "zh-Hant"
    )
    assert (
        said.count("Subject: 服務檢討 2026-10：desk.xlsx") >= 3 and not (someone.folder / "outbox").exists()
    )


STYLE = Style(partial(find, "templates"), load_texts)


def of_desk(language: str = "en") -> tuple[str, str]:
    given, _, _ = desk(3)
    view = replace(given, settings=replace(given.settings, texts=load_texts(language)))
    person = recipients(replace(view, settings=replace(view.settings, review_mail=("a@b.example",))))[0][0][0]
    (message,) = render_reviews([ReviewMail(person, parse_period("2026-10"))], view, STYLE)
    return message.text, message.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_change_inside_the_limits_has_no_arrow_and_one_beyond_has(language: str) -> None:
    text, html = of_desk(language)
    texts = load_texts(language)
    judged = {texts(f"review_mail.{signal}"): signal for signal in ("above", "below", "usual", "unknown")}
    told = Counter(judged[part] for line in text.splitlines() for part in line.split(" · ") if part in judged)
    made = Review(desk(3)[0], OCTOBER)
    shown = [r.trend.signal for r in made.results.values() if r.figure.main and r.now.value is not None]
    assert told == Counter(shown) and len(told) >= 2
    assert text.count("▲") + text.count("▼") == told["above"] + told["below"]
    assert "{" not in text and '<td class="fill"' in html


def test_a_google_sheet_is_linked_and_nothing_is_attached() -> None:
    given, _, _ = desk(3)
    place = "https://docs.google.com/spreadsheets/d/abcDEF123"
    raw = RawSheet(place, given.snapshot.raw.grids, "0")
    view = replace(given, snapshot=replace(given.snapshot, raw=raw))
    named = replace(view, settings=replace(view.settings, review_mail=("a@b.example",)))
    person = recipients(named)[0][0][0]
    (message,) = render_reviews([ReviewMail(person, parse_period("2026-10"))], view, STYLE)
    assert f"{place}/edit" in message.text and f'href="{place}/edit' in message.html


def test_managers_are_the_leads_and_whoever_is_named_as_one_unless_they_opted_out() -> None:
    def keys(view: View) -> set[str]:
        return {person.key.partition("@")[0] for person, _ in recipients(view)[0]}

    given = seen(case(), Own={})
    wanted = replace(given, settings=replace(given.settings, review_mail=("managers",)))
    assert keys(wanted) == {"man", "dir", "tea"}
    named = replace(given, settings=replace(given.settings, review_mail=("Own*", "x@y.example")))
    assert keys(named) == {"own", "x"}
    out = seen(case(), Man={"Opt out": "Yes"})
    assert keys(replace(out, settings=replace(out.settings, review_mail=("主管",)))) == {"dir", "tea"}
    assert review_mails(given, parse_period("2026-10"), asked=False).reviews == ()
