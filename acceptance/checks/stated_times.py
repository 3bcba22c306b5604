"""A duration that is stated, as a number of seconds or in words such as "1 min" or 30 秒."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from acceptance.checks.warned import alike

if TYPE_CHECKING:
    from acceptance.model import Value

# In full width and small letters; ″ is written out as ′′ there.
UNITS = {
    r"|s|secs?\.?|seconds?|秒钟?|′′|''|\"": 1.0,
    r"ms|msecs?\.?|milliseconds?|毫秒": 0.001,
    r"mins?\.?|minutes?|分钟?|分鐘|′|'": 60.0,
    r"h|hrs?\.?|hours?|个?小时|個?小時": 3600.0,
}
TIMES = {
    re.compile(rf"([0-9]+(?:\.[0-9]*)?|\.[0-9]+) ?(?:{unit})"): size for unit, size in UNITS.items()
}


def seconds(value: Value) -> float | None:
    """Return the duration that a value states, in seconds: 60, "60", "1 min" and 60 秒 state one.

    A text does where the whole of it is one number, with one unit of time or none (a point before
    decimals, no sign, nothing between thousands). All other words state none that is read here:
    "1/2 min", "30 ±1 s", "less than 60 s", 三十秒, "30 с" (Cyrillic) are for people. A truth
    value states none. A whole number is returned as it is, of any size.
    """
    if not isinstance(value, str):
        return None if isinstance(value, bool) else value
    text = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    stated = ((form.fullmatch(text), size) for form, size in TIMES.items())
    return next((float(found[1]) * size for found, size in stated if found), None)


def says_nothing(value: Value) -> bool:
    """Whether a value is no duration and no words of one: a truth value, blank, "-", "none", 无."""
    return isinstance(value, bool) or (
        isinstance(value, str) and alike.plain(value) in alike.NOTHING
    )
