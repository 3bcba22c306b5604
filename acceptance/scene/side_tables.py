"""Tables that come beside a clip.

Arrival times, the log of the clock screen, the log of what drove a light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts import drive_sequence
from acceptance.errors import PlanError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from acceptance.model import Shot

    Floats = NDArray[np.float64]

FEWEST_CHANGES = 20
SHORTEST_CHIP, LONGEST_CHIP = 0.002, 0.2  # s


def table(folder: Path, name: str, columns: int) -> Floats:
    """Read a CSV with a heading and ``columns`` columns of numbers. Raises PlanError."""
    path = folder / name
    hint = f"It needs a heading line and {columns} columns of numbers"
    try:
        read = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
    except (OSError, ValueError) as error:
        raise PlanError(
            f"the table cannot be read ({error})", where=str(path), hint=hint, code="table"
        ) from error
    if read.shape[1] != columns:
        raise PlanError(
            f"the table has {read.shape[1]} columns", where=str(path), hint=hint, code="table"
        )
    return read


def drive(shot: Shot, folder: Path) -> drive_sequence.Drive | None:
    """Return what drove the light in the shot's regions ``sequence``.

    Its log, or the sequence by its chip length.
    Raises PlanError for both at once, a chip out of range, times that do not ascend, too few
    changes.
    """
    if shot.drive and shot.chip is not None:
        raise _wrong(
            shot,
            "drive and chip are both given",
            "Give the log of the drive, or the length of its chips",
        )
    if shot.chip is not None:
        if not SHORTEST_CHIP <= shot.chip <= LONGEST_CHIP:
            what = f"chip is {shot.chip:g} s"
            raise _wrong(
                shot, what, f"Give the seconds of one chip, {SHORTEST_CHIP} to {LONGEST_CHIP}"
            )
        return drive_sequence.of_chips(shot.chip)
    return _logged(table(folder, shot.drive, 2), str(folder / shot.drive)) if shot.drive else None


def _logged(log: Floats, where: str) -> drive_sequence.Drive:
    times, levels = log.T
    if not np.isfinite(log).all() or (np.diff(times) <= 0).any():
        line = int(np.argmax(np.append(np.diff(times) <= 0, True))) + 3
        what, hint = (
            f"its times do not ascend (line {line})",
            "Write one line for each change, in order: time_s,level",
        )
        raise PlanError(what, where=where, hint=hint, code="table")
    changes = int(np.count_nonzero(np.diff(levels)))
    if changes < FEWEST_CHANGES:
        what = f"the level changes {changes} times, at least {FEWEST_CHANGES} are needed"
        raise PlanError(
            what, where=where, hint="Drive the light for as long as is filmed", code="table"
        )
    return drive_sequence.Drive(begins=times, levels=(levels[:-1] - levels.min()) / np.ptp(levels))


def _wrong(shot: Shot, what: str, hint: str) -> PlanError:
    return PlanError(what, where=f"shot {shot.id}", hint=hint, code="drive")
