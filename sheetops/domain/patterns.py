"""Regular expressions that are compiled when they are first used.

The rules and readers know some hundred of them, a run meets what a third of them are for, and compiling all took a
twentieth of a second at each start.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Late:
    """Stands for a pattern; each method is the compiled pattern's own from its first use on."""

    def __init__(self, text: Any, flags: int) -> None:
        self._said = text, flags

    def __getattr__(self, name: str) -> Any:
        """What the object does not have yet: the pattern's method or attribute, kept so that it is asked for once."""
        value = getattr(re.compile(*self._said), name)  # `re` keeps what was compiled
        self.__dict__[name] = value
        return value


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, but compiled (and a fault in it told) at the first use; not for the functions of `re`."""
    return cast("re.Pattern[AnyStr]", _Late(text, flags))
