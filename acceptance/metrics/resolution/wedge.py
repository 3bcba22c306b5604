"""Resolution wedge: what is left of its bars, line by line, and where it ends.

The chart's geometry gives the phase of the bars at every pixel, so that perspective and any
frequency law along the wedge are in it. Offset, cosine and sine of that phase are fitted by least
squares between the middles of the outermost bars (a whole number of periods), up to 15 neighbouring
lines together (fewer where the frequency rises fast, as in the reciprocal wedge of EIA charts); the
amplitude over that of a square wave's fundamental (step / 2 x 4 / pi; Coltman, J. Opt. Soc. Am.
44(6), 1954) is the modulation. Bars are counted by the strongest spatial frequency across the
wedge, which betrays an aliased line. Reading rule: the wedge is resolved up to the first line where
the modulation falls to the criterion or the number of bars is wrong, and never beyond half a cycle
per pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from acceptance.errors import GapError

Array = NDArray[np.float64]

CRITERION = 0.1
SMOOTH = 7  # lines fitted together on each side of one, at most
LEAST = 2
SPAN = 0.12  # by which the frequency may differ among them
ALIAS = 0.05  # modulation that false bars must have to be called aliasing
MARGIN = 3
NYQUIST = 0.5


@dataclass(frozen=True, kw_only=True)
class Wedge:
    """What is printed: number of dark ``bars``, cycles/mm at both ends of ``length`` mm, and the law between them.

    ``form`` "hyperbolic": frequency linear along the wedge; "linear" (EIA): bar spacing linear, the
    bars are straight.
    """

    bars: int
    start: float
    end: float
    length: float
    form: str = "hyperbolic"

    @property
    def periods(self) -> int:
        """Whole periods that are fitted."""
        return self.bars - 1

    def frequency(self, along: Array) -> Array:
        """Cycles/mm at ``along`` mm from the wedge's first end, any shape."""
        share = np.clip(along / self.length, 0, 1)
        if self.form == "hyperbolic":
            return np.asarray(self.start + (self.end - self.start) * share)
        return np.asarray(1 / (1 / self.start + (1 / self.end - 1 / self.start) * share))


@dataclass(frozen=True, kw_only=True)
class WedgeResult:
    """A wedge read line by line, coarse to fine, n lines.

    ``frequencies`` (n,) cycle/px, ``modulation`` (n,) smoothed, 1 = fully resolved, ``counts`` (n,)
    bars. ``reading``: cycle/px, ``u`` its standard error from the scatter of the lines.
    ``limited_by``: "criterion", "bar_count", "sampling_limit" or "wedge_end" (resolved throughout:
    the reading is a lower bound). ``half``: cycle/px where the modulation falls to 50 %, None where
    it does not. ``aliasing``: cycle/px from where false bars, fewer than printed, show in more than
    noise, or None.
    """

    frequencies: Array
    modulation: Array
    counts: NDArray[np.intp]
    reading: float
    u: float
    degrees_of_freedom: int
    limited_by: str
    half: float | None
    aliasing: float | None
    bars: int


@dataclass(frozen=True, kw_only=True)
class _Together:
    """Which lines are fitted together.

    ``centre`` (n,) the line in the middle, ``half`` (n,) how many on each side.
    """

    centre: NDArray[np.intp]
    half: NDArray[np.intp]

    def sums(self, values: Array) -> Array:
        """Sum ``values`` (lines, ...) over each group of lines."""
        total = np.cumsum(np.concatenate([np.zeros_like(values[:1]), values]), axis=0)
        return np.asarray(total[self.centre + self.half + 1] - total[self.centre - self.half])


def phase(wedge: Wedge, along: Array, across: Array) -> Array:
    """Phase in radians of the bars ``along`` mm down the wedge and ``across`` mm off its axis.

    0 in a dark bar.
    """
    middle = 0.0 if wedge.bars % 2 else math.pi
    return np.asarray(2 * np.pi * wedge.frequency(along) * across + middle)


