"""Enlargement (digital zoom) seen in the wedges, also where a coder has taken the noise.

Bars of f cycle/px that a camera samples r times a pixel leave an image at r - f when the samples
are interpolated, with the phase of the samples' lattice less that of the bars. Both phases are
known at every pixel, so the image adds up over the whole wedge, and nothing else does: noise,
coding and harmonics come out of step. A kernel of many pixels (Lanczos) takes images of bars that
the samples carry; of finer ones the image is what it keeps, since it is the coarser, and the bars
are what it takes. Where no image is seen, the camera's own samples carry more than its optics do,
and they do not limit any reading.

Rows that were made of those above and below, by whatever rule, are known the same way: bars finer
than the rows that are left can carry come out as their image, and the bars themselves are the
weaker of the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics.resolution.printed_wedge import phase, places_on, printed_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.scene.views import View

    Array = NDArray[np.float64]
    Waves = NDArray[np.complex128]

RATES = np.linspace(0.4, 0.9, 101)  # samples a pixel
BAND = 0.7, 1.0  # of half the rate: bars that have a strong image
APART = 0.05  # of the rate, over which bars must spread: those at half the rate are their own image
FEWEST, ENOUGH = 200, 4000  # pixels; of more, every second or further line
SEEN = 7.5  # standard errors; 6.2 at most in the first 50 films that were not enlarged
STRONG = 0.2  # of the bars
# bars that are finer than samples of half the pixels carry, over half that rate; their image is the
# stronger of the two by whatever rule the others were made, since it is the coarser
FINER, STRONGER = (1.15, 1.85), 1.0
HALF, NEAR_HALF = 0.5, 0.015  # samples a pixel
FEWER = RATES[::2]
# nearer to half the rate of a zoom, where optics leave more of the bars
JUST_FINER = 1.05, 1.7
# what a coder leaves of bars looks like images at many rates: steps of rate that are one, and times
# what nine in ten others show (162 coded films: 1.8 at most where none was enlarged)
BESIDE, OTHERS, OUTSTANDING = 8, 0.9, 2.2


@dataclass(frozen=True, kw_only=True)
class _Bars:
    """Pixels (p,) of a wedge, by rising frequency in cycle/px.

    ``wave`` is that of the bars, ``place`` across them in px: rows down (``axis`` 0) or columns.
    """

    codes: Array
    wave: Waves
    frequency: Array
    place: Array
    axis: int = 1


def factor(wedges: Sequence[View]) -> float:
    """Return by which factor the picture of these wedges was enlarged; 1 where none is seen.

    From 1.12 to 2.5 are seen. All wedges must show the same.
    """
    every = [_bars(view) for view in _known(wedges)]
    if not every:
        return 1.0
    for band, least in ((BAND, STRONG), (JUST_FINER, STRONGER)):
        images = np.array([_images(bars, band) for bars in every])
        sure = np.sqrt(np.sum(images[:, 1] ** 2, axis=0))
        best = _surest(images[:, 0].min(axis=0), sure, least)
        if best is not None and not any(_carried(bars, best) for bars in every):
            return 1 / _top(sure, best)
    return 1.0


def halves(wedges: Sequence[View]) -> tuple[float, float]:
    """Return the samples a pixel down and across: 0.5 where every second one is made of others.

    Frames are taken by turns: where even and odd rows are made in turn, all together show nothing.
    """
    found = [1.0, 1.0]
    for view in _known(wedges):
        turns = slice(None, None, 2), slice(1, None, 2)
        for bars in (_bars(view, turn) for turn in turns[: len(view.luma) if view.stable else 1]):
            if _is_half(bars):
                found[bars.axis] = HALF
    down, across = found
    return down, across


def _known(wedges: Sequence[View]) -> list[View]:
    """Return the wedges whose pattern is known."""
    return [view for view in wedges if view.place and "from" in view.region.printed]


def _is_half(bars: _Bars) -> bool:
    """Whether bars too fine for half the pixels are weaker than their image by such samples."""
    strength, sure = _images(bars, FINER, FEWER)
    best = _surest(strength, sure, STRONGER)
    return best is not None and abs(float(FEWER[best]) - HALF) <= NEAR_HALF


def _carried(bars: _Bars, number: int) -> bool:
    """Whether bars too fine for samples of a rate are there, and stronger than their image.

    A picture made smaller by a short kernel shows images at rates that its pixels exceed.
    """
    strength, sure = _images(bars, JUST_FINER)[:, number].tolist()
    return bool(strength < STRONGER and sure > SEEN * strength)


def _surest(strength: Array, sure: Array, least: float) -> int | None:
    """Return the number of the rate whose image is seen, of ``least`` strength; None: of none."""
    surest = np.where(strength >= least, sure, 0.0)
    best = int(np.argmax(surest))
    return best if surest[best] >= SEEN and _stands_out(sure, best) else None


def _stands_out(sure: Array, best: int) -> bool:
    """Whether a rate is surer than those beside it, and far surer than most others."""
    beside = np.abs(np.arange(sure.size) - best) <= BESIDE
    others = sure[~beside & (sure > 0)]
    least = OUTSTANDING * float(np.quantile(others, OTHERS)) if others.size else 0.0
    return bool(sure[best] >= max(least, float(sure[beside].max())))


def _bars(view: View, turn: slice = slice(None)) -> _Bars:
    """Return the pixels between a view's outermost bars, of frames ``turn`` together.

    Of a view that moves, of the first one.
    """
    wedge = printed_in(view)
    angle = phase(wedge, *places_on(view))
    axis = _across(angle)
    most = np.pi * (wedge.bars - 1)
    lines = slice(None, None, max(1, np.count_nonzero(np.abs(angle) < most) // ENOUGH))
    part = (lines, slice(None)) if axis else (slice(None), lines)
    angle = angle[part]
    inside = np.abs(angle) < most
    frames = view.luma[(turn if view.stable else slice(1), *part)]
    frequency = np.abs(np.gradient(angle, axis=axis)[inside]) / (2 * np.pi)
    rising = np.argsort(frequency, kind="stable")
    return _Bars(
        codes=frames[:, inside].mean(axis=0)[rising],
        wave=np.exp(1j * angle[inside][rising]),
        frequency=frequency[rising],
        place=np.nonzero(inside)[axis][rising].astype(np.float64),
        axis=axis,
    )


def _across(angle: Array) -> int:
    """Return the axis along which the phase changes more, as every eighth line shows."""
    down, right = np.diff(angle[:, ::8], axis=0), np.diff(angle[::8], axis=1)
    return int(np.abs(right).mean() > np.abs(down).mean())


def _images(bars: _Bars, band: tuple[float, float] = BAND, rates: Array = RATES) -> Array:
    """Return the image's amplitude over the bars' and over its error (2, rates); 0: none seen.

    It is of bars in a ``band`` about half of each rate; rates are evenly spaced.
    """
    found = np.zeros((2, rates.size))
    if not bars.codes.size:
        return found
    starts, ends = np.searchsorted(bars.frequency, np.multiply.outer(band, rates / 2)).tolist()
    codes = bars.codes - bars.codes.mean()
    own = np.stack([np.ones(codes.size), bars.wave.real, bars.wave.imag, codes])
    products = np.cumsum(np.pad(own[:, None] * own, ((0, 0), (0, 0), (1, 0))), axis=2)
    image = np.exp(2j * np.pi * rates[0] * bars.place) * bars.wave.conj()
    step = np.exp(2j * np.pi * (rates[1] - rates[0]) * bars.place)
    seen_at, sums = [], []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        seen = slice(start, end)
        if end - start >= FEWEST and _spread(bars.frequency[seen]) > APART * rates[number]:
            seen_at.append(number)
            sums.append(
                _sums(products[:, :, end] - products[:, :, start], own[:, seen], image[seen])
            )
        image[start:] *= step[start:]  # those below are in no later band
    if seen_at:
        found[:, seen_at] = _amplitudes(np.array(sums))
    return found


def _spread(rising: Array) -> float:
    return float(rising[-1] - rising[0])


def _sums(of_own: Array, own: Array, image: Waves) -> Array:
    """Return the sums (6, 6) of products of the bars' own values, and of an image (p,).

    ``own`` (4, p) are an offset, cosine and sine of the bars, and the codes, ``of_own`` (4, 4)
    the sums of their products.
    """
    sums = np.empty((6, 6))
    sums[:4, :4] = of_own
    sums[:4, 4:] = own @ image.view(np.float64).reshape(-1, 2)
    sums[4:, :4] = sums[:4, 4:].T
    twice = np.dot(image, image) / 2  # its amplitude is 1
    sums[4:, 4:] = ((twice.real, twice.imag), (twice.imag, -twice.real))
    sums[4:, 4:] += image.size / 2 * np.eye(2)
    return sums


def _amplitudes(sums: Array) -> Array:
    """Return the amplitudes of images over the bars' own, and over their errors (2, n).

    ``sums`` (n, 6, 6) are as ``_sums`` has them. The codes are fitted by least squares.
    """
    terms = np.array([0, 1, 2, 4, 5])
    right = sums[:, terms, 3]
    fitted = np.linalg.solve(sums[:, terms[:, None], terms], right[..., None])[..., 0]
    left = np.maximum(sums[:, 3, 3] - np.sum(fitted * right, axis=1), 0.0)
    bars, seen = np.hypot(*fitted[:, 1:3].T), np.hypot(*fitted[:, 3:].T)
    error = np.sqrt(2 * left) / sums[:, 0, 0]
    return np.asarray(seen / np.maximum([bars, error], 1e-9))


def _top(values: Array, at: int) -> float:
    """Return the rate at the top of the parabola through a maximum and its neighbours."""
    if not 0 < at < values.size - 1:
        return float(RATES[at])
    before, top, after = values[at - 1 : at + 2].tolist()
    off = 0.5 * (before - after) / min(before - 2 * top + after, -1e-9)
    return float(RATES[at] + off * (RATES[1] - RATES[0]))
