"""Slanted edges found without a chart.

Real pictures of charts and scenes, drawn figures, and what must be refused.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import outcomes
import pytest

from acceptance.footage import clip, encode
from acceptance.metrics import resolution
from acceptance.model import Measurement, Shot
from acceptance.scene import build, plain_edges

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from acceptance.scene.plain_edges import PlainEdge

SIZE = (360, 480)
MTF50 = "resolution.mtf50"
# What may be found in the picture of the TE170 chart: x, y, width, height in px around each printed
# thing.
BARS = {"upright": (518, 145, 65, 195), "level": (450, 460, 202, 64)}
SHAPES = {"left H": (62, 322, 172, 132), "right H": (868, 326, 180, 132)}
SQUARES = (
    (72, 148, 46, 48), (188, 166, 54, 52), (72, 584, 42, 50), (186, 558, 50, 56),
    (864, 166, 54, 58), (992, 150, 48, 52), (862, 562, 56, 54), (994, 586, 46, 52),
)  # fmt: skip


def inside(edge: PlainEdge, box: tuple[int, int, int, int]) -> bool:
    """Tell whether the middle of an edge lies in a box."""
    x, y = np.mean(edge.ends, axis=0)
    return bool(box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3])


def polygon(
    points: list[tuple[float, float]], *, dark: float = 60, light: float = 180
) -> NDArray[np.uint8]:
    """Draw a dark polygon, smoothly: sixteen times finer, averaged, blurred by 0.8 px."""
    fine = np.full((SIZE[0] * 4, SIZE[1] * 4), light, np.float32)
    cv2.fillPoly(fine, [np.array([[(4 * x, 4 * y) for x, y in points]], np.int32)], dark)
    small = cv2.resize(fine, SIZE[::-1], interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(1).standard_normal(SIZE)
    return np.asarray(np.rint(cv2.GaussianBlur(small, (0, 0), 0.8) + noise), np.uint8)


def square(side: float = 120, turn: float = 6, **light: float) -> NDArray[np.uint8]:
    """Draw a dark square turned by some degrees in the middle of the picture."""
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    angle = math.radians(turn)
    around = half @ np.array(
        [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]
    )
    return polygon([(240 + x, 180 + y) for x, y in around.tolist()], **light)


def test_the_four_sides_of_a_slanted_square_are_found_whole() -> None:
    """Two resolve horizontally and two vertically, at the angle drawn; boxes lie in the picture."""
    found = plain_edges.find(square())
    assert sorted(edge.direction for edge in found) == ["horizontal"] * 2 + ["vertical"] * 2
    for edge in found:
        assert edge.angle == pytest.approx(6, abs=0.3)
        assert edge.step == pytest.approx(120, abs=4)
        assert edge.box[0] >= 0 <= edge.box[1]
        assert edge.box[0] + edge.box[2] <= SIZE[1]
        assert edge.box[1] + edge.box[3] <= SIZE[0]
    assert [edge.merit for edge in found] == sorted((edge.merit for edge in found), reverse=True)


def _circle() -> NDArray[np.uint8]:
    turn = np.linspace(0, 2 * np.pi, 200)
    return polygon([(240 + 90 * math.cos(a), 180 + 90 * math.sin(a)) for a in turn.tolist()])


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        (square(turn=0.5), "upright"),
        (square(turn=45), "too steep"),
        (square(side=30), "too short"),
        (square(dark=150), "too faint"),
        (square(light=255), "clipped"),
        (_circle(), "bent"),
        (np.full(SIZE, 90, np.uint8), "flat"),
        (np.random.default_rng(2).integers(0, 256, SIZE).astype(np.uint8), "noise"),
        (square()[:20, :20], "tiny"),
        (square()[:, :1], "a line"),
        (np.zeros((0, 0), np.uint8), "nothing"),
        (np.full(SIZE, np.nan, np.float32), "no numbers"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_measured_is_not_offered(picture: NDArray[np.uint8], why: str) -> None:
    """Nothing is found, and nothing raised."""
    assert plain_edges.find(picture) == (), why


def test_an_edge_with_lettering_or_a_coloured_mark_beside_it_is_cut_back_to_what_is_clean() -> None:
    """A mark on the right side of the square shortens that box.

    A colour that luma does not show does as well.
    """
    whole = plain_edges.find(square())
    marked = square()
    marked[150:156, 310:330] = 60
    colour = np.full((SIZE[0] // 2, SIZE[1] // 2), 128, np.uint8)
    colour[75:78, 155:165] = 200
    plain = np.full_like(colour, 128)
    for found in (plain_edges.find(marked), plain_edges.find(square(), colour, plain)):
        assert len(found) >= 3
        assert sum(edge.box[3] for edge in found) < sum(edge.box[3] for edge in whole)
        assert not any(_covers(edge.box, (312, 150, 16, 6)) for edge in found)


def _covers(box: tuple[int, int, int, int], mark: tuple[int, int, int, int]) -> bool:
    apart = box[0] + box[2] <= mark[0] or mark[0] + mark[2] <= box[0]
    return not (apart or box[1] + box[3] <= mark[1] or mark[1] + mark[3] <= box[1])


def test_a_frame_around_other_things_is_passed_over() -> None:
    """A card with things spread over it.

    Their sides are found, its rim is not, nor one that leaves the picture.
    """
    card = polygon([(20, 10), (466, 30), (460, 350), (10, 345)], dark=180, light=60)
    things = np.minimum(square(side=70), np.roll(square(side=70), (100, 140), (0, 1)))
    picture = np.minimum(card, np.minimum(things, np.roll(square(side=70), (-95, -130), (0, 1))))
    found = plain_edges.find(picture)
    assert len(found) == 12
    assert all(40 < np.mean(edge.ends, axis=0)[0] < 440 for edge in found)


@pytest.fixture(scope="module")
def te170(real_data: Path) -> NDArray[np.uint8]:
    """Read the picture of the ISO 12233 chart with green boxes drawn over it, BGR."""
    return np.asarray(cv2.imread(str(real_data / "iso12233_te170_rpi_ctt.png")), np.uint8)


def found_in(path: Path) -> tuple[PlainEdge, ...]:
    """Look at a clip's middle frame as a shot with plain edges does."""
    opened = clip.open_clip(path)
    middle = len(opened.packets) // 2
    frame = next(frame for frame in opened.frames() if frame.index == middle)
    low, high = (0, 255) if opened.info.full_range else (16, 235)
    return plain_edges.find(frame.luma, frame.cb, frame.cr, black=low, white=high)


