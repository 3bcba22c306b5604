"""The marks of tests, by which ``make test``, ``test-quick`` and ``test-slow`` choose them.

``film`` and ``browser`` say what a test does. They are given by looking through the code of the
test, of its fixtures and of the functions that those name; where that sees nothing, the test is
marked by hand. To film or open a browser without the mark is a failure, so that the quick run
cannot grow slow unseen. ``slow`` is what repeats its neighbours, marked by hand.
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
collected: dict[str, set[str]] = {}  # marks by test, of all that this run was asked to look at
running: pytest.Item | None = None  # what a shared fixture does counts for its first test


def slow(*values: object) -> Any:
    """Return parameters of a test that only repeat what the others show."""
    return pytest.param(*values, marks=pytest.mark.slow)


def needed(mark: str) -> None:
    """Fail the running test unless it bears ``mark``."""
    if running is not None and running.get_closest_marker(mark) is None:
        pytest.fail(f"mark this test with @pytest.mark.{mark}")


def give(item: pytest.Item) -> None:
    """Mark a test with what its code does."""
    named = names_of(item)
    for mark, names in NAMES.items():
        if names & named:
            item.add_marker(mark)
    collected[item.nodeid] = {mark.name for mark in item.iter_markers()}


def names_of(item: pytest.Item) -> set[str]:
    """Return the names in the code of a test and its fixtures, as far as their modules tell."""
    if not isinstance(item, pytest.Function):
        return set()
    given = item._fixtureinfo.name2fixturedefs.values()
    functions = (item.function, *(one[-1].func for one in given))
    seen: set[CodeType] = set()
    return {name for function in functions for name in _named(function, seen)}


def _named(function: Callable[..., Any] | None, seen: set[CodeType]) -> Iterator[str]:
    codes = [getattr(function, "__code__", None)]
    for code in codes:
        if code is None or code in seen:
            continue
        seen.add(code)
        codes.extend(one for one in code.co_consts if isinstance(one, CodeType))
        yield from code.co_names
        for name in code.co_names:
            yield from _named(getattr(function, "__globals__", {}).get(name), seen)
