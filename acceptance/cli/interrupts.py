"""Ctrl-C, SIGTERM and a terminal that is closed: a program that is asked to end does so in order.

Each raises KeyboardInterrupt. Who asks again at once, with a second key or by closing the terminal
after it, asks for the same: what is being tidied up must not be broken off by that.
"""

from __future__ import annotations

import math
import signal
import time

from acceptance.files import system

AT_ONCE = 3.0  # s: ending children takes as long (``system.GRACE``)


class EndingInTurn:
    """Answers a signal that asks to end."""

    def __init__(self) -> None:
        self.last = -math.inf

    def __call__(self, *_: object) -> None:
        """Raise KeyboardInterrupt, but for one that follows another at once."""
        now = time.monotonic()
        if now - self.last >= AT_ONCE:
            self.last = now
            raise KeyboardInterrupt


def await_them() -> None:
    """Answer them from now on; one that somebody ignores for us (``nohup``) stays ignored."""
    answer = EndingInTurn()
    for number in system.ASKING:
        if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, answer)


def over() -> None:
    """Let Ctrl-C end the process without a word: all is done.

    One that follows another, which was answered, changes nothing any more.
    """
    answered = getattr(signal.getsignal(signal.SIGINT), "last", -math.inf) > -math.inf
    signal.signal(signal.SIGINT, signal.SIG_IGN if answered else signal.SIG_DFL)
