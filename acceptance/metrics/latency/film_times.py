"""When the frames of a film were exposed: by their stamps, or by their even count.

Stamps come out of order, twice, or early and late while the sensor keeps an even pace; or the pace
itself is uneven and the stamps are right. The live clock tells which: frames that blend two of its
refreshes show their moment to a small share of the exposure. Containers without stamps (AVI) number
frames that are left as if none had been lost; there the clock alone tells where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock.line_prior import SCREEN_RATES
from acceptance.metrics._filmed_clock.readings import CLEAR
from acceptance.metrics._shared import stamps, timing
from acceptance.metrics.latency import frame_numbers, half_way_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.readings import Array, Readings

FEWEST = 12  # readings that must blend two refreshes
EVEN = 0.25  # of an interval, scatter of stamps up to which their pace is believed to be even
CLEARLY = 0.8  # times the scatter of the stamps from which an even count is believed
LOUD = 2.0  # times the stamps' scatter about a count, from which blends are too noisy to tell
SELDOM = 0.1  # share of the stamps, up to which those off an even count are of other frames
PLAIN, SPAN = 0.02, 8  # of an interval; frames
# of an interval, up to which no stamp leaves room for a lost frame; refreshes, and times, by which
# readings lie better on a line where frames were lost
ROOM, GAIN, BETTER = 0.5, 0.1, 0.9
# refreshes from frame to frame below which readings tell no single frame; the same two for these,
# where blends, which alone tell, are too few, or stand as no screen's do: a camera as fast as the
# screen, whose pictures are held, lies up to 0.055 better
SLOW, LITTLE, MUCH = 0.4, 0.07, 0.5
UNTOLD = 0.42  # refreshes off a line (rms) where frames were lost elsewhere than found
CHANGE, HELD = 0.25, 0.85  # refreshes from frame to frame; of the changes that a screen shows
# s: blends that scatter less about a line show that no frame is missing; a screen that is a little
# faster than the film skips a refresh now and then as well, and clear readings do not tell
EVENLY = 0.001
CONVERTED, NEARLY = 0.002, 0.1  # s, and of an interval, by which even stamps may be off
FAR_OFF = 1.0  # refreshes, from which plain stamps cannot be right
CONTRADICTED = 0.2  # refreshes beyond its reach by which a reading is of another time
ROUNDS = 4
FAR, LEAST = 4.0, 0.02  # times the usual, and refreshes, beyond which a reading is left out
WORST = 0.5  # refreshes that a single reading counts for at most


def exposed(times: Array, reference: Readings) -> tuple[Array, float]:
    """Return the middles of the exposures of frames (n,) in s, and how they scatter (rms, s).

    ``times`` (n,) are the frames' stamps in s, ``reference`` is what they show of the live clock.
    Raises GapError losses_untold.
    """
    found, off = _stamped_or_counted(_by_clock(stamps.ordered(times).times, reference), reference)
    return _moved(found, reference), off


def _stamped_or_counted(stamped: Array, reference: Readings) -> tuple[Array, float]:
    """Return the times (n,) s that the clock's blends lie on best, and how they scatter."""
    counted, off = _counted(stamped)
    as_stamped, as_counted = scatter(stamped, reference), scatter(counted, reference)
    if as_stamped is None or as_counted is None:
        return (counted, off) if off < EVEN * float(np.median(np.diff(counted))) else (stamped, off)
    if as_counted < CLEARLY * as_stamped or _jitter(as_stamped, as_counted, off):
        return counted, as_counted
    interval = float(np.median(np.diff(counted)))
    wrong = np.abs(counted - stamped) > EVEN * interval
    if 0 < np.mean(wrong) <= SELDOM and off < PLAIN * interval:
        # nearly all stamps lie on the count: those that do not are of other frames
        mended = np.where(wrong, counted, stamped)
        as_mended = scatter(mended, reference)
        if as_mended is not None and as_mended * CLEARLY <= as_stamped:
            return mended, as_mended
    return stamped, as_stamped


def _jitter(as_stamped: float, as_counted: float, off: float) -> bool:
    """Whether stamps add most of their scatter ``off`` to what blends scatter by the count, s.

    Blends scatter by themselves, too: of a screen that scans, say. The more, the less they tell.
    """
    return as_counted < LOUD * off and as_stamped**2 - as_counted**2 > off**2 / 2


def converted(stamped: Array, times: Array, reference: Readings) -> float:
    """Return by how much frames lie off stamps that are even all the same (rms, s), else 0.

    So it is where a film was made to have another rate: frames are left out, or come twice, and
    nobody stamps them anew. ``stamped`` and ``times`` (n,) s are the film's stamps, and when frames
    were exposed by them; what blends of the clock in ``reference`` say counts alone.
    """
    steps = np.diff(stamped)
    interval = float(np.median(steps))
    if not interval > 0 or np.abs(steps / interval - np.rint(steps / interval)).max() >= PLAIN:
        return 0.0
    off = scatter(times, reference) or 0.0
    return off if off > max(CONVERTED, NEARLY * interval) else 0.0


