"""Edges and bars of one direction in the middle of the chart, which should resolve alike.

Both keep a half and a tenth of the contrast to the frequency to which a linear camera does.
Processing that goes by contrast makes them differ: noise reduction that keeps edges wipes out bars,
sharpening without halos sharpens edges alone. Then neither holds for what a camera shows of fine
detail: what they differ by is in U of both, and it is said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from acceptance import uncertainty
from acceptance.errors import GapError
from acceptance.metrics._shared.sources import PRINT_SOURCE
from acceptance.model.measurement import BudgetLine, Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

DIRECTIONS = ("horizontal", "vertical")
# of the natural logarithm of their ratio, besides both U: from where on it is said, and from where
# on it is in U (2 % at most at a tenth, 1.3 % at half in films of linear cameras without loss)
APART, UNLIKE = 0.12, 0.03
# by how much more a wrong step moves bars at half than at a tenth, of a Gaussian
STEP_AT_HALF = math.log(10) / math.log(2)
BARS = {"mtf50": "half_in_linear_light", "mtf10": "linear_light"}  # in a wedge's details
REASONS = {"mtf50": "edges_unlike_bars_at_half", "mtf10": "edges_unlike_bars"}
NO_BARS = "edges_without_bars"
SOURCE = "edges unlike bars"


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """TV lines to which the middle's edge and bars keep one share of the contrast.

    The picture's samples carry ``limit``. ``doubt`` is what both U allow of the logarithm of their
    ratio; edges of this direction, over the whole picture, go from ``least`` to ``most``.
    """

    edge: float
    bars: float
    limit: float
    doubt: float
    least: float
    most: float
    bound: bool = False  # bars end before

    @property
    def shown(self) -> float:
        """TV lines of the edge that the picture's samples can carry."""
        return min(self.edge, self.limit)

    @property
    def apart(self) -> float:
        """Natural logarithm of their ratio, without its sign."""
        return abs(math.log(self.shown / self.bars))

    @property
    def unlike(self) -> float:
        """TV lines by which they differ, 0 where a linear camera may make them differ so.

        Where sharpness changes over the picture, bars may be as sharp as edges are anywhere.
        """
        allowed = math.exp(math.hypot(self.doubt, UNLIKE))
        nearest = min(max(self.bars, min(self.least, self.limit)), self.most)
        alike = 1 / allowed <= nearest / self.bars <= allowed
        return 0.0 if alike else abs(self.edge - self.bars)

    @property
    def told(self) -> bool:
        """Whether both end before the picture's samples do, or one of them surely."""
        return self.edge <= self.limit or self.unlike > 0


def compared(
    found: Sequence[Measurement | Note], vanished: Mapping[str, float] = MappingProxyType({})
) -> Iterator[Note]:
    """Note each direction in which the middle's edges and bars surely contradict each other.

    ``vanished``: TV lines at which bars begin, by direction, where none of them is seen.
    """
    for direction, pairs in _by_direction(found, vanished).items():
        for level in ("mtf10", "mtf50"):
            pair = pairs.get(level)
            if pair and pair.unlike > 0 and pair.apart > APART + pair.doubt:
                code = NO_BARS if direction in vanished else REASONS[level]
                gap = GapError(code, edges=pair.shown, bars=pair.bars)
                yield Note.of(gap, metric="resolution", quantity=f"resolution.{direction}")
                break


def doubted(
    found: Sequence[Measurement | Note], vanished: Mapping[str, float] = MappingProxyType({})
) -> Iterator[Measurement | Note]:
    """Yield what was found, with what edges and bars differ by in the budgets of both."""
    shares = {
        direction: _shares(pairs) for direction, pairs in _by_direction(found, vanished).items()
    }
    for item in found:
        if isinstance(item, Measurement) and item.direction in shares:
            yield _doubted(item, shares[item.direction])
        else:
            yield item


def _by_direction(
    found: Sequence[Measurement | Note], vanished: Mapping[str, float]
) -> dict[str, dict[str, _Pair]]:
    figures = [item for item in found if isinstance(item, Measurement)]
    return {
        direction: _beside_none(figures, direction, vanished[direction])
        if direction in vanished
        else _pairs(figures, direction)
        for direction in DIRECTIONS
    }


