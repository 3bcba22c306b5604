"""Latency with an LED, a flash or a part of a screen that is driven by a known sequence, seen in regions by hand.

Glass to glass: one film shows the source and the monitor on which the camera's picture of it
stands. Stream: the recorded picture of the source, arrival times and the drive's log on one clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics.latency import drive as known_sequence
from acceptance.metrics.latency import relayed
from acceptance.metrics.latency.delay import Latency
from acceptance.metrics.latency.screens import FEWEST, enough

if TYPE_CHECKING:
    from acceptance.charts.drive_sequence import Drive
    from acceptance.metrics._filmed_clock.readings import Array
    from acceptance.metrics.latency.monitor import Changes

MOST_AGE = 12.0  # s
SHORTEST = 3.0  # s of film
# correlation of the monitor with the drive some time ago: pictures that are held go with it half
# way only
AGED = 0.35


def _mean(drive: Drive) -> known_sequence.Mean:
    return lambda begin, end: drive.mean(begin * drive.unit, end * drive.unit)


def _span(drive: Drive) -> tuple[float, float]:
    return float(drive.begins[0] / drive.unit), float(drive.begins[-1] / drive.unit)


def glass_to_glass(times: Array, source: Array, monitor: Array, drive: Drive) -> Latency:
    """Latency from a film at ``times`` (n,) s.

    Light (n,) of the source's region and of its picture on the monitor.
    Raises GapError sequence_not_seen, too_few_frames or no_change.
    """
    _long_enough(times)
    mean = _mean(drive)
    seen = known_sequence.fitted(
        times,
        source,
        mean,
        known_sequence.located(times, source, mean, _span(drive), 1 / drive.unit),
    )
    exposure = seen.line.widths / seen.line.slopes
    origin = relayed.Source(mean=mean, line=seen.line, exposure=float(exposure.mean()))
    relay = relayed.sought(times, monitor, origin, _age(times, monitor, origin))
    changes, pictures = relayed.timed(times, monitor, origin, relay)
    if not len(changes.picture):
        raise GapError("no_change")
    enough(len(changes.picture), FEWEST)
    moments = _moments(changes, times, exposure)
    taken = np.random.default_rng(2).permutation(pictures.at(changes.picture.astype(np.float64)))
    return Latency(
        draws=(moments - seen.line.inverse(taken)) * 1000,
        moments=moments.mean(axis=0),
        exposure=float(exposure.mean()) * 1000,
        reading="sequence",
        single=float(np.median(np.diff(times))) * 1000 / 3**0.5,
        holds=np.diff(moments, axis=1)[:, changes.unbroken[:-1]] * 1000,
    )


def _moments(changes: Changes, times: Array, exposure: Array) -> Array:
    """(m, c) draws of the moments of the changes in s, with exposures (m,) s.

    A mixture tells it, else the gap is open.
    The monitor's refreshes are not sought: mixtures of levels tell too little. Changes in gaps lie
    at the same share of them, the worst case.
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
    place, _ = known_sequence.located(
        times, monitor, source.mean, span, source.slope, rates=np.ones(1), least=AGED
    )
    return (now - place) / source.slope


def stream(times: Array, light: Array, arrivals: Array, drive: Drive) -> Latency:
    """Latency of a stream whose frames, taken at the pace of ``times`` (n,) s, came at ``arrivals`` (n,) s.

    ``light`` (n,) of the source's region; arrivals and ``drive`` count on one clock. Frames whose
    level does not fit are left out. Raises GapError sequence_not_seen or too_few_frames.
    """
    _long_enough(times)
    mean = _mean(drive)
    seen = known_sequence.fitted(
        times, light, mean, known_sequence.located(times, light, mean, _span(drive), 1 / drive.unit)
    )
    kept = seen.fits
    enough(int(kept.sum()), FEWEST)
    taken = seen.line.at(times[kept]) * drive.unit
    return Latency(
        draws=(arrivals[kept] - taken) * 1000, moments=arrivals[kept], reading="sequence"
    )


def _long_enough(times: Array) -> None:
    if len(times) < 3 or times[-1] - times[0] < SHORTEST:
        needed = (
            int(np.ceil(SHORTEST / max(float(np.median(np.diff(times))), 1e-3)))
            if len(times) > 1
            else 75
        )
        enough(len(times) - 1, max(needed, len(times)))
