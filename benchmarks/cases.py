"""The cases of ``coverage.py``: the metrics' own figures, with every input of a budget drawn.

A case is a function of a random generator that returns ``Reading``s (a figure, its U, its truth);
``SIGNALS`` or ``FILMS`` lists it under its name in the table.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import black_hole
import chroma_noise
import colours
import fields
import films
import grey_levels
import low_light
import numpy as np
import running_clock
import scenes
import sequence
from films import paired
from scipy.special import ndtr
from signals import DrawnWedge, printed_wedge
from through_camera import drawn_camera

from acceptance.charts import definition, located, printed_copy
from acceptance.charts.definition import scaled
from acceptance.metrics import colour as colour_metric
from acceptance.metrics import noise as noise_metric
from acceptance.metrics import resolution
from acceptance.metrics.geometry import lens as lens_model
from acceptance.metrics.geometry import lens_figures
from acceptance.metrics.geometry.fitting import PRINT_ASPECT, fit_chart
from acceptance.metrics.geometry.frame import PictureFrame
from acceptance.metrics.noise.weighting import unified_weighting
from acceptance.metrics.resolution.wedge_levels import STEP_DOUBT
from acceptance.model import Measurement
from acceptance.scene.light import CONTRAST, DOUBT_OF_DECLARED, contrasty
from acceptance.simulate.camera import Camera
from acceptance.simulate.optics import observed, pose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from films import Reading
    from signals import Array

    Case = Callable[[np.random.Generator], list[Reading]]

CHART = definition.load("acceptance")
PLACES = [
    *(mark.rect for mark in CHART.fiducials),
    *(region.rect for region in CHART.regions if region.kind == "grid"),
]
CODED = {"noise.snr_before_coding"}
"""Figures that need a lossy codec."""


def _camera(random: np.random.Generator) -> Camera:
    return Camera(
        width=scenes.WIDTH,
        height=scenes.HEIGHT,
        blur=random.uniform(0.6, 1.4),
        noise=random.uniform(0.003, 0.015),
        fixed_noise=random.uniform(0.0, 0.006),
        white=random.uniform(0.7, 0.95),
    )


def _frames(random: np.random.Generator) -> int:
    return int(random.integers(8, 33))


# --- signals


def _edge_codes(
    random: np.random.Generator, camera: Camera, exponent: float, contrast: float = 0.0
) -> tuple[Array, float]:
    """Noise-free codes of an edge of the chart, and its angle in degrees.

    The camera's curve is off by ``exponent`` and ``contrast``.
    """
    angle = random.uniform(3, 8)
    shape = int(random.integers(60, 121)), int(random.integers(60, 121))
    y, x = (np.arange(n) - (n - 1) / 2 for n in shape)
    turn = math.radians(angle)
    across = (x - random.uniform(-0.5, 0.5)) * math.cos(turn) - y[:, None] * math.sin(turn)
    # The square of a pixel: nine strips along the rows; across them it is a small extra blur.
    strips = ((np.arange(9) + 0.5) / 9 - 0.5) * math.cos(turn)
    blur = math.sqrt(camera.blur**2 + math.sin(turn) ** 2 / 12)
    profile = np.mean([ndtr((across + strip) / blur) for strip in strips], axis=0)
    light = camera.black + (camera.white - camera.black) * (0.15 + 0.6 * profile)
    low, high = camera.code_range
    bent = light ** (1 / (1 + exponent))
    signal = camera.luma((bent - camera.black) / (camera.white - camera.black))
    bent = contrasty((np.asarray(signal) - low) / (high - low), contrast)
    return np.clip(low + (high - low) * bent, low, high), angle


def edge_by_hand(random: np.random.Generator) -> list[Reading]:
    """Measure an edge without grey steps; its curve is the declared one within the stated doubt."""
    camera = _camera(random)
    exponent = random.normal(0, DOUBT_OF_DECLARED / math.sqrt(3))
    contrast = random.normal(0, CONTRAST)
    codes, angle = _edge_codes(random, camera, exponent, contrast)
    view = scenes.view("edge", "edge", scenes.filmed(random, camera, codes, _frames(random)))
    return paired(resolution.measure(scenes.of([view])), _edge_truths(camera, angle))


def edge_with_steps(random: np.random.Generator) -> list[Reading]:
    """Measure an edge beside grey steps, which show any curve, on a copy that is a little off."""
    camera, frames = _camera(random), _frames(random)
    camera = replace(camera, transfer=str(random.choice(["bt709", "srgb"])))
    chart = definition.load(films.CHART)
    codes, angle = _edge_codes(random, camera, 0.0)
    edge = scenes.view("edge", "edge", scenes.filmed(random, camera, codes, frames))
    steps = [
        scenes.patch(random, camera, float(camera.luma(level)), frames, region.name, "grey", level)
        for region in chart.regions
        if region.kind == "grey" and (level := region.printed["reflectance"])
    ]
    return paired(resolution.measure(scenes.of([edge, *steps])), _edge_truths(camera, angle))


def _edge_truths(camera: Camera, angle: float) -> dict[str, float]:
    names = {"resolution.mtf50": 0.5, "resolution.mtf10": 0.1}
    truths = {name: films.crossing(camera, level, angle) for name, level in names.items()}
    lines = 2 * min(films.crossing(camera, 0.1), 0.5) * camera.height
    return truths | {"resolution.horizontal": lines}


def wedge(random: np.random.Generator) -> list[Reading]:
    """Measure the chart's wedge in coded luma, its step a little off that of the flat regions."""
    camera, frames = replace(_camera(random), fixed_noise=0.0), _frames(random)
    region = definition.load(films.CHART).region("centre.wedge_horizontal")
    drawn = DrawnWedge(
        wedge=printed_wedge("hyperbolic"),
        blur=camera.blur,
        phase=(random.uniform(0, 1), random.uniform(0, 1)),
        fine=4,
    )
    codes = np.asarray(camera.luma(drawn.draw()))
    view = scenes.view(
        region.name, "wedge", scenes.filmed(random, camera, codes, frames), region.printed,
        direction="horizontal", rect=region.rect, place=scenes.place(drawn, region),
    )  # fmt: skip
    dark, light = (float(camera.luma(level)) for level in (drawn.dark, drawn.light))
    levels = (dark + random.normal(0, STEP_DOUBT / math.sqrt(3)) * (light - dark), light)
    flats = [
        scenes.patch(random, camera, code, frames, f"flat{level}", "flat", level)
        for code, level in zip(levels, (drawn.dark, drawn.light), strict=True)
    ]
    truth = films.wedge_lines(camera, drawn.dark, drawn.light)
    found = resolution.measure(scenes.of([view, *flats]))
    return paired(found, {"resolution.wedge_horizontal": truth})


