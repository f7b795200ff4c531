"""Cutting descriptions into words: Latin ones by their spaces, Chinese ones by a segmenter where there is one.

The segmenter is handed in by the policy (`Policy.cut`), for it is an optional package; without one Chinese text
stays in runs, of which `kpis.keywords` takes pieces. A team's own words are never cut, with a segmenter or without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from sheetops.domain.patterns import pattern
from sheetops.domain.personal import likely, masked
from sheetops.domain.stop_words import SILENT, TRADE, WEAK
from sheetops.domain.text import simplified, tidied, tidy

Cut = Callable[[str], Sequence[str]]
"""Cuts a text into its words, nothing lost and nothing added: joined, they are the text again."""

_HAN: Final = r"\u3400-\u9fff\uf900-\ufaff"
_RUN = pattern(rf"[{_HAN}]+|[a-z][a-z0-9\-']{{2,}}|[\s\-]+|.", re.DOTALL)
_IS_HAN = pattern(rf"[{_HAN}]")
_BREAKS: Final = ",;:!?。、…"
_NUMBER: Final = r"(?<![A-Za-z0-9\-'])[0-9]+(?![A-Za-z0-9])"
_HAS_DIGIT = pattern(r"[0-9]")
_MASKED = pattern(r"[\w.@+\-]*\*[\w.@*+\-]*", re.ASCII)


class Token(NamedTuple):
    """One word of a text. `key` is what it is compared by: lower case, Simplified characters."""

    key: str
    start: int  # in the tidied text
    end: int
    kind: str  # `word`; `weak`: no keyword alone; `own`: of the team's dictionary; `run`: Chinese that was not cut


class Reader:
    """Reads texts with one team's words; remembers how each character folds."""

    def __init__(self, cut: Cut | None, own: Iterable[str] = (), stop: Iterable[str] = ()) -> None:
        self._cut = cut
        self._fold: dict[int, str] = {}
        self.stop = frozenset(key for word in stop if (key := self.key(tidy(word))))
        names = {key for word in own if (key := self.key(tidy(word)))} - self.stop
        self._own = frozenset(names)
        # Where nothing cuts the rest, words of the trade would cut it to shreds.
        known = {*names, *self.stop, *(TRADE if cut else ())}
        self._known = re.compile(
            "|".join(map(_bounded, sorted(known, key=lambda word: (-len(word), word)))) or r"(?!)"
        )

        # Plain numbers and common punctuation end a clause wherever they stand, but for words that hold them.
        breaks = "".join(sign for sign in _BREAKS if not any(sign in word for word in known))
        numbers = rf"|{_NUMBER}" if not any(map(_HAS_DIGIT.search, known)) else ""
        self._breaks = re.compile(rf"[{breaks}]+{numbers}" if breaks else rf"(?!){numbers}")

    @property
    def segments(self) -> bool:
        """Whether Chinese text is cut into words."""
        return self._cut is not None

    def says_nothing(self, text: str) -> bool:
        """Whether a piece is no keyword: a silent word, or one that the team leaves out."""
        key = self.key(text)
        return key in self.stop or (key not in self._own and (key in SILENT or key in WEAK))

    def key(self, text: str) -> str:
        """`text` in lower case and Simplified characters, of the same length."""
        for character in set(text):
            if ord(character) not in self._fold:
                plain = simplified(character).lower()
                self._fold[ord(character)] = plain if len(plain) == 1 else character
        return text.translate(self._fold)

    def parts(self, text: str) -> list[str]:
        """A tidied text taken apart where no word and no clause goes on: people write the same part again and again."""
        return self._breaks.split(text)

    def clauses(self, text: str) -> Iterator[list[Token]]:
        """The words of a tidied text in runs that no punctuation and no silent word breaks."""
        clause: list[Token] = []
        for token in self._tokens(self.key(text)):
            if token is None:
                if clause:
                    yield clause
                clause = []
            else:
                clause.append(token)
        if clause:
            yield clause

    def _tokens(self, folded: str) -> Iterator[Token | None]:
        """The tokens of a folded text; None where a clause ends."""
        at = 0
        for found in self._known.finditer(folded):
            yield from self._between(folded, at, found.start())
            key = found[0]
            yield self._token(key, found.start(), "own" if key in self._own else "word")
            at = found.end()
        yield from self._between(folded, at, len(folded))

    def _between(self, folded: str, first: int, last: int) -> Iterator[Token | None]:
        for found in _RUN.finditer(folded, first, last):
            piece, at = found[0], found.start()
            if _IS_HAN.match(piece):
                if self._cut is None:
                    yield Token(piece, at, found.end(), "run")
                    continue
                for word in self._cut(piece):
                    yield self._token(word, at, "word")
                    at += len(word)
            elif piece[0].isalpha() and len(piece) > 1:
                yield self._token(piece, at, "word")
            elif piece.strip(" -"):
                yield None

    def _token(self, key: str, at: int, kind: str) -> Token | None:
        if kind != "own" and (key in SILENT or key in self.stop):
            return None
        weak = kind != "own" and (key in WEAK or len(key) == 1)
        return Token(key, at, at + len(key), "weak" if weak else kind)


def readables(texts: Sequence[str]) -> list[str]:
    """Descriptions as they may be read for words: in one width, without personal data."""
    plain = tidied(texts)
    for place in likely(plain):
        plain[place] = masked(plain[place])
    return [_MASKED.sub(" ; ", text) if "*" in text else text for text in plain]


def _bounded(word: str) -> str:
    """A pattern of a word; a Latin one must not stand inside another."""
    left = r"(?<![a-z0-9])" if word[0].isascii() and word[0].isalnum() else ""
    right = r"(?![a-z0-9])" if word[-1].isascii() and word[-1].isalnum() else ""
    return left + re.escape(word) + right
