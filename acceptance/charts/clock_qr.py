"""A small QR code: version 1, level Q, alphanumeric, up to 16 characters (ISO/IEC 18004:2015).

One fixed kind of code, with one mask, is short enough to be in the clock page's JavaScript too
(``test_charts/screen.html``).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SIDE = 21
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
LONGEST = 16
DATA, CORRECTION = 13, 13  # codewords
WRONG = 22  # of 441 modules: two codes differ in far more
# level Q, mask 0: every module whose row + column is even is turned over
FORMAT = 0b011010101011111
FIELD = 0x11D  # x^8 + x^4 + x^3 + x^2 + 1, the polynomial of the field of 256 elements


@lru_cache(maxsize=256)
def matrix(text: str) -> NDArray[np.bool_]:
    """Return the code of ``text`` as (21, 21), true = dark, read-only.

    Raises ValueError for a text that is longer than 16 characters or has others than
    ``CHARACTERS``.
    """
    if len(text) > LONGEST or not set(text) <= set(CHARACTERS):
        raise ValueError(f"{text!r}: at most {LONGEST} of {CHARACTERS}")
    data = _codewords(text)
    dark, fixed = _patterns()
    bits = (byte >> shift & 1 for byte in data + _correction(data) for shift in range(7, -1, -1))
    for row, column in _path(fixed):
        dark[row, column] = bool(next(bits)) != ((row + column) % 2 == 0)
    dark.flags.writeable = False
    return dark


def read(dark: NDArray[np.bool_]) -> str:
    """Return the text of a code whose modules are ``dark`` (21, 21), empty for anything else.

    Errors are not corrected: a text counts where the code drawn of it differs in at most WRONG
    modules.
    """
    path = _path(_patterns()[1])
    bits = "".join(f"{dark[row, column] != ((row + column) % 2 == 0):d}" for row, column in path)
    count = int(bits[4:13], 2)
    if bits[:4] != "0010" or count > LONGEST:
        return ""
    starts = range(13, 13 + 11 * (count // 2), 11)
    numbers = [n for start in starts for n in divmod(int(bits[start : start + 11], 2), 45)]
    if count % 2:
        numbers.append(int(bits[13 + 11 * (count // 2) :][:6], 2))
    if max(numbers, default=0) >= len(CHARACTERS):
        return ""
    text = "".join(CHARACTERS[number] for number in numbers)
    return text if np.count_nonzero(matrix(text) != dark) <= WRONG else ""


def _codewords(text: str) -> list[int]:
    numbers = [CHARACTERS.index(character) for character in text]
    bits = f"{0b0010:04b}{len(text):09b}"
    pairs = zip(numbers[::2], numbers[1::2], strict=False)
    bits += "".join(f"{45 * first + second:011b}" for first, second in pairs)
    bits += f"{numbers[-1]:06b}" if len(text) % 2 else ""
    bits = (bits + "0000")[: 8 * DATA]
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]
    return words + [(0xEC, 0x11)[i % 2] for i in range(DATA - len(words))]


def _correction(data: list[int]) -> list[int]:
    """Return the remainder of the data by (x - 1)(x - 2)(x - 4) ... (Reed and Solomon)."""
    generator = [1]
    root = 1
    for _ in range(CORRECTION):
        generator = [a ^ _times(b, root) for a, b in pairwise([0, *generator, 0][::-1])][::-1]
        root = _times(root, 2)
    rest = data + [0] * CORRECTION
    for i in range(len(data)):
        lead = rest[i]
        for j, factor in enumerate(generator):
            rest[i + j] ^= _times(factor, lead)
    return rest[len(data) :]


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = a << 1 ^ (FIELD if a & 0x80 else 0)
        b >>= 1
    return product


def _patterns() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the modules that are the same in every code, and which they are."""
    dark, fixed = np.zeros((2, SIDE, SIDE), np.bool_)
    dark[6, ::2] = dark[::2, 6] = True
    fixed[6] = fixed[:, 6] = True
    for top, left in ((0, 0), (0, SIDE - 7), (SIDE - 7, 0)):
        dark[max(0, top - 1) : top + 8, max(0, left - 1) : left + 8] = False
        dark[top : top + 7, left : left + 7] = True
        dark[top + 1 : top + 6, left + 1 : left + 6] = False
        dark[top + 2 : top + 5, left + 2 : left + 5] = True
    fixed[:9, :9] = fixed[:9, -8:] = fixed[-8:, :9] = True
    bits = [bool(FORMAT >> i & 1) for i in range(15)]
    dark[[0, 1, 2, 3, 4, 5, 7, 8, 20 - 6, 20 - 5, 20 - 4, 20 - 3, 20 - 2, 20 - 1, 20], 8] = bits
    dark[8, [20, 19, 18, 17, 16, 15, 14, 13, 7, 5, 4, 3, 2, 1, 0]] = bits
    dark[SIDE - 8, 8] = True
    return dark, fixed


def _path(fixed: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield row and column of the data modules: two columns at a time, from the right."""
    for turn, right in enumerate((20, 18, 16, 14, 12, 10, 8, 5, 3, 1)):
        for step in range(SIDE):
            row = step if turn % 2 else SIDE - 1 - step
            yield from ((row, column) for column in (right, right - 1) if not fixed[row, column])
