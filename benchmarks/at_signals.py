"""Sections of ``docs/accuracy.md`` that need no film: signals whose truth is a formula."""

from __future__ import annotations

import itertools
import math
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from edge_shapes import SHAPES
from setting import Part, prose, table
from signals import ANGLES, CRITICAL, TARGETS, Array, DrawnWedge, Edge, falls_to, printed_wedge
from spline_bound import spline_bound

from acceptance.footage import clip, encode
from acceptance.metrics._shared import grey_steps
from acceptance.metrics.noise import analysis
from acceptance.metrics.resolution import edge_mtf, wedge_reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from setting import Setting

ONE_PERCENT = 0.01
SKIPPED = "Skipped: the real pictures are not on this machine (`ACCEPTANCE_REAL_DATA`).\n"
OTHERS = (
    (
        "MTF Mapper 0.7.38",
        "0.106 / 0.208",
        "1.66 (LOESS mode 0.26)",
        "0.285 / 0.727",
        "90 with process start",
    ),
    ("sfrmat5, reference of ISO 12233:2023", "0.377 / 0.721", "3.97", "0.714 / 2.57", "177"),
    ("mtf.py", "0.437 / 1.35", "4.86", "0.516 / 1.35", "1.7"),
    ("MITRE SFR 1.4.2 (8 bit)", "2.14 / 6.94", "13.0", "2.22 / 7.99", "< 10"),
    ("rpi-ctt 1.4.0", "2.77 / 5.50", "refused", "4.65 / 12.8", "0.43"),
    ("SFR_calculation", "4.77 / 7.49", "11.4", "4.69 / 9.45", "7.2"),
    ("quickMTF", "6.23 / 14.9", "15.0", "6.17 / 15.0", "7.2"),
)


def random(*numbers: int) -> np.random.Generator:
    """Return the generator of a case: the same numbers, the same case."""
    return np.random.default_rng([2006, *numbers])


# --- edges


def _edge_error(case: tuple[float, float, float, int]) -> float:
    """Signed error of MTF50 in percent of one edge: MTF50, angle, noise, seed."""
    mtf50, angle, noise, seed = case
    drawn = random(seed, round(1000 * angle), round(1000 * mtf50))
    edge = Edge(mtf50=mtf50, angle=angle, offset=drawn.uniform(-0.5, 0.5))
    found = edge_mtf(edge.draw(drawn, noise), covariance=False).mtf50
    return (float(found or 0.0) / mtf50 - 1) * 100


def _edge_errors(setting: Setting, angles: Sequence[float], noise: float, seeds: int) -> Array:
    """Errors in percent (seeds, edges)."""
    cases = [
        (m, a, noise, seed) for seed in range(seeds) for m, a in itertools.product(TARGETS, angles)
    ]
    return np.array(setting.each(_edge_error, cases)).reshape(seeds, -1)


# The flag is passed on to edge_mtf.
def milliseconds(covariance: bool, times: int = 60) -> float:  # noqa: FBT001 -- see above
    """Time of one edge, ms, median."""
    image = Edge(mtf50=0.25, angle=5.0).draw(random(0), ONE_PERCENT)
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        edge_mtf(image, covariance=covariance)
        taken.append(time.perf_counter() - start)
    return 1000 * float(np.median(taken))


