"""Another program as the device: SIPp, whose SIP was written by others."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import marks
import pytest
from peers.gb28181_device import CHANNELS, ID, PLATFORM
from peers.open_device import free_port

from acceptance.live.gb28181 import queries

if TYPE_CHECKING:
    from acceptance.live.gb28181.platform import Platform

PEERS = Path(__file__).resolve().parents[2] / "peers"

pytestmark = pytest.mark.skipif(not shutil.which("sipp"), reason="SIPp (sip-tester) is not here")


def sipp(scenario: str, platform: int, port: int, transport: str, *more: str) -> int:
    """Run a scenario once from a port; return SIPp's exit code, 0 where all went as written."""
    command = [
        *("sipp", "-sf", str(PEERS / scenario), "-m", "1", "-nostdin", "-i", "127.0.0.1"),
        *("-p", str(port), "-t", transport, "-timeout", "15s", "-timeout_error"),
        *more,
        f"127.0.0.1:{platform}",
    ]
    return subprocess.run(command, check=False, capture_output=True).returncode


@pytest.mark.parametrize(
    ("transport", "more", "fault"),
    [
        ("u1", ("-auth_uri", f"{PLATFORM}@{PLATFORM[:10]}"), ()),
        # left to itself, SIPp calculates the digest for the address that it sends to
        marks.slow("t1", (), ("the digest is for another URI than the request",)),
    ],
)
def test_sipp_registers_and_keeps_alive(
    platform: Platform, transport: str, more: tuple[str, ...], fault: tuple[str, ...]
) -> None:
    arguments = platform.port, free_port(), transport, *more
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(sipp, "gb28181_registers.xml", *arguments)
        assert platform.serve(running.done, 20)
        assert running.result() == 0
    registration = platform.registrar.devices[ID]
    assert (registration.expires, len(registration.keepalives)) == (3600, 1)
    assert [(step.status, step.faults) for step in platform.report()] == [(401, ()), (200, fault)]


def test_sipp_answers_a_question(platform: Platform) -> None:
    port = free_port()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(sipp, "gb28181_registers.xml", platform.port, port, "u1")
        assert platform.serve(running.done, 20)
        running = pool.submit(sipp, "gb28181_answers.xml", platform.port, port, "u1")
        platform.timeout = 5.0
        answers = queries.catalogue(platform, platform.registrar.devices[ID])
        assert platform.serve(running.done, 20)
        assert running.result() == 0
    assert [item["DeviceID"] for item in answers.items] == [CHANNELS[0]]
    assert answers.step.faults == ()
