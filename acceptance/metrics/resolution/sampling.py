"""How much of a picture was sampled: fields set against each other, doubled rows, enlargement.

Three things make a picture carry less than its rows and columns can, and none is stated in a
stream; a fourth, super-resolution of AV1, is (``footage/av1_headers.py``).
*Combing*: every second row is displaced, as where two fields of a moving camera are woven
together; the difference of a row from the mean of its neighbours, against the slope along it, gives
the displacement. *Doubled* rows or columns: at an edge a row differs from one neighbour only, or is
the mean of both. Rows made of their neighbours by other rules are seen in the bars of the wedges.
*Enlargement* (digital zoom): the noise tells (``_shared/enlargement.py``) or, where a coder has
taken it, the wedges (``bar_images.py``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._shared.enlargement import enlargement_of
from acceptance.metrics.resolution import bar_images

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

    Array = NDArray[np.float64]
    Whole = NDArray[np.signedinteger]

LEAST_SHIFT = 0.15  # px: a smaller one takes less than 1 % off an MTF50
LEANING = 1.0  # px: a larger one takes as much off edges and bars that lean a little on the rows
SURE = 5.0  # standard errors of a shift
FRAMES = 8
STEEP = 20.0  # codes from row to row: an edge
DOUBLED, ENOUGH = 0.8, 400  # share of the edges' pixels (0.54 at most where they are not), number
BETWEEN = 0.3  # of the bends squared of the other rows


@dataclass(frozen=True, kw_only=True)
class PictureSamples:
    """Samples a pixel (1: all of them) ``across`` and ``down``, and fields ``shift`` px apart.

    ``enlarged`` is the factor of a digital zoom, 1 without; ``coded`` are the shares of samples
    across and down that a coder did not make up (super-resolution of AV1).
    """

    across: float = 1.0
    down: float = 1.0
    shift: float = 0.0
    enlarged: float = 1.0
    coded: tuple[float, float] = (1.0, 1.0)

    def refuse(self, view: View, direction: str) -> None:
        """Raise GapError where an edge's samples are not what they seem: ``doubled``, or changed.

        ``direction`` is that in which it resolves.
        """
        self.refuse_changed(view, direction)
        if self.doubled(direction):
            raise GapError("doubled", region=view.region.name)

    def refuse_changed(self, view: View, direction: str) -> None:
        """Raise GapError where what resolves in this direction is not as the camera drew it.

        ``combed``: fields apart blur it; ``coded_narrower``: a coder left out what is fine.
        """
        share = self.coded[direction != "horizontal"]
        if share < 1:
            raise GapError("coded_narrower", region=view.region.name, share=100 * share)
        if self.shift and (direction == "horizontal" or self.shift > LEANING):
            raise GapError("combed", region=view.region.name, shift=self.shift)

    def doubled(self, direction: str) -> bool:
        """Whether rows ("vertical") or columns ("horizontal") are there twice."""
        return self.of(direction) < 1 / self.enlarged

    def of(self, direction: str) -> float:
        """Return the samples a pixel along rows ("horizontal") or columns ("vertical")."""
        return self.across if direction == "horizontal" else self.down


ALL = PictureSamples()


def sampling_of(scene: Scene) -> PictureSamples:
    """Find how a scene's picture was sampled, from its edges and its plain regions."""
    steep = round(STEEP * scene.code_unit)  # whole: compared with whole numbers
    detailed = [*scene.of_kind("edge"), *scene.of_kind("wedge")]
    # a deinterlacer has only one field to make the first frame of
    middle = [(_signed(view.luma[len(view.luma) // 2]), view.box) for view in detailed]
    ways = ([(luma if axis else luma.T, box[axis]) for luma, box in middle] for axis in (1, 0))
    down, across = (0.5 if detailed and _halved(way, steep) else 1.0 for way in ways)
    zoom = enlargement_of(scene)
    if zoom == 1:
        down, across, zoom = _by_bars(scene.of_kind("wedge"), down, across)
    columns = scene.video.coded_columns
    return PictureSamples(
        across=min(across, 1 / zoom),
        down=min(down, 1 / zoom),
        enlarged=zoom,
        coded=(1.0, columns) if scene.video.sideways else (columns, 1.0),
        shift=_shift(detailed) if down == 1 else _within_pairs(detailed),
    )


def _by_bars(wedges: Sequence[View], down: float, across: float) -> tuple[float, float, float]:
    """Return the samples a pixel down and across, and a zoom's factor, by edges and by bars."""
    plain = down == across == 1
    zoom = bar_images.factor(wedges) if plain else 1.0
    if zoom > 1:
        return down, across, zoom
    halves = bar_images.halves(wedges)
    if plain and max(halves) < 1:  # as a zoom by 2 makes them
        return down, across, 2.0
    return min(down, halves[0]), min(across, halves[1]), 1.0


def _signed(luma: NDArray[np.integer]) -> Whole:
    """Return codes as whole numbers that hold eight times their differences."""
    return luma.astype(np.int16 if luma.itemsize == 1 else np.int32)


def _halved(ways: Sequence[tuple[Whole, int]], steep: int) -> bool:
    """Whether every second row repeats others or lies between them.

    ``ways`` are pictures (h, w), each with the number of its first row in the whole picture.
    """
    return _doubled(ways, steep) or _interpolated(ways, steep)


def _interpolated(ways: Sequence[tuple[Whole, int]], steep: int) -> bool:
    """Whether at edges every second row, always the same ones, is the mean of its neighbours."""
    counts, squares = np.array([_bends(luma, top, steep) for luma, top in ways]).sum(axis=0)
    if counts.min() < ENOUGH:
        return False
    least, most = sorted(squares / counts)
    return bool(least < BETWEEN * most)


def _bends(luma: Whole, top: int, steep: int) -> Array:
    """Return how many of even and of odd rows' pixels are at edges, and their bends squared.

    As (2, 2). A bend is by how much a row is off the mean of its neighbours.
    """
    above, middle, below = luma[:-2], luma[1:-1], luma[2:]
    edges = np.abs(below - above) >= steep
    twice = 2 * middle - above - below
    first = (top + 1) % 2
    parts = [slice(parity ^ first, None, 2) for parity in (0, 1)]
    bent = [twice[part][edges[part]].astype(np.float64) for part in parts]
    return np.array(
        [[each.size for each in bent], [float(np.einsum("i,i->", each, each)) / 4 for each in bent]]
    )


def _doubled(ways: Sequence[tuple[Whole, int]], steep: int) -> bool:
    """Whether at edges a row differs from one of its neighbours only, always the same one."""
    pairs = [_steps(luma, top, steep) for luma, top in ways]
    first, second = (np.concatenate(steps) for steps in zip(*pairs, strict=True))
    if first.size < ENOUGH:
        return False
    return bool(max(np.mean(second > 2 * first), np.mean(first > 2 * second)) > DOUBLED)


def _steps(luma: Whole, top: int, steep: int) -> tuple[Whole, Whole]:
    """Return the steps from even rows of the picture to odd ones, and from these to the next.

    Where one of the two is ``steep``.
    """
    rows = luma[top % 2 :]
    steps = np.abs(rows[1:] - rows[:-1])
    last = len(steps) // 2 * 2
    first, second = steps[:last:2], steps[1:last:2]
    edges = np.maximum(first, second) >= steep
    return first[edges], second[edges]


def _shift(views: Sequence[View]) -> float:
    """Return by how many px every second row is displaced; 0 where it surely is not."""
    found = [shift for view in views for shift in _shifts(view) if shift[1]]
    if not found:
        return 0.0
    shifts, weights = np.array(found).T
    mean = float(weights @ shifts / weights.sum())
    spread = math.sqrt(float(weights**2 @ (shifts - mean) ** 2)) / float(weights.sum())
    size = math.sqrt(float(weights @ shifts**2 / weights.sum()))
    return size if size > max(LEAST_SHIFT, SURE * spread) else 0.0


def _within_pairs(views: Sequence[View]) -> float:
    """Return by how many px rows that are there twice are displaced; 0 where they are not.

    A row that is there twice is off its own place, which is no shift of fields. Pairs begin with
    even or with odd rows, whichever differ less.
    """
    found = [
        [_apart(view.luma[0, (view.box[1] + first) % 2 :]) for view in views] for first in (0, 1)
    ]
    sums = [np.sum(pairs, axis=0).tolist() for pairs in found]
    _, off, square = min(sums)
    size = abs(float(off)) / max(float(square), 1e-9)
    return size if size > LEAST_SHIFT else 0.0


def _apart(luma: NDArray[np.integer]) -> tuple[float, float, float]:
    """Return what pairs of rows differ by, squared and times the slope, and the slope squared."""
    rows = len(luma) // 2
    upper, lower = (luma[first : 2 * rows : 2].astype(np.float64) for first in (0, 1))
    slope = np.gradient((upper + lower) / 2, axis=1)
    off = lower - upper
    return float(np.mean(off**2)), float(np.sum(off * slope)), float(np.sum(slope**2))


def _shifts(view: View) -> list[tuple[float, float]]:
    """Return, for each of some frames, displacement in px and weight."""
    chosen = np.linspace(0, len(view.luma) - 1, min(FRAMES, len(view.luma))).astype(int)
    return [_displaced(_signed(view.luma[i]), view.box[1]) for i in chosen]


def _displaced(luma: Whole, top: int) -> tuple[float, float]:
    """Return by how much odd rows are to the right of even ones, and the squares of the slope.

    Differences stay whole: twice what a row is off its neighbours' mean, and eight times the slope
    of the mean of both (``np.gradient``'s).
    """
    own, beside = 2 * luma[1:-1], luma[:-2] + luma[2:]
    mean, slope = own + beside, np.empty_like(own)
    np.subtract(mean[:, 2:], mean[:, :-2], out=slope[:, 1:-1])
    slope[:, 0], slope[:, -1] = 2 * (mean[:, 1] - mean[:, 0]), 2 * (mean[:, -1] - mean[:, -2])
    steep = slope.astype(np.float64)
    by_row = np.einsum("ij,ij->i", (own - beside).astype(np.float64), steep) / 16
    sign = 1 - 2 * ((np.arange(len(by_row)) + top) % 2)  # of rows whose own number is odd: 1
    square = float(np.einsum("ij,ij->", steep, steep)) / 64  # BLAS would start a thread for it
    return -float(by_row @ sign) / max(square, 1e-9), square
