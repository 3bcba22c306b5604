"""What a stream is asked for by, and what a device offers in answer: SDP with ``y=``."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.live.address import Address
from acceptance.messages import tr

if TYPE_CHECKING:
    from acceptance.live.gb28181.replies import Identity

PAYLOAD_TYPE, CLOCK_RATE = 96, 90000  # of PS (GB/T 28181)
DISCARD = 9  # port of who calls (RFC 4145, 4.1)
ANSWERS = {"active": "passive", "passive": "active"}  # to an offer (RFC 4145, 4.1)
MEDIA = re.compile(r"^m=video (\d{1,5}) (\S+)(.*)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class MediaRequest:
    """What is asked of a channel."""

    channel: str
    """Its code."""

    seconds: float
    """How long to take it down."""

    start: float | None = None
    """POSIX s of the recording's first moment; None: live."""

    tcp: bool = False
    """RTP over TCP; else over UDP."""

    calling: bool = False
    """Over TCP: we call the device (``setup:active``); else it calls us."""

    @property
    def name(self) -> str:
        """What ``s=`` says."""
        return "Play" if self.start is None else "Playback"


def ssrc(platform: str, number: int, *, playback: bool) -> str:
    """Return the ten digits of a stream: live or not, the platform's domain, a number."""
    return f"{playback:d}{platform[3:8]}{number % 10000:04d}"


def offer(wanted: MediaRequest, own: Identity, port: int, stream: str) -> bytes:
    """Write the SDP of an INVITE. ``port``: where packets are awaited."""
    start = 0 if wanted.start is None else round(wanted.start)
    end = 0 if wanted.start is None else round(wanted.start + wanted.seconds)
    family, port = 6 if ":" in own.host else 4, DISCARD if wanted.calling else port
    lines = [
        *("v=0", f"o={own.id} 0 0 IN IP{family} {own.host}", f"s={wanted.name}"),
        *([] if wanted.start is None else [f"u={wanted.channel}:0"]),
        *(f"c=IN IP{family} {own.host}", f"t={start} {end}"),
        f"m=video {port} {'TCP/RTP/AVP' if wanted.tcp else 'RTP/AVP'} {PAYLOAD_TYPE}",
        *("a=recvonly", f"a=rtpmap:{PAYLOAD_TYPE} PS/{CLOCK_RATE}"),
        *([f"a=setup:{_setup(wanted)}", "a=connection:new"] if wanted.tcp else []),
        f"y={stream}",
    ]
    return ("\r\n".join(lines) + "\r\n").encode()


def departures(content: bytes, wanted: MediaRequest, stream: str) -> list[str]:
    """Say in what the SDP of an answer is not what was asked for."""
    text = _text(content)
    media = MEDIA.search(text)
    if media is None:
        return [tr("the answer's SDP has no video")]
    faults = []
    if ("TCP" in media[2]) != wanted.tcp:
        faults.append(tr("the answer's SDP has the transport {name}", name=media[2][:20]))
    setup = re.search(r"^a=setup:(\S+)", text, re.MULTILINE)
    if wanted.tcp and setup and setup[1].lower() != ANSWERS[_setup(wanted)]:
        faults.append(tr("the answer's SDP has a=setup:{name}", name=setup[1][:20]))
    mapped = re.findall(r"^a=rtpmap:(\d+) +([A-Za-z0-9-]+)/(\d+)", text, re.MULTILINE)
    if not any(name.upper() == "PS" for _, name, _ in mapped):
        faults.append(tr("the answer's SDP names no programme stream (PS)"))
    elif (str(PAYLOAD_TYPE), "PS", str(CLOCK_RATE)) not in mapped:
        faults.append(tr("the answer's SDP changes the payload type or clock of PS"))
    name = re.search(r"^s=(.*)$", text, re.MULTILINE)
    if name is None or name[1].strip() != wanted.name:
        faults.append(tr("the answer's SDP has not s={name}", name=wanted.name))
    return [*faults, *_of_ssrc(text, stream)]


def place_of(content: bytes, host: str) -> Address | None:
    """Return where a device awaits that it is called, by the SDP of its answer; None: nowhere.

    ``host``: where it was reached, for one that names no address of its own.
    """
    text = _text(content)
    media = MEDIA.search(text)
    named = re.search(r"^c=IN IP[46] ([0-9A-Fa-f.:]+)\s*$", text, re.MULTILINE)
    if media is None or not 0 < int(media[1]) <= 65535:
        return None
    try:
        own = ipaddress.ip_address(named[1]) if named else None
    except ValueError:
        own = None
    odd = own is None or own.is_unspecified or own.is_multicast
    return Address(host if odd else str(own), int(media[1]))


def _setup(wanted: MediaRequest) -> str:
    return "active" if wanted.calling else "passive"


def _text(content: bytes) -> str:
    return content[:65536].decode("gb18030", errors="replace").replace("\r", "")


def _of_ssrc(text: str, stream: str) -> list[str]:
    stated = re.search(r"^y=(.*)$", text, re.MULTILINE)
    if stated is None:
        return [tr("the answer's SDP has no y=")]
    given = stated[1].strip()
    if given == stream:
        return []
    return [tr("the answer's SDP has y={given}, not {asked}", given=given[:12], asked=stream)]
