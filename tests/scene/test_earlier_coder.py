"""Pictures that were coded before they were stored show it by steps at the borders of blocks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np
import pytest

from acceptance.charts import definition
from acceptance.metrics import noise
from acceptance.model import Note, Shot
from acceptance.scene import build, earlier_coder
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

CHART = definition.load("acceptance")
CAMERA = Camera(width=640, height=360, blur=0.8, noise=0.006, white=0.75, share=0.88)


def wall(noise: float = 1.0) -> Array:
    """Return a picture of a lit wall with a door: slopes, an edge and noise."""
    down, across = np.indices((256, 320), np.float64)
    door = 40.0 * ((across > 101) & (across < 181) & (down > 50))
    random = np.random.default_rng(4)
    return 90 + 0.08 * across + 0.05 * down + door + noise * random.standard_normal(door.shape)


def blocks(picture: Array) -> Array:
    """Leave the mean of each block of 8 x 8, as a coarse coder does."""
    means = picture.reshape(32, 8, 40, 8).mean(axis=(1, 3))
    return np.asarray(np.kron(means, np.ones((8, 8))))


def seen(picture: Array) -> bool:
    return earlier_coder.seen(np.rint(picture).astype(np.uint8))


@pytest.mark.parametrize("noise", [0.0, 0.3, 1.0, 3.0])
def test_a_picture_that_no_coder_has_seen_shows_no_blocks(noise: float) -> None:
    assert not seen(wall(noise))


@pytest.mark.parametrize("noise", [1.0, 3.0])
def test_a_picture_of_whose_blocks_the_means_are_left_was_coded_before(noise: float) -> None:
    assert seen(blocks(wall(noise)))
    ten_bits = np.rint(4 * blocks(wall(noise))).astype(np.uint16)
    assert earlier_coder.seen(ten_bits, 4)


def test_columns_that_repeat_every_8_px_are_a_sensor_s_and_no_coder_s() -> None:
    columns = np.tile([0, 0, 1.5, 0, 0, 0, -1.5, 1.0], 40)
    assert not seen(wall(0.3) + columns)


@pytest.mark.parametrize("factor", [2, 4])
def test_a_picture_whose_pixels_stand_there_twice_or_four_times_was_not_coded(factor: int) -> None:
    small = wall()[: 256 // factor, : 320 // factor]
    assert not seen(np.kron(small, np.ones((factor, factor))))


@pytest.mark.parametrize("shape", [(24, 40), (30, 64), (32, 100), (100, 33), (3, 3), (1, 900)])
def test_a_small_picture_tells_of_no_coder(shape: tuple[int, int]) -> None:
    assert not seen(wall()[:1].repeat(100, axis=0).repeat(3, axis=1)[: shape[0], : shape[1]])


def test_a_window_a_mosaic_or_tiles_in_a_picture_are_no_coder_s() -> None:
    """Their steps lie at borders of blocks of 8 px, but at few of these."""
    mosaic, window, tiles = wall(), np.full((256, 320), 16.0), wall(0.0)
    mosaic[64:144, 96:224] = blocks(wall())[64:144, 96:224]
    window[40:216, 80:240] = 18.0
    tiles += np.kron(np.random.default_rng(2).uniform(-2, 2, (4, 5)), np.ones((64, 64)))
    assert not seen(mosaic)
    assert not seen(window)
    assert not seen(tiles)


@pytest.mark.parametrize("moved", [(3, 5), (5, 3)])
def test_checks_of_8_px_take_the_steps_beside_their_edges_away_and_are_no_coder_s(
    moved: tuple[int, int],
) -> None:
    """Noise of the checks is left at other places along rows than along columns."""
    down, across = np.indices((512, 640))
    checks = 60.0 + 140 * (((across + moved[0]) // 8 + (down + moved[1]) // 8) % 2)
    assert not seen(checks + np.random.default_rng(7).standard_normal(checks.shape))


@pytest.mark.parametrize("surround", [16.0, 235.0])
def test_blocks_are_seen_where_most_of_the_picture_is_plain(surround: float) -> None:
    """As around a chart in a dark room, or before a clipped light box."""
    picture = np.full((256, 320), surround)
    picture[64:200, 80:248] = blocks(wall())[64:200, 80:248]
    assert seen(picture)


def frames_of(still: Array, held: NDArray[np.bool_], noise: float = 1.0) -> list[NDArray[np.uint8]]:
    """Return six frames with noise of their own; where ``held`` (h, w) they repeat the first's."""
    random = np.random.default_rng(6)
    noisy = [still + noise * random.standard_normal(still.shape) for _ in range(6)]
    return [np.rint(np.where(held, noisy[0], frame)).astype(np.uint8) for frame in noisy]


