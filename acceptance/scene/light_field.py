"""The light on a chart: a surface over the place, fitted in turn with the tone curve.

What differs between places of one reflectance (``ground.py``) is the light: a smooth surface (the
exponential of a polynomial of total order 4 in the chart's coordinates: lamps to the side, fall-off
of lens and beam) that multiplies what is printed, and what is added unevenly (a lamp mirrored in
the print; a third-order surface), which dark fields show more than the ground. Bumps that the
surface does not follow (glare, shadow) are a doubt, and so is a part of what is added. Light that
is added evenly is in the tone curve.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from acceptance.scene.ground import places_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from acceptance.charts.located import Located
    from acceptance.scene.ground import Samples

    Floats = NDArray[np.float64]
    Curve = Callable[[Floats], Floats]

ORDERS = ((4, 60), (2, 20), (1, 8))  # of the surface, and the samples from which on it is fitted
ALONE, ROUNDS = 3, 10  # of curve and surface in turn, first without what is added
NEAR = 0.12  # half widths of the chart: sigma of the weight of samples near a place
CHANCE = 5.0  # of standard errors, or of mean squares: what is still noise
LEAST_FIT = 0.002  # of the light: a print is even to that
EXTENDED = 0.03  # of the logarithm by which a curve is extended
VEILED = 0.01  # reflectance: veil that may or may not be as uneven as the light on the chart
MOST_STRAY = 0.3  # of the ground: more is not followed
ADDED, TERMS = 3, 9  # order of the surface of what is added, and its terms without the constant
SHAPED = 0.7  # relative standard uncertainty of that surface
OUTLYING = 2.5  # scales off the surface from which on a sample counts less
FIRST_WEIGHT, LEAST_WEIGHT, MOST_WEIGHT = 0.5, 0.2, 3.0  # of what is off, that a turn takes
CURVED = 0.01  # relative: what the tone curve between the steps may err
BORNE = 0.02  # of a dark side's reflectance: what curve and coder leave anyhow
LIGHTEST = 0.99  # of the lightest of the dark fields: the edges' dark sides
LEAST_LIT = 2  # percent of the places, that may be off
DARK_SIDE = 0.1  # reflectance: an edge's dark side reflects more


@dataclass(frozen=True, kw_only=True)
class Stray:
    """Light that is added unevenly, as reflectance in the light there: a third-order surface.

    ``weights`` (9,) are of its terms without the constant, ``middle`` (9,) the terms' means where
    it counts as none; ``rest`` is what the surface leaves.
    """

    weights: Floats
    middle: Floats
    rest: float

    def at(self, places: Floats) -> Floats:
        """Return what is added (n,) at places (n, 2); it may be below 0."""
        return np.asarray((_terms(places, ADDED)[:, 1:] - self.middle) @ self.weights)

    def doubt(self, places: Floats) -> Floats:
        """Return its standard uncertainty (n,)."""
        return np.hypot(SHAPED * self.at(places), self.rest)

    def beyond_least(self, places: Floats) -> float:
        """Return by how much more it is where it counts as none than where it is least.

        ``places`` (n, 2) are all over the chart.
        """
        return max(0.0, -float(np.percentile(self.at(places), LEAST_LIT)))


NO_STRAY = Stray(weights=np.zeros(TERMS), middle=np.zeros(TERMS), rest=0.0)


@dataclass(frozen=True, kw_only=True)
class LightField:
    """The light over a chart, its geometric mean over the ground 1, and what it leaves in doubt.

    ``weights`` (t,) are of the polynomial of this ``order``, ``covariance`` its root (t, t);
    ``places`` (n, 2) and ``bumps`` (n,): samples of the ground, and by how much of the light each
    lies off the surface, of which ``noise`` (n,) is noise. ``ground`` is the ground's reflectance,
    ``top`` the light up to which the curve is known, ``stray`` what is added unevenly.
    """

    order: int
    weights: Floats
    covariance: Floats
    places: Floats
    bumps: Floats
    noise: Floats
    ground: float
    top: float
    stray: Stray

    def at(self, places: ArrayLike) -> Floats:
        """Return the light (n,) at places (n, 2), in half widths of the chart from its middle."""
        return np.exp(self._logarithm(np.asarray(places)))

    def _logarithm(self, places: Floats) -> Floats:
        return np.asarray(_terms(places, self.order) @ self.weights)

    def seen(self, places: Floats, reflectances: Floats) -> Floats:
        """Return the light (n,) that comes from fields of reflectances (n,) at places (n, 2)."""
        return np.asarray(self.at(places) * (reflectances + self.stray.at(places)))

    def doubt(self, places: ArrayLike, reflectances: ArrayLike | None = None) -> Floats:
        """Return the relative standard uncertainty (n,) of the light from fields at places (n, 2).

        It is of the surface's fit and of the curve where the ground is lighter than any step. What
        bumps near by, stray light and the camera's own veil leave may be added, and so counts the
        more the darker a field: ``reflectances`` (n,), without which it is as light as the ground.
        """
        own, added = self.squares(np.asarray(places, np.float64))
        share = 1.0 if reflectances is None else self.darker(reflectances)
        return np.asarray(np.sqrt(own + share**2 * added))

    def darker(self, reflectances: ArrayLike) -> Floats:
        """Return how much more what is added counts of fields of reflectances (n,), 1 or more."""
        return np.maximum(self.ground / np.asarray(reflectances), 1.0)

    def squares(self, there: Floats) -> tuple[Floats, Floats]:
        """Return the squares (n,) of ``doubt`` at places (n, 2): the light's own, what is added."""
        fit = np.linalg.norm(_terms(there, self.order) @ self.covariance, axis=1)
        level = self.at(there)
        lighter = np.log(level * self.ground) - math.log(self.top)
        beyond = EXTENDED * np.maximum(lighter, 0.0)
        veil = VEILED * np.abs(level - 1)
        added = self._bump(there) ** 2 + (self.stray.doubt(there) ** 2 + veil**2) / self.ground**2
        return fit**2 + beyond**2 + LEAST_FIT**2, added

    def doubt_of_exponent(self, steps: Floats) -> float:
        """Return the standard uncertainty of a curve's exponent by the light on steps (n, 5).

        Levels 5:1 apart, as an edge's two are, are lit independently, each as doubtfully as the
        worst half of the steps that reflect as much as the edge's dark side or more.
        """
        lighter = steps[steps[:, 1] >= DARK_SIDE]
        if not len(lighter):
            return math.inf
        doubts = self.doubt(lighter[:, 3:], lighter[:, 1])
        return math.sqrt(2) * float(np.percentile(doubts, 75)) / math.log(5)

    def added_doubt(self, places: Floats) -> Floats:
        """Return the standard uncertainty (n,) of what is added at places, as reflectance."""
        return np.asarray(self.ground * np.sqrt(self.squares(places)[1]))

    def finer(self, places: Floats) -> Floats:
        """Return the root mean square (n,) of what is added finer than the surface is.

        As reflectance, at places (n, 2), as far as noise does not make it.
        """
        return np.asarray(self.ground * self._bump(places))

    def _bump(self, places: Floats) -> Floats:
        """Return the root mean square (n,) of the bumps near places (n, 2) that noise is not."""
        squares = np.sum((places[:, None] - self.places) ** 2, axis=2)
        near = np.exp(-(squares - squares.min(axis=1, keepdims=True)) / (2 * NEAR**2))
        near /= near.sum(axis=1, keepdims=True)
        by_noise = near @ self.noise**2 * (1 + CHANCE * np.sqrt(np.sum(near**2, axis=1)))
        return np.asarray(np.sqrt(np.maximum(near @ self.bumps**2 - by_noise, 0.0)))

    def over(self, place: Located, box: tuple[int, int, int, int]) -> Floats:
        """Return the light (h, w) over a box (x, y, width, height) of the picture's pixels."""
        return np.exp(_through_nine(self._logarithm, place, box))

    def added_over(self, place: Located, box: tuple[int, int, int, int]) -> Floats | float:
        """Return what is added (h, w) over such a box, as reflectance; 0 where nothing is."""
        return _through_nine(self.stray.at, place, box) if self.stray.weights.any() else 0.0


