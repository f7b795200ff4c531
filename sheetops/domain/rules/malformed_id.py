"""An ID that follows neither the team's pattern nor the form that most IDs of the sheet have.

The pattern is the setting `id_pattern` (`{yyyy}{mm}{seq:02}` gives 20231001). A sheet whose IDs consistently
have another form, such as INC0000045, is taken as it is: forms that at least one ID in twenty has are fine.
A letter typed for a digit (O, l) is put right in the fix.

An ID with more digits than nearly all others is told too where its number does not follow those of its month
(202611103 or 20261199999 after 20261141): the next number goes on from the others.

Parameters: `share` is the share of all IDs from which a form counts as the sheet's own, or a length as usual.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from sheetops.domain.cell_texts import as_texts
from sheetops.domain.finding import Finding, Severity
from sheetops.domain.id_numbers import LOOKALIKES, MOST_DIGITS, Used, UsedNumbers
from sheetops.domain.ids import IdPattern
from sheetops.domain.patterns import pattern
from sheetops.domain.personal import find_personal
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.rules.error_value import is_error
from sheetops.domain.table import Raw
from sheetops.domain.text import tidy

_DIGITS = pattern(r"\d+")
_LETTERS = pattern(r"[^\W\d_]+")
_MONTH = pattern(r"((?:19|20|21)\d\d)(0[1-9]|1[0-2])")


def check(look: Look) -> Iterator[Finding]:
    """IDs of no accepted form."""
    odd: dict[Raw, str] = {}
    if _are_rare(look):
        odd.update(_odd(look))
        look.see_again([index for index, _ in look.rows_with("id", odd)])
    else:
        look = look.whole
        for log in look.view.logs:
            odd.update(_odd(look.at(log)))
    if not odd:
        return
    pattern = IdPattern(look.view.policy.id_pattern)
    forms, example = look.once("id-forms", lambda: _forms(look, pattern, odd))
    for index, text in look.rows_with(
        "id", {raw: text for raw, text in odd.items() if _form(text) not in forms}
    ):
        better = text.translate(LOOKALIKES)
        fits = better != text and (pattern.fits(better) or _form(better) in forms)
        variant = "lookalike" if fits else ""
        yield look.finding(index, "id", variant, fix=better if fits else None, value=text, example=example)


def _are_rare(look: Look) -> bool:
    """Whether so few rows have an odd ID that each is better looked at every time; of several tables one tells of all."""
    return len(look.view.logs) == 1 and look.is_rare("malformed-id", _count)


def _count(look: Look) -> int:
    return len(list(look.rows_with("id", _found_odd(look))))


def _odd(look: Look) -> dict[Raw, str]:
    """The IDs of a table that do not fit the team's pattern, narrowed; blanks and errors left out."""
    return look.once(f"odd-ids {look.log.table.tab}", lambda: _found_odd(look))


def _found_odd(look: Look) -> dict[Raw, str]:
    pattern = IdPattern(look.view.policy.id_pattern)
    ids, texts = look.log.cells("id"), look.log.texts("id")
    odd: dict[Raw, str] = {}
    for place in pattern.misfits(texts):
        raw = ids[place]
        if not is_error(raw) and (narrow := tidy(texts[place])) and not pattern.fits(narrow):
            odd[raw] = narrow
    return odd


def _forms(look: Look, pattern: IdPattern, odd: Mapping[Raw, str]) -> tuple[frozenset[str], str]:
    """The forms that count as the sheet's own, and an ID to show as an example of what is right."""
    fitting: list[str] = []
    for log in look.view.logs:
        known = [raw for raw in log.distinct("id") if raw is not None and raw not in odd]
        fitting.extend(as_texts(known, log.kinds("id")))
    counts = Counter(_form(text) for text in odd.values())
    usual = max(look.number("share") * (len(odd) + len(fitting)), 3 if fitting else 1)
    own = frozenset(form for form, count in counts.items() if form is not None and count >= usual)
    right = fitting or [text for text in odd.values() if _form(text) in own]
    lengths = Counter(map(len, right))
    usual_length = max(lengths, key=lambda length: (lengths[length], length), default=0)
    first = pattern.make(pattern.prefix(look.today), 1)
    return own, max((text for text in right if len(text) == usual_length), default=first)


