"""Mails over real SMTP servers that encrypt, ask for passwords, refuse, greylist and hang up."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest

from sheetops.domain.people import Person
from sheetops.domain.plan import Delivery, Digest, Item, Plan
from sheetops.ledger import Ledger, open_ledger
from sheetops.messages import Message, Outbox, Sender, Server, Smtp, Style
from sheetops.messages.compose import compose
from sheetops.settings.files import find, load_texts
from tests.integration.mail_places import PASSWORD, USER, Mailbox, mail_server
from tests.sheets import log, row, view

DAY = date(2026, 11, 18)
MOMENT = datetime(2026, 11, 18, 9, tzinfo=UTC)
STYLE = Style(partial(find, "templates"), load_texts)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return open_ledger(tmp_path / "ledger.db")


def seen(rows: int = 1) -> object:
    cells = {
        "id": "20261101",
        "description": "Labels print twice\n.leading dot",
        "owner": "Service-Bea*",
        "urgency": "High",
        "due": date(2026, 11, 16),
    }
    return view(log(*(row(**cells) for _ in range(rows))))


def plan(*addresses: str) -> tuple[Plan, object]:
    given = seen()
    item = Item("overdue", given.logs[0].all[0], "I2", 2)
    people = (Person("Service", f"Name, {a.split('@')[0]}", a) for a in addresses)
    return Plan(digests=tuple(Digest(person, DAY, (item,)) for person in people)), given


def deliver(
    server: Server, ledger: Ledger, *addresses: str, waits: list[float] | None = None
) -> list[Delivery]:
    wanted, given = plan(*addresses)
    run = ledger.start_run("desk.xlsx", ["remind"], datetime(2026, 11, 18, 9))
    slept: list[float] = [] if waits is None else waits
    outbox = Outbox(
        Smtp(server), Sender("desk@house.internal", "Desk, the"), ledger, STYLE, (1, 5), slept.append
    )
    return list(outbox.deliver(run, wanted, given))


def outcomes(found: list[Delivery]) -> list[str]:
    return [d.outcome for d in found]


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_an_encrypted_server_with_a_password_takes_many_mails_on_one_connection(
    mode: str, tmp_path: Path, ledger: Ledger
) -> None:
    box = Mailbox()
    with mail_server(box, tmp_path, mode, auth=True) as port:
        server = Server("localhost", port, mode, USER, lambda: PASSWORD, tmp_path / "cert.pem")
        found = deliver(server, ledger, *(f"p{n}@house.internal" for n in range(20)))
    assert outcomes(found) == ["sent"] * 20 and box.connections == 1
    assert set(box.count.values()) == {1} and len(box.count) == 20
    _, mail = box.mails[0]
    assert [a.addr_spec for a in mail["To"].addresses] == ["p0@house.internal"]
    assert mail["To"].addresses[0].display_name == "Name, p0" and mail["Subject"].startswith("1 overdue")
    assert "Labels print twice .leading dot" in mail.get_body(("plain",)).get_content()
    assert "20261101" in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    ("mode", "trust", "why"),
    [("starttls", False, "certificate"), ("tls", False, "certificate"), ("none", True, "STARTTLS")],
)
def test_nothing_is_sent_without_a_certificate_to_trust_or_without_encryption(
    mode: str, trust: bool, why: str, tmp_path: Path, ledger: Ledger
) -> None:
    box = Mailbox()
    with mail_server(box, tmp_path, mode) as port:
        security = "tls" if mode == "tls" else "starttls"
        found = deliver(Server("localhost", port, security), ledger, "a@house.internal", "b@house.internal")
    assert outcomes(found) == ["failed"] * 2 and not box.mails and why in found[0].reason
    assert box.connections <= 1  # an error that stays is not tried again


def test_a_certificate_of_another_host_is_not_trusted(tmp_path: Path, ledger: Ledger) -> None:
    box = Mailbox()
    with mail_server(box, tmp_path, "tls") as port:
        found = deliver(
            Server("127.0.0.1", port, "tls", ca_file=tmp_path / "cert.pem"), ledger, "a@house.internal"
        )
    assert outcomes(found) == ["failed"] and not box.mails


def test_a_wrong_password_is_told_once_and_never_shown(
    tmp_path: Path, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    box = Mailbox()
    with mail_server(box, tmp_path, "starttls", auth=True) as port:
        server = Server("localhost", port, "starttls", USER, lambda: "secret-word", tmp_path / "cert.pem")
        found = deliver(server, ledger, "a@house.internal")
    assert outcomes(found) == ["failed"] and "535" in found[0].reason and box.connections == 1
    assert "secret-word" not in repr(found) + repr(server) + caplog.text


def test_one_refused_recipient_does_not_stop_the_others(ledger: Ledger) -> None:
    box = Mailbox()
    box.at_rcpt = {"gone@house.internal": ["550 5.1.1 no such user gone@house.internal"]}
    box.at_data = {"full@house.internal": ["552 too large"]}
    with mail_server(box) as port:
        found = deliver(
            Server("127.0.0.1", port, "none"),
            ledger,
            "a@house.internal",
            "gone@house.internal",
            "full@house.internal",
            "b@house.internal",
        )
    assert outcomes(found) == ["sent", "refused", "refused", "sent"] and box.connections == 1
    assert "550 5.1.1 no such user g***@house.internal" in found[1].reason
    assert box.count == {"a@house.internal": 1, "b@house.internal": 1}


def test_greylisting_is_waited_for_and_only_passing_errors_are_tried_again(ledger: Ledger) -> None:
    box, waits = Mailbox(), []
    box.at_rcpt = {
        "grey@house.internal": ["451 greylisted", "451 greylisted"],
        "no@house.internal": ["550 no", "550 no"],
    }
    box.at_data = {"busy@house.internal": ["452 busy"]}
    with mail_server(box) as port:
        server = Server("127.0.0.1", port, "none")
        found = deliver(
            server,
            ledger,
            "grey@house.internal",
            "a@house.internal",
            "no@house.internal",
            "busy@house.internal",
            waits=waits,
        )
    assert outcomes(found) == ["sent", "sent", "refused", "sent"]
    assert waits == [1, 5] and set(box.count.values()) == {1}
    assert box.at_rcpt["no@house.internal"] == ["550 no"]  # asked once


def test_what_stays_greylisted_is_left_to_the_next_run(ledger: Ledger) -> None:
    box = Mailbox()
    box.at_rcpt = {"grey@house.internal": ["451 greylisted"] * 3}
    with mail_server(box) as port:
        server = Server("127.0.0.1", port, "none")
        assert outcomes(deliver(server, ledger, "grey@house.internal")) == ["failed"]
        assert ledger.unknown_mails() == []
        assert outcomes(deliver(server, ledger, "grey@house.internal")) == ["sent"]
        assert outcomes(deliver(server, ledger, "grey@house.internal")) == ["already"]
    assert box.count == {"grey@house.internal": 1}


def test_a_connection_lost_before_the_data_is_made_again(ledger: Ledger) -> None:
    box = Mailbox()
    box.at_rcpt = {"b@house.internal": ["drop"]}
    with mail_server(box) as port:
        found = deliver(
            Server("127.0.0.1", port, "none"),
            ledger,
            "a@house.internal",
            "b@house.internal",
            "c@house.internal",
        )
    assert outcomes(found) == ["sent"] * 3 and set(box.count.values()) == {1}
    assert ledger.unknown_mails() == []


def test_a_connection_lost_in_the_data_delivers_nothing_twice(ledger: Ledger) -> None:
    box = Mailbox()
    box.at_data = {"b@house.internal": ["cut"]}
    with mail_server(box) as port:
        found = deliver(
            Server("127.0.0.1", port, "none"),
            ledger,
            "a@house.internal",
            "b@house.internal",
            "c@house.internal",
        )
    # Whether the whole of it had left this machine before the server hung up is a matter of buffers.
    assert outcomes(found) in (["sent", "sent", "sent"], ["sent", "unknown", "sent"])
    assert max(box.count.values()) == 1 and len(box.count) + len(ledger.unknown_mails()) == 3


def test_a_connection_lost_after_the_data_is_unknown_shown_and_not_sent_again(ledger: Ledger) -> None:
    box = Mailbox()
    box.at_data = {"b@house.internal": ["drop"]}
    with mail_server(box) as port:
        server = Server("127.0.0.1", port, "none")
        found = deliver(server, ledger, "a@house.internal", "b@house.internal", "c@house.internal")
        assert outcomes(found) == ["sent", "unknown", "sent"]
        assert [mail.to for mail in ledger.unknown_mails()] == ["b***@house.internal"]
        again = deliver(server, ledger, "a@house.internal", "b@house.internal", "c@house.internal")
    assert outcomes(again) == ["already"] * 3 and set(box.count.values()) == {1}


def test_no_server_is_a_passing_error_and_claims_nothing(ledger: Ledger) -> None:
    with mail_server(Mailbox()) as port:
        pass
    waits: list[float] = []
    found = deliver(
        Server("127.0.0.1", port, "none", timeout=2),
        ledger,
        "a@house.internal",
        "b@house.internal",
        waits=waits,
    )
    assert outcomes(found) == ["failed"] * 2 and waits == [1, 5] and "no connection" in found[0].reason
    assert ledger.unknown_mails() == []


@pytest.mark.parametrize(
    "address", ["a@example.com", "a@mail.example.org", "a@desk.example", "a@x.invalid", "a@EXAMPLE.NET."]
)
def test_addresses_kept_for_examples_are_never_mailed(address: str, ledger: Ledger) -> None:
    box = Mailbox()
    with mail_server(box) as port:
        found = deliver(Server("127.0.0.1", port, "none"), ledger, address, "a@myexample.com")
    assert outcomes(found) == ["no-address", "sent"] and "RFC 2606" in found[0].reason


def test_a_domain_beyond_ascii_is_written_as_mail_servers_know_it(ledger: Ledger) -> None:
    box = Mailbox()
    with mail_server(box) as port:
        found = deliver(Server("127.0.0.1", port, "none"), ledger, "zhang@公司.internal")
    assert outcomes(found) == ["sent"] and box.count == {"zhang@xn--55qx5d.internal": 1}


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "张三@house.internal",
        "a b@house.internal",
        "a@house.internal, c@house.internal",
        "a@house.internal\nBcc: c@house.internal",
        "",
    ],
)
def test_an_address_that_is_none_stops_nobody_and_adds_nobody(address: str, ledger: Ledger) -> None:
    box = Mailbox()
    with mail_server(box) as port:
        found = deliver(Server("127.0.0.1", port, "none"), ledger, address, "b@house.internal")
    assert outcomes(found) == ["no-address", "sent"] and box.count == {"b@house.internal": 1}
    assert "no mail address" in found[0].reason


def test_a_line_that_begins_with_a_dot_ends_nothing() -> None:
    box = Mailbox()
    body = "first\n.\n..two\n.three\nlast"
    mail = compose(
        Message("s", body, "<p>x</p>"),
        Person("D", "N", "a@house.internal"),
        Sender("d@house.internal"),
        "<1@x>",
        MOMENT,
    )
    with mail_server(box) as port:
        line = Smtp(Server("127.0.0.1", port, "none"))
        assert line.send(mail, "name").outcome == "sent"
        line.close()
    assert box.mails[0][1].get_body(("plain",)).get_content().splitlines() == body.splitlines()