def _through_nine(
    values: Callable[[Floats], Floats], place: Located, box: tuple[int, int, int, int]
) -> Floats:
    """Return values (h, w) over a box: a parabola each way through three by three places."""
    x, y, width, height = box
    across, down = (
        [first, first + (size - 1) / 2, first + size - 1]
        for first, size in ((x, width), (y, height))
    )
    points = np.array([(right, below) for below in down for right in across], np.float64)
    nine = values(places_of(place.chart, place.to_chart(points))).reshape(3, 3)
    return np.asarray(_parabola(height) @ nine @ _parabola(width).T)


@lru_cache(maxsize=256)  # boxes of a chart have few sizes
def _parabola(size: int) -> Floats:
    """Return the matrix (size, 3) from values at first, middle and last place to all of them."""
    t = np.linspace(-1, 1, size)
    return np.column_stack([t * (t - 1) / 2, 1 - t**2, t * (t + 1) / 2])


def fitted(
    seen: Samples,
    steps: Floats,
    nominal: Curve,
    through: Callable[[Floats, Floats, Floats], Curve],
    print_doubt: float = 0.0,
) -> LightField | None:
    """Fit the light and, in turn, the tone curve through the steps in this light.

    Parameters
    ----------
    seen
        Ground and dark fields.
    steps
        Code, printed reflectance, standard error and place (n, 5) of grey steps; none: (0, 5).
    nominal
        Light of codes by the declared transfer.
    through
        Gives the curve, from nominal light, through codes of such light and standard errors.
    print_doubt
        Relative standard uncertainty of what is printed.
    """
    ground = seen.where(seen.printed == seen.printed.max())
    order = next((order for order, least in ORDERS if len(ground.codes) >= least), None)
    if order is None:
        return None
    dark = seen.where(seen.printed < seen.printed.max())
    field, light, lit = None, nominal, _Relaxed(np.log(steps[:, 1]))
    for turn in range(ROUNDS):
        if len(steps):
            if field:
                lit.towards(np.log(np.maximum(field.seen(steps[:, 3:], steps[:, 1]), 1e-6)))
            light = _after(nominal, through(steps[:, 0], np.exp(lit.values), steps[:, 2]))
        top = float(light(steps[-1:, 0])[0]) if len(steps) else math.inf
        field = replace(_surface(ground, order, light, field), top=top)
        if turn >= ALONE:
            field = replace(field, stray=_stray(field, dark, light, steps, print_doubt))
    return field


