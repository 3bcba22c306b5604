"""Colour differences of patches from their aims, and the uncertainty of what is made of them.

Uncertainty is propagated by Monte Carlo (JCGM 101): a
difference is a length, never negative, so whatever disturbs a patch lengthens it on average. This
bias, as the draws show it, is subtracted from the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.footage.colorimetry import lab_of
from acceptance.footage.gamut import TO_XYZ
from acceptance.metrics._shared.ordered import quantile_of_each
from acceptance.metrics._shared.sources import BIAS_SOURCE
from acceptance.metrics.colour.ciede2000 import delta_e00
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

Array = NDArray[np.float64]

DIFFERENCES = ("delta_e00", "delta_e_ab")
STATISTICS = ("mean", "p95", "worst")
COLOURFUL = 10.0  # least aim chroma of a patch that saturation is measured on
NEUTRAL = 6.0  # largest aim chroma of a neutral
MIDDLE = (30.0, 90.0)  # aim L* of the neutrals that white balance is measured on
LEFT_OF_BIAS = 1.0  # half-width of the error of the bias, relative to the bias


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Patches as one source of doubt may have made them.

    ``lab`` and ``aims`` are CIELAB D65, (draws, n, 3) or, where nothing was drawn, (n, 3).
    """

    lab: Array
    aims: Array

    def less(self, nominal: Drawn) -> Drawn:
        """Return how far the patches are from the nominal ones."""
        return Drawn(lab=self.lab - nominal.lab, aims=self.aims - nominal.aims)


@dataclass(frozen=True, kw_only=True)
class ColourFigure:
    """A result with the ``bias`` that was subtracted from it, and its budget."""

    value: float
    bias: float
    budget: tuple[BudgetLine, ...]


def normalised(light: Array, aims: Array) -> Array:
    """Return CIELAB D65 (..., n, 3) of patches, their exposure normalised on the neutrals.

    Parameters
    ----------
    light
        Linear R, G, B (..., n, 3) of n patches, BT.709 primaries, any exposure.
    aims
        CIELAB D65 (..., n, 3) of the same patches as printed.
    """
    return lab_of(light * gain(light, aims)[..., None, None])


def gain(light: Array, aims: Array) -> Array:
    """Return the factor (...) at which the neutrals' luminances add up to those of their aims."""
    grey = neutral(aims.reshape(-1, *aims.shape[-2:]).mean(axis=0))
    seen = (light[..., grey, :] @ TO_XYZ[1]).sum(axis=-1)
    return np.asarray(luminance(aims[..., grey, 0]).sum(axis=-1) / seen)


def propagated(
    nominal: Drawn, doubts: Mapping[str, Drawn], one_way: Collection[str] = ()
) -> dict[str, ColourFigure]:
    """Return each result of the patches, its bias subtracted, with its uncertainty budget.

    Parameters
    ----------
    nominal
        The n patches as seen, (n, 3).
    doubts
        Draws (draws, n, 3) of the patches by source of uncertainty.
    one_way
        Sources that move all patches one known way, or not at all: they lengthen nothing on
        average.

    Notes
    -----
    The bias is what the draws add to the results of the likeliest true differences. These are
    shorter than those seen by what the sources add to the mean square (after W. James and C. Stein,
    1961), so that a camera without error comes out near 0. The sources are drawn one by one for
    their shares and together for their sum, which is less where one dominates another.
    """
    moves = {source: drawn.less(nominal) for source, drawn in doubts.items()}
    lengthening = _all([move for source, move in moves.items() if source not in one_way])
    biases = _biases(nominal, lengthening)
    together = _moved(nominal.lab, nominal.aims, _all([*moves.values()]))
    each = {source: _moved(nominal.lab, nominal.aims, move) for source, move in moves.items()}
    found = {}
    for name, value in figures(nominal.lab, nominal.aims, nominal.aims).items():
        bias = min(biases[name], float(value))
        shares = {source: float(spread[name].std()) for source, spread in each.items()}
        budget = _budget(shares, together[name], bias)
        found[name] = ColourFigure(value=float(value) - bias, bias=bias, budget=budget)
    return found


