"""One thing that `doctor` looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sheetops.errors import SheetopsError


class Check(NamedTuple):
    """One thing that was looked at: `ok`, a `warning`, or an `error` that stops the jobs, and how it is mended."""

    name: str
    state: str
    what: str
    mend: str | None = None


def failed(name: str, error: SheetopsError) -> Check:
    """The check that an error makes."""
    what = f"{error.where}: {error.what}" if error.where else error.what
    return Check(name, "error", " ".join(what.split()), error.mend)


def tried(name: str, work: Callable[[], str]) -> Check:
    """What `work` says when it goes well, else its error."""
    try:
        return Check(name, "ok", work())
    except SheetopsError as error:
        return failed(name, error)
