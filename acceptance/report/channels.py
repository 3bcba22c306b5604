"""What was measured of a recorder's channels, one row a channel, for tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from acceptance.model import Measurement


@dataclass(frozen=True, kw_only=True)
class Row:
    """A channel by its name: the figures by name, without their family.

    That of retention by its statistic.
    """

    name: str
    figures: Mapping[str, Measurement]

    def time(self, figure: str, detail: str) -> str:
        """Return a time that stands beside a figure as people write it.

        A dash where there is none.
        """
        told = self.figures[figure].details.get(detail) if figure in self.figures else None
        return str(told)[:19].replace("T", " ") if told else "—"


def rows(measurements: Iterable[Measurement], recordings: str) -> list[Row]:
    """Sort the figures of some ``recordings`` (their id) by channel, in the order in which they were measured."""
    found: dict[str, dict[str, Measurement]] = {}
    for one in measurements:
        family, _, name = one.quantity.partition(".")
        if family == "recordings" and one.shot == recordings:
            found.setdefault(one.region, {})[one.statistic or name] = one
    return [Row(name=_name(region, figures), figures=figures) for region, figures in found.items()]


def _name(region: str, figures: Mapping[str, Measurement]) -> str:
    told = figures["continuous"].details.get("channel") if "continuous" in figures else None
    return str(told or region.removeprefix("channel.").removeprefix("channel")) or "—"
