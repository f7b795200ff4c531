"""Conflict copies: what a sync client writes when two people saved at once.

While one lies beside the workbook, nobody knows which of the two holds the team's edits, and a job
that changes one of them makes the choice harder. So the workbook is left alone until a person has
put them together. A name counts only when it is the workbook's own name plus the client's mark.

OneDrive marks a copy with the name of a computer (`log-PC7.xlsx`), which no rule can tell from a
file that a person called so. Only names that cannot be meant otherwise count: the names Windows
gives a computer by itself (`DESKTOP-1A2B3C4`, `LAPTOP-1A2B3C4D`, `WIN-1A2B3C4D5E6`) and this
machine's own name in the capitals that OneDrive uses. iCloud's `log 2.xlsx` cannot be told at all and is not refused.
"""

from __future__ import annotations

import re
from pathlib import Path
from unicodedata import normalize

from sheetops.books.xlsx.durable import fold
from sheetops.books.xlsx.owners import folder_names
from sheetops.domain.patterns import pattern
from sheetops.errors import SheetConflicted

# Dropbox writes the mark in the language of the machine; Nextcloud and ownCloud use the English one.
_WORDS = (
    "conflicted copy",
    "conflict copy",
    "selective sync conflict",
    "in konflikt stehende kopie",
    "konfliktbehaftete kopie",
    "copie en conflit",
    "copia en conflicto",
    "copia in conflitto",
    "copia conflittuale",
    "cópia em conflito",
    "conflicterende kopie",
    "konfliktkopia",
    "kopia powodująca konflikt",
    "конфликтующая копия",
    "конфликтная копия",
    "競合コピー",
    "충돌하는 사본",
    "충돌 사본",
    "冲突副本",
    "冲突的副本",
    "冲突文件",
    "衝突副本",
    "衝突複本",
    "衝突的複本",
    "sfconflict",
)
_BRACKETED = pattern(r"\s*[(（].*(?:" + "|".join(_WORDS) + r").*[)）]")
_MARKS = (
    _BRACKETED,
    pattern(r"\.sync-conflict-\d{8}-\d{6}(?:-[0-9a-z]+)?"),  # Syncthing
    pattern(r"\s*\[conflict(?:ed)?(?:[ -]?\d+)?\]"),  # Google Drive, pCloud
    pattern(r"_conflict-\d{8}-\d{6}"),  # ownCloud before 2.4
    pattern(r"\.conflict\d*"),  # Resilio Sync
    pattern(r"_[^/]+_[a-z]{3}-\d{2}-\d{6}-\d{4}_conflict"),  # Synology Drive
)
_WINDOWS_NAME = pattern(r"-(?:DESKTOP-[0-9A-Z]{7}|LAPTOP-[0-9A-Z]{8}|WIN-[0-9A-Z]{11})(?:-\d+)?")


def conflict_copies(path: Path) -> list[Path]:
    """The conflict copies of the workbook at `path` that lie beside it, in the order of their names."""
    return [path.with_name(name) for name in sorted(folder_names(path)) if is_conflict_copy(name, path.name)]


def is_conflict_copy(name: str, workbook: str) -> bool:
    """Whether `name` is what a sync client calls a conflict copy of `workbook`."""
    wanted, candidate = Path(workbook), Path(name)
    if fold(wanted.suffix) != fold(candidate.suffix):
        return False
    stem, start = fold(candidate.stem), fold(wanted.stem)
    if not stem.startswith(start) or stem == start:
        return False
    if any(mark.fullmatch(stem[len(start) :]) for mark in _MARKS):
        return True
    as_written = normalize("NFC", candidate.stem)[len(normalize("NFC", wanted.stem)) :]
    from socket import gethostname

    netbios = gethostname().split(".")[0].upper()[:15]
    return bool(
        _WINDOWS_NAME.fullmatch(as_written) or re.fullmatch(f"-{re.escape(netbios)}(?:-\\d+)?", as_written)
    )


def require_no_conflicts(path: Path) -> None:
    """Raise SheetConflicted, naming the copies, while conflict copies lie beside `path`."""
    copies = conflict_copies(path)
    if not copies:
        return
    named = ", ".join(copy.name for copy in copies[:3])
    more = f" and {len(copies) - 3} more" if len(copies) > 3 else ""
    raise SheetConflicted(
        f"conflict copies of it lie beside it ({named}{more})",
        where=str(path),
        mend="it was skipped; put the copies together by hand, move them away and run again",
    )
