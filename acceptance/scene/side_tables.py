"""Tables that come beside a clip.

They are arrival times, the log of the clock screen, and the log of what drove a light.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts.drive_sequence import Drive, of_chips
from acceptance.errors import PlanError
from acceptance.files import regular
from acceptance.messages import tr, tr_count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from acceptance.footage.clip import Packet
    from acceptance.model import Shot

    Floats = NDArray[np.float64]

FEWEST_CHANGES = 20
MOST_BYTES = 64 << 20  # of a table: some 3 million lines
SHORTEST_CHIP, LONGEST_CHIP = 0.002, 0.2  # s


def table(folder: Path, name: str, columns: int) -> Floats:
    """Read a CSV with a heading and ``columns`` columns of numbers, as (lines, columns).

    Raises PlanError.
    """
    path = folder / name
    hint = tr("Give a heading line and {columns} columns of numbers", columns=columns)
    try:
        text = io.BytesIO(regular.content(path, MOST_BYTES))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a table without lines, which is refused below
            content = np.loadtxt(text, delimiter=",", skiprows=1, ndmin=2)
    except (OSError, ValueError) as error:
        what = tr("cannot be read ({cause})", cause=error)
        raise PlanError(what, where=str(path), hint=hint, code="table") from error
    width = content.shape[1]
    if width != columns:
        what = tr_count("the table has {count} column", "the table has {count} columns", width)
        raise PlanError(what, where=str(path), hint=hint, code="table")
    return content


def arrivals(shot: Shot, folder: Path) -> Floats | None:
    """Arrival times (n,) in s of the shot's frames, None without a table. Raises PlanError."""
    return table(folder, shot.arrivals, 2)[:, 1] if shot.arrivals else None


def of_frames(
    shot: Shot, folder: Path, packets: Sequence[Packet], shown: Sequence[float]
) -> Floats | None:
    """Return the arrivals (n,) in s of the frames that could be decoded, at ``shown`` (n,) in s.

    ``packets`` are all frames of the clip. Behind a packet that was lost some cannot be decoded,
    and a capture that was killed may have noted one more arrival than its clip has frames. A table
    that fits neither is returned as it is. Raises PlanError.
    """
    table_of_all, coded = arrivals(shot, folder), np.array([float(each.time) for each in packets])
    if table_of_all is None or len(table_of_all) not in {len(coded), len(coded) + 1}:
        return table_of_all
    places = np.searchsorted(coded, np.array(shown))
    known = places < len(coded)
    if not known.all() or not np.array_equal(coded[places], np.array(shown)):
        return table_of_all
    return table_of_all[places]


def drive(shot: Shot, folder: Path) -> Drive | None:
    """Return what drove the light in the shot's regions ``sequence``.

    It is taken from its log, or from the known sequence by its chip length; None without either.
    Raises PlanError for both at once, a chip length out of range, times that do not ascend, too few
    changes.
    """
    if shot.chip is not None:
        return _of_chip(shot, shot.chip)
    return _logged(table(folder, shot.drive, 2), str(folder / shot.drive)) if shot.drive else None


def _of_chip(shot: Shot, chip: float) -> Drive:
    """Return the known sequence at a chip length in s."""
    where = tr("shot {shot}", shot=shot.id)
    if shot.drive:
        hint = tr("Give either the log of the drive or the chip length")
        raise PlanError(tr("drive and chip are both given"), where=where, hint=hint, code="drive")
    if not SHORTEST_CHIP <= chip <= LONGEST_CHIP:
        what = tr("chip is {seconds:g} s", seconds=chip)
        hint = tr(
            "Give the length of one chip in seconds, {shortest} to {longest}",
            shortest=SHORTEST_CHIP,
            longest=LONGEST_CHIP,
        )
        raise PlanError(what, where=where, hint=hint, code="drive")
    return of_chips(chip)


def _logged(log: Floats, where: str) -> Drive:
    """Check a log (n, 2) of times in s and levels; scale the levels to 0..1."""
    times, levels = log.T
    if not np.isfinite(log).all() or (np.diff(times) <= 0).any():
        line = int(np.argmax(np.append(np.diff(times) <= 0, True))) + 3
        what = tr("the times do not ascend (line {line})", line=line)
        hint = tr("Write one line per change, in order: time_s,level")
        raise PlanError(what, where=where, hint=hint, code="table")
    _check_changes(levels, where)
    return Drive(begins=times, levels=(levels[:-1] - levels.min()) / np.ptp(levels))


def _check_changes(levels: Floats, where: str) -> None:
    changes = int(np.count_nonzero(np.diff(levels)))
    if changes < FEWEST_CHANGES:
        what = tr_count(
            "the level changes {count} time, at least {fewest} changes are needed",
            "the level changes {count} times, at least {fewest} changes are needed",
            changes,
            fewest=FEWEST_CHANGES,
        )
        hint = tr("Drive the light for as long as the film lasts")
        raise PlanError(what, where=where, hint=hint, code="table")
