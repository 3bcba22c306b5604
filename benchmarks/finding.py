"""How often, how exactly and how fast a chart is found.

``python benchmarks/finding.py [cases [number of a bar ...]]``.
Each case is a seeded pose (tilt to 40 degrees about any axis, any roll, the whole chart within a
1080p picture, 60 degrees of view), one fiducial hidden or in glare, Gaussian blur, 5 % noise and
H.264 at CRF 36 (the third frame of a film, so that it is a predicted one, not a key frame); poses
are drawn again until the whole chart is in the picture. Found means that the regions' centres lie
within 2 px RMS of the truth; each miss is printed with its reason.
"""

from __future__ import annotations

import io
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from acceptance.charts import definition, drawing, finding, located
from acceptance.charts.located import Located
from acceptance.errors import GapError

WIDTH, HEIGHT = 1920, 1080
VIEW = np.radians(60.0)
REAL = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A difficulty: chart width and noise as shares of picture and range, blur sigma in px.

    ``crf`` None: not coded. ``distortion`` is the range of k of ``charts.Located``, positive =
    barrel.
    """

    name: str
    share: float
    blur: float
    noise: float = 0.05
    crf: int | None = 36
    tilt: float = 40.0
    hidden: bool = True
    distortion: tuple[float, float] = (0.0, 0.0)


BARS = (
    Bar(name="35 % of the width, blur 1.5 px", share=0.35, blur=1.5),
    Bar(name="60 % of the width, blur 3 px", share=0.60, blur=3.0),
    Bar(name="clean, 60 %, blur 0.7 px", share=0.60, blur=0.7, noise=0.0, crf=None, hidden=False),
    Bar(name="35 %, blur 1.5, k -0.05..0.2", share=0.35, blur=1.5, distortion=(-0.05, 0.2)),
    Bar(name="80 %, blur 2, k -0.05..0.2", share=0.80, blur=2.0, distortion=(-0.05, 0.2)),
    Bar(name="60 %, blur 1.5, k 0.2..0.6", share=0.60, blur=1.5, distortion=(0.2, 0.6)),
    Bar(
        name="clean, 80 %, k -0.05..0.2",
        share=0.80,
        blur=0.7,
        noise=0.0,
        crf=None,
        hidden=False,
        distortion=(-0.05, 0.2),
    ),
)


def pose(rng: np.random.Generator, chart: definition.Chart, bar: Bar) -> Located:
    """Return where the chart truly is, whole, in the picture."""
    k = rng.uniform(*bar.distortion) if bar.distortion[1] else 0.0
    while True:
        matrix = homography(rng, chart, bar)
        side = np.linspace(0, 1, 9)
        rim = np.concatenate([np.column_stack([side, 0 * side + end]) for end in (0, 1)])
        rim = np.concatenate([rim, rim[:, ::-1]]) * chart.size
        outline = located.distorted(located.to_picture(matrix, rim), k, (WIDTH, HEIGHT))
        if np.all(outline > 2) and np.all(outline < np.array([WIDTH, HEIGHT]) - 3):
            nowhere = ((0.0, 0.0),) * 4
            return Located(
                chart=chart, homography=matrix, corners=nowhere, residual=0.0, fiducials_found=8,
                picture=(WIDTH, HEIGHT), distortion=k,
            )  # fmt: skip


def homography(rng: np.random.Generator, chart: definition.Chart, bar: Bar) -> np.ndarray:
    """Return a homography from chart mm to picture px, wherever the chart then comes to lie."""
    focal = WIDTH / 2 / np.tan(VIEW / 2)
    distance = focal * chart.size[0] / (bar.share * WIDTH)
    axis = rng.uniform(0, 2 * np.pi)
    tilt = np.radians(bar.tilt) * np.sqrt(rng.uniform())
    roll = rng.uniform(0, 2 * np.pi)
    turn = cv2.Rodrigues(np.array([np.cos(axis), np.sin(axis), 0.0]) * tilt)[0]
    turn = turn @ cv2.Rodrigues(np.array([0.0, 0.0, roll]))[0]
    aside, down = rng.uniform(-0.5, 0.5) * WIDTH, rng.uniform(-0.5, 0.5) * HEIGHT
    place = np.array([aside, down, focal]) * distance / focal
    middle = np.array([[1, 0, -chart.size[0] / 2], [0, 1, -chart.size[1] / 2], [0, 0, 1.0]])
    camera = np.array([[focal, 0, (WIDTH - 1) / 2], [0, focal, (HEIGHT - 1) / 2], [0, 0, 1.0]])
    return np.asarray(camera @ np.column_stack([turn[:, 0], turn[:, 1], place]) @ middle)


def scene_behind(rng: np.random.Generator) -> np.ndarray:
    """Return light like that of a room, a picture of rectangles, (2 HEIGHT, 2 WIDTH), 0 to 1."""
    light = np.full((2 * HEIGHT, 2 * WIDTH), rng.uniform(0.1, 0.6), np.float32)
    for _ in range(60):
        x, y = int(rng.integers(0, 2 * WIDTH)), int(rng.integers(0, 2 * HEIGHT))
        width, height = rng.integers(20, 900, 2).tolist()
        shade = float(rng.uniform(0.02, 0.95))
        cv2.rectangle(light, (x, y), (x + width, y + height), shade, cv2.FILLED)
    return light


def hide(rng: np.random.Generator, light: np.ndarray, truth: Located) -> None:
    """Put a hand (grey) or glare over one fiducial."""
    x, y, side, _ = truth.chart.fiducials[rng.integers(len(truth.chart.fiducials))].rect
    box = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * side * 1.2 + np.array([x, y]) - 0.1 * side
    shade = float(rng.choice([0.3, 1.0]))
    cv2.fillConvexPoly(light, np.rint(2 * truth.to_picture(box)).astype(np.int32), shade)


def film(rng: np.random.Generator, truth: Located, bar: Bar) -> np.ndarray:
    """Return the luma (HEIGHT, WIDTH) uint8 of one frame."""
    width = round(2 * bar.share * WIDTH)
    flat = drawing.draw(truth.chart, width)[..., 1]
    light = scene_behind(rng)
    x, y = seen_through_lens(truth, drawing.to_raster(truth.chart, width))
    cv2.remap(flat, x, y, cv2.INTER_LINEAR, light, cv2.BORDER_TRANSPARENT)
    if bar.hidden:
        hide(rng, light, truth)
    light = cv2.GaussianBlur(light, (0, 0), 2 * bar.blur)
    light = cv2.resize(light, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) * rng.uniform(0.6, 1.0)
    curved = 1.099 * np.maximum(light, 1e-6) ** 0.45 - 0.099
    coded = np.maximum(curved, 4.5 * np.minimum(light, 0.018))
    count = 3 if bar.crf else 1
    frames = [coded + bar.noise * rng.standard_normal(coded.shape) for _ in range(count)]
    lumas = [np.clip(np.rint(16 + 219 * frame), 0, 255).astype(np.uint8) for frame in frames]
    return through_h264(lumas, bar.crf)[-1] if bar.crf else lumas[-1]


def seen_through_lens(truth: Located, raster: np.ndarray) -> list[np.ndarray]:
    """Return the raster's column and row seen by each pixel of (2 HEIGHT, 2 WIDTH)."""
    across, down = (
        ((np.arange(2 * n) - 0.5) / 2 - (n - 1) / 2).astype(np.float32) for n in (WIDTH, HEIGHT)
    )
    radius = (across**2 + down[:, None] ** 2) / ((WIDTH - 1) ** 2 + (HEIGHT - 1) ** 2) * 4
    stretch = 1 + np.float32(truth.distortion) * radius
    x, y = (WIDTH - 1) / 2 + across * stretch, (HEIGHT - 1) / 2 + down[:, None] * stretch
    a, b, c = (raster @ np.linalg.inv(truth.homography)).astype(np.float32)
    depth = c[0] * x + c[1] * y + c[2]
    return [(row[0] * x + row[1] * y + row[2]) / depth for row in (a, b)]


