"""Figures of when frames came: jitter, delay variation, drift of the clocks, frame rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics.stream import blocks
from acceptance.metrics.stream.figures import (
    CLOCK_RATE,
    MEAN,
    PERCENTILE,
    WORST,
)
from acceptance.model.measurement import BudgetLine, Curve
from acceptance.uncertainty import rectangular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.metrics.stream.figures import CapturedStream
    from acceptance.metrics.stream.first_packets import Delays, Floats, Frames
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Measurement

JITTER_METHOD = "RFC 3550, 6.4.1, over the first packets of frames, slope of the clocks removed"
VARIATION_METHOD = (
    "RFC 5481, 4.2: delay above the shortest, first packets, slope of the clocks removed"
)
DRIFT_METHOD = "slope of arrival times over RTP times, least squares"
RATE_METHOD = "frames over T; T = last arrival - first arrival + one interval"
GAIN = 1 / 16  # of the filter of RFC 3550
SHARE = 0.95


def figures(captured: CapturedStream, found: Frames, delays: Delays) -> Iterator[Measurement]:
    """Yield jitter, delay variation and drift."""
    yield from _jitter(captured, delays)
    yield from _variation(captured, delays)
    yield _drift(captured, found, delays)


def _jitter(captured: CapturedStream, delays: Delays) -> Iterator[Measurement]:
    """Mean of |D|, to which the estimator of RFC 3550 tends; and the estimator's highest value."""
    steps = [1000 * np.abs(part) for part in delays.steps if len(part)]
    every, running = blocks.together(steps), blocks.together([_running(part) for part in steps])
    mean, worst = float(every.mean()), float(running.max())
    doubt = BudgetLine(
        source="frames",
        contribution=blocks.of_mean(every),
        degrees_of_freedom=blocks.FREEDOM,
    )
    details = _details(captured)
    for value, statistic, own in ((mean, MEAN, [doubt]), (worst, WORST, [])):
        lines = [*own, _stamps(captured, value)]
        yield captured.figure(
            "jitter", value, lines, samples=len(every), method=JITTER_METHOD, statistic=statistic,
            details=details,
        )  # fmt: skip


def _running(steps: Floats) -> Floats:
    """J after each step: J += (|D| - J) / 16."""
    from scipy.signal import lfilter  # noqa: PLC0415 -- 0.4 s to import: it brings scipy.stats

    return np.asarray(lfilter([GAIN], [1.0, GAIN - 1.0], steps))


def _stamps(captured: CapturedStream, value: float) -> BudgetLine:
    """Doubt in ms that arrival times leave: independent errors only add to differences."""
    error = 2 / np.pi**0.5 * 1000 * captured.stamp / 3**0.5
    contribution = float(np.hypot(value, error)) - value if captured.packets.stamped else error
    return BudgetLine(source="arrival_time", contribution=contribution, evaluation="B")


def _details(captured: CapturedStream) -> dict[str, Value]:
    """Say how packets were stamped, and what jitter all of them show, those of one frame too."""
    packets = captured.packets
    waited = 1000 * (packets.user - packets.arrival)
    stamped: dict[str, Value] = {"stamped_by": "kernel" if packets.stamped else "program"}
    if packets.stamped:
        stamped["to_program_ms"] = float(np.median(waited))
        stamped["to_program_worst_ms"] = float(waited.max())
    return stamped | {"transport": captured.record.transport if captured.record else ""}


def _variation(captured: CapturedStream, delays: Delays) -> Iterator[Measurement]:
    """Delay above the shortest: 95 of 100 frames are below the first figure."""
    above = np.sort(1000 * (delays.residual - delays.residual.min()))
    count = len(above)
    reach = blocks.inflation(delays.residual) * (count * SHARE * (1 - SHARE)) ** 0.5
    low, middle, high = (
        above[int(np.clip(round(count * SHARE + side * reach), 0, count - 1))]
        for side in (-1, 0, 1)
    )
    common = [
        rectangular("arrival_time", 1000 * captured.stamp),
        BudgetLine(source="slope", contribution=2000 * delays.doubt * delays.lever),
        BudgetLine(source="shortest", contribution=float(above[min(2, count - 1)])),
    ]
    quantile = BudgetLine(source="frames", contribution=float(high - low) / 2)
    for value, statistic, own in ((middle, PERCENTILE, [quantile]), (above[-1], WORST, [])):
        yield captured.figure(
            "delay_variation", float(value), [*own, *common], samples=count,
            method=VARIATION_METHOD, statistic=statistic,
            curve=_curve(delays) if statistic == PERCENTILE else None,
        )  # fmt: skip


def _curve(delays: Delays) -> Curve:
    above = 1000 * (delays.residual - delays.residual.min())
    return Curve(
        name="arrival_delay",
        x=tuple(delays.since.tolist()),
        y=tuple(above.tolist()),
        x_label="time",
        y_label="delay",
        x_unit="s",
        y_unit="ms",
    )


def _drift(captured: CapturedStream, found: Frames, delays: Delays) -> Measurement:
    """By how much the device's RTP clock is fast against the tester's."""
    drift = 1e6 * (1 / (1 + delays.slope) - 1)
    line = BudgetLine(
        source="frames", contribution=1e6 * delays.doubt, degrees_of_freedom=blocks.FREEDOM - 1
    )
    return captured.figure(
        "clock_drift", drift, [line], samples=len(delays.residual), method=DRIFT_METHOD,
        statistic="rtp_time", details={"stretches": len(found.stretches)},
    )  # fmt: skip


def frame_rate(captured: CapturedStream, found: Frames, delays: Delays) -> Measurement:
    """Frames that came, over T by the tester's clock, all stretches together."""
    interval = found.interval * (1 + delays.slope)
    passed = [float(np.ptp(found.arrival[own])) + interval for own in found.stretches]
    count, seconds = sum(map(len, found.stretches)), sum(passed)
    rate = count / seconds
    by_rtp = sum(float(np.ptp(found.elapsed[own])) + found.interval for own in found.stretches)
    ends = float(delays.residual.std()) * (2 * len(passed)) ** 0.5
    return captured.figure(
        "frame_rate",
        rate,
        [
            BudgetLine(source="delay", contribution=rate * ends / seconds),
            BudgetLine(
                source="last_interval", contribution=rate * float(found.steps.std()) / seconds
            ),
            rectangular("clock_rate", rate * CLOCK_RATE),
        ],
        samples=count,
        method=RATE_METHOD,
        count=count,
        duration=seconds,
        details={"rate_rtp_time": count / by_rtp, **_as_stated(captured)},
    )


def _as_stated(captured: CapturedStream) -> dict[str, Value]:
    """Say what SDP, clip and ONVIF state, and of what the picture really is; no figure uses it."""
    stated: dict[str, Value] = {}
    connections = captured.record.connections if captured.record else ()
    if connections and connections[0].sdp_frame_rate:
        stated["sdp_frame_rate"] = connections[0].sdp_frame_rate
    if captured.scene.video.nominal_rate:
        stated["nominal_rate"] = float(captured.scene.video.nominal_rate)
    by_onvif = captured.by_onvif(
        frame_rate="rate", width="width", height="height", codec="codec", profile="profile"
    )
    video = captured.scene.video
    seen: dict[str, Value] = {
        "stream_width": video.width,
        "stream_height": video.height,
        "stream_codec": video.codec,
    }
    if captured.record and captured.record.url:
        seen["stream_address"] = captured.record.url
    return stated | by_onvif | seen
