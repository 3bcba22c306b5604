"""Makes a programme stream as cameras send it; run by the system's Python, which has GStreamer.

``gb28181_stream.py FILE CODEC FRAMES``: of every frame its time (s, 8 bytes) and its length (4
bytes, both big-endian), then its packs. H.264 is packed by GStreamer's ``mpegpsmux``, H.265, which
that does not take, by the few lines here.
"""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

CODERS = {
    "h264": "x264enc tune=zerolatency key-int-max=25 bframes=0 speed-preset=ultrafast "
    "! h264parse ! mpegpsmux",
    "h265": "x265enc tune=zerolatency key-int-max=25 speed-preset=ultrafast "
    "! h265parse ! video/x-h265,stream-format=byte-stream,alignment=au",
}
PICTURE = "video/x-raw,format=I420,width=640,height=360,framerate=25/1"
RATE = 25  # frame/s
PACK, VIDEO = b"\x00\x00\x01\xba", b"\x00\x00\x01\xe0"
PACK_HEADER = PACK + bytes.fromhex("440004000401001003f8")
MAP_H265 = bytes.fromhex("000001bc000ee1ff0000000424e0000000000000")  # its check sum is not right


def make(codec: str, frames: int) -> list[tuple[float, bytes]]:
    """Return time (s) and packs of each frame; a key frame begins with the map of the stream."""
    made: list[tuple[float, bytes]] = []
    heads = b"" if codec == "h264" else MAP_H265
    for piece, key in _pieces(codec, frames):
        time = len(made) / RATE
        if codec == "h264" and not piece.startswith(VIDEO):
            heads += b"" if piece.startswith(PACK) else piece
            continue
        packed = piece if codec == "h264" else b"".join(_packets(piece, time))
        if codec == "h264" and not piece[7] & 0x80:  # goes on with a frame that is long
            made[-1] = made[-1][0], made[-1][1] + packed
        else:
            made.append((time, PACK_HEADER + (heads if key else b"") + packed))
    return made


def _pieces(codec: str, frames: int) -> list[tuple[bytes, bool]]:
    import gi  # type: ignore[import-not-found]

    gi.require_version("Gst", "1.0")
    from gi.repository import Gst  # type: ignore[import-not-found]

    Gst.init(None)
    source = f"videotestsrc num-buffers={frames} pattern=ball ! {PICTURE}"
    pipeline = Gst.parse_launch(f"{source} ! {CODERS[codec]} ! appsink name=sink sync=false")
    pipeline.set_state(Gst.State.PLAYING)
    sink, pieces = pipeline.get_by_name("sink"), []
    while sample := sink.emit("pull-sample"):
        buffer = sample.get_buffer()
        key = not buffer.get_flags() & Gst.BufferFlags.DELTA_UNIT
        pieces.append((buffer.extract_dup(0, buffer.get_size()), key))
    pipeline.set_state(Gst.State.NULL)
    return pieces


def _packets(frame: bytes, time: float) -> list[bytes]:
    """Put a frame into PES packets; the first has its time."""
    ticks = round(time * 90000)
    stamp = bytes(
        [
            0x21 | ticks >> 29 & 14,
            ticks >> 22 & 255,
            ticks >> 14 & 254 | 1,
            ticks >> 7 & 255,
            ticks << 1 & 254 | 1,
        ]
    )
    parts = [frame[at : at + 60000] for at in range(0, len(frame), 60000)]
    heads = [b"\x80\x80\x05" + stamp, *[b"\x80\x00\x00"] * (len(parts) - 1)]
    return [
        VIDEO + struct.pack("!H", len(head) + len(part)) + head + part
        for head, part in zip(heads, parts, strict=True)
    ]


def made(path: Path, codec: str, frames: int) -> list[tuple[float, bytes]]:
    """Make a stream with the system's Python, or skip the test where that has no GStreamer."""
    import pytest  # the system's Python has none

    command = ["/usr/bin/python3", __file__, str(path), codec, str(frames)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip(f"/usr/bin/python3 has no GStreamer that makes {codec}")
    return read(path)


def read(path: Path) -> list[tuple[float, bytes]]:
    """Read what was written."""
    content, frames, at = path.read_bytes(), [], 0
    while at < len(content):
        time, size = struct.unpack_from("!dI", content, at)
        frames.append((time, content[at + 12 : at + 12 + size]))
        at += 12 + size
    return frames


if __name__ == "__main__":
    content = [
        struct.pack("!dI", time, len(frame)) + frame
        for time, frame in make(sys.argv[2], int(sys.argv[3]))
    ]
    Path(sys.argv[1]).write_bytes(b"".join(content))
