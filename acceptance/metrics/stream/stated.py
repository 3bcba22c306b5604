"""What SDP and ONVIF state of the stream, against its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.metrics._shared.stated_stream import ReceivedStream, StatedStream
from acceptance.metrics.stream.figures import MEAN, MEDIAN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.live.stream_tables import StreamRecord
    from acceptance.metrics.stream.figures import CapturedStream
    from acceptance.model.measurement import Measurement, Note

METHOD = "statements on size, codec, rates and key frames that the figures contradict"


def figures(
    captured: CapturedStream, found: Sequence[Measurement | Note]
) -> Iterator[Measurement | Note]:
    """Yield how many statements are contradicted, and each; nothing where nothing is stated."""
    named = {(item.quantity, item.statistic): item for item in found if not hasattr(item, "reason")}
    rate = named.get(("stream.frame_rate", ""))
    if rate is None or captured.record is None:
        return
    received = ReceivedStream(
        rate=rate,
        bit_rate=named.get(("stream.bit_rate", MEAN)),
        group=named.get(("stream.gop_length", MEDIAN)),
    )
    held = [
        reason for stated in _statements(captured.record) for reason in received.against(stated)
    ]
    if not held:
        return
    against = [reason for reason in held if reason]
    yield captured.figure("contradictions", len(against), (), samples=len(held), method=METHOD)
    for reason in against:
        yield captured.note("", reason.code, **reason.parameters)


def _statements(record: StreamRecord) -> Iterator[StatedStream]:
    if record.connections:
        rate = record.connections[0].sdp_frame_rate
        yield StatedStream(source="SDP", rate=rate, bit_rate=record.sdp_bit_rate)
    if record.encoder:
        yield StatedStream.by_onvif(record.encoder)