@pytest.mark.parametrize("size", [8, 16])
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_blocks_that_repeat_tell_of_a_coder_that_predicts(size: int, share: float) -> None:
    drawn = np.random.default_rng(2).random((256 // size, 320 // size)) < share
    held = np.kron(drawn, np.ones((size, size))) > 0
    assert earlier_coder.repeats(frames_of(wall(0.0), held))


def test_what_repeats_otherwise_than_by_blocks_tells_of_no_coder() -> None:
    """Plain and clipped parts, a box that is written into the picture, frames held as a whole."""
    nowhere = np.zeros((256, 320), bool)
    box = nowhere.copy()
    box[16:48, 16:240] = True
    plain = cv2.GaussianBlur(np.random.default_rng(5).random((256, 320)), (0, 0), 9) > 0.5
    for held in (nowhere, ~nowhere, box, plain):
        assert not earlier_coder.repeats(frames_of(wall(0.0), held))
    assert not earlier_coder.repeats(frames_of(wall(0.0), nowhere, noise=0.2))
    assert not earlier_coder.repeats(frames_of(wall(0.0), nowhere)[:1])
    assert not earlier_coder.repeats([frame[:30] for frame in frames_of(wall(0.0), nowhere)])


BARS = (np.s_[:136], np.s_[-136:])
SIDES = (np.s_[:, :160], np.s_[:, -160:])
TITLE, INSET, CLOCK = (np.s_[:32],), (np.s_[80:440, 80:720],), (np.s_[160:192, 800:1240],)
HALF, QUARTERS = (np.s_[:, 640:],), (np.s_[:360, :640], np.s_[360:, 640:])
LETTERS = [
    np.s_[top : top + 16, left : left + 4] for top in (16, 680) for left in range(2, 1280, 16)
]


@pytest.mark.parametrize("noise", [0.3, 2.0])
@pytest.mark.parametrize(
    "drawn",
    [
        *(SIDES, BARS, (*BARS, *SIDES), TITLE, INSET, HALF, QUARTERS, LETTERS),
        *((*BARS, *HALF, *CLOCK), (*BARS, *SIDES, *INSET, *CLOCK)),
    ],
)
def test_what_stands_still_in_a_part_of_the_picture_tells_of_no_coder(
    drawn: tuple[Any, ...], noise: float
) -> None:
    """Bars, titles, insets, halves: their sides lie on blocks' borders and go straight on.

    Strokes of letters lie within blocks, but in a few lines alone.
    """
    random = np.random.default_rng(7)
    frames = [100 + noise * random.standard_normal((720, 1280)) for _ in range(3)]
    film = [np.rint(frame).astype(np.uint8) for frame in frames]
    for frame in film[1:]:
        for place in drawn:
            frame[place] = film[0][place]
    assert not earlier_coder.repeats(film)


@pytest.mark.parametrize("bars", [(np.s_[:176], np.s_[-144:]), (np.s_[:, :208], np.s_[:, -176:])])
def test_bars_do_not_hide_blocks_that_repeat_in_the_picture_between_them(bars: Any) -> None:
    drawn = np.random.default_rng(2).random((64, 80)) < 0.3
    frames = frames_of(np.tile(wall(0.0), (2, 2)), np.kron(drawn, np.ones((8, 8))) > 0)
    for frame in frames:
        for bar in bars:
            frame[bar] = 16
    assert earlier_coder.repeats(frames)


def test_letters_in_a_small_window_of_a_screen_that_stands_still_tell_of_no_coder() -> None:
    """They lie in most of the few lines in which anything moves."""
    still = np.ones((720, 1280), bool)
    still[320:384] = False
    for letter in LETTERS:
        still[330:346, letter[1]] = still[362:378, letter[1]] = True
    assert not earlier_coder.repeats(frames_of(np.full((720, 1280), 100.0), still))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8])
def test_blocks_that_repeat_in_fine_jpegs_were_held_by_a_coder_before(
    share: float,
) -> None:
    drawn = np.random.default_rng(2).random((32, 40)) < share
    frames = frames_of(3 * wall(3.0), np.kron(drawn, np.ones((8, 8))) > 0)
    assert earlier_coder.held(frames, 6.0) == (share > 0.5)
    assert not earlier_coder.held(frames, 12.0)


