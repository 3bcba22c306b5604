"""What a container says of a recording as a whole: nothing is decoded, one packet is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from acceptance.footage.decoding import filmed_stream, opened, read_packets, without_pictures
from acceptance.model.basics import in_china, known_day

if TYPE_CHECKING:
    from pathlib import Path

TICKS = 1_000_000  # of a container's duration in a second (AV_TIME_BASE of FFmpeg)


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a container says of itself; None: not said.

    ``created`` is the creation time, UTC by ISO/IEC 14496-12, 8.2.2; ``duration`` is in seconds.
    ``pixels`` are those of all frames together, by the stream's own rate.
    """

    created: datetime | None
    duration: float | None
    pixels: float | None


def read(path: Path) -> Header:
    """Read what the container says.

    Raises ClipError: missing, not a video, no index, no picture.
    """
    with opened(path) as container:
        if not any(packet.size for packet in read_packets(container, filmed_stream(container))):
            raise without_pictures(path)
        stamp = container.metadata.get("creation_time", "")
        duration = None if container.duration is None else container.duration / TICKS
        stream = filmed_stream(container)
        rate, size = stream.average_rate or stream.guessed_rate, stream.width * stream.height
    pixels = duration * float(rate) * size if duration and rate else None
    return Header(created=_moment(stamp), duration=duration, pixels=pixels)


def day_of(path: Path) -> str:
    """ISO date in China of the creation time that a recording states; empty: it states none.

    Times before 2000 are clocks that nobody set. Raises ClipError as ``read`` does.
    """
    created = read(path).created
    there = in_china(created.isoformat()) if created else None
    return known_day(there.date().isoformat()) if there else ""


def _moment(stamp: str) -> datetime | None:
    """Read a time, in UTC unless an offset is stated; None where it is no time."""
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
