"""Quantities derived from the parameters of a fitted lens and chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics.geometry.lens import FOCAL, LENS, RESTING, ideal_places, seen_places
from acceptance.metrics.geometry.lens_models import LENSES
from acceptance.metrics.geometry.turns import turned

if TYPE_CHECKING:
    from acceptance.metrics.geometry.frame import PictureFrame
    from acceptance.metrics.geometry.lens_models import Lens

Array = NDArray[np.float64]

COUNT = 10


def derive(model: str, parameters: Array, frame: PictureFrame, reach: float) -> Array:
    """Derive ``COUNT`` quantities (m, 10) from m sets of parameters.

    Parameters
    ----------
    model
        One of ``LENSES``.
    parameters
        Parameters (m, 20) of lens and chart as in ``lens.py``.
    frame
        The picture with the chart.
    reach
        Radius in half diagonals up to which distortion is looked for, above 0.

    Returns
    -------
    Array
        Columns: distortion in %, TV distortion in %, tilt, pan and roll in degrees, pixels per
        metre across, coverage in %, pixels per metre down, SMIA TV distortion in %, focal length in
        picture widths. Angles are those of ``camera.pose``: the chart turned by pan, tilt, then
        roll.
    """
    lens = LENSES[model]
    radii = np.linspace(0.02, 1, 50) * reach
    bent = radii / lens(radii[None], parameters[:, LENS]) - 1
    at = np.argmax(np.abs(bent.mean(axis=0)))
    height, bow = _bow(lens, parameters[:, LENS], frame.corner)
    across, down = _density(lens, parameters, frame)
    focal = np.exp(parameters[:, FOCAL]) / (2 * frame.corner[0])
    tv = 100 * bow / (2 * frame.corner[1])
    filled = _coverage(lens, parameters, frame)
    smia = 100 * bow / height
    return np.stack(
        [100 * bent[:, at], tv, *_angles(parameters), across, filled, down, smia, focal], axis=1
    )


def _angles(parameters: Array) -> tuple[Array, Array, Array]:
    """Return tilt, pan and roll (m,) in degrees of m sets of parameters (m, 20)."""
    turn = turned(parameters[:, :3])
    tilt = np.arcsin(turn[:, 2, 1])
    pan = np.arctan2(-turn[:, 2, 0], turn[:, 2, 2])
    roll = np.arctan2(-turn[:, 0, 1], turn[:, 1, 1])
    return np.degrees(tilt), np.degrees(pan), np.degrees(roll)


def _bow(lens: Lens, bends: Array, corner: Array) -> tuple[Array, Array]:
    """Return height and bow (m,) of the outermost straight line that is whole in the picture.

    A line at ideal height H is seen at height h above the picture's middle, and c at its left and
    right border; the outermost one has max(h, c) = the picture's half height. The height returned
    is h, the bow c - h, below 0 for a barrel, both in half diagonals.
    """
    wide, high = corner
    middle = np.full((len(bends), 1), high)
    aside = middle.copy()
    barrel = (
        lens(np.hypot(wide, aside), bends) / np.hypot(wide, aside) > lens(middle, bends) / middle
    )
    for _ in range(20):
        ratio = aside * lens(np.hypot(wide, aside), bends)
        ratio /= np.hypot(wide, aside) * lens(middle, bends)  # of both ideal heights
        if np.abs(ratio - 1).max(initial=0) < RESTING:
            break
        aside = np.where(barrel, aside / ratio, aside)
        middle = np.where(barrel, middle, middle * ratio)
    return middle[:, 0], (aside - middle)[:, 0]


def _coverage(lens: Lens, parameters: Array, frame: PictureFrame) -> Array:
    """Return the share (m,) in % of the picture that the chart's part in it fills."""
    side = np.linspace(0, 1, 64, endpoint=False)
    rim = np.concatenate(
        [np.stack([side, 0 * side], axis=1), np.stack([1 + 0 * side, side], axis=1)]
    )
    outline = frame.on_chart(np.concatenate([rim, 1 - rim]) * np.array(frame.place.chart.size))
    edge = frame.corner + np.array([frame.aspect, 1]) / (2 * frame.half)
    x, y = np.moveaxis(np.clip(seen_places(lens, parameters, outline), -edge, edge), 2, 0)
    area = np.sum(x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y, axis=1) / 2
    return np.asarray(100 * np.abs(area) / (4 * edge[0] * edge[1]))


def _density(lens: Lens, parameters: Array, frame: PictureFrame) -> tuple[Array, Array]:
    """Return the stored pixels per metre, across and down (m,), face on at the chart's middle."""
    middle = seen_places(lens, parameters[:1], np.zeros((1, 2)))[0]
    step = 1e-4
    around = middle + step * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    ideal = ideal_places(lens, parameters, around)
    slopes = np.stack([ideal[:, 0] - ideal[:, 1], ideal[:, 2] - ideal[:, 3]], axis=2) / (2 * step)
    seen = np.linalg.inv(slopes) * (np.exp(parameters[:, FOCAL]) / parameters[:, 5])[:, None, None]
    per_metre = 1000 / frame.scale * frame.half * np.linalg.norm(seen, axis=1)
    return per_metre[:, 0] / frame.aspect, per_metre[:, 1]
