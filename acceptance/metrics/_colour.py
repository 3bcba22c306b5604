"""Colour figures of patches by their light: differences from the aim, and what doubt does to them.

CIEDE2000 (ISO/CIE 11664-6) by scikit-image, tested against the pairs of G. Sharma, W. Wu, E. N. Dalal, Color Res.
Appl. 30, 2005. Doubt is propagated by Monte Carlo (JCGM 101): a difference is a length, never negative, so whatever
disturbs a patch lengthens it on average; what the draws say of that is taken off the figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.colorimetry import TO_XYZ, lab_of
from acceptance.model import BudgetLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Array = NDArray[np.float64]

DIFFERENCES = ("delta_e00", "delta_e_ab")
STATISTICS = ("mean", "p95", "worst")
COLOURFUL = 10.0  # least aim chroma of a patch that tells of saturation
NEUTRAL = 6.0  # largest aim chroma of a neutral
MIDDLE = (30.0, 90.0)  # aim L* of the neutrals that tell of white balance
LEFT_OF_BIAS = 0.5  # half-width, as a share of the bias taken off, of what that may be wrong by


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Patches as one source of doubt may have made them: ``lab`` and ``aims`` (draws, n, 3) or (n, 3) CIELAB D65."""

    lab: Array
    aims: Array


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure with the ``bias`` that was taken off it, and its budget."""

    value: float
    bias: float
    budget: tuple[BudgetLine, ...]


def normalised(light: Array, aims: Array) -> Array:
    """CIELAB (..., n, 3) of linear light (..., n, 3), exposure normalised on the neutrals of the aims (..., n, 3)."""
    return lab_of(light * gain(light, aims)[..., None, None])


def gain(light: Array, aims: Array) -> Array:
    """Return the factor (...) at which the neutrals' luminances add up to those of their aims."""
    grey = neutral(aims.reshape(-1, *aims.shape[-2:]).mean(axis=0))
    seen = (light[..., grey, :] @ TO_XYZ[1]).sum(axis=-1)
    return np.asarray(luminance(aims[..., grey, 0]).sum(axis=-1) / seen)


def propagated(nominal: Drawn, doubts: Mapping[str, Drawn]) -> dict[str, Figure]:
    """Return each figure of ``nominal`` (n, 3), less the bias that the ``doubts`` together make, with its budget.

    The draws are laid about the likeliest true differences, which are shorter than those seen: by what the doubts add
    to the mean square (after W. James and C. Stein, 1961). So a camera without error comes out near 0.
    """
    seen = figures(nominal.lab, nominal.aims, nominal.aims)
    moves = {name: (one.lab - nominal.lab, one.aims - nominal.aims) for name, one in doubts.items()}
    lab_moves, aim_moves = (np.asarray(sum(move[side] for move in moves.values())) for side in (0, 1))
    difference = nominal.lab - nominal.aims
    added = np.mean((lab_moves - aim_moves) ** 2) / max(np.mean(difference**2), 1e-12)
    centre = nominal.aims + difference * np.sqrt(max(0.0, 1 - added))
    true = figures(centre, nominal.aims, nominal.aims)
    together = figures(centre + lab_moves, nominal.aims + aim_moves, nominal.aims)
    each = {name: figures(centre + move[0], nominal.aims + move[1], nominal.aims) for name, move in moves.items()}
    found = {}
    for name, value in seen.items():
        bias = min(float(together[name].mean() - true[name]), float(value))
        lines = [_line(source, float(spread[name].std())) for source, spread in each.items()]
        lines.append(_line("positive bias", LEFT_OF_BIAS * abs(bias) / np.sqrt(3)))
        found[name] = Figure(value=float(value) - bias, bias=bias, budget=tuple(lines))
    return found


def _line(source: str, contribution: float) -> BudgetLine:
    return BudgetLine(source=source, contribution=contribution, evaluation="A" if source == "noise" else "B")


def luminance(lightness: Array) -> Array:
    """Return Y (white = 1) of L*, any shape (ISO/CIE 11664-4)."""
    f = (lightness + 16) / 116
    return np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29))


def delta_e00(one: Array, other: Array) -> Array:
    """Return CIEDE2000 (...) between CIELAB colours (..., 3), k_L = k_C = k_H = 1."""
    from skimage import color  # noqa: PLC0415 -- 0.3 s to import, which only colour should cost

    difference: Callable[..., Array] = color.deltaE_ciede2000
    return difference(*np.broadcast_arrays(one, other))


def figures(lab: Array, aims: Array, meant: Array) -> dict[str, Array]:
    """Return each figure (...) of colours ``lab`` against ``aims``, both (..., n, 3) CIELAB.

    ``meant`` (n, 3) are the chart's own aims, by which patches are told neutral or colourful.
    """
    lengths = dict(zip(DIFFERENCES, (delta_e00(lab, aims), np.linalg.norm(lab - aims, axis=-1)), strict=True))
    found = {f"{name}_mean": length.mean(axis=-1) for name, length in lengths.items()}
    found |= {f"{name}_p95": np.percentile(length, 95, axis=-1) for name, length in lengths.items()}
    found |= {f"{name}_worst": length.max(axis=-1) for name, length in lengths.items()}
    cast = (lab - aims)[..., balancing(meant), 1:].mean(axis=-2)
    chroma, aim = (np.linalg.norm(colours[..., colourful(meant), 1:], axis=-1).sum(axis=-1) for colours in (lab, aims))
    return found | {"white_balance": np.linalg.norm(cast, axis=-1), "saturation": 100 * chroma / aim}


def neutral(aims: Array) -> NDArray[np.bool_]:
    """(n,) which of the aims (n, 3) are neutrals."""
    return np.asarray(np.hypot(aims[:, 1], aims[:, 2]) < NEUTRAL)


def balancing(aims: Array) -> NDArray[np.bool_]:
    """(n,) which neutrals tell of white balance: neither white nor black."""
    return np.asarray(neutral(aims) & (aims[:, 0] > MIDDLE[0]) & (aims[:, 0] < MIDDLE[1]))


def colourful(aims: Array) -> NDArray[np.bool_]:
    """(n,) which of the aims (n, 3) tell of saturation."""
    return np.asarray(np.hypot(aims[:, 1], aims[:, 2]) > COLOURFUL)