def noise(random: np.random.Generator) -> list[Reading]:
    """Measure a flat region; sigmas, size, frames, level and fall-off of light are random."""
    low, high = Camera().code_range
    frames, (rows, columns) = int(random.integers(4, 33)), random.integers(40, 129, 2)
    temporal, pixel, row, column = (
        random.uniform(*ends) for ends in ((0.9, 3.3), (0.7, 2), (0.2, 1), (0.2, 1))
    )
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)
    level = random.uniform(40, 180)
    slopes = (level - low) * 0.006 * random.standard_normal(3)
    codes = level + slopes[0] * x + slopes[1] * y + slopes[2] * x * x * y
    fixed = row * random.standard_normal((rows, 1)) + column * random.standard_normal(columns)
    still = codes + fixed + pixel * random.standard_normal((rows, columns))
    shown = still + temporal * random.standard_normal((frames, rows, columns))
    view = scenes.view("flat", "flat", shown)
    sigma = math.hypot(temporal, pixel, row, column)
    middle = columns - 2 * round(columns / 10)  # 80 %
    power = unified_weighting(middle, 1 / scenes.HEIGHT).power
    weighted = math.hypot(row, math.sqrt(power * (sigma**2 - row**2)))
    truths = {
        "noise.total": sigma,
        "noise.temporal": temporal,
        "noise.fixed_pattern": math.hypot(pixel, row, column),
        "noise.row": row,
        "noise.column": column,
        "noise.pixel": pixel,
        "noise.snr": films.decibels((high - low) / sigma),
        "noise.snr_patch": films.decibels((level - low) / sigma),
        "noise.snr_weighted": films.decibels((high - low) / weighted),
    }
    return paired(noise_metric.measure(scenes.of([view])), truths)


