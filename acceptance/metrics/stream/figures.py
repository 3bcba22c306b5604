"""What every figure of a stream is made with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.live.stream_tables import PacketTable, StreamRecord
    from acceptance.metrics.stream.sequences import Numbered
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Measurement
    from acceptance.scene.build import Scene
    from acceptance.uncertainty import Particulars

QUANTITIES: Mapping[str, str] = {
    "stream.loss": "1",
    "stream.missing": "1",
    "stream.overtaken": "1",
    "stream.duplicates": "1",
    "stream.jitter": "ms",
    "stream.delay_variation": "ms",
    "stream.clock_drift": "ppm",
    "stream.time_jumps": "1",
    "stream.frame_rate": "frame/s",
    "stream.bit_rate": "kbit/s",
    "stream.gop_length": "1",
    "stream.key_frame_interval": "s",
    "stream.report_offset": "s",
    "stream.start_up": "s",
    "stream.own_drops": "1",
    "stream.reconnects": "1",
    "stream.reconnect_gap": "s",
    "stream.contradictions": "1",
}
MEAN, WORST, MEDIAN, MAXIMUM = "mean", "worst", "median", "maximum"
PERCENTILE = "percentile_95"
# s, half width of an arrival time: the kernel's stamp waits for the interrupt; a program on a busy
# computer waits for its turn (both measured, docs/metrics/stream.md)
KERNEL, PROGRAM = 0.0002, 0.035
CLOCK_RATE = 50e-6  # half width of the rate of the tester's clock


@dataclass(frozen=True, kw_only=True)
class CapturedStream:
    """What the figures are made of."""

    scene: Scene
    packets: PacketTable
    numbered: Numbered
    record: StreamRecord | None

    @property
    def hidden(self) -> bool:
        """Whether the transport sends lost packets again, unseen."""
        return self.record is not None and self.record.transport == "tcp"

    @property
    def stamp(self) -> float:
        """Half width of an arrival time, in s."""
        return KERNEL if self.packets.stamped else PROGRAM

    def by_onvif(self, **fields: str) -> dict[str, Value]:
        """Return as ``onvif_<name>`` what the device states of itself; no figure uses it."""
        setting = self.record.encoder if self.record else None
        stated = {name: getattr(setting, field, None) for name, field in fields.items()}
        return {f"onvif_{name}": value for name, value in stated.items() if value}

    def figure(
        self,
        name: str,
        value: float,
        budget: Sequence[BudgetLine],
        *,
        samples: int,
        method: str,
        **particulars: Unpack[Particulars],
    ) -> Measurement:
        """Make the figure ``stream.<name>``."""
        quantity = f"stream.{name}"
        return self.scene.figure(
            quantity, value, QUANTITIES[quantity], budget,
            samples=samples, method=method, **particulars,
        )  # fmt: skip

    def note(self, name: str, code: str, **parameters: Value) -> Note:
        """Say why ``stream.<name>`` was not obtained, or without name what is to be known."""
        return Note(
            reason=Reason(code=code, parameters=parameters),
            metric="stream",
            quantity=f"stream.{name}" if name else "",
        )
