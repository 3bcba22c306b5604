"""Frames decoded ahead of where they are looked at, so that no processor waits for the other."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Item = TypeVar("Item")

AHEAD = 3  # frames that wait at most: some are looked at for as long as three take to decode


def ahead(items: Iterator[Item], number: int = AHEAD) -> Iterator[Item]:
    """Yield ``items``, which a thread of its own takes up to ``number`` ahead.

    What they raise is raised in its place.
    """
    # futures of an executor cost 0.1 ms more a frame
    waiting: SimpleQueue[Item | BaseException | None] = SimpleQueue()
    room: SimpleQueue[None] = SimpleQueue()  # a semaphore is of Python, and of slower locks
    for _ in range(number):
        room.put(None)
    left = threading.Event()

    def take() -> None:
        try:
            for item in items:
                waiting.put(item)
                room.get()
                if left.is_set():
                    return
            waiting.put(None)
        except BaseException as error:  # noqa: BLE001 -- raised where the items are taken
            waiting.put(error)

    other = threading.Thread(target=take)
    other.start()
    try:
        while (item := waiting.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
            room.put(None)
    finally:  # what is under way ends first: the source must not be closed before
        left.set()
        room.put(None)
        other.join()
