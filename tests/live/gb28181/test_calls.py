"""A stream by INVITE becomes a clip; what was lost is counted by the packets, not by a decoder."""

from __future__ import annotations

import csv
import io
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import av
import marks
import pytest
from peers import gb28181_stream
from peers.gb28181_device import CHANNELS, ID, Device, Faults, meanwhile, packets

from acceptance.live import transcript
from acceptance.live.gb28181 import calls
from acceptance.live.gb28181.offer import MediaRequest
from acceptance.live.gb28181.program_stream import ProgramStream

if TYPE_CHECKING:
    from acceptance.live.gb28181.platform import Platform
    from acceptance.live.gb28181.steps import DeviceStep

MAKER = Path(gb28181_stream.__file__)
PYTHON = "/usr/bin/python3"  # the system's, which has GStreamer
FRAMES = 75


def made(folder: Path, codec: str) -> list[tuple[float, bytes]]:
    """Make a stream with GStreamer, or skip the test where there is none."""
    path = folder / "stream"
    done = subprocess.run(
        [PYTHON, str(MAKER), str(path), codec, str(FRAMES)], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip(f"the system's Python has no GStreamer that makes {codec}")
    return gb28181_stream.read(path)


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[float, bytes]]:
    """Three seconds of H.264 at 25 frame/s."""
    return made(tmp_path_factory.mktemp("stream"), "h264")


def taken(
    platform: Platform, device: Device, clip: Path, **wanted: object
) -> dict[str, DeviceStep]:
    """Register a device and take down a stream of its first channel."""
    with device:
        meanwhile(platform, device.register)
        request = MediaRequest(channel=CHANNELS[0], **{"seconds": 30.0} | wanted)  # type: ignore[arg-type]
        steps = calls.receive(platform, platform.registrar.devices[ID], request, clip)
    return {step.name: step for step in steps}


def rows(path: Path) -> list[dict[str, str]]:
    """Read a table."""
    return list(csv.DictReader(io.StringIO(path.read_text())))


def frames_of(source: Path | io.BytesIO, kind: str | None = None) -> list[bytes]:
    """Decode all frames."""
    with av.open(source, format=kind) as container:
        return [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]


def first_of_frames(stream: list[tuple[float, bytes]]) -> list[int]:
    """Return the number of the first packet of each frame."""
    starts, before = [], -1.0
    for number, (due, _) in enumerate(packets(stream, 0)):
        starts += [number] if due != before else []
        before = due
    return starts


@pytest.mark.parametrize("tcp", [False, marks.slow(True)])
def test_a_stream_becomes_a_clip_with_its_packets_beside_it(
    platform: Platform, stream: list[tuple[float, bytes]], tmp_path: Path, *, tcp: bool
) -> None:
    """The clip holds what FFmpeg's own reader of programme streams finds in it."""
    peer = Device(("127.0.0.1", platform.port), stream=stream)
    steps = taken(platform, peer, tmp_path / "a.mp4", tcp=tcp)
    packed = io.BytesIO(b"".join(frame for _, frame in stream))
    assert frames_of(tmp_path / "a.mp4") == frames_of(packed, "mpeg")
    table = rows(tmp_path / "a.packets.csv")
    sent = [(65500 + number) % 65536 for number in peer.sent_packets]
    assert [int(row["sequence"]) for row in table] == sent
    assert len(rows(tmp_path / "a.arrivals.csv")) == FRAMES
    assert steps["INVITE"].faults == ()
    figures = steps["stream"].figures
    assert (figures["lost"], figures["frames"], figures["codec"]) == (0, FRAMES, "h264")
    assert steps["stream"].faults == ("the device ended the call before its time",)
    record = transcript.read(tmp_path / "a.stream.jsonl", "stream")
    connected = record[1]
    assert 0 < connected["start_up_s"] <= connected["key_frame_s"] < 0.3  # type: ignore[operator]
    assert [line["event"] for line in record] == ["described", "connected", "finished"]


