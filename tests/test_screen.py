"""What a clock screen lights: the QR code, the digits and the sequence say what they should."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from acceptance import charts, drawing, qr, screen, sequences

CLOCK = charts.load("clock")


@pytest.mark.parametrize("text", ["K7Q2MX 00000064", "------ 16777152", "A", "", "0123456789ABCDEF", "$%*+-./: "])
def test_a_qr_code_is_read_by_another_program(text: str) -> None:
    picture = np.pad(np.where(qr.matrix(text), 0, 255).astype(np.uint8), 4, constant_values=255)
    large = cv2.resize(picture, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    assert cv2.QRCodeDetector().detectAndDecode(large)[0] == text


@pytest.mark.parametrize("text", ["k7q2mx", "0123456789ABCDEFG", "时钟"])
def test_what_a_qr_code_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at most 16"):
        qr.matrix(text)


@pytest.mark.parametrize("width", [288, 320, 1280])
def test_the_drawn_clock_says_its_session_and_slow_index(width: int) -> None:
    """288 px are 15 % of a picture of 1920: the QR code is read where the bits no longer are."""
    picture = np.rint(255 * drawing.srgb(drawing.raster(CLOCK, width, index=1000, session="K7Q2MX"))).astype(np.uint8)
    large = cv2.resize(picture, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    assert cv2.QRCodeDetector().detectAndDecode(large)[0] == "K7Q2MX 00000960"


def test_the_digits_are_those_of_the_slow_index() -> None:
    """Each place holds as many segments as its digit has; an index of the same stretch shows the same."""
    region = CLOCK.region("index")
    places = [(x - region.rect[0]) // (region.rect[2] / screen.DIGITS) for x, *_ in screen.lit(region, 12_345_700)]
    assert [places.count(place) for place in range(8)] == [len(screen.LIT[int(digit)]) for digit in "12345664"]
    assert screen.lit(region, 12_345_700) == screen.lit(region, 12_345_664)


def test_the_field_shows_the_chips_of_the_sequence() -> None:
    region = CLOCK.region("sequence.left")
    shown = [bool(screen.lit(region, index)) for index in range(200)]
    assert shown == sequences.chips()[:200].astype(bool).tolist()
