"""Resolution wedge: modulation of its bars line by line, and where they end.

The chart's geometry gives the phase of the bars at every pixel, so that perspective and any
frequency law along the wedge are in it. Offset, cosine and sine of that phase are fitted by least
squares between the middles of the outermost bars (a whole number of periods), up to 15 neighbouring
lines together (fewer where the frequency rises fast, as in the reciprocal wedge of EIA charts); the
amplitude over that of a square wave's fundamental (step / 2 x 4 / pi; Coltman, J. Opt. Soc. Am.
44(6), 1954) is the modulation. Bars are counted by the strongest spatial frequency across the
wedge, which reveals an aliased line. Reading rule: the wedge is resolved up to the first line where
the modulation falls to the criterion or the number of bars is wrong, and never beyond half a cycle
per pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.messages import tr
from acceptance.metrics.resolution import wedge_lines
from acceptance.metrics.resolution.wedge_lines import (
    LEAST,
    NYQUIST,
    SMOOTH,
    SPAN,
    LineGroups,
    PixelLines,
    slope_of,
)

if TYPE_CHECKING:
    from acceptance.metrics.resolution.printed_wedge import Wedge

Array = NDArray[np.float64]

CRITERION = 0.1
FLAT = 1e-9  # a curvature of rounding alone would spoil the root of a straight line
ALIAS = 0.05  # modulation that false bars must have to be called aliasing


@dataclass(frozen=True, kw_only=True)
class WedgeResult:
    """A wedge read line by line, coarse to fine, n lines.

    ``frequencies`` (n,) are in cycle/px, ``modulation`` (n,) is smoothed, 1 = fully resolved, and
    ``counts`` (n,) are the bars seen. ``reading``: cycle/px, ``u`` its standard error from the
    scatter of the lines. ``limited_by``: "criterion", "bar_count", "sampling_limit" or "wedge_end"
    (resolved throughout: the reading is a lower bound). ``half``: cycle/px where the modulation
    falls to 50 %, None where it does not. ``aliasing``: cycle/px from where false bars, fewer than
    printed, show in more than noise, or None.
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
class WedgePixels:
    """The p pixels between the middles of a wedge's outermost bars, line after line.

    ``place`` (p,) is where they are in a picture of this ``shape``; ``lines`` are their lines and
    ``turns`` (p,) the place across each in periods. ``frequency`` of every line in cycle/px;
    ``usable`` lines, coarse to fine.
    """

    shape: tuple[int, ...]
    place: NDArray[np.intp]
    lines: PixelLines
    turns: Array
    frequency: Array
    usable: NDArray[np.intp]

    @classmethod
    def of(cls, wedge: Wedge, along: Array, across: Array) -> WedgePixels:
        """Sort pixels at places (h, w) along and across the wedge, in mm, into its lines."""
        line, count = wedge_lines.numbered(along, wedge)
        turns = across * wedge.frequency(along)
        place = np.flatnonzero((np.abs(turns) <= wedge.periods / 2) & (line >= 0))
        number = line.ravel()[place]
        few = number.astype(np.min_scalar_type(count))  # 16 bits are sorted by their digits
        order = np.argsort(few, kind="stable")
        place, lines = place[order], PixelLines(line=number[order], count=count)
        frequency = wedge_lines.frequencies(turns, place, lines)
        return cls(
            shape=along.shape,
            place=place,
            lines=lines,
            turns=turns.ravel()[place],
            frequency=frequency,
            usable=wedge_lines.usable(lines, frequency, wedge),
        )

    def values(self, picture: Array) -> Array:
        """Return the values (p,) of the pixels in a picture (h, w)."""
        return picture.ravel()[self.place]

    @cached_property
    def waves(self) -> Array:
        """Cosine and sine (2, p) of the bars' phase, of an even number half a turn off."""
        return _waves(self.turns)

    @cached_property
    def normal(self) -> Array:
        """Normal equations (lines, 3, 3) of offset, cosine, sine, of the usable lines."""
        found = wedge_lines.normal(self.waves, self.lines)
        return found[self.usable] * self._weight[:, None, None]

    def right(self, values: Array) -> Array:
        """Return their right sides (lines, 3) for ``values`` (p,)."""
        found = wedge_lines.right(values, self.waves, self.lines)
        return found[self.usable] * self._weight[:, None]

    @property
    def _weight(self) -> Array:
        """Weight of each usable line: all weigh the same, however many pixels they have."""
        return np.asarray(1 / np.maximum(self.lines.seen, 1)[self.usable])

    def together(self) -> LineGroups:
        """Group the usable lines. Raises GapError ``region_too_small``."""
        together = wedge_lines.grouped(self.frequency[self.usable])
        if together.centre.size < 2 * SMOOTH:
            height, width = self.shape
            raise GapError("region_too_small", width=width, height=height)
        return together

    def powers(self, values: Array, periods: int) -> Array:
        """Return the power of each number of cycles in the ``values`` (p,) of each usable line."""
        across = _waves(self.turns / periods)
        return wedge_lines.powers(values, across, self.lines, periods)[self.usable]


