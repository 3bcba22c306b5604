"""What a chart is, read from its TOML file.

The one definition from which it is drawn, found and simulated.
Chart coordinates are millimetres, origin at the chart's upper left corner, y downwards. Reflectance
and light are linear, 0 to 1.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acceptance import data
from acceptance.errors import ChartError
from acceptance.files.strict_toml import Table, parse, wrong

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from acceptance.model import Box

ZONES = ("centre", "upper_left", "upper_right", "lower_left", "lower_right")
SMALLEST = 320.0  # px: a narrower acceptance chart leaves its slanted edges less than 30 px
FINDERS = ("", "colorchecker")
DIRECTIONS = ("", "horizontal", "vertical")
MOST_UNEQUAL = 0.05  # of a step: what rounding may make of equal steps
# in what the steps of a grey scale are equal: CIELAB L* (CIE 15), or density
SERIES = ("lightness", "density")
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
    "sequence": {},
    "qr": {"every": int},
    "digits": {"every": int},
}


@dataclass(frozen=True, kw_only=True)
class Region:
    """One printed thing.

    Where it is (``rect``: x, y, width, height in mm) and what is printed there.
    ``direction`` is that in which detail is resolved: "horizontal" for near-vertical edges and
    vertical bars. ``printed`` has the fields of ``PRINTED[kind]``: a wedge's ``from`` and ``to``
    are cycles/mm at its two ends, an edge's ``angle`` is in degrees off the vertical (or
    horizontal), ``lab`` is CIELAB under D50.
    """

    name: str
    kind: str
    rect: Box
    zone: str = "centre"
    direction: str = ""
    printed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reflectance(self) -> float | None:
        """Printed reflectance, of a neutral colour (chroma below 5) that of its L* (ISO/CIE 11664-4); else None."""
        if "reflectance" in self.printed:
            return float(self.printed["reflectance"])
        lightness, a, b = self.printed.get("lab", (0.0, math.inf, 0.0))
        return ((lightness + 16) / 116) ** 3 if math.hypot(a, b) < 5 and lightness > 8 else None


@dataclass(frozen=True, kw_only=True)
class Fiducial:
    """A dark square holding 4 x 4 cells within a border one cell wide.

    ``code`` has 16 bits, row by row, 1 = light.
    """

    code: int
    rect: Box


@dataclass(frozen=True, kw_only=True)
class Label:
    """Words for people, outside all regions.

    ``x``, ``y`` of the left end of the baseline and ``height``, in mm.
    """

    text: str
    x: float
    y: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The standard series of a chart's grey steps.

    Equal in ``series`` (see ``SERIES``), by their ``densities``.
    """

    series: str
    densities: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A printed copy of a chart: how far what is printed may be off from what the chart says.

    ``reflectance_doubt`` and ``scale_doubt`` are relative standard uncertainties (k = 1) of
    reflectances and of lengths, ``lab_doubt`` that of colours in CIELAB units. ``measured_on`` and
    ``due`` are ISO dates, empty where it was not measured; ``expired``: it was due when this was
    read. ``sha256`` is that of the copy's file.
    """

    serial: str
    reflectance_doubt: float
    scale_doubt: float
    lab_doubt: float
    by: str = ""
    measured_on: str = ""
    due: str = ""
    expired: bool = False
    sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart's definition. ``size`` is in mm.

    ``background`` and ``dark`` are the light and dark of the fiducials.
    ``paper`` (mm) is what it is printed on, in the middle. ``smallest`` is the width in px below
    which it shows too little to be measured. ``sha256`` is over all ``sources``, the chart's own
    file first, then the one it is based on. ``copy`` says how far what is printed may be off; None:
    the drawing itself. ``steps`` declares the series of its grey steps; None: they are no standard
    series. ``found_by`` names the room that finds a chart without fiducials, ``makers_lab_doubt``
    is the ``lab_doubt`` of a chart that is bought.
    """

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
    paper: tuple[float, float]
    smallest: float
    sha256: str
    sources: tuple[Path, ...]
    copy: Copy | None = None
    steps: Steps | None = None
    found_by: str = ""
    makers_lab_doubt: float = 0.0

    @property
    def source(self) -> Path:
        """The chart's own file."""
        return self.sources[0]

    @property
    def reflectance_doubt(self) -> float:
        """Relative standard uncertainty of each printed reflectance (how they err together: ``copies.tone_errors``)."""
        return self.copy.reflectance_doubt if self.copy else 0.0

    @property
    def scale_doubt(self) -> float:
        """Relative standard uncertainty of the chart's millimetres, common to all lengths."""
        return self.copy.scale_doubt if self.copy else 0.0

    @property
    def lab_doubt(self) -> float:
        """Standard uncertainty, in CIELAB units of colour difference, of where each printed colour lies."""
        return self.copy.lab_doubt if self.copy else self.makers_lab_doubt

    def region(self, name: str) -> Region:
        """Return the region called ``name``, else raise ``KeyError``."""
        return {region.name: region for region in self.regions}[name]


