"""Scores of a laboratory against an assigned value, and their words (ISO 13528:2022, 9)."""

from __future__ import annotations

import math
from enum import StrEnum

NEGLIGIBLE = 0.3  # of sigma_pt: below, the assigned value's uncertainty does not touch z
WARNED, ACTED = 2.0, 3.0  # abs(z), z' and zeta


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
