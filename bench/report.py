"""The measured lines as docs/benchmarks.md."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from math import isnan
from pathlib import Path

from bench.measure import middle
from bench.suite import Extra, Line

_LIBRARIES = (
    "openpyxl", "pandas", "XlsxWriter", "python-calamine", "excelize", "wolfxl", "pyopenxlsx", "isal", "lxml", "SQLAlchemy",
)  # fmt: skip
_ABOUT = """\
# Benchmarks

`make bench` runs every contender in processes of its own on the same workbooks, in rounds in which each has its turn,
and writes this page. The workbook is a request log of 13 columns as real Excel lays it out (shared strings, dates with
a format, a filter, drop-downs); 1 % of its rows lack their ID and due date, and 1 % hold something that a rule finds.
*CPU* is user and system time of the whole process with all its threads, from start to end; *peak* is its largest
resident memory; each figure is of {runs}, above 100,000 rows of one run. *×* sets it
against openpyxl's bare load + edit + save of that size. Python's modules are compiled beforehand, as an installation
does it.

{machine}

"""


def page(tables: Mapping[int, Sequence[Line]], extras: Sequence[Extra], runs: int, folder: Path) -> str:
    """The whole page."""
    text = _ABOUT.format(
        runs=f"{runs} runs, their median" if runs > 1 else "one run", machine=_machine(folder)
    )
    for rows, lines in tables.items():
        text += f"## {rows:,} rows\n\n{_table(lines)}\n"
    if goals := _goals(tables):
        text += f"## Goals\n\n{goals}\n"
    text += f"## How it grows\n\n{_growth(tables)}\n" if len(tables) > 1 else ""
    return text + f"## Start-up and review\n\n{_extras(extras)}" if extras else text


def _machine(folder: Path) -> str:
    model = "an unnamed processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [
            line.partition(":")[2].strip()
            for line in info.read_text().splitlines()
            if line.startswith("model name")
        ]
        model = f"{len(models)} × {models[0]}" if models else model
    found = [f"{name} {number}" for name in _LIBRARIES if (number := _version(name))]
    found += [
        f"{path.name.partition('-')[0].replace('_', '-')} {path.name.split('-')[1].removesuffix('.dist')}"
        for path in folder.glob("paper/paper_xlsx-*")
    ]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {model}, {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}; {', '.join(found)}."
    )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _table(lines: Sequence[Line]) -> str:
    base = next((line.took for line in lines if line.contender.name == "openpyxl_bare"), None)
    text = "| | CPU s | × | peak MB | × |\n|---|--:|--:|--:|--:|\n"
    for line in lines:
        contender, took = line.contender, line.took
        if took is None:
            text += f"| {contender.title} | {line.why.replace('|', '/')} | | | |\n"
            continue
        cpu, memory = (f"{took.cpu / base.cpu:.2f}", f"{took.memory / base.memory:.2f}") if base else ("", "")
        text += f"| {contender.title} | {took.cpu:.2f} | {cpu} | {took.memory:.0f} | {memory} |\n"
    return text


def _goals(tables: Mapping[int, Sequence[Line]]) -> str:
    """How far the goals are reached: the median of what each round says, of two sizes what their medians say."""
    rounds = {line.contender.name: line.rounds for line in tables.get(100_000, ()) if line.took}
    if not rounds.keys() >= {"first", "second", "openpyxl_bare", "raw_limit", "calamine_limit"}:
        return ""
    turns = list(
        zip(
            *(rounds[name] for name in ("first", "openpyxl_bare", "raw_limit", "calamine_limit", "second")),
            strict=True,
        )
    )
    lines = [
        ("validate + fill + save, beside openpyxl's bare load + edit + save", [one.cpu / bare.cpu for one, bare, *_ in turns], 0.1),
        ("its peak memory, beside openpyxl's", [one.memory / bare.memory for one, bare, *_ in turns], 0.4),
        ("validate + fill + save, beside the two limits together", [one.cpu / (raw.cpu + cells.cpu) for one, _, raw, cells, _ in turns], 2.0),
        ("the second run, beside the first", [again.cpu / one.cpu for one, *_, again in turns], 0.5),
    ]  # fmt: skip
    first = middle(rounds["first"])
    for line in tables.get(500_000, ()):
        if line.contender.name == "first" and (large := line.took):
            lines.append(("500,000 rows, beside 100,000: time", [large.cpu / first.cpu], 5.5))
            lines.append(("500,000 rows, beside 100,000: memory", [large.memory / first.memory], 5.5))
    text = "| at 100,000 rows | is | of the rounds | goal |\n|---|--:|--:|--:|\n"
    for title, values, goal in lines:
        span = f"{min(values):.2f}–{max(values):.2f}" if len(values) > 1 else ""
        text += f"| {title} | {statistics.median(values):.2f} | {span} | {goal:g} |\n"
    return text


def _growth(tables: Mapping[int, Sequence[Line]]) -> str:
    sizes = list(tables)
    text = f"| CPU s | {' | '.join(f'{rows:,}' for rows in sizes)} |\n|---|{'--:|' * len(sizes)}\n"
    named = {line.contender.name: line.contender for lines in tables.values() for line in lines}
    taken = {(rows, line.contender.name): line.took for rows, lines in tables.items() for line in lines}
    for name, contender in named.items():
        cells = [f"{took.cpu:.2f}" if (took := taken.get((rows, name))) else "" for rows in sizes]
        text += f"| {contender.title} | {' | '.join(cells)} |\n"
    return text


def _extras(extras: Sequence[Extra]) -> str:
    text = "| | CPU s | peak MB | beside | CPU s | peak MB |\n|---|--:|--:|---|--:|--:|\n"
    for title, took, beside, other in extras:
        cells = [
            f"{figures.cpu:.2f} | {'' if isnan(figures.memory) else f'{figures.memory:.0f}'}"
            if figures
            else " | "
            for figures in (took, other)
        ]
        text += f"| {title} | {cells[0]} | {beside} | {cells[1]} |\n"
    return text
