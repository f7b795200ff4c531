"""The members of a workbook file as `zipfile` sees them, so that two files can be compared byte by byte.

This is the check's own reader: it shares no code with the writer, so that a fault there cannot hide here.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from operator import eq
from typing import Any

_LOCAL = struct.Struct("<4s5H3I2H")  # a local header before the name (APPNOTE 4.3.7)
_CENTRAL = struct.Struct("<4s6H3I5H2I")  # a record of the directory before the name (4.3.12)
_IN_LOCAL, _IN_CENTRAL = (8, 14), (10, 16)  # where the two tell the method, and the checksum with the sizes
_PIECE = 1 << 16  # bytes that are unpacked at one time
_DESCRIPTOR, _UTF8, _IN_ZIP64 = 0x8, 0x800, 0xFFFFFFFF


class _Overlaid(io.RawIOBase):
    """Bytes to be read as a file, with others at some places: no copy of a whole workbook for a few of them."""

    def __init__(self, data: bytes, other: Mapping[int, bytes]) -> None:
        super().__init__()
        self._data, self._other, self._at = memoryview(data), other, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = (0, self._at, len(self._data))[whence] + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes: who asks for many at once gets them in pieces, and asks again."""
        return super().read(min(size, _PIECE)) or b""

    def readinto(self, buffer: Any) -> int:
        begin = self._at
        piece = self._data[begin : begin + len(buffer)]
        buffer[: len(piece)] = piece
        self._at = end = begin + len(piece)
        for at, other in self._other.items():
            first, last = max(at, begin), min(at + len(other), end)
            if first < last:
                buffer[first - begin : last - begin] = other[first - at : last - at]
        return len(piece)


