"""What is stated of a stream, by SDP or ONVIF, against what was measured of it.

A stated figure stands for all that rounds to it. ``BitrateLimit`` of ONVIF and ``b=AS`` of an SDP
(RFC 8866, 5.8) are maxima: a stream below them contradicts nothing. ``FrameRateLimit`` and
``a=framerate`` are called maxima, too, and are set and read as the rate: either side is told.
``GovLength`` is the number of frames from one key frame to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from acceptance.model.basics import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.live.onvif.facts import EncoderSetting
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Measurement

CODECS = {"h264": "H264", "hevc": "H265", "mjpeg": "JPEG"}  # as ONVIF calls them (ver20/media)
KILOBIT = 1.024  # encoders count 1000 or 1024 bits: what is below the larger is below the limit


@dataclass(frozen=True, kw_only=True)
class StatedStream:
    """What somebody states of a stream; None and empty: nothing."""

    source: str
    """``ONVIF`` or ``SDP``."""

    codec: str = ""
    """As ONVIF calls it."""

    width: int | None = None
    """px."""

    height: int | None = None
    """px."""

    rate: float | None = None
    """frame/s."""

    bit_rate: float | None = None
    """kbit/s, at most."""

    key_interval: int | None = None
    """Frames from one key frame to the next."""

    @classmethod
    def by_onvif(cls, setting: EncoderSetting) -> Self:
        """Take what a device states of a profile."""
        return cls(
            source="ONVIF",
            codec=setting.codec,
            width=setting.width,
            height=setting.height,
            rate=setting.rate,
            bit_rate=setting.bit_rate,
            key_interval=setting.key_interval,
        )


@dataclass(frozen=True, kw_only=True)
class ReceivedStream:
    """The figures of a stream that statements are held against."""

    rate: Measurement
    """``stream.frame_rate``, with size, codec and address among its details."""

    bit_rate: Measurement | None
    """Mean ``stream.bit_rate``; None: not obtained."""

    group: Measurement | None
    """Median ``stream.gop_length``; None: not obtained."""

    @property
    def seen(self) -> Mapping[str, Value]:
        """Size, codec and address of the stream."""
        return self.rate.details

    def against(self, stated: StatedStream) -> Iterator[Reason | None]:
        """Yield for each statement the contradiction, or None: it holds."""
        size = (self.seen.get("stream_width"), self.seen.get("stream_height"))
        if stated.width and stated.height and all(size):
            holds = size == (stated.width, stated.height)
            shown = f"{stated.width} × {stated.height}"
            yield _reason("size", holds, stated, shown, "{} × {}".format(*size))
        codec = CODECS.get(str(self.seen.get("stream_codec", "")), "")
        if stated.codec and codec:
            yield _reason("codec", stated.codec.upper() == codec, stated, stated.codec, codec)
        if stated.rate:
            off = abs(self.rate.value - stated.rate)
            holds = off <= self.rate.expanded + _rounding(stated.rate)
            yield _reason("frame_rate", holds, stated, stated.rate, self.rate)
        if stated.bit_rate and self.bit_rate is not None:
            least = self.bit_rate.value - self.bit_rate.expanded
            holds = least <= KILOBIT * (stated.bit_rate + _rounding(stated.bit_rate))
            yield _reason("bit_rate", holds, stated, stated.bit_rate, self.bit_rate)
        if stated.key_interval and self.group is not None:
            holds = _fits(self.group, stated.key_interval)
            yield _reason("gop_length", holds, stated, stated.key_interval, self.group)


def _fits(group: Measurement, stated: int) -> bool:
    """Whether groups of that length may have been sent: frames that were lost are in none."""
    if group.lower_bound:
        return group.value <= stated
    lost = group.details.get("missing", 0)
    return 0 <= stated - group.value <= (lost if isinstance(lost, int) else 0)


def _rounding(stated: float) -> float:
    """Return half of the last digit of a number as people write it."""
    digits = len(f"{stated:.3f}".rstrip("0").partition(".")[2])
    return 0.5 * 10.0**-digits


def _reason(
    what: str,
    holds: bool,  # noqa: FBT001 -- of one call each
    stated: StatedStream,
    shown: Value,
    received: Measurement | str,
) -> Reason | None:
    if holds:
        return None
    parameters: dict[str, Value] = {"source": stated.source, "stated": shown}
    if isinstance(received, str):
        parameters["received"] = received
    else:
        parameters |= {"received": received.value, "expanded": received.expanded}
    return Reason(code=f"{what}_contradicted", parameters=parameters)