def names() -> tuple[str, ...]:
    """Return the names of the charts that come with the toolkit."""
    return tuple(sorted(path.stem for path in data.folder("test_charts").glob("*.toml")))


def load(name: str) -> Chart:
    """Return the chart called ``name`` (see ``names``), or the one that the TOML file ``name`` defines.

    Raises ``ChartError``, naming file and field, when there is no such chart or its definition is
    wrong.
    """
    source = data.folder("test_charts") / f"{name}.toml" if name in names() else Path(name)
    chart = _read(source)
    _check_places(chart)
    return replace(chart, labels=tuple(_worded(label, chart) for label in chart.labels))


def scaled(chart: Chart, scale: float) -> Chart:
    """Return the chart with every length times ``scale``.

    What is printed and the paper stay as they are.
    """

    def rect(box: Box) -> Box:
        x, y, width, height = box
        return scale * x, scale * y, scale * width, scale * height

    def printed(fields: Mapping[str, Any]) -> dict[str, Any]:
        lengths, frequencies = {"diameter": scale}, {"from": 1 / scale, "to": 1 / scale}
        return {
            name: value * (lengths | frequencies).get(name, 1)
            if name in lengths | frequencies
            else value
            for name, value in fields.items()
        }

    return replace(
        chart,
        size=(scale * chart.size[0], scale * chart.size[1]),
        fiducials=tuple(replace(mark, rect=rect(mark.rect)) for mark in chart.fiducials),
        regions=tuple(
            replace(one, rect=rect(one.rect), printed=printed(one.printed)) for one in chart.regions
        ),
        labels=tuple(
            replace(w, x=scale * w.x, y=scale * w.y, height=scale * w.height) for w in chart.labels
        ),
    )


def _read(source: Path) -> Chart:
    try:
        text = source.read_bytes()
    except OSError as error:
        hint = f"Charts that come with the toolkit: {', '.join(names())}; or give the path of a TOML file"
        raise ChartError(
            "There is no such chart", where=str(source), hint=hint, code="chart_unknown"
        ) from error
    table = parse(text, str(source))
    if "based_on" in table.content:
        return _derived(table, source, text)
    return _chart(table, source, hashlib.sha256(text).hexdigest())


def _derived(table: Table, source: Path, text: bytes) -> Chart:
    """Read a chart that says only what differs from another.

    Scale, codes, paper, and kinds of region as a whole.
    """
    base_name = table.take("based_on", str)
    beside = source.with_name(f"{base_name}.toml")
    base = _read(beside if beside.is_file() else data.folder("test_charts") / f"{base_name}.toml")
    if len(base.sources) > 1:
        raise wrong(
            table.place("based_on"), f"{base_name} is itself based on another chart; name that one"
        )
    like = scaled(base, table.above_zero("scale", 1.0))
    codes = table.take("codes", list)
    if len(codes) != len(base.fiducials) or not _all_different(codes):
        raise wrong(
            table.place("codes"),
            f"{base_name} has {len(base.fiducials)} fiducials, each with a code",
        )
    kinds = table.table("regions", {})
    regions = _regions(kinds)
    chart = replace(
        like,
        name=table.take("name", str),
        title=table.take("title", str),
        title_en=table.take("title_en", str),
        fiducials=tuple(
            replace(mark, code=code) for mark, code in zip(like.fiducials, codes, strict=True)
        ),
        regions=tuple(one for one in like.regions if one.kind not in {r.kind for r in regions})
        + regions,
        paper=_paper(table, like.size),
        steps=_steps(table, regions) if any(one.kind == "grey" for one in regions) else like.steps,
        sha256=hashlib.sha256(text + base.source.read_bytes()).hexdigest(),
        sources=(source, *base.sources),
    )
    table.end()
    return chart


def _paper(table: Table, size: tuple[float, float]) -> tuple[float, float]:
    """Return width and height of the paper; without any it is as large as the chart."""
    if "paper" not in table.content:
        return size
    width, height = table.numbers("paper", 2)
    return width, height


def _all_different(codes: Iterable[Any]) -> bool:
    codes = list(codes)
    return all(type(code) is int and 0 <= code < 1 << 16 for code in codes) and len(
        set(codes)
    ) == len(codes)


def _worded(label: Label, chart: Chart) -> Label:
    """Fill name, size and the length of the first row of dots into a label."""
    dots = [one.rect for one in chart.regions if one.kind == "grid"]
    row = max((x - dots[0][0] for x, y, _, _ in dots if abs(y - dots[0][1]) < 1e-6), default=0.0)
    words = {"name": chart.name, "width": chart.size[0], "height": chart.size[1], "row": row}
    try:
        return replace(label, text=label.text.format(**words))
    except (LookupError, ValueError) as error:
        what = f"the label {label.text!r} may hold {{name}}, {{width:g}}, {{height:g}} and {{row:g}} only"
        raise wrong(f"{chart.source}: labels", what) from error


