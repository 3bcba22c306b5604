"""Colour patches as vectors in the a*b* plane, as inline SVG that reads in grey print too.

From a hollow square, as printed, a line leads to a dot, as seen, with the ellipse in which the true
place lies with 95 %. Patches have numbers, and names in the key. Those near grey have a plane of
their own, enlarged: there a white balance shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from acceptance.report import plots, svg
from acceptance.report.svg import Axis

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.report.svg import Dot, Rect

WIDTH = plots.WIDTH
TOP, SIDE = 14.0, 304.0  # of the large plane
SMALL_SIDE, BETWEEN = 150.0, 34.0
LEFT = 36.0
COVERAGE = math.sqrt(-2 * math.log(0.05))  # of a plane: 95 % of a normal law (JCGM 102:2011, 7.7.2)
NEUTRAL = 6.0  # largest chroma, as printed, of what the enlarged plane shows
LEAST_REACH, LEAST_NEAR = 40.0, 2.0  # CIELAB units each way
LONGEST = 12.0  # CIELAB units: up to there all vectors are drawn some times as long
TIMES = (10, 5, 2, 1)
NAMED = 0.8  # of the reach: ticks beyond make room for the axes' names
KEY_LINE, KEY_FONT = 12.0, 8.0
LABEL = (11.0, 9.0)  # width and height of a number
D65 = (0.95047, 1.0, 1.08883)  # X, Y, Z of the white
TO_SRGB = (
    (3.2406, -1.5372, -0.4986),
    (-0.9689, 1.8758, 0.0415),
    (0.0557, -0.2040, 1.0570),
)
AWAY = 4.0  # from a dot to its number


@dataclass(frozen=True, kw_only=True)
class PatchVector:
    """A patch as printed and as seen, (a*, b*), its way from one to the other with its doubt."""

    name: str
    paint: str
    """Colour as printed, as SVG spells it."""
    printed: Dot
    seen: Dot
    spread: tuple[float, float, float] | None = None
    """Standard uncertainties of a* and b*, and their correlation; None: not known."""
    reading: str = ""
    """What a pointer on the patch reads, in words."""


class PlaneWords(NamedTuple):
    """What the key says."""

    printed: str
    seen: str
    doubt: str
    near: str
    """Title of the enlarged plane."""
    times: str
    """That vectors are drawn some times, ``count``, as long."""


class _Plane(NamedTuple):
    x: Axis
    y: Axis

    def at(self, place: Dot) -> Dot:
        return self.x(place[0]), self.y(place[1])


def draw(patches: Sequence[PatchVector], words: PlaneWords) -> str:
    """Draw the vectors of all patches, and enlarged those of the neutrals (SVG)."""
    near = [number for number, patch in enumerate(patches) if _chroma(patch.printed) <= NEUTRAL]
    every = range(len(patches))
    times = _times(patches)
    longer = [_stretched(patch, times) for patch in patches]
    whole = _plane(LEFT, TOP, SIDE, _reach(longer, LEAST_REACH))
    parts = [*_frame(whole, "a*", "b*"), *_vectors(longer, every, whole, set(near))]
    top = TOP + SIDE + BETWEEN
    if near:
        greys = [patches[number] for number in near]
        small = _plane(LEFT, top + 14, SMALL_SIDE, _reach(greys, LEAST_NEAR))
        title = svg.fitted(words.near, SMALL_SIDE + LEFT, 9)
        parts.append(svg.label(2, top + 7, title, style='font-size="9" font-weight="bold"'))
        parts += [*_frame(small, "a*", "b*"), *_vectors(patches, near, small, set())]
    left = LEFT + SMALL_SIDE + 8 if near else 2.0
    said = [words.printed, words.seen, words.doubt]
    if times > 1:
        parts.append(svg.label(2, TOP - 4, words.times.format(count=times), style=plots.SMALL))
    parts += _key(patches, said, left, top + 6)
    lowest = top + 6 + KEY_LINE * (3 + math.ceil(len(patches) / _columns(patches)))
    height = max(lowest, top + 14 + SMALL_SIDE + 28 if near else 0.0)
    return svg.drawing(f"{WIDTH:g} {height:g}", "10", parts)


def paint(lab: tuple[float, float, float]) -> str:
    """Return CIELAB (D65) as the nearest colour of sRGB (IEC 61966-2-1), as SVG spells it."""
    middle = (lab[0] + 16) / 116
    x, y, z = (
        white * (f**3 if f > 6 / 29 else 3 * (6 / 29) ** 2 * (f - 4 / 29))
        for white, f in zip(
            D65, (middle + lab[1] / 500, middle, middle - lab[2] / 200), strict=True
        )
    )
    light = (row[0] * x + row[1] * y + row[2] * z for row in TO_SRGB)
    return "#" + "".join(f"{round(255 * _coded(min(max(each, 0.0), 1.0))):02x}" for each in light)


def _coded(light: float) -> float:
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def _times(patches: Sequence[PatchVector]) -> int:
    """Return how many times as long as they are short vectors are drawn, to be seen at all."""
    longest = max((math.dist(patch.printed, patch.seen) for patch in patches), default=0.0)
    return next((times for times in TIMES if times * longest <= LONGEST), 1)


def _stretched(patch: PatchVector, times: int) -> PatchVector:
    """Return a patch with its vector, and the ellipse at its end, some times as long."""
    seen = tuple(a + times * (b - a) for a, b in zip(patch.printed, patch.seen, strict=True))
    u = patch.spread and (times * patch.spread[0], times * patch.spread[1], patch.spread[2])
    return replace(patch, seen=(seen[0], seen[1]), spread=u)


def _columns(patches: Sequence[PatchVector]) -> int:
    return 2 if len(patches) > 10 else 1


def _chroma(place: Dot) -> float:
    return math.hypot(*place)


def _reach(patches: Sequence[PatchVector], least: float) -> float:
    """Return how far the plane reaches each way: to every place and ellipse, and a little more."""
    sides = [
        abs(side) + (COVERAGE * patch.spread[axis] if patch.spread and place is patch.seen else 0)
        for patch in patches
        for place in (patch.printed, patch.seen)
        for axis, side in enumerate(place)
    ]
    return max(least, 1.08 * max(sides, default=0.0))


def _plane(left: float, top: float, side: float, reach: float) -> _Plane:
    x = Axis(low=-reach, high=reach, start=left, end=left + side)
    return _Plane(x, Axis(low=-reach, high=reach, start=top + side, end=top))


def _frame(plane: _Plane, across: str, up: str) -> Iterator[str]:
    x, y = plane
    for value in x.ticks(6):
        style = 'stroke="#888" stroke-width=".8"' if abs(value) < 1e-9 else plots.RULE
        yield svg.upright(value, x, y, style)
        yield svg.level(value, x, y, style)
        words = plots.number(value) if abs(value) < NAMED * x.high else ""
        yield svg.label(x(value), y.start + 12, words, "middle", plots.SMALL)
        yield svg.label(x.start - 4, y(value) + 3.2, words, "end", plots.SMALL)
    yield svg.frame(x, y)
    yield svg.label(x.end, y.start + 12, across, "end")
    yield svg.label(x.start - 4, y.end + 7, up, "end")


def _vectors(
    patches: Sequence[PatchVector], shown: Sequence[int], plane: _Plane, unnamed: set[int]
) -> Iterator[str]:
    for number in shown:
        yield from _vector(patches[number], plane)
    named = [number for number in shown if number not in unnamed]
    dots = [_box(plane.at(patches[number].seen), 6.0) for number in shown]
    starts = [_box(plane.at(patches[number].printed), 7.0) for number in shown]
    choices = [_places(patches[number], plane) for number in named]
    corners = svg.placed(choices, LABEL, [*dots, *starts])
    for number, (left, top) in zip(named, corners, strict=True):
        words, middle = f"{number + 1}", left + LABEL[0] / 2
        yield svg.label(middle, top + LABEL[1] - 1.2, words, "middle", plots.SMALL)


def _box(middle: Dot, side: float) -> Rect:
    return middle[0] - side / 2, middle[1] - side / 2, side, side


def _places(patch: PatchVector, plane: _Plane) -> list[Dot]:
    """Offer places for a number around a dot, first on the side that the vector leads to."""
    (x, y), (u, v) = plane.at(patch.printed), plane.at(patch.seen)
    ahead = math.atan2(v - y, u - x) if (u, v) != (x, y) else 0.0
    offered = []
    for distance in (1.0, 1.8):
        for turn in (0, 1, -1, 2, -2, 3, -3, 4):
            way = ahead + turn * math.pi / 4
            middle = (
                u + distance * (AWAY + LABEL[0] / 2) * math.cos(way),
                v + distance * (AWAY + LABEL[1] / 2) * math.sin(way),
            )
            offered.append((middle[0] - LABEL[0] / 2, middle[1] - LABEL[1] / 2))
    inside = [
        (left, top)
        for left, top in offered
        if plane.x.start < left < plane.x.end - LABEL[0]
        and plane.y.end < top < plane.y.start - LABEL[1]
    ]
    return inside or offered[:1]


def _vector(patch: PatchVector, plane: _Plane) -> Iterator[str]:
    (x, y), (u, v) = plane.at(patch.printed), plane.at(patch.seen)
    if patch.spread:
        yield svg.path(_ellipse(patch.seen, patch.spread, plane), _OUTLINE)
    corner = (f"{x - 3:.1f}", f"{y - 3:.1f}")
    yield svg.rect(corner, ("6", "6"), 'fill="#fff" stroke="#222" stroke-width=".9"')
    yield svg.path(f"M{x:.1f} {y:.1f}L{u:.1f} {v:.1f}", 'stroke="#222" stroke-width="1.2"')
    read = f' data-value="{escape(patch.reading)}"' if patch.reading else ""
    yield svg.circle(u, v, f'r="3" fill="{patch.paint}" stroke="#111" stroke-width="1"{read}')


_OUTLINE = 'fill="none" stroke="#666" stroke-width=".8" stroke-dasharray="2.5 1.5"'


def _ellipse(middle: Dot, spread: tuple[float, float, float], plane: _Plane) -> str:
    """Return the route round the places of equal density that hold 95 %, as 36 corners."""
    across, up, together = spread
    apart = math.sqrt(max(0.0, 1 - together**2))
    corners = []
    for step in range(36):
        turn = 2 * math.pi * step / 36
        first, second = COVERAGE * math.cos(turn), COVERAGE * math.sin(turn)
        place = (
            middle[0] + across * first,
            middle[1] + up * (together * first + apart * second),
        )
        corners.append("{:.1f} {:.1f}".format(*plane.at(place)))
    return f"M{'L'.join(corners)}Z"


def _key(
    patches: Sequence[PatchVector], samples: Sequence[str], left: float, top: float
) -> Iterator[str]:
    room, columns = WIDTH - left, _columns(patches)
    text = f'font-size="{KEY_FONT:g}"'
    doubted = any(patch.spread for patch in patches)
    for row, said in enumerate(samples if doubted else samples[:2]):
        middle = top + KEY_LINE * row - 3
        yield _sample(row, left + 6, middle)
        yield svg.label(left + 16, middle + 3, svg.fitted(said, room - 16, KEY_FONT), style=text)
    length, wide = math.ceil(len(patches) / columns), room / columns
    for index, patch in enumerate(patches):
        column, row = divmod(index, length)
        said = svg.fitted(f"{index + 1}. {patch.name}", wide - 4, KEY_FONT)
        yield svg.label(left + column * wide, top + KEY_LINE * (row + 3) + 4, said, style=text)


def _sample(row: int, x: float, y: float) -> str:
    """Draw the square, the dot or the ellipse of the key."""
    if row == 0:
        corner = (f"{x - 3:.1f}", f"{y - 3:.1f}")
        return svg.rect(corner, ("6", "6"), 'fill="#fff" stroke="#222" stroke-width=".9"')
    if row == 1:
        return svg.circle(x, y, 'r="3" fill="#999" stroke="#111" stroke-width="1"')
    return svg.circle(x, y, f'r="4" {_OUTLINE}')
