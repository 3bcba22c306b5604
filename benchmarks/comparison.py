"""What a second generation loses, and what chance makes of equal films.

``python benchmarks/comparison.py [PAIRS]``.
One simulated camera of 1280 x 720 (1 % noise, H.264) films the chart for a second. Losses: that
film decoded and coded again. Chance: PAIRS films of other noise and the same quality, at CRF 15, 22
and 28 in turn, each held beside the one before; the share of differences beyond their uncertainty
should be one in twenty.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from acceptance.charts import definition
from acceptance.footage import clip, encode
from acceptance.model import Shot, SignalPath, Tap
from acceptance.report.playback import Difference, ShotPair, Significance, pairs
from acceptance.session import measuring
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

PAIRS, SECONDS = 12, 1.0
QUALITIES = (15, 22, 28)
LIVE = Shot(id="live", subject="camera", clip="", chart="acceptance", chart_copy="as_drawn")
PLAYBACK = replace(LIVE, id="playback", path=SignalPath.PLAYBACK, tap=Tap.RECORDER)
GENERATIONS = {
    "CRF 36": {"crf": "36"},
    "CRF 28": {"crf": "28"},
    "600 kbit/s, one pass": {"b": "600000", "maxrate": "600000", "bufsize": "600000"},
    "CRF 18": {"crf": "18"},
}


def film(folder: Path, seed: int, crf: int, seconds: float) -> Path:
    """Film the chart."""
    path = folder / f"{seed}-{crf}.mp4"
    films.film_chart(
        Camera(noise=0.01, crf=crf, seed=seed), definition.load("acceptance"), path, seconds
    )
    return path


def again(source: Path, options: dict[str, str]) -> Path:
    """Decode a film and code it once more."""
    path = source.with_name("again.mp4")
    frames = ((one.luma, one.cb, one.cr) for one in clip.open_clip(source).frames())
    encode.write(path, frames, options=options)  # type: ignore[arg-type]  # it has colour
    return path


def held(live: Path, playback: Path) -> ShotPair:
    """Measure both and hold one beside the other."""
    done = [
        measuring.look(replace(shot, clip=str(path)))
        for shot, path in ((LIVE, live), (PLAYBACK, playback))
    ]
    items, notes = (
        [one for each in done for one in getattr(each, name)] for name in ("measurements", "notes")
    )
    [pair] = pairs([one.shot for one in done], items, notes)
    return pair


def told(pair: ShotPair) -> list[Difference]:
    """Return the differences that tell something."""
    return [
        one
        for one in pair.differences
        if one.significance in {Significance.BEYOND, Significance.WITHIN}
    ]


def loss(name: str, pair: ShotPair) -> str:
    """Write a row: what the wedges lost, and how many figures are beyond."""
    found = {one.live.quantity: one for one in pair.differences}
    wedges = " / ".join(
        f"{one.difference:.1f} ± {one.expanded:.1f}"
        for one in (found.get(f"resolution.wedge_{way}") for way in ("horizontal", "vertical"))
        if one
    )
    return f"| {name} | {wedges} | {len(pair.beyond)} / {len(told(pair))} | {len(pair.losses)} |"


def chance(folder: Path, pairs: int, seconds: float) -> str:
    """Write a table: differences beyond by family, over all pairs."""
    beyond: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for number in range(pairs):
        films = [
            film(folder, 100 + 2 * number + one, QUALITIES[number % 3], seconds) for one in (0, 1)
        ]
        for one in told(held(*films)):
            family = one.live.quantity.partition(".")[0]
            every[family] += 1
            beyond[family] += one.significance is Significance.BEYOND
    rows = [
        f"| {name} | {beyond[name]} / {every[name]} | {100 * beyond[name] / every[name]:.1f} % |"
        for name in sorted(every)
    ]
    total = f"| all | {beyond.total()} / {every.total()} | {100 * beyond.total() / every.total():.1f} % |"
    return "\n".join(
        ["| family | beyond / compared | share |", "| --- | --- | --- |", *rows, total]
    )


def main(pairs: int = PAIRS, seconds: float = SECONDS, generations: int = len(GENERATIONS)) -> str:
    """Return both tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = film(folder, 5, 15, seconds)
        cases = list(GENERATIONS.items())[:generations]
        rows = [loss(title, held(first, again(first, options))) for title, options in cases]
        heading = (
            "| second generation | wedge, horizontal / vertical, TVL | beyond / compared "
            "| not measured in playback |"
        )
        return "\n".join(
            [heading, "| --- | --- | --- | --- |", *rows, "", chance(folder, pairs, seconds)]
        )


if __name__ == "__main__":
    print(main(*(int(text) for text in sys.argv[1:2])))
