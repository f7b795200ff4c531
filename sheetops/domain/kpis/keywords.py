"""Keywords: what the descriptions of this period speak of, and what rose against the period before.

Words, and phrases of two or three words that stand together more often than chance would have it (log-likelihood
ratio of Dunning, 1993, above 10.83: p < 0.001) or nearly always. A piece counts once a description, and must stand
in three; one that nearly always stands inside a longer one is left to it. It rose where its share of the
descriptions grew by more than chance: Fisher's exact test, one-sided, with 5 % shared among all the pieces that
could pass it at all (Tarone, 1990), so that a period without news is said to have some in at most one of twenty
reviews. At most 3,000 descriptions a period are read, the newest. Without a segmenter Chinese is cut into pieces of
two to six characters. n: the descriptions read; rows: the requests that speak of a piece. Source: domain.md §4.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from math import exp, lgamma, log
from typing import Final, NamedTuple, TypeVar

from sheetops.domain.kpis.base import SMALL
from sheetops.domain.kpis.facts import Facts, Window, Worked
from sheetops.domain.words import Reader, Token, readables

MOST_READ: Final = 3_000
LEAST: Final = 3
LEVEL: Final = 0.05  # chance of calling anything risen in a period without news
_TOGETHER: Final = 10.83  # chi-square with one degree of freedom at p = 0.001
_NEARLY_ALWAYS: Final = 0.8
_LONGEST: Final = 6  # characters of a piece that was not cut by a segmenter
_WORDS: Final = 3  # of a phrase
# Characters that begin or end no piece where Chinese is not cut into words.
_LOOSE = frozenset("的了是在有和与及或也都就不没我你他她它这那请吗呢吧被把将到对从给为能会要后时")

Key = tuple[str, ...]
Clauses = Worked[str, list[list[Token]]]  # of each part of a description
T = TypeVar("T", bound=Hashable)


class Keyword(NamedTuple):
    """A word or phrase and in how many descriptions it stands, now and before."""

    text: str
    now: int
    before: int
    p: float  # of so great a rise of its share, were there none
    tested: int  # how many pieces could have been found to rise
    rows: tuple[int, ...]  # the requests that speak of it now

    @property
    def rose(self) -> bool:
        """Whether its share grew by more than chance."""
        return self.p * self.tested < LEVEL


class Keywords(NamedTuple):
    """The most frequent pieces, what rose first, of so many descriptions now and before."""

    words: tuple[Keyword, ...]
    n: int
    n_before: int
    cut: bool  # whether Chinese was cut by a segmenter

    @property
    def small(self) -> bool:
        """Whether either period has so few descriptions that chance has its way."""
        return min(self.n, self.n_before) < SMALL


def keywords(facts: Facts, window: Window, earlier: Window, most: int = 12) -> Keywords:
    """The most frequent keywords; those that rose come first."""
    policy = facts.view.policy
    reader = Reader(policy.cut, policy.words, policy.stop_words)
    clauses: Clauses = Worked(lambda part: list(reader.clauses(part)))
    now, before = _Spoken(reader, clauses, facts, window), _Spoken(reader, clauses, facts, earlier)
    chosen = now.chosen()
    earlier_cases = before.cases(chosen)
    cases = {key: (len(rows), earlier_cases[key]) for key, rows in chosen.items()}
    least = Worked[int, float](lambda all_of_them: rise(all_of_them, now.n, 0, before.n))
    tested = shared_among((least[sum(both)] for both in cases.values()), LEVEL)
    chance = Worked[tuple[int, int], float](lambda both: rise(both[0], now.n, both[1], before.n))
    found = [
        Keyword(
            now.name(key),
            *cases[key],
            chance[cases[key]],
            tested,
            tuple(sorted(rows, key=now.place.__getitem__)),
        )
        for key, rows in chosen.items()
    ]
    ordered = sorted(found, key=lambda k: (not k.rose, -k.now, -len(k.text), k.text))
    return Keywords(tuple(ordered[:most]), now.n, before.n, reader.segments)


class _Spoken:
    """The pieces of one period's descriptions, and the requests that speak of each."""

    def __init__(self, reader: Reader, clauses: Clauses, facts: Facts, window: Window) -> None:
        self._reader, self._clauses = reader, clauses
        by_text: defaultdict[str, list[int]] = defaultdict(list)
        read = facts.opened_in(window)[-MOST_READ:]
        descriptions = facts.column("description")
        for index in read:
            if text := descriptions[index]:
                by_text[text].append(index)
        self.n = sum(map(len, by_text.values()))
        self.place = {index: place for place, index in enumerate(read)}
        # The parts of a description that hold words → the requests that say so: what is said again is read once.
        self._said: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for text, rows in zip(readables(list(by_text)), by_text.values(), strict=True):
            self._said[tuple(filter(clauses.__getitem__, reader.parts(text)))] += rows

    @cached_property
    def _words(self) -> Counter[str]:
        return self._counted(lambda clause: (token.key for token in clause if token.kind != "run"))

    @cached_property
    def _pairs(self) -> Counter[Key]:
        return self._counted(_neighbours)

    def _counted(self, told: Callable[[Sequence[Token]], Iterable[T]]) -> Counter[T]:
        """How often each of the things that a clause tells stands in the descriptions."""
        times: Counter[str] = Counter()
        for parts, rows in self._said.items():
            for part in parts:
                times[part] += len(rows)
        found: Counter[T] = Counter()
        for part, count in times.items():
            for clause in self._clauses[part]:
                for one in told(clause):
                    found[one] += count
        return found

    def _pieces(self, words: Container[str]) -> Iterator[tuple[Mapping[Key, str], Sequence[int]]]:
        """The pieces of these words in each description, as they are written first; and the requests that say so."""
        of_part = Worked[str, dict[Key, str]](lambda part: self._of_part(part, words))
        for parts, rows in self._said.items():
            found = of_part[parts[0]] if parts else {}
            if len(parts) > 1:
                found = dict(found)
                for part in parts[1:]:
                    for key, form in of_part[part].items():
                        found.setdefault(key, form)
            yield found, rows

    def _of_part(self, part: str, words: Container[str]) -> dict[Key, str]:
        found: dict[Key, str] = {}
        for clause in self._clauses[part]:
            for key, start, end in _pieces(clause, words):
                found.setdefault(key, part[start:end])
        return found

    @cached_property
    def _told(self) -> tuple[dict[Key, list[int]], dict[Key, Counter[str]]]:
        """The requests that speak of each piece, and how it is written; none of a word that stands too seldom."""
        often = {word for word, count in self._words.items() if count >= LEAST}
        rows: defaultdict[Key, list[int]] = defaultdict(list)
        forms: defaultdict[Key, Counter[str]] = defaultdict(Counter)
        for found, saying in self._pieces(often):
            for key, form in found.items():
                rows[key] += saying
                forms[key][form] += len(saying)
        return rows, forms

    def cases(self, keys: Collection[Key]) -> Counter[Key]:
        """In how many descriptions each of these pieces stands."""
        words = {word for key in keys for word in key}
        found: Counter[Key] = Counter()
        for pieces, rows in self._pieces(words):
            for key in pieces:
                if key in keys:
                    found[key] += len(rows)
        return found

    def chosen(self) -> dict[Key, list[int]]:
        """The pieces often enough, of words that belong together, that are not merely part of a longer one."""
        often = {
            key: rows
            for key, rows in self._told[0].items()
            if len(rows) >= LEAST
            and all(self._belong(pair) for pair in pairwise(key))
            and not self._reader.says_nothing(self.name(key))
        }
        part = {
            inner
            for key, rows in often.items()
            for inner in (_inner(key) if len(key) > 1 or self._reader.segments else _shorter(key[0]))
            if len(often.get(inner, ())) * _NEARLY_ALWAYS <= len(rows)
        }
        return {key: rows for key, rows in often.items() if key not in part}

    def _belong(self, pair: Key) -> bool:
        together, first, second = self._pairs[pair], self._words[pair[0]], self._words[pair[1]]
        if together >= _NEARLY_ALWAYS * max(first, second):
            return True
        table = (together, first - together, second - together)
        return likelihood_ratio(*table, sum(self._words.values()) - sum(table)) > _TOGETHER

    def name(self, key: Key) -> str:
        """How a piece is mostly written; Latin words in lower case unless they are mostly capitals."""
        forms = self._told[1][key]
        form = min(forms, key=lambda text: (-forms[text], text))
        return " ".join((form if form.isupper() else form.lower()).split())


