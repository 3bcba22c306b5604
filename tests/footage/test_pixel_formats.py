"""Pictures of any pixel format hand out the codes that are in them, in as many bits as is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from acceptance.errors import ClipError
from acceptance.footage.clip import open_clip
from acceptance.footage.planes import depth_of, planes_of
from acceptance.metrics.colour.other_coding import LUMA_AND_COLOURS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

WIDTH, HEIGHT = 66, 50  # lines are longer than the picture is wide


def filled(name: str, kind: str, highest: int, shift: int = 0) -> tuple[av.VideoFrame, Any]:
    """Return a picture of random codes, and its first plane's as ``kind`` (rows, samples)."""
    random, frame = np.random.default_rng(4), av.VideoFrame(WIDTH, HEIGHT, name)
    for plane in frame.planes:
        count = plane.buffer_size // np.dtype(kind).itemsize
        plane.update((random.integers(0, highest, count) << shift).astype(kind).tobytes())
    first = np.frombuffer(memoryview(frame.planes[0]), kind)
    return frame, first.reshape(HEIGHT, -1) >> shift


@pytest.mark.parametrize(
    ("name", "luma", "cb", "cr"), [("yuyv422", 0, 1, 3), ("uyvy422", 1, 0, 2), ("yvyu422", 0, 3, 1)]
)
def test_packed_samples_of_capture_cards_are_handed_out_as_they_are(
    name: str, luma: int, cb: int, cr: int
) -> None:
    frame, packed = filled(name, "u1", 256)
    y, b, r = planes_of(frame, "bt709")
    assert y is not None
    assert b is not None
    assert r is not None
    assert np.array_equal(y, packed[:, luma : 2 * WIDTH : 2])
    assert np.array_equal(b, packed[:, cb : 2 * WIDTH : 4])
    assert np.array_equal(r, packed[:, cr : 2 * WIDTH : 4])


@pytest.mark.parametrize(
    ("name", "kind", "bits", "shift"),
    [
        ("nv21", "u1", 8, 0), ("yuva420p", "u1", 8, 0), ("yuva444p10le", "<u2", 10, 0),
        ("yuv420p10be", ">u2", 10, 0), ("gray10be", ">u2", 10, 0), ("p010le", "<u2", 10, 6),
        ("yuv422p12be", ">u2", 12, 0), ("gray16be", ">u2", 16, 0),
    ],
)  # fmt: skip
def test_luma_beside_alpha_or_in_another_order_of_bytes_is_handed_out_as_it_is(
    name: str, kind: str, bits: int, shift: int
) -> None:
    frame, stored = filled(name, kind, 1 << bits, shift)
    luma, cb, _ = planes_of(frame, "bt709")
    assert luma is not None
    assert depth_of(frame.format) == bits
    assert np.array_equal(luma, stored[:, :WIDTH])
    assert (cb is None) == name.startswith("gray")


