"""Compression: how near a recording comes to the sequence fed to the encoder, as PSNR, SSIM, VMAF.

GB 50198-2011 5.5.4: the camera is disconnected, a standard sequence is fed to the encoder and
recorded at the user's terminal, and software compares the two. PSNR as ITU-T J.340 (06/2010) has
it: from the squared error of all pictures together, with the peak 2^n - 1, after constant shifts in
time and by whole pixels are taken out; gain and offset, which J.340 takes out too, stay in and are
given beside it. SSIM: Wang et al. 2004 (``fidelity``). Which picture shows which is found first
(``alignment``, ``registration``); without a certain alignment there is no figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.errors import GapError
from acceptance.metrics._shared.curves import over_time
from acceptance.metrics.compression import vmaf
from acceptance.metrics.compression.details import details_of
from acceptance.metrics.compression.fidelity import ssim
from acceptance.metrics.compression.pairing import PicturePair, pair
from acceptance.metrics.compression.scoring import scored
from acceptance.model.measurement import Curve, Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.metrics.compression.scores import Scores
    from acceptance.model.measurement import BudgetLine
    from acceptance.scene.build import Scene

__all__ = ["measure", "serves", "ssim"]

QUANTITIES = {
    "compression.psnr": "dB",
    "compression.psnr_minimum": "dB",
    "compression.ssim": "1",
    "compression.ssim_minimum": "1",
    "compression.vmaf": "1",
}
PSNR_METHOD = (
    "luma codes against the reference sequence, peak 2^n - 1, "
    "squared error over all matched pictures"
)
LOWEST_PSNR_METHOD = (
    "luma codes against the reference sequence, peak 2^n - 1, lowest of the matched pictures"
)
SSIM_METHOD = (
    "luma codes against the reference sequence, Gaussian window 11 x 11, sigma 1.5, "
    "mean over matched pictures"
)
LOWEST_SSIM_METHOD = (
    "luma codes against the reference sequence, Gaussian window 11 x 11, sigma 1.5, "
    "lowest of matched pictures"
)
VMAF_METHOD = "libvmaf, model vmaf_v0.6.1, mean over matched pictures"
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
        yield Note.of(gap, metric="compression", quantity="compression.vmaf")


def _check_range(scores: Scores, both: PicturePair) -> None:
    """Refuse a recording whose codes lie as if limited and full range had been mixed up."""
    gain, offset, _ = scores.fit
    zero = 16.0 * 2 ** (both.codes.depth - 8)
    for name, wanted in RANGES.items():
        shift = -zero * wanted if wanted > 1 else zero
        if abs(gain / wanted - 1) < 0.02 and abs(offset - shift) < zero / 4:
            raise GapError("range_mismatch", found=name, gain=gain, offset=offset)


def _figures(scene: Scene, both: PicturePair, scores: Scores) -> Iterator[Measurement]:
    """Yield PSNR and SSIM with what else was found, and their curves."""
    details, bound = details_of(both, scores), both.registration.rest > SHIFT
    lossless = scores.error < scores.least
    for quantity, (value, budget), method, curve in _values(both, scores):
        yield scene.figure(
            quantity,
            value,
            QUANTITIES[quantity],
            budget,
            samples=len(scores.times),
            method=method,
            details=details,
            lower_bound=bound or (lossless and quantity.startswith("compression.psnr")),
            curve=curve,
        )


def _values(
    both: PicturePair, scores: Scores
) -> Iterator[tuple[str, tuple[float, list[BudgetLine]], str, Curve | None]]:
    """Yield each quantity of PSNR and SSIM with its value and budget, method and curve."""
    psnr = over_time("psnr", scores.times, scores.each, "psnr", "dB")
    ssim = over_time("ssim", scores.times, scores.likeness[:, 0], "ssim", "")
    yield "compression.psnr", scores.psnr_figure(), PSNR_METHOD, psnr
    lowest = scores.lowest_psnr_figure()
    yield "compression.psnr_minimum", lowest, LOWEST_PSNR_METHOD, _map_curve(both)
    yield "compression.ssim", scores.ssim_figure(), SSIM_METHOD, ssim
    yield "compression.ssim_minimum", scores.lowest_ssim_figure(), LOWEST_SSIM_METHOD, None


def _vmaf_figure(scene: Scene, both: PicturePair, scores: Scores) -> Measurement:
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
        lower_bound=both.registration.rest > SHIFT,
        details={"vmaf_minimum": float(each.min())},
        curve=over_time("vmaf", scores.times, each, "vmaf", ""),
    )


def _map_curve(both: PicturePair) -> Curve:
    matched = both.map.matched
    return Curve(
        name="alignment",
        x=tuple(matched.astype(float).tolist()),
        y=tuple(both.map.shown[matched].astype(float).tolist()),
        x_label="recorded_picture",
        y_label="reference_picture",
    )
