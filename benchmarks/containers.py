# ruff: noqa: E501 -- a line for each container
"""Containers whose stamps depart from the ideal: what the frame rate makes of each.

``python benchmarks/containers.py`` writes them all, with their true rate and losses, and prints the
table of the metric's page in the docs.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from av.bitstream import BitStreamFilterContext

from acceptance.errors import ClipError, GapError
from acceptance.footage import encode
from acceptance.metrics import frame_rate
from acceptance.model import Measurement, Note, Shot
from acceptance.scene import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Stamps = list[int]

BASE, STEP, FRAMES = Fraction(1, 90000), 3600, 150  # 25 frame/s
B_FRAMES = {"crf": "30", "bf": "3", "threads": "1", "x264-params": "scenecut=0:keyint=25"}
NO_B_FRAMES = {"crf": "30", "bf": "0", "threads": "1", "x264-params": "scenecut=0:keyint=25"}
TS_PACKET = 188


@dataclass(frozen=True, kw_only=True)
class Container:
    """A file to be written: packets coded with ``options``, restamped, in a kind of container.

    ``stamps`` changes the presentation stamps (in decoding order, 1/90000 s); ``lost`` are numbers
    of pictures that are left out; ``bytes_of`` changes the bytes of the file, ``muxing`` are
    options of the container, ``tags`` what it says of itself, ``filtered`` names filters that the
    packets go through, ``make`` writes the file from the coded pictures itself. ``rate`` is the
    true one (None: it varies, or is not known to anybody), ``dropped`` how many pictures are
    missing.
    """

    name: str
    suffix: str
    options: dict[str, str] = field(default_factory=lambda: dict(NO_B_FRAMES))
    codec: str = "libx264"
    stamps: Callable[[Stamps], Stamps] | None = None
    lost: tuple[int, ...] = ()
    bytes_of: Callable[[bytes], bytes] | None = None
    muxing: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    filtered: str = ""
    make: Callable[[Path, Path], None] | None = None
    lead: int = 4
    first: int = 0
    step: int = STEP
    frames: int = FRAMES
    rate: float | None = 25.0
    dropped: int = 0


def _moved(by: dict[int, int]) -> Callable[[Stamps], Stamps]:
    return lambda stamps: [stamp + by.get(n, 0) for n, stamp in enumerate(stamps)]


def _jittered(share: float) -> Callable[[Stamps], Stamps]:
    random = np.random.default_rng(4)
    return lambda stamps: [s + round(STEP * share * random.uniform(-1, 1)) for s in stamps]


def _doubled(every: int) -> Callable[[Stamps], Stamps]:
    """Every so many pictures one has the stamp of the one before."""
    return lambda stamps: [s - STEP if n % every == every - 1 else s for n, s in enumerate(stamps)]


def _packets(file: bytes) -> Iterator[tuple[bytes, int, bool]]:
    """Yield TS packets with the number of pictures begun so far, and whether one begins here."""
    begun = 0
    for at in range(0, len(file), TS_PACKET):
        packet = file[at : at + TS_PACKET]
        begins = packet[1] & 0x5F == 0x41 and packet[2] == 0  # a unit begins, and its PID is 256
        begun += begins
        yield packet, begun, begins


def _without_starts(*pictures: int) -> Callable[[bytes], bytes]:
    """Leave out the TS packets in which pictures begin (in decoding order, from 1): they are lost."""
    return lambda file: b"".join(
        packet for packet, n, begins in _packets(file) if not (begins and n in pictures)
    )


def _without_all(first: int, last: int) -> Callable[[bytes], bytes]:
    """Leave out every TS packet of some pictures (in decoding order, from 1), as in an outage."""
    return lambda file: b"".join(
        packet for packet, n, _ in _packets(file) if not first <= n <= last
    )


SET_BACK, WRAP = -30 * 90000, 2**33
EVERY: tuple[Container, ...] = (
    *(Container(name="plain", suffix=s) for s in ("mp4", "mov", "mkv", "ts", "flv")),
    *(Container(name="B-frames", suffix=s, options=B_FRAMES) for s in ("mp4", "mkv", "ts")),
    *(
        Container(name="B-frames, pts = dts", suffix=s, options=B_FRAMES, stamps=sorted)
        for s in ("mp4", "mkv", "ts")
    ),
    *(
        Container(name="every tenth stamp doubled", suffix=s, stamps=_doubled(10))
        for s in ("mkv", "ts")
    ),
    *(Container(name="every other stamp doubled", suffix=s, stamps=_doubled(2)) for s in ("mkv",)),
    *(
        Container(name=f"jitter of {share:.0%}", suffix=s, stamps=_jittered(share), lead=10)
        for share, s in ((0.1, "mp4"), (0.3, "mkv"), (0.45, "mkv"), (0.9, "mkv"))
    ),
    *(
        Container(name="first stamp negative", suffix=s, stamps=_moved({0: -9000}), first=-9000)
        for s in ("mp4", "mkv", "ts")
    ),
    Container(name="first stamp 30 s early", suffix="mkv", stamps=_moved({0: -30 * 90000}), lead=1000),
    Container(name="a stamp 30 s late", suffix="mkv", stamps=_moved({70: 30 * 90000}), lead=1000),
    Container(name="a stamp 2 s early", suffix="mkv", stamps=_moved({70: -2 * 90000}), lead=1000),
    *(
        Container(
            name="clock set back", suffix=s, lead=1000,
            stamps=lambda stamps: [x if n < 70 else x + SET_BACK for n, x in enumerate(stamps)],
        )
        for s in ("mkv",)
    ),
    Container(
        name="clock set back by 8 frames", suffix="mkv", lead=20,
        stamps=lambda stamps: [x if n < 70 else x - 8 * STEP for n, x in enumerate(stamps)],
    ),
    Container(
        name="stamps wrap", suffix="ts", first=WRAP - 60 * STEP,
        stamps=lambda stamps: [x + WRAP - 60 * STEP for x in stamps],
    ),
    *(
        Container(name="3 pictures lost", suffix=s, lost=(40, 41, 90), dropped=3, rate=24.5)
        for s in ("mp4", "mkv", "ts")
    ),
    Container(
        name="3 pictures lost, jitter of 10%", suffix="mkv", lost=(40, 41, 90), dropped=3, rate=24.5,
        stamps=_jittered(0.1),
    ),
    Container(
        name="3 pictures lost, stamps doubled", suffix="mkv", lost=(40, 41, 90), dropped=3, rate=24.5,
        stamps=_doubled(10),
    ),
    Container(name="outage of 2 s", suffix="ts", lost=tuple(range(50, 100)), dropped=50, rate=100 / 6),
    Container(name="TS packets lost", suffix="ts", options=B_FRAMES, bytes_of=_without_all(10, 13), rate=146 / 6, dropped=4),
    Container(name="TS packets lost", suffix="ts", bytes_of=_without_starts(3, 42, 110, 135), rate=146 / 6, dropped=4),
    Container(name="two files joined", suffix="ts", bytes_of=lambda file: file + file),
    Container(name="two files joined", suffix="ts", options=B_FRAMES, bytes_of=lambda file: file + file),
    Container(
        name="rate varies", suffix="mkv", rate=150 / 9,
        stamps=lambda stamps: [x if n < 75 else 75 * STEP + (n - 75) * 2 * STEP for n, x in enumerate(stamps)],
    ),
    Container(name="without times", suffix="avi", codec="mpeg4", options={"bf": "0"}, rate=None),
    Container(name="without times", suffix="h264", rate=None),
    Container(name="MJPEG", suffix="mkv", codec="mjpeg", options={}),
    Container(name="H.265", suffix="mp4", codec="libx265", options={"crf": "30", "x265-params": "log-level=none:pools=1"}),
    Container(name="MPEG-4", suffix="mp4", codec="mpeg4", options={"bf": "2"}),
    Container(name="MPEG-2", suffix="ts", codec="mpeg2video", options={"bf": "2"}),
)  # fmt: skip


def _patched(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda file: file.replace(old, new)


def _begins_later(by: int) -> Callable[[bytes], bytes]:
    """Let an MP4's edit list leave its first pictures out (ISO/IEC 14496-12, 8.6.6)."""

    def change(file: bytes) -> bytes:
        box = file.rfind(b"elst") + 4
        entries = int.from_bytes(file[box + 4 : box + 8], "big")
        at = box + 8 + (entries - 1) * 12 + 4
        time = int.from_bytes(file[at : at + 4], "big") + by
        return file[:at] + time.to_bytes(4, "big") + file[at + 4 :]

    return change


