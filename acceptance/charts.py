"""A chart: its definition, and where its regions lie in a picture.

``drawing.py`` draws a chart and ``finding.py`` finds it in a picture, both from this one definition. Chart
coordinates are millimetres, origin at the chart's upper left corner, y downwards. Picture coordinates are pixels, a
whole number being the centre of a pixel (as in OpenCV). Reflectance and light are linear, 0 to 1.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from acceptance import data
from acceptance.errors import ChartError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.model import Box, Point

Floats = NDArray[np.float64]

ZONES = ("centre", "upper_left", "upper_right", "lower_left", "lower_right")
DIRECTIONS = ("", "horizontal", "vertical")
CLOCK_BITS = 24
NEWTON = 12  # rounds

# What a region of each kind says about itself, and of which type.
PRINTED: Mapping[str, Mapping[str, type]] = {
    "edge": {"dark": float, "light": float, "angle": float},
    "wedge": {"bars": int, "form": str, "dark": float, "light": float, "from": float, "to": float},
    "grey": {"step": int, "reflectance": float, "density": float},
    "flat": {"reflectance": float},
    "colour": {"name": str, "lab": list},
    "grid": {"diameter": float},
    "bits": {"bit": int, "complement": bool},
    "reference": {"reflectance": float},
}


@dataclass(frozen=True, kw_only=True)
class Region:
    """One printed thing: where it is (``rect``: x, y, width, height in mm) and what is printed there.

    ``direction`` is that in which detail is resolved: "horizontal" for near-vertical edges and vertical bars.
    ``printed`` has the fields of ``PRINTED[kind]``: a wedge's ``from`` and ``to`` are cycles/mm at its two ends, an
    edge's ``angle`` is in degrees off the vertical (or horizontal), ``lab`` is CIELAB under D50.
    """

    name: str
    kind: str
    rect: Box
    zone: str = "centre"
    direction: str = ""
    printed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Fiducial:
    """A dark square holding 4 x 4 cells within a border one cell wide; ``code`` has 16 bits, row by row, 1 = light."""

    code: int
    rect: Box


@dataclass(frozen=True, kw_only=True)
class Label:
    """Words for people, outside all regions: ``x``, ``y`` of the left end of the baseline and ``height``, in mm."""

    text: str
    x: float
    y: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart's definition. ``size`` is in mm; ``background`` and ``dark`` are the light and dark of the fiducials."""

    name: str
    title: str
    title_en: str
    kind: str
    size: tuple[float, float]
    background: float
    dark: float
    fiducials: tuple[Fiducial, ...]
    regions: tuple[Region, ...]
    labels: tuple[Label, ...]
    sha256: str
    source: Path

    def region(self, name: str) -> Region:
        """Return the region called ``name``, else raise ``KeyError``."""
        return {region.name: region for region in self.regions}[name]


@dataclass(frozen=True, kw_only=True)
class Located:
    """A chart found in a picture of ``picture`` = (width, height) px.

    ``homography`` is (3, 3) from chart mm to px of the ideal picture, without lens distortion; ``distortion`` is k of:
    ideal radius = radius (1 + k radius^2), about the picture's centre, 1 at half its diagonal; positive = barrel.
    ``corners`` are the chart's outer corners in the picture in px, clockwise from the chart's own upper left,
    ``residual`` the RMS distance in px of the fiducials' corners from where these put them.
    """

    chart: Chart
    homography: Floats
    corners: tuple[Point, Point, Point, Point]
    residual: float
    fiducials_found: int
    picture: tuple[int, int]
    distortion: float = 0.0

    def to_picture(self, points: ArrayLike) -> Floats:
        """Return where points of the chart, (n, 2) in mm, lie in the picture, in px, distortion included."""
        return distorted(to_picture(self.homography, points), self.distortion, self.picture)

    def to_chart(self, points: ArrayLike) -> Floats:
        """Return which points of the chart, (n, 2) in mm, are seen at points of the picture in px."""
        inverse = np.linalg.inv(self.homography)
        return to_picture(inverse, undistorted(np.asarray(points, np.float64), self.distortion, self.picture))

    @property
    def width(self) -> float:
        """Mean length in px of the chart's upper and lower side."""
        a, b, c, d = (np.array(corner) for corner in self.corners)
        return float(np.linalg.norm(b - a) + np.linalg.norm(c - d)) / 2

    @property
    def cut_off(self) -> bool:
        """Whether a region or fiducial lies partly outside the picture; the bare margin may."""
        things = [mark.rect for mark in self.chart.fiducials] + [region.rect for region in self.chart.regions]
        corners = [(x + i * width, y + j * height) for x, y, width, height in things for i in (0, 1) for j in (0, 1)]
        places = self.to_picture(corners)
        return bool(np.any(places < -0.5) or np.any(places > np.array(self.picture) - 0.5))


def to_picture(homography: ArrayLike, points: ArrayLike) -> Floats:
    """Return points, (n, 2), mapped by a (3, 3) homography."""
    matrix = np.asarray(homography, dtype=np.float64)
    mapped = np.asarray(points, dtype=np.float64) @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(mapped[:, :2] / mapped[:, 2:])