@dataclass
class _Relaxed:
    """Values (n,) that are led to a fixed point by steps that learn from those before.

    Light that falls along the steps makes curve and light swing about the truth, or away from it
    (Aitken's relaxation; B. Irons and R. C. Tuck, Int. J. Numer. Methods Eng. 1, 1969).
    """

    values: Floats
    weight: float = FIRST_WEIGHT
    last: Floats | None = None

    def towards(self, wanted: Floats) -> None:
        """Go towards the values that these ones lead to."""
        off = wanted - self.values
        if self.last is not None:
            change = off - self.last
            found = -self.weight * float(self.last @ change) / max(float(change @ change), 1e-18)
            self.weight = min(max(found, LEAST_WEIGHT), MOST_WEIGHT)
        self.values, self.last = self.values + self.weight * off, off


def _after(first: Curve, then: Curve) -> Curve:
    return lambda codes: then(first(codes))


def _surface(ground: Samples, order: int, light: Curve, before: LightField | None) -> LightField:
    """Fit the surface; samples far off the surface ``before`` count little (Cauchy's weight)."""
    added = before.stray.at(ground.places) if before else np.zeros(len(ground.codes))
    seen, more = (
        np.log(np.maximum(light(codes), 1e-6) / (1 + added / ground.printed))
        for codes in (ground.codes, ground.codes + ground.errors)
    )
    sigma, terms = np.hypot(more - seen, LEAST_FIT), _terms(ground.places, order)
    off = before.bumps if before else np.zeros(len(seen))
    scale = np.maximum(sigma, 1.48 * np.median(np.abs(off)))
    weight = 1 / (sigma * np.sqrt(1 + (off / (OUTLYING * scale)) ** 2))
    q, r = np.linalg.qr(weight[:, None] * terms)
    root = np.linalg.inv(r)
    weights = root @ (q.T @ (weight * seen))
    bumps = seen - terms @ weights
    weights[0] -= float(np.mean(terms @ weights))
    return LightField(
        order=order,
        weights=weights,
        covariance=root,
        places=ground.places,
        bumps=bumps,
        noise=sigma,
        ground=float(ground.printed[0]),
        top=math.inf,
        stray=before.stray if before else NO_STRAY,
    )


