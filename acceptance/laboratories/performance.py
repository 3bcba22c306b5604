"""Scores of a laboratory against an assigned value, and their words (ISO 13528:2022, 9)."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING

from acceptance.files.scipy_later import special
from acceptance.laboratories.precision import variance

if TYPE_CHECKING:
    from collections.abc import Sequence

NEGLIGIBLE = 0.3  # of sigma_pt: below, the assigned value's uncertainty does not touch z
WARNED, ACTED = 2.0, 3.0  # abs(z), z' and zeta
BY_CHANCE = 0.001  # that repeats scatter as far beyond an uncertainty that is true


class Performance(StrEnum):
    """What a score is called."""

    SATISFACTORY = "satisfactory"
    QUESTIONABLE = "questionable"
    UNSATISFACTORY = "unsatisfactory"


def z_score(value: float, assigned: float, sigma: float, uncertainty: float = 0.0) -> float:
    """Return z; with the standard ``uncertainty`` of the assigned value, z'. ``sigma`` above 0."""
    return (value - assigned) / math.hypot(sigma, uncertainty)


def zeta_score(value: float, assigned: float, own: float, uncertainty: float) -> float:
    """Return zeta, of standard uncertainties: the laboratory's ``own`` and the assigned value's."""
    return (value - assigned) / math.hypot(own, uncertainty)


def en_score(value: float, assigned: float, own: float, expanded: float) -> float:
    """Return En, of expanded uncertainties (k = 2, or for 95 %): ``own`` and the assigned one's."""
    return (value - assigned) / math.hypot(own, expanded)


def of_z(score: float) -> Performance:
    """Word z, z' or zeta: to 2 satisfactory, from 3 on unsatisfactory."""
    if abs(score) <= WARNED:
        return Performance.SATISFACTORY
    return Performance.UNSATISFACTORY if abs(score) >= ACTED else Performance.QUESTIONABLE


def of_en(score: float) -> Performance:
    """Word En: to 1 satisfactory (ISO/IEC 17043), beyond unsatisfactory."""
    return Performance.SATISFACTORY if abs(score) <= 1 else Performance.UNSATISFACTORY


def is_negligible(uncertainty: float, sigma: float) -> bool:
    """Whether the assigned value's standard uncertainty is small beside sigma_pt (9.2.1)."""
    return uncertainty <= NEGLIGIBLE * sigma


def scatter_beyond(values: Sequence[float], own: float) -> bool:
    """Whether repeats scatter by more than their mean's standard uncertainty ``own`` can hold.

    That must hold their own standard error, s / sqrt(n), at least: surely not so where chance would
    give such a scatter once in a thousand times.
    """
    freedom = len(values) - 1
    if not freedom:
        return False
    ratio = freedom * variance(values) / len(values) / own**2
    return bool(special.chdtrc(freedom, ratio) < BY_CHANCE)
