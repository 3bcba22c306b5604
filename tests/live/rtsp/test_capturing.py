"""A stream of a real server is taken down: clip, arrival times and packets agree."""

from __future__ import annotations

import dataclasses
import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pytest
from marks import slow
from peers.awaited import OwnTime, until
from peers.capture_clock import CaptureClock
from peers.captured_files import check, events, rows
from peers.certificate import self_signed
from peers.rtsp_camera import camera

from acceptance.errors import DeviceError, OutputError, UsageError
from acceptance.footage import clip as footage
from acceptance.live import stream_tables
from acceptance.live.credentials import Credentials
from acceptance.live.rtsp import Captured, capture
from acceptance.live.rtsp.capturing import over_changes

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from peers.rtsp_camera import Camera

    from acceptance.footage.clip import Frame
    from acceptance.live.rtsp.capture_loop import LiveRates
    from acceptance.live.rtsp.capturing import Times


@pytest.mark.film
def test_a_stream_becomes_a_clip_with_the_arrival_of_each_frame(tmp_path: Path) -> None:
    with camera() as peer:
        begun = time.monotonic()
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=2)
        assert time.monotonic() - begun > 2
        sent = len(peer.sent())
    check(captured)
    assert captured.whole
    assert captured.reason == "seconds"
    assert 1 < captured.frames <= sent
    assert set(np.diff(numbers(captured))) == {1}, "not one is missing"
    [connected] = events(captured, "connected")
    assert (connected["codec"], connected["width"], connected["height"]) == ("h264", 320, 240)
    packets = rows(captured.packets)
    whole = max(float(row["arrival_s"]) for row in packets if row["frame"] == "0")
    took = float(str(connected["key_frame_s"])) - float(str(connected["start_up_s"]))
    assert took == pytest.approx(whole - float(packets[0]["arrival_s"]), abs=2e-6)


def numbers(captured: Captured) -> NDArray[np.int64]:
    """Return which of the frames that came are in the clip, by RTP time at 25 frame/s from 0."""
    packets = stream_tables.packets(captured.packets)
    ticks = packets.rtp_time - packets.rtp_time[0]
    of_clip = packets.frame >= 0
    _, first = np.unique(packets.frame[of_clip], return_index=True)
    return np.rint(ticks[of_clip][first] / 3600).astype(np.int64)


STREAMS = [
    ({"codec": "h265"}, "udp", "hevc"),
    slow({"codec": "h264"}, "udp", "h264"),
    slow({"codec": "h265"}, "tcp", "hevc"),
    slow({"codec": "mjpeg"}, "tcp", "mjpeg"),
    ({"codec": "mjpeg"}, "udp", "mjpeg"),
    slow({"sets_in_sdp_only": True}, "tcp", "h264"),
    ({"options": {"bf": "2"}}, "tcp", "h264"),
    slow({"host": "::1"}, "udp", "h264"),
]  # fmt: skip


@pytest.mark.film
@pytest.mark.parametrize(("faults", "transport", "codec"), STREAMS)
def test_each_codec_comes_by_each_transport(
    faults: dict[str, Any], transport: str, codec: str, tmp_path: Path
) -> None:
    with camera(**faults) as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", frames=30, transport=transport)
    check(captured)
    assert captured.whole
    [connected] = events(captured, "connected")
    assert (connected["codec"], connected["transport"]) == (codec, transport)
    assert footage.open_clip(captured.clip).info.codec == codec


@pytest.mark.film
def test_arrivals_are_those_of_the_kernel_and_close_to_when_the_frame_was_sent(
    tmp_path: Path,
) -> None:
    """Between the camera's push and the arrival lie GStreamer's some ms, never less than 0.

    Or more where a busy machine holds it up in between: not most of the time.
    """
    with camera(codec="h264") as peer, CaptureClock() as clock:
        captured = capture(peer.url, tmp_path / "gate.mp4", frames=75)
        sent = clock.unix(np.array([line["monotonic"] for line in peer.sent()]))
    came = np.array([float(row["arrival_s"]) for row in rows(captured.arrivals)])
    after = came - sent[numbers(captured)]
    assert after.min() >= 0
    assert np.quantile(after, 0.25) < 0.02
    packets = rows(captured.packets)
    lags = [float(row["user_s"]) - float(row["arrival_s"]) for row in packets]
    assert captured.kernel_times
    assert min(lags) >= 0
    assert sum(lag > 0 for lag in lags) > len(lags) / 2
    assert captured.lag == pytest.approx(sum(lags) / len(lags), abs=1e-5)


PASSWORDS = ["p@ss/w:rd#1?%", 'quote"d \\', "密码"]