H265 = {"crf": "30", "x265-params": "log-level=none:pools=1"}
# tried afterwards
MORE: tuple[Container, ...] = (
    Container(
        name="stamps wrap, B-frames", suffix="ts", options=B_FRAMES, first=WRAP - 60 * STEP,
        stamps=lambda stamps: [x + WRAP - 60 * STEP for x in stamps],
    ),
    Container(name="edit list leaves 10 pictures out", suffix="mp4", bytes_of=_begins_later(10 * STEP)),
    Container(name="edit list leaves 10 pictures out", suffix="mp4", options=B_FRAMES, bytes_of=_begins_later(10 * STEP)),
    Container(name="B-frames, no ctts", suffix="mp4", options=B_FRAMES, bytes_of=_patched(b"ctts", b"free")),
    Container(name="no edit list", suffix="mp4", options=B_FRAMES, bytes_of=_patched(b"elst", b"free")),
    Container(name="all stamps 0", suffix="mkv", stamps=lambda stamps: [0 for _ in stamps], lead=1000, rate=None),
    Container(name="B-frames without times", suffix="avi", codec="mpeg4", options={"bf": "2"}, rate=None),
    Container(name="B-frames without times", suffix="h264", options=B_FRAMES, rate=None),
    Container(name="H.265 without times", suffix="hevc", codec="libx265", options=H265, rate=None),
    Container(name="B-frames", suffix="flv", options=B_FRAMES),
    Container(name="program stream", suffix="vob", codec="mpeg2video", options={"bf": "2"}),
    Container(name="first key frame lost", suffix="ts", lost=(0,)),
    Container(name="first key frame lost", suffix="mkv", options=B_FRAMES, lost=(0,)),
    Container(name="first key frame lost", suffix="mp4", lost=(0,)),
    Container(name="half a GOP lost", suffix="mkv", lost=tuple(range(37, 50)), dropped=13, rate=137 / 6),
    Container(name="half a GOP lost", suffix="ts", options=B_FRAMES, lost=tuple(range(37, 50)), dropped=13, rate=137 / 6),
    *(Container(name="29.97 frame/s", suffix=s, options=B_FRAMES, step=3003, rate=30000 / 1001) for s in ("mp4", "mkv", "ts", "flv")),
    *(Container(name="12.5 frame/s", suffix=s, step=7200, rate=12.5) for s in ("mp4", "flv")),
    *(Container(name="100 frame/s", suffix=s, step=900, rate=100) for s in ("mp4", "mkv", "flv")),
    *(Container(name="a single picture", suffix=s, frames=1, rate=None) for s in ("mp4", "mkv", "ts", "h264")),
    *(Container(name="two pictures", suffix=s, frames=2, rate=25) for s in ("mp4", "mkv", "ts")),
    Container(name="no picture", suffix="mkv", rate=None, bytes_of=lambda file: file.partition(b"\x1f\x43\xb6\x75")[0]),
    Container(name="no picture", suffix="ts", rate=None, bytes_of=lambda file: file[: 3 * TS_PACKET]),
)  # fmt: skip


