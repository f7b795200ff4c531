"""Who answers for what: the People tab, and how the owner of a row becomes a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sheetops.domain.table import Grid, Raw, cell_name
from sheetops.domain.template import OPTIONAL_PEOPLE_COLUMNS, PEOPLE_COLUMNS, HeaderMatch, find_header
from sheetops.domain.text import fold
from sheetops.domain.values import Owner, as_date, as_text, read_date

_NO = {fold(word) for word in ("否", "不", "离职", "離職", "no", "n", "false", "0")}
_YES = {fold(word) for word in ("是", "在", "在职", "在職", "yes", "y", "true", "1", "active", "ok")}
_OPTIONAL_TEXTS = ("email", "manager", "deputy", "language", "timezone", "country", "workdays")
_TICKS = ("✓", "√", "✔", "☑", "✅")
_CROSSES = ("✗", "×", "✘", "❌")
_LEAD = {
    fold(word)
    for word in ("负责人", "負責人", "主管", "部门负责人", "部門負責人", "lead", "department lead", "head")
}
_TEAM_LEAD = {fold(word) for word in ("团队负责人", "團隊負責人", "客服主管", "组长", "組長", "team lead")}
_DIRECTOR = {fold(word) for word in ("总监", "總監", "director")}


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the People tab (or of the settings)."""

    department: str
    name: str
    email: str | None
    manager: str | None = None
    deputy: str | None = None
    away_until: date | None = None
    active: bool = True
    role: str = ""
    language: str | None = None
    cell: str | None = None  # where the row begins, for messages
    opt_out: bool = False  # wants mandatory alerts only
    timezone: str | None = None  # such as Europe/Berlin; none: the team's
    country: str | None = None  # whose public holidays hold; none: the team's
    workdays: str | None = None  # the regular working days as written, such as `Mon-Thu`; none: the team's

    def away(self, today: date) -> bool:
        """Away today; `away_until` is the last day away."""
        return self.away_until is not None and self.away_until >= today

    @property
    def key(self) -> str:
        """Who the person is, for the ledger and for grouping: the address, else department and name."""
        return (self.email or f"{fold(self.department)}/{fold(self.name)}").casefold()


@dataclass(frozen=True)
class People:
    """Everybody, and the ways to find one."""

    all: tuple[Person, ...] = ()
    team_lead_name: str | None = None
    listed: tuple[str, ...] = ()  # departments that the Lists tab names, with people or without

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Person]:
        return {(fold(p.department), fold(p.name)): p for p in reversed(self.all) if p.active and p.name}

    @cached_property
    def _leads(self) -> dict[str, Person]:
        leads: dict[str, Person] = {}
        for person in self.all:
            if person.active and (fold(person.role) in _LEAD or not person.name):
                leads.setdefault(fold(person.department), person)
        for person in self.all:  # a department whose only person has no role is led by that person
            same = [p for p in self.all if p.active and fold(p.department) == fold(person.department)]
            if len(same) == 1:
                leads.setdefault(fold(person.department), same[0])
        return leads

    @cached_property
    def departments(self) -> tuple[str, ...]:
        """The departments of the people and of the Lists tab, each once, in order."""
        return tuple(dict.fromkeys([*(p.department for p in self.all if p.department), *self.listed]))

    @cached_property
    def team_lead(self) -> Person | None:
        """Who gets what nobody answers for."""
        wanted = self.team_lead_name or ""
        if wanted and (named := self.named(wanted)):
            return named
        if "@" in wanted and not any(
            (p.email or "").casefold() == wanted.strip().casefold() for p in self.all
        ):
            return Person("", "", wanted.strip())
        return next((p for p in self.all if p.active and fold(p.role) in _TEAM_LEAD), None)

    @cached_property
    def director(self) -> Person | None:
        """The last rung of the escalation ladder."""
        return next((p for p in self.all if p.active and fold(p.role) in _DIRECTOR), None)

    def knows_department(self, department: str) -> bool:
        """Whether the People tab or the Lists tab names this department."""
        return fold(department) in {fold(d) for d in self.departments}

    def find(self, owner: Owner) -> Person | None:
        """The person an owner names exactly; None when the tab has no such active person."""
        return self._by_name.get((fold(owner.department), fold(owner.person))) if owner.person else None

    def lead_of(self, department: str) -> Person | None:
        """Who answers for a department."""
        return self._leads.get(fold(department))

    def named(self, text: str) -> Person | None:
        """The person of a manager or deputy cell: `名字`, `部门-名字` or an address; None where unclear."""
        folded, plain = fold(text), text.strip().casefold()
        fits = [
            p
            for p in self.all
            if p.active
            and (folded in (fold(p.name), fold(p.department + p.name)) or (p.email or "").casefold() == plain)
        ]
        return fits[0] if len({p.key for p in fits}) == 1 else None

    def resolve(self, owner: Owner | None) -> Person | None:
        """An owner's person; else the department's lead; else the team lead; None when there is nobody."""
        if owner is None:
            return self.team_lead
        return self.find(owner) or self.lead_of(owner.department) or self.team_lead


def read_people(
    grid: Grid | None,
    today: date,
    extra: Sequence[Person] = (),
    team_lead: str | None = None,
    listed: Sequence[str] = (),
) -> People:
    """The people of the People tab, then those of the settings (`extra`) that the tab does not name.

    `listed` are the departments of the Lists tab.
    """
    people: list[Person] = []
    found = people_header(grid) if grid is not None else None
    if grid is not None and found is not None:
        header, match = found

        def at(row: int, key: str) -> Raw:
            return grid.cell(row, match.columns[key]) if key in match.columns else None

        for row in range(header + 1, len(grid.rows) + 1):
            department, name = as_text(at(row, "department")).strip(), as_text(at(row, "name")).strip()
            if not department and not name:
                continue
            optional = {k: as_text(at(row, k)).strip() or None for k in _OPTIONAL_TEXTS}
            away = as_date(read_date(at(row, "away_until"), today)[0])
            opt_out = as_text(at(row, "opt_out")).strip()
            people.append(
                Person(
                    department=department,
                    name=name,
                    away_until=away,
                    active=not _says_no(at(row, "active")),
                    role=as_text(at(row, "role")).strip(),
                    opt_out=bool(opt_out) and fold(opt_out) not in _NO,
                    cell=cell_name(row, 1),
                    **optional,
                )
            )
    known = {p.key for p in people}
    return People((*people, *(p for p in extra if p.key not in known)), team_lead, tuple(listed))


def says_whether_active(raw: Raw) -> bool:
    """Whether an `active` cell says yes or no in words that are known."""
    text = as_text(raw).strip()
    return isinstance(raw, bool) or _says_no(raw) or fold(text) in _YES or text in _TICKS


def _says_no(raw: Raw) -> bool:
    """Whether an `active` cell says that somebody has left; a blank one does not."""
    text = as_text(raw).strip()
    return raw is False or text in _CROSSES or fold(text) in _NO


def people_header(grid: Grid) -> tuple[int, HeaderMatch] | None:
    """The header of a People tab: (row, match), or None."""
    return find_header(grid.rows, columns=PEOPLE_COLUMNS + OPTIONAL_PEOPLE_COLUMNS, at_least=2)
