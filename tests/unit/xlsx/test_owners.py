"""Who has the workbook open, told from the files beside it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sheetops.books.xlsx import owners
from sheetops.books.xlsx.owners import excel_owner_name, libreoffice_owner, owners_beside, require_free
from sheetops.errors import SheetInUse
from tests.unit.xlsx.replacing import OLD, Place, package, place_in


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_in(tmp_path)


def excel_file(name: str, codec: str = "gb18030") -> bytes:
    """The 165 bytes of an Excel owner file."""
    ansi, wide = name.encode(codec), name.encode("utf-16-le")
    start = bytes([len(ansi)]) + ansi.ljust(54, b" ")
    return (start + (len(wide) // 2).to_bytes(2, "little") + wide).ljust(165, b"\x20")


LIBRE = "李 伟\\, Support,liwei,desk-7,21.11.2026 09:12,file:///home/liwei/.config/libreoffice/4;".encode()
OWNER_FILES = [
    ("~$request log.xlsx", excel_file("李伟"), "李伟 (Excel), since 20"),
    ("~$REQUEST LOG.xlsx", excel_file("Anna Müller", "cp1252"), "Anna Müller (Excel), since 20"),
    ("~$quest log.xlsx", excel_file("Anna"), "Anna (Excel)"),  # shortened as Word does
    ("~$request log.xlsx", b"", "someone (Excel), since 20"),
    (".~request log.xlsx", excel_file("王芳"), "王芳 (WPS Office), since 20"),
    (".~request log.xlsx", b"?", "someone (WPS Office)"),
    (".~lock.request log.xlsx#", LIBRE, "李 伟, Support at desk-7 (LibreOffice), since 2026-11-21 09:12"),
    (".~lock.request log.xlsx#", b",,,,;", "someone (LibreOffice), since 20"),
]


@pytest.mark.parametrize(("name", "data", "who"), OWNER_FILES)
def test_an_open_workbook_is_skipped_with_who_has_it(place: Place, name: str, data: bytes, who: str) -> None:
    owner_file = place.team / name
    owner_file.write_bytes(data)
    with pytest.raises(SheetInUse) as refusal, place.changing():
        pass
    assert refusal.value.exit_code == 4
    assert who in str(refusal.value)
    assert f"if nobody has it open, delete {name}" in str(refusal.value)
    assert owner_file.read_bytes() == data
    assert place.book.read_bytes() == OLD


@pytest.mark.parametrize(("name", "data"), [row[:2] for row in OWNER_FILES])
def test_someone_who_opens_it_before_the_save_is_respected(place: Place, name: str, data: bytes) -> None:
    with pytest.raises(SheetInUse, match="open at"), place.changing() as original:
        original.replace(package("new"), lambda _: (place.team / name).write_bytes(data) and None)
    assert place.book.read_bytes() == OLD
    assert place.others() == [name]


@pytest.mark.parametrize(
    ("name", "sibling"),
    [
        ("~$other.xlsx", None),
        ("~$xrequest log.xlsx", None),
        ("~$quest log.xlsx", "quest log.xlsx"),  # a file of that name is there: it is that one's
        ("~$Request log.xlsx", "Request log.xlsx"),
        (".~lock.other.xlsx#", None),
        (".~sheetops-0000000000000000-000000-000000000000.tmp", None),
        ("~$", None),
        (".~lock.#", None),
    ],
)
def test_an_owner_file_of_another_workbook_is_no_hindrance(
    place: Place, name: str, sibling: str | None
) -> None:
    (place.team / name).touch()
    if sibling:
        (place.team / sibling).touch()
    place.save()


def test_a_folder_named_like_an_owner_file_is_no_owner(place: Place) -> None:
    (place.team / "~$request log.xlsx").mkdir()
    place.save()


def test_an_owner_file_beside_the_link_counts_as_well(place: Place, tmp_path: Path) -> None:
    link = tmp_path / "desk" / "my log.xlsx"
    link.parent.mkdir()
    link.symlink_to(place.book)
    (link.parent / "~$my log.xlsx").write_bytes(excel_file("Anna"))
    with pytest.raises(SheetInUse, match="Anna"), place.changing(link):
        pass


def test_an_owner_file_that_cannot_be_read_still_counts(place: Place) -> None:
    (place.team / "~$request log.xlsx").symlink_to("nowhere")
    assert [owner.who for owner in owners_beside(place.book)] == [""]


def test_names_cannot_break_the_line() -> None:
    assert excel_owner_name(excel_file("A\nB\x1b[31m")) == "AB[31m"
    assert excel_owner_name(excel_file("Anna")[:58]) == "Anna"  # cut short: the ANSI name is left
    assert excel_owner_name(b"\x05") == ""
    assert libreoffice_owner(b"A\\;\\,\\\\B,login,host,99.99.2026 1;") == ("A;,\\B at host", None)
    assert libreoffice_owner(b",login,,;") == ("login", None)


class TestWhereTheServerAnswers:
    """On SMB and on Windows the one who serves the file knows of everybody who has it open."""

    @pytest.fixture(autouse=True)
    def on_a_network_drive(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(owners, "mount_type", lambda path: "cifs")

    @pytest.fixture
    def held(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        system_open = os.open

        def refusing(path: object, flags: int, *rest: int) -> int:
            if path == place.book and flags & os.O_RDWR:
                raise OSError(errno.EBUSY, "Device or resource busy")
            return system_open(path, flags, *rest)  # type: ignore[call-overload,no-any-return]

        monkeypatch.setattr(os, "open", refusing)

    def test_a_stale_owner_file_of_excel_does_not_stop_the_job(self, place: Place) -> None:
        stale = place.team / "~$request log.xlsx"
        stale.write_bytes(excel_file("Anna"))
        place.save()
        assert stale.exists()

    def test_asking_changes_no_date(self, place: Place) -> None:
        os.utime(place.book, (1, 1))
        require_free(place.book)
        assert place.book.stat().st_mtime == 1

    @pytest.mark.usefixtures("held")
    def test_a_live_owner_file_does(self, place: Place) -> None:
        (place.team / "~$request log.xlsx").write_bytes(excel_file("Anna"))
        with pytest.raises(SheetInUse, match="Anna"):
            place.save()

    @pytest.mark.usefixtures("held")
    def test_a_program_without_an_owner_file_is_noticed(self, place: Place) -> None:
        with pytest.raises(SheetInUse, match="lets nobody else write"):
            place.save()

    def test_programs_that_do_not_hold_the_file_are_believed(self, place: Place) -> None:
        (place.team / ".~lock.request log.xlsx#").write_bytes(LIBRE)
        with pytest.raises(SheetInUse, match="LibreOffice"):
            place.save()

    def test_excels_old_sharing_mode_does_not_hold_the_file(self, place: Place) -> None:
        place.book.write_bytes(OLD + b"xl/revisions/userNames.xml")
        (place.team / "~$request log.xlsx").write_bytes(excel_file("Anna"))
        with pytest.raises(SheetInUse, match="Anna"):
            place.save()


def test_asking_is_not_trusted_on_a_local_disk(place: Place) -> None:
    assert owners.mount_type(place.book) not in {None, "cifs", "smb3"}
    assert owners.held(place.book) is None
