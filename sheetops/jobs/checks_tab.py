"""The Checks tab: findings as a table that people work through, and what they have decided about them.

People own two of its columns, the tick and the reason; both are read back before the tab is written again. A
finding is known again by a short fingerprint of its rule, its request and the cell's value, so that sorting rows
keeps a tick and changing the cell drops it. The fingerprint stands in the last column, under `#`; lines that share
it (rows with one ID) are told apart by what stands behind it, and each keeps its own tick (see decisions.py).

What a person wrote beside a finding that is not found any more (its cell was mended, its rule switched off) stays at
the end of the list for 60 days: if the finding comes back by then, the decision holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from hashlib import blake2b
from itertools import zip_longest
from typing import NamedTuple
from zlib import crc32

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.personal import masked, masked_all
from sheetops.domain.requests import Requests
from sheetops.domain.rules import RULES
from sheetops.domain.table import Raw
from sheetops.domain.tabs import Cell, Choice, Link, Range, Style, Tab
from sheetops.domain.values import as_text
from sheetops.domain.view import View
from sheetops.jobs.decisions import COLUMNS, FRESH, KEY, Decision, Wanted, is_key, matched, read_decisions

MOST_LISTED = 5_000
KEPT_DAYS = 60  # calendar days that a decision outlives its finding
_WIDTHS = (9.0, 14.0, 14.0, 16.0, 46.0, 44.0, 18.0, 12.0, 9.0, 26.0, 22.0)
_HEADER_ROW = 6
_TICK = "✓"
_ORDER = {severity: place for place, severity in enumerate(Severity)}
_RULE_ORDER = {rule.code: place for place, rule in enumerate(RULES)}
_SEVERITY_STYLE: Mapping[Severity, Style] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.HINT: "hint",
}


class Line(NamedTuple):
    """One finding with all that its line in the tab says."""

    finding: Finding
    key: str
    owner: str
    place: tuple[int, int, int]  # table, row, rule: the order of the sheet
    decision: Decision
    twin: str  # tells apart what has one key


def read_lines(view: View, findings: Iterable[Finding]) -> list[Line]:
    """The findings with their owners and with what the Checks tab of the sheet already says of them."""
    rows = {log.table.tab: _Rows(place, log) for place, log in enumerate(view.logs)}
    found = [(finding, rows[finding.tab].key(finding)) for finding in findings]
    having = Counter(key for _, key in found)
    known, nobody = read_decisions(view), view.texts("checks.nobody")
    lines: list[Line] = []
    alike: dict[str, list[int]] = {}  # key → the lines that have it, where several do: rows with one ID
    for at, (finding, key) in enumerate(found):
        of_tab, said = rows[finding.tab], known.get(key, ())
        alone = having[key] == 1 and len(said) < 2
        if not alone:
            alike.setdefault(key, []).append(at)
        place = (of_tab.place, finding.row, _RULE_ORDER[finding.rule])
        owner = of_tab.owner(finding, nobody)
        decision = said[0] if said and alone else FRESH
        lines.append(Line(finding, key, owner, place, decision, of_tab.twin(finding)))
    for key, several in alike.items():
        _tell_apart(lines, several)
        wanted = [Wanted(lines[at].place[:2], lines[at].twin) for at in several]
        for nth, decision in matched(wanted, known.get(key, ())):
            lines[several[nth]] = lines[several[nth]]._replace(decision=decision)
    return lines


def _tell_apart(lines: list[Line], alike: Iterable[int]) -> None:
    """Of several findings with one key in one cell, the second and those after it get a twin print of their own."""
    there: Counter[tuple[int, int]] = Counter()
    for at in alike:
        line = lines[at]
        nth = there[line.place[:2]]
        there[line.place[:2]] += 1
        if nth:
            lines[at] = line._replace(twin=f"{(int(line.twin, 16) + nth) % 0x10000:04x}")


def _kept(view: View, lines: Sequence[Line]) -> list[tuple[str, Decision]]:
    """What people wrote beside findings that are not found now, newest first, each with the day it was missed."""
    found = {line.decision.line for line in lines}
    kept = [
        (key, decision._replace(gone=decision.gone or view.today))
        for key, some in read_decisions(view).items()
        for decision in some
        if decision.line not in found and is_key(key) and (decision.silent or decision.reason)
    ]
    oldest = view.today - timedelta(days=KEPT_DAYS)
    fresh = [(key, decision) for key, decision in kept if decision.gone and decision.gone >= oldest]
    return sorted(fresh, key=lambda one: (-(one[1].gone or date.min).toordinal(), one[0], one[1].twin))


class _Rows:
    """What the rows of one table say about the findings in them."""

    def __init__(self, place: int, log: Requests) -> None:
        self.place = place
        self.log = log
        self._masked: dict[str, str] = {}  # as most owners answer for several findings
        self._indexes: dict[int, int | None] = {}
        self._twins: dict[int, str] = {}  # and most rows that have findings have several

    def _index(self, finding: Finding) -> int | None:
        known = self._indexes
        if finding.row not in known:
            known[finding.row] = self.log.table.index_of(finding.row)
        return known[finding.row]

    def owner(self, finding: Finding, nobody: str) -> str:
        """Who answers for the row, masked; empty for what concerns the whole tab."""
        index = self._index(finding)
        if index is None:
            return ""
        owners = self.log.value("owner", index)
        if not owners:
            return nobody
        lead = next((owner for owner in owners if owner.lead), owners[0])
        said = f"{lead.department}-{lead.person}" if lead.person else lead.department
        if said not in self._masked:
            self._masked[said] = masked(said)
        return self._masked[said]

    def key(self, finding: Finding) -> str:
        """The fingerprint of rule, request and value: ten hexadecimal digits, from which no value can be read."""
        table, index = self.log.table, self._index(finding)
        who = finding.id or ""
        if index is not None and not who:
            who = self._words(index)
        elif index is None:
            who = table.tab
        column = _column_number(finding.cell.rstrip("0123456789"))
        value = as_text(table.grid.cell(finding.row, column)).strip()
        parts = (finding.rule, finding.variant, finding.column, who, value)
        return blake2b("\x1e".join(parts).encode(), digest_size=5).hexdigest()

    def twin(self, finding: Finding) -> str:
        """A print of customer and description in four hexadecimal digits, too short to read anything from it."""
        known = self._twins.get(finding.row)
        if known is None:
            index = self._index(finding)
            words = "" if index is None else self._words(index)
            known = self._twins[finding.row] = f"{crc32(words.encode()) & 0xFFFF:04x}"
        return known

    def _words(self, index: int) -> str:
        column = self.log.table.column
        return "\x1f".join(as_text(column(key)[index]).strip() for key in ("customer", "description"))


@cache
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def checks_tab(view: View, lines: Sequence[Line]) -> Tab:
    """The tab: counts, then one line a finding (by owner, new before old), the accepted ones last."""
    texts = view.texts
    open_lines = [line for line in lines if not line.decision.silent]
    accepted = sorted(_dated(view, [line for line in lines if line.decision.silent]), key=_order)
    kept = _kept(view, lines)
    worst_first = sorted(
        open_lines,
        key=lambda line: (not line.decision.reason, _ORDER[line.finding.severity], line.place),
    )  # never cut off: where a person has begun to write
    listed = sorted(_dated(view, worst_first[:MOST_LISTED]), key=_order)
    rows = _head(view, open_lines, len(accepted), bool(kept))
    if lines or kept:
        names = tuple(texts(f"checks.column.{name}") for name in COLUMNS)
        rows.append(tuple(Cell(name, "header") for name in (*names, KEY)))
        told = (*listed, *accepted)
        ids = masked_all([line.finding.id or "" for line in told])
        rows.extend(_row(view, line, identifier) for line, identifier in zip(told, ids, strict=True))
        rows.extend(_kept_row(view, key, decision) for key, decision in kept)
        if len(open_lines) > len(listed):
            rows.append((Cell(texts("checks.more", rows=len(open_lines) - len(listed)), "muted"),))
    last = _HEADER_ROW + len(listed) + len(accepted) + len(kept)
    ticks = Range(_HEADER_ROW + 1, COLUMNS.index("accepted") + 1, last, COLUMNS.index("accepted") + 1)
    return Tab(
        name=view.snapshot.tab_name("checks"),
        rows=tuple(rows),
        widths=_WIDTHS,
        heights=((1, 26.0), (3, 15.0 * _lines_of(rows[2][4].value if len(rows[2]) > 4 else "") + 3)),
        frozen=(_HEADER_ROW, 0) if lines else (0, 0),
        filter=Range(_HEADER_ROW, 1, last, len(COLUMNS) + 1) if lines else None,
        choices=(Choice(ticks, values=(_TICK,)),) if lines else (),
        landscape=True,
        repeat_rows=_HEADER_ROW if lines else 0,
        gridlines=False,
        colour="C00000" if any(line.finding.severity is Severity.ERROR for line in open_lines) else "70AD47",
    )


def _dated(view: View, lines: Sequence[Line]) -> list[Line]:
    """The lines, each with a day since which its finding stands.

    The tab of the last run says it of what it listed. What it left out, or all where somebody deleted it, is known to
    the ledger; elsewhere a finding of which the tab says nothing is new, as one in a cell that was changed.
    """
    grid = view.snapshot.known_tab("checks")
    left_out = grid is None or len(grid.rows) > MOST_LISTED
    unsaid = [at for at, line in enumerate(lines) if line.decision.first_seen is None]
    dated = list(lines)
    found = [lines[at].finding for at in unsaid] if left_out else []
    days = view.history.found_since(found, _twins(view, found)) if found else ()
    for at, day in zip_longest(unsaid, days):
        decision = lines[at].decision._replace(first_seen=day or view.today)
        dated[at] = lines[at]._replace(decision=decision)
    return dated


def _twins(view: View, found: Sequence[Finding]) -> dict[int, tuple[Raw, ...]]:
    """Customer and description of the findings (by their places) in rows that share their ID with others."""
    tables = {log.table.tab: log.table for log in view.logs}
    twins = {}
    for place, finding in enumerate(found):
        if finding.id in view.ids_used_twice:
            table = tables[finding.tab]
            index = table.index_of(finding.row)
            if index is not None:
                twins[place] = tuple(table.column(key)[index] for key in ("customer", "description"))
    return twins


def _order(line: Line) -> tuple[object, ...]:
    seen = line.decision.first_seen
    return line.owner, -(seen.toordinal() if seen else 0), _ORDER[line.finding.severity], line.place, line.key


def _head(view: View, open_lines: Sequence[Line], accepted: int, kept: bool) -> list[tuple[Cell, ...]]:
    """The five rows above the table: title, as-of date, counts by severity, counts by rule, how to use it."""
    texts, wide = view.texts, len(COLUMNS) + 1
    checked = sum(len(log) for log in view.logs)
    rows: list[tuple[Cell, ...]] = [
        (Cell(texts("checks.title"), "title", span=wide),),
        (Cell(texts("checks.as_of", date=view.today.isoformat(), rows=checked), "subtitle", span=wide),),
    ]
    if not open_lines:
        rows.append((Cell(texts("checks.clean"), "good", span=wide),))
        rows.append(
            (Cell(texts("checks.accepted_count"), "label"), Cell(accepted, "integer")) if accepted else ()
        )
    else:
        counts = Counter(line.finding.severity for line in open_lines)
        by_rule = Counter(line.finding.rule for line in open_lines)
        worst = sorted(by_rule, key=lambda code: (-by_rule[code], _RULE_ORDER[code]))
        summary = " · ".join(f"{texts(f'rule.{code}.name')} {by_rule[code]}" for code in worst)
        rows.append(
            (
                *_count(texts("checks.severity.error"), counts[Severity.ERROR], "error"),
                *_count(texts("checks.severity.warning"), counts[Severity.WARNING], "warning"),
                Cell(texts("checks.by_rule", counts=summary), "wrap", span=wide - 4),
            )
        )
        rows.append(
            (
                *_count(texts("checks.severity.hint"), counts[Severity.HINT], "hint"),
                *_count(texts("checks.accepted_count"), accepted, "integer"),
            )
        )
    rows.append((Cell(texts("checks.help"), "muted", span=wide),) if open_lines or accepted or kept else ())
    return rows


def _count(label: str, number: int, style: Style) -> tuple[Cell, Cell]:
    return Cell(label, "label"), Cell(number, style if number else "integer")


def _row(view: View, line: Line, identifier: str) -> tuple[Cell, ...]:
    finding, texts, decision = line.finding, view.texts, line.decision
    name = finding.cell if len(view.logs) == 1 else f"{finding.tab}!{finding.cell}"
    style: Style = "muted" if decision.silent else _SEVERITY_STYLE[finding.severity]
    return (
        Cell(texts(f"checks.severity.{finding.severity}"), style),
        Cell(name, "link", Link(finding.tab, finding.cell)),
        Cell(identifier or None),
        Cell(finding.params.get("column") or texts(f"column.{finding.column}")),
        Cell(finding.message(texts), "wrap"),
        Cell(finding.fix(texts), "wrap"),
        Cell(line.owner or None, "wrap"),
        Cell(decision.first_seen, "date"),
        Cell(decision.accepted, "input"),
        Cell(decision.reason, "input"),
        Cell(line.key + line.twin, "muted"),
    )


def _kept_row(view: View, key: str, decision: Decision) -> tuple[Cell, ...]:
    """The line of a finding that is gone; it names no cell, for rows may have moved since."""
    assert decision.gone is not None
    told, date_text = decision.told, decision.gone.isoformat()
    return (
        Cell("–", "muted"),
        Cell(),
        *(Cell(told[name] or None, "muted") for name in ("id", "column", "message")),
        Cell(view.texts("checks.gone", date=date_text, days=KEPT_DAYS), "muted"),
        Cell(told["owner"] or None, "muted"),
        Cell(decision.first_seen, "date"),
        Cell(decision.accepted, "input"),
        Cell(decision.reason, "input"),
        Cell(key + decision.twin, "muted"),
    )


def _lines_of(text: Raw) -> int:
    """How many lines the summary of rules needs in its merged cell, where no program fits the height itself."""
    shown = sum(2 if ord(character) > 0x2E80 else 1 for character in as_text(text))
    return 1 + shown // int(sum(_WIDTHS[4:]) - 10)
