"""The marks ``film`` and ``browser``, which say what a test does and so in which runs it is.

They are given by looking through the code of a test, of its fixtures and of the functions that
they name. Where that sees nothing the test is marked by hand; filming or opening a browser without
the mark is a failure, so that ``make test-quick`` cannot grow slow unseen.
"""

from __future__ import annotations

from types import CodeType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAMES = {
    "film": {"film_chart", "film_clock", "film_screens", "film_two_levels"},
    "browser": {"opened"},
}
running: pytest.Item | None = None  # what a shared fixture does counts for its first test


def needed(mark: str) -> None:
    """Fail the running test unless it bears ``mark``."""
    if running is not None and running.get_closest_marker(mark) is None:
        pytest.fail(f"mark this test with @pytest.mark.{mark}")


def give(item: pytest.Item) -> None:
    """Mark a test with what its code does."""
    if not isinstance(item, pytest.Function):
        return
    given = item._fixtureinfo.name2fixturedefs.values()
    named: set[str] = set()
    for function in (item.function, *(one[-1].func for one in given)):
        named |= set(_named(function, set()))
    for mark, names in NAMES.items():
        if names & named:
            item.add_marker(mark)


def _named(function: Callable[..., Any], seen: set[CodeType]) -> Iterator[str]:
    """Yield the names in the code of a function, and of those in its tests' modules that it names."""
    codes = [getattr(function, "__code__", None)]
    for code in codes:
        if code is None or code in seen:
            continue
        seen.add(code)
        codes.extend(one for one in code.co_consts if isinstance(one, CodeType))
        yield from code.co_names
        for name in code.co_names:
            yield from _named(function.__globals__.get(name), seen)