def _chart(table: Table, source: Path, sha256: str) -> Chart:
    """Read the whole definition; every error names file and field."""
    width, height = table.numbers("size", 2)
    found_by = table.one_of("found_by", FINDERS, "")
    marks = table.table("fiducials", {"dark": 0, "side": 0, "at": []} if found_by else None)
    chart = Chart(
        name=table.take("name", str),
        title=table.take("title", str),
        title_en=table.take("title_en", str),
        kind=table.one_of("kind", ("print", "screen")),
        size=(width, height),
        background=table.light("background"),
        dark=marks.light("dark"),
        fiducials=_fiducials(marks, 0 if found_by else 4),
        regions=_regions(table.table("regions")),
        labels=tuple(_label(entry) for entry in table.tables("labels", [])),
        paper=_paper(table, (width, height)),
        smallest=table.above_zero("smallest", SMALLEST),
        sha256=sha256,
        sources=(source,),
        found_by=found_by,
        makers_lab_doubt=table.take("makers_lab_doubt", float, 0.0),
    )
    chart = replace(chart, steps=_steps(table, chart.regions))
    table.end()
    return chart


def _steps(table: Table, regions: Iterable[Region]) -> Steps | None:
    """Read the declared series of the grey steps, which the grey regions must show and which must be what it says."""
    if "steps" not in table.content:
        return None
    entry = table.table("steps")
    series, number = entry.one_of("series", SERIES), entry.take("number", int)
    densities = entry.numbers("densities", number)
    entry.end()
    shown = [one.printed for one in regions if one.kind == "grey"]
    if [float(one["density"]) for one in sorted(shown, key=lambda one: int(one["step"]))] != list(
        densities
    ):
        raise wrong(
            entry.place("densities"),
            "the grey regions, in the order of their steps, have other densities",
        )
    scale = (
        [116 * 10 ** (-one / 3) for one in densities] if series == "lightness" else list(densities)
    )
    gaps = [later - earlier for earlier, later in itertools.pairwise(scale)]
    if number < 3 or max(abs(gap / gaps[0] - 1) for gap in gaps) > MOST_UNEQUAL:
        raise wrong(
            entry.place("densities"), f"these are not three or more steps of equal {series}"
        )
    return Steps(series=series, densities=densities)


def _fiducials(table: Table, needed: int) -> tuple[Fiducial, ...]:
    side = table.take("side", float)
    found = []
    for entry in table.tables("at"):
        rect = (entry.take("x", float), entry.take("y", float), side, side)
        found.append(Fiducial(code=entry.take("code", int), rect=rect))
        entry.end()
    table.end()
    if len({mark.code for mark in found}) < max(needed, len(found)):
        raise wrong(
            table.place("at"), "a chart needs at least four fiducials, each with a code of its own"
        )
    return tuple(found)


def _regions(kinds: Table) -> tuple[Region, ...]:
    return tuple(
        _region(entry, kind) for kind in tuple(kinds.content) for entry in kinds.tables(kind)
    )


def _region(table: Table, kind: str) -> Region:
    if kind not in PRINTED:
        raise wrong(table.where, f"the kind {kind!r} is not known; known are {', '.join(PRINTED)}")
    x, y, width, height = table.numbers("rect", 4)
    region = Region(
        name=table.take("name", str),
        kind=kind,
        rect=(x, y, width, height),
        zone=table.one_of("zone", ZONES, "centre"),
        direction=table.one_of("direction", DIRECTIONS, None if kind in {"edge", "wedge"} else ""),
        printed=_printed(table.table("printed"), kind),
    )
    table.end()
    return region


def _printed(table: Table, kind: str) -> Mapping[str, Any]:
    printed: dict[str, Any] = {}
    for key, wanted in PRINTED[kind].items():
        if key == "lab":
            printed[key] = table.numbers(key, 3)
        elif key in {"reflectance", "dark", "light"}:
            printed[key] = table.light(key)
        else:
            printed[key] = table.take(key, wanted)
    table.end()
    return printed


def _label(table: Table) -> Label:
    text = table.take("text", str)
    label = Label(
        text=text,
        x=table.take("x", float),
        y=table.take("y", float),
        height=table.take("height", float),
    )
    table.end()
    return label


def _check_places(chart: Chart) -> None:
    """Refuse names that occur twice, and whatever sticks out of paper or chart or lies over something else."""
    if chart.paper[0] < chart.size[0] or chart.paper[1] < chart.size[1]:
        raise wrong(
            f"{chart.source}: paper",
            f"{chart.paper[0]:g} x {chart.paper[1]:g} mm do not hold the chart",
        )
    places = [(f"fiducial 0x{mark.code:04X}", mark.rect) for mark in chart.fiducials]
    places += [(region.name, region.rect) for region in chart.regions]
    for name, (x, y, width, height) in places:
        far = max(x + width - chart.size[0], y + height - chart.size[1])
        if min(x, y) < 0 or min(width, height) <= 0 or far > 1e-6:
            raise wrong(f"{chart.source}: {name}", "this lies outside the chart")
    for (one, a), (other, b) in itertools.combinations(places, 2):
        if one == other:
            raise wrong(f"{chart.source}: {one}", "this name stands twice")
        if (
            min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
            > 1e-6
            < min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
        ):
            raise wrong(f"{chart.source}: {one}", f"this lies over {other}")
