"""What was measured of a recorder's channels, one row a channel, for tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from acceptance.model import Measurement


@dataclass(frozen=True, kw_only=True)
class ChannelRow:
    """A channel and its figures, by name without the family; retention by its statistic."""

    name: str
    figures: Mapping[str, Measurement]

    def time(self, figure: str, detail: str) -> str:
        """Return a time given with a figure, as people write it; a dash where there is none."""
        time = self.figures[figure].details.get(detail) if figure in self.figures else None
        return str(time)[:19].replace("T", " ") if time else "—"


def rows(measurements: Iterable[Measurement], recordings: str) -> list[ChannelRow]:
    """Sort the figures of some ``recordings`` (their id) by channel, in the order of measuring."""
    found: dict[str, dict[str, Measurement]] = {}
    for figure in measurements:
        family, _, name = figure.quantity.partition(".")
        if family == "recordings" and figure.shot == recordings:
            found.setdefault(figure.region, {})[figure.statistic or name] = figure
    return [
        ChannelRow(name=_name(region, figures), figures=figures)
        for region, figures in found.items()
    ]


def _name(region: str, figures: Mapping[str, Measurement]) -> str:
    named = figures["continuous"].details.get("channel") if "continuous" in figures else None
    return str(named or region.removeprefix("channel.").removeprefix("channel")) or "—"
