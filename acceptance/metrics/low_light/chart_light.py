"""Evenness of the light on a chart, from the light sides of its slanted edges.

They are printed alike in the middle and near the corners. Grey steps give the tone curve only under
even light, and the light only under a known curve. So both are fitted at once: ln(printed
reflectance) = parabola of ln(nominal light of the code) - surface over the place (second order, and
fourth in the radius), over grey steps, flat regions and light sides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.files.scipy_later import ndimage
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
ALIKE = 0.2  # of a print's uncertainty: difference of what is printed alike on one sheet
OFF = 0.1  # of a region's side: distance from its borders within which it is not read


@dataclass(frozen=True, kw_only=True)
class LitPatch:
    """A region of the chart: where it is, what is printed and how bright it is.

    ``light`` is ln(nominal light) with its standard error ``doubt``; ``x``, ``y`` are -1 to 1 over
    the chart; ``ground``: it is the light side of an edge.
    """

    light: float
    doubt: float
    x: float
    y: float
    reflectance: float
    zone: str
    ground: bool


@dataclass(frozen=True, kw_only=True)
class ChartLight:
    """Evenness of the light over a chart, from ``grounds`` light sides of edges.

    ``curve`` and ``printed`` are the standard uncertainty of each quantity by the tone curve and by
    the printed reflectances.
    """

    non_uniformity: Share
    hot_spot: Share
    curve: Mapping[str, float]
    printed: Mapping[str, float]
    grounds: int


def serves(scene: Scene) -> bool:
    """Whether the chart has edges in the middle and two corners or more, and enough grey steps."""
    zones = {view.region.zone for view in scene.of_kind("edge") if view.place is not None}
    return "centre" in zones and len(zones) > 2 and len(scene.of_kind("grey")) >= FEWEST_STEPS


def shares(scene: Scene) -> ChartLight:
    """Measure the evenness of the light over the chart of a scene that ``serves``.

    Raises GapError not_linear.
    """
    seen = _patches(scene)
    grounds = _grounds(seen)
    weights, spread = _tone(seen)
    terms = _terms(grounds)
    level = np.exp(terms @ weights - np.log([patch.reflectance for patch in grounds]))
    values, changes = _evenness(level, np.array([patch.zone == "centre" for patch in grounds]))
    noise = _noise(grounds, changes)
    copy = ALIKE * scene.chart.reflectance_doubt if scene.chart else 0.0
    of_curve = {name: change @ terms @ spread for name, change in changes.items()}
    return ChartLight(
        non_uniformity=_non_uniformity(values["non_uniformity"], noise["non_uniformity"]),
        hot_spot=Share(value=values["hot_spot"], noise=noise["hot_spot"], surface=0.0),
        curve={name: float(np.linalg.norm(moved)) for name, moved in of_curve.items()},
        printed={name: copy * float(np.linalg.norm(change)) for name, change in changes.items()},
        grounds=len(grounds),
    )


def _grounds(seen: Sequence[LitPatch]) -> list[LitPatch]:
    """Return the light sides of edges. Raises GapError not_linear, where patches are too few."""
    grounds = [patch for patch in seen if patch.ground]
    corners = {patch.zone for patch in grounds} - {"centre"}
    if len(seen) - len(grounds) < FEWEST_STEPS or len(corners) < 2:
        raise GapError("not_linear")
    return grounds


def _noise(grounds: Sequence[LitPatch], changes: Mapping[str, Array]) -> dict[str, float]:
    """Return the contribution of noise to each quantity, of which ``changes`` (n,) are given."""
    doubts = np.array([patch.doubt for patch in grounds])
    noise = {name: float(np.linalg.norm(change * doubts)) for name, change in changes.items()}
    noise["non_uniformity"] = max(noise["non_uniformity"], float(np.median(doubts)))
    return noise


def _non_uniformity(value: float, noise: float) -> Share:
    return Share(value=value, noise=noise, surface=0.0, extremes=extremes(value, noise))


def _patches(scene: Scene) -> list[LitPatch]:
    """Read the regions that show the tone curve or the light, without those not readable."""
    kinds = {"edge", "flat", "grey"}
    patches = [_patch(scene, view) for view in scene.views.values() if view.region.kind in kinds]
    return [patch for patch in patches if patch is not None]


def _evenness(level: Array, middle: NDArray[np.bool_]) -> tuple[dict[str, float], dict[str, Array]]:
    """Return non-uniformity and hot spot of light levels (n,), and their changes (n,).

    A change is that of the value for a change of one in ln(light) of each patch. ``middle`` (n,)
    marks the patches in the chart's middle.
    """
    ends = [int(level.argmax()), int(level.argmin())]
    ratio = float(level[middle].mean() / level[~middle].mean())
    values = {"non_uniformity": float(np.ptp(level) / level.mean()), "hot_spot": ratio}
    changes = {
        "non_uniformity": np.eye(len(level))[ends].T @ (level[ends] * (1, -1)) / level.mean(),
        "hot_spot": ratio * np.where(middle, 1 / middle.sum(), -1 / (~middle).sum()),
    }
    return values, changes


def _patch(scene: Scene, view: View) -> LitPatch | None:
    """Read a region of the chart, of an edge its light side; None where it is clipped or black."""
    ground, printed = view.region.kind == "edge", view.region.printed
    reflectance = printed.get("light" if ground else "reflectance", 0.0)
    if view.place is None or reflectance < DARKEST:
        return None
    lit = _log_light(scene, *_level(view.luma.mean(axis=0), ground=ground))
    if lit is None:
        return None
    (x, y), size = view.place.to_chart(_centre(view)).ravel(), view.place.chart.size
    return LitPatch(
        light=lit[0],
        doubt=lit[1],
        x=2 * float(x) / size[0] - 1,
        y=2 * float(y) / size[1] - 1,
        reflectance=float(reflectance),
        zone=view.region.zone,
        ground=ground,
    )


def _log_light(scene: Scene, code: float, error: float) -> tuple[float, float] | None:
    """Return ln(nominal light) of a code and its standard error; None at black or white."""
    span = scene.code_white - scene.code_black
    nominal, above = (
        float(inverse_oetf((level - scene.code_black) / span, scene.video.transfer))
        for level in (code, code + error)
    )
    if min(nominal, code - scene.code_black) <= 0 or code >= scene.code_white - scene.code_unit:
        return None
    return math.log(nominal), math.log(above / nominal)


def _centre(view: View) -> Array:
    x, y, width, height = view.box
    return np.array([[x + (width - 1) / 2, y + (height - 1) / 2]])


def _level(codes: Array, *, ground: bool) -> tuple[float, float]:
    """Return mean code and standard error of an edge's light side, or of a whole region.

    What is near its borders is left out. Quantisation and the rest of the texture count as 0.03
    code at least.
    """
    inside = np.ones(codes.shape, np.bool_)
    if ground:
        dark, bright = np.percentile(codes, (10, 90))
        inside = codes > (dark + bright) / 2
    side = codes[ndimage.binary_erosion(inside, iterations=max(3, round(OFF * min(codes.shape))))]
    if not side.size:
        return 0.0, math.inf
    return float(side.mean()), max(LEAST_ERROR, float(side.std()) / math.sqrt(side.size))


def _terms(patches: Sequence[LitPatch]) -> Array:
    """Return the powers of ln(nominal light), (patches, 3): the terms of the curve."""
    return np.vander([patch.light for patch in patches], CURVE, increasing=True)


def _tone(patches: Sequence[LitPatch]) -> tuple[Array, Array]:
    """Fit the tone curve together with the surface of the light.

    Return the curve's coefficients (3,) and a matrix whose square is their covariance.
    """
    x, y, doubt, reflectance = np.array(
        [(patch.x, patch.y, patch.doubt, patch.reflectance) for patch in patches]
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
