"""How far grey steps lie off any curve that a camera has: one is smooth, but for a knee.

Dust before the lens and lamps that are mirrored in single steps light them more unevenly than the
ground beside them tells, and a curve through all of them follows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ORDER = 3  # of the curve in logarithms
FEWEST = 8  # steps that tell more than the curve's own terms
KNEE = 0.25  # of the squares that the curve leaves: where a knee leaves less, there is one
INNER = 2  # steps on each side of a step, or of a knee


def smoothed(nominal: Floats, lit: Floats) -> Floats:
    """Return the factors (n,) that lead the light of steps to a smooth curve, or ones.

    ``nominal`` (n,) is the light of their codes by the declared transfer, ascending, ``lit`` (n,)
    that which they are printed and lit to give. Too few or dark steps tell nothing: ones.
    """
    if len(lit) < FEWEST or lit.min() <= 0:
        return np.ones(len(lit))
    x, wanted = np.log(np.maximum(nominal, 1e-4)), np.log(lit)
    powers = np.vander((x - x.mean()) / np.ptp(x), ORDER + 1)
    plain = _left(powers, wanted)
    knees = [
        _left(np.column_stack([powers, np.maximum(x - at, 0.0)]), wanted)
        for at in np.linspace(x[INNER], x[-1 - INNER], 4 * len(x))
    ]
    best = min(knees, key=lambda left: float(left @ left))
    kneed = float(best @ best) < KNEE * float(plain @ plain)
    return np.exp(-(best if kneed else plain))


def off_neighbours(nominal: Floats, lit: Floats) -> Floats:
    """Return how far the logarithm of each step's light (n,) is off that of its neighbours.

    It is off the cubic through two on each side; 0 of the two at each end.
    """
    x, wanted = np.log(np.maximum(nominal, 1e-4)), np.log(lit)
    off = np.zeros(len(lit))
    for at in range(INNER, len(lit) - INNER):
        near = [at - 2, at - 1, at + 1, at + 2]
        off[at] = wanted[at] - _through(x[near], wanted[near], float(x[at]))
    return off


def _through(x: Floats, y: Floats, at: float) -> float:
    """Return the polynomial through all points ``x``, ``y`` (n,) at one place (Lagrange)."""
    others = ~np.eye(len(x), dtype=bool)
    weights = [np.prod((at - x[other]) / (x[i] - x[other])) for i, other in enumerate(others)]
    return float(np.dot(weights, y))


def _left(terms: Floats, wanted: Floats) -> Floats:
    """Return what terms (n, t) leave of values (n,), fitted to them."""
    return np.asarray(wanted - terms @ np.linalg.lstsq(terms, wanted, rcond=None)[0])
