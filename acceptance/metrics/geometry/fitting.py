"""Fit of both lenses to the points of a chart, with what is known about camera and print."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics.geometry.lens import (
    BENT,
    CENTRE_DOUBT,
    FOCAL,
    LENS,
    Known,
    LensFit,
    Points,
    fit,
    seen_places,
)
from acceptance.metrics.geometry.lens_models import LENSES, folds
from acceptance.metrics.geometry.preset import FOCAL_STATED, focal_length

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.metrics.geometry.frame import PictureFrame
    from acceptance.model.shot import Shot

Array = NDArray[np.float64]

FEWEST = 12  # points for the distortion of the lens
# first term of the lens, standard; the usual one where the points are too few to fit it
ANY_LENS, USUAL_LENS = 1.0, 0.05
FAR_OUT = 0.7  # of the half diagonal: points this far out show the distortion in the corner
WRONG = 5.0  # standard deviations at which a point is left out
AGREEING = 0.75  # of the points: so many that agree are enough where they are few
# picture widths, and standard uncertainty of its ln, where the focal length is not stated
USUAL_FOCAL, UNKNOWN = 1.0, 1.0
PRINT_ASPECT = 2e-4  # standard uncertainty of a print's height to width, beyond that of its scale
FISHEYE_FROM = 0.02  # k1 above which the lens may be a fisheye
BENDS_FROM = 0.005  # either of Brown's terms, above which opencv's differ in more than their names
CLEARLY = 1.03  # ratio of residuals by which it must explain more: less may be scatter
THIRD_SHARE = 0.2  # of the larger of the lens's two terms: its third, standard
THIRD_CHANCE = 9.0  # chi-square (1) of a third term that noise seldom makes
THIRD_FROM = 1e-3  # of a third term that is one
OFF_AXIS = 30.0  # chi-square (4) of centre and tangential terms: 5 of a million usual lenses
# half diagonals, standard, of a lens whose points contradict what is usual: part of a picture
ANYWHERE, ANYHOW = 0.3, 0.01
BENT_CHANCE = 30.0  # chi-square (3) of a print's bends that noise does not make
TUBE = 0.5  # of a bend along the paper less that across it, to their sum: 1 of a tube, 0 of a dome
ANY_BEND = 0.1  # half widths of the chart over the radius it is bent on, standard
MOVED_CHANCE = 30.0  # chi-square (2) of a picture's motion that noise does not make
ANY_MOTION = 0.05  # picture heights by which it moves while its rows are read, standard
TOLD_APART = 2.0  # ratio of residuals above which the worse fit's pixel aspect is none


@dataclass(frozen=True, kw_only=True)
class FittedChart:
    """Fits of each lens to ``points`` of a chart, the better one first.

    ``stated``: the focal length was known before the fit. ``beside``: the points contradict an axis
    near the picture's middle, as where the picture was cut from a larger one. ``bent`` and
    ``moved``: what a flat print, or a picture at rest, would leave (``LensFit.residual``) where
    they contradict one, else 0.
    """

    frame: PictureFrame
    points: Points
    lenses: Mapping[str, LensFit]
    stated: bool
    beside: bool = False
    bent: float = 0.0
    moved: float = 0.0

    @property
    def best(self) -> LensFit:
        """The fit that leaves less."""
        return _first(self.lenses)

    @property
    def covered(self) -> float:
        """Distance of the outermost point from the picture's middle, half diagonals."""
        return float(np.linalg.norm(self.points.seen, axis=1).max())

    @property
    def reach(self) -> float:
        """Radius up to which the distortion is known, half diagonals."""
        return 1.0 if self.covered >= FAR_OUT else self.covered

    def to_picture(self, points: Array) -> Array:
        """Return where points of the chart, (n, 2) in mm, are seen in the picture, in px."""
        lens, on_chart = LENSES[self.best.model], self.frame.on_chart(points)
        return self.frame.in_pixels(seen_places(lens, self.best.parameters[None], on_chart)[0])

    @property
    def distortion(self) -> float:
        """The lens's first term."""
        return float(self.best.parameters[LENS][0])

    @property
    def focal_doubt(self) -> float:
        """Standard uncertainty of the ln of the focal length after the fit."""
        return math.sqrt(self.best.covariance[FOCAL, FOCAL])


def told_apart(fits: Sequence[FittedChart]) -> Sequence[FittedChart]:
    """Return the fits, each with a pixel aspect, that the chart's perspective leaves possible.

    The right one leaves hardly more than a wrong one (2 % in simulation), which leaves as little
    where a turn of the chart imitates it. A bent print would imitate it, too, or motion.
    """
    left = [max(fit.bent, fit.moved, fit.best.residual) * fit.frame.half for fit in fits]
    return [fit for fit, own in zip(fits, left, strict=True) if own <= TOLD_APART * min(left)]


