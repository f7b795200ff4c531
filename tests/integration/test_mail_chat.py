"""Posts to chats: accepted, refused inside a 200, too long, unsigned, hung up on, and never twice."""

from __future__ import annotations

import json
import sys
import types
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetops.domain.plan import Delivery
from sheetops.domain.view import View
from sheetops.jobs.remind import remind
from sheetops.ledger import Ledger, open_ledger
from sheetops.messages import Channel, Chat, Folder, Outbox, Sender, Style
from sheetops.messages.chat import split_text
from sheetops.settings.files import find, load_texts
from tests.integration.chat_places import SECRET, Rooms, chat_server
from tests.sheets import log, row, view

STYLE = Style(partial(find, "templates"), load_texts)
SERVICES = ("wecom", "dingtalk", "feishu", "slack", "teams")
KEYS = {"wecom": "?key=k-1"}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return open_ledger(tmp_path / "ledger.db")


def seen(rows: int = 3, now: datetime = datetime(2026, 11, 18, 9)) -> View:
    cells = [
        row(
            id=f"202611{n:02}",
            description=f'标签打印机重复打印 <at user_id="all"></at> 请联系 13812345678 ({n})',
            owner="技术部-张*",
            urgency="高",
            due=date(2026, 11, 17 if n % 2 else 18),
        )
        for n in range(1, rows + 1)
    ]
    return view(log(*cells, language="zh-Hans"), now=now, address_pattern="{department}@house.internal")


def channel(service: str, base: str, secret: str | None = SECRET) -> Channel:
    return Channel(
        "desk",
        service,
        lambda: f"{base}/{service}{KEYS.get(service, '')}",
        (lambda: secret) if secret else None,
        timeout=3,
    )  # type: ignore[arg-type]


def post(
    chat: Channel, ledger: Ledger, tmp_path: Path, given: View | None = None, waits: list[float] | None = None
) -> list[Delivery]:
    given = given or seen()
    run = ledger.start_run("desk.xlsx", ["remind"], given.now)
    slept: list[float] = [] if waits is None else waits
    outbox = Outbox(
        Folder(tmp_path / "outbox"),
        Sender("desk@house.internal"),
        ledger,
        STYLE,
        (1, 5),
        slept.append,
        chats=[Chat(chat)],
    )
    return [d for d in outbox.deliver(run, remind(given), given) if d.where.startswith(chat.service)]


def words(service: str, body: Any) -> str:
    if service == "teams":
        return "\n".join(block["text"] for block in body["attachments"][0]["content"]["body"])
    return str(
        {"feishu": lambda: body["content"]["text"], "slack": lambda: body["text"]}.get(
            service, lambda: body["text"]["content"]
        )()
    )


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_takes_the_post_once(service: str, ledger: Ledger, tmp_path: Path) -> None:
    rooms = Rooms()
    with chat_server(rooms) as base:
        assert [d.outcome for d in post(channel(service, base), ledger, tmp_path)] == ["sent"]
        again = post(channel(service, base), ledger, tmp_path)
    assert again == []  # everybody was mailed, so there is nothing new to say
    (body,) = rooms.posts[service]
    text = words(service, body)
    assert "已逾期 2 条" in text and "今天到期 1 条" in text and "技术部-张*" in text
    assert "13812345678" not in json.dumps(body, ensure_ascii=False) and "138****5678" in text
    if service in ("feishu", "slack"):
        assert "<at" not in text


@pytest.mark.parametrize("service", SERVICES)
def test_long_posts_are_split_within_the_limits_and_lose_nothing(
    service: str, ledger: Ledger, tmp_path: Path
) -> None:
    rooms, many = Rooms(), seen(900)
    with chat_server(rooms) as base:
        found = post(channel(service, base), ledger, tmp_path, many)
    assert {d.outcome for d in found} == {"sent"} and len(found) == len(rooms.posts[service])
    assert len(found) > 1 or service in ("dingtalk", "teams", "feishu")
    text = "\n".join(words(service, body) for body in rooms.posts[service])
    missing = [r.id for _, _, r in many.requests() if r.id and r.id not in text]
    assert missing == []


@pytest.mark.parametrize(
    ("service", "why"), [("wecom", "93000"), ("dingtalk", "310000"), ("feishu", "19021")]
)
def test_a_refusal_inside_a_200_is_read(service: str, why: str, ledger: Ledger, tmp_path: Path) -> None:
    rooms = Rooms()
    with chat_server(rooms) as base:
        bad = Channel("desk", service, lambda: f"{base}/{service}", lambda: "wrong")  # type: ignore[arg-type]
        (found,) = post(bad, ledger, tmp_path)
    assert found.outcome == "refused" and why in found.reason and rooms.posts == {}


