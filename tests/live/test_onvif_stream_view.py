"""Pictures of now come from the camera's own stream while heads are moved."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from peers.onvif_device import Faults, OnvifDevice
from peers.rtsp_camera import camera

from acceptance.footage.clip import open_clip
from acceptance.live.address import Address
from acceptance.live.credentials import Credentials
from acceptance.live.onvif.asking import Actuation, Probe
from acceptance.live.onvif.stream_view import LAG, StreamView
from acceptance.metrics.geometry import preset

if TYPE_CHECKING:
    from pathlib import Path

ADMIN = Credentials("admin", "s3cret-7")


def test_a_picture_is_of_now_and_the_clip_is_kept(tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    with camera(gop=10, user=ADMIN.user, password=ADMIN.password) as filming:
        with StreamView(filming.url, clip, ADMIN) as look:
            for _ in range(2):
                asked = time.monotonic()
                picture = look()
                assert picture is not None
                assert picture.shape == (240, 320)
                assert LAG <= time.monotonic() - asked < 6.0
        assert open_clip(clip).info.width == 320


def test_where_no_stream_is_there_is_no_picture_and_a_reason(tmp_path: Path) -> None:
    with StreamView("rtsp://127.0.0.1:9/live", tmp_path / "a.mp4", None) as look:
        assert look() is None
        assert look.failure


def test_moves_are_tried_with_the_stream_of_the_device(tmp_path: Path) -> None:
    with camera(gop=10) as filming, OnvifDevice(Faults()) as device:
        device.rtsp = f"{filming.url}?profile="
        probe = Probe(
            Address(device.host, device.port), tmp_path / "a.probe.jsonl",
            credentials=ADMIN, total=120.0,
            actuation=Actuation(
                look=lambda url: StreamView(url, tmp_path / "a.ptz.mp4", None),
                shift=preset.shift, repeatability=lambda *_: (),
            ),
        )  # fmt: skip
        found = probe.run()
    assert [trial.what for trial in found.ptz_trials] == [
        "pan", "tilt", "zoom", "preset", "preset", "back",
    ]  # fmt: skip
    assert all(trial.changed is not None for trial in found.ptz_trials)
    assert (tmp_path / "a.ptz.mp4").stat().st_size > 10_000
    assert device.head.true == pytest.approx((0.0, 0.0, 0.0), abs=0.01)
