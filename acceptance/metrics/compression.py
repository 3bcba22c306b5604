"""Compression: how near a recording comes to the sequence that was fed to the encoder; PSNR, SSIM, VMAF.

GB 50198-2011 5.5.4: the camera is disconnected, a standard sequence is fed to the encoder and recorded at the user's
terminal, and software compares the two. PSNR as ITU-T J.340 (06/2010) has it: from the squared error of all pictures
together, with the peak 2^n - 1, after constant shifts in time and by whole pixels are taken out; gain and offset, which
J.340 takes out too, stay in and are given beside it. SSIM: Wang et al. 2004 (``_fidelity``). What shows what is found
first (``_alignment``, ``_registration``); without a certain alignment there is no figure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics import _fidelity, _vmaf
from acceptance.metrics._fidelity import decibels, squared_error
from acceptance.metrics._pairing import FEWEST, Pair, pair
from acceptance.model import BudgetLine, Curve, Measurement, Note, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.metrics._alignment import Array
    from acceptance.metrics._pairing import Planes
    from acceptance.model import Value
    from acceptance.planes import Plane
    from acceptance.scene import Scene

QUANTITIES = {
    "compression.psnr": "dB",
    "compression.psnr_minimum": "dB",
    "compression.ssim": "1",
    "compression.ssim_minimum": "1",
    "compression.vmaf": "1",
}
PSNR_METHOD = "luma codes against the reference sequence, peak 2^n - 1, squared error over all matched pictures"
LOWEST_METHOD = "luma codes against the reference sequence, peak 2^n - 1, lowest of the matched pictures"
SSIM_METHOD = (
    "luma codes against the reference sequence, Gaussian window 11 x 11, sigma 1.5, mean over matched pictures"
)
SSIM_LOWEST = (
    "luma codes against the reference sequence, Gaussian window 11 x 11, sigma 1.5, lowest of matched pictures"
)
VMAF_METHOD = "libvmaf, model vmaf_v0.6.1, mean over matched pictures"
PER_DECIBEL = 10 / math.log(10)  # dB for a relative change of the squared error
WEIGHTS = (6.0, 1.0, 1.0)  # of Y, Cb, Cr in the combined figures
BLOCK, MOST_BLOCKS = 12, 20  # pictures, of which each is like its neighbours
SHIFT = 0.1  # px from which a shift lowers the figures
RANGES = {"limited_as_full": 255 / 219, "full_as_limited": 219 / 255}


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Of n pictures: ``times`` (n,) s; of Y, Cb, Cr squared ``errors`` (n, 3) in codes squared, ``likeness`` (n, 3).

    nan for planes that are missing or subsampled differently. ``moments`` (n, 4): mean and mean square of luma as
    recorded, then of the reference. ``peak`` is 2^n - 1, ``pixels`` the luma samples of one picture.
    """

    times: Array
    errors: Array
    likeness: Array
    moments: Array
    peak: float
    pixels: int

    @property
    def error(self) -> float:
        """Mean squared error of luma over all pictures."""
        return float(self.errors[:, 0].mean())

    @property
    def least(self) -> float:
        """Squared error that stands for none: one code in one sample of the whole sequence."""
        return 1 / (self.pixels * len(self.times))

    def psnr(self, error: float) -> float:
        """PSNR in dB of a squared error, which counts as ``least`` at least."""
        return decibels(max(error, self.least), self.peak)

    @cached_property
    def each(self) -> Array:
        """PSNR in dB of each picture."""
        return np.array([self.psnr(error) for error in self.errors[:, 0].tolist()])

    @cached_property
    def fit(self) -> tuple[float, float, float]:
        """Gain and offset (codes) of the recording on the reference, and the squared error without them."""
        mean_p, square_p, mean_r, square_r = self.moments.mean(axis=0).tolist()
        product = (square_p + square_r - self.error) / 2
        recorded, reference = square_p - mean_p**2, square_r - mean_r**2
        shared = product - mean_p * mean_r
        if min(recorded, reference) <= 0:
            return 1.0, mean_p - mean_r, 0.0
        gain = shared / reference
        return gain, mean_p - gain * mean_r, max(0.0, reference - shared**2 / recorded)


