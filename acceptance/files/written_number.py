"""Numbers as people and devices write them."""

from __future__ import annotations

import math

# How programs and keyboards write a minus: U+2212, wide, small, a hyphen, a dash.
MINUS = str.maketrans(dict.fromkeys("\u2212\uff0d\ufe63\u2010\u2011\u2013", "-"))


def number(text: str) -> float:
    """Read a number; nan for anything else, also for 4_6, a slip of 4.6 that Python reads as 46."""
    try:
        return math.nan if "_" in text else float(text.translate(MINUS))
    except ValueError:
        return math.nan