def fit_chart(shot: Shot, frame: PictureFrame, points: Points) -> FittedChart:
    """Fit lens and place to points, again without those far off (a stain, a finger).

    Where the points contradict a lens whose axis passes near the picture's middle, it may pass
    anywhere; where a bent print, or a picture that moves while its rows are read, explains them
    better before a usual lens, it is that.
    """
    usual, stated = _known(shot, frame, len(points.seen))
    known, lenses = usual, _lenses(frame, points, usual)
    beside = _first(lenses).off_axis(usual) > OFF_AXIS
    if beside:
        known = replace(usual, centre_doubt=ANYWHERE, askew_doubt=ANYHOW)
        lenses = _lenses(frame, points, known)
    kept = _without_wrong(points, _first(lenses)) if len(points.seen) >= FEWEST else points
    if len(kept.seen) < len(points.seen):
        points, lenses = kept, _lenses(frame, kept, known)
    plain = _first(lenses)
    fitted = FittedChart(frame=frame, points=points, lenses=lenses, stated=stated, beside=beside)
    otherwise = _otherwise(frame, points, usual, plain, beside=beside)
    if otherwise is None:
        return fitted
    name, known = otherwise
    fitted = replace(fitted, lenses=_lenses(frame, points, known), beside=False)
    if name == "bent":
        return replace(fitted, bent=plain.residual)
    return replace(fitted, moved=plain.residual)


def _otherwise(
    frame: PictureFrame, points: Points, usual: Known, plain: LensFit, *, beside: bool
) -> tuple[str, Known] | None:
    """Return whether a ``bent`` print or a ``moved`` picture explains points as noise would not.

    With what is known before the fit then. Paper bends like a tube: it makes no dome, which is what
    a lens that is not among ``LENSES`` looks like. Motion has two terms less than an axis
    ``beside`` the middle, so that it need only be as near.
    """
    if len(points.seen) < FEWEST:
        return None
    ways = {
        "bent": (replace(usual, flat_doubt=ANY_BEND), BENT_CHANCE),
        "moved": (replace(usual, still_doubt=ANY_MOTION), 0.0 if beside else MOVED_CHANCE),
    }
    bend = float(plain.parameters[LENS][0])
    left = {}
    for name, (known, chance) in ways.items():
        tried = fit(plain.model, points, frame.start, known, bend)
        nearer = plain.residual**2 > tried.residual**2 * (1 + chance / plain.misses.size)
        if nearer and (name == "moved" or _like_a_tube(tried)):
            left[name] = tried.residual
    if not left:
        return None
    best = min(left, key=lambda name: left[name])
    return best, ways[best][0]


def _like_a_tube(bent: LensFit) -> bool:
    across, down, both = bent.parameters[BENT].tolist()
    return bool(math.hypot(across - down, 2 * both) > TUBE * abs(across + down))


def _first(lenses: Mapping[str, LensFit]) -> LensFit:
    return next(iter(lenses.values()))


def _known(shot: Shot, frame: PictureFrame, points: int) -> tuple[Known, bool]:
    """Return what is known before the fit, and whether the focal length is."""
    width = 2 * frame.corner[0]
    focal = focal_length(shot)
    aspect = math.hypot(PRINT_ASPECT, frame.scale_doubt)
    lens = ANY_LENS if points >= FEWEST else USUAL_LENS
    centre = CENTRE_DOUBT * frame.enlarged
    if focal is None:
        return Known(USUAL_FOCAL * width, UNKNOWN, aspect, lens, centre), False
    return Known(focal * width, FOCAL_STATED, aspect, lens, centre), True


def _lenses(frame: PictureFrame, points: Points, known: Known) -> Mapping[str, LensFit]:
    """Fit each lens, the best one first.

    Opencv only where the lens bends, a fisheye only where the picture is a barrel, which tells how
    much to start from: from none, its two terms may end in the wrong one of two pairs.
    """
    brown = fit("brown", points, frame.start, known)
    fits = [brown]
    bend = brown.parameters[LENS][0]
    bends = float(np.abs(brown.parameters[LENS]).max())
    if bends > BENDS_FROM and len(points.seen) >= FEWEST:
        starts = {"brown": 0.0, "opencv": 0.0}
        starts |= {"fisheye": 3 * bend} if bend > FISHEYE_FROM else {}
        further = replace(known, third_doubt=THIRD_SHARE * bends)
        _, *ways = ((model, terms) for model in starts for terms in (known, further))
        fits += [fit(model, points, frame.start, terms, starts[model]) for model, terms in ways]
    lenses: dict[str, LensFit] = {}
    for each in sorted(fits, key=_rank):
        if each.model != "opencv" or not folds(each.parameters[LENS]):
            lenses.setdefault(each.model, each)
    return lenses


def _rank(lens: LensFit) -> float:
    """Return what the best lens has least of: its residual, where it is less usual a little more.

    So are opencv, and a third term, which must explain what noise would not, few points or many.
    """
    third = abs(lens.parameters[LENS][2]) > THIRD_FROM
    noise = math.sqrt(1 + THIRD_CHANCE / lens.misses.size) if third else 1.0
    return lens.residual * max(noise, CLEARLY if third or lens.model == "opencv" else 1.0)


def _without_wrong(points: Points, best: LensFit) -> Points:
    """Leave out the points far from where they should be.

    Raises GapError too_few_points where those left do not show a lens any more.
    """
    away = np.linalg.norm(best.misses, axis=1)
    limit = max(WRONG * float(np.median(away)), 0.3 * points.pixel)
    good = away <= limit
    left = int(good.sum())
    if left < min(FEWEST, AGREEING * len(good)):
        raise GapError("too_few_points", points=left, needed=FEWEST)
    return Points(chart=points.chart[good], seen=points.seen[good], pixel=points.pixel)
