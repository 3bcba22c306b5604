"""Distortion and density of lenses of other laws than those fitted, of rolled prints and motion.

``python benchmarks/lens_laws.py [CASES]`` draws each class of lens CASES times (25): focal length,
law, place and turn of the acceptance chart, the lens's axis beside the middle, noise of 0.015 to
0.05 px. The chart's dots and fiducials are seen through the law itself, by no code of the toolkit.
A rolled print lies on a cylinder of 3 to 10 m, about either axis, hollow or not. A moving picture
moves evenly, any way, by 1 to 3 % of its height while its rows are read.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scenes
from scipy.spatial.transform import Rotation
from setting import table

from acceptance.charts import definition, fiducials, located
from acceptance.metrics.geometry import lens_figures
from acceptance.metrics.geometry.fitting import fit_chart
from acceptance.metrics.geometry.frame import PictureFrame
from acceptance.metrics.geometry.lens import Points
from acceptance.model import Measurement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from signals import Array

    from acceptance.metrics.geometry.fitting import FittedChart

    Law = Callable[[Array], Array]

CHART = definition.load("acceptance")
SIZE = np.array([1920.0, 1080.0])
MIDDLE = (SIZE - 1) / 2
HALF = float(np.linalg.norm(MIDDLE))
MARGIN = 7.0  # px: nearer to the border no dot is found
FARTHEST = 6.0  # focal lengths: tangents of up to 80 degrees
STEP = 1e-4
FEWEST = 30
ROLLED, MOVING = "Brown's, rolled print", "Brown's, moving picture"
RADII = 3000.0, 10000.0  # mm
WAYS = 0.01, 0.03  # picture heights
FLAT = (0, 0), (0, 1)  # a third coordinate of 0


@dataclass(frozen=True, kw_only=True)
class Lens:
    """A lens of ``focal`` px whose ``seen`` radii follow from the ``ideal`` ones (n,), rising."""

    focal: float
    ideal: Array
    seen: Array

    def see(self, ideal: Array) -> Array:
        """Return where ideal places (n, 2), in focal lengths, are seen, px off the axis."""
        radius = np.maximum(np.linalg.norm(ideal, axis=1, keepdims=True), 1e-12)
        return np.asarray(self.focal * ideal * np.interp(radius, self.ideal, self.seen) / radius)

    def distortion(self, reach: float) -> float:
        """Largest distortion in percent within ``reach`` half diagonals; nan where none is seen."""
        seen = np.linspace(0.02, 1, 400) * reach * HALF / self.focal
        found = 100 * (seen / np.interp(seen, self.seen, self.ideal, right=np.nan) - 1)
        return float(found[np.argmax(np.abs(found))])


def _brown(random: np.random.Generator) -> Law:
    k, half = random.uniform(0.02, 0.15), 0.478
    seen = np.linspace(0, 1, 4001) * FARTHEST / 5
    return lambda ideal: np.interp(ideal, seen * (1 + k * (seen / half) ** 2), seen)


def _opencv(*ranges: tuple[float, float]) -> Callable[[np.random.Generator], Law]:
    def drawn(random: np.random.Generator) -> Law:
        terms = [1.0, *(random.uniform(*ends) for ends in ranges)]
        return lambda ideal: ideal * np.polyval(terms[::-1], ideal**2)

    return drawn


def _four_terms(random: np.random.Generator) -> Law:
    terms = [1.0, *random.normal(0, [0.05, 0.03, 0.01, 0.004])]
    return lambda ideal: np.arctan(ideal) * np.polyval(terms[::-1], np.arctan(ideal) ** 2)


LAWS: Mapping[str, tuple[Callable[[np.random.Generator], Law], tuple[float, float]]] = {
    "Brown's, one term": (_brown, (1.2, 1.2)),
    "opencv's, one term": (_opencv((-0.35, -0.1)), (0.8, 1.1)),
    "opencv's, two terms": (_opencv((-0.4, -0.15), (0.05, 0.15)), (0.8, 1.1)),
    "opencv's, three terms": (_opencv((-0.35, -0.1), (-0.05, 0.12), (-0.04, 0.03)), (0.7, 1.1)),
    "moustache": (_opencv((-0.15, 0), (0.1, 0.3), (-0.15, 0.05)), (0.7, 1.1)),
    "equidistant": (lambda _: np.arctan, (0.6, 1)),
    "stereographic": (lambda _: lambda u: 2 * np.tan(np.arctan(u) / 2), (0.6, 1)),
    "orthographic": (lambda _: lambda u: np.sin(np.arctan(u)), (0.6, 1)),
    "equisolid": (lambda _: lambda u: 2 * np.sin(np.arctan(u) / 2), (0.6, 1)),
    "fisheye of four terms": (_four_terms, (0.45, 0.8)),
    ROLLED: (_brown, (1.2, 1.2)),
    MOVING: (_brown, (1.2, 1.2)),
}
"""Name; how the law is drawn; focal lengths, in picture widths."""


def _lens(law: Law, focal: float) -> Lens:
    """Return a lens as far as what it sees moves outwards."""
    ideal = np.linspace(0, FARTHEST, 60001)
    seen = law(ideal)
    falls = np.flatnonzero(np.diff(seen) <= 1e-6)
    rising = slice(0, int(falls[0]) + 1 if len(falls) else len(ideal))
    return Lens(focal=focal, ideal=ideal[rising], seen=seen[rising])


def _dots() -> Array:
    """Middles (n, 2) of the chart's dots and fiducials, mm off the chart's own."""
    grids = [region.rect for region in CHART.regions if region.kind == "grid"]
    dots = [(x + width / 2, y + height / 2) for x, y, width, height in grids]
    marks = [fiducials.outline(CHART, number).mean(axis=0) for number in range(8)]
    return np.array([*dots, *marks]) - np.array(CHART.size) / 2


def _rolled(dots: Array, random: np.random.Generator) -> Array:
    """Return where dots (n, 2) of a rolled print lie (n, 3), mm."""
    radius, axis = random.uniform(*RADII) * random.choice([-1, 1]), random.integers(2)
    turn = dots[:, axis] / radius
    places = np.column_stack([dots, radius * (1 - np.cos(turn))])
    places[:, axis] = radius * np.sin(turn)
    return places


def way(number: int) -> Array:
    """Return by how many px (2,) right and down a drawn picture moves while its rows are read."""
    random = np.random.default_rng([2006, number, 247])
    turn = random.uniform(0, 2 * math.pi)
    return random.uniform(*WAYS) * SIZE[1] * np.array([math.cos(turn), math.sin(turn)])


def _moving(seen: Array, number: int) -> Array:
    """Return where places (n, 2) are seen as the picture moves: each when its row is read."""
    right, down = way(number) / SIZE[1]
    row = (seen[:, 1] - MIDDLE[1]) / (1 - down)
    return np.column_stack([seen[:, 0] + right * row, MIDDLE[1] + row])


def case(name: str, number: int) -> Mapping[str, tuple[float, float, float]] | None:
    """Return value, U and truth of each figure of a drawn lens; None where no chart is seen."""
    seen = drawn(name, number)
    if seen is None:
        return None
    lens, place, chart = seen
    truths = {
        "geometry.distortion": lens.distortion(chart.reach),
        "geometry.pixels_per_metre": _density(lens, place),
    }
    return {
        item.quantity: (item.value, item.expanded, truths[item.quantity])
        for item in lens_figures.figures(scenes.of([]), chart)
        if isinstance(item, Measurement) and np.isfinite(truths.get(item.quantity, math.nan))
    }


def drawn(name: str, number: int) -> tuple[Lens, Array, FittedChart] | None:
    """Return a drawn lens, the place (3,) of the chart in mm and what was fitted to its points.

    None where no chart is seen.
    """
    draw, focal_lengths = LAWS[name]
    random = np.random.default_rng([2006, number, 39])
    focal = random.uniform(*focal_lengths) * SIZE[0]
    lens = _lens(draw(random), focal)
    edge = random.uniform(0.7, 0.95) * SIZE[0] / 2 / focal
    if edge > 0.98 * lens.seen[-1]:
        return None
    distance = CHART.size[0] / 2 / float(np.interp(edge, lens.seen, lens.ideal))
    turn = Rotation.from_euler("XYZ", random.uniform(-5, 5, 3), degrees=True).as_matrix()
    place = np.array([*random.uniform(-0.04, 0.04, 2) * SIZE / focal, 1.0]) * distance
    axis = MIDDLE + random.normal(0, 0.01, 2) * HALF
    dots = _dots()
    placed = (_rolled(dots, random) if name == ROLLED else np.pad(dots, FLAT)) @ turn.T + place
    ideal = placed[:, :2] / placed[:, 2:]
    if np.linalg.norm(ideal, axis=1).max() > lens.ideal[-1]:
        return None
    seen = lens.see(ideal) + axis
    seen = _moving(seen, number) if name == MOVING else seen
    seen += random.uniform(0.015, 0.05) * random.standard_normal(seen.shape)
    within = ((seen > MARGIN) & (seen < SIZE - 1 - MARGIN)).all(axis=1)
    if within.sum() < FEWEST:
        return None
    ideally = np.diag([focal, focal, 1.0]) @ np.column_stack([turn[:, :2], place])
    return lens, place, _fitted(ideally, dots[within], seen[within])


def _fitted(ideally: Array, dots: Array, seen: Array) -> FittedChart:
    """Fit lens and chart to dots (n, 2) in mm off its middle, seen (n, 2) in px."""
    middle = np.array(CHART.size) / 2
    to_picture = np.array([[1, 0, MIDDLE[0]], [0, 1, MIDDLE[1]], [0, 0, 1]]) @ ideally
    to_picture = to_picture @ np.array([[1, 0, -middle[0]], [0, 1, -middle[1]], [0, 0, 1]])
    found_at = located.Located(
        chart=CHART, homography=to_picture, corners=((0.0, 0.0),) * 4, residual=0.1,
        fiducials_found=8, picture=(int(SIZE[0]), int(SIZE[1])), distortion=0.0,
    )  # fmt: skip
    frame = PictureFrame(place=found_at, aspect=1.0)
    points = Points(
        chart=frame.on_chart(dots + middle), seen=frame.in_picture(seen), pixel=1 / HALF
    )
    return fit_chart(scenes.of([]).shot, frame, points)


def _density(lens: Lens, place: Array) -> float:
    """Pixels per metre along rows of a plane face on at the chart's middle."""
    ends = place[:2] / place[2] + np.array([[STEP, 0], [-STEP, 0]])
    first, second = lens.see(ends)
    return float(1000 * np.linalg.norm(first - second) / (2 * STEP) / place[2])


def main(arguments: list[str]) -> None:
    """Print the table."""
    cases = int(arguments[0]) if arguments else 25
    rows = []
    for name in LAWS:
        found = [case(name, number) for number in range(cases)]
        seen = [readings for readings in found if readings]
        for quantity in ("geometry.distortion", "geometry.pixels_per_metre"):
            read = np.array([readings[quantity] for readings in seen if quantity in readings])
            off = np.abs(read[:, 0] - read[:, 2])
            share = off / read[:, 1]
            rows.append(
                (
                    name, f"`{quantity}`", f"{(share <= 1).sum()} of {len(read)}",
                    f"{np.sqrt(np.mean(off**2)):.2g}", f"{np.median(read[:, 1]):.2g}",
                    f"{share.max():.1f} U",
                )
            )  # fmt: skip
    print(table(("lens", "figure", "inside U", "rms error", "U, median", "worst"), rows))


if __name__ == "__main__":
    main(sys.argv[1:])
