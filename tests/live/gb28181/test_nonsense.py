"""Whatever a network brings, a platform reads on: messages and streams with bytes changed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peers.gb28181_device import ID, PLATFORM

from acceptance.live.gb28181 import offer
from acceptance.live.gb28181.link import Arrival, Peer
from acceptance.live.gb28181.program_stream import ProgramStream
from acceptance.live.gb28181.registrar import RegisteredDevice
from acceptance.live.gb28181.sip_message import Framer, SipSyntaxError

if TYPE_CHECKING:
    from acceptance.live.gb28181.link import Link
    from acceptance.live.gb28181.platform import Platform

PEER = Peer("UDP", "127.0.0.1", 5060)
BODY = (
    '<?xml version="1.0" encoding="GB2312"?>\r\n<Response><CmdType>Catalog</CmdType><SN>1</SN>'
    f"<DeviceID>{ID}</DeviceID><SumNum>1</SumNum><DeviceList Num='1'><Item><DeviceID>{ID}"
    "</DeviceID><Name>大门</Name></Item></DeviceList></Response>"
).encode("gb18030")
HEAD = (
    f"Via: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bK1\r\nFrom: <sip:{ID}@b>;tag=1\r\n"
    f"To: <sip:{ID}@b>\r\nCall-ID: 1\r\nCSeq: 1 %s\r\nContact: <sip:{ID}@b>;expires=5\r\n%s\r\n"
)
DIGEST = 'Authorization: Digest username="a", realm="b", nonce="c", uri="d", response="e"\r\n'
MESSAGES = [
    f"REGISTER sip:{PLATFORM}@b SIP/2.0\r\n{HEAD % ('REGISTER', DIGEST)}".encode(),
    f"MESSAGE sip:{PLATFORM}@b SIP/2.0\r\n{HEAD % ('MESSAGE', '')}".encode() + BODY,
    f"BYE sip:{PLATFORM}@b SIP/2.0\r\n{HEAD % ('BYE', '')}".encode(),
    f"SIP/2.0 200 OK\r\n{HEAD % ('INVITE', '')}".encode(),
]
ANSWER = b"v=0\r\ns=Play\r\nm=video 1 RTP/AVP 96\r\na=rtpmap:96 PS/90000\r\ny=0200000001\r\n"
PACKS = bytes.fromhex(
    "000001ba440004000401001003f8000001bc000ee1ff000000041be0000000000000000001e0000c800005"
    "2100010001000000016742"
)


def bent(content: bytes, chance: random.Random) -> bytes:
    """Change, repeat or leave out a few pieces."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(content) + 1)
        end = min(len(content), at + chance.choice((0, 1, 1, 5, 40)))
        new = chance.choice(
            (b"", chance.randbytes(3), content[at:end] * 3, b"\r\n", b"<", b"999999999999", b'"')
        )
        content = content[:at] + new + content[end:]
    return content


@pytest.mark.parametrize("message", MESSAGES, ids=["REGISTER", "MESSAGE", "BYE", "200"])
def test_no_message_stops_the_platform(
    message: bytes, sockets: Link, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(1)  # noqa: S311 -- not for secrets
    platform.registrar.devices[ID] = RegisteredDevice(ID, PEER, "", 10**9, 0.0)
    waiting = [Arrival(PEER, bent(message, chance), 1.0) for _ in range(500)]
    monkeypatch.setattr(sockets, "receive", lambda _seconds: [waiting.pop()])
    assert platform.serve(lambda: not waiting, 60)
    assert len(platform.report()) > 1  # some were read, some were not


@settings(max_examples=200)
@given(st.integers(0, 10**9))
def test_no_stream_and_no_answer_stops_its_reader(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- not for secrets
    program = ProgramStream()
    payloads = [bent(PACKS, chance) for _ in range(chance.randint(1, 4))]
    program.learn(payloads[0])
    program.frame(payloads)
    wanted = offer.MediaRequest(channel=ID, seconds=1.0)
    said = offer.departures(bent(ANSWER, chance), wanted, "0200000001")
    assert all(0 < len(text) < 200 for text in said), "no answer fills the screen"


@given(st.integers(0, 10**9))
def test_a_connection_is_cut_into_the_messages_that_were_sent(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- not for secrets
    message = b"BYE sip:a@b SIP/2.0\r\nl: %d\r\n\r\n%s"
    sent = [message % (size, bytes(size)) for size in (chance.randrange(50) for _ in range(5))]
    stream, framer, came = b"\r\n\r\n".join(sent), Framer(), list[bytes]()
    while stream:
        size = chance.randint(1, 60)
        came += framer.feed(stream[:size])
        stream = stream[size:]
    assert came == sent


@pytest.mark.parametrize("stated", [b"x", b"-1", b"9999999", b"99999999999999"])
def test_a_length_that_cannot_be_ends_the_connection(stated: bytes) -> None:
    with pytest.raises(SipSyntaxError):
        Framer().feed(b"BYE sip:a@b SIP/2.0\r\nContent-Length: " + stated + b"\r\n\r\n")
