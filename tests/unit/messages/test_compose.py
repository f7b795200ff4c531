"""A mail as bytes: subjects in any script come back as they were, and a name never adds a recipient."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.domain.people import Person
from sheetops.messages import Message, Sender
from sheetops.messages.compose import compose, message_id

MOMENT = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
CLEAN = SMTP.clone(cte_type="7bit")
LONG = "已逾期 12 条、今天到期 3 条、即将到期 5 条、待回访 7 条、待更正 21 条、高优先级无进展 2 条：客服部需求登记表（华东一区）2026 年度.xlsx"


def sent(subject: str, name: str = "王*", body: str = "text", sender: str = "") -> tuple[bytes, EmailMessage]:
    person = Person("客服部", name, "wang@house.internal")
    mail = compose(
        Message(subject, body, "<p>x</p>"),
        person,
        Sender("desk@house.internal", sender),
        "<1@sheetops>",
        MOMENT,
    )
    raw = mail.as_bytes(policy=CLEAN)
    return raw, message_from_bytes(raw, policy=default)  # type: ignore[return-value]


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=120)


@given(words)
def test_any_subject_comes_back_in_lines_that_servers_take(subject: str) -> None:
    subject = " ".join(subject.split())
    raw, mail = sent(subject)
    assert raw.isascii() and max(map(len, raw.split(b"\r\n"))) <= 998
    assert str(mail["Subject"]) == subject


@pytest.mark.parametrize(
    "subject",
    [LONG, LONG * 3, "3 overdue, 已逾期: " + "x" * 200, "2 overdue: Requests (North).xlsx " * 8, "📌 " * 40],
)
def test_long_subjects_fold(subject: str) -> None:
    subject = " ".join(subject.split())
    raw, mail = sent(subject)
    assert str(mail["Subject"]) == subject
    head = raw.partition(b"\r\n\r\n")[0]
    assert raw.isascii() and max(map(len, head.split(b"\r\n"))) <= 300


@pytest.mark.parametrize(
    "name",
    [
        "Lee, Ann",
        'O"Neil',
        "王*, 李*",
        "a@b.internal",
        "Ann\r\nBcc: x@house.internal",
        "<x@house.internal>",
        "张" * 12,
    ],
)
def test_a_name_never_adds_a_recipient(name: str) -> None:
    raw, mail = sent("s", name, sender=name)
    assert [a.addr_spec for a in mail["To"].addresses] == ["wang@house.internal"]
    assert [a.addr_spec for a in mail["From"].addresses] == ["desk@house.internal"]
    assert mail["To"].addresses[0].display_name == " ".join(name.split()) and mail["Bcc"] is None
    assert raw.isascii()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.just("\n"), max_size=200))
def test_any_text_comes_back(body: str) -> None:
    raw, mail = sent("s", body=body)
    assert raw.isascii() and mail.get_body(("plain",)).get_content().split() == body.split()  # type: ignore[union-attr]


def test_the_same_key_gives_the_same_message_id_and_no_out_of_office_answers() -> None:
    key = ("remind", "desk.xlsx", "a@house.internal", MOMENT.date())
    assert message_id(*key) == message_id(*key) != message_id("chat", *key[1:])
    assert sent("s")[1]["Auto-Submitted"] == "auto-generated"
