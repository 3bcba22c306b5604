"""Analysis of the steps of a grey scale: what each shows, which differ, which are clipped."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.files.scipy_later import special
from acceptance.footage.rounding import QUANTISATION, doubt_of_mean, even
from acceptance.metrics._shared.region_codes import MOST_CLIPPED
from acceptance.scene.blocks import standard_error
from acceptance.scene.views import middle_half

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]

K = 1.0
CERTAIN = 1e-9  # p (1 - p) of a step that certainly differs, or certainly is clipped
LEAST = 2 / 219
TRIM = 0.1
LEAST_SIGMA = math.sqrt(QUANTISATION)
AT_BLACK = 0.5  # codes above black: a mean within this has no signal, only noise


@dataclass(frozen=True, kw_only=True)
class GreyStep:
    """A grey step as seen, in codes.

    It has trimmed ``mean`` and ``noise`` (total sigma per pixel), with their standard
    uncertainties; ``rounding`` and ``coding`` are those of the mean by whole codes and by a coder's
    quantiser. ``temporal`` is the sigma over time, quantisation included (of one frame: ``noise``).
    ``low`` and ``high`` are the shares (0..1) of the samples at black and white, each with its
    standard uncertainty; a step whose mean is at black has all its samples there.
    """

    mean: float
    noise: float
    mean_uncertainty: float = 0.0
    noise_uncertainty: float = 0.0
    temporal: float = 0.0
    temporal_uncertainty: float = 0.0
    rounding: float = 0.0
    coding: float = 0.0
    low: tuple[float, float] = (0.0, 0.0)
    high: tuple[float, float] = (0.0, 0.0)

    @property
    def clipped(self) -> bool:
        """Whether more than ``MOST_CLIPPED`` of the samples are at one end of the range."""
        return max(self.low[0], self.high[0]) > MOST_CLIPPED


@dataclass(frozen=True, kw_only=True)
class Count:
    """Number of ``steps`` that differ from their neighbours, with its standard ``uncertainty``.

    ``ratios`` are the difference over threshold of each pair of neighbours.
    """

    steps: int
    uncertainty: float
    ratios: tuple[float, ...]


def step(
    frames: NDArray[np.integer] | Array,
    black: float = -math.inf,
    white: float = math.inf,
    apart: float = 1.0,
) -> GreyStep:
    """Measure mean and noise of one grey step over the central half of its region.

    Parameters
    ----------
    frames
        Luma codes (n, h, w) of the region, the central half of each direction at least 4 px.
    black, white
        Codes of the ends of the nominal range.
    apart
        How far apart the codes lie that the picture uses.

    Notes
    -----
    The mean is trimmed by 10 % at each end. Noise is the root mean square about the frame's own
    linear fall-off, quantisation included and at least its floor, sqrt(1/12) code. Uncertainties
    come from the scatter between 4 x 4 blocks.
    """
    codes = np.asarray(middle_half(frames), np.float64)
    mean_frame = codes.mean(axis=0)
    noise, temporal = _noise(codes, mean_frame)
    mean = trimmed_mean(mean_frame)
    low = _piled(codes, float(codes.min()), reached=codes.min() <= black)
    return GreyStep(
        mean=mean,
        noise=noise[0],
        mean_uncertainty=standard_error(mean_frame),
        noise_uncertainty=noise[1],
        temporal=temporal[0],
        temporal_uncertainty=temporal[1],
        rounding=doubt_of_mean(codes, apart),
        low=low if mean > black + AT_BLACK else (1.0, 0.0),
        high=_piled(codes, float(codes.max()), reached=codes.max() >= white),
    )


def _noise(codes: Array, mean_frame: Array) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return total and temporal sigma of codes (n, h, w), each with its standard uncertainty."""
    rest = codes - codes.mean(axis=(1, 2), keepdims=True)
    total = _sigma(np.mean((rest - _slope(mean_frame)) ** 2, axis=0))
    return total, _sigma(rest.var(axis=0, ddof=1)) if len(codes) > 1 else total


