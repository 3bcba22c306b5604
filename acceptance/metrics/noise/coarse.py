"""Structure of a field that is coarser than noise.

Waves of a crumpled print, stripes of a blind and the halo of a wide sharpening filter stay where
they are and would read as fixed pattern. Noise has nothing in common with itself a few pixels away,
along the diagonal, where neither rows nor columns share anything; such structure has. It is
compared between the first and the second half of the frames, so that blobs that noise reduction
leaves of temporal noise do not count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics.noise.polynomials import surface

if TYPE_CHECKING:
    from acceptance.metrics.noise.parts import Noise

Array = NDArray[np.float64]

LAG = 3  # px along rows and columns, beyond what demosaicing and noise reduction make alike
SURE = 4.0  # standard errors
FAR = 8  # part of a field, over which something that moves goes on, but no blot
MOST_CORRELATED = 0.95  # as of a still picture
BY_CHANCE = 1e-4  # how often border lines may look brighter than the others by chance, or waves
FINEST = 6  # lines a wave, of bands of light
MEDIAN = 2 / math.log(2)  # twice the mean over the median, as few have harmonics of the wave, too
LOST = 2.0  # variance of structure over what is seen of it: waves of 20 px and more, halos
# threads and spots end within twice the way: so much more of them is lost
ENDS, FINE = 1 / 8, 2.0
ORDER = 3  # of the light: what it takes is in the doubt of the surface
ROUNDED = 1 / 12  # code^2: as much may rounding a slight slope leave in stripes
DITHERED = 1 / 3  # code^2 seen, from which on noise leaves nothing of such stripes
BY_CODER = 0.002  # of the square of a coder's quantiser step, that it may leave (docs)


@dataclass(frozen=True)
class Coarse:
    """Variances in code^2 that pixels, row means and column means some way apart share.

    ``moving``: those of what changes from frame to frame.
    """

    pixels: float
    rows: float
    columns: float
    moving: float = 0.0

    @property
    def still(self) -> float:
        """All that stays."""
        return self.pixels + self.rows + self.columns

    @property
    def whole(self) -> float:
        """All of it."""
        return self.still + self.moving


def coarse(codes: Array, step: float = 0.0, correlation: float = 0.0, swing: float = 0.0) -> Coarse:
    """Find what is coarser than noise in codes (n, h, w) of a field.

    0 where chance explains it, rounding, or a coder of this quantiser ``step`` in codes (0: none).
    ``correlation`` is that of the noise of neighbouring frames, ``swing`` the variance of rows or
    columns that swing together over time.
    """
    middle = (len(codes) + 1) // 2
    halves = codes[:middle].mean(axis=0), codes[len(codes) - middle :].mean(axis=0)
    first, second = (half - surface(half, ORDER) for half in halves)
    lines = [(first.mean(axis=axis), second.mean(axis=axis)) for axis in (1, 0)]
    rows, columns = (_along(*means, ROUNDED * step**2) for means in lines)
    bare = _less_lines(first), _less_lines(second)
    pixels = sum(_shared(*bare, (LAG, across)) for across in (LAG, -LAG)) / 2
    made = max(_by_rounding(codes, first), BY_CODER * step**2)
    pixels, rows, columns = (part if part > made else 0.0 for part in (pixels, rows, columns))
    pixels *= FINE if pixels and _ends(bare, pixels) else 1.0
    moving = _moving(codes, correlation) if len(codes) > 1 else 0.0
    moving = max(moving, swing if swing > ROUNDED * step**2 else 0.0)
    return Coarse(
        pixels=pixels, rows=rows, columns=columns, moving=moving if moving > made else 0.0
    )


def _ends(bare: tuple[Array, Array], pixels: float) -> bool:
    """Whether twice as far apart little is left of what ``pixels`` share."""
    farther = (_shared(*bare, (2 * LAG, across), 0.0) for across in (2 * LAG, -2 * LAG))
    return sum(farther) / 2 < ENDS * pixels


def _moving(codes: Array, correlation: float) -> float:
    """Return the variance over time of codes (n, h, w) that far pixels, rows and columns share.

    A shadow that moves, or bands of light, but not blots that noise reduction leaves: those end
    within an eighth of a field.
    """
    rest = codes - codes.mean(axis=(1, 2), keepdims=True)
    rest -= rest.mean(axis=0)
    rows, columns = rest.mean(axis=2, keepdims=True), rest.mean(axis=1, keepdims=True)
    down, across = (max(LAG, size // FAR) for size in codes.shape[1:])
    sure = SURE * math.sqrt((1 + correlation) / (1 - min(correlation, MOST_CORRELATED)))
    found = (
        _in_time(rows, (down, 0), sure),
        _in_time(columns, (0, across), sure),
        *(_in_time(rest - rows - columns, (down, way), sure) / 2 for way in (across, -across)),
    )
    return sum(found) * len(codes) / (len(codes) - 1)


def _in_time(rest: Array, lag: tuple[int, int], sure: float) -> float:
    """Return what frames (n, h, w) have in common with themselves so far apart, if surely any.

    Lines that flutter each for itself, and pixels, have nothing. Led on to no distance as a
    straight line through that and twice as far, as of an edge that moves.
    """
    near, far = _products(rest, *lag), _products(rest, 2 * lag[0], 2 * lag[1])
    found, square = float(near.mean()), float(np.mean(rest**2))
    if found <= sure * square / math.sqrt(near.size):
        return 0.0
    return found + max(found - float(far.mean()), 0.0)


def _products(rest: Array, down: int, across: int) -> Array:
    """Return the products of the pixels of frames (n, h, w) that lie so far apart."""
    height, width = rest.shape[1:]
    here = rest[:, : height - down, max(0, -across) : width - max(0, across)]
    return here * rest[:, down:, max(0, across) : width - max(0, -across)]


def _by_rounding(codes: Array, rest: Array) -> float:
    """Return the variance of the stripes that rounding may leave in codes (n, h, w).

    Noise of half a code dithers them away. ``rest`` (h, w) is the first frame less its surface.
    """
    moving = codes - codes.mean(axis=(1, 2), keepdims=True)
    seen = moving.var(axis=0, ddof=1).mean() if len(codes) > 1 else np.mean(rest**2)
    return ROUNDED if seen < DITHERED else 0.0


def _less_lines(rest: Array) -> Array:
    """Return a frame (h, w) whose mean is 0 less its row and column means."""
    return np.asarray(rest - rest.mean(axis=0) - rest.mean(axis=1, keepdims=True))


def _along(first: Array, second: Array, made: float) -> float:
    """Return what the means of lines (n,) of two frames share, as far as it is surely above 0.

    Waves of up to ``made`` may be a coder's.

    Lines that differ each for itself differ from their neighbours as much as from any other.
    """
    products = first[:-LAG] * second[LAG:]
    apart = float(np.diff(first).std() * np.diff(second).std()) / 2
    found = float(products.mean())
    slow = found if found > SURE * apart / math.sqrt(products.size) else 0.0
    wave = _of_wave(first, second)
    return max(slow, wave if wave > made else 0.0) + _at_the_border(first, second)


def _of_wave(first: Array, second: Array) -> float:
    """Return the variance of the wave that the means of lines (n,) of two frames share.

    As of bands of a lamp's light that stand still. Of lines that differ each for itself, or are
    alike as noise reduction makes them, no frequency stands out.
    """
    powers = np.fft.rfft(first) * np.conj(np.fft.rfft(second)) * 2 / first.size**2
    last, numbers = first.size // FINEST, np.arange(len(powers))
    if last < 1:
        return 0.0
    at = 1 + int(powers.real[1 : last + 1].argmax())
    others = powers[(abs(numbers - at) > 1) & (numbers > 0) & (numbers <= 2 * last)]
    most = others.size * ((last / BY_CHANCE) ** (1 / max(others.size, 1)) - 1)
    if not others.size or powers.real[at] <= most * float(np.median(np.abs(others))) * MEDIAN:
        return 0.0
    return float(powers.real[abs(numbers - at) <= 1].sum())


def _at_the_border(first: Array, second: Array) -> float:
    """Return what the outermost lines have more of than the others: a halo of what is beside.

    ``first`` and ``second`` (n,) are the means of lines in both halves. Lines that differ each for
    itself give an F of the numbers of both.
    """
    from scipy.special import fdtri  # noqa: PLC0415 -- 0.1 s to import

    squares, inner = first * second, np.s_[LAG:-LAG]
    outer = np.append(squares[:LAG], squares[-LAG:])
    usual = math.sqrt(float(np.mean(first[inner] ** 2) * np.mean(second[inner] ** 2)))
    more, rest = float(outer.mean()), squares[inner]
    if more <= usual * float(fdtri(outer.size, rest.size, 1 - BY_CHANCE)):
        return 0.0
    return (more - float(rest.mean())) * outer.size / squares.size


def _shared(first: Array, second: Array, lag: tuple[int, int], sure: float = SURE) -> float:
    """Return the mean product of two frames (h, w) so far apart, where it is surely above 0."""
    (height, width), (down, across) = first.shape, lag
    here = np.s_[: height - down, max(0, -across) : width - max(0, across)]
    there = np.s_[down:, max(0, across) : width - max(0, -across)]
    products = first[here] * second[there]
    # as far as it is noise: products of independent values scatter by the product of their sigmas
    chance = float(first.std() * second.std()) / math.sqrt(products.size)
    found = float(products.mean())
    return found if found > sure * chance else 0.0


def with_coarse(noise: Noise, found: Coarse, frames: int = 1) -> Noise:
    """Put what is coarser than noise into the doubt of each part that may hold it.

    The mean of so many ``frames`` keeps its part of what moves.
    """
    if not found.whole:
        return noise
    parts = {"total": found.whole, "weighted": found.whole}
    parts |= {"temporal": found.moving, "fixed": found.still + found.moving / frames}
    parts |= {"pixel": found.pixels, "row": found.rows, "column": found.columns}
    off = {name: LOST * share for name, share in parts.items()}
    return replace(noise.off_by(off), coarse=found.whole)
