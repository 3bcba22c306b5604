"""Pictures that were a JPEG before show it by combs of their blocks' coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from scipy.fft import dctn, idctn

from acceptance.footage.stated_steps import StatedSteps, stated_steps
from acceptance.scene import earlier_jpeg, history

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Video:
    """What counts of a stream's description."""

    codec: str
    depth: int = 8
    steps: StatedSteps | None = None
    scaling: float | None = None
    rotation: int = 0
    coded_before: StatedSteps | None = None
    mirrored: bool = False


def scene(noise: float = 1.0) -> Array:
    """Return a picture of things of all sizes, as a camera of this ``noise`` (codes) gives it."""
    random = np.random.default_rng(8)
    sizes = (2, 4, 8, 16)
    things = sum(
        size * cv2.GaussianBlur(random.standard_normal((256, 320)), (0, 0), size) * 30
        for size in sizes
    )
    return np.asarray(110 + things + noise * random.standard_normal((256, 320)))


def quantised(picture: Array, step: float | Array) -> Array:
    """Return ``picture`` with the coefficients of its blocks in whole multiples of ``step``.

    It is one for all, or (8, 8).
    """
    blocks = picture.reshape(32, 8, 40, 8).swapaxes(1, 2)
    kept = step * np.rint(dctn(blocks, axes=(2, 3), norm="ortho") / step)
    back = idctn(kept, axes=(2, 3), norm="ortho")
    return np.asarray(back.swapaxes(1, 2).reshape(256, 320))


def codes(picture: Array, unit: int = 1) -> NDArray[np.uint16]:
    return np.clip(np.rint(unit * picture), 0, 256 * unit - 1).astype(np.uint16)


@pytest.mark.parametrize("noise", [0.0, 1.0, 4.0])
def test_a_picture_that_no_coder_has_seen_shows_no_comb(noise: float) -> None:
    assert earlier_jpeg.seen(codes(scene(noise))) is None


def test_sharp_edges_that_are_alike_are_no_comb() -> None:
    """Those of charts: their coefficients gather about a few values."""
    random = np.random.default_rng(1)
    picture = np.full((720, 1280), 200.0)
    for _ in range(150):
        y, x, high, wide = random.integers([0, 0, 20, 20], [700, 1240, 160, 160])
        picture[y : y + high, x : x + wide] = random.choice([200.0, 60.0])
    blurred = cv2.GaussianBlur(picture, (0, 0), 0.7)
    assert earlier_jpeg.seen(codes(blurred + random.normal(0, 1.6, picture.shape))) is None


