"""Errors in the shape and the wording Google uses for Sheets v4 and Drive v3."""

from __future__ import annotations

from typing import Any

STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}

STATUS_MESSAGES = {
    500: "Internal error encountered.",
    502: "Bad Gateway",
    503: "The service is currently unavailable.",
    504: "Deadline expired before operation could complete.",
}


class ApiError(Exception):
    """One answer other than 2xx. `body()` is the JSON Google sends."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: str | None = None,
        details: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or STATUS_NAMES.get(code, "UNKNOWN")
        self.details = details

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = self.details
        return {"error": error}


class DriveError(ApiError):
    """Drive v3 keeps the older error shape, with a list `errors`."""

    def __init__(
        self, code: int, reason: str, message: str, *, location: tuple[str, str] | None = None
    ) -> None:
        super().__init__(code, message)
        self.reason = reason
        self.location = location

    def body(self) -> dict[str, Any]:
        item: dict[str, Any] = {"message": self.message, "domain": "global", "reason": self.reason}
        if self.location:
            item["locationType"], item["location"] = self.location
        return {"error": {"code": self.code, "message": self.message, "errors": [item]}}


class RequestError(Exception):
    """A fault inside one item of a batch; the caller adds `Invalid requests[i].kind:`."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def bad_request(message: str) -> ApiError:
    return ApiError(400, message)


def field_violations(message: str, violations: list[tuple[str, str]]) -> ApiError:
    """400 with google.rpc.BadRequest; an empty field name is left out, as Google does."""
    listed = [
        {"field": field, "description": text} if field else {"description": text}
        for field, text in violations
    ]
    detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": listed}
    return ApiError(400, message, details=[detail])


def not_found() -> ApiError:
    return ApiError(404, "Requested entity was not found.")


def forbidden() -> ApiError:
    return ApiError(403, "The caller does not have permission")


def unauthenticated() -> ApiError:
    return ApiError(
        401,
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or "
        "other valid authentication credential. See "
        "https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )


def server_error(code: int) -> ApiError:
    return ApiError(code, STATUS_MESSAGES.get(code, "Internal error encountered."))


def insufficient_scopes(method_id: str) -> ApiError:
    """A token for reading only was used for a call that needs a scope to write."""
    return ApiError(
        403,
        "Request had insufficient authentication scopes.",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                "domain": "googleapis.com",
                "metadata": {"service": "sheets.googleapis.com", "method": method_id},
            }
        ],
    )


def unparsable_range(text: str) -> ApiError:
    return bad_request(f"Unable to parse range: {text}")


def drive_not_found(file_id: str) -> DriveError:
    return DriveError(404, "notFound", f"File not found: {file_id}.", location=("parameter", "fileId"))
