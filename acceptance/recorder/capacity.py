"""For how many days storage holds streams, calculated for a system too young to show it.

Days are storage x usable share x 8 / (sum of bit rates x 86400). A calculation is no recording that
was kept: it becomes a documented answer, never a measurement.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.errors import PlanError, UsageError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.recorder.recordings import Found, Recording

DAY = 86400.0
UNITS = {"GB": 1e9, "TB": 1e12, "PB": 1e15, "GIB": 2.0**30, "TIB": 2.0**40, "PIB": 2.0**50}
RATES = {"KBIT/S": 1e3, "MBIT/S": 1e6, "KBPS": 1e3, "MBPS": 1e6}
AMOUNT = re.compile(r"(?:(\d+)\s*[x×*]\s*)?(\d+(?:\.\d+)?)\s*([A-Za-z/]+)")


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """What was calculated, and from what."""

    days: float
    """For how many days the storage holds the streams."""

    uncertainty: float
    """Standard uncertainty of ``days``."""

    storage: float
    """Usable storage in bytes."""

    bit_rate: float
    """Bit rate of all streams in bit/s."""


def storage_of(text: str) -> float:
    """Read storage such as 4x8TB (makers' 10^12) or 16TiB (2^40) in bytes. Raises PlanError."""
    amount = _amount(text, UNITS)
    if amount is None:
        raise PlanError(tr("is not storage"), where=text, hint=tr("Write it like 4x8TB"))
    return amount


def bit_rate_of(text: str) -> float:
    """Read streams such as 16x4Mbit/s in bit/s. Raises PlanError."""
    amount = _amount(text, RATES)
    if amount is None:
        raise PlanError(tr("is not a bit rate"), where=text, hint=tr("Write it like 16x4Mbit/s"))
    return amount


def _amount(text: str, units: dict[str, float]) -> float | None:
    match = AMOUNT.fullmatch(text.strip())
    factor = units.get(match[3].upper()) if match else None
    if match is None or factor is None:
        return None
    amount = float(match[1] or 1) * float(match[2]) * factor
    return amount if 0 < amount < math.inf else None


def calculate(
    storage: Sequence[float], bit_rates: Sequence[float], *, usable: float, accuracy: float
) -> Capacity:
    """Calculate the days from bytes and bit/s.

    ``usable`` is the share (0 to 1) left by RAID and file system, ``accuracy`` the relative
    half-width of the result. Rectangular: the standard uncertainty is the half-width over the
    square root of three (JCGM 100:2008, 4.3.7). Raises UsageError for shares outside 0 to 1, and
    for storage or bit rates that are not above 0.
    """
    if not (0 < usable <= 1 and 0 <= accuracy <= 1):
        what = tr(
            "shares run from 0 to 1: usable {usable:g}, accuracy {accuracy:g}",
            usable=usable, accuracy=accuracy,
        )  # fmt: skip
        raise UsageError(what)
    if not all(0 < amount < math.inf for amount in (sum(storage), sum(bit_rates))):
        raise UsageError(tr("storage and bit rates must be above 0"))
    total, rate = sum(storage) * usable, sum(bit_rates)
    days = 8 * total / rate / DAY
    uncertainty = days * accuracy / math.sqrt(3)
    return Capacity(days=days, uncertainty=uncertainty, storage=total, bit_rate=rate)


def recorded_rates(found: Found) -> list[float]:
    """Mean bit rate of each channel by the sizes of its files.

    Raises PlanError where no size is known.
    """
    rates = [rate for kept in found.channels.values() if (rate := _rate(kept)) is not None]
    if not rates:
        hint = tr("Add --stream, for instance 16x4Mbit/s")
        raise PlanError(tr("no bit rate is known"), where="--disc", hint=hint)
    return rates


def _rate(kept: Sequence[Recording]) -> float | None:
    sized = [
        (recording.evidence.size, recording.end - recording.start)
        for recording in kept
        if recording.start is not None and recording.end and recording.evidence.size
    ]
    if not sized:
        return None
    return 8 * sum(size for size, _ in sized) / sum(time for _, time in sized)
