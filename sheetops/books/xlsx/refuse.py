"""Files that people take for workbooks: told apart by their first bytes, before anything is unpacked."""

from __future__ import annotations

from sheetops.errors import NotAWorkbook, RefusedWorkbook

MEND_XLSX = "save it in Excel as .xlsx or .xlsm"


def refuse_other_files(data: bytes, where: str) -> None:
    """Raise one clear line if `data` is encrypted, an old or foreign format, or no workbook at all."""
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise RefusedWorkbook(
                "it is encrypted with a password", where=where, mend="save it without a password"
            )
        raise NotAWorkbook("it is an old binary workbook (.xls)", where=where, mend=MEND_XLSX)
    if not data:
        raise NotAWorkbook("the file is empty", where=where)
    if where.rpartition("/")[2].startswith("~$") and len(data) < 1024:
        raise NotAWorkbook(
            "it is the mark that Excel leaves beside an open workbook",
            where=where,
            mend="name the workbook itself",
        )
    if not data.startswith(b"PK"):
        raise NotAWorkbook("it is not an .xlsx or .xlsm file", where=where, mend=MEND_XLSX)
    if b"mimetypeapplication/vnd.oasis.opendocument" in data[:200]:
        raise NotAWorkbook("it is an OpenDocument file", where=where, mend=MEND_XLSX)
