"""Excel workbooks, changed without harm: `edit_cells` and `put_tab`, usable alone."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheetops.books.xlsx.edit import edit_cells
    from sheetops.books.xlsx.tab import put_tab

__all__ = ["edit_cells", "put_tab"]

_HOMES = {"edit_cells": "edit", "put_tab": "tab"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