def _beyond(look: Look) -> Iterator[Finding]:
    """IDs of a length that hardly any other has, with a number far beyond those of their month."""
    slips = look.once("ids-beyond", lambda: dict(_slips(look)))
    if not slips:
        return
    pattern = IdPattern(look.view.policy.id_pattern)
    odd: dict[Raw, str] = {}
    for log in look.view.logs:
        odd.update(_odd(look.at(log)))
    _, example = look.once("id-forms", lambda: _forms(look, pattern, odd))
    for index, text in enumerate(look.ids):
        if text is not None and text in slips:
            fix = slips[text]
            yield look.finding(index, "id", "digits" if fix else "", fix=fix, value=text, example=example)


def _slips(look: Look) -> Iterator[tuple[str, str | None]]:
    """Each ID that fits the pattern and that the numbering does not go on from, with the one that is plainly meant."""
    pattern = IdPattern(look.view.policy.id_pattern)
    known = [text for log in look.view.logs for text in log.values("id") if text is not None]
    lengths = Counter(map(len, known))
    few = max(1, look.number("share") * len(known))
    usual = max(lengths.values(), default=0)
    before = len(pattern.prefix(look.today))
    shortest = before + pattern.width
    rare = {length for length, count in lengths.items() if count <= few < usual and length > shortest}
    lone = {text for text in known if len(text) in rare and pattern.fits(text)} if rare else set()
    if not lone:
        return
    numbers = UsedNumbers(pattern, known, ())
    under = {prefix: numbers.under(prefix) for prefix in {text[:before] for text in lone}}
    for text in sorted(lone):
        prefix, rest = text[:before], text[before:]
        used = under[prefix]
        if len(rest) > MOST_DIGITS:
            yield text, None
        elif int(rest) > used.last:
            yield text, _meant(look, pattern, prefix, rest, used)


def _meant(look: Look, pattern: IdPattern, prefix: str, rest: str, used: Used) -> str | None:
    """The one ID that is missing in the numbering and has a digit less; None where there is none or several.

    It lies below the last number, so that no job gives it to another request.
    """
    shorter = {int(rest[:at] + rest[at + 1 :]) for at in range(len(rest))}
    free = [pattern.make(prefix, n, used.width) for n in shorter if 0 < n < used.last and n not in used.taken]
    if len(free) != 1 or look.view.history.first_seen(free)[0] is not None:
        return None
    return free[0]


def _form(text: str) -> str | None:
    """Letters as they are, digits by their number: `INC0000045` is `INC{7}`. None without digits or with personal data."""
    if not any(character.isdigit() for character in text) or find_personal(text):
        return None
    if not _LETTERS.search(text) and len(text) < 3:
        return "{1-2}"  # 1, 2, 3 … numbered by hand
    return _DIGITS.sub(lambda match: f"{{{len(match[0])}}}", text.upper())


def months(look: Look) -> list[date | None]:
    """The first day of the month that each row's ID names, where IDs follow a pattern with year and month."""
    if not look.view.policy.id_pattern.startswith("{yyyy}{mm}"):
        return [None] * len(look.log)
    odd = {raw for raw in _odd(look) if isinstance(raw, str)}
    texts: Sequence[Any] = look.ids
    if odd or not all(texts):  # each row by its own cell, whatever else the ID is written like elsewhere
        cells = look.log.cells("id")
        texts = ["" if t is None or raw in odd else t for t, raw in zip(texts, cells, strict=True)]
    starts = list(map(itemgetter(slice(6)), texts))
    known: dict[str, date | None] = {}
    for start in set(starts):
        match = _MONTH.fullmatch(start)
        known[start] = date(int(match[1]), int(match[2]), 1) if match else None
    return list(map(known.__getitem__, starts))


RULE = Rule(
    "malformed-id",
    Severity.WARNING,
    check,
    {"share": 0.05},
    limits={"share": (0, 1)},
    by_row=True,
    whole=_beyond,
    grounds=lambda look: "rare" if _are_rare(look) else "",
)
