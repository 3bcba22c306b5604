"""A stream on the network: loss, jitter, delay, rates and clocks, from its captured packets.

Loss, duplicates and reordering by RTP sequence numbers (RFC 3550, A.1 and A.3; RFC 4737; RFC 5560),
jitter as RFC 3550, 6.4.1 defines it, delay variation after RFC 5481, 4.2 (ITU-T Y.1540 has the same
quantities for IP packets). Arrival times are the kernel's. What a device or its SDP states of
itself stands beside the figures and enters none. Definitions: ``docs/metrics/stream.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.errors import GapError
from acceptance.live.stream_tables import CLOCK_RATE
from acceptance.metrics.stream import delay_figures, losses, rate_figures, session_figures, stated
from acceptance.metrics.stream.figures import QUANTITIES, CapturedStream
from acceptance.metrics.stream.first_packets import delays, frames
from acceptance.metrics.stream.sequences import numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from acceptance.metrics.stream.first_packets import Frames
    from acceptance.model.measurement import Measurement, Note
    from acceptance.scene.build import Scene

__all__ = ["QUANTITIES", "measure", "serves"]

JUMP_METHOD = "steps of the RTP time that neither arrivals nor missing packets explain"
BY_DELAY = ("jitter", "delay_variation", "clock_drift")


def serves(scene: Scene) -> bool:
    """Whether the shot was captured from a network, with its packets."""
    return scene.packets is not None


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure all quantities; what stays open is a Note. Raises GapError ``too_few_frames``."""
    if scene.packets is None:
        return
    captured = CapturedStream(
        scene=scene,
        packets=scene.packets,
        numbered=numbered(scene.packets),
        record=scene.stream_record,
    )
    yield from losses.figures(captured)
    yield from session_figures.figures(captured)
    rates = list(_by_frames(captured))
    yield from rates
    yield from stated.figures(captured, rates)


def _by_frames(captured: CapturedStream) -> Iterator[Measurement | Note]:
    record = captured.record
    clock_rate = record.clock_rate if record else CLOCK_RATE
    found = frames(captured.packets, captured.numbered, clock_rate)
    yield captured.figure(
        "time_jumps", found.jumps, (), samples=len(found.elapsed), method=JUMP_METHOD
    )
    yield from _or_note(captured, ("bit_rate",), lambda: rate_figures.bit_rate(captured, found))
    yield from _or_note(
        captured, ("gop_length", "key_frame_interval"), lambda: rate_figures.key_frames(captured)
    )
    yield from _or_note(captured, (*BY_DELAY, "frame_rate"), lambda: _timed(captured, found))


def _timed(captured: CapturedStream, found: Frames) -> Iterator[Measurement]:
    by_line = delays(found)
    yield from delay_figures.figures(captured, found, by_line)
    yield delay_figures.frame_rate(captured, found, by_line)


def _or_note(
    captured: CapturedStream, names: Iterable[str], figures: Callable[[], Iterator[Measurement]]
) -> Iterator[Measurement | Note]:
    """Yield figures, or a Note for each that cannot be obtained."""
    try:
        yield from list(figures())
    except GapError as gap:
        for name in names:
            yield captured.note(name, gap.code, **gap.parameters)
