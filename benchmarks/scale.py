"""What a city of cameras costs, from what one camera costs here.

``python benchmarks/scale.py [--cameras 10000] [--cores 32]`` films the chart (20 s) and the clock
(60 s) at 1080p25, H.264 of 4 Mbit/s, as one camera's two shots, measures each in a process of its
own, starts a child of a batch without work, and multiplies. What it cannot measure in a minute
stands in ``Costs`` with its source. Everything is processor time; hours are those of ``--cores``
that are all busy.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import throughput
from setting import machine, table

if TYPE_CHECKING:
    from collections.abc import Mapping

CHART, CLOCK = 20.0, 60.0  # s of film
START = "import acceptance.batch.work"


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What one camera costs: processor time in s, sizes in bytes."""

    films: Mapping[str, float]
    """Measuring each film, after the start of its child."""
    start: float
    """Of a child."""
    size: float
    """Of both films."""
    judging: float = 0.5
    """And writing of a session, for each device: an estimate."""
    page: float = 3.2
    """A report for each device, signed (docs/throughput.md, the demo)."""
    bookkeeping: float = 0.005
    """Of a clip in a batch (``benchmarks/batch.py bookkeeping``)."""
    row: float = 0.0045
    """Of its 60 findings in the database (docs/database.md)."""
    stored: float = 10_000.0
    """Of its rows in the database (docs/database.md: 100 MB of 10,000)."""

    @property
    def measuring(self) -> float:
        """All of it, a child for each film."""
        return sum(self.films.values()) + len(self.films) * (self.start + self.bookkeeping)


def costs(seconds: Mapping[str, float], height: int = 1080, rounds: int = 3) -> Costs:
    """Film one camera's shots and measure them."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {kind: Path(folder) / kind / "film.mp4" for kind in seconds}
        for kind, path in paths.items():
            path.parent.mkdir()
            film = throughput.film if kind == "clock" else throughput.film_of_chart
            film(path, seconds[kind], height)
        spent = {
            kind: statistics.median(
                throughput.alone(f"whole_{kind}", path)["all_processor"] for _ in range(rounds)
            )
            for kind, path in paths.items()
        }
        size = float(sum(path.stat().st_size for path in paths.values()))
    return Costs(films=spent, start=statistics.median(_start() for _ in range(rounds)), size=size)


def _start() -> float:
    before = os.times()
    subprocess.run([sys.executable, "-c", START], check=True)  # noqa: S603 -- this Python
    after = os.times()
    spent = after.children_user + after.children_system
    return spent - before.children_user - before.children_system


def bill(of_one: Costs, cameras: int, cores: int) -> str:
    """Return the table for so many cameras on so many cores."""
    each = {
        "measuring": of_one.measuring,
        "judging and sessions": of_one.judging,
        "a report for each camera": of_one.page,
        "database, one writer": of_one.row,
    }
    rows: list[tuple[object, ...]] = []
    for name, seconds in each.items():
        busy = 1 if "one writer" in name else cores
        hours = seconds * cameras / 3600
        rows.append((name, f"{seconds:.3g} s", f"{hours:.2f}", f"{hours / busy:.2f} on {busy}"))
    for name, size in (("films", of_one.size), ("database", of_one.stored)):
        rows.append((name, f"{size / 1e6:.2f} MB", "", f"{size * cameras / 1e9:.1f} GB"))
    rate = of_one.size * 8 / (of_one.measuring / cores)
    rows.append(("network that keeps the cores busy", "", "", f"{rate / 1e6:.0f} Mbit/s"))
    head = (f"{cameras:,} cameras", "each", "core hours, all", f"hours, or size, {cores} cores")
    return table(head, rows)


def main() -> None:
    """Print the costs of one camera, the table and the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=10_000)
    parser.add_argument("--cores", type=int, default=32)
    options = parser.parse_args()
    of_one = costs({"chart": CHART, "clock": CLOCK})
    films = ", ".join(f"{kind} {spent:.1f} s" for kind, spent in of_one.films.items())
    print(f"One camera: {films}; start of a child {of_one.start:.2f} s.")
    print(bill(of_one, options.cameras, options.cores) + machine())


if __name__ == "__main__":
    main()
