"""Jobs: pure functions from what may be known (a view) to what is wanted (a plan)."""

from __future__ import annotations

from collections.abc import Callable

from sheetops.domain.plan import Plan
from sheetops.domain.view import View

Job = Callable[[View], Plan]