def edges(setting: Setting) -> Part:
    """Compare our error of MTF50 with that of other programs on the same edges."""
    seeds = setting.runs(50)
    clean = np.abs(_edge_errors(setting, ANGLES, 0.0, setting.runs(10)))
    critical = np.abs(_edge_errors(setting, [CRITICAL], 0.0, setting.runs(10)))
    noisy = np.abs(_edge_errors(setting, ANGLES, ONE_PERCENT, seeds))
    ours = (
        "**this toolkit**",
        f"**{clean.mean():.3f} / {clean.max():.3f}**",
        f"**{critical.max():.3f}**",
        f"**{noisy[0].mean():.3f} / {noisy[0].max():.2f}**",
        f"{milliseconds(False):.1f}; with standard errors {milliseconds(True):.1f}",
    )
    head = (
        "error of MTF50, %, mean / max",
        "no noise",
        "26.57 deg, max",
        "1 % noise",
        "ms an edge",
    )
    text = prose(
        "100 x 120 px, levels 0.2 and 0.8, Gaussian point spread, MTF50 0.08, 0.15, 0.25 and",
        "0.35 cycle/px, each at 2.86, 5, 7.3, 9.46, 14.04 and 20 degrees, noise 0 and 1 % of the",
        "step, place within the pixel at random. The figures of the other programs were measured",
        "in November 2026 on a 2-core machine, in one realisation; so they are compared with",
        "our first realisation.",
    )
    worst = np.median(noisy.max(axis=1))
    spread = prose(
        f"At 1 % noise, 24 edges x {seeds} seeds: mean {noisy.mean():.3f} %, 99th percentile",
        f"{np.percentile(noisy, 99):.2f} %, median of the worst of 24: {worst:.2f} %.",
        "Bars: no noise mean 0.02 %, max 0.05 %; 1 % noise mean 0.31 %,",
        "99th percentile 1.15 %; 3 ms.",
    )
    return Part(text=text + table(head, [*OTHERS, ours]) + spread)


def cramer_rao(setting: Setting) -> Part:
    """Compare our scatter with the least that a fit of a Gaussian or of a spline can have."""
    seeds = setting.runs(50, 3)
    errors = _edge_errors(setting, ANGLES, ONE_PERCENT, seeds)
    by_target = errors.reshape(seeds, len(TARGETS), len(ANGLES))
    scatter = np.sqrt(np.mean(by_target**2, axis=(0, 2)))
    gaussian, own = (
        [100 * np.mean([bound(m, a) for a in ANGLES]) for m in TARGETS]
        for bound in (_gaussian_bound, _spline_bound)
    )
    rows = [
        (f"{m:g}", f"{g:.3f}", f"{s / g:.2f}", f"{o:.3f}", f"{s:.3f}", f"{s / o:.2f}")
        for m, g, o, s in zip(TARGETS, gaussian, own, scatter, strict=True)
    ]
    over = [float(np.sqrt(np.mean((scatter / np.array(bound)) ** 2))) for bound in (gaussian, own)]
    text = prose(
        "Two bounds (Cramer-Rao, from the Fisher information of white noise). One is that of a fit",
        "that *knows* the edge to be Gaussian and looks for its place, angle, two levels and",
        "sigma. The toolkit does not assume any shape: its own model is a spline with knots of 1/3",
        "px that is smooth beyond the reach of the line spread (`benchmarks/spline_bound.py`).",
        f"1 % noise, {seeds} seeds x {len(ANGLES)} angles; ratio over all: {over[0]:.2f} to the",
        f"first, **{over[1]:.2f}** to the second (bar 1.25).",
    )
    head = (
        "MTF50, cycle/px",
        "bound of a known Gaussian, %",
        "ratio",
        "bound of the own model, %",
        "RMS error, %",
        "ratio",
    )
    return Part(text=text + table(head, rows))


def _gaussian_bound(mtf50: float, angle: float) -> float:
    return Edge(mtf50=mtf50, angle=angle).bound(ONE_PERCENT)


def _spline_bound(mtf50: float, angle: float) -> float:
    return spline_bound(Edge(mtf50=mtf50, angle=angle), ONE_PERCENT)


def _shape_error(case: tuple[str, float, float, int]) -> float:
    """Signed error of MTF50 in percent of one edge: shape, angle, noise, seed."""
    name, angle, noise, seed = case
    drawn, shape = random(seed, round(1000 * angle), 5), SHAPES[name]()
    edge = Edge(mtf50=shape.mtf50, angle=angle, offset=drawn.uniform(-0.5, 0.5))
    found = edge_mtf(shape.draw(edge, drawn, noise), covariance=False).mtf50
    return (float(found or 0.0) / shape.mtf50 - 1) * 100