def _posed(random: np.random.Generator) -> Camera:
    return Camera(
        width=scenes.WIDTH,
        height=scenes.HEIGHT,
        share=random.uniform(0.7, 0.95),
        tilt=random.uniform(-25, 25),
        pan=random.uniform(-25, 25),
        roll=random.uniform(-10, 10),
        distortion=random.uniform(-0.05, 0.15),
        tangential=tuple((lens_model.ASKEW_DOUBT * random.standard_normal(2)).tolist()),
    )


def lens(random: np.random.Generator) -> list[Reading]:
    """Measure the points of a chart; lens, its centre, print, pose and noise are random.

    Pixels are square.
    """
    return _of_points(random, np.zeros_like)


def lens_behind_cover(random: np.random.Generator) -> list[Reading]:
    """Measure the same behind a cover that bends the picture here and there, by 0.05 to 1 px.

    A print that is not flat does alike.
    """
    middles, sizes = random.uniform(-0.8, 0.8, (3, 2)), random.uniform(0.25, 0.6, 3)
    by = np.exp(random.uniform(math.log(0.05), 0)) * random.standard_normal((3, 2))

    def bent(places: Array) -> Array:
        away = np.sum((places[:, None] - middles) ** 2, axis=2)
        return np.asarray(np.exp(-away / (2 * sizes**2)) @ by)

    angles = {"geometry.tilt", "geometry.pan", "geometry.roll", "geometry.pixels_per_metre"}
    return [reading for reading in _of_points(random, bent) if reading.quantity in angles]


def _of_points(random: np.random.Generator, bent: Callable[[Array], Array]) -> list[Reading]:
    """Measure points that lie off by ``bent`` (n, 2) px at places (n, 2) in half diagonals."""
    size = np.array([scenes.WIDTH, scenes.HEIGHT])
    half = float(np.hypot(*(size - 1))) / 2
    places = np.array([[x + w / 2, y + h / 2] for x, y, w, h in PLACES])
    camera = _posed(random)
    shift = half * lens_model.CENTRE_DOUBT * random.standard_normal(2)
    print_ = [1.0, math.exp(PRINT_ASPECT * random.standard_normal())]
    printed = (places - np.array(CHART.size) / 2) * print_ + np.array(CHART.size) / 2
    matrix = pose(camera, CHART.size)
    noise_of_points = random.uniform(0.02, 0.15) * random.standard_normal(places.shape)
    seen = observed(camera, matrix, printed.T).T + shift + noise_of_points
    seen += bent((seen - (size - 1) / 2) / half)
    place = located.Located(
        chart=CHART, homography=matrix, corners=((0.0, 0.0),) * 4, residual=0.1, fiducials_found=8,
        picture=(size[0], size[1]), distortion=camera.distortion,
    )  # fmt: skip
    frame = PictureFrame(place=place, aspect=1.0)
    on_chart, in_picture = frame.on_chart(places), frame.in_picture(seen)
    points = lens_model.Points(chart=on_chart, seen=in_picture, pixel=1 / half)
    nothing = scenes.of([])
    results = lens_figures.figures(nothing, fit_chart(nothing.shot, frame, points))
    found = [figure for figure in results if isinstance(figure, Measurement)]
    reach = float(found[0].details["radius"])
    truths = {
        "geometry.distortion": 100 * (1 / (1 + camera.distortion * reach**2) - 1),
        "geometry.tilt": camera.tilt,
        "geometry.pan": camera.pan,
        "geometry.roll": camera.roll,
        "geometry.pixels_per_metre": films.pixels_per_metre(camera, CHART),
    }
    return paired(found, truths)


def colour(random: np.random.Generator) -> list[Reading]:
    """Measure 24 patches and 12 grey steps: a camera with a cast, a copy that is a little off."""
    camera = colours.drawn_camera(random)
    truths = colours.truths(camera, definition.load(films.CHART))
    return paired(colour_metric.measure(colours.drawn(random, camera)), truths)