@pytest.mark.film
@pytest.mark.parametrize(
    ("scheme", "password"),
    [
        ("digest", PASSWORDS[0]),
        *(slow("digest", each) for each in PASSWORDS[1:]),
        slow("basic", "p@ss:w"),
    ],
)
def test_a_password_is_asked_for_and_never_written(
    scheme: str, password: str, tmp_path: Path
) -> None:
    with camera(user="lee", password=password, basic=scheme == "basic") as peer:
        who = Credentials("lee", password)
        captured = capture(peer.url, tmp_path / "gate.mp4", frames=5, credentials=who)
        url = peer.url.replace("://", f"://lee:{quote(password, safe='')}@")
        again = capture(url, tmp_path / "again.mp4", frames=5)
        with pytest.raises(DeviceError, match="refuses the user lee"):
            capture(peer.url, tmp_path / "no.mp4", credentials=Credentials("lee", "wrong"))
    assert captured.frames == again.frames == 5
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert password.encode() not in content
        assert quote(password, safe="").encode() not in content


@pytest.mark.film
def test_a_certificate_that_nobody_signed_is_trusted_by_its_fingerprint_only(
    tmp_path: Path,
) -> None:
    fingerprint = self_signed(tmp_path / "camera.pem")
    with camera(tls=str(tmp_path / "camera.pem")) as peer:
        with pytest.raises(DeviceError, match=f"--fingerprint {fingerprint}"):
            capture(peer.url, tmp_path / "gate.mp4")
        with pytest.raises(DeviceError, match="another certificate"):
            capture(peer.url, tmp_path / "gate.mp4", fingerprint="0" * 64)
        captured = capture(peer.url, tmp_path / "gate.mp4", frames=20, fingerprint=fingerprint)
    check(captured)
    assert not captured.kernel_times, "the kernel sees the encrypted stream only"


@pytest.mark.film
def test_what_a_device_had_in_stock_is_left_out_up_to_the_next_key_frame(tmp_path: Path) -> None:
    with camera(stock=40) as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", frames=30)
    check(captured)
    first = numbers(captured)[0]
    assert first >= 40
    assert first % 25 == 0, "a key frame"
    assert numbers(captured).tolist() == list(range(first, first + 30))
    assert sum(row["frame"] == "-1" for row in rows(captured.packets)) >= 40


@pytest.mark.film
def test_rtp_time_that_jumps_is_bridged_by_the_arrivals(tmp_path: Path) -> None:
    with camera(jumps={52: -3000.0, 54: 7000.0}) as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", frames=60)
    check(captured)
    steps = np.diff([float(packet.time) for packet in footage.open_clip(captured.clip).packets])
    came = np.diff([float(row["arrival_s"]) for row in rows(captured.arrivals)])
    sent = np.diff(numbers(captured)) / 25
    assert (sent == 1 / 25).sum() == len(sent) - 2
    np.testing.assert_allclose(steps, np.where(sent == 1 / 25, sent, came), atol=2e-5)


@pytest.mark.film
def test_a_picture_of_another_size_ends_the_clip(tmp_path: Path) -> None:
    with camera(other_size_from=50) as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=60)
    check(captured)
    assert captured.reason == "changed"
    assert not captured.whole
    assert numbers(captured)[-1] == 49


@pytest.mark.film
def test_a_stream_that_changes_its_size_goes_on_in_a_second_clip(tmp_path: Path) -> None:
    """The camera begins at the first size at each connection: three clips of 120 frames."""

    def take(clip: Path, seconds: float | None, frames: int | None, _: Times | None) -> Captured:
        return capture(peer.url, clip, seconds=seconds, frames=frames)

    (tmp_path / "gate-2.packets.csv").touch()  # of another capture, which stays as it is
    with camera(other_size_from=50) as peer:
        (first, second, third), error = over_changes(take, tmp_path / "gate.mp4", 60.0, 120)
    assert error is None
    for part in (first, second, third):
        check(part)
    assert [part.clip.name for part in (second, third)] == ["gate-3.mp4", "gate-4.mp4"]
    assert [part.reason for part in (first, second, third)] == ["changed", "changed", "frames"]
    assert first.frames + second.frames + third.frames == 120


def test_what_follows_a_change_may_be_nothing(tmp_path: Path) -> None:
    done: list[Path] = []

    def take(clip: Path, seconds: float | None, frames: int | None, _: Times | None) -> Captured:
        assert (seconds, frames) == ((10.0, None) if not done else (8.0, None))
        if done:
            raise DeviceError("does not answer", where="192.0.2.1")
        done.append(clip)
        return captured_as(clip, seconds=2.0, reason="changed")

    parts, error = over_changes(take, tmp_path / "gate.mp4", 10.0, None)
    assert len(parts) == 1
    assert "does not answer" in str(error), "why nothing more came is not lost"


def captured_as(clip: Path, **how: Any) -> Captured:
    """Return what a capture might have returned."""
    unknown = dict.fromkeys(field.name for field in dataclasses.fields(Captured))
    return Captured(**{**unknown, "clip": clip, "frames": 50, **how})  # type: ignore[arg-type] # any


@pytest.mark.film
def test_a_camera_that_stops_in_the_middle_is_asked_again_until_the_time_is_over(
    tmp_path: Path,
) -> None:
    """It goes on sending after PLAY, and stops again: two connections at least."""
    with camera(stops_after=30) as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=8, timeout=1.5)
    check(captured)
    assert captured.reason == "seconds"
    assert captured.connections >= 2
    assert not captured.whole
    assert next(iter(events(captured, "disconnected")))["reason"] == "silent"


