"""Grey steps of a chart in codes, and how many of them are told apart (criterion: ``grey_scale.py``)."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import trim_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]

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


def _slope(frame: Array) -> Array:
    """Linear fall-off of a frame (h, w) about its mean."""
    y, x = (np.linspace(-1, 1, n) for n in frame.shape)
    return np.asarray((y @ frame.mean(axis=1) / (y @ y)) * y[:, None] + (x @ frame.mean(axis=0) / (x @ x)) * x)


def _blocks(values: Array) -> Array:
    rows = np.array_split(values, BLOCKS, axis=0)
    return np.array([block.mean() for row in rows for block in np.array_split(row, BLOCKS, axis=1)])