def _stray(
    field: LightField, dark: Samples, light: Curve, steps: Floats, print_doubt: float
) -> Stray:
    """Return what dark fields show of light that is added unevenly.

    A surface through what they reflect beyond what is printed, which fields of one level share but
    for a constant: that is in the tone curve, as is what is added to the steps on average. It is
    shrunk by what chance alone would make of it (after W. James and C. Stein, 1961).
    """
    levels = np.unique(dark.printed)
    terms = np.hstack([_terms(dark.places, ADDED)[:, 1:], dark.printed[:, None] == levels])
    if len(terms) < 2 * terms.shape[1]:
        return NO_STRAY
    lit, more = light(dark.codes), light(dark.codes + dark.errors)
    there = field.at(dark.places)
    sigma = np.hypot((more - lit) / there, CURVED * dark.printed)
    seen = (lit / there - dark.printed) / sigma
    # the levels' constants first, so that what is left to the surface's terms is theirs alone
    q, r = np.linalg.qr(np.roll(terms, len(levels), axis=1) / sigma[:, None])
    shares = q.T @ seen
    off, own = seen - q @ shares, shares[len(levels) :]
    kept = max(0.0, 1 - CHANCE * own.size / max(float(own @ own), 1e-12))
    excess = float(off @ off) / (len(off) - terms.shape[1]) - 1
    rest = math.sqrt(max(0.0, excess)) * float(np.median(sigma))
    weights = kept * np.linalg.solve(r[len(levels) :, len(levels) :], own)
    found = Stray(
        weights=(field.stray.weights + weights) / 2,
        middle=np.mean(_terms(steps[:, 3:] if len(steps) else dark.places, ADDED)[:, 1:], axis=0),
        rest=rest,
    )
    if len(steps):
        alike = _contradiction(found, dark, lit / there, math.hypot(BORNE, print_doubt))
        found = replace(found, rest=math.hypot(rest, alike))
    # the ground reaches further out than the dark fields, where a third order runs away
    most = max(float(np.abs(found.at(places)).max()) for places in (dark.places, field.places))
    return found if most < MOST_STRAY * field.ground else replace(NO_STRAY, rest=most)


def _contradiction(found: Stray, dark: Samples, seen: Floats, borne: float) -> float:
    """Return by what reflectance dark fields are off, all alike, though the steps are not.

    ``seen`` (n,) is theirs by the curve through the steps. What is added everywhere alike is in
    that curve: where they are off all the same, light on the steps is not what it is taken for.
    Fields as dark as the darkest steps tell more of glare in the lens. What is ``borne`` of their
    reflectance is taken off.
    """
    edges = dark.printed >= LIGHTEST * dark.printed.max()
    off = seen[edges] - dark.printed[edges] - found.at(dark.places[edges])
    known = borne * float(dark.printed[edges].mean())
    return math.sqrt(max(0.0, float(np.mean(off)) ** 2 - known**2))


def _terms(places: Floats, order: int) -> Floats:
    """Return the powers (n, t) of places (n, 2) up to a total order, the constant first."""
    x, y = ([along**power for power in range(order + 1)] for along in places.T)
    powers = [(i, total - i) for total in range(order + 1) for i in range(total + 1)]
    terms = np.empty((len(places), len(powers)))
    for place, (i, j) in enumerate(powers):
        np.multiply(x[i], y[j], out=terms[:, place])
    return terms
