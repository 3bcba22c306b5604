"""Scoring of a recording: what each picture differs by from the reference picture that it shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics.compression import fidelity
from acceptance.metrics.compression.fidelity import squared_error
from acceptance.metrics.compression.scores import FEWEST, Scores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from acceptance.footage.planes import Plane
    from acceptance.metrics.compression.pairing import PicturePair, Planes
    from acceptance.scene.build import Scene


def scored(scene: Scene, both: PicturePair) -> Scores:
    """Compare every picture that shows a reference picture for the first time.

    Progress is reported to the scene. Raises GapError too_few_frames.
    """
    table, pixels = _table(scene, both)
    if len(table) < FEWEST:
        raise GapError("too_few_frames", frames=len(table), needed=FEWEST)
    return Scores(
        times=table[:, 0],
        errors=table[:, 1:4],
        likeness=table[:, 4:7],
        moments=table[:, 7:],
        peak=both.codes.peak,
        pixels=pixels,
        late=both.late,
    )


def _table(scene: Scene, both: PicturePair) -> tuple[NDArray[np.float64], int]:
    """Return time, errors, likeness and moments of each picture, and the pixels of its luma."""
    rows, pixels = [], 0
    for frame, recorded, reference in both.pictures():
        pixels = recorded[0].size
        moments = [moment for luma in (recorded[0], reference[0]) for moment in _moments(luma)]
        rows.append((float(frame.time), *_each(recorded, reference, both.codes.peak), *moments))
        if scene.progress:
            scene.progress(len(rows), len(both.map.scored))
    return np.array(rows), pixels


def _each(recorded: Planes, reference: Planes, peak: float) -> Iterator[float]:
    """Yield the squared errors of Y, Cb, Cr, then their likeness.

    They are nan where planes cannot be compared.
    """
    usable = [
        (seen, wanted)
        if seen is not None and wanted is not None and seen.shape == wanted.shape
        else None
        for seen, wanted in zip(recorded, reference, strict=True)
    ]
    yield from (squared_error(*planes) if planes else math.nan for planes in usable)
    for planes in usable:
        large = planes is not None and min(planes[0].shape) >= fidelity.SMALLEST
        yield fidelity.ssim(*planes, peak) if planes and large else math.nan


def _moments(plane: Plane) -> tuple[float, float]:
    """Mean and mean square of a plane."""
    return float(np.mean(plane, dtype=np.float64)), squared_error(plane, np.zeros_like(plane))
