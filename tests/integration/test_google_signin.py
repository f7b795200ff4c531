"""Each way of signing in, with Google's own libraries, against a local server that stands where Google is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sheetops.books.google.access import API_VARIABLE, Access
from sheetops.books.google.service import Service
from sheetops.errors import SettingsError, SheetError
from tests.sheets_server import SheetsServer
from tests.sheets_server.world import SHEET_MIME

ROBOT = "robot@example-project.iam.gserviceaccount.com"
PERSON = "tester@example-project.iam.gserviceaccount.com"  # whom the server takes for who consents


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SheetsServer]:
    """A server that wants a token with every call, and stands where Google's addresses lead."""
    monkeypatch.delenv(API_VARIABLE, raising=False)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with SheetsServer() as made:
        made.world.switches.require_auth = True
        send = requests.adapters.HTTPAdapter.send

        def instead(adapter: Any, request: Any, **more: Any) -> Any:
            parts = urlsplit(request.url)
            if (parts.hostname or "").endswith("googleapis.com"):
                request.url = made.url + parts.path + (f"?{parts.query}" if parts.query else "")
            return send(adapter, request, **more)

        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", instead)
        yield made
        assert made.world.crashes == []


def service_key(folder: Path, server: SheetsServer) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    told = {"type": "service_account", "client_email": ROBOT, "private_key": pem, "private_key_id": "1"}
    path = folder / "key.json"
    path.write_text(json.dumps({**told, "token_uri": f"{server.url}/token"}), encoding="utf-8")
    return path


def consent(folder: Path, server: SheetsServer, **more: Any) -> Path:
    told = {"type": "authorized_user", "client_id": "c", "client_secret": "hush", "refresh_token": "r"}
    path = folder / "consent.json"
    path.write_text(json.dumps({**told, "token_uri": f"{server.url}/token", **more}), encoding="utf-8")
    return path


def client_file(folder: Path, server: SheetsServer) -> Path:
    told = {"client_id": "c", "client_secret": "s", "redirect_uris": ["http://localhost"]}
    told |= {"auth_uri": f"{server.url}/auth", "token_uri": f"{server.url}/token"}
    path = folder / "client.json"
    path.write_text(json.dumps({"installed": told}), encoding="utf-8")
    return path


def title(server: SheetsServer, access: Access, owner: str) -> str:
    made = server.world.add_file("Desk", SHEET_MIME, owner)
    return str(Service(made.id, access).get("properties(title)")["properties"]["title"])


def test_a_service_account_sees_what_is_shared_with_it(server: SheetsServer, tmp_path: Path) -> None:
    access = Access(service_key(tmp_path, server), pace=0)
    assert title(server, access, ROBOT) == "Desk"
    with pytest.raises(SheetError, match=f"share the sheet with {ROBOT} as an editor"):
        title(server, access, "stranger@example.com")


def test_a_consent_given_before_is_used(server: SheetsServer, tmp_path: Path) -> None:
    assert title(server, Access(consent(tmp_path, server), pace=0), PERSON) == "Desk"


def test_an_oauth_app_keeps_the_consent_of_its_first_run(
    server: SheetsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, list[str]]] = []

    class Browser:
        """A person who says yes: the browser is led back to the address that the app waits at."""

        def open(self, address: str, **_more: Any) -> bool:
            asked.append(parse_qs(urlsplit(address).query))
            back = asked[-1]["redirect_uri"][0]
            query = urlencode({"state": asked[-1]["state"][0], "code": "4/yes"})
            threading.Thread(target=requests.get, args=(f"{back}?{query}",), kwargs={"timeout": 10}).start()
            return True

    monkeypatch.setattr("webbrowser.get", lambda *_: Browser())
    access = Access(client_file(tmp_path, server), pace=0)
    assert title(server, access, PERSON) == "Desk"
    assert asked[0]["scope"] == ["https://www.googleapis.com/auth/spreadsheets"]
    kept = tmp_path / "google-token.json"
    assert json.loads(kept.read_text(encoding="utf-8"))["refresh_token"]
    assert title(server, access, PERSON) == "Desk" and len(asked) == 1  # asked once


def test_this_machines_own_account_is_taken_where_no_file_is_named(
    server: SheetsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file, who in ((service_key(tmp_path, server), ROBOT), (consent(tmp_path, server), PERSON)):
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
        assert title(server, Access(pace=0), who) == "Desk"


def test_no_account_of_this_machine_is_told_in_one_line(
    server: SheetsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nowhere.json"))
    with pytest.raises(SettingsError, match=r"application default credentials.*docs/google\.md") as told:
        title(server, Access(pace=0), PERSON)
    assert "\n" not in told.value.line()


def test_a_consent_taken_back_is_told_in_one_line(server: SheetsServer, tmp_path: Path) -> None:
    access = Access(consent(tmp_path, server, refresh_token="revoked"), pace=0)
    with pytest.raises(SettingsError, match="Google does not accept the credentials") as told:
        title(server, access, PERSON)
    assert "\n" not in told.value.line() and "hush" not in told.value.line()
