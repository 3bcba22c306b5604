"""A chart's definition read from its TOML file.

It is the one definition from which it is drawn, found and simulated.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import string
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acceptance import data
from acceptance.charts.nouns import Chart, Copy, Fiducial, Label, Region, Steps, scaled
from acceptance.charts.region_tables import PRINTED, ZONES, fiducials, label, regions, steps
from acceptance.errors import ChartError
from acceptance.files import paths, regular
from acceptance.files.strict_toml import Table, parse, wrong
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acceptance.model import Box

__all__ = [
    "PRINTED",
    "ZONES",
    "Chart",
    "Copy",
    "Fiducial",
    "Label",
    "Region",
    "Steps",
    "load",
    "names",
    "scaled",
]

SMALLEST = 320.0  # px: a narrower acceptance chart leaves its slanted edges less than 30 px
# Of labels: fields, each with its format and no conversion.
WORDS = {("name", "", None), *((name, "g", None) for name in ("width", "height", "row"))}
FINDERS = ("", "colorchecker")
_SHIPPED: dict[Path, Chart] = {}  # by file: each film is searched for all of them, 25 ms to read


def names() -> tuple[str, ...]:
    """Return the names of the charts that come with the toolkit."""
    return tuple(sorted(path.stem for path in data.folder("test_charts").glob("*.toml")))


def load(name: str) -> Chart:
    """Return the chart called ``name`` (see ``names``), or defined by the TOML file ``name``.

    Raises ``ChartError``, naming file and field, when there is no such chart or its definition is
    wrong.
    """
    if name not in names():
        return _whole(Path(name))
    source = data.folder("test_charts") / f"{name}.toml"
    kept = _SHIPPED.get(source)
    if kept is None or not _still(kept):
        kept = _SHIPPED[source] = _whole(source)
    return copy.deepcopy(kept)  # what is printed in it may be changed by whoever asked


def _whole(source: Path) -> Chart:
    chart = _read(source)
    _check_places(chart)
    return replace(chart, labels=tuple(_worded(blank, chart) for blank in chart.labels))


def _still(chart: Chart) -> bool:
    """Whether the files of a chart, and of that on which it is based, are those that were read."""
    try:
        return _hash(map(regular.content, chart.sources)) == chart.sha256
    except OSError:
        return False  # which reading it again will tell


def _hash(texts: Iterable[bytes]) -> str:
    """Return the hash of a chart's file, followed by that on which it is based."""
    return hashlib.sha256(b"".join(texts)).hexdigest()


def _read(source: Path, based_on: str = "") -> Chart:
    """Read a chart; ``based_on`` is where another one says that it is based on this one."""
    try:
        text = regular.content(source)
    except OSError as error:
        raise _unknown(source) from error
    table = parse(text, str(source))
    if "based_on" in table.content:
        if based_on:  # so that no chain, nor one that leads to itself, is followed
            what = tr("{base} is itself based on another chart; name that one", base=source.stem)
            raise wrong(based_on, what)
        return _derived(table, source, text)
    return _chart(table, source, _hash([text]))


def _unknown(source: Path) -> ChartError:
    listed = ", ".join(names())
    hint = tr(
        "Name one that comes with the toolkit ({names}), or the path of a TOML file", names=listed
    )
    what = tr("there is no such chart")
    return ChartError(what, where=str(source), hint=hint, code="chart_unknown")


def _derived(table: Table, source: Path, text: bytes) -> Chart:
    """Read a chart that says only what differs from another: scale, codes, paper, regions.

    A kind of region is replaced as a whole.
    """
    base_name = table.take("based_on", str)
    base = _base(base_name, table, source)
    like = _recoded(scaled(base, table.above_zero("scale", 1.0)), table, base_name)
    own = regions(table.table("regions", {}))
    replaced = {region.kind for region in own}
    chart = replace(
        like,
        name=table.take("name", str),
        title=table.take("title", str),
        title_en=table.take("title_en", str),
        regions=tuple(region for region in like.regions if region.kind not in replaced) + own,
        paper=_paper(table, like.size),
        steps=steps(table, own) if "grey" in replaced else like.steps,
        sha256=_hash([text, regular.content(base.source)]),
        sources=(source, *base.sources),
    )
    table.end()
    return chart


