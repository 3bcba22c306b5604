"""What a test waits for in place of a time: a busy machine does nothing within so many seconds.

An event is waited for, a capture is directed by how it goes, and what a program itself must do in
time is timed by a clock that stands while the program is held up, and goes on while it computes.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from acceptance.live.rtsp.capture_loop import LiveRates

    Direction = Generator[None, LiveRates, None]

PATIENCE = 120.0  # s after which something is taken for never


def until(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds."""
    late = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < late, f"waited in vain for {what}"
        time.sleep(0.02)


def directed(direction: Direction) -> Callable[[LiveRates], None]:
    """Return an ``on_rates`` of a capture: each ``yield`` waits a second and gives its rates."""
    next(direction)

    def go_on(rates: LiveRates) -> None:
        with contextlib.suppress(StopIteration):
            direction.send(rates)

    return go_on


class OwnTime:
    """Seconds of this process: they stand while it is stopped or has no processor.

    They do not where it computes and gives no thread a turn: its processor time counts then.
    """

    STEP, LATE = 0.02, 0.03  # s between two looks, and by which one may be late

    def __init__(self) -> None:
        self._now, self._ended, self._turn = 0.0, threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._count, daemon=True)

    @property
    def now(self) -> float:
        """Seconds since the beginning; never more than have passed."""
        self._look()
        return self._now

    def __enter__(self) -> Self:
        self._before, self._used = time.monotonic(), time.process_time()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _count(self) -> None:
        while not self._ended.wait(self.STEP):
            self._look()

    def _look(self) -> None:
        with self._turn:
            looked, used = time.monotonic(), time.process_time()
            own = max(self.STEP + self.LATE, used - self._used)
            self._now += min(looked - self._before, own)
            self._before, self._used = looked, used
