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
    """Let who asks from now on end the process without a word: all is done.

    Asking again, where it was answered, changes nothing any more, nor the exit code.
    """
    answers = {number: signal.getsignal(number) for number in system.ASKING}
    ours = {number: one for number, one in answers.items() if isinstance(one, EndingInTurn)}
    answered = any(one.last > -math.inf for one in ours.values())
    for number in ours:
        signal.signal(number, signal.SIG_IGN if answered else signal.SIG_DFL)
    # Python ends by the signal, whatever the exit code, where the last text that it was given to
    # run, as dataclasses do while they are made, was left by KeyboardInterrupt
    eval("0")  # noqa: S307 -- our own text
