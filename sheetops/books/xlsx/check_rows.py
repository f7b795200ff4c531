"""Which rows of a sheet differ from those of the sheet before, found without looking into the others."""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.books.xlsx.check_sheet import BEYOND, Change, Rows, SheetText, row_number

_FIRST, _MOST = 1 << 10, 1 << 20  # bytes that are compared at one time: few near a change, many far from it


class _Unnumbered(Exception):
    """A row has no number, so that what stands before it counts."""


def changed_rows(old: SheetText, new: SheetText) -> list[Change]:
    """The rows that differ, in their order."""
    try:
        return list(_walk(old, new))
    except _Unnumbered:
        return list(_differing(Rows(old, old.start, old.end), Rows(new, new.start, new.end)))


def _walk(old: SheetText, new: SheetText) -> Iterator[Change]:
    """Both sheets side by side: over what is alike in great steps, then row by row as long as they differ."""
    at, to, numbered = old.start, new.start, False
    while at < old.end or to < new.end:
        same = _alike(old, at, new, to)
        if at + same == old.end and to + same == new.end:
            return
        start = old.row_start_before(at + same, at)
        at, to = start, to + start - at
        was, now = _row(old, at), _row(new, to)
        if was.xml == now.xml and was.number == now.number:
            at, to = was.end, now.end
            continue
        if was.number != now.number and not numbered:
            numbered = _all_numbered(old) and _all_numbered(new)
            if not numbered:
                raise _Unnumbered
        gone, come = was.number <= now.number, now.number <= was.number
        fits = not come or (_number_before(new, to) < now.number < _row(new, now.end).number)
        yield Change(min(was.number, now.number), was.xml if gone else None, now.xml if come else None, fits)
        at, to = was.end if gone else at, now.end if come else to


class _Row:
    """A row that is looked into."""

    def __init__(self, xml: bytes, number: int, end: int) -> None:
        self.xml, self.number, self.end = xml, number, end


def _row(sheet: SheetText, start: int) -> _Row:
    """The row that begins here; a number beyond every row's at the end of the sheet."""
    if start >= sheet.end:
        return _Row(b"", BEYOND, start)
    tag = sheet.row_tag.match(sheet.mask, start)
    number = row_number(tag.group()) if tag else None
    if tag is None or number is None:
        raise _Unnumbered
    end = sheet.row_start_after(tag.end())
    return _Row(sheet.text[start:end].rstrip(), number, end)


def _number_before(sheet: SheetText, start: int) -> int:
    """The number of the row before the one that begins here; 0 for the first."""
    place = sheet.row_start_before(start, sheet.start)
    return 0 if place >= start or place == sheet.start != _first(sheet) else _row(sheet, place).number


def _first(sheet: SheetText) -> int:
    return sheet.row_start_after(sheet.start)


def _all_numbered(sheet: SheetText) -> bool:
    tag = b"<" + sheet.prefix + b"row"
    return sheet.mask.count(tag, sheet.start, sheet.end) == sheet.mask.count(
        tag + b' r="', sheet.start, sheet.end
    )


def _alike(old: SheetText, at: int, new: SheetText, to: int) -> int:
    """How many bytes of the rows are alike from these two places on."""
    most, place, step = min(old.end - at, new.end - to), 0, _FIRST
    while place < most:
        step = min(step, most - place)
        if old.text[at + place : at + place + step] == new.text[to + place : to + place + step]:
            place, step = place + step, min(_MOST, step * 2)
            continue
        if step == 1:
            break
        step //= 2
        while step:  # the first difference is within the last two steps
            if old.text[at + place : at + place + step] == new.text[to + place : to + place + step]:
                place += step
            step //= 2
        break
    return place


def _differing(old: Rows, new: Rows) -> Iterator[Change]:
    """Walk both lists of rows side by side; equal bytes are equal rows unless an added row moved them."""
    i = j = 0
    while i < len(old) or j < len(new):
        both = i < len(old) and j < len(new)
        if both and old.xml[i] == new.xml[j] and (i == j or old.number(i) == new.number(j)):
            i, j = i + 1, j + 1
            continue
        before = old.number(i) if i < len(old) else BEYOND
        after = new.number(j) if j < len(new) else BEYOND
        was = old.xml[i] if before <= after else None
        now = new.xml[j] if after <= before else None
        yield Change(min(before, after), was, now, now is None or new.is_in_order(j))
        i, j = i + (was is not None), j + (now is not None)