@pytest.mark.film
@pytest.mark.parametrize("transport", ["udp", slow("tcp")])
def test_a_session_that_ends_unless_kept_alive_is_kept_alive(
    transport: str, tmp_path: Path
) -> None:
    """GStreamer drops a session 5 s after its time-out; a second of it is half of that."""
    with camera(session_timeout=2) as peer, OwnTime() as own:
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=10, transport=transport)
        wanted = 0.8 * min(own.now, captured.seconds)
        until(lambda: len(clients(peer, "get_parameter")) >= wanted, "that it is kept alive")
    assert captured.whole


@pytest.mark.film
def test_a_stream_without_sender_reports_is_captured_without_them(tmp_path: Path) -> None:
    with camera(sender_reports=False) as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=6, transport="udp")
    check(captured)
    assert events(captured, "sender_report") == []


@pytest.mark.film
def test_a_session_is_ended_so_that_the_next_one_finds_room(
    tmp_path: Path,
) -> None:
    with camera(most_sessions=1) as peer:
        for number in (1, 2):
            captured = capture(peer.url, tmp_path / f"{number}.mp4", frames=5)
            until(lambda number=number: len(clients(peer, "teardown")) == number, "the end")  # type: ignore[misc]
            assert captured.frames == 5


def clients(peer: Camera, what: str) -> list[dict[str, Any]]:
    """Return how often clients did something, as the camera says."""
    return [line for line in peer.said if line.get("client") == what]


@pytest.mark.film
def test_a_second_session_that_a_camera_has_no_room_for_is_refused_in_a_sentence(
    tmp_path: Path,
) -> None:
    stop = threading.Event()
    with camera(most_sessions=1) as peer, ThreadPoolExecutor(1) as pool:
        first = pool.submit(capture, peer.url, tmp_path / "first.mp4", stop=stop)
        until((tmp_path / "first.mp4").exists, "the first")
        with pytest.raises(DeviceError, match=r"is busy \(503 Service Unavailable\)"):
            capture(peer.url, tmp_path / "second.mp4", timeout=3)
        stop.set()
        assert first.result().reason == "interrupted"
    with camera(refuse_play=453) as peer, pytest.raises(DeviceError, match=r"is busy \(453"):
        capture(peer.url, tmp_path / "third.mp4", timeout=3)


@pytest.mark.film
def test_whoever_watches_gets_the_newest_key_frame_once_a_second(tmp_path: Path) -> None:
    """And the rates since the last time, whatever the pace of the camera."""
    seen: list[Frame] = []
    rates: list[LiveRates] = []
    with camera(gop=10) as peer:
        begun = time.monotonic()
        captured = capture(
            peer.url, tmp_path / "gate.mp4", frames=90, on_frame=seen.append,
            on_rates=rates.append,
        )  # fmt: skip
    took = time.monotonic() - begun
    assert 2 <= len(seen) <= took + 1
    assert all(frame.luma.shape == (240, 320) for frame in seen)
    assert 2 <= len(rates) <= took
    for before, rate in itertools.pairwise(rates):
        passed = rate.seconds - before.seconds
        assert passed >= 0.999
        assert rate.frame_rate == pytest.approx((rate.frames - before.frames) / passed, rel=0.001)
    assert 10 < rates[-1].frames <= captured.frames
    assert rates[-1].seconds <= took
    assert max(rate.bit_rate for rate in rates) > 10_000


@pytest.mark.film
def test_who_watches_may_fail_and_the_capture_is_finished_first(tmp_path: Path) -> None:
    def fail(_: Frame) -> None:
        raise ValueError("watching")

    with camera(gop=10) as peer, pytest.raises(ValueError, match="watching"):
        capture(peer.url, tmp_path / "gate.mp4", frames=45, on_frame=fail)
    assert len(footage.open_clip(tmp_path / "gate.mp4").packets) == 45
    assert '"finished"' in (tmp_path / "gate.stream.jsonl").read_text()


def test_what_ends_before_a_frame_came_is_no_capture(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(DeviceError, match="nothing was captured"):
        capture("rtsp://127.0.0.1:9/live", tmp_path / "gate.mp4", stop=stop)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "gate.packets.csv").write_text("kept")
    with pytest.raises(OutputError, match="already exists"):
        capture("rtsp://127.0.0.1:1/live", tmp_path / "gate.mp4")
    assert (tmp_path / "gate.packets.csv").read_text() == "kept"


@pytest.mark.parametrize(
    "wrong",
    [{"transport": "carrier"}, {"seconds": 0}, {"frames": -1}, {"timeout": float("nan")},
     {"fingerprint": "abc"}],
)  # fmt: skip
def test_wrong_arguments_are_refused(wrong: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        capture("rtsp://127.0.0.1:1/live", tmp_path / "gate.mp4", **wrong)
