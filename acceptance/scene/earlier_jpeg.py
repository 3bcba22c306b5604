"""Pictures that were JPEG's, or an older MPEG's, before they were stored or coded once more.

Such a decoder gives blocks of 8 x 8 px whose cosine coefficients are whole multiples of a step, one
for each coefficient. Rounding to codes and a later coder that is finer spread them a little, so
that their comb is still seen, and with it how coarse the coder was (Z. Fan and R. L. de Queiroz,
Identification of bitmap compression history, IEEE Trans. Image Processing 12, 2003).
"""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.files.scipy_later import fft
from acceptance.footage.stated_steps import FINEST, StatedSteps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Comb = tuple[float, float]

BLOCK = 8  # px
# codes of 8 bits that are tried: edges that are alike leave a comb of one tooth beyond them
STEPS = np.exp(np.arange(np.log(2.0), np.log(64.0), 0.03))
# standard errors: of filmed pictures without a comb the median is 4 at most, with one 11; drawn
# edges that are all alike and lie on whole pixels come to 8.7
SURE = 9.0
# the same in pictures that a later coder has spread, where the steps are in the ratios of a usual
# table: logarithms lie 0.04 about it at most, those of bars and drawn boxes 0.25 to 0.59
SPREAD, LIKE_A_TABLE = 5.0, 0.12
# Where combs are sure, tables of other makers count, too; where the picture is stored without loss,
# any table about whose teeth values lie as rounding leaves them, codes off. Patterns that repeat
# with the pixels (checks, dots, dithering) lie 0.3 to 0.8 about a table, mostly, and farther off.
LIKE_ANY_TABLE, ROUNDED = 0.25, 0.5
AS_GOOD, BESIDE = 0.8, 4  # a comb of 4 codes is one of 2, too: the coarsest of those as good
COARSER = 1.1  # times the own step of a coder, at which it leaves combs itself
FEWEST = 12  # values beyond half a step that a comb rests on
MOST_BLOCKS = 4096  # spread over the picture
NEAR = sorted(
    (
        (row, column)
        for row in range(BLOCK)
        for column in range(BLOCK)
        if 0 < row + column <= FINEST
    ),
    key=sum,
)  # the coefficients that edges and wedges are read by
ASKED = 12  # of these, the first: most blocks have them
# The comb of the mean is too fine beside its values to be seen. JPEG's own table (ITU-T T.81, K.1)
# has 16 for it where the coarsest of the first five has 14; all are scaled and made whole.
BESIDE_MEAN, MEAN = 5, 16 / 14
# The tables of coders as far as NEAR goes, by rows: JPEG's own (K.1); that of MPEG pictures that
# rest on no other (ISO/IEC 11172-2, 2.4.3.2), which some write into a JPEG; a flat one, of others.
KNOWN = (
    "11 10 16 24 40 51 12 12 14 19 26 58 14 13 16 24 40 14 17 22 29 18 22 37 24 35 49",
    "16 19 22 26 27 29 16 16 22 24 27 29 19 22 26 27 29 22 22 26 27 22 26 27 26 27 26",
    "16 " * len(NEAR),
)
BY_ROWS = [sorted(NEAR).index(place) for place in NEAR]
TABLES = np.array([table.split() for table in KNOWN], np.float64)[:, BY_ROWS]
# JPEG's own as libjpeg scales it to a quality, with the mean's step before it
QUALITIES = range(30, 96)
SCALES = np.array([5000 // q if q < 50 else 200 - 2 * q for q in QUALITIES])  # percent
WHOLE = np.maximum((np.outer(SCALES, [16, *TABLES[0]]) + 50) // 100, 1)
LIMITED = 219 / 255  # JPEG's codes use the full range; films mostly do not
LIBRARY = np.concatenate([WHOLE, WHOLE * LIMITED, WHOLE / LIMITED])
# Nine in ten of so many coefficients at least must lie on a table's combs, by standard errors. One
# by one they do so by chance as often as not where a pattern repeats.
NINE_IN_TEN, COEFFICIENTS = 1.0, 20
PICTURES = 2  # that are looked at: more add little, since those that rest on others are spread more


def seen(luma: NDArray[Any], unit: int = 1, own: float = 0.0) -> StatedSteps | None:
    """Return the steps, in codes, of which ``luma`` (h, w) shows combs; None of a picture without.

    ``unit`` codes are one of 8 bits; ``own`` is the step of the coder by which it is stored, which
    leaves combs of that step where it predicts flat blocks. Half of the coefficients that are asked
    must show one; what shows none counts by the usual table that is most like those that do. The
    step of the mean is the coarsest that the tables of libjpeg have beside those around it.
    """
    found = _coefficients(luma) / unit
    if min(found.shape) == 0:
        return None
    finest, least = COARSER * own / unit, SPREAD if own else SURE
    asked = [_comb(found[place]) for place in NEAR[:ASKED]]
    usual = median(score * (step > finest) for score, step in asked)
    if usual < least:
        return None
    sure = min(usual, SURE)
    combs = [*asked, *(_comb(found[place]) for place in NEAR[ASKED:])]
    steps = [step if score >= sure and step > finest else np.nan for score, step in combs]
    every, unlike = _told(np.array(steps))
    rounded = not own and _off_teeth(found, steps) < ROUNDED
    if unlike > (LIKE_A_TABLE if usual < SURE else LIKE_ANY_TABLE) and not rounded:
        return None
    return StatedSteps(unit * _mean(steps, every), unit * float(every.mean()))


def of_library(
    lumas: Sequence[NDArray[Any]], unit: int = 1, own: float = 0.0
) -> StatedSteps | None:
    """Return the steps, in codes, of libjpeg's table of which ``lumas`` (h, w) show the combs.

    All combs of a table are there at once, each of them too weak to be found alone where a later
    coder has spread it. ``unit`` and ``own`` as for ``seen``; None where no table that is coarser
    than ``own`` fits.
    """
    some = lumas[:: 1 + (len(lumas) - 1) // PICTURES]
    found = np.concatenate([_coefficients(luma) / unit for luma in some], axis=-1)
    if min(found.shape) == 0:
        return None
    apart = [_apart(found[place]) for place in NEAR]
    coarser = [table for table in LIBRARY if table[1:].mean() > COARSER * own / unit]
    scores = [_table_score(apart, table[1:]) for table in coarser]
    if max(scores, default=0.0) == 0:
        return None
    best = coarser[int(np.argmax(scores))]
    return StatedSteps(unit * float(best[0]), unit * float(best[1:].mean()))


def _table_score(apart: Sequence[Array], steps: Array) -> float:
    """Return by how many standard errors values lie on the combs of a table; 0: not on most."""
    asked = [
        _score(values[values > step / 4], step)
        for values, step in zip(apart, steps, strict=True)
        if np.count_nonzero(values > step / 2) >= FEWEST
    ]
    if len(asked) < COEFFICIENTS or np.quantile(asked, 0.1) < NINE_IN_TEN:
        return 0.0
    return float(np.sum(asked) / math.sqrt(len(asked)))


def blocks(picture: NDArray[Any]) -> NDArray[Any]:
    """Return the blocks (down, across, 8, 8) of a ``picture`` (h, w), from its corner on."""
    down, across = (side // BLOCK for side in picture.shape)
    cut = picture[: down * BLOCK, : across * BLOCK].reshape(down, BLOCK, across, BLOCK)
    return cut.swapaxes(1, 2)


def _coefficients(luma: NDArray[Any]) -> Array:
    """Return the cosine coefficients (8, 8, n) of blocks all over ``luma``."""
    whole = blocks(luma).reshape(-1, BLOCK, BLOCK)
    some = whole[:: 1 + len(whole) // MOST_BLOCKS].astype(np.float64)
    return (
        np.moveaxis(fft.dctn(some, axes=(1, 2), norm="ortho"), 0, -1) if len(some) else np.empty(0)
    )


def _comb(values: Array) -> Comb:
    """Return by how many standard errors ``values`` (n,) lie on a comb, and the step of the best.

    Values within a quarter of a step lie about 0 whatever the step is; a coder leaves none between
    that and the first tooth, but some there. Those that are alike, as in drawn pictures, are no
    proof of another.
    """
    apart = _apart(values)
    scores = np.array([_score(apart[apart > step / 4], step) for step in STEPS])
    coarse = int(np.flatnonzero(scores >= AS_GOOD * scores.max())[-1])
    first = max(coarse - BESIDE, 0)
    best = first + int(np.argmax(scores[first : coarse + 1]))
    begun = bool(np.any(np.rint(apart / STEPS[best]) == 1))
    return float(scores[best]) * begun, float(STEPS[best])


def _off_teeth(found: Array, steps: Sequence[float]) -> float:
    """Return how far, in codes, coefficients (8, 8, n) lie off the teeth of ``steps`` (NaN: none).

    It is the median of all combs, and of the values of each beyond half a step; the steps, which
    are tried in ratios, are fitted to them first.
    """
    off = []
    for place, step in zip(NEAR, steps, strict=True):
        values = np.abs(found[place])
        values = values[values > step / 2]
        teeth = np.rint(values / step)
        if len(values):
            off.append(np.median(np.abs(values - teeth * (values @ teeth) / (teeth @ teeth))))
    return float(np.median(off))


def _apart(values: Array) -> Array:
    return np.unique(np.abs(values).round(6))


def _score(values: Array, step: float) -> float:
    if np.count_nonzero(values > step / 2) < FEWEST:
        return 0.0
    on_teeth = float(np.cos(2 * np.pi * values / step).sum())
    return max(on_teeth, 0.0) * math.sqrt(2 / len(values))


def _mean(steps: Sequence[float], every: Array) -> float:
    """Return the step of a block's mean, by the first ``steps`` (n,) that are sure."""
    beside = [step for step in steps[:BESIDE_MEAN] if step > 0] or every[:BESIDE_MEAN]
    return MEAN * (float(max(beside)) + 0.5)


def _told(steps: Array) -> tuple[Array, float]:
    """Return ``steps`` (n,), those that are not sure (NaN) by the table that fits the others.

    The table is scaled to them; the second figure is how far logarithms of steps lie about it.
    """
    scales = np.log(steps) - np.log(TABLES)
    unlike = np.nanstd(scales, axis=1)
    likest = int(unlike.argmin())
    scaled = np.exp(np.nanmedian(scales[likest])) * TABLES[likest]
    return np.where(np.isnan(steps), scaled, steps), float(unlike[likest])
