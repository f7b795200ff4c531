"""What the jobs of a run want, together: asked once, and again where something of it turns out not to be possible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from sheetops.books.base import Applied
from sheetops.domain.plan import Conflict, Edit, Plan, Write, folded, tab_is_as_planned
from sheetops.domain.seals import sealed, state_of
from sheetops.domain.tabs import Tab
from sheetops.domain.template import tab_kind
from sheetops.domain.view import View
from sheetops.errors import LedgerError
from sheetops.jobs import Job

Numbers = Collection[tuple[str, int]]  # prefixes and sequence numbers


def ask(
    jobs: Sequence[Job], view: View, unmade: Collection[Edit] = (), before: Sequence[Plan] = ()
) -> tuple[Plan, ...]:
    """What each job wants, in the sheet as the jobs before it would leave it, but for edits that cannot be made.

    `before` is what they wanted when all could be made: whoever sees the same again is not asked again.
    """
    plans: list[Plan] = []
    same = bool(before)
    for at, wants in enumerate(jobs):
        wanted = before[at] if same else wants(view)
        plans.append(wanted)
        possible = [edit for edit in wanted.edits if edit not in unmade]
        same = same and len(possible) == len(wanted.edits)
        view = view.after(possible)
    return tuple(plans)


def numbers_of(plans: Iterable[Plan]) -> Numbers:
    """The numbers that jobs want to give."""
    return [number for plan in plans for number in plan.numbers]


def numbers_taken(where: str) -> LedgerError:
    """Why a run cannot go on, whatever number it tries."""
    return LedgerError("other runs keep taking the next request numbers", where=where, mend="run it again")


class Possible(NamedTuple):
    """A plan and what it comes to for a book, where the jobs knew which of its edits cannot be made."""

    plan: Plan
    edits: tuple[Edit, ...]
    tabs: tuple[Tab, ...]
    rows: tuple[Write, ...]  # the first of tabs that are to be made
    unmade: frozenset[Edit]


class Plans:
    """The plan, and the plan anew where some of its edits cannot be made: an ID that stands in no cell is nobody's.

    A book says so before it writes, wherever it can know it. Then the jobs are asked again, from the first whose
    edits these are on: no tab, no mail and nothing that is remembered counts them.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        view: View,
        told: Plan,
        asked: Sequence[Plan],
        reserve: Callable[[Numbers], bool],
    ) -> None:
        self._jobs, self._view, self._told, self._asked, self._reserve = jobs, view, told, asked, reserve
        self._taken = set(numbers_of(asked))
        self._known = [self._possible(asked, frozenset())]

    def of(self, conflicts: Sequence[Conflict]) -> Possible:
        """The plan that counts none of these. Raises LedgerError where it wants numbers that others took."""
        unmade = frozenset(conflict.edit for conflict in conflicts)
        known = next((one for one in self._known if one.unmade == unmade), None)
        if known is None:
            plans = ask(self._jobs, self._view, unmade, self._asked)
            more = set(numbers_of(plans)) - self._taken
            if not self._reserve(sorted(more)):
                raise numbers_taken(self._view.snapshot.location)
            self._taken |= more
            known = self._possible(plans, unmade)
            self._known.append(known)
        return known

    def again(self, conflicts: Sequence[Conflict]) -> tuple[Sequence[Edit], Sequence[Tab]]:
        """See sheetops.books.base.Again."""
        return self.of(conflicts)[1:3]

    def as_left(self, applied: Applied) -> tuple[Plan, Applied]:
        """The plan with what is told and remembered of the sheet as it was left, and all that was done."""
        made = self.of(applied.conflicts)
        done = _with_rows(applied, made.rows)
        true = self.of(done.conflicts).plan
        told = replace(
            made.plan, digests=true.digests, reviews=true.reviews, findings=true.findings, judged=true.judged
        )
        return told, done

    def _possible(self, plans: Iterable[Plan], unmade: Collection[Edit]) -> Possible:
        plan = self._told + _only_our_tabs(sum(plans, Plan()), self._view)
        edits, tabs, rows = folded(plan.edits, plan.tabs, self._view.snapshot)
        missed = frozenset(edit for edit in plan.edits if edit in unmade) if unmade else frozenset()
        return Possible(plan, edits, tabs, rows, missed)


_SEALED = frozenset(("checks", "review", "policy"))  # kinds of tabs that jobs write again and again


def _only_our_tabs(plan: Plan, view: View) -> Plan:
    """The plan without tabs that say already what they should, and without those that hold something of a person's."""
    ready = (sealed(tab) if tab_kind(tab.name) in _SEALED else tab for tab in plan.tabs)
    wanted = [tab for tab in ready if not tab_is_as_planned(tab, view.snapshot)]
    states = [state_of(view.snapshot.raw.grid(tab.name)) for tab in wanted]
    free = tuple(tab for tab, state in zip(wanted, states, strict=True) if state in ("blank", "whole"))
    words = {"foreign": "run.tab_is_yours", "changed": "run.tab_has_notes"}
    told = [
        view.texts(
            "run.ticks_and_notes" if s == "changed" and tab_kind(tab.name) == "checks" else words[s],
            tab=tab.name,
        )
        for tab, s in zip(wanted, states, strict=True)
        if s in words
    ]
    return plan.with_tabs(free) + Plan(left=tuple(told))


def _with_rows(applied: Applied, rows: Sequence[Write]) -> Applied:
    """What was done, with the first rows of the living tabs that were made."""
    made = tuple(write for write in rows if write.tab in applied.tabs)
    lost = tuple(Conflict(write.edit, "row-gone") for write in rows if write.tab not in applied.tabs)
    return applied._replace(writes=applied.writes + made, conflicts=applied.conflicts + lost)
