"""An improvement's row through its life: its baseline frozen, its dates filled, its measure judged when it is time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from sheetops.domain.choices import Choices
from sheetops.domain.kpis.facts import Facts
from sheetops.domain.living import PROGRESS, VERDICTS
from sheetops.domain.period import Period, period_of
from sheetops.domain.proof import fisher, level, mann_whitney, poisson
from sheetops.domain.samples import Sample, read_sample, read_span, span_text
from sheetops.domain.view import View
from sheetops.jobs.improve_measure import RIPENING, SETTLED, Aim, measure
from sheetops.jobs.living import Pen, Row

MONTHS: Final = 6  # of which a baseline is made, at most
RETRY_DAYS: Final = 30  # until a measure with too little data is looked at again
_FIFTH: Final = 0.2  # closer to none (or all) is the goal where neither people nor a rule name one

_PROGRESS: Final = Choices(PROGRESS)
_VERDICTS: Final = Choices(VERDICTS)


class Span(NamedTuple):
    """From `start` to `end`, both included; with the cases, where it has been measured."""

    start: date
    end: date
    cases: Sample | None = None

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1


def progress_of(row: Row, language: str) -> str:
    """How far the measure is: `todo`, `doing`, `done` or `dropped`."""
    return row.choice("progress", _PROGRESS, language) or "todo"


def verdict_of(row: Row, language: str) -> str | None:
    """What the last review came to."""
    return row.choice("verdict", _VERDICTS, language)


def is_open(row: Row, language: str) -> bool:
    """Whether there is still something to do: neither proven nor dropped."""
    return progress_of(row, language) != "dropped" and verdict_of(row, language) != "effective"


def first_baseline(
    view: View, facts: Facts, aim: Aim, found: Period, fresh: bool, after: date | None
) -> Span:
    """What a baseline is made of, which is never the period in which the matter was `found`.

    A period is noticed because it was bad, and the next one is better by chance alone (regression to the mean), so
    that a measure which does nothing would seem to work. The baseline is the up to six months before it; where
    those hold too few cases, or are of the time before things got worse (`fresh`), or the figure ripens, it is the
    month after, measured when it has ended. `after` is the last day that an earlier row of this matter was about.
    """
    if not fresh and aim.figure not in RIPENING and facts.first_day is not None:
        end = found.start - timedelta(days=1)
        start = period_of(end)
        for _ in range(MONTHS - 1):
            start = start.before()
        first = max(start.start, facts.first_day, after + timedelta(days=1) if after else date.min)
        if first <= end:
            cases = measure(facts, aim, first, end)
            if cases is not None and cases.n >= view.policy.improve_least:
                return Span(first, end, cases)
    following = period_of(found.end + timedelta(days=1))
    return Span(following.start, following.end)


def baseline_cells(view: View, aim: Aim, span: Span, goal: float | None) -> dict[str, object]:
    """The cells of a baseline; only its period where it is still to be measured."""
    cells: dict[str, object] = {
        "unit": view.texts(f"improve.unit.{aim.unit}"),
        "baseline_period": span_text(span.start, span.end),
    }
    value = span.cases.value(aim.statistic) if span.cases else None
    if span.cases is not None and value is not None:
        cells |= {"baseline": round(value, 2), "baseline_n": span.cases.n, "baseline_rows": span.cases.text()}
    goal = goal if goal is not None else None if value is None else _default_goal(aim, value)
    return cells if goal is None else {**cells, "goal": round(goal, 2)}


def _default_goal(aim: Aim, value: float) -> float | None:
    """A fifth less, or a fifth of the way to all; none where no way is the better one."""
    if aim.better == "less":
        return value * (1 - _FIFTH)
    if aim.better == "more" and aim.statistic == "share":
        return value + (100 - value) * _FIFTH
    return None


class Judge:
    """Brings the rows of one tab up to date."""

    def __init__(self, view: View, facts: Facts, pen: Pen) -> None:
        self.view, self.facts, self.pen = view, facts, pen
        self.today = view.today

    def follow(self, row: Row, aim: Aim) -> None:
        """Fill what is blank, and judge when the day has come."""
        texts, language = self.view.texts, self.view.language
        if progress_of(row, language) == "done":
            self.pen.fill(row, "done_on", self.today, texts("improve.why.done_on"))
        if not is_open(row, language):
            return
        later = self.today + timedelta(days=self.view.policy.improve_review_days)
        self.pen.fill(row, "review_on", later, texts("improve.why.review_on"))
        if aim.kind is None:
            self.pen.fill(row, "proof", texts("improve.proof.no_test"), texts("improve.why.verdict"))
            return
        self._freeze(row, aim)
        review_on, done_on = row.day("review_on", self.today), row.day("done_on", self.today)
        ready = progress_of(row, language) == "done" and done_on is not None and done_on < self.today
        if ready and review_on is not None and review_on <= self.today and row.text("baseline"):
            assert done_on is not None
            self._judge(row, aim, done_on)

    def _freeze(self, row: Row, aim: Aim) -> None:
        """Write the baseline once; from then on it stays as it is."""
        if row.text("baseline"):
            return
        why = self.view.texts("improve.why.baseline")
        planned = read_span(row.text("baseline_period"))
        if planned is None:
            noticed = period_of(self.today).before()
            span = first_baseline(self.view, self.facts, aim, noticed, fresh=False, after=None)
        elif planned[1] + timedelta(days=_settling(aim)) < self.today:
            span = Span(*planned, measure(self.facts, aim, *planned))
            longer = period_of(span.end + timedelta(days=1))
            short = span.cases is None or span.cases.n < self.view.policy.improve_least
            if short and span.days < 30 * MONTHS and aim.figure not in RIPENING:
                span = Span(span.start, longer.end)
        else:
            return
        for key, value in baseline_cells(self.view, aim, span, row.number("goal")).items():
            if key == "baseline_period":
                self.pen.set(row, key, value, why)  # type: ignore[arg-type]
            else:
                self.pen.fill(row, key, value, why)  # type: ignore[arg-type]

    def _judge(self, row: Row, aim: Aim, done_on: date) -> None:
        texts = self.view.texts
        why = texts("improve.why.verdict")
        assert aim.kind is not None
        before, frozen = (
            read_sample(row.text("baseline_rows"), aim.kind),
            read_span(row.text("baseline_period")),
        )
        if before is None or frozen is None or not before.n:
            self.pen.set(row, "proof", texts("improve.proof.unreadable"), why)
            return
        more = self._more(row, aim)
        if more is None:
            self.pen.set(row, "proof", texts("improve.proof.no_way"), why)
            return
        span = self._window(row, aim, done_on, Span(*frozen))
        after = measure(self.facts, aim, span.start, span.end) if span.days > 0 else None
        tests = int(row.number("tests") or 0)
        least = self.view.policy.improve_least
        if after is None or (min(_cases(before), _cases(after)) < least):
            verdict, again = "too_little", RETRY_DAYS
            proof = texts("improve.proof.too_little", before=_cases(before), after=_cases(after), least=least)
        else:
            bound = level(self.view.policy.improve_alpha, tests)
            p = chance(before, after, more)
            verdict = "effective" if p <= bound else "not_effective"
            again = self.view.policy.improve_review_days
            shown = "< 0.0001" if p < 0.0001 else f"= {p:.4f}"
            proof = texts(f"improve.proof.{aim.kind}", p=shown, level=f"{bound:.4g}")
            tests += 1
        self._write(row, aim, span, after, verdict, proof, tests)
        if verdict != "effective":
            self.pen.set(row, "review_on", self.today + timedelta(days=again), texts("improve.why.again"))

    def _write(
        self, row: Row, aim: Aim, span: Span, after: Sample | None, verdict: str, proof: str, tests: int
    ) -> None:
        why = self.view.texts("improve.why.verdict")
        value = after.value(aim.statistic) if after else None
        cells = {
            "measured": None if value is None else round(value, 2),
            "measured_n": after.n if after else 0,
            "measured_period": span_text(span.start, span.end) if span.days > 0 else None,
            "measured_rows": after.text() if after else None,
            "verdict": _VERDICTS.name(verdict, self.view.language),
            "proof": proof,
            "tests": tests,
        }
        for key, new in cells.items():
            self.pen.set(row, key, new, why)

    def _more(self, row: Row, aim: Aim) -> bool | None:
        """Whether more is better: what the figure says, else what the goal says against the baseline."""
        if aim.better != "neither":
            return aim.better == "more"
        goal, baseline = row.number("goal"), row.number("baseline")
        return None if goal is None or baseline is None or goal == baseline else goal > baseline

    def _window(self, row: Row, aim: Aim, done_on: date, frozen: Span) -> Span:
        """The days that show what the measure did: after it was done, after the baseline, and seen by no test before.

        Never longer than the baseline: of longer windows some figures look better by themselves. The cases of a
        figure that ripens are left as long to settle as those of its baseline.
        """
        end = self.today - timedelta(days=1 + _settling(aim))
        start = max(done_on, frozen.end) + timedelta(days=1)
        seen = read_span(row.text("measured_period"))
        if seen is not None and row.number("tests"):
            undecided = verdict_of(row, self.view.language) == "too_little"
            start = max(start, seen[0] if undecided else seen[1] + timedelta(days=1))
        return Span(max(start, end - timedelta(days=frozen.days - 1)), end)


def _settling(aim: Aim) -> int:
    """Days after the last day measured until its cases are taken as they are."""
    return SETTLED if aim.figure in RIPENING else 0


def _cases(sample: Sample | None) -> int:
    return sample.n if sample else 0


def chance(before: Sample, after: Sample, more: bool) -> float:
    """The p-value of a change for the better, by the test that fits the cases."""
    if before.kind == "share":
        return fisher(before.counts.get(1, 0), before.n, after.counts.get(1, 0), after.n, more)
    if before.kind == "events":
        return poisson(before.n, before.days, after.n, after.days, more)
    return mann_whitney(before.counts, after.counts, more)
