"""Rows and columns of a field: their own variance, and what they take of that of pixels.

After EMVA 1288 release 4.0 (spatial nonuniformity).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics.noise.alike import ALONE
from acceptance.metrics.noise.parts import Variance
from acceptance.metrics.noise.polynomials import ORDERS, surface

if TYPE_CHECKING:
    from acceptance.metrics.noise.alike import Alike

Array = NDArray[np.float64]


def with_lines(variance: Variance, row: Variance, column: Variance, power: float = 1.0) -> Variance:
    """Correct a variance for few rows and columns: the surface takes out part of theirs.

    Its uncertainty includes that of their own variance, which the scatter between blocks does not
    show since blocks side by side share rows and columns. A weighting passes the part
    ``power`` of columns.
    Degrees of freedom after Welch-Satterthwaite.
    """
    lines = [(max(row.value, 0.0), row), (power * max(column.value, 0.0), column)]
    spreads = [(variance.sampling, variance.degrees_of_freedom)]
    spreads += [
        (value * math.sqrt(2 / line.degrees_of_freedom), line.degrees_of_freedom)
        for value, line in lines
    ]
    squares = sum(spread**2 for spread, _ in spreads)
    if not squares:
        return variance
    effective = squares**2 / sum(spread**4 / degrees for spread, degrees in spreads)
    value = variance.value + sum(value * _taken(line) for value, line in lines)
    return replace(variance, value=value, sampling=math.sqrt(squares), degrees_of_freedom=effective)


def _taken(line: Variance) -> float:
    """Return the share of the variance of rows or columns that the surface takes out.

    It is the number of the surface's terms over that of rows or columns.
    """
    terms = ORDERS[0] + 1
    return terms / (line.degrees_of_freedom + terms)


def without_lines(residual: Array, noise: Alike = ALONE) -> Array:
    """Return the squares (h, w) of a frame about its row and column means.

    They are corrected for what these means take of ``noise``.
    """
    height, width = residual.shape
    rest = residual - residual.mean(axis=0) - residual.mean(axis=1, keepdims=True) + residual.mean()
    return np.asarray(rest**2 / (1 - noise.columns / height) / (1 - noise.rows / width))


def of_lines(mean_frame: Array, axis: int, rest: float, noise: Alike = ALONE) -> Variance:
    """Return the variance of the rows (``axis`` 1) or columns (0).

    It is that of their means, less what these keep of ``noise`` of the variance ``rest``: a line's
    share of it, alike along the line, but for what the surface takes of noise that is alike across
    the lines, of which so many lines tell less.
    """
    count, terms = mean_frame.shape[1 - axis], ORDERS[0] + 1
    along, across = (noise.rows, noise.columns) if axis else (noise.columns, noise.rows)
    means = [(mean_frame - surface(mean_frame, order)).mean(axis=axis) for order in ORDERS]
    square, other = (
        float(np.sum(line**2)) / (count - 1 - order)
        for line, order in zip(means, ORDERS, strict=True)
    )
    kept = rest * along / mean_frame.shape[axis]
    kept *= max(1 - terms * across / count, 0.0) / (1 - terms / count)
    more = max(noise.squares[1 - axis] - 1, 0.0) * kept**2
    return Variance(
        value=square - kept,
        sampling=math.sqrt(2 / (count - terms) * (square**2 + more)),
        degrees_of_freedom=count - terms,
        surface=abs(square - other) / math.sqrt(3),
    )
