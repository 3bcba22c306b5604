"""Units as people write them."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What is written for a unit, what it is a unit of, and how many of those one of it is.
UNITS: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(("lx", "lux", "勒克斯", "勒", "流明每平方米"), ("lx", 1.0)),
    **dict.fromkeys(("klx", "klux", "千勒克斯"), ("lx", 1000.0)),
    **dict.fromkeys(("db", "分贝"), ("dB", 1.0)),
    **dict.fromkeys(("k", "开", "开尔文"), ("K", 1.0)),
    **dict.fromkeys(("°c", "℃", "摄氏度", "度c"), ("°C", 1.0)),
    **dict.fromkeys(("kbit/s", "kbps", "kb/s"), ("kbit/s", 1.0)),
    **dict.fromkeys(("mbit/s", "mbps", "mb/s"), ("kbit/s", 1000.0)),
    **dict.fromkeys(("mm", "毫米"), ("mm", 1.0)),
    **dict.fromkeys(("cm", "厘米"), ("mm", 10.0)),
    **dict.fromkeys(("m", "米"), ("mm", 1000.0)),
    **dict.fromkeys(("us", "\u03bcs", "微秒"), ("ms", 0.001)),
    **dict.fromkeys(("ms", "毫秒"), ("ms", 1.0)),
    **dict.fromkeys(("s", "秒"), ("ms", 1000.0)),
    **dict.fromkeys(("min", "分钟"), ("ms", 60_000.0)),
    **dict.fromkeys(("hz", "赫兹", "赫"), ("Hz", 1.0)),
    **dict.fromkeys(("h", "倍屏高"), ("H", 1.0)),
    **dict.fromkeys(("%", "％"), ("%", 1.0)),
    "": ("%", 100.0),
}
# Of bytes, where only the case tells: MB/s are eight Mb/s.
OF_BYTES: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(("kB/s", "KB/s", "kBps", "KBps"), ("kbit/s", 8.0)),
    **dict.fromkeys(("MB/s", "MBps"), ("kbit/s", 8000.0)),
}


def in_unit(number: float, written: str, wanted: str) -> float | None:
    """Return a number in the unit ``wanted``: 480 ``勒克斯`` are 480 lx, 0.5 ``klx`` 500.

    Without a unit it is in that one; None: it is of another kind.
    """
    if not written or written == wanted:
        return number
    (kind, each), (asked, unit) = _known(written), _known(wanted)
    return number * each / unit if kind == asked else None


def _known(unit: str) -> tuple[str, float]:
    """Return what a unit is one of, and how many of that it is; any other is one of itself."""
    whole = unicodedata.normalize("NFKC", unit).strip()
    return OF_BYTES.get(whole) or UNITS.get(whole.casefold(), (unit, 1.0))
