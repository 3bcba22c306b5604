"""The pictures of the documents, made again.

``python benchmarks/pictures.py [NAME...]`` writes docs/pictures/NAME.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import colours
import cv2
import low_light as dark
import numpy as np

from acceptance import wording
from acceptance.charts import definition, drawing
from acceptance.footage import clip, encode
from acceptance.metrics import compression, geometry, grey_scale, noise, resolution
from acceptance.model import Curve, Measurement, Shot
from acceptance.report import exhibits, plots
from acceptance.scene import build
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from acceptance.model import Note

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"


def noise_levels() -> bytes:
    """Noise against level of one camera (total sigma 2 codes), as it is and through two coders."""
    curves = {
        name: _noise_curve(quality)
        for name, quality in (("lossless", 0), ("CRF 17", 17), ("CRF 20", 20))
    }
    words = wording.phrases("en")
    return plots.draw(
        {name: plots.in_words(one, words["curve"], words["unit"]) for name, one in curves.items()}
    ).encode()


def tone_curve() -> bytes:
    """Draw the tone curve of three cameras.

    As ITU-R BT.709 has it, blacks crushed, whites clipped.
    """
    lights = {"BT.709": (0.01, 0.9), "crushed blacks": (-0.12, 0.9), "clipped whites": (0.01, 1.6)}
    curves = {
        name: _tone(Camera(noise=0.008, crf=0, black=low, white=high))
        for name, (low, high) in lights.items()
    }
    words = wording.phrases("en")
    worded = {
        name: plots.in_words(one, words["curve"], words["unit"]) for name, one in curves.items()
    }
    return plots.draw(worded).encode()


def _tone(camera: Camera) -> Curve:
    return _curve(camera, grey_scale.measure)


def _noise_curve(quality: int) -> Curve:
    return _curve(Camera(noise=0.008, fixed_noise=0.0044, crf=quality), noise.measure)


def _curve(camera: Camera, measure: Callable[[build.Scene], Iterator[Measurement | Note]]) -> Curve:
    """Film the acceptance chart for a second and take the curve of a metric."""
    with tempfile.TemporaryDirectory() as folder:
        films.film_chart(camera, definition.load("acceptance"), Path(folder) / "chart.mp4", 1.0)
        seen = build.look(
            Shot(id="s", subject="c", clip="chart.mp4", chart="acceptance"), Path(folder)
        )
        return next(
            one.curve for one in measure(seen) if isinstance(one, Measurement) and one.curve
        )


def resolution_zones() -> bytes:
    """Map of the zones of a picture whose lens grows softer (0.7 to 1.3 px) away from a middle left of the centre."""
    with tempfile.TemporaryDirectory() as folder:
        for name, blur in (("sharp", 0.7), ("soft", 1.3)):
            camera = Camera(blur=blur, crf=0, seed=3)
            films.film_chart(
                camera, definition.load("acceptance"), Path(folder) / f"{name}.mkv", 0.2
            )
        sharp, soft = (_lumas(Path(folder) / f"{name}.mkv") for name in ("sharp", "soft"))
        y, x = np.mgrid[-1 : 1 : 1j * sharp.shape[1], -1 : 1 : 1j * sharp.shape[2]]
        share = np.clip(((x + 0.2) ** 2 + y**2) / 2, 0, 1)
        mixed = np.rint(sharp + share * (soft - sharp)).astype(np.uint8)
        encode.write(Path(folder) / "mixed.mkv", list(mixed), codec="ffv1", pixel_format="gray")
        seen = build.look(
            Shot(id="s", subject="c", clip="mixed.mkv", chart="acceptance"), Path(folder)
        )
        figures = [one for one in resolution.measure(seen) if isinstance(one, Measurement)]
    return exhibits.zone_maps(figures, [seen.shot], "en")[0].svg.encode()


def _lumas(path: Path) -> NDArray[np.float32]:
    return np.stack([frame.luma for frame in clip.open_clip(path).frames()]).astype(np.float32)


def bent_grid() -> bytes:
    """Dots and fiducials seen through a barrel of 3 %, each with a line to its ideal place, six times as long."""
    with tempfile.TemporaryDirectory() as folder:
        camera = Camera(distortion=0.03, share=0.98, tilt=8, roll=2)
        films.film_chart(camera, definition.load("acceptance"), Path(folder) / "chart.mp4", 0.2)
        seen = build.look(Shot(id="s", subject="c", clip="chart.mp4"), Path(folder))
    width, height = seen.video.width, seen.video.height
    found = {one.quantity: one for one in geometry.measure(seen) if isinstance(one, Measurement)}
    k1, k2 = (float(found["geometry.distortion"].details[name]) for name in ("k1", "k2"))
    middle = np.array([width - 1, height - 1]) / 2
    half = np.hypot(*middle)
    lines = []
    for x, y in geometry.points_seen(seen):
        away = np.array([x, y]) - middle
        square = np.sum(away**2) / half**2
        end = np.array([x, y]) + 6 * away * (k1 * square + k2 * square**2)
        lines.append(
            f'<path d="M{x:.1f} {y:.1f}L{end[0]:.1f} {end[1]:.1f}"/><circle cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
        )
    frame = f'<rect x="0" y="0" width="{width}" height="{height}" fill="#fff" stroke="#888" stroke-width="3"/>'
    cross = f'<path d="M{middle[0] - 15} {middle[1]}h30M{middle[0]} {middle[1] - 15}v30" stroke="#888"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-90 -60 {width + 180} {height + 120}" width="640">'
    body = f'<g stroke="#0b5cad" stroke-width="3" fill="#0b5cad">{"".join(lines)}</g>'
    return f"{head}{frame}{cross}{body}</svg>\n".encode()


def low_light() -> bytes:
    """Resolution left and signal-to-noise ratio of a camera, 960 x 540, at falling illuminance, in one picture each."""
    found = [one for one in dark.measured() if one.statistic and one.curve]
    words = wording.phrases("en")
    curves = [
        plots.in_words(one.curve, words["curve"], words["unit"]) for one in found if one.curve
    ]
    return _side_by_side([plots.draw({curve.y_label: curve}) for curve in curves])


def _side_by_side(drawings: list[str]) -> bytes:
    """Put drawings of one size into one, from left to right."""
    width, height = plots.WIDTH, plots.HEIGHT + 2 * plots.LEGEND_LINE
    placed = (
        one.replace("<svg ", f'<svg x="{n * width:g}" width="{width:g}" height="{height:g}" ', 1)
        for n, one in enumerate(drawings)
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(drawings) * width:g} {height:g}" width="860">'
    return f"{head}{''.join(placed)}</svg>\n".encode()


def coded_sequence() -> bytes:
    """PSNR of each picture of a sequence in which the camera stands, pans for two seconds and stands, at three CRF."""
    random = np.random.default_rng(2)
    wide = cv2.GaussianBlur(random.normal(0, 1, (180, 520)), (0, 0), 1.5)
    places = np.interp(np.arange(150), [50, 100], [0, 190])
    lumas = []
    for place in places:
        move = np.array([[1, 0, -place], [0, 1, 0]])
        seen = cv2.warpAffine(wide, move, (320, 180), flags=cv2.INTER_CUBIC) + random.normal(
            0, 0.005, (180, 320)
        )
        lumas.append(np.clip(np.rint(120 + 160 * seen), 16, 235).astype(np.uint8))
    curves = {}
    with tempfile.TemporaryDirectory() as folder:
        encode.write(Path(folder) / "sequence.mkv", lumas, codec="ffv1")
        for crf in (23, 33, 43):
            encode.write(Path(folder) / "recorded.mp4", lumas, options={"crf": str(crf)})
            shot = Shot(
                id="s",
                subject="c",
                clip="recorded.mp4",
                reference="sequence.mkv",
                chart="acceptance",
            )
            first = next(iter(compression.measure(build.look(shot, Path(folder)))))
            if isinstance(first, Measurement) and first.curve:
                curves[f"CRF {crf}: {first.value:.1f} dB"] = first.curve
    words = wording.phrases("en")
    worded = {
        name: plots.in_words(one, words["curve"], words["unit"]) for name, one in curves.items()
    }
    return plots.draw(worded).encode()


def colour_plane() -> bytes:
    """Draw what a camera with a warm cast and weak colours makes of the 24 patches."""
    camera = Camera(noise=0.006, crf=12, white=0.75, gains=(1.12, 1.0, 0.8), saturation=0.85)
    with tempfile.TemporaryDirectory() as folder:
        films.film_chart(camera, definition.load("acceptance"), Path(folder) / "chart.mp4", 0.3)
        seen = build.look(
            Shot(id="s", subject="c", clip="chart.mp4", chart="acceptance"), Path(folder)
        )
    return colours.plane(seen).encode()


def printed_charts() -> bytes:
    """Set the printed charts side by side, half a pixel a millimetre."""
    shown = []
    for name in ("acceptance_a0", "acceptance_a2", "acceptance", "edge_plate"):
        chart = definition.load(name)
        light = drawing.raster(chart, round(1.5 * chart.size[0]))
        small = cv2.resize(light, None, fx=1 / 3, fy=1 / 3, interpolation=cv2.INTER_AREA)
        shown.append(np.pad(small, ((330 - len(small), 8), (8, 8), (0, 0)), constant_values=1.0))
    coded = np.rint(255 * drawing.srgb(np.hstack(shown))).astype(np.uint8)
    return bytes(cv2.imencode(".png", coded[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])[1])


PICTURES: Mapping[str, Callable[[], bytes]] = {
    "coded_sequence.svg": coded_sequence,
    "colour_plane.svg": colour_plane,
    "geometry.svg": bent_grid,
    "low_light.svg": low_light,
    "noise_levels.svg": noise_levels,
    "printed_charts.png": printed_charts,
    "resolution_zones.svg": resolution_zones,
    "tone_curve.svg": tone_curve,
}


def main() -> None:
    """Write the pictures that were named, or all."""
    for name in sys.argv[1:] or PICTURES:
        (FOLDER / name).write_bytes(PICTURES[name]())
        print(FOLDER / name)


if __name__ == "__main__":
    main()
