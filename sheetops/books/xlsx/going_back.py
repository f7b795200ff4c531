"""Taking cells back to what an earlier version holds gives that version's bytes, where nobody was there since.

A patch leaves more than values: cells that were not in the file, a date format, a mark to recalculate. Emptying the
cells again would leave those. So an earlier version that is still kept is patched forward with what the cells hold
now; a part that then is byte for byte the part as it stands was changed by that patch alone, and gets its earlier
bytes back. Everything else stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sheetops.books.xlsx.check import check_save
from sheetops.books.xlsx.edit import patch_cells
from sheetops.books.xlsx.package import Package
from sheetops.domain.patterns import pattern
from sheetops.errors import SheetError

Cell = tuple[str, str]  # tab, address
_STYLE = pattern(rb"""<(?:[\w.-]+:)?(?:c|row|col)\s[^<>]*?\b(?:s|style)\s*=\s*["'](\d+)""")
_LISTS = (
    "styles",
    "calcChain",
)  # of the workbook's parts: what a patch of cells may touch beside sheets and tables


def gone_back(
    data: bytes,
    where: str,
    now: Mapping[Cell, object],
    then: Mapping[Cell, object],
    earlier: Iterable[bytes],
) -> bytes | None:
    """The workbook `data` with its cells taken from `now` to `then` by the bytes of an earlier version.

    None where no version of `earlier` (newest first) leads to the tabs as they are. Where all parts come back, the
    result is that version itself.
    """
    current = Package.from_bytes(data, where)
    for version in earlier:
        try:
            back = _parts_back(current, version, now, then)
        except SheetError:  # of another making: a version that cannot be patched leads nowhere
            continue
        if back:
            return _rebuilt(data, where, version, back)
    return None


def check_gone_back(before: bytes, after: bytes, where: str, now: Mapping[Cell, object]) -> None:
    """Raise SheetError unless `after` becomes `before` by writing the cells `now`, and in no other way."""
    check_save(Package.from_bytes(after, where), before, now)


def _parts_back(
    current: Package, version: bytes, now: Mapping[Cell, object], then: Mapping[Cell, object]
) -> dict[str, bytes | None]:
    """Part → its earlier bytes (None: it was not there); empty where the version does not lead here."""
    known = Package.from_bytes(version, current.where)
    if patch_cells(Package.from_bytes(version, current.where), then).cells:
        return {}  # it held other values
    forward = Package.from_bytes(version, current.where)
    if len(patch_cells(forward, now).cells) != len(now):
        return {}
    touched = forward.touched()
    same = [name for name in touched if current.has(name) and current.part(name) == forward.part(name)]
    back = {name: known.part(name) if known.has(name) else None for name in same}
    lists = {
        known.workbook_part(),
        *filter(None, (forward.related(known.workbook_part(), k) for k in _LISTS)),
    }
    brought = {name for name in touched if not known.has(name)}
    loose = lists | brought | {name for name in touched if name.endswith((".rels", "[Content_Types].xml"))}
    if touched - set(back) - loose or _strings(known) != _strings(current):
        return {}
    if brought and not touched - {known.workbook_part()} <= set(
        back
    ):  # parts hang together: all leave or none
        back = {name: part for name, part in back.items() if name not in loose}
    if _another_tab_changed(current, known, back):  # its mark to recalculate serves that change as well
        back.pop(known.workbook_part(), None)
    styles = forward.related(known.workbook_part(), "styles")
    if styles in back and _used_styles(current, back) >= _count_styles(known):
        del back[styles]
    return back


def _another_tab_changed(current: Package, known: Package, back: Mapping[str, bytes | None]) -> bool:
    """Whether a tab whose bytes do not go back is not as the earlier version holds it."""
    rest = [ref.part for ref in known.sheets() if ref.part and ref.part not in back and known.has(ref.part)]
    return any(not current.has(part) or current.part(part) != known.part(part) for part in rest)


def _rebuilt(data: bytes, where: str, version: bytes, back: Mapping[str, bytes | None]) -> bytes:
    package = Package.from_bytes(data, where)
    for name, part in back.items():
        if part is None:
            package.remove_part(name)
        else:
            package.set_part(name, part)
    known = Package.from_bytes(version, where)
    if package.names() == known.names() and all(
        package.part(name) == known.part(name) for name in known.names() if known.has(name)
    ):
        return version
    return package.to_bytes()


def _strings(package: Package) -> bytes:
    """What the numbers of shared strings point at."""
    part = package.related(package.workbook_part(), "sharedStrings")
    return package.part(part) if part else b""


def _count_styles(package: Package) -> int:
    part = package.related(package.workbook_part(), "styles")
    formats = package.tree(part)[1].find("cellXfs") if part else None
    return len(formats.all("xf")) if formats else 1


def _used_styles(package: Package, back: Mapping[str, bytes | None]) -> int:
    """The highest cell format that a tab uses, apart from the tabs whose bytes go back."""
    tabs = [ref.part for ref in package.sheets() if ref.part and ref.part not in back]
    return max((int(style) for part in tabs for style in _STYLE.findall(package.utf8(part)[0])), default=0)