def pictures(count: int = FRAMES, seed: int = 0) -> Iterator[NDArray[np.uint8]]:
    """Noisy scene that moves, 160 x 96 px."""
    random = np.random.default_rng(seed)
    wide = random.uniform(40, 200, (96, 160 + 2 * count))
    for n in range(count):
        moving = wide[:, 2 * n : 2 * n + 160] + random.normal(0, 3, (96, 160))
        yield np.clip(moving, 16, 235).astype(np.uint8)


def write(folder: Path, wanted: Container) -> Path:
    """Write a container; returns its path."""
    source, path = folder / "source.mkv", folder / f"clip.{wanted.suffix}"
    source.write_bytes(coded(wanted.codec, tuple(wanted.options.items()), wanted.frames))
    if wanted.make:
        wanted.make(source, path)
    else:
        _mux(source, path, wanted)
    if wanted.bytes_of:
        path.write_bytes(wanted.bytes_of(path.read_bytes()))
    return path


@cache
def coded(codec: str, options: tuple[tuple[str, str], ...], frames: int) -> bytes:
    """Return a Matroska file of the scene: most containers hold the packets of the same few."""
    with tempfile.TemporaryDirectory() as folder:
        path, scene = Path(folder) / "source.mkv", pictures(frames)
        if codec == "mjpeg":
            encode.write(path, scene, codec="mjpeg", pixel_format="yuvj420p", full_range=True)
        else:
            encode.write(path, scene, codec=codec, options=dict(options))
        return path.read_bytes()


