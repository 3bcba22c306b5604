"""A camera on the network: GStreamer's RTSP server, fed with coded frames and faults as planned.

The tests import ``camera`` from here; the same file, run by Debian's Python, is the server. It
prints a line of JSON once it listens, and one for each client, session and stream after.
"""

from __future__ import annotations

import contextlib
import json
import struct
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Coded = list[list[tuple[int, bytes]]]  # films: for each frame its place in time, and its bytes
DEBIAN = "/usr/bin/python3"
PATIENCE = 120.0  # s until it listens, on a busy machine
PAYLOADERS = {
    "h264": "rtph264pay config-interval=0", "h265": "rtph265pay config-interval=0",
    "mjpeg": "rtpjpegpay",
}  # fmt: skip
CAPS = {
    "h264": "video/x-h264,stream-format=byte-stream,alignment=au",
    "h265": "video/x-h265,stream-format=byte-stream,alignment=au",
    "mjpeg": "image/jpeg",
}


@dataclass(kw_only=True)
class Faults:
    """What the camera does; by default all is well."""

    codec: str = "h264"
    size: tuple[int, int] = (320, 240)
    rate: float = 25.0
    stated_rate: float | None = None
    """In the SDP, if it contradicts."""

    gop: int = 25
    host: str = "127.0.0.1"
    port: int = 0
    path: str = "/live"
    user: str = ""
    password: str = ""
    basic: bool = False
    multicast: str = ""
    """Group that the stream is sent to; empty: none."""

    tls: str = ""
    """PEM file of certificate and key."""

    jitter: float = 0.0
    """s: each frame is sent late by up to this."""

    skipped: tuple[int, ...] = ()
    """Frames that the camera drops."""

    jumps: dict[int, float] = field(default_factory=dict)
    """s that RTP time jumps by, at a frame."""

    stock: int = 0
    """Frames sent at once in the beginning."""

    stops_after: int = 0
    """Frames after which nothing is sent any more; 0: never."""

    other_size_from: int = 0
    """Frame from which on the picture is of half the size; 0: never."""

    refuse_play: int = 0
    """Status that PLAY is answered with."""

    most_sessions: int = 0
    """Sessions beyond which 453 is answered; 0: any number."""

    session_timeout: int = 60
    sets_in_sdp_only: bool = False
    sender_reports: bool = True
    packet_bytes: int = 1400
    quiet: bool = False
    """Whether it says nothing of the frames it sends."""

    film: str = ""
    """H.264 in MP4 that is sent, again and again, in place of a grey picture."""

    noise: int = 0
    """Amplitude of noise in the picture, which makes bits."""

    bit_rate: int = 0
    """Bits per second of the encoder; 0: constant quality."""

    options: dict[str, str] = field(default_factory=dict)
    """Options of the encoder."""


@dataclass(kw_only=True)
class Camera:
    """A running camera."""

    url: str
    process: subprocess.Popen[str]
    port: int
    said: list[dict[str, Any]]

    def sent(self) -> list[dict[str, Any]]:
        """Return the frames pushed so far: ``frame``, ``at`` (Unix s), ``monotonic`` (s)."""
        return [line for line in self.said if "frame" in line]


