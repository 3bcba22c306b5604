"""Calls on pools: at most so many at once on each, and first what finishes a plan.

A pool is any executor (``concurrent.futures``): threads here, each of which waits for a child, or
Dask's. What follows from a call is done in the thread of ``run``, one after the other.
"""

from __future__ import annotations

import queue
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future

    from acceptance.batch.child import Reply

    Then = Callable[[Future[Any]], None]

FIRST, NEXT, LAST = 0, 1, 2  # make the session; measure; look up


@dataclass(eq=False)
class Pool:
    """An executor, and how many calls it is given at once."""

    executor: Executor
    slots: int
    answer: Callable[..., Reply]
    """Lets a child do a task (``child.answer``)."""
    waiting: tuple[deque[Call], ...] = field(default_factory=lambda: (deque(), deque(), deque()))
    running: int = 0

    def startable(self) -> Call | None:
        """Take the next call, if there is room for one."""
        if self.running >= self.slots:
            return None
        return next((calls.popleft() for calls in self.waiting if calls), None)


@dataclass(frozen=True)
class Call:
    """A function with its arguments, where it is called, and what is done with its result."""

    pool: Pool
    what: tuple[Any, ...]
    then: Then


class Schedule:
    """All that is left to do."""

    def __init__(self) -> None:
        self.pools: list[Pool] = []
        self.done: queue.SimpleQueue[tuple[Call, Future[Any]]] = queue.SimpleQueue()

    def add(self, pool: Pool, rank: int, then: Then, *what: object) -> None:
        """Add a call: a function with its arguments."""
        if pool not in self.pools:
            self.pools.append(pool)
        pool.waiting[rank].append(Call(pool, what, then))

    def run(self) -> None:
        """Make all calls, and those that they add. What a ``then`` raises ends it."""
        self._start()
        while any(pool.running for pool in self.pools):
            call, future = self.done.get()
            call.pool.running -= 1
            call.then(future)
            self._start()

    def _start(self) -> None:
        for pool in self.pools:
            while call := pool.startable():
                pool.running += 1
                future = pool.executor.submit(*call.what)
                future.add_done_callback(partial(self._finished, call))

    def _finished(self, call: Call, future: Future[Any]) -> None:
        self.done.put((call, future))