def _waves(turns: Array) -> Array:
    """Return cosine and sine (2, p)."""
    angle = 2 * np.pi * turns
    return np.stack([np.cos(angle), np.sin(angle)])


@dataclass(frozen=True, kw_only=True)
class _SmoothedLines:
    """Lines fitted together with their neighbours, coarse to fine, n of them.

    ``frequencies`` (n,) are in cycle/px; ``modulation`` (n,), 1 where fully resolved, has the
    standard ``error`` (n,); ``counts`` (n,) are the bars seen, ``half`` (n,) says how many lines on
    each side were fitted.
    """

    frequencies: Array
    modulation: Array
    error: Array
    counts: NDArray[np.intp]
    half: NDArray[np.intp]


def wedge_reading(
    luma: Array, along: Array, across: Array, wedge: Wedge, step: float
) -> WedgeResult:
    """Read where a resolution wedge ends.

    Parameters
    ----------
    luma
        Picture (rows, columns) in any unit, finite.
    along, across
        Place (rows, columns) of every pixel on the wedge, in mm from its first end (0 to its
        length inside) and from its axis; pixels outside the wedge are left out.
    wedge
        What is printed.
    step
        Light less dark where the picture resolves fully, above 0, in the unit of ``luma``.

    Returns
    -------
    WedgeResult
        The reading in cycle/px, at most 0.5.

    Raises
    ------
    GapError
        ``wedge_not_resolved`` when the first lines are not resolved, ``region_too_small`` when too
        few are seen.
    ValueError
        When the three arrays are not finite 2-D arrays of one shape.

    Notes
    -----
    The reading rule is that of the module's description; the fundamental of a square wave after
    Coltman, J. Opt. Soc. Am. 44(6), 1954.
    """
    _check(luma, along, across)
    if not step > 0:  # before places are sorted into lines: they may have no direction
        raise GapError("wedge_not_resolved")
    pixels = WedgePixels.of(wedge, along, across)
    return read(pixels.values(luma), pixels, wedge, step)


def read(values: Array, pixels: WedgePixels, wedge: Wedge, step: float) -> WedgeResult:
    """Read a wedge as ``wedge_reading`` does, from the ``values`` (p,) of its sorted pixels."""
    if not step > 0:
        raise GapError("wedge_not_resolved")
    full = step * 2 / math.pi
    lines, amplitude = _smoothed(pixels, values, wedge, full)
    wrong = (lines.counts != wedge.bars) & (amplitude > ALIAS * full)
    aliasing = float(lines.frequencies[wrong][0]) if wrong.any() else None
    return _read(lines, wedge.bars, aliasing)


def _check(luma: Array, along: Array, across: Array) -> None:
    shapes = luma.shape, along.shape, across.shape
    finite = all(np.isfinite(values).all() for values in (luma, along, across))
    if luma.ndim != 2 or len(set(shapes)) > 1 or not finite:
        what = tr("a wedge needs three finite 2-D arrays of one shape, not {shapes}", shapes=shapes)
        raise ValueError(what)


def _smoothed(
    pixels: WedgePixels, values: Array, wedge: Wedge, full: float
) -> tuple[_SmoothedLines, Array]:
    """Fit the lines to the picture, and return the amplitude of the bars counted in each as well.

    ``full`` is the amplitude of bars that are fully resolved.
    """
    together = pixels.together()
    modulation, error = wedge_lines.modulations(pixels.normal, pixels.right(values), together)
    middle = pixels.frequency[pixels.usable][together.centre]
    power = together.sums(pixels.powers(values, wedge.periods))
    counts, strongest = wedge_lines.counted(power, middle, wedge.periods)
    lines = _SmoothedLines(
        frequencies=middle,
        modulation=modulation / full,
        error=error / full,
        counts=counts,
        half=together.half,
    )
    return lines, np.sqrt(4 * strongest / (2 * together.half + 1))


