"""The verb ``gb28181`` from the command line: one device, everything asked of it."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from peers import gb28181_stream
from peers.gb28181_device import CHANNELS, ID, PASSWORD, PLATFORM, Device, Faults
from peers.open_device import free_port

from acceptance.cli import verbs
from acceptance.errors import DeviceError, UsageError
from acceptance.live import transcript

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORDS = [(f"2026-11-25T0{hour}:00:00", f"2026-11-25T0{hour}:59:58") for hour in (0, 1, 3)]


def run(folder: Path, port: int, *arguments: str) -> Result:
    """Run the verb; what it writes is in ``folder``."""
    given = [f"127.0.0.1:{port}", "--platform", PLATFORM, "-o", str(folder / "nvr")]
    return CliRunner().invoke(verbs.cli, ["gb28181", *given, *arguments], standalone_mode=False)


@contextlib.contextmanager
def coming(device: Device, *, beats: bool = True) -> Iterator[None]:
    """Let a device register as soon as the platform is there, and keep alive until the end."""
    over = threading.Event()

    def live() -> None:
        with socket.socket() as probe:
            while probe.connect_ex(device.platform) and not over.wait(0.05):
                pass
        with device, contextlib.suppress(queue.Empty):
            device.register()
            while not over.wait(0.3):
                _ = beats and device.keep_alive()

    with ThreadPoolExecutor(1) as pool:
        living = pool.submit(live)
        try:
            yield
        finally:
            over.set()
        living.result()


def test_a_device_is_asked_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCEPTANCE_PASSWORD", PASSWORD)
    device = Device(("127.0.0.1", free_port()), records=RECORDS)
    arguments = [
        *("--device", ID, "--timeout", "2", "--watch", "5", "--keepalive", "2"),
        *("--channel", CHANNELS[0], "--records", "2026-11-25 00:00:00", "2026-11-26 00:00:00"),
        *("--record-list", str(tmp_path / "records.csv"), "--json", str(tmp_path / "a.json")),
    ]
    with coming(device):
        done = run(tmp_path, device.platform[1], *arguments)
    assert done.return_value == 0, done.output
    steps = json.loads((tmp_path / "a.json").read_text())["steps"]
    names = ["REGISTER", "REGISTER", "DeviceInfo", "DeviceStatus", "Catalog", "RecordInfo"]
    assert [step["name"] for step in steps] == [*names, "Keepalive"]
    lines = transcript.read(tmp_path / "nvr.gb28181.jsonl", "gb28181")
    assert [line["name"] for line in lines if line["event"] == "step"] == [*names, "Keepalive"]
    left = [path for path in tmp_path.iterdir() if PASSWORD in path.read_text()]
    assert left == []
    listed = CliRunner().invoke(
        verbs.cli, ["recordings", str(tmp_path / "records.csv"), "--json", "-"]
    )
    measured = json.loads(listed.stdout)["measurements"]
    [gap] = [each for each in measured if each["quantity"] == "recordings.longest_gap"]
    assert (gap["value"] * 60, gap["unit"]) == (pytest.approx(3602, abs=0.5), "min")


def test_a_stream_is_taken_down_and_its_loss_exits_with_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCEPTANCE_PASSWORD", PASSWORD)
    stream = gb28181_stream.made(tmp_path / "stream", "h264", 100)
    device = Device(
        ("127.0.0.1", free_port()), stream=stream, faults=Faults(lost=frozenset({20, 30}))
    )
    with coming(device):
        arguments = ("--watch", "0", "--channel", CHANNELS[0], "--live", "3")
        done = run(tmp_path, device.platform[1], *arguments)
    assert done.return_value == 3, done.output
    assert "2 packets lost" in done.output
    assert (tmp_path / f"nvr-{CHANNELS[0]}-live.mp4").is_file()
    assert (tmp_path / f"nvr-{CHANNELS[0]}-live.packets.csv").is_file()


def test_a_wrong_password_is_named_and_exits_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCEPTANCE_PASSWORD", "another-password")
    device = Device(("127.0.0.1", free_port()))
    with coming(device, beats=False):
        done = run(tmp_path, device.platform[1], "--wait", "1.5")
    assert isinstance(done.exception, DeviceError)
    assert "no device registered within 1.5 s" in str(done.exception)
    assert "wrong password" in done.output
    assert "another-password" not in (tmp_path / "nvr.gb28181.jsonl").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--device", "123"), "a code has 20 digits"),
        (("--records", "2026-11-26", "2026-11-25"), "--records: write two times"),
        (("--playback", "yesterday", "today"), "--playback: write two times"),
        (("--record-list", "a.csv"), "--record-list belongs to --records"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = run(tmp_path, free_port(), *arguments)
    assert isinstance(done.exception, UsageError)
    assert words in str(done.exception)
    assert not list(tmp_path.iterdir())


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        done = run(tmp_path, taken.getsockname()[1])
    assert isinstance(done.exception, DeviceError)
    assert "cannot listen there" in str(done.exception)
