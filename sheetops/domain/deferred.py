"""Modules that a library imports as it starts and does not use here: put off until something is asked of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from threading import Lock
from types import ModuleType
from typing import Any

_SWAPPING = Lock()  # never held while something is imported


class _Deferred(ModuleType):
    """Stands for a module that is not loaded; what is asked of it is the module's own."""

    def __init__(self, name: str, functions: tuple[str, ...]) -> None:
        super().__init__(name)
        self.__dict__["_functions"] = functions

    def __getattr__(self, name: str) -> Any:
        """One of the functions, which loads the module when it is called; anything else loads it now."""
        if name.startswith("__"):  # what the import system asks of every module
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
    stand_ins = [_Deferred(name, functions) for name, functions in modules.items() if name not in sys.modules]
    sys.modules.update({each.__name__: each for each in stand_ins})
    try:
        yield
    finally:
        for each in stand_ins:
            package, _, last = each.__name__.rpartition(".")
            if each.step_aside() and package in sys.modules and last not in vars(sys.modules[package]):
                setattr(sys.modules[package], last, each)  # as importing it would have; `import` sets it anew
