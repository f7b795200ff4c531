"""Which goals the review holds its figures against, and what counts as a word."""

from __future__ import annotations

from collections.abc import Iterator

from sheetops.domain.kpis import FIGURES
from sheetops.domain.kpis.base import SMALL
from sheetops.domain.kpis.complaints import FIGURE as COMPLAINT_RATE
from sheetops.domain.kpis.complaints import LESS
from sheetops.domain.stating.base import DEFAULT, Statement, listed, plain, said, source_of
from sheetops.domain.view import View

_MARKS = {"percent": "%"}


def goals(view: View) -> Iterator[Statement]:
    """One statement a figure that has a goal, and from how many cases a figure is not called small."""
    stated = view.policy.goals
    for figure in FIGURES:
        if figure.key not in stated and figure is not COMPLAINT_RATE:
            continue
        name = view.texts(f"review.figure.{figure.key}.name")
        if figure.key in stated:
            side = "most" if figure.better == "less" else "least"
            goal = f"{stated[figure.key]:g}{_MARKS.get(figure.unit, '')}"
            text = view.texts(f"policy.say.goal.{side}", goal=goal)
            source = source_of(view, f"goals.{figure.key}")
            yield Statement(f"goals.{figure.key}", name, text, goal, source)
        else:
            less = f"{(1 - LESS) * 100:.0f}%"
            text = view.texts("policy.say.goal.baseline", less=less, n=SMALL)
            yield Statement(f"goals.{figure.key}", name, text, f"baseline -{less}", DEFAULT)
    yield plain(view, "small", SMALL, "fixed", n=SMALL)
    for setting, in_sheet in (("words", view.decided.words), ("stop_words", view.decided.stop_words)):
        words = getattr(view.policy, setting)
        source = (view.decided.tab if in_sheet else None) or source_of(view, setting)
        yield said(view, setting, listed(view, words), ", ".join(words) or "none", source)


def improvements(view: View) -> Iterator[Statement]:
    """When a measure is judged, by which chance of error, and from how many cases on."""
    policy = view.policy
    days, least = policy.improve_review_days, policy.improve_least
    yield plain(view, "improve_review_days", days, source_of(view, "improve_review_days"), days=days)
    share = f"{policy.improve_alpha:.4g}"
    shown = f"{policy.improve_alpha * 100:.4g}%"
    yield plain(view, "improve_alpha", share, source_of(view, "improve_alpha"), share=shown)
    yield plain(view, "improve_least", least, source_of(view, "improve_least"), n=least)
