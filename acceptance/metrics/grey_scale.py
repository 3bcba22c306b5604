"""Grey scale: how many neighbouring printed steps the picture still tells apart.

The code of a step is the trimmed mean (10 % off each end) of the mean frame over the central half of its region in
each direction. Two neighbours are told apart when their codes keep the printed order and differ by more than the larger
of k times their pooled noise (total sigma per pixel, quantisation included; k = 1, the signal-to-noise ratio at which
ISO 15739:2023 ends the dynamic range) and 2 codes of 219 (about 2 % of luminance at mid-grey, Weber's threshold of the
eye). The count is 1 + the number of pairs told apart. The standards that ask for 8 steps (GB 50198-2011, 3.1.9) leave
the criterion to the eye; this one is the toolkit's own.

Each pair is told apart with probability Phi(margin / u(margin)); the count's variance is the sum of p (1 - p).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import trim_mean

from acceptance.errors import GapError
from acceptance.model import BudgetLine, Curve, Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.scene import Scene
    from acceptance.views import View

Array = NDArray[np.float64]

QUANTITIES = {"grey_scale.steps": "1"}
METHOD = (
    "neighbouring steps: difference of trimmed means > max(k x pooled total noise, 2/219 of the code range), order kept"
)
K = 1.0
LEAST = 2 / 219
TRIM = 0.1
QUANTISATION = 1 / 12
BLOCKS = 4


@dataclass(frozen=True, kw_only=True)
class Step:
    """A grey step in codes: trimmed ``mean``, ``noise`` (total sigma per pixel), and their standard uncertainties."""

    mean: float
    noise: float
    mean_uncertainty: float = 0.0
    noise_uncertainty: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Count:
    """``steps`` told apart, the standard ``uncertainty``, and per pair of neighbours difference over threshold."""

    steps: int
    uncertainty: float
    ratios: tuple[float, ...]


def serves(scene: Scene) -> bool:
    """Whether the scene has grey steps, or a printed chart that should have them."""
    return bool(scene.of_kind("grey")) or (scene.chart is not None and scene.chart.kind == "print")


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Count the steps of the chart. Raises GapError no_region (fewer than two printed steps) or flat_picture."""
    views = sorted((view for view in scene.of_kind("grey") if "step" in view.region.printed), key=_number)
    if len(views) < 2:
        raise GapError("the picture shows fewer than two printed grey steps", code="no_region", kind="grey")
    if not np.ptp(scene.reference.luma):
        raise GapError("the picture is one uniform colour", code="flat_picture", region="")
    steps = [step(view.luma) for view in views]
    printed = [float(view.region.printed["reflectance"]) for view in views]
    amplitude = scene.code_white - scene.code_black
    counted = count(steps, rising=printed[-1] > printed[0], least=LEAST * amplitude)
    yield scene.figure(
        "grey_scale.steps",
        counted.steps,
        "1",
        [BudgetLine(source="pairs_near_threshold", contribution=counted.uncertainty, evaluation="A")],
        samples=sum(view.luma.size for view in views),
        method=METHOD,
        curve=_curve(printed, steps),
        details={
            "k": K,
            "least_difference": LEAST * amplitude,
            "printed": len(views),
            "smallest_ratio": min(counted.ratios),
            "pooled_noise": math.sqrt(sum(one.noise**2 for one in steps) / len(steps)),
        },
    )


def step(frames: NDArray[np.integer] | Array) -> Step:
    """Mean and noise of one step, ``frames`` (n, h, w) in codes, from the central half in each direction.

    Noise is the root mean square about the frame's own linear fall-off, quantisation included and at least its floor
    (1/12). Uncertainties from the scatter between 4 x 4 blocks.
    """
    _, height, width = frames.shape
    inner = np.asarray(frames[:, height // 4 : height - height // 4, width // 4 : width - width // 4], np.float64)
    mean_frame = inner.mean(axis=0)
    squares = np.mean((inner - inner.mean(axis=(1, 2), keepdims=True) - _slope(mean_frame)) ** 2, axis=0)
    variance = max(float(squares.mean()), QUANTISATION)
    spread = _blocks(squares).std(ddof=1) / BLOCKS
    return Step(
        mean=float(trim_mean(mean_frame, TRIM, axis=None)),
        noise=math.sqrt(variance),
        mean_uncertainty=float(_blocks(mean_frame).std(ddof=1) / BLOCKS),
        noise_uncertainty=float(spread / (2 * math.sqrt(variance))),
    )


def count(steps: Sequence[Step], *, rising: bool, k: float = K, least: float = 2.0) -> Count:
    """Count the steps told apart, in printed order; ``rising``: codes should rise. ``least`` difference in codes."""
    pairs = list(itertools.pairwise(steps))
    sign = 1 if rising else -1
    noise = [math.hypot(one.noise, two.noise) / math.sqrt(2) for one, two in pairs]
    thresholds = [max(k * sigma, least) for sigma in noise]
    differences = [sign * (two.mean - one.mean) for one, two in pairs]
    spread = [
        math.sqrt(
            one.mean_uncertainty**2
            + two.mean_uncertainty**2
            + ((k * math.hypot(one.noise_uncertainty, two.noise_uncertainty) / 2) ** 2 if k * sigma > least else 0.0)
        )
        for (one, two), sigma in zip(pairs, noise, strict=True)
    ]
    margins = np.array(differences) - np.array(thresholds)
    likely = ndtr(margins / np.maximum(spread, 1e-9))
    return Count(
        steps=1 + int(np.sum(margins > 0)),
        uncertainty=float(np.sqrt(np.sum(likely * (1 - likely)))),
        ratios=tuple(float(d / t) for d, t in zip(differences, thresholds, strict=True)),
    )


def _number(view: View) -> int:
    return int(view.region.printed["step"])


def _slope(frame: Array) -> Array:
    """Linear fall-off of a frame (h, w) about its mean."""
    y, x = (np.linspace(-1, 1, n) for n in frame.shape)
    return np.asarray((y @ frame.mean(axis=1) / (y @ y)) * y[:, None] + (x @ frame.mean(axis=0) / (x @ x)) * x)


def _blocks(values: Array) -> Array:
    rows = np.array_split(values, BLOCKS, axis=0)
    return np.array([block.mean() for row in rows for block in np.array_split(row, BLOCKS, axis=1)])


def _curve(printed: Sequence[float], steps: Sequence[Step]) -> Curve:
    order = np.argsort(printed)
    return Curve(
        name="tone",
        x=tuple(float(printed[i]) for i in order),
        y=tuple(steps[i].mean for i in order),
        x_label="reflectance",
        y_label="luma_code",
        y_unit="code",
    )