def test_a_conversion_gives_the_same_codes_each_time() -> None:
    """With several threads some pixels were grey where their slices met, in one run of two."""
    frame = av.VideoFrame(360, 640, "y210le")
    for plane in frame.planes:
        plane.update(np.full(plane.buffer_size // 2, 300 << 6, "<u2").tobytes())
    for _ in range(60):
        for codes in planes_of(frame, "bt709"):
            assert codes is not None
            assert set(np.unique(codes)) == {300}


def test_every_format_of_luma_and_colours_is_known_by_its_name() -> None:
    """Only of those a wrong matrix is looked for."""
    for name in av.video.format.names:
        pixels = av.VideoFormat(name)
        parts = [part for part in pixels.components if not part.is_alpha]
        other = pixels.is_rgb or pixels.has_palette or name.startswith(("xyz", "bayer"))
        assert name.startswith(LUMA_AND_COLOURS) == (len(parts) == 3 and not other), name


@pytest.mark.parametrize(("name", "bits"), [("gbrp", 8), ("gbrp10le", 10), ("gbrp12le", 12)])
def test_coded_colours_have_codes_of_as_many_bits_as_they_are_coded_in(
    name: str, bits: int
) -> None:
    """White of 10 bits is 1023, not the 65535 that a conversion to 16 bits makes of it."""
    frame = av.VideoFrame(WIDTH, HEIGHT, name)
    white = (1 << bits) - 1
    for plane in frame.planes:
        kind = "u1" if bits == 8 else "<u2"
        plane.update(np.full(plane.buffer_size // np.dtype(kind).itemsize, white, kind).tobytes())
    luma, cb, _ = planes_of(frame, "bt709")
    assert luma is not None
    assert cb is not None
    assert set(np.unique(luma)) == {white}
    assert set(np.unique(cb)) == {1 << (bits - 1)}


def written(path: Path, codec: str, pixels: str, luma: NDArray[np.uint8]) -> None:
    """Write a picture of limited range and no colour."""
    flat = np.vstack([luma, np.full((luma.shape[0] // 2, luma.shape[1]), 128, np.uint8)])
    frame = av.VideoFrame.from_ndarray(flat, "yuv420p")
    frame.color_range = 1
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25)
        stream.height, stream.width = luma.shape
        stream.pix_fmt = pixels
        container.mux(stream.encode(frame.reformat(format=pixels)))
        container.mux(stream.encode(None))


@pytest.mark.parametrize("pixels", ["yuyv422", "uyvy422"])
def test_a_film_of_a_capture_card_keeps_its_limited_range(tmp_path: Path, pixels: str) -> None:
    ramp = np.tile(np.linspace(16, 235, 64).astype(np.uint8), (48, 1))
    written(tmp_path / "film.avi", "rawvideo", pixels, ramp)
    clip = open_clip(tmp_path / "film.avi")
    assert not clip.info.full_range
    assert np.array_equal(next(clip.frames()).luma, ramp)


def test_a_still_of_one_bit_has_codes_of_eight(tmp_path: Path) -> None:
    bars = np.where(np.arange(64) // 8 % 2, 235, 16).astype(np.uint8)
    written(tmp_path / "bars.png", "png", "monob", np.tile(bars, (48, 1)))
    clip = open_clip(tmp_path / "bars.png")
    assert (clip.info.depth, clip.info.full_range) == (8, True)
    assert set(np.unique(next(clip.frames()).luma)) == {0, 255}


def with_alpha(path: Path, codec: str, pixels: str, alpha: int) -> None:
    """Write a noisy picture over which ``alpha`` of 255 lies everywhere."""
    noise = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
    noise[..., 3] = alpha
    with av.open(path, "w") as container:
        stream: Any = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pixels
        frame = av.VideoFrame.from_ndarray(noise, "rgba").reformat(format=pixels)
        container.mux([*stream.encode(frame), *stream.encode()])


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "alpha"),
    [("still.png", "png", "rgba", 0), ("still.tif", "tiff", "rgba", 0),
     ("film.mov", "qtrle", "argb", 90), ("film.mkv", "ffv1", "yuva420p", 90)],
)  # fmt: skip
def test_a_picture_that_something_would_show_through_is_refused(
    tmp_path: Path, name: str, codec: str, pixels: str, alpha: int
) -> None:
    """Viewers show nothing of it, and it was measured as if it were the camera's picture."""
    with_alpha(tmp_path / name, codec, pixels, alpha)
    with pytest.raises(ClipError, match="transparent") as caught:
        list(open_clip(tmp_path / name).frames())
    assert caught.value.code == "clip_transparent"
    with_alpha(tmp_path / name, codec, pixels, 255)
    assert len(list(open_clip(tmp_path / name).frames())) == 1


def test_a_fourth_byte_that_a_capture_leaves_empty_is_no_transparency(tmp_path: Path) -> None:
    with_alpha(tmp_path / "capture.mkv", "ffv1", "bgra", 0)
    assert len(list(open_clip(tmp_path / "capture.mkv").frames())) == 1
