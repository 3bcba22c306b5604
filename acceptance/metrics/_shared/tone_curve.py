"""Analysis of the tone curve over grey steps: its slope in the mid tones and its dynamic range."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics._shared.grey_steps import LEAST_SIGMA, GreyStep
from acceptance.scene.blocks import BLOCKS

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]

DEGREES = BLOCKS * BLOCKS - 1
AT_THE_END = 0.5  # share of the samples at the end where the signal without noise reaches it
MIDDLE = (0.2, 0.8)  # of the nominal amplitude: the mid tones
FADE = 0.05  # beside both ends, over which the weight of a step runs from 1 to 0
SAME = 0.08  # of the light: steps this close are one (density 0.03)
FEWEST = 4  # steps in the mid tones
INTERPOLATION = 0.2  # half-width of interpolation, relative to the log distance of two steps


@dataclass(frozen=True, kw_only=True)
class Slope:
    """Slope of log signal on log light, with the standard uncertainties that its inputs contribute.

    ``chosen`` are the n steps used, by number, ``light`` (n,) is theirs; errors (n,) of its natural
    logarithm change the slope by minus the slope times the sum of ``weights`` (n,) times errors.
    ``residual`` is the RMS of the fit in natural logarithms.
    """

    value: float
    sampling: float
    degrees_of_freedom: float
    quantisation: float
    coding: float
    chosen: tuple[int, ...]
    light: Array
    weights: Array
    residual: float

    @property
    def span(self) -> float:
        """Range of the natural logarithm of the light."""
        return float(np.ptp(np.log(self.light)))


@dataclass(frozen=True, kw_only=True)
class Range:
    """Natural logarithms of the light at both ends of the dynamic range.

    ``bound``: the true range may be wider. ``sampling`` and ``steps`` are standard uncertainties of
    the difference: from the noise of the steps, and from the distance of the printed steps.
    """

    low: float
    high: float
    bound: bool
    sampling: float
    steps: float


def gamma(
    steps: Sequence[GreyStep], light: Sequence[float], black: float, white: float
) -> Slope | None:
    """Fit the slope of log signal on log light over the mid tones by weighted least squares.

    Parameters
    ----------
    steps
        Steps in any order.
    light
        Printed light of each step, in any unit; none that is not above 0 counts.
    black, white
        Codes of nominal black and white; mid tones are at 20 to 80 % between them.

    Returns
    -------
    Slope | None
        None where fewer than ``FEWEST`` steps, or steps of one light only, are mid tones.
    """
    signals = np.array([(step.mean - black) / (white - black) for step in steps])
    fit = [not step.clipped and lit > 0 for step, lit in zip(steps, light, strict=True)]
    counts = mid_tone_weights(signals) * fit
    chosen = [int(i) for i in np.flatnonzero(counts)]
    x = np.log(np.array([light[i] for i in chosen]))
    if np.count_nonzero(counts >= 0.5) < FEWEST or not np.ptp(x):
        return None
    found = _slope(x, np.log(signals[chosen]), counts[chosen], [steps[i] for i in chosen], black)
    return replace(found, chosen=tuple(chosen))


def mid_tone_weights(signals: Array) -> Array:
    """Return by how much steps of these signals (n,), 0..1 of the amplitude, count as mid tones.

    The weight is 1/2 at the ends of ``MIDDLE``: a curve is no power law, and a step that the
    exposure moves across an end would else move the slope at once.
    """
    low, high = MIDDLE
    return np.clip((FADE + np.minimum(signals - low, high - signals)) / (2 * FADE), 0.0, 1.0)


def slope_weights(logs: Array, counts: Array) -> Array:
    """Return the weights (n,) of values whose sum is the slope over ``logs`` (n,) of the light."""
    off = logs - np.average(logs, weights=counts)
    return np.asarray(counts * off / np.sum(counts * off**2))


def _slope(x: Array, y: Array, counts: Array, steps: Sequence[GreyStep], black: float) -> Slope:
    """Fit a line to the logarithms of light ``x`` and signal ``y`` (n,) of n steps."""
    weights = slope_weights(x, counts)
    value = float(weights @ y)
    off = y - np.average(y, weights=counts) - value * (x - np.average(x, weights=counts))
    above = np.array([step.mean - black for step in steps])
    parts = (weights * np.array([step.mean_uncertainty for step in steps]) / above) ** 2
    rounding = weights * np.array([step.rounding for step in steps]) / above
    coding = weights * np.array([step.coding for step in steps]) / above
    return Slope(
        value=value,
        sampling=float(math.sqrt(parts.sum())),
        degrees_of_freedom=float(DEGREES * parts.sum() ** 2 / max(np.sum(parts**2), 1e-300)),
        quantisation=float(np.linalg.norm(rounding)),
        coding=float(np.linalg.norm(coding)),
        chosen=tuple(range(len(steps))),
        light=np.exp(x),
        weights=weights,
        residual=float(np.sqrt(np.average(off**2, weights=counts))),
    )


def dynamic_range(steps: Sequence[GreyStep], light: Sequence[float]) -> Range:
    """Find the dynamic range (ISO 15739:2023, 6.4).

    It runs from the light at which the curve is clipped down to that at which the incremental
    signal equals the temporal noise. Where the chart ends first, so does the range, as a bound.

    Parameters
    ----------
    steps
        Three steps or more in order of rising light, no two of the same light (``merged``).
    light
        Printed light of each step, above 0, in any unit.

    Notes
    -----
    The incremental signal at light L is L times the slope of the curve there, so its ratio to the
    noise is d code / d ln L over the temporal sigma.
    """
    logs = np.log(np.asarray(light, np.float64))
    top = max((i for i, step in enumerate(steps) if step.high[0] <= AT_THE_END), default=0)
    saturated = top + 1 < len(steps)
    high, high_doubt = _between(logs, top) if saturated else (float(logs[top]), 0.0)
    ratios = _incremental(steps, logs) / [max(step.temporal, LEAST_SIGMA) for step in steps]
    weak = [i for i in range(top) if ratios[i] < 1 or steps[i].low[0] > AT_THE_END]
    if not weak:
        return Range(low=float(logs[0]), high=high, bound=True, sampling=0.0, steps=high_doubt)
    low, noise, gap = _crossing(steps, logs, ratios, weak[-1])
    return Range(
        low=low, high=high, bound=not saturated, sampling=noise, steps=math.hypot(gap, high_doubt)
    )


def merged(steps: Sequence[GreyStep], light: Sequence[float]) -> tuple[list[GreyStep], list[float]]:
    """Merge steps of the same light to within ``SAME``, since the tone curve has no slope there.

    ``light`` of each step rises. Return the merged steps and the light of each.
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


