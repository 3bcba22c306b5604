"""What happened in a stream and when: key frames, jumps of the times, repeats and holes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._shared import freeze
from acceptance.model.measurement import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acceptance.metrics._shared.timing import Array, Timing, Whole
    from acceptance.scene.build import Scene

MOST_EVENTS = 500


def keys_and_jumps(scene: Scene, timing: Timing) -> tuple[Event, ...]:
    """Key frames, where not every frame is one, and jumps of the times."""
    keys = [] if scene.series.keys.all() else np.flatnonzero(scene.series.keys).tolist()
    jumps = ((at - 1, at, end - at) for at, end in timing.stretches[1:])
    return (
        *between("key_frame", ((at, at, 1) for at in keys), timing.elapsed),
        *between("time_jump", jumps, timing.elapsed),
    )


def repeats(shown: Timing, runs: Iterable[freeze.Run], kind: str = "") -> tuple[Event, ...]:
    """Repeats as they are shown: from the first repeat to the next picture.

    A long one is called a freeze, where no ``kind`` is stated.
    """
    ends = np.append(shown.elapsed, shown.duration)
    events: list[Event] = []
    for first, after in runs:
        start, end = float(ends[first]), float(ends[after])
        usual = "frozen" if end - start >= freeze.SHORTEST else "repeated"
        events.append(Event(kind=kind or usual, start=start, end=end, count=after - first))
    return _longest(events)


def holes(shown: Timing, missing: Whole) -> tuple[Event, ...]:
    """Missing pictures (n,), each hole between two frames."""
    places = ((at - 1, at, int(missing[at])) for at in np.flatnonzero(missing).tolist())
    return between("dropped", places, shown.elapsed)


def between(kind: str, places: Iterable[tuple[int, int, int]], elapsed: Array) -> tuple[Event, ...]:
    """Events between frames: number of the first frame, of the last, and count."""
    return _longest(
        [
            Event(kind=kind, start=float(elapsed[first]), end=float(elapsed[last]), count=count)
            for first, last, count in places
        ]
    )


def _longest(events: list[Event]) -> tuple[Event, ...]:
    """Keep the MOST_EVENTS longest, in order of time."""
    chosen = sorted(events, key=lambda event: event.start - event.end)[:MOST_EVENTS]
    return tuple(sorted(chosen, key=lambda event: event.start))
