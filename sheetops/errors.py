"""One tree of errors. A class's docstring is its default message; each class has an exit code.

An error says what is wrong, where, and how to mend it, so that the command line can print it as one
line and a person who has never seen the code can act on it.
"""

from __future__ import annotations

from collections.abc import Sequence


class SheetopsError(Exception):
    """Something went wrong."""

    exit_code = 2

    def __init__(self, what: str | None = None, *, where: str | None = None, mend: str | None = None) -> None:
        """`what` went wrong, `where` (file, tab, cell, line), and how to `mend` it; all plain sentences."""
        self.what = what or (type(self).__doc__ or "").strip().splitlines()[0]
        self.where = where
        self.mend = mend
        self.also: Sequence[
            SheetopsError
        ] = ()  # others that came to light together with it, each told in its line
        super().__init__(self.line())

    def line(self) -> str:
        """The whole error in one line: `where: what; mend`, white space folded."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.mend:
            text = f"{text.rstrip('.;')}; {self.mend}"
        return " ".join(text.split())


class UsageError(SheetopsError):
    """The command cannot be understood."""


class SettingsError(SheetopsError):
    """The settings cannot be used."""


class SheetError(SheetopsError):
    """The sheet cannot be used."""


class SheetNotFound(SheetError):
    """There is no such sheet."""


class NotAWorkbook(SheetError):
    """This is not an .xlsx or .xlsm workbook that can be read."""


class RefusedWorkbook(SheetError):
    """This workbook is one that cannot be changed without harm."""


class HeaderNotFound(SheetError):
    """No row looks like the header of a request log."""


class EditRefused(SheetError):
    """This cell cannot be changed without harm."""


class TabRefused(SheetError):
    """This tab cannot be put into the workbook without harm."""


class SheetBraked(SheetError):
    """The sheet shrank sharply since the last run, so nothing was changed."""


class SheetInUse(SheetopsError):
    """Someone has the sheet open, so it was skipped."""

    exit_code = 4


class SheetChanged(SheetInUse):
    """The sheet changed while the job was working on it, so nothing was written."""


class SheetConflicted(SheetInUse):
    """Conflict copies lie beside the sheet, so it was skipped."""


class HoldLost(SheetopsError):
    """Another worker took the sheet over, so this run stopped."""

    exit_code = 4


class LedgerError(SheetopsError):
    """The ledger cannot be used."""


class ServiceUnreachable(SheetopsError):
    """A service could not be reached."""

    exit_code = 5


class CalendarYearUnknown(SheetopsError):
    """The calendar does not know the working days of this year."""
