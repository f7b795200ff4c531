"""Calls to one spreadsheet: timeouts, quotas, and the difference between "refused" and "nobody knows".

A read may be repeated. A write that ends in a timeout, a cut connection or a 5xx may have happened: it raises
OutcomeUnknown and is never sent again from here. Only 429 is, as Google then did nothing.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sheetops.books.google.access import API, SCOPES, Access
from sheetops.domain.addresses import google_url
from sheetops.errors import ServiceUnreachable, SettingsError, SheetError, SheetNotFound

if TYPE_CHECKING:
    from gspread import Client
    from gspread.exceptions import APIError

LONGEST_WAIT = 200.0  # seconds for the quota of a minute, all waits of one call together
_READ_TRIES = 4
_WRITES = ("batch", "write")
PAYLOAD = 1_800_000  # bytes of a request; Google recommends 2 MB at most

Json = dict[str, Any]


class OutcomeUnknown(ServiceUnreachable):
    """The connection to Google broke while writing, so it is not known whether it was written."""


class Refused(SheetError):
    """Google refused the request."""


class Service:
    """One spreadsheet behind Google's API."""

    scopes: tuple[str, ...] = SCOPES

    def __init__(
        self,
        spreadsheet_id: str,
        access: Access,
        client: Client | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`client` is made from `access` at the first call; tests give one of their own."""
        self.id = spreadsheet_id
        self.location = google_url(spreadsheet_id)
        self.access = access
        self.clock = clock
        self.calls: list[str] = []  # the name of each call made, for the figures
        self.sent = 0  # bytes of all requests
        self.largest = 0  # bytes of the largest of them
        self._client = client
        self._sleep = sleep
        self._last = 0.0

    def get(self, fields: str) -> Json:
        """The spreadsheet's structure, as far as `fields` asks for it."""
        return self._read("get", "", {"fields": fields, "prettyPrint": "false"}, None)

    def look(self, filters: Sequence[Json], fields: str) -> Json:
        """The structure of what `filters` match, as far as `fields` asks for it."""
        body = {"dataFilters": list(filters)}
        return self._read("get", ":getByDataFilter", {"fields": fields, "prettyPrint": "false"}, body)

    def values(self, filters: Sequence[Json], dates: str = "SERIAL_NUMBER") -> list[Json]:
        """The values of what `filters` match, unformatted; `dates` is the dateTimeRenderOption."""
        body = {
            "dataFilters": list(filters),
            "majorDimension": "ROWS",
            "valueRenderOption": "UNFORMATTED_VALUE",
            "dateTimeRenderOption": dates,
        }
        answer = self._read("values", "/values:batchGetByDataFilter", {"prettyPrint": "false"}, body)
        found: list[Json] = answer.get("valueRanges", [])
        return found

    def metadata(self, key: str) -> list[Json]:
        """The developer metadata under `key`."""
        body = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": key}}]}
        answer = self._read("metadata", "/developerMetadata:search", {}, body)
        return [item["developerMetadata"] for item in answer.get("matchedDeveloperMetadata", [])]

    def batch(self, requests: Sequence[Json]) -> list[Json]:
        """All of `requests` or none. Raises Refused or OutcomeUnknown."""
        answer = self._send(
            "batch", "POST", ":batchUpdate", {"prettyPrint": "false"}, {"requests": list(requests)}
        )
        replies: list[Json] = answer.get("replies", [])
        return replies

    def write(self, data: Sequence[Json], option: str = "RAW") -> list[Json]:
        """Write values through data filters; the answers hold what then stands in the ranges."""
        body = {
            "valueInputOption": option,
            "data": list(data),
            "includeValuesInResponse": True,
            "responseValueRenderOption": "UNFORMATTED_VALUE",
            "responseDateTimeRenderOption": "SERIAL_NUMBER",
        }
        answer = self._send(
            "write", "POST", "/values:batchUpdateByDataFilter", {"prettyPrint": "false"}, body
        )
        found: list[Json] = answer.get("responses", [])
        return found

    def _read(self, name: str, path: str, params: Mapping[str, str], body: Json | None) -> Json:
        for left in reversed(range(_READ_TRIES)):
            try:
                return self._send(name, "GET" if body is None else "POST", path, params, body)
            except OutcomeUnknown as error:
                if not left:
                    raise ServiceUnreachable(
                        "Google Sheets does not answer", where=self.location, mend="try again later"
                    ) from error
                self._sleep(2.0 ** (_READ_TRIES - left) * random.uniform(0.5, 1.0))
        raise AssertionError("the last try returns or raises")

    def _send(self, name: str, method: str, path: str, params: Mapping[str, str], body: Json | None) -> Json:
        """One call, repeated only when Google says that the minute's quota is used up."""
        import requests
        from google.auth.exceptions import RefreshError, TransportError
        from gspread.exceptions import APIError

        waited = 0.0
        while True:
            self._keep_pace()
            if self.access.turn is not None:
                self.access.turn("write" if name in _WRITES else "read")
            self.calls.append(name)
            try:
                answer = self._http(method, path, params, body)
                found: Json = answer.json()
            except APIError as error:
                status = error.response.status_code
                if status != 429:
                    raise self._told(error, status) from None
                waited += self._wait_for_quota(waited)
            except (requests.exceptions.RequestException, TransportError) as error:
                raise OutcomeUnknown(where=self.location, mend="run it again to see") from error
            except RefreshError as error:
                raise SettingsError(
                    f"Google does not accept the credentials ({error.args[0] if error.args else error})",
                    where=str(self.access.credentials or "application default credentials"),
                    mend="make a new key, or give your consent again",
                ) from None
            else:
                return found

    def _http(self, method: str, path: str, params: Mapping[str, str], body: Json | None) -> Any:
        if self._client is None:
            self._client = self.access.client(self.scopes)
        address = self._address() + path
        # As UTF-8 and without blanks: escaped, Chinese texts would be twice as long.
        data = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        self.sent, self.largest = self.sent + len(data), max(self.largest, len(data))
        return self._client.http_client.request(
            method,
            address,
            params=dict(params),
            data=data or None,
            headers={"Content-Type": "application/json; charset=utf-8"} if data else None,
        )

    def _address(self) -> str:
        from gspread.urls import SPREADSHEET_URL

        return (SPREADSHEET_URL % self.id).replace(API, self.access.base)

    def _keep_pace(self) -> None:
        rest = self._last + self.access.pace - self.clock()
        if 0 < rest <= self.access.pace:
            self._sleep(rest)
        self._last = self.clock()

    def _wait_for_quota(self, waited: float) -> float:
        """Sleep into the next minute, when quotas begin anew, at a random second so that not all come at once."""
        wait = 60 - self.clock() % 60 + random.uniform(0.5, 8)
        if waited + wait > LONGEST_WAIT:
            raise ServiceUnreachable(
                "Google's quota for calls a minute stays used up", where=self.location, mend="try again later"
            )
        self._sleep(wait)
        return wait

    def _told(self, error: APIError, status: int) -> Exception:
        """Google's answer as one of our errors."""
        text = str(error.error.get("message", "")) if isinstance(error.error, Mapping) else str(error)
        if status >= 500:
            return OutcomeUnknown(where=self.location, mend="run it again to see")
        if status == 404:
            return SheetNotFound(
                "Google knows no spreadsheet at this address", where=self.location, mend="check the address"
            )
        if status in (401, 403):
            account = self.access.account()
            with_whom = (
                f"share the sheet with {account}" if account else "share the sheet with the account in use"
            )
            mend = f"{with_whom} as an editor, and enable the Google Sheets API"
            return SheetError(f"Google refuses access ({text})", where=self.location, mend=mend)
        return Refused(f"Google refused the request ({text})", where=self.location)