def _all(moves: Sequence[Drawn]) -> Drawn:
    """Return what several sources do together."""
    return Drawn(
        lab=np.asarray(sum(move.lab for move in moves)),
        aims=np.asarray(sum(move.aims for move in moves)),
    )


def _moved(lab: Array, aims: Array, moves: Drawn) -> dict[str, Array]:
    """Return every colour quantity of patches ``lab`` with their ``aims``, both moved."""
    return figures(lab + moves.lab, aims + moves.aims, aims)


def _biases(nominal: Drawn, moves: Drawn) -> dict[str, float]:
    """Return what the ``moves`` of all sources add to the likeliest true result, by name."""
    shortened = _shortened(nominal, moves.lab - moves.aims)
    likeliest = nominal.aims + (nominal.lab - nominal.aims) * shortened
    true = figures(likeliest, nominal.aims, nominal.aims)
    drawn = _moved(likeliest, nominal.aims, moves)
    return {name: float(drawn[name].mean() - value) for name, value in true.items()}


def _shortened(nominal: Drawn, moves: Array) -> float:
    """Return the likeliest true differences over those seen, both in root mean square."""
    square = float(np.mean((nominal.lab - nominal.aims) ** 2))
    return float(np.sqrt(max(0.0, 1 - float(np.mean(moves**2)) / max(square, 1e-12))))


def _budget(shares: Mapping[str, float], together: Array, bias: float) -> tuple[BudgetLine, ...]:
    """Return a line for each source and one for the bias.

    Lines are scaled so that they combine to the scatter of all sources ``together``.
    """
    scale = float(together.std()) / max(
        float(np.sqrt(sum(share**2 for share in shares.values()))), 1e-12
    )
    lines = {source: scale * share for source, share in shares.items()}
    lines[BIAS_SOURCE] = LEFT_OF_BIAS * abs(bias) / float(np.sqrt(3))
    return tuple(
        BudgetLine(source=source, contribution=share, evaluation="A" if source == "noise" else "B")
        for source, share in lines.items()
    )


def luminance(lightness: Array) -> Array:
    """Return Y (white = 1) of L* (white = 100), any shape (ISO/CIE 11664-4)."""
    f = (lightness + 16) / 116
    return np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29))


def figures(lab: Array, aims: Array, meant: Array) -> dict[str, Array]:
    """Return every colour quantity (...) of n patches, by name without ``colour.``.

    Parameters
    ----------
    lab, aims
        CIELAB D65 (..., n, 3) of the patches as seen and as they should be.
    meant
        CIELAB D65 (n, 3) of the chart's own aims: they decide which patches are neutral or
        colourful.
    """
    apart = lab - aims
    lengths = dict(zip(DIFFERENCES, (delta_e00(lab, aims), _length(apart)), strict=True))
    found = {f"{name}_mean": length.mean(axis=-1) for name, length in lengths.items()}
    found |= {f"{name}_p95": quantile_of_each(length, 0.95) for name, length in lengths.items()}
    found |= {f"{name}_worst": length.max(axis=-1) for name, length in lengths.items()}
    cast = apart[..., balancing(meant), 1:].mean(axis=-2)
    chroma, aim = (
        _length(colours[..., colourful(meant), 1:]).sum(axis=-1) for colours in (lab, aims)
    )
    return found | {"white_balance": _length(cast), "saturation": 100 * chroma / aim}


def _length(vectors: Array) -> Array:
    """Return the lengths (...) of vectors (..., n)."""
    return np.asarray(np.sqrt(np.einsum("...i,...i", vectors, vectors)))


def neutral(aims: Array) -> NDArray[np.bool_]:
    """Return which (n,) of the aims (n, 3), CIELAB, are neutrals."""
    return np.asarray(np.hypot(aims[:, 1], aims[:, 2]) < NEUTRAL)


def balancing(aims: Array) -> NDArray[np.bool_]:
    """Return which (n,) of the aims (n, 3) show white balance: neutrals but white and black."""
    return np.asarray(neutral(aims) & (aims[:, 0] > MIDDLE[0]) & (aims[:, 0] < MIDDLE[1]))


def colourful(aims: Array) -> NDArray[np.bool_]:
    """Return which (n,) of the aims (n, 3), CIELAB, show saturation."""
    return np.asarray(np.hypot(aims[:, 1], aims[:, 2]) > COLOURFUL)
