"""Packets of a clip, listed in the order in which their pictures are shown; nothing is decoded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import av.error

from acceptance.footage.decoding import (
    SEQUENCE_RATE,
    filmed_stream,
    is_cut,
    opened,
    read_packets,
    time_base_of,
    without_times,
)
from acceptance.footage.field_pictures import CodedField, Fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from av.container import InputContainer
    from av.video.stream import VideoStream

UNSTAMPED = 0.05  # share of the packets without a time that can be one, from which none is believed
ONCE = 1  # such packet, that may be a clock set back


@dataclass(frozen=True, kw_only=True)
class Packet:
    """A coded frame: presentation time in seconds, size in bytes, whether it is a key frame.

    ``stamped``: the time is the stream's own, which decoding times that step back are not, if not
    to the beginning, as where files were joined. ``cut``: it is a JPEG picture without an end.
    ``fields``: those of which it is, if it is not coded as a frame; two packets of a field each
    that make a frame are one here, with the time of the first.
    """

    time: Fraction
    size: int
    key: bool
    stamped: bool = True
    cut: bool = False
    fields: tuple[CodedField, ...] = ()


def unstamped(packets: Sequence[Packet]) -> bool:
    """Whether so many packets have no time of their own that those between are made up.

    A program stream need not stamp each picture (ITU-T H.222.0, 2.7.4).
    """
    lacking = sum(not packet.stamped for packet in packets)
    return lacking > max(ONCE, UNSTAMPED * len(packets))


def counted(container: InputContainer, packets: Sequence[Packet]) -> bool:
    """Whether nothing but their numbers tells when pictures are shown.

    AVI shows a picture for as long as empty chunks follow it. Programs write them for pictures that
    they lost, and where stamps are finer than pictures come (FFmpeg: 600 chunks a second).
    """
    if not without_times(container):
        return False
    times = sorted(packet.time for packet in packets)
    steps = {later - earlier for earlier, later in pairwise(times)}
    step = _step(filmed_stream(container))
    return container.format.name != "avi" or 0 in steps or max(steps, default=step) <= step


def packets_of(path: Path) -> tuple[tuple[Packet, ...], int]:
    """List the packets in presentation order, and how many frames the container declares.

    Nothing is decoded. Where decoding times jump back a new stretch begins; packets are sorted
    within each. A damaged end is where the packets end. Raises ClipError (``opened``).
    """
    stretches: list[list[Packet]] = [[]]
    with opened(path) as container:
        stream = filmed_stream(container)
        try:
            for packet, jumps in _demuxed(container, stream):
                stretches += [[]] if jumps else []
                _take(stretches[-1], packet)
        except av.error.MemoryError:  # of the machine, not of the clip
            raise
        except av.error.FFmpegError:
            pass
        every = [packet for stretch in stretches for packet in stretch]
        if counted(container, every) or unstamped(every):
            stretches = [_numbered(stretches, _step(stream))]
        ordered = (sorted(stretch, key=lambda packet: packet.time) for stretch in stretches)
        return tuple(packet for stretch in ordered for packet in stretch), stream.frames


def _take(stretch: list[Packet], packet: Packet) -> None:
    """Add a packet, the second field of a frame to the first."""
    before = stretch[-1] if stretch else packet
    if len(before.fields) == len(packet.fields) == 1 and packet.fields[0].completes(*before.fields):
        packet = replace(
            before, size=before.size + packet.size, fields=before.fields + packet.fields
        )
        stretch.pop()
    stretch.append(packet)


def _step(stream: VideoStream) -> Fraction:
    """Return how long a picture is shown at the rate that the stream states, in s."""
    return 1 / Fraction(stream.average_rate or SEQUENCE_RATE)


def _numbered(stretches: Iterable[Sequence[Packet]], step: Fraction) -> list[Packet]:
    every = (packet for stretch in stretches for packet in stretch)
    return [replace(packet, time=number * step) for number, packet in enumerate(every)]


def _demuxed(container: InputContainer, stream: VideoStream) -> Iterator[tuple[Packet, bool]]:
    """Yield each packet that holds something, and whether its decoding time jumps back."""
    step, numbered = _step(stream), without_times(container)
    codec = stream.codec_context.name
    fields = Fields(stream.codec_context.extradata or b"") if codec == "h264" else None
    latest: int | None = None
    begun: int | None = None  # of what was joined
    time = -step
    packets = read_packets(container, stream)
    # an edit list may leave some out, which are not shown (ISO/IEC 14496-12, 8.6.6)
    filled = (packet for packet in packets if packet.size and not packet.is_discard)
    for packet in filled:
        jumps = latest is not None and packet.dts is not None and packet.dts < latest
        latest = latest if packet.dts is None else packet.dts
        anew = begun is None or (packet.dts is not None and packet.dts <= begun)
        begun = packet.dts if anew else begun
        stamp = packet.pts if packet.pts is not None else packet.dts
        stated = stamp is not None and (anew or not jumps)
        time = time + step if stamp is None else Fraction(stamp * time_base_of(stream))
        yield (
            Packet(
                time=time,
                size=packet.size,
                key=packet.is_keyframe,
                stamped=numbered or stated,
                cut=codec == "mjpeg" and is_cut(bytes(packet)),
                fields=fields.of(bytes(packet)) if fields else (),
            ),
            jumps,
        )