class Members:
    """The members of a workbook file, by their name without case and leading slash."""

    def __init__(
        self, data: bytes, likely: Callable[[str], bytes | None] = lambda name: None, read: bool = False
    ) -> None:
        """Read the directory of `data`; ValueError if it is no sound zip file or a name occurs twice.

        `likely` says what a member probably holds. It is believed only where the member, unpacked piece by piece,
        holds exactly that, or where the file was `read` before and length and checksum are those of the member:
        then the large parts of a workbook need not be in memory twice.
        """
        self._data = data
        self._likely, self._read = likely, read
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
            entries, self._directory = archive.infolist(), archive.start_dir
            self._count = len(entries)
        except Exception as error:  # on damaged bytes zipfile raises errors of many kinds
            raise ValueError(f"it is no sound zip file: {error}") from error
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            if key(entry.filename) in self._entries:
                if entry.is_dir() and not entry.file_size:
                    continue
                raise ValueError(f"it holds two members named {entry.filename}")
            self._entries[key(entry.filename)] = entry
        self._plain: dict[str, bytes] = {}
        self._sizes: dict[str, int] = {}
        self._ragged: set[str] = set()

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
            self._plain[wanted] = self._unpacked(self._entries[wanted])
        return self._plain[wanted]

    def pieces(self, name: str) -> Iterator[bytes]:
        """The member's content piece by piece; ValueError as for `plain`, which comes with the last piece."""
        entry = self._entries[key(name)]
        start, crc, size = self._body(entry), 0, 0
        end = start + entry.compress_size
        stored = entry.compress_type != zipfile.ZIP_DEFLATED
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        for at in range(start, end, _PIECE):
            packed = self._data[at : min(at + _PIECE, end)]
            try:
                piece = packed if stored else inflater.decompress(packed)
            except zlib.error as error:
                raise ValueError(f"{entry.filename} does not unpack: {error}") from error
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            yield piece
        if not stored and (not inflater.eof or inflater.unused_data):
            self._ragged.add(key(name))
        if crc != entry.CRC:
            raise ValueError(f"{entry.filename} does not match its checksum")
        self._sizes[key(name)] = size

    def _unpacked(self, entry: zipfile.ZipInfo) -> bytes:
        start = self._body(entry)
        likely = self._likely(entry.filename)
        if entry.compress_type == zipfile.ZIP_DEFLATED:
            if likely is not None and self._is_in(entry, start, likely):
                return likely
            plain = self._inflated(entry, start)
        else:
            plain = self._data[start : start + entry.compress_size]
        if zlib.crc32(plain) != entry.CRC:
            raise ValueError(f"{entry.filename} does not match its checksum")
        return plain

    def _inflated(self, entry: zipfile.ZipInfo, start: int) -> bytes:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            plain = inflater.decompress(self._data[start : start + entry.compress_size])
        except zlib.error as error:
            raise ValueError(f"{entry.filename} does not unpack: {error}") from error
        if not inflater.eof or inflater.unused_data:
            self._ragged.add(key(entry.filename))
        return plain

    def _is_in(self, entry: zipfile.ZipInfo, start: int, likely: bytes) -> bool:
        if len(likely) != entry.file_size or zlib.crc32(likely) != entry.CRC:
            return False
        return self._read or self._holds(entry, start, likely)

    def _holds(self, entry: zipfile.ZipInfo, start: int, likely: bytes) -> bool:
        """Whether the member unpacks to exactly these bytes and ends with them."""
        inflater, place = zlib.decompressobj(-zlib.MAX_WBITS), 0
        end = start + entry.compress_size
        try:
            for at in range(start, end, _PIECE):
                piece = inflater.decompress(self._data[at : min(at + _PIECE, end)])
                if likely[place : place + len(piece)] != piece or inflater.unused_data:
                    return False
                place += len(piece)
        except zlib.error:
            return False
        return inflater.eof and place == len(likely)

    def _body(self, entry: zipfile.ZipInfo) -> int:
        """Where the compressed bytes of the member begin."""
        names, extras = _LOCAL.unpack_from(self._data, entry.header_offset)[-2:]
        return int(entry.header_offset + _LOCAL.size + names + extras)

    def agree(self, name: str) -> None:
        """ValueError unless the member's local header says what the directory says; readers use either."""
        entry, size = self._entries[key(name)], self._sizes.get(key(name))
        if size is None:
            size = len(self.plain(name))
        local = _LOCAL.unpack_from(self._data, entry.header_offset)
        signature, _, flags, method, _, _, crc, packed, plain, length, _ = local
        name_at = entry.header_offset + _LOCAL.size
        told_name = self._data[name_at : name_at + length]
        known_name = entry.orig_filename.encode("utf-8" if flags & _UTF8 else "cp437")
        sizes = [(entry.compress_size, packed), (entry.file_size, plain), (entry.CRC, crc)]
        later = flags & _DESCRIPTOR
        differ = any(known != told for known, told in sizes if not later and told != _IN_ZIP64)
        differ = differ or told_name != known_name or signature != b"PK\3\4"
        if differ or size != entry.file_size or (flags, method) != (entry.flag_bits, entry.compress_type):
            raise ValueError(f"{entry.filename} is described in two ways")
        if key(name) in self._ragged:
            raise ValueError(f"{entry.filename} does not end where it should")

    def lightened(self, name: str, content: bytes) -> io.RawIOBase | None:
        """The file with `content`, stored, where this member's content is; None where more than that would change.

        Every other byte stays where it is, so that whoever reads the rest reads it as it lies in the file.
        """
        entry = self._entries[key(name)]
        listed = self._listed(entry)
        wide = _IN_ZIP64 in (entry.file_size, entry.compress_size) or entry.extra
        if listed is None or entry.flag_bits & _DESCRIPTOR or wide or entry.compress_size < len(content):
            return None
        told = struct.pack("<3I", zlib.crc32(content), len(content), len(content))
        other = {self._body(entry): content}
        for at, (method, figures) in ((entry.header_offset, _IN_LOCAL), (listed, _IN_CENTRAL)):
            other[at + method] = struct.pack("<H", zipfile.ZIP_STORED)
            other[at + figures] = told
        return _Overlaid(self._data, other)

    def _listed(self, entry: zipfile.ZipInfo) -> int | None:
        """Where the directory speaks of the member, if it says plainly where that lies."""
        at = self._directory
        for _ in range(self._count):
            record = _CENTRAL.unpack_from(self._data, at)
            if record[-1] == entry.header_offset:
                return at
            at += _CENTRAL.size + sum(record[10:13])
        return None

    def is_as_in(self, other: Members, name: str) -> bool:
        """Whether the member is untouched: its settings and its compressed bytes are those in `other`."""
        return self._settings(name) == other._settings(name) and all(
            map(eq, self._packed(name), other._packed(name))
        )

    def _packed(self, name: str) -> Iterator[bytes]:
        """The local header and the compressed bytes, in pieces: two large members whole were most of a check's memory."""
        entry = self._entries[key(name)]
        end = self._body(entry) + entry.compress_size
        for at in range(entry.header_offset, end, _PIECE):
            yield self._data[at : min(at + _PIECE, end)]

    def _settings(self, name: str) -> tuple[object, ...]:
        entry = self._entries[key(name)]
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
            self._body(entry) + entry.compress_size - entry.header_offset,
        )


def key(name: str) -> str:
    """A part name as names are compared: without case and leading slash (ISO/IEC 29500-2, 6.2.2)."""
    return name.lstrip("/").lower()
