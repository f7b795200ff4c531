"""Which members of a package changed, by their compressed bytes; a zip reader of its own."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

END, END64, LOCATOR64, ENTRY, LOCAL = b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\1\2", b"PK\3\4"
FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF


@dataclass(frozen=True)
class Member:
    """One entry of a zip file: its name and settings as stored, and its bytes as compressed."""

    raw_name: bytes
    flags: int
    method: int
    when: tuple[int, int]
    crc: int
    size: int
    attributes: tuple[int, int, int]
    packed: bytes

    @property
    def name(self) -> str:
        """The member's name; UTF-8 where the flag says so, else the code page of old zip programs."""
        return self.raw_name.decode("utf-8" if self.flags & 0x800 else "cp437")

    def content(self) -> bytes:
        """The uncompressed bytes; raises ValueError where they do not match the stored CRC."""
        data = zlib.decompress(self.packed, -15) if self.method == 8 else self.packed
        if zlib.crc32(data) != self.crc or len(data) != self.size:
            raise ValueError(f"{self.name}: the CRC or the size does not match")
        return data


def members(data: bytes) -> list[Member]:
    """Every entry of the zip file `data`, in the order of its central directory; ValueError if damaged."""
    found, offset = [], 0
    count, offset = _directory(data)
    for _ in range(count):
        if data[offset : offset + 4] != ENTRY:
            raise ValueError("the central directory is damaged")
        fields = struct.unpack_from("<HHHHHHIIIHHHHHII", data, offset + 4)
        made, _, flags, method, clock, date, crc, packed, size, names, extras, notes, _, inner, outer, at = (
            fields
        )
        raw = data[offset + 46 : offset + 46 + names]
        extra = data[offset + 46 + names : offset + 46 + names + extras]
        size, packed, at = _zip64(extra, size, packed, at)
        start = _body(data, at, raw)
        body = data[start : start + packed]
        found.append(Member(raw, flags, method, (clock, date), crc, size, (made, inner, outer), body))
        offset += 46 + names + extras + notes
    return found


def _directory(data: bytes) -> tuple[int, int]:
    """How many entries the central directory has, and where it starts."""
    end = data.rfind(END)
    if end < 0:
        raise ValueError("not a zip file")
    count, _, start = struct.unpack_from("<HII", data, end + 10)
    if data[end - 20 : end - 16] == LOCATOR64:
        (wide,) = struct.unpack_from("<Q", data, end - 12)
        if data[wide : wide + 4] != END64:
            raise ValueError("the zip64 directory is damaged")
        count, _, start = struct.unpack_from("<QQQ", data, wide + 32)
    return count, start


def _zip64(extra: bytes, size: int, packed: int, at: int) -> tuple[int, int, int]:
    """The three numbers, taken from the zip64 extra field where the short ones are full."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        if kind == 1:
            wide = list(struct.unpack_from(f"<{length // 8}Q", extra, place + 4))
            size = wide.pop(0) if size == FULL32 else size
            packed = wide.pop(0) if packed == FULL32 else packed
            at = wide.pop(0) if at == FULL32 else at
        place += 4 + length
    return size, packed, at


def _body(data: bytes, at: int, raw: bytes) -> int:
    """Where the compressed bytes of the entry whose local header is at `at` start."""
    if data[at : at + 4] != LOCAL:
        raise ValueError(f"{raw!r}: the local header is missing")
    names, extras = struct.unpack_from("<HH", data, at + 26)
    if data[at + 30 : at + 30 + names] != raw:
        raise ValueError(f"{raw!r}: the local header has another name")
    return at + 30 + names + extras


def read(data: bytes) -> dict[str, bytes]:
    """Member name to uncompressed bytes; of duplicate names the last, as most readers do."""
    return dict(_read(data))


@lru_cache(maxsize=8)
def _read(data: bytes) -> dict[str, bytes]:
    return {member.name: member.content() for member in members(data)}


@dataclass(frozen=True)
class Difference:
    """What a save did to the members of a package; names only."""

    compared: int
    changed: frozenset[str]
    added: frozenset[str]
    removed: frozenset[str]
    moved: bool

    @property
    def touched(self) -> frozenset[str]:
        """Every name that is not as it was."""
        return self.changed | self.added | self.removed


def difference(before: bytes, after: bytes) -> Difference:
    """Compare the packages member by member: settings and compressed bytes; `moved` if the order changed."""
    old, new = _numbered(before), _numbered(after)
    both = [key for key in old if key in new]
    changed = {key[0] for key in both if old[key] != new[key]}
    added = {key[0] for key in new if key not in old}
    removed = {key[0] for key in old if key not in new}
    moved = both != [key for key in new if key in old]
    return Difference(len(both), frozenset(changed), frozenset(added), frozenset(removed), moved)


def _numbered(data: bytes) -> dict[tuple[str, int], Member]:
    seen: Counter[str] = Counter()
    result = {}
    for member in members(data):
        result[member.name, seen[member.name]] = member
        seen[member.name] += 1
    return result
