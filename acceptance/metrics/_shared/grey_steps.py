"""A grey scale taken apart.

What each step shows, which are told apart, slope, clipping and range of the tone curve.
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

from acceptance.footage.tone import rounding_doubt
from acceptance.metrics._shared.region_codes import MOST_CLIPPED
from acceptance.scene.views import middle_half

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]

K = 1.0
CERTAIN = 1e-9  # p (1 - p) of a step that is told apart, or clipped, beyond any doubt
LEAST = 2 / 219
TRIM = 0.1
QUANTISATION = 1 / 12
LEAST_SIGMA = math.sqrt(QUANTISATION)
BLOCKS = 4
DEGREES = BLOCKS * BLOCKS - 1
# codes above black: a mean within this holds no signal, whatever noise was added to it
AT_BLACK = 0.5
# share of the samples that is piled up where the signal without noise reaches the end
AT_THE_END = 0.5
MIDDLE = (0.2, 0.8)  # of the nominal amplitude: the mid tones
SAME = 0.08  # of the light: steps this close are one (density 0.03)
FEWEST = 4  # steps in the mid tones
# of the logarithmic distance of two steps: half-width of what the curve between them leaves
INTERPOLATION = 0.2


@dataclass(frozen=True, kw_only=True)
class Step:
    """A grey step in codes.

    Trimmed ``mean`` and ``noise`` (total sigma per pixel), with their standard uncertainties.
    ``temporal`` is the sigma over time, quantisation included (of one frame: ``noise``). ``low``
    and ``high`` are the shares of the samples piled up at black and white, each with its standard
    uncertainty; all are at black where the mean is.
    """

    mean: float
    noise: float
    mean_uncertainty: float = 0.0
    noise_uncertainty: float = 0.0
    temporal: float = 0.0
    temporal_uncertainty: float = 0.0
    low: tuple[float, float] = (0.0, 0.0)
    high: tuple[float, float] = (0.0, 0.0)

    @property
    def clipped(self) -> bool:
        """Whether more samples than ``MOST_CLIPPED`` are piled up at one end."""
        return max(self.low[0], self.high[0]) > MOST_CLIPPED


@dataclass(frozen=True, kw_only=True)
class Count:
    """``steps`` told apart, the standard ``uncertainty``, and per pair of neighbours difference over threshold."""

    steps: int
    uncertainty: float
    ratios: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Slope:
    """Slope of log signal on log light, with the standard uncertainties that its inputs contribute.

    ``light`` (n,) is that of the steps used; errors (n,) of its natural logarithm change the slope
    by minus the slope times the sum of ``weights`` (n,) times errors. ``residual`` is the RMS of
    the fit in natural logarithms.
    """

    value: float
    sampling: float
    degrees_of_freedom: float
    quantisation: float
    light: Array
    weights: Array
    residual: float

    @property
    def span(self) -> float:
        """Range of the natural logarithm of the light."""
        return float(np.ptp(np.log(self.light)))


@dataclass(frozen=True, kw_only=True)
class Range:
    """Natural logarithms of the light at both ends of the dynamic range; ``bound``.

    The true range may be wider.
    ``sampling`` and ``steps`` are standard uncertainties of the difference: from the noise of the
    steps, and from the distance of the printed steps.
    """

    low: float
    high: float
    bound: bool
    sampling: float
    steps: float


def step(
    frames: NDArray[np.integer] | Array, black: float = -math.inf, white: float = math.inf
) -> Step:
    """Mean and noise of one step, ``frames`` (n, h, w) in codes, from the central half (4 x 4 px or more).

    Noise is the root mean square about the frame's own linear fall-off, quantisation included and
    at least its floor (1/12). Uncertainties from the scatter between 4 x 4 blocks. ``black`` and
    ``white`` are the codes of the ends.
    """
    codes = np.asarray(middle_half(frames), np.float64)
    mean_frame, rest = codes.mean(axis=0), codes - codes.mean(axis=(1, 2), keepdims=True)
    noise = _sigma(np.mean((rest - _slope(mean_frame)) ** 2, axis=0))
    temporal = _sigma(rest.var(axis=0, ddof=1)) if len(codes) > 1 else noise
    mean = float(trim_mean(mean_frame, TRIM, axis=None))
    low = _piled(codes, float(codes.min()), reached=codes.min() <= black)
    return Step(
        mean=mean,
        noise=noise[0],
        mean_uncertainty=standard_error(mean_frame),
        noise_uncertainty=noise[1],
        temporal=temporal[0],
        temporal_uncertainty=temporal[1],
        low=low if mean > black + AT_BLACK else (1.0, 0.0),
        high=_piled(codes, float(codes.max()), reached=codes.max() >= white),
    )


def count(steps: Sequence[Step], *, rising: bool, k: float = K, least: float = 2.0) -> Count:
    """Count the steps told apart, in printed order; ``rising``: codes should rise.

    ``least`` difference in codes.
    """
    pairs = list(itertools.pairwise(steps))
    sign = 1 if rising else -1
    noise = [math.hypot(one.noise, two.noise) / math.sqrt(2) for one, two in pairs]
    thresholds = [max(k * sigma, least) for sigma in noise]
    differences = [sign * (two.mean - one.mean) for one, two in pairs]
    spread = [
        math.sqrt(
            one.mean_uncertainty**2
            + two.mean_uncertainty**2
            + (
                (k * math.hypot(one.noise_uncertainty, two.noise_uncertainty) / 2) ** 2
                if k * sigma > least
                else 0.0
            )
        )
        for (one, two), sigma in zip(pairs, noise, strict=True)
    ]
    margins = np.array(differences) - np.array(thresholds)
    return Count(
        steps=1 + int(np.sum(margins > 0)),
        uncertainty=_of_count(margins, np.array(spread)),
        ratios=tuple(float(d / t) for d, t in zip(differences, thresholds, strict=True)),
    )


def clipped(shares: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Share of the steps clipped at one end, and its standard uncertainty.

    Of each step ``Step.low`` or ``high``.
    """
    piled, doubts = np.array(shares).T
    margins = piled - MOST_CLIPPED
    return float(np.mean(margins > 0)), _of_count(margins, doubts) / len(shares)


