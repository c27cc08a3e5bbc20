"""Ctrl-C as a request to pause: what is under way is finished, nothing new begins; asked again, waiting ends too."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def pausing(pause: Callable[[], None], hurry: Callable[[], None]) -> Iterator[None]:
    """Answer the first Ctrl-C (or SIGTERM) with `pause`, the second with `hurry`, the third as Python does.

    Only the main thread hears signals; in another one nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    asked = 0

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            pause()
            return
        hurry()
        _restore(before)

    for number in before:
        signal.signal(number, ask)
    try:
        yield
    finally:
        _restore(before)


def _restore(handlers: dict[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)
