"""Sixty layouts of burnt-in clocks as cameras and recorders have them: which are read, and how.

``python benchmarks/osd_layouts.py [--second] [--jobs 2] [--cache FOLDER] [--only NUMBER ...]``
films each for 30 s and prints the table of the metric's page in the docs. The list was written
down, and committed, before the reader was made to read it; ``--second``: 20 that were filmed
afterwards only; ``more_osd_layouts.py`` has 38 more.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from burnt_in_clock import filmed
from overlays import Overlay
from setting import machine, table

from acceptance.errors import GapError
from acceptance.metrics import burnt_in_clock

NOTO, NOTO_BOLD, SANS = "Noto Sans CJK", "Noto Sans CJK Bold", "DejaVu Sans"
SERIF, MONO, MONO_BOLD = "DejaVu Serif", "DejaVu Sans Mono", "DejaVu Sans Mono Bold"
NARROW, AILERON, COURIER = "DejaVu Sans Condensed Bold", "Aileron", "Courier bitmap"
BITMAP, BARS = "8 x 16 bitmap", "seven bars"
ISO, ISO_12 = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %I:%M:%S"
TALL, WIDE = (176, 880), (80, 1600)
H265 = {"codec": "libx265", "options": (("crf", "32"), ("x265-params", "log-level=none:pools=1"))}
MJPEG = {"codec": "mjpeg", "options": (("qmin", "6"), ("qmax", "6")), "suffix": "avi"}
FIELDS = {
    "interlaced": True,
    "options": (("crf", "28"), ("threads", "1"), ("x264-params", "tff=1")),
}
HALF_A_DAY = 43200  # s
EARLIER_THAN_13 = 4  # of a month, day of the layouts whose order has to be stated


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A clock and its number in the list.

    ``order`` is that of its date, where the user has to state it; ``modulo``: it shows an hour from
    1 to 12 without a mark, so that its offset is known modulo 12 h only.
    """

    number: int
    overlay: Overlay
    order: str | None = None
    modulo: bool = False


def _layout(number: int, form: str, look: dict[str, Any], order: str | None) -> Layout:
    """Draw date, time and ground of a layout by its number."""
    random = np.random.default_rng([60, number])
    start = datetime(2021, 1, 1) + timedelta(seconds=float(random.uniform(0, 2.5e8)))  # noqa: DTZ001 -- local time
    start = start.replace(day=EARLIER_THAN_13 if order else int(random.integers(13, 29)))
    start = look.get("start", start)
    overlay = Overlay(**{"form": form, "start": start, "seconds": 30.0, "seed": number} | look)
    marked = any(mark in form for mark in ("%p", "{half}", "{low}"))
    modulo = not marked and ("%I" in form or 1 <= start.hour <= 12)
    return Layout(number=number, overlay=overlay, order=order, modulo=modulo)


