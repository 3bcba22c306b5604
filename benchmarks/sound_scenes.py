"""Sound scenes that look faulty: fog, rain, snow, night, walls, pans, sunsets; none may be alarmed.

``python benchmarks/sound_scenes.py`` prints the table of ``docs/metrics/faults.md``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import faults as bench
import numpy as np
import planted
from numpy.typing import NDArray
from setting import machine, table

from acceptance.footage import encode

Floats = NDArray[np.float32]
Change = Callable[[Floats, int, np.random.Generator], Floats]
FRAMES = 75


def fog(contrast: float, blur: float, code: float = 165) -> Change:
    """Take contrast and sharpness away."""
    return lambda luma, _, random: (
        code + contrast * (cv2.GaussianBlur(luma, (0, 0), blur) - code)
        + 1.0 * random.standard_normal(luma.shape, np.float32)
    )  # fmt: skip


def dark(gain: float, noise: float) -> Change:
    """Take light away, and add the noise of its lack."""
    return lambda luma, _, random: (
        16 + gain * (luma - 16) + noise * random.standard_normal(luma.shape, np.float32)
    )


def panned(speed: float) -> Change:
    """Turn the camera evenly."""
    return lambda luma, index, _: np.roll(luma, -round(speed * index), axis=1)


def falling(count: int, length: int, code: float) -> Change:
    """Let rain or snow fall."""

    def change(luma: Floats, _: int, random: np.random.Generator) -> Floats:
        picture = luma.copy()
        for x, y in random.integers([0, 0], [luma.shape[1], luma.shape[0]], (count, 2)).tolist():
            cv2.line(picture, (x, y), (x + 2, y + length), code, 1, cv2.LINE_AA)
        return picture

    return change


def gusts(amplitude: float) -> Change:
    """Let trees before the camera sway: the upper half moves."""

    def change(luma: Floats, index: int, _: np.random.Generator) -> Floats:
        picture, half = luma.copy(), luma.shape[0] // 2
        picture[:half] = np.roll(luma[:half], round(amplitude * np.sin(index / 3)), axis=1)
        return picture

    return change


def focused(luma: Floats, index: int, _: np.random.Generator) -> Floats:
    """Hunt for focus for half a second."""
    return cv2.GaussianBlur(luma, (0, 0), 4) if 30 <= index < 38 else luma


def wall(luma: Floats, _: int, random: np.random.Generator) -> Floats:
    """Look at a wall with a picture on it."""
    picture = np.full_like(luma, 150) + np.linspace(-20, 20, luma.shape[1], dtype=np.float32)
    rows, columns = luma.shape
    at = slice(rows // 4, 3 * rows // 4), slice(columns // 3, 2 * columns // 3)
    picture[at] = luma[at]
    return picture + random.standard_normal(luma.shape, np.float32)


def sunset(luma: Floats, index: int, _: np.random.Generator) -> Floats:
    """Let the light fade."""
    return 16 + (luma - 16) * np.float32(1 - 0.5 * index / FRAMES)


SCENES: dict[str, Change] = {
    "as it is": lambda luma, _, __: luma,
    "light fog": fog(0.5, 0.3),
    "fog": fog(0.25, 0.3),
    "dense fog": fog(0.1, 4.0),
    "dusk": dark(0.3, 1.5),
    "dark but fine": dark(0.15, 2.0),
    "night, noisy": dark(0.2, 4.0),
    "slow pan": panned(1.0),
    "pan": panned(4.0),
    "fast pan": panned(12.0),
    "rain": falling(150, 14, 200),
    "snow": falling(150, 2, 230),
    "gusts": gusts(6.0),
    "hunting for focus": focused,
    "wall with a picture": wall,
    "sunset": sunset,
    "half under a blanket of fog": lambda luma, index, random: np.concatenate(
        [fog(0.08, 3.0)(luma[:135], index, random), luma[135:]]
    ),
}


LIGHT = {"dusk": 0.3, "dark but fine": 0.15, "night, noisy": 0.2, "fog": 0.25, "dense fog": 0.1}


def measured(scene: str, seed: int) -> dict[str, float]:
    """Film a scene and measure its faults."""
    random = np.random.default_rng([seed, 15])

    def pictures() -> Iterator[tuple[NDArray[np.uint8], ...]]:
        for index, planes in enumerate(planted.Street(seed=seed).pictures(FRAMES)):
            luma = SCENES[scene](planes[0], index, random)
            gain = np.float32(LIGHT.get(scene, 1.0))  # colours are as dim as the light
            colours = (128 + gain * (plane - 128) for plane in planes[1:])
            yield tuple(
                np.clip(np.rint(plane), 16, 235).astype(np.uint8) for plane in (luma, *colours)
            )

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        encode.write(path, pictures(), options={"crf": "26", "g": "25", "preset": "veryfast"})
        return bench.levels(planted.seen(path))


def alarms(scene: str, seed: int) -> dict[str, float]:
    """Return the faults above their thresholds, as a service would alarm."""
    limits = bench.limits()
    return {name: level for name, level in measured(scene, seed).items() if level > limits[name]}


def main() -> None:
    """Print the alarms of every scene."""
    rows = []
    for scene in SCENES:
        found = [alarms(scene, seed) for seed in range(2)]
        words = "; ".join(
            ", ".join(f"{name} {level:.3g}" for name, level in one.items()) or "—" for one in found
        )
        rows.append((scene, words))
    print(table(("scene, two streets each", "alarms"), rows))
    print(machine())


if __name__ == "__main__":
    main()
