"""Make the pictures of the documents: ``python benchmarks/pictures.py [NAME...]``.

It writes docs/pictures/NAME; without names all of them.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import low_light as dark
import numpy as np

from acceptance import wording
from acceptance.charts import definition, drawing
from acceptance.footage import clip, encode
from acceptance.metrics import colour, compression, geometry, grey_scale, noise, resolution
from acceptance.model import Curve, Measurement, Shot
from acceptance.report import chart_exhibits, plots
from acceptance.scene import build
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from acceptance.model import Note

    Point = tuple[float, float]

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
CHART_SHOT = Shot(id="s", subject="c", clip="chart.mp4", chart="acceptance")
SVG = 'xmlns="http://www.w3.org/2000/svg"'


def noise_levels() -> bytes:
    """Noise against level of one camera (total sigma 2 codes), lossless and through two coders."""
    camera = Camera(noise=0.008, fixed_noise=0.0044)
    qualities = {"lossless": 0, "CRF 17": 17, "CRF 20": 20}
    return _drawn({
        name: _curve(replace(camera, crf=crf), noise.measure) for name, crf in qualities.items()
    })  # fmt: skip


def tone_curve() -> bytes:
    """Draw the tone curves of three cameras: BT.709, crushed blacks, clipped whites."""
    lights = {"BT.709": (0.01, 0.9), "crushed blacks": (-0.12, 0.9), "clipped whites": (0.01, 1.6)}
    cameras = {
        name: Camera(noise=0.008, crf=0, black=low, white=high)
        for name, (low, high) in lights.items()
    }
    return _drawn({name: _curve(camera, grey_scale.measure) for name, camera in cameras.items()})


def _drawn(curves: Mapping[str, Curve]) -> bytes:
    return plots.draw({name: _worded(curve) for name, curve in curves.items()}).encode()


def _worded(curve: Curve) -> Curve:
    """Put a curve's labels into English words."""
    words = wording.phrases("en")
    return plots.in_words(curve, words["curve"], words["unit"])


def _curve(camera: Camera, measure: Callable[[build.Scene], Iterator[Measurement | Note]]) -> Curve:
    """Film the acceptance chart for a second and take the curve of a metric."""
    with tempfile.TemporaryDirectory() as folder:
        films.film_chart(camera, definition.load("acceptance"), Path(folder) / "chart.mp4", 1.0)
        seen = build.look(CHART_SHOT, Path(folder))
        figures = (item for item in measure(seen) if isinstance(item, Measurement))
        return next(figure.curve for figure in figures if figure.curve)


def resolution_zones() -> bytes:
    """Map of the zones of a picture that grows softer away from a point left of the centre.

    The blur is 0.7 to 1.3 px.
    """
    with tempfile.TemporaryDirectory() as folder:
        sharp, soft = (_lumas(Path(folder), blur) for blur in (0.7, 1.3))
        y, x = np.mgrid[-1 : 1 : 1j * sharp.shape[1], -1 : 1 : 1j * sharp.shape[2]]
        share = np.clip(((x + 0.2) ** 2 + y**2) / 2, 0, 1)
        mixed = np.rint(sharp + share * (soft - sharp)).astype(np.uint8)
        encode.write(Path(folder) / "mixed.mkv", list(mixed), codec="ffv1", pixel_format="gray")
        seen = build.look(replace(CHART_SHOT, clip="mixed.mkv"), Path(folder))
        figures = [item for item in resolution.measure(seen) if isinstance(item, Measurement)]
    return chart_exhibits.zone_maps(figures, [seen.shot], "en")[0].svg.encode()


def _lumas(folder: Path, blur: float) -> NDArray[np.float32]:
    """Film the acceptance chart through a lens of this blur in px; its luma (n, h, w)."""
    path, chart = folder / f"{blur:g}.mkv", definition.load("acceptance")
    films.film_chart(Camera(blur=blur, crf=0, seed=3), chart, path, 0.2)
    return np.stack([frame.luma for frame in clip.open_clip(path).frames()]).astype(np.float32)


def bent_grid() -> bytes:
    """Dots and fiducials seen through a barrel of 3 %, with lines to their ideal places.

    Each line is six times as long as the distance.
    """
    with tempfile.TemporaryDirectory() as folder:
        camera = Camera(distortion=0.03, share=0.98, tilt=8, roll=2)
        films.film_chart(camera, definition.load("acceptance"), Path(folder) / "chart.mp4", 0.2)
        seen = build.look(Shot(id="s", subject="c", clip="chart.mp4"), Path(folder))
    width, height = seen.video.width, seen.video.height
    middle = np.array([width - 1, height - 1]) / 2
    lines = []
    for (x, y), (u, v) in _ideal(seen, middle):
        lines.append(f'<path d="M{x:.1f} {y:.1f}L{u:.1f} {v:.1f}"/>')
        lines.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6"/>')
    size = f'width="{width}" height="{height}"'
    frame = f'<rect x="0" y="0" {size} fill="#fff" stroke="#888" stroke-width="3"/>'
    across, down = f"M{middle[0] - 15} {middle[1]}h30", f"M{middle[0]} {middle[1] - 15}v30"
    cross = f'<path d="{across}{down}" stroke="#888"/>'
    box = f'viewBox="-90 -60 {width + 180} {height + 120}"'
    body = f'<g stroke="#0b5cad" stroke-width="3" fill="#0b5cad">{"".join(lines)}</g>'
    return f'<svg {SVG} {box} width="640">{frame}{cross}{body}</svg>\n'.encode()


