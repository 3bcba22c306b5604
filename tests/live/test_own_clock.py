"""How far this computer's clock may be off: stated, as an NTP server says, or as chrony says."""

from __future__ import annotations

import contextlib
import shutil
import socket
import struct
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest
from peers.awaited import PATIENCE

from acceptance.errors import DeviceError
from acceptance.live import own_clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIGURATION = """
local stratum 8
allow 127.0.0.1
bindaddress 127.0.0.1
port {port}
cmdport {command_port}
bindcmdaddress 127.0.0.1
pidfile {folder}/chronyd.pid
driftfile {folder}/drift
"""


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def chrony(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """Serve this machine's own clock by NTP: the true offset is 0."""
    daemon = shutil.which("chronyd") or shutil.which("chronyd", path="/usr/sbin")
    if not daemon:
        pytest.skip("no chronyd: apt-get install chrony")
    folder: Path = tmp_path_factory.mktemp("chrony")
    ports = free_port(), free_port()
    text = CONFIGURATION.format(port=ports[0], command_port=ports[1], folder=folder)
    (folder / "chrony.conf").write_text(text, "utf-8")
    command = [daemon, "-x", "-d", "-f", str(folder / "chrony.conf"), "-u", "root"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as running:
        try:
            _wait_for(ports[0], running)
            yield ports
        finally:
            running.terminate()


def _wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    late = time.monotonic() + PATIENCE
    while time.monotonic() < late:
        if running.poll() is not None:
            assert running.stderr
            pytest.skip(f"chronyd does not run here: {running.stderr.read().decode()[-200:]}")
        try:
            own_clock.by_ntp("127.0.0.1", port, 0.1)
        except DeviceError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("chronyd does not answer")


def test_an_ntp_server_gives_the_offset_within_its_half_width(chrony: tuple[int, int]) -> None:
    found = own_clock.by_ntp("127.0.0.1", chrony[0])
    assert found.uncertainty is not None
    assert abs(found.offset) <= found.uncertainty < 0.05
    assert found.source == "ntp"


def test_an_ntp_offset_holds_the_truth_where_the_program_is_held_up_between_two_readings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another program takes the processor for 30 ms before each of the three in turn."""
    for held_up in range(1, 4):
        asking = ServerOfThisClock(held_up)
        monkeypatch.setattr(own_clock, "time", asking)
        doubt, offset = own_clock._round(asking)  # type: ignore[arg-type] # as far as it is used
        assert asking.reads == 3
        assert abs(offset) <= doubt + 1e-6  # what a stamp of NTP resolves as a number


class ServerOfThisClock:
    """The clocks of a computer and a server of NTP that shows the same; no time passes between."""

    def __init__(self, held_up: int) -> None:
        self.now, self.reads, self._held_up = 1.7e9, 0, held_up
        self._asked = b""

    def _read(self) -> float:
        self.reads += 1
        self.now += 0.03 if self.reads == self._held_up else 0.0
        return self.now

    def time(self) -> float:
        """Return Unix s."""
        return self._read()

    def monotonic(self) -> float:
        """Return monotonic s."""
        return self._read() - 1.6e9

    def send(self, asked: bytes) -> None:
        """Take a request."""
        self._asked = asked

    def recv(self, _: int) -> bytes:
        """Answer it."""
        whole, part = divmod(self.now + own_clock.NTP_EPOCH, 1)
        stamp = struct.pack("!II", int(whole), int(part * own_clock.FRACTION))
        return b"\x24\x01" + bytes(22) + self._asked[40:48] + stamp + stamp


def test_chrony_says_how_far_off_this_computer_can_be(
    chrony: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("chronyc", "-h", "127.0.0.1", "-p", str(chrony[1]), "-c", "tracking")
    monkeypatch.setattr(own_clock, "CHRONY", asked)
    found = own_clock.known()
    assert found.source == "chrony"
    assert found.uncertainty is not None
    assert 0 <= found.uncertainty < 0.05


def test_what_is_stated_goes_before_everything() -> None:
    assert own_clock.known(0.02, "no-such-host.invalid").uncertainty == 0.02


@pytest.mark.parametrize(
    "command", [("no-such-program",), ("false",), ("echo", "1,2,3"), ("sleep", "9")]
)
def test_without_chrony_nothing_is_known(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_clock, "CHRONY", command)
    monkeypatch.setattr(own_clock, "PATIENCE", 0.2)
    assert own_clock.known() == own_clock.OwnClock()


@pytest.mark.parametrize("reply", [b"", b"x" * 48, None])
def test_what_is_no_ntp_server_is_a_sentence(reply: bytes | None) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            asked, where = server.recvfrom(512)
            # an answer of ours, from a server whose own clock is not set
            content = b"\xe4\x00" + bytes(22) + asked[40:48] + bytes(16) if reply is None else reply
            with contextlib.suppress(OSError):  # the test may be over
                for _ in range(9):
                    server.sendto(content, where)

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(DeviceError, match="does not answer as an NTP server"):
            own_clock.by_ntp("127.0.0.1", server.getsockname()[1], 0.2)


def test_a_server_that_does_not_exist_is_a_sentence() -> None:
    with pytest.raises(DeviceError, match="--clock-uncertainty"):
        own_clock.known(server="no-such-host.invalid")
