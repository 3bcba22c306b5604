"""Ghosts of the picture before, which recursive noise reduction mixes into each.

A bit that changes is seen part-way in one exposure at most, since none is longer than the time from
one to the next; the next one shows it settled. What the part-way one leaves in the next is the
share of the recursion: output = (1 - share) x new + share x output before. So it is taken off.

A film in step with the screen sees all changes at one phase, none part-way: what recursion leaves
then looks like a blend of two refreshes. But it is alike at all heights of the clock, as a blend
before a rolling shutter is not.

A camera in step may see all of its changes unmixed as well. But several bits change from one of its
pictures to the next; an exposure blends each its own way, recursion leaves the same of all.

In fast films a screen that responds slowly leaves something in the next exposure as well, but a
larger part of a change late in the exposure than of one before it; recursion leaves the same.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.gray_code import Array

SETTLED = 0.1  # light this close to 0 or 1 is that of a bit that does not change
PART_WAY, EARLY = (0.15, 0.7), (0.7, 0.88)  # of the light before, that is still there
ALIKE = 0.18, 0.02  # relative, and at least, by which both leave more for a slow screen
FEWEST, FEW_EARLY = 10, 5  # changes seen part-way
FEW_ALIKE, AGREE = 3, 0.1  # so few are enough where the shares that they leave agree
# for a film in step: share of the heights that must agree, and by how much; by how much changes at
# one height (quartiles); share of what is left that may still be left in the next picture
HEIGHTS, ROWS_AGREE, STEADY, GONE = 2 / 3, 0.04, 0.06, 0.5
TOLD = 0.7  # light of a bit from which it tells what is left of it
LEAST, MOST = 0.04, 0.6  # shares that are taken off
# by which a share in step may be found too small or too large; that moves no line
MOST_REST, LEAST_REST = 0.06, 0.015
DOUBLED = 0.9  # share from which it is the same picture again, and nothing that is left of one
# by which the middle half of what changes leave may differ, if one share of the recursion left it:
# where a phone shakes, light of neighbouring cells looks like more, each time otherwise
ONE_SHARE = 0.2
HALF, NOISE = 0.5, 0.01  # of the light, at most left by a change; what is no light
ASTRAY = 0.3  # of the light, by which that of a picture before may seem to be none
FIRST_BIT = 2  # the lowest bit that stands for more than two exposures
SLOWER = 0.010  # s from frame to frame, beyond which no screen leaves that much


def of_film(light: Array, interval: float) -> tuple[float, float, float]:
    """Return ``share`` for film frames ``interval`` s apart, a share in doubt, and one to try.

    In doubt is what either recursion or a slow screen may have left, and what is more than is taken
    off; in fast films all is to be tried that is seen, as a screen may have left a part of it.
    """
    every = _seen(light)
    if MOST < every < DOUBLED:
        low, high = np.quantile(_ratios(light, PART_WAY), [0.25, 0.75])
        doubt = every if high - low < ONE_SHARE else 0.0
        return 0.0, doubt, doubt
    found = every if LEAST <= every <= MOST else 0.0
    if interval > SLOWER or not found:
        return found, 0.0, 0.0
    early = _ratios(light, EARLY)
    if len(early) < FEW_EARLY:
        return 0.0, found, found
    more = float(np.median(early)) - found
    return (found if more < max(ALIKE[0] * found, ALIKE[1]) else 0.0), 0.0, found


def in_step(clocks: Sequence[Array], interval: float) -> tuple[float, float]:
    """Return the same for films in step, of which ``of_film`` finds none.

    ``clocks`` are the light of each, as of ``steady``; a camera's picture of one may show more. In
    fast films a slow screen may have left it; where a clock shows none the film's camera left none.
    """
    every = [steady(low) for low in clocks]
    found = min(filter(None, every), default=0.0)
    return (found, 0.0) if interval > SLOWER and all(every) else (0.0, found)


def share(light: Array) -> float:
    """Return the share of the picture before in each, 0 where none is sure.

    ``light`` (n, k) is that of cells that keep each state for more than two pictures, 0 .. 1.
    """
    found = _seen(light)
    return found if LEAST <= found <= MOST else 0.0


def _seen(light: Array) -> float:
    """Return what the pictures after changes that are seen part-way keep of them, 0 if unsure."""
    every = _ratios(light, PART_WAY)
    agree = len(every) >= FEW_ALIKE and np.ptp(every) < AGREE
    return float(np.median(every)) if len(every) >= FEWEST or agree else 0.0


def of_camera(light: Array) -> float:
    """Return the ``share`` of a camera's pictures, whose ``light`` (n, bits) is that of all bits.

    From one picture to the next every screen settles, so that changes late in an exposure tell as
    well as those in its middle; where few are seen part-way, those that are not.
    """
    slower = light[:, FIRST_BIT:]
    every = np.concatenate([_ratios(slower, window) for window in (PART_WAY, EARLY)])
    if len(every) < FEWEST:
        return share(slower) or _unmixed(light)
    found = float(np.median(every))
    return found if LEAST <= found <= MOST else 0.0


def may_be(light: Array, clear: Array, share: float) -> NDArray[np.bool_]:
    """(n,) whether ``light`` (n, bits) may be of pictures ``clear`` (n, bits) over any other.

    A ``share`` of that one is left in it.
    """
    other = (light - (1 - share) * clear) / share
    return np.asarray((np.abs(other - HALF) < HALF + ASTRAY).all(axis=1))


def _unmixed(light: Array) -> float:
    """Return what changes leave that no exposure blends, 0 where they do not leave the same.

    Several bits change from picture to picture. Of these an exposure blends some, each its own way;
    recursion leaves the same of all.
    """
    lit = light[:-1] > HALF
    was, left = (np.where(lit, side, 1 - side) for side in (light[:-1], light[1:]))
    with np.errstate(invalid="ignore"):
        ratio = np.where((was > TOLD) & (left < HALF), left / was, np.nan)
    several = ratio[np.isfinite(ratio).sum(axis=1) > 1]
    alike = several[np.nanmax(several, axis=1) - np.nanmin(several, axis=1) < STEADY]
    if len(alike) < FEWEST:
        return 0.0
    low, middle, high = np.quantile(np.nanmean(alike, axis=1), [0.25, 0.5, 0.75])
    return float(middle) if high - low < STEADY and LEAST <= middle <= MOST else 0.0


def steady(low: Array) -> float:
    """Return the share of the picture before that all changes leave alike, 0 where they do not.

    ``low`` (n, r, bits) is the light of the low bits at r heights of the clock, 0 .. 1.
    """
    found = _alike(low)
    return found if found >= LEAST else 0.0


def completed(part: float, low: Array) -> tuple[float, float]:
    """Return the ``part`` that was taken off with what it left, or took too much, and a doubt.

    ``low`` is the light of the clock, as of ``steady``, without the part. In step all changes leave
    as little, so that what the next frames keep tells the part to a few hundredths only; what is
    then left of it looks like a blend. It is none if it is alike at all heights. In doubt is what
    is left, taken off or not: a slow screen leaves it as well.
    """
    rest = _alike(low)
    doubt = rest if rest > LEAST_REST else 0.0
    return (part + (1 - part) * rest if abs(rest) < MOST_REST else part), doubt


def _alike(low: Array) -> float:
    """Return what all changes leave alike at all heights, as ``steady``; 0 where they do not."""
    rows = np.moveaxis(low[:, :, FIRST_BIT:], 1, 0)
    needed = math.ceil(HEIGHTS * len(rows))
    least = sorted(left for row in rows if (left := _left(row)) is not None)[:needed]
    if len(least) < needed or least[-1] - least[0] > ROWS_AGREE:
        return 0.0
    return float(np.median(least))


def _left(light: Array) -> float | None:
    """Return what changes leave in ``light`` (n, k) of a height; None if not all leave the same."""
    before, now, after = light[:-2], light[1:-1], light[2:]
    both = []
    for dark in (False, True):
        was, left, later = ((1 - side if dark else side) for side in (before, now, after))
        with np.errstate(invalid="ignore"):
            changes = (was > 1 - SETTLED) & (left < HALF)
        both.append(np.stack([left[changes], later[changes]]))
    left, later = np.concatenate(both, axis=1)
    if len(left) < FEWEST or not np.isfinite(later).all():
        return None
    low, middle, high = np.quantile(left, [0.25, 0.5, 0.75])
    alike = high - low < STEADY and abs(np.median(later)) < GONE * abs(middle) + NOISE
    return float(middle) if alike else None


def _ratios(light: Array, window: tuple[float, float]) -> Array:
    """Return what the next picture keeps of each change that is seen part-way, within a window."""
    before, now, after = light[:-2], light[1:-1], light[2:]
    ratios = []
    for dark in (False, True):
        was, part, left = ((1 - side if dark else side) for side in (before, now, after))
        with np.errstate(invalid="ignore"):
            changes = (was > 1 - SETTLED) & (part > window[0]) & (part < window[1])
        ratios.append(left[changes] / part[changes])
    every = np.concatenate(ratios)
    return every[np.isfinite(every)]


def removed(frames: Array, part: float) -> Array:
    """Return ``frames`` (n, ...) without the ``part`` of the one before; the first stays."""
    if not part:
        return frames
    own = frames.copy()
    own[1:] = (frames[1:] - part * frames[:-1]) / (1 - part)
    return own


def added(frames: Array, part: float) -> Array:
    """Return ``frames`` (n, ...) with a ``part`` of the one before mixed into each."""
    mixed = frames.copy()
    for number in range(1, len(mixed) if part else 0):
        mixed[number] += part * (mixed[number - 1] - mixed[number])
    return mixed
