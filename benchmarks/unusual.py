"""What is said of pictures as people deliver them (``unusual.toml``): inside U, refused, or wrong.

``python benchmarks/unusual.py [NUMBER...] [--jobs N]`` prints a row for each situation. A film of
the usual camera is made without loss, its pictures are changed, and coded and tagged as stated.
Figures whose truth such a change takes away are left out (``LOST``).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import cv2
import films
import measurable
import numpy as np
import switched
from films import TRUTHS, Reading
from setting import Setting, machine, prose, table

from acceptance.charts import printed_copy
from acceptance.charts.definition import load
from acceptance.errors import AcceptanceError
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.session import measuring
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_chart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Plane = NDArray[np.float32]
    Picture = list[Plane]  # luma and colours of half size, codes

LISTED = Path(__file__).with_name("unusual.toml")
LOSSLESS = {"codec": "libx264", "crf": 0}
FAMILIES = ("resolution.", "noise.", "colour.", "grey_scale.", "geometry.")
ANGLES = ("geometry.tilt", "geometry.pan", "geometry.roll")
ENLARGED = ("noise.", "resolution.mtf", "resolution.corner")
LOST: dict[str, tuple[str, ...]] = {
    "mirrored": ANGLES,
    "crumpled": ("geometry.",),
    "badly_crumpled": ("geometry.", "resolution."),
    "soft_shadow": ("noise.snr_patch", "noise.snr_linear"),
    "hard_shadow": ("noise.snr_patch", "noise.snr_linear"),
    "local_tone": ("noise.", "grey_scale.", "resolution.", "colour."),
    "grey": ("colour.", "noise.cb", "noise.cr"),
    "squeezed": ("resolution.mtf", "resolution.horizontal", "resolution.wedge_horizontal",
                 "resolution.corner", "noise.", "geometry.pixels"),
    "pumping": ("noise.",),
    "drop": ("noise.",),
    "bayer": ("noise.", "resolution.", "colour."),
    "enlarged_linear": ENLARGED,
    "enlarged_lanczos": ENLARGED,
    "enlarged_nearest": ENLARGED,
    "screenshot": ("noise.", "resolution.", "geometry.pixels"),
}  # fmt: skip
RECORDED = tuple(f"noise.{name}" for name in switched.RECORDED)


def _rows(plane: Plane) -> tuple[Plane, Plane]:
    """Return places (h, w) down and across, 0 to 1."""
    down, across = np.indices(plane.shape, np.float32)
    return down / plane.shape[0], across / plane.shape[1]


def _light(picture: Picture, of: Callable[[Plane, Plane], Plane]) -> Picture:
    """Dim codes of BT.709, limited range, as less light does; colours with them."""
    luma = picture[0]
    kept = of(*_rows(luma)) ** 0.45
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
    luma = picture[0].copy()
    place = (luma.shape[1] // 20, luma.shape[0] // 9)
    cv2.putText(luma, "2026-11-29 12:00:00", place, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 235.0, 2)
    return [luma, *picture[1:]]


def _drop(down: Plane, across: Plane) -> Plane:
    return 1 - 0.35 * np.exp(-((down - 0.35) ** 2 + (across - 0.3) ** 2) / 0.01)


PICTURES: dict[str, Callable[[Picture, int], Picture]] = {
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
}


def situations() -> list[dict[str, Any]]:
    """Return the situations of the list."""
    found: list[dict[str, Any]] = tomllib.loads(LISTED.read_text("utf-8"))["situation"]
    return found


def _pictures(path: Path) -> list[Picture]:
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


def _delivered(
    pictures: Sequence[Picture], path: Path, camera: Camera, how: dict[str, Any]
) -> None:
    """Code pictures as stated: codec, tags of range and matrix, aspect, rotation, stamps."""
    codec, pixels = how.get("codec", "libx264"), how.get("format", "yuv420p")
    options = {"preset": how.get("preset", "veryfast")} if codec in {"libx264", "libx265"} else {}
    if "bit_rate" not in how and codec in {"libx264", "libx265"}:
        options["crf"] = str(how.get("crf", 23))
    if "scale" in how:
        options |= {"qmin": str(how["scale"]), "qmax": str(how["scale"])}
    if codec in {"libvpx-vp9", "libsvtav1"}:
        options |= {"crf": "24", "b": "0", "cpu-used": "6"} if "vp9" in codec else {"crf": "28"}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.pix_fmt, stream.time_base = pixels, Fraction(1, 90000)
        stream.height, stream.width = pictures[0][0].shape
        context = stream.codec_context
        if "bit_rate" in how:
            context.bit_rate = how["bit_rate"]
        if how.get("interlaced"):
            context.flags |= av.codec.context.Flags.interlaced_dct
        if "aspect" in how:
            context.sample_aspect_ratio = Fraction(how["aspect"].replace(":", "/"))
        if how.get("rotated"):
            stream.set_display_rotation(how["rotated"])
        own = "pc" if camera.full_range or pixels.startswith("yuvj") else "tv"
        tags = (
            {"": 0, "tv": 1, "pc": 2}[how.get("range", own)],
            {"": 2, "bt709": 1, "bt601": 6}[how.get("matrix", camera.matrix)],
        )
        context.color_range, context.colorspace = tags
        stamp = 0
        for number, picture in enumerate(pictures):
            frame = _coded(picture, pixels)
            frame.color_range, frame.colorspace = tags
            frame.pts, frame.time_base = stamp, Fraction(1, 90000)
            stamp += (3600, 2700, 5400, 3300)[number % 4] if how.get("uneven") else 3600
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _screenshot(picture: Picture, path: Path, size: float) -> None:
    frame = _coded(picture, "yuv420p")
    frame.color_range, frame.colorspace = 1, 1
    shown = frame.to_ndarray(format="rgb24")[:, :, ::-1]
    if size < 1:
        shown = cv2.resize(shown, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(path), shown)


def run(number: int) -> dict[str, Any]:
    """Make a situation of the list and measure it."""
    seen = situations()[number]
    own = {
        name: tuple(v) if isinstance(v, list) else v for name, v in seen.get("camera", {}).items()
    }
    camera = switched.exposed(Camera(**{**measurable.USUAL, "seed": 900 + number, **own}))
    changes, how = seen.get("picture", []), seen.get("delivery", {})
    file = how.get("file", "film.png" if "screenshot" in how else "film.mp4")
    file = "film.jpg" if how.get("still") else "film.mkv" if how.get("interlaced") else file
    if "white" in own:
        camera = Camera(**{**camera.__dict__, "white": own["white"]})
    with tempfile.TemporaryDirectory() as folder:
        first, path = Path(folder) / "lossless.mkv", Path(folder) / file
        if not changes and not how:
            path = Path(folder) / "film.mkv"
            truth = film_chart(camera, load(films.CHART), path, switched.SECONDS)
        else:
            plain = Camera(**{**camera.__dict__, **LOSSLESS})
            truth = film_chart(plain, load(films.CHART), first, switched.SECONDS)
            pictures = _pictures(first)
            for change in changes:
                pictures = [PICTURES[change](p, n) for n, p in enumerate(pictures)]
            if "screenshot" in how:
                _screenshot(pictures[0], path, how["screenshot"])
            else:
                _delivered(pictures[:1] if how.get("still") else pictures, path, camera, how)
        shot = Shot(
            id="film", subject="camera", clip=path.name, chart=films.CHART,
            chart_copy=printed_copy.AS_DRAWN,
        )  # fmt: skip
        try:
            found, notes = measuring.measure(build.look(shot, path.parent), TRUTHS.keys())
        except AcceptanceError as error:
            return {
                "seen": seen["seen"],
                "inside": 0,
                "given": 0,
                "wrong": [],
                "refused": [str(error)],
            }
    lost = [name for key in (*changes, *how) for name in LOST.get(key, ())]
    lost += list(RECORDED) if camera.crf or changes or how else []
    enlarged = any(change.startswith("enlarged") for change in changes)
    if enlarged:
        truth = _of_enlarged(truth)
    readings = [
        Reading.of(item, TRUTHS[item.quantity](truth, item))
        for item in found
        if item.quantity in TRUTHS and not item.quantity.startswith(tuple(lost or ["-"]))
    ]
    wrong = [reading for reading in readings if not _right(reading, camera, enlarged=enlarged)]
    return {
        "seen": seen["seen"],
        "inside": len(readings) - len(wrong),
        "given": len(readings),
        "wrong": [_said(reading) for reading in wrong],
        "refused": [
            f"{name} ({count})"
            for name, count in Counter(note.reason.code for note in notes).most_common()
        ],
    }


def _of_enlarged(truth: Any) -> Any:
    from dataclasses import replace  # noqa: PLC0415 -- here only

    camera = truth.camera
    return replace(truth, camera=replace(camera, zoom=1.5))


def _right(reading: Reading, camera: Camera, *, enlarged: bool) -> bool:
    """Whether a reading is inside U; TV lines of what was enlarged only not above what it has."""
    if enlarged and reading.quantity.startswith("resolution."):
        return reading.value - reading.expanded <= camera.height / 1.5
    return reading.inside


def _said(reading: Reading) -> str:
    return (
        f"`{reading.quantity}` {reading.region} {reading.value:.4g} ± {reading.expanded:.2g} for "
        f"{reading.truth:.4g}"
    )


def main(arguments: list[str]) -> None:
    """Run the list, or the numbers given; print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(arguments)
    numbers = options.numbers or list(range(len(situations())))
    rows = []
    for number in numbers:
        case = run(number)
        rows.append(
            (str(number), case["seen"], f"{case['inside']} of {case['given']}",
             "; ".join(case["wrong"]), ", ".join(case["refused"]))
        )  # fmt: skip
        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    head = ("", "situation", "truth inside U", "outside", "refused, and notes (number)")
    print(prose(f"Made {machine()}."))
    print(table(head, rows))


if __name__ == "__main__":
    main(sys.argv[1:])
