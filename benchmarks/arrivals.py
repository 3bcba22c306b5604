"""Arrival times, jitter and delay against the times at which the kernel sent.

``python benchmarks/arrivals.py [--frames 1000] [--runs 3]``

A camera of ours sends frames over UDP on the loopback, delayed as planned; the kernel stamps every
packet when it leaves. ``capture`` takes it down as any other stream. Compared are the arrival of
each packet with its departure, and jitter and delay as ``acceptance measure`` gives them with the
same figures made of the departures: a machine that is busy sends late, which is no error of ours.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from peers.capture_clock import CaptureClock
from peers.timed_camera import Delays, timed
from setting import table

from acceptance.live import stream_tables
from acceptance.live.rtsp import Captured, capture
from acceptance.metrics import stream as metric
from acceptance.model import Measurement, Shot
from acceptance.scene import build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from peers.timed_camera import Departures

    from acceptance.scene.build import Scene

PLANNED = (
    Delays(),
    Delays(width=0.015),  # a jitter of 5 ms: a third of it
    Delays(width=0.030),
    Delays(width=0.036, step=0.010),
    Delays(step=0.005),
    Delays(step=0.020),
)
FIGURES = ("jitter mean", "delay_variation percentile_95")


@dataclass(frozen=True)
class Compared:
    """A capture beside the truth; times in s, figures in ms by quantity and statistic."""

    late: NDArray[np.float64]
    """Arrival less departure of each packet."""

    to_program: NDArray[np.float64]
    """From the kernel's stamp to the program."""

    measured: Mapping[str, Measurement]
    true: Mapping[str, float]
    """The same figures of the departures."""

    planned: Mapping[str, float]
    """The same figures of the plan."""

    lost: int


def compare(delays: Delays, folder: Path) -> Compared:
    """Capture one stream and compare it with what was sent."""
    with timed(delays) as peer, CaptureClock() as clock:
        captured = capture(
            peer.url, folder / "clip.mp4", transport="udp", frames=delays.frames, stop=peer.ended
        )
        left = peer.departures()
    left = replace(left, sent=clock.unix(left.sent), planned=clock.unix(left.planned))
    scene = build.look(Shot(id="s", subject="c", clip="clip.mp4"), folder)
    return _compared(captured, left, scene)


def _compared(captured: Captured, left: Departures, scene: Scene) -> Compared:
    packets = stream_tables.packets(captured.packets)
    record = stream_tables.record(captured.stream_record)
    place = {int(number): row for row, number in enumerate(left.sequence)}
    rows = np.array([place[int(number)] for number in packets.sequence])
    made = {}
    for name, times in (
        ("measured", packets.arrival), ("true", left.sent[rows]), ("planned", left.planned[rows])
    ):  # fmt: skip
        seen = replace(scene, packets=replace(packets, arrival=times), stream_record=record)
        made[name] = {
            f"{item.quantity.removeprefix('stream.')} {item.statistic}".strip(): item
            for item in metric.measure(seen)
            if isinstance(item, Measurement)
        }
    late = packets.arrival - left.sent[rows]
    return Compared(
        late=late[np.isfinite(late)],
        to_program=packets.user - packets.arrival,
        measured=made["measured"],
        true={name: item.value for name, item in made["true"].items()},
        planned={name: item.value for name, item in made["planned"].items()},
        lost=captured.lost,
    )


def named(delays: Delays) -> str:
    """Say what was planned."""
    parts = [f"0 to {1000 * delays.width:g} ms"] * bool(delays.width)
    parts += [f"{1000 * delays.step:g} ms more from the middle on"] * bool(delays.step)
    return ", ".join(parts) or "none"


def _arrivals(delays: Delays, found: Compared) -> list[str]:
    late, wait = 1e6 * found.late, 1000 * found.to_program
    spread = np.percentile(late, [50, 99]).tolist()
    figures = [*spread, late.max(), late.std()]
    return [
        named(delays), f"{len(late)}", str(found.lost), *(f"{value:.0f}" for value in figures),
        *(f"{value:.2f}" for value in (np.median(wait), wait.max())),
    ]  # fmt: skip


def _figures(delays: Delays, found: Compared) -> list[list[str]]:
    rows = []
    for figure in FIGURES:
        item, true, planned = found.measured[figure], found.true[figure], found.planned[figure]
        off = [f"{100 * (item.value / known - 1):+.2f} %" if known > 1 else "—"
               for known in (true, planned)]  # fmt: skip
        values = (planned, true, item.value, item.expanded)
        rows.append([named(delays), f"`{figure}`", *(f"{value:.3f}" for value in values), *off])
    return rows


def main() -> None:
    """Read the options, capture, and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=1)
    given = parser.parse_args()
    begun, arrivals, figures = os.getloadavg()[0], [], []
    for planned in PLANNED:
        for seed in range(given.runs):
            delays = replace(planned, frames=given.frames, seed=1 + seed)
            with tempfile.TemporaryDirectory() as folder:
                found = compare(delays, Path(folder))
            arrivals.append(_arrivals(delays, found))
            figures += _figures(delays, found)
    load = f"load {begun:.1f} to {os.getloadavg()[0]:.1f}"
    print(f"{platform.release()}, {os.cpu_count()} cores, {load}\n")
    print(table(["delays", "packets", "lost", "median, us", "99 %, us", "worst, us", "sd, us",
                 "to program: median, ms", "worst, ms"], arrivals))  # fmt: skip
    print()
    print(table(["delays", "figure", "planned", "of the departures", "measured", "U",
                 "off the departures", "off the plan"], figures))  # fmt: skip


if __name__ == "__main__":
    main()