def edge_shapes(setting: Setting) -> Part:
    """Show that MTF50 has no bias on edges that are no Gaussian."""
    seeds, rows = setting.runs(50, 2), []
    for name, shape in SHAPES.items():
        clean, noisy = (
            np.array(setting.each(_shape_error, [(name, a, n, s) for s in many for a in ANGLES]))
            for n, many in ((0.0, range(2)), (ONE_PERCENT, range(seeds)))
        )
        mean = f"{noisy.mean():+.3f} ± {2 * noisy.std() / math.sqrt(noisy.size):.3f}"
        rows.append((name, f"{shape().mtf50:.3f}", f"{np.abs(clean).max():.3f}", mean))
    text = prose(
        "Defocused: a disc, then a Gaussian of 0.5 to 0.6 px. Sharpened: unsharp masking of a",
        "Gaussian of 0.7 to 0.9 px. Moved: along a line across the edge as it was exposed. Each is",
        f"a formula (`benchmarks/edge_shapes.py`); {len(ANGLES)} angles, {seeds} seeds, place",
        "within the pixel at random. Bar: a bias of 0.1 %.",
    )
    head = (
        "edge",
        "MTF50, cycle/px",
        "no noise, largest error, %",
        "1 % noise, bias, % (with 95 % interval)",
    )
    return Part(text=text + table(head, rows))


# --- real pictures


def _real_edges(setting: Setting) -> list[tuple[str, ...]]:
    """Rows: picture, method, published, ours."""
    edge = cv2.imread(str(setting.real / "slanted_edge_burns_1.tif"), cv2.IMREAD_UNCHANGED)
    target = cv2.imread(str(setting.real / "oecf_sfr_target_burns.jpg"), cv2.IMREAD_GRAYSCALE)
    vertical = np.asarray(edge, np.float64)
    right_edge = np.asarray(target, np.float64)[OECF_EDGE]
    first, second = "`slanted_edge_burns_1.tif`", "`oecf_sfr_target_burns.jpg`, right edge"
    iso_1, iso_5 = "ISO mode, order 1", "ISO mode, order 5"
    return [
        (first, iso_1, "sfrmat5 0.2820", _mtf50(vertical, "iso12233", 1)),
        (first, iso_5, "sfrmat5 0.2724", _mtf50(vertical, "iso12233", 5)),
        (first, "accurate", "MTF Mapper 0.7.38 0.2822", _mtf50(vertical, "accurate", None)),
        (second, iso_1, "0.3548", _mtf50(right_edge, "iso12233", 1)),
        (second, "accurate", "0.3549", _mtf50(right_edge, "accurate", None)),
    ]


def _mtf50(image: Array, mode: str, order: int | None) -> str:
    reading = edge_mtf(image, mode=mode, order=order, covariance=False)  # type: ignore[arg-type]
    return f"{reading.mtf50:.4f}"


OECF_EDGE = (slice(500, 680), slice(730, 840))


def real_edges(setting: Setting) -> Part:
    """Compare with published figures on real edges, raw codes."""
    if not (setting.real / "slanted_edge_burns_1.tif").is_file():
        return Part(text=SKIPPED)
    text = prose(
        "Pictures and clips by others, and what a person sees beside what was said:",
        "[real_footage.md](real_footage.md).",
        "Raw codes, MTF50 in cycle/px. Pictures by Peter Burns (sfrmat3 and sfrmat5). The",
        "published figures of the second picture do not say which rows they used.",
        "Bar: ISO mode within 2 % of sfrmat5.",
    )
    head = ("picture", "method", "published", "this toolkit")
    return Part(text=text + table(head, _real_edges(setting)))


