"""A stand-in for a module that is not loaded gives all that the module has, and leaves its place to the module."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetops.domain.deferred import deferring

ROOT = Path(__file__).parents[2]
PACKAGE, MODULE = "stood_for", "stood_for.heavy"


@pytest.fixture
def heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package with a module that takes long, and a user of it."""
    package = tmp_path / PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "heavy.py").write_text("LIMIT = 7\ndef double(x, times=2):\n    return x * times\n")
    (package / "user.py").write_text("from stood_for.heavy import double\nimport stood_for.heavy as whole\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.mark.usefixtures("heavy")
def test_a_stand_in_loads_its_module_when_something_is_asked_of_it() -> None:
    with deferring({MODULE: ("double",)}):
        user = importlib.import_module("stood_for.user")
    assert MODULE not in sys.modules
    assert user.double(3) == 6 and user.double(3, times=3) == 9
    assert MODULE in sys.modules and user.whole.LIMIT == 7
    assert user.double(1) == 2, "what was taken goes on working once the module is there"


@pytest.mark.usefixtures("heavy")
def test_who_imports_the_module_afterwards_gets_the_module() -> None:
    with deferring({MODULE: ("double",)}):
        importlib.import_module("stood_for.user")
    package = sys.modules[PACKAGE]
    assert package.heavy.LIMIT == 7, "as `import stood_for.heavy` would have left it"
    real = importlib.import_module(MODULE)
    assert real.__file__ and package.heavy is real and sys.modules[MODULE] is real


@pytest.mark.usefixtures("heavy")
def test_what_is_no_listed_function_is_the_modules_own_at_once() -> None:
    with deferring({MODULE: ()}):
        user = importlib.import_module("stood_for.user")
        assert user.double.__module__ == MODULE, "not listed: the function itself"
        assert sys.modules[MODULE].__file__
    with pytest.raises(AttributeError):
        _ = user.whole.nothing
    with deferring({MODULE: ()}):
        assert sys.modules[MODULE].LIMIT == 7, "what is loaded already is left alone"


def _done(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_the_calendar_library_is_whole_though_parts_of_it_waited() -> None:
    _done("""
import sys
from datetime import date
from sheetops.domain.calendars import country_year
days = country_year("CN", None, 2026).holidays
assert date(2026, 10, 1) in days and not {"dateutil.parser", "importlib.metadata"} & set(sys.modules)
import holidays
assert "1 October 2026" in holidays.country_holidays("CN"), "a text, which needs the parser"
assert "dateutil.parser" in sys.modules
import holidays.version, importlib.metadata
assert holidays.version.__version__ == importlib.metadata.version("holidays")
""")


def test_sqlalchemy_is_whole_though_dialects_waited(tmp_path: Path) -> None:
    _done(f"""
import sys
from sheetops.ledger import open_ledger
open_ledger({str(tmp_path / "ledger.db")!r}).close()
waiting = {{"importlib.metadata", "asyncio", "sqlalchemy.dialects.sqlite.aiosqlite"}}
assert not waiting & set(sys.modules)
from sqlalchemy import create_engine, exc
try:
    create_engine("nothing://here")
except exc.NoSuchModuleError:
    pass  # it looked through what is installed
assert "importlib.metadata" in sys.modules
from sqlalchemy.dialects.sqlite import aiosqlite, pysqlcipher
assert aiosqlite.dialect.driver == "aiosqlite" and pysqlcipher.dialect.driver == "pysqlcipher"
""")


def test_numpy_is_whole_though_its_algebra_waited() -> None:
    _done("""
import os, sys
from sheetops.domain.arrays import load_numpy
load_numpy()
assert not {"numpy.linalg", "numpy._core._add_newdocs"} & set(sys.modules)
assert "OPENBLAS_NUM_THREADS" not in os.environ, "the setting is for the moment of loading alone"
tasks = "/proc/self/task"
assert not os.path.isdir(tasks) or len(os.listdir(tasks)) == 1, "threads that wait for algebra"
import numpy as np
assert np.linalg.norm([3, 4]) == 5 and np.polyfit([0, 1, 2], [1, 3, 5], 1).round(6).tolist() == [2, 1]
assert (np.matrix([[2]]) ** -1)[0, 0] == 0.5 and issubclass(np.linalg.LinAlgError, ValueError)
import numpy.linalg, numpy.ma, numpy.testing
assert np.linalg is sys.modules["numpy.linalg"] and numpy.ma.masked_array([1, 2], [0, 1]).sum() == 1
""")
    _done("""
import os
os.environ["OPENBLAS_NUM_THREADS"] = "2"
from sheetops.domain.arrays import load_numpy
load_numpy()
assert os.environ["OPENBLAS_NUM_THREADS"] == "2", "what somebody set stays"
""")
