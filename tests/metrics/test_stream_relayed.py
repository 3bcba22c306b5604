"""A real stream over a network that delays it: jitter and loss as relay and firewall have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from marks import slow
from peers import cable, relay
from peers.awaited import directed
from peers.rtsp_camera import camera

from acceptance.live.rtsp import capture
from acceptance.metrics import stream
from acceptance.model import Measurement, Shot
from acceptance.scene import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from peers.awaited import Direction

    from acceptance.live.rtsp.capture_loop import LiveRates

pytestmark = pytest.mark.film
SECONDS = 16.0


def captured(
    url: str, folder: Path, on_rates: Callable[[LiveRates], None] | None = None
) -> dict[str, Measurement]:
    """Capture over UDP and measure; figures by quantity and statistic."""
    capture(url, folder / "a.mp4", transport="udp", seconds=SECONDS, on_rates=on_rates)
    shot = Shot(
        id="a", subject="c", clip="a.mp4", arrivals="a.arrivals.csv", packets="a.packets.csv",
        stream_record="a.stream.jsonl",
    )  # fmt: skip
    items = stream.measure(build.look(shot, folder))
    return {
        f"{item.quantity} {item.statistic}".strip(): item
        for item in items
        if isinstance(item, Measurement)
    }


@pytest.mark.parametrize("width", [0.03, slow(0.016)])
def test_jitter_is_that_of_the_times_at_which_a_relay_let_the_frames_go(
    tmp_path: Path, width: float
) -> None:
    """The server's own unevenness is in both; the relay draws 0 to ``width`` s for each frame."""
    with relay.relay(width) as network:
        with camera(prefix=network.prefix, host=relay.THERE, bit_rate=1_000_000, noise=20) as peer:
            figures = captured(peer.url, tmp_path)
        passed = np.array(network.passed())
    moments = np.unwrap(passed[:, 0], period=2.0**32) / 90000
    let_go = 1000 * np.abs(np.diff(passed[:, 2] - moments))
    jitter = figures["stream.jitter mean"]
    assert len(let_go) > 200
    assert abs(jitter.value - let_go.mean()) <= max(0.02 * jitter.value, jitter.expanded)
    assert jitter.value > 1000 * width / 4, "a third of the width, and what the server adds"
    assert figures["stream.missing"].value == 0
    assert figures["stream.delay_variation worst"].value > 600 * width


def test_missing_packets_are_those_that_the_firewall_counts(tmp_path: Path) -> None:
    """It loses none after the last packet that came: that is in no receiver's count."""
    counted = list[tuple[int, float]]()
    with cable.cable() as network:

        def direction() -> Direction:
            while (rates := (yield)).seconds < SECONDS - 2.5:
                pass
            counted.append((network.lost(), rates.seconds))

        with camera(prefix=network.prefix, host=cable.THERE, bit_rate=3_000_000, noise=40) as peer:
            network.lose(10)
            figures = captured(peer.url, tmp_path, directed(direction()))
    missing, loss = figures["stream.missing"], figures["stream.loss"]
    [(lost, lossy)] = counted
    assert 0 <= lost - missing.value <= 2, "before the first packet that came"
    # the firewall draws: one run in twenty lies outside U, one in 16,000 outside twice that
    assert abs(loss.value - 0.01 * lossy / SECONDS) <= 4 * loss.uncertainty
