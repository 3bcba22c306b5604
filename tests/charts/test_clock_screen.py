"""What a clock screen lights: the QR code, the digits and the sequence say what they should."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from acceptance.charts import clock_qr, clock_screen, definition, drawing, drive_sequence
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_clock

if TYPE_CHECKING:
    from pathlib import Path

CLOCK = definition.load("clock")


@pytest.mark.parametrize(
    "text", ["K7Q2MX 00000064", "------ 16777152", "A", "", "0123456789ABCDEF", "$%*+-./: "]
)
def test_a_qr_code_is_read_by_another_program(text: str) -> None:
    picture = np.pad(
        np.where(clock_qr.matrix(text), 0, 255).astype(np.uint8), 4, constant_values=255
    )
    large = cv2.resize(picture, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    assert cv2.QRCodeDetector().detectAndDecode(large)[0] == text


@pytest.mark.parametrize("text", ["K7Q2MX 00000064", "A", "", "0123456789ABCDEF"])
def test_a_code_is_read_back_and_a_spoilt_one_is_refused(text: str) -> None:
    """Random modules in place of a tenth of the code, or of all of it: no other text is read."""
    assert clock_qr.read(clock_qr.matrix(text)) == text
    random = np.random.default_rng(5)
    for share in (0.1, 1.0):
        for _ in range(50):
            spoilt = np.where(
                random.uniform(size=(21, 21)) < share,
                random.uniform(size=(21, 21)) < 0.5,
                clock_qr.matrix(text),
            )
            assert clock_qr.read(spoilt) in {"", text}


@pytest.mark.parametrize("text", ["k7q2mx", "0123456789ABCDEFG", "时钟"])
def test_what_a_qr_code_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at most 16"):
        clock_qr.matrix(text)


@pytest.mark.parametrize("width", [288, 320, 1280])
def test_the_drawn_clock_says_its_session_and_slow_index(width: int) -> None:
    """288 px are 15 % of a picture of 1920: the QR code is read where the bits no longer are."""
    picture = np.rint(
        255 * drawing.srgb(drawing.draw(CLOCK, width, index=1000, session="K7Q2MX"))
    ).astype(np.uint8)
    large = cv2.resize(picture, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    assert cv2.QRCodeDetector().detectAndDecode(large)[0] == "K7Q2MX 00000960"


def test_the_digits_are_those_of_the_slow_index() -> None:
    """Each place holds as many segments as its digit has, the same for 64 refreshes."""
    region = CLOCK.region("index")
    places = [
        (x - region.rect[0]) // (region.rect[2] / clock_screen.DIGITS)
        for x, *_ in clock_screen.lit(region, 12_345_700)
    ]
    assert [places.count(place) for place in range(8)] == [
        len(clock_screen.LIT[int(digit)]) for digit in "12345664"
    ]
    assert clock_screen.lit(region, 12_345_700) == clock_screen.lit(region, 12_345_664)


def test_the_field_shows_the_chips_of_the_sequence() -> None:
    region = CLOCK.region("sequence.left")
    shown = [bool(clock_screen.lit(region, index)) for index in range(200)]
    assert shown == drive_sequence.chips()[:200].astype(bool).tolist()


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_film_shows_its_session_and_the_log_of_another_one_is_not_used(
    tmp_path: Path, share: float
) -> None:
    camera = Camera(width=1280, height=720, share=share, noise=0.02, crf=30)
    film_clock(camera, CLOCK, tmp_path / "c.mp4", 0.4, session="K7Q2MX")
    shot = Shot(id="c", subject="c", clip="c.mp4", chart="clock", screen_log="log.csv")
    used = {}
    for session in ("K7Q2MX", "AB23CD"):
        (tmp_path / "log.csv").write_text(
            f"index,time_s\n# session={session} missed=0 time=unix\n1,0.1\n2,0.2\n"
        )
        seen = build.look(shot, tmp_path)
        assert seen.shot.stream["clock_session"] == "K7Q2MX"
        used[session] = (seen.screen_log is not None, [note.reason.code for note in seen.notes])
    assert used == {"K7Q2MX": (True, []), "AB23CD": (False, ["screen_log_of_other_session"])}