def wedge_reading(
    luma: Array, along: Array, across: Array, wedge: Wedge, step: float
) -> WedgeResult:
    """Read a wedge in ``luma`` (rows, columns), any unit.

    ``along``, ``across`` (same shape) are mm of every pixel.
    ``step`` is the difference between light and dark where the picture resolves fully, in the unit
    of ``luma``. Raises GapError ``wedge_not_resolved`` when the first lines are not resolved,
    ``region_too_small`` when too few are seen.
    """
    if not step > 0:
        raise GapError("wedge_not_resolved")
    line, count = _lines(along, wedge)
    turns = across * wedge.frequency(along)
    inside = (np.abs(turns) <= wedge.periods / 2) & (line >= 0)
    frequency = _frequencies(turns, inside, line, count)
    usable = _usable(line[inside], frequency, wedge)
    together = _together(frequency[usable])
    if together.centre.size < 2 * SMOOTH:
        height, width = luma.shape
        raise GapError("region_too_small", width=width, height=height)
    values, angle = luma[inside], phase(wedge, along, across)[inside]
    modulation, error = _modulation(
        *_equations(values, angle, line[inside], frequency.size, usable), together
    )
    full = step * 2 / math.pi
    power = _powers(
        values, turns[inside] / wedge.periods, line[inside], wedge.periods, frequency.size
    )[usable]
    middle = frequency[usable][together.centre]
    counts, false = _counted(together.sums(power), middle, wedge.periods)
    wrong = (counts != wedge.bars) & (np.sqrt(4 * false / (2 * together.half + 1)) > ALIAS * full)
    result = _read(middle, modulation / full, error / full, counts, wedge.bars, together)
    return replace(result, aliasing=float(middle[wrong][0]) if wrong.any() else None)


def _together(frequency: Array) -> _Together:
    """Group neighbouring lines around each whose frequency differs by no more than ``SPAN``."""
    rise = (
        np.abs(np.gradient(np.log(np.maximum(frequency, 1e-9))))
        if frequency.size > 1
        else np.ones(1)
    )
    half = np.clip(np.floor(SPAN / np.maximum(rise, 1e-9)), LEAST, SMOOTH).astype(np.intp)
    line = np.arange(frequency.size)
    whole = (line - half >= 0) & (line + half < frequency.size)
    return _Together(centre=line[whole], half=half[whole])


def _counted(power: Array, frequency: Array, periods: int) -> tuple[NDArray[np.intp], Array]:
    """Return the number of bars seen, from the strongest of 2 to periods + 2 cycles, and its power.

    Beyond half a cycle per pixel nothing can be told from its alias below, which is what the
    picture shows.
    """
    shown = np.arange(2, periods + 3) / periods * frequency[:, None] <= NYQUIST
    seen = np.where(shown, power, -1.0)
    return np.argmax(seen, axis=1) + 3, np.maximum(seen.max(axis=1), 0.0)


def _lines(along: Array, wedge: Wedge) -> tuple[NDArray[np.intp], int]:
    """Line number of every pixel, lines one pixel apart, -1 outside the wedge.

    And how many lines there are.
    """
    count = max(1, math.floor(wedge.length / float(np.median(np.hypot(*np.gradient(along))))))
    line = np.floor(along / wedge.length * count).astype(np.intp)
    line[(along < 0) | (along >= wedge.length)] = -1
    return line, count


def _frequencies(
    turns: Array, inside: NDArray[np.bool_], line: NDArray[np.intp], count: int
) -> Array:
    """Root mean square frequency of each line in cycle/px, normal to the bars.

    The outer ones of a wedge are aslant.
    """
    down, right = np.gradient(turns)
    steepness = np.asarray(down**2 + right**2)
    square = np.bincount(line[inside], steepness[inside], count)
    seen = np.maximum(np.bincount(line[inside], minlength=count), 1)
    return np.asarray(np.sqrt(square / seen))


