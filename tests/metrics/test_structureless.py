"""Pictures that show nothing, or hardly fit: every metric gives finite figures or says why not.

Warnings are errors here, as everywhere in these tests: a median of nothing is no figure.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import outcomes
import pytest
from marks import slow

from acceptance import metrics
from acceptance.charts import fiducials
from acceptance.errors import GapError, InputError
from acceptance.footage import encode
from acceptance.model import Shot
from acceptance.scene import build, views

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Frames = list[NDArray[np.uint8]]

COUNT, SIZE = 40, (96, 160)
# kinds that a region by hand may have; each metric is asked whether these serve it
KINDS = [*views.BY_HAND]


def _random() -> np.random.Generator:
    return np.random.default_rng(3)


def _plain(code: int) -> Frames:
    return [np.full(SIZE, code, np.uint8)] * COUNT


def _texture(size: tuple[int, int] = SIZE) -> NDArray[np.float64]:
    return cv2.GaussianBlur(_random().uniform(16, 235, size), (0, 0), 1.5)


def _fog(contrast: float, noise: float) -> Frames:
    """Film through fog or a smeared lens: hardly any contrast, and none of it sharp."""
    random, scene = _random(), cv2.GaussianBlur(_texture(), (0, 0), 6) - 125
    seen = (160 + contrast * scene + random.normal(0, noise, SIZE) for _ in range(COUNT))
    return [np.clip(np.rint(picture), 16, 235).astype(np.uint8) for picture in seen]


def _now_and_then(every: int) -> Frames:
    """Structure in some frames only, as where a light goes on and off."""
    lit, dark = _texture().astype(np.uint8), np.full(SIZE, 40, np.uint8)
    return [lit if n % every == 0 else dark for n in range(COUNT)]


def _begins(at: int) -> Frames:
    return _plain(60)[:at] + [_texture().astype(np.uint8)] * (COUNT - at)


def _noise(size: tuple[int, int], count: int = COUNT) -> Frames:
    return [_random().integers(0, 256, size).astype(np.uint8) for _ in range(count)]


def _ramp() -> Frames:
    return [np.tile(np.linspace(16, 235, SIZE[1]).astype(np.uint8), (SIZE[0], 1))] * COUNT


def _squares(side: int) -> Frames:
    rows, columns = np.indices(SIZE)
    return [((rows // side + columns // side) % 2 * 219 + 16).astype(np.uint8)] * COUNT


def _lit_pixel() -> Frames:
    dark = np.full(SIZE, 16, np.uint8)
    dark[40, 60] = 235
    return [dark] * COUNT


PICTURES: dict[str, Callable[[], Frames]] = {
    "black": lambda: _plain(16),
    "white": lambda: _plain(235),
    "beyond black": lambda: _plain(0),
    "grey": lambda: _plain(120),
    "ramp": _ramp,
    "dense fog": lambda: _fog(0.02, 0.7),
    "fog": lambda: _fog(0.3, 2.0),
    "smeared": lambda: _fog(1.0, 1.0),
    "lit at every seventh": lambda: _now_and_then(7),
    "lit at every other": lambda: _now_and_then(2),
    "begins with nothing": lambda: _begins(20),
    "squares of a pixel": lambda: _squares(1),
    "squares of eight pixels": lambda: _squares(8),
    "a lit pixel": _lit_pixel,
    "black and white in turn": lambda: (_plain(16)[:1] + _plain(235)[:1]) * (COUNT // 2),
    "noise": lambda: _noise(SIZE),
    "odd sizes": lambda: _noise((97, 161)),
    "a pixel wide": lambda: _noise((64, 1)),
    "a pixel high": lambda: _noise((1, 64)),
    "a pixel": lambda: _noise((1, 1)),
    "two pixels": lambda: _noise((2, 2)),
    "eight pixels": lambda: _noise((8, 8)),
    "a strip": lambda: _noise((2, 3000), 12),
    "a column": lambda: _noise((3000, 2), 12),
    "large": lambda: _noise((2160, 3840), 6),
    "few frames": lambda: _noise(SIZE, 3),
    "one frame": lambda: _noise(SIZE, 1),
}
QUICK = {"dense fog", "lit at every seventh", "a pixel wide", "begins with nothing"}


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for fiducials once in each picture: most films hold one, and are asked about thrice."""
    read, kept = fiducials.read, dict[object, list[Any]]()

    def once(grey: NDArray[np.uint8], *how: Any) -> list[Any]:
        place = grey.shape, hashlib.sha256(grey).digest(), how
        if place not in kept:
            kept[place] = [*read(grey, *how)]
        return kept[place]

    monkeypatch.setattr(fiducials, "read", once)


def asked(folder: Path, frames: Frames, **shot: Any) -> int:
    """Ask every metric about a lossless clip; return how many figures there were."""
    codec, clip = ("ffv1", "a.mkv") if min(frames[0].shape) > 1 else ("png", "a.mov")
    encode.write(folder / clip, frames, codec=codec, pixel_format="gray", rate=Fraction(25))
    try:
        scene = build.look(Shot(id="a", subject="b", clip=clip, **shot), folder)
    except (InputError, GapError):
        return 0
    found = []
    for metric in metrics.every().values():
        try:
            found += list(metric.measure(scene)) if metric.serves(scene) else []
        except GapError:
            continue
    figures = outcomes.measurements(found)
    assert all(np.isfinite([one.value, one.expanded]).all() for one in figures)
    return len(figures)


@pytest.mark.film
@pytest.mark.parametrize(
    "name", [name if name in QUICK else slow(name) for name in PICTURES], ids=str
)
def test_a_picture_that_shows_nothing_gives_figures_or_reasons(name: str, tmp_path: Path) -> None:
    frames = PICTURES[name]()
    asked(tmp_path, frames)
    height, width = frames[0].shape
    if name == "large":  # regions of this size take their time
        return
    regions = {f"{kind}1": (0, 0, width, height) for kind in KINDS}
    asked(tmp_path, frames, regions=regions)
    inner = {f"{kind}1": (width // 4, height // 4, width // 2, height // 2) for kind in KINDS}
    asked(tmp_path, frames, regions=inner, plain_edges=True)


@pytest.mark.film
def test_the_fuzz_reaches_figures(tmp_path: Path) -> None:
    assert asked(tmp_path, PICTURES["noise"]()) > 10
