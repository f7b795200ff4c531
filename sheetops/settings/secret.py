"""Where secrets lie, which is all that the settings file says of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

CONFIG = ConfigDict(extra="forbid", validate_default=True, defer_build=True, hide_input_in_errors=True)
"""Of every part of the settings. What stands in the file is in no error's own text, which a traceback would show."""


class Secret(BaseModel):
    """Where a secret lies, so that it need not stand in this file: an environment variable, or a file."""

    model_config = CONFIG

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.env is None) is (self.file is None):
            raise ValueError("name either env or file")
        # Errors name these places, so what is plainly the secret itself must not stand in one.
        if self.env is not None and not re.fullmatch(r"[A-Za-z_][\w.-]*", self.env):
            raise ValueError("env is the name of an environment variable")
        if self.file is not None and re.search(r"[A-Za-z]{2,}:[/\\]|\n", str(self.file)):
            raise ValueError("file is the path of a file")
        return self
