"""Personal data in free text: found by form and checksum, and shown masked.

Telephone and card numbers are told from order numbers by their prefixes, lengths and checksums (ISO/IEC 7812
annex B, Luhn, for bank cards; GB 11643 for identity cards of mainland China; the public weights of the
identity cards of Taiwan and Hong Kong).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sheetops.domain.patterns import pattern
from sheetops.domain.text import SEAM, places, seamed

PHONE, EMAIL, IDENTITY, CARD = "phone", "email", "identity", "card"


class Personal(NamedTuple):
    """One piece of personal data: its kind, where it stands in the narrowed text, and how it is shown."""

    kind: str
    start: int
    end: int
    masked: str


_MANY_DIGITS = pattern(r"[0-9０-９][0-9０-９ \-－()（）]{5}")
_SIX_DIGITS = pattern(r"[0-9０-９](?:[ \-－()（）]{0,2}[0-9０-９]){5}")
_EMAIL = pattern(
    r"(?<![\w.+%\-])([\w.+%\-]{1,64})@((?:[a-z0-9\-]+\.)+[a-z]{2,24})(?![\w\-])", re.IGNORECASE | re.ASCII
)
_EDGE, _END = r"(?<![0-9A-Za-z.])(?<!\d-)", r"(?![0-9A-Za-z]|[.\-]\d)"
_IDENTITY_CN = pattern(
    _EDGE + r"[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]" + _END
)
_IDENTITY_CN_OLD = pattern(_EDGE + r"[1-9]\d{5}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}" + _END)
_IDENTITY_TW = pattern(_EDGE + r"[A-Z][12]\d{8}" + _END)
_IDENTITY_HK = pattern(_EDGE + r"[A-Z]{1,2}\d{6}\([\dA]\)")
_CARD = pattern(_EDGE + r"(?:62|4\d|5[1-5]|3[0-8])(?:[ \-]?\d){11,17}" + _END)
_PHONES = (
    pattern(
        _EDGE + r"(?:\+?86[ \-]?|\(86\)|0086[ \-]?)?1[3-9]\d(?:[ \-]?\d{4}){2}" + _END
    ),  # mainland mobile
    pattern(
        _EDGE
        + r"(?:\(0\d{1,3}\) ?|0\d{1,3}[ \-])[2-9]\d{2,3}[ \-]?\d{4}(?:[ \-]?(?:转|轉|ext\.?) ?\d{1,5})?"
        + _END
    ),
    pattern(_EDGE + r"09\d{2}[ \-]?\d{3}[ \-]?\d{3}" + _END),  # Taiwan mobile
    pattern(_EDGE + r"\+\d{1,3}(?:[ \-]?\(?\d{1,4}\)?){2,5}\d" + _END),  # E.164, any country
    pattern(_EDGE + r"(?!400|800|888)\(?[2-9]\d{2}\)?[ \-][2-9]\d{2}-\d{4}" + _END),  # North America
)
_PHONE_WORD = pattern(
    r"(?:手机|手機|电话|電話|联系方式|聯絡方式|\btel|\bphone|\bmobile)(?:号码|號碼|号|號|是|为|為| number| no)?[\s.:]{0,3}"
    r"(?!(?:19|20)\d\d[ \-]?[01]?\d[ \-]?[0-3]?\d)(\d[\d \-]{5,13}\d)" + _END,
    re.IGNORECASE,
)


def suspects(text: str) -> bool:
    """Whether `text` may hold personal data at all: a cheap first look."""
    if _MANY_DIGITS.search(text) is not None and _SIX_DIGITS.search(text) is not None:
        return True
    return "@" in text or "＠" in text


_WIDE_SIGNS = dict(zip("０１２３４５６７８９－（）＠＋", "0123456789-()@+", strict=True))
_SEAM = SEAM.encode()
_BETWEEN_DIGITS = b" -()"
# Digits as 0 (and A, which ends some identity cards), the signs that are asked for, and anything else as x.
_SHAPE = bytes(
    ord("0") if byte in b"0123456789A" else byte if byte in b"@+\0" else ord("x") for byte in range(256)
)


def likely(texts: Sequence[str]) -> list[int]:
    """The places of the texts that may hold personal data: `find_personal` finds none in any other."""
    return likely_in(seamed(["", *texts, ""]))


def likely_in(joined: str) -> list[int]:
    """As `likely`, of texts joined by seams, with one before and one behind them.

    All texts are looked at as one: seven digits with little between them (six after a plus), or an address's @.
    """
    for wide, narrow in _WIDE_SIGNS.items():
        if wide in joined:
            joined = joined.replace(wide, narrow)
    # A sign beyond ASCII becomes a question mark, and like all other signs an x.
    whole = joined.encode("ascii", "replace").translate(_SHAPE, _BETWEEN_DIGITS)
    return places(
        whole, sorted(at + 1 for sign in (b"0000000", b"+000000", b"@") for at in _each(whole, sign))
    )


def _each(whole: bytes, sign: bytes) -> Iterator[int]:
    """Where a sign begins, once a text."""
    at = whole.find(sign)
    while at >= 0:
        yield at
        at = whole.find(sign, whole.find(_SEAM, at))


def find_personal(text: str) -> list[Personal]:
    """The phone, e-mail, identity-card and bank-card numbers in `text`, each once, in order.

    Positions refer to the text with full-width forms narrowed (`unicodedata` NFKC).
    """
    if not suspects(text):
        return []
    plain = unicodedata.normalize("NFKC", text)
    found: list[Personal] = []
    for piece in _pieces(plain):
        if not any(piece.start < other.end and other.start < piece.end for other in found):
            found.append(piece)
    return sorted(found, key=lambda piece: piece.start)


def masked(text: str) -> str:
    """`text` with every piece of personal data masked; as it is when there is none."""
    found = find_personal(text)
    if not found:
        return text
    plain = unicodedata.normalize("NFKC", text)
    for piece in reversed(found):
        plain = plain[: piece.start] + piece.masked + plain[piece.end :]
    return plain


def masked_all(texts: Sequence[str]) -> list[str]:
    """`masked` of each of these texts; each form of personal data is looked for in all of them at once."""
    found, some = list(texts), likely(texts)
    whole = seamed(["", *(unicodedata.normalize("NFKC", found[place]) for place in some), ""])
    forms = (_EMAIL, _IDENTITY_CN, _IDENTITY_TW, _IDENTITY_HK, _CARD, *_PHONES, _PHONE_WORD, _IDENTITY_CN_OLD)
    seen = {match.start() for form in forms for match in form.finditer(whole)}
    for at in places(whole, sorted(seen)):
        found[some[at]] = masked(found[some[at]])
    return found


def _pieces(plain: str) -> Iterator[Personal]:
    """Candidates, the surest kinds first: a later one that overlaps an earlier one is the same piece."""
    for match in _EMAIL.finditer(plain):
        yield Personal(EMAIL, *match.span(), f"{match[1][0]}***@{match[2]}")
    for match in _IDENTITY_CN.finditer(plain):
        if _chinese_checksum(match[0]) and _real_day(match[0][6:14]):
            yield Personal(IDENTITY, *match.span(), _hidden(match[0], 3, 2))
    for identity, check in ((_IDENTITY_TW, _taiwan_checksum), (_IDENTITY_HK, _hong_kong_checksum)):
        for match in identity.finditer(plain):
            if check(match[0]):
                yield Personal(IDENTITY, *match.span(), _hidden(match[0], 1, 2))
    for match in _CARD.finditer(plain):
        digits = re.sub(r"\D", "", match[0])
        if 13 <= len(digits) <= 19 and _luhn(digits) and _card_length(digits):
            yield Personal(CARD, *match.span(), _hidden(digits, 4, 4))
    for phone in _PHONES:
        for match in phone.finditer(plain):
            yield Personal(PHONE, *match.span(), _hidden(match[0], 3, 4))
    for match in _PHONE_WORD.finditer(plain):
        if 7 <= sum(c.isdigit() for c in match[1]) <= 12:
            yield Personal(PHONE, *match.span(1), _hidden(match[1], 2, 2))
    for match in _IDENTITY_CN_OLD.finditer(plain):
        if match[0][:2] in _PROVINCES and _real_day("19" + match[0][6:12]):
            yield Personal(IDENTITY, *match.span(), _hidden(match[0], 3, 2))


_PROVINCES = frozenset(
    str(10 * region + place)
    for region, places in ((1, 5), (2, 3), (3, 7), (4, 6), (5, 4), (6, 5))
    for place in range(1, places + 1)
) | {"50"}


def _hidden(text: str, head: int, tail: int) -> str:
    return f"{text[:head]}****{text[-tail:]}"


def _real_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B: double every second digit from the right; the sum ends in 0."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _card_length(digits: str) -> bool:
    """Whether the length is one that the prefix's network issues, so that few order numbers pass."""
    if digits.startswith(("34", "37")):
        return len(digits) == 15
    if digits.startswith("62"):
        return 16 <= len(digits) <= 19
    if digits.startswith("4"):
        return len(digits) in (13, 16, 19)
    if digits.startswith(("30", "36", "38", "39")):
        return len(digits) == 14
    return len(digits) == 16


def _chinese_checksum(text: str) -> bool:
    """GB 11643-1999: weights 2^(17-i) mod 11 (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(text[:17]))
    return "10X98765432"[total % 11] == text[17].upper()


def _taiwan_checksum(text: str) -> bool:
    letters = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # in the order of their codes 10 to 35
    code = letters.index(text[0]) + 10
    total = code // 10 + code % 10 * 9
    total += sum(
        int(digit) * weight for digit, weight in zip(text[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)
    )
    return total % 10 == 0


def _hong_kong_checksum(text: str) -> bool:
    body, check = text[:-3], text[-2]
    values = [36] if len(body) == 7 else []
    values += [ord(c) - 55 if c.isalpha() else int(c) for c in body]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    total += 10 if check == "A" else int(check)
    return total % 11 == 0
