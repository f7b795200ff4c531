"""The figures of a review. A new one is a module with a `Figure`, a line here, its texts and a test."""

from __future__ import annotations

from typing import Final

from sheetops.domain.kpis import (
    backlog,
    complaints,
    csat,
    due_moved,
    first_response,
    intake,
    nps,
    on_time,
    reopened,
    repeat,
    resolution_rate,
    resolution_time,
    resolved,
)
from sheetops.domain.kpis.base import Figure

FIGURES: Final[tuple[Figure, ...]] = (
    intake.FIGURE,
    resolved.FIGURE,
    reopened.TIMES,
    backlog.FIGURE,
    resolution_rate.FIGURE,
    on_time.FIGURE,
    on_time.BREACH,
    due_moved.FIGURE,
    first_response.FIGURE,
    resolution_time.FIGURE,
    resolution_time.P90,
    resolution_time.MEAN,
    csat.FIGURE,
    csat.MEAN,
    csat.RESPONSES,
    nps.FIGURE,
    complaints.FIGURE,
    reopened.FIGURE,
    reopened.FIRST_CONTACT,
    repeat.FIGURE,
)
"""Every figure, in the order in which a review shows them."""

BY_KEY: Final = {figure.key: figure for figure in FIGURES}
