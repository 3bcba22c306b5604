"""How far grey steps lie off any curve that a camera has: one is smooth, but for a knee.

Dust before the lens and lamps that are mirrored in single steps light them more unevenly than the
ground beside them tells, and a curve through all of them follows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ORDER = 3  # of the curve in logarithms
FEWEST = 11  # steps that tell more than the curve's own terms and a knee by chance
KNEE = 1 / 3  # of the variance that the curve leaves: where a knee leaves less, there is one
INNER = 2  # steps on each side of a step, or of a knee
DARKEST, APART = 1e-4, 0.02  # light of a step that tells of the curve, its share to the next one


def smoothed(nominal: Floats, lit: Floats) -> Floats:
    """Return the factors (n,) that lead the light of steps to a smooth curve, or ones.

    ``nominal`` (n,) is the light of their codes by the declared transfer, ascending, ``lit`` (n,)
    that which they are printed and lit to give. Too few or dark steps tell nothing: ones. What the
    curve leaves is stretched by what it takes of it by its terms.
    """
    factors, usable = np.ones(len(lit)), _apart(nominal)
    if np.count_nonzero(usable) < FEWEST or lit.min() <= 0:
        return factors
    x, wanted = np.log(nominal[usable]), np.log(lit[usable])
    powers = np.vander((x - x.mean()) / np.ptp(x), ORDER + 1)
    plain = _left(powers, wanted, ORDER + 1)
    knees = [  # a knee has a place and a slope
        _left(np.column_stack([powers, np.maximum(x - at, 0.0)]), wanted, ORDER + 3)
        for at in np.linspace(x[INNER], x[-1 - INNER], 4 * len(x))
    ]
    best = min(knees, key=lambda left: float(left @ left))
    kneed = float(best @ best) < KNEE * float(plain @ plain)
    factors[usable] = np.exp(-(best if kneed else plain))
    return factors


def off_neighbours(nominal: Floats, lit: Floats) -> Floats:
    """Return how far the logarithm of each step's light (n,) is off that of its neighbours.

    It is off the cubic through two on each side; 0 of the two at each end and of steps that are too
    dark or too near to others to tell.
    """
    off = np.zeros(len(lit))
    usable = np.flatnonzero(_apart(nominal) & _apart(lit))
    x, wanted = np.log(nominal[usable]), np.log(lit[usable])
    for at in range(INNER, len(usable) - INNER):
        near = [at - 2, at - 1, at + 1, at + 2]
        off[usable[at]] = wanted[at] - through(x[near], wanted[near], float(x[at]))
    return off


def _apart(light: Floats) -> NDArray[np.bool_]:
    """Return which of n steps, ascending, are not dark and surely darker than the next.

    Of those that are clipped alike, or printed alike, none is.
    """
    near = np.diff(np.log(np.maximum(light, DARKEST))) < APART
    return np.asarray((light > DARKEST) & ~np.append(near, False) & ~np.append(False, near))


def through(x: Floats, y: Floats, at: float) -> float:
    """Return the polynomial through all points ``x``, ``y`` (n,) at one place (Lagrange)."""
    others = ~np.eye(len(x), dtype=bool)
    weights = [np.prod((at - x[other]) / (x[i] - x[other])) for i, other in enumerate(others)]
    return float(np.dot(weights, y))


def _left(terms: Floats, wanted: Floats, fitted: int) -> Floats:
    """Return what terms (n, t) leave of values (n,), stretched by what was ``fitted`` of them."""
    left = wanted - terms @ np.linalg.lstsq(terms, wanted, rcond=None)[0]
    return np.asarray(left * np.sqrt(len(wanted) / (len(wanted) - fitted)))
