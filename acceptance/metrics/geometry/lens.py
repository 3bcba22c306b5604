"""A lens and the place of a flat chart before it, fitted to points of the chart in the picture.

Least squares in the picture by Levenberg-Marquardt, with what is known beforehand as further
observations (a maximum a posteriori fit): so a quantity that the points do not determine has the
uncertainty of what is known beforehand, and each of these is a line of its budget. Lengths in the
picture are half diagonals, pixels made square.

Three lenses (``lens_models.py``). Brown's two tangential terms, of a lens put together askew, are
added to the ideal place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.files.scipy_later import transform
from acceptance.metrics._shared.sources import FLATNESS_SOURCE, MOVED_SOURCE, PRINT_SOURCE
from acceptance.metrics.geometry.lens_models import INVERSION, LENSES
from acceptance.metrics.geometry.misfit import unexplained
from acceptance.metrics.geometry.turns import turned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from acceptance.metrics.geometry.lens_models import Lens

Array = NDArray[np.float64]

STEP = 1e-6
USUAL_NOISE, LEAST_NOISE = 0.1, 0.01  # px: assumed where points are too few; of the best points
FEWEST = 8  # degrees of freedom that the noise can be estimated from
# Parameters: turn (3) and place (3) of the chart, ln of focal length and of the print's height to
# width, lens centre (2), three of the lens, two tangential ones, bends (3) of the print, way
# (2) by which the picture moved while its rows were read.
COUNT = 20
FOCAL, ASPECT, CENTRE, LENS, ASKEW = 6, 7, slice(8, 10), slice(10, 13), slice(13, 15)
BENT, MOVED = slice(15, 18), slice(18, 20)
CENTRE_DOUBT = 0.01  # half diagonals: how far a lens may sit beside the sensor's middle, standard
SECOND_DOUBT = 0.1  # of the lens's second term, standard
ASKEW_DOUBT = 8e-4  # half diagonals: Brown's tangential terms, standard
# standard: of the third term of a lens that hardly bends, of a flat print's bends, of rest
NO_DOUBT = 1e-5
MOST_STEPS = 200  # of the fit; what more would change is far within U
FARTHEST = 1.5  # half diagonals, beyond the picture
NO_SLOPE = 1e-9  # of the ideal radius by the one seen: beyond a lens's highest angle
RESTING = 1e-15  # half diagonals that a round changes: it is at its end
# of what is known before, in the order of its observations
PRIOR_SOURCES = (
    "focal_length",
    PRINT_SOURCE,
    "lens_centre",
    "lens_centre",
    *["lens_model"] * 5,
    *[FLATNESS_SOURCE] * 3,
    *[MOVED_SOURCE] * 2,
)


@dataclass(frozen=True)
class Known:
    """What is known before the fit: ``focal`` length in half diagonals, and standard uncertainties.

    ``focal_doubt`` is that of the ln of the focal length, ``aspect_doubt`` that of the ln of the
    print's height over width, ``lens_doubt`` that of the first term of the lens, ``centre_doubt``
    that of the lens's axis beside the picture's middle, ``askew_doubt`` that of its tangential
    terms, both in half diagonals, ``flat_doubt`` that of the print's bends, ``still_doubt`` that of
    the way, in picture heights, by which the picture moves while its rows are read.
    """

    focal: float
    focal_doubt: float
    aspect_doubt: float
    lens_doubt: float = 1.0
    centre_doubt: float = CENTRE_DOUBT
    askew_doubt: float = ASKEW_DOUBT
    third_doubt: float = NO_DOUBT
    flat_doubt: float = NO_DOUBT
    still_doubt: float = NO_DOUBT


@dataclass(frozen=True, kw_only=True)
class LensFit:
    """The best fit of a lens ``model``.

    ``parameters`` (20,) are those of lens and chart, ``residual`` is in half diagonals RMS,
    ``misses`` (n, 2) are those of the points, along and across the radius, ``noise`` that of one in
    half diagonals, ``seen`` (n, 2) where they are off the lens's centre. ``slopes`` (rows, 20)
    are the derivatives of all observations over their uncertainty; the last rows are those of what
    was known before, one for each of ``sources``.
    """

    model: str
    parameters: Array
    residual: float
    misses: Array = field(repr=False)
    seen: Array = field(repr=False)
    noise: float
    slopes: Array = field(repr=False)
    sources: Sequence[str] = ()

    @property
    def freedom(self) -> float | None:
        """Degrees of freedom of the residual; None where the noise is assumed."""
        return _freedom(self.misses.size)

    def off_axis(self, known: Known) -> float:
        """By how much more than ``known`` the lens lies beside the middle or askew.

        It is a chi-square of 4.
        """
        centre, askew = self.parameters[CENTRE], self.parameters[ASKEW]
        off = centre / known.centre_doubt, askew / known.askew_doubt
        return float(np.sum(np.square(off)))

    @property
    def covariance(self) -> Array:
        """Covariance (20, 20) of the parameters."""
        return np.asarray(np.linalg.inv(self.slopes.T @ self.slopes))

    def contributions(self, figure: Callable[[Array], Array]) -> Mapping[str, Array]:
        """Return the standard contributions (q,) to q quantities, by source.

        ``figure`` derives the quantities (m, q) from parameters (m, 20). Source "fit" is that of
        the points, "misfit" that of what they are off alike (``misfit``).
        """
        scale = np.sqrt(np.diag(self.covariance))
        steps = np.diag(1e-3 * scale)
        values = figure(np.concatenate([self.parameters + steps, self.parameters - steps]))
        gradient = (values[:COUNT] - values[COUNT:]).T / (2e-3 * scale)
        shares = gradient @ np.linalg.pinv(self.slopes)
        seen = self.misses.size
        found = {"fit": np.sqrt(np.sum(shares[:, :seen] ** 2, axis=1))}
        if self.freedom:
            alike = unexplained(self.seen, self.misses.T.ravel() / self.noise, self.slopes)
            off = np.sqrt(np.sum(shares[:, :seen] @ alike * shares[:, :seen], axis=1))
            found |= {"misfit": off} if off.any() else {}
        for number, source in enumerate(self.sources, start=seen):
            found[source] = np.hypot(found.get(source, 0.0), shares[:, number])
        return found


@dataclass(frozen=True, kw_only=True)
class Points:
    """Points on a chart and in the picture.

    ``chart`` (n, 2) is in half widths of the chart from its middle, ``seen`` (n, 2) in half
    diagonals from the picture's middle; ``pixel`` is one pixel in half diagonals.
    """

    chart: Array
    seen: Array
    pixel: float


def fit(model: str, points: Points, start: Array, known: Known, bend: float = 0.0) -> LensFit:
    """Fit a lens and the chart's place to points, whose noise their own residuals tell.

    Parameters
    ----------
    model
        One of ``LENSES``.
    points
        Four points or more.
    start
        Homography (3, 3) from ``points.chart`` to ``points.seen`` to start from.
    known
        What is known before the fit.
    bend
        First term of the lens to start from.
    """
    parameters = _posed(start, known)
    parameters[LENS.start] = bend
    noise = USUAL_NOISE * points.pixel
    for _ in range(2):
        parameters = _descend(model, points, parameters, known, noise)
        away = _misses(model, points, parameters[None], known, 1.0)[0, : points.seen.size]
        freedom = _freedom(away.size)
        if freedom:
            noise = max(LEAST_NOISE * points.pixel, math.sqrt(float(away @ away) / freedom))
    misses = away.reshape(2, -1).T
    return LensFit(
        model=model,
        parameters=parameters,
        residual=math.sqrt(float(np.mean(np.sum(misses**2, axis=1)))),
        misses=misses,
        seen=points.seen - parameters[CENTRE],
        noise=noise,
        slopes=_slopes(model, points, parameters, known, noise),
        sources=PRIOR_SOURCES,
    )


def _freedom(values: int) -> float | None:
    """Return the degrees of freedom of the residual of this many coordinates.

    Ten parameters are fixed by what is known before, or nearly so.
    """
    freedom = values - COUNT + 10
    return float(freedom) if freedom >= FEWEST else None


def _posed(start: Array, known: Known) -> Array:
    """Return the first parameters: turn and place that a homography and the focal length give."""
    axes = np.diag([1 / known.focal, 1 / known.focal, 1.0]) @ start
    axes *= np.sign(axes[2, 2]) / math.sqrt(np.linalg.norm(axes[:, 0]) * np.linalg.norm(axes[:, 1]))
    left, _, right = np.linalg.svd(np.column_stack([axes[:, :2], np.cross(axes[:, 0], axes[:, 1])]))
    turn = transform.Rotation.from_matrix(
        left @ np.diag([1, 1, np.linalg.det(left @ right)]) @ right
    ).as_rotvec()
    return np.concatenate([turn, axes[:, 2], [math.log(known.focal), *[0] * (COUNT - FOCAL - 1)]])


def _descend(model: str, points: Points, parameters: Array, known: Known, noise: float) -> Array:
    """Minimise by Levenberg-Marquardt (MINPACK's, with parameters scaled by their slopes)."""
    from scipy.optimize import least_squares  # noqa: PLC0415 -- late: 0.1 s, and not all shots need it

    found = least_squares(
        lambda tried: _misses(model, points, tried[None], known, noise)[0],
        parameters,
        jac=lambda tried: _slopes(model, points, tried, known, noise),
        method="lm",
        x_scale="jac",
        max_nfev=MOST_STEPS,
    )
    return np.asarray(found.x)


def _slopes(model: str, points: Points, parameters: Array, known: Known, noise: float) -> Array:
    """Return the derivatives (rows, 20) of the misses."""
    steps = STEP * np.eye(COUNT)
    misses = _misses(
        model, points, np.concatenate([parameters + steps, parameters - steps]), known, noise
    )
    return (misses[:COUNT] - misses[COUNT:]).T / (2 * STEP)


def _misses(model: str, points: Points, parameters: Array, known: Known, noise: float) -> Array:
    """Return the residuals (m, rows) of all observations, over their uncertainty.

    ``parameters`` are m sets (m, 20).
    """
    along, across = _point_misses(LENSES[model], points, parameters)
    before = np.array([math.log(known.focal), *[0] * (COUNT - FOCAL - 1)])
    lens = known.lens_doubt, SECOND_DOUBT, known.third_doubt
    each = known.focal_doubt, known.aspect_doubt, known.centre_doubt, *lens, known.askew_doubt
    times = [1, 1, 2, 1, 1, 1, 2, 3, 2]
    doubts = np.repeat([*each, known.flat_doubt, known.still_doubt], times)
    prior = (parameters[:, FOCAL:] - before) / doubts
    return np.concatenate([along / noise, across / noise, prior], axis=1)


def _point_misses(lens: Lens, points: Points, parameters: Array) -> tuple[Array, Array]:
    """Return the residuals (m, n) of points along and across the radius.

    They are taken in the ideal picture and scaled back by the lens's own scale.
    """
    x, y, radius = _off_centre(points.seen, parameters)
    straight = lens(radius, parameters[:, LENS])
    slope = (lens(radius * (1 + 1e-5), parameters[:, LENS]) - straight) / (1e-5 * radius)
    slope = np.maximum(slope, NO_SLOPE)
    scale, aside, shown = (
        straight / radius,
        _aside(x, y, parameters),
        _shown(points.chart, parameters),
    )
    right, down = x * scale + aside[0] - shown[0], y * scale + aside[1] - shown[1]
    return (right * x + down * y) / (radius * slope), (down * x - right * y) / straight


def ideal_places(lens: Lens, parameters: Array, seen: Array) -> Array:
    """Return the ideal places (m, n, 2) of what is seen (n, 2), for m sets of parameters."""
    x, y, radius = _off_centre(seen, parameters)
    scale = lens(radius, parameters[:, LENS]) / radius
    aside = _aside(x, y, parameters)
    return _from_corner(x * scale + aside[0], y * scale + aside[1], parameters)


def seen_places(lens: Lens, parameters: Array, points: Array) -> Array:
    """Return where points of the chart (n, 2) are seen (m, n, 2), for m sets of parameters."""
    x, y = _shown(points, parameters)
    aside = _aside(*_bent(lens, parameters, x, y), parameters)
    return _from_corner(*_bent(lens, parameters, x - aside[0], y - aside[1]), parameters)


def _off_centre(seen: Array, parameters: Array) -> tuple[Array, Array, Array]:
    """Return x, y and radius (m, n) of what is seen (n, 2), off the lens's centre.

    It is where it would have been seen had all rows been read together with the middle one.
    """
    (left, top), (right, down) = parameters.T[CENTRE, :, None], parameters.T[MOVED, :, None]
    x, y = seen[:, 0] - right * seen[:, 1] - left, (1 - down) * seen[:, 1] - top
    return x, y, np.maximum(np.sqrt(x * x + y * y), 1e-6)


def _from_corner(x: Array, y: Array, parameters: Array) -> Array:
    """Return places (m, n, 2) in the picture of x and y (m, n) off the lens's centre."""
    (left, top), (right, down) = parameters.T[CENTRE, :, None], parameters.T[MOVED, :, None]
    row = (y + top) / (1 - down)
    return np.stack([x + left + right * row, row], axis=2)


def _bent(lens: Lens, parameters: Array, x: Array, y: Array) -> tuple[Array, Array]:
    """Return where the lens shows ideal places (m, n), both off its centre."""
    wanted = np.maximum(np.sqrt(x * x + y * y), 1e-9)
    radius = np.minimum(wanted, FARTHEST)
    for _ in range(INVERSION):
        before = radius
        ideal = np.maximum(lens(radius, parameters[:, LENS]), 1e-9)
        radius = np.minimum(radius * wanted / ideal, FARTHEST)
        if np.abs(radius - before).max(initial=0) < RESTING:
            break
    return x * (radius / wanted), y * (radius / wanted)


def _aside(x: Array, y: Array, parameters: Array) -> tuple[Array, Array]:
    """Return by what the tangential terms move places (m, n) off the lens's centre."""
    first, second = parameters.T[ASKEW, :, None]
    of_x, of_y, both = x * x, y * y, 2 * x * y
    return (
        first * both + second * (3 * of_x + of_y),
        first * (of_x + 3 * of_y) + second * both,
    )


def _shown(points: Array, parameters: Array) -> tuple[Array, Array]:
    """Return the ideal places (m, n) of the chart's points (n, 2), off the lens's centre.

    A print that bends keeps its lengths along the paper.
    """
    turn, place = turned(parameters[:, :3]), parameters[:, 3:6]
    wide, high = points[:, 0], np.exp(parameters[:, ASPECT, None]) * points[:, 1]
    across, down, both = parameters.T[BENT, :, None]
    off = across * wide**2 / 2 + down * high**2 / 2 + both * wide * high
    wide = wide * (1 - (across * wide) ** 2 / 6)
    high = high * (1 - (down * high) ** 2 / 6)
    x, y, away = (
        turn[:, axis, :1] * wide
        + turn[:, axis, 1:2] * high
        + turn[:, axis, 2:] * off
        + place[:, axis, None]
        for axis in range(3)
    )
    scale = np.exp(parameters[:, FOCAL, None]) / away
    return x * scale, y * scale
