"""Defective pixels of a flat field: hot, dead and stuck ones, with a map.

A pixel counts whose mean code over the frames differs from that of its surroundings by 10 % of the
nominal luma amplitude or more: ``defects.hot`` is brighter and has noise, ``defects.dead`` darker,
``defects.stuck`` at one code whatever the noise around it; where that cannot be told, it counts as
one of the others. Defect pixels are found as outliers of
spatial non-uniformity, as in EMVA 1288 release 4.0 (defect pixel characterization), which leaves
the threshold to the user; the threshold is this toolkit's. In a dark field (the lens under its
cap) only hot and stuck ones show.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.files.scipy_later import special
from acceptance.metrics._shared import flat_field
from acceptance.metrics._shared.coder import quantiser_step
from acceptance.metrics.defects.pixels import (
    NEAR,
    Deviations,
    Pixel,
    field_of,
    lines,
    spots,
    standing_out,
    stepped,
)
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve, Measurement, Note
from acceptance.scene.views import STILL_WITHIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

QUANTITIES = dict.fromkeys(("defects.hot", "defects.dead", "defects.stuck"), "1")
METHOD = (
    "mean frame of a flat field against its local median (5 x 5 px): off by 10 % of the amplitude"
)
THRESHOLD = 0.1  # of the nominal luma amplitude
SURE = 6.0  # sigmas of the usual pixels that the threshold must be
LEAST_NOISE = 0.25  # code^2 over time, without which stuck pixels look like all others
FEWEST = 8  # frames that show whether a pixel has noise
MOST_LISTED = 50
# of the pixels, and at least and at most: more than so many are no defects
TEXTURED, FEW, MANY = 0.001, 50, 2000
# chance that a count is right from which on U may be less than a pixel, and u of a whole one
SURELY, LEAST_DOUBT = 0.95, 0.55
STEPPED = 0.01  # of the pixels, beside which the field changes: it shows something
# quantiser step over the threshold up to which a single pixel comes through a coder (simulated)
COARSE = 0.25


@dataclass(frozen=True, kw_only=True)
class SortedPixels:
    """A flat field's pixels by kind; ``least`` is the threshold and ``step`` the coder's, codes.

    ``larger`` spots and ``lines`` of rows and columns are no pixels.
    """

    field: Deviations
    kinds: dict[str, list[Pixel]]
    larger: int
    lines: int
    least: float
    step: float


def serves(scene: Scene) -> bool:
    """Whether a flat field is given by hand."""
    return bool(flat_field.of(scene))


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Count the defective pixels of every flat field; what cannot be counted is a note."""
    for view in flat_field.of(scene):
        try:
            found = _found(scene, view)
        except GapError as gap:
            yield from (_note(view, quantity, gap) for quantity in QUANTITIES)
            continue
        yield from _with_map(view, found, _of_field(scene, view, found))


def _of_field(scene: Scene, view: View, found: SortedPixels) -> Iterator[Measurement | Note]:
    for quantity in QUANTITIES:
        try:
            yield _figure(scene, view, quantity, found)
        except GapError as gap:
            yield _note(view, quantity, gap)


def _with_map(
    view: View, found: SortedPixels, items: Iterator[Measurement | Note]
) -> Iterator[Measurement | Note]:
    """Attach the map of all kinds to the first count."""
    pixels = [pixel for of_kind in found.kinds.values() for pixel in of_kind]
    drawn = not pixels
    for item in items:
        if drawn or not isinstance(item, Measurement):
            yield item
            continue
        drawn = True
        yield replace(item, curve=_map(view, pixels))


def _note(view: View, quantity: str, gap: GapError) -> Note:
    return Note.of(gap, metric="defects", quantity=quantity, region=view.region.name)


def _found(scene: Scene, view: View) -> SortedPixels:
    """Look at a field. Raises GapError, also ``unstable_picture`` and ``field_textured``."""
    flat_field.lit(scene, view)
    if not view.stable:
        raise GapError("unstable_picture", shift=STILL_WITHIN)
    field = field_of(view.luma)
    least = THRESHOLD * (scene.code_white - scene.code_black)
    out = standing_out(field, least)
    long, rows_and_columns = lines(out)
    out &= ~long
    most = max(min(TEXTURED * field.off.size, MANY), FEW)
    if SURE * field.sigma > least or int(out.sum()) > most or stepped(field, least) > STEPPED:
        spread = float(field.off.std())
        raise GapError("field_textured", region=view.region.name, sigma=spread)
    pixels, larger = spots(field, out, least)
    kinds: dict[str, list[Pixel]] = {quantity: [] for quantity in QUANTITIES}
    found = SortedPixels(
        field=field,
        kinds=kinds,
        larger=larger,
        lines=rows_and_columns,
        least=least,
        step=quantiser_step(scene.video, view),
    )
    frozen_tells = _stuck_told(found, view) is None
    for pixel in pixels:
        kinds[_kind(scene, pixel, least, frozen_tells=frozen_tells)].append(pixel)
    return found


def _kind(scene: Scene, pixel: Pixel, least: float, *, frozen_tells: bool) -> str:
    """Return the quantity that a pixel counts for; one at black is dead, though it has no noise."""
    at_black = pixel.code < scene.code_black + least / 2
    if frozen_tells and pixel.frozen and not at_black:
        return "defects.stuck"
    return "defects.hot" if pixel.off > 0 else "defects.dead"


