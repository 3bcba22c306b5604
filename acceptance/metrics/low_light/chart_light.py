"""The light on a chart.

The light sides of its slanted edges, printed alike in the middle and near the corners.
Grey steps tell the tone curve only under even light, and the light only under a known curve. So
both are fitted at once: ln(printed reflectance) = parabola of ln(nominal light of the code) -
surface over the place (second order, and fourth in the radius), over grey steps, flat regions and
light sides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion

from acceptance.errors import GapError
from acceptance.footage.tone import inverse_oetf
from acceptance.metrics._shared.lighting import Share, extremes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

CURVE = 3  # coefficients of the curve: a parabola
FEWEST_STEPS = 6
RATIO = 9 / 16  # of the chart's sides, so that the radius is one
DARKEST = 0.1  # printed reflectance below which the camera's black counts too much
LEAST_ERROR, LEAST_FIT = 0.03, 0.002  # codes; of ln(light): a parabola follows a curve no better
# share of a print's doubt by which what is printed alike on one sheet differs from each other
ALIKE = 0.2
OFF = 0.1  # of a region's side: how far off its borders it is read


@dataclass(frozen=True, kw_only=True)
class Patch:
    """A region's place (-1 to 1 over the chart), printed reflectance, and ln(nominal light) with its standard error."""

    light: float
    doubt: float
    x: float
    y: float
    reflectance: float
    zone: str
    ground: bool


@dataclass(frozen=True, kw_only=True)
class ChartLight:
    """Shares, and by figure what the doubts about the tone ``curve`` and the ``printed`` reflectances contribute."""

    non_uniformity: Share
    hot_spot: Share
    curve: Mapping[str, float]
    printed: Mapping[str, float]
    grounds: int


def serves(scene: Scene) -> bool:
    """Whether edges stand in the middle and in two corners or more of the chart, and enough grey steps beside them."""
    zones = {view.region.zone for view in scene.of_kind("edge") if view.place is not None}
    return "centre" in zones and len(zones) > 2 and len(scene.of_kind("grey")) >= FEWEST_STEPS


def shares(scene: Scene) -> ChartLight:
    """Evenness of the light over the chart of a scene that ``serves``.

    Raises GapError not_linear.
    """
    patches = [
        _patch(scene, view)
        for view in scene.views.values()
        if view.region.kind in {"edge", "flat", "grey"}
    ]
    seen = [patch for patch in patches if patch is not None]
    grounds = [patch for patch in seen if patch.ground]
    if (
        len(seen) - len(grounds) < FEWEST_STEPS
        or len({patch.zone for patch in grounds} - {"centre"}) < 2
    ):
        raise GapError("not_linear")
    weights, spread = _tone(seen)
    terms = _terms(grounds)
    level = np.exp(terms @ weights - np.log([patch.reflectance for patch in grounds]))
    high, low = int(level.argmax()), int(level.argmin())
    middle = np.array([patch.zone == "centre" for patch in grounds])
    ratio, uneven = (
        float(level[middle].mean() / level[~middle].mean()),
        float(np.ptp(level) / level.mean()),
    )
    changes = {  # of the figures, by the logarithm of the light of each patch
        "non_uniformity": np.eye(len(level))[[high, low]].T
        @ (level[[high, low]] * (1, -1))
        / level.mean(),
        "hot_spot": ratio * np.where(middle, 1 / middle.sum(), -1 / (~middle).sum()),
    }
    doubts = np.array([patch.doubt for patch in grounds])
    noise = {name: float(np.linalg.norm(change * doubts)) for name, change in changes.items()}
    noise["non_uniformity"] = max(noise["non_uniformity"], float(np.median(doubts)))
    copy = ALIKE * scene.chart.reflectance_doubt if scene.chart else 0.0
    apart = extremes(uneven, noise["non_uniformity"])
    return ChartLight(
        non_uniformity=Share(
            value=uneven, noise=noise["non_uniformity"], surface=0.0, extremes=apart
        ),
        hot_spot=Share(value=ratio, noise=noise["hot_spot"], surface=0.0),
        curve={
            name: float(np.linalg.norm(change @ terms @ spread)) for name, change in changes.items()
        },
        printed={name: copy * float(np.linalg.norm(change)) for name, change in changes.items()},
        grounds=len(grounds),
    )


def _patch(scene: Scene, view: View) -> Patch | None:
    """Read a region of the chart: of an edge its light side.

    Nothing where it is clipped or black.
    """
    ground, printed = view.region.kind == "edge", view.region.printed
    reflectance = printed.get("light" if ground else "reflectance", 0.0)
    if view.place is None or reflectance < DARKEST:
        return None
    code, error = _level(view.luma.mean(axis=0), ground=ground)
    nominal, above = (
        float(
            inverse_oetf(
                (one - scene.code_black) / (scene.code_white - scene.code_black),
                scene.video.transfer,
            )
        )
        for one in (code, code + error)
    )
    if min(nominal, code - scene.code_black) <= 0 or code >= scene.code_white - 1:
        return None
    (x, y), size = view.place.to_chart(_centre(view)).ravel(), view.place.chart.size
    return Patch(
        light=math.log(nominal),
        doubt=math.log(above / nominal),
        x=2 * float(x) / size[0] - 1,
        y=2 * float(y) / size[1] - 1,
        reflectance=float(reflectance),
        zone=view.region.zone,
        ground=ground,
    )


def _centre(view: View) -> Array:
    x, y, width, height = view.box
    return np.array([[x + (width - 1) / 2, y + (height - 1) / 2]])


def _level(codes: Array, *, ground: bool) -> tuple[float, float]:
    """Mean code and its standard error of an edge's light side or of a whole region, well off what it borders on.

    Quantisation and what is left of the texture are worth 0.03 code at least.
    """
    inside = np.ones(codes.shape, np.bool_)
    if ground:
        dark, bright = np.percentile(codes, (10, 90))
        inside = codes > (dark + bright) / 2
    side = codes[binary_erosion(inside, iterations=max(3, round(OFF * min(codes.shape))))]
    if not side.size:
        return 0.0, math.inf
    return float(side.mean()), max(LEAST_ERROR, float(side.std()) / math.sqrt(side.size))


def _terms(patches: Sequence[Patch]) -> Array:
    """Powers of ln(nominal light), (patches, 3): the terms of the curve."""
    return np.vander([patch.light for patch in patches], CURVE, increasing=True)


def _tone(patches: Sequence[Patch]) -> tuple[Array, Array]:
    """Coefficients of the curve and a matrix whose square is their covariance, the light's surface fitted along."""
    x, y, doubt, reflectance = np.array(
        [(one.x, one.y, one.doubt, one.reflectance) for one in patches]
    ).T
    place = np.column_stack([x, y, x * x, x * y, y * y, (x * x + (RATIO * y) ** 2) ** 2])
    weight = 1 / np.hypot(doubt, LEAST_FIT)[:, None]
    matrix = weight * np.hstack([_terms(patches), -place])
    wanted = weight[:, 0] * np.log(reflectance)
    inverse = np.linalg.pinv(matrix)
    found = inverse @ wanted
    degrees = max(1, len(patches) - matrix.shape[1])
    scale = max(1.0, math.sqrt(float(np.sum((wanted - matrix @ found) ** 2)) / degrees))
    return found[:CURVE], scale * inverse[:CURVE]
