"""Noise: temporal, fixed pattern and total, and the two signal-to-noise ratios that standards mean.

Of n aligned frames of a flat region, in coded luma without weighting, up to the sampling limit (0.5 cycle/px):
temporal variance = mean over the pixels of the variance over time (n - 1), frame means taken out first (what all
pixels do together is flicker, not random noise), less 1/12 for quantisation; fixed variance = variance of the mean
frame about a second-order illumination surface, less the temporal variance / n; total = both. After EMVA 1288 release
4.0 (temporal noise; spatial nonuniformity), which also splits the fixed part into row, column and pixel. The
quantisation term is W. F. Sheppard's (1897).

``noise.snr`` = 20 lg(nominal luma amplitude / total sigma), as GB 3659-1983, 3.3.1 defines it for a channel;
``noise.snr_patch`` = 20 lg(mean above black / total sigma), per patch as in DB11/T 384.5-2018.

Uncertainties come from the scatter of the variance between blocks of one macroblock (16 px) or more, since a codec
correlates neighbouring pixels. A codec may also erase the noise: codec and bit rate stand beside each figure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.model import BudgetLine, Measurement, Note, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.model import Value
    from acceptance.scene import Scene
    from acceptance.views import View

Array = NDArray[np.float64]

QUANTITIES = {"noise.snr": "dB", "noise.snr_patch": "dB", "noise.temporal": "code", "noise.fixed_pattern": "code"}
METHOD = "coded luma, unweighted, to 0.5 cycle/px; second-order surface removed; 1/12 off for quantisation"
SPATIAL_METHOD = METHOD + "; from the spatial scatter of each frame"
PARTS = ("noise.temporal", "noise.fixed_pattern")

QUANTISATION = 1 / 12
BLOCK = 16
FEWEST_BLOCKS = 6
MOST_CLIPPED = 0.005
MOST_UNEVEN = 0.1
MOST_DRIFT = 0.05
DECIBEL = 20 / math.log(10)


@dataclass(frozen=True, kw_only=True)
class Variance:
    """A variance in code^2, less quantisation, and the standard uncertainties that its inputs contribute, in code^2.

    ``sampling`` has ``degrees_of_freedom``; ``surface`` is what the choice of the surface's order may move,
    ``quantisation`` what is left of the dependence on where the level lies between two codes.
    """

    value: float
    sampling: float
    degrees_of_freedom: float
    surface: float = 0.0
    quantisation: float = 0.0

    @property
    def sigma(self) -> float:
        """Standard deviation in codes; 0 where the estimate of the variance came out negative."""
        return math.sqrt(max(self.value, 0.0))

    def budget(self, scale: float = 1.0) -> tuple[BudgetLine, ...]:
        """Contributions to ``sigma``, in codes times ``scale``."""
        lines = (
            ("sampling", self.sampling, self.degrees_of_freedom, "A"),
            ("lighting_surface", self.surface, None, "B"),
            ("quantisation", self.quantisation, None, "B"),
        )
        return tuple(
            BudgetLine(
                source=source,
                contribution=scale * self._of_sigma(spread),
                degrees_of_freedom=degrees,
                evaluation=kind,
            )
            for source, spread, degrees, kind in lines
        )

    def _of_sigma(self, spread: float) -> float:
        """Uncertainty of ``sigma``: a third of the longer side of the variance's 3 u interval; it holds at 0 too."""
        above = math.sqrt(max(self.value, 0.0) + 3 * spread) - self.sigma
        below = self.sigma - math.sqrt(max(self.value - 3 * spread, 0.0))
        return max(above, below) / 3


@dataclass(frozen=True, kw_only=True)
class Noise:
    """What a flat region shows, in codes.

    ``temporal`` and ``fixed`` are None where they cannot be told apart (one frame, or a chart that moved). ``flicker``
    is the sigma of the frame means, ``row``, ``column`` and ``pixel`` the sigmas of the parts of the fixed pattern.
    """

    mean: float
    mean_uncertainty: float
    total: Variance
    temporal: Variance | None = None
    fixed: Variance | None = None
    flicker: float = 0.0
    row: float = 0.0
    column: float = 0.0
    pixel: float = 0.0


