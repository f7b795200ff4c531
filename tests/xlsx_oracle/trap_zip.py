"""Pack the parts of a trap workbook into a zip file the way this or that program packs one."""

from __future__ import annotations

import io
import zipfile

WHEN = (2026, 11, 21, 10, 30, 0)


class _Stream(io.RawIOBase):
    """A sink that cannot seek, so that zipfile writes data descriptors."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.data += data
        return len(data)


def pack(members: dict[str, bytes], traps: frozenset[str]) -> bytes:
    """The zip file; the traps say how its entries are stored and named."""
    stream = _Stream()
    buffer = io.BytesIO()
    with zipfile.ZipFile(stream if "data_descriptors" in traps else buffer, "w") as archive:  # type: ignore[arg-type]
        if "folders" in traps:
            for folder in ("_rels/", "xl/", "xl/worksheets/"):
                archive.writestr(zipfile.ZipInfo(folder, WHEN), b"")
        for place, (name, data) in enumerate(members.items()):
            info = zipfile.ZipInfo(_name(name, traps), WHEN)
            stored = "stored" in traps and place % 2 == 0
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            with archive.open(info, "w", force_zip64="zip64" in traps) as entry:
                entry.write(data)
    return bytes(stream.data) if "data_descriptors" in traps else buffer.getvalue()


def _name(name: str, traps: frozenset[str]) -> str:
    """Part names are compared without case, and some programs write them otherwise than they refer to them."""
    if "odd_case" not in traps:
        return name
    return name.replace("[Content_Types]", "[content_types]").replace("worksheets/sheet", "Worksheets/Sheet")
