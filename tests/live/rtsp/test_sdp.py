"""Descriptions of streams as devices write them."""

from __future__ import annotations

import pytest

from acceptance.errors import DeviceError
from acceptance.live.rtsp import sdp

BASE = "rtsp://192.0.2.1/live"
CAMERA = """v=0
o=- 0 0 IN IP4 0.0.0.0
s=Media Presentation
a=control:*
m=audio 0 RTP/AVP 0
a=control:trackID=2
m=video 0 RTP/AVP 96
c=IN IP4 0.0.0.0
b=AS:5100
a=recvonly
a=x-dimensions:1920,1080
a=framerate:25.000000
a=control:trackID=1?transportmode=unicast
a=rtpmap:96 H264/90000
a=fmtp:96 profile-level-id=420029; packetization-mode=1; sprop-parameter-sets=Z00AKZ2o,aO48gA==
"""


def test_the_video_of_a_camera_is_found_behind_its_sound() -> None:
    found = sdp.video(CAMERA, BASE)
    assert (found.codec, found.payload_type, found.clock_rate) == ("h264", 96, 90000)
    assert (found.frame_rate, found.size) == (25.0, (1920, 1080))
    assert found.control == f"{BASE}/trackID=1?transportmode=unicast"
    assert found.session == BASE
    assert [unit[0] & 31 for unit in found.parameter_sets] == [7, 8]


@pytest.mark.parametrize(
    ("lines", "ssrc"),
    [("", -1), ("a=ssrc:305419896 cname:x\na=ssrc:305419896 label:v\n", 0x12345678),
     ("a=ssrc:1 cname:x\na=ssrc:2 cname:x\n", -1), ("a=ssrc:4294967296 cname:x\n", -1),
     ("a=ssrc:x\n", -1)],
)  # fmt: skip
def test_the_only_sender_that_is_announced_is_the_videos(lines: str, ssrc: int) -> None:
    assert sdp.video(CAMERA + lines, BASE).ssrc == ssrc


@pytest.mark.parametrize(
    ("control", "url"),
    [
        ("track1", f"{BASE}/track1"),
        ("rtsp://192.0.2.9:554/x/track1", "rtsp://192.0.2.9:554/x/track1"),
        ("/media/track1", "rtsp://192.0.2.1/media/track1"),
        ("*", BASE),
    ],
)
def test_controls_are_joined_as_devices_mean_them(control: str, url: str) -> None:
    text = CAMERA.replace("trackID=1?transportmode=unicast", control)
    assert sdp.video(text, BASE).control == url


def test_static_jpeg_and_multicast_are_read() -> None:
    text = "v=0\nc=IN IP4 239.1.2.3/16\nm=video 5004/2 RTP/AVP 26\n"
    found = sdp.video(text, BASE)
    assert (found.codec, found.multicast, found.port) == ("mjpeg", "239.1.2.3", 5004)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "offers no video"),
        ("m=video 0 RTP/AVP 99\na=rtpmap:99 SVAC/90000\n", "sends SVAC,"),
        ("m=video 0 RTP/AVP 98\n", "sends RTP 98"),
        ("m=video 0 RTP/AVP 98\na=rtpmap:98 VP8/90000\nm=video 0 RTP/AVP 97\na=rtpmap:97 AV1/1\n",
         "sends VP8, AV1"),
        (CAMERA.replace("mode=1", "mode=2"), "sends H264"),
        (CAMERA.replace("H264/90000", "H264/0"), "sends H264"),
        ("m=video 0 RTP/AVP 96\na=rtpmap:96 H265/90000\na=fmtp:96 sprop-max-don-diff=1", "H265"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_its_name(text: str, words: str) -> None:
    with pytest.raises(DeviceError, match=words):
        sdp.video(text, BASE)
