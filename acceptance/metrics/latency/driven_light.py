"""Latency by a light that a known sequence drives, seen in regions given by hand.

The light is an LED, a flash or a part of a screen.
Glass to glass: one film shows the source and the monitor on which the camera's picture of it
stands. Stream: the recorded picture of the source, arrival times and the drive's log on one clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics.latency import relayed
from acceptance.metrics.latency.delay import Latency
from acceptance.metrics.latency.drive import fitted, located
from acceptance.metrics.latency.screens import FEWEST, enough, enough_changes

if TYPE_CHECKING:
    from acceptance.charts.drive_sequence import Drive
    from acceptance.metrics._filmed_clock.readings import Array
    from acceptance.metrics.latency.drive import DriveLevel, Mean
    from acceptance.metrics.latency.monitor import Changes

MOST_AGE = 12.0  # s
SHORTEST = 3.0  # s of film
USUAL_FRAMES = 75  # that are required where the frames' interval is not known
# correlation of the monitor with the drive some time ago: pictures that are held go with it half
# way only
AGED = 0.35


def _mean(drive: Drive) -> Mean:
    return lambda begin, end: drive.mean(begin * drive.unit, end * drive.unit)


def _span(drive: Drive) -> tuple[float, float]:
    return float(drive.begins[0] / drive.unit), float(drive.begins[-1] / drive.unit)


def _seen(times: Array, light: Array, drive: Drive, mean: Mean) -> DriveLevel:
    """Find the drive in the light (n,) of the source."""
    line = located(times, light, mean, _span(drive), 1 / drive.unit)
    return fitted(times, light, mean, line)


def glass_to_glass(times: Array, source: Array, monitor: Array, drive: Drive) -> Latency:
    """Latency from a film at ``times`` (n,) s.

    ``source`` and ``monitor`` (n,) are light of the source's region and of its picture on the
    monitor. Raises GapError sequence_not_seen, too_few_frames or no_change.
    """
    _long_enough(times)
    mean = _mean(drive)
    line = _seen(times, source, drive, mean).line
    exposure = line.widths / line.slopes
    origin = relayed.Source(mean=mean, line=line, exposure=float(exposure.mean()))
    relay = relayed.sought(times, monitor, origin, _age(times, monitor, origin))
    changes, pictures = relayed.timed(times, monitor, origin, relay)
    enough_changes(changes)
    moments = _moments(changes, times, exposure)
    taken = np.random.default_rng(2).permutation(pictures.at(changes.picture.astype(np.float64)))
    return Latency(
        draws=(moments - line.inverse(taken)) * 1000,
        moments=moments.mean(axis=0),
        exposure=float(exposure.mean()) * 1000,
        reading="sequence",
        single=float(np.median(np.diff(times))) * 1000 / 3**0.5,
        holds=np.diff(moments, axis=1)[:, changes.unbroken[:-1]] * 1000,
    )


def _moments(changes: Changes, times: Array, exposure: Array) -> Array:
    """(m, c) draws of the moments of the changes in s, with exposures (m,) s.

    A mixture shows the moment, else the gap between two exposures is open. The monitor's refreshes
    are not sought: mixtures of levels show too little. Changes in gaps lie at the same share of
    them, the worst case.
    """
    half = exposure[:, None] / 2
    after, before = times[changes.frame] - half, times[changes.frame - 1] + half
    part = np.random.default_rng(4).uniform(size=half.shape)
    between = before + part * np.maximum(after - before, 0)
    return np.asarray(np.where(changes.share < 1, after + 2 * half * (1 - changes.share), between))


def _age(times: Array, monitor: Array, source: relayed.Source) -> float:
    """Seek how old in s the picture on the monitor is, half of what it is held included."""
    now = float(source.place(times[:1])[0])
    span = (now - MOST_AGE * source.slope, now + (times[-1] - times[0]) * source.slope)
    place, _ = located(
        times, monitor, source.mean, span, source.slope, rates=np.ones(1), least=AGED
    )
    return (now - place) / source.slope


def stream(times: Array, light: Array, arrivals: Array, drive: Drive) -> Latency:
    """Latency of a stream whose frames came at ``arrivals`` (n,) s.

    They were taken at the pace of ``times`` (n,) s; ``light`` (n,) is that of the source's region;
    arrivals and ``drive`` count on one clock. Frames whose level does not fit are left out. Raises
    GapError sequence_not_seen or too_few_frames.
    """
    _long_enough(times)
    seen = _seen(times, light, drive, _mean(drive))
    kept = seen.fits
    enough(int(kept.sum()), FEWEST)
    taken = seen.line.at(times[kept]) * drive.unit
    return Latency(
        draws=(arrivals[kept] - taken) * 1000, moments=arrivals[kept], reading="sequence"
    )


def _long_enough(times: Array) -> None:
    """Raise GapError too_few_frames where the film is shorter than SHORTEST."""
    if len(times) >= 3 and times[-1] - times[0] >= SHORTEST:
        return
    needed = USUAL_FRAMES
    if len(times) > 1:
        needed = int(np.ceil(SHORTEST / max(float(np.median(np.diff(times))), 1e-3)))
    enough(len(times) - 1, max(needed, len(times)))
