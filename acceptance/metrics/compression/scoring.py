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

    from acceptance.footage.planes import Plane
    from acceptance.metrics.compression.pairing import PicturePair, Planes
    from acceptance.scene.build import Scene


def scored(scene: Scene, both: PicturePair) -> Scores:
    """Compare every picture that shows a reference picture for the first time.

    Reports progress to the scene. Raises GapError too_few_frames.
    """
    rows, total = [], len(both.map.scored)
    pixels, peak = 0, both.codes.peak
    for frame, recorded, reference in both.pictures():
        pixels = recorded[0].size
        moments = [moment for luma in (recorded[0], reference[0]) for moment in _moments(luma)]
        rows.append((float(frame.time), *_each(recorded, reference, peak), *moments))
        if scene.progress:
            scene.progress(len(rows), total)
    if len(rows) < FEWEST:
        raise GapError("too_few_frames", frames=len(rows), needed=FEWEST)
    table = np.array(rows)
    return Scores(
        times=table[:, 0],
        errors=table[:, 1:4],
        likeness=table[:, 4:7],
        moments=table[:, 7:],
        peak=peak,
        pixels=pixels,
        late=both.late,
    )


def _each(recorded: Planes, reference: Planes, peak: float) -> Iterator[float]:
    """Yield the squared errors of Y, Cb, Cr, then their likeness.

    Nan where planes cannot be compared.
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
