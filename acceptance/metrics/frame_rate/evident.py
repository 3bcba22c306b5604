"""Bounds without a counter: new pictures at most, repeats and missing pictures at least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.metrics._osd_clock import seconds as burnt_in_seconds
from acceptance.metrics._shared import freeze, timing
from acceptance.metrics.frame_rate import events, timed
from acceptance.metrics.frame_rate.remarks import note
from acceptance.model.basics import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


@dataclass(frozen=True, kw_only=True)
class _Bounds:
    """Bounds of the figures of a scene where no counter is read; ``lacking`` says why.

    ``details`` are those of all figures.
    """

    scene: Scene
    lacking: Reason
    details: Mapping[str, Value]

    def unique_at_most(self, clock: Clock, repeated: int) -> Measurement:
        """Make the upper bound of the rate of new pictures."""
        frames, seconds = timed.coded_pictures(self.scene), clock.timing.duration
        rate = (frames - repeated) / seconds
        return self.scene.figure(
            "frame_rate.unique",
            rate,
            "frame/s",
            clock.rate_budget(rate, seconds),
            samples=frames,
            method=EVIDENCE_METHOD,
            count=frames - repeated,
            duration=seconds,
            upper_bound=True,
            bound_by=self.lacking,
            details=self.details,
        )

    def at_least(self, quantity: str, number: int, found: tuple[Event, ...]) -> Measurement:
        """Make the lower bound of a number of pictures, and where each was found."""
        return self.scene.figure(
            quantity,
            number,
            "1",
            [],
            samples=len(self.scene.series.times),
            method=EVIDENCE_METHOD,
            lower_bound=True,
            bound_by=self.lacking,
            details=self.details,
            events=found,
        )


def figures(
    scene: Scene, clocks: list[Clock], shown: Timing, lacking: Reason
) -> Iterator[Measurement | Note]:
    """Yield the bounds; ``lacking`` is why no counter is read, ``shown`` presentation times."""
    found = freeze.evidence(scene.series, shown.elapsed, burnt_in_seconds.shown(scene))
    repeated, undecided = freeze.frames(found.frozen), freeze.frames(found.undecided)
    details = {"frozen_frames": repeated, "undecided_frames": undecided}
    bounds = _Bounds(scene=scene, lacking=lacking, details=details)
    if clocks:
        yield bounds.unique_at_most(clocks[0], repeated)
    yield bounds.at_least("frame_rate.repeated", repeated, _repeats(shown, found))
    if "times" not in scene.video.assumed:
        yield _dropped(bounds, shown)


def _dropped(bounds: _Bounds, shown: Timing) -> Measurement | Note:
    coded = bounds.scene.series.coded  # a picture that came and cannot be decoded is not missing
    shown = shown if coded is None else timing.timing(coded)
    missing = shown.missing()
    if missing is None:
        return note(bounds.scene, Reason(code="irregular_source"), "frame_rate.dropped")
    holes = events.holes(shown, missing)
    return bounds.at_least("frame_rate.dropped", int(missing.sum()), holes)


def _repeats(shown: Timing, found: Evidence) -> tuple[Event, ...]:
    frozen = events.repeats(shown, found.frozen, "frozen")
    return (*frozen, *events.repeats(shown, found.undecided, "undecided"))