# form, look
LAYOUTS: tuple[tuple[str, dict[str, Any]], ...] = (
    # clocks of 12 hours
    ("%Y-%m-%d %I:%M:%S %p", {"font": MONO_BOLD, "height": 16}),
    ("%Y-%m-%d %I:%M:%S%p", {"font": SANS, "height": 20, "style": "outlined"}),
    ("%m/%d/%Y %I:%M:%S %p", {"font": AILERON, "height": 14, "ground": "still"}),
    ("%I:%M:%S %p %d/%m/%Y", {"font": NARROW, "height": 24, "style": "outlined"}),
    ("%Y-%m-%d {half}%I:%M:%S", {"font": NOTO, "height": 24}),
    ("%Y年%m月%d日 {half} %I:%M:%S", {"font": NOTO_BOLD, "height": 20, "style": "outlined"}),
    ("%Y-%m-%d %I:%M:%S {low}", {"font": NOTO, "height": 18, "ground": "dark"}),
    (ISO_12, {"font": MONO, "height": 16}),
    ("%m-%d-%Y {hour}:%M:%S %p", {"font": SANS, "height": 18, "ground": "dark"}),
    # weekday
    ("%Y-%m-%d %a %H:%M:%S", {"font": MONO, "height": 14, "style": "outlined"}),
    ("%Y-%m-%d %H:%M:%S %a", {"font": BITMAP, "height": 20, "style": "outlined"}),
    ("%a %Y-%m-%d %H:%M:%S", {"font": SANS, "height": 12, "ground": "dark"}),
    ("%Y-%m-%d {weekday} %H:%M:%S", {"font": NOTO, "height": 16, "style": "inverting"}),
    ("{weekday} %d/%m/%Y %H:%M:%S", {"font": NOTO_BOLD, "height": 22}),
    ("%A %d-%m-%Y %H:%M:%S", {"font": NARROW, "height": 16, "ground": "still", "size": WIDE}),
    # Chinese
    ("%Y年%m月%d日 %H:%M:%S", {"font": NOTO, "height": 12, "style": "outlined"}),
    ("%Y年%m月%d日 {weekday} %H:%M:%S", {"font": NOTO_BOLD, "height": 28, "size": WIDE}),
    ("%Y年%m月%d日%H时%M分%S秒", {"font": NOTO, "height": 20, "style": "outlined"}),
    ("%Y年%m月%d日 %H:%M:%S", {"font": BITMAP, "height": 10, "ground": "dark"}),
    # two lines
    ("%Y-%m-%d\n%H:%M:%S", {"font": MONO_BOLD, "height": 16, "size": TALL}),
    ("%H:%M:%S\n%Y-%m-%d", {"font": SANS, "height": 20, "size": TALL, "style": "outlined"}),
    ("%d/%m/%Y\n%H:%M:%S", {"font": NOTO, "height": 14, "size": TALL, "ground": "still"}),
    ("%Y年%m月%d日\n%H:%M:%S", {"font": NOTO, "height": 24, "size": TALL, "style": "boxed"}),
    ("Gate 2 North\n%Y-%m-%d %H:%M:%S", {"font": AILERON, "height": 16, "size": TALL}),
    ("%Y-%m-%d %a\n%I:%M:%S %p", {"font": MONO, "height": 20, "size": TALL, "style": "outlined"}),
    # milliseconds
    ("%Y-%m-%d %H:%M:%S.{ms}", {"font": MONO, "height": 16, "style": "outlined"}),
    ("%Y-%m-%d %H:%M:%S:{ms}", {"font": NOTO, "height": 20, "ground": "still"}),
    ("%Y/%m/%d %H:%M:%S,{ms}", {"font": SANS, "height": 14, "ground": "dark"}),
    # names beside
    ("%Y-%m-%d %H:%M:%S Gate North", {"font": NOTO, "height": 16}),
    ("Camera 03 %Y-%m-%d %H:%M:%S", {"font": MONO_BOLD, "height": 14, "size": WIDE}),
    (
        "IPC-2208 %Y-%m-%d %H:%M:%S CH12",
        {"font": SANS, "height": 16, "style": "outlined", "size": WIDE},
    ),
    (
        "%Y-%m-%d %H:%M:%S 192.168.1.64",
        {"font": AILERON, "height": 18, "ground": "dark", "size": WIDE},
    ),
    ("%Y-%m-%d %H:%M:%S 12号楼 3层", {"font": NOTO_BOLD, "height": 16, "style": "outlined"}),
    ("25fps %H:%M:%S %d.%m.%Y 4096K", {"font": MONO, "height": 16, "size": WIDE}),
    # moving ground
    (ISO, {"font": NOTO, "height": 16, "ground": "passing"}),
    (ISO, {"font": SERIF, "height": 20, "ground": "passing", "style": "outlined"}),
    (ISO, {"font": NARROW, "height": 12}),
    # outlined, shadowed, boxed, coloured, inverting
    (ISO, {"font": SANS, "height": 12, "style": "outlined", "ground": "bright"}),
    (ISO, {"font": NOTO, "height": 14, "style": "shadowed"}),
    (ISO, {"font": AILERON, "height": 20, "style": "shadowed", "ground": "bright"}),
    (ISO, {"font": MONO, "height": 16, "style": "boxed"}),
    ("%d-%m-%Y %H:%M:%S", {"font": SERIF, "height": 12, "style": "boxed", "ground": "passing"}),
    (ISO, {"font": SANS, "height": 16, "code": 81, "ground": "dark"}),  # red
    (ISO, {"font": NARROW, "height": 18, "code": 41, "ground": "bright"}),  # blue
    (ISO, {"font": NOTO_BOLD, "height": 16, "code": 145, "style": "outlined"}),  # green
    (
        "%m/%d/%Y %H:%M:%S",
        {"font": MONO_BOLD, "height": 20, "style": "inverting", "ground": "passing"},
    ),
    # bitmap fonts of recorders
    (ISO, {"font": BITMAP, "height": 10, "style": "outlined"}),
    ("%d/%m/%Y %H:%M:%S", {"font": BITMAP, "height": 20, "ground": "still"}),
    ("%Y.%m.%d %H:%M:%S", {"font": COURIER, "height": 16, "style": "outlined"}),
    (ISO, {"font": BARS, "height": 20, "style": "boxed"}),
    # order of the date, signs between, time before date
    ("%d-%m-%Y %H:%M:%S", {"font": SANS, "height": 16, "order": "DMY"}),
    ("%m/%d/%Y %H:%M:%S", {"font": NOTO, "height": 18, "order": "MDY", "style": "outlined"}),
    ("%d.%m.%Y %H:%M:%S", {"font": AILERON, "height": 14}),
    ("%H:%M:%S %Y/%m/%d", {"font": MONO, "height": 12, "style": "outlined"}),
    ("%Y-%m-%dT%H:%M:%S", {"font": NARROW, "height": 16}),
    # bottom right, coders, sizes
    (ISO, {"font": NOTO, "height": 16, "corner": True}),
    (ISO, {"font": NOTO, "height": 40, "style": "outlined", "size": WIDE, **H265}),
    (ISO, {"font": SANS, "height": 8, "style": "outlined", **H265}),
    ("%Y/%m/%d %H:%M:%S", {"font": MONO_BOLD, "height": 12, **MJPEG}),
    (ISO, {"font": NOTO_BOLD, "height": 20, "style": "outlined", **FIELDS}),
)


