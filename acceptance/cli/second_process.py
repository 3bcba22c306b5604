"""A second process of a verb: it loads its libraries while the first one loads its own.

What it does is named, and imported there: this module loads nothing that takes long.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import multiprocessing
import os
import queue
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from acceptance.errors import SetupError
from acceptance.files import system
from acceptance.files.collector import end_without_collector, without_collector
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from multiprocessing.queues import Queue
    from types import TracebackType
    from typing import Self

    from acceptance.session.measuring import Progress

    Steps = Queue[tuple[str, int, int]]

NO_WARNING = "ignore:resource_tracker:UserWarning"
Given = ParamSpec("Given")
Made = TypeVar("Made")


class SecondProcess:
    """A child that does one task after the other; as a context it ends with the block.

    Where the block fails, or is interrupted, it ends at once: it does not go on alone.
    """

    def __init__(self, module: str) -> None:
        """Start it; it imports the ``module``, and calls what that has as ``prepare``."""
        context = multiprocessing.get_context("spawn")
        _track_quietly()
        others = multiprocessing.active_children()
        self.steps: Steps = context.Queue()
        begin = functools.partial(_begin, self.steps, os.getpid())
        self.pool = ProcessPoolExecutor(1, context, initializer=begin)
        # the child inherits that: Ctrl-C, which reaches both, is answered here alone
        with _ignoring_interrupts():
            self.pool.submit(_prepare, module)
        self.children = [one for one in multiprocessing.active_children() if one not in others]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.end(at_once=kind is not None)

    def end(self, *, at_once: bool = True) -> None:
        """End it, by default whatever it does."""
        if at_once:
            for child in self.children:
                child.terminate()
        self.pool.shutdown()

    def submit(
        self, task: Callable[Given, Made], *given: Given.args, **named: Given.kwargs
    ) -> Future[Made]:
        """Let it do a ``task`` when those before are done."""
        return self.pool.submit(task, *given, **named)

    @staticmethod
    def result(future: Future[Made]) -> Made:
        """Wait for what a task made. Raises SetupError where the process was ended, and its own."""
        try:
            return future.result()
        except BrokenProcessPool as error:
            what = tr("a second process that worked at this was ended from outside")
            hint = tr("If memory is short, close other programs; then try again")
            raise SetupError(what, hint=hint) from error

    def pass_on(self, progress: Progress, patience: float = 0.0) -> bool:
        """Pass on one step that it reports within ``patience`` s; return whether there was one."""
        try:
            step = self.steps.get(timeout=patience)
        except queue.Empty:
            return False
        progress(*step)
        return True


_STARTED: list[SecondProcess] = []  # what the next ``taken`` gives


def start(module: str) -> Callable[[], None]:
    """Start what ``taken`` is to give, while this process loads what it needs itself.

    Return what ends it where nobody takes it.
    """
    _STARTED.append(SecondProcess(module))
    return dismiss


def taken(module: str) -> SecondProcess:
    """Return what was started, or start it."""
    return _STARTED.pop() if _STARTED else SecondProcess(module)


def dismiss() -> None:
    """End what was started, where nobody took it."""
    while _STARTED:
        _STARTED.pop().end()


def tell(what: str, done: int, total: int) -> None:
    """Report a step of the child, in the child."""
    _steps.put((what, done, total))


def _track_quietly() -> None:
    """Start Python's own cleaner of semaphores, and let it clean without a word.

    It does so after Ctrl-C, too, which ends this process before it can do it itself; it would warn
    of that with lines of its source.
    """
    if os.name == "posix":
        from multiprocessing import resource_tracker  # noqa: PLC0415 -- late: not on Windows

        sys.warnoptions.append(NO_WARNING)
        try:
            resource_tracker.ensure_running()
        finally:
            sys.warnoptions.remove(NO_WARNING)


@contextlib.contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_steps: Steps | queue.Queue[tuple[str, int, int]] = queue.Queue()  # in a child: leads to the parent


def _begin(steps: Steps, starter: int) -> None:
    global _steps  # noqa: PLW0603 -- a queue reaches a child only while that is started
    _steps = steps
    system.end_with_parent(starter)
    end_without_collector()


def _prepare(module: str) -> None:
    with without_collector():
        importlib.import_module(module).prepare()
