"""How well a pan-tilt camera finds a preset again.

It is measured on several shots of a chart, or on one sequence of stills without a chart. No
standard that was seen defines the quantity (DB11/T 384 and GA/T do not either); the procedure is
this toolkit's own, after the repeatability of position in ISO 9283:1998, 7.2.2: the same place
approached several times. ``sd`` is the root of the summed variances along rows and columns,
``worst`` the largest distance from the mean place.
"""

from __future__ import annotations

import contextlib
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics._shared import stated
from acceptance.model.measurement import BudgetLine, Measurement, Note
from acceptance.model.shot import Condition, Shot
from acceptance.uncertainty import measurement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.model.basics import Value
    from acceptance.scene.build import Scene

Array = NDArray[np.float64]
Focal = tuple[float, float]  # focal length in picture widths and its relative standard uncertainty

QUANTITIES = {"geometry.preset_repeatability": "px", "geometry.preset_repeatability_angle": "°"}
CHART_METHOD = "place of the chart in several shots of the preset"
PICTURE_METHOD = "shift of the picture between stills of the preset, by phase correlation"
FEWEST = 3
FOCAL_STATED, FOCAL_KNOWN = 0.03, 0.1  # relative standard uncertainty: stated; fitted, at most
CHART_DOUBT, PICTURE_DOUBT = 0.1, 0.15  # px, standard, of one place; of the reduced picture
LEAST_RESPONSE = 0.15  # share of the correlation in its peak; unlike pictures come to 0.05
WIDEST = 960  # px of the picture that is correlated


@dataclass(frozen=True)
class _Places:
    """Places (n, 2) in px at which the shots of a preset found it.

    ``doubt`` px is the standard uncertainty of each, ``width`` px that of the picture.
    """

    places: Array
    doubt: float
    width: int

    @property
    def away(self) -> Array:
        """Places off their mean."""
        return np.asarray(self.places - self.places.mean(axis=0))

    def statistics(self) -> dict[str, float]:
        """Return standard deviation and largest distance from the mean place, in px."""
        away = self.away
        sd = math.sqrt(float(np.sum(away**2)) / (len(away) - 1))
        return {"sd": sd, "worst": float(np.linalg.norm(away, axis=1).max())}


def focal_length(shot: Shot) -> float | None:
    """Return the focal length in picture widths, None where it is not stated as a number.

    It is from the conditions ``focal_length`` and ``sensor_width``, both in mm.
    """
    with contextlib.suppress(GapError):  # of a zoom lens it may be a range
        focal, width = (
            stated.number(shot, "focal_length") or 0.0,
            stated.number(shot, "sensor_width") or 0.0,
        )
        return focal / width if focal > 0 and width > 0 else None
    return None


