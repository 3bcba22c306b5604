# ruff: noqa: E501 -- a line for each container
"""Containers and streams as recorders, cameras and networks write them, written down beforehand.

``python benchmarks/recorder_containers.py [NUMBER ...]`` writes and measures them as
``containers.py`` does. Where a file holds numbers of pictures but no times, ``rate`` is what a
camera may have sent all the same: no rate may be stated then.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
from containers import B_FRAMES, NO_B_FRAMES, STEP, TS_PACKET, Container, main, pictures
from field_pictures import fields
from more_containers import paced, rounded

from acceptance.footage import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    Bytes = Callable[[bytes], bytes]

FRAGMENTS = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
H265 = {"crf": "30", "x265-params": "log-level=none:pools=1"}
FIELDS_265 = {"crf": "30", "x265-params": "log-level=none:pools=1:interlace=tff"}
ANNEX_B = "h264_mp4toannexb"
PCR_TICKS, HOUR = 90000, 3600


def boxes(file: bytes) -> list[bytes]:
    """Split an MP4 into its top-level boxes (ISO/IEC 14496-12, 4.2)."""
    found, at = [], 0
    while at < len(file):
        size = int.from_bytes(file[at : at + 4], "big")
        found.append(file[at : at + size])
        at += size
    return found


def without_fragments(*numbers: int) -> Bytes:
    """Leave fragments out: each is a ``moof`` and the ``mdat`` behind it."""

    def change(file: bytes) -> bytes:
        kept, number = [], -1
        for box in boxes(file):
            number += box[4:8] == b"moof"
            if box[4:8] not in {b"moof", b"mdat"} or number not in numbers:
                kept.append(box)
        return b"".join(kept)

    return change


def from_zero(file: bytes) -> bytes:
    """Let the times of all fragments begin at 0 (``tfdt``), as a recorder that begins anew."""
    changed, at = bytearray(file), file.find(b"tfdt")
    while at >= 0:
        length = 8 if file[at + 4] else 4
        changed[at + 8 : at + 8 + length] = bytes(length)
        at = file.find(b"tfdt", at + 4)
    return bytes(changed)


def two_edits(file: bytes) -> bytes:
    """Show seconds 0 to 2 and 3 to 6 alone, by an edit list of two parts (8.6.6)."""
    at = file.rfind(b"elst") + 4
    old = int.from_bytes(file[at + 4 : at + 8], "big") * 12
    begin = int.from_bytes(file[at + old : at + old + 4], "big")  # of its last part
    scale = int.from_bytes(file[(head := file.rfind(b"mvhd")) + 16 : head + 20], "big")
    media = int.from_bytes(file[(head := file.rfind(b"mdhd")) + 16 : head + 20], "big")
    parts = ((2, 0), (3, 3))
    rows = b"".join(
        (length * scale).to_bytes(4, "big")
        + (begin + since * media).to_bytes(4, "big")
        + b"\0\1\0\0"
        for length, since in parts
    )
    changed = bytearray(
        file[: at + 4] + len(parts).to_bytes(4, "big") + rows + file[at + 8 + old :]
    )
    for kind in (b"moov", b"trak", b"edts", b"elst"):
        place = file.rfind(kind) - 4
        size = int.from_bytes(file[place : place + 4], "big") + len(rows) - old
        changed[place : place + 4] = size.to_bytes(4, "big")
    return bytes(changed)


def packets(file: bytes) -> list[bytearray]:
    """Split a transport stream into its packets."""
    return [bytearray(file[at : at + TS_PACKET]) for at in range(0, len(file), TS_PACKET)]


def with_flag(file: bytes) -> bytes:
    """Set the flag of a discontinuity where the clock of a TS jumps (ITU-T H.222.0, 2.4.3.5)."""
    changed, last = packets(file), 0
    for packet in changed:
        if packet[3] & 0x20 and packet[4] and packet[5] & 0x10:
            base = int.from_bytes(packet[6:10], "big") * 2 + (packet[10] >> 7)
            packet[5] |= 0x80 * (abs(base - last) > 10 * PCR_TICKS)
            last = base
    return b"".join(changed)


def clock_ahead(file: bytes) -> bytes:
    """Let the clock reference of a TS, not the stamps, jump ahead by an hour half way."""
    changed = packets(file)
    for packet in changed[len(changed) // 2 :]:
        if packet[3] & 0x20 and packet[4] and packet[5] & 0x10:
            base = int.from_bytes(packet[6:10], "big") * 2 + (packet[10] >> 7) + HOUR * PCR_TICKS
            packet[6:10] = (base >> 1).to_bytes(4, "big")
            packet[10] = (packet[10] & 0x7F) | (base & 1) << 7
    return b"".join(changed)


def key_stamps_only(file: bytes) -> bytes:
    """Take the stamps of all but key pictures out of a TS (2.4.3.7)."""
    changed = packets(file)
    for packet in changed:
        begins = 4 + (packet[4] + 1 if packet[3] & 0x20 else 0)
        picture = packet[1] & 0x40 and packet[begins : begins + 4] == b"\0\0\1\xe0"
        if picture and not (packet[3] & 0x20 and packet[4] and packet[5] & 0x40):
            packet[begins + 7] &= 0x3F
            packet[begins + 9 : begins + 9 + packet[begins + 8]] = b"\xff" * packet[begins + 8]
    return b"".join(changed)


def cut_from(share: float) -> Bytes:
    """Leave the first packets of a TS out, wherever that cuts a picture."""
    return lambda file: file[round(share * len(file)) // TS_PACKET * TS_PACKET :]


def cut_at(share: float) -> Bytes:
    """Leave out what comes last."""
    return lambda file: file[: round(share * len(file))]


def element(name: str, *content: bytes) -> bytes:
    """Write an element of Matroska (RFC 8794) by its number in hexadecimal digits."""
    inside = b"".join(content)
    return bytes.fromhex(name) + (len(inside) | 1 << 56).to_bytes(8, "big") + inside


def number(value: int) -> bytes:
    """Write an unsigned number of Matroska."""
    return value.to_bytes(8, "big")


def matroska(
    path: Path, codec: str, private: bytes, clusters: Iterable[bytes], *, scale: int, picture: int
) -> None:
    """Write a Matroska file (RFC 9559): ``scale`` ns a tick, ``picture`` ns (0: not stated)."""
    entry = element(
        "AE", element("D7", b"\1"), element("73C5", b"\1"), element("83", b"\1"), element("9C", b"\1"),
        element("86", codec.encode()), element("63A2", private) if private else b"",
        element("23E383", number(picture)) if picture else b"",
        element("E0", element("B0", number(160)), element("BA", number(96))),
    )  # fmt: skip
    info = element(
        "1549A966", element("2AD7B1", number(scale)), element("4D80", b"x"), element("5741", b"x")
    )
    head = element(
        "1A45DFA3", element("4282", b"matroska"), element("4287", b"\4"), element("4285", b"\2")
    )
    path.write_bytes(head + element("18538067", info, element("1654AE6B", entry), *clusters))


def block_groups(source: Path, path: Path) -> None:
    """Write each picture of H.264 as a group with its duration, a second in a cluster."""
    with av.open(str(source)) as read:
        stream = read.streams.video[0]
        coded = [packet for packet in read.demux(stream) if packet.size]
        private = bytes(stream.codec_context.extradata or b"")
        ordered = np.argsort(np.argsort([packet.pts for packet in coded])).tolist()

    def group(n: int, since: int) -> bytes:
        begins = (40 * ordered[n] - since).to_bytes(2, "big", signed=True)
        refers = b"" if coded[n].is_keyframe else element("FB", (-40 & 0xFFFF).to_bytes(2, "big"))
        return element(
            "A0",
            element("A1", b"\x81" + begins + b"\0" + bytes(coded[n])),
            element("9B", number(40)),
            refers,
        )

    clusters = [
        element(
            "1F43B675",
            element("E7", number(40 * first)),
            *(group(n, 40 * first) for n in range(first, first + 25)),
        )
        for first in range(0, len(coded), 25)
    ]
    matroska(path, "V_MPEG4/ISO/AVC", private, clusters, scale=1_000_000, picture=0)


def laced(count: int, picture: int, scale: int = 1_000_000) -> Callable[[Path, Path], None]:
    """Write ``count`` JPEG pictures into each block, by Xiph's lacing; the first one has a time."""

    def write(source: Path, path: Path) -> None:
        with av.open(str(source)) as read:
            coded = [bytes(packet) for packet in read.demux(video=0) if packet.size]
        clusters = []
        for first in range(0, len(coded), count):
            parts = coded[first : first + count]
            sizes = b"".join(
                b"\xff" * (len(part) // 255) + bytes([len(part) % 255]) for part in parts[:-1]
            )
            lacing = bytes([len(parts) - 1]) + sizes if count > 1 else b""
            block = element(
                "A3", b"\x81\0\0" + (b"\x82" if count > 1 else b"\x80") + lacing + b"".join(parts)
            )
            ticks = first * 40_000_000 // scale
            clusters.append(element("1F43B675", element("E7", number(ticks)), block))
        matroska(path, "V_MJPEG", b"", clusters, scale=scale, picture=picture)

    return write


def beside(kind: str, seconds: float = 9.0) -> Callable[[Path, Path], None]:
    """Write the pictures beside another stream: longer sound, or other pictures before them."""

    def write(source: Path, path: Path) -> None:
        other = path.with_name("other.mkv")
        if kind == "main":  # the main stream behind the sub-stream
            encode.write(
                other,
                pictures(75),
                codec="libx264",
                options=dict(NO_B_FRAMES),
                rate=Fraction(25, 2),
            )
        elif kind == "thumbnail":
            encode.write(
                other, pictures(1), codec="mjpeg", pixel_format="yuvj420p", full_range=True
            )
        files = [av.open(str(name)) for name in ([source] if kind == "sound" else [other, source])]
        with av.open(str(path), "w") as out:
            streams = [out.add_stream_from_template(file.streams.video[0]) for file in files]
            sound = out.add_stream("aac", rate=16000, layout="mono") if kind == "sound" else None
            coded = [
                (packet.dts * packet.time_base, packet, stream)
                for file, stream in zip(files, streams, strict=True)
                for packet in file.demux(video=0)
                if packet.size
            ]
            for _, packet, stream in sorted(coded, key=lambda each: each[0]):
                packet.stream = stream
                out.mux(packet)
            if sound:
                _beep(out, sound, seconds)
        for file in files:
            file.close()

    return write


def _beep(out: av.container.OutputContainer, sound: av.AudioStream, seconds: float) -> None:
    for first in range(0, round(seconds * 16000), 1024):
        wave = np.sin(np.arange(first, first + 1024) / 5).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 16000, first, Fraction(1, 16000)
        out.mux(sound.encode(frame))
    out.mux(sound.encode(None))


def on_its_side(_source: Path, path: Path) -> None:
    """Write pictures that have to be turned by 90 degrees."""
    encode.write(path, pictures(), codec="libx264", options=B_FRAMES, rotation=90)


def twice(_source: Path, path: Path) -> None:
    """Join a clip of 25 frame/s and one of 12.5, the clock of each from its own beginning."""
    joined = b""
    for rate in (Fraction(25), Fraction(25, 2)):
        encode.write(path, pictures(75), codec="libx264", options=dict(NO_B_FRAMES), rate=rate)
        joined += path.read_bytes()
    path.write_bytes(joined)


def by_encoder(
    codec: str, pixel_format: str = "yuv420p", **options: str
) -> Callable[[Path, Path], None]:
    """Write the pictures by an encoder straight into a kind of file."""
    return lambda _, path: encode.write(
        path, pictures(), codec=codec, pixel_format=pixel_format, options=options
    )


def parts_of_jpeg(source: Path, path: Path) -> None:
    """Write JPEG pictures as a camera's page sends them: parts of one answer, without times."""
    with av.open(str(source)) as read:
        coded = [bytes(packet) for packet in read.demux(video=0) if packet.size]
    head = b"--part\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n"
    path.write_bytes(b"".join(head % (len(picture), picture) for picture in coded))


FIVE_HOURS = 5 * HOUR * 90000
SLOW = (*[STEP] * 69, *[90000] * 10, *[STEP] * 70)
VARIED = (*[7200] * 50, *[6000] * 50, *[3600] * 49)
LIST: tuple[Container, ...] = (
    # containers
    Container(name="two of six fragments lost", suffix="mp4", muxing=FRAGMENTS, bytes_of=without_fragments(1, 3), rate=100 / 6, dropped=50),
    Container(name="times of each fragment from 0", suffix="mp4", muxing=FRAGMENTS, bytes_of=from_zero),
    Container(name="edit list of two parts", suffix="mp4", bytes_of=two_edits),
    Container(name="edit list of two parts, B-frames", suffix="mp4", options=B_FRAMES, bytes_of=two_edits),
    Container(name="offsets below 0", suffix="mp4", options=B_FRAMES, muxing={"movflags": "negative_cts_offsets"}),
    Container(name="block groups", suffix="mkv", options=B_FRAMES, make=block_groups),
    Container(name="five pictures laced, their time stated", suffix="mkv", codec="mjpeg", make=laced(5, 40_000_000)),
    Container(name="five pictures laced, their time not stated", suffix="mkv", codec="mjpeg", make=laced(5, 0)),
    Container(name="time base of 1 s", suffix="mkv", codec="mjpeg", make=laced(1, 0, 10**9)),
    Container(name="live, cut at 70 %", suffix="mkv", options=B_FRAMES, muxing={"live": "1"}, bytes_of=cut_at(0.7)),
    Container(name="1000 chunks a second, all but pictures empty", suffix="avi", codec="mjpeg"),
    Container(name="H.265", suffix="flv", codec="libx265", options=H265),
    Container(name="H.264", suffix="mpg", filtered=ANNEX_B),
    Container(name="H.264, 3 lost", suffix="mpg", filtered=ANNEX_B, lost=(40, 41, 90), dropped=3, rate=24.5),
    # transport streams
    Container(name="clock 5 h ahead, flagged", suffix="ts", bytes_of=with_flag, stamps=lambda stamps: [x + FIVE_HOURS * (n >= 70) for n, x in enumerate(stamps)], lead=1000),
    Container(name="clock reference an hour ahead", suffix="ts", bytes_of=clock_ahead),
    Container(name="key pictures stamped only", suffix="ts", bytes_of=key_stamps_only),
    Container(name="key pictures stamped only, 3 lost", suffix="ts", bytes_of=key_stamps_only, lost=(40, 41, 90), dropped=3, rate=24.5),
    Container(name="begins within a picture", suffix="ts", options=B_FRAMES, bytes_of=cut_from(0.17)),
    Container(name="headers before each picture", suffix="ts", options=B_FRAMES, filtered=f"{ANNEX_B},dump_extra=freq=all"),
    Container(name="50 frame/s stated, 25 sent", suffix="ts", filtered=f"{ANNEX_B},h264_metadata=tick_rate=100"),
    Container(name="joined: 25 and 12.5 frame/s", suffix="ts", make=twice, rate=150 / 9),
    # other streams beside
    Container(name="sound of 9 s", suffix="mp4", make=beside("sound")),
    Container(name="sound of 9 s", suffix="mkv", make=beside("sound")),
    Container(name="12.5 frame/s before 25", suffix="ts", make=beside("main"), rate=12.5),
    Container(name="12.5 frame/s before 25", suffix="mkv", make=beside("main"), rate=12.5),
    Container(name="a small picture before", suffix="mp4", make=beside("thumbnail")),
    Container(name="to be turned", suffix="mp4", make=on_its_side),
    # pace
    Container(name="29.97 drop-frame", suffix="mov", options=B_FRAMES, step=3003, rate=30000 / 1001, tags={"timecode": "00:00:58;20"}),
    Container(name="29.97 on a grid of 1/600 s", suffix="mov", stamps=rounded(3003, 150), step=3003, rate=30000 / 1001, muxing={"video_track_timescale": "600"}, lead=40),
    Container(name="33 or 34 ms, one lost", suffix="flv", step=3000, lost=(60,), dropped=1, rate=29.8),
    Container(name="12.5, 15 and 25 frame/s", suffix="mkv", stamps=paced(*VARIED), rate=150 / (50 * 0.08 + 50 / 15 + 2), lead=600),
    Container(name="ten pictures 1 s apart", suffix="mkv", stamps=paced(*SLOW), rate=150 / 15.6, lead=1000),
    Container(name="fields, each a picture", suffix="ts", codec="libx265", options=FIELDS_265, rate=12.5),
    # numbers of pictures and no times
    Container(name="parts of an answer", suffix="mpjpeg", codec="mjpeg", make=parts_of_jpeg, rate=12.5),
    Container(name="MPEG-4", suffix="m4v", make=by_encoder("mpeg4")),
    Container(name="AV1 without times", suffix="obu", make=by_encoder("libsvtav1", preset="12"), rate=12.5),
    Container(name="FLV1", suffix="swf", make=by_encoder("flv"), rate=12.5),
    # times again
    Container(name="VP8", suffix="ivf", make=by_encoder("libvpx", b="300k")),
    Container(name="MPEG-4", suffix="wtv", make=by_encoder("mpeg4")),
    Container(name="grey pictures", suffix="gif", make=by_encoder("gif", "gray")),
)  # fmt: skip


def in_fields(
    name: str, suffix: str, *, apart: bool, frames: Collection[int] = (), lost: tuple[int, ...] = ()
) -> Container:
    """Describe a file of H.264 of which fields are pictures: 100 frames, 25 a second."""
    writer = fields(pictures(100), apart=apart, frames=frames, lost=lost)
    rate = 25 * (1 - len(lost) / 100)
    return Container(name=name, suffix=suffix, make=writer, dropped=len(lost), rate=rate)


WHOLE = range(10)
FIELDS: tuple[Container, ...] = (
    *(in_fields("two fields in a packet", s, apart=False) for s in ("ts", "mkv", "mp4")),
    *(in_fields("a field in a packet", s, apart=True) for s in ("ts", "mkv", "mp4")),
    *(in_fields("a field in a packet, 3 lost", s, apart=True, lost=(40, 41, 70)) for s in ("ts", "mkv")),
    *(in_fields("ten frames, then two fields in a packet", s, apart=False, frames=WHOLE) for s in ("ts", "mkv")),
    *(in_fields("ten frames, then a field in a packet", s, apart=True, frames=WHOLE) for s in ("ts", "mkv")),
    in_fields("frames and fields in turn", "ts", apart=True, frames=range(0, 100, 2)),
)  # fmt: skip

if __name__ == "__main__":
    every = (*LIST, *FIELDS)
    main(tuple(every[int(number)] for number in sys.argv[1:]) or every)
