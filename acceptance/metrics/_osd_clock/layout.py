"""Where the digits of date and time may stand in a line of a clock: layouts, the likeliest first.

Digits of one font are equally far apart, to the pixel that a place is rounded to; what stands
between the parts of a time, and of a date, is equally wide. Everything else is left to the digits:
a layout is as good as the digits that its cells look like, among those that may stand there.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from acceptance.metrics._osd_clock.ticking import Array

    Edges = tuple[int, ...]
    Date = tuple[float, Edges]

ADVANCE = (0.6, 1.5)  # of the width that digits cover, from one digit to the next
COLON = (0.15, 1.8)  # of an advance, width of what stands between hours and minutes
# of an advance, width of what stands between the parts of a date: 年 is wide
SEPARATOR = (0.15, 2.8)
MOST = (2, 9, 5, 9)  # digits of hours and minutes
RIVALS = 40  # layouts that are read
MONTHS, DAYS = range(1, 13), range(1, 32)
# digits between separators; year, day, month only where it is stated: year first is ISO 8601
ORDERS = {"YMD": (4, 2, 2), "MDY": (2, 2, 4), "DMY": (2, 2, 4), "YDM": (4, 2, 2)}
USUAL = ("YMD", "MDY", "DMY")
OUTSIDE = -1.0


def of_time(fits: Array, tens: Array, units: int, ink: int) -> list[Edges]:
    """Left edges of the digits of hours and minutes and of the tens of seconds.

    ``fits`` (10, w) are those of all places with each digit (the highest up to it), ``tens`` (w,)
    those with the course of the tens of seconds; ``units`` is the left edge of the seconds' units,
    digits cover ``ink`` px.
    """
    edges = _rows(units, ink)
    cells = np.stack([*(fits[most, edges[:, n]] for n, most in enumerate(MOST)), tens[edges[:, 4]]])
    best = np.argsort(-cells.sum(axis=0))
    likely = (
        tuple(edges[n].tolist())
        for n in best
        if _nothing_between(fits[9], edges[n], float(cells[:, n].min()))
    )
    return list(itertools.islice(likely, RIVALS))


def _rows(units: int, ink: int) -> NDArray[np.int_]:
    """Return the left edges (rows, 5) of the digits before the units, of each width and colon."""
    advances = np.arange(round(ADVANCE[0] * ink), round(ADVANCE[1] * ink) + 1)
    gaps = [
        (advance, advance + colon)
        for advance in advances
        for colon in range(round(COLON[0] * advance), round(COLON[1] * advance) + 1)
    ]
    rounded = np.array(list(itertools.product((0, 1), repeat=5)))
    between = np.array(gaps)[:, None, (0, 1, 0, 1, 0)] + rounded
    edges = np.unique(units - between.cumsum(axis=2)[..., ::-1].reshape(-1, 5), axis=0)
    return edges[edges[:, 0] >= 0]


def _nothing_between(fits: Array, edges: NDArray[np.int_], least: float) -> bool:
    """Whether what stands between is less of a digit than any digit."""
    wide = int(max(edges[1] - edges[0], edges[3] - edges[2]))
    return all(
        fits[edges[n] + wide : edges[n + 1] - wide + 1].max(initial=OUTSIDE) < least for n in (1, 3)
    )


def of_date(fits: Array, time: Edges, orders: Iterable[str], *, beside: bool = True) -> list[Date]:
    """Score and left edges of the digits of year, month and day, in this order, best first.

    ``fits`` (10, w) are those of all places with each digit, ``time`` the left edges of the time's
    six digits. ``beside``: the date is in the same line, and not where the time is.
    """
    advance = (time[1] - time[0] + time[3] - time[2] + time[5] - time[4]) / 3
    apart = round(advance)
    free = fits.copy()
    if beside:
        free[:, max(0, time[0] - apart // 2) : time[-1] + apart // 2] = OUTSIDE
    pairs, fours = _offsets(2, advance), _offsets(4, advance)
    groups = {
        "Y": _best([_year(free, offsets) for offsets in fours], fours),
        "M": _best([_number(free, offsets, MONTHS) for offsets in pairs], pairs),
        "D": _best([_number(free, offsets, DAYS) for offsets in pairs], pairs),
    }
    found = [written for order in orders for written in _dates(order, groups, advance)]
    inside = [(score, edges) for score, edges in found if max(edges) < fits.shape[1]]
    return sorted(inside, reverse=True)[:RIVALS]


# score (w,) of a group of digits by left edge, and the digits' offsets
Group = tuple["Array", list["Edges"]]


def _dates(order: str, groups: dict[str, Group], advance: float) -> list[Date]:
    """Score and edges of dates written in an order."""
    scores = [groups[part][0] for part in order]
    first, second, _ = ORDERS[order]
    found = []
    for between in range(round(SEPARATOR[0] * advance), round(SEPARATOR[1] * advance) + 1):
        to_second = round(first * advance) + between
        for rounded in range(-2, 3):
            to_third = to_second + round(second * advance) + between + rounded
            total = scores[0] + _moved(scores[1], to_second) + _moved(scores[2], to_third)
            at = int(np.argmax(total))
            if at + to_third < len(total):
                starts = dict(zip(order, (at, at + to_second, at + to_third), strict=True))
                found.append((float(total[at]), _edges(starts, groups)))
    return found


def _edges(starts: dict[str, int], groups: dict[str, Group]) -> Edges:
    """Left edges of the digits of year, month and day that begin at ``starts``."""
    return tuple(
        starts[part] + offset for part in "YMD" for offset in groups[part][1][starts[part]]
    )


def _offsets(count: int, advance: float) -> list[Edges]:
    """Offsets that so many equally spaced digits may have, places rounded to pixels."""
    phases, advances = np.arange(0, 1, 0.25), advance + np.arange(-0.5, 0.51, 0.25)
    places = np.arange(count)
    every = (np.floor(phase + places * apart) for phase in phases for apart in advances)
    return sorted({tuple(map(int, offsets)) for offsets in every})


def _best(scores: Sequence[Array], offsets: list[Edges]) -> Group:
    chosen = np.argmax(scores, axis=0)
    return np.max(scores, axis=0), [offsets[n] for n in chosen]


def _year(fits: Array, offsets: Edges) -> Array:
    """How well each place fits a year from 2000 to 2099."""
    digits = fits[2], fits[0], fits.max(axis=0), fits.max(axis=0)
    return np.asarray(
        np.sum([_moved(fit, by) for fit, by in zip(digits, offsets, strict=True)], axis=0)
    )


def _number(fits: Array, offsets: Edges, numbers: range) -> Array:
    """How well each place fits a number of two digits."""
    return np.asarray(
        np.max([fits[n // 10] + _moved(fits[n % 10], offsets[1]) for n in numbers], axis=0)
    )


def _moved(fits: Array, by: int) -> Array:
    """Fits (w,) of what stands ``by`` px further to the right."""
    return np.concatenate([fits[by:], np.full(min(by, len(fits)), OUTSIDE)])