def _stuck_told(found: SortedPixels, view: View) -> GapError | None:
    """Return why pixels without noise cannot be told from others; None: they can.

    A coder gives and takes noise as it likes.
    """
    field = found.field
    if found.step:
        return GapError("defects_coded_away", region=view.region.name, step=found.step)
    if field.frames < FEWEST:
        return GapError("too_few_frames", frames=field.frames, needed=FEWEST)
    return GapError("noise_too_small") if field.usual < LEAST_NOISE else None


def _figure(scene: Scene, view: View, quantity: str, found: SortedPixels) -> Measurement:
    _refuse_level(scene, view, quantity, found)
    pixels = found.kinds[quantity]
    coarse = found.step > COARSE * found.least
    if coarse and not pixels:
        raise GapError("defects_coded_away", region=view.region.name, step=found.step)
    reason = Reason(
        code="defects_coded_away", parameters={"region": view.region.name, "step": found.step}
    )
    return scene.figure(
        quantity,
        float(len(pixels)),
        QUANTITIES[quantity],
        [
            BudgetLine(source="near_threshold", contribution=_doubt(found, quantity)),
            BudgetLine(source="spots_or_dust", contribution=_dust(pixels)),
            BudgetLine(source="stuck_or_hot", contribution=_at_white(scene, quantity, found)),
        ],
        samples=len(view.luma),
        method=METHOD,
        region=view.region.name,
        lower_bound=coarse,
        bound_by=reason if coarse else None,
        details={
            "threshold": found.least,
            "places": _places(view, pixels),
            "larger_spots": found.larger,
            "lines": found.lines,
            "noise": math.sqrt(found.field.usual),
        },
    )


def _refuse_level(scene: Scene, view: View, quantity: str, found: SortedPixels) -> None:
    """Refuse what a field of this level cannot show."""
    region, level = view.region.name, float(np.median(found.field.mean))
    span = scene.code_white - scene.code_black
    share = (level - scene.code_black) / span
    if quantity == "defects.dead" and level - scene.code_black < 2 * found.least:
        raise GapError("field_too_dark", region=region, share=share)
    if quantity == "defects.hot" and scene.code_white - level < 2 * found.least:
        raise GapError("field_too_light", region=region, share=share)
    if quantity == "defects.stuck" and (gap := _stuck_told(found, view)):
        raise gap


def _doubt(found: SortedPixels, quantity: str) -> float:
    """Return the standard uncertainty of a count: pixels so near the threshold may count or not."""
    field = found.field
    sigma = math.hypot(field.sigma, math.sqrt(field.usual / field.frames), 0.3, _coded(found))
    sign = {"defects.hot": 1, "defects.dead": -1}.get(quantity)
    depth = np.abs(field.off) if sign is None else sign * field.off
    near = depth[(depth > found.least - NEAR * sigma) & (depth < found.least + NEAR * sigma)]
    chance = special.ndtr((near - found.least) / sigma)
    usual = field.off.size * float(special.ndtr(-found.least / max(field.sigma, 1e-6)))
    doubt = math.sqrt(float(np.sum(chance * (1 - chance))) + usual)
    right = float(np.prod(np.maximum(chance, 1 - chance))) * math.exp(-usual)
    return doubt if right > SURELY else max(doubt, LEAST_DOUBT)


def _dust(pixels: Sequence[Pixel]) -> float:
    """Return the standard uncertainty of a count by spots that may be pixels or dust.

    Dust is dark, and comes in numbers: dark spots are all of them dust or none. A light one counts
    as half a chance.
    """
    wide = [pixel.off < 0 for pixel in pixels if pixel.wide]
    dark = sum(wide)
    doubt = math.hypot(LEAST_DOUBT * dark, math.sqrt(len(wide) - dark) / 2)
    return max(doubt, LEAST_DOUBT) if wide else 0.0


def _at_white(scene: Scene, quantity: str, found: SortedPixels) -> float:
    """Return the standard uncertainty by pixels at white, where a hot one has no noise either.

    Which of the two they are is alike for all of them.
    """
    stuck = found.kinds["defects.stuck"]
    white = sum(pixel.code > scene.code_white - found.least / 2 for pixel in stuck)
    return 0.0 if quantity == "defects.dead" else LEAST_DOUBT * white


def _coded(found: SortedPixels) -> float:
    return found.step / math.sqrt(12)


def _in_picture(view: View, pixels: Sequence[Pixel]) -> list[tuple[int, int]]:
    x, y = view.box[:2]
    return sorted((x + pixel.column, y + pixel.row) for pixel in pixels)


def _places(view: View, pixels: Sequence[Pixel]) -> str:
    """List the pixels of the picture, ``column,row``, at most ``MOST_LISTED``."""
    return " ".join(f"{x},{y}" for x, y in _in_picture(view, pixels)[:MOST_LISTED])


def _map(view: View, pixels: Sequence[Pixel]) -> Curve:
    """Draw where the pixels lie; rows count from the field's lower end, as they are seen."""
    places = _in_picture(view, pixels)
    bottom = view.box[1] + view.box[3] - 1
    return Curve(
        name="defects",
        x=tuple(float(x) for x, _ in places),
        y=tuple(float(bottom - y) for _, y in places),
        x_label="column",
        y_label="row_from_below",
        x_unit="px",
        y_unit="px",
        scattered=True,
    )