def undistorted(points: Floats, k: float, picture: tuple[int, int]) -> Floats:
    """Return the ideal places of points of a picture (n, 2) of this size: radius (1 + k radius^2), see ``Located``."""
    centre = (np.array(picture) - 1) / 2
    away = points - centre
    return np.asarray(centre + away * (1 + k * np.sum(away**2, axis=1, keepdims=True) / np.sum(centre**2)))


def distorted(ideal: Floats, k: float, picture: tuple[int, int]) -> Floats:
    """Return where ideal places (n, 2) are seen: the inverse of ``undistorted``, by Newton's method.

    Where a pincushion folds (no radius has this ideal radius) the result is where it comes nearest.
    """
    if not k:
        return ideal
    centre = (np.array(picture) - 1) / 2
    away = (ideal - centre) / np.linalg.norm(centre)
    wanted = np.linalg.norm(away, axis=1, keepdims=True)
    most = math.inf if k > 0 else math.sqrt(-1 / (3 * k))
    radius = np.minimum(wanted, most)
    for _ in range(NEWTON):
        slope = np.maximum(1 + 3 * k * radius**2, 1e-6)
        radius = np.clip(radius - (radius * (1 + k * radius**2) - wanted) / slope, 0, most)
    ratio = np.divide(radius, wanted, out=np.ones_like(radius), where=wanted > 0)
    return np.asarray(centre + away * ratio * np.linalg.norm(centre))


def quad(located: Located, region: Region, share: float = 1.0) -> Floats:
    """Return the (4, 2) corners in px of a region, clockwise from its own upper left, its sides shrunk to ``share``."""
    x, y, width, height = region.rect
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width / 2, height / 2) * share
    return located.to_picture(half + np.array([x + width / 2, y + height / 2]))


def inner(located: Located, region: Region, share: float = 0.9) -> Box:
    """Return x, y, width, height in px of the largest upright rectangle within ``quad(located, region, share)``.

    It lies about the region's centre: the largest such for parallelograms, and nearly so in perspective. It reaches
    from x to x + width in the coordinates of pixel centres, so that whole pixels x with x0 <= x <= x0 + width lie
    within.
    """
    corners = quad(located, region, share)
    centre = quad(located, region, 0.0)[0]
    sides = np.roll(corners, -1, axis=0) - corners
    normals = np.stack([sides[:, 1], -sides[:, 0]], axis=1)
    room = np.abs(np.sum(normals * (corners - centre), axis=1))
    turn = np.radians(np.arange(0.5, 90.0, 0.5))
    shape = np.stack([np.cos(turn), np.sin(turn)])
    half = shape * np.min(room[:, None] / (np.abs(normals) @ shape), axis=0)
    best = half[:, np.argmax(half[0] * half[1])]
    (x, y), (width, height) = (centre - best).tolist(), (2 * best).tolist()
    return x, y, width, height


def gray_code(index: int) -> int:
    """Return the 24-bit reflected binary code (Gray, US patent 2632058) of an index: neighbours differ in one bit."""
    wrapped = index % (1 << CLOCK_BITS)
    return wrapped ^ (wrapped >> 1)


def names() -> tuple[str, ...]:
    """Return the names of the charts that come with the toolkit."""
    return tuple(sorted(path.stem for path in data.folder("test_charts").glob("*.toml")))


def load(name: str) -> Chart:
    """Return the chart called ``name`` (see ``names``), or the one that the TOML file ``name`` defines.

    Raises ``ChartError``, naming file and field, when there is no such chart or its definition is wrong.
    """
    source = data.folder("test_charts") / f"{name}.toml" if name in names() else Path(name)
    try:
        text = source.read_bytes()
        definition = tomllib.loads(text.decode())
    except OSError as error:
        hint = f"Charts that come with the toolkit: {', '.join(names())}; or give the path of a TOML file"
        raise ChartError("There is no such chart", where=name, hint=hint, code="chart_unknown") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        hint = "See test_charts/acceptance.toml for an example"
        raise ChartError(f"This is not TOML: {error}", where=str(source), hint=hint, code="chart_wrong") from error
    return _chart(_Table(definition, str(source)), source, hashlib.sha256(text).hexdigest())


class _Table:
    """A TOML table being read: each key once, of the right type, and none left over."""

    def __init__(self, content: Any, where: str) -> None:  # noqa: ANN401 -- whatever the file holds; checked here
        if not isinstance(content, dict):
            raise _wrong(where, "this must be a table")
        self.content, self.where = dict(content), where

    def take(self, key: str, kind: type, default: Any = None) -> Any:  # noqa: ANN401 -- of the type `kind`
        value = self.content.pop(key, default)
        if value is None:
            raise _wrong(self.place(key), "this field is missing")
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise _wrong(self.place(key), f"this must be a {_WORDS[kind]}, not {value!r}")
        return value

    def tables(self, key: str, default: Any = None) -> Iterator[_Table]:  # noqa: ANN401 -- None or an empty list
        for number, entry in enumerate(self.take(key, list, default), start=1):
            yield _Table(entry, self.place(f"{key}[{number}]"))

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        values = self.take(key, list)
        if len(values) != count or not all(type(value) in {int, float} for value in values):
            raise _wrong(self.place(key), f"this must be {count} numbers, not {values!r}")
        return tuple(float(value) for value in values)

    def place(self, key: str) -> str:
        return f"{self.where}.{key}" if ": " in self.where else f"{self.where}: {key}"

    def end(self) -> None:
        for key in self.content:
            raise _wrong(self.place(key), "this field is not known here")


