"""Which shots a plan wants of its devices: of each every combination of stream, path and light."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.model import Matrix, Plan, Sample, Shot, SignalPath

STREAM, LIGHT = "profile", "day_night"  # the conditions in which a shot states them


@dataclass(frozen=True, kw_only=True)
class Combination:
    """One combination in which a device is to be filmed.

    A stream or light that is empty is not looked at.
    """

    stream: str
    path: SignalPath
    light: str

    def holds(self, shot: Shot) -> bool:
        """Whether the shot is of this combination."""
        stated = {each.name: str(each.value).strip().lower() for each in shot.conditions}
        wanted = {STREAM: self.stream, LIGHT: self.light}
        return shot.path is self.path and all(
            stated.get(name) == word.lower() for name, word in wanted.items() if word
        )


def wanted(plan: Plan, samples: Sequence[Sample]) -> dict[str, dict[Combination, None]]:
    """Return the combinations that are planned for each device, in their order.

    ``samples`` is what the plan's draws gave.
    """
    found: dict[str, dict[Combination, None]] = defaultdict(dict)
    for matrix in plan.matrix:
        for device in _devices(matrix, plan, samples):
            found[device] |= dict.fromkeys(_combinations(matrix))
    return found


def _devices(matrix: Matrix, plan: Plan, samples: Sequence[Sample]) -> list[str]:
    """Devices of the matrix; of those drawn for a re-test and those drawn before it alike."""
    of_rule = (sample for sample in samples if sample.sampling == matrix.sampling)
    drawn = {device for sample in of_rule for device in sample.drawn}
    devices = [subject.id for subject in plan.subjects if subject.kind in matrix.kinds]
    return [device for device in devices if not matrix.sampling or device in drawn]


def _combinations(matrix: Matrix) -> Iterator[Combination]:
    streams, light_levels = matrix.streams or ("",), matrix.light or ("",)
    for stream, path, light in itertools.product(streams, matrix.paths, light_levels):
        yield Combination(stream=stream, path=path, light=light)
