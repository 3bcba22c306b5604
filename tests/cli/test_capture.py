"""The verb ``capture``: exit codes, the live line, many at once, the clock."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from in_process import program
from marks import slow
from peers.awaited import until
from peers.mute_server import mute
from peers.onvif_device import Faults, OnvifDevice
from peers.rtsp_camera import camera
from peers.rtsp_recorder import recorder
from peers.rtsp_responder import responder, usual

from acceptance import api
from acceptance.cli import capture_many, verbs
from acceptance.errors import DeviceError
from acceptance.footage import clip as footage
from acceptance.live import discovered, stream_tables
from acceptance.live.rtsp import Captured

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Film


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the verb in a folder; passwords come from nowhere but the test."""
    command = [sys.executable, "-m", "acceptance", "capture", *words]
    names = ("ACCEPTANCE_USER", "ACCEPTANCE_PASSWORD")
    environment = {name: text for name, text in os.environ.items() if name not in names}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env=environment,
    )  # fmt: skip


def here(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the verb in this process."""
    without = {"ACCEPTANCE_USER": None, "ACCEPTANCE_PASSWORD": None}
    return program("capture", *words, folder=folder, **without)


@pytest.mark.film
def test_a_clip_is_named_by_its_stream_and_the_line_says_that_the_chart_is_seen(
    chart_film: Film, tmp_path: Path
) -> None:
    with camera(film=str(chart_film.path)) as peer:
        done = run(tmp_path, peer.url, "--seconds", "5")
    assert done.returncode == 0, done.stderr
    line = r"\d+ s, [\d.]+ frame/s, .* lost 0, own drops 0; chart acceptance, \d+ px: found"
    assert re.search(line, done.stderr)
    names = {path.name for path in tmp_path.iterdir()}
    endings = (".mp4", ".arrivals.csv", ".packets.csv", ".stream.jsonl")
    assert names == {f"127-0-0-1-live{ending}" for ending in endings}
    assert "after the time asked for" in done.stdout


@pytest.mark.film
def test_a_found_device_becomes_a_clip_with_what_it_states_beside_what_is_measured(
    tmp_path: Path,
) -> None:
    """From a list as ``discover`` writes it; stated are 640 x 360, H.265, 15 frame/s: all wrong."""
    with camera(path="/sub") as peer, OnvifDevice(Faults(auth="none")) as device:
        device.rtsp = peer.url.removesuffix("sub")
        here = discovered.DiscoveredDevice(
            address=device.host, kind="fixed", services=(device.address_of("device"),)
        )
        assert discovered.write([here], tmp_path / "devices.csv") == 1
        done = run(
            tmp_path, "--all", "devices.csv", "--profile", "sub", "--frames", "75", "--no-look",
            "-o", "clips", "--json", "-",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [written] = json.loads(done.stdout)
    assert written["clip"] == "clips/127.0.0.1.mp4"
    assert (written["url"], written["stated"]["width"]) == (peer.url, 640)
    clip = tmp_path / written["clip"]
    measured = api.measure(
        clip, only=["stream"], packets=str(tmp_path / written["packets"]),
        stream_record=str(tmp_path / written["stream_record"]),
    )  # fmt: skip
    [rate] = [each for each in measured.measurements if each.quantity == "stream.frame_rate"]
    stated = {name: rate.details[f"onvif_{name}"] for name in ("frame_rate", "codec", "width")}
    assert stated == {"frame_rate": 15, "codec": "H265", "width": 640}
    assert (rate.details["stream_codec"], rate.details["stream_width"]) == ("h264", 320)
    [wrong] = [each for each in measured.measurements if each.quantity == "stream.contradictions"]
    assert wrong.value == 4
    codes = {note.reason.code for note in measured.notes}
    assert {
        f"{what}_contradicted" for what in ("size", "codec", "frame_rate", "gop_length")
    } <= codes


@pytest.mark.film
def test_a_picture_of_another_size_is_in_a_clip_of_its_own(tmp_path: Path) -> None:
    with camera(other_size_from=50) as peer:
        done = run(
            tmp_path, peer.url, "--frames", "80", "--no-look", "-o", "gate.mp4", "--json", "-"
        )
    assert done.returncode == 3, done.stderr
    [written] = json.loads(done.stdout)
    assert (written["clip"], written["reason"]) == ("gate.mp4", "changed")
    [further] = written["further"]
    assert (further["clip"], further["reason"]) == ("gate-2.mp4", "frames")
    assert (tmp_path / further["packets"]).is_file()


def test_why_nothing_came_after_a_change_is_told_and_is_in_the_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(_: str, clip: Path, **__: object) -> Captured:
        if clip.name != "gate.mp4":
            raise DeviceError("the device is busy", where="192.0.2.1", code="busy")
        paths = dict.fromkeys(("arrivals", "packets", "stream_record"), clip)
        return Captured(
            clip=clip, **paths, frames=50, received=60, lost=0, own_drops=0, foreign=0,
            connections=1, longest_break=0.1, frame_rate=25.0, stated_rate=None, seconds=2.0,
            kernel_times=True, lag=0.0, clock_moved=0.04, reason="changed",
        )  # fmt: skip

    monkeypatch.setattr(capture_many, "capture", take)
    arguments = [
        "capture", "rtsp://192.0.2.1/x", "--seconds", "9", "--no-look",
        "-o", str(tmp_path / "gate.mp4"), "--json", str(tmp_path / "a.json"),
    ]  # fmt: skip
    done = CliRunner().invoke(verbs.cli, arguments, standalone_mode=False)
    assert done.return_value == 3
    said = " ".join(done.output.split())
    assert "gate.mp4: 50 frames" in said
    assert "the clock of this computer was set by up to 40 ms meanwhile" in said
    assert "gate: nothing was captured after the change. 192.0.2.1: the device is busy." in said
    [written] = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert (written["frames"], written["reason"]) == (50, "changed")
    assert written["error"] == "192.0.2.1: the device is busy."


@pytest.mark.film
def test_a_recorder_named_by_its_host_is_searched_for_the_recording_and_replays_it(
    tmp_path: Path,
) -> None:
    """By ONVIF's search and GetReplayUri, then by RTSP with the times that were asked for."""
    begin, end = (time.time() - back for back in (2 * 86400, 2 * 86400 - 60))
    with responder(recorder) as peer, OnvifDevice(Faults(auth="none")) as device:
        device.rtsp = peer.url.removesuffix("live")
        done = run(
            tmp_path, f"{device.host}:{device.port}", "--no-look", "--recording", "camera rec-2",
            "--replay", *(datetime.fromtimestamp(at, UTC).isoformat() for at in (begin, end)),
            "-o", "gate.mp4",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "gate.mp4: 10 frames" in done.stdout
    assert {asked.url for asked in peer.asked} >= {f"{device.rtsp}replay/rec-2"}
    [play] = [asked for asked in peer.asked if asked.method == "PLAY"]
    assert play.headers["range"].startswith(f"clock={datetime.fromtimestamp(begin, UTC):%Y%m%dT%H}")


@pytest.mark.film
def test_a_device_named_by_its_host_names_its_clip(tmp_path: Path) -> None:
    with camera(path="/main") as peer, OnvifDevice(Faults(auth="none")) as device:
        device.rtsp = peer.url.removesuffix("main")
        done = run(tmp_path, f"{device.host}:{device.port}", "--frames", "5", "--no-look")
    assert done.returncode == 0, done.stderr
    assert f"127-0-0-1-{device.port}.mp4: 5 frames" in done.stdout
    assert "stated by ONVIF, profile main: H265, 1920 x 1080, 25 frame/s" in done.stdout


@pytest.mark.film
def test_many_streams_come_at_once_and_each_is_told_apart(tmp_path: Path) -> None:
    """Of a device list: one is whole, one sends nothing, one is not there: exit 3, one sentence."""
    with camera() as peer, responder(usual) as silent:
        addresses = [peer.url, silent.url, "127.0.0.1:9", ""]
        rows = [f"cam{n},fixed,Camera {n},{address}" for n, address in enumerate(addresses)]
        (tmp_path / "list.csv").write_text("\n".join(["id,kind,name,source", *rows, ""]))
        done = run(
            tmp_path, "--all", "list.csv", "-o", "many", "--seconds", "2", "--timeout", "3",
            "--json", "-", "--no-look",
        )  # fmt: skip
    assert done.returncode == 3, done.stderr
    whole, nothing, absent = json.loads(done.stdout)
    assert whole["whole"]
    assert whole["clip"] == "many/cam0.mp4"
    assert (nothing["reason"], absent["reason"]) == ("silent", "unreachable")
    assert "agreed to send, but nothing comes" in done.stderr
    assert sorted({path.name.partition(".")[0] for path in (tmp_path / "many").iterdir()}) == [
        "cam0"
    ]


@pytest.mark.film
@pytest.mark.parametrize("number", [signal.SIGINT, slow(signal.SIGTERM)])
def test_ctrl_c_ends_cleanly_with_what_was_captured(number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "acceptance", "capture"]
    with camera() as peer, subprocess.Popen(
        [*command, peer.url, "-o", "gate.mp4", "--no-look"], cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as tool:  # fmt: skip
        table = tmp_path / "gate.arrivals.csv"
        until(lambda: table.exists() and len(table.read_text().split()) > 25, "frames")
        tool.send_signal(number)
        out, err = tool.communicate(timeout=120)
    assert tool.returncode == 0, err
    assert "on request" in out
    assert "Traceback" not in err
    assert len(footage.open_clip(tmp_path / "gate.mp4").packets) > 20
    assert '"reason": "interrupted"' in (tmp_path / "gate.stream.jsonl").read_text()


@pytest.mark.parametrize("scheme", ["rtsp://", slow("rtsps://"), slow("")])
def test_ctrl_c_acts_at_once_while_a_device_is_waited_for(scheme: str, tmp_path: Path) -> None:
    """By RTSP, in the handshake of TLS, and by ONVIF."""
    command = [sys.executable, "-m", "acceptance", "capture", "--timeout", "60"]
    with mute() as device, subprocess.Popen(
        [*command, f"{scheme}127.0.0.1:{device.port}", "-o", "gate.mp4"], cwd=tmp_path, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as tool:  # fmt: skip
        assert device.reached.wait(60)
        time.sleep(0.3)
        pressed = time.monotonic()
        tool.send_signal(signal.SIGINT)
        _, err = tool.communicate(timeout=50)
    assert time.monotonic() - pressed < 30, "of 60"
    assert tool.returncode == 2
    assert ("before the end" in err) if scheme else ("not waited for any longer" in err)
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "name a stream"),
        slow(("10.0.0.1:99999",), "is no address of a device"),
        slow(("rtsp://a/1", "rtsp://b/2", "-o", "x.mp4"), "name a folder"),
        slow(("rtsp://a/1", "rtsp://b/2", "--clock"), "one stream"),
        slow(("rtsp://a/1", "--replay", "now", "then"), "write a time like"),
        slow(("10.0.0.1", "--replay", "now", "then"), "write a time like"),
        slow(("rtsp://a/1", "--profile", "sub"), "the live stream of a HOST"),
        slow(("10.0.0.1", "--recording", "gate"), "for a HOST and --replay"),
    ],
)
def test_wrong_use_is_said_in_a_sentence(
    words: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    done = here(tmp_path, *words)
    assert done.returncode == 64
    assert sentence in done.stderr


def test_a_password_in_a_url_is_warned_of_and_shown_nowhere(tmp_path: Path) -> None:
    done = here(tmp_path, "rtsp://lee:s3cret@127.0.0.1:9/x")
    assert done.returncode == 2
    assert "list of processes" in done.stderr
    assert "s3cret" not in done.stdout + done.stderr


def test_a_password_among_the_fields_of_a_url_is_in_no_file_no_name_and_no_sentence(
    tmp_path: Path,
) -> None:
    with responder(usual) as device:  # agrees, and sends nothing
        url = f"rtsp://127.0.0.1:{device.port}/user=admin_password=s3cret_channel=1"
        refused = here(tmp_path, url, "--timeout", "0.5")
    assert refused.returncode == 2
    assert "list of processes" in refused.stderr
    with camera(path="/user=admin&password=s3cret&channel=1") as peer:
        done = run(tmp_path, peer.url, "--frames", "5", "--no-look")
    assert done.returncode == 0, done.stderr
    assert "s3cret" not in refused.stderr + done.stdout + done.stderr
    files = list(tmp_path.iterdir())
    assert len(files) == 4
    assert not [path for path in files if "s3cret" in path.name or b"s3cret" in path.read_bytes()]


DELAY = 0.25  # s between exposure and arrival


@pytest.mark.film
def test_the_clock_gives_the_delay_of_a_stream_in_one_command(
    clock_film: Film, tmp_path: Path
) -> None:
    """The test is the browser: it sends the log of the screen that the film shows.

    The camera is to send frame n at T + n / 25; the log says that refresh n was shown ``DELAY``
    before that. What the camera is late by adds to it, and GStreamer adds some ms.
    """
    log = clock_film.path.with_name("screen.csv").read_text().splitlines()
    refreshes = [line.split(",") for line in log[1:] if not line.startswith("#")]

    def page(begin: float) -> bytes:
        lines = [f"{index},{float(at) + begin:.6f}" for index, at in refreshes]
        return "\n".join(["index,time_s", *lines, ""]).encode()

    command = [sys.executable, "-m", "acceptance", "capture"]
    with camera(film=str(clock_film.path)) as peer, subprocess.Popen(
        [*command, peer.url, "-o", "gate.mp4", "--clock", "--frames", "40", "--no-look"],
        cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as tool:  # fmt: skip
        assert tool.stderr is not None
        first = tool.stderr.readline()
        [url] = re.findall(r"http://\S+/", first)
        assert b"Clock" in urllib.request.urlopen(url).read()  # noqa: S310 -- our own page

        def send() -> None:
            while tool.poll() is None:
                begin = peer.sent()[0]["at"] - DELAY if peer.sent() else 0.0
                body = page(begin)
                try:
                    urllib.request.urlopen(f"{url}log", body)  # noqa: S310 -- our own page
                except OSError:
                    return
                time.sleep(0.3)

        sender = threading.Thread(target=send)
        sender.start()
        out, err = tool.communicate(timeout=60)
        sender.join()
        sent = np.array([line["at"] for line in peer.sent()])
    assert tool.returncode == 0, out + err
    found = re.search(r"latency\.stream +mean +\(([\d.]+)\s±\s([\d.]+)\)\sms", out)
    assert found, out
    assert (tmp_path / "gate.screen.csv").exists()
    packets = stream_tables.packets(tmp_path / "gate.packets.csv")
    ticks, first = np.unique(packets.rtp_time - packets.rtp_time[0], return_index=True)
    late = (sent[: len(ticks)] - sent[0] - ticks / 90000)[packets.frame[first] >= 0]
    expected = 1000 * (DELAY + late.mean())
    assert float(found[1]) == pytest.approx(expected, abs=float(found[2]) + 10)
