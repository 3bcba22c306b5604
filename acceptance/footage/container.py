"""What a container says of a recording as a whole: nothing is decoded, no packet indexed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from acceptance.footage.decoding import opened

if TYPE_CHECKING:
    from pathlib import Path

TICKS = 1_000_000  # of a container's duration in a second (AV_TIME_BASE of FFmpeg)


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a container says of itself; None: not said.

    ``created`` is the creation time, UTC by ISO/IEC 14496-12, 8.2.2; ``duration`` is in seconds.
    """

    created: datetime | None
    duration: float | None


def read(path: Path) -> Header:
    """Read what the container says.

    Raises ClipError: missing, not a video, no index, no picture.
    """
    with opened(path) as container:
        stamp = container.metadata.get("creation_time", "")
        duration = None if container.duration is None else container.duration / TICKS
    try:
        created = datetime.fromisoformat(stamp) if stamp else None
    except ValueError:
        created = None
    return Header(
        created=created and (created if created.tzinfo else created.replace(tzinfo=UTC)),
        duration=duration,
    )
