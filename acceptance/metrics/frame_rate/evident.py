"""Bounds without a counter: new pictures at most, repeats and missing pictures at least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.metrics._osd_clock import seconds as burnt_in_seconds
from acceptance.metrics._shared import freeze
from acceptance.metrics.frame_rate import events
from acceptance.metrics.frame_rate.remarks import note
from acceptance.model.basics import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.metrics._shared.freeze import Evidence
    from acceptance.metrics._shared.timing import Timing
    from acceptance.metrics.frame_rate.clock import Clock
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Event, Measurement, Note
    from acceptance.scene.build import Scene

EVIDENCE_METHOD = (
    "evidence of the stream without a counter: key frames, motion that stops dead, "
    "holes in the times"
)


def figures(
    scene: Scene, clocks: list[Clock], shown: Timing, lacking: Reason
) -> Iterator[Measurement | Note]:
    """Yield the bounds; ``lacking`` is why no counter is read, ``shown`` presentation times."""
    found = freeze.evidence(scene.series, shown.elapsed, burnt_in_seconds.shown(scene))
    repeated = _frames(found.frozen)
    details: dict[str, Value] = {
        "frozen_frames": repeated,
        "undecided_frames": _frames(found.undecided),
    }
    if clocks:
        yield _unique_at_most(scene, clocks[0], repeated, details, lacking)
    repeats = _repeats(shown, found)
    yield _at_least(scene, "frame_rate.repeated", repeated, details, lacking, repeats)
    if "times" in scene.video.assumed:
        return
    missing = shown.missing()
    if missing is None:
        yield note(scene, Reason(code="irregular_source"), "frame_rate.dropped")
        return
    dropped, holes = int(missing.sum()), events.holes(shown, missing)
    yield _at_least(scene, "frame_rate.dropped", dropped, details, lacking, holes)


def _frames(runs: tuple[freeze.Run, ...]) -> int:
    return sum(end - start for start, end in runs)


def _repeats(shown: Timing, found: Evidence) -> tuple[Event, ...]:
    frozen = events.repeats(shown, found.frozen, "frozen")
    return (*frozen, *events.repeats(shown, found.undecided, "undecided"))


def _unique_at_most(
    scene: Scene, clock: Clock, repeated: int, details: dict[str, Value], lacking: Reason
) -> Measurement:
    frames = len(scene.series.times)
    seconds = clock.timing.duration
    rate = (frames - repeated) / seconds
    return scene.figure(
        "frame_rate.unique",
        rate,
        "frame/s",
        clock.rate_budget(rate, seconds),
        samples=frames,
        method=EVIDENCE_METHOD,
        count=frames - repeated,
        duration=seconds,
        upper_bound=True,
        bound_by=lacking,
        details=details,
    )


def _at_least(
    scene: Scene,
    quantity: str,
    number: int,
    details: dict[str, Value],
    lacking: Reason,
    found: tuple[Event, ...],
) -> Measurement:
    return scene.figure(
        quantity,
        number,
        "1",
        [],
        samples=len(scene.series.times),
        method=EVIDENCE_METHOD,
        lower_bound=True,
        bound_by=lacking,
        details=details,
        events=found,
    )
