"""Reminding as a person does it at a terminal: over SMTP, into chats, tried out, looked at, sent again."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheetops.ledger import open_ledger
from tests.integration.chat_places import Rooms, chat_server
from tests.integration.mail_places import PASSWORD, USER, Mailbox, mail_server
from tests.sheets import header, row
from tests.terminal import Terminal

DAY = ("--as-of", "2026-11-18")
PEOPLE = [
    ["Department", "Name", "E-mail", "Role", "Language"],
    ["Tech", "Zoe*", "zoe@house.internal", "", "zh-Hans"],
    ["Tech", "Lee*", "lee@house.internal", "Lead", "English"],
    ["Tech", "Tim*", "tim@house.internal", "Team lead", ""],
]


class Person(Terminal):
    """Somebody at a terminal in a folder of their own, on the day that they name."""

    day = date(2026, 11, 18)

    def run(self, *words: str, code: int = 0) -> str:
        if "--as-of" in words:
            self.day = date.fromisoformat(words[words.index("--as-of") + 1])
        return super().run(*words, code=code)

    def now(self) -> datetime:
        return datetime.combine(self.day, time(10), UTC)

    def outcomes(self, *words: str, code: int = 0) -> dict[str, str]:
        said = self.run("remind", "desk.xlsx", *DAY, *words, "--json", code=code)
        document: Any = json.JSONDecoder().raw_decode(said)[0]  # what went wrong is told behind it, on stderr
        return {notice["to"]: notice["outcome"] for notice in document["notices"]}

    def settle(self, text: str) -> None:
        (self.folder / "sheetops.yaml").write_text("ledger: ledger.db\n" + text, encoding="utf-8")


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Person:
    monkeypatch.chdir(tmp_path)
    book = openpyxl.Workbook()
    book.active.title = "Requests"
    common = {
        "source": "Phone",
        "type": "Complaint",
        "customer": "W*-Shop",
        "priority": 3,
        "due": date(2026, 11, 16),
    }
    book.active.append(header())
    for number, owner in enumerate(("Tech-Zoe*", "Tech-Lee*", None), 1):
        book.active.append(
            row(
                id=f"202611{number:02}",
                description=f"Printer {number} jams, call 13812345678",
                urgency="High",
                owner=owner,
                **common,
            )
        )
    people = book.create_sheet("People")
    for line in PEOPLE:
        people.append(line)
    book.save(tmp_path / "desk.xlsx")
    someone = Person(tmp_path, capsys)
    monkeypatch.setattr("sheetops.cli.edge.utc_now", someone.now)
    someone.settle("mail: {outbox: outbox}\n")
    return someone


def smtp(port: int, mode: str = "none", more: str = "") -> str:
    return f"mail:\n  sender: desk@house.internal\n  retry_after: []\n  smtp: {{host: localhost, port: {port}, security: {mode}, timeout: 5{more}}}\n"


def test_mails_leave_over_smtp_with_a_password_from_the_environment(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Mailbox()
    with mail_server(box, person.folder, "starttls", auth=True) as port:
        person.settle(
            smtp(port, "starttls", f", user: {USER}, password: {{env: DESK_PASSWORD}}, ca_file: cert.pem")
        )
        said = person.run("remind", "desk.xlsx", *DAY, code=5)
        assert "DESK_PASSWORD" in said and PASSWORD not in said and not box.mails
        monkeypatch.setenv("DESK_PASSWORD", PASSWORD)
        assert set(person.outcomes().values()) == {"sent"}
        assert person.outcomes() == {}
    assert box.count == {"zoe@house.internal": 1, "lee@house.internal": 1, "tim@house.internal": 1}
    subjects = {tos[0].partition("@")[0]: mail["Subject"] for tos, mail in box.mails}
    assert subjects["zoe"].startswith("已逾期 1 条") and subjects["lee"].startswith("1 overdue")


def test_a_password_from_a_file_and_an_encrypted_line(person: Person) -> None:
    box = Mailbox()
    (person.folder / "secret").write_text(PASSWORD + "\n", encoding="utf-8")
    with mail_server(box, person.folder, "tls", auth=True) as port:
        person.settle(smtp(port, "tls", f", user: {USER}, password: {{file: secret}}, ca_file: cert.pem"))
        assert set(person.outcomes().values()) == {"sent"}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("  smtp: {host: mail.house.internal, user: a}\n", "password"),
        ("  smtp: {host: mail.house.internal, user: a, security: none, password: {env: X}}\n", "encryption"),
        (
            "  smtp: {host: mail.house.internal, user: a, password: {env: X, file: y}}\n",
            "{env: NAME} or {file: PATH}",
        ),
        ("  smtp: {host: mail.house.internal, user: a, password: plain}\n", "not shown"),
        ("  chat: [{name: 'a b', service: slack, url: {env: X}}]\n", "name"),
        ("  templates: nowhere\n", "no such folder"),
    ],
)
def test_settings_that_would_be_unsafe_are_refused(person: Person, line: str, why: str) -> None:
    person.settle("mail:\n" + line)
    said = person.run("remind", "desk.xlsx", *DAY, code=2)
    assert why in said and said.count("\n") == 1


def test_what_may_not_have_left_is_shown_and_sent_again_only_when_asked(person: Person) -> None:
    box = Mailbox()
    box.at_data = {"lee@house.internal": ["drop"]}
    with mail_server(box) as port:
        person.settle(smtp(port))
        assert person.outcomes(code=5)["Tech-Lee*"] == "unknown"
        assert "l***@house.internal" in person.run("status", *DAY, code=1)
        assert person.outcomes() == {}
        assert "cannot be tried out" in person.run(
            "remind", "desk.xlsx", "--resend-unknown", "--dry-run", code=2
        )
        said = person.run("remind", "desk.xlsx", *DAY, "--resend-unknown")
    assert "1 go out again" in said and "1 sent" in said
    assert box.count == {"zoe@house.internal": 1, "lee@house.internal": 2, "tim@house.internal": 1}
    ids = [mail["Message-ID"] for tos, mail in box.mails if tos == ["lee@house.internal"]]
    assert len(set(ids)) == 1  # so that the mail program shows one
    assert open_ledger(person.folder / "ledger.db").unknown_mails() == []


def test_an_old_unknown_mail_is_settled_and_not_sent(person: Person) -> None:
    box = Mailbox()
    box.at_data = {"lee@house.internal": ["drop"]}
    with mail_server(box) as port:
        person.settle(smtp(port))
        person.outcomes(code=5)
        person.run("remind", "desk.xlsx", "--as-of", "2026-11-20", "--resend-unknown")
    assert open_ledger(person.folder / "ledger.db").unknown_mails() == []
    assert box.count["lee@house.internal"] == 2  # of two days


def test_a_group_is_told_beside_the_mails(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    rooms = Rooms()
    with chat_server(rooms) as base:
        monkeypatch.setenv("ROOM", f"{base}/wecom?key=k-1")
        person.settle("mail: {outbox: outbox, chat: [{name: desk, service: wecom, url: {env: ROOM}}]}\n")
        found = person.outcomes()
    assert found["wecom desk"] == "sent" and len(found) == 4
    assert "138****5678" in rooms.posts["wecom"][0]["text"]["content"]


def test_a_dry_run_sends_and_claims_nothing_and_open_shows_the_mails(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert "Printer 1 jams" in person.run("remind", "desk.xlsx", *DAY, "--dry-run")
    said = person.run("remind", "desk.xlsx", *DAY, "--open")
    assert "3 mails would be sent" in said and not (person.folder / "outbox").exists()
    page = Path(opened[0].removeprefix("file://"))
    html = page.read_text(encoding="utf-8")
    assert (
        html.count("<iframe sandbox") == 3 and "20261101" in html and page.parent.stat().st_mode & 0o077 == 0
    )
    assert "nobody would be mailed" in person.run("remind", "desk.xlsx", "--as-of", "2026-11-21", "--open")
    assert set(person.outcomes().values()) == {"sent"}


def test_preview_shows_digests_posts_and_sentences_with_real_rows_on_any_day(person: Person) -> None:
    sunday = ("--as-of", "2026-11-22")
    said = person.run("preview", "desk.xlsx", *sunday)
    assert said.count("Subject: ") == 3 and "20261103" in said and "已逾期" in said
    said = person.run("preview", "desk.xlsx", *sunday, "--person", "Lee*", "--language", "zh-Hant")
    assert said.count("Subject: ") == 1 and "個工作天" in said
    assert "20261101" in person.run("preview", "desk.xlsx", *DAY, "--text", "chat")
    said = person.run("preview", "desk.xlsx", *DAY, "--text", "mail.row_*")
    assert "2 working days over, was due 2026-11-16" in said and "no row of this sheet" in said
    assert "no text called" in person.run("preview", "desk.xlsx", "--text", "nonsense", code=2)
    assert "is nobody" in person.run("preview", "desk.xlsx", "--person", "Zed", code=2)
    assert not (person.folder / "outbox").exists()


def test_a_team_overrides_templates_and_a_fault_in_one_is_told_with_its_line(person: Person) -> None:
    (person.folder / "own").mkdir()
    own = person.folder / "own" / "digest.txt.j2"
    own.write_text(
        "OUR OWN {{ greeting }}{% for g in groups %} {{ g.heading }}{% endfor %}\n", encoding="utf-8"
    )
    person.settle("mail: {outbox: outbox, templates: own}\n")
    said = person.run("preview", "desk.xlsx", *DAY, "--person", "Lee*")
    assert "OUR OWN Hello Lee*, Overdue (1)" in said
    for fault, why in (
        ("{{ nothing }}", "nothing"),
        ("line\n{% if %}", "line 2"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
    ):
        own.write_text(fault, encoding="utf-8")
        said = person.run("remind", "desk.xlsx", *DAY, code=2)
        assert "digest.txt.j2" in said and why in said and said.count("\n") == 1
    own.unlink()
    assert set(person.outcomes().values()) == {"sent"}  # nothing was claimed while it failed