_WORDS: Mapping[type, str] = {
    float: "number", int: "whole number", str: "text in quotes", bool: "truth value", list: "list", dict: "table",
}  # fmt: skip


def _wrong(where: str, what: str) -> ChartError:
    return ChartError(what, where=where, hint="Correct the chart's definition", code="chart_wrong")


def _chart(table: _Table, source: Path, sha256: str) -> Chart:
    """Read the whole definition; every error names file and field."""
    width, height = table.numbers("size", 2)
    marks = _Table(table.take("fiducials", dict), table.place("fiducials"))
    kinds = _Table(table.take("regions", dict), table.place("regions"))
    chart = Chart(
        name=table.take("name", str),
        title=table.take("title", str),
        title_en=table.take("title_en", str),
        kind=_one_of(table, "kind", ("print", "screen"), None),
        size=(width, height),
        background=_light(table, "background"),
        dark=_light(marks, "dark"),
        fiducials=_fiducials(marks),
        regions=tuple(_region(entry, kind) for kind in tuple(kinds.content) for entry in kinds.tables(kind)),
        labels=tuple(_label(entry) for entry in table.tables("labels", [])),
        sha256=sha256,
        source=source,
    )
    table.end()
    _check_places(chart)
    return chart


def _fiducials(table: _Table) -> tuple[Fiducial, ...]:
    side = table.take("side", float)
    found = []
    for entry in table.tables("at"):
        rect = (entry.take("x", float), entry.take("y", float), side, side)
        found.append(Fiducial(code=entry.take("code", int), rect=rect))
        entry.end()
    table.end()
    if len({mark.code for mark in found}) < max(4, len(found)):
        raise _wrong(table.place("at"), "a chart needs at least four fiducials, each with a code of its own")
    return tuple(found)


def _region(table: _Table, kind: str) -> Region:
    if kind not in PRINTED:
        raise _wrong(table.where, f"the kind {kind!r} is not known; known are {', '.join(PRINTED)}")
    x, y, width, height = table.numbers("rect", 4)
    region = Region(
        name=table.take("name", str),
        kind=kind,
        rect=(x, y, width, height),
        zone=_one_of(table, "zone", ZONES, "centre"),
        direction=_one_of(table, "direction", DIRECTIONS, None if kind in {"edge", "wedge"} else ""),
        printed=_printed(_Table(table.take("printed", dict), table.place("printed")), kind),
    )
    table.end()
    return region


def _printed(table: _Table, kind: str) -> Mapping[str, Any]:
    printed: dict[str, Any] = {}
    for key, wanted in PRINTED[kind].items():
        if key == "lab":
            printed[key] = table.numbers(key, 3)
        elif key in {"reflectance", "dark", "light"}:
            printed[key] = _light(table, key)
        else:
            printed[key] = table.take(key, wanted)
    table.end()
    return printed


def _label(table: _Table) -> Label:
    text = table.take("text", str)
    label = Label(text=text, x=table.take("x", float), y=table.take("y", float), height=table.take("height", float))
    table.end()
    return label


def _light(table: _Table, key: str) -> float:
    value = float(table.take(key, float))
    if not 0 <= value <= 1:
        raise _wrong(table.place(key), f"light and reflectance run from 0 to 1, not to {value}")
    return value


def _one_of(table: _Table, key: str, allowed: tuple[str, ...], default: str | None) -> str:
    value = str(table.take(key, str, default))
    if value not in allowed:
        raise _wrong(table.place(key), f"this must be one of {', '.join(filter(None, allowed))}, not {value!r}")
    return value


def _check_places(chart: Chart) -> None:
    """Refuse names that occur twice, and whatever sticks out of the chart or lies over something else."""
    places = [(f"fiducial 0x{mark.code:04X}", mark.rect) for mark in chart.fiducials]
    places += [(region.name, region.rect) for region in chart.regions]
    for name, (x, y, width, height) in places:
        if min(x, y) < 0 or min(width, height) <= 0 or x + width > chart.size[0] or y + height > chart.size[1]:
            raise _wrong(f"{chart.source}: {name}", "this lies outside the chart")
    for (one, a), (other, b) in itertools.combinations(places, 2):
        if one == other:
            raise _wrong(f"{chart.source}: {one}", "this name stands twice")
        if min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]) > 1e-6 < min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]):
            raise _wrong(f"{chart.source}: {one}", f"this lies over {other}")
