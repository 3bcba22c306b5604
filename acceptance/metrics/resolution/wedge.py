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
from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics.resolution import wedge_lines
from acceptance.metrics.resolution.printed_wedge import Wedge, phase
from acceptance.metrics.resolution.wedge_lines import LEAST, NYQUIST, SMOOTH, SPAN, LineGroups

Array = NDArray[np.float64]

CRITERION = 0.1
ALIAS = 0.05  # modulation that false bars must have to be called aliasing


@dataclass(frozen=True, kw_only=True)
class WedgeResult:
    """A wedge read line by line, coarse to fine, n lines.

    ``frequencies`` (n,) cycle/px, ``modulation`` (n,) smoothed, 1 = fully resolved, ``counts`` (n,)
    bars seen. ``reading``: cycle/px, ``u`` its standard error from the scatter of the lines.
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


def wedge_reading(
    luma: Array, along: Array, across: Array, wedge: Wedge, step: float
) -> WedgeResult:
    """Read where a resolution wedge ends.

    Parameters
    ----------
    luma
        Picture (rows, columns) in any unit.
    along, across
        Place (rows, columns) of every pixel on the wedge, in mm from its first end and from its
        axis.
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

    Notes
    -----
    The reading rule is that of the module's description; the fundamental of a square wave after
    Coltman, J. Opt. Soc. Am. 44(6), 1954.
    """
    if not step > 0:
        raise GapError("wedge_not_resolved")
    line, count = wedge_lines.numbered(along, wedge)
    turns = across * wedge.frequency(along)
    inside = (np.abs(turns) <= wedge.periods / 2) & (line >= 0)
    frequency = wedge_lines.frequencies(turns, inside, line, count)
    line, periods = line[inside], wedge.periods
    usable = wedge_lines.usable(line, frequency, wedge)
    together = wedge_lines.grouped(frequency[usable])
    if together.centre.size < 2 * SMOOTH:
        height, width = luma.shape
        raise GapError("region_too_small", width=width, height=height)
    values, angle = luma[inside], phase(wedge, along, across)[inside]
    normal, right = wedge_lines.equations(values, angle, line, count, usable)
    modulation, error = wedge_lines.modulations(normal, right, together)
    full = step * 2 / math.pi
    power = wedge_lines.powers(values, turns[inside] / periods, line, periods, count)[usable]
    middle = frequency[usable][together.centre]
    counts, false = wedge_lines.counted(together.sums(power), middle, periods)
    wrong = (counts != wedge.bars) & (np.sqrt(4 * false / (2 * together.half + 1)) > ALIAS * full)
    result = _read(middle, modulation / full, error / full, counts, wedge.bars, together)
    return replace(result, aliasing=float(middle[wrong][0]) if wrong.any() else None)


def _read(
    frequencies: Array,
    modulation: Array,
    error: Array,
    counts: NDArray[np.intp],
    bars: int,
    together: LineGroups,
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
    """Return the crossing of ``level`` near line ``i``, cycle/px.

    It is that of a parabola through the lines around it, else between the two lines themselves.
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
    """Return the lines around line ``i`` of similar frequency, at most twice those of a group."""
    reach = np.flatnonzero(np.abs(frequencies / frequencies[i] - 1) <= 2 * SPAN)
    most = 2 * SMOOTH + 1
    return slice(max(int(reach[0]), i - most), min(int(reach[-1]), i + most) + 1)


def _standard_error(frequencies: Array, modulation: Array, error: Array, at: int) -> float:
    """Return the error of the modulation around line ``at`` over the modulation's slope there.

    The parabola of ``_between`` has 0.96 of the error of what it goes through (by its weights).
    """
    near = _near(frequencies, at)
    slope = (
        abs(float(np.polyfit(frequencies[near], modulation[near], 1)[0]))
        if frequencies[near].size > 1
        else 0.0
    )
    return 0.96 * float(np.sqrt(np.mean(error[near] ** 2))) / max(slope, 1e-9)