@pytest.mark.parametrize("period", [6.3, 7.9, 8.05, 16.2])
def test_bars_along_the_pixels_are_no_comb_also_where_a_coder_may_have_spread_one(
    period: float,
) -> None:
    """Louvres and fences: their steps are in no ratios of a table."""
    lines, columns = np.mgrid[:1920, :2560]  # a quarter of a pixel each
    bars = np.where(columns // (4 * period) % 2, 60.0, 200.0)
    bars[960:] = np.where(lines // (4.68 * period) % 2, 60.0, 200.0)[960:]
    seen = cv2.GaussianBlur(bars, (0, 0), 3.2).reshape(480, 4, 640, 4).mean((1, 3))
    noise = np.random.default_rng(1).normal(0, 1.5, seen.shape)
    picture = codes(seen + noise)
    assert earlier_jpeg.seen(picture, own=5.0) is None
    assert earlier_jpeg.of_library([picture], own=5.0) is None


def locked(kind: str) -> Array:
    """Return a pattern that repeats with the pixels: checks, dots or a picture that is dithered."""
    down, across = np.mgrid[:256, :320]
    if kind.startswith("checks"):
        side = int(kind.removeprefix("checks of "))
        return np.where((across // side + down // side) % 2, 60.0, 200.0)
    if kind == "dots":
        return np.where((across % 10 - 5) ** 2 + (down % 10 - 5) ** 2 < 9, 60.0, 190.0)
    order = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16
    return np.where(0.43 + 0.16 * np.sin(across / 30) > np.tile(order, (64, 80)) + 0.03, 255.0, 0)


@pytest.mark.parametrize("kind", ["checks of 5", "checks of 12", "dots", "dithered"])
@pytest.mark.parametrize("own", [0.0, 3.5])
def test_patterns_that_repeat_with_the_pixels_are_no_comb(kind: str, own: float) -> None:
    """Their values gather about few, to which a comb can be laid, but in no table's ratios."""
    random, pattern = np.random.default_rng(1), locked(kind)
    later = random.normal(0, 1, pattern.shape) + own / 2 * random.uniform(-1, 1, pattern.shape)
    assert earlier_jpeg.seen(codes(pattern + later), own=own) is None


def edges() -> Array:
    """Return a picture of edges of all directions, as a camera gives it."""
    things = cv2.GaussianBlur(scene(0.0), (0, 0), 2) > 110
    sharp = np.where(things, 190.0, 60.0)
    return cv2.GaussianBlur(sharp, (0, 0), 0.7) + np.random.default_rng(9).normal(0, 1, sharp.shape)


def spread(quality: int, most: float) -> tuple[StatedSteps | None, list[NDArray[np.uint16]]]:
    """Return the steps of a library's JPEG, and two of it that a later coder has spread."""
    random, pictures, coded = np.random.default_rng(3), [], np.empty(0, np.uint8)
    for _ in range(2):
        coded = cv2.imencode(".jpg", codes(edges()).astype(np.uint8), [1, quality])[1]
        decoded = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)
        pictures.append(codes(decoded + random.uniform(-most, most, decoded.shape)))
    return stated_steps("mjpeg", b"", coded.tobytes(), 8), pictures


@pytest.mark.parametrize(("quality", "most"), [(70, 3.5), (75, 3.0), (80, 2.45)])
def test_a_library_s_table_is_found_by_all_its_combs_at_once(quality: int, most: float) -> None:
    """To the step, where each comb is too weak to be told from none."""
    stated, pictures = spread(quality, most)
    assert earlier_jpeg.seen(pictures[0], own=4.0) is None
    assert earlier_jpeg.of_library(pictures, own=4.0) == stated
    limited = [codes(16 + picture * 219 / 255) for picture in pictures]
    steps = earlier_jpeg.of_library(limited, own=4.0)
    assert stated is not None
    assert steps is not None
    assert steps.detail == pytest.approx(stated.detail * 219 / 255)
    assert earlier_jpeg.of_library(pictures, own=20.0) is None, "covered by the own step"


@pytest.mark.parametrize("rotation", [-90, 90, 180, 270])
def test_a_film_that_is_shown_turned_is_held_against_tables_as_it_is_coded(rotation: int) -> None:
    stated, pictures = spread(75, 3.0)
    shown: list[Any] = [
        SimpleNamespace(luma=np.rot90(each, rotation // 90), quantisers=None) for each in pictures
    ]
    film: Any = Video("hevc", steps=StatedSteps(2.5, 2.5), rotation=rotation)
    found = history.with_coded_before(film, shown)
    assert stated is not None
    assert found.coded_before == StatedSteps(stated.mean, 0.9 * stated.detail)


def test_no_table_is_found_where_there_was_none_or_the_later_coder_took_it() -> None:
    assert earlier_jpeg.of_library([codes(scene()), codes(scene(4.0))], own=1.0) is None
    assert earlier_jpeg.of_library([codes(edges())], own=1.0) is None
    assert earlier_jpeg.of_library(spread(80, 12.0)[1], own=4.0) is None
    assert earlier_jpeg.of_library([codes(scene()[:7])]) is None


@pytest.mark.parametrize(("step", "unit"), [(4, 1), (12, 1), (12, 4), (30, 1)])
def test_the_steps_of_a_jpeg_are_read_off_its_coefficients(step: float, unit: int) -> None:
    steps = earlier_jpeg.seen(codes(quantised(scene(), step), unit), unit)
    assert steps is not None
    assert steps.detail == pytest.approx(step * unit, rel=0.06)
    assert steps.mean == pytest.approx(16 / 14 * (step + 0.5) * unit, rel=0.06)


@pytest.mark.parametrize("quality", [92, 90, 85, 75, 60, 50])
def test_the_steps_are_those_of_the_table_and_the_mean_s_or_a_little_coarser(quality: int) -> None:
    """Also where combs are not sure: fine beside their values, or with few values."""
    coded = cv2.imencode(".jpg", codes(scene()).astype(np.uint8), [1, quality])[1]
    stated = stated_steps("mjpeg", b"", coded.tobytes(), 8)
    steps = earlier_jpeg.seen(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE))
    assert stated is not None
    assert steps is not None
    assert 0.95 < steps.mean / stated.mean < 1.4
    assert steps.detail == pytest.approx(stated.detail, rel=0.04)


@pytest.mark.parametrize(("mean", "a_row"), [(6.0, 3.0), (5.0, 5.0)])
def test_a_table_that_is_like_none_of_the_usual_ones_is_told_in_what_is_stored_without_loss(
    mean: float, a_row: float
) -> None:
    """Its values lie about the teeth as rounding leaves them, as no pattern's do."""
    table = mean + a_row * np.mgrid[:8, :8][0]  # coarser from row to row alone
    assert earlier_jpeg.seen(codes(quantised(scene(4.0), table))) is not None


def test_a_jpeg_is_seen_through_a_finer_coder_and_not_through_a_coarser() -> None:
    """A later coder's error is spread over its own step, in blocks that lie otherwise."""
    later = np.random.default_rng(3).uniform(-0.5, 0.5, (256, 320))
    steps = earlier_jpeg.seen(codes(quantised(scene(), 20) + 8 * later))
    assert steps is not None
    assert steps.detail == pytest.approx(20, rel=0.1)
    assert earlier_jpeg.seen(codes(quantised(scene(), 6) + 24 * later)) is None


def test_a_library_s_jpeg_is_told_where_a_later_coder_has_spread_its_combs() -> None:
    """Drawn edges, which come as near to a comb, do so only where no coder has spread them."""
    coded = cv2.imencode(".jpg", codes(scene()).astype(np.uint8), [1, 60])[1]
    later = np.random.default_rng(3).uniform(-4.5, 4.5, (256, 320))
    picture = codes(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE) + later)
    stated, steps = (
        stated_steps("mjpeg", b"", coded.tobytes(), 8),
        earlier_jpeg.seen(picture, own=4),
    )
    assert stated is not None
    assert steps is not None
    assert steps.detail == pytest.approx(stated.detail, rel=0.2)
    assert earlier_jpeg.seen(picture) is None


def test_a_comb_of_the_step_of_the_coder_by_which_it_is_stored_tells_of_no_other() -> None:
    picture = codes(quantised(scene(), 12))
    assert earlier_jpeg.seen(picture, own=12.0) is None
    assert earlier_jpeg.seen(picture, own=10.0) is not None


def coded_before(
    step: float, codec: str, steps: StatedSteps | None, quantisers: NDArray[np.int64] | None
) -> StatedSteps | None:
    """Return what a film shows that was a JPEG of this ``step`` and is stored as is said."""
    frame = SimpleNamespace(luma=codes(quantised(scene(), step)), quantisers=quantisers)
    video = Video(codec, steps=steps)
    return history.with_coded_before(video, [frame]).coded_before  # type: ignore[arg-type,list-item]


@pytest.mark.parametrize(
    ("codec", "steps", "quantisers"),
    [("h264", None, np.full((16, 20), 12)), ("hevc", StatedSteps(2.5, 2.5), None)],
)
def test_an_earlier_jpeg_is_told_where_it_is_coarser_than_a_picture_is_stored(
    codec: str, steps: StatedSteps | None, quantisers: NDArray[np.int64] | None
) -> None:
    """Its detail counts as that of H.264 that takes as much."""
    before = coded_before(12, codec, steps, quantisers)
    assert before is not None
    assert before.detail == pytest.approx(0.9 * 12, rel=0.06)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_where_nothing_tells_how_a_picture_is_stored_a_jpeg_coarser_than_is_assumed_is_told(
    codec: str,
) -> None:
    """As of H.265 that begins with a CRA picture; finer ones are covered by what is assumed."""
    before = coded_before(30, codec, None, None)
    assert before is not None
    assert before.detail == pytest.approx(0.9 * 30, rel=0.06)
    assert coded_before(12, codec, None, None) is None


def test_a_jpeg_that_was_moved_off_its_grid_or_made_smaller_is_not_seen() -> None:
    was = quantised(scene(), 12)
    assert earlier_jpeg.seen(codes(was[:, 3:])) is None
    assert (
        earlier_jpeg.seen(codes(cv2.resize(was, (240, 192), interpolation=cv2.INTER_AREA))) is None
    )


def test_drawn_pictures_with_few_levels_and_small_ones_show_no_comb() -> None:
    drawn = np.kron(np.random.default_rng(1).integers(0, 3, (64, 80)) * 80, np.ones((4, 4)))
    assert earlier_jpeg.seen(codes(drawn)) is None
    assert earlier_jpeg.seen(codes(np.full((256, 320), 16.0))) is None
    assert earlier_jpeg.seen(codes(scene()[:7])) is None
    assert earlier_jpeg.seen(codes(quantised(scene(), 12)[:8, :16])) is None
