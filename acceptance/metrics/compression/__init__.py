"""Compression: how near a recording comes to the sequence that was fed to the encoder.

PSNR, SSIM, VMAF.
GB 50198-2011 5.5.4: the camera is disconnected, a standard sequence is fed to the encoder and
recorded at the user's terminal, and software compares the two. PSNR as ITU-T J.340 (06/2010) has
it: from the squared error of all pictures together, with the peak 2^n - 1, after constant shifts in
time and by whole pixels are taken out; gain and offset, which J.340 takes out too, stay in and are
given beside it. SSIM: Wang et al. 2004 (``_fidelity``). What shows what is found first
(``_alignment``, ``_registration``); without a certain alignment there is no figure.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics.compression import fidelity, vmaf
from acceptance.metrics.compression.fidelity import squared_error
from acceptance.metrics.compression.pairing import Pair, pair
from acceptance.metrics.compression.scores import FEWEST, Scores
from acceptance.model.basics import Reason
from acceptance.model.measurement import Curve, Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.footage.planes import Plane
    from acceptance.metrics.compression.alignment import Array
    from acceptance.metrics.compression.pairing import Planes
    from acceptance.model.basics import Value
    from acceptance.scene.build import Scene

QUANTITIES = {
    "compression.psnr": "dB",
    "compression.psnr_minimum": "dB",
    "compression.ssim": "1",
    "compression.ssim_minimum": "1",
    "compression.vmaf": "1",
}
PSNR_METHOD = "luma codes against the reference sequence, peak 2^n - 1, squared error over all matched pictures"
LOWEST_METHOD = (
    "luma codes against the reference sequence, peak 2^n - 1, lowest of the matched pictures"
)
SSIM_METHOD = "luma codes against the reference sequence, Gaussian window 11 x 11, sigma 1.5, mean over matched pictures"
SSIM_LOWEST = "luma codes against the reference sequence, Gaussian window 11 x 11, sigma 1.5, lowest of matched pictures"
VMAF_METHOD = "libvmaf, model vmaf_v0.6.1, mean over matched pictures"
WEIGHTS = (6.0, 1.0, 1.0)  # of Y, Cb, Cr in the combined figures
SHIFT = 0.1  # px from which a shift lowers the figures
RANGES = {"limited_as_full": 255 / 219, "full_as_limited": 219 / 255}


def serves(scene: Scene) -> bool:
    """Tell whether the shot names the sequence that it should show."""
    return bool(scene.shot.reference)


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure all quantities; VMAF is a Note where its extra is not installed.

    Raises GapError as ``pair`` does.
    """
    both = pair(scene)
    scores = scored(scene, both)
    _check_range(scores, both)
    yield from _figures(scene, both, scores)
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
        raise GapError("too_few_frames", frames=len(rows), needed=FEWEST)
    table = np.array(rows)
    return Scores(
        times=table[:, 0],
        errors=table[:, 1:4],
        likeness=table[:, 4:7],
        moments=table[:, 7:],
        peak=both.codes.peak,
        pixels=pixels,
        late=both.late,
    )


def _each(recorded: Planes, reference: Planes, peak: float) -> Iterator[float]:
    """Yield the squared errors of Y, Cb, Cr, then their likeness.

    Nan where planes cannot be compared.
    """
    usable = [
        (seen, wanted)
        if seen is not None and wanted is not None and seen.shape == wanted.shape
        else None
        for seen, wanted in zip(recorded, reference, strict=True)
    ]
    yield from (squared_error(*planes) if planes else math.nan for planes in usable)
    for planes in usable:
        large = planes is not None and min(planes[0].shape) >= fidelity.SMALLEST
        yield fidelity.ssim(*planes, peak) if planes and large else math.nan


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
            raise GapError("range_mismatch", found=name, gain=gain, offset=offset)


def _figures(scene: Scene, both: Pair, scores: Scores) -> Iterator[Measurement]:
    """Yield PSNR and SSIM with what else was found, and their curves."""
    details, bound = _details(both, scores), both.place.rest > SHIFT
    lossless = scores.error < scores.least
    for quantity, figure, method, curve in (
        ("psnr", scores.psnr_figure, PSNR_METHOD, _curve("psnr", scores.times, scores.each, "dB")),
        ("psnr_minimum", scores.lowest_psnr_figure, LOWEST_METHOD, _map_curve(both)),
        (
            "ssim",
            scores.ssim_figure,
            SSIM_METHOD,
            _curve("ssim", scores.times, scores.likeness[:, 0], ""),
        ),
        ("ssim_minimum", scores.lowest_ssim_figure, SSIM_LOWEST, None),
    ):
        value, budget = figure()
        yield scene.figure(
            f"compression.{quantity}",
            value,
            QUANTITIES[f"compression.{quantity}"],
            budget,
            samples=len(scores.times),
            method=method,
            details=details,
            lower_bound=bound or (lossless and quantity.startswith("psnr")),
            curve=curve,
        )


def _vmaf_figure(scene: Scene, both: Pair, scores: Scores) -> Measurement:
    pairs = ((seen[0], wanted[0]) for _, seen, wanted in both.pictures())
    height, width = next(iter(both.pictures()))[1][0].shape
    each = vmaf.scores(pairs, size=(width, height), depth=both.codes.depth)
    value, budget = scores.mean_figure(each, 100.0)
    return scene.figure(
        "compression.vmaf",
        value,
        "1",
        budget,
        samples=len(each),
        method=VMAF_METHOD,
        lower_bound=both.place.rest > SHIFT,
        details={"vmaf_minimum": float(each.min())},
        curve=_curve("vmaf", scores.times, each, ""),
    )


def _details(both: Pair, scores: Scores) -> dict[str, Value]:
    """Tell what else was found: the map, the place, other ways to state the same."""
    found, errors = both.map, scores.errors
    psnr = (
        [scores.psnr(float(error)) for error in np.nanmean(errors, axis=0)]
        if _colour(errors)
        else []
    )
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
        "share_of_reference": len(scores.times)
        * max(1.0, found.ratio)
        / both.reference.info.frames,
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
        details |= {
            "psnr_cb": psnr[1],
            "psnr_cr": psnr[2],
            "psnr_611": float(np.average(psnr, weights=WEIGHTS)),
        }
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
    x, y = (
        tuple(matched.astype(float).tolist()),
        tuple(both.map.shown[matched].astype(float).tolist()),
    )
    return Curve(
        name="alignment", x=x, y=y, x_label="recorded_picture", y_label="reference_picture"
    )
