"""Steps of a test with a device: what was asked, whether and when it was answered, what is wrong.

GB/T 39272-2020 is the standard that lists such tests; its clauses were not seen, so none is cited.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from acceptance.errors import UsageError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acceptance.live.transcript import Field

MOST_STEPS = 20_000
ID_DIGITS = 20  # of a device's code (GB/T 28181)


@dataclass(frozen=True, kw_only=True)
class DeviceStep:
    """A line of the report."""

    device: str
    """Id of the device; of what cannot be told apart: where it came from."""

    name: str
    """``REGISTER``, ``Keepalive``, ``Catalog``, ``INVITE`` ..."""

    status: int | None = None
    """Final SIP status, received or sent; None: no answer came."""

    ms: float | None = None
    """From the request to what answers it; None where nothing did."""

    figures: Mapping[str, Field] = field(default_factory=dict)
    """What was counted or stated, by name."""

    faults: tuple[str, ...] = ()
    """What does not conform or failed, in the user's language; empty: conforming."""


class StepLog:
    """The steps in order; what repeats itself is one line with how often, so a flood fits."""

    def __init__(self) -> None:
        self._steps: dict[tuple[object, ...], tuple[DeviceStep, int]] = {}

    def add(self, step: DeviceStep) -> None:
        """Add one; the newest of equal name, status and faults is kept."""
        key = step.device, step.name, step.status, step.faults
        _, times = self._steps.get(key, (step, 0))
        if times or len(self._steps) < MOST_STEPS:
            self._steps[key] = step, times + 1

    def steps(self) -> list[DeviceStep]:
        """Return them; figure ``times`` where one came more than once."""
        return [
            replace(step, figures={**step.figures, "times": times}) if times > 1 else step
            for step, times in self._steps.values()
        ]


def is_id(text: str) -> bool:
    """Whether it is a code of 20 decimal digits."""
    return len(text) == ID_DIGITS and text.isascii() and text.isdecimal()


def require_ids(*codes: str) -> None:
    """Refuse what is no code. Raises UsageError."""
    for code in codes:
        if not is_id(code):
            raise UsageError(tr("{code}: a code has 20 digits", code=code))


def require_seconds(**durations: float) -> None:
    """Refuse durations below 0, without an end, or that are no number. Raises UsageError."""
    for name, seconds in durations.items():
        if not 0 <= seconds < math.inf:
            what = tr("{name} must be 0 or more, not {value:g}", name=name, value=seconds)
            raise UsageError(what)
