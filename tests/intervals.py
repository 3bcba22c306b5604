"""How often a truth must lie within U in so many runs, where U is to hold it in 95 of 100."""

from __future__ import annotations

from scipy.special import bdtr  # scipy.stats takes a second to load

TAIL = 0.02  # one in fifty sets of runs of an honest U has fewer hits


def fewest(runs: int, share: float = 0.95) -> int:
    """Return the fewest hits of ``runs`` that a ``share`` lets expect, by the binomial."""
    return next(hits for hits in range(runs + 1) if bdtr(hits, runs, share) >= TAIL)
