"""How well planted drops, repeats and freezes are found, with a filmed clock and without.

``python benchmarks/frame_rate.py [--share 0.1] [NAME ...]`` prints the tables of
``docs/metrics/frame_rate.md``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from setting import REAL, Setting, machine, prose, table

from acceptance.charts import definition
from acceptance.footage import clip, encode
from acceptance.metrics._shared import freeze
from acceptance.metrics.frame_rate import counter as clock_counter
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.scene.series import series_of
from acceptance.scene.watch import Watch
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Picture = NDArray[np.uint8]
Run = tuple[int, int]

CLIPS = ("bottle_intel.mp4", "car_park_intel.mp4", "lobby_intel.mp4")
RATE = 25
FROZEN = 2 * RATE  # frames of a planted freeze
WIDTH, HEIGHT = 320, 180
# Least share of a planted freeze that must be left undecided, else it counts as denied: coders
# refine the picture for a second.
COVERED = 0.5


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What was planted in a film of the clock, and what the counter found of it."""

    dropped: tuple[int, int]
    repeated: tuple[int, int]
    misplaced: int


def counted(seed: int, seconds: float = 60.0) -> Counted:
    """Film the clock at 2 % noise and CRF 36 with B-frames.

    Each slot is dropped with a probability of 2 %, and repeated with 2 %.
    """
    random = np.random.default_rng([seed, 4])
    slots = round(seconds * RATE)
    fate = random.choice(3, slots, p=[0.96, 0.02, 0.02])
    fate[[0, 1, -2, -1]] = 0
    lost, again = (frozenset(np.flatnonzero(fate == kind).tolist()) for kind in (1, 2))
    camera = Camera(
        width=480, height=270, rate=Fraction(RATE), noise=0.02, crf=36, dropped=lost,
        repeated=again, seed=seed, exposure=float(random.choice([0.001, 0.01, 0.02, 0.04])),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path, start = Path(folder) / "clock.mp4", random.uniform(0, 0.04)
        truth = film_clock(camera, definition.load("clock"), path, seconds, start=start)
        seen = build.look(Shot(id="s", subject="c", clip="clock.mp4", chart="clock"), Path(folder))
    found = clock_counter.count(clock_counter.readings(seen))
    sources = np.array(truth.sources)
    repeats = np.diff(sources, prepend=-1) == 0
    left_out = np.maximum(np.diff(sources, prepend=-1) - 1, 0)
    missing = np.array([_left(int(count), repeats, at) for at, count in enumerate(left_out)])
    wrong = np.count_nonzero(found.repeats != repeats)
    if found.missing is not None:
        wrong += np.count_nonzero(found.missing != missing)
    return Counted(
        dropped=(len(lost), -1 if found.dropped is None else found.dropped),
        repeated=(len(again), found.repeated),
        misplaced=int(wrong),
    )


def _left(missing: int, repeats: NDArray[np.bool_], at: int) -> int:
    """Pictures missing before frame ``at``, less the repeats just before it that replace them."""
    filled = 0
    while at - 1 - filled >= 0 and repeats[at - 1 - filled]:
        filled += 1
    return max(0, missing - filled)


def moving(random: np.random.Generator, frames: int, sigma: float = 1.0) -> Iterator[Picture]:
    """Draw textured things that move over a background, still or panned.

    Sensor noise of ``sigma`` codes.
    """
    field = 110 + 55 * texture(random, (2 * HEIGHT, 3 * WIDTH), 6.0)
    pan = random.choice([0.0, random.uniform(0.3, 2.0)])
    things = [
        (texture(random, (40, 30), 3.0) * 60 + random.uniform(60, 190), random.uniform(0, 1, 2),
         random.uniform(0.5, 3.0, 2) * random.choice([-1, 1], 2))
        for _ in range(int(random.integers(2, 6)))
    ]  # fmt: skip
    for index in range(frames):
        left = round(pan * index) % (2 * WIDTH)
        picture = field[:HEIGHT, left : left + WIDTH].copy()
        for look, place, speed in things:
            y, x = (
                round(float(place[i] * n + speed[i] * index)) % n
                for i, n in enumerate((HEIGHT - 40, WIDTH - 30))
            )
            picture[y : y + 40, x : x + 30] = look
        yield _coded(picture + sigma * random.standard_normal(picture.shape))


def still(random: np.random.Generator, frames: int, sigma: float) -> Iterator[Picture]:
    """Draw a textured scene in which nothing moves, with sensor noise of ``sigma`` codes."""
    field = 110 + 55 * texture(random, (HEIGHT, WIDTH), 5.0)
    for _ in range(frames):
        yield _coded(field + sigma * random.standard_normal(field.shape))


def texture(
    random: np.random.Generator, size: tuple[int, int], grain: float
) -> NDArray[np.float64]:
    """Draw smooth structure of this grain in px, -1 to 1."""
    rough = gaussian_filter(random.standard_normal(size), grain)
    return np.asarray(rough / np.abs(rough).max())


def _coded(picture: NDArray[np.float64]) -> Picture:
    return np.asarray(np.clip(np.rint(picture), 16, 235), np.uint8)


def frozen(pictures: Sequence[Picture], start: int, length: int = FROZEN) -> list[Picture]:
    """Replace ``length`` pictures from ``start`` on by the one before, like a camera that hangs."""
    return [*pictures[:start], *[pictures[start - 1]] * length, *pictures[start + length :]]


def found(path: Path) -> freeze.Evidence:
    """Decode a clip and look for freezes."""
    opened = clip.open_clip(path)
    watch = Watch(opened, [])
    for frame in opened.frames():
        watch.see(frame)
    series = series_of(opened, watch)
    return freeze.evidence(series, series.times - series.times[0])


def quality(crf: int, interval: int) -> dict[str, str]:
    """Return settings of x264: constant quality, B-frames, ``interval`` between key frames.

    One thread: with several, films differ by the processors of a machine, and by what else it does.
    """
    return {"crf": str(crf), "preset": "veryfast", "g": str(interval), "threads": "1"}


def rate(kilobits: int) -> dict[str, str]:
    """Return settings like those of most cameras: constant bit rate, key frames 2 s apart.

    No B-frames.
    """
    fixed = dict.fromkeys(("b", "maxrate", "bufsize"), str(1000 * kilobits))
    coder = {"tune": "zerolatency", "preset": "veryfast", "threads": "1"}
    return {**fixed, "g": str(2 * RATE), **coder}


def settings(random: np.random.Generator) -> dict[str, str]:
    """Draw settings: constant quality of CRF 20 to 36, or 150 to 800 kbit/s (320 x 180 px)."""
    if random.random() < 0.5:
        return quality(int(random.integers(20, 37)), int(random.choice([25, 50, 250])))
    return rate(int(random.integers(150, 801)))


def coded(pictures: Sequence[Picture], options: dict[str, str]) -> freeze.Evidence:
    """Code pictures by x264 and look for freezes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        encode.write(path, pictures, rate=Fraction(RATE), options=options)
        return found(path)


def planted_in_motion(seed: int) -> tuple[str, int]:
    """Plant a freeze of 2 s in a moving scene; return the result as ``outcome`` does."""
    return _planted(np.random.default_rng([seed, 5]), moves=True)


def planted_in_stillness(seed: int) -> tuple[str, int]:
    """Plant a freeze of 2 s in a still scene with sensor noise."""
    return _planted(np.random.default_rng([seed, 6]), moves=False)


def _planted(random: np.random.Generator, *, moves: bool) -> tuple[str, int]:
    options, start = settings(random), int(random.integers(RATE, 3 * RATE))
    seconds, noise = 6 * RATE, random.uniform(0.5, 4.5)
    scene_shown = moving(random, seconds, noise) if moves else still(random, seconds, noise)
    return outcome(coded(frozen(list(scene_shown), start), options), (start, start + FROZEN))


def outcome(evidence: freeze.Evidence, planted: Run) -> tuple[str, int]:
    """Return ``found``, ``undecided``, ``denied`` or ``false`` (a freeze elsewhere).

    With it comes the larger error of the ends in frames, if found.
    """
    touching = [run for run in evidence.frozen if run[0] < planted[1] and planted[0] < run[1]]
    if len(touching) < len(evidence.frozen):
        return "false", 0
    if touching:
        ends = touching[0][0] - planted[0], touching[-1][1] - planted[1]
        return "found", max(map(abs, ends))
    covered = sum(
        max(0, min(end, planted[1]) - max(start, planted[0])) for start, end in evidence.undecided
    )
    return ("undecided" if covered >= COVERED * (planted[1] - planted[0]) else "denied"), 0


def live(seed: int) -> int:
    """Frames called frozen in a live still scene at CRF 36."""
    random = np.random.default_rng([seed, 7])
    pictures = list(still(random, 10 * RATE, random.uniform(0.5, 4.5)))
    options = quality(36, int(random.choice([12, 25, 50, 250])))
    return sum(end - start for start, end in coded(pictures, options).frozen)


def counter(setting: Setting) -> str:
    """Table of drops and repeats by the counter."""
    seconds = 4.0 if setting.tiny else 60.0
    runs = setting.each(_counted, [(seed, seconds) for seed in range(setting.runs(20))])
    planted, seen = (sum(run.dropped[i] + run.repeated[i] for run in runs) for i in (0, 1))
    wrong = sum(run.misplaced for run in runs)
    rows = [[f"{len(runs)} clips of {seconds:.0f} s", planted, seen, wrong]]
    film = "filmed counter, 2 % noise, CRF 36, B-frames"
    return table((film, "planted", "counted", "frames said wrongly"), rows)


def _counted(case: tuple[int, float]) -> Counted:
    return counted(*case)


def freezes(setting: Setting) -> str:
    """Table of freezes of 2 s without a counter."""
    head = ("2 s planted, no counter", "clips", "found", "both ends within a frame",
            "largest error", "undecided", "denied", "false")  # fmt: skip
    rows = []
    cases: dict[str, Callable[[int], tuple[str, int]]] = {
        "moving scene, noise of 0.5 to 4.5 codes": planted_in_motion,
        "still scene, noise of 0.5 to 4.5 codes": planted_in_stillness,
    }
    for name, function in cases.items():
        runs = setting.each(function, range(setting.runs(100, 2)))
        errors = [error for what, error in runs if what == "found"]
        near, worst = sum(error <= 1 for error in errors), f"{max(errors, default=0)} frames"
        count = Counter(what for what, _ in runs)
        missed = (count[what] for what in ("undecided", "denied", "false"))
        rows.append([name, len(runs), count["found"], near, worst, *missed])
    return table(head, rows)


def alive(setting: Setting) -> str:
    """Table of live footage without a counter: what is called frozen there is wrong."""
    runs = setting.each(live, range(setting.runs(40)))
    rows = [["still scene, CRF 36, 10 s each", len(runs), sum(runs)]]
    for name in CLIPS if not setting.tiny else ():
        path = setting.real / name
        there = path.is_file()
        frozen_frames = sum(end - start for start, end in found(path).frozen) if there else "absent"
        rows.append([name, 1, frozen_frames])
    return table(("live, no counter", "clips", "frames called frozen"), rows)


SECTIONS: dict[str, Callable[[Setting], str]] = {
    "counter": counter,
    "freezes": freezes,
    "alive": alive,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[*SECTIONS, []], help="tables to make; default: all"
    )
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    setting = Setting(share=options.share, jobs=options.jobs, real=REAL)
    for name in options.names or SECTIONS:
        print(SECTIONS[name](setting), flush=True)
    print(prose(machine()))


if __name__ == "__main__":
    main()