# --- wedges

BLURS = (0.75, 1.0, 1.5, 2.0)
STEP = 120.0


def _wedge_error(case: tuple[float, str, float, int]) -> tuple[float, float]:
    """Signed errors in percent of MTF50 and MTF10 (the reading) of one wedge.

    ``case``: blur in px, form, noise as a share of the step, seed.
    """
    blur, form, noise, seed = case
    drawn = random(seed, round(100 * blur), len(form))
    phase = tuple(drawn.uniform(0, 1, 2))
    wedge = DrawnWedge(wedge=printed_wedge(form), blur=blur, phase=phase, dark=0.0, light=1.0)
    luma = np.rint(60 + STEP * (wedge.draw() + noise * drawn.standard_normal(wedge.shape)))
    found = wedge_reading(luma, *wedge.places(), wedge.wedge, STEP)
    half = _half(found.modulation, found.frequencies)
    return 100 * (half / falls_to(0.5, blur) - 1), 100 * (found.reading / falls_to(0.1, blur) - 1)


def _half(modulation: Array, frequencies: Array) -> float:
    """Frequency at which the modulation first falls to one half; nan if it starts below."""
    below = int(np.flatnonzero(modulation < 0.5)[0])
    near = slice(max(0, below - 1), below + 1)
    return float(np.interp(-0.5, -modulation[near], frequencies[near])) if below else math.nan


def wedges(setting: Setting) -> Part:
    """Compare wedge readings with the analytic truth."""
    seeds, rows = setting.runs(16), []
    for form, noise in itertools.product(("hyperbolic", "linear"), (0.0, 0.02)):
        blurs = BLURS[:1] if setting.tiny else BLURS
        cases = [(blur, form, noise, seed) for blur in blurs for seed in range(seeds)]
        off = np.array(setting.each(_wedge_error, cases))
        size = np.abs(off)
        cells = [f"{np.nanmean(size[:, k]):.2f} / {np.nanmax(size[:, k]):.2f}" for k in range(2)]
        rows.append((form, f"{noise:.0%}", *cells, f"{off[:, 1].mean():+.2f}"))
    head = ("wedge", "noise", "MTF50", "MTF10 (the reading)", "bias of the reading")
    text = prose(
        f"Nine bars, 8 bit, step {STEP:g} codes, Gaussian of 0.75, 1, 1.5 and 2 px and a square",
        f"pixel, {seeds} phases each; error in %, mean / max. No other open program reads wedges;",
        "naive contrast, (max - min) / range of a line, errs by +11.5 % on average and +17.8 % at",
        "most at 2 % noise (measured in November 2026). Bar: 1 % at 2 %.",
    )
    return Part(text=text + table(head, rows))


# --- noise

TEMPORAL, FIXED, FRAMES, SIDE = 2.0, 1.5, 8, 128