def _mux(source: Path, path: Path, wanted: Container) -> None:
    """Write the packets of a file into another, restamped."""
    with av.open(str(source)) as read, av.open(str(path), "w", options=wanted.muxing) as out:
        out.metadata.update(wanted.tags)
        coded = read.streams.video[0]
        stream = out.add_stream_from_template(coded)
        packets = [packet for packet in read.demux(coded) if packet.size]
        pictures_of = np.argsort(np.argsort([packet.pts for packet in packets])).tolist()
        stamps = _stamps(wanted, pictures_of)
        filters = BitStreamFilterContext(wanted.filtered, coded) if wanted.filtered else None
        for n, packet in enumerate(packets):
            if pictures_of[n] not in wanted.lost:
                [kept] = filters.filter(packet) if filters else [packet]
                kept.stream, kept.time_base = stream, BASE
                kept.pts = stamps[n] + wanted.lead * wanted.step
                kept.dts = n * wanted.step + wanted.first
                out.mux(kept)


def _stamps(wanted: Container, pictures_of: list[int]) -> Stamps:
    """Return the presentation stamp of each packet, by the picture that it holds."""
    ordered = [n * wanted.step for n in range(len(pictures_of))]
    if wanted.stamps is sorted:  # in the order of the packets
        return ordered
    ordered = wanted.stamps(ordered) if wanted.stamps else ordered
    return [ordered[picture] for picture in pictures_of]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the frame rate makes of a container: figures by quantity, and the reasons of its notes."""

    figures: dict[str, Measurement]
    reasons: set[str]


def measured(folder: Path, wanted: Container) -> Outcome:
    """Write a container and measure it; the reason is that of the error where it cannot be."""
    path = write(folder, wanted)
    try:
        scene = build.look(Shot(id="a", subject="b", clip=path.name, chart="clock"), folder)
        found = list(frame_rate.measure(scene))
    except (GapError, ClipError) as error:
        return Outcome(figures={}, reasons={error.code})
    return Outcome(
        figures={one.quantity: one for one in found if isinstance(one, Measurement)},
        reasons={one.reason.code for one in found if isinstance(one, Note)},
    )


def holds(wanted: Container, found: Outcome) -> bool:
    """Whether the figures are exact within U, or bounds that hold."""
    mean, dropped = (found.figures.get(f"frame_rate.{name}") for name in ("mean", "dropped"))
    return _rate_holds(wanted, mean) and (dropped is None or dropped.value <= wanted.dropped)


def _rate_holds(wanted: Container, mean: Measurement | None) -> bool:
    if mean is None or wanted.rate is None:
        return True
    low, high = mean.value - mean.expanded, mean.value + mean.expanded
    return wanted.rate <= high + 1e-6 and (mean.upper_bound or wanted.rate >= low - 1e-6)


def main(every: tuple[Container, ...] = (*EVERY, *MORE)) -> None:
    """Write and measure containers, and print the table."""
    from setting import machine, table  # noqa: PLC0415 -- tests load this file by itself

    rows = []
    for wanted in every:
        with tempfile.TemporaryDirectory() as folder:
            found = measured(Path(folder), wanted)
        mean, dropped = (found.figures.get(f"frame_rate.{name}") for name in ("mean", "dropped"))
        rate = (
            "—"
            if mean is None
            else f"{'at most ' * mean.upper_bound}{mean.value:.3f} ± {mean.expanded:.3f}"
        )
        truth = "varies" if wanted.rate is None else f"{wanted.rate:g}"
        counted = "—" if dropped is None else f"at least {dropped.value:.0f}"
        reasons = ", ".join(sorted(found.reasons - {"no_clock"})) or "—"
        right = "yes" if holds(wanted, found) else "NO"
        rows.append(
            (wanted.name, wanted.suffix, truth, rate, wanted.dropped, counted, reasons, right)
        )
    print(
        table(("stamps", "in", "true frame/s", "mean", "missing", "counted", "said", "holds"), rows)
    )
    print(machine())


if __name__ == "__main__":
    main()
