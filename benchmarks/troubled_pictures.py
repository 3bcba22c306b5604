"""What light, lens, processing and cables do to finished pictures: third list of ``unusual.toml``.

``MTF`` has, of those that change the response of luma, by what they multiply it; places are those
of the usual camera's chart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from unusual_pictures import places

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Plane = NDArray[np.float32]
    Picture = list[Plane]  # luma and colours of half size, codes

FRAMES = 8
HAZE, HALO, ECHO = 0.1, 8.0, 12  # share of light; px; px
SHARPENED = 0.8


def _light_of(luma: Plane) -> Plane:
    """Return the light of codes of BT.709, limited range."""
    signal = np.maximum((luma - 16) / 219, 0)
    return np.where(signal < 0.081, signal / 4.5, ((signal + 0.099) / 1.099) ** (1 / 0.45))


def _codes_of(light: Plane) -> Plane:
    dim = np.maximum(light, 0)
    return 16 + 219 * np.where(dim < 0.018, 4.5 * dim, 1.099 * dim**0.45 - 0.099)


def _in_light(picture: Picture, of: Callable[[Plane], Plane]) -> Picture:
    """Change the light of luma; colours go with it."""
    light = _light_of(picture[0])
    luma = _codes_of(of(light)).astype(np.float32)
    ratio = np.maximum(luma - 16, 1) / np.maximum(picture[0] - 16, 1)
    small = cv2.resize(ratio, picture[1].shape[::-1], interpolation=cv2.INTER_AREA)
    return [luma, *(128 + (plane - 128) * small for plane in picture[1:])]


def _on_luma(picture: Picture, of: Callable[[Plane], Plane]) -> Picture:
    return [of(picture[0]).astype(np.float32), *picture[1:]]


def _soft(plane: Plane, sigma: float) -> Plane:
    return cv2.GaussianBlur(plane, (0, 0), sigma) if sigma > 0.05 else plane


def _banded(picture: Picture, by: float, moved: float) -> Picture:
    """Light by a dimmed LED lamp: five bands, ``moved`` turns."""

    def of(light: Plane) -> Plane:
        return light * (1 + by * np.sin(2 * np.pi * (5 * places(light)[0] + moved)))

    return _in_light(picture, of)


def _ghost(picture: Picture) -> Picture:
    return _in_light(picture, lambda light: light + 0.04 * _soft(light[::-1, ::-1].copy(), 3))


def tilted_focus(across: float) -> float:
    """Return the sigma, px, of what is out of focus at a place across, 0 to 1."""
    return 2.0 * max(across - 0.15, 0.0)


def _tilted(picture: Picture) -> Picture:
    """Blur from left to right: a row of Gaussians, between which columns are interpolated."""

    def of(light: Plane) -> Plane:
        across = np.linspace(0, 1, 41)
        layers = np.stack([_soft(light, tilted_focus(at)) for at in across])
        at = np.arange(light.shape[1]) / light.shape[1] * 40
        low = np.minimum(at.astype(int), 39)
        columns, part = np.arange(light.shape[1]), (at - low)[None, :]
        return (1 - part) * layers[low, :, columns].T + part * layers[low + 1, :, columns].T

    return _in_light(picture, of)


def _sharp(luma: Plane, across: float, down: float) -> Plane:
    """Sharpen codes, as cameras do, by Gaussians of these sigmas (px; 0: not this way)."""
    soft = cv2.GaussianBlur(luma, (0 if across else 1, 0 if down else 1), across or 0.1, None,
                            down or 0.1)  # fmt: skip
    return luma + SHARPENED * (luma - soft)


def _limited(luma: Plane) -> Plane:
    """Sharpen codes, halos of at most 6 codes beyond what is beside them."""
    kernel = np.ones((3, 3), np.uint8)
    return np.clip(_sharp(luma, 1, 1), cv2.erode(luma, kernel) - 6, cv2.dilate(luma, kernel) + 6)


def _fringed(picture: Picture) -> Picture:
    """Enlarge red and reduce blue by lateral chromatic aberration."""
    luma, (blue, red) = picture[0], [
        cv2.resize(plane - 128, picture[0].shape[::-1], interpolation=cv2.INTER_LINEAR) / 112 * 219
        for plane in picture[1:]
    ]  # fmt: skip
    r, b = luma + 0.7874 * red, luma + 0.9278 * blue
    g = (luma - 0.2126 * r - 0.0722 * b) / 0.7152
    r, b = _scaled(r, 1.0015), _scaled(b, 0.9988)
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    colours = ((b - luma) / 0.9278 * 112 / 219 + 128, (r - luma) / 0.7874 * 112 / 219 + 128)
    size = picture[1].shape[::-1]
    return [luma, *(cv2.resize(c, size, interpolation=cv2.INTER_AREA) for c in colours)]


def _scaled(plane: Plane, by: float) -> Plane:
    rows, columns = plane.shape
    turn = cv2.getRotationMatrix2D(((columns - 1) / 2, (rows - 1) / 2), 0, by)
    return cv2.warpAffine(plane, turn, (columns, rows), flags=cv2.INTER_CUBIC,
                          borderMode=cv2.BORDER_REPLICATE)  # fmt: skip


def _moved(picture: Picture, across: Callable[[Plane], Plane], down: float = 0.0) -> Picture:
    """Move every row by what ``across`` says of its place down, px."""

    def of(plane: Plane, share: float) -> Plane:
        rows, columns = np.indices(plane.shape, np.float32)
        by = share * across(rows / plane.shape[0]).astype(np.float32)
        return cv2.remap(plane, columns - by, rows - np.float32(share * down), cv2.INTER_LANCZOS4,
                         borderMode=cv2.BORDER_REPLICATE)  # fmt: skip

    return [of(plane, 0.5 if number else 1.0) for number, plane in enumerate(picture)]


def _covered(picture: Picture, where: tuple[float, float, float, float], code: float) -> Picture:
    """Cover left, top, right, bottom (0 to 1) by something of one code, without colour."""

    def of(plane: Plane, shown: float) -> Plane:
        rows, columns = plane.shape
        left, top, right, bottom = where
        whole = plane.copy()
        whole[int(top * rows) : int(bottom * rows), int(left * columns) : int(right * columns)] = (
            shown
        )
        return whole

    return [of(plane, 128.0 if number else code) for number, plane in enumerate(picture)]


def _boxed(picture: Picture, rows: int, columns: int) -> Picture:
    """Put black beside the whole picture: rows above and below, columns left and right."""

    def of(plane: Plane, dark: float, share: int) -> Plane:
        edges = ((rows // share,) * 2, (columns // share,) * 2)
        return np.pad(plane, edges, constant_values=dark)

    return [of(p, 128.0 if n else 16.0, 2 if n else 1) for n, p in enumerate(picture)]


def _quad(picture: Picture) -> Picture:
    """Show four cameras at once, of half the size; the chart is before the first."""

    def of(plane: Plane, grey: float) -> Plane:
        rows, columns = (size // 4 * 2 for size in plane.shape)
        whole = np.full((2 * rows, 2 * columns), grey, np.float32)
        whole[:rows, :columns] = cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA)
        return whole

    return [of(plane, 128.0 if number else 70.0) for number, plane in enumerate(picture)]


def _written(picture: Picture, across: float, down: float, share: float = 1.0) -> Picture:
    """Write a line of text there; ``share``: how much of it covers, beside a dark box."""
    luma = np.clip(np.rint(picture[0]), 0, 255).astype(np.uint8)
    at = int(across * luma.shape[1]), int(down * luma.shape[0])
    shown = luma.copy()
    if share < 1:
        cv2.rectangle(shown, (at[0] - 6, at[1] - 26), (at[0] + 250, at[1] + 8), 30.0, -1)
    cv2.putText(shown, "CAM 01 12:00:00", at, 0, 0.8, 235.0, 2)
    changed = shown != luma
    return _on_luma(picture, lambda codes: np.where(changed, share * shown + (1 - share) * codes,
                                                    codes))  # fmt: skip


def _smeared(picture: Picture) -> Picture:
    """Carry colours as composite video does: narrow, and late by 4 px of luma."""
    return [picture[0], *(np.roll(cv2.GaussianBlur(plane, (0, 1), 3, None, 0.1), 2, axis=1)
                          for plane in picture[1:])]  # fmt: skip


def _curve(picture: Picture, of: Callable[[Plane], Plane]) -> Picture:
    return _on_luma(picture, lambda luma: 16 + 219 * of((luma - 16) / 219))


def _knee(signal: Plane) -> Plane:
    lifted = np.clip((signal - 0.12) / 0.88, 0, None)
    return np.where(lifted > 0.6, 0.6 + 0.5 * (lifted - 0.6), lifted)


def _leaf(light: Plane, number: int) -> Plane:
    down, across = places(light)
    far = (across - 0.2 - 0.08 * number) ** 2 + (down - 0.5) ** 2
    return light * (1 - 0.35 * np.exp(-far / 0.02))


CHANGES: dict[str, Callable[[Picture, int], Picture]] = {
    "bands_standing": lambda picture, _: _banded(picture, 0.05, 0.0),
    "bands_moving": lambda picture, n: _banded(picture, 0.06, 0.31 * n),
    "ghost": lambda picture, _: _ghost(picture),
    "dirty": lambda picture, _: _in_light(
        picture, lambda light: (1 - HAZE) * light + HAZE * _soft(light, 80)
    ),
    "halo": lambda picture, _: _in_light(
        picture, lambda light: (1 - HAZE) * light + HAZE * _soft(light, HALO)
    ),
    "tilted_focus": lambda picture, _: _tilted(picture),
    "fringed": lambda picture, _: _fringed(picture),
    "sharpened_codes": lambda picture, _: _on_luma(picture, lambda luma: _sharp(luma, 1, 1)),
    "sharpened_across": lambda picture, _: _on_luma(picture, lambda luma: _sharp(luma, 1, 0)),
    "sharpened_limited": lambda picture, _: _on_luma(picture, _limited),
    "exposure_drift": lambda picture, n: _in_light(picture, lambda light: light * (1 - 0.025 * n)),
    "white_drift": lambda picture, n: [
        picture[0], picture[1] + 0.8 * (n - 3.5), picture[2] - 0.6 * (n - 3.5)
    ],
    "text_on_wedge": lambda picture, _: _written(picture, 0.37, 0.55),
    "text_on_steps": lambda picture, _: _written(picture, 0.30, 0.32),
    "text_on_patches": lambda picture, _: _written(picture, 0.56, 0.15, 0.5),
    "log": lambda picture, _: _curve(
        picture, lambda signal: np.log10(1 + 60 * _light_of(16 + 219 * signal)) / np.log10(61)
    ),
    "knee": lambda picture, _: _curve(picture, _knee),
    "lifted": lambda picture, _: _curve(picture, lambda signal: 0.075 + 0.925 * signal),
    "boxed_above": lambda picture, _: _boxed(picture, 120, 0),
    "boxed_beside": lambda picture, _: _boxed(picture, 0, 160),
    "cropped": lambda picture, _: [
        plane[:, : (500 if number else 1000)].copy() for number, plane in enumerate(picture)
    ],
    "quad": lambda picture, _: _quad(picture),
    "bilateral": lambda picture, _: _on_luma(
        picture, lambda luma: cv2.bilateralFilter(luma, 5, 12, 1.5)
    ),
    "median": lambda picture, _: _on_luma(picture, lambda luma: cv2.medianBlur(luma, 3)),
    "jello": lambda picture, n: _moved(
        picture, lambda down: 0.7 * np.sin(2 * np.pi * (3 * down + 0.37 * n))
    ),
    "line_jitter": lambda picture, n: _moved(
        picture,
        lambda down: np.random.default_rng(n).normal(0, 0.5, down.shape[0])[:, None]
        * np.ones_like(down),
    ),
    "frames_broken": lambda picture, n: (
        _covered(picture, (0, 0.5, 1, 1), 128) if n in {3, 4} else picture
    ),
    "someone_passes": lambda picture, n: (
        _covered(picture, (0.1 * n, 0.3, 0.1 * n + 0.15, 1), 45) if 2 <= n <= 5 else picture
    ),
    "leaf": lambda picture, n: _in_light(picture, lambda light: _leaf(light, n)),
    "hunting": lambda picture, n: _in_light(
        picture, lambda light: _soft(light, 1.4 * abs(np.sin(0.7 * n)))
    ),
    "zooming": lambda picture, n: [_scaled(plane, 1 + 0.0006 * n) for plane in picture],
    "settling": lambda picture, n: _moved(
        picture, lambda down: np.full_like(down, max(6.0 - 1.5 * n, 0.0))
    ),
    "smeared": lambda picture, _: _smeared(picture),
    "echo": lambda picture, _: _on_luma(
        picture, lambda luma: (luma + 0.08 * np.roll(luma, ECHO, axis=1)) / 1.08
    ),
    "black_first": lambda picture, n: (
        [np.full_like(p, 128.0 if k else 16.0) for k, p in enumerate(picture)] if n < 3 else picture
    ),
}  # fmt: skip


def _gaussian(f: Array, sigma: float) -> Array:
    return np.asarray(np.exp(-2 * (np.pi * sigma * f) ** 2))


ADDED = ("colour.", "grey_scale.", "noise.")
CURVED = ("noise.", "grey_scale.", "resolution.wedge", "colour.")
LOST: dict[str, tuple[str, ...]] = {
    "bands_standing": ("noise.snr_patch", "noise.snr_linear"),
    "ghost": ADDED,
    "dirty": ADDED,
    "halo": ADDED,
    "tilted_focus": ("noise.", "resolution.corner"),
    "sharpened_limited": ("noise.", "resolution."),
    "white_drift": ("noise.cb", "noise.cr"),
    "log": CURVED,
    "knee": CURVED,
    "lifted": ("noise.", "grey_scale.", "colour."),
    "boxed_above": ("geometry.coverage", "geometry.distortion"),
    "boxed_beside": ("geometry.coverage", "geometry.distortion"),
    "cropped": ("geometry.coverage", "geometry.distortion"),
    "quad": ("geometry.", "noise.", "resolution."),
    "smeared": ("noise.cb", "noise.cr"),
    "zooming": ("noise.", "geometry."),
    **dict.fromkeys(
        ("bands_moving", "fringed", "sharpened_codes", "sharpened_across", "exposure_drift",
         "bilateral", "median", "jello", "line_jitter", "frames_broken", "leaf", "hunting",
         "settling", "echo"),
        ("noise.",),
    ),
}  # fmt: skip

MTF: dict[str, Callable[[Array, Array], Array]] = {
    "halo": lambda u, v: 1 - HAZE + HAZE * _gaussian(np.hypot(u, v), HALO),
    "sharpened_codes": lambda u, v: 1 + SHARPENED * (1 - _gaussian(np.hypot(u, v), 1)),
    "sharpened_across": lambda u, _: 1 + SHARPENED * (1 - _gaussian(u, 1)),
    "echo": lambda u, _: np.abs(1 + 0.08 * np.exp(2j * np.pi * u * ECHO)) / 1.08,
}
"""By what each multiplies the MTF at frequencies across and down, cycle/px."""
