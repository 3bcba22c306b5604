"""What a stream says of itself (SDP, RFC 4566), as far as a video in it is concerned."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

from acceptance.errors import DeviceError
from acceptance.live.rtsp import replies
from acceptance.messages import shortened, tr

VIDEO_CLOCK = 90000  # Hz, RFC 3551
STATIC = {26: ("JPEG", VIDEO_CLOCK)}
LONGEST_NAME = 40  # characters of a codec's name
READ = {"H264": "h264", "H265": "hevc", "HEVC": "hevc", "JPEG": "mjpeg"}


@dataclass(frozen=True, kw_only=True)
class VideoMedia:
    """A video of an SDP."""

    codec: str
    """``h264``, ``hevc`` or ``mjpeg``."""

    payload_type: int
    """That its packets bear, 0 to 127."""

    clock_rate: int
    """Ticks of RTP time per second."""

    control: str
    """URL that SETUP asks for."""

    session: str
    """URL that PLAY and what follows ask for: the whole session's."""

    frame_rate: float | None
    """Frames per second as stated; None: not stated."""

    size: tuple[int, int] | None = None
    """Width and height in px as stated (``a=framesize``, ``a=x-dimensions``); None: not stated."""

    parameter_sets: tuple[bytes, ...] = ()
    """Of H.264 and H.265, as far as they stand in the SDP."""

    ssrc: int = -1
    """Sender that is announced (``a=ssrc``, RFC 5576); -1: none."""

    multicast: str = ""
    """Group address; empty: none is stated."""

    port: int = 0
    """Of the multicast; 0: none is stated."""

    format: dict[str, str] = field(default_factory=dict)
    """Parameters of ``a=fmtp``, names in lower case."""


def video(text: str, base: str) -> VideoMedia:
    """Find the first video that can be read. ``base``: URL that the controls belong to.

    Raises DeviceError where there is none; it names the codecs that were offered.
    """
    whole, *media = re.split(r"^m=", text.replace("\r", ""), flags=re.MULTILINE)
    session, refused = _attributes(whole), []
    base = _joined(base, session.get("control", ["*"])[0])
    for part in media:
        if part.startswith("video "):
            found = _video(part, whole, base)
            if isinstance(found, VideoMedia):
                return found
            refused += [found] if found else []
    raise _none(base, refused)


def _none(base: str, refused: list[str]) -> DeviceError:
    if not refused:
        what, hint = tr("offers no video"), tr("Ask for another path of the device")
    else:
        names = shortened(dict.fromkeys(name[:LONGEST_NAME] for name in refused))
        what = tr("sends {codecs}, which cannot be read", codecs=names)
        hint = tr("Set the camera to H.264, H.265 or MJPEG for the test, and say so in the plan")
    return DeviceError(what, where=base, hint=hint, code="codec")


def _video(part: str, whole: str, base: str) -> VideoMedia | str:
    """Read one ``m=video``; the name of its codec where that cannot be read."""
    attributes = _attributes(part)
    words = part.partition("\n")[0].split()
    port, types = "".join(words[1:2]).partition("/")[0], words[3:]
    name, names = "", dict(_rtpmap(line) for line in attributes.get("rtpmap", []))
    for payload_type in (int(each) for each in types if replies.number(each, 127) >= 0):
        name, rate = names.get(payload_type) or STATIC.get(payload_type, (f"RTP {payload_type}", 0))
        parameters = _parameters(attributes.get("fmtp", []), payload_type)
        if name in READ and rate > 0 and not _interleaves(parameters):
            group = re.search(r"^c=IN IP[46] ([^\s/]+)", part, re.MULTILINE)
            group = group or re.search(r"^c=IN IP[46] ([^\s/]+)", whole, re.MULTILINE)
            return VideoMedia(
                codec=READ[name],
                payload_type=payload_type,
                clock_rate=rate,
                session=base,
                control=_joined(base, attributes.get("control", ["*"])[0]),
                frame_rate=_rate(attributes),
                size=_size(attributes),
                parameter_sets=_sets(parameters),
                ssrc=_ssrc(attributes),
                multicast=group[1] if group else "",
                port=max(0, replies.number(port, 65535)),
                format=parameters,
            )
    return name


def _attributes(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^a=([\w-]+):?(.*)$", text, re.MULTILINE):
        found.setdefault(name.lower(), []).append(value.strip())
    return found


def _rtpmap(line: str) -> tuple[int, tuple[str, int]]:
    found = re.match(r"(\d{1,3})\s+([\w.-]+)/(\d{1,9})", line)
    return (int(found[1]), (found[2].upper(), int(found[3]))) if found else (-1, ("", 0))


def _parameters(lines: list[str], payload_type: int) -> dict[str, str]:
    for line in lines:
        number, _, rest = line.partition(" ")
        if number == str(payload_type):
            pairs = (part.strip().partition("=") for part in rest.split(";"))
            return {name.lower(): value for name, _, value in pairs if name}
    return {}


def _interleaves(parameters: dict[str, str]) -> bool:
    """Whether frames are sent out of order in packets (H.264 mode 2; H.265 with DONL)."""
    depth = parameters.get("sprop-max-don-diff", "0")
    return parameters.get("packetization-mode") == "2" or depth.strip() != "0"


def _sets(parameters: dict[str, str]) -> tuple[bytes, ...]:
    names = ("sprop-vps", "sprop-sps", "sprop-pps", "sprop-parameter-sets")
    texts = [text for name in names for text in parameters.get(name, "").split(",") if text]
    try:
        return tuple(base64.b64decode(text + "=" * (-len(text) % 4)) for text in texts)
    except (binascii.Error, ValueError):
        return ()


def _rate(attributes: dict[str, list[str]]) -> float | None:
    for name in ("framerate", "x-framerate"):
        for text in attributes.get(name, []):
            found = re.match(r"\d{1,4}(?:\.\d{1,6})?", text)
            if found and float(found[0]) > 0:
                return float(found[0])
    return None


def _ssrc(attributes: dict[str, list[str]]) -> int:
    """Return the only SSRC that is announced; of several nobody knows which is the video's."""
    named = {text.partition(" ")[0] for text in attributes.get("ssrc", [])}
    number = named.pop() if len(named) == 1 else ""
    return int(number) if re.fullmatch(r"\d{1,10}", number) and int(number) < 1 << 32 else -1


def _size(attributes: dict[str, list[str]]) -> tuple[int, int] | None:
    for name in ("framesize", "x-dimensions"):
        for text in attributes.get(name, []):
            found = re.search(r"(\d{1,5})\s*[-,x]\s*(\d{1,5})$", text)
            if found:
                return int(found[1]), int(found[2])
    return None


def _joined(base: str, control: str) -> str:
    """Append a control to its base, as devices mean it: the whole path of the base counts."""
    if control in {"", "*"}:
        return base
    if "://" in control:
        return control
    if control.startswith("/"):
        found = re.match(r"(rtsps?://[^/]*)", base)
        return f"{found[1] if found else ''}/{control.lstrip('/')}"
    return f"{base}{'' if base.endswith('/') else '/'}{control}"
