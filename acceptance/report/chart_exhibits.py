"""What a chart in the picture showed: maps of the zones, edges over the still, colour vectors."""

from __future__ import annotations

import math
from collections import defaultdict
from statistics import fmean
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.report import edge_plot, plane_plot, zone_plot
from acceptance.report.exhibits import exhibit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from acceptance.model import Measurement, Shot
    from acceptance.report.exhibits import Exhibit
    from acceptance.report.svg import Rect

MOST_MAPS = 24
MOST_OVER_STILLS = 12
MOST_PLANES = 12
PLANE_LISTS = (
    "patch_l", "patch_a", "patch_b", "seen_a", "seen_b", "u_a", "u_b", "correlation_ab",
)  # fmt: skip


def zone_maps(
    measurements: Sequence[Measurement], shots: Iterable[Shot], lang: str
) -> list[Exhibit]:
    """Draw the zones of every shot in which edges were measured.

    Several edges of a zone and direction are averaged.
    """
    words = wording.phrases(lang)["zone_map"]
    headings = [words[name] for name in ("mtf50", "line_widths", "limit", "ratio")]
    maps = []
    for shot in shots:
        zones = _zones([figure for figure in measurements if figure.shot == shot.id])
        if zones:
            svg = zone_plot.draw(zones, _aspect(shot), headings)
            maps.append(exhibit((shot.subject, shot.id), words["title"], svg, lang))
    return maps[:MOST_MAPS]


def _aspect(shot: Shot) -> float:
    """Width of the picture as shown over its height; 16:9 where the stream does not say."""
    width, height = (float(shot.stream.get(name, 0)) for name in ("width", "height"))
    across, _, down = str(shot.stream.get("sample_aspect", "1")).partition("/")
    return width / height * float(across) / float(down or 1) if width and height else 16 / 9


def _zones(figures: Sequence[Measurement]) -> dict[str, list[zone_plot.ZoneRow]]:
    zones: dict[str, list[zone_plot.ZoneRow]] = defaultdict(list)
    for direction in ("horizontal", "vertical"):
        for zone in zone_plot.PLACES:
            if row := _zone_row(figures, zone, direction):
                zones[zone].append(row)
    return dict(zones)


def _zone_row(
    figures: Sequence[Measurement], zone: str, direction: str
) -> zone_plot.ZoneRow | None:
    """Average the edges of a zone and direction; None where there are none."""
    sharp = [figure for figure in figures if _is(figure, "mtf50", zone, direction)]
    if not sharp:
        return None
    limits = [figure.value for figure in figures if _is(figure, direction, zone, direction)]
    ratios = [figure.value for figure in figures if _is_corner_ratio(figure, zone, direction)]
    return zone_plot.ZoneRow(
        direction=direction,
        mtf50=fmean(figure.value for figure in sharp),
        line_widths=fmean(float(figure.details["line_widths_per_height"]) for figure in sharp),
        limit=fmean(limits) if limits else None,
        ratio=fmean(ratios) if ratios else None,
    )


def _is_corner_ratio(figure: Measurement, zone: str, direction: str) -> bool:
    key = (figure.quantity, figure.region, figure.direction)
    return key == ("resolution.corner_ratio", zone, direction)


def _is(figure: Measurement, name: str, zone: str, direction: str) -> bool:
    """Whether this is the figure of an edge in a zone and direction, with what a map needs."""
    return (
        (figure.quantity, figure.direction) == (f"resolution.{name}", direction)
        and figure.details.get("zone") == zone
        and "line_widths_per_height" in figure.details
    )


def edge_maps(
    measurements: Iterable[Measurement],
    shots: Iterable[Shot],
    lang: str,
    address: Callable[[str], str | None],
) -> list[Exhibit]:
    """Write what each edge resolves over the still of its shot.

    ``address`` leads to a still by its path; a shot without still or without edges is left out.
    """
    sharp: dict[str, list[Measurement]] = defaultdict(list)
    for figure in measurements:
        if figure.quantity == "resolution.mtf50" and _box(figure):
            sharp[figure.shot].append(figure)
    maps: list[Exhibit] = []
    for shot in shots:
        still = address(shot.still) if shot.still and len(maps) < MOST_OVER_STILLS else None
        width, height = (float(shot.stream.get(name, 0)) for name in ("width", "height"))
        if still and sharp[shot.id] and width and height:
            maps.append(_over(shot, still, (_aspect(shot) * height, height), sharp[shot.id], lang))
    return maps


