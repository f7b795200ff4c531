"""How feedback sounds: an estimate from words, beside the scores and never part of them.

Of the requests resolved in the period whose feedback has words: how many sound good, even or bad by a short list of
words with negation (`domain.sentiment`), and how many could not be judged. Those whose words contradict the score
are named, for a person to read. n: the feedbacks with words; rows: their requests. Source: domain.md §4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sheetops.domain.kpis.base import SMALL
from sheetops.domain.kpis.facts import Facts, Window
from sheetops.domain.sentiment import SOUNDS, Sound, sound


class Sounding(NamedTuple):
    """The requests by how their feedback sounds; None: no word told."""

    rows: Mapping[Sound | None, tuple[int, ...]]
    bad_but_high: tuple[int, ...]  # sounds bad with a score of 4 or 5
    good_but_low: tuple[int, ...]  # sounds good with a score of 1 or 2

    @property
    def n(self) -> int:
        """Feedbacks with words."""
        return sum(map(len, self.rows.values()))

    @property
    def judged(self) -> int:
        """How many of them could be judged."""
        return self.n - len(self.rows[None])

    @property
    def small(self) -> bool:
        """Whether so few were judged that chance has its way."""
        return self.judged < SMALL

    def share(self, key: Sound) -> float | None:
        """The share of the judged that sounds so."""
        return len(self.rows[key]) / self.judged if self.judged else None


def sounding(facts: Facts, window: Window) -> Sounding:
    """How the feedback of the period's resolved requests sounds."""
    rows: dict[Sound | None, list[int]] = {key: [] for key in (*SOUNDS, None)}
    feedbacks = facts.column("feedback")
    for index in facts.resolved_in(window):
        feedback = feedbacks[index]
        if feedback is not None and feedback.words.strip():
            rows[sound(feedback.words)].append(index)
    scores = facts.scores
    return Sounding(
        {key: tuple(found) for key, found in rows.items()},
        tuple(i for i in rows["bad"] if (scores[i] or 0) >= 4),
        tuple(i for i in rows["good"] if (scores[i] or 5) <= 2),
    )
