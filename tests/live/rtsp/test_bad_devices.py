"""What devices do wrong: one sentence, in time, and nothing is left behind."""

from __future__ import annotations

import socket
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from peers.rtsp_recorder import BEGIN, SIZES, Sender, film, recording
from peers.rtsp_responder import SDP, Asked, reply, responder, usual

from acceptance.cli import capture_lines
from acceptance.errors import DeviceError, UsageError
from acceptance.live.credentials import Credentials
from acceptance.live.digest import Challenge, is_right, parameters
from acceptance.live.rtsp import capture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TIMEOUT = 1.0
LONG = 10.0  # s, where a device answers at once
LEE = Credentials("lee", "s3cret")
ELSEWHERE = "rtsp://lee:s3cret@192.0.2.7/live"
BASIC = {"WWW_Authenticate": 'Basic realm="camera"'}


def only(method: str, content: bytes) -> Callable[[Asked], bytes]:
    """Answer one method with this, all others as usual."""
    return lambda asked: content if asked.method == method else usual(asked)


ANSWERS: dict[str, tuple[Callable[[Asked], bytes], str, str]] = {
    "html": (lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n<html></html>", "not RTSP", "nonsense"),
    "banner": (lambda _: b"220 mail.example ESMTP\r\n", "not RTSP", "nonsense"),
    "endless_head": (
        lambda _: b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 40000, "not RTSP", "nonsense",
    ),
    "huge_body": (
        lambda _: b"RTSP/1.0 200 OK\r\nContent-Length: 104857600\r\n\r\n", "not RTSP", "nonsense",
    ),
    "negative_body": (
        lambda _: b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n", "not RTSP", "nonsense",
    ),
    "slow": (lambda _: b"RTSP/1.0 200 OK\r\nX: \0SLOW\0y", "in time", "silent"),
    "mute": (lambda _: b"", "in time", "silent"),
    "busy": (lambda asked: only("PLAY", reply(asked, "453 Not Enough Bandwidth"))(asked),
             "453 Not Enough", "busy"),
    "down": (lambda asked: only("DESCRIBE", reply(asked, "503 Service Unavailable"))(asked),
             "503", "busy"),
    "elsewhere": (lambda asked: only("DESCRIBE", reply(asked, "404 Not Found"))(asked),
                  "404 Not Found", "refused"),
    "no_udp": (lambda asked: only("SETUP", reply(asked, "461 Unsupported Transport"))(asked),
               "461", "refused"),
    "moved": (lambda asked: only("DESCRIBE", reply(asked, "302 Moved", Location=ELSEWHERE))(asked),
              "on to rtsp://192.0.2.7/live", "redirect"),
    "no_session": (lambda asked: only("PLAY", reply(asked, "454 Session Not Found"))(asked),
                   "454", "refused"),
    "long_number": (lambda _: b"RTSP/1.0 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
                    "not RTSP", "nonsense"),
    "odd_transport": (lambda asked: only("SETUP", reply(
        asked, Session="1;timeout=" + "9" * 5000, Transport="x;interleaved=" + "9" * 5000))(asked),
        "nothing comes", "silent"),
    "cut_media": (lambda asked: only("DESCRIBE", reply(asked, body="v=0\r\nm=video 0\r\n"))(asked),
                  "no video", "codec"),
    "svac": (lambda asked: usual(asked, "SVAC"), "sends SVAC", "codec"),
    "sound": (lambda asked: only("DESCRIBE", reply(asked, body="v=0\r\nm=audio 0 RTP/AVP 0\r\n"))(
        asked), "no video", "codec"),
    "garbage": (lambda asked: only("DESCRIBE", reply(asked, body="\x00\x01m=video\r\na="))(asked),
                "no video", "codec"),
    "silence": (usual, "nothing comes", "silent"),
    "who": (lambda asked: only("DESCRIBE", reply(asked, "401 Unauthorized", **BASIC))(asked),
            "refuses the user lee", "unauthorised"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_a_device_that_misbehaves_is_named_in_time_and_leaves_nothing(
    name: str, tmp_path: Path
) -> None:
    answer, words, code = ANSWERS[name]
    begun = time.monotonic()
    timeout = TIMEOUT if code == "silent" else LONG
    with responder(answer) as device, pytest.raises(DeviceError, match=words) as caught:
        capture(device.url, tmp_path / "gate.mp4", timeout=timeout, seconds=60, credentials=LEE)
    assert caught.value.code == code
    assert caught.value.exit_code == 2
    assert time.monotonic() - begun < 30  # of 60
    assert list(tmp_path.iterdir()) == []
    assert "s3cret" not in str(caught.value)


def test_a_password_is_asked_for_by_name(tmp_path: Path) -> None:
    def answer(asked: Asked) -> bytes:
        return reply(asked, "401 Unauthorized", **BASIC)

    with responder(answer) as device, pytest.raises(DeviceError, match="ACCEPTANCE_PASSWORD"):
        capture(device.url, tmp_path / "gate.mp4", timeout=LONG)


def test_a_wrong_password_is_sent_once_and_no_lock_out_is_run_into(tmp_path: Path) -> None:
    challenge = 'Digest realm="camera", nonce="{}", algorithm=MD5'

    def answer(asked: Asked) -> bytes:
        nonce = challenge.format(len(device.asked))
        return reply(asked, "401 Unauthorized", WWW_Authenticate=nonce)

    with responder(answer) as device, pytest.raises(DeviceError, match="refuses the user lee"):
        capture(device.url, tmp_path / "gate.mp4", timeout=LONG, credentials=LEE)
    tries = [asked for asked in device.asked if "authorization" in asked.headers]
    assert len(tries) == 1


def test_a_closed_port_and_an_unknown_host_are_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    with pytest.raises(DeviceError, match="cannot be reached") as caught:
        capture(f"rtsp://127.0.0.1:{port}/live", tmp_path / "gate.mp4", timeout=LONG)
    assert caught.value.code == "unreachable"
    with pytest.raises(DeviceError, match="cannot be reached"):
        capture("rtsp://camera.invalid/live", tmp_path / "gate.mp4", timeout=TIMEOUT)


@pytest.mark.parametrize(
    "url",
    ["http://camera/live", "rtsp://", "rtsp://cam era/live", "rtsp://camera:99999/", "camera",
     "rtsp://lee:p/ss@camera/live", "rtsp://[::1/live"],
)  # fmt: skip
def test_what_is_no_url_of_a_stream_is_refused_without_showing_a_password(
    url: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="no URL of a stream") as caught:
        capture(url, tmp_path / "gate.mp4")
    assert "p/ss" not in str(caught.value)


def test_addresses_that_a_device_makes_up_are_replaced_by_the_one_that_was_reached(
    tmp_path: Path,
) -> None:
    """Content-Base and controls with another host, with port 0 and 0.0.0.0 are common."""

    def answer(asked: Asked) -> bytes:
        if asked.method != "DESCRIBE":
            return usual(asked)
        sdp = SDP.format(codec="H264").replace("track1", "rtsp://0.0.0.0:0/live/track1")
        return reply(asked, body=sdp, Content_Base="rtsp://192.0.2.7/live/")

    with responder(answer) as device, pytest.raises(DeviceError, match="nothing comes"):
        capture(device.url, tmp_path / "gate.mp4", timeout=0.5)
    setup = next(asked for asked in device.asked if asked.method == "SETUP")
    play = next(asked for asked in device.asked if asked.method == "PLAY")
    assert setup.url == f"rtsp://127.0.0.1:{device.port}/live/track1"
    assert play.url == f"rtsp://127.0.0.1:{device.port}/live/"


def test_the_better_of_several_challenges_is_answered(tmp_path: Path) -> None:
    def answer(asked: Asked) -> bytes:
        if "authorization" in asked.headers:
            return usual(asked)
        both = reply(asked, "401 Unauthorized", **BASIC)
        digest = b'WWW-Authenticate: Digest realm="camera", nonce="1"\r\n\r\n'
        return both[:-2] + digest

    with responder(answer) as device, pytest.raises(DeviceError, match="nothing comes"):
        capture(device.url, tmp_path / "gate.mp4", timeout=0.5, credentials=LEE)
    answers = [asked.headers["authorization"] for asked in device.asked[1:]]
    assert all(each.startswith("Digest ") for each in answers)


def test_a_keep_alive_is_sent_and_a_new_nonce_is_answered(tmp_path: Path) -> None:
    """A session of 2 s is kept alive after 1 s; the nonce has become too old by then."""
    stale = 'Digest realm="camera", nonce="2", stale=true'

    def answer(asked: Asked) -> bytes:
        if "authorization" not in asked.headers:
            return reply(asked, "401 No", WWW_Authenticate='Digest realm="camera", nonce="1"')
        playing = any(asked.method == "PLAY" for asked in device.asked[:-1])
        if playing and 'nonce="1"' in asked.headers["authorization"]:
            return reply(asked, "401 No", WWW_Authenticate=stale)
        if asked.method == "SETUP":
            return reply(asked, Session="1; timeout=2", Transport=asked.headers["transport"])
        return usual(asked)

    with responder(answer) as device, pytest.raises(DeviceError, match="nothing comes"):
        capture(device.url, tmp_path / "gate.mp4", timeout=1.6, credentials=LEE)
    after = [asked for asked in device.asked if asked.method in {"OPTIONS", "GET_PARAMETER"}][2:]
    assert len(after) == 2
    assert 'nonce="2"' in after[1].headers["authorization"]


@pytest.mark.parametrize("stale", ["", ", stale=true"])
def test_a_new_nonce_for_every_request_is_answered(stale: str, tmp_path: Path) -> None:
    """Each nonce is good for one request; some devices say that the old one is stale."""
    given: set[str] = set()

    def answer(asked: Asked) -> bytes:
        nonce = parameters(asked.headers.get("authorization", "")).get("nonce", "")
        if nonce in given:
            given.discard(nonce)
            return usual(asked)
        given.add(fresh := f"n{len(device.asked)}")
        header = f'Digest realm="camera", nonce="{fresh}"{stale if nonce else ""}'
        return reply(asked, "401 Unauthorized", WWW_Authenticate=header)

    with responder(answer) as device, pytest.raises(DeviceError, match="nothing comes"):
        capture(device.url, tmp_path / "gate.mp4", timeout=0.5, credentials=LEE)
    assert [asked.method for asked in device.asked[1::2]] == [
        "OPTIONS",
        "DESCRIBE",
        "SETUP",
        "PLAY",
    ]


@pytest.mark.film
def test_the_end_of_a_session_is_asked_for_with_a_new_nonce_too(tmp_path: Path) -> None:
    """A device that is told nothing but the old one goes on, and its place stays taken."""

    def answer(asked: Asked) -> bytes:
        nonce = parameters(asked.headers.get("authorization", "")).get("nonce", "")
        if nonce != asked.method:
            header = f'Digest realm="camera", nonce="{asked.method}"'
            return reply(asked, "401 Unauthorized", WWW_Authenticate=header)
        return usual(asked) + (recording(10) if asked.method == "PLAY" else b"")

    with responder(answer) as device:
        capture(
            device.url,
            tmp_path / "gate.mp4",
            replay=(BEGIN, BEGIN + timedelta(60)),
            timeout=LONG,
            credentials=LEE,
        )
    asked = [one for one in device.asked if one.method == "TEARDOWN"]
    assert 'nonce="TEARDOWN"' in asked[-1].headers["authorization"]


def test_who_was_answered_by_digest_does_not_get_the_password_itself(tmp_path: Path) -> None:
    """Whoever comes in between after a login asks for it in vain."""

    def answer(asked: Asked) -> bytes:
        first, then = 'Digest realm="camera", nonce="1"', 'Basic realm="camera"'
        if "authorization" not in asked.headers:
            return reply(asked, "401 Unauthorized", WWW_Authenticate=first)
        if asked.method == "OPTIONS":
            return usual(asked)
        return reply(asked, "401 Unauthorized", WWW_Authenticate=then)

    with responder(answer) as device, pytest.raises(DeviceError, match="the password itself"):
        capture(device.url, tmp_path / "gate.mp4", timeout=LONG, credentials=LEE)
    answers = [asked.headers.get("authorization", "Digest") for asked in device.asked]
    assert all(each.startswith("Digest") for each in answers)


def test_nor_does_who_asks_for_it_on_the_next_connection(tmp_path: Path) -> None:
    """What came before is kept."""
    sender, units = Sender(), film(SIZES[0])[:40]

    def answer(asked: Asked) -> bytes:
        playing = any(asked.method == "PLAY" for asked in device.asked[:-1])
        given, wanted = asked.headers.get("authorization", ""), "Basic" if playing else "Digest"
        if not given.startswith(wanted):
            header = f'{wanted} realm="camera", nonce="1"'
            return reply(asked, "401 Unauthorized", WWW_Authenticate=header)
        return usual(asked)

    with responder(answer) as device:
        device.later = [(0.06, sender.packets(unit, n)) for n, unit in enumerate(units)]
        captured = capture(
            device.url, tmp_path / "gate.mp4", timeout=TIMEOUT, seconds=9, credentials=LEE
        )
    assert [asked.method for asked in device.asked].count("OPTIONS") == 3  # the last in vain
    assert not any("Basic" in asked.headers.get("authorization", "") for asked in device.asked)
    assert captured.frames > 20
    assert "asks for the password itself" in capture_lines.reason(captured)


def test_a_recorder_may_ask_for_another_digest_than_the_camera_behind_it(tmp_path: Path) -> None:
    def answer(asked: Asked) -> bytes:
        given = asked.headers.get("authorization", "")
        if asked.method == "OPTIONS" and 'nonce="1"' not in given:
            strong = 'Digest realm="recorder", nonce="1", algorithm=SHA-256'
            return reply(asked, "401 Unauthorized", WWW_Authenticate=strong)
        if asked.method != "OPTIONS" and 'nonce="2"' not in given:
            weak = 'Digest realm="camera", nonce="2"'
            return reply(asked, "401 Unauthorized", WWW_Authenticate=weak)
        return usual(asked)

    with responder(answer) as device, pytest.raises(DeviceError, match="nothing comes"):
        capture(device.url, tmp_path / "gate.mp4", timeout=0.5, credentials=LEE)
    assert any(asked.method == "PLAY" for asked in device.asked)


def test_new_nonces_without_end_end_in_a_sentence_and_no_flood(tmp_path: Path) -> None:
    """Always stale, also in answer to keep-alives (after 1 s each)."""

    def answer(asked: Asked) -> bytes:
        playing = any(asked.method == "PLAY" for asked in device.asked[:-1])
        if asked.method == "SETUP":
            return reply(asked, Session="1; timeout=2", Transport=asked.headers["transport"])
        if not playing and "authorization" in asked.headers:
            return usual(asked)
        nonce = f'Digest realm="camera", nonce="{len(device.asked)}", stale=true'
        return reply(asked, "401 Unauthorized", WWW_Authenticate=nonce)

    with responder(answer) as device, pytest.raises(DeviceError, match="nothing comes"):
        capture(device.url, tmp_path / "gate.mp4", timeout=2.5, credentials=LEE)
    after = [asked.method for asked in device.asked].index("PLAY")
    assert len(device.asked) - after < 8


@pytest.mark.parametrize("algorithm", ["MD5-sess", "SHA-256", "SHA-512-256", "SHA-256-sess"])
def test_every_digest_that_a_device_may_ask_for_is_calculated_right(
    algorithm: str, tmp_path: Path
) -> None:
    """By the server's side of it, whose -sess key is of the first request."""
    challenge = Challenge(
        scheme="digest", realm="camera", nonce="7", algorithm=algorithm, qop="auth"
    )
    first: list[str] = []

    def answer(asked: Asked) -> bytes:
        header = asked.headers.get("authorization", "")
        first.extend([parameters(header)["cnonce"]] if header and not first else [])
        if header and is_right(header, challenge, LEE.password, asked.method):
            assert parameters(header)["cnonce"] == first[0]
            return usual(asked)
        words = f'Digest realm="camera", nonce="7", algorithm={algorithm}, qop="auth,auth-int"'
        return reply(asked, "401 Unauthorized", WWW_Authenticate=words)

    with responder(answer) as device, pytest.raises(DeviceError, match="nothing comes"):
        capture(device.url, tmp_path / "gate.mp4", timeout=0.5, credentials=LEE)


INTERLEAVED: dict[str, bytes] = {
    "no_rtp": b"$\0\0\5hello",
    "empty": b"$\0\0\0",
    "other_channels": b"$\7\0\5hello",
    "cut": b"$\0\xff\xffhello",
    "garbage": bytes(range(256)),
    "control": b"$\1\0\4\x80\xc8\xff\xff",
    "header_of_extensions": b"$\0\0\x10\x9f\x60\0\1\0\0\0\2\0\0\0\3\xff\xff\xff\xff",
    "padding": b"$\0\0\x0d\xa0\x60\0\1\0\0\0\2\0\0\0\3\xff",
}


@pytest.mark.parametrize("name", INTERLEAVED)
def test_garbage_between_the_replies_is_a_sentence_in_time(name: str, tmp_path: Path) -> None:
    """Again and again, where packets are expected."""

    def answer(asked: Asked) -> bytes:
        sent = b"\0SLOW\0" + INTERLEAVED[name] if asked.method == "PLAY" else b""
        return usual(asked) + sent

    begun = time.monotonic()
    with responder(answer) as device, pytest.raises(DeviceError) as caught:
        capture(device.url, tmp_path / "gate.mp4", timeout=0.5, seconds=60)
    assert caught.value.code in {"silent", "nonsense", "no_picture", "closed"}
    assert time.monotonic() - begun < 30  # of 60
    assert list(tmp_path.iterdir()) == []


GROUPS = {
    "of_another_family": ("destination=ff02::5;port=5000-5001", "cannot be joined"),
    "none": ("destination=192.0.2.7;port=5000-5001", "names no multicast group"),
    "no_port": ("destination=239.1.1.1;port=" + "9" * 5000, "names no multicast group"),
}


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_that_cannot_be_joined_is_named(name: str, tmp_path: Path) -> None:
    answer, words = GROUPS[name]

    def answered(asked: Asked) -> bytes:
        transport = f"RTP/AVP;multicast;{answer}"
        return only("SETUP", reply(asked, Session="1", Transport=transport))(asked)

    with responder(answered) as device, pytest.raises(DeviceError, match=words) as caught:
        capture(device.url, tmp_path / "gate.mp4", transport="multicast", timeout=LONG)
    assert caught.value.code == "transport"


@pytest.mark.parametrize("source", ["x" * 300, "\xfc.invalid", "192.0.2.7"])
def test_no_packet_goes_to_another_host_that_a_device_names(source: str, tmp_path: Path) -> None:
    """The packets that open a firewall's way go to the host that was reached."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ports:
        ports.bind(("127.0.0.1", 0))
        ports.settimeout(10)
        port = ports.getsockname()[1]

        def answered(asked: Asked) -> bytes:
            transport = f"{asked.headers.get('transport')};server_port={port}-0;source={source}"
            return only("SETUP", reply(asked, Session="1", Transport=transport))(asked)

        with responder(answered) as device, pytest.raises(DeviceError, match="nothing comes"):
            capture(device.url, tmp_path / "gate.mp4", transport="udp", timeout=0.5)
        assert len(ports.recv(100)) == 8
