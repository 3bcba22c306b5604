"""Frames decoded ahead of where they are looked at, so that no processor waits for the other."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Item = TypeVar("Item")

AHEAD = 3  # frames that wait at most: some are looked at for as long as three take to decode


def ahead(items: Iterator[Item], number: int = AHEAD) -> Iterator[Item]:
    """Yield ``items``, which a thread of its own takes up to ``number`` ahead.

    What they raise is raised in its place.
    """
    other = ThreadPoolExecutor(1)
    try:
        waiting = deque(other.submit(next, items, None) for _ in range(number))
        while (item := waiting.popleft().result()) is not None:
            waiting.append(other.submit(next, items, None))
            yield item
    finally:  # what is under way ends first: the source must not be closed before
        other.shutdown(cancel_futures=True)
