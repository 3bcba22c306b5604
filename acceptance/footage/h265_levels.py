"""The coefficients of H.265's transform blocks, passed over bin by bin (ITU-T H.265, 7.3.8.11).

What they are does not matter here: they lie between the quantisers of the coding units, and no bin
can be skipped.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acceptance.footage.cabac import Arithmetic

# initial values of the contexts of intra slices (tables 9-5 to 9-37), one after another
VALUES: dict[str, tuple[int, ...]] = {
    "offsets_as_beside": (153,),
    "offsets": (200,),
    "split": (139, 141, 157),
    "bypass": (154,),
    "difference": (154, 154),
    "parts": (184,),
    "likely_mode": (184,),
    "mode_of_colour": (63,),
    "split_transform": (153, 138, 138),
    "luma": (111, 141),
    "colour": (94, 138, 182, 154),
    "skip": (139, 139),
    "last": 2
    * (110, 110, 124, 125, 140, 153, 125, 127, 140, 109, 111, 143, 127, 111, 79, 108, 123, 63),
    "group": (91, 171, 134, 141),
    "significant": (
        *(111, 111, 125, 110, 110, 94, 124, 108, 124, 107, 125, 141, 179, 153, 125, 107, 125, 141),
        *(179, 153, 125, 107, 125, 141, 179, 153, 125, 140, 139, 182, 182, 152, 136, 152, 136, 153),
        *(136, 139, 111, 136, 139, 111),
    ),
    "above_one": (
        *(140, 92, 137, 138, 140, 152, 138, 139, 153, 74, 149, 92, 139, 107, 122, 152, 140, 179),
        *(166, 182, 140, 227, 122, 197),
    ),
    "above_two": (138, 153, 136, 167, 152, 152),
}
AT = {
    name: sum(len(VALUES[before]) for before in list(VALUES)[:number])
    for number, name in enumerate(VALUES)
}
SKIP, LAST, GROUP, SIGNIFICANT = (AT[name] for name in ("skip", "last", "group", "significant"))
ABOVE_ONE, ABOVE_TWO, OF_Y = AT["above_one"], AT["above_two"], 18

DIAGONAL, ACROSS, DOWN = range(3)
ACROSS_MODES, DOWN_MODES = range(22, 31), range(6, 15)
IN_SMALLEST = (0, 1, 4, 5, 2, 3, 4, 5, 6, 6, 8, 8, 7, 7, 8, 8)  # table 9-50
COUNTED, MOST_RICE, LONGEST = 8, 4, 32  # levels with flags of their own; prefix of a level
APART = 3  # places between the first and last level of a group, above which a sign is hidden


def _scan(side: int, kind: int) -> list[tuple[int, int]]:
    """Return places (x, y) of a square in the order of their coding (6.5.3 to 6.5.5)."""
    every = [(x, y) for y in range(side) for x in range(side)]
    orders = {DIAGONAL: lambda p: (p[0] + p[1], p[0]), ACROSS: lambda p: (p[1], p[0]), DOWN: None}
    return sorted(every, key=orders[kind])


SCANS = [[_scan(side, kind) for kind in range(3)] for side in (1, 2, 4, 8)]
PLACES = [[{at: n for n, at in enumerate(scan)} for scan in scans] for scans in SCANS]
INNER = 2  # number of the scans of a group's 4 x 4 levels


def order(size: int, colour: int, mode: int) -> int:
    """Return how an intra block of 2**size px is scanned (7.4.9.11)."""
    if size > 3 - colour:
        return DIAGONAL
    return ACROSS if mode in ACROSS_MODES else DOWN if mode in DOWN_MODES else DIAGONAL


@lru_cache(maxsize=1024)
def _contexts(size: int, colour: int, kind: int, beside: int, first: bool) -> list[int]:  # noqa: FBT001
    """Return the contexts of a group's levels in their order (9.3.4.2.5)."""
    found = []
    for x, y in SCANS[INNER][kind]:
        if size == 2:
            number = IN_SMALLEST[4 * y + x]
        elif first and x + y == 0:
            number = 0
        else:
            number = _by_neighbours(x, y, beside)
            if colour:
                number += 9 if size == 3 else 12
            else:
                number += 3 * (not first) + ((15 if kind else 9) if size == 3 else 21)
        found.append(SIGNIFICANT + 27 * colour + number)
    return found


