"""Somebody at a terminal, in the test's own process: what they type, and what they read."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetops.cli import main


class Terminal:
    """A person's folder, and the command line run in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def run(self, *words: str, code: int = 0) -> str:
        """What `sheetops WORDS` says on both streams; it must end with `code`."""
        with pytest.raises(SystemExit) as left:
            main(list(words))
        said = "".join(self.capsys.readouterr())
        assert left.value.code == code, said
        return said
