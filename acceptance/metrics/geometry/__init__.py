"""Geometry: distortion of the lens, place of the camera before the chart, density of pixels there.

From the chart's dots and fiducials (``dots.py``) a lens and the chart's place are fitted together
(``lens.py``, ``fitting.py``): Brown or fisheye, whichever leaves less. ``geometry.distortion`` is
(radius seen - ideal radius) / ideal radius at the radius where it is largest, up to the picture's
corner (ISO 9039:2008 and ISO 17850:2015, local geometric distortion; below 0 = barrel).
``geometry.tv_distortion`` is picture height distortion, EBU Tech 3249-E (1995), 2.11: how far the
image of a straight line along the picture's upper or lower border is bent, over the picture's
height; the SMIA form, twice as large, is among the details. ``geometry.pixels_per_metre`` is the
pixel density of IEC 62676-4:2014.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics._shared.enlargement import enlargement_of
from acceptance.metrics._shared.pixel_shape import other_aspect
from acceptance.metrics._shared.region_codes import refuse_doubtful_aspect
from acceptance.metrics.geometry import fiducials_again, lens_figures, preset
from acceptance.metrics.geometry.dots import dot_centres, fiducial_centres
from acceptance.metrics.geometry.fitting import told_apart
from acceptance.metrics.geometry.frame import PictureFrame
from acceptance.metrics.geometry.lens import Points
from acceptance.model.measurement import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.metrics.geometry.fitting import FittedChart
    from acceptance.model.measurement import Measurement
    from acceptance.model.shot import Shot
    from acceptance.scene.build import Scene

Array = NDArray[np.float64]

QUANTITIES = {**lens_figures.QUANTITIES, **preset.QUANTITIES}
NEEDED = 4  # points for any result


def serves(scene: Scene) -> bool:
    """Whether the scene has a printed chart, or stills of a preset."""
    return (scene.chart is not None and scene.chart.kind == "print") or preset.serves(scene)


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure what dots and fiducials show; single results not obtained are notes.

    Raises GapError no_region, too_few_points, pixel_aspect_doubtful.
    """
    if preset.serves(scene):
        yield from preset.measure(scene)
    if scene.chart is None or scene.chart.kind != "print":
        return
    if not scene.located:
        raise GapError("no_region", kind="grid")
    refuse_doubtful_aspect(scene, "horizontal")
    stated, other = float(scene.video.sample_aspect), other_aspect(scene)
    centres = _centres(scene)
    fits = [_fitted(scene, centres, aspect) for aspect in (stated, other) if aspect]
    left = told_apart(fits)
    if left[0] is not fits[0]:
        yield _scaled(scene, left[0].frame.aspect)
    yield from lens_figures.figures(scene, *left)


def points_seen(scene: Scene) -> Array:
    """Return where the dots and fiducials of a located chart are seen, (n, 2) px."""
    return np.concatenate(
        [
            dot_centres(scene.of_kind("grid"), scene.linear, scene.shade)[1],
            fiducial_centres(scene.located[0])[1],
        ]
    )


def across(shots: Sequence[Shot], measured: Sequence[Measurement]) -> Iterator[Measurement | Note]:
    """Measure how well presets are found again, from shots of one subject and ``preset``."""
    yield from preset.across(shots, measured)


def _fitted(scene: Scene, centres: tuple[Array, Array], aspect: float) -> FittedChart:
    """Fit lens and place to ``centres``, a pixel's width over its height being ``aspect``."""
    frame = PictureFrame(
        place=scene.located[0], aspect=aspect, shown=scene.shown, enlarged=enlargement_of(scene)
    )
    places, seen = frame.on_chart(centres[0]), frame.in_picture(centres[1])
    points = Points(chart=places, seen=seen, pixel=1 / frame.half)
    return fiducials_again.fitted(scene, frame, points)


def _scaled(scene: Scene, aspect: float) -> Note:
    """Return the note that the chart shows pixels of another aspect than is said of them."""
    wide, high = scene.video.width, scene.video.height
    gap = GapError("pixels_are_scaled", width=wide, height=high, aspect=aspect)
    return Note.of(gap, metric="geometry")


def _centres(scene: Scene) -> tuple[Array, Array]:
    """Return the centres (n, 2) of dots and fiducials, on the chart and in the picture."""
    parts = (
        dot_centres(scene.of_kind("grid"), scene.linear, scene.shade),
        fiducial_centres(scene.located[0]),
    )
    places, seen = (np.concatenate(part) for part in zip(*parts, strict=True))
    if len(places) < NEEDED:
        raise GapError("too_few_points", points=len(places), needed=NEEDED)
    return places, seen
