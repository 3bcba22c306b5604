"""Patches in the a*b* plane, for the report's picture of colour vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from acceptance.metrics.colour.difference import Drawn
    from acceptance.model.basics import Value

Array = NDArray[np.float64]


def details(names: Sequence[str], nominal: Drawn, doubts: Mapping[str, Drawn]) -> dict[str, Value]:
    """Return what a picture of the plane needs, in lists with an entry a patch.

    Each patch as printed (L*, a*, b*) and as seen (a*, b*), CIELAB D65, with standard uncertainties
    of its way from the one to the other and their correlation.

    Parameters
    ----------
    names
        Of the n patches.
    nominal
        The patches as seen and as printed, (n, 3).
    doubts
        Draws (draws, n, 3) of both by source of uncertainty.
    """
    across, up, together = spreads(nominal, doubts)
    lists = {
        "patch_l": nominal.aims[:, 0],
        "patch_a": nominal.aims[:, 1],
        "patch_b": nominal.aims[:, 2],
        "seen_a": nominal.lab[:, 1],
        "seen_b": nominal.lab[:, 2],
        "u_a": across,
        "u_b": up,
        "correlation_ab": together,
    }
    written: dict[str, Value] = {"patch_names": "; ".join(names)}
    return written | {name: "; ".join(_written(values)) for name, values in lists.items()}


def _written(values: Iterable[float]) -> list[str]:
    return [f"{round(float(value), 2) + 0.0:.2f}" for value in values]


def spreads(nominal: Drawn, doubts: Mapping[str, Drawn]) -> tuple[Array, Array, Array]:
    """Return u of a*, u of b* and their correlation, (n,) each, of seen less printed.

    The sources are taken as independent: their covariances add up (JCGM 102:2011, 6.2).
    """
    every = sum(_covariance(drawn.less(nominal)) for drawn in doubts.values())
    covariance = np.asarray(every, np.float64).reshape(-1, 2, 2)
    across, up = np.sqrt(covariance[:, 0, 0]), np.sqrt(covariance[:, 1, 1])
    product = np.maximum(across * up, 1e-12)
    return across, up, covariance[:, 0, 1] / product


def _covariance(moves: Drawn) -> Array:
    """Return the covariance (n, 2, 2) of a* and b* over the draws."""
    apart = moves.lab - moves.aims
    if apart.ndim < 3:  # a source that leaves no doubt
        return np.zeros((len(apart), 2, 2))
    a, b = (apart[..., axis] - apart[..., axis].mean(axis=0) for axis in (1, 2))
    both = [np.einsum("dn,dn->n", *pair) / len(apart) for pair in ((a, a), (a, b), (b, b))]
    return np.stack([both[0], both[1], both[1], both[2]], axis=1).reshape(-1, 2, 2)