def gamma(
    steps: Sequence[Step], light: Sequence[float], black: float, white: float
) -> Slope | None:
    """Least-squares slope over the mid tones.

    None where fewer than ``FEWEST`` steps, or no light range, lie there.
    """
    signals = [(one.mean - black) / (white - black) for one in steps]
    chosen = [
        i for i, at in enumerate(signals) if MIDDLE[0] <= at <= MIDDLE[1] and not steps[i].clipped
    ]
    x = np.log(np.array([light[i] for i in chosen]))
    if len(chosen) < FEWEST or not np.ptp(x):
        return None
    y = np.log(np.array([signals[i] for i in chosen]))
    weights = (x - x.mean()) / np.sum((x - x.mean()) ** 2)
    value = float(weights @ y)
    above = np.array([steps[i].mean - black for i in chosen])
    parts = (weights * np.array([steps[i].mean_uncertainty for i in chosen]) / above) ** 2
    rounding = weights * np.array([rounding_doubt(steps[i].noise) for i in chosen]) / above
    return Slope(
        value=value,
        sampling=float(math.sqrt(parts.sum())),
        degrees_of_freedom=float(DEGREES * parts.sum() ** 2 / max(np.sum(parts**2), 1e-300)),
        quantisation=float(np.linalg.norm(rounding)),
        light=np.exp(x),
        weights=weights,
        residual=float(np.std(y - y.mean() - value * (x - x.mean()))),
    )


def dynamic_range(steps: Sequence[Step], light: Sequence[float]) -> Range:
    """From the light at which the curve is clipped down to that at which the incremental signal is the temporal noise.

    The incremental signal at light L is L times the slope of the curve there, so the ratio is d
    code / d ln L over the sigma. ``light`` rises, three steps or more. Where the chart ends first,
    so does the range, as a bound.
    """
    logs = np.log(np.asarray(light, np.float64))
    top = max((i for i, one in enumerate(steps) if one.high[0] <= AT_THE_END), default=0)
    saturated = top + 1 < len(steps)
    high, high_doubt = _between(logs, top) if saturated else (float(logs[top]), 0.0)
    ratios = _incremental(steps, logs) / [max(one.temporal, LEAST_SIGMA) for one in steps]
    weak = [i for i in range(top) if ratios[i] < 1 or steps[i].low[0] > AT_THE_END]
    if not weak:
        return Range(low=float(logs[0]), high=high, bound=True, sampling=0.0, steps=high_doubt)
    low, noise, gap = _crossing(steps, logs, ratios, weak[-1])
    return Range(
        low=low, high=high, bound=not saturated, sampling=noise, steps=math.hypot(gap, high_doubt)
    )


def merged(steps: Sequence[Step], light: Sequence[float]) -> tuple[list[Step], list[float]]:
    """Merge steps of the same light to within ``SAME`` (light rising).

    Between them the tone curve has no slope.
    """
    groups: list[list[int]] = []
    for i, value in enumerate(light):
        if groups and value <= light[groups[-1][0]] * (1 + SAME):
            groups[-1].append(i)
        else:
            groups.append([i])
    return [_mean([steps[i] for i in group]) for group in groups], [
        math.exp(sum(math.log(light[i]) for i in group) / len(group)) for group in groups
    ]


