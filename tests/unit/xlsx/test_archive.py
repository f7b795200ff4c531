"""The zip file: what is not changed keeps its bytes, and what cannot be trusted is refused."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from sheetops.books.xlsx import ziparchive
from sheetops.books.xlsx.ziparchive import Archive
from sheetops.errors import NotAWorkbook, RefusedWorkbook

TEXTS = {"a.xml": b"<a/>" * 50, "b.xml": b"<b/>" * 70, "ü.xml": b"<u/>" * 9}
STAMP = b"UT\x05\x00\x01\x00\x00\x00\x00"  # a time stamp, as Info-ZIP writes it


def packed(text: bytes) -> bytes:
    packer = zlib.compressobj(9, 8, -15)
    return packer.compress(text) + packer.flush()


def zip64_file(descriptors: bool = False) -> bytes:
    """A zip whose every figure stands in zip64 fields, with extra fields, comments and descriptors."""
    out, directory = b"", b""
    for name, text in TEXTS.items():
        raw, body = name.encode(), packed(text)
        flags = 0x808 if descriptors else 0x800
        sizes = (0, 0, 0) if descriptors else (zlib.crc32(text), len(body), len(text))
        local = struct.pack(
            "<4s5H3I2H", b"PK\3\4", 45, flags, 8, 0x1234, 0x5678, *sizes, len(raw), len(STAMP)
        )
        wide = struct.pack("<2H3Q", 1, 24, len(text), len(body), len(out))
        directory += struct.pack(
            "<4s6H3I5H2I",
            *(b"PK\1\2", 0x031E, 45, flags, 8, 0x1234, 0x5678, zlib.crc32(text), 2**32 - 1, 2**32 - 1),
            *(len(raw), len(STAMP + wide), 4, 0, 1, 0o100600 << 16, 2**32 - 1),
        )
        directory += raw + STAMP + wide + b"note"
        out += local + raw + STAMP + body
        if descriptors:
            out += b"PK\7\x08" + struct.pack("<IQQ", zlib.crc32(text), len(body), len(text))
    count, at = len(TEXTS), len(out)
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(directory), at)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, at + len(directory), 1)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 3) + b"bye"
    return out + directory + end64 + locator + end


def plain_file(**changes: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in TEXTS.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 2, 2, 2, 2, 2)), changes.get(name, text))
    return out.getvalue()


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


FILES = [plain_file(), zip64_file(), zip64_file(descriptors=True)]


@pytest.mark.parametrize("data", FILES, ids=["plain", "zip64", "zip64 with descriptors"])
def test_an_unchanged_archive_is_the_same_to_the_byte(data: bytes) -> None:
    assert contents(data) == TEXTS
    assert Archive(data, "f").write({}, []) == data


@pytest.mark.parametrize("data", FILES, ids=["plain", "zip64", "zip64 with descriptors"])
@pytest.mark.parametrize("victim", [0, 1, 2])
def test_a_replaced_member_leaves_its_neighbours_alone(data: bytes, victim: int) -> None:
    archive = Archive(data, "f")
    new = archive.write({victim: b"new" * 400}, [("added.xml", b"<c/>")])
    names = list(TEXTS)
    assert contents(new) == {**TEXTS, names[victim]: b"new" * 400, "added.xml": b"<c/>"}
    after = Archive(new, "f")
    for index, member in enumerate(archive.members):
        other = after.members[index]
        if index != victim:
            assert new[other.local : other.local_end] == data[member.local : member.local_end]
            assert other.central[:42] == member.central[:42]
    written = after.members[victim]
    local = struct.unpack_from("<4s5H3I2H", new, written.local)
    body = written.local + 30 + local[9] + local[10]
    assert local[2] & 0x8 == 0  # its sizes stand before it now, so no descriptor follows
    assert (local[6:9], body + written.packed) == (
        (written.crc, written.packed, written.size),
        written.local_end,
    )
    assert new[body - local[10] : body] == (STAMP if STAMP in data else b"")
    with zipfile.ZipFile(io.BytesIO(new)) as changed, zipfile.ZipFile(io.BytesIO(data)) as before:
        for name in names:
            one, two = changed.getinfo(name), before.getinfo(name)
            assert one.date_time == two.date_time
            assert (one.external_attr, one.internal_attr, one.comment) == (
                two.external_attr,
                two.internal_attr,
                two.comment,
            )
            assert one.extra.startswith(STAMP) is two.extra.startswith(STAMP)
        assert changed.comment == before.comment
        assert changed.getinfo("added.xml").date_time == (1980, 1, 1, 0, 0, 0)


def test_a_removed_member_is_gone() -> None:
    assert list(contents(Archive(zip64_file(), "f").write({1: None}, []))) == ["a.xml", "ü.xml"]


def test_bytes_around_the_archive_are_kept() -> None:
    data = plain_file()
    moved = io.BytesIO()
    with zipfile.ZipFile(moved, "w") as archive:
        archive.comment = b"kept"
        archive.writestr("a.xml", b"<a/>")
    assert Archive(moved.getvalue(), "f").write({0: b"<b/>"}, []).endswith(b"kept")
    with pytest.raises(NotAWorkbook, match="directory is not where it should be"):
        Archive(b"junk before it" + data, "f")


def test_without_isal_zlib_does_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ziparchive, "isal_zlib", None)
    archive = Archive(plain_file(), "f")
    assert archive.read(archive.members[0]) == TEXTS["a.xml"]
    assert contents(archive.write({0: b"x" * 999}, []))["a.xml"] == b"x" * 999


def broken(kind: str) -> bytes:
    data = bytearray(plain_file())
    archive = Archive(bytes(data), "f")
    first, second = archive.members[:2]
    directory = data.find(b"PK\1\2")
    if kind == "cut short":
        return bytes(data[:-30])
    if kind == "checksum":
        data[first.local_end - 3] ^= 0xFF
    if kind == "other name":
        data[first.local + 30] ^= 1
    if kind == "no local entry":
        data[second.local] = 0
    if kind == "shared bytes":
        second_entry = data.find(b"PK\1\2", directory + 1)
        data[second_entry + 42 : second_entry + 46] = struct.pack("<I", first.local)
    if kind == "overlap":
        data[directory + 20 : directory + 24] = struct.pack("<I", first.packed + 40)
    if kind == "larger than declared":
        data[directory + 24 : directory + 28] = struct.pack("<I", first.size - 1)
    if kind == "broken entry":
        data[directory] = 0
    return bytes(data)


@pytest.mark.parametrize(
    "kind",
    [
        *("cut short", "checksum", "other name", "no local entry"),
        *("shared bytes", "overlap", "larger than declared", "broken entry"),
    ],
)
def test_a_damaged_archive_is_told_in_one_line(kind: str) -> None:
    with pytest.raises(
        NotAWorkbook, match=r"^book\.xlsx: the file is damaged: .*; open it in Excel"
    ) as caught:
        archive = Archive(broken(kind), "book.xlsx")
        for member in archive.members:
            archive.read(member)
    assert "\n" not in str(caught.value)


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a.xml", b"\0" * 3_000_000)
    archive = Archive(out.getvalue(), "f")
    assert len(archive.read(archive.members[0])) == 3_000_000
    monkeypatch.setattr(ziparchive, "RATIO_FROM", 1_000_000)
    with pytest.raises(RefusedWorkbook, match="unpack to 3,000,000 bytes, like a zip bomb"):
        archive.read(archive.members[0])
    monkeypatch.setattr(ziparchive, "RATIO_FROM", 1 << 30)
    monkeypatch.setattr(ziparchive, "MAX_PART", 1_000_000)
    with pytest.raises(RefusedWorkbook, match="zip bomb"):
        archive.read(archive.members[0])


@pytest.mark.parametrize(("at", "value", "why"), [(8, 1, "it is encrypted"), (10, 9, "zip method 9")])
def test_members_that_cannot_be_read_are_refused_when_they_are_needed(at: int, value: int, why: str) -> None:
    data = bytearray(plain_file())
    directory = data.find(b"PK\1\2")
    data[directory + at] = value
    archive = Archive(bytes(data), "f")
    with pytest.raises(RefusedWorkbook, match=why):
        archive.read(archive.members[0])
    assert archive.read(archive.members[1]) == TEXTS["b.xml"]
    assert archive.write({1: b"new"}, [])  # it is carried over unread