def test_lost_packets_are_counted_and_their_frames_left_out(
    platform: Platform, stream: list[tuple[float, bytes]], tmp_path: Path
) -> None:
    starts = first_of_frames(stream)
    lost = frozenset({starts[10], starts[30], starts[31], starts[60]})
    peer = Device(("127.0.0.1", platform.port), stream=stream, faults=Faults(lost=lost))
    steps = taken(platform, peer, tmp_path / "a.mp4")
    assert steps["stream"].figures["lost"] == 4
    assert steps["stream"].figures["frames"] == FRAMES - 4
    assert "4 packets lost" in steps["stream"].faults
    indices = [int(row["frame"]) for row in rows(tmp_path / "a.packets.csv")]
    assert sorted({*indices} - {-1}) == list(range(FRAMES - 4))


@pytest.mark.slow
def test_h_265_is_read_too(platform: Platform, tmp_path: Path) -> None:
    stream = made(tmp_path, "h265")
    peer = Device(("127.0.0.1", platform.port), stream=stream)
    steps = taken(platform, peer, tmp_path / "a.mp4")
    packed = io.BytesIO(b"".join(frame for _, frame in stream))
    assert frames_of(tmp_path / "a.mp4") == frames_of(packed, "mpeg")
    assert steps["stream"].figures["codec"] == "hevc"


def test_a_recording_is_played_back_and_ended_in_time(
    platform: Platform, stream: list[tuple[float, bytes]], tmp_path: Path
) -> None:
    peer = Device(("127.0.0.1", platform.port), stream=stream)
    steps = taken(platform, peer, tmp_path / "a.mp4", start=1.76e9, seconds=1.0)
    assert {name: (step.status, step.faults) for name, step in steps.items()} == {
        "INVITE": (200, ()),
        "stream": (200, ()),
        "BYE": (200, ()),
    }
    [invite] = [text for text in peer.heard if text.startswith("INVITE")]
    assert "s=Playback\r\n" in invite
    assert "t=1760000000 1760000001\r\n" in invite
    seconds = steps["stream"].figures["seconds"]
    assert isinstance(seconds, float)
    assert 0.9 < seconds < 1.3


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (Faults(refuse=486), {"INVITE": "refused with 486"}),
        marks.slow(Faults(silent=frozenset({"INVITE"})), {"INVITE": "no answer within 1 s"}),
        marks.slow(Faults(ssrc=5), {"stream": "SSRC of the packets is 0000000005, not"}),
        marks.slow(Faults(hang_up=40), {"stream": "the device ended the call before its time"}),
        marks.slow(Faults(stall=40), {"stream": "the stream stops before its time"}),
        marks.slow(Faults(stall=1), {"stream": "the stream stops before its time"}),
    ],
)
def test_what_goes_wrong_is_said_and_nothing_hangs(
    platform: Platform,
    stream: list[tuple[float, bytes]],
    tmp_path: Path,
    faults: Faults,
    said: dict[str, str],
) -> None:
    peer = Device(("127.0.0.1", platform.port), stream=stream, faults=faults)
    begun = time.monotonic()
    steps = taken(platform, peer, tmp_path / "a.mp4")
    assert time.monotonic() - begun < 8
    for name, fault in said.items():
        assert any(fault in each for each in steps[name].faults)
    cancelled = any(text.startswith("CANCEL") for text in peer.heard)
    assert cancelled == ("INVITE" in faults.silent)
    if "stream" not in steps:
        assert not list(tmp_path.glob("a.*.csv"))


@pytest.mark.slow
def test_a_codec_that_cannot_be_read_is_named_and_its_loss_counted_all_the_same(
    platform: Platform, stream: list[tuple[float, bytes]], tmp_path: Path
) -> None:
    svac = [(due, frame.replace(b"\x1b\xe0\x00\x0a", b"\x80\xe0\x00\x0a")) for due, frame in stream]
    peer = Device(("127.0.0.1", platform.port), stream=svac, faults=Faults(lost=frozenset({20})))
    steps = taken(platform, peer, tmp_path / "a.mp4")
    assert "no picture that can be read; the stream is SVAC" in steps["stream"].faults
    assert steps["stream"].figures["lost"] == 1
    assert len(rows(tmp_path / "a.packets.csv")) == len(peer.sent_packets)


@pytest.mark.parametrize("cut", range(20, 60, 3))
def test_a_frame_that_is_cut_off_is_counted_and_spoils_no_other(
    stream: list[tuple[float, bytes]], cut: int
) -> None:
    program = ProgramStream()
    first, second = stream[0][1], stream[1][1]
    assert program.frame([first[:cut]]) is None
    assert program.frame([first[:cut], first, second]) is not None
    assert program.frame([first]) is not None