def _noise_case(seed: int) -> tuple[float, float, float]:
    """Temporal and fixed sigma, and error of the SNR in dB, of frames that went through FFV1."""
    drawn = random(seed, 7)
    level = drawn.uniform(60, 190) + FIXED * drawn.standard_normal((SIDE, SIDE))
    frames = [
        np.rint(level + TEMPORAL * drawn.standard_normal((SIDE, SIDE))).astype(np.uint8)
        for _ in range(FRAMES)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flat.mkv"
        encode.write(path, frames, codec="ffv1", pixel_format="gray")
        decoded = np.stack([frame.luma for frame in clip.open_clip(path).frames()])
    found = analysis.analyse(decoded)
    assert found.temporal is not None  # noqa: S101 -- eight frames always separate the two
    assert found.fixed is not None  # noqa: S101 -- the same
    snr = 20 * np.log10(np.hypot(TEMPORAL, FIXED) / found.total.sigma)
    return found.temporal.sigma, found.fixed.sigma, float(snr)


def noise(setting: Setting) -> Part:
    """Compare noise sigmas with what was drawn."""
    seeds = setting.runs(50, 2)
    found = np.array(setting.each(_noise_case, range(seeds)))
    rows = []
    for name, truth, column, bar in (
        ("temporal", TEMPORAL, found[:, 0], "bias 0.1 %, sd 0.3 %"),
        ("fixed pattern", FIXED, found[:, 1], "bias 0.3 %, sd 1 %"),
    ):
        off = 100 * (column / truth - 1)
        rows.append((name, f"{truth:g}", f"{off.mean():+.3f} %", f"{off.std(ddof=1):.3f} %", bar))
    snr = found[:, 2]
    rows.append(("SNR", "", f"{snr.mean():+.4f} dB", f"{snr.std(ddof=1):.4f} dB", "0.2 dB"))
    size = f"{SIDE} x {SIDE} px"
    text = prose(f"{size}, {FRAMES} frames, 8 bit, written and read as FFV1, {seeds} seeds.")
    head = ("part", "true sigma, codes", "bias", "standard deviation", "bar")
    return Part(text=text + table(head, rows))


# --- grey regions of a real scan

# Three inner corners on the target in mm, and in the picture, px, as its own program takes them.
MITRE_CORNERS = (
    ((60.0, 36.0), (231, 251)),
    ((9.95, 36.0), (1218, 248)),
    ((60.0, 11.45), (230, 736)),
)
# Label, upper left corner in mm, and the mean code published for it; the patches are 9.95 x 11.45
# mm.
MITRE_PATCHES = (
    ("A", 0.0, 0.0, 72.586), ("B", 10.0, 0.0, 93.748), ("C", 20.0, 0.0, 119.335),
    ("D", 30.0, 0.0, 150.682), ("E", 40.0, 0.0, 177.026), ("F", 50.0, 0.0, 224.884),
    ("G", 60.0, 0.0, 75.310), ("H", 60.0, 36.0, 73.143), ("I", 50.0, 36.0, 21.542),
    ("J", 40.0, 36.0, 25.062), ("K", 30.0, 36.0, 31.704), ("L", 20.0, 36.0, 40.579),
    ("M", 10.0, 36.0, 53.187), ("N", 0.0, 36.0, 70.184),
)  # fmt: skip


def _mitre_means(picture: Array) -> Array:
    """Mean code of every patch, as the grey scale takes it."""
    on_target, in_picture = (
        np.array(points, np.float32) for points in zip(*MITRE_CORNERS, strict=True)
    )
    affine = cv2.getAffineTransform(on_target, in_picture)
    means = []
    for _, x, y, _ in MITRE_PATCHES:
        corners = affine @ np.array([[x, x + 9.95], [y, y + 11.45], [1, 1]])
        (left, right), (top, bottom) = np.sort(np.rint(corners).astype(int), axis=1)
        means.append(grey_steps.step(picture[None, top:bottom, left:right]).mean)
    return np.array(means)


def grey_means(setting: Setting) -> Part:
    """Compare region means on a scanned target with those that its own program published."""
    path = setting.real / "sine_target_mitre.tif"
    if not path.is_file():
        return Part(text=SKIPPED)
    picture = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.float64)
    means, published = _mitre_means(picture), np.array([patch[3] for patch in MITRE_PATCHES])
    rows = [
        (patch[0], f"{patch[3]:.2f}", f"{mean:.2f}")
        for patch, mean in zip(MITRE_PATCHES, means, strict=True)
    ]
    off = np.abs(means - published)
    text = prose(
        "Mean codes of the 14 grey patches of MITRE's scanned sine target (test case of MTF 6.6)",
        f"against the published answers: off by {np.median(off):.2f} codes (median),",
        f"{off.max():.2f} (worst). Bar: median 0.5.",
    )
    return Part(text=text + table(("patch", "published", "this toolkit"), rows))