def _equations(
    values: Array, angle: Array, line: NDArray[np.intp], count: int, usable: NDArray[np.intp]
) -> tuple[Array, Array]:
    """Return normal equations (lines, 3, 3) and right sides (lines, 3) of offset, cosine, sine.

    Lines weigh alike.
    """
    columns = (np.ones_like(angle), np.cos(angle), np.sin(angle))
    normal, right = np.empty((count, 3, 3)), np.empty((count, 3))
    for i, one in enumerate(columns):
        right[:, i] = np.bincount(line, one * values, count)
        for j, other in enumerate(columns):
            normal[:, i, j] = np.bincount(line, one * other, count)
    weight = 1 / np.maximum(np.bincount(line, minlength=count), 1)[usable]
    return normal[usable] * weight[:, None, None], right[usable] * weight[:, None]


def _modulation(normal: Array, right: Array, together: _Together) -> tuple[Array, Array]:
    """Amplitude of the bars and its standard error, for every group of lines fitted together.

    The error is the sandwich estimator, clustered by line: what each line alone would have changed,
    less the trend along the wedge.
    """
    inverse = np.linalg.inv(together.sums(normal) + 1e-9 * np.eye(3))
    fitted = np.einsum("lij,lj->li", inverse, together.sums(right))
    amplitude = np.hypot(fitted[:, 1], fitted[:, 2])
    gradient = np.pad(fitted[:, 1:] / np.maximum(amplitude, 1e-12)[:, None], ((0, 0), (1, 0)))
    influence = np.einsum("li,lij->lj", gradient, inverse)
    away = np.arange(-SMOOTH, SMOOTH + 1)
    member = np.abs(away) <= together.half[:, None]
    lines = np.where(member, together.centre[:, None] + away, together.centre[:, None])
    surplus = right[lines] - np.einsum("lkij,lj->lki", normal[lines], fitted)
    changes = np.einsum("li,lki->lk", influence, surplus) * member
    count = member.sum(axis=1)
    slope = changes @ away / (away**2 * member).sum(axis=1)
    scatter = (
        (changes - (changes.sum(axis=1) / count)[:, None] - slope[:, None] * away) * member
    ) ** 2
    return _straightened(amplitude, together), np.sqrt(
        scatter.sum(axis=1) * count / np.maximum(count - 3, 1)
    )


def _straightened(smooth: Array, together: _Together) -> Array:
    """Take out what a mean over n lines adds to a curved line.

    (n^2 - 1) / 24 of its second difference.
    The noise that this adds, the parabola of ``_between`` takes off again.
    """
    half, place = together.half, np.arange(smooth.size)
    below, above = np.maximum(place - half, 0), np.minimum(place + half, smooth.size - 1)
    curvature = (smooth[above] - 2 * smooth + smooth[below]) / half**2
    curvature[(place - half < 0) | (place + half >= smooth.size)] = 0
    return np.asarray(smooth - ((2 * half + 1) ** 2 - 1) / 24 * curvature)


def _powers(values: Array, turn: Array, line: NDArray[np.intp], periods: int, count: int) -> Array:
    """Power (lines, cycles), a quarter of the squared amplitude, of 2 to periods + 2 cycles across what is fitted."""
    seen = np.maximum(np.bincount(line, minlength=count), 1)
    flat = values - (np.bincount(line, values, count) / seen)[line]
    powers = []
    for cycles in range(2, periods + 3):
        real = np.bincount(line, flat * np.cos(2 * np.pi * cycles * turn), count)
        imaginary = np.bincount(line, flat * np.sin(2 * np.pi * cycles * turn), count)
        powers.append((real**2 + imaginary**2) / seen**2)
    return np.array(powers).T


