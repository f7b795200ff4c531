"""One ID for several requests, in one tab or across tabs.

Width, case and outer spaces do not make an ID another one, nor does being stored as a number. Every row that
bears the ID is told, with the cells of the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain, compress

from sheetops.domain.cell_texts import NUMBERS
from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.rules.error_value import is_error
from sheetops.domain.text import tidied

_SHOWN = 3
Place = tuple[int, int]  # position of the table, index of the row


def check(look: Look) -> Iterator[Finding]:
    """Rows whose ID another row bears too."""
    groups = look.once("duplicate-ids", lambda: _groups(look))
    own = look.view.logs.index(look.log)
    comma = look.view.texts("checks.comma")
    for identifier, places in groups.items():
        shown, more = places[: _SHOWN + 1], "…" if len(places) > _SHOWN + 1 else ""
        for place in places:
            if place[0] == own:
                others = [_name(look, own, other) for other in shown if other != place][:_SHOWN]
                yield look.finding(place[1], "id", value=identifier, others=comma.join(others) + more)


def _groups(look: Look) -> dict[str, list[Place]]:
    logs = look.view.logs
    if len(logs) == 1 and logs[0].kinds("id") <= NUMBERS and not logs[0].repeated("id"):
        return {}  # different numbers are different IDs
    columns = [list(map(str.casefold, tidied(log.texts("id")))) for log in logs]
    count = Counter(chain.from_iterable(columns))
    common = set(compress(count, map((1).__lt__, count.values()))) - {""}
    groups: dict[str, list[Place]] = defaultdict(list)
    for at, (log, texts) in enumerate(zip(logs, columns, strict=True) if common else ()):
        cells = log.cells("id")
        for index in compress(range(len(texts)), map(common.__contains__, texts)):
            if not is_error(cells[index]):
                groups[texts[index]].append((at, index))
    return {text: places for text, places in groups.items() if len(places) > 1}


def _name(look: Look, own: int, place: Place) -> str:
    table = look.view.logs[place[0]].table
    cell = table.cell(place[1], "id")
    return cell if place[0] == own else f"{table.tab}!{cell}"


RULE = Rule("duplicate-id", Severity.ERROR, check)