def _ideal(seen: build.Scene, middle: NDArray[np.float64]) -> Iterator[tuple[Point, Point]]:
    """Each point seen, and the end of its line towards its ideal place, px."""
    found = {
        item.quantity: item for item in geometry.measure(seen) if isinstance(item, Measurement)
    }
    k1, k2 = (float(found["geometry.distortion"].details[name]) for name in ("k1", "k2"))
    for x, y in geometry.points_seen(seen):
        away = np.array([x, y]) - middle
        square = np.sum(away**2) / np.hypot(*middle) ** 2
        u, v = np.array([x, y]) + 6 * away * (k1 * square + k2 * square**2)
        yield (x, y), (u, v)


def low_light() -> bytes:
    """Resolution and signal-to-noise ratio of a camera, 960 x 540, at falling illuminance."""
    found = [figure.curve for figure in dark.measured() if figure.statistic and figure.curve]
    curves = [_worded(curve) for curve in found]
    return _side_by_side([plots.draw({curve.y_label: curve}) for curve in curves])


def _side_by_side(drawings: list[str]) -> bytes:
    """Put drawings of one size into one, from left to right."""
    width, height = plots.WIDTH, plots.HEIGHT + 2 * plots.LEGEND_LINE
    placed = (
        drawing.replace(
            "<svg ", f'<svg x="{n * width:g}" width="{width:g}" height="{height:g}" ', 1
        )
        for n, drawing in enumerate(drawings)
    )
    box = f'viewBox="0 0 {len(drawings) * width:g} {height:g}"'
    return f'<svg {SVG} {box} width="860">{"".join(placed)}</svg>\n'.encode()


def coded_sequence() -> bytes:
    """PSNR of each picture of a sequence at three CRF; the camera pans for 2 s in the middle."""
    curves, lumas = {}, _panned()
    shot = replace(CHART_SHOT, clip="recorded.mp4", reference="sequence.mkv")
    with tempfile.TemporaryDirectory() as folder:
        encode.write(Path(folder) / "sequence.mkv", lumas, codec="ffv1")
        for crf in (23, 33, 43):
            encode.write(Path(folder) / "recorded.mp4", lumas, options={"crf": str(crf)})
            first = next(iter(compression.measure(build.look(shot, Path(folder)))))
            if isinstance(first, Measurement) and first.curve:
                curves[f"CRF {crf}: {first.value:.1f} dB"] = first.curve
    return _drawn(curves)


def _panned() -> list[NDArray[np.uint8]]:
    """Pictures (180, 320) of a textured field, 150 of them, that a camera pans over."""
    random = np.random.default_rng(2)
    wide = cv2.GaussianBlur(random.normal(0, 1, (180, 520)), (0, 0), 1.5)
    lumas = []
    for place in np.interp(np.arange(150), [50, 100], [0, 190]):
        move = np.array([[1, 0, -place], [0, 1, 0]])
        seen = cv2.warpAffine(wide, move, (320, 180), flags=cv2.INTER_CUBIC)
        seen += random.normal(0, 0.005, (180, 320))
        lumas.append(np.clip(np.rint(120 + 160 * seen), 16, 235).astype(np.uint8))
    return lumas


def colour_plane() -> bytes:
    """Draw the 24 patches as a camera with a warm cast and weak colours shows them."""
    camera = Camera(noise=0.006, crf=12, white=0.75, gains=(1.12, 1.0, 0.8), saturation=0.85)
    with tempfile.TemporaryDirectory() as folder:
        films.film_chart(camera, definition.load("acceptance"), Path(folder) / "chart.mp4", 0.3)
        seen = build.look(CHART_SHOT, Path(folder))
    figures = [item for item in colour.measure(seen) if isinstance(item, Measurement)]
    return chart_exhibits.colour_planes(figures, "en")[0].svg.encode()


def printed_charts() -> bytes:
    """Set the printed charts side by side, half a pixel a millimetre."""
    shown = []
    for name in ("acceptance_a0", "acceptance_a2", "acceptance", "edge_plate"):
        chart = definition.load(name)
        light = drawing.draw(chart, round(1.5 * chart.size[0]))
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
    """Write the pictures named, or all."""
    for name in sys.argv[1:] or PICTURES:
        (FOLDER / name).write_bytes(PICTURES[name]())
        print(FOLDER / name)


if __name__ == "__main__":
    main()
