"""From the wire to the verdict: cameras that film chart and clock, by a real RTSP server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from peers.rtsp_camera import camera

from acceptance import api
from acceptance.live import stream_tables
from acceptance.model import Verdict
from acceptance.session import plan, runner

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Film

PLAN = """
packs = ["gb_t_28181_2016"]
scope = "site"
minimum_duration = 2
[[deviations]]
what = "minimum_duration"
value = 2
why = "a test"

[[subjects]]
id = "site"
kind = "site"
facts = {{ system = "digital", picture = "colour", network = "ip" }}

[[subjects]]
id = "system"
kind = "system"
parent = "site"

[[subjects]]
id = "gate"
kind = "fixed"
parent = "system"
source = "{gate}"

[[subjects]]
id = "yard"
kind = "fixed"
parent = "system"
source = "{yard}"

[[shots]]
id = "chart"
subject = "gate"
source = "gate"
seconds = 4
transport = "udp"

[[shots]]
id = "clock"
subject = "yard"
source = "yard"
seconds = 4
transport = "udp"
"""


@pytest.mark.film
def test_streams_of_a_plan_end_in_verdicts(
    chart_film: Film, clock_film: Film, tmp_path: Path
) -> None:
    """Nothing is coded again on the way: the chart's figures are those of the film itself."""
    with camera(film=str(chart_film.path)) as gate, camera(film=str(clock_film.path)) as yard:
        (tmp_path / "plan.toml").write_text(PLAN.format(gate=gate.url, yard=yard.url), "utf-8")
        session, folder = runner.run(plan.read(tmp_path / "plan.toml"), tmp_path, tmp_path / "out")
    figures = {(item.quantity, item.shot): item for item in session.measurements}
    kept = api.measure(chart_film.path, only=["resolution"]).measurements
    edges = {item.region: item for item in kept if item.quantity == "resolution.mtf50"}
    seen = [item for item in session.measurements if item.quantity == "resolution.mtf50"]
    assert {item.region for item in seen} == set(edges)
    for item in seen:
        assert abs(item.value - edges[item.region].value) < edges[item.region].expanded / 10
    assert figures["stream.missing", "chart"].value == 0
    packets = stream_tables.packets(folder / "data" / "clips" / "clock" / "clock.packets.csv")
    shown = np.unique(packets.rtp_time[packets.frame >= 0])
    left_out = np.rint(np.ptp(shown) / 3600) + 1 - len(shown)  # two of each turn of the film
    assert figures["frame_rate.dropped", "clock"].value == left_out > 1
    verdicts = {(item.subject, item.requirement): item.verdict for item in session.findings}
    assert verdicts["system", "gb_t_28181_2016#packet-loss"] is Verdict.PASS
    assert (folder / "data" / "clips" / "chart" / "chart.packets.csv").is_file()
