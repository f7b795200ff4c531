"""Who may do what with the workbook: asked before a save, and carried over to the file that replaces it.

A replacement is a new file, so owner, group, mode, access lists and extended attributes (Samba's
hidden flag, Finder's tags, SELinux labels) have to be copied. If one of them cannot be kept, people
could find themselves locked out of their own sheet, so the save stops instead.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

from sheetops.books.xlsx.durable import mount_type
from sheetops.errors import RefusedWorkbook, SheetError

if sys.platform != "win32":
    import grp
    import pwd

_OF_THE_BYTES = {"security.ima", "security.evm", "security.capability"}
"""Attributes that the kernel derives from the old bytes; on new bytes they would be wrong."""

_REMOVES_FIRST = {"fuse.smbnetfs", "fuse.gvfsd-fuse"}
"""Mounts made with libsmbclient. Measured on smbnetfs with Samba 4.17: a rename over an existing name
is a delete-on-close of that name and then a rename, so a cut connection leaves no workbook at all."""

_ACL = "system.posix_acl_access"


def require_writable(path: Path, status: os.stat_result) -> None:
    """Raise when the workbook is read-only or immutable, has a second name (a hard link), or lies on a
    mount that cannot replace a file in one step.

    The folder's rights alone would let a read-only file be replaced, but read-only is a person's word.
    """
    if not status.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise SheetError(
            "the workbook is read-only for this account",
            where=str(path),
            mend="nothing was changed; let the account that runs the job write to it",
        )
    mount = mount_type(path)
    if mount in _REMOVES_FIRST:
        raise RefusedWorkbook(
            f"this kind of mount ({mount}) removes a file before it puts the new one in its place",
            where=str(path),
            mend="nothing was changed; mount the share with mount.cifs, or run the job on the server",
        )
    if status.st_nlink > 1:
        raise RefusedWorkbook(
            f"the file has {status.st_nlink} names (hard links), and saving would leave the others "
            "with the old content",
            where=str(path),
            mend="nothing was changed; keep one name and make the others symbolic links",
        )


def keep_rights(fd: int, original: Path, status: os.stat_result) -> None:
    """Give the open file `fd` the owner, group, access list, attributes and mode of `original`.

    Raises SheetError when one of them cannot be kept. Dates are not carried over: a new date is what
    tells people, Excel and sync clients that the file changed. On Windows the new file has the
    access list that its folder hands down.
    """
    if sys.platform == "win32":
        return
    _keep_owner(fd, original, status)
    if sys.platform == "darwin":
        _keep_mac_metadata(fd, original)
    else:
        _keep_attributes(fd, original)
    _keep_mode(fd, original, stat.S_IMODE(status.st_mode))


def _keep_owner(fd: int, original: Path, status: os.stat_result) -> None:
    if sys.platform == "win32":
        return
    mine = os.fstat(fd)
    if (mine.st_uid, mine.st_gid) == (status.st_uid, status.st_gid):
        return
    uid = status.st_uid if mine.st_uid != status.st_uid else -1
    gid = status.st_gid if mine.st_gid != status.st_gid else -1
    try:
        os.fchown(fd, uid, gid)
    except OSError as error:
        whose = f"owner {_user(status.st_uid)} and group {_group(status.st_gid)}"
        raise _lost(original, f"its {whose}", error) from error


def _keep_mode(fd: int, original: Path, mode: int) -> None:
    """Set the mode where it differs. A drive that makes modes up (SMB, FAT) may ignore it: none is lost."""
    if sys.platform == "win32" or stat.S_IMODE(os.fstat(fd).st_mode) == mode:
        return
    try:
        os.fchmod(fd, mode)
    except OSError as error:
        raise _lost(original, f"its mode {mode:04o}", error) from error


def _keep_attributes(fd: int, original: Path) -> None:
    """Make the extended attributes of `fd`, access list included, those of `original`."""
    if sys.platform != "linux":
        return
    wanted = _attributes(original)
    present = _attributes(fd)
    for name in present.keys() - wanted.keys():
        if name == _ACL or name.startswith("user."):  # handed down by the folder
            os.removexattr(fd, name)
    for name, value in wanted.items():
        if present.get(name) == value:
            continue
        try:
            os.setxattr(fd, name, value)
        except OSError as error:
            what = "its access list" if name == _ACL else f"its attribute {name}"
            raise _lost(original, what, error) from error


def _attributes(file: int | Path) -> dict[str, bytes]:
    if sys.platform != "linux":
        return {}
    try:
        names = os.listxattr(file)
    except OSError as error:
        if error.errno in {errno.ENOTSUP, errno.ENOSYS}:
            return {}
        raise
    return {name: os.getxattr(file, name) for name in names if name not in _OF_THE_BYTES}


def _keep_mac_metadata(fd: int, original: Path) -> None:
    """macOS has no `os.setxattr`; its own `fcopyfile` carries access list and attributes over."""
    import ctypes

    acl_and_attributes = 1 << 0 | 1 << 2
    system = ctypes.CDLL(None, use_errno=True)
    source = os.open(original, os.O_RDONLY)
    try:
        if system.fcopyfile(source, fd, None, acl_and_attributes) != 0:
            number = ctypes.get_errno()
            raise _lost(original, "its access list and attributes", OSError(number, os.strerror(number)))
    finally:
        os.close(source)


def _lost(original: Path, what: str, error: OSError) -> SheetError:
    return SheetError(
        f"saving as this account would lose {what} ({error.strerror})",
        where=str(original),
        mend="nothing was changed; run the job as the file's owner, or let that account own the file",
    )


def _user(uid: int) -> str:
    if sys.platform == "win32":
        return str(uid)
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    if sys.platform == "win32":
        return str(gid)
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
