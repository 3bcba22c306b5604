"""What every figure of a device is made with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Note
from acceptance.uncertainty import Particulars, measurement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.model.basics import Value
    from acceptance.model.device_record import DeviceRecord
    from acceptance.model.measurement import Measurement

QUANTITIES: Mapping[str, str] = {
    "device.clock_offset": "s",
    "device.still_axes": "1",
    "device.hidden_gaps": "1",
    "device.anonymous_calls": "1",
    "device.anonymous_streams": "1",
    "device.wrong_passwords": "1",
    "device.plain_http": "1",
    "device.lowest_tls": "1",
    "device.contradictions": "1",
}


def figure(
    taken: DeviceRecord,
    name: str,
    value: float,
    budget: Sequence[BudgetLine] = (),
    *,
    samples: int,
    method: str,
    **particulars: Unpack[Particulars],
) -> Measurement:
    """Make the figure ``device.<name>``."""
    quantity = f"device.{name}"
    return measurement(
        taken, quantity, value, QUANTITIES[quantity], budget,
        samples=samples, method=method, **particulars,
    )  # fmt: skip


def note(name: str, code: str, **parameters: Value) -> Note:
    """Say why ``device.<name>`` was not obtained."""
    reason = Reason(code=code, parameters=parameters)
    return Note(metric="device", quantity=f"device.{name}", reason=reason)
