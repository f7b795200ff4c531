"""The disturbances: people between calls, a second user, quotas, faults before and after the work."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.sheets_server import SheetsServer
from tests.sheets_server.clients import session


@pytest.fixture
def server() -> Iterator[SheetsServer]:
    with SheetsServer() as made:
        yield made


class Client:
    """Bare HTTP, to see status and body."""

    def __init__(self, server: SheetsServer, token: str | None = None) -> None:
        self.server = server
        self.http = session(server.url, token)
        self.id = ""

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        return self.http.request(method, f"{self.server.url}{path}", json=body, timeout=10)

    def sheet(self, method: str, rest: str, body: Any = None) -> requests.Response:
        return self.call(method, f"/v4/spreadsheets/{self.id}{rest}", body)

    def write(self, cells: str, rows: list[list[Any]]) -> requests.Response:
        return self.sheet("PUT", f"/values/{cells}?valueInputOption=RAW", {"values": rows})

    def read(self, cells: str) -> Any:
        return self.sheet("GET", f"/values/{cells}").json().get("values", [])


@pytest.fixture
def client(server: SheetsServer) -> Client:
    made = Client(server)
    made.id = made.call("POST", "/v4/spreadsheets", {"properties": {"title": "T"}}).json()["spreadsheetId"]
    made.write("A1:B3", [["ID", "State"], ["1", "open"], ["2", "open"]])
    return made


def test_a_person_inserts_a_row_between_two_calls(server: SheetsServer, client: Client) -> None:
    person = server.person(client.id)
    server.before_call(2, lambda: person.insert_rows("Sheet1", 2))
    assert client.read("A2:A3") == [["1"], ["2"]]
    assert client.read("A2:A4") == [[], ["1"], ["2"]]


def test_an_edit_waits_for_the_call_it_names(server: SheetsServer, client: Client) -> None:
    person = server.person(client.id)
    server.before_call(1, lambda: person.type("B2", "mine"), match="values.update")
    assert client.read("B2") == [["open"]]
    client.write("A9", [["x"]])
    assert client.read("B2") == [["mine"]]


def test_an_edit_over_the_admin_path(client: Client) -> None:
    edit = {"spreadsheetId": client.id, "values": [{"range": "B2", "values": [["typed"]]}], "before": 1}
    assert client.call("POST", "/admin/edits", edit).status_code == 200
    assert client.read("B2") == [["typed"]]


def test_a_stranger_gets_403_and_an_unknown_file_404(server: SheetsServer, client: Client) -> None:
    server.private_file("secret")
    answer = client.call("GET", "/v4/spreadsheets/secret")
    assert answer.status_code == 403
    assert answer.json() == {
        "error": {
            "code": 403,
            "message": "The caller does not have permission",
            "status": "PERMISSION_DENIED",
        }
    }
    assert client.call("GET", "/v4/spreadsheets/nobody").json()["error"]["status"] == "NOT_FOUND"
    assert client.call("GET", "/drive/v3/files/secret").status_code == 404


def test_a_second_user_needs_a_share_and_respects_protection(server: SheetsServer, client: Client) -> None:
    server.user("token-2", "bob@example.com")
    bob = Client(server, "token-2")
    bob.id = client.id
    assert bob.sheet("GET", "").status_code == 403
    share = {"type": "user", "role": "reader", "emailAddress": "bob@example.com"}
    path = f"/drive/v3/files/{client.id}/permissions"
    permission = client.call("POST", path, share).json()["id"]
    assert bob.read("A1") == [["ID"]]
    assert bob.write("C1", [["x"]]).status_code == 403
    client.call("PATCH", f"{path}/{permission}", {"role": "writer"})
    assert bob.write("C1", [["x"]]).status_code == 200
    rule = {"range": {"sheetId": 0, "startColumnIndex": 0, "endColumnIndex": 1}}
    client.sheet("POST", ":batchUpdate", {"requests": [{"addProtectedRange": {"protectedRange": rule}}]})
    refused = bob.write("A2", [["x"]])
    assert refused.status_code == 400
    assert refused.json()["error"]["message"].startswith(
        "Invalid data[0]: You are trying to edit a protected cell or object."
    )
    assert client.write("A2", [["owner"]]).status_code == 200
    refused_requests = (
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}}},
        {"deleteDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}}},
        {"sortRange": {"range": {"sheetId": 0}, "sortSpecs": [{"dimensionIndex": 1}]}},
        {"deleteProtectedRange": {"protectedRangeId": only_protection(client)}},
    )
    for request in refused_requests:
        answer = bob.sheet("POST", ":batchUpdate", {"requests": [request]})
        assert "protected cell or object" in answer.json()["error"]["message"]
    free = {
        "insertDimension": {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}}
    }
    assert bob.sheet("POST", ":batchUpdate", {"requests": [free]}).status_code == 200


def only_protection(client: Client) -> int:
    sheets = client.sheet("GET", "").json()["sheets"]
    return int(sheets[0]["protectedRanges"][0]["protectedRangeId"])


def test_quota_answers_429_until_the_next_minute(server: SheetsServer, client: Client) -> None:
    now = [dt.datetime(2026, 5, 4, 10, 0, 30, tzinfo=dt.UTC)]
    server.world.clock = lambda: now[0]
    server.quota(per_project=5, per_user=3)
    answers = [client.sheet("GET", "/values/A1") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    error = answers[-1].json()["error"]
    assert error["status"] == "RESOURCE_EXHAUSTED"
    assert error["message"] == (
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service "
        "'sheets.googleapis.com' for consumer 'project_number:1234567890'."
    )
    assert error["details"][0]["metadata"]["quota_limit_value"] == "3"
    assert "Retry-After" not in answers[-1].headers
    assert client.write("A5", [["x"]]).status_code == 200  # writes have a count of their own
    now[0] += dt.timedelta(seconds=30)
    assert client.sheet("GET", "/values/A1").status_code == 200


def test_the_project_limit_counts_all_users(server: SheetsServer, client: Client) -> None:
    server.world.clock = lambda: dt.datetime(2026, 5, 4, 10, 0, tzinfo=dt.UTC)
    server.user("token-2", "bob@example.com")
    bob = Client(server, "token-2")
    bob.id = client.id
    share = {"type": "anyone", "role": "reader"}
    client.call("POST", f"/drive/v3/files/{client.id}/permissions", share)
    server.quota(per_project=3, per_user=2)
    codes = [who.sheet("GET", "/values/A1").status_code for who in (client, client, bob, bob)]
    assert codes == [200, 200, 200, 429]


@pytest.mark.parametrize(("kind", "applied"), [("status", False), ("status_after", True)])
def test_5xx_before_and_after_the_work(
    server: SheetsServer, client: Client, kind: str, applied: bool
) -> None:
    server.fault(kind, "values.update", code=503)
    answer = client.write("B2", [["done"]])
    assert answer.status_code == 503
    assert answer.json()["error"]["message"] == "The service is currently unavailable."
    assert client.read("B2") == [["done" if applied else "open"]]


@pytest.mark.parametrize(("kind", "applied"), [("cut", False), ("cut_after", True)])
def test_a_cut_connection(server: SheetsServer, client: Client, kind: str, applied: bool) -> None:
    server.fault(kind, "PUT ")
    with pytest.raises(requests.exceptions.ConnectionError):
        client.write("B2", [["done"]])
    assert client.read("B2") == [["done" if applied else "open"]]


def test_slow_answers_run_into_the_clients_timeout(server: SheetsServer, client: Client) -> None:
    server.fault("slow", seconds=0.4)
    started = time.monotonic()
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.http.get(f"{server.url}/v4/spreadsheets/{client.id}", timeout=0.1)
    assert time.monotonic() - started < 0.4
    assert client.sheet("GET", "").status_code == 200


def test_a_fault_skips_and_counts(server: SheetsServer, client: Client) -> None:
    server.fault("status", "values.get", code=500, skip=1, times=2)
    assert [client.sheet("GET", "/values/A1").status_code for _ in range(4)] == [200, 500, 500, 200]


def test_faults_quota_users_and_calls_over_the_admin_path(client: Client) -> None:
    fault = {"kind": "status", "match": "values.get", "code": 503}
    assert client.call("POST", "/admin/faults", fault).status_code == 200
    assert client.sheet("GET", "/values/A1").status_code == 503
    assert client.call("POST", "/admin/faults", {"kind": "nonsense"}).status_code == 400
    assert client.call("POST", "/admin/quota", {"per_user": 1}).status_code == 200
    assert [client.sheet("GET", "/values/A1").status_code for _ in range(2)] == [200, 429]
    client.call("POST", "/admin/quota", {"off": True})
    methods = [call["method"] for call in client.call("GET", "/admin/calls").json()["calls"]]
    assert methods[-1] == "sheets.spreadsheets.values.get"
    client.call("POST", "/admin/auth", {"required": True})
    assert client.sheet("GET", "").status_code == 401
    client.call("POST", "/admin/reset")
    assert client.sheet("GET", "").status_code == 404


def test_drive_notices_a_cell_edit_late_and_a_title_at_once(server: SheetsServer, client: Client) -> None:
    now = [dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)]
    server.world.clock = lambda: now[0]
    path = f"/drive/v3/files/{client.id}?fields=modifiedTime,version"
    settled = client.call("GET", path).json()
    client.write("B2", [["new"]])
    now[0] += dt.timedelta(seconds=14)
    assert client.call("GET", path).json() == settled
    now[0] += dt.timedelta(seconds=14)
    later = client.call("GET", path).json()
    assert later["version"] > settled["version"]
    title = {"updateSpreadsheetProperties": {"properties": {"title": "New"}, "fields": "title"}}
    client.sheet("POST", ":batchUpdate", {"requests": [title]})
    assert client.call("GET", path).json()["version"] > later["version"]
    assert client.call("GET", f"/drive/v3/files/{client.id}").json()["name"] == "New"


def test_row_anchors_can_be_left_behind_by_a_sort_in_the_page(server: SheetsServer, client: Client) -> None:
    anchor = {
        "metadataKey": "row",
        "visibility": "DOCUMENT",
        "location": {"dimensionRange": {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}},
    }
    client.sheet(
        "POST", ":batchUpdate", {"requests": [{"createDeveloperMetadata": {"developerMetadata": anchor}}]}
    )

    def anchored() -> str:
        lookup = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "row"}}]}
        answer = client.sheet("POST", "/values:batchGetByDataFilter", lookup).json()
        return answer["valueRanges"][0]["valueRange"]["values"][0][0]

    assert anchored() == "1"
    person = server.person(client.id)
    person.sort("Sheet1!A2:B3", 1, descending=True)
    assert anchored() == "1"
    person.sort("Sheet1!A2:B3", 1, anchors_follow=False)
    assert anchored() == "2"


def test_a_token_for_reading_cannot_use_anchors_or_write(server: SheetsServer, client: Client) -> None:
    server.user("reader", "tester@example-project.iam.gserviceaccount.com", readonly=True)
    reader = Client(server, "reader")
    reader.id = client.id
    assert reader.read("A1") == [["ID"]]
    for answer in (
        reader.write("A1", [["x"]]),
        reader.sheet("POST", "/values:batchGetByDataFilter", {"dataFilters": [{"a1Range": "A1"}]}),
        reader.sheet("POST", "/developerMetadata:search", {"dataFilters": [{"developerMetadataLookup": {}}]}),
    ):
        assert answer.status_code == 403
        assert answer.json()["error"]["message"] == "Request had insufficient authentication scopes."


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (401, "UNAUTHENTICATED"),
        (403, "PERMISSION_DENIED"),
        (404, "NOT_FOUND"),
        (429, "RESOURCE_EXHAUSTED"),
        (500, "INTERNAL"),
    ],
)
def test_a_fault_speaks_as_its_status_does(
    server: SheetsServer, client: Client, code: int, status: str
) -> None:
    server.fault("status", code=code)
    answer = client.sheet("GET", "")
    assert (answer.status_code, answer.json()["error"]["status"]) == (code, status)