def _neighbours(clause: Sequence[Token]) -> Iterator[Key]:
    return ((a.key, b.key) for a, b in pairwise(clause) if "run" not in (a.kind, b.kind))


def _pieces(clause: Sequence[Token], words: Container[str]) -> Iterator[tuple[Key, int, int]]:
    """(key, start, end) of each word and each short phrase of these words."""
    for first, token in enumerate(clause):
        if token.kind == "run":
            yield from _of_run(token)
            continue
        key: Key = ()
        strong = False
        for one in clause[first : first + _WORDS]:
            if one.kind == "run" or one.key not in words:
                break
            key = (*key, one.key)
            strong = strong or one.kind != "weak"
            if strong:
                yield key, token.start, one.end


def _of_run(token: Token) -> Iterator[tuple[Key, int, int]]:
    """The pieces of Chinese text that nobody could cut into words."""
    run = token.key
    for size in range(2, min(_LONGEST, len(run)) + 1):
        for start in range(len(run) - size + 1):
            piece = run[start : start + size]
            if piece[0] not in _LOOSE and piece[-1] not in _LOOSE:
                yield (piece,), token.start + start, token.start + start + size


def _inner(key: Key) -> Iterable[Key]:
    """The shorter phrases that a phrase holds."""
    sizes = range(1, len(key))
    return [key[start : start + size] for size in sizes for start in range(len(key) - size + 1)]


