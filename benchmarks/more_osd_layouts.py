# ruff: noqa: E501 -- a line for each layout
"""More layouts of burnt-in clocks, written down before any was read; many have to be refused.

``python benchmarks/more_osd_layouts.py [NUMBER ...]`` films each for 30 s and prints the table.
"""

from __future__ import annotations

import sys
from datetime import datetime
from fractions import Fraction
from typing import Any

from osd_layouts import (
    BARS,
    ISO,
    ISO_12,
    MONO,
    MONO_BOLD,
    NOTO,
    NOTO_BOLD,
    SANS,
    TALL,
    WIDE,
    listed,
    rows,
    summary,
    verdict,
)
from setting import machine, table

MIDNIGHT = datetime(2024, 2, 28, 23, 59, 44, 200_000)  # noqa: DTZ001 -- local time
NEW_YEAR = datetime(2023, 12, 31, 23, 59, 46, 700_000)  # noqa: DTZ001
NOON = datetime(2024, 3, 17, 11, 59, 45, 100_000)  # noqa: DTZ001
SUMMER_TIME = datetime(2024, 3, 31, 1, 59, 42, 500_000)  # noqa: DTZ001
LAYOUTS: tuple[tuple[str, dict[str, Any]], ...] = (
    (ISO, {"font": NOTO, "height": 16, "style": "outlined", "start": MIDNIGHT}),
    ("%d/%m/%Y %H:%M:%S", {"font": SANS, "height": 16, "start": NEW_YEAR, "corner": True}),
    ("%m/%d/%Y %H:%M:%S", {"font": MONO, "height": 14, "corner": True, "style": "outlined"}),
    ("%Y-%m-%d %I:%M:%S %p", {"font": NOTO, "height": 20, "start": NOON, "style": "boxed"}),
    ("%Y-%m-%d %I:%M:%S %p", {"font": MONO_BOLD, "height": 18, "start": MIDNIGHT}),
    (ISO_12, {"font": SANS, "height": 18, "start": NOON, "ground": "still"}),
    ("%Y-%m-%d {of_24}:%M:%S", {"font": NOTO, "height": 18, "start": MIDNIGHT, "ground": "dark"}),
    (ISO, {"font": MONO, "height": 16, "start": SUMMER_TIME, "set_at": 17.5, "set_by": 3600.0}),
    (ISO, {"font": MONO, "height": 16, "ground": "still", "drift": -1.0}),
    (ISO, {"font": SANS, "height": 18, "ground": "still", "set_at": 14.0, "set_by": -3.0}),
    ("%Y-%m-%d %H:%M", {"font": NOTO, "height": 18, "ground": "still"}),
    ("%Y-%m-%d %H:%M:{even}", {"font": NOTO, "height": 18, "ground": "still"}),
    ("%Y年%m月%d日 {zhou} %H:%M:%S", {"font": NOTO_BOLD, "height": 22, "style": "outlined", "size": WIDE}),
    ("{weekday}\n%Y-%m-%d\n%H:%M:%S", {"font": NOTO, "height": 20, "size": TALL}),
    ("%Y-%m-%d %k:%M:%S", {"font": MONO, "height": 18, "style": "outlined"}),
    ("%e-%m-%Y %k:%M:%S", {"font": MONO_BOLD, "height": 18, "ground": "dark"}),
    (ISO, {"font": SANS, "height": 18, "code": 170, "style": "outlined", "ground": "bright_panning"}),
    (ISO, {"font": NOTO, "height": 16, "style": "shadowed", "ground": "bright_panning"}),
    (ISO, {"font": MONO, "height": 14, "style": "inverting", "ground": "bright_panning"}),
    (ISO, {"font": SANS, "height": 14, "ground": "dark", "noise": 12.0}),
    ("%Y-%m-%d %H:%M:%S\n{other}", {"font": MONO, "height": 16, "size": TALL, "ground": "still"}),
    ("%Y-%m-%d %H:%M:%S {later}", {"font": MONO, "height": 16, "size": WIDE, "ground": "still"}),
    ("%Y-%m-%d %H:%M:%S {pace}KM/H", {"font": MONO_BOLD, "height": 16, "size": WIDE, "ground": "still"}),
    ("{pace}KM/H %Y-%m-%d %H:%M:%S", {"font": NOTO, "height": 18, "size": WIDE, "style": "outlined"}),
    ("%Y-%m-%d %H:%M:%S {number}", {"font": MONO, "height": 16, "size": WIDE, "ground": "still"}),
    ("%Y-%m-%d %H:%M:%S -{left}", {"font": SANS, "height": 16, "size": WIDE, "ground": "still"}),
    ("%Y-%m-%d %H:%M:%S +08:00", {"font": SANS, "height": 16, "size": WIDE, "style": "outlined"}),
    ("{buddhist}-%m-%d %H:%M:%S", {"font": NOTO, "height": 18, "ground": "still"}),
    ("民国{minguo}年%m月%d日 %H:%M:%S", {"font": NOTO, "height": 20, "ground": "still"}),
    ("%y-%m-%d %H:%M:%S\nV5.7 2023-05-12", {"font": MONO, "height": 16, "size": TALL, "ground": "still"}),
    ("%b %d %H:%M:%S\nBuild 2023-05-12", {"font": SANS, "height": 16, "size": TALL, "ground": "still"}),
    ("2023-05-12\n%b %d %H:%M:%S", {"font": SANS, "height": 16, "size": TALL, "ground": "still"}),
    ("%Y-%m-%d %H:%M:%S 2020-01-01", {"font": MONO, "height": 16, "size": WIDE, "ground": "still"}),
    ("2020-01-01 %H:%M:%S %Y-%m-%d", {"font": MONO, "height": 16, "size": WIDE, "ground": "still"}),
    (ISO, {"font": MONO, "height": 18, "ground": "still", "rate": Fraction(78, 5)}),
    (ISO, {"font": NOTO, "height": 18, "rate": Fraction(6), "style": "outlined"}),
    (ISO, {"font": SANS, "height": 16, "style": "outlined", "rate": Fraction(60000, 1001)}),
    (ISO, {"font": BARS, "height": 24, "ground": "bright_panning", "style": "boxed"}),
)  # fmt: skip


def main() -> None:
    """Print the table."""
    wanted = set(map(int, sys.argv[1:]))
    every = [each for each in listed(LAYOUTS, 81) if not wanted or each.number in wanted]
    found = [verdict(each) for each in every]
    head = ["", "layout", "font", "digits, px", "look", "result"]
    print(machine(), table(head, rows(found)), summary(found), sep="\n")


if __name__ == "__main__":
    main()