def test_a_real_iso_chart_gives_its_bars_and_h_shapes_and_nothing_else(
    real_data: Path, te170: NDArray[np.uint8]
) -> None:
    """Both sides of both centre bars come first; no green box, lettering or frame of the chart."""
    found = found_in(real_data / "iso12233_te170_rpi_ctt.png")
    for bar in BARS.values():
        assert sum(inside(edge, bar) for edge in found[:4]) == 2
    for shape in SHAPES.values():
        assert sum(inside(edge, shape) for edge in found) >= 5
    assert all(
        any(inside(edge, box) for box in (*BARS.values(), *SHAPES.values(), *SQUARES))
        for edge in found
    )
    blue, green, red = (te170[..., i].astype(int) for i in range(3))
    overlay = (green - red > 60) & (green - blue > 60)
    for edge in found:
        x, y, width, height = edge.box
        assert not overlay[y : y + height, x : x + width].any()


def test_a_picture_that_is_one_edge_gives_that_edge(real_data: Path) -> None:
    """It runs out of the picture on both sides, but there is nothing else."""
    (edge,) = found_in(real_data / "slanted_edge_burns_1.tif")
    assert edge.direction == "vertical"
    assert edge.box[2] > 300


def test_the_slanted_square_of_a_real_target_gives_its_four_sides(real_data: Path) -> None:
    """Grey steps, text and bar code around it do not."""
    found = found_in(real_data / "oecf_sfr_target_burns.jpg")
    assert len(found) == 4
    assert all(inside(edge, (370, 340, 460, 460)) for edge in found)


@pytest.mark.parametrize("name", ["car_park_intel.mp4", "lobby_intel.mp4", "bottle_intel.mp4"])
def test_real_surveillance_views_offer_no_edge(real_data: Path, name: str) -> None:
    """Shadows, people, cars and door frames are no test edges."""
    assert found_in(real_data / name) == ()


def measured(seen: build.Scene) -> list[Measurement]:
    """Measure the resolution of a scene, notes left out."""
    return outcomes.measurements(resolution.measure(seen))


def test_plain_edges_of_a_shot_are_measured_by_rank_and_zone(tmp_path: Path) -> None:
    """``edge1`` is the best.

    The blur drawn is found (0.8 px and the pixel's own), and no chart is missed.
    """
    encode.write(tmp_path / "square.mkv", [square()] * 3, codec="ffv1", pixel_format="gray")
    seen = build.look(Shot(id="s", subject="c", clip="square.mkv", plain_edges=True), tmp_path)
    names = [view.region.name for view in seen.of_kind("edge")]
    assert names == ["edge1", "edge2", "edge3", "edge4"]
    assert {view.region.zone for view in seen.of_kind("edge")} == {"centre"}
    assert not seen.notes
    found = measured(seen)
    assert {figure.region for figure in found if figure.quantity == MTF50} == set(names)
    assert {figure.details["zone"] for figure in found} == {"centre"}
    assert "resolution.corner_ratio" not in {figure.quantity for figure in found}


def test_a_hand_held_film_is_measured_frame_by_frame(tmp_path: Path) -> None:
    """A pixel a frame: the mean of all frames would be blurred, each frame is not."""
    moves = [np.roll(square(turn=8), move, axis=1) for move in (-1, 0, 1)]
    encode.write(tmp_path / "still.mkv", [square(turn=8)] * 3, codec="ffv1", pixel_format="gray")
    encode.write(tmp_path / "moving.mkv", moves, codec="ffv1", pixel_format="gray")
    sharp = []
    for name in ("still.mkv", "moving.mkv"):
        seen = build.look(Shot(id="s", subject="c", clip=name, plain_edges=True), tmp_path)
        level = [view for view in seen.of_kind("edge") if view.region.direction == "horizontal"]
        assert [view.stable for view in level] == [name == "still.mkv"] * 2
        found = [figure for figure in measured(seen) if figure.quantity == MTF50]
        across = [figure.value for figure in found if figure.direction == "horizontal"]
        sharp.append(np.mean(across))
    assert sharp[1] == pytest.approx(sharp[0], rel=0.02)


def test_a_picture_without_usable_edge_says_so(tmp_path: Path) -> None:
    """A note, and no figure."""
    encode.write(
        tmp_path / "flat.mkv", [np.full(SIZE, 90, np.uint8)] * 3, codec="ffv1", pixel_format="gray"
    )
    seen = build.look(Shot(id="s", subject="c", clip="flat.mkv", plain_edges=True), tmp_path)
    assert [note.reason.code for note in seen.notes] == ["no_plain_edges"]
    assert not resolution.serves(seen)
