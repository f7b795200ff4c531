"""Personal data that is not masked: telephone, e-mail, identity-card and bank-card numbers in free text, and full
names in the customer column.

Identity-card and bank-card numbers count only with a right checksum, telephone numbers only in forms that
telephones have, so that order numbers and dates pass. Findings show the data masked, never as it stands.

A name counts as unmasked only where most customers of the sheet are masked (`王*-电商企业`): then `王小明-个人客户`,
`欧阳娜娜` or `祝英台女士` stands out. A rarer surname is one only beside a title or a word for a private customer, so
that companies, places and products pass. A surname with a title (`张总`, `Ms. Lee`) says no more than a masked name.

Parameters: `allowed` are texts, separated by commas, that may stand (the team's own hotline, `example.com`);
`masked_share` is the share of masked customers from which a full name stands out.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.names import masked_name
from sheetops.domain.patterns import pattern
from sheetops.domain.personal import find_personal, likely_in, suspects
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.table import Raw
from sheetops.domain.text import tidy

_TEXTS = (
    "customer",
    "description",
    "result",
    "feedback",
    "notes",
    "owner",
    "cause",
    "compensation",
    "industry",
)
_MASK = pattern(r"[*＊×✱●某]|\b[A-Z]\.")


def check(look: Look) -> Iterator[Finding]:
    """Cells of our text columns that hold personal data."""
    allowed = look.words("allowed")
    for key in _TEXTS:
        if not look.log.table.has(key):
            continue
        texts = look.texts(key)
        verdicts: dict[int, tuple[tuple[str, str], ...]] = {}
        for place in likely_in(texts.joined):
            text = texts.texts[place]
            if suspects(text) and (found := _kinds(text, allowed)):
                verdicts[place] = found
        for index, kinds in texts.rows(verdicts):
            for kind, shown in kinds:
                yield look.finding(index, key, kind, shown=shown)
    for index, shown in look.rows_with("customer", _names(look)):
        yield look.finding(index, "customer", "customer", fix=shown, severity=Severity.WARNING, shown=shown)


def _kinds(text: str, allowed: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each kind of personal data in a text once, with all its pieces masked."""
    shown: dict[str, list[str]] = {}
    plain = tidy(text)
    for piece in find_personal(plain):
        if not any(word in plain[piece.start : piece.end] for word in allowed):
            shown.setdefault(piece.kind, []).append(piece.masked)
    return tuple((kind, " ".join(dict.fromkeys(pieces))) for kind, pieces in shown.items())


def _names(look: Look) -> dict[Raw, str]:
    """Customers with a full name, and how they would look masked; none where masking is not this team's way."""
    if not _masks(look):
        return {}
    plain = [raw for raw in look.log.distinct("customer") if isinstance(raw, str) and not _MASK.search(raw)]
    return {raw: shown for raw in plain if (shown := masked_name(raw)) is not None}


def _masks(look: Look) -> bool:
    """Whether masking is this team's way: so many customers of the whole table are masked."""
    return look.whole.once(f"masks {look.log.table.tab}", lambda: _mostly_masked(look.whole))


def _mostly_masked(look: Look) -> bool:
    customers = [raw for raw in look.log.distinct("customer") if isinstance(raw, str)]
    masked = sum(_MASK.search(raw) is not None for raw in customers)
    return masked >= look.number("masked_share") * len(customers)


RULE = Rule(
    "personal-data",
    Severity.ERROR,
    check,
    {"allowed": "", "masked_share": 0.6},
    limits={"masked_share": (0, 1)},
    by_row=True,
    grounds=lambda look: "masks" if _masks(look) else "",
)
