"""The marks of tests, by which ``make test``, ``test-quick`` and ``test-slow`` choose them.

``film``, ``browser`` and ``pages`` say what a test does: film, code or read footage, start a
browser, set pages. They are given by looking through the code of the test, of its fixtures and of
what those name; where that sees nothing, the test is marked by hand. To film by a simulated camera
or to start a browser without the mark is a failure, so that the quick run cannot grow slow unseen.
``slow`` is what repeats its neighbours, marked by hand: never all cases of a kind.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

Row = TypeVar("Row")

FOLDER = str(Path(__file__).parent)
FILMS = {"film_chart", "film_clock", "film_screens", "film_two_levels"}
NAMES = {
    "film": FILMS
    | {"film", "film_wall", "coded", "encode", "overlays", "open_clip", "real_data", "REAL"},
    "browser": {"opened"},
    "pages": {"pdf", "pdf_of_svg", "check_fonts"},
}
collected: dict[str, set[str]] = {}  # marks by test, of all that this run was asked to look at
running: pytest.Item | None = None  # what a shared fixture does counts for its first test


def slow(*values: object) -> Any:
    """Return parameters of a test that only repeat what the others show."""
    return pytest.param(*values, marks=pytest.mark.slow)


def few(rows: Iterable[object], step: int) -> list[Any]:
    """Return the rows of a table as parameters; all but every ``step``-th repeat their neighbours.

    The first one is never slow. For rows that differ in degree; of kinds each stays (``first_of``).
    """
    return [row if number % step == 0 else slow(row) for number, row in enumerate(rows)]


def first_of(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> list[Any]:
    """Return the rows of a table as parameters; all but the first of each kind repeat that one.

    ``key`` returns the kind of a row.
    """
    numbered = [*enumerate(rows)]
    first = {key(row): number for number, row in reversed(numbered)}
    return [row if first[key(row)] == number else slow(row) for number, row in numbered]


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
    return _named_by(functions).union(item.fixturenames)


@cache
def _named_by(functions: tuple[object, ...]) -> frozenset[str]:
    """Return the names in the code of functions: the same for every case of a test."""
    names, seen, open_ = set[str](), set[object](), [*functions]
    while open_:
        if (value := open_.pop()) not in seen:
            seen.add(value)
            own, further = _named(value)
            names |= own
            open_ += further
    return frozenset(names)


@cache
def _named(value: object) -> tuple[frozenset[str], tuple[object, ...]]:
    """Return the names in a function or class of the tests, and the functions that they name."""
    value = getattr(value, "__wrapped__", value)
    if isinstance(value, type):
        return frozenset(), tuple(filter(_is_code, vars(value).values()))
    if not isinstance(value, FunctionType) or not value.__code__.co_filename.startswith(FOLDER):
        return frozenset(), ()
    names = frozenset(_names(value.__code__))
    return names, tuple(filter(_is_code, (value.__globals__.get(name) for name in names)))


def _is_code(value: object) -> bool:
    return isinstance(getattr(value, "__wrapped__", value), type | FunctionType)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)