@contextlib.contextmanager
def camera(*, prefix: tuple[str, ...] = (), **faults: Any) -> Iterator[Camera]:
    """Run a camera; ``prefix`` are the words before the command (a network namespace)."""
    planned = Faults(**faults)
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder, "plan.json")
        coded = [_filmed(planned) if planned.film else _coded(planned, planned.size)]
        if planned.other_size_from:
            coded.append(_coded(planned, (planned.size[0] // 2, planned.size[1] // 2)))
        for number, units in enumerate(coded):
            _store(Path(folder, f"{number}.units"), units)
        plan.write_text(json.dumps(asdict(planned)))
        command = (*prefix, DEBIAN, __file__, str(plan))
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            said: list[dict[str, Any]] = []
            assert process.stdout is not None
            hung = threading.Timer(PATIENCE, process.kill)
            hung.start()
            first = json.loads(process.stdout.readline())
            hung.cancel()
            reader = threading.Thread(target=_listen, args=(process.stdout, said), daemon=True)
            reader.start()
            scheme = "rtsps" if planned.tls else "rtsp"
            host = f"[{planned.host}]" if ":" in planned.host else planned.host
            url = f"{scheme}://{host}:{first['port']}{planned.path}"
            try:
                yield Camera(url=url, process=process, port=first["port"], said=said)
            finally:
                process.kill()
                process.wait()
                reader.join()


def _listen(stdout: Any, said: list[dict[str, Any]]) -> None:
    for line in stdout:
        with contextlib.suppress(json.JSONDecodeError):
            said.append(json.loads(line))


def _store(path: Path, units: list[tuple[int, bytes]]) -> None:
    heads = (struct.pack("!iI", shown, len(unit)) + unit for shown, unit in units)
    path.write_bytes(b"".join(heads))


def _filmed(faults: Faults) -> list[tuple[int, bytes]]:
    """Take the frames of a film, without B-frames, as they are coded."""
    import av

    with av.open(faults.film) as container:
        stream = container.streams.video[0]
        faults.size = stream.width, stream.height
        annex_b = av.BitStreamFilterContext("h264_mp4toannexb", stream)
        packets = [each for packet in container.demux(stream) for each in annex_b.filter(packet)]
        step = 1 / (stream.time_base * round(faults.rate))
        return [(round(packet.pts / step), bytes(packet)) for packet in packets if packet.size]


def _coded(faults: Faults, size: tuple[int, int]) -> list[tuple[int, bytes]]:
    """Code a few GOPs, which the camera repeats: a grey picture that gets brighter, with noise."""
    import av
    import numpy as np

    names = {"h264": ("h264", "libx264"), "h265": ("hevc", "libx265"), "mjpeg": ("mjpeg", "mjpeg")}
    form, encoder = names[faults.codec]
    options = {"bf": "0", "g": str(faults.gop)}
    if form == "h264":
        options |= {"preset": "ultrafast", "x264-params": f"scenecut=0:keyint={faults.gop}"}
    elif form == "hevc":
        params = f"scenecut=0:keyint={faults.gop}:bframes=0:repeat-headers=1:log-level=0"
        options |= {"preset": "ultrafast", "x265-params": params}
    context = av.CodecContext.create(encoder, "w")
    context.width, context.height = size
    context.pix_fmt = "yuvj420p" if form == "mjpeg" else "yuv420p"
    context.framerate = round(faults.rate)
    context.time_base = 1 / context.framerate
    if faults.bit_rate:
        context.bit_rate = faults.bit_rate
    context.options = options | faults.options
    random, units = np.random.default_rng(1), []
    for index in range(2 * faults.gop):
        luma = np.full((size[1], size[0]), 40 + index % 150, np.int16)
        luma[:, (index * 4) % size[0] :][:, :8] = 235
        if faults.noise:
            luma += random.integers(-faults.noise, faults.noise + 1, luma.shape, np.int16)
        chroma = np.full((size[1] // 2, size[0] // 2), 128, np.uint8)
        planes = np.clip(luma, 16, 235).astype(np.uint8), chroma, chroma
        array = np.concatenate([plane.reshape(-1) for plane in planes]).reshape(-1, size[0])
        frame = av.VideoFrame.from_ndarray(array, format="yuv420p")
        if form == "mjpeg":
            frame = frame.reformat(format="yuvj420p")
        frame.pts = index
        units += [(packet.pts, bytes(packet)) for packet in context.encode(frame)]
    return units + [(packet.pts, bytes(packet)) for packet in context.encode(None)]


# --- the server, under Debian's Python


def serve(plan: dict[str, Any], folder: Path) -> None:
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtsp", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer

    Gst.init(None)
    units = [_units(path) for path in sorted(folder.glob("*.units"))]
    server = GstRtspServer.RTSPServer.new()
    server.set_address(plan["host"])
    server.set_service(str(plan["port"]))
    factory = GstRtspServer.RTSPMediaFactory.new()
    factory.set_launch(_launch(plan))
    factory.set_shared(True)
    factory.set_latency(0)
    if plan["multicast"]:
        pool = GstRtspServer.RTSPAddressPool.new()
        pool.add_range(plan["multicast"], plan["multicast"], 15000, 15010, 1)
        factory.set_address_pool(pool)
        factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP_MCAST)
    factory.connect("media-configure", lambda _, media: _configured(media, plan, units, Gst))
    mounts = server.get_mount_points()
    mounts.add_factory(plan["path"], factory)
    if plan["user"]:
        _protect(server, factory, plan, GstRtspServer, GstRtsp)
    if plan["tls"]:
        auth = GstRtspServer.RTSPAuth.new()
        auth.set_default_token(_token(GstRtspServer))
        factory.add_role_from_structure(_role())
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(plan["tls"]))
        server.set_auth(auth)
    server.get_session_pool().set_max_sessions(plan["most_sessions"])
    server.connect("client-connected", lambda _, client: _watched(client, plan, GstRtsp))
    GLib.timeout_add_seconds(1, lambda: server.get_session_pool().cleanup() or True)
    server.attach(None)
    say(port=server.get_bound_port())
    GLib.MainLoop().run()


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 -- for the test that reads it


def _launch(plan: dict[str, Any]) -> str:
    payloader = f"{PAYLOADERS[plan['codec']]} name=pay0 pt=96 mtu={plan['packet_bytes']}"
    if plan["codec"] == "mjpeg":
        payloader = payloader.replace("pt=96", "pt=26")
    parse = {"h264": "h264parse !", "h265": "h265parse !", "mjpeg": ""}[plan["codec"]]
    if not plan["sets_in_sdp_only"]:
        parse = {"h264": "h264parse config-interval=-1 !", "h265": "h265parse config-interval=-1 !"
                 }.get(plan["codec"], "")  # fmt: skip
    return f"( appsrc name=frames is-live=true format=time ! {parse} {payloader} )"


def _protect(server: Any, factory: Any, plan: dict[str, Any], rtsp: Any, kinds: Any) -> None:
    auth, token = rtsp.RTSPAuth.new(), _token(rtsp)
    if plan["basic"]:
        auth.set_supported_methods(kinds.RTSPAuthMethod.BASIC)
        auth.add_basic(rtsp.RTSPAuth.make_basic(plan["user"], plan["password"]), token)
    else:
        auth.set_supported_methods(kinds.RTSPAuthMethod.DIGEST)
        auth.add_digest(plan["user"], plan["password"], token)
    factory.add_role_from_structure(_role())
    server.set_auth(auth)


def _token(rtsp: Any) -> Any:
    token = rtsp.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    return token


def _role() -> Any:
    from gi.repository import Gst

    return Gst.Structure.from_string(
        "viewer, media.factory.access=true, media.factory.construct=true"
    )[0]


def _watched(client: Any, plan: dict[str, Any], kinds: Any) -> None:
    say(client="connected")
    client.connect("closed", lambda _: say(client="closed"))
    client.connect("new-session", lambda _, session: session.set_timeout(plan["session_timeout"]))
    if plan["refuse_play"]:
        status = kinds.RTSPStatusCode(plan["refuse_play"])
        client.connect("pre-play-request", lambda *_: status)
    client.connect("teardown-request", lambda *_: say(client="teardown"))
    client.connect("get-parameter-request", lambda *_: say(client="get_parameter"))


def _configured(
    media: Any, plan: dict[str, Any], units: list[list[tuple[int, bytes]]], gst: Any
) -> None:
    media.set_reusable(False)
    media.get_element().get_parent().connect("deep-element-added", _at_once)
    source = media.get_element().get_by_name_recurse_up("frames")
    rate = round(1000 * (plan["stated_rate"] or plan["rate"]))
    width, height = plan["size"]
    caps = f"{CAPS[plan['codec']]},width={width},height={height},framerate={rate}/1000"
    source.set_property("caps", gst.Caps.from_string(caps))
    stopped = threading.Event()
    media.connect("unprepared", lambda _: stopped.set())
    if not plan["sender_reports"]:
        media.connect("prepared", _mute)
    feeder = threading.Thread(target=_feed, args=(source, plan, units, stopped, gst), daemon=True)
    feeder.start()


def _at_once(_: object, __: object, element: Any) -> None:
    """Send what comes when it comes, whatever its time stamp says."""
    if element.find_property("sync"):
        element.set_property("ts-offset", -(10**14))


def _mute(media: Any) -> None:
    """Send no sender reports."""
    pay = media.get_stream(0)
    session = pay.get_rtpsession()
    session.set_property("rtcp-min-interval", 3600 * 10**9)


def _feed(source: Any, plan: dict[str, Any], units: Coded, stopped: Any, gst: Any) -> None:
    """Push the frames when they are due, under the times that are planned."""
    import random

    generator = random.Random(1)  # noqa: S311 -- no secret
    begun, offset, jumps = time.monotonic(), 0.0, {int(k): v for k, v in plan["jumps"].items()}
    index = 0
    coded = units[0]
    cycle = 1 + max(shown for shown, _ in coded)
    while not stopped.is_set() and not (plan["stops_after"] and index >= plan["stops_after"]):
        if plan["other_size_from"] and index >= plan["other_size_from"]:
            coded = units[1]
        shown, unit = coded[index % len(coded)]
        shown += index // len(coded) * cycle
        place = shown if plan["film"] else index
        due = begun + max(0, place - plan["stock"]) / plan["rate"]
        time.sleep(max(0.0, due + generator.random() * plan["jitter"] - time.monotonic()))
        offset += jumps.get(index, 0.0)
        if index not in plan["skipped"]:
            buffer = gst.Buffer.new_wrapped(unit)
            buffer.pts = round((shown / plan["rate"] + offset + 3600) * 1e9)
            buffer.dts = round((index / plan["rate"] + offset + 3590) * 1e9)
            buffer.duration = round(1e9 / plan["rate"])
            if not plan["quiet"]:
                say(frame=index, at=time.time(), monotonic=time.perf_counter())
            if source.emit("push-buffer", buffer) != gst.FlowReturn.OK:
                return
        index += 1


def _units(path: Path) -> list[tuple[int, bytes]]:
    content, at, units = path.read_bytes(), 0, []
    while at < len(content):
        shown, size = struct.unpack_from("!iI", content, at)
        units.append((shown, content[at + 8 : at + 8 + size]))
        at += 8 + size
    return units


if __name__ == "__main__":
    serve(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[1]).parent)