def _usable(line: NDArray[np.intp], frequency: Array, wedge: Wedge) -> NDArray[np.intp]:
    """Lines seen across nearly their whole width, coarse to fine, without those that the wedge's ends blur into."""
    seen = np.bincount(line, minlength=frequency.size)
    expected = wedge.periods / np.maximum(frequency, 1e-9)
    full = np.flatnonzero(seen > 0.75 * expected)
    full = full[(full >= MARGIN) & (full < frequency.size - MARGIN)]
    return full if frequency[full[:1]].sum() <= frequency[full[-1:]].sum() else full[::-1]


def _read(
    frequencies: Array,
    modulation: Array,
    error: Array,
    counts: NDArray[np.intp],
    bars: int,
    together: _Together,
) -> WedgeResult:
    """Apply the reading rule to the smoothed lines."""
    low, wrong = np.flatnonzero(modulation < CRITERION), np.flatnonzero(counts != bars)
    if 0 in low or 0 in wrong:
        raise GapError("wedge_not_resolved")
    ends = {"wedge_end": float(frequencies[-1]), "sampling_limit": NYQUIST}
    if wrong.size:
        ends["bar_count"] = float(frequencies[wrong[0]])
    if low.size:
        ends["criterion"] = _between(frequencies, modulation, int(low[0]))
    limited_by = min(ends, key=lambda name: ends[name])
    at = min(int(np.searchsorted(frequencies, ends[limited_by])), frequencies.size - 1)
    return WedgeResult(
        frequencies=frequencies,
        modulation=modulation,
        counts=counts,
        reading=ends[limited_by],
        u=_standard_error(frequencies, modulation, error, at),
        degrees_of_freedom=frequencies[_near(frequencies, at)].size
        + 2 * int(together.half[at])
        - 4,
        limited_by=limited_by,
        half=_crossing(frequencies, modulation, 0.5),
        aliasing=None,
        bars=bars,
    )


def _crossing(frequencies: Array, modulation: Array, level: float) -> float | None:
    low = np.flatnonzero(modulation < level)
    return _between(frequencies, modulation, int(low[0]), level) if low.size and low[0] else None


def _between(frequencies: Array, modulation: Array, i: int, level: float = CRITERION) -> float:
    """Crossing near line ``i``.

    Of a parabola through the lines around it, else between the two lines themselves.
    """
    share = (modulation[i - 1] - level) / (modulation[i - 1] - modulation[i])
    plain = float(frequencies[i - 1] + share * (frequencies[i] - frequencies[i - 1]))
    near = _near(frequencies, i)
    if frequencies[near].size < 2 * LEAST + 2:
        return plain
    parabola = Polynomial.fit(frequencies[near], modulation[near] - level, 2)
    roots = np.real(parabola.roots()[np.isreal(parabola.roots())])
    inside = roots[(roots > frequencies[near][0]) & (roots < frequencies[near][-1])]
    return float(inside[np.argmin(np.abs(inside - plain))]) if inside.size else plain


def _near(frequencies: Array, i: int) -> slice:
    """Lines around line ``i``.

    Twice as many as were fitted together, as far as their frequency is similar.
    """
    reach = np.flatnonzero(np.abs(frequencies / frequencies[i] - 1) <= 2 * SPAN)
    most = 2 * SMOOTH + 1
    return slice(max(int(reach[0]), i - most), min(int(reach[-1]), i + most) + 1)


def _standard_error(frequencies: Array, modulation: Array, error: Array, at: int) -> float:
    """Error of the modulation around line ``at`` over the modulation's slope there.

    The parabola of ``_between`` has 0.96 of the error of what it goes through (by its weights).
    """
    near = _near(frequencies, at)
    slope = (
        abs(float(np.polyfit(frequencies[near], modulation[near], 1)[0]))
        if frequencies[near].size > 1
        else 0.0
    )
    return 0.96 * float(np.sqrt(np.mean(error[near] ** 2))) / max(slope, 1e-9)
