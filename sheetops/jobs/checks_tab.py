"""The Checks tab: findings as a table that people work through, and what they have decided about them.

People own two of its columns, the tick and the reason; both are read back before the tab is written again. A
finding is known again by a short fingerprint of its rule, its request and the cell's value, so that sorting rows
keeps a tick and changing the cell drops it. The fingerprint stands in the last column, under `#`.

What a person wrote beside a finding that is not found any more (its cell was mended, its rule switched off) stays at
the end of the list for 60 days: if the finding comes back by then, the decision holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from hashlib import blake2b
from itertools import zip_longest
from types import MappingProxyType
from typing import NamedTuple

from sheetops.domain.finding import Finding, Severity
from sheetops.domain.patterns import pattern
from sheetops.domain.personal import masked
from sheetops.domain.requests import Requests
from sheetops.domain.rules import RULES
from sheetops.domain.seals import bare_key
from sheetops.domain.table import Grid, Raw
from sheetops.domain.tabs import Cell, Choice, Link, Range, Style, Tab
from sheetops.domain.text import fold
from sheetops.domain.texts import Texts
from sheetops.domain.values import as_date, as_text, read_date
from sheetops.domain.view import View

MOST_LISTED = 5_000
KEPT_DAYS = 60  # calendar days that a decision outlives its finding
_COLUMNS = ("severity", "cell", "id", "column", "message", "fix", "owner", "first_seen", "accepted", "reason")
_KEY = "#"  # the heading of the fingerprints, alike in every language
# The headings of the columns that are read back, in every language: the sheet's may have changed since.
_HEADINGS = {
    "first_seen": ("首次发现", "首次發現", "First seen"),
    "accepted": ("已接受", "Accepted"),
    "reason": ("理由", "Reason"),
}
_WIDTHS = (9.0, 14.0, 14.0, 16.0, 46.0, 44.0, 18.0, 12.0, 9.0, 26.0, 12.0)
_HEADER_ROW = 6
_TICK = "✓"
_PRINT = pattern(r"[0-9a-f]{10}")
_ISO = pattern(r"\d{4}-\d{2}-\d{2}")
_NOT_TICKED = frozenset(("否", "不", "未", "no", "n", "false", "0"))
_ORDER = {severity: place for place, severity in enumerate(Severity)}
_RULE_ORDER = {rule.code: place for place, rule in enumerate(RULES)}
_SEVERITY_STYLE: Mapping[Severity, Style] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.HINT: "hint",
}


class Decision(NamedTuple):
    """What the Checks tab says of one finding: since when it stands, and what a person wrote beside it."""

    first_seen: date | None
    accepted: Raw
    reason: Raw
    gone: date | None = None  # since when the finding is not found, where the tab says so
    told: Mapping[str, str] = MappingProxyType({})  # what else its line says, by column

    @property
    def silent(self) -> bool:
        """Whether a person has accepted the finding."""
        if isinstance(self.accepted, bool):
            return self.accepted
        text = as_text(self.accepted)
        return bool(text.strip()) and fold(text) not in _NOT_TICKED


class Line(NamedTuple):
    """One finding with all that its line in the tab says."""

    finding: Finding
    key: str
    owner: str
    place: tuple[int, int, int]  # table, row, rule: the order of the sheet
    decision: Decision


def read_lines(view: View, findings: Iterable[Finding]) -> list[Line]:
    """The findings with their owners and with what the Checks tab of the sheet already says of them."""
    decisions = read_decisions(view)
    fresh = Decision(None, None, None)
    rows = {log.table.tab: _Rows(place, log) for place, log in enumerate(view.logs)}
    lines = []
    for finding in findings:
        of_tab = rows[finding.tab]
        key = of_tab.key(finding)
        known = decisions.get(key, fresh)
        place = (of_tab.place, finding.row, _RULE_ORDER[finding.rule])
        lines.append(Line(finding, key, of_tab.owner(finding, view.texts("checks.nobody")), place, known))
    return lines


def read_decisions(view: View) -> dict[str, Decision]:
    """What an earlier Checks tab says, by fingerprint; its columns are known by their headings alone."""
    known: dict[str, Decision] | None = view.memo.get("decisions")
    if known is None:
        known = view.memo["decisions"] = _read_decisions(view)
    return known


def _read_decisions(view: View) -> dict[str, Decision]:
    grid, today = view.snapshot.known_tab("checks"), view.today
    header = _header_of(grid, view.texts)
    if grid is None or header is None:
        return {}
    row, at = header
    decisions: dict[str, Decision] = {}
    width = max(len(_COLUMNS), *at.values())
    for cells in grid.rows[row:]:
        raw = [*cells, *[None] * (width - len(cells))]
        key = bare_key(as_text(raw[at[_KEY] - 1]).strip())
        if not key:
            continue
        first_seen = as_date(read_date(raw[at["first_seen"] - 1], today)[0])
        accepted, reason = (raw[at[name] - 1] or None for name in ("accepted", "reason"))
        told: Mapping[
            str, str
        ] = {}  # of a finding that stands, without a word of a person's, it is told anew
        if accepted or reason or not as_text(raw[_COLUMNS.index("cell")]):
            told = dict(zip(_COLUMNS, map(as_text, raw), strict=False))
        found = Decision(first_seen, accepted, reason, _gone_since(told, today), told)
        if key not in decisions or found.silent:  # one tick speaks for all that are alike
            decisions[key] = found
    return decisions


def _gone_since(told: Mapping[str, str], today: date) -> date | None:
    """Only a line whose finding is gone names no cell; its date stands in the advice."""
    said = None if not told or told["cell"] else _ISO.search(told["fix"])
    return as_date(read_date(said[0], today)[0]) if said else None


def _kept(view: View, lines: Sequence[Line]) -> list[tuple[str, Decision]]:
    """What people wrote beside findings that are not found now, newest first, each with the day it was missed."""
    there = {line.key for line in lines}
    kept = [
        (key, decision._replace(gone=decision.gone or view.today))
        for key, decision in read_decisions(view).items()
        if key not in there and _PRINT.fullmatch(key) and (decision.silent or decision.reason)
    ]
    oldest = view.today - timedelta(days=KEPT_DAYS)
    fresh = [(key, decision) for key, decision in kept if decision.gone and decision.gone >= oldest]
    return sorted(fresh, key=lambda one: (-(one[1].gone or date.min).toordinal(), one[0]))


def _header_of(grid: Grid | None, texts: Texts) -> tuple[int, Mapping[str, int]] | None:
    """The row of the headings and the column under each that is read back, or None where one is missing."""
    known = {fold(text): name for name, every in _HEADINGS.items() for text in every}
    known |= {fold(texts(f"checks.column.{name}")): name for name in _HEADINGS}  # a team may have its own
    for number, cells in enumerate(grid.rows[:30] if grid else (), 1):
        names = [known.get(fold(cell)) if isinstance(cell, str) and cell != _KEY else cell for cell in cells]
        at = {name: names.index(name) + 1 for name in (*_HEADINGS, _KEY) if name in names}
        if len(at) == len(_HEADINGS) + 1:
            return number, at
    return None


class _Rows:
    """What the rows of one table say about the findings in them."""

    def __init__(self, place: int, log: Requests) -> None:
        self.place = place
        self.log = log
        self._masked: dict[str, str] = {}  # as most owners answer for several findings

    def owner(self, finding: Finding, nobody: str) -> str:
        """Who answers for the row, masked; empty for what concerns the whole tab."""
        index = self.log.table.index_of(finding.row)
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
        table, index = self.log.table, self.log.table.index_of(finding.row)
        who = finding.id or ""
        if index is not None and not who:
            who = "\x1f".join(
                as_text(table.column(key)[index]).strip() for key in ("customer", "description")
            )
        elif index is None:
            who = table.tab
        value = as_text(table.grid.cell(finding.row, _column_number(finding.cell))).strip()
        parts = (finding.rule, finding.variant, finding.column, who, value)
        return blake2b("\x1e".join(parts).encode(), digest_size=5).hexdigest()


def _column_number(cell: str) -> int:
    number = 0
    for letter in cell.rstrip("0123456789"):
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
        names = tuple(texts(f"checks.column.{name}") for name in _COLUMNS)
        rows.append(tuple(Cell(name, "header") for name in (*names, _KEY)))
        rows.extend(_row(view, line) for line in (*listed, *accepted))
        rows.extend(_kept_row(view, key, decision) for key, decision in kept)
        if len(open_lines) > len(listed):
            rows.append((Cell(texts("checks.more", rows=len(open_lines) - len(listed)), "muted"),))
    last = _HEADER_ROW + len(listed) + len(accepted) + len(kept)
    ticks = Range(_HEADER_ROW + 1, _COLUMNS.index("accepted") + 1, last, _COLUMNS.index("accepted") + 1)
    return Tab(
        name=view.snapshot.tab_name("checks"),
        rows=tuple(rows),
        widths=_WIDTHS,
        heights=((1, 26.0), (3, 15.0 * _lines_of(rows[2][4].value if len(rows[2]) > 4 else "") + 3)),
        frozen=(_HEADER_ROW, 0) if lines else (0, 0),
        filter=Range(_HEADER_ROW, 1, last, len(_COLUMNS) + 1) if lines else None,
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
    days = view.history.found_since([lines[at].finding for at in unsaid]) if left_out and unsaid else ()
    for at, day in zip_longest(unsaid, days):
        decision = lines[at].decision._replace(first_seen=day or view.today)
        dated[at] = lines[at]._replace(decision=decision)
    return dated


def _order(line: Line) -> tuple[object, ...]:
    seen = line.decision.first_seen
    return line.owner, -(seen.toordinal() if seen else 0), _ORDER[line.finding.severity], line.place, line.key


def _head(view: View, open_lines: Sequence[Line], accepted: int, kept: bool) -> list[tuple[Cell, ...]]:
    """The five rows above the table: title, as-of date, counts by severity, counts by rule, how to use it."""
    texts, wide = view.texts, len(_COLUMNS) + 1
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


def _row(view: View, line: Line) -> tuple[Cell, ...]:
    finding, texts, decision = line.finding, view.texts, line.decision
    name = finding.cell if len(view.logs) == 1 else f"{finding.tab}!{finding.cell}"
    style: Style = "muted" if decision.silent else _SEVERITY_STYLE[finding.severity]
    return (
        Cell(texts(f"checks.severity.{finding.severity}"), style),
        Cell(name, "link", Link(finding.tab, finding.cell)),
        Cell(masked(finding.id) if finding.id else None),
        Cell(finding.params.get("column") or texts(f"column.{finding.column}")),
        Cell(finding.message(texts), "wrap"),
        Cell(finding.fix(texts), "wrap"),
        Cell(line.owner or None, "wrap"),
        Cell(decision.first_seen, "date"),
        Cell(decision.accepted, "input"),
        Cell(decision.reason, "input"),
        Cell(line.key, "muted"),
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
        Cell(key, "muted"),
    )


def _lines_of(text: Raw) -> int:
    """How many lines the summary of rules needs in its merged cell, where no program fits the height itself."""
    shown = sum(2 if ord(character) > 0x2E80 else 1 for character in as_text(text))
    return 1 + shown // int(sum(_WIDTHS[4:]) - 10)
