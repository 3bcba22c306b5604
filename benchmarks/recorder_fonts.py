"""Fonts of recorders that are no outlines: an 8 x 16 bitmap as of old text screens, seven bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELL = 9  # columns of a bitmap's character, with the one that is left free
TOP, DIGITS = 2, 10  # first row of a bitmap's digit, and how many it has
# rows from the second on, each of eight pixels, in hexadecimal digits
BITMAP = {
    "0": "3C66C3C3DBDBC3C3663C", "1": "1838781818181818187E",
    "2": "7CC6060C183060C0C6FE", "3": "7CC606063C060606C67C", "4": "0C1C3C6CCCFE0C0C0C1E",
    "5": "FEC0C0C0FC060606C67C", "6": "3860C0C0FCC6C6C6C67C", "7": "FEC606060C1830303030",
    "8": "7CC6C6C67CC6C6C6C67C", "9": "7CC6C6C67E0606060C78", ":": "00001818000000181800",
    "-": "00000000FE0000000000", "/": "0002060C183060C08000", ".": "00000000000000001818",
    " ": "00000000000000000000", "A": "10386CC6C6FEC6C6C6C6", "P": "FC6666667C60606060F0",
    "M": "C3E7FFFFDBC3C3C3C3C3", "C": "3C66C2C0C0C0C0C2663C", "H": "C6C6C6C6FEC6C6C6C6C6",
    "F": "FE6662687868606060F0", "R": "FC6666667C6C666666E6", "I": "3C18181818181818183C",
    "W": "C3C3C3C3C3DBDBFF6666", "E": "FE6662687868606266FE",
    "D": "F86C6666666666666CF8", "T": "FFDB991818181818183C",
    "U": "C6C6C6C6C6C6C6C6C67C", "S": "7CC6C660380C06C6C67C", "N": "C6E6F6FEDECEC6C6C6C6",
}  # fmt: skip
# bars: top, upper left, upper right, middle, lower left, lower right, bottom
BARS = ("1110111", "0010010", "1011101", "1011011", "0111010",
        "1101011", "1101111", "1010010", "1111111", "1111011")  # fmt: skip


def bitmap(text: str, enlarged: int) -> tuple[NDArray[np.float32], tuple[tuple[int, int], ...]]:
    """Draw a line: share of each pixel covered (h, w), and each character's columns.

    A character that the bitmap has not is a box of double width, as Chinese ones are.
    """
    cells = [_glyph(character) for character in text]
    ends = np.cumsum([cell.shape[1] for cell in cells])
    spans = [
        (int(end - cell.shape[1]) * enlarged, int(end) * enlarged)
        for cell, end in zip(cells, ends, strict=True)
    ]
    return np.kron(np.hstack(cells), np.ones((enlarged, enlarged), np.float32)), tuple(spans)


def _glyph(character: str) -> NDArray[np.float32]:
    if character not in BITMAP:
        box = np.zeros((16, 2 * CELL), np.float32)
        box[TOP : TOP + DIGITS, 1:-3] = 1
        box[TOP + 1 : TOP + DIGITS - 1, 2:-4] = 0
        return box
    rows = bytes.fromhex(BITMAP[character])
    cell = np.zeros((16, CELL), np.float32)
    cell[TOP : TOP + DIGITS, :8] = np.unpackbits(np.frombuffer(rows, np.uint8)).reshape(-1, 8)
    return cell


def seven_bars(text: str, height: int) -> tuple[NDArray[np.float32], tuple[tuple[int, int], ...]]:
    """Draw a line of digits and signs, of digits ``height`` px high, as ``bitmap`` does."""
    wide, thick = round(0.56 * height), max(1, round(height / 8))
    advance = wide + 2 * thick
    mask = np.zeros((2 * height, advance * len(text)), np.float32)
    for number, character in enumerate(text):
        cell = mask[thick : thick + height, number * advance : number * advance + wide]
        if character.isdigit():
            _bars(cell, BARS[int(character)], thick)
        elif character == ":":
            middle = slice(wide // 2 - thick // 2, wide // 2 - thick // 2 + thick)
            cell[height // 3 - thick // 2 :, middle][:thick] = 1
            cell[2 * height // 3 - thick // 2 :, middle][:thick] = 1
        elif character != " ":
            cell[(height - thick) // 2 :, thick:-thick][:thick] = 1
    return mask, tuple((n * advance, (n + 1) * advance) for n in range(len(text)))


def _bars(cell: NDArray[np.float32], lit: str, thick: int) -> None:
    half = cell.shape[0] // 2
    upper, lower = slice(0, half + thick // 2), slice(half - thick // 2, None)
    middle = slice((cell.shape[0] - thick) // 2, (cell.shape[0] - thick) // 2 + thick)
    left, right, across = slice(0, thick), slice(-thick, None), slice(None)
    places = [(slice(0, thick), across), (upper, left), (upper, right), (middle, across),
              (lower, left), (lower, right), (slice(-thick, None), across)]  # fmt: skip
    for bar, place in zip(lit, places, strict=True):
        if bar == "1":
            cell[place] = 1
