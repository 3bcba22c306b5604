"""Burnt-in clocks of known time, coded at CRF 30: digits and times read, and how many wrongly.

``python benchmarks/burnt_in_clock.py [--share 0.1] [--jobs 2] [--cache FOLDER]`` prints the tables
of the metric's page in the docs.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import overlays
from setting import Setting, machine, table

from acceptance.errors import GapError
from acceptance.footage import clip
from acceptance.metrics import burnt_in_clock
from acceptance.metrics._osd_clock import seconds

HEIGHTS = (8, 10, 12, 16, 24, 32)
LOOKS = (
    ("white", "dark"),
    ("white", "still"),
    ("white", "panning"),
    ("outlined", "still"),
    ("outlined", "panning"),
    ("outlined", "bright"),
    ("inverting", "still"),
    ("inverting", "panning"),
    ("inverting", "passing"),
    ("inverting", "bright"),
)
ORDERS = {"MM-DD-YYYY": "MDY", "DD-MM-YYYY": "DMY"}
DIGITS = 14


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Result of a film: ``right`` digits of 14, or the ``reason`` why it could not be read.

    ``error`` is that of the moments, in s.
    """

    overlay: overlays.Overlay
    right: int = 0
    wrong: int = 0
    reason: str = ""
    error: float = float("nan")
    ahead: float = float("nan")
    clear: float = float("nan")


def cases(fonts: dict[str, Path | None], seconds: float = 30.0) -> list[overlays.Overlay]:
    """Films of every font, height and look; the number of each draws its date and background."""
    looks = itertools.product(fonts, HEIGHTS, LOOKS)
    return [
        overlays.Overlay(
            font=font, height=height, style=style, ground=ground, form=_form(number),
            start=_start(number), seconds=seconds, seed=number,
        )
        for number, (font, height, (style, ground)) in enumerate(looks)
    ]  # fmt: skip


