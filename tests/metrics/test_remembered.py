"""What was worked out of the same numbers is not worked out again."""

from __future__ import annotations

import time
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.metrics._filmed_clock.readings import SHARED, Readings, read_clocks
from acceptance.metrics._shared.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def test_a_function_is_asked_once_for_the_same_numbers_and_again_for_others() -> None:
    asked: list[tuple[float, ...]] = []

    @remembered(2)
    def added(values: np.ndarray, more: float = 0.0) -> float:
        asked.append((*values.tolist(), more))
        return float(values.sum()) + more

    first, second = np.array([1.0, 2.0]), np.array([1.0, 3.0])
    assert added(first) == added(first.copy()) == 3
    assert added(second) == added(first, more=1.0) == 4
    assert asked == [(1, 2, 0), (1, 3, 0), (1, 2, 1)]
    assert added(first.astype(np.float32)) == 3, "numbers of another kind are others"
    assert added(first[None]) == 3, "and so are those of another shape"
    assert len(asked) == 5


def test_what_is_kept_is_the_latest() -> None:
    asked: list[int] = []

    @remembered(2)
    def same(number: int) -> int:
        asked.append(number)
        return number

    for number in (1, 2, 1, 3, 1, 2):
        same(number)
    assert asked == [1, 2, 3, 2]


def test_what_is_kept_cannot_be_changed_and_keeps_no_argument_alive() -> None:
    @dataclass(frozen=True)
    class Found:
        values: np.ndarray

    @remembered(2)
    def doubled(values: np.ndarray) -> Found:
        return Found(2 * values)

    given = np.ones(3)
    alive = weakref.ref(given)
    with pytest.raises(ValueError, match="read-only"):
        doubled(given).values[0] = 5
    assert doubled(given).values.tolist() == [2, 2, 2]
    assert given.flags.writeable
    del given
    assert alive() is None
    tracemalloc.start()
    doubled(np.ones(1 << 18))
    doubled(np.ones(1))
    doubled(np.ones(2))
    left, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert left < 1 << 18, "neither 2 MB of arguments nor of results"


def test_arrays_in_what_is_kept_cannot_be_changed_however_they_are_held() -> None:
    @dataclass(frozen=True, slots=True)
    class Held:
        values: np.ndarray

    @remembered(1)
    def held(values: np.ndarray) -> tuple[Any, ...]:
        return values + 1, [values + 2], {"more": (Held(values + 3),)}, "text"

    first, [second], more, _ = held(np.ones(3))
    for values in (first, second, more["more"][0].values):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 5


def test_a_call_with_a_function_is_not_kept_and_pushes_nothing_out() -> None:
    asked: list[float] = []

    @remembered(1)
    def applied(number: float, *, code: Callable[[float], float] = abs) -> float:
        asked.append(number)
        return code(number)

    assert applied(-1.0) == 1
    for _ in range(2):
        assert applied(-2.0, code=lambda number: 3 * number) == -6
    assert applied(-1.0) == 1
    assert asked == [-1, -2, -2]


def test_several_threads_may_ask_at_once() -> None:
    @remembered(1)
    def same(number: int) -> int:
        time.sleep(0.0001)
        return number

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(same, list(range(8)) * 25)) == list(range(8)) * 25


def test_clocks_are_read_once_a_scene_and_nobody_gets_what_another_may_change(
    monkeypatch: Any,
) -> None:
    scene: Any = type("Seen", (), {"shared": {}})()
    each = {name: np.ones(3) for name in ("shares", "blend", "position", "reach", "low", "heights")}
    clock = Readings(index=np.ones(3, int), exponent=1.0, **each)
    reads: list[object] = []

    def reading(seen: object) -> dict[str, Readings]:
        reads.append(seen)
        return {"clock": clock}

    monkeypatch.setattr("acceptance.metrics._filmed_clock.readings._read_clocks", reading)
    read_clocks(scene).clear()
    assert list(read_clocks(scene)) == ["clock"]
    arrays = {name: getattr(read_clocks(scene)["clock"], name) for name in (*each, "index")}
    for values in arrays.values():
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 5
    assert reads == [scene]
    assert list(scene.shared) == [SHARED]