def _mean(steps: Sequence[GreyStep]) -> GreyStep:
    """Average steps of the same light."""

    def mean(name: str) -> float:
        return float(np.mean([getattr(step, name) for step in steps]))

    def doubt(name: str) -> float:
        return float(np.linalg.norm([getattr(step, name) for step in steps])) / len(steps)

    return GreyStep(
        mean=mean("mean"),
        noise=mean("noise"),
        mean_uncertainty=doubt("mean_uncertainty"),
        noise_uncertainty=doubt("noise_uncertainty"),
        temporal=mean("temporal"),
        temporal_uncertainty=doubt("temporal_uncertainty"),
        rounding=doubt("rounding"),
        coding=doubt("coding"),
        low=max(step.low for step in steps),
        high=max(step.high for step in steps),
    )


def _incremental(steps: Sequence[GreyStep], logs: Array) -> Array:
    """Return light times the slope of the tone curve at each step.

    At the darkest step the toe counts as straight (code linear in light). ``logs`` are natural
    logarithms of the light.
    """
    means = np.array([step.mean for step in steps])
    slopes = np.gradient(means, logs)
    slopes[0] = (means[1] - means[0]) / np.expm1(logs[1] - logs[0])
    return np.asarray(slopes)


def _crossing(
    steps: Sequence[GreyStep], logs: Array, ratios: Array, below: int
) -> tuple[float, float, float]:
    """Find where the ratio rises through 1 after step ``below``.

    Return the logarithm of the light, and its standard uncertainties from noise and from the
    distance of the steps.
    """
    weak, strong = ratios[below : below + 2]
    if steps[below].low[0] > AT_THE_END or weak <= 0:
        middle, doubt = _between(logs, below)
        return middle, 0.0, doubt
    distance = logs[below + 1] - logs[below]
    rise = math.log(strong / weak)
    share = -math.log(weak) / rise
    doubts = [_of_ratio(steps, logs, ratios, i) for i in (below, below + 1)]
    noise = math.hypot((1 - share) * doubts[0], share * doubts[1]) * distance / rise
    return float(logs[below] + share * distance), noise, INTERPOLATION * distance / math.sqrt(3)


def _of_ratio(steps: Sequence[GreyStep], logs: Array, ratios: Array, at: int) -> float:
    """Return the relative standard uncertainty of incremental signal over noise at a step."""
    before, after = max(at - 1, 0), min(at + 1, len(steps) - 1)
    slope = math.hypot(steps[before].mean_uncertainty, steps[after].mean_uncertainty) / (
        logs[after] - logs[before]
    )
    temporal = max(steps[at].temporal, LEAST_SIGMA)
    return math.hypot(slope / (ratios[at] * temporal), steps[at].temporal_uncertainty / temporal)


def _between(logs: Array, at: int) -> tuple[float, float]:
    """Return the middle between a step and the next, and its rectangular standard uncertainty."""
    return float(logs[at] + logs[at + 1]) / 2, float(logs[at + 1] - logs[at]) / 2 / math.sqrt(3)