@pytest.mark.parametrize(
    ("service", "answer"),
    [
        ("wecom", (200, '{"errcode":45009,"errmsg":"api freq out of limit"}')),
        ("dingtalk", (200, '{"errcode":130101,"errmsg":"send too fast"}')),
        ("feishu", (200, '{"code":11232,"msg":"frequency limited"}')),
        ("slack", (429, "rate_limited")),
        (
            "teams",
            (
                200,
                "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429",
            ),
        ),
    ],
)
def test_too_fast_is_waited_for(
    service: str, answer: tuple[int, str], ledger: Ledger, tmp_path: Path
) -> None:
    rooms, waits = Rooms(), []
    rooms.next = [answer]
    with chat_server(rooms) as base:
        (found,) = post(channel(service, base), ledger, tmp_path, waits=waits)
    assert found.outcome == "sent" and waits == [1] and len(rooms.posts[service]) == 1


@pytest.mark.parametrize("answer", [(400, "invalid_payload"), (404, "no_team"), (301, ""), (200, "no_text")])
def test_what_stays_wrong_is_not_tried_again(answer: tuple[int, str], ledger: Ledger, tmp_path: Path) -> None:
    rooms, waits = Rooms(), []
    rooms.next = [answer]
    with chat_server(rooms) as base:
        (found,) = post(channel("slack", base), ledger, tmp_path, waits=waits)
    assert found.outcome == "refused" and waits == []


@pytest.mark.parametrize("answer", ["drop", (502, "bad gateway"), (500, "")])
@pytest.mark.parametrize("service", ["wecom", "slack"])
def test_a_lost_answer_is_unknown_and_shown(
    service: str, answer: Any, ledger: Ledger, tmp_path: Path
) -> None:
    rooms = Rooms()
    rooms.next = [answer]
    with chat_server(rooms) as base:
        (found,) = post(channel(service, base), ledger, tmp_path)
    assert found.outcome == "unknown" and rooms.posts == {}
    assert [(m.job, m.to) for m in ledger.unknown_mails()] == [("chat", "c***@desk")]


def test_an_answer_that_is_none_of_the_services_is_no_success(ledger: Ledger, tmp_path: Path) -> None:
    rooms = Rooms()
    rooms.next = [(200, "<html>please log in</html>")]
    with chat_server(rooms) as base:
        (found,) = post(channel("wecom", base), ledger, tmp_path)
    assert found.outcome == "unknown"


def test_no_server_is_a_passing_error_and_the_address_is_never_shown(ledger: Ledger, tmp_path: Path) -> None:
    with chat_server(Rooms()) as base:
        pass
    waits: list[float] = []
    (found,) = post(channel("wecom", base), ledger, tmp_path, waits=waits)
    assert found.outcome == "failed" and waits == [1, 5] and "k-1" not in repr(found)
    (found,) = post(
        Channel("other", "slack", lambda: "http://hooks.slack.invalid/T0/secret"),
        ledger,
        tmp_path,
        seen(2, datetime(2026, 11, 19, 9)),
    )
    assert found.outcome == "failed" and "https" in found.reason and "secret" not in repr(found)


def test_the_parts_of_a_post_stay_in_order(ledger: Ledger, tmp_path: Path) -> None:
    rooms = Rooms()
    rooms.next = [(200, '{"errcode":-1,"errmsg":"system busy"}')]
    with chat_server(rooms) as base:
        found = post(channel("wecom", base), ledger, tmp_path, seen(60))
    assert len(found) > 1 and {d.outcome for d in found} == {"sent"}
    assert [words("wecom", body) for body in rooms.posts["wecom"]] == [d.text for d in found]


def test_nothing_for_the_group_no_post(ledger: Ledger, tmp_path: Path) -> None:
    quiet = view(
        log(row(id="20261101", description="x", owner="Tech", due=date(2026, 11, 19))),
        now=datetime(2026, 11, 18, 9),
        address_pattern="{department}@house.internal",
    )
    assert remind(quiet).digests
    rooms = Rooms()
    with chat_server(rooms) as base:
        assert post(channel("slack", base), ledger, tmp_path, quiet) == [] and rooms.posts == {}


def test_other_services_go_through_apprise(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    class Apprise:
        def add(self, url: str) -> bool:
            return url.startswith("json://")

        def notify(self, body: str) -> bool:
            told.append(body)
            return body != "bad"

    monkeypatch.setitem(sys.modules, "apprise", None)
    chat = Chat(Channel("desk", "apprise", lambda: "json://here"))
    assert "not installed" in chat.post("good").reason
    module = types.ModuleType("apprise")
    module.Apprise = Apprise  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "apprise", module)
    assert [chat.post(text).outcome for text in ("good", "bad")] == ["sent", "unknown"] and told == [
        "good",
        "bad",
    ]
    assert Chat(Channel("desk", "apprise", lambda: "nonsense")).post("x").outcome == "failed"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.integers(4, 60))
def test_a_split_keeps_every_letter_and_every_limit(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert all(len(piece.encode()) <= limit for piece in pieces)
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")
