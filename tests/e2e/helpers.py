"""Running the command line as a person or cron does: another process, another folder."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.forked import HELPER


@dataclass
class Shell:
    """A folder to work in, with a state folder of its own."""

    folder: Path

    def run(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        """`sheetops ARGUMENTS` in the folder."""
        environment = {
            **os.environ,
            "XDG_STATE_HOME": str(self.folder / "state"),
            "LC_ALL": "C",
            **environment,
        }
        return HELPER.run(list(map(str, arguments)), self.folder, environment, seconds=120)

    def document(self, *arguments: object, code: int = 0) -> Any:
        """The JSON document of a command that ends with `code`."""
        done = self.run(*arguments, "--json")
        assert done.returncode == code, done.stderr + done.stdout[-2000:]
        return json.loads(done.stdout)

    def refusal(self, *arguments: object, code: int = 2) -> str:
        """The one line on stderr of a command that refuses with `code`."""
        done = self.run(*arguments)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        lines = done.stderr.strip().splitlines()
        assert len(lines) == 1 and lines[0].startswith("sheetops: "), done.stderr
        return lines[0]