# not looked at while the reader was changed
SECOND: tuple[tuple[str, dict[str, Any]], ...] = (
    ("%b %d, %Y %I:%M:%S %p", {"font": SANS, "height": 18, "ground": "dark"}),
    ("%Y-%m-%d %H:%M:%S REC {since}", {"font": MONO, "height": 16, "size": WIDE}),
    ("%Y-%m-%d\n%H{blink}%M{blink}%S", {"font": NOTO, "height": 18, "size": TALL}),
    ("%Y/%m/%d  %H:%M:%S", {"font": NOTO_BOLD, "height": 30, "style": "shadowed"}),
    ("[%Y-%m-%d %H:%M:%S]", {"font": AILERON, "height": 14, "style": "outlined"}),
    (
        "%H:%M:%S %d-%m-%Y CAM 7 出入口",
        {"font": NOTO, "height": 16, "style": "boxed", "size": WIDE},
    ),
    ("%Y-%m-%d {weekday}\n%H:%M:%S", {"font": NOTO_BOLD, "height": 22, "size": TALL}),
    ("%d-%m-%Y\n%H:%M:%S", {"font": MONO_BOLD, "height": 14, "size": TALL, **MJPEG}),
    ("%Y-%m-%d %H:%M:%S.{ms}", {"font": SANS, "height": 18, "rate": Fraction(30000, 1001)}),
    ("%d/%m/%Y %H:%M:%S GMT+8", {"font": NARROW, "height": 16, "style": "outlined"}),
    ("%Y年%m月%d日\n{half}%I:%M:%S", {"font": NOTO, "height": 24, "size": TALL}),
    (ISO, {"font": NOTO, "height": 14, "style": "outlined", **FIELDS}),
    (ISO, {"font": SANS, "height": 16, "style": "shadowed", "rate": Fraction(25, 2)}),
    ("%H:%M:%S %d-%m-%Y", {"font": BARS, "height": 16, "ground": "still", "style": "boxed"}),
    ("%m-%d-%Y %a %H:%M:%S", {"font": SANS, "height": 12, "style": "inverting"}),
    (ISO, {"font": MONO, "height": 16, "style": "outlined", **H265, "ground": "passing"}),
    (
        "%Y-%m-%d %a %H:%M:%S",
        {"font": SANS, "height": 20, "code": 210, "style": "outlined", "ground": "bright"},
    ),
    ("%Y-%m-%d %H:%M:%S 31KM/H N22.543 E114.057", {"font": MONO_BOLD, "height": 14, "size": WIDE}),
    ("%d.%m.%Y %a %H:%M:%S", {"font": COURIER, "height": 24, "size": WIDE}),
    (
        "%Y-%m-%d %I:%M:%S %p\nLobby 2",
        {"font": BITMAP, "height": 20, "size": TALL, "style": "outlined"},
    ),
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a layout: ``wrong`` seconds, a ``reason`` why it is not read, or nothing."""

    layout: Layout
    wrong: float = 0.0
    reason: str = ""
    modulo: bool = False

    @property
    def read(self) -> bool:
        """Whether the right time was read, as far as the layout shows it."""
        return not (self.reason or self.wrong) and self.modulo == self.layout.modulo


def verdict(layout: Layout, cache: Path | None = None) -> Verdict:
    """Film, read and compare."""
    strip, times = filmed(layout.overlay, cache)
    try:
        reading = burnt_in_clock.read(burnt_in_clock.followed(strip, times), layout.order)
    except GapError as gap:
        return Verdict(layout=layout, reason=gap.code)
    true = layout.overlay.shown(reading.moment + 0.3)  # the change is half-way between two frames
    off = (reading.shown - true).total_seconds()
    if reading.either_half and abs(off) <= HALF_A_DAY:  # a date that is wrong is wrong
        off = (off + 21600) % HALF_A_DAY - 21600
    return Verdict(layout=layout, wrong=off, modulo=reading.either_half)


def listed(forms: tuple[tuple[str, dict[str, Any]], ...], first: int = 1) -> list[Layout]:
    """Give the layouts of a list their numbers."""
    return [
        _layout(number, form, {k: v for k, v in look.items() if k != "order"}, look.get("order"))
        for number, (form, look) in enumerate(forms, first)
    ]


def rows(found: list[Verdict]) -> list[list[object]]:
    """Rows of the table, one for each layout."""
    return [
        [
            each.layout.number,
            each.layout.overlay.form.replace("\n", " ↵ "),
            each.layout.overlay.font,
            each.layout.overlay.height,
            _look(each.layout.overlay),
            _result(each),
        ]
        for each in found
    ]


def _look(overlay: Overlay) -> str:
    plain = Overlay()
    said = [f"{overlay.style} on {overlay.ground}"]
    said += [f"luma {overlay.code}"] if overlay.code != plain.code else []
    said += [overlay.codec] if overlay.codec != plain.codec else []
    said += ["corner"] if overlay.corner else []
    said += ["interlaced"] if overlay.interlaced else []
    return ", ".join(said)


def _result(each: Verdict) -> str:
    if each.wrong:
        return f"**wrong by {each.wrong:.0f} s**"
    return each.reason or ("read, modulo 12 h" if each.modulo else "read")


def summary(found: list[Verdict]) -> str:
    """Count what was read, of all and of 12 px and up."""
    tall = [each for each in found if each.layout.overlay.height >= 12]
    right, right_tall = (sum(each.read for each in group) for group in (found, tall))
    wrong = sum(each.wrong != 0 for each in found)
    return (
        f"{right} of {len(found)} read, {right_tall} of {len(tall)} of 12 px and up; {wrong} wrong"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cache", type=Path, help="folder of finished films")
    parser.add_argument("--only", type=int, nargs="*", help="numbers of layouts")
    parser.add_argument("--second", action="store_true", help="the list of 20 instead")
    options = parser.parse_args()
    from setting import Setting  # noqa: PLC0415 -- for tests that load this file by itself

    every = listed(SECOND, 61) if options.second else listed(LAYOUTS)
    chosen = [each for each in every if each.number in (options.only or [each.number])]
    tried = partial(verdict, cache=options.cache)
    found = Setting(jobs=options.jobs).each(tried, chosen)
    head = ["", "layout", "font", "digits, px", "look", "result"]
    print(machine(), table(head, rows(found)), summary(found), sep="\n")


if __name__ == "__main__":
    main()
