"""The section of a review on how feedback sounds: an estimate, marked as one, with the requests behind it."""

from __future__ import annotations

from sheetops.domain.sentiment import SOUNDS
from sheetops.domain.tabs import Cell, Style
from sheetops.jobs.review_data import Review
from sheetops.jobs.review_notes import named_rows
from sheetops.jobs.review_page import COLUMNS, Page, number, shown

_STYLES: dict[str, Style] = {"good": "good", "even": "neutral", "bad": "bad"}
_HEADS = ("sound", "count", "share", "before")


def add_sounding(page: Page, made: Review) -> None:
    """What share of the feedback in words sounds good, even or bad, now and before; what contradicts its score."""
    texts, now, before = made.view.texts, made.sounding, made.sounding_before
    page.section(texts("review.sounding.title"), texts("review.sounding.note"))
    if not now.n:
        page.text(texts("review.sounding.none"))
        return
    judged = shown(now.judged / now.n, "percent")
    page.text(texts("review.sounding.n", n=now.n, judged=now.judged, share=judged), "muted")
    if now.small:
        page.text(texts("review.judge.small"), "muted")
    heads = (Cell(texts(f"review.sounding.{head}"), "header") for head in _HEADS)
    page.add(*heads, Cell(texts("review.keywords.rows"), "header", span=COLUMNS - len(_HEADS)))
    for key in SOUNDS:
        page.add(
            Cell(texts(f"review.sounding.{key}"), _STYLES[key]),
            Cell(len(now.rows[key]), "integer"),
            number(now.share(key), "percent"),
            number(before.share(key), "percent"),
            Cell(named_rows(made, now.rows[key]), "wrap", span=COLUMNS - len(_HEADS)),
        )
    others = {"unjudged": now.rows[None], "bad_but_high": now.bad_but_high, "good_but_low": now.good_but_low}
    for name, rows in others.items():
        if rows:
            page.add(
                Cell(texts(f"review.sounding.{name}"), "label"),
                Cell(len(rows), "integer"),
                Cell(),
                Cell(),
                Cell(named_rows(made, rows), "wrap", span=COLUMNS - len(_HEADS)),
            )
