"""A zip archive whose members can be replaced while every other one keeps its bytes.

zipfile can read structure but not copy a member as it lies: it drops local extra fields, data
descriptors and flags. So the central directory is read here, and an untouched member is carried over as
one slice, from its local header to the next one. Layout: PKWARE APPNOTE 6.3, sections 4.3 and 4.5.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sheetops.errors import NotAWorkbook, RefusedWorkbook

try:
    from isal import isal_zlib
except ImportError:  # no wheel for this platform
    isal_zlib = None  # type: ignore[assignment]

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x1, 0x8, 0x800
_MAX16, _MAX32 = 0xFFFF, 0xFFFFFFFF
_DOS_1980 = 0x0021  # 1 January 1980, as Excel dates its members

Pieces = Sequence[bytes | memoryview]
"""The content of a part in pieces, one after the other."""
MAX_PART = 1 << 30
"""No part may be larger than this when inflated (bytes)."""
MAX_RATIO, RATIO_FROM = 400, 64 << 20
"""A part larger than `RATIO_FROM` bytes that inflates more than `MAX_RATIO`-fold is taken for a bomb."""


class Member(NamedTuple):
    """One entry of the central directory; `local` to `local_end` is its slice of the file."""

    name: str
    raw_name: bytes
    central: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    local: int
    local_end: int = 0


class _End(NamedTuple):
    """Where the central directory lies, and the records after it as they were."""

    at: int
    size: int
    entries: int
    end64: bytes
    tail: bytes


class Archive:
    """The members of a zip archive held in memory."""

    def __init__(self, data: bytes, where: str) -> None:
        """Read the central directory of `data`; NotAWorkbook, naming `where`, if it is not a sound zip."""
        self.data = data
        self.where = where
        try:
            self._end = self._find_end()
            self.members = self._read_directory()
        except struct.error as error:
            raise self._damaged("its directory is cut short") from error

    def _damaged(self, why: str) -> NotAWorkbook:
        return NotAWorkbook(
            f"the file is damaged: {why}", where=self.where, mend="open it in Excel and save it again"
        )

    def _find_end(self) -> _End:
        data = self.data
        at = data.rfind(b"PK\5\6", max(0, len(data) - _END.size - 2 * _MAX16))
        if at < 0:
            raise self._damaged("the end of the zip directory is missing")
        _, _, _, _, count, size, offset, _ = _END.unpack_from(data, at)
        before, end64 = at, b""
        if data[at - _LOCATOR.size : at - _LOCATOR.size + 4] == b"PK\6\7":
            _, _, at64, _ = _LOCATOR.unpack_from(data, at - _LOCATOR.size)
            if data[at64 : at64 + 4] != b"PK\6\6":
                raise self._damaged("its zip64 directory is not where it should be")
            record = _END64.unpack_from(data, at64)
            end64 = data[at64 : at64 + 12 + record[1]]
            count, size, offset, before = record[7], record[8], record[9], at64
        if offset + size != before:
            raise self._damaged("its directory is not where it should be")
        return _End(offset, size, count, end64, data[at:])

    def _read_directory(self) -> list[Member]:
        members: list[Member] = []
        at = self._end.at
        for _ in range(self._end.entries):
            fields = _CENTRAL.unpack_from(self.data, at)
            if fields[0] != b"PK\1\2":
                raise self._damaged("its directory has a broken entry")
            end = at + _CENTRAL.size + sum(fields[10:13])
            members.append(self._member(self.data[at:end], fields))
            at = end
        starts = sorted({member.local for member in members})
        if len(starts) < len(members):
            raise self._damaged("two of its entries share the same bytes")
        if not members:
            raise self._damaged("the zip archive is empty")
        follows = dict(zip(starts, [*starts[1:], self._end.at], strict=True))
        members = [member._replace(local_end=follows[member.local]) for member in members]
        for member in members:
            self._check_local(member)
        return members

    def _member(self, central: bytes, fields: tuple[int, ...]) -> Member:
        raw = central[_CENTRAL.size : _CENTRAL.size + fields[10]]
        flags, method, crc = fields[3], fields[4], fields[7]
        wide = _zip64_fields(central, fields)
        return Member(_text(raw, flags), raw, central, flags, method, crc, wide[1], wide[0], wide[2])

    def _check_local(self, member: Member) -> None:
        """Overlapping, missing or differently named local entries mean damage, or an attack on readers."""
        local = _LOCAL.unpack_from(self.data, member.local)
        start = member.local + _LOCAL.size
        name = self.data[start : start + local[9]]
        if local[0] != b"PK\3\4" or name != member.raw_name:
            raise self._damaged(f"the entry of {member.name} is not where it should be")
        if start + local[9] + local[10] + member.packed > member.local_end:
            raise self._damaged(f"{member.name} overlaps its neighbour")

    def read(self, member: Member, limit: int | None = None) -> bytes:
        """The inflated bytes of `member`, checked against its CRC; only the first `limit` if given."""
        where = f"{self.where}, {member.name}"
        if member.flags & _ENCRYPTED:
            raise RefusedWorkbook("it is encrypted", where=where, mend="save it without a password")
        if member.method not in (_STORED, _DEFLATED):
            raise RefusedWorkbook(f"it is packed with zip method {member.method}, not deflate", where=where)
        too_dense = member.size > RATIO_FROM and member.size > member.packed * MAX_RATIO
        if member.size > MAX_PART or too_dense:
            raise RefusedWorkbook(f"it would unpack to {member.size:,} bytes, like a zip bomb", where=where)
        return self._inflate(member, limit)

    def _inflate(self, member: Member, limit: int | None) -> bytes:
        local = _LOCAL.unpack_from(self.data, member.local)
        start = member.local + _LOCAL.size + local[9] + local[10]
        packed = memoryview(self.data)[start : start + member.packed]
        if member.method == _STORED:
            plain = bytes(packed if limit is None else packed[:limit])
        else:
            module = isal_zlib or zlib
            try:
                # One byte more than declared shows a part that is larger than it says.
                plain = module.decompressobj(-15).decompress(packed, limit or member.size + 1)
            except module.error as error:
                raise self._damaged(f"{member.name} cannot be unpacked") from error
        if limit is None and (len(plain) != member.size or _crc((plain,)) != member.crc):
            raise self._damaged(f"{member.name} does not match its checksum")
        return plain

    def write(
        self, changes: Mapping[int, bytes | Pieces | None], added: Sequence[tuple[str, bytes | Pieces]]
    ) -> bytes:
        """The archive with members replaced (index → plain bytes) or dropped (None), and others appended."""
        in_file = sorted(range(len(self.members)), key=lambda i: self.members[i].local)
        first = self.members[in_file[0]].local if in_file else self._end.at
        pieces: list[bytes | memoryview] = [self.data[:first]]
        view, at = memoryview(self.data), first
        central: dict[int, bytes] = {}
        for index in in_file:
            member = self.members[index]
            if index not in changes:
                central[index] = _moved(member.central, at)
                pieces.append(view[member.local : member.local_end])
                at += member.local_end - member.local
            elif (plain := changes[index]) is not None:
                local, central[index] = self._replaced(member, _pieces(plain), at)
                pieces.append(local)
                at += len(local)
        directory = [central[i] for i in sorted(central)]
        for name, plain in added:
            local, entry = _new(name, _pieces(plain), at)
            pieces.append(local)
            directory.append(entry)
            at += len(local)
        pieces += (*directory, self._new_end(at, sum(map(len, directory)), len(directory)))
        return b"".join(pieces)

    def _replaced(self, member: Member, plain: Pieces, at: int) -> tuple[bytes, bytes]:
        """New local entry and directory record: same name, date, extra fields and attributes; new content."""
        old = _LOCAL.unpack_from(self.data, member.local)
        start = member.local + _LOCAL.size + old[9]
        extra = _without_zip64(self.data[start : start + old[10]])
        packed = _deflate(plain)
        flags = member.flags & _UTF8
        sizes = (_crc(plain), len(packed), sum(map(len, plain)))
        local = _LOCAL.pack(
            b"PK\3\4", max(old[1], 20), flags, _DEFLATED, *old[4:6], *sizes, len(member.raw_name), len(extra)
        )
        fields = list(_CENTRAL.unpack_from(member.central))
        rest = member.central[_CENTRAL.size + fields[10] :]
        extra2, comment = _without_zip64(rest[: fields[11]]), rest[fields[11] :]
        fields[2:5] = max(fields[2], 20), flags, _DEFLATED
        fields[7:10] = sizes
        fields[11], fields[16] = len(extra2), at
        return (
            local + member.raw_name + extra + packed,
            _CENTRAL.pack(*fields) + member.raw_name + extra2 + comment,
        )

    def _new_end(self, at: int, size: int, count: int) -> bytes:
        """The closing records in the form that they had, with the new figures."""
        if at + size > _MAX32 or count >= _MAX16:
            raise RefusedWorkbook("it would grow past four gigabytes", where=self.where)
        end = list(_END.unpack_from(self._end.tail))
        end[3] = end[3] if end[3] == _MAX16 else count
        end[4] = end[4] if end[4] == _MAX16 else count
        end[5] = end[5] if end[5] == _MAX32 else size
        end[6] = end[6] if end[6] == _MAX32 else at
        tail = _END.pack(*end) + self._end.tail[_END.size :]
        if not self._end.end64:
            return tail
        wide = list(_END64.unpack_from(self._end.end64))
        wide[6:10] = count, count, size, at
        end64 = _END64.pack(*wide) + self._end.end64[_END64.size :]
        return end64 + _LOCATOR.pack(b"PK\6\7", 0, at + size, 1) + tail


def _text(raw: bytes, flags: int) -> str:
    if flags & _UTF8:
        return raw.decode("utf-8", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _zip64_fields(central: bytes, fields: tuple[int, ...]) -> tuple[int, int, int]:
    """(size, packed size, offset) of a directory record, from its zip64 field where they do not fit."""
    values = [fields[9], fields[8], fields[16]]
    at = _zip64_at(central, fields)
    if at:
        for index, value in enumerate(values):
            if value == _MAX32:
                values[index] = struct.unpack_from("<Q", central, at)[0]
                at += 8
    return values[0], values[1], values[2]


def _zip64_at(central: bytes, fields: tuple[int, ...]) -> int:
    """Where the values of the zip64 extra field begin in a directory record; 0 if it has none."""
    at = _CENTRAL.size + fields[10]
    end = at + fields[11]
    while at + 4 <= end:
        kind, length = struct.unpack_from("<2H", central, at)
        if kind == 1:
            return at + 4
        at += 4 + length
    return 0


def _without_zip64(extra: bytes) -> bytes:
    kept, at = b"", 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind != 1:
            kept += extra[at : at + 4 + length]
        at += 4 + length
    return kept + extra[at:]


def _moved(central: bytes, at: int) -> bytes:
    """A directory record that points to its local entry at `at`; nothing else of it changes."""
    fields = _CENTRAL.unpack_from(central)
    record = bytearray(central)
    if fields[16] != _MAX32:
        struct.pack_into("<I", record, 42, at)
    else:
        wide = _zip64_at(central, fields) + 8 * ((fields[9] == _MAX32) + (fields[8] == _MAX32))
        struct.pack_into("<Q", record, wide, at)
    return bytes(record)


def _new(name: str, plain: Pieces, at: int) -> tuple[bytes, bytes]:
    """Local entry and directory record of a member that was not there."""
    raw, packed = name.encode("utf-8"), _deflate(plain)
    flags = 0 if name.isascii() else _UTF8
    sizes = (_crc(plain), len(packed), sum(map(len, plain)))
    common = (20, flags, _DEFLATED, 0, _DOS_1980, *sizes, len(raw), 0)
    local = _LOCAL.pack(b"PK\3\4", *common)
    central = _CENTRAL.pack(b"PK\1\2", 45, *common, 0, 0, 0, 0, at)
    return local + raw + packed, central + raw


def _pieces(plain: bytes | Pieces) -> Pieces:
    return (plain,) if isinstance(plain, bytes) else plain


def _crc(plain: Pieces) -> int:
    crc, count = 0, isal_zlib.crc32 if isal_zlib else zlib.crc32
    for piece in plain:
        crc = count(piece, crc)
    return crc


def _deflate(plain: Pieces) -> bytes:
    packer = isal_zlib.compressobj(2, 8, -15) if isal_zlib else zlib.compressobj(6, 8, -15)
    return b"".join([*map(packer.compress, plain), packer.flush()])
