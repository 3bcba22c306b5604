"""Pictures are handed out as a person sees them: turned, and mirrored where the file says so."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import cv2
import numpy as np
import profiles
import pytest

from acceptance.footage import clip, encode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

BLOCKS = np.random.default_rng(1).integers(30, 220, (6, 10)).astype(np.uint8)
PICTURE = np.kron(BLOCKS, np.ones((16, 16), np.uint8))
# orientation of EXIF: row and column that the first row and column of the file are (CIPA DC-008)
SHOWN: dict[int, Callable[[Picture], Picture]] = {
    1: lambda x: x,
    2: lambda x: x[:, ::-1],
    3: lambda x: x[::-1, ::-1],
    4: lambda x: x[::-1],
    5: lambda x: x.T,
    6: lambda x: x.T[:, ::-1],
    7: lambda x: x.T[::-1, ::-1],
    8: lambda x: x.T[::-1],
}


def only_luma(path: Path) -> Picture:
    [frame] = clip.open_clip(path).frames()
    return frame.luma


def jpeg(orientation: int) -> bytes:
    done, written = cv2.imencode(".jpg", PICTURE, [cv2.IMWRITE_JPEG_QUALITY, 100])
    assert done
    plain, data = written.tobytes(), b"Exif\0\0" + profiles.exif(orientation)
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data + plain[2:]


def png(orientation: int) -> bytes:
    return profiles.png(np.dstack([PICTURE] * 3), (b"eXIf", profiles.exif(orientation)))


@pytest.mark.parametrize("orientation", SHOWN)
@pytest.mark.parametrize("form", [jpeg, png])
def test_a_still_is_shown_as_its_exif_says(
    form: Callable[[int], bytes], orientation: int, tmp_path: Path
) -> None:
    still = tmp_path / f"still.{form.__name__}"
    still.write_bytes(form(orientation))
    seen = only_luma(still)
    expected = SHOWN[orientation](PICTURE)
    assert seen.shape == expected.shape
    assert np.abs(seen.astype(int) - expected).max() <= 2
    info = clip.open_clip(still).info
    assert (info.height, info.width) == expected.shape
    assert info.sideways == (orientation > 4)


# a, b, c, d of x' = a x + c y, y' = b x + d y, and the orientation of EXIF that shows the same
MATRICES = {
    1: (1, 0, 0, 1),
    2: (-1, 0, 0, 1),
    3: (-1, 0, 0, -1),
    4: (1, 0, 0, -1),
    5: (0, 1, 1, 0),
    6: (0, 1, -1, 0),
    7: (0, -1, -1, 0),
    8: (0, -1, 1, 0),
}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    encode.write(path, [PICTURE], options={"crf": "0"})
    return path.read_bytes()


@pytest.mark.parametrize("orientation", MATRICES)
def test_a_film_is_shown_as_its_display_matrix_says(
    film: bytes, orientation: int, tmp_path: Path
) -> None:
    """That of the track's header of version 0 (ISO/IEC 14496-12, 8.3.2)."""
    a, b, c, d = (65536 * value for value in MATRICES[orientation])
    at = film.index(b"tkhd") + 4 + 4 + 36
    matrix = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    (tmp_path / "film.mp4").write_bytes(film[:at] + matrix + film[at + 36 :])
    expected = SHOWN[orientation](PICTURE)
    assert np.array_equal(only_luma(tmp_path / "film.mp4"), expected)
    opened = clip.open_clip(tmp_path / "film.mp4")
    [frame] = opened.frames()
    [blocks] = opened.quantisers({0: frame.time}).values()
    assert blocks.shape == SHOWN[orientation](BLOCKS).shape
