"""Being told to stop: Ctrl-C and SIGTERM end a command with one line, and never between a write and its record.

A first signal waits for what must not be cut short (a few seconds: the sheet and the ledger, or one mail and its
outcome); a second one does not, for whoever sends it means it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_shields = 0
_waiting: signal.Signals | None = None


class Stopped(BaseException):
    """A signal has ended the command. No KeyboardInterrupt: click answers that with an empty line of its own."""

    def __init__(self, number: signal.Signals) -> None:
        self.number = number
        super().__init__(number.name)


def interrupt(number: int, frame: FrameType | None = None) -> None:
    """End the command: now, or when what is shielded is done."""
    global _waiting
    if _shields and _waiting is None:
        _waiting = signal.Signals(number)
        return
    raise Stopped(signal.Signals(number))


@contextmanager
def shielded() -> Iterator[None]:
    """A first signal waits until the work inside has ended."""
    global _shields, _waiting
    if threading.current_thread() is not threading.main_thread():  # signals are only told to the main one
        yield
        return
    _shields += 1
    try:
        yield
    finally:
        _shields -= 1
        told, waits = _waiting, _shields > 0
        if told is not None and not waits:
            _waiting = None
    if told is not None and not waits:
        raise Stopped(told)


@contextmanager
def heard(last: bool = False) -> Iterator[None]:
    """Signals interrupt the work inside; afterwards they do what they did before, or, where it was the `last` of the
    process, nothing: its outcome is decided.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[signal.Signals, Any] = {number: signal.signal(number, interrupt) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if last else handler)