def _read(lines: _SmoothedLines, bars: int, aliasing: float | None) -> WedgeResult:
    """Apply the reading rule to the smoothed lines."""
    ends = _ends(lines, bars)
    limited_by = min(ends, key=lambda name: ends[name])
    frequencies, modulation = lines.frequencies, lines.modulation
    at = min(int(np.searchsorted(frequencies, ends[limited_by])), frequencies.size - 1)
    fitted = frequencies[_near(frequencies, at)].size + 2 * int(lines.half[at])
    return WedgeResult(
        frequencies=frequencies,
        modulation=modulation,
        counts=lines.counts,
        reading=ends[limited_by],
        u=_standard_error(frequencies, modulation, lines.error, at),
        degrees_of_freedom=fitted - 4,
        limited_by=limited_by,
        half=_crossing(frequencies, modulation, 0.5),
        aliasing=aliasing,
        bars=bars,
    )


def _ends(lines: _SmoothedLines, bars: int) -> dict[str, float]:
    """Return the frequency in cycle/px at which each part of the reading rule ends the wedge."""
    frequencies, modulation = lines.frequencies, lines.modulation
    low, wrong = np.flatnonzero(modulation < CRITERION), np.flatnonzero(lines.counts != bars)
    if 0 in low or 0 in wrong:
        raise GapError("wedge_not_resolved")
    ends = {"wedge_end": float(frequencies[-1]), "sampling_limit": NYQUIST}
    if wrong.size:
        ends["bar_count"] = float(frequencies[wrong[0]])
    if low.size:
        ends["criterion"] = _between(frequencies, modulation, int(low[0]))
    return ends


def _crossing(frequencies: Array, modulation: Array, level: float) -> float | None:
    low = np.flatnonzero(modulation < level)
    return _between(frequencies, modulation, int(low[0]), level) if low.size and low[0] else None


def _between(frequencies: Array, modulation: Array, i: int, level: float = CRITERION) -> float:
    """Return the crossing of ``level`` near line ``i``, cycle/px.

    It is that of a parabola through the lines around it, else between the two lines themselves.
    """
    share = (modulation[i - 1] - level) / (modulation[i - 1] - modulation[i])
    plain = float(frequencies[i - 1] + share * (frequencies[i] - frequencies[i - 1]))
    near = _near(frequencies, i)
    if frequencies[near].size < 2 * LEAST + 2:
        return plain
    roots = _roots(frequencies[near], modulation[near] - level)
    inside = [at for at in roots if frequencies[near][0] < at < frequencies[near][-1]]
    return min(inside, key=lambda at: abs(at - plain), default=plain)


def _roots(x: Array, y: Array) -> list[float]:
    """Return where the parabola through points (n,), by least squares, is 0."""
    middle, half = float(x.max() + x.min()) / 2, float(np.ptp(x)) / 2
    way = (x - middle) / half
    terms = np.stack([np.ones_like(way), way, way**2], axis=1)
    c, b, a = np.linalg.lstsq(terms, y)[0].tolist()
    if abs(a) <= FLAT:
        ways = [-c / b] if abs(b) > FLAT else []
    elif (square := b * b - 4 * a * c) < 0:
        ways = []
    else:  # by the larger of the two sums, which loses no digits
        sum_of = -(b + math.copysign(math.sqrt(square), b)) / 2
        ways = [sum_of / a, c / sum_of] if sum_of else [0.0]
    return [middle + half * way for way in ways]


def _near(frequencies: Array, i: int) -> slice:
    """Return the lines around line ``i`` of similar frequency, at most twice those of a group."""
    reach = np.flatnonzero(np.abs(frequencies / frequencies[i] - 1) <= 2 * SPAN)
    most = 2 * SMOOTH + 1
    return slice(max(int(reach[0]), i - most), min(int(reach[-1]), i + most) + 1)


def _standard_error(frequencies: Array, modulation: Array, error: Array, at: int) -> float:
    """Return the error of the modulation around line ``at`` over the modulation's slope there.

    The parabola of ``_between`` has 0.96 of the error of what it goes through (by its weights).
    """
    near = _near(frequencies, at)
    slope = abs(slope_of(frequencies[near], modulation[near]))
    return 0.96 * float(np.sqrt(np.mean(error[near] ** 2))) / max(slope, 1e-9)