def _moved(times: Array, reference: Readings) -> Array:
    """Return times (n,) s where frames stand beside a hole in which the clock says they were.

    Stamps exchanged beside a lost frame leave the count no way to tell on which side it was lost.
    """
    seen = reference.readable
    if np.count_nonzero(seen) < FEWEST:
        return times
    refreshes = rate(times[seen], reference.position[seen])
    off = reference.position - refreshes * times
    off = off - np.median(off[seen])
    wrong = seen & (np.abs(off) > reference.reach + CONTRADICTED)
    if not 0 < np.mean(wrong) <= SELDOM:
        return times
    interval = float(np.median(np.diff(times)))
    moved = times + np.where(wrong, np.rint(off / (refreshes * interval)) * interval, 0)
    steps = np.diff(moved, prepend=-np.inf, append=np.inf) > interval / 2
    return np.where(_together(wrong, steps[:-1] & steps[1:]), moved, times)


def _together(wrong: NDArray[np.bool_], fits: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) which frames move: runs of ``wrong`` ones in which each fits."""
    run = np.cumsum(np.diff(wrong, prepend=False))
    return np.asarray(wrong & (np.bincount(run, ~fits & wrong)[run] == 0))


def _by_clock(stamped: Array, reference: Readings) -> Array:
    """Return times (n,) s with room for lost frames that a plain count of frames leaves none for.

    They are found by the clock, where its readings then lie better on a line. Raises GapError
    losses_untold where it does not say where they are.
    """
    steps, seen = np.diff(stamped), np.flatnonzero(reference.readable)
    interval = float(np.mean(steps))
    if len(seen) < FEWEST or np.abs(steps - interval).max() > ROOM * interval:
        return stamped
    position = np.interp(np.arange(len(stamped)), seen, reference.position[seen])
    blends, before = scatter(stamped, reference), _off_line(stamped[seen], position[seen])
    if blends is not None and blends < EVENLY and before < UNTOLD:
        return stamped
    usual = SCREEN_RATES * interval
    step = float(np.median(position[SPAN:] - position[:-SPAN])) / SPAN
    changed = float(np.mean(np.abs(np.diff(position[seen])) > CHANGE))
    # readings are right to half a refresh: two frames of a faster film; and what is held for some
    # frames is a camera's picture of the clock, whose pace is the camera's
    if step <= 0 or changed < HELD * min(step, 1.0):
        return stamped
    ways = [frame_numbers.even(position, step, paces).number for paces in (usual, usual[:0])]
    spaced = [stamped[0] + interval * (number - number[0]) for number in ways]
    after = [_off_line(times[seen], position[seen]) for times in spaced]
    found, off = np.asarray(spaced[int(np.argmin(after))]), min(after)
    fast, even = step < SLOW, EVENLY if step >= SLOW else CONTRADICTED * interval / step
    by_blends = fast and blends is not None and not half_way_bits.stand(reference)
    fits = (blends or 0.0) <= even if by_blends else _hardly_better(off, before, fast=fast)
    if before < FAR_OFF and fits:
        return stamped
    if off > (MUCH * before if fast else UNTOLD) or (scatter(found, reference) or 0.0) > even:
        raise GapError("losses_untold", off=off)
    return found


def _hardly_better(off: float, before: float, *, fast: bool) -> bool:
    """Whether readings lie ``off`` a line where frames were lost nearly as much as ``before``."""
    if fast:
        return off >= before - LITTLE
    return off >= BETTER * before or (off >= before - GAIN and before < UNTOLD)


def _off_line(times: Array, position: Array) -> float:
    """Return how far readings lie off a straight line, rms, in refreshes; misread ones left out."""
    off = position - np.polyval(np.polyfit(times, position, 1), times)
    keep = np.abs(off) <= max(FAR * float(np.median(np.abs(off))), WORST)
    return float(np.std(off[keep]))


def _counted(stamped: Array) -> tuple[Array, float]:
    """Return times (n,) s of an even pace, lost frames counted, and how stamps scatter about them.

    Without those that are not of their frame.
    """
    times = frame_numbers.even(stamped, timing.timing(stamped).interval).times
    return times, frame_numbers.NORMAL * float(np.median(np.abs(times - stamped)))


def scatter(times: Array, reference: Readings) -> float | None:
    """Return how readings scatter about the line of their times (n,), rms; None for too few."""
    seen = np.flatnonzero(reference.ambiguous & (reference.blend < 1 - CLEAR))
    if len(seen) < FEWEST:
        return None
    # middle of the exposure = end of the earlier refresh + width x (share of the later one - 1/2)
    change, blend = reference.index[seen] + 1.0, reference.blend[seen] - 0.5
    refreshes = rate(times[reference.readable], reference.position[reference.readable])
    off_line = change - refreshes * (times[seen] - times.mean())
    terms = np.column_stack([np.ones(len(seen)), -blend])
    keep = np.ones(len(seen), np.bool_)
    for _ in range(ROUNDS):
        line = np.linalg.lstsq(terms[keep], off_line[keep], rcond=None)[0]
        off = np.abs(off_line - terms @ line)
        keep = off <= max(FAR * float(np.median(off)), LEAST)
    return float(np.sqrt(np.mean(np.minimum(off, WORST) ** 2)) / refreshes)


def rate(times: Array, position: Array) -> float:
    """Return the refreshes a second, without readings far off the line.

    It is not fitted to the blends: those in step with the film would follow any even count.
    """
    keep = np.ones(len(times), np.bool_)
    for _ in range(ROUNDS):
        line = np.polyfit(times[keep], position[keep], 1)
        off = np.abs(position - np.polyval(line, times))
        keep = off <= max(FAR * float(np.median(off)), 1.0)
    return float(line[0])
