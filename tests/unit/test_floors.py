"""Imports go downward only, and starting the command line loads nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import openpyxl

from tests.sheets import header, row

ROOT = Path(__file__).parents[2]
HEAVY = (
    "openpyxl",
    "lxml",
    "pydantic",
    "sqlalchemy",
    "alembic",
    "jinja2",
    "gspread",
    "holidays",
    "opencc",
    "ruamel.yaml",
    "rich",
    "requests",
)


def test_imports_go_downward_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--config", "pyproject.toml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, sheetops.cli as c\ntry:\n    c.main(['--help'])\nexcept SystemExit:\n    pass\nprint(' '.join(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    loaded = set(done.stderr.split())
    assert "sheetops" in loaded
    assert not [name for name in HEAVY if name in loaded]


def test_the_public_functions_load_nothing_heavy_until_they_are_called() -> None:
    code = "import sys, sheetops.books.xlsx\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert not [name for name in HEAVY if name in done.stdout.split()]


# What a run of fill and validate on a workbook has no use for, and who has.
NOT_OF_A_RUN = {
    "asyncio": "the fleet's orders",
    "alembic": "a ledger of an older version",
    "mako": "Alembic",
    "psycopg": "PostgreSQL",
    "openpyxl": "new workbooks",
    "numpy": "the bulk of a large tab",
    "PIL": "openpyxl",
    "jinja2": "mails",
    "smtplib": "mails",
    "http.client": "chats, Google",
    "requests": "Google",
    "gspread": "Google",
    "pydantic": "a settings file",
    "ruamel.yaml": "a settings file",
    "cronsim": "a schedule",
    "rich": "progress on a terminal",
    "click.testing": "tests",
    "importlib.metadata": "what is installed: SQLAlchemy's dialects, the version of a library",
    "email.message": "mails",
    "socket": "mails, chats, Google",
    "sqlalchemy.connectors.asyncio": "asynchronous ledgers",
    "sqlalchemy.orm": "nothing here",
    "dateutil.parser": "dates in texts, which no calendar is asked for",
    "holidays.countries.germany": "German teams: each country is loaded alone",
    "sheetops.messages": "mails",
    "sheetops.jobs.review": "reviews",
    "sheetops.jobs.remind": "digests",
    "sheetops.jobs.improve": "improvements",
    "sheetops.domain.words": "keywords of reviews",
    "sheetops.domain.times": "schedules",
    "sheetops.books.google.book": "Google",
    "sheetops.settings.parsing": "a settings file",
    "sheetops.ledger.migrations": "a ledger of an older version",
}

OURS = "from sheetops.domain.deferred import own_process; own_process()\n"
MOST_MODULES = 550  # of Python, libraries and ours together, in a run that finds all as it should be


def _said(code: str, folder: Path) -> set[str]:
    """The names that a Python of its own prints last."""
    return set(_printed(code, folder))


def _printed(code: str, folder: Path) -> list[str]:
    """The words that a Python of its own prints last, with its state in `folder`."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "XDG_STATE_HOME": str(folder / "state"), "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split()