def _form(number: int) -> str:
    return list(overlays.FORMATS)[(number + number // len(LOOKS)) % len(overlays.FORMATS)]


def _start(number: int) -> datetime:
    after = float(np.random.default_rng(number).uniform(0, 3e9))
    return datetime(2001, 1, 1) + timedelta(seconds=after)  # noqa: DTZ001 -- local time


def filmed(overlay: overlays.Overlay, cache: Path | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Film a clock and decode it, or take it from ``cache``.

    Returns the strip of its region (n, h, w), and the frames' times (n,) in s.
    """
    kept = cache / f"{zlib.crc32(repr(overlay).encode()):08x}.npz" if cache else None
    if kept and kept.is_file():
        found = np.load(kept)
        return found["strip"], found["times"]
    strip, times = _filmed(overlay)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, strip=strip, times=times)
    return strip, times


def _filmed(overlay: overlays.Overlay) -> tuple[np.ndarray, np.ndarray]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film.{overlay.suffix}"
        overlays.write(path, overlay)
        frames = [(frame.time, frame.luma) for frame in clip.open_clip(path).frames()]
    x, y, width, height = map(int, overlay.region())
    strip = np.stack([luma[y : y + height, x : x + width] for _, luma in frames])
    times = np.array([float(time) for time, _ in frames])
    return strip, times


def outcome(overlay: overlays.Overlay, cache: Path | None = None) -> Outcome:
    """Film, read and compare."""
    strip, times = filmed(overlay, cache)
    try:
        clock = burnt_in_clock.followed(strip, times)
        reading = burnt_in_clock.read(clock, ORDERS.get(overlay.form))
    except GapError as gap:
        return Outcome(overlay=overlay, reason=gap.code)
    true = overlay.start + timedelta(seconds=float(clock.seconds.moments[0]))
    shown, expected = reading.shown, overlay.shown(reading.moment + 0.3)
    digits = zip(f"{shown:%Y%m%d%H%M%S}", f"{expected:%Y%m%d%H%M%S}", strict=True)
    right = sum(read == true_digit for read, true_digit in digits)
    return Outcome(
        overlay=overlay,
        right=right,
        wrong=DIGITS - right,
        error=(shown - true).total_seconds(),
        ahead=reading.ahead,
        clear=clock.seconds.clear,
    )


PICTURED = (
    ("Aileron", 16, "white", "still"),
    ("DejaVu Sans Mono Bold", 16, "inverting", "panning"),
    ("Noto Sans CJK", 16, "outlined", "panning"),
    ("Courier bitmap", 16, "outlined", "bright"),
)


def picture(path: Path) -> None:
    """Draw four clocks as filmed, and below each the digits learnt from its film."""
    parts = []
    for number, (font, height, style, ground) in enumerate(PICTURED):
        overlay = overlays.Overlay(
            font=font, height=height, style=style, ground=ground, seed=number, seconds=14.0
        )
        strip, times = filmed(overlay)
        _, learnt = seconds.font_of(strip, times)
        shape = learnt.digits.shape
        digits = np.hstack([np.pad(digit.reshape(shape), 1) for digit in learnt.digits.digits])
        taught = np.clip(100 + 50 * digits, 0, 255).astype(np.uint8)
        parts += [_framed(strip[len(strip) // 2]), _framed(taught)]
    sheet = cv2.resize(np.vstack(parts), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    cv2.imwrite(str(path), sheet)


def _framed(image: np.ndarray) -> np.ndarray:
    return np.pad(image, ((3, 5), (3, 400 - 3 - image.shape[1])), constant_values=255)


def rows(found: list[Outcome], name: str) -> list[list[object]]:
    """Rows of a table by a field of the overlays."""
    groups: dict[str, list[Outcome]] = {}
    for film in found:
        overlay = film.overlay
        look = f"{overlay.style} on {overlay.ground}"
        label = look if name == "look" else str(getattr(overlay, name))
        groups.setdefault(label, []).append(film)
    return [[label, *_counts(films)] for label, films in groups.items()]


def _counts(films: list[Outcome]) -> list[object]:
    read = [film for film in films if not film.reason]
    error = max((abs(film.error) for film in read if not film.wrong), default=float("nan"))
    reasons = Counter(film.reason for film in films if film.reason)
    return [
        len(films),
        f"{sum(film.right for film in films) / (DIGITS * len(films)):.1%}",
        sum(film.wrong for film in films),
        f"{len(read)}",
        sum(film.wrong > 0 for film in read),
        f"{1000 * error:.0f}" if read else "—",
        ", ".join(f"{code} {count}" for code, count in reasons.items()) or "—",
    ]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--cache", type=Path, help="folder of finished films; missing ones are made and kept there"
    )
    parser.add_argument("--picture", type=Path, help="only draw the page's picture to this file")
    parser.add_argument(
        "--verbose", action="store_true", help="print each film that was not read correctly"
    )
    options = parser.parse_args()
    if options.picture:
        picture(options.picture)
        return
    setting = Setting(share=options.share, jobs=options.jobs)
    print(report(setting, options.cache, verbose=options.verbose))


def report(setting: Setting, cache: Path | None = None, *, verbose: bool = False) -> str:
    """Run and tabulate."""
    films = cases(overlays.FONTS)
    chosen = np.random.default_rng(0).permutation(len(films))[: setting.runs(len(films))]
    tried = partial(outcome, cache=cache)
    found = setting.each(tried, [films[number] for number in sorted(chosen)])
    every = max(1, round(1 / max(setting.share, 0.02)))
    uneven = setting.each(tried, cases(overlays.UNEVEN)[::every])
    for film in found if verbose else ():
        if film.reason or film.wrong:
            print(film)
    head = [
        "films",
        "digits read",
        "digits wrong",
        "times read",
        "times wrong",
        "largest error of the moments, ms",
        "unreadable",
    ]
    text = machine() + "\n"
    for name in ("height", "look", "font", "form"):
        text += table([name, *head], rows(found, name))
    text += table(
        ["", *head], [["all", *_counts(found)], ["digits of unequal width", *_counts(uneven)]]
    )
    return text


if __name__ == "__main__":
    main()
