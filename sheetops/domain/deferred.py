"""Modules that a library imports as it starts and does not use here: put off until something is asked of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from threading import Lock
from types import ModuleType
from typing import Any

_LOADING = (
    Lock()
)  # one library at a time: another thread would take what is half there, or have its attempt undone
_SWAPPING = Lock()  # never held while something is imported
_ours = False


def own_process() -> None:
    """Say, before it has threads, that this process is this program's alone, which may load libraries in parts.

    A program that uses sheetops as a library has every library whole, and with as many threads as it wants.
    OpenBLAS, which comes with numpy, begins a thread for each processor when it is loaded, and each waits for work at
    full speed for a while (two fifths of loading it); no algebra is done here.
    """
    global _ours
    _ours = True
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def is_own_process() -> bool:
    """Whether `own_process` was said."""
    return _ours


def load(library: str, without: Mapping[str, tuple[str, ...]]) -> None:
    """Import a library, in a process of our own without these modules of which it takes no more than these functions.

    Whatever another version does with a stand-in, nothing is said if that fails, and nothing is left of the attempt:
    whoever imports the library then as usual has it whole, or hears what is wrong.
    """
    if _ours:
        with _LOADING:
            if library not in sys.modules:
                _try(library, without)


def _try(library: str, without: Mapping[str, tuple[str, ...]]) -> None:
    before = set(sys.modules)
    try:
        with deferring(without):
            import_module(library)
    except Exception:
        # Else a package would be made anew, and lack those of its modules that were made before.
        top = library.partition(".")[0]
        for name in [name for name in list(sys.modules) if name.partition(".")[0] == top]:
            if name not in before:
                sys.modules.pop(name, None)


class _Deferred(ModuleType):
    """Stands for a module that is not loaded; what is asked of it is the module's own."""

    def __init__(self, name: str, functions: tuple[str, ...]) -> None:
        super().__init__(name)
        self.__dict__["_functions"] = functions

    def __getattr__(self, name: str) -> Any:
        """One of the functions, which loads the module when it is called; anything else loads it now."""
        if name.startswith("__") and name != "__all__":  # what the import system asks of every module
            raise AttributeError(name)
        return partial(self._call, name) if name in self._functions else getattr(self._loaded(), name)

    def _call(self, function: str, *arguments: Any, **named: Any) -> Any:
        return getattr(self._loaded(), function)(*arguments, **named)

    def _loaded(self) -> ModuleType:
        self.step_aside()
        return import_module(self.__name__)

    def step_aside(self) -> bool:
        """Whether this stood in the module's place, which is free for the module from now on."""
        with _SWAPPING:
            stood = sys.modules.get(self.__name__) is self
            if stood:
                del sys.modules[self.__name__]
            return stood


@contextmanager
def deferring(modules: Mapping[str, tuple[str, ...]]) -> Iterator[None]:
    """Have what is imported meanwhile take stand-ins for those of `modules` that are not loaded yet.

    With each stand the names of functions that may be taken from it without loading it. Whoever imports such a
    module afterwards gets the module; who took a stand-in gets everything through it.
    """
    stand_ins = [_Deferred(name, functions) for name, functions in modules.items()]
    # In one step each: in the meantime another thread may have begun to load it.
    stand_ins = [each for each in stand_ins if sys.modules.setdefault(each.__name__, each) is each]
    try:
        yield
    finally:
        for each in stand_ins:
            vars(each)["_functions"] = ()  # from now on who asks wants the module's own
            package, _, last = each.__name__.rpartition(".")
            if each.step_aside() and package in sys.modules and last not in vars(sys.modules[package]):
                setattr(sys.modules[package], last, each)  # as importing it would have; `import` sets it anew
