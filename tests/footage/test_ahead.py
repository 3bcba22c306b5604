"""Frames come in order and one by one, also where they are decoded ahead."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from acceptance.footage.ahead import ahead

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize("number", [0, 1, 2, 3, 50])
def test_all_come_in_order(number: int) -> None:
    assert list(ahead(iter(range(number)))) == list(range(number))


def test_no_more_than_asked_for_are_taken_ahead_and_none_after_the_end() -> None:
    taken: list[int] = []
    threads = threading.active_count()

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    looked_at = ahead(items(), 3)
    assert [next(looked_at) for _ in range(5)] == [0, 1, 2, 3, 4]
    looked_at.close()
    assert len(taken) <= 5 + 3
    assert threading.active_count() == threads, "its thread has ended"


def test_an_error_comes_where_it_belongs() -> None:
    def items() -> Iterator[int]:
        yield from range(4)
        raise OSError("broken")

    looked_at = ahead(items(), 3)
    assert [next(looked_at) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(OSError, match="broken"):
        next(looked_at)
