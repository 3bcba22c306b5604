"""Bit rate, and how often a key frame comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._shared import timing
from acceptance.metrics.stream import blocks
from acceptance.metrics.stream.figures import (
    CLOCK_RATE,
    MAXIMUM,
    MEAN,
    MEDIAN,
)
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine
from acceptance.uncertainty import rectangular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from acceptance.metrics.stream.figures import CapturedStream
    from acceptance.metrics.stream.first_packets import Floats, Frames
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Measurement

    Places = NDArray[np.intp]

METHOD = "RTP payload received, by arrival times, duplicates left out"
KEY_METHOD = "frames and presentation times from one key frame of the clip to the next"
PEAK = "peak_second"
SHORTEST = 2.0  # s, and seconds in which something came
FEWEST = 3  # frames
FEWEST_FRAMES = 40  # from which the scatter of a mean is known


def bit_rate(captured: CapturedStream, found: Frames) -> Iterator[Measurement]:
    """Mean, and the fullest second. Raises GapError ``too_short``."""
    packets, first = captured.packets, captured.numbered.first
    stretches = [found.arrival[own] for own in found.stretches]
    seconds = sum(float(np.ptp(part)) + found.interval for part in stretches)
    arrival, kilobits = packets.arrival[first], packets.size[first] * 8 / 1000
    each = _by_second(arrival, kilobits)
    if seconds < SHORTEST or len(each) < SHORTEST:
        raise GapError("too_short", seconds=seconds, needed=SHORTEST)
    mean = float(kilobits.sum()) / seconds
    yield captured.figure(
        "bit_rate", mean,
        [*_doubts(captured, found, mean, seconds), rectangular("clock_rate", mean * CLOCK_RATE)],
        samples=len(each), method=METHOD, statistic=MEAN, details=_stated(captured),
    )  # fmt: skip
    edge = rectangular("packets", float(kilobits.max()))
    yield captured.figure(
        "bit_rate", _fullest(arrival, kilobits), [edge],
        samples=len(each), method=METHOD, statistic=PEAK, details=_stated(captured),
    )  # fmt: skip


def _doubts(
    captured: CapturedStream, found: Frames, mean: float, seconds: float
) -> Iterator[BudgetLine]:
    """Yield what the frames and the end of the capture leave open of the mean, in kbit/s.

    How many key frames come is settled by their interval and no chance; but the capture may end
    just behind one, or just before.
    """
    sizes, step, key = _frames(captured, found.interval)
    if len(sizes) < FEWEST_FRAMES:
        raise GapError("too_few_frames", frames=len(sizes), needed=FEWEST_FRAMES)
    excess = float(sizes[key].mean() - sizes[~key].mean()) if key.any() and not key.all() else 0.0
    scatter = blocks.of_sum(sizes - excess * key - mean * step) / seconds
    yield BudgetLine(source="frames", contribution=scatter, degrees_of_freedom=blocks.LOW_FREEDOM)
    largest = excess or float(sizes.max() - sizes.mean())
    yield rectangular("last_group", max(0.0, largest) / seconds)
    yield BudgetLine(source="delay", contribution=mean * float(step[:-1].std()) / seconds)


def _frames(captured: CapturedStream, interval: float) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return kbit, s to the next, and whether it is a key frame, of each frame (n,) in order.

    To the first frame of another connection it is ``interval``.
    """
    packets, first = captured.packets, captured.numbered.first
    rtp_time, arrival = packets.rtp_time[first], packets.arrival[first]
    begins = np.flatnonzero(np.diff(rtp_time, prepend=rtp_time[0] - 1))
    sizes = np.add.reduceat(packets.size[first] * 8 / 1000, begins)
    shown, keys = packets.frame[first][begins], captured.scene.series.keys
    known = (shown >= 0) & (shown < len(keys)) & (shown.max() < len(keys))
    key = np.zeros(len(begins), np.bool_)
    key[known] = keys[shown[known]]
    step = np.diff(arrival[begins], append=arrival[begins[-1]] + interval)
    step[:-1][np.diff(packets.connection[first][begins]) != 0] = interval
    return sizes, step, key


def _by_second(arrival: Floats, kilobits: Floats) -> Floats:
    """Sum up whole seconds, those left out in which nothing came."""
    second = (arrival - arrival.min()).astype(np.int64)
    places, inverse = np.unique(second, return_inverse=True)
    sums = np.bincount(inverse, kilobits)
    return np.asarray(sums[places < second.max()])


def _fullest(arrival: Floats, kilobits: Floats) -> float:
    """Return the most that came in one second, begun with any packet."""
    order = np.argsort(arrival, kind="stable")
    times, total = arrival[order], np.concatenate([[0.0], np.cumsum(kilobits[order])])
    ends = np.searchsorted(times, times + 1.0, side="left")
    return float((total[ends] - total[:-1]).max())


def _stated(captured: CapturedStream) -> dict[str, Value]:
    """Say what the SDP and ONVIF state; no figure uses it."""
    stated = captured.record.sdp_bit_rate if captured.record else None
    sdp: dict[str, Value] = {} if stated is None else {"sdp_bit_rate": stated}
    return sdp | captured.by_onvif(bit_rate="bit_rate")


def key_frames(captured: CapturedStream) -> Iterator[Measurement]:
    """Frames and seconds from key frame to key frame. Raises GapError ``no_key_frame``."""
    series = captured.scene.series
    keys = np.flatnonzero(series.keys)
    if not len(keys):
        raise GapError("no_key_frame")
    if len(series.times) < FEWEST or not np.ptp(series.times):
        raise GapError("too_few_frames", frames=len(series.times), needed=FEWEST)
    shown = timing.timing(series.times)
    breaks = np.union1d(shown.jumps, _reconnected(captured))
    within = np.searchsorted(breaks, keys, side="right")
    whole = np.diff(within) == 0
    lengths, spans = np.diff(keys)[whole], np.diff(shown.elapsed[keys])[whole]
    if not len(lengths):
        yield from _longer(captured, keys, shown.elapsed)
        return
    details: dict[str, Value] = {"missing": captured.numbered.missing}
    details |= captured.by_onvif(gop_length="key_interval")
    resolution = rectangular("time_stamp_resolution", float(captured.scene.video.time_base))
    for name, values, budget in (
        ("gop_length", lengths, []),
        ("key_frame_interval", spans, [resolution]),
    ):
        for value, statistic in ((np.median(values), MEDIAN), (values.max(), MAXIMUM)):
            yield captured.figure(
                name, float(value), budget, samples=len(values), method=KEY_METHOD,
                statistic=statistic, details=details,
            )  # fmt: skip


def _longer(captured: CapturedStream, keys: Places, elapsed: Floats) -> Iterator[Measurement]:
    """Bound by the only group that was seen, and that is not known to have ended."""
    only = Reason(code="one_key_frame")
    sizes = {
        "gop_length": float(len(elapsed) - keys[-1]),
        "key_frame_interval": float(elapsed[-1] - elapsed[keys[-1]]),
    }
    for name, value in sizes.items():
        for statistic in (MEDIAN, MAXIMUM):
            yield captured.figure(
                name, value, (), samples=1, method=KEY_METHOD, statistic=statistic,
                lower_bound=True, bound_by=only,
            )  # fmt: skip


def _reconnected(captured: CapturedStream) -> Places:
    """Return the frames of the clip that are the first of a connection."""
    packets = captured.packets
    shown = packets.frame >= 0
    frame, connection = packets.frame[shown], packets.connection[shown]
    begins = np.flatnonzero(np.diff(connection, prepend=connection[:1]))
    return frame[begins].astype(np.intp)
