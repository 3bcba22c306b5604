"""A device on the network: what a probe and an audit of it came to, as figures.

Not taken from pixels: from the records of ``acceptance probe``. The clock by the changes of its
seconds (``live.onvif.clock``), accesses by what was given to everybody. What a device merely states
of itself gives no figure, but is held against the figures of its streams. Definitions:
``docs/metrics/device.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.metrics.device import accesses, encoders, statements
from acceptance.metrics.device.figures import QUANTITIES
from acceptance.model.basics import Reason
from acceptance.model.measurement import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.live.onvif.facts import DeviceFacts
    from acceptance.model.device_record import DeviceRecord
    from acceptance.model.measurement import Measurement

__all__ = ["QUANTITIES", "measure"]


def measure(
    taken: DeviceRecord, facts: DeviceFacts | None, streams: Sequence[Measurement] = ()
) -> Iterator[Measurement | Note]:
    """Measure what the records hold; what stays open is a Note.

    ``facts``: of the probe, and ``taken.audited`` of the audit; None: there is no such record, or
    it is of another device, which a Note says where the plan names one. ``streams``: figures of
    the device's streams, which what it states of them is held against.
    """
    if facts is not None:
        yield from statements.figures(taken, facts)
        yield from encoders.figures(taken, facts.encoders, streams)
    elif taken.probe:
        yield _of_other("probe")
    if taken.audited is not None:
        yield from accesses.figures(taken, taken.audited)
    elif taken.audit:
        yield _of_other("audit")


def _of_other(kind: str) -> Note:
    return Note(metric="device", reason=Reason(code=f"{kind}_of_other_device"))
