"""What was worked out of the same numbers is not worked out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._filmed_clock.readings import SHARED, read_clocks
from acceptance.metrics._shared.remembered import remembered

if TYPE_CHECKING:
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


def test_clocks_are_read_once_a_scene_and_nobody_gets_what_another_may_change(
    monkeypatch: Any,
) -> None:
    scene: Any = type("Seen", (), {"shared": {}})()
    reads: list[object] = []

    def reading(seen: object) -> dict[str, object]:
        reads.append(seen)
        return {"clock": seen}

    monkeypatch.setattr("acceptance.metrics._filmed_clock.readings._read_clocks", reading)
    read_clocks(scene).clear()
    assert list(read_clocks(scene)) == ["clock"]
    assert reads == [scene]
    assert list(scene.shared) == [SHARED]
