"""docs/figures.md is made from the figures. After a change, write it anew with:

REFRESH=1 .venv/bin/pytest tests/unit/kpis/test_docs.py
"""

from __future__ import annotations

import ast
import inspect
import os
from importlib import import_module
from pathlib import Path

import pytest

from sheetops.domain.kpis import FIGURES
from sheetops.domain.kpis.base import Figure
from sheetops.settings.files import load_texts

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "figures.md"
HOME = ROOT / "sheetops" / "domain" / "kpis"
# What a review shows beside its figures, a module each.
PARTS = ("trend", "ageing", "breakdown", "pareto", "peaks", "keywords", "sounding", "training", "staffing")
_PLUMBING = {"__init__", "base", "facts"}

_PANDAS = "unit/kpis/test_figures.py::test_every_figure_is_what_pandas_says"
_DESK = "integration/test_review_inputs.py::test_the_figures_of_a_real_desk_are_what_pandas_says"
_SQL = "integration/test_export_inputs.py::test_an_invented_desks_files_give_the_reviews_figures"
_REAL_PARTS = "integration/test_review_parts.py::"
# The test that computes each part another way: on invented years, then on a real desk.
CHECKS = {
    "trend": ("unit/kpis/test_parts.py::test_limits_and_signals_of_every_figure_are_computed_anew", _REAL_PARTS + "test_a_real_desk_of_two_days_has_no_limits_and_no_forecast_and_says_so"),
    "ageing": ("unit/kpis/test_figures.py::test_ageing_groups_the_backlog_by_age_and_urgency", _REAL_PARTS + "test_ages_load_types_and_peaks_of_a_real_desk"),
    "breakdown": ("unit/kpis/test_parts.py::test_every_dimension_is_broken_down_as_pandas_does", _REAL_PARTS + "test_every_breakdown_of_a_real_desk"),
    "pareto": ("unit/kpis/test_figures.py::test_types_by_department_load_peaks_and_pareto_count_the_same_requests", _REAL_PARTS + "test_complaints_of_a_real_desk_by_department"),
    "peaks": ("unit/kpis/test_figures.py::test_types_by_department_load_peaks_and_pareto_count_the_same_requests", _REAL_PARTS + "test_ages_load_types_and_peaks_of_a_real_desk"),
    "keywords": ("unit/kpis/test_words.py::test_the_rise_is_fishers_exact_test", _REAL_PARTS + "test_words_of_a_real_desk_are_counted_with_a_pattern"),
    "sounding": ("unit/kpis/test_sentiment.py::test_what_it_says_is_mostly_what_a_person_says", None),
    "training": ("unit/kpis/test_parts.py::test_training_needs_are_the_findings_grouped_by_pandas", _REAL_PARTS + "test_findings_of_a_real_desk_are_grouped_by_sql"),
    "staffing": ("unit/kpis/test_parts.py::test_the_forecast_of_a_desk_is_what_pandas_says", _REAL_PARTS + "test_a_real_desk_of_two_days_has_no_limits_and_no_forecast_and_says_so"),
}  # fmt: skip
# What the real desk's sheet cannot tell, so that its figure says what would.
_UNTOLD = ("reopened", "due_moved", "first_response", "reopen_rate", "fcr", "nps")
# Those that are asked of the exported files in SQL too.
_ASKED = ("intake", "resolved", "backlog", "on_time_rate", "complaint_rate", "csat", "csat_mean", "resolution_median", "resolution_p90")  # fmt: skip

_HEAD = """# Figures

Made from the figures' docstrings by `tests/unit/kpis/test_docs.py`; change them there, then run
`REFRESH=1 .venv/bin/pytest tests/unit/kpis/test_docs.py`.

Every figure of a review shows its n, its formula and its rows: its name leads to the column of the request list that
tells them. Fewer than 30 cases are marked as small. One that the data cannot give says so, and what would give it.

| Figure | Key | Better | Trend | Computed another way in |
|---|---|---|---|---|
"""
_LIMITS = {"p": "p-chart", "xmr": "XmR chart", "none": "–"}


def checks_of(figure: Figure) -> list[str]:
    """The tests that compute a figure independently."""
    found = [_PANDAS]
    if figure.key not in _UNTOLD:
        found.append(_DESK)
    return [*found, _SQL] if figure.key in _ASKED else found


def figures_page() -> str:
    """The whole page."""
    texts = load_texts("en")
    lines = [_HEAD.rstrip("\n")]
    modules: dict[str, list[Figure]] = {}
    for figure in FIGURES:
        module = _module_of(figure)
        modules.setdefault(module, []).append(figure)
        name = texts(f"review.figure.{figure.key}.name")
        lines.append(
            f"| [{name}](#{module}) | `{figure.key}` | {figure.better} | {_LIMITS[figure.limits]} | "
            f"{_shown(checks_of(figure))} |"
        )
    lines += ["", "| Beside the figures | Computed another way in |", "|---|---|"]
    lines += [f"| [{part}](#{part}) | {_shown([c for c in CHECKS[part] if c])} |" for part in PARTS]
    for module, figures in modules.items():
        lines += ["", f"## {module}", "", _page(module), "", "On the tab:", ""]
        for figure in figures:
            name, formula = (texts(f"review.figure.{figure.key}.{kind}") for kind in ("name", "formula"))
            lines.append(f"- **{name}.** {formula}")
    for part in PARTS:
        lines += ["", f"## {part}", "", _page(part)]
    return "\n".join(lines) + "\n"


def _shown(checks: list[str]) -> str:
    return " · ".join(
        f"[{name.partition('::')[0].rpartition('/')[2][5:-3]}](../tests/{name.partition('::')[0]})"
        for name in checks
    )


def _module_of(figure: Figure) -> str:
    module = inspect.getmodule(figure.measure)
    assert module is not None
    return module.__name__.rpartition(".")[2]


def _page(module: str) -> str:
    return inspect.cleandoc(import_module(f"sheetops.domain.kpis.{module}").__doc__ or "")


def test_the_page_is_what_the_docstrings_give() -> None:
    if os.environ.get("REFRESH"):
        PAGE.write_text(figures_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == figures_page(), "write it anew, see the top of this file"


def test_every_module_has_its_page_with_formula_n_rows_and_source() -> None:
    modules = {_module_of(figure) for figure in FIGURES}
    assert modules | set(PARTS) | _PLUMBING == {path.stem for path in HOME.glob("*.py")}
    for module in modules | set(PARTS):
        page = _page(module)
        assert "Source" in page and ("n:" in page or "n and rows" in page or "n stands" in page), module
        if module not in ("trend", "keywords", "sounding", "breakdown"):  # they say it in their own words
            assert "Formula" in page, module


@pytest.mark.parametrize(
    "name",
    sorted({c for f in FIGURES for c in checks_of(f)} | {c for both in CHECKS.values() for c in both if c}),
)
def test_every_check_that_the_page_names_is_there(name: str) -> None:
    file, _, function = name.partition("::")
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, name
