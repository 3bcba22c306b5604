"""The arithmetic decoder of H.264 and H.265: bins by contexts, alone and in terms of halves.

ITU-T H.265, 9.3.4.3. The offset is kept with further bits of the stream below it, so that several
bins of halves are one division.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WORD = 6  # bytes that are taken in at once
FEWEST = 34  # bits below the offset before a bin, or up to so many bins of halves
STOP = 2  # of the range, for the bin that ends
FIRST_RANGE = 510

# the range of the less probable symbol (table 9-52), by state and by the range's upper bits
_OF_STATES = (
    (128, 176, 208, 240), (128, 167, 197, 227), (128, 158, 187, 216), (123, 150, 178, 205),
    (116, 142, 169, 195), (111, 135, 160, 185), (105, 128, 152, 175), (100, 122, 144, 166),
    (95, 116, 137, 158), (90, 110, 130, 150), (85, 104, 123, 142), (81, 99, 117, 135),
    (77, 94, 111, 128), (73, 89, 105, 122), (69, 85, 100, 116), (66, 80, 95, 110),
    (62, 76, 90, 104), (59, 72, 86, 99), (56, 69, 81, 94), (53, 65, 77, 89),
    (51, 62, 73, 85), (48, 59, 69, 80), (46, 56, 66, 76), (43, 53, 63, 72),
    (41, 50, 59, 69), (39, 48, 56, 65), (37, 45, 54, 62), (35, 43, 51, 59),
    (33, 41, 48, 56), (32, 39, 46, 53), (30, 37, 43, 50), (29, 35, 41, 48),
    (27, 33, 39, 45), (26, 31, 37, 43), (24, 30, 35, 41), (23, 28, 33, 39),
    (22, 27, 32, 37), (21, 26, 30, 35), (20, 24, 29, 33), (19, 23, 27, 31),
    (18, 22, 26, 30), (17, 21, 25, 28), (16, 20, 23, 27), (15, 19, 22, 25),
    (14, 18, 21, 24), (14, 17, 20, 23), (13, 16, 19, 22), (12, 15, 18, 21),
    (12, 14, 17, 20), (11, 14, 16, 19), (11, 13, 15, 18), (10, 12, 15, 17),
    (10, 12, 14, 16), (9, 11, 13, 15), (9, 11, 12, 14), (8, 10, 12, 14),
    (8, 9, 11, 13), (7, 9, 11, 12), (7, 9, 10, 12), (7, 8, 10, 11),
    (6, 8, 9, 11), (6, 7, 9, 10), (6, 7, 8, 9), (2, 2, 2, 2),
)  # fmt: skip
# the state after the less probable symbol (table 9-53)
_AFTER = (
    *(0, 0, 1, 2, 2, 4, 4, 5, 6, 7, 8, 9, 9, 11, 11, 12, 13, 13, 15, 15, 16, 16, 18, 18, 19, 19),
    *(21, 21, 22, 22, 23, 24, 24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30, 31, 32, 32, 33, 33),
    *(33, 34, 34, 35, 35, 35, 36, 36, 36, 37, 37, 37, 38, 38, 63),
)
# by twice the state and the more probable symbol: ranges, and what follows either symbol
LEAST = [row for row in _OF_STATES for _ in range(2)]
KEPT = [2 * min(state + 1, 62) + symbol for state in range(63) for symbol in range(2)] + [126, 127]
TURNED = [
    2 * _AFTER[state] + (symbol if state else 1 - symbol)
    for state in range(64)
    for symbol in range(2)
]


def first_states(values: Sequence[int], quantiser: int) -> list[int]:
    """Return the states of contexts at the start of a slice, by their initial values (9.3.2.2)."""
    found = []
    for value in values:
        slope, offset = (value >> 4) * 5 - 45, ((value & 15) << 3) - 16
        state = min(max((slope * min(max(quantiser, 0), 51) >> 4) + offset, 1), 126)
        found.append(2 * (state - 64) + 1 if state > 63 else 2 * (63 - state))
    return found


class Arithmetic:
    """Decodes bins of ``content`` from a byte on. Past its end EOFError is raised."""

    def __init__(self, content: bytes, states: list[int]) -> None:
        self.content, self.states = content, states
        self.begin(0)

    def begin(self, byte: int) -> None:
        """Begin anew at a byte (9.3.2.5). Raises EOFError where no coder would."""
        self._next, self._value, self._below, self._range = byte, 0, -9, FIRST_RANGE
        self._fill()
        if self._value >> self._below >= FIRST_RANGE:
            raise EOFError

    @property
    def byte(self) -> int:
        """The byte behind a bin that ended, and behind the bits up to its border (9.3.2.5)."""
        return self._next - self._below // 8

    def _fill(self) -> None:
        taken = self.content[self._next : self._next + WORD]
        if self._next > len(self.content) + WORD:
            raise EOFError
        self._value = self._value << 8 * WORD | int.from_bytes(taken.ljust(WORD, b"\0"), "big")
        self._below, self._next = self._below + 8 * WORD, self._next + WORD

    def bin(self, context: int) -> int:
        """Return a bin of a context."""
        if self._below < FEWEST:
            self._fill()
        state = self.states[context]
        least = LEAST[state][self._range >> 6 & 3]
        self._range -= least
        scaled = self._range << self._below
        if self._value < scaled:
            self.states[context] = KEPT[state]
            if self._range < 256:
                self._range <<= 1
                self._below -= 1
            return state & 1
        self._value -= scaled
        shift = 9 - least.bit_length()
        self._range = least << shift
        self._below -= shift
        self.states[context] = TURNED[state]
        return 1 - (state & 1)

    def halves(self, count: int) -> int:
        """Return a number of so many bins (up to 32) that are as often 0 as 1."""
        if self._below < FEWEST:
            self._fill()
        self._below -= count
        number, self._value = divmod(self._value, self._range << self._below)
        return number

    def ends(self) -> bool:
        """Return the bin that tells an end."""
        if self._below < FEWEST:
            self._fill()
        self._range -= STOP
        if self._value >= self._range << self._below:
            return True
        if self._range < 256:
            self._range <<= 1
            self._below -= 1
        return False
