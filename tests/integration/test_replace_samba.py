"""The job on a Samba server's own disk while SMB clients use the workbook, and on a mount of the share.

smbd runs as this account on the loopback interface, on a free port, with a configuration of its own.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sheetops.books.xlsx.durable import mount_type
from sheetops.errors import SheetChanged, SheetInUse
from tests.unit.xlsx.replacing import NEW, OLD, Place, fine, package, place_in
from tests.unit.xlsx.test_owners import excel_file

SMBD = shutil.which("smbd", path=os.environ.get("PATH", "") + ":/usr/sbin")
CONFIGURATION = """[global]
workgroup = TEAM
netbios name = TEAM
map to guest = Bad User
guest account = {user}
smb ports = {port}
interfaces = lo
bind interfaces only = yes
disable netbios = yes
load printers = no
disable spoolss = yes
private dir = {folder}
lock directory = {folder}
state directory = {folder}
cache directory = {folder}
pid directory = {folder}
ncalrpc dir = {folder}/ncalrpc
[team]
path = {share}
guest ok = yes
read only = no
"""


@dataclass(frozen=True)
class Share:
    """A running smbd that serves the folder of `place`, the job's side of it."""

    place: Place
    port: int
    configuration: Path

    def client(self, *commands: str) -> str:
        """What another machine's SMB client says to `commands`, done in the share."""
        line = ["smbclient", "//127.0.0.1/team", "-N", "-p", str(self.port), "-s", str(self.configuration)]
        done = subprocess.run(
            [*line, "-c", "; ".join(commands)], capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def put(self, data: bytes, name: str) -> None:
        """Another machine saves `data` as `name`."""
        local = self.configuration.with_name("put")
        local.write_bytes(data)
        self.client(f'put "{local}" "{name}"')

    def get(self, name: str) -> bytes:
        """What another machine reads in `name`."""
        local = self.configuration.with_name("got")
        self.client(f'get "{name}" "{local}"')
        return local.read_bytes()


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Share]:
    if SMBD is None or shutil.which("smbclient") is None:
        pytest.skip("Samba is not installed here (smbd, smbclient)")
    place = place_in(tmp_path)
    folder = tmp_path / "smbd"
    (folder / "ncalrpc").mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = folder / "smb.conf"
    configuration.write_text(
        CONFIGURATION.format(user=getpass.getuser(), port=port, folder=folder, share=place.team),
        encoding="utf-8",
    )
    # smbd ends with its standard input, so it cannot outlive the tests; when told to end it signals its
    # whole process group, so it needs a session of its own.
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [SMBD, "--foreground", "--no-process-group", f"--configfile={configuration}", "--debug-stdout"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_for(port)
        yield Share(place, port, configuration)
    finally:
        server.terminate()
        server.communicate(timeout=30)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                pytest.skip("smbd does not start on this machine")
            time.sleep(0.1)
        else:
            return


def test_clients_read_the_new_workbook_and_see_nothing_left_over(share: Share) -> None:
    share.client('setmode "request log.xlsx" +h')
    created = _line(share.client('allinfo "request log.xlsx"'), "create_time")
    assert share.get("request log.xlsx") == OLD
    share.place.save()
    assert share.get("request log.xlsx") == NEW
    info = share.client('allinfo "request log.xlsx"')
    assert "H" in _line(info, "attributes")  # Samba keeps it in an attribute of the file
    assert _line(info, "create_time") == created
    assert ".~sheetops" not in share.client("ls")


def test_a_client_that_saves_between_read_and_replace_wins(share: Share) -> None:
    theirs = package("theirs")
    with pytest.raises(SheetChanged), share.place.changing() as original:
        share.put(theirs, "request log.xlsx")
        original.replace(NEW, fine)
    assert share.get("request log.xlsx") == theirs
    with pytest.raises(SheetChanged), share.place.changing() as original:
        share.put(package("again"), "A1B2C3D4")  # as Excel saves: a new file, renamed over the old one
        share.client('rename "A1B2C3D4" "request log.xlsx" -f')
        original.replace(NEW, fine)
    assert share.get("request log.xlsx") == package("again")


def test_the_owner_file_of_a_client_is_respected(share: Share) -> None:
    share.put(excel_file("李伟"), "~$request log.xlsx")
    share.client('setmode "~$request log.xlsx" +h')
    with pytest.raises(SheetInUse, match="李伟"):
        share.place.save()
    share.client('del "~$request log.xlsx"')
    share.place.save()
    assert share.get("request log.xlsx") == NEW


def test_on_a_mount_of_the_share_every_rule_holds(share: Share, tmp_path: Path) -> None:
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    options = f"guest,port={share.port},vers=3.1.1,uid={os.geteuid()},gid={os.getegid()}"
    mount = ["mount", "-t", "cifs", "//127.0.0.1/team", str(mounted), "-o", options]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if done.returncode != 0:
        pytest.skip(f"this machine cannot mount an SMB share: {done.stderr.splitlines()[0]}")
    try:
        book = mounted / "request log.xlsx"
        _every_rule(Place(mounted, book, tmp_path / "locks", tmp_path / "backups"), share)
    finally:
        subprocess.run(["umount", str(mounted)], check=True, timeout=60)


def _every_rule(place: Place, share: Share) -> None:
    assert mount_type(place.book) in {"cifs", "smb3"}
    place.save()
    assert share.get("request log.xlsx") == NEW
    assert place.others() == []
    with pytest.raises(SheetChanged), place.changing() as original:
        share.put(OLD, "request log.xlsx")
        original.replace(NEW, fine)
    share.put(excel_file("Anna"), "~$request log.xlsx")
    place.save()  # nobody holds the workbook, and the server says so: the owner file is stale
    assert share.get("request log.xlsx") == NEW


def _line(text: str, word: str) -> str:
    return next(line.split(":", 1)[1] for line in text.splitlines() if line.startswith(word))