def _by_neighbours(x: int, y: int, beside: int) -> int:
    """Return how likely a level is, by which groups beside it (1: right, 2: below) have any."""
    if beside in {0, 3}:
        return 2 if beside or x + y == 0 else int(x + y < 3)
    along = y if beside == 1 else x
    return (2, 1, 0, 0)[along]


class Levels:
    """Passes over the levels of transform blocks. ``skips``, ``hides_signs``: as sets say."""

    def __init__(self, bins: Arithmetic, *, skips: bool, hides_signs: bool) -> None:
        self._bins, self._skips, self._hides = bins, skips, hides_signs

    def pass_over(self, size: int, colour: int, kind: int, *, bypassed: bool) -> None:
        """Pass over a block of 2**size px; ``colour``: 0 or 1; ``kind``: its order."""
        read = self._bins.bin
        if self._skips and size == 2 and not bypassed:
            read(SKIP + colour)
        x, y = self._last(size, colour)
        if kind == DOWN:
            x, y = y, x
        groups, last = SCANS[size - 2][kind], PLACES[size - 2][kind][x >> 2, y >> 2]
        filled, before = set[tuple[int, int]](), 1
        for number in range(last, -1, -1):
            column, row = groups[number]
            beside = ((column + 1, row) in filled) + 2 * ((column, row + 1) in filled)
            between = 0 < number < last
            if between and not read(GROUP + (beside > 0) + 2 * colour):
                continue
            filled.add((column, row))
            contexts = _contexts(size, colour, kind, beside, number == 0)
            levels, left = [], 15
            if number == last:
                left = PLACES[INNER][kind][x & 3, y & 3]
                levels, left = [left], left - 1
            levels += [place for place in range(left, 0, -1) if read(contexts[place])]
            if left >= 0 and ((between and not levels) or read(contexts[0])):
                levels.append(0)
            if levels:
                hidden = self._hides and not bypassed and levels[0] - levels[-1] > APART
                kept = 0 if colour or number == 0 else 2
                before = self._sizes(len(levels), kept + (before == 0), colour, hidden=hidden)

    def _last(self, size: int, colour: int) -> tuple[int, int]:
        """Return where (x, y) the last level of a block is, as coded."""
        ends = self._end(LAST, size, colour), self._end(LAST + OF_Y, size, colour)
        x, y = (self._beyond(end) if end > APART else end for end in ends)
        return x, y

    def _end(self, context: int, size: int, colour: int) -> int:
        offset = 15 if colour else 3 * (size - 2) + (size - 1 >> 2)
        shift, end = size - 2 if colour else size + 1 >> 2, 0
        while end < 2 * size - 1 and self._bins.bin(context + offset + (end >> shift)):
            end += 1
        return end

    def _beyond(self, end: int) -> int:
        digits = (end >> 1) - 1
        return (2 + (end & 1) << digits) + self._bins.halves(digits)

    def _sizes(self, count: int, kept: int, colour: int, *, hidden: bool) -> int:
        """Pass over the sizes of a group's levels; return what the next group's depend on."""
        read, context, run, first = self._bins.bin, ABOVE_ONE + 4 * kept + 16 * colour, 1, -1
        sizes = [1] * count
        for number in range(min(count, COUNTED)):
            if read(context + run):
                sizes[number], run = 2, 0
                first = number if first < 0 else first
            elif 0 < run < 3:
                run += 1
        if first >= 0:
            sizes[first] += read(ABOVE_TWO + kept + 4 * colour)
        self._bins.halves(count - hidden)
        rice = 0
        for number, size in enumerate(sizes):
            if size == (1 if number >= COUNTED else 3 if number == first else 2):
                more = size + self._more(rice)
                rice = min(rice + (more > 3 << rice), MOST_RICE)
        return run

    def _more(self, rice: int) -> int:
        """Return what a level is larger than its flags tell (9.3.3.11)."""
        halves, prefix = self._bins.halves, 0
        while halves(1):
            prefix += 1
            if prefix > LONGEST:
                raise EOFError
        if prefix <= 3:
            return (prefix << rice) + halves(rice)
        return ((1 << prefix - 3) + 2 << rice) + halves(min(prefix - 3 + rice, LONGEST))