def serves(scene: Scene) -> bool:
    """Whether this is a sequence of stills of a preset, seen as a whole."""
    return bool(_preset(scene.shot)) and bool(scene.of_kind("picture"))


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure how far each still of the sequence is shifted against the first.

    Raises GapError too_few_frames, stills_differ.
    """
    yield from of_stills(scene.of_kind("picture")[0].luma, scene.shot, scene.video.width)


def of_stills(stills: NDArray[np.generic], shot: Shot, width: int) -> Iterator[Measurement | Note]:
    """Measure how far stills (n, h, w) are shifted against the first; ``width`` px of the picture.

    Raises GapError too_few_frames, stills_differ.
    """
    if len(stills) < FEWEST:
        raise GapError("too_few_frames", frames=len(stills), needed=FEWEST)
    places, factor = shifts(stills)
    doubt, focal = PICTURE_DOUBT * factor, _stated_focal(shot)
    yield from _figures(shot, _Places(places, doubt, width), focal, PICTURE_METHOD)


def across(shots: Sequence[Shot], measured: Sequence[Measurement]) -> Iterator[Measurement | Note]:
    """Compare where the chart lies in the shots of each preset of each subject."""
    groups: dict[tuple[str, str], list[Shot]] = defaultdict(list)
    for shot in shots:
        if _preset(shot) and not any(name.split(".")[0] == "picture" for name in shot.regions):
            groups[shot.subject, _preset(shot)].append(shot)
    for (subject, preset), every in groups.items():
        seen = [shot for shot in every if shot.corners]
        if len(seen) < FEWEST:
            gap = GapError("too_few_preset_shots", preset=preset, shots=len(seen), needed=FEWEST)
            for quantity in QUANTITIES:
                yield Note.of(gap, subject=subject, metric="geometry", quantity=quantity)
        else:
            yield from _of_preset(seen, measured)


def _of_preset(
    shots: Sequence[Shot], measured: Sequence[Measurement]
) -> Iterator[Measurement | Note]:
    """Compare where the chart lies in the shots of one preset."""
    first = shots[0]
    centres = np.array([np.mean(shot.corners[0], axis=0) for shot in shots])
    places = _Places(centres, CHART_DOUBT, int(first.stream["width"]))
    focal = _stated_focal(first) or _fitted_focal(shots, measured)
    yield from _figures(first, places, focal, CHART_METHOD)


def _preset(shot: Shot) -> str:
    stated = (str(condition.value) for condition in shot.conditions if condition.name == "preset")
    return next(stated, "")


def _stated_focal(shot: Shot) -> Focal | None:
    focal = focal_length(shot)
    return None if focal is None else (focal, FOCAL_STATED)


def _fitted_focal(shots: Sequence[Shot], measured: Sequence[Measurement]) -> Focal | None:
    """Return the focal length that was fitted to the chart in the shots, if it was."""
    names = {shot.id for shot in shots}
    fitted = [
        figure.details["focal_length_in_widths"]
        for figure in measured
        if figure.shot in names and figure.details.get("focal_length") == "fitted"
    ]
    return (float(np.median(np.array(fitted, np.float64))), FOCAL_KNOWN) if fitted else None


def shift(before: NDArray[np.generic], after: NDArray[np.generic]) -> float | None:
    """Return by how many px the second picture (h, w) is shifted; None: nothing in common."""
    if before.shape != after.shape:
        return None
    try:
        places, _ = shifts(np.stack([before, after]))
    except GapError:
        return None
    return float(np.linalg.norm(places[1]))


def shifts(stills: NDArray[np.generic]) -> tuple[Array, float]:
    """Return the shift (n, 2) in px of each still against the first, which was reduced by a factor.

    Raises GapError stills_differ.
    """
    first, *others = (_reduced(still) for still in stills)
    shifts = [np.zeros(2)]
    for number, other in enumerate(others, start=1):
        shift, response = cv2.phaseCorrelate(first[0], other[0], first[1])
        if response < LEAST_RESPONSE:
            raise GapError("stills_differ", still=number)
        shifts.append(np.array(shift) * other[2])
    return np.array(shifts), first[2]


def _reduced(frame: NDArray[np.generic]) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """Return a frame no wider than ``WIDEST``, a window for it, and by how much it was reduced."""
    factor = max(1, math.ceil(frame.shape[1] / WIDEST))
    size = (frame.shape[1] // factor, frame.shape[0] // factor)
    small = np.asarray(cv2.resize(frame.astype(np.float32), size, interpolation=cv2.INTER_AREA))
    window = cv2.createHanningWindow(size, cv2.CV_32F)
    return small - small.mean(), np.asarray(window), float(factor)


def _figures(
    shot: Shot, places: _Places, focal: Focal | None, method: str
) -> Iterator[Measurement | Note]:
    """Measure the repeatability of places; ``shot`` is the first."""
    for quantity, unit in QUANTITIES.items():
        if unit == "px":
            yield from _statistics(shot, places, quantity, (1.0, 0.0), method)
        elif focal is not None:
            length, unsure = focal
            scale = math.degrees(1 / (length * places.width))
            yield from _statistics(shot, places, quantity, (scale, unsure), method)
        else:
            yield _unknown_focal_length(shot, quantity)


def _unknown_focal_length(shot: Shot, quantity: str) -> Note:
    return Note.of(
        GapError("focal_length_unknown", doubt=1.0),
        shot=shot.id,
        subject=shot.subject,
        metric="geometry",
        quantity=quantity,
    )


def _statistics(
    shot: Shot, places: _Places, quantity: str, unit: tuple[float, float], method: str
) -> Iterator[Measurement]:
    """Measure standard deviation and largest distance.

    ``unit`` are the quantity's units in one px, and their relative standard uncertainty.
    """
    scale, unsure = unit
    details: dict[str, Value] = {"preset": _preset(shot), "places": len(places.places)}
    for statistic, value in places.statistics().items():
        repeat = _repeat(value * scale, _freedom(places.away)) if statistic == "sd" else ()
        place = BudgetLine(source="place", contribution=places.doubt * scale, evaluation="B")
        yield measurement(
            shot,
            quantity,
            value * scale,
            QUANTITIES[quantity],
            [*repeat, place, *_focal_line(value * scale * unsure)],
            samples=len(places.places),
            method=method,
            statistic=statistic,
            details=details,
        )


def _freedom(away: Array) -> float:
    """Return the degrees of freedom of the summed variances of places (n, 2) about their mean.

    They are n - 1 for places on a line, at most twice that.
    """
    squares = away.T @ away
    spread = float(np.sum(squares**2))
    return (len(away) - 1) * (float(np.trace(squares)) ** 2 / spread if spread else 2.0)


def _repeat(sd: float, freedom: float) -> Sequence[BudgetLine]:
    return (
        BudgetLine(
            source="repeat", contribution=sd / math.sqrt(2 * freedom), degrees_of_freedom=freedom
        ),
    )


def _focal_line(contribution: float) -> Sequence[BudgetLine]:
    return (
        (BudgetLine(source="focal_length", contribution=contribution, evaluation="B"),)
        if contribution
        else ()
    )


def found_again(name: str, stills: Sequence[NDArray[np.generic]]) -> list[Measurement]:
    """Measure, in px, how well a preset is found again, of a still (h, w) of each approach.

    Empty where they are fewer than ``FEWEST``, or show different scenes.
    """
    shown = Condition(name="preset", value=name, source="probe")
    shot = Shot(id="probe", subject="probe", clip="", conditions=(shown,))
    if len({still.shape for still in stills}) != 1:
        return []
    try:
        found = list(of_stills(np.stack(stills), shot, stills[0].shape[1]))
    except GapError:
        return []
    return [item for item in found if isinstance(item, Measurement) and item.unit == "px"]
