"""The audit against servers that others wrote: GStreamer's RTSP, and ONVIF by the official WSDL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import marks
import pytest
from peers import open_device
from peers.onvif_device import Faults, OnvifDevice
from peers.rtsp_camera import camera

from acceptance.live import authorisation, transcript
from acceptance.live.audit import auditing, contacts

if TYPE_CHECKING:
    from pathlib import Path

RECORD = """
authorised_by = "Li"
authorised = ["Wang"]
ranges = ["127.0.0.1"]
valid_from = 2026-01-01T00:00:00Z
valid_until = 2026-12-31T23:59:59Z
actions = ["audit"]
"""


def codes(folder: Path, host: str, rtsp_port: int, **options: Any) -> list[str]:
    """Audit one device; return what was found."""
    path = folder / "authorisation.toml"
    path.write_text(RECORD, "utf-8")
    with transcript.Transcript(folder / "x.jsonl", "audit") as log:
        [found] = auditing.audit(
            [host], authorisation.load(path), log, rtsp_port=rtsp_port,
            tls_port=open_device.free_port(), seconds=3.0, **options,
        )  # fmt: skip
    return [finding.code for finding in found.findings]


@pytest.fixture(autouse=True)
def _at_any_time_and_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorisation.Authorisation, "_require_moment", lambda *_: None)
    monkeypatch.setattr(contacts.time, "sleep", lambda _: None)


@pytest.mark.film
@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ({}, ["rtsp_anonymous"]),
        ({"user": "admin", "password": "s3cret-7"}, []),
        marks.slow({"user": "admin", "password": "s3cret-7", "basic": True}, ["basic_in_clear"]),
    ],
)
def test_gstreamers_server_is_seen_as_it_was_set_up(
    tmp_path: Path, login: dict[str, Any], expected: list[str]
) -> None:
    closed = f"127.0.0.1:{open_device.free_port()}"
    with camera(**login) as server:
        found = codes(tmp_path, closed, server.port, paths=["/live"], users=["admin"])
    assert found == expected


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        (Faults(), []),
        (Faults(auth="none", addresses="host"), ["anonymous_read"] * 3),
        (Faults(auth="any_password", clock_skew=7200.0), ["any_password"] * 2),
        marks.slow(Faults(closed=True), ["open_call_refused"]),
        marks.slow(Faults(lock_after=1), ["locked_out"]),
        marks.slow(Faults(auth="token"), []),
        marks.slow(Faults(without=("GetServices",), auth="none"), ["anonymous_read"] * 3),
        marks.slow(Faults(broken={"*": "undeclared"}, auth="none"), ["anonymous_read"] * 3),
        marks.slow(Faults(broken={"*": "bomb"}), []),
    ],
)
def test_a_device_of_the_official_wsdl_is_seen_as_it_was_set_up(
    tmp_path: Path, faults: Faults, expected: list[str]
) -> None:
    with OnvifDevice(faults) as device:
        place = f"{device.host}:{device.port}"
        found = codes(tmp_path, place, open_device.free_port(), users=["admin", "guest"])
    assert found == ["plain_http", *expected]
