"""A camera of another author: ipycam, in a network namespace since it binds every interface.

It has an environment of its own: ``.venv/peers``, which ``make test-slow`` makes, or the one that
ACCEPTANCE_PEERS names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from peers import network

from acceptance.live.onvif import facts

if TYPE_CHECKING:
    from acceptance.live.onvif.facts import DeviceFacts

ROOT = Path(__file__).resolve().parents[2]
PEERS = Path(os.environ.get("ACCEPTANCE_PEERS", ROOT / ".venv" / "peers"))
IPYCAM = PEERS / "bin" / "ipycam"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(network.refused()), reason=network.refused() or "—"),
    pytest.mark.skipif(not IPYCAM.exists(), reason=f"{IPYCAM} is not there (ACCEPTANCE_PEERS)"),
]
SETTINGS = {
    "username": "admin", "password": "s3cret-7", "main_width": 640, "main_height": 360,
    "main_fps": 25, "onvif_port": 8080,
}  # fmt: skip


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> tuple[DeviceFacts, str]:
    """Probe it once, moves included."""
    folder = tmp_path_factory.mktemp("ipycam")
    _film(folder / "v.mp4")
    (folder / "settings.json").write_text(json.dumps(SETTINGS), "utf-8")
    command = [str(IPYCAM), "--config", "settings.json", "--source", "v.mp4", "--hw", "cpu"]
    with network.site({}) as site, (folder / "log").open("w") as log:
        running = site.start(site.devices, *command, cwd=folder, stdout=log, stderr=log)
        try:
            time.sleep(5.0)  # it says that it runs before it does
            asking = [sys.executable, "-m", "acceptance", "probe", "127.0.0.1:8080", "--actuate"]
            done = subprocess.run(
                ["ip", "netns", "exec", site.devices, *asking, "--user", "admin",
                 "-o", str(folder), "--clock-uncertainty", "0"],
                capture_output=True, text=True, timeout=300, check=False,
                env={**os.environ, "ACCEPTANCE_PASSWORD": "s3cret-7"},
            )  # fmt: skip
        finally:
            running.terminate()
            running.wait(20)
    assert done.returncode == 0, done.stdout + done.stderr + (folder / "log").read_text("utf-8")
    return facts.read(folder / "127.0.0.1-8080.probe.jsonl"), done.stdout


def _film(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for level in range(0, 250, 10):
            picture = np.full((360, 640, 3), level, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(list(stream.encode(frame)))
        container.mux(list(stream.encode(None)))


def test_it_is_known_by_name_and_lets_in_by_token(probed: tuple[DeviceFacts, str]) -> None:
    found, printed = probed
    assert (found.manufacturer, found.firmware, found.login) == ("PythonCam", "1.3.0", "token")
    assert "PythonCam" in printed
    first = found.encoders[0]
    assert (first.width, first.height, first.rate) == (640, 360, 25.0)


def test_its_clock_is_this_computer_s(probed: tuple[DeviceFacts, str]) -> None:
    """The same machine: the true offset is 0. It codes a film meanwhile, which widens U.

    Below half a second: more than that one reply, read once, tells without waiting for a second.
    """
    clock = probed[0].clock
    assert clock is not None
    assert clock.expanded is not None
    assert abs(clock.offset) <= clock.expanded < 0.5


def test_what_is_odd_about_it_is_noted(probed: tuple[DeviceFacts, str]) -> None:
    """It asks for a login for the clock; its PTZ replies have a prefix that it never declares."""
    notes = {(note.code, note.parameters.get("call")) for note in probed[0].notes}
    assert ("login_for_open_call", "GetSystemDateAndTime") in notes
    assert ("undeclared_prefix", "GetPresets") in notes
    assert ("reply_nonconforming", "GetProfiles") in notes


def test_its_head_moves_by_its_own_word_and_goes_back(probed: tuple[DeviceFacts, str]) -> None:
    """Without a stream (it lacks ffmpeg here) there is no picture: nothing is proven by one."""
    trials = {trial.what: trial for trial in probed[0].ptz_trials}
    assert trials["pan"].reported == pytest.approx(0.3, abs=0.1)
    assert trials["back"].reported == pytest.approx(0.0, abs=0.01)
    assert {trial.changed for trial in trials.values()} == {None}
