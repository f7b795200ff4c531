"""Content going out of and into Drive: export to CSV, TSV, XLSX; upload of CSV with conversion."""

from __future__ import annotations

import csv
import email
import io
import json
from typing import Any

from tests.sheets_server.defaults import sheet_properties
from tests.sheets_server.drive import FILE_FIELDS, file_of, make_file, picked, resource, stamp
from tests.sheets_server.endpoints import endpoint
from tests.sheets_server.errors import DriveError
from tests.sheets_server.model import Formula, Sheet
from tests.sheets_server.numbers_in import user_entered
from tests.sheets_server.world import SHEET_MIME, Call, File

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Content:
    """An answer that is no JSON."""

    def __init__(self, kind: str, data: bytes) -> None:
        self.kind = kind
        self.data = data


@endpoint("drive.files.export", "none")
def export(call: Call) -> Content:
    file = file_of(call)
    call.file = file
    kind = call.query.get("mimeType", "")
    if not kind:
        raise DriveError(400, "required", "Required parameter: mimeType", location=("parameter", "mimeType"))
    if file.book is None:
        raise DriveError(403, "fileNotExportable", "Export only supports Docs Editors files.")
    if kind in ("text/csv", "text/tab-separated-values"):
        return Content(kind, _delimited(call, "," if kind == "text/csv" else "\t"))
    if kind == XLSX:
        return Content(kind, _xlsx(call))
    raise DriveError(
        400, "badRequest", "The requested conversion is not supported.", location=("parameter", "convertTo")
    )


def _delimited(call: Call, sign: str) -> bytes:
    """The first tab as text; no line end after the last row."""
    sheet = next(s for s in call.book.sheets if s.is_grid)
    box = (0, sheet.row_count, 0, sheet.column_count)
    rows = call.reading().matrix(sheet, box, "FORMATTED_VALUE", "SERIAL_NUMBER", "ROWS")
    width = max((len(row) for row in rows), default=0)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=sign, lineterminator="\r\n")
    writer.writerows([*row, *[""] * (width - len(row))] for row in rows)
    return out.getvalue().removesuffix("\r\n").encode()


def _xlsx(call: Call) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    reading = call.reading()
    for sheet in call.book.sheets:
        if not sheet.is_grid:
            continue
        made = book.create_sheet(sheet.title[:31])
        for r, c, cell in sheet.cells():
            value: Any = cell.value
            if isinstance(value, Formula):
                value = value.text
            if value is not None:
                target = made.cell(r + 1, c + 1, value)
                format_ = reading.number_format(sheet, r, c)
                if format_ and format_.get("pattern"):
                    target.number_format = format_["pattern"]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# Upload -------------------------------------------------------------------------------------------


def _parts(call: Call) -> tuple[dict[str, Any], bytes, str]:
    """(metadata, content, content type) of a media or multipart upload."""
    if call.query.get("uploadType") != "multipart":
        return {}, call.raw, call.content_type.partition(";")[0]
    head = f"Content-Type: {call.content_type}\r\n\r\n".encode()
    message = email.message_from_bytes(head + call.raw)
    found = [part for part in message.walk() if not part.is_multipart()]
    if len(found) < 2:
        raise DriveError(400, "badContent", "Malformed multipart body.")
    return json.loads(_payload(found[0]) or b"{}"), _payload(found[1]), found[1].get_content_type()


def _payload(part: Any) -> bytes:
    return part.get_payload(decode=True) or b""


def fill_from_csv(call: Call, file: File, data: bytes, kind: str) -> None:
    """Conversion: one tab, its cells typed as a person would type them."""
    assert file.book is not None
    sign = "\t" if kind == "text/tab-separated-values" else ","
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=sign))
    width = max((len(row) for row in rows), default=0)
    first = file.book.sheets[0]
    made = Sheet(sheet_properties(first.id, first.title, max(1000, len(rows)), max(26, width)))
    locale = file.book.properties["locale"]
    from tests.sheets_server.model import Cell

    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text:
                value, format_ = user_entered(text, locale, call.world.clock().date())
                made.put(r, c, Cell(value, {"numberFormat": format_} if format_ else None))
    file.book.sheets = [made]
    file.book.named = []
    file.book.metadata = {}
    file.book.touch()
    call.world.edited(file)


def _check_kind(kind: str) -> None:
    if kind not in ("text/csv", "text/tab-separated-values", "text/plain", "application/octet-stream", ""):
        raise DriveError(400, "badRequest", "The requested conversion is not supported.")


def upload_create(call: Call) -> dict[str, Any]:
    metadata, data, kind = _parts(call)
    made = make_file(call, {"name": "Untitled", **metadata})
    if made.book is not None:
        _check_kind(kind)
        fill_from_csv(call, made, data, kind)
    return picked(call, resource(call, made), FILE_FIELDS)


def upload_update(call: Call) -> dict[str, Any]:
    metadata, data, kind = _parts(call)
    file = file_of(call, "writer")
    if "name" in metadata:
        file.name = metadata["name"]
    if file.mime == SHEET_MIME:
        _check_kind(kind)
        fill_from_csv(call, file, data, kind)
    return picked(call, resource(call, file), FILE_FIELDS)


def upload_v2(call: Call) -> dict[str, Any]:
    """The older answer, which gspread's import_csv gets."""
    upload_update(call)
    file = file_of(call)
    return {
        "kind": "drive#file",
        "id": file.id,
        "title": file.name,
        "mimeType": file.mime,
        "createdDate": stamp(file.created),
        "modifiedDate": stamp(file.modified),
        "alternateLink": f"https://docs.google.com/spreadsheets/d/{file.id}/edit?usp=drivesdk",
        "editable": True,
    }