def count(steps: Sequence[GreyStep], *, rising: bool, k: float = K, least: float = 2.0) -> Count:
    """Count the steps that differ from their neighbours.

    Parameters
    ----------
    steps
        Two steps or more in printed order.
    rising
        Whether codes should rise in this order.
    k
        Least difference of two neighbours over their pooled noise.
    least
        Least difference of two neighbours in codes.

    Returns
    -------
    Count
        1 + the number of pairs whose difference exceeds both.
    """
    pairs = list(itertools.pairwise(steps))
    sign = 1 if rising else -1
    noise = [math.hypot(first.noise, second.noise) / math.sqrt(2) for first, second in pairs]
    thresholds = [max(k * sigma, least) for sigma in noise]
    differences = [sign * (second.mean - first.mean) for first, second in pairs]
    spread = [
        _of_margin(*pair, k if k * sigma > least else 0.0)
        for pair, sigma in zip(pairs, noise, strict=True)
    ]
    margins = np.array(differences) - np.array(thresholds)
    return Count(
        steps=1 + int(np.sum(margins > 0)),
        uncertainty=_of_count(margins, np.array(spread)),
        ratios=tuple(float(d / t) for d, t in zip(differences, thresholds, strict=True)),
    )


def _of_margin(first: GreyStep, second: GreyStep, k: float) -> float:
    """Return the standard uncertainty of a difference less ``k`` times the pooled noise."""
    noise = k * math.hypot(first.noise_uncertainty, second.noise_uncertainty) / 2
    return math.sqrt(first.mean_uncertainty**2 + second.mean_uncertainty**2 + noise**2)


def clipped(shares: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the share (0..1) of the steps clipped at one end, and its standard uncertainty.

    ``shares`` are ``GreyStep.low`` or ``GreyStep.high`` of each step.
    """
    piled, doubts = np.array(shares).T
    margins = piled - MOST_CLIPPED
    return float(np.mean(margins > 0)), _of_count(margins, doubts) / len(shares)


def trimmed_mean(values: Array) -> float:
    """Return the mean without the lowest and the highest tenth of the values, of any shape.

    It is ``scipy.stats.trim_mean`` to 1e-14, without the time that scipy.stats takes to load.
    """
    cut = int(TRIM * values.size)
    flat = values.flatten()
    flat.partition(cut)  # one end at a time, which is vectorised
    flat[cut:].partition(values.size - 2 * cut - 1)
    return float(flat[cut : values.size - cut].sum()) / (values.size - 2 * cut)


def _of_count(margins: Array, spread: Array) -> float:
    """Return the standard uncertainty of the number of positive margins.

    Each is positive with probability Phi(margin / spread).
    """
    likely = special.ndtr(margins / np.maximum(spread, 1e-9))
    doubts = likely * (1 - likely)
    return float(np.sqrt(np.sum(doubts[doubts > CERTAIN])))


def _sigma(squares: Array) -> tuple[float, float]:
    """Return the root mean of squares (h, w), at least quantisation's, with its uncertainty."""
    sigma = math.sqrt(max(float(squares.mean()), QUANTISATION))
    return sigma, standard_error(squares) / (2 * sigma)


def _piled(codes: Array, end: float, *, reached: bool) -> tuple[float, float]:
    """Return the share of samples (n, h, w) on the end code, with its standard uncertainty.

    The share is 0 where the end of the range is not ``reached``.
    """
    on_end = np.mean(codes == end, axis=0) * float(reached)
    return float(on_end.mean()), standard_error(on_end)


def _slope(frame: Array) -> Array:
    """Return the linear fall-off of a frame (h, w) about its mean."""
    y, x = map(even, frame.shape)
    return np.asarray(
        (y @ frame.mean(axis=1) / (y @ y)) * y[:, None] + (x @ frame.mean(axis=0) / (x @ x)) * x
    )
