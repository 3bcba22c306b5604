"""Losses of a second generation, and chance differences between equal films.

``python benchmarks/comparison.py [PAIRS]``.
One simulated camera of 1280 x 720 (1 % noise, H.264) films the chart for a second. Losses: that
film decoded and coded again. Chance: PAIRS pairs of films that differ only in noise, at CRF 15, 22
and 28 in turn; one in twenty differences should be beyond its uncertainty.
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
    frames = ((frame.luma, frame.cb, frame.cr) for frame in clip.open_clip(source).frames())
    encode.write(path, frames, options=options)  # type: ignore[arg-type]  # it has colour
    return path


def compare(live: Path, playback: Path) -> ShotPair:
    """Measure both films and compare the figures."""
    shots = [replace(LIVE, clip=str(live)), replace(PLAYBACK, clip=str(playback))]
    measured = [measuring.look(shot) for shot in shots]
    items = [item for shot in measured for item in shot.measurements]
    notes = [note for shot in measured for note in shot.notes]
    [pair] = pairs([shot.shot for shot in measured], items, notes)
    return pair


def compared(pair: ShotPair) -> list[Difference]:
    """Return the differences between figures that can be compared."""
    return [
        found
        for found in pair.differences
        if found.significance in {Significance.BEYOND, Significance.WITHIN}
    ]


def loss(name: str, pair: ShotPair) -> str:
    """Write a row: the loss of the wedges, and how many differences are beyond U."""
    found = {difference.live.quantity: difference for difference in pair.differences}
    both = (found.get(f"resolution.wedge_{way}") for way in ("horizontal", "vertical"))
    wedges = " / ".join(f"{wedge.difference:.1f} ± {wedge.expanded:.1f}" for wedge in both if wedge)
    shares = f"{len(pair.beyond)} / {len(compared(pair))}"
    return f"| {name} | {wedges} | {shares} | {len(pair.losses)} |"


def chance(folder: Path, count: int, seconds: float) -> str:
    """Write a table: differences beyond U by family, over all pairs."""
    beyond: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for number in range(count):
        seeds = (100 + 2 * number, 101 + 2 * number)
        films = [film(folder, seed, QUALITIES[number % 3], seconds) for seed in seeds]
        for difference in compared(compare(*films)):
            family = difference.live.quantity.partition(".")[0]
            every[family] += 1
            beyond[family] += difference.significance is Significance.BEYOND
    rows = [_share(name, beyond[name], every[name]) for name in sorted(every)]
    head = ["| family | beyond / compared | share |", "| --- | --- | --- |"]
    return "\n".join([*head, *rows, _share("all", beyond.total(), every.total())])


def _share(name: str, beyond: int, every: int) -> str:
    return f"| {name} | {beyond} / {every} | {100 * beyond / every:.1f} % |"


def main(count: int = PAIRS, seconds: float = SECONDS, generations: int = len(GENERATIONS)) -> str:
    """Return both tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = film(folder, 5, 15, seconds)
        cases = list(GENERATIONS.items())[:generations]
        rows = [loss(title, compare(first, again(first, options))) for title, options in cases]
        wedges = "wedge, horizontal / vertical, TVL"
        heading = f"| second generation | {wedges} | beyond / compared | not measured in playback |"
        chances = chance(folder, count, seconds)
        return "\n".join([heading, "| --- | --- | --- | --- |", *rows, "", chances])


if __name__ == "__main__":
    print(main(*(int(text) for text in sys.argv[1:2])))