def _over(
    shot: Shot, still: str, size: tuple[float, float], found: Sequence[Measurement], lang: str
) -> Exhibit:
    stretched = size[0] / float(shot.stream["width"])
    frames = [
        edge_plot.ZoneFrame(title=title, edges=[_edge(each, stretched, lang) for each in edges])
        for title, edges in _by_zone(found, lang).items()
    ]
    facts = (edge.reading for frame in frames for edge in frame.edges)
    name = wording.phrases(lang)["edge_map"]["title"]
    drawn = edge_plot.draw(still, size, frames)
    return exhibit((shot.subject, shot.id), name, drawn, lang, facts)


def _by_zone(found: Sequence[Measurement], lang: str) -> dict[str, list[Measurement]]:
    """Edges by what stands over their zone: its name and the mean of its MTF50."""
    zones: dict[str, list[Measurement]] = defaultdict(list)
    for figure in found:
        zones[str(figure.details.get("zone", ""))].append(figure)
    return {
        f"{wording.region(zone, lang)} {fmean(edge.value for edge in edges):.3f}".strip(): edges
        for zone, edges in zones.items()
    }


def _box(figure: Measurement) -> list[float]:
    """Return x, y, width and height in px; nothing where the details say something else."""
    sides = numbers(figure.details.get("box"), ",")
    return sides if len(sides) == 4 and min(sides[2:]) > 0 else []


def _edge(figure: Measurement, stretched: float, lang: str) -> edge_plot.EdgePlace:
    x, y, width, height = _box(figure)
    box: Rect = (x * stretched, y, width * stretched, height)
    place = wording.region(figure.region, lang)
    value = wording.figure(figure.value, figure.unit, lang, expanded=figure.expanded)
    reading = f"{place}{wording.phrases(lang)['punctuation']['colon']}MTF50 {value}"
    return edge_plot.EdgePlace(
        box=box, direction=figure.direction, mtf50=figure.value, reading=reading
    )


def colour_planes(measurements: Iterable[Measurement], lang: str) -> list[Exhibit]:
    """Draw the colour patches of each shot in the a*b* plane.

    Sessions before 0.12.0 do not say where the patches are.
    """
    words = wording.phrases(lang)["colour_plane"]
    said = plane_plot.PlaneWords(**{name: words[name] for name in plane_plot.PlaneWords._fields})
    planes: list[Exhibit] = []
    for figure in measurements:
        patches = _patches(figure, lang)
        if patches and len(planes) < MOST_PLANES:
            drawn = plane_plot.draw(patches, said)
            facts = (patch.reading for patch in patches)
            of = figure.subject, figure.shot
            planes.append(exhibit(of, words["title"], drawn, lang, facts))
    return planes


def _patches(figure: Measurement, lang: str) -> list[plane_plot.PatchVector]:
    """Read the patches of a figure's details; nothing where they are not whole."""
    lists = [numbers(figure.details.get(name), ";") for name in PLANE_LISTS]
    count = len(lists[0])
    if not count or any(len(each) != count for each in lists):
        return []
    names = str(figure.details.get("patch_names", "")).split("; ")
    named = names if len(names) == count else [""] * count
    return [
        _patch(name, sides, lang)
        for name, sides in zip(named, zip(*lists, strict=True), strict=True)
    ]


def _patch(name: str, sides: Sequence[float], lang: str) -> plane_plot.PatchVector:
    lightness, a, b, seen_a, seen_b, *spread = sides
    called = wording.word(name, "patch", lang)
    ways = (f"a* {_one(a)} → {_one(seen_a)}", f"b* {_one(b)} → {_one(seen_b)}")
    across, up, together = spread
    signs = wording.phrases(lang)["punctuation"]
    return plane_plot.PatchVector(
        name=called,
        paint=plane_plot.paint((lightness, a, b)),
        printed=(a, b),
        seen=(seen_a, seen_b),
        spread=(across, up, together),
        reading=f"{called}{signs['colon']}{signs['pause'].join(ways)}",
    )


def _one(value: float) -> str:
    return f"{value:.1f}".replace("-", wording.MINUS)


def numbers(text: object, between: str) -> list[float]:
    """Read a list of numbers; nothing where one of them is none, or not finite."""
    try:
        found = [float(part) for part in str(text or "").split(between)]
    except ValueError:
        return []
    return found if all(math.isfinite(each) for each in found) else []
