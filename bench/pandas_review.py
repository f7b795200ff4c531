"""The figures of a month's review, as an analyst would compute them in pandas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.workload import HEADER, OPENED, TODAY

_SOURCE, _TYPE, _URGENCY, _OWNER = HEADER[1], HEADER[4], HEADER[5], HEADER[7]
_DUE, _RESOLVED, _FEEDBACK, _TEXT = HEADER[8], HEADER[9], HEADER[11], HEADER[3]


def read(file: Path) -> Any:
    """The request log as a frame."""
    import pandas as pd

    return pd.read_excel(file, engine="calamine")


def review(table: Any) -> dict[str, Any]:
    """Intake, backlog, rates, ageing, breakdowns, trend and frequent words of the month before, and the month before that."""
    import pandas as pd

    for column in (OPENED, _DUE, _RESOLVED):
        table[column] = pd.to_datetime(table[column], errors="coerce")
    table["score"] = pd.to_numeric(table[_FEEDBACK].str.extract(r"\((\d)分\)")[0], errors="coerce")
    table["department"] = table[_OWNER].str.split("-").str[0]
    table["segment"] = table[HEADER[2]].str.split("-").str[1]
    last = pd.Period(TODAY, "M") - 1
    figures = {str(month): _of_month(pd, table, month) for month in (last, last - 1)}
    figures["trend"] = _trend(pd, table, last)
    return figures


def _of_month(pd: Any, table: Any, month: Any) -> dict[str, Any]:
    begin, end = month.start_time, month.end_time
    opened = table[table[OPENED].between(begin, end)]
    resolved = table[table[_RESOLVED].between(begin, end)]
    backlog = table[(table[OPENED] <= end) & ~(table[_RESOLVED] <= end)]
    overdue = backlog[backlog[_DUE] < end]
    on_time = (resolved[_RESOLVED] <= resolved[_DUE]).sum()
    scores = resolved["score"].dropna()
    days = (resolved[_RESOLVED] - resolved[OPENED]).dt.days
    age = (end - backlog[OPENED]).dt.days
    words = opened[_TEXT].str.findall(r"[\u4e00-\u9fff]{2,6}").explode()
    return {
        "intake": len(opened),
        "backlog": len(backlog),
        "resolution_rate": opened[_RESOLVED].le(end).mean(),
        "on_time": on_time / max(1, len(resolved) + len(overdue)),
        "breaches": len(overdue),
        "median": days.median(),
        "p90": days.quantile(0.9),
        "ageing": pd.cut(age, [-1, 3, 7, 14, 30, 10_000]).value_counts().to_dict(),
        "csat": (scores >= 4).mean(),
        "mean": scores.mean(),
        "response_rate": len(scores) / max(1, len(resolved)),
        "complaints": (opened[_TYPE] == "投诉类").mean(),
        "repeat": opened[HEADER[2]].duplicated().mean(),
        **{
            name: opened[name].value_counts().to_dict()
            for name in (_TYPE, _SOURCE, _URGENCY, "department", "segment")
        },
        "cross": pd.crosstab(opened[_TYPE], opened["department"]).to_dict(),
        "weekday": opened[OPENED].dt.weekday.value_counts().to_dict(),
        "words": words.value_counts().head(20).to_dict(),
    }


def _trend(pd: Any, table: Any, last: Any) -> Any:
    months = pd.period_range(last - 11, last, freq="M")
    intake = table[OPENED].dt.to_period("M").value_counts().reindex(months, fill_value=0)
    done = table[_RESOLVED].dt.to_period("M").value_counts().reindex(months, fill_value=0)
    csat = table.assign(month=table[_RESOLVED].dt.to_period("M")).groupby("month")["score"]
    return (
        intake.tolist(),
        done.tolist(),
        csat.agg(lambda s: (s.dropna() >= 4).mean()).reindex(months).tolist(),
    )