def _shorter(piece: str) -> Iterable[Key]:
    """What a piece of uncut Chinese holds."""
    return [(piece[1:],), (piece[:-1],)] if len(piece) > 2 else []


def likelihood_ratio(both: int, first: int, second: int, neither: int) -> float:
    """G² of a two-by-two table of counts, 0 where the two stand together no more often than chance has it."""
    neither = max(0, neither)
    total = both + first + second + neither
    if not total or both * total <= (both + first) * (both + second):
        return 0.0
    rows, columns = (both + first, second + neither), (both + second, first + neither)
    cells = ((both, 0, 0), (first, 0, 1), (second, 1, 0), (neither, 1, 1))
    return 2 * sum(n * log(n * total / (rows[r] * columns[c])) for n, r, c in cells if n)


def rise(now: int, of_now: int, before: int, of_before: int) -> float:
    """Fisher's exact test, one-sided: the chance of `now` or more of the cases falling into this period.

    1 where there is nothing to compare with.
    """
    if not of_now or not of_before:
        return 1.0
    cases, everything = now + before, of_now + of_before
    log_of, others = _log_factorials(everything), everything - cases
    whole = log_of[everything] - log_of[of_now] - log_of[of_before]
    tail = (
        exp(
            (log_of[cases] - log_of[n] - log_of[cases - n])
            + (log_of[others] - log_of[of_now - n] - log_of[others - of_now + n])
            - whole
        )
        for n in range(now, min(cases, of_now) + 1)
        if of_now - n <= others
    )
    return min(1.0, sum(tail))


def shared_among(least: Iterable[float], level: float) -> int:
    """Tarone's number of tests to share `level` among; `least` is the smallest p that each could have.

    A piece that stands in three descriptions can never reach it, and takes nothing from those that can.
    """
    ordered = sorted(least)
    tests = 1
    while bisect_right(ordered, level / tests) > tests:
        tests += 1
    return tests


@lru_cache(maxsize=4)
def _log_factorials(most: int) -> list[float]:
    """log n! for n up to `most`: what is asked for thousands of pieces."""
    return [lgamma(n + 1) for n in range(most + 1)]
