"""Stated colours: those of profiles and code points lead to light of BT.709, or to a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import profiles
import pytest

from acceptance.footage import clip, gamut, still_words
from acceptance.footage.tone import inverse_oetf

if TYPE_CHECKING:
    from pathlib import Path

# to linear sRGB, as published: CSS Color 4, sample code (W3C), Display P3; ITU-R BT.2087-0
P3 = [
    [1.2249401, -0.2249402, 0.0],
    [-0.0420569, 1.0420571, 0.0],
    [-0.0196376, -0.0786361, 1.0982735],
]
BT2020 = [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
GREY = np.full((8, 8, 3), 99, np.uint8)


@pytest.mark.parametrize(("code", "published"), [(12, P3), (9, BT2020)])
def test_code_points_lead_to_bt709_as_published(code: int, published: list[list[float]]) -> None:
    found = gamut.of_code(code)
    assert found
    assert found.to_bt709
    assert np.allclose(found.to_bt709, published, atol=2e-4)


@pytest.mark.parametrize("code", [1, 2, 5, 6, 7, 99])
def test_usual_and_unknown_code_points_are_taken_for_bt709(code: int) -> None:
    assert gamut.of_code(code) is None


def of_file(path: Path, icc: bytes) -> clip.VideoInfo:
    path.write_bytes(profiles.with_profile(GREY, icc))
    return clip.open_clip(path).info


def test_a_profile_of_p3_is_that_of_its_code_point(tmp_path: Path) -> None:
    info = of_file(
        tmp_path / "p3.png", profiles.profile("P3", profiles.DISPLAY_P3, profiles.SRGB_CURVE)
    )
    assert info.gamut
    assert info.gamut.name == "P3"
    assert np.allclose(np.array(info.gamut.to_bt709), P3, atol=2e-3)
    assert info.transfer == "srgb"
    assert "transfer" not in info.assumed


def test_a_profile_of_srgb_changes_nothing_and_is_no_guess(tmp_path: Path) -> None:
    info = of_file(tmp_path / "s.png", profiles.profile("sRGB", profiles.SRGB, profiles.SRGB_CURVE))
    assert info.gamut is None
    assert info.transfer == "srgb"
    assert "transfer" not in info.assumed


@pytest.mark.parametrize(
    ("colorants", "exponent", "transfer", "sure"),
    [(profiles.ADOBE, 563 / 256, "gamma22", True), (profiles.PROPHOTO, 1.8, "srgb", False)],
)
def test_powers_are_named_or_stay_a_guess(
    colorants: tuple[tuple[float, ...], ...], exponent: float, transfer: str, *, sure: bool,
    tmp_path: Path,
) -> None:  # fmt: skip
    info = of_file(tmp_path / "a.png", profiles.profile("a", colorants, profiles.power(exponent)))
    assert info.gamut
    assert np.allclose(np.array(info.gamut.to_bt709).sum(axis=1), 1)  # white stays white
    assert info.transfer == transfer
    assert ("transfer" not in info.assumed) == sure


def test_tables_and_inks_lead_nowhere(tmp_path: Path) -> None:
    table = of_file(tmp_path / "t.png", profiles.profile("scanner", None, b""))
    assert table.gamut == gamut.Gamut(name="scanner", to_bt709=None)
    inks = profiles.profile("FOGRA39", None, b"", b"CMYK")
    assert gamut.of_profile(inks)[0] == gamut.Gamut(name="FOGRA39", to_bt709=None)
    by_tables = profiles.profile("sRGB v4 ICC preference", None, b"")
    assert gamut.of_profile(by_tables) == (None, "srgb")


@pytest.mark.parametrize(("exponent", "name"), [(None, "srgb"), (2.2225, None)])
def test_a_table_is_srgbs_by_its_dark_values_too(exponent: float | None, name: str | None) -> None:
    """A power of 2.22 has the same light at half of the code."""
    codes = np.linspace(0, 1, 1024)
    light = codes**exponent if exponent else inverse_oetf(codes, "srgb")
    table = np.round(65535 * light).astype(">u2").tobytes()
    curve = b"curv" + bytes(4) + (1024).to_bytes(4, "big") + table
    assert gamut.of_profile(profiles.profile("x", profiles.SRGB, curve)) == (None, name)


def test_a_profile_in_pieces_of_a_jpeg_is_put_together(tmp_path: Path) -> None:
    icc = profiles.profile("P3", profiles.DISPLAY_P3, profiles.SRGB_CURVE)
    plain = cv2.imencode(".jpg", GREY)[1].tobytes()
    halves = [icc[200:], icc[:200]]  # the second one first
    parts = b"".join(
        b"\xff\xe2"
        + (16 + len(half)).to_bytes(2, "big")
        + b"ICC_PROFILE\0"
        + bytes([2 - n, 2])
        + half
        for n, half in enumerate(halves)
    )
    (tmp_path / "p3.jpg").write_bytes(plain[:2] + parts + plain[2:])
    assert still_words.read(tmp_path / "p3.jpg").profile == icc


def test_damaged_profiles_and_exif_say_nothing_and_break_nothing(tmp_path: Path) -> None:
    """Each is cut off anywhere, or has a byte turned over."""
    icc = profiles.profile("P3", profiles.DISPLAY_P3, profiles.SRGB_CURVE)
    random = np.random.default_rng(3)
    for number in range(60):
        bent = bytearray(icc[: random.integers(1, len(icc))] if number % 2 else icc)
        bent[random.integers(len(bent))] ^= int(random.integers(1, 256))
        of_file(tmp_path / "bent.png", bytes(bent))
    for cut in range(1, 26):
        data = profiles.exif(6)[:cut]
        (tmp_path / "e.png").write_bytes(profiles.png(GREY, (b"eXIf", data)))
        assert still_words.read(tmp_path / "e.png").orientation in {1, 6}


@pytest.mark.parametrize(
    ("transfer", "signal", "light"),
    [
        ("hlg", 0.5, 1 / 12),
        ("hlg", 0.75, 0.26496),
        ("hlg", 1.0, 1.0),
        ("pq", 0.58, 0.0203),
        ("pq", 1.0, 1.0),
    ],
)
def test_curves_of_bt2100_are_as_published(transfer: str, signal: float, light: float) -> None:
    """Of HLG 75 % is reference white (BT.2408), of PQ 58 %, 203 of 10,000 cd/m2."""
    assert float(inverse_oetf(signal, transfer)) == pytest.approx(light, rel=0.01)