def standard_error(values: Array) -> float:
    """Give the standard error of the mean of values (h, w) from the scatter between 4 x 4 blocks."""
    rows = np.array_split(values, BLOCKS, axis=0)
    blocks = [block.mean() for row in rows for block in np.array_split(row, BLOCKS, axis=1)]
    return float(np.std(blocks, ddof=1) / BLOCKS)


def _mean(steps: Sequence[Step]) -> Step:
    """Average steps of the same light."""

    def mean(name: str) -> float:
        return float(np.mean([getattr(one, name) for one in steps]))

    def doubt(name: str) -> float:
        return float(np.linalg.norm([getattr(one, name) for one in steps])) / len(steps)

    return Step(
        mean=mean("mean"),
        noise=mean("noise"),
        mean_uncertainty=doubt("mean_uncertainty"),
        noise_uncertainty=doubt("noise_uncertainty"),
        temporal=mean("temporal"),
        temporal_uncertainty=doubt("temporal_uncertainty"),
        low=max(one.low for one in steps),
        high=max(one.high for one in steps),
    )


def _incremental(steps: Sequence[Step], logs: Array) -> Array:
    """Light times the slope of the tone curve at each step.

    At the darkest as of a straight toe (code linear in light).
    ``logs`` are natural logarithms of the light.
    """
    means = np.array([one.mean for one in steps])
    slopes = np.gradient(means, logs)
    slopes[0] = (means[1] - means[0]) / np.expm1(logs[1] - logs[0])
    return np.asarray(slopes)


def _crossing(
    steps: Sequence[Step], logs: Array, ratios: Array, below: int
) -> tuple[float, float, float]:
    """Where the ratio rises through 1 after step ``below``.

    Logarithm of the light, its two standard uncertainties.
    """
    one, two = ratios[below : below + 2]
    if steps[below].low[0] > AT_THE_END or one <= 0:
        middle, doubt = _between(logs, below)
        return middle, 0.0, doubt
    distance = logs[below + 1] - logs[below]
    rise = math.log(two / one)
    share = -math.log(one) / rise
    doubts = [_of_ratio(steps, logs, ratios, i) for i in (below, below + 1)]
    noise = math.hypot((1 - share) * doubts[0], share * doubts[1]) * distance / rise
    return float(logs[below] + share * distance), noise, INTERPOLATION * distance / math.sqrt(3)


def _of_ratio(steps: Sequence[Step], logs: Array, ratios: Array, at: int) -> float:
    """Relative standard uncertainty of the ratio of incremental signal and noise at a step."""
    before, after = max(at - 1, 0), min(at + 1, len(steps) - 1)
    slope = math.hypot(steps[before].mean_uncertainty, steps[after].mean_uncertainty) / (
        logs[after] - logs[before]
    )
    temporal = max(steps[at].temporal, LEAST_SIGMA)
    return math.hypot(slope / (ratios[at] * temporal), steps[at].temporal_uncertainty / temporal)


def _between(logs: Array, at: int) -> tuple[float, float]:
    """Middle between a step and the next, and its standard uncertainty as a rectangle's."""
    return float(logs[at] + logs[at + 1]) / 2, float(logs[at + 1] - logs[at]) / 2 / math.sqrt(3)


def _of_count(margins: Array, spread: Array) -> float:
    """Give the standard uncertainty of how many margins are positive.

    Each with probability Phi(margin / spread).
    """
    likely = ndtr(margins / np.maximum(spread, 1e-9))
    doubts = likely * (1 - likely)
    return float(np.sqrt(np.sum(doubts[doubts > CERTAIN])))


def _sigma(squares: Array) -> tuple[float, float]:
    """Root of the mean of squares (h, w), at least quantisation's, and its standard uncertainty."""
    sigma = math.sqrt(max(float(squares.mean()), QUANTISATION))
    return sigma, standard_error(squares) / (2 * sigma)


def _piled(codes: Array, end: float, *, reached: bool) -> tuple[float, float]:
    """Share of the samples (n, h, w) on the end code where the end is ``reached``, and its standard uncertainty."""
    on_end = np.mean(codes == end, axis=0) * float(reached)
    return float(on_end.mean()), standard_error(on_end)


def _slope(frame: Array) -> Array:
    """Linear fall-off of a frame (h, w) about its mean."""
    y, x = (np.linspace(-1, 1, n) for n in frame.shape)
    return np.asarray(
        (y @ frame.mean(axis=1) / (y @ y)) * y[:, None] + (x @ frame.mean(axis=0) / (x @ x)) * x
    )
