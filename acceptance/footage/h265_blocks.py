"""The coding tree of an H.265 slice that is predicted from itself alone, for its quantisers.

ITU-T H.265, 7.3.8 and, of what it depends on, 8.4.2 (modes), 8.6.1 (quantisers) and 9.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.footage.cabac import Arithmetic, first_states
from acceptance.footage.h265_levels import AT, VALUES, Levels, order

if TYPE_CHECKING:
    from acceptance.footage.h265_sets import PictureSet, SequenceSet, SliceHead

PLANAR, EVEN, LEVEL, UPRIGHT, SLANTED = 0, 1, 10, 26, 34  # modes
OF_COLOUR, AS_LUMA = (PLANAR, UPRIGHT, LEVEL, EVEN), 4
STEPS = 52  # quantisers from 0 on
ADAPTED, DIGITS, AMOUNTS = 10, 5, 4  # of adaptive offsets: bits, bits of a band, offsets
PREFIX = 5  # bins of contexts of a quantiser's difference
MOST_DIGITS = 16
START = [value for values in VALUES.values() for value in values]


@dataclass(frozen=True)
class _Unit:
    """A coding unit: modes of its luma, one or four, and of its colour."""

    modes: tuple[int, ...]
    colour: int
    splits: int
    bypassed: bool


class Blocks:
    """Reads the blocks of a picture, slice by slice; places and sides are in px.

    ``quantisers`` (rows, columns) are those of its smallest coding blocks.
    """

    def __init__(self, sequence: SequenceSet, picture: PictureSet) -> None:
        self._sequence, self._picture = sequence, picture
        rows, columns = sequence.blocks
        self._count, self._columns = rows * columns, columns
        self._group = sequence.largest - picture.depth
        self._each = each = 1 << sequence.largest - sequence.smallest
        self.quantisers = np.zeros((rows * each, columns * each), np.int32)
        self._depths = np.zeros((rows * each, columns * each), np.int8)
        fine = 1 << sequence.largest - 2
        self._modes = np.full((rows * fine, columns * fine), EVEN, np.int8)

    def read(self, head: SliceHead, content: bytes, end: int) -> int:
        """Read a slice; return the number of the block behind it, at which another begins.

        Where no block differs from its slice nothing is read, and that is ``end``. Raises EOFError
        where a slice does not end where its content does.
        """
        if not self._picture.varies:
            self._keep(head)
            return end
        self._head, self._first = head, first_states(START, head.quantiser)
        self._bins = Arithmetic(content, [*self._first])
        skips, hides = bool(self._picture.skips), bool(self._picture.hides_signs)
        self._levels = Levels(self._bins, skips=skips, hides_signs=hides)
        self._last, beside = head.quantiser, self._first
        for number in range(head.address, self._count):
            row, column = divmod(number, self._columns)
            if self._picture.rows_apart and column == 0 and number > head.address:
                self._begin_row(beside)
                beside = self._first
            self._tree_block(row, column)
            if column == 1:
                beside = [*self._bins.states]
            if self._bins.ends():
                break
        if self._bins.byte != len(content):
            raise EOFError
        return number + 1

    def _keep(self, head: SliceHead) -> None:
        """Give all blocks from a slice's first one on its quantiser."""
        row, column = (self._each * place for place in divmod(head.address, self._columns))
        self.quantisers[row : row + self._each, column:] = head.quantiser
        self.quantisers[row + self._each :] = head.quantiser

    def _begin_row(self, states: list[int]) -> None:
        """Begin a row that is coded apart, with the states after two blocks of the one above."""
        if not self._bins.ends():
            raise EOFError
        self._bins.begin(self._bins.byte)
        self._bins.states[:] = states
        self._last = self._head.quantiser

    def _bin(self, name: str, more: int = 0) -> int:
        return self._bins.bin(AT[name] + more)

    def _there(self, x: int, y: int) -> bool:
        """Whether a block left or above lies in the picture and in this slice."""
        size = self._sequence.largest
        number = (y >> size) * self._columns + (x >> size)
        return min(x, y) >= 0 and number >= self._head.address

    def _tree_block(self, row: int, column: int) -> None:
        size = self._sequence.largest
        x, y = column << size, row << size
        if any(self._head.offsets):
            self._offsets(x, y)
        self._tree(x, y, size, 0)

    def _offsets(self, x: int, y: int) -> None:
        """Pass over the adaptive offsets of a tree block (7.3.8.3)."""
        for beside in ((x - 1, y), (x, y - 1)):
            if self._there(*beside) and self._bin("offsets_as_beside"):
                return
        kind = 0
        for plane in range(3 if self._sequence.coloured else 1):
            if not self._head.offsets[plane > 0]:
                continue
            if plane < 2:  # the second colour's are of the first one's kind
                kind = 1 + self._bins.halves(1) if self._bin("offsets") else 0
            if kind:
                self._amounts(plane, band=kind == 1)

    def _amounts(self, plane: int, *, band: bool) -> None:
        most = (1 << min(8 + self._sequence.deeper[plane > 0], ADAPTED) - 5) - 1
        amounts = [self._unary(most) for _ in range(AMOUNTS)]
        if band:
            self._bins.halves(sum(amount > 0 for amount in amounts) + DIGITS)
        elif plane < 2:
            self._bins.halves(2)

    def _unary(self, most: int) -> int:
        count = 0
        while count < most and self._bins.halves(1):
            count += 1
        return count

    def _tree(self, x: int, y: int, size: int, depth: int) -> None:
        """Read a block of 2**size px, whole or as its four quarters (7.3.8.4)."""
        width, height = self._sequence.width, self._sequence.height
        side = 1 << size
        split = size > self._sequence.smallest
        if split and x + side <= width and y + side <= height:
            split = bool(self._bin("split", self._deeper(x, y, depth)))
        if size >= self._group:
            self._begin_group(x, y)
        if not split:
            self._unit(x, y, size, depth)
            return
        for down in (y, y + side // 2):
            for across in (x, x + side // 2):
                if across < width and down < height:
                    self._tree(across, down, size - 1, depth + 1)

    def _deeper(self, x: int, y: int, depth: int) -> int:
        """Return how many of the blocks left and above are smaller than those of a depth."""
        shift = self._sequence.smallest
        beside = [at for at in ((x - 1, y), (x, y - 1)) if self._there(*at)]
        return sum(int(self._depths[v >> shift, u >> shift]) > depth for u, v in beside)

    def _begin_group(self, x: int, y: int) -> None:
        """Begin a group of units that share a quantiser, and predict it (8.6.1)."""
        within, shift = (1 << self._sequence.largest) - 1, self._sequence.smallest
        left, above = (
            int(self.quantisers[v >> shift, u >> shift]) if inside else self._last
            for u, v, inside in ((x - 1, y, x & within), (x, y - 1, y & within))
        )
        self._predicted = self._quantiser = left + above + 1 >> 1
        self._told = False

    def _unit(self, x: int, y: int, size: int, depth: int) -> None:
        """Read a coding unit (7.3.8.5)."""
        sequence, side = self._sequence, 1 << size
        bypassed = bool(self._picture.bypasses and self._bin("bypass"))
        four = size == sequence.smallest and not self._bin("parts")
        raw = sequence.raw
        if raw and not four and raw[2] <= size <= raw[3] and self._bins.ends():
            bits = (raw[0] + (raw[1] / 2 if sequence.coloured else 0)) * side * side
            self._bins.begin(self._bins.byte + int(bits) // 8)
            self._modes[y >> 2 : y + side >> 2, x >> 2 : x + side >> 2] = EVEN
        else:
            modes = self._luma_modes(x, y, side, 1 + four)
            colour = self._colour_mode(modes[0]) if sequence.coloured else EVEN
            unit = _Unit(modes, colour, sequence.splits + four, bypassed)
            self._transforms(unit, size, 0, (int(sequence.coloured),) * 2, 0)
        shift = sequence.smallest
        where = np.s_[y >> shift : y + side >> shift, x >> shift : x + side >> shift]
        self._depths[where], self.quantisers[where] = depth, self._quantiser
        self._last = self._quantiser

    def _luma_modes(self, x: int, y: int, side: int, across: int) -> tuple[int, ...]:
        """Read how luma is predicted, of one part or four (8.4.2)."""
        likely = [self._bin("likely_mode") for _ in range(across * across)]
        part, modes = side // across, []
        for number, known in enumerate(likely):
            u, v = x + number % across * part, y + number // across * part
            rest = self._unary(2) if known else self._bins.halves(DIGITS)
            candidates = self._candidates(u, v)
            mode = candidates[rest] if known else rest
            for candidate in () if known else sorted(candidates):
                mode += mode >= candidate
            self._modes[v >> 2 : v + part >> 2, u >> 2 : u + part >> 2] = mode
            modes.append(mode)
        return tuple(modes)

    def _candidates(self, x: int, y: int) -> tuple[int, int, int]:
        """Return the three likely modes of a part."""
        left = int(self._modes[y >> 2, x - 1 >> 2]) if self._there(x - 1, y) else EVEN
        within = y & (1 << self._sequence.largest) - 1
        above = int(self._modes[y - 1 >> 2, x >> 2]) if within else EVEN
        if left != above:
            third = next(mode for mode in (PLANAR, EVEN, UPRIGHT) if mode not in {left, above})
            return left, above, third
        if left <= EVEN:
            return PLANAR, EVEN, UPRIGHT
        return left, 2 + (left + 29) % 32, 2 + (left - 1) % 32

    def _colour_mode(self, luma: int) -> int:
        number = self._bins.halves(2) if self._bin("mode_of_colour") else AS_LUMA
        if number == AS_LUMA:
            return luma
        return SLANTED if OF_COLOUR[number] == luma else OF_COLOUR[number]

    def _transforms(
        self,
        unit: _Unit,
        size: int,
        depth: int,
        above: tuple[int, int],
        part: int,
        *,
        last: bool = True,
    ) -> None:
        """Read a transform block of 2**size px, whole or as its four quarters (7.3.8.8).

        ``above``: whether both colours of the block that it is a quarter of have levels; ``part``:
        which part of the unit it belongs to; ``last``: whether it is the last quarter.
        """
        sequence, four = self._sequence, len(unit.modes) > 1 and depth == 0
        split = four or size > sequence.largest_transform
        if not split and size > sequence.smallest_transform and depth < unit.splits:
            split = bool(self._bin("split_transform", 5 - size))
        colours = above
        if size > 2:
            b, r = (int(full and self._bin("colour", depth)) for full in above)
            colours = b, r
        if not split:
            self._transform(unit, size, depth, colours, part, last=last)
            return
        for quarter in range(4):
            self._transforms(
                unit, size - 1, depth + 1, colours, quarter if four else part, last=quarter == 3
            )

    def _transform(
        self, unit: _Unit, size: int, depth: int, colours: tuple[int, int], part: int, *, last: bool
    ) -> None:
        """Read a transform unit; the last of four of 4 px has the colour of all (7.3.8.10)."""
        luma = self._bin("luma", depth == 0)
        if not luma and not any(colours):
            return
        if self._picture.varies and not self._told:
            self._differ()
        if luma:
            kind = order(size, 0, unit.modes[part])
            self._levels.pass_over(size, 0, kind, bypassed=unit.bypassed)
        if size > 2 or last:
            size = max(size - 1, 2)
            kind = order(size, 1, unit.colour)
            for _ in range(sum(colours)):
                self._levels.pass_over(size, 1, kind, bypassed=unit.bypassed)

    def _differ(self) -> None:
        """Read by what the quantiser of a group differs from the predicted one (8.6.1)."""
        amount = 0
        while amount < PREFIX and self._bin("difference", amount > 0):
            amount += 1
        if amount == PREFIX:
            digits = self._unary(MOST_DIGITS)
            amount += (1 << digits) - 1 + self._bins.halves(digits)
        self._told, finer = True, 6 * self._sequence.deeper[0]
        difference = -amount if amount and self._bins.halves(1) else amount
        wrapped = self._predicted + difference + STEPS + 2 * finer
        self._quantiser = wrapped % (STEPS + finer) - finer