def test_a_half_or_more_of_a_picture_that_stands_still_was_not_held_by_a_coder() -> None:
    for still in (np.s_[:, 100:], np.s_[90:], np.s_[:150, :190]):
        held = np.zeros((256, 320), bool)
        held[still] = True
        held[-40:, -40:] = True
        assert not earlier_coder.held(frames_of(3 * wall(3.0), held), 6.0)


def test_frames_that_stand_still_or_alone_hold_nothing() -> None:
    still = frames_of(wall(3.0), np.ones((256, 320), bool))
    assert not earlier_coder.held(still, 6.0)
    assert not earlier_coder.held(still[:1], 6.0)
    plain = frames_of(np.full((256, 320), 90.0), np.zeros((256, 320), bool), noise=0.2)
    assert not earlier_coder.held(plain, 6.0)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an H.264 film that was coded once, with blocks to be seen."""
    path = tmp_path_factory.mktemp("coded") / "film.mkv"
    films.film_chart(replace(CAMERA, crf=26), CHART, path, 0.12)
    return path


def exported(film: Path, codec: str, path: Path, how: str = "qp", much: int = 0) -> Path:
    """Store the pictures of a film once more, without loss where nothing else is said."""
    with av.open(str(film)) as source, av.open(str(path), "w") as target:
        coded = source.streams.video[0]
        stream = target.add_stream(codec, rate=25, options={how: str(much)})
        stream.width, stream.height, stream.pix_fmt = coded.width, coded.height, "yuv420p"
        for frame in source.decode(coded):
            frame.pict_type = av.video.frame.PictureType.NONE
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path


def looked_at(path: Path, **said: Any) -> build.Scene:
    shot = Shot(id="film", subject="camera", clip=path.name, **said)
    return build.look(shot, path.parent)


@pytest.mark.parametrize("codec", ["ffv1", "libx264"])
def test_a_film_that_is_exported_without_loss_is_said_to_be_coded_before(
    film: Path, tmp_path: Path, codec: str
) -> None:
    scene = looked_at(exported(film, codec, tmp_path / "out.mkv"), chart="acceptance")
    assert scene.video.coded_before
    assert "coded_before" in [note.reason.code for note in scene.notes]
    said = [note for note in noise.measure(scene) if isinstance(note, Note)]
    reasons = {note.quantity: note.reason.code for note in said}
    assert reasons["noise.snr_before_coding"] == "coded_before"


def test_blocks_that_the_coder_of_a_film_itself_leaves_tell_of_no_other(film: Path) -> None:
    scene = looked_at(film, chart="acceptance")
    assert earlier_coder.seen(scene.reference.luma)
    assert not scene.video.coded_before


def test_a_film_of_the_camera_s_own_codes_was_not_coded_before(tmp_path: Path) -> None:
    films.film_chart(replace(CAMERA, crf=0), CHART, tmp_path / "film.mkv", 0.12)
    scene = looked_at(tmp_path / "film.mkv", chart="acceptance")
    assert not scene.video.coded_before
    assert "coded_before" not in [note.reason.code for note in scene.notes]


def test_a_jpeg_film_that_is_coded_once_more_more_finely_is_said_to_be_coded_before(
    tmp_path: Path,
) -> None:
    films.film_chart(
        replace(CAMERA, codec="mjpeg", full_range=True, scale=10),
        CHART,
        tmp_path / "film.mkv",
        0.12,
    )
    first = looked_at(tmp_path / "film.mkv", chart="acceptance")
    again = looked_at(
        exported(tmp_path / "film.mkv", "libx264", tmp_path / "out.mkv", "crf", 18),
        chart="acceptance",
    )
    assert first.video.steps is not None
    assert again.video.coded_before is not None
    assert first.video.coded_before is None
    assert again.video.coded_before.detail == pytest.approx(0.9 * first.video.steps.detail, rel=0.2)
    assert "coded_before" in [note.reason.code for note in again.notes]


def test_where_no_picture_is_measured_none_was_coded_before(film: Path, tmp_path: Path) -> None:
    scene = looked_at(exported(film, "ffv1", tmp_path / "out.mkv"), chart="clock")
    assert not scene.video.coded_before
