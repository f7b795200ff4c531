"""Posts to a group's chat through the webhooks that WeCom, DingTalk, Feishu, Slack and Teams offer.

Each service says in its own way that it refused: three of them in a code inside an answer 200. Sources of
formats, limits and signatures: the services' own pages on custom robots and incoming webhooks.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, urlsplit

from sheetops.errors import SettingsError
from sheetops.messages.sending import Attempt

Service = Literal["wecom", "dingtalk", "feishu", "slack", "teams", "apprise"]
Reply = tuple[int, str]  # HTTP status and body


@dataclass(frozen=True)
class Channel:
    """One group: its name in the settings, its service, and where the address and the signing secret lie."""

    name: str
    service: Service
    url: Callable[[], str]
    secret: Callable[[], str] | None = None
    timeout: float = 15.0  # seconds


class _Form(NamedTuple):
    limit: int  # bytes of UTF-8 in one post
    body: Callable[[str], dict[str, Any]]
    judge: Callable[[Reply], Attempt]


def _text(content: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": content}}


def _feishu(content: str) -> dict[str, Any]:
    return {
        "msg_type": "text",
        "content": {"text": content.replace("<", "＜")},
    }  # `<at user_id="all">` rings for all


def _slack(content: str) -> dict[str, Any]:
    plain = content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": plain, "mrkdwn": False}


def _teams(content: str) -> dict[str, Any]:
    lines = [
        {"type": "TextBlock", "text": line or " ", "wrap": True, "spacing": "None"}
        for line in content.split("\n")
    ]
    card = {"type": "AdaptiveCard", "version": "1.4", "body": lines}
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
    }


def _coded(names: tuple[str, ...], passing: frozenset[int]) -> Callable[[Reply], Attempt]:
    """Judges answers whose body is JSON with a code: 0 is good, those of `passing` are worth another try."""

    def judge(reply: Reply) -> Attempt:
        try:
            answer = json.loads(reply[1])
            code = next(int(answer[name]) for name in names if name in answer)
        except (ValueError, TypeError, StopIteration):
            return Attempt("unknown", reason="its answer is none that this service gives")
        if code == 0:
            return Attempt("sent")
        words = str(answer.get("errmsg") or answer.get("msg") or answer.get("StatusMessage") or "")[:120]
        again = code in passing
        return Attempt("failed" if again else "refused", reason=f"{code} {words}".strip(), again=again)

    return judge


def _judge_slack(reply: Reply) -> Attempt:
    return Attempt("sent") if reply[1].strip() == "ok" else Attempt("refused", reason=reply[1][:120])


def _judge_teams(reply: Reply) -> Attempt:
    """A workflow accepts with 202; the older connector says `1`, or in a 200 that it failed."""
    status, body = reply
    if status == 202 or body.strip() in ("1", ""):
        return Attempt("sent")
    again = "429" in body
    return Attempt("failed" if again else "refused", reason=body[:120], again=again)


_FORMS: Mapping[str, _Form] = {
    "wecom": _Form(2048, _text, _coded(("errcode",), frozenset((-1, 45009, 45033)))),
    "dingtalk": _Form(18_000, _text, _coded(("errcode",), frozenset((-1, 130101, 130102)))),
    "feishu": _Form(15_000, _feishu, _coded(("code", "StatusCode"), frozenset((11232, 11233)))),
    "slack": _Form(3_500, _slack, _judge_slack),
    "teams": _Form(10_000, _teams, _judge_teams),
}
_OTHER_LIMIT = 1_500  # of services that apprise knows; few are shorter


class Chat:
    """Posts to one channel; a transport whose mails are texts."""

    leaves_the_house = True

    def __init__(self, channel: Channel, clock: Callable[[], float] = time.time) -> None:
        self.channel = channel
        self.clock = clock  # seconds since 1970: signatures carry the moment of sending
        form = _FORMS.get(channel.service)
        self.limit = form.limit if form else _OTHER_LIMIT

    def connect(self) -> Attempt | None:
        """See that the address can be used; it is a secret, so no message shows it."""
        try:
            url = urlsplit(self.channel.url())
            if self.channel.secret is not None:
                self.channel.secret()
        except SettingsError as error:
            return self._told(Attempt("failed", reason=error.line()))
        near = url.hostname in ("localhost", "127.0.0.1", "::1")
        if self.channel.service != "apprise" and not (
            url.scheme == "https" or (url.scheme == "http" and near)
        ):
            return self._told(Attempt("failed", reason="its address must begin with https://"))
        return None

    def close(self) -> None:
        """Nothing is held."""

    def post(self, text: str) -> Attempt:
        """Post one text that is not longer than `limit`."""
        if self.channel.service == "apprise":
            return self._told(_by_apprise(self.channel.url(), text))
        form = _FORMS[self.channel.service]
        url, body = self._signed(form.body(text))
        return self._told(self._judged(form, url, body))

    def _judged(self, form: _Form, url: str, body: dict[str, Any]) -> Attempt:
        import requests

        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        try:
            answer = requests.post(
                url, data=content, headers=headers, timeout=self.channel.timeout, allow_redirects=False
            )
        except requests.exceptions.SSLError:
            return Attempt("failed", reason="its certificate is not to be trusted")
        except requests.exceptions.ConnectTimeout:
            return Attempt("failed", reason="no connection in time", again=True)
        except requests.exceptions.RequestException as error:
            # Their texts hold the address. Only where no connection came about is it sure that nothing arrived.
            if "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error):
                return Attempt("failed", reason="no connection", again=True)
            return Attempt("unknown", reason=f"no answer ({type(error).__name__})")
        if answer.status_code == 429:
            return Attempt("failed", reason="429 too many posts", again=True)
        if answer.status_code >= 500:
            return Attempt("unknown", reason=f"{answer.status_code} from the service")
        if answer.status_code >= 300:
            return Attempt("refused", reason=f"{answer.status_code} {answer.text[:120]}")
        return form.judge((answer.status_code, answer.text))

    def _signed(self, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        url = self.channel.url()
        secret = self.channel.secret() if self.channel.secret else None
        if secret is None:
            return url, body
        if self.channel.service == "dingtalk":  # HMAC-SHA256 of "time\nsecret" under the secret; milliseconds
            stamp = str(int(self.clock() * 1000))
            sign = _hmac(secret.encode(), f"{stamp}\n{secret}".encode())
            joint = "&" if "?" in url else "?"
            return f"{url}{joint}timestamp={stamp}&sign={quote(sign, safe='')}", body
        if self.channel.service == "feishu":  # HMAC-SHA256 of nothing under "time\nsecret"; seconds
            stamp = str(int(self.clock()))
            return url, {"timestamp": stamp, "sign": _hmac(f"{stamp}\n{secret}".encode(), b""), **body}
        return url, body

    def _told(self, attempt: Attempt) -> Attempt:
        where = f"{self.channel.service} {self.channel.name}"
        return attempt._replace(where=where, reason=" ".join(attempt.reason.split()))


def _hmac(key: bytes, content: bytes) -> str:
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def _by_apprise(url: str, text: str) -> Attempt:
    """Any other service. apprise says only whether it went well, and sometimes wrongly that it did."""
    try:
        client: Any = import_module("apprise").Apprise()
    except ImportError:
        return Attempt("failed", reason="apprise is not installed; install sheetops[chat]")
    if not client.add(url):
        return Attempt("failed", reason="apprise does not understand the address")
    return (
        Attempt("sent") if client.notify(body=text) else Attempt("unknown", reason="apprise says it failed")
    )


def split_text(text: str, limit: int) -> list[str]:
    """`text` in pieces of at most `limit` bytes of UTF-8, cut between lines, and within a line only if it is longer."""
    pieces: list[str] = []
    current = ""
    for line in text.split("\n"):
        for part in _cut(line, limit):
            joined = f"{current}\n{part}" if current else part
            if len(joined.encode()) <= limit:
                current = joined
            else:
                pieces.append(current)
                current = part
    return [*pieces, current] if current else pieces


def _cut(line: str, limit: int) -> list[str]:
    """A line in parts, after a space or a mark of punctuation where the second half of a part has one."""
    parts = []
    content = line.encode()
    while len(content) > limit:
        head = content[:limit].decode("utf-8", "ignore")
        at = max(map(head.rfind, " 、，；。,;")) + 1
        if at > len(head) // 2:
            head = head[:at]
        parts.append(head)
        content = content[len(head.encode()) :]
    return [*parts, content.decode()]
