"""The members of a workbook file as `zipfile` sees them, so that two files can be compared byte by byte.

This is the check's own reader: it shares no code with the writer, so that a fault there cannot hide here.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

_LOCAL_HEADER = 30  # bytes before the name; the lengths of name and extra field are its last two words


class Members:
    """The members of a workbook file, by their name without case and leading slash."""

    def __init__(self, data: bytes) -> None:
        """Read the directory of `data`; ValueError if it is no sound zip file or a name occurs twice."""
        self._data = data
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except Exception as error:  # on damaged bytes zipfile raises errors of many kinds
            raise ValueError(f"it is no sound zip file: {error}") from error
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in self._zip.infolist():
            if key(entry.filename) in self._entries:
                if entry.is_dir() and not entry.file_size:
                    continue
                raise ValueError(f"it holds two members named {entry.filename}")
            self._entries[key(entry.filename)] = entry
        self._plain: dict[str, bytes] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __contains__(self, name: str) -> bool:
        return key(name) in self._entries

    def shown(self, name: str) -> str:
        """The member's name as it is written in the file."""
        return self._entries[key(name)].filename

    def plain(self, name: str) -> bytes:
        """The member's content; ValueError if it does not unpack or does not match its CRC."""
        wanted = key(name)
        if wanted not in self._plain:
            try:
                self._plain[wanted] = self._zip.read(self._entries[wanted])
            except Exception as error:  # of zipfile, of zlib, or not implemented
                raise ValueError(f"{name} does not unpack: {error}") from error
        return self._plain[wanted]

    def sealed(self, name: str) -> tuple[object, ...]:
        """Everything that must stay as it is in an untouched member: its settings and compressed bytes."""
        entry = self._entries[key(name)]
        start = entry.header_offset
        lengths = self._data[start + 26 : start + _LOCAL_HEADER]
        names, extras = int.from_bytes(lengths[:2], "little"), int.from_bytes(lengths[2:], "little")
        body = start + _LOCAL_HEADER + names + extras
        return (
            entry.orig_filename,
            entry.flag_bits,
            entry.compress_type,
            entry.date_time,
            entry.CRC,
            entry.file_size,
            entry.external_attr,
            entry.internal_attr,
            entry.comment,
            self._data[start : body + entry.compress_size],
        )


def key(name: str) -> str:
    """A part name as names are compared: without case and leading slash (ISO/IEC 29500-2, 6.2.2)."""
    return name.lstrip("/").lower()