def test_a_run_loads_only_what_it_uses(tmp_path: Path) -> None:
    """Each start of a command pays for what it imports: all of this was four fifths of a small run once."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(header("zh-Hans"))
    for number in range(1, 4):
        book.worksheets[0].append(row(id=f"2026110{number}", description="登录后页面空白", urgency="高"))
    book.worksheets[0].append(row(description="发票抬头打印不全", urgency="低"))
    book.save(tmp_path / "desk.xlsx")
    run = (
        OURS
        + "import sys\nfrom pathlib import Path\nfrom sheetops.cli.common import Wishes, run_jobs\nimport click\n"
    )
    run += "try:\n    run_jobs(('fill', 'validate'), Wishes(('desk.xlsx',), None, None, False, False, True, False, False))\n"
    run += "except click.exceptions.Exit as leave:\n    assert leave.exit_code == 1, leave.exit_code\n"
    run += "print(' '.join(sys.modules))"
    loaded = _said(run, tmp_path)
    assert {"sheetops.jobs.checks_tab", "sqlalchemy", "holidays.countries.china"} <= loaded, (
        "the run was none"
    )
    assert {name: user for name, user in NOT_OF_A_RUN.items() if name in loaded} == {}
    again = _said(run, tmp_path)
    assert "sheetops.jobs.checks_tab" in again, "the second run was none"
    writers = {"check", "edit", "going_back", "tab", "tab_write"}
    writers = {f"sheetops.books.xlsx.{name}" for name in writers} | {"xml.etree.ElementTree", "html"}
    writers |= {"zipfile", "shutil", "tempfile"}
    assert not writers & again, "nothing is to be written: all is as the first run left it"
    assert len(again) <= MOST_MODULES, f"{len(again)}: what is new among them, and does a run need it?"


def test_a_large_tab_is_read_by_one_thread(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(header("en"))
    book.worksheets[0].append(row(id="20261101", description="The page stays blank", urgency="高"))
    book.save(tmp_path / "desk.xlsx")
    read = "import os, sys\nfrom pathlib import Path\nfrom sheetops.books.xlsx import read, read_plain\n"
    read += "read_plain._LARGE = 1\n"
    read += "sheet = read.read_workbook(Path('desk.xlsx').read_bytes(), 'desk.xlsx')\n"
    read += "assert len(sheet.grids[0].rows) == 2\n"
    told = "print(' '.join(sys.modules))"
    alone = "tasks = '/proc/self/task'\n"
    alone += (
        "assert not os.path.isdir(tasks) or len(os.listdir(tasks)) == 1, 'threads that wait for algebra'\n"
    )
    loaded = _said(OURS + read + alone + told, tmp_path)
    assert "sheetops.books.xlsx.read_bulk" in loaded
    assert not {"numpy.random", "numpy.fft", "numpy.ma"} & loaded
    theirs = "assert 'OPENBLAS_NUM_THREADS' not in os.environ, 'the threads of who uses us as a library'\n"
    theirs += "import numpy, inspect\nassert numpy.array.__doc__ and numpy.linalg.inv.__module__ == 'numpy.linalg'\n"
    assert "numpy.linalg" in _said(read + theirs + told, tmp_path)


def test_an_edit_of_cells_loads_only_what_it_uses(tmp_path: Path) -> None:
    """On a small sheet an edit is mostly its imports."""
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    edit = "import sys\nbare = set(sys.modules)\nfrom sheetops.books.xlsx import edit_cells\n"
    edit += "edit_cells('a.xlsx', {('Sheet', 'B2'): 'x'})\nprint(' '.join(set(sys.modules) - bare))"
    loaded = _said(edit, tmp_path)
    assert "sheetops.books.xlsx.check" in loaded
    unused = {
        "dataclasses",
        "socket",
        "secrets",
        "numpy",
        "openpyxl",
        "lxml.etree",
        "sheetops.domain.table",
        "sheetops.domain.text",
    }
    assert not unused & loaded


def test_who_only_asks_the_ledger_loads_no_rules_and_no_workbooks(tmp_path: Path) -> None:
    code = "import sys, sheetops.cli as c\ntry:\n    c.main(['status'])\nexcept SystemExit as left:\n    assert left.code == 0\nprint(' '.join(sys.modules))"
    loaded = _said(code, tmp_path)
    assert "sheetops.ledger.asking" in loaded
    unused = {
        "sheetops.domain.rules",
        "sheetops.domain.kpis",
        "sheetops.books.xlsx.book",
        "lxml",
        "holidays",
        "pydantic",
    }
    assert not unused & loaded


def test_a_process_of_its_own_searches_no_garbage_while_it_loads_and_takes_nothing_apart(
    tmp_path: Path,
) -> None:
    """Loading makes some hundred thousand objects that stay: looking through them and freeing them was a third."""
    code = "import gc, sys\nsearches = []\n"
    code += "gc.callbacks.append(lambda phase, told: searches.append(told['generation']) if phase == 'start' else None)\n"
    code += "import sheetops.cli as c\nsys.argv = ['sheetops', 'status']\nbefore = len(searches)\n"
    code += "try:\n    c.main()\nexcept SystemExit as left:\n    assert not left.code\n"
    code += "print(len(searches) - before, gc.get_freeze_count())"
    done = _printed(code, tmp_path)
    searches, frozen = map(int, done)
    assert searches <= 5 and frozen > 10_000
