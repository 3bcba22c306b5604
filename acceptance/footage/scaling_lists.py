"""How much coarser edges are quantised than a stream's quantiser says, by its scaling lists.

H.264 and H.265 may quantise each coefficient of a block by a step of its own: that of the quantiser
times an entry over 16 (ITU-T H.264, 7.4.2.1.1 and 7.4.2.2; H.265, 7.4.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.footage.field_pictures import HIGH, PLANES_APART

if TYPE_CHECKING:
    from acceptance.footage.bits import Bits

    Lists = list[list[int]]

FLAT = 16
# entries of lists of 4 x 4 px and of larger ones up to 3/16 cycle/px, in the order of coding: there
# an edge is where its MTF is a half; the first is the mean's
SMALLEST, NEAR, NEAR_LARGE = 16, slice(1, 3), slice(1, 10)
SMALL, LARGE, LUMA = 6, 2, (0, 3, 6, 7)  # lists of 4 x 4 and of 8 x 8 px, and which are luma's
# default lists (tables 7-3 and 7-4), those of 8 x 8 px as far as they count
OF_SMALL = (
    (6, 13, 13, 20, 20, 20, 28, 28, 28, 28, 32, 32, 32, 37, 37, 42),
    (10, 14, 14, 20, 20, 20, 24, 24, 24, 24, 27, 27, 27, 30, 30, 34),
)
OF_LARGE = (
    (6, 10, 10, 13, 11, 13, *[16] * 4, *[18] * 5, *[23] * 6, *[25] * 7, *[27] * 36),
    (9, 13, 13, 15, 13, 15, *[17] * 4, *[19] * 5, *[21] * 6, *[22] * 7, *[24] * 36),
)
DEFAULT: Lists = [[*OF_SMALL[n // 3]] for n in range(SMALL)] + [[*each] for each in OF_LARGE]
EVEN: Lists = [[FLAT] * 16] * SMALL + [[FLAT] * 64] * LARGE


# those of H.265 of 8 x 8 px and more (table 7-6), of what is predicted from itself and from others
OF_H265 = (
    (*[16] * 10, *(17, 16, 17, 16, 17), *(18, 17, 18, 18, 17, 18), *(21, 19, 20, 21, 20, 19, 21)),
    (*[16] * 10, *[17] * 5, *[18] * 6, *[20] * 7),
)
SIZES, OF_KIND = 4, 3  # of H.265: sizes of lists, and lists of a size and kind: luma and colours


def of_h264(sequence: Bits, picture: Bits) -> tuple[float | None, tuple[int, int]]:
    """Return the coarsest step of luma's edges over the quantiser's, by parameter sets.

    None where all lists are flat. And the offsets of the quantisers of Cb and Cr (7.4.2.2). Raises
    EOFError where the sets are damaged.
    """
    lists, offsets = _of_picture(picture, _of_sequence(sequence))
    of_luma = [each for number, each in enumerate(lists) if number in LUMA]
    return _coarsest(lists, of_luma), offsets


def of_h265(bits: Bits) -> float | None:
    """Return the same by lists of H.265 (7.3.4). Raises EOFError where they are damaged."""
    found: Lists = []
    every: Lists = []
    for size in range(SIZES):
        each = 1 if size == SIZES - 1 else OF_KIND
        lists: Lists = []
        for number in range(2 * each):
            default = [FLAT] * 16 if size == 0 else [*OF_H265[number // each]]
            lists.append(_of_h265(bits, size, lists, default))
        found, every = found + lists[::each], every + lists
    return _coarsest(every, found)


def _of_h265(bits: Bits, size: int, before: Lists, default: list[int]) -> list[int]:
    """Read a list, which may be one of those ``before``."""
    if not bits.read(1):
        back = bits.within(len(before))
        return before[-back] if back else default
    following, values = 8 + (bits.signed() if size > 1 else 0), []
    for _ in range(min(64, 1 << 4 + 2 * size)):
        following = (following + bits.signed()) % 256
        values.append(following)
    return values


def _of_sequence(bits: Bits) -> Lists:
    """Return the lists of a sequence parameter set (7.3.2.1.1)."""
    profile = bits.read(8)
    bits.skip("16", "u")
    if profile not in HIGH:
        return EVEN
    colour = bits.unsigned()
    bits.skip(str(int(colour == PLANES_APART)), "u", "u", "1")
    if not bits.read(1):
        return EVEN
    return _read(bits, 12 if colour == PLANES_APART else SMALL + LARGE, DEFAULT)


def _of_picture(bits: Bits, lists: Lists) -> tuple[Lists, tuple[int, int]]:
    """Return the lists of a picture parameter set, its sequence's if it has none, and offsets."""
    bits.skip("u", "u", "1", "1")
    if bits.unsigned():  # groups of slices, which the profiles with lists do not have
        raise EOFError
    bits.skip("u", "u", "1", "2", "s", "s")
    first = bits.signed()
    bits.skip("3")
    large = bits.read(1) if bits.more else 0
    if bits.more and bits.read(1):
        # of a sequence without lists those left out are the default ones (fall-back rule A, B)
        lists = _read(bits, SMALL + LARGE * large, DEFAULT if lists is EVEN else lists)
    return lists[: SMALL + LARGE * large], (first, bits.signed() if bits.more else first)


def _read(bits: Bits, count: int, otherwise: Lists) -> Lists:
    """Read lists (7.3.2.1.1.1); one left out is as the one before of its kind, or ``otherwise``."""
    lists: Lists = []
    for number in range(SMALL + LARGE):
        first = number in LUMA
        values = otherwise[number] if first else lists[number - 1]
        if number < count and bits.read(1):
            values = _list(bits, 16 if number < SMALL else 64) or DEFAULT[number]
        lists.append(values)
    return lists


def _list(bits: Bits, length: int) -> list[int]:
    """Read a list; it is empty where the default one is meant."""
    values, following = [8], 8
    while len(values) <= length:
        if following:
            following = (values[-1] + bits.signed()) % 256
            if not following and len(values) == 1:
                return []
        values.append(following or values[-1])
    return values[1:]


def _coarsest(lists: Lists, of_luma: Lists) -> float | None:
    """Return the largest mean of the entries of luma's edges, over that of flat lists."""
    if all(value == FLAT for each in lists for value in each):
        return None
    near = [each[NEAR if len(each) == SMALLEST else NEAR_LARGE] for each in of_luma]
    return max(sum(each) / len(each) for each in near) / FLAT


DEFAULT_OF_H265 = _coarsest([[*each] for each in OF_H265], [[*each] for each in OF_H265])
