"""Reading plain rows by the thousand: the form that `read_plain` knows, looked at in arrays instead of cell by cell.

numpy finds where every tag begins; that each is what a plain row has there, and each number, is told from words of
eight bytes at once, and every byte is accounted for. What is rare in a log (texts of their own, formulas, fractions,
errors) is taken by the pattern of one cell. numpy takes longer to start than a small sheet to be read, so that only
large ones come here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sheetops.books.xlsx.cellref import MAX_ROW
from sheetops.books.xlsx.read_marks import DAY, DAY_1904, NUMBER, RowMarks, of_numbers, of_texts
from sheetops.books.xlsx.read_plain import ANY_CELL, MOST_COLUMNS, NotPlain
from sheetops.books.xlsx.read_words import UP_TO, numbers_of, until_quote, where, word
from sheetops.domain.table import Raw

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sheetops.books.xlsx.read_plain import Plain

    Ints = NDArray[np.int64]
    Words = NDArray[np.uint64]
    Flags = NDArray[np.bool_]
    Kinds = NDArray[np.uint8]


_ROW, _CELL, _ROW_END, _VALUE_END = map(word, (b'<row r="', b'<c r="', b"</row>", b"</v></c>"))
_EIGHT, _SIXTEEN = np.uint64(8), np.uint64(16)
_FIRST_LETTER, _LAST_LETTER = ord("A"), ord("Z")
_MOST_DIGITS = 16  # of a number that is the same as a 64-bit integer and then a float as it is as a float
_LONGEST_ROW_NUMBER = 7
_HEAD = re.compile(rb'(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?(/>|><v>)')
_ROW_HEAD = re.compile(rb"(?: [^<>]*?)?(/?)>")
_HIDDEN = re.compile(rb"\bhidden=[\"'](?:1|true)[\"']")  # as `read` looks for it
_FORMULA = re.compile(rb"<f(?:>| [^<>]*[^<>/]>)([^<]*)<|<f [^<>]*/>")
_COMMON_FORMS = 40  # of heads; those that come after so many are told apart one by one
_LONGEST_FORM = 400  # and those from the first that is longer on
_LONGEST_HEAD = 24  # of a cell, after its address and with the tag of its value
_MOST_ODD = 1 / 3  # of the cells: with more, the pattern of a row is faster
_FAR_DAY = 1 << 16  # in June 2079; days up to there are kept by number
_GAPS = 4  # times as many rows as are there: more are too many to be laid out
_NOTHING, _TEXT, _NUMBER, _DAY, _ODD = range(5)


class _Cells(NamedTuple):
    """The cells of a piece, in their order; what they are is worked out step by step."""

    begins: Ints  # where in the file
    stops: Ints
    addresses: Words  # their first eight bytes
    rows: Ints  # among the rows of the piece


class Bulk:
    """The rows of one sheet, taken piece by piece."""

    def __init__(self, shared: Plain, xml: bytes) -> None:
        """`xml` is the whole part: bytes follow after the last row."""
        self._shared, self._xml = shared, xml
        self._bytes = np.frombuffer(xml, np.uint8)
        self._words: Words = np.ndarray((len(xml) - 7,), "<u8", xml, 0, (1,))  # from every byte on
        self._windows: NDArray[np.void] = np.ndarray((len(xml) - 15,), "V16", xml, 0, (1,))  # two of them
        self._long_windows: NDArray[np.void] = np.ndarray((len(xml) - 23,), "V24", xml, 0, (1,))
        self._texts: NDArray[Any] = np.empty(len(shared.texts) + 1, object)
        self._texts[1:] = shared.texts  # and a blank before them
        self._text_marks = of_texts([None, *shared.texts])
        self.formulas: dict[tuple[int, int], str] = {}
        """What was taken computes at (row, column)."""
        self.hidden: set[int] = set()
        """The numbers of the hidden rows that were taken."""
        self.last_row = 0
        """The number of the last row that was taken."""
        self.marks = RowMarks(self.formulas)
        self._moments: NDArray[Any] = np.full(_FAR_DAY, None, object)
        self._met = np.zeros(_FAR_DAY, np.bool_)  # which of the days stand there
        self._usual: list[bytes] = []  # heads of cells in the last piece, those of the most first

    def take(self, start: int, end: int, before: int) -> list[list[Raw]]:
        """The cells by column of the whole rows from `start` to `end`, which follow the row `before`.

        Each column is as long as there are rows from `before` to the last one. Raises NotPlain.
        """
        begins, is_open, after = self._tags(start, end)
        stops = np.append(begins[1:], end)
        at = np.flatnonzero(is_open)
        last = np.append(at[1:], len(begins)) - 1  # tag of each row
        closed = (self._words[stops[last] - len(b"</row>")] & UP_TO[6]) == _ROW_END
        stops[last] -= closed * len(b"</row>")
        numbers, digits, signs, empty = self._rows(begins[at] + 8, stops[at])
        if (closed == empty).any() or (last != at)[empty].any():
            raise NotPlain
        of = np.flatnonzero(~is_open)
        found = _Cells(begins[of], stops[of], after[of], np.repeat(np.arange(len(at)), last - at))
        columns, heads = self._columns(found, digits, signs)
        kinds, inside = self._kinds(heads)
        values = self._values(found, kinds, inside)
        self.last_row = before
        laid = self._laid_out(found, columns, kinds, values, numbers - before)
        self.last_row = int(numbers[-1])
        return laid

    def _tags(self, start: int, end: int) -> tuple[Ints, Flags, Words]:
        """Where rows and cells begin, which of them are rows, and the bytes after each `r="`.

        Both have an `r=`, and little else has one. What else there is will be found as too much of the one before it.
        """
        named = np.zeros(-(-(end - start) // 8) * 8, np.bool_)
        np.equal(self._bytes[start:end], ord("r"), named[: end - start])
        named[: end - start] &= self._bytes[start + 1 : end + 1] == ord("=")
        signs = where(named)
        signs += start
        words = self._windows[signs - 5].view("<u8").reshape(-1, 2)
        first, second = words[:, 0], words[:, 1]
        is_open, is_cell = first == _ROW, (first >> _SIXTEEN) == _CELL
        if not (is_open | is_cell).all():
            kept = np.flatnonzero(is_open | is_cell)
            signs, second, is_open = signs[kept], second[kept], is_open[kept]
        begins = signs - 3 - 2 * is_open
        if not len(begins) or begins[0] != start or not is_open[0]:
            raise NotPlain
        return begins, is_open, second

    def _rows(self, begins: Ints, stops: Ints) -> tuple[Ints, Ints, Words, Flags]:
        """Of each row: its number, how many digits that has, these with the quote, and whether it is self-closing."""
        words = self._words[begins]
        digits = until_quote(words)
        if digits.min() < 1 or digits.max() > _LONGEST_ROW_NUMBER:
            raise NotPlain
        numbers = numbers_of(words << ((8 - digits).astype(np.uint64) * _EIGHT), digits)
        forms, heads = self._forms(begins + digits + 1, stops)
        matches = [_ROW_HEAD.fullmatch(head) for head in heads]
        if numbers.min() < 1 or numbers.max() > MAX_ROW or not all(matches):
            raise NotPlain
        hidden = np.array([_HIDDEN.search(head) is not None for head in heads])
        self.hidden.update(numbers[hidden[forms]].tolist())
        empty = np.array([match is not None and match[1] != b"" for match in matches])
        return numbers, digits, words & UP_TO[digits + 1], empty[forms]

    def _columns(self, cells: _Cells, digits: Ints, signs: Words) -> tuple[Ints, Ints]:
        """The number of each cell's column, and where its address has ended; it must name its row."""
        letters = cells.addresses & UP_TO[1]
        if not _are_letters(letters).all():
            raise NotPlain
        columns = letters.view(np.int64) - (_FIRST_LETTER - 1)
        rest, ends = cells.addresses >> _EIGHT, cells.begins + 7
        for _ in range(2):
            letters = rest & UP_TO[1]
            more = np.flatnonzero(_are_letters(letters))
            if not len(more):
                break
            columns[more] = columns[more] * 26 + letters.view(np.int64)[more] - (_FIRST_LETTER - 1)
            ends[more] += 1
            rest[more] = self._words[ends[more]]
        least, most = int(digits.min()), int(digits.max())
        if most == _LONGEST_ROW_NUMBER:
            rest = self._words[ends]
        lengths = least + 1 if least == most else digits[cells.rows] + 1
        if ((rest & UP_TO[lengths]) != signs[cells.rows]).any():
            raise NotPlain
        if ((cells.rows[1:] == cells.rows[:-1]) & (columns[1:] <= columns[:-1])).any():
            raise NotPlain
        ends += lengths
        return columns, ends

    def _forms(self, begins: Ints, stops: Ints) -> tuple[Ints, Sequence[bytes]]:
        """The different texts from `begins` to `stops`, of which there are few, and which of them each is."""
        which = np.zeros(len(begins), np.int64)
        left, lengths = np.arange(len(begins)), stops - begins
        forms: dict[bytes, int] = {}
        while len(left) and len(forms) < _COMMON_FORMS and lengths[0] <= _LONGEST_FORM:
            length = int(lengths[0])
            form = self._xml[int(begins[0]) : int(begins[0]) + length]
            same = lengths == length
            alike = begins[same]
            equal = np.ones(len(alike), np.bool_)
            for at in range(0, length, 8):
                piece = form[at : at + 8]
                equal &= (self._words[alike + at] & UP_TO[len(piece)]) == word(piece)
            same[same] = equal
            which[left[same]] = forms.setdefault(form, len(forms))
            left, begins, lengths = left[~same], begins[~same], lengths[~same]
        rest = zip(left.tolist(), begins.tolist(), (begins + lengths).tolist(), strict=True)
        for place, begin, stop in rest:
            which[place] = forms.setdefault(self._xml[begin:stop], len(forms))
        return which, tuple(forms)

    def _kinds(self, begins: Ints) -> tuple[Kinds, Ints]:
        """What each cell should hold, told from its start tag after the address, and where that has ended."""
        forms: dict[bytes, int] = {}
        which = self._which(begins, forms, self._usual[::-1])
        often = np.bincount(which, minlength=len(forms)).tolist()
        self._usual = [
            form for form, at in sorted(forms.items(), key=lambda item: -often[item[1]]) if often[at]
        ]
        del self._usual[_COMMON_FORMS // 2 :]
        kinds = np.array([self._kind(form) for form in forms], np.uint8)
        lengths = np.array([len(form) for form in forms], np.int64)
        return kinds[which], begins + lengths[which]

    def _which(self, begins: Ints, forms: dict[bytes, int], usual: list[bytes]) -> Ints:
        """Which of the forms stands at each of these; others are added. The last of those that are `usual` is tried first."""
        if len(forms) >= _COMMON_FORMS:
            return np.array(
                [forms.setdefault(self._form(at), len(forms)) for at in begins.tolist()], np.int64
            )
        words = self._long_windows[begins].view("<u8").reshape(-1, 3)
        told, left = np.zeros(len(begins), np.uint8), len(begins)
        while left * 8 > len(begins) and len(forms) < _COMMON_FORMS:
            form = usual.pop() if usual else self._form(int(begins[np.argmin(told)]))
            equal = np.ones(len(begins), np.bool_)
            for at in range(0, len(form), 8):
                piece = form[at : at + 8]
                part = words[:, at // 8]
                equal &= (part if len(piece) == 8 else part & UP_TO[len(piece)]) == word(piece)
            told += equal.view(np.uint8) * np.uint8(forms.setdefault(form, len(forms)) + 1)
            left -= int(np.count_nonzero(equal))
        which = told.astype(np.int64) - 1
        if left:
            rest = np.flatnonzero(told == 0)
            which[rest] = self._which(begins[rest], forms, usual)
        return which

    def _form(self, begin: int) -> bytes:
        """What stands after an address: a start tag and the next, or three other bytes; the most if it is too long."""
        head = self._xml[begin : begin + _LONGEST_HEAD]
        end = head.find(b">") + 1
        return head[: end if head[end - 2 : end] == b"/>" else end + 3] if end else head

    def _kind(self, head: bytes) -> int:
        match = _HEAD.fullmatch(head)
        if match is None:  # something else than a number follows, for one
            return _ODD
        style, kind, ending = int(match[1] or b"0"), match[2], match[3]
        if ending == b"/>":
            return _NOTHING
        if kind == b"s":
            return _TEXT
        if kind not in (None, b"n") or style in self._shared.durations:
            return _ODD
        return _DAY if style in self._shared.dates else _NUMBER

    def _values(self, cells: _Cells, kinds: Kinds, inside: Ints) -> Ints:
        """The whole number that each cell stores, 0 for a blank; a cell that is otherwise becomes odd.

        `inside` is where its start tags have ended, that of the value too.
        """
        blank, odd = kinds == _NOTHING, kinds == _ODD
        length = cells.stops - inside
        kinds[blank & (length != 0)] = _ODD
        length -= len(b"</v></c>")
        words = self._windows[cells.stops - 16].view("<u8").reshape(-1, 2)
        usual = (words[:, 1] == _VALUE_END) & (length > 0) & (length <= _MOST_DIGITS)
        usual &= ~(blank | odd)
        values = numbers_of(words[:, 0], np.clip(length, 1, 8))
        long = np.flatnonzero(usual & (length > 8))
        if len(long):
            high, low = numbers_of(self._words[cells.stops[long] - 24], length[long] - 8), values[long]
            values[long] = np.where((high < 0) | (low < 0), -1, high * 10**8 + low)
        usual &= values >= 0
        if not usual.all():
            values[~usual] = 0
            kinds[~(usual | blank)] = _ODD
        return values

    def _laid_out(
        self, cells: _Cells, columns: Ints, kinds: Kinds, values: Ints, numbers: Ints
    ) -> list[list[Raw]]:
        """Everything by column; `numbers` are those of the rows, counted from the row before the first."""
        height, width = int(numbers[-1]), int(columns.max(initial=0))
        if numbers[0] < 1 or (numbers[1:] <= numbers[:-1]).any():
            raise NotPlain
        if width > MOST_COLUMNS or height > _GAPS * len(numbers):
            raise NotPlain
        odd = np.flatnonzero(kinds == _ODD)
        if len(odd) > _MOST_ODD * len(kinds):
            raise NotPlain
        begins, stops = cells.begins[odd].tolist(), cells.stops[odd].tolist()
        at = list(zip(numbers[cells.rows[odd]].tolist(), columns[odd].tolist(), strict=True))
        singly = list(map(self._odd, at, begins, stops))
        kinds[odd], values[odd] = _NOTHING, 0
        places = (columns - 1) * height + (numbers - 1)[cells.rows]
        all_kinds, all_values = np.zeros(width * height, np.uint8), np.zeros(width * height, np.int64)
        all_kinds[places], all_values[places] = kinds, values
        both = [
            self._column(all_kinds[at : at + height], all_values[at : at + height])
            for at in range(0, width * height, height)
        ]
        laid = [cells for cells, _ in both]
        for (row, column), value in zip(at, singly, strict=True):
            laid[column - 1][row - 1] = value
        self.marks.add(self.last_row, height, [marks for _, marks in both])
        self.marks.add_singly(
            (self.last_row + row, column, value) for (row, column), value in zip(at, singly, strict=True)
        )
        return laid

    def _column(self, kinds: Kinds, values: Ints) -> tuple[list[Raw], Words]:
        """The cells of one column, made with few steps a cell, and what marks them."""
        counts = np.bincount(kinds, minlength=_ODD)
        if counts[_NUMBER] == len(kinds):
            return values.astype(np.float64).tolist(), of_numbers(values, NUMBER)
        if not counts[_NUMBER] and not counts[_DAY]:
            places = values + (kinds == _TEXT)
            return self._texts_at(places).tolist(), self._text_marks[places]
        cells: NDArray[Any] = np.full(len(kinds), None, object)
        marks = np.zeros(len(kinds), np.uint64)
        for kind in np.flatnonzero(counts[_TEXT:]).tolist():
            at = kinds == kind + _TEXT
            cells[at], marks[at] = self._meant(kind + _TEXT, values[at])
        return cells.tolist(), marks

    def _meant(self, kind: int, values: Ints) -> tuple[NDArray[Any], Words]:
        if kind == _TEXT:
            return self._texts_at(values + 1), self._text_marks[values + 1]
        if kind == _NUMBER:
            return values.astype(np.float64), of_numbers(values, NUMBER)
        early = DAY_1904 if self._shared.days.early else DAY
        return self._moments_of(values), of_numbers(values, early)

    def _moments_of(self, days: Ints) -> NDArray[Any]:
        """What these days are, each worked out once in a sheet but for those of a far future."""
        if days.max(initial=0) >= _FAR_DAY:
            far, which = np.unique(days, return_inverse=True)
            moments = np.empty(len(far), object)
            moments[:] = [self._shared.days[b"%d" % day] for day in far.tolist()]
            return moments[which]
        for day in set(days[~self._met[days]].tolist()):
            self._moments[day] = self._shared.days[b"%d" % day]
            self._met[day] = True
        return self._moments[days]

    def _texts_at(self, places: Ints) -> NDArray[Any]:
        if places.max(initial=0) >= len(self._texts):
            raise NotPlain
        return self._texts[places]

    def _odd(self, at: tuple[int, int], begin: int, stop: int) -> Raw:
        """A cell that is taken by itself; `at` counts its row from the first that is taken."""
        match = ANY_CELL.fullmatch(self._xml, begin, stop)
        if match is None:
            raise NotPlain
        formula = _FORMULA.search(self._xml, begin, stop)
        if formula:
            from html import unescape  # with a table of two thousand names

            self.formulas[self.last_row + at[0], at[1]] = f"={unescape((formula[1] or b'').decode())}"
        return self._shared.value(*match.groups(b"")[2:])


def _are_letters(signs: Words) -> Flags:
    are: Flags = (signs >= _FIRST_LETTER) & (signs <= _LAST_LETTER)
    return are
