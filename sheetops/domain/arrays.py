"""numpy, for what it is used here: whole numbers side by side, and no algebra."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module

from sheetops.domain.deferred import deferring

_THREADS = "OPENBLAS_NUM_THREADS"
# Its algebra, with the functions that its other parts take of it, and the texts of its `help`.
_UNUSED: Mapping[str, tuple[str, ...]] = {
    "numpy.linalg": ("eigvals", "inv", "lstsq", "matrix_power"),
    "numpy._core._add_newdocs": (),
    "numpy._core._add_newdocs_scalars": (),
}


def load_numpy() -> None:
    """Import numpy without what it needs for algebra: half of its time.

    OpenBLAS, which comes with it, begins a thread for each processor when it is loaded, and each of them waits for
    work at full speed for a while.
    """
    if "numpy" in sys.modules:
        return
    unsaid = _THREADS not in os.environ
    if unsaid:
        os.environ[_THREADS] = "1"
    try:
        with deferring(_UNUSED):
            import_module("numpy")
    except ImportError:
        pass  # it takes more of them than it did, or is not there: the usual import does it, or says so
    finally:
        if unsaid:
            os.environ.pop(_THREADS, None)
