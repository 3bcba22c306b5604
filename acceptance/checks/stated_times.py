"""Times that words state, such as "1 min" or 30 秒."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acceptance.model import Value

# A comma in a number is of decimals or of thousands: such a number is not read.
NUMBER = r"(?<![\d.,])(\d+(?:\.\d*)?|\.\d+)"
SECONDS = {
    r"ms|msecs?|milliseconds?|毫秒": 0.001,
    r"s|secs?|seconds?|秒钟?": 1.0,
    r"mins?|minutes?|分钟|分(?![贝辨])": 60.0,
    r"h|hrs?|hours?|小时": 3600.0,
}
TIMES = {re.compile(rf"{NUMBER}\s*(?:{unit})(?![a-z])"): size for unit, size in SECONDS.items()}
ALONE = re.compile(rf"\s*{NUMBER}\s*")


def seconds(value: Value) -> set[float]:
    """Return the times that a value states, in seconds: 60, "60", "1 min" and 60 秒 state one.

    Several may be meant as one ("1 min 30 s") or as two ("30 s instead of 60 s"); words without a
    number state none that could be read. A truth value states none.
    """
    if not isinstance(value, str):
        return set() if isinstance(value, bool) else {float(value)}
    text = unicodedata.normalize("NFKC", value).casefold()
    if alone := ALONE.fullmatch(text):
        return {float(alone[1])}
    return {float(said) * size for form, size in TIMES.items() for said in form.findall(text)}
