"""What is done to a camera's finished pictures, and how they are coded (``unusual.toml``)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from acceptance.simulate.camera import Camera

    Plane = NDArray[np.float32]
    Picture = list[Plane]  # luma and colours of half size, codes

TICK = Fraction(1, 90000)
UNEVEN = 3600, 2700, 5400, 3300  # ticks from stamp to stamp


def places(plane: Plane) -> tuple[Plane, Plane]:
    """Return places (h, w) down and across, 0 to 1."""
    down, across = np.indices(plane.shape, np.float32)
    return down / plane.shape[0], across / plane.shape[1]


def _light(picture: Picture, of: Callable[[Plane, Plane], Plane]) -> Picture:
    """Dim codes of BT.709, limited range, as less light does; colours with them."""
    luma = picture[0]
    kept = of(*places(luma)) ** 0.45
    small = cv2.resize(kept, picture[1].shape[::-1], interpolation=cv2.INTER_AREA)
    return [16 + (luma - 16) * kept, *(128 + (plane - 128) * small for plane in picture[1:])]


def _waved(picture: Picture, by: float) -> Picture:
    def moved(plane: Plane, size: float) -> Plane:
        down, across = np.indices(plane.shape, np.float32)
        wave = size * np.sin(2 * np.pi * (across / plane.shape[1] * 5 + 0.3))
        wave *= np.cos(2 * np.pi * (down / plane.shape[0] * 3.5 + 0.1))
        return cv2.remap(plane, across + wave, down + 0.7 * wave, cv2.INTER_LANCZOS4)

    return [moved(plane, by / (2 if number else 1)) for number, plane in enumerate(picture)]


def _enlarged(picture: Picture, way: int) -> Picture:
    def large(plane: Plane) -> Plane:
        rows, columns = plane.shape
        height, width = round(rows / 1.5 / 2) * 2, round(columns / 1.5 / 2) * 2
        top, left = (rows - height) // 2, (columns - width) // 2
        middle = plane[top : top + height, left : left + width]
        return cv2.resize(middle, (columns, rows), interpolation=way)

    return [large(plane) for plane in picture]


def _local_tone(picture: Picture) -> Picture:
    signal = (picture[0] - 16) / 219
    around = cv2.GaussianBlur(signal, (0, 0), 40)
    return [16 + 219 * signal * (0.5 / np.maximum(around, 0.05)) ** 0.35, *picture[1:]]


def _bayer(picture: Picture) -> Picture:
    """Sample the luma as a Bayer sensor does a grey chart, and interpolate linearly."""
    raw = np.clip(np.rint(picture[0] * 200), 0, 65535).astype(np.uint16)
    colour = cv2.cvtColor(raw, cv2.COLOR_BayerBG2RGB).astype(np.float32) / 200
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32)
    return [colour @ weights, *(np.full_like(plane, 128) for plane in picture[1:])]


def _written_over(picture: Picture) -> Picture:
    luma = np.clip(np.rint(picture[0]), 0, 255).astype(np.uint8)
    place = (luma.shape[1] // 20, luma.shape[0] // 9)
    cv2.putText(luma, "2026-11-29 12:00:00", place, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 235.0, 2)
    return [luma.astype(np.float32), *picture[1:]]


def _drop(down: Plane, across: Plane) -> Plane:
    return 1 - 0.35 * np.exp(-((down - 0.35) ** 2 + (across - 0.3) ** 2) / 0.01)


def _twice(picture: Picture) -> Picture:
    def both(plane: Plane) -> Plane:
        rows, columns = plane.shape
        small = cv2.resize(plane, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA)
        whole = np.full_like(plane, float(np.median(plane)))
        whole[rows // 4 : rows // 4 + rows // 2] = np.hstack([small, small])[:, :columns]
        return whole

    return [both(plane) for plane in picture]


def _letterboxed(picture: Picture) -> Picture:
    def boxed(plane: Plane, dark: float) -> Plane:
        bar, whole = plane.shape[0] // 8, plane.copy()
        whole[:bar], whole[-bar:] = dark, dark
        return whole

    return [boxed(plane, 128.0 if number else 16.0) for number, plane in enumerate(picture)]


def _pq(picture: Picture) -> Picture:
    """Code the light by SMPTE ST 2084, white at 203 cd/m2; colours go with luma."""
    signal = np.clip((picture[0] - 16) / 219, 0, None)
    light = np.where(signal < 0.081, signal / 4.5, ((signal + 0.099) / 1.099) ** (1 / 0.45))
    power = (light * 203 / 10000) ** 0.1593017578125
    coded = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    return [16 + 219 * coded.astype(np.float32), *picture[1:]]


def _rows_differ(picture: Picture) -> Picture:
    luma = picture[0].copy()
    luma[1::2] = 16 + (luma[1::2] - 16) * 1.02
    return [luma, *picture[1:]]


def _marked(picture: Picture, mark: Callable[[NDArray[np.uint8]], object]) -> Picture:
    luma = np.clip(np.rint(picture[0]), 0, 255).astype(np.uint8)
    mark(luma)
    return [luma.astype(np.float32), *picture[1:]]


def _over_an_edge(picture: Picture) -> Picture:
    """Write over the edge in the middle of the chart."""
    rows, columns = picture[0].shape
    at = int(0.46 * columns), int(0.66 * rows)
    return _marked(picture, lambda luma: cv2.putText(luma, "2026-11-29", at, 0, 0.7, 235.0, 2))


def _fly(picture: Picture) -> Picture:
    rows, columns = picture[0].shape
    at = int(0.503 * columns), int(0.64 * rows)
    return _marked(picture, lambda luma: cv2.circle(luma, at, 5, 20.0, -1))


def _dark_corner(picture: Picture) -> Picture:
    return _light(
        picture,
        lambda down, across: np.clip(1.0 - 12 * np.maximum(0.22 - across - 0.6 * down, 0), 0.02, 1),
    )


def _beside(picture: Picture, *fields: tuple[float, float]) -> Picture:
    """Put fields of a code beside the chart: (place across, code)."""
    luma = picture[0].copy()
    rows, columns = luma.shape
    for across, code in fields:
        left = int(across * columns)
        luma[rows // 4 : 3 * rows // 4, left : left + columns // 12] = code
    return [luma, *picture[1:]]


CHANGES: dict[str, Callable[[Picture, int], Picture]] = {
    "mirrored": lambda picture, _: [plane[:, ::-1] for plane in picture],
    "sideways": lambda picture, _: [np.rot90(plane) for plane in picture],
    "crumpled": lambda picture, _: _waved(picture, 0.4),
    "badly_crumpled": lambda picture, _: _waved(picture, 2.0),
    "soft_shadow": lambda picture, _: _light(
        picture, lambda _, across: 1 - 0.3 / (1 + np.exp((across - 0.33) / 0.06))
    ),
    "hard_shadow": lambda picture, _: _light(
        picture, lambda down, across: np.where(across + 0.3 * down < 0.55, 0.5, 1.0)
    ),
    "local_tone": lambda picture, _: _local_tone(picture),
    "grey": lambda picture, _: [picture[0], *(np.full_like(p, 128) for p in picture[1:])],
    "squeezed": lambda picture, _: [
        cv2.resize(plane, (360 if number else 720, plane.shape[0]), interpolation=cv2.INTER_AREA)
        for number, plane in enumerate(picture)
    ],
    "enlarged_linear": lambda picture, _: _enlarged(picture, cv2.INTER_LINEAR),
    "enlarged_lanczos": lambda picture, _: _enlarged(picture, cv2.INTER_LANCZOS4),
    "enlarged_nearest": lambda picture, _: _enlarged(picture, cv2.INTER_NEAREST),
    "written_over": lambda picture, _: _written_over(picture),
    "pumping": lambda picture, number: _light(
        picture, lambda down, _: np.full_like(down, 1 + 0.08 * np.sin(number))
    ),
    "drop": lambda picture, _: _light(picture, _drop),
    "bayer": lambda picture, _: _bayer(picture),
    "twice": lambda picture, _: _twice(picture),
    "letterboxed": lambda picture, _: _letterboxed(picture),
    "narrowed": lambda picture, _: [
        cv2.resize(plane, (plane.shape[1] * 3 // 4, plane.shape[0]), interpolation=cv2.INTER_AREA)
        for plane in picture
    ],
    "pq": lambda picture, _: _pq(picture),
    "rows_differ": lambda picture, _: _rows_differ(picture),
    "tinted": lambda picture, _: [
        picture[0],
        *(np.full_like(p, code) for p, code in zip(picture[1:], (134, 125), strict=True)),
    ],
    "held": lambda picture, _: picture,  # each twice: ``unusual.py``
    "posterised": lambda picture, _: [np.rint(plane / 8) * 8 for plane in picture],
    "over_an_edge": lambda picture, _: _over_an_edge(picture),
    "fly": lambda picture, _: _fly(picture),
    "contrast": lambda picture, _: [
        125.5 + (picture[0] - 125.5) * 7 / 6,
        *(128 + (p - 128) * 7 / 6 for p in picture[1:]),
    ],
    "dark_corner": lambda picture, _: _dark_corner(picture),
    "window": lambda picture, _: _beside(picture, (0.02, 255.0), (0.89, 2.0)),
    "lamp_beside": lambda picture, _: _beside(picture, (0.02, 235.0)),
}


def pictures_of(path: Path) -> list[Picture]:
    """Return the pictures of a film of 8 bits, 4:2:0."""
    with av.open(str(path)) as container:
        found = []
        for frame in container.decode(video=0):
            flat, (high, wide) = frame.to_ndarray(), (frame.height, frame.width)
            luma = flat[:high]
            colours = flat[high:].reshape(2, high // 2, wide // 2)
            found.append([plane.astype(np.float32) for plane in (luma, *colours)])
        return found


def _coded(picture: Picture, pixels: str) -> av.VideoFrame:
    whole = [np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in picture]
    flat = np.concatenate([np.ravel(plane) for plane in whole])
    high, wide = whole[0].shape
    frame = av.VideoFrame.from_ndarray(flat.reshape(high * 3 // 2, wide), "yuv420p")
    if pixels != "yuv420p":
        frame.color_range = 2 if pixels.startswith("yuvj") else 1
        frame = frame.reformat(format=pixels)
    return frame


def delivered(pictures: Sequence[Picture], path: Path, camera: Camera, how: dict[str, Any]) -> None:
    """Code pictures as stated: codec, tags of range and matrix, aspect, rotation, stamps."""
    pixels = how.get("format", "yuv420p")
    own = "pc" if camera.full_range or pixels.startswith("yuvj") else "tv"
    tags = (
        {"": 0, "tv": 1, "pc": 2}[how.get("range", own)],
        {"": 2, "bt709": 1, "bt601": 6}[how.get("matrix", camera.matrix)],
    )
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            how.get("codec", "libx264"), rate=Fraction(25), options=_options(how)
        )
        stream.height, stream.width = pictures[0][0].shape
        _describe(stream, how, tags)
        stamp = 0
        for number, picture in enumerate(pictures):
            frame = _coded(picture, pixels)
            frame.color_range, frame.colorspace = tags
            frame.pts, frame.time_base = stamp, TICK
            stamp += UNEVEN[number % 4] if how.get("uneven") else 3600
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _options(how: dict[str, Any]) -> dict[str, str]:
    codec = how.get("codec", "libx264")
    if codec == "libx264":
        quality = {} if "bit_rate" in how else {"crf": "23"}
        return {"preset": how.get("preset", "veryfast")} | quality
    if codec in {"libvpx-vp9", "libsvtav1"}:
        return {"crf": "24", "b": "0", "cpu-used": "6"} if "vp9" in codec else {"crf": "28"}
    return {name: str(how["scale"]) for name in ("qmin", "qmax")} if "scale" in how else {}


def _describe(stream: Any, how: dict[str, Any], tags: tuple[int, int]) -> None:  # noqa: ANN401 -- PyAV's streams have no common type
    context = stream.codec_context
    stream.pix_fmt, stream.time_base = how.get("format", "yuv420p"), TICK
    context.color_range, context.colorspace = tags
    if "bit_rate" in how:
        context.bit_rate = how["bit_rate"]
    if how.get("interlaced"):
        context.flags |= av.codec.context.Flags.interlaced_dct
    if "aspect" in how:
        context.sample_aspect_ratio = Fraction(how["aspect"].replace(":", "/"))
    if how.get("rotated"):
        stream.set_display_rotation(how["rotated"])


def screenshot(picture: Picture, path: Path, size: float) -> None:
    """Write a picture as a player shows it, at this share of its size."""
    frame = _coded(picture, "yuv420p")
    frame.color_range, frame.colorspace = 1, 1
    shown = frame.to_ndarray(format="rgb24")[:, :, ::-1]
    if size < 1:
        shown = cv2.resize(shown, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(path), shown)


def still(picture: Picture, path: Path, quality: int) -> None:
    """Write a picture as a still: JPEG of a quality, or PNG of 16 bits, 0."""
    luma, *colours = picture
    y, (b, r) = (
        (luma - 16) / 219,
        [
            (cv2.resize(plane, luma.shape[::-1], interpolation=cv2.INTER_LINEAR) - 128) / 224
            for plane in colours
        ],
    )
    red, blue = y + 1.5748 * r, y + 1.8556 * b
    green = (y - 0.2126 * red - 0.0722 * blue) / 0.7152
    shown = np.clip(np.stack([blue, green, red], axis=-1), 0, 1)
    if quality:
        cv2.imwrite(
            str(path), np.rint(255 * shown).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality]
        )
    else:
        cv2.imwrite(str(path), np.rint(65535 * shown).astype(np.uint16))