def serves(scene: Scene) -> bool:
    """Tell whether the shot names the sequence that it should show."""
    return bool(scene.shot.reference)


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure all quantities; VMAF is a Note where its extra is not installed. Raises GapError as ``pair`` does."""
    both = pair(scene)
    scores = scored(scene, both)
    _check_range(scores, both)
    details = _details(both, scores)
    yield from _psnr(scene, both, scores, details)
    yield from _ssim(scene, both, scores, details)
    try:
        yield _vmaf_figure(scene, both, scores)
    except GapError as gap:
        reason = Reason(code=gap.code, parameters=gap.parameters)
        yield Note(reason=reason, metric="compression", quantity="compression.vmaf")


def scored(scene: Scene, both: Pair) -> Scores:
    """Compare every picture that shows a reference picture for the first time."""
    rows, total = [], len(both.map.scored)
    pixels = 0
    for frame, recorded, reference in both.pictures():
        peak = both.codes.peak
        luma, wanted = recorded[0], reference[0]
        pixels = luma.size
        moments = [f(plane) for plane in (luma, wanted) for f in (_mean, _mean_square)]
        rows.append((float(frame.time), *_each(recorded, reference, peak), *moments))
        if scene.progress:
            scene.progress(len(rows), total)
    if len(rows) < FEWEST:
        raise GapError(f"{len(rows)} pictures can be compared", code="too_few_frames", frames=len(rows), needed=FEWEST)
    table = np.array(rows)
    return Scores(
        times=table[:, 0],
        errors=table[:, 1:4],
        likeness=table[:, 4:7],
        moments=table[:, 7:],
        peak=both.codes.peak,
        pixels=pixels,
    )


def _each(recorded: Planes, reference: Planes, peak: float) -> Iterator[float]:
    """Yield the squared errors of Y, Cb, Cr, then their likeness; nan where planes cannot be compared."""
    usable = [
        (seen, wanted) if seen is not None and wanted is not None and seen.shape == wanted.shape else None
        for seen, wanted in zip(recorded, reference, strict=True)
    ]
    yield from (squared_error(*planes) if planes else math.nan for planes in usable)
    for planes in usable:
        large = planes is not None and min(planes[0].shape) >= _fidelity.SMALLEST
        yield _fidelity.ssim(*planes, peak) if planes and large else math.nan


def _mean(plane: Plane) -> float:
    return float(np.mean(plane, dtype=np.float64))


def _mean_square(plane: Plane) -> float:
    return squared_error(plane, np.zeros_like(plane))


def _check_range(scores: Scores, both: Pair) -> None:
    """Refuse a recording whose codes lie as if limited range had been taken for full range, or the other way."""
    gain, offset, _ = scores.fit
    codes = both.codes
    zero = 16.0 * 2 ** (codes.depth - 8)
    for name, wanted in RANGES.items():
        shift = -zero * wanted if wanted > 1 else zero
        if abs(gain / wanted - 1) < 0.02 and abs(offset - shift) < zero / 4:
            raise GapError(
                f"the recording has {gain:.3f} times the contrast of the reference: one range was taken for the other",
                hint="Correct the player's or decoder's range, or state the recording's range",
                code="range_mismatch",
                found=name,
                gain=gain,
                offset=offset,
            )


def _psnr(scene: Scene, both: Pair, scores: Scores, details: Mapping[str, Value]) -> Iterator[Measurement]:
    scatter, degrees = _scatter(scores.errors[:, 0])
    relative = scatter / max(scores.error, scores.least)
    bound = _bounded(both) or scores.error < scores.least
    common: dict[str, Any] = {"samples": len(scores.times), "details": details}
    yield scene.figure(
        "compression.psnr",
        scores.psnr(scores.error),
        "dB",
        [
            BudgetLine(source="frames", contribution=PER_DECIBEL * relative, degrees_of_freedom=degrees),
            *_systematic(both, scores, scores.error, PER_DECIBEL),
        ],
        method=PSNR_METHOD,
        lower_bound=bound,
        curve=_curve("psnr", scores.times, scores.each, "dB"),
        **common,
    )
    lowest, next_lowest = np.sort(scores.each)[:2].tolist()
    yield scene.figure(
        "compression.psnr_minimum",
        lowest,
        "dB",
        [
            _frames_line(next_lowest - lowest),
            *_systematic(both, scores, float(scores.errors[:, 0].max()), PER_DECIBEL),
        ],
        method=LOWEST_METHOD,
        lower_bound=bound,
        curve=_map_curve(both),
        **common,
    )


def _ssim(scene: Scene, both: Pair, scores: Scores, details: Mapping[str, Value]) -> Iterator[Measurement]:
    likeness = scores.likeness[:, 0]
    scatter, degrees = _scatter(likeness)
    mean = float(likeness.mean())
    lowest, next_lowest = np.sort(likeness)[:2].tolist()
    common: dict[str, Any] = {
        "samples": len(likeness),
        "details": details,
        "lower_bound": _bounded(both),
    }
    yield scene.figure(
        "compression.ssim",
        mean,
        "1",
        [
            BudgetLine(source="frames", contribution=scatter, degrees_of_freedom=degrees),
            *_systematic(both, scores, scores.error, 1 - mean),
        ],
        method=SSIM_METHOD,
        curve=_curve("ssim", scores.times, likeness, ""),
        **common,
    )
    worst = float(scores.errors[int(likeness.argmin()), 0])
    budget = [_frames_line(next_lowest - lowest), *_systematic(both, scores, worst, 1 - lowest)]
    yield scene.figure("compression.ssim_minimum", lowest, "1", budget, method=SSIM_LOWEST, **common)


def _vmaf_figure(scene: Scene, both: Pair, scores: Scores) -> Measurement:
    codes = both.codes
    pairs = ((seen[0], wanted[0]) for _, seen, wanted in both.pictures())
    height, width = next(iter(both.pictures()))[1][0].shape
    each = _vmaf.scores(pairs, size=(width, height), depth=codes.depth)
    scatter, degrees = _scatter(each)
    mean = float(each.mean())
    return scene.figure(
        "compression.vmaf",
        mean,
        "1",
        [
            BudgetLine(source="frames", contribution=scatter, degrees_of_freedom=degrees),
            *_systematic(both, scores, scores.error, 100 - mean),
        ],
        samples=len(each),
        method=VMAF_METHOD,
        lower_bound=_bounded(both),
        details={"vmaf_minimum": float(each.min())},
        curve=_curve("vmaf", scores.times, each, ""),
    )


def _bounded(both: Pair) -> bool:
    """Whether a shift by parts of a pixel makes the figures lower than compression alone would."""
    return both.place.rest > SHIFT


def _scatter(each: Array) -> tuple[float, int]:
    """Give the standard error of the mean of figures (n,) of pictures in a row, with its degrees of freedom.

    Neighbours are alike and a codec works in groups, so means of blocks are taken for independent.
    """
    blocks = min(MOST_BLOCKS, max(FEWEST, len(each) // BLOCK))
    means = [block.mean() for block in np.array_split(each, blocks)]
    return float(np.std(means, ddof=1) / math.sqrt(blocks)), blocks - 1


def _frames_line(gap: float) -> BudgetLine:
    """How far the lowest of the pictures might have come out otherwise: as far as to the next one."""
    return BudgetLine(source="frames", contribution=gap / math.sqrt(3), evaluation="B")


def _systematic(both: Pair, scores: Scores, error: float, slope: float) -> Iterator[BudgetLine]:
    """Alignment: a neighbour may be the right picture. Quantisation: 1/12 of the error may be the input's rounding.

    ``slope`` turns a relative change of the squared ``error`` into the unit of the figure.
    """
    late = both.late - 1
    yield BudgetLine(source="alignment", contribution=slope * late / math.sqrt(3), evaluation="B")
    rounding = min(1.0, 1 / 24 / max(error, scores.least))
    yield BudgetLine(source="quantisation", contribution=slope * rounding / math.sqrt(3), evaluation="B")


def _details(both: Pair, scores: Scores) -> dict[str, Value]:
    """Tell what else was found: the map, the place, other ways to state the same."""
    found, errors = both.map, scores.errors
    psnr = [scores.psnr(float(error)) for error in np.nanmean(errors, axis=0)] if _colour(errors) else []
    ssim = scores.likeness.mean(axis=0)
    gain, offset, left = scores.fit
    details: dict[str, Value] = {
        "frames_matched": len(found.matched),
        "frames_scored": len(scores.times),
        "frames_dropped": found.dropped,
        "frames_repeated": found.repeated,
        "frames_outside": int(np.count_nonzero(found.shown < 0)) - found.unreadable,
        "first_frame": int(found.matched[0]),
        "first_shown": int(found.shown[found.matched[0]]),
        "share_of_reference": len(scores.times) * max(1.0, found.ratio) / both.reference.info.frames,
        "aligned_by": found.by,
        "rate_ratio": found.ratio,
        "psnr_mean_of_frames": float(scores.each.mean()),
        "psnr_peak_219": scores.psnr(scores.error) + 20 * math.log10(219 / 255),
        "psnr_compensated": scores.psnr(left),
        "gain": gain,
        "offset": offset,
        "shift_across_px": both.place.shift[0],
        "shift_down_px": both.place.shift[1],
        "bit_rate": both.recorded.info.bit_rate,
    }
    if not math.isnan(both.motion):
        details["common_motion"] = both.motion
    if psnr:
        details |= {"psnr_cb": psnr[1], "psnr_cr": psnr[2], "psnr_611": float(np.average(psnr, weights=WEIGHTS))}
        details |= {"ssim_cb": float(ssim[1]), "ssim_cr": float(ssim[2])}
        details["ssim_611"] = float(np.average(ssim, weights=WEIGHTS))
    return details


def _colour(errors: Array) -> bool:
    return bool(np.isfinite(errors).all())


def _curve(name: str, times: Array, values: Array, unit: str) -> Curve:
    x, y = tuple(times.tolist()), tuple(values.tolist())
    return Curve(name=name, x=x, y=y, x_label="time", y_label=name, x_unit="s", y_unit=unit)


def _map_curve(both: Pair) -> Curve:
    matched = both.map.matched
    x, y = tuple(matched.astype(float).tolist()), tuple(both.map.shown[matched].astype(float).tolist())
    return Curve(name="alignment", x=x, y=y, x_label="recorded_picture", y_label="reference_picture")