def _doubted(figure: Measurement, shares: Mapping[str, float]) -> Measurement:
    """Add to a figure's budget what edges and bars differ by, over itself: a half-width."""
    name = figure.quantity.removeprefix("resolution.")
    kind = name.partition("_")[0]  # "wedge", or a level; TV lines of an edge are its MTF10
    share = shares.get("mtf10" if kind == figure.direction else kind, 0.0)
    if not share or figure.lower_bound:
        return figure
    half = share * figure.value / math.sqrt(3)
    return uncertainty.doubted(
        figure, [BudgetLine(source=SOURCE, contribution=half, evaluation="B")]
    )


def _shares(pairs: Mapping[str, _Pair]) -> dict[str, float]:
    """Return by how much of itself each figure may be off, by its name.

    Edges whose bars of one share of the contrast only have a bound, or none, are held against those
    of the other, too.
    """
    edges = {level: pair.unlike / pair.edge for level, pair in pairs.items() if pair.told}
    own = {level: share for level, share in edges.items() if not pairs[level].bound}
    fine = pairs.get("mtf10")
    bars = fine.unlike / fine.bars if fine else 0.0
    return dict.fromkeys(BARS, max(edges.values(), default=0.0)) | own | {"wedge": bars}


def _pairs(figures: Sequence[Measurement], direction: str) -> dict[str, _Pair]:
    """Return the pairs of a direction by their level, "mtf50" and "mtf10", as far as both tell."""
    found = {}
    for wedge in _in_the_middle(figures, f"resolution.wedge_{direction}", direction)[:1]:
        for level, name in BARS.items() if wedge.value > 0 else ():
            most = float(wedge.details.get("half_at_most", 0.0))
            bars = float(wedge.details.get(name, most if level == "mtf50" else wedge.value))
            limit = float(wedge.details.get("sampling_limit", math.inf))
            doubt = wedge.expanded / wedge.value + _step(level, wedge)
            pair = _pair(figures, f"resolution.{level}", direction, bars, doubt, limit)
            ended = pair and (wedge.lower_bound or min(pair.edge, bars) >= limit)
            bound = level == "mtf50" and name not in wedge.details
            past = pair and pair.edge <= most and bound
            if pair and not past and not (ended and level == "mtf10"):
                found[level] = replace(pair, bound=bound)
    return found


def _beside_none(figures: Sequence[Measurement], direction: str, begins: float) -> dict[str, _Pair]:
    """Return the pairs where no bars are seen, though edges say that they should be."""
    pairs = {level: _pair(figures, f"resolution.{level}", direction, begins) for level in BARS}
    return {level: pair for level, pair in pairs.items() if pair and pair.edge > begins}


def _pair(
    figures: Sequence[Measurement], quantity: str, direction: str, bars: float,
    doubt: float = 0.0, limit: float = math.inf,
) -> _Pair | None:  # fmt: skip
    """Hold the middle's first edge against bars, of a relative ``doubt``."""
    edges = [item for item in figures if _of(item, quantity, direction)]
    for edge in _in_the_middle(edges, quantity, direction)[:1]:
        lines = float(edge.details["line_widths_per_height"])
        values = [item.value * lines / edge.value for item in edges]
        if min(lines, bars, limit, edge.value) > 0:
            return _Pair(
                edge=lines,
                bars=min(bars, limit),
                limit=limit,
                doubt=edge.expanded / edge.value + doubt,
                least=min(values),
                most=max(values),
            )
    return None


def _step(level: str, wedge: Measurement) -> float:
    """Return what a wedge's step does more to bars at half of the contrast than at a tenth."""
    own = [line.contribution for line in wedge.budget if line.source in {"step", PRINT_SOURCE}]
    return 2 * (STEP_AT_HALF - 1) * math.hypot(*own) / wedge.value if level == "mtf50" else 0.0


def _of(figure: Measurement, quantity: str, direction: str) -> bool:
    return figure.quantity == quantity and figure.direction == direction


def _in_the_middle(
    figures: Sequence[Measurement], quantity: str, direction: str
) -> list[Measurement]:
    return [
        figure
        for figure in figures
        if _of(figure, quantity, direction) and figure.details.get("zone") == "centre"
    ]
