"""What a probe was told of a stream, against the figures of the stream that was captured."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from acceptance.files import url_password
from acceptance.metrics._shared.stated_stream import ReceivedStream, StatedStream
from acceptance.metrics.device.figures import figure
from acceptance.model.measurement import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.live.onvif.facts import EncoderSetting
    from acceptance.model.basics import Reason
    from acceptance.model.device_record import DeviceRecord
    from acceptance.model.measurement import Measurement

METHOD = "encoder settings of the probe that the figures of the stream contradict"


def figures(
    taken: DeviceRecord, settings: Sequence[EncoderSetting], streams: Sequence[Measurement]
) -> Iterator[Measurement | Note]:
    """Yield how many settings the streams contradict, and each.

    A stream belongs to the profile of its address; nothing is said of a stream of none.
    """
    held = [reason for stream in _received(streams) for reason in _against(stream, settings)]
    if not held:
        return
    against = [reason for reason in held if reason]
    yield figure(taken, "contradictions", len(against), samples=len(held), method=METHOD)
    yield from (Note(metric="device", reason=reason) for reason in against)


def _received(streams: Sequence[Measurement]) -> Iterator[ReceivedStream]:
    found = {(item.shot, item.quantity, item.statistic): item for item in streams}
    for item in streams:
        if item.quantity == "stream.frame_rate":
            yield ReceivedStream(
                rate=item,
                bit_rate=found.get((item.shot, "stream.bit_rate", "mean")),
                group=found.get((item.shot, "stream.gop_length", "median")),
            )


def _against(
    received: ReceivedStream, settings: Sequence[EncoderSetting]
) -> Sequence[Reason | None]:
    """Hold the profiles of the stream's address against it; of several the one that is nearest.

    Media2 goes before: only there H.265 is told.
    """
    address = _path(str(received.seen.get("stream_address", "")))
    own = [setting for setting in settings if address and _path(setting.address) == address]
    newest = max((setting.media for setting in own), default=0)
    found = [
        [*received.against(StatedStream.by_onvif(setting))]
        for setting in own
        if setting.media == newest
    ]
    return min(found, key=lambda held: sum(map(bool, held)), default=())


def _path(url: str) -> str:
    """Return what is asked for at the host: its name and port may be written in several ways."""
    parts = urlsplit(url_password.without(url))
    return f"{parts.path}?{parts.query}" if parts.netloc else ""
