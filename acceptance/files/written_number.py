"""Numbers as people and devices write them."""

from __future__ import annotations

import math


def number(text: str) -> float:
    """Read a number; nan for anything else, also for 4_6, a slip of 4.6 that Python reads as 46."""
    try:
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan
