"""Pictures that a network doubled are in U of the rate, stamps that were doubled are not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from acceptance.metrics._shared import timing
from acceptance.metrics.frame_rate.timed import _twice

STEP = 0.1


def budget(times: np.ndarray[Any, Any]) -> list[float]:
    """Return what pictures that came twice contribute, of so many seconds."""
    clock: Any = SimpleNamespace(timing=timing.timing(times))
    return [line.contribution for line in _twice(clock, 5.0)]


@pytest.mark.parametrize("lost", [[], [30, 31]])
def test_pictures_that_came_twice_are_counted_whatever_was_lost_beside_them(
    lost: list[int],
) -> None:
    times = np.delete(STEP * np.arange(50), lost)
    doubled = np.sort(np.concatenate([times, times[[10, 11, 20, 40]]]))
    assert budget(doubled) == pytest.approx([4 / 5 / 3**0.5])
    assert budget(times) == []


@pytest.mark.parametrize("every", [2, 10])
def test_stamps_that_were_doubled_are_no_pictures_that_came_twice(every: int) -> None:
    times = STEP * np.arange(65)
    times[every - 1 :: every] -= STEP
    assert budget(times) == []
