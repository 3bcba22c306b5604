"""Moments of flashes in a region's light, and what they leave open of the offset of the sound.

A picture whose exposure spans the begin of a flash shows it in part; of others only the gap between
two exposures is known. How long an exposure is, is not known either. So the offset of the sound,
its scatter and the exposure are taken together, on a grid of all that they may be: each flash says
by its likelihood what is possible (JCGM 101:2008). Where the flashes come at ever other moments
of a picture, that leaves little; where all run in step, up to a picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.files.scipy_later import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

CONTRAST = 8.0  # times the noise by which a flash must be brighter
PART = 0.08  # share of a flash that may be noise, or the curve between light and code
LONGEST = 1.0  # s of a flash
SHARE_NOISE = 0.03
EXPOSURES = np.linspace(0.04, 1.0, 25)  # of the interval of the pictures
SCATTERS = np.geomspace(0.0003, 0.105, 15)  # s
STEPS = 161  # offsets tried


@dataclass(frozen=True, kw_only=True)
class Flashes:
    """Flashes between pictures with middles ``before`` and ``after`` (f,), in s.

    ``share`` (f,) is the part of the later one's exposure that was lit: 1 and no less, nothing of
    the flash is in part. ``step`` is the usual interval of the pictures.
    """

    before: Array
    after: Array
    share: Array
    step: float

    @property
    def usual(self) -> Array:
        """(f,) moments if exposures were half as long as the interval."""
        half = self.step / 2
        gap = (self.before + self.after) / 2
        return np.where(self.share < 1, self.after + half * (0.5 - self.share), gap)

    def only(self, chosen: NDArray[np.int64]) -> Flashes:
        """Return the ``chosen`` flashes."""
        return Flashes(
            before=self.before[chosen],
            after=self.after[chosen],
            share=self.share[chosen],
            step=self.step,
        )

    def bounds(self, exposure: Array | float) -> tuple[Array, Array]:
        """(..., f) earliest and latest moments with an ``exposure`` (..., 1) in s."""
        at = self.after + exposure * (0.5 - self.share)
        slack = exposure * (0.5 - PART)
        middle = (self.before + self.after) / 2
        early = np.minimum(self.before + slack, middle)
        late = np.maximum(self.after - slack, middle)
        partly = self.share < 1
        return np.where(partly, at, early), np.where(partly, at, late)


def seen(times: Array, light: Array) -> Flashes:
    """Find the flashes in the light (n,) of a region, in pictures at ``times`` (n,) s.

    Raises GapError no_flash.
    """
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    dark = float(np.median(light))
    noise = 1.4826 * float(np.median(np.abs(light - dark)))
    bright = float(np.quantile(light, 1 - 2 / max(len(light), 4)))
    if step <= 0 or bright - dark <= max(CONTRAST * noise, 1e-4):
        raise GapError("no_flash")
    found = [
        flash
        for first, last in _runs(light > (dark + bright) / 2)
        if (flash := _flash(times, light, (first, last), step)) is not None
    ]
    if not found:
        raise GapError("no_flash")
    before, after, share = np.array(found).T
    return Flashes(before=before, after=after, share=share, step=step)


def _runs(lit: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last number of each run."""
    edges = np.diff(np.concatenate([[False], lit, [False]]).astype(np.int8))
    return list(
        zip(
            np.flatnonzero(edges == 1).tolist(),
            (np.flatnonzero(edges == -1) - 1).tolist(),
            strict=True,
        )
    )


def _flash(
    times: Array, light: Array, run: tuple[int, int], step: float
) -> tuple[float, float, float] | None:
    """Return times of the pictures before and at the begin of a flash, and the share lit.

    None where pictures are missing, or the flash was too short to show its whole light.
    """
    first, last = run
    whole = first >= 3 and last < len(light) - 1 and last > first
    if not whole or times[last] - times[first] > LONGEST:
        return None
    if np.ptp(np.diff(times[first - 2 : first + 2])) > step / 4:
        return None
    dark, bright = (
        float(np.median(light[first - 3 : first - 1])),
        float(light[first : last + 1].max()),
    )
    shares = np.clip((light[first - 1 : first + 1] - dark) / (bright - dark), 0, 1)
    if shares[0] > PART:
        return float(times[first - 2]), float(times[first - 1]), float(shares[0])
    share = float(shares[1]) if shares[1] < 1 - PART else 1.0
    return float(times[first - 1]), float(times[first]), share


@dataclass(frozen=True, kw_only=True)
class Offset:
    """What flashes and beeps leave possible.

    ``mean`` (s) of flash minus beep with its standard uncertainty ``open``; ``scatter`` (s) from
    pair to pair, also with its own; ``exposure`` in s; ``each`` (p,) s and ``reach`` (p,), half of
    what is open of each pair.
    """

    mean: float
    open: float
    scatter: float
    scatter_open: float
    exposure: float
    each: Array
    reach: Array


def offset(flashes: Flashes, beeps: Array) -> Offset:
    """Weigh all offsets, exposures and scatters for flashes (p,) and their ``beeps`` (p,) in s."""
    usual = float(np.median(flashes.usual - beeps))
    offsets = usual + flashes.step * np.linspace(-1, 1, STEPS)
    weight = np.array([_log_likelihood(flashes, beeps, offsets, part) for part in EXPOSURES])
    weight = np.exp(weight - weight.max())
    weight /= weight.sum()
    exposure = flashes.step * float(weight.sum(axis=(1, 2)) @ EXPOSURES)
    mean, spread = _moments(offsets, weight.sum(axis=(0, 1)))
    scatter, scatter_spread = _moments(SCATTERS, weight.sum(axis=(0, 2)))
    early, late = flashes.bounds(exposure)
    return Offset(
        mean=mean,
        open=spread,
        scatter=scatter,
        scatter_open=scatter_spread,
        exposure=exposure,
        each=np.clip(mean, early - beeps, late - beeps),
        reach=(late - early) / 2,
    )


def _moments(values: Array, weight: Array) -> tuple[float, float]:
    mean = float(values @ weight)
    return mean, float(np.sqrt(((values - mean) ** 2) @ weight))


def _log_likelihood(flashes: Flashes, beeps: Array, offsets: Array, part: float) -> Array:
    """(scatters, offsets) for exposures that are this ``part`` of the interval."""
    width = part * flashes.step
    early, late = (bound - beeps for bound in flashes.bounds(width))
    partly = flashes.share < 1
    noise = np.hypot(SCATTERS, SHARE_NOISE * width)[:, None, None]
    high, low = ((bound - offsets[:, None]) / noise for bound in (late, early))
    # a share in part has the density of its moment, times the moments that a share stands for
    dense = width * np.exp(-(low**2) / 2) / (noise * np.sqrt(2 * np.pi))
    mass = flashes.step * (special.ndtr(high) - special.ndtr(low))
    each = np.where(partly, dense, mass) / flashes.step
    return np.asarray(np.log(each + 1e-6).sum(axis=2))
