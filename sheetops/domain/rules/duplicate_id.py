"""One ID for several requests, in one tab or across tabs.

Width, case and outer spaces do not make an ID another one, nor does being stored as a number. Every row that
bears the ID is told, with the cells of the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.rules.base import Look, Rule
from sheetops.domain.rules.error_value import is_error
from sheetops.domain.table import Raw
from sheetops.domain.text import tidied
from sheetops.domain.values import as_text

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
    logs = [log for log in look.view.logs if log.table.has("id")]
    columns = [log.cells("id") for log in logs]
    known = sum(len(column) - column.count(None) for column in columns)
    folded: dict[Raw, str] = {}
    for log in logs:
        ids = list(log.distinct("id"))
        texts = tidied([as_text(raw) for raw in ids])
        folded.update((raw, text.casefold()) for raw, text in zip(ids, texts, strict=True))
    if len(set(folded.values()) - {""}) == known:
        return {}
    folded = {raw: text for raw, text in folded.items() if not is_error(raw)}
    groups: dict[str, list[Place]] = defaultdict(list)
    for at, log in enumerate(look.view.logs):
        for index, raw in enumerate(log.cells("id")):
            if raw is not None and (text := folded.get(raw)):
                groups[text].append((at, index))
    return {text: places for text, places in groups.items() if len(places) > 1}


def _name(look: Look, own: int, place: Place) -> str:
    table = look.view.logs[place[0]].table
    cell = table.cell(place[1], "id")
    return cell if place[0] == own else f"{table.tab}!{cell}"


RULE = Rule("duplicate-id", Severity.ERROR, check)
