"""The true time at which a film's frames were taken: stated, by a filmed clock, or by arrival.

Times are local, as a burnt-in clock shows them, in seconds since 1970-01-01 00:00 *local*. A
container's creation time is no reference: it is the clock of whatever wrote the file, at a moment
that no format fixes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import film_pace
from acceptance.metrics._filmed_clock.readings import read_clocks
from acceptance.metrics._shared.stated import number

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.film_pace import Doubt
    from acceptance.metrics._filmed_clock.readings import Array
    from acceptance.model.shot import Shot
    from acceptance.scene.build import Scene

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- local time, as the clock shows it
FILM_CLOCK = 50e-6  # half width of the rate of the film's time stamps
# 2000-01-01: what lies below is no Unix time but seconds since some start
LEAST_UNIX = 946_684_800.0
HOUR = 3600.0
FEWEST_READ = 8  # frames in which the filmed clock is read


@dataclass(frozen=True, kw_only=True)
class ReferenceTime:
    """True time of each frame, ``seconds`` (n,), by ``kind``; ``half_widths`` of its budget in s.

    ``late``: frames are dated by their arrival, and how long the stream takes is not known.
    """

    kind: str
    seconds: Array
    half_widths: dict[str, float] = field(default_factory=dict)
    late: bool = False


def of(scene: Scene) -> ReferenceTime:
    """Find the reference of a scene; the most direct one counts.

    Raises GapError where there is none, or one that is not stated in full.
    """
    arrivals, log = scene.series.arrivals, scene.screen_log
    read = [item.value for item in scene.shot.conditions if item.name == "reference_time"]
    if read:
        return _stated(scene.series.times, str(read[0]), scene.shot, pace(scene))
    if log is not None and float(log[0, 1]) >= LEAST_UNIX and scene.series.cells:
        return _filmed(scene, log)
    if arrivals is not None and float(arrivals[0]) >= LEAST_UNIX:
        return _arrived(arrivals, scene.shot, scene.clock_moved)
    raise GapError("no_reference_time")


def pace(scene: Scene) -> Doubt:
    """Return what is in doubt of the film's pace, by the clock chart if it is in the picture.

    Raises GapError as ``film_pace.check`` does.
    """
    if not scene.series.cells:
        return film_pace.Doubt()
    return film_pace.check(scene, read_clocks(scene).values())


def _stated(times: Array, text: str, shot: Shot, doubt: Doubt) -> ReferenceTime:
    """Somebody read a reference clock at one moment of the film."""
    try:
        read = _local(datetime.fromisoformat(text), shot)
    except (ValueError, OverflowError) as error:
        raise GapError("reference_time", text=text) from error
    at = number(shot, "reference_at") or 0.0
    farthest = float(np.abs(times - times[0] - at).max())
    return ReferenceTime(
        kind="stated",
        seconds=(read - EPOCH).total_seconds() + times - times[0] - at,
        half_widths={
            "reference_clock": _accuracy(shot),
            "film_clock": FILM_CLOCK * farthest,
            **_of_pace(doubt, farthest),
        },
    )


def _local(read: datetime, shot: Shot) -> datetime:
    """Take a reference for local time; one of UTC needs the offset of the clock from it.

    Raises GapError utc_offset.
    """
    stated = number(shot, "utc_offset") is not None
    if stated and read.tzinfo:
        read = read.astimezone(timezone(timedelta(hours=_utc_offset(shot) / HOUR)))
    elif read.utcoffset() == timedelta(0):
        raise GapError("utc_offset")
    return read.replace(tzinfo=None)


def _filmed(scene: Scene, log: Array) -> ReferenceTime:
    """Take the clock chart in the picture, whose log is in Unix time."""
    readings = next(iter(read_clocks(scene).values()))
    seen = readings.readable & (readings.position >= log[0, 0]) & (readings.position <= log[-1, 0])
    if int(seen.sum()) < FEWEST_READ:
        raise GapError("clock_unreadable", share=float(seen.mean()))
    doubt = pace(scene)
    shown = np.interp(readings.position[seen], log[:, 0], log[:, 1])
    times = scene.series.times
    middle = float(np.median(times[seen]))
    half_widths = {
        "reference_clock": _accuracy(scene.shot),
        "screen_delay": float(np.ptp(log[:, 1]) / np.ptp(log[:, 0])),
        "film_clock": FILM_CLOCK * float(np.ptp(times)),
        **_of_pace(doubt, float(np.abs(times - middle).max())),
        **_set(scene.clock_moved),
    }
    return ReferenceTime(
        kind="filmed",
        seconds=times + float(np.median(shown - times[seen])) + _utc_offset(scene.shot),
        half_widths=half_widths,
    )


def _of_pace(doubt: Doubt, farthest: float) -> dict[str, float]:
    """Half width in s of what is ``farthest`` (s) from the moment at which the time is known."""
    return {"film_pace": doubt.share * farthest} if doubt.share else {}


def _set(clock_moved: float) -> dict[str, float]:
    """Half width in s of what a clock that was set meanwhile leaves open."""
    return {"clock_set": clock_moved} if clock_moved else {}


def _arrived(arrivals: Array, shot: Shot, clock_moved: float) -> ReferenceTime:
    """Arrival in Unix time, less what the stream takes where that is stated."""
    delay = number(shot, "stream_delay")
    return ReferenceTime(
        kind="arrival",
        seconds=arrivals + _utc_offset(shot) - (delay or 0.0),
        half_widths={
            "reference_clock": _accuracy(shot),
            "stream_delay": number(shot, "stream_delay_accuracy") or 0.0,
            **_set(clock_moved),
        },
        late=delay is None,
    )


def _accuracy(shot: Shot) -> float:
    return _required(shot, "reference_time_accuracy", "reference_accuracy")


def _utc_offset(shot: Shot) -> float:
    return _required(shot, "utc_offset", "utc_offset") * HOUR


def _required(shot: Shot, name: str, code: str) -> float:
    """Return the number of a condition. Raises GapError ``code`` where it is not stated."""
    stated = number(shot, name)
    if stated is None:
        raise GapError(code)
    return stated
