"""Replays recorded request/answer pairs against a server and compares the answers field by field.

`python -m tests.sheets_server.replay FOLDER` prints the share of fields that agree, per scenario.

Ids, times and spreadsheet addresses differ from run to run: an id is mapped the first time it is seen and
must stay the same after; times must have the recorded form. What a recorded account already held before its
scenario (other files in a Drive list) is put into the server through its admin path.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.sheets_server.server import SheetsServer

ID_KEYS = {
    "id", "spreadsheetId", "sheetId", "sourceSheetId", "newSheetId", "destinationSpreadsheetId", "namedRangeId",
    "protectedRangeId", "filterViewId", "filterId", "chartId", "objectId", "slicerId", "bandedRangeId", "tableId",
    "metadataId", "duplicateSheetId", "permissionId",
}  # fmt: skip
TIME_KEYS = {"createdTime", "modifiedTime", "viewedByMeTime", "createdDate", "modifiedDate"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
LIST_PATH = "/drive/v3/files"


@dataclass
class Score:
    """What one scenario came to."""

    name: str
    pairs: int = 0
    equal_pairs: int = 0
    fields: int = 0
    equal_fields: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.equal_fields / self.fields if self.fields else 1.0


class Replay:
    """One scenario against one server."""

    def __init__(self, server: SheetsServer, name: str) -> None:
        self.server = server
        host, _, port = server.url.removeprefix("http://").partition(":")
        self.connection = http.client.HTTPConnection(host, int(port), timeout=30)
        self.score = Score(name)
        self.ids: dict[Any, Any] = {}  # recorded → ours
        self.foreign: set[str] = set()

    def run(self, pairs: list[dict[str, Any]]) -> Score:
        own = {json.loads(p["body"])["id"] for p in pairs if _creates_file(p)}
        for number, pair in enumerate(pairs):
            self._prepare(pair, own)
            status, text = self._send(pair["request"])
            self._compare_pair(number, pair, status, text)
        self.connection.close()
        return self.score

    def _call(self, http_method: str, target: str, body: bytes | None) -> tuple[int, str]:
        headers = {"Content-Type": "application/json"} if body else {}
        self.connection.request(http_method, target, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()

    def _prepare(self, pair: dict[str, Any], own: set[str]) -> None:
        """Gives the account the files the recording shows besides the scenario's own."""
        url = urlsplit(pair["request"]["uri"])
        if pair["request"]["method"] != "GET" or url.path != LIST_PATH or pair["status"] != 200:
            return
        if "name" in url.query.replace("fields=", "").partition("q=")[2].partition("&")[0]:
            return
        listed = {f["id"]: f for f in json.loads(pair["body"])["files"] if f["id"] not in own}
        owner = self.server.world.default_user
        assert owner is not None
        for gone in self.foreign - set(listed):
            self._call("DELETE", f"{LIST_PATH}/{gone}", None)
        for file_id, file in listed.items():
            if file_id not in self.foreign:
                self._call("POST", "/admin/files", json.dumps({**file, "owner": owner.email}).encode())
        self.foreign = set(listed)

    def _send(self, request: dict[str, Any]) -> tuple[int, str]:
        url = urlsplit(request["uri"])
        target = url.path + (f"?{url.query}" if url.query else "")
        for old, new in self.ids.items():
            if isinstance(old, str) and len(old) > 20:
                target = target.replace(old, new)
        target = re.sub(
            r"/sheets/(\d+):", lambda m: f"/sheets/{self.ids.get(int(m.group(1)), m.group(1))}:", target
        )
        body = request.get("body")
        if body:
            with contextlib.suppress(json.JSONDecodeError):
                body = json.dumps(self._mapped(json.loads(body)))
        return self._call(request["method"], target, body.encode() if body else None)

    def _mapped(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: self._mapped(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self._mapped(v, key) for v in value]
        if key in ID_KEYS and isinstance(value, int | str):
            return self.ids.get(value, value)
        return value

    def _compare_pair(self, number: int, pair: dict[str, Any], status: int, text: str) -> None:
        before = len(self.score.differences)
        where = f"{number} {pair['request']['method']} {pair['request']['uri'][-70:]}"
        self._leaf(where, pair["status"], status, "status")
        self._compare(where, _parsed(pair["body"]), _parsed(text), "")
        self.score.pairs += 1
        self.score.equal_pairs += len(self.score.differences) == before

    def _leaf(self, where: str, wanted: Any, have: Any, key: str) -> None:
        self.score.fields += 1
        if self._same(wanted, have, key):
            self.score.equal_fields += 1
        else:
            self.score.differences.append(f"{where}: recorded {wanted!r}, here {have!r}")

    def _same(self, wanted: Any, have: Any, key: str) -> bool:
        if key in TIME_KEYS:
            return bool(TIME.match(str(wanted))) == bool(TIME.match(str(have)))
        if key == "spreadsheetUrl" and isinstance(have, str):
            return any(
                isinstance(old, str) and wanted.replace(old, new) == have for old, new in self.ids.items()
            )
        if key in ID_KEYS and isinstance(wanted, int | str) and type(wanted) is type(have):
            if wanted not in self.ids and have not in self.ids.values() and wanted != 0:
                self.ids[wanted] = have
            return self.ids.get(wanted, wanted) == have
        return (type(wanted) in (int, float) and wanted == have) or (
            wanted == have and type(wanted) is type(have)
        )

    def _compare(self, where: str, wanted: Any, have: Any, key: str) -> None:
        if isinstance(wanted, dict) and isinstance(have, dict):
            # Ids first: addresses in the same answer are compared through them.
            for name in sorted({*wanted, *have}, key=lambda k: (k not in ID_KEYS, k)):
                place = f"{where} .{name}"
                if name in wanted and name in have:
                    self._compare(place, wanted[name], have[name], name)
                else:
                    self._leaf(place, wanted.get(name, "(absent)"), have.get(name, "(absent)"), "")
            if not wanted and not have:
                self._leaf(where, wanted, have, key)
        elif isinstance(wanted, list) and isinstance(have, list) and len(wanted) == len(have):
            for at, (one, other) in enumerate(zip(wanted, have, strict=True)):
                self._compare(f"{where}[{at}]", one, other, key)
            if not wanted:
                self._leaf(where, wanted, have, key)
        else:
            self._leaf(where, wanted, have, key)


def _creates_file(pair: dict[str, Any]) -> bool:
    path = urlsplit(pair["request"]["uri"]).path
    made = path == LIST_PATH or path.endswith("/copy")
    return pair["request"]["method"] == "POST" and made and pair["status"] == 200


def _parsed(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except json.JSONDecodeError:
        return text or ""


def replay_file(path: Path) -> Score:
    """Replays one recording against a fresh server."""
    pairs = json.loads(path.read_text(encoding="utf-8"))
    with SheetsServer() as server:
        return Replay(server, path.stem).run(pairs)


def report(scores: list[Score]) -> str:
    lines = [f"{s.share:7.2%}  {s.equal_pairs:4d}/{s.pairs:4d} answers  {s.name}" for s in scores]
    fields, equal = sum(s.fields for s in scores), sum(s.equal_fields for s in scores)
    pairs, same = sum(s.pairs for s in scores), sum(s.equal_pairs for s in scores)
    whole = sum(s.equal_pairs == s.pairs for s in scores)
    lines.append(
        f"{equal / max(fields, 1):7.2%}  {equal}/{fields} fields, {same}/{pairs} answers, "
        f"{whole}/{len(scores)} scenarios in full"
    )
    return "\n".join(lines)


def main() -> None:
    scores = [replay_file(path) for path in sorted(Path(sys.argv[1]).glob("*.json"))]
    print(report(scores))
    for score in scores:
        for difference in score.differences[:5]:
            print(f"{score.name}: {difference[:400]}")


if __name__ == "__main__":
    main()