def through_h264(lumas: list[np.ndarray], crf: int) -> list[np.ndarray]:
    """Return frames after coding and decoding."""
    store, (height, width) = io.BytesIO(), lumas[0].shape
    options = {"crf": str(crf), "preset": "veryfast", "threads": "1"}
    with av.open(store, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for luma in lumas:
            grey = np.vstack([luma, np.full((height // 2, width), 128, np.uint8)])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="yuv420p")))
        container.mux(stream.encode())
    store.seek(0)
    with av.open(store) as container:
        frames = container.decode(video=0)
        return [frame.to_ndarray(format="yuv420p")[:height] for frame in frames]


def error(found: Located, truth: Located) -> float:
    """Return the RMS distance of the regions' centres from the truth, px."""
    rects = np.array([region.rect for region in found.chart.regions])
    centres = rects[:, :2] + rects[:, 2:] / 2
    away = found.to_picture(centres) - truth.to_picture(centres)
    return float(np.sqrt(np.mean(np.sum(away**2, axis=1))))


def run(bar: Bar, chart: definition.Chart, cases: int) -> None:
    """Print rate, accuracy and time for one bar, and the reason of each miss."""
    errors, times = [], []
    for case in range(cases):
        rng = np.random.default_rng([2006, BARS.index(bar), case])
        truth = pose(rng, chart, bar)
        luma = film(rng, truth, bar)
        start = time.perf_counter()
        found = finding.find(luma, [chart])
        times.append(time.perf_counter() - start)
        errors.append(error(found[0], truth) if len(found) == 1 else np.inf)
        if errors[-1] >= 2.0:
            why = reason(luma, chart, errors[-1])
            print(f"    case {case} (k {truth.distortion:.3f}): {why}", flush=True)
    good = np.array(errors)[np.array(errors) < 2.0]
    median, most, worst = np.quantile(good, [0.5, 0.95, 1.0]) if good.size else np.full(3, np.nan)
    print(
        f"{chart.name:11s} {bar.name:32s} found {good.size}/{cases}; "
        f"off by {median:.2f} px (median), {most:.2f} (95 %), {worst:.2f} (worst); "
        f"{np.median(times):.3f} s (median), {max(times):.3f} (worst)",
        flush=True,
    )


def reason(luma: np.ndarray, chart: definition.Chart, off: float) -> str:
    """Return why a chart was missed: the reason that a user sees, or the error of its place."""
    if np.isfinite(off):
        return f"found, but off by {off:.1f} px"
    try:
        finding.locate_one(luma, chart)
    except GapError as gap:
        return f"{gap.code}: {gap}"
    return "found only if it is the only chart searched for"


def chartless() -> None:
    """Print how many charts are found where there are none."""
    known = [definition.load(name) for name in definition.names()]
    for path in sorted(REAL.glob("*_intel.mp4")):
        with av.open(str(path)) as container:
            lumas = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
        sample = [lumas[number] for number in np.linspace(0, len(lumas) - 1, 50).astype(int)]
        start = time.perf_counter()
        count = sum(len(finding.find(luma, known)) for luma in sample)
        seconds = (time.perf_counter() - start) / len(sample)
        found = f"{count} charts in {len(sample)} chartless pictures"
        print(f"{path.name:24s} {found}, {seconds:.3f} s each", flush=True)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    wanted = [BARS[int(text)] for text in sys.argv[2:]] or list(BARS)
    for chart_name, count in (("acceptance", number), ("clock", max(1, number // 4))):
        for each in wanted:
            run(each, definition.load(chart_name), count)
    chartless()