def printed(random: np.random.Generator, chart: definition.Chart) -> definition.Chart:
    """Draw a print of the chart within the doubt of one that nobody has measured.

    Errors of reflectance are smooth, so that levels 5:1 apart hardly correlate; those of the wedges
    are independent of them; errors of colours and scale are random.
    """
    doubt = printed_copy.unmeasured("", chart)
    knots = np.log(np.geomspace(0.005, 1.0, 40))
    alike = np.exp(-0.5 * ((knots[:, None] - knots) / (math.log(5) / 2)) ** 2)
    root = np.linalg.cholesky(alike + 1e-6 * np.eye(knots.size))
    errors = {of_wedges: root @ random.standard_normal(knots.size) for of_wedges in (False, True)}

    def put(region: definition.Region) -> definition.Region:
        fields, error = dict(region.printed), errors[region.kind == "wedge"]
        for name in {"reflectance", "dark", "light"} & set(fields):
            here = float(np.interp(math.log(fields[name]), knots, error))
            fields[name] = min(0.97, fields[name] * (1 + doubt.reflectance_doubt * here))
        if "lab" in fields:
            off = doubt.lab_doubt / math.sqrt(3) * random.standard_normal(3)
            fields["lab"] = tuple(fields["lab"] + off)
        return replace(region, printed=fields)

    hung = replace(chart, regions=tuple(map(put, chart.regions)))
    return scaled(hung, 1 + doubt.scale_doubt * random.standard_normal())


SIGNALS: Mapping[str, tuple[str, Case]] = {
    "edge_by_hand": ("edge, declared curve", edge_by_hand),
    "edge_with_steps": ("edge, grey steps", edge_with_steps),
    "wedge": ("wedge", wedge),
    "noise": ("flat region", noise),
    "chroma_noise": ("flat region", chroma_noise.recorded),
    "shading": ("flat field", fields.recorded),
    "defects": ("flat field", fields.defective),
    "flicker": ("lamp on the mains", fields.flickering),
    "flare": ("hole beside grey steps", black_hole.beside_steps),
    "flare_board": ("hole in a white board", black_hole.in_board),
    "series": ("series of illuminances", low_light.series),
    "wall": ("wall in a beam", low_light.wall),
    "lens": ("points of the chart", lens),
    "lens_behind_cover": ("the same behind an uneven cover", lens_behind_cover),
    "colour": ("24 patches, cast", colour),
    "sequence": ("recorded sequence", sequence.recorded),
    "grey_steps": ("printed grey steps", grey_levels.steps),
    "transparency": ("transparent grey scale", grey_levels.transparency),
    "running_clock": ("running clock", running_clock.ticks),
}


# --- films


def filmed(random: np.random.Generator) -> list[Reading]:
    """Film the chart itself."""
    return _filmed(random, None, ("resolution.", "noise.", "grey_scale.steps"))


def filmed_colours(random: np.random.Generator) -> list[Reading]:
    """Film the chart in uneven light by a camera with a cast."""
    camera = colours.drawn_camera(random)
    seed = int(random.integers(1 << 30))
    camera = replace(
        camera, width=640, height=360, crf=0, seed=seed, gradient=colours.gradient(random)
    )
    chart = definition.load(films.CHART)
    return paired(films.measured(camera, 0.32, chart), colours.truths(camera, chart))


def filmed_print(random: np.random.Generator) -> list[Reading]:
    """Film a print that nobody has measured."""
    hung = printed(random, definition.load(films.CHART))
    return _filmed(random, hung, ("resolution.", "noise.snr_linear", "colour."))


def _filmed(
    random: np.random.Generator, hung: definition.Chart | None, families: tuple[str, ...]
) -> list[Reading]:
    """Film a small picture without loss; return one random region of each figure.

    Of one region only, so that runs are independent. ``families`` are the beginnings of the
    figures whose budgets such a film covers completely.
    """
    camera = replace(drawn_camera(random, 640, 360), blur=random.uniform(0.6, 1.0))
    by_quantity: dict[str, list[Reading]] = {}
    for reading in films.readings(camera, 0.32, hung):
        if reading.quantity.startswith(families) and reading.quantity not in CODED:
            by_quantity.setdefault(reading.quantity, []).append(reading)
    regions = (by_quantity[quantity] for quantity in sorted(by_quantity))
    return [readings[int(random.integers(len(readings)))] for readings in regions]


FILMS: Mapping[str, tuple[str, Case]] = {
    "film": ("filmed chart", filmed),
    "film_colour": ("filmed chart, cast", filmed_colours),
    "film_print": ("filmed print, unmeasured", filmed_print),
    "film_coded": ("coded field", grey_levels.coded),
    "film_shading": ("coded flat field", fields.coded),
    "film_defects": ("coded flat field", fields.defective_coded),
    "film_flicker": ("coded flat field", fields.flickering_coded),
    "film_chroma_noise": ("coded field", chroma_noise.coded),
}
