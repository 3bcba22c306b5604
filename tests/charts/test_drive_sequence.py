"""The pseudo-random sequence: maximal length, as written down, and averaged over exposures."""

from __future__ import annotations

import numpy as np
import pytest

from acceptance.charts import drive_sequence

CHIPS = drive_sequence.chips()


def test_every_state_of_the_register_but_zero_comes_once() -> None:
    """What maximal length means: all windows of 15 chips differ, and none is 0."""
    wrapped = np.concatenate([CHIPS, CHIPS[:14]]).astype(np.int64)
    states = sum(wrapped[n : n + drive_sequence.PERIOD] << n for n in range(15))
    assert np.array_equal(np.sort(states), np.arange(1, 32768))


def test_shifted_by_any_number_of_chips_it_agrees_with_itself_by_chance_only() -> None:
    """Golomb's third postulate: the sum over +1 and -1 is -1 at every shift but 0."""
    signs = 2.0 * CHIPS - 1
    agreement = np.fft.ifft(np.abs(np.fft.fft(signs)) ** 2).real
    assert np.allclose(agreement[1:], -1)
    assert agreement[0] == pytest.approx(drive_sequence.PERIOD)


def test_the_opening_is_that_of_the_documented_recurrence() -> None:
    """Written out by hand from START = 0x5B2E: its 15 bits, then XORs."""
    text = "011101001101101" + "1001110101101101"
    assert "".join(map(str, drive_sequence.level(np.arange(31)))) == text
    assert drive_sequence.level(drive_sequence.PERIOD + 3) == drive_sequence.level(3)


def test_the_mean_over_an_exposure_is_the_integral_of_the_chips() -> None:
    """Against a fine sum, across the wrap of the sequence too; whole chips give themselves."""
    begin = np.array([0.0, 3.3, 7.25, drive_sequence.PERIOD - 1.5])
    end = begin + np.array([1.0, 0.2, 2.6, 4.0])
    fine = [
        drive_sequence.level(np.floor(a + (np.arange(100_000) + 0.5) / 100_000 * (b - a))).mean()
        for a, b in zip(begin, end, strict=True)
    ]
    assert drive_sequence.mean(begin, end) == pytest.approx(fine, abs=2e-5)
    assert np.array_equal(drive_sequence.mean(np.arange(9), np.arange(1, 10)), CHIPS[:9])
