"""Imports go downward only, and starting the command line loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
