"""The figures once more, with pandas, from their definitions and not from the code: Monday to Friday, no holidays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from sheetops.domain.history import History, Reopening

NOTHING = (None, 0)
Answer = tuple[float | None, int]


def frame(rows: Sequence[dict[str, Any]], history: History) -> pd.DataFrame:
    """One line a request, with what the ledger adds."""
    table = pd.DataFrame(rows)
    table.attrs["since"] = history.since
    for name in ("opened", "due", "resolved", "first_response"):
        table[name] = pd.to_datetime(table.get(name))
    lives = [history.lives.get(identifier) for identifier in table["id"]]
    lives = [
        life if life and "first_seen" not in life.unsure else None for life in lives
    ]  # watched from the start
    table["exact_opened"] = [
        row if pd.notna(row) else life.first_seen if life else pd.NaT
        for row, life in zip(table["opened"], lives, strict=True)
    ]
    table["exact_opened"] = pd.to_datetime(table["exact_opened"])
    came_before = table["opened"].isna() & (table["resolved"] < table["exact_opened"].dt.normalize())
    table["day"] = table["exact_opened"].dt.normalize().mask(came_before, table["resolved"])
    table.loc[came_before, "exact_opened"] = pd.NaT
    table["answer"] = pd.to_datetime(
        [
            row if pd.notna(row) else life.first_response if life else None
            for row, life in zip(table["first_response"], lives, strict=True)
        ]
    )
    table["watched"] = [bool(life) and "reopened" not in life.unsure for life in lives]
    table["known"] = [life is not None for life in lives]
    table["moved"] = [bool(life and life.due_changes) for life in lives]
    table["reopened"] = [life.reopened if life else 0 for life in lives]
    table["seen_resolved"] = pd.to_datetime([life.resolved_seen if life else None for life in lives])
    later = table["resolved"].notna() & (table["day"] > table["resolved"])
    table["closed"] = table["resolved"].mask(later, table["day"])
    table["spans"] = [
        _spans(row.day, row.closed, life.reopenings if life else ())
        for row, life in zip(
            table.itertuples(), [history.lives.get(identifier) for identifier in table["id"]], strict=True
        )
    ]
    words = table["feedback"].astype("string") if "feedback" in table else pd.Series(pd.NA, table.index)
    table["score"] = pd.to_numeric(words.str.extract(r"(\d)")[0])
    return table


def _spans(day: Any, closed: Any, reopenings: Sequence[Reopening]) -> list[tuple[Any, Any]]:
    """(came or came back, resolved) each time: the state of every day, walked through one day after the other."""
    begins: Any = pd.Timestamp("1900-01-01") if pd.isna(day) else day
    end = pd.Timestamp("2200-01-01") if pd.isna(closed) else closed
    spans = []
    for lost, seen in reopenings:
        back = pd.Timestamp(seen).normalize()
        if back < begins or back > end:
            continue
        spans.append((begins, min(max(pd.Timestamp(lost), begins), back)))
        begins = back
    return [*spans, (begins, end)]


class Oracle:
    """The answers for one period."""

    def __init__(self, table: pd.DataFrame, start: date, end: date, now: datetime) -> None:
        self.t = table
        self.start, until = pd.Timestamp(start), min(end, now.date())
        self.until = pd.Timestamp(until)
        self.now = pd.Timestamp(min(datetime.combine(end + timedelta(days=1), datetime.min.time()), now))
        t = table
        self.came = t[t.day.between(self.start, self.until)]
        self.done = t[t.closed.between(self.start, self.until)]
        self.left = t[self._open_on(self.until)]
        self.overdue = self.left[self.left.due < self.now.normalize()]

    def _open_on(self, day: pd.Timestamp) -> pd.Series[bool]:
        return self.t.spans.map(lambda spans: any(begin <= day < end for begin, end in spans)).astype(bool)

    def opening(self) -> int:
        """Open on the evening before the period."""
        return int(self._open_on(self.start - pd.Timedelta(days=1)).sum())

    def _in(self, moments: Any) -> int:
        return sum(self.start <= moment <= self.until for moment in moments)

    def reopened(self) -> Answer:
        if self.t.attrs["since"] is None or self.until < pd.Timestamp(self.t.attrs["since"]).normalize():
            return NOTHING  # the ledger did not look yet
        found = self._in(begin for spans in self.t.spans for begin, _ in spans[1:])
        return found, found

    def intake(self) -> Answer:
        return len(self.came), len(self.came)

    def resolved(self) -> Answer:
        found = self._in(end for spans in self.t.spans for _, end in spans)
        return found, found

    def backlog(self) -> Answer:
        return len(self.left), len(self.left)

    def resolution_rate(self) -> Answer:
        return _rate((~self._open_on(self.until)[self.came.index]).sum(), len(self.came))

    def on_time_rate(self) -> Answer:
        due = self.done[self.done.due.notna()]
        return _rate((due.resolved <= due.due).sum(), len(due) + len(self.overdue))

    def breach(self) -> Answer:
        due = self.done[self.done.due.notna()]
        cases = len(due) + len(self.overdue)
        return (int((due.resolved > due.due).sum()) + len(self.overdue), cases) if cases else NOTHING

    def first_response(self) -> Answer:
        hits = cases = 0
        for row in self.came.itertuples():
            if row.urgency == "Low" or pd.isna(row.exact_opened):
                continue
            answer = row.answer if pd.notna(row.answer) and row.answer.normalize() <= self.until else pd.NaT
            if row.urgency == "High":
                deadline = row.exact_opened + pd.Timedelta(hours=24)
            else:  # three working days after the one on which it counts as come, to the end of that day
                shift = 1 if row.exact_opened.hour >= 18 and row.day.weekday() < 5 else 0
                day = np.busday_offset(np.datetime64(row.day.date()) + shift, 0, roll="forward")
                deadline = pd.Timestamp(np.busday_offset(day, 3)) + pd.Timedelta(days=1) - pd.Timedelta(1)
            if pd.isna(answer) and self.now <= deadline:
                continue
            cases += 1
            hits += pd.notna(answer) and answer <= deadline
        return _rate(hits, cases)

    def _days(self) -> np.ndarray[Any, Any]:
        t = self.done[self.done.exact_opened.notna() & (self.done.resolved >= self.done.day)]
        one = np.timedelta64(1, "D")
        days = (t.day.values.astype("datetime64[D]") + one, t.resolved.values.astype("datetime64[D]") + one)
        return np.busday_count(*days)

    def resolution_median(self) -> Answer:
        days = self._days()
        return (float(np.median(days)), len(days)) if len(days) else NOTHING

    def resolution_p90(self) -> Answer:
        days = self._days()
        return (float(np.quantile(days, 0.9)), len(days)) if len(days) else NOTHING

    def resolution_mean(self) -> Answer:
        days = self._days()
        return (float(days.mean()), len(days)) if len(days) else NOTHING

    def csat(self) -> Answer:
        scores = self.done.score.dropna()
        return _rate((scores >= 4).sum(), len(scores))

    def csat_mean(self) -> Answer:
        scores = self.done.score.dropna()
        return (float(scores.mean()), len(scores)) if len(scores) else NOTHING

    def feedback_rate(self) -> Answer:
        return _rate(self.done.score.notna().sum(), len(self.done))

    def nps(self) -> Answer:
        given = self.done.nps.dropna() if "nps" in self.done else pd.Series(dtype=float)
        if not len(given):
            return NOTHING
        return 100 * float((given >= 9).mean() - (given <= 6).mean()), len(given)

    def complaint_rate(self) -> Answer:
        return _rate((self.came.type == "Complaint").sum(), len(self.came))

    def reopen_rate(self) -> Answer:
        closed = ~self._open_on(self.until)[self.came.index]
        t = self.came[self.came.watched & ((self.came.reopened > 0) | closed)]
        return _rate((t.reopened > 0).sum(), len(t))

    def due_moved(self) -> Answer:
        t = self.done[self.done.known]
        return _rate(t.moved.sum(), len(t))

    def fcr(self) -> Answer:
        t = self.done[self.done.watched & self.done.answer.notna()]
        by_column = t.first_response.notna() | t.seen_resolved.isna()
        once = (by_column & (t.answer.dt.normalize() == t.resolved)) | (
            ~by_column & (t.answer == t.seen_resolved)
        )
        return _rate((once & (t.reopened == 0)).sum(), len(t))

    def repeat_customers(self) -> Answer:
        counts = self.came.customer.value_counts()
        return _rate((counts > 1).sum(), len(counts))


def _rate(hits: Any, cases: int) -> Answer:
    return (float(hits) / cases, cases) if cases else NOTHING