def serves(scene: Scene) -> bool:
    """Whether the scene has flat regions, or a printed chart that should have them."""
    return bool(scene.of_kind("flat")) or (scene.chart is not None and scene.chart.kind == "print")


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure every flat region. Raises GapError no_region or flat_picture; other gaps are notes by region."""
    views = scene.of_kind("flat")
    if not views:
        raise GapError("no flat region is in the picture", code="no_region", kind="flat")
    if not np.ptp(scene.reference.luma):
        raise GapError("the picture is one uniform colour", code="flat_picture", region="")
    for view in views:
        try:
            yield from _of_region(scene, view)
        except GapError as gap:
            reason = Reason(code=gap.code, parameters=gap.parameters)
            yield from (_note(scene, quantity, view, reason) for quantity in QUANTITIES)


def analyse(frames: NDArray[np.integer] | Array, *, stable: bool = True) -> Noise:
    """Noise of a flat region: ``frames`` (n, h, w) in codes, at least 12 x 12 px.

    Temporal and fixed parts are told apart when there are two frames or more and the chart was ``stable``.
    """
    codes = np.asarray(frames, np.float64)
    mean_frame = codes.mean(axis=0)
    centre = block_means(mean_frame)
    level = float(mean_frame.mean()), float(centre.std(ddof=1) / math.sqrt(centre.size))
    if len(codes) < 2 or not stable:
        scatter = [np.mean([_squared_residual(frame, order) for frame in codes], axis=0) for order in (2, 3)]
        total = _variance(scatter[0] - QUANTISATION, scatter[1] - QUANTISATION, float(scatter[0].mean()))
        return Noise(mean=level[0], mean_uncertainty=level[1], total=total)
    temporal, flicker = temporal_variance(codes)
    dither = float(temporal.mean())
    fixed = [_squared_residual(mean_frame, order) - temporal / len(codes) for order in (2, 3)]
    free = temporal - QUANTISATION
    row, column, pixel = directions(mean_frame, dither / len(codes))
    return Noise(
        mean=level[0],
        mean_uncertainty=level[1],
        total=_variance(free + fixed[0], free + fixed[1], dither),
        temporal=_variance(free, free, dither),
        fixed=_variance(fixed[0], fixed[1], dither),
        flicker=flicker,
        row=row,
        column=column,
        pixel=pixel,
    )


def temporal_variance(codes: Array) -> tuple[Array, float]:
    """Variance over time of each pixel (h, w), frame means taken out, and the sigma of those means (flicker)."""
    means = codes.mean(axis=(1, 2), keepdims=True)
    pixels = codes[0].size
    variance = (codes - means).var(axis=0, ddof=1) * pixels / (pixels - 1)
    flicker = float(means.var(ddof=1) - variance.mean() / pixels)
    return variance, math.sqrt(max(flicker, 0.0))


def surface(frame: Array, order: int) -> Array:
    """Least-squares polynomial surface (h, w) of this total order through a frame (h, w)."""
    y, x = (np.linspace(-1, 1, n) for n in frame.shape)
    terms = [np.outer(y**i, x**j).ravel() for i in range(order + 1) for j in range(order + 1 - i)]
    basis, _ = np.linalg.qr(np.column_stack(terms))
    return np.asarray((basis @ (basis.T @ frame.ravel())).reshape(frame.shape))


def directions(mean_frame: Array, temporal: float) -> Array:
    """Row, column and pixel sigma of the fixed pattern (EMVA 1288 release 4.0, spatial nonuniformity).

    ``temporal`` is the temporal variance that is left in the mean frame (h, w).
    """
    residual = mean_frame - surface(mean_frame, 2)
    height, width = residual.shape
    seen = np.array([residual.mean(axis=1).var(ddof=1), residual.mean(axis=0).var(ddof=1), residual.var(ddof=1)])
    mixed = np.array([[1, 0, 1 / width], [0, 1, 1 / height], [1, 1, 1]])
    return np.sqrt(np.maximum(np.linalg.solve(mixed, seen - temporal * mixed[:, 2]), 0.0))


def block_means(values: Array) -> Array:
    """Means (b,) of the blocks of a frame (h, w): as many of 16 px as fit each way, but at least 6 x 6."""
    tall, wide = (max(FEWEST_BLOCKS, n // BLOCK) for n in values.shape)
    rows = np.array_split(values, tall, axis=0)
    return np.array([block.mean() for row in rows for block in np.array_split(row, wide, axis=1)])


def clipped_share(codes: NDArray[np.integer], black: float, white: float) -> float:
    """Share of samples on the lowest code, where at most ``black``, and on the highest, where at least ``white``."""
    low, high = codes.min(), codes.max()
    share = np.mean(codes == low) if low <= black else 0.0
    return float(share + (np.mean(codes == high) if high >= white else 0.0))


def core(luma: NDArray[np.integer], share: float) -> NDArray[np.integer]:
    """Return the middle ``share`` of each direction of frames (n, h, w)."""
    down, across = (round(n * (1 - share) / 2) for n in luma.shape[1:])
    return luma[:, down : luma.shape[1] - down, across : luma.shape[2] - across]


def _squared_residual(frame: Array, order: int) -> Array:
    parameters = (order + 1) * (order + 2) // 2
    return np.asarray((frame - surface(frame, order)) ** 2 * (frame.size / (frame.size - parameters)))


def _variance(values: Array, other: Array, dither: float) -> Variance:
    """Variance from its estimates per pixel (h, w); ``other`` are those with a surface of the next order.

    The dependence on the level's place between two codes is the first harmonic of the quantiser's error (B. Widrow,
    I. Kollar, Quantization Noise, 2008, ch. 4) at the dither sigma^2 = ``dither`` (variance seen over time).
    """
    blocks = block_means(values)
    free = max(dither - QUANTISATION, 0.0)
    harmonic = (1 / math.pi**2 + 4 * free) * math.exp(-2 * math.pi**2 * free)
    return Variance(
        value=float(values.mean()),
        sampling=float(blocks.std(ddof=1) / math.sqrt(blocks.size)),
        degrees_of_freedom=blocks.size - 1,
        surface=float(abs(values.mean() - other.mean()) / math.sqrt(3)),
        quantisation=harmonic / math.sqrt(2),
    )


def _refuse(codes: NDArray[np.integer], scene: Scene, region: str) -> None:
    """Raise GapError for a region that is too small, clipped, unevenly lit or pumping."""
    amplitude = scene.code_white - scene.code_black
    if min(codes.shape[1:]) < 2 * FEWEST_BLOCKS:
        raise GapError(f"{region} is smaller than 12 x 12 px", code="region_too_small", region=region)
    share = clipped_share(codes, scene.code_black, scene.code_white)
    if share > MOST_CLIPPED:
        raise GapError(f"{share:.1%} of {region} is clipped", code="clipped", region=region, share=share)
    uneven = float(np.ptp(block_means(codes.mean(axis=0)))) / amplitude
    if uneven > MOST_UNEVEN:
        raise GapError(f"{region} is unevenly lit", code="uneven_light", region=region, share=uneven)
    drift = float(np.ptp(codes.mean(axis=(1, 2)))) / amplitude
    if drift > MOST_DRIFT:
        raise GapError(f"the light on {region} changes", code="unstable_light", region=region, share=drift)


def _of_region(scene: Scene, view: View) -> Iterator[Measurement | Note]:
    codes = core(view.luma, 0.8)
    _refuse(codes, scene, view.region.name)
    noise = analyse(codes, stable=view.stable)
    details = _details(scene, view, noise, codes)
    yield from _ratios(scene, view, noise, details, codes.size)
    for quantity, part in zip(PARTS, (noise.temporal, noise.fixed), strict=True):
        if part is None:
            yield _note(scene, quantity, view, _unsplit(view))
        elif noise.total.value <= QUANTISATION:
            yield _note(scene, quantity, view, _erased(view, part))
        else:
            yield scene.figure(
                quantity,
                part.sigma,
                "code",
                part.budget(),
                samples=codes.size,
                method=METHOD,
                region=view.region.name,
                details=details,
            )


def _ratios(scene: Scene, view: View, noise: Noise, details: dict[str, Value], samples: int) -> Iterator[Measurement]:
    """Both ratios; where the noise lies below quantisation, the ratio at that floor, which the true one exceeds."""
    floor = math.sqrt(QUANTISATION)
    below = noise.total.sigma <= floor
    sigma = max(noise.total.sigma, floor)
    lines = (
        (BudgetLine(source="below_quantisation", contribution=20 * math.log10(2) / math.sqrt(3), evaluation="B"),)
        if below
        else noise.total.budget(DECIBEL / sigma)
    )
    above = noise.mean - scene.code_black
    level = BudgetLine(source="mean", contribution=DECIBEL * noise.mean_uncertainty / max(above, floor))
    signals = {
        "noise.snr": (float(scene.code_white - scene.code_black), lines),
        "noise.snr_patch": (above, (*lines, level)),
    }
    for quantity, (signal, budget) in signals.items():
        yield scene.figure(
            quantity,
            20 * math.log10(max(signal, floor) / sigma),
            "dB",
            budget,
            samples=samples,
            method=SPATIAL_METHOD if noise.temporal is None else METHOD,
            region=view.region.name,
            lower_bound=bool(below),
            details={**details, "signal": signal, "at_least": below},
        )


def _details(scene: Scene, view: View, noise: Noise, codes: NDArray[np.integer]) -> dict[str, Value]:
    stream = scene.shot.stream
    return {
        "sigma": noise.total.sigma,
        "mean": noise.mean,
        "black": scene.code_black,
        "white": scene.code_white,
        "frames": len(codes),
        "width": codes.shape[2],
        "height": codes.shape[1],
        "flicker": noise.flicker,
        "row": noise.row,
        "column": noise.column,
        "pixel": noise.pixel,
        **{name: stream[name] for name in ("codec", "bit_rate") if name in stream},
        **({"reflectance": float(view.region.printed["reflectance"])} if "reflectance" in view.region.printed else {}),
    }


def _unsplit(view: View) -> Reason:
    if view.stable:
        return Reason(code="too_few_frames", parameters={"frames": len(view.luma), "needed": 2})
    return Reason(code="unstable_picture", parameters={"shift": 0.1})


def _erased(view: View, part: Variance) -> Reason:
    region, floor = view.region.name, math.sqrt(QUANTISATION)
    return Reason(code="noise_below_quantisation", parameters={"region": region, "sigma": part.sigma, "floor": floor})


def _note(scene: Scene, quantity: str, view: View, reason: Reason) -> Note:
    return Note(
        reason=reason,
        shot=scene.shot.id,
        subject=scene.shot.subject,
        metric="noise",
        quantity=quantity,
        region=view.region.name,
    )
