"""A folder of .eml files, each complete and readable by any mail program: the way that needs no server."""

from __future__ import annotations

import os
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from sheetops.messages.sending import Attempt


class Folder:
    """Writes each mail into a file of its own; a mail that lies there already is not written twice."""

    leaves_the_house = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def cannot_reach(self, address: str) -> str | None:
        """A folder takes every address."""
        return None

    def connect(self) -> Attempt | None:
        """Make the folder, readable by its owner alone."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            return self._failed(error)
        return None

    def send(self, mail: EmailMessage, name: str) -> Attempt:
        """The mail as a file, complete before it bears its name."""
        content = mail.as_bytes(policy=SMTP)
        mark = f"Message-ID: {mail['Message-ID']}\r\n".encode()
        try:
            path, number = self.folder / f"{name}.eml", 1
            while path.exists():  # another sheet told the same person something today
                if mark in path.read_bytes()[:4096]:
                    return Attempt("sent", str(path))
                number += 1
                path = self.folder / f"{name}-{number}.eml"
            temporary = path.with_suffix(".part")
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            return self._failed(error)
        return Attempt("sent", str(path))

    def close(self) -> None:
        """Nothing is held."""

    def _failed(self, error: OSError) -> Attempt:
        return Attempt("failed", reason=f"{self.folder}: the digest cannot be written ({error.strerror})")
