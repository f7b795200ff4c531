"""`python -m bench`: measure, print as it goes, and write the page."""

from __future__ import annotations

import argparse
import compileall
from pathlib import Path

from bench.report import page
from bench.suite import compare, extras

_ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 500_000], metavar="ROWS"
    )
    parser.add_argument(
        "--runs",
        type=int,
        default=3,
        help="processes a figure, of which the median counts [3]; one above 100,000 rows",
    )
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="contenders by name, see bench/suite.py"
    )
    parser.add_argument("--quick", action="store_true", help="10,000 rows, one run, nothing written")
    parser.add_argument("--no-extras", action="store_true", help="leave out start-up and review")
    parser.add_argument(
        "--folder", type=Path, default=_ROOT / ".bench", help="where workbooks are made [.bench]"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page there")
    parser.add_argument("--google", action="store_true", help="API calls on a Google sheet, nothing else")
    wishes = parser.parse_args()
    if wishes.google:
        from tests.google_calls import costs, table

        print(table({rows: costs(rows) for rows in (100, 10_000, 100_000)}))
        return
    sizes, runs = ([10_000], 1) if wishes.quick else (sorted(wishes.sizes), wishes.runs)
    # As an installation does: otherwise each process would compile the modules it imports, where it may not keep them.
    for package in ("sheetops", "bench"):
        compileall.compile_dir(_ROOT / package, quiet=2)
    print(f"{'rows':>7} {'contender':<18}{'CPU':>8}   {'elapsed':>8}   {'peak':>7}", flush=True)
    tables = {
        rows: compare(wishes.folder, rows, runs if rows <= 100_000 else 1, wishes.only, _say)
        for rows in sizes
    }
    more = [] if wishes.no_extras or wishes.quick else extras(wishes.folder, min(100_000, max(sizes)), runs)
    text = page(tables, more, runs, wishes.folder)
    if wishes.write and not wishes.quick:
        wishes.write.write_text(text, encoding="utf-8")
    else:
        print(f"\n{text}")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
