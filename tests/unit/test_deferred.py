"""A stand-in for a module that is not loaded gives all that the module has, and leaves its place to the module."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetops.domain import deferred
from sheetops.domain.deferred import deferring, load

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


@pytest.mark.usefixtures("heavy")
def test_after_the_import_a_stand_in_gives_what_the_module_has(tmp_path: Path) -> None:
    with deferring({MODULE: ("double",)}):
        user = importlib.import_module("stood_for.user")
    assert user.whole.double.__module__ == MODULE, "a program can pickle it, and read what it says of itself"
    (tmp_path / PACKAGE / "other.py").write_text("from stood_for.second import *\n")
    (tmp_path / PACKAGE / "second.py").write_text("__all__ = ['_LOW']\n_LOW = 1\n")
    with deferring({"stood_for.second": ()}):
        assert importlib.import_module("stood_for.other")._LOW == 1


@pytest.mark.usefixtures("heavy")
def test_a_library_that_fails_with_a_stand_in_is_imported_as_usual(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer one may import a part of a module that is stood for; what it was at until then is made anew."""
    package = tmp_path / PACKAGE
    (package / "deep").mkdir()
    (package / "deep" / "__init__.py").write_text("")
    (package / "deep" / "part.py").write_text("")
    (package / "__init__.py").write_text("import stood_for.user\nimport stood_for.deep.part\n")
    load(PACKAGE, {"stood_for.deep": ()})
    assert PACKAGE not in sys.modules, "in a process of somebody else's nothing is tried"
    monkeypatch.setattr(deferred, "_ours", True)
    load(PACKAGE, {"stood_for.deep": ()})
    assert not [name for name in sys.modules if name.partition(".")[0] == PACKAGE]
    whole = importlib.import_module(PACKAGE)
    assert whole.user.whole.LIMIT == 7 and whole.deep.part


@pytest.mark.usefixtures("heavy")
def test_a_module_that_another_thread_begins_to_load_keeps_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    class Modules(dict[str, object]):
        """As if the other thread were between every question and the answer."""

        def __contains__(self, name: object) -> bool:
            return name != MODULE and super().__contains__(name)

    real = importlib.import_module(MODULE)
    with monkeypatch.context() as patch:
        patch.setattr(deferred.sys, "modules", Modules(sys.modules))
        with deferring({MODULE: ()}):
            assert deferred.sys.modules[MODULE] is real


def _done(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_the_calendar_library_is_whole_though_parts_of_it_waited() -> None:
    _done("""
import sys
from datetime import date
from sheetops.domain.calendars import country_year
from sheetops.domain.deferred import own_process
own_process()
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
from sheetops.domain.deferred import own_process
from sheetops.ledger import open_ledger
own_process()
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


def test_a_newer_sqlalchemy_that_wants_what_no_stand_in_has_opens_a_ledger(tmp_path: Path) -> None:
    """Both steps fail, each at the first thing that is asked of a stand-in."""
    _done(f"""
import sys
from sheetops import ledger
from sheetops.domain import deferred
def wants_more(stand_in, name):
    raise (AttributeError if name.startswith("__") else TypeError)(name)
deferred._Deferred.__getattr__ = wants_more
first, load = [], deferred.load
def loaded(library, without):
    load(library, without)
    first.append(library in sys.modules)
    if library == "sqlalchemy":
        import sqlalchemy
ledger.load = loaded
ledger._UNUSED_DIALECTS = dict(ledger._UNUSED_DIALECTS) | {{"sqlalchemy.dialects.sqlite.pysqlite": ()}}
deferred.own_process()
ledger.open_ledger({str(tmp_path / "ledger.db")!r}).close()
assert first == [False, False], first
import sqlalchemy
assert sqlalchemy.exc and sqlalchemy.util.langhelpers and sqlalchemy.dialects.sqlite.aiosqlite
""")


def test_who_uses_us_as_a_library_has_every_library_whole(tmp_path: Path) -> None:
    _done(f"""
import os, sys
from sheetops.books.xlsx.joblock import state_folder
from sheetops.domain.calendars import country_year
from sheetops.ledger import open_ledger
open_ledger({str(tmp_path / "ledger.db")!r}).close()
country_year("CN", None, 2026), state_folder()
import holidays, platformdirs, sqlalchemy.dialects.sqlite
assert holidays.__version__ and sqlalchemy.dialects.sqlite.aiosqlite.__file__
assert {{"asyncio", "dateutil.parser", "importlib.metadata", "tempfile"}} <= set(sys.modules)
""")


def test_what_somebody_set_for_the_threads_of_algebra_stays() -> None:
    _done("""
import os
from sheetops.domain.deferred import own_process
os.environ["OPENBLAS_NUM_THREADS"] = "2"
own_process()
assert os.environ.pop("OPENBLAS_NUM_THREADS") == "2"
own_process()
assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
""")


def test_threads_that_open_ledgers_at_once_wait_for_one_of_them_to_load(tmp_path: Path) -> None:
    _done(f"""
import sys, threading, traceback
from sheetops.domain.calendars import country_year
from sheetops.domain.deferred import own_process
from sheetops.ledger import open_ledger
own_process()
sys.setswitchinterval(1e-5)
start, faults = threading.Barrier(6), []
def work(number):
    try:
        start.wait()
        open_ledger({str(tmp_path)!r} + f"/{{number}}.db").close()
        assert country_year(("CN", "US", "DE", "JP", "TW", "HK")[number], None, 2026).holidays
        import asyncio, importlib.metadata
        assert asyncio.AbstractEventLoop and importlib.metadata.version("holidays")
    except BaseException:
        faults.append(traceback.format_exc())
threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
for each in threads: each.start()
for each in threads: each.join()
assert not faults, faults[0]
""")
