"""Which beep belongs to which flash.

The offset that most pairs have in common is taken first. Where it changes within the clip (a player
that buffers anew, a camera that loses pictures but keeps stamping evenly), what is left over before
or after is paired by an offset of its own; a single pair, where none is missing elsewhere, by what
stands between its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Whole = NDArray[np.int64]

WIDEST = 10.0  # s by which sound and picture may be apart
ALIKE = 0.06  # s within which pairs count as of one offset
FEWEST = 3  # pairs
CLEARLY = 0.6  # share of the pairs that another offset may give at most
IN_ORDER = 0.99  # the same of pairs that stand beside those found


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Numbers of ``flashes`` (p,) and ``beeps`` (p,) that belong together, by flash.

    ``offsets`` (p,) in s: what each has in common with those of its group.
    """

    flashes: Whole
    beeps: Whole
    offsets: Array

    @property
    def changes(self) -> Whole:
        """Numbers of the pairs from which on the offset is another by more than ``ALIKE``."""
        return np.flatnonzero(np.abs(np.diff(self.offsets)) > ALIKE) + 1


def paired(flashes: Array, beeps: Array, step: float) -> Pairs:
    """Pair flashes and beeps, both times in s and ascending, by what most have in common.

    ``step`` (s) is from picture to picture. Raises GapError pairing_unsure where another offset
    explains nearly as many of the same, or many are left over at an end; or too_few_beeps.
    """
    offsets = flashes[:, None] - beeps[None, :]
    found = _group(offsets, ALIKE + step, CLEARLY)
    while more := _more(offsets, found, ALIKE + step):
        found = _joined(found, more)
    least = float(np.diff(flashes).min(initial=np.inf))
    return _singles(offsets, found, ALIKE + step, least)


def _more(offsets: Array, found: Pairs, alike: float) -> Pairs | None:
    """Return pairs by another offset of what is left over, in order with those found; None: none.

    By chance they would lie among others.
    """
    slot_of_flash = np.searchsorted(found.flashes, np.arange(offsets.shape[0]))
    slot_of_beep = np.searchsorted(found.beeps, np.arange(offsets.shape[1]))
    left = np.where(slot_of_flash[:, None] == slot_of_beep, offsets, np.inf)
    left[found.flashes], left[:, found.beeps] = np.inf, np.inf
    try:
        more = _group(left, alike, IN_ORDER)
    except GapError:
        return None
    among = (found.flashes > more.flashes.min()) & (found.flashes < more.flashes.max())
    return more if np.count_nonzero(among) < len(more.flashes) else None


def _group(offsets: Array, alike: float, clearly: float) -> Pairs:
    """Pair those of the offsets (f, b) that most have in common."""
    near = offsets[np.abs(offsets) <= WIDEST]
    candidates = np.unique(np.round(near / (alike / 4))) * alike / 4
    if not len(candidates):
        raise GapError("too_few_beeps", pairs=0, needed=FEWEST)
    explained = np.array([_explained(offsets, at, alike) for at in candidates])
    counts = np.count_nonzero(explained, axis=1)
    most = candidates[counts == counts.max()]
    if counts.max() < FEWEST:
        raise GapError("too_few_beeps", pairs=int(counts.max()), needed=FEWEST)
    # the middle of the offsets that explain most: each explains its neighbours' pairs too
    best = float(np.median(most[most - most[0] <= 2 * alike]))
    away = np.abs(candidates - best) > 2 * alike
    among = explained[away] & _among(_explained(offsets, best, alike))
    if (np.count_nonzero(among, axis=1) > clearly * counts.max()).any():
        raise GapError("pairing_unsure", pairs=int(counts.max()))
    return _mutual(offsets, best, alike)


def _among(explained: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(f,) which flashes stand among those ``explained`` (f,), not before or after most of them."""
    before = np.asarray(np.cumsum(explained) - explained, np.int64)
    whole = int(np.count_nonzero(explained))
    few = max(whole // 4, 1)
    return np.asarray(explained | ((before >= few) & (whole - before - explained >= few)))


def _explained(offsets: Array, at: float, alike: float) -> NDArray[np.bool_]:
    """(f,) which flashes have a beep about as far away."""
    return np.asarray((np.abs(offsets - at) <= alike).any(axis=1))


def _mutual(offsets: Array, at: float, alike: float) -> Pairs:
    """Pair each flash with the nearest beep, none twice."""
    centre = float(np.median(offsets[np.abs(offsets - at) <= alike]))
    away = np.abs(offsets - centre)
    nearest = np.argmin(away, axis=1)
    mutual = np.argmin(away, axis=0)[nearest] == np.arange(len(away))
    flashes = np.flatnonzero(mutual & (away[np.arange(len(away)), nearest] <= alike))
    return Pairs(flashes=flashes, beeps=nearest[flashes], offsets=np.full(len(flashes), centre))


def _joined(*some: Pairs) -> Pairs:
    flashes, beeps, offsets = (
        np.concatenate([getattr(pairs, name) for pairs in some])
        for name in ("flashes", "beeps", "offsets")
    )
    order = np.argsort(flashes)
    return Pairs(flashes=flashes[order], beeps=beeps[order], offsets=offsets[order])


def _singles(offsets: Array, found: Pairs, alike: float, least: float) -> Pairs:
    """Add what goes on at the ends, and, where none is missing, what stands alone between pairs.

    A flash and a beep alone are a pair where they are off by less than half of the ``least`` (s)
    from flash to flash; a flash without its beep may stand beside a beep without its flash. Raises
    GapError pairing_unsure where many are left over at an end.
    """
    before, *between, after = _slots(found, offsets.shape)
    whole = all(len(some) == len(heard) for some, heard in between)
    more = [pair for slot in between for pair in zip(*slot, strict=True)] if whole else []
    usual = np.interp(np.arange(len(offsets)), found.flashes, found.offsets)
    more = [pair for pair in more if abs(offsets[pair] - usual[pair[0]]) < least / 2]
    for at, slot in ((0, (before[0][::-1], before[1][::-1])), (-1, after)):
        at_end = int(found.flashes[at]), int(found.beeps[at])
        going_on = _going_on(offsets, at_end, slot, alike)
        if min(len(slot[0]), len(slot[1])) - len(going_on) >= FEWEST:
            raise GapError("pairing_unsure", pairs=len(found.flashes))
        more += going_on
    if not more:
        return found
    flashes, beeps = np.array(more).T
    return _joined(found, Pairs(flashes=flashes, beeps=beeps, offsets=offsets[flashes, beeps]))


def _slots(found: Pairs, sizes: tuple[int, ...]) -> list[tuple[range, range]]:
    """Return the flashes and the beeps before, between and after the pairs."""
    flashes, beeps = (
        [-1, *each.tolist(), size]
        for each, size in zip((found.flashes, found.beeps), sizes, strict=True)
    )
    return [
        (range(flash + 1, next_flash), range(beep + 1, next_beep))
        for (flash, next_flash), (beep, next_beep) in zip(
            pairwise(flashes), pairwise(beeps), strict=True
        )
    ]


def _going_on(
    offsets: Array, last: tuple[int, int], slot: tuple[range, range], alike: float
) -> list[tuple[int, int]]:
    """Return pairs of a slot, from the ``last`` pair on, each about as far apart as the former."""
    found: list[tuple[int, int]] = []
    for pair in zip(*slot, strict=False):
        if abs(offsets[pair] - offsets[last]) > alike:
            break
        found.append(pair)
        last = pair
    return found