def _base(name: str, table: Table, source: Path) -> Chart:
    """Read the chart on which one is based: beside it, or of the toolkit."""
    where, within = table.place("based_on"), tr("the chart's folder")
    beside, shipped = (
        paths.inside(folder, f"{name}.toml", where=where, folder=within, kind=ChartError)
        for folder in (source.parent, data.folder("test_charts"))
    )
    return _read(beside if beside.is_file() else shipped, based_on=table.place("based_on"))


def _recoded(chart: Chart, table: Table, base: str) -> Chart:
    """Give the fiducials the codes of the table."""
    codes, count = table.take("codes", list), len(chart.fiducials)
    if len(codes) != count or not _all_different(codes):
        what = tr(
            "{base} has {count} fiducials: {count} different codes are required",
            base=base,
            count=count,
        )
        raise wrong(table.place("codes"), what)
    marks = zip(chart.fiducials, codes, strict=True)
    return replace(chart, fiducials=tuple(replace(mark, code=code) for mark, code in marks))


def _paper(table: Table, size: tuple[float, float]) -> tuple[float, float]:
    """Return width and height of the paper; without any it is as large as the chart."""
    if "paper" not in table.content:
        return size
    width, height = table.numbers("paper", 2)
    return width, height


def _all_different(codes: Iterable[Any]) -> bool:
    codes = list(codes)
    valid = all(type(code) is int and 0 <= code < 1 << 16 for code in codes)
    return valid and len(set(codes)) == len(codes)


def _worded(blank: Label, chart: Chart) -> Label:
    """Fill name, size and the length of the first row of dots into a label."""
    dots = [region.rect for region in chart.regions if region.kind == "grid"]
    row = max((x - dots[0][0] for x, y, _, _ in dots if abs(y - dots[0][1]) < 1e-6), default=0.0)
    words = {"name": chart.name, "width": chart.size[0], "height": chart.size[1], "row": row}
    if not _holds_words(blank.text):
        text, fields = blank.text, "{name}, {width:g}, {height:g}, {row:g}"
        what = tr("the label '{label}' may hold {fields} only", label=text, fields=fields)
        raise wrong(tr("{file}: labels", file=chart.source), what)
    return replace(blank, text=blank.text.format(**words))


def _holds_words(text: str) -> bool:
    """Whether a label holds known words alone: no blanks by the million, nothing of an object."""
    try:
        parts = [*string.Formatter().parse(text)]
    except ValueError:
        return False
    fields = {(field, form, way) for _, field, form, way in parts if field is not None}
    return fields <= WORDS


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
        fiducials=fiducials(marks, 0 if found_by else 4),
        regions=regions(table.table("regions")),
        labels=tuple(label(entry) for entry in table.tables("labels", [])),
        paper=_paper(table, (width, height)),
        smallest=table.above_zero("smallest", SMALLEST),
        sha256=sha256,
        sources=(source,),
        found_by=found_by,
        makers_lab_doubt=table.take("makers_lab_doubt", float, 0.0),
    )
    chart = replace(chart, steps=steps(table, chart.regions))
    table.end()
    return chart


def _check_places(chart: Chart) -> None:
    """Refuse duplicate names, and what lies outside paper or chart or over something else."""
    _check_paper(chart)
    places = [(tr("fiducial 0x{code:04X}", code=mark.code), mark.rect) for mark in chart.fiducials]
    places += [(region.name, region.rect) for region in chart.regions]
    for name, rect in places:
        if _outside(rect, chart.size):
            raise wrong(f"{chart.source}: {name}", tr("this lies outside the chart"))
    for (name, rect), (other, its_rect) in itertools.combinations(places, 2):
        if name == other:
            raise wrong(f"{chart.source}: {name}", tr("duplicate name {name!r}", name=name))
        if _overlap(rect, its_rect):
            raise wrong(f"{chart.source}: {name}", tr("this lies over {other}", other=other))


def _check_paper(chart: Chart) -> None:
    (width, height), size = chart.paper, chart.size
    if width < size[0] or height < size[1]:
        what = tr(
            "paper of {width:g} x {height:g} mm does not hold the chart", width=width, height=height
        )
        raise wrong(f"{chart.source}: paper", what)


def _outside(rect: Box, size: tuple[float, float]) -> bool:
    x, y, width, height = rect
    far = max(x + width - size[0], y + height - size[1])
    return min(x, y) < 0 or min(width, height) <= 0 or far > 1e-6


def _overlap(a: Box, b: Box) -> bool:
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return min(across, down) > 1e-6
