# ruff: noqa: E501 -- a line for each damage
"""Forty known damages of clips: what is said of the pictures, and whether figures hold.

``python benchmarks/damaged_packets.py [NUMBER ...]`` writes each clip (a cut of a real one, or a
drawn street: H.264, H.265, MJPEG, in MP4, MKV, TS, AVI; 4 s), damages it and measures it.
Truth is taken from the packets and pictures of the whole file beside those of the damaged one: a
picture is *lost* whose packet is gone, and *wrong* where 1 % of its samples are off by more than 24
codes. Said has to be where any picture is lost or wrong; where wrong pictures are, within what is
said; no more pictures missing than are lost; and the mean rate right within U, or a bound.
"""

from __future__ import annotations

import itertools
import resource
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import planted
from damaged_clips import TS_PACKET, _cut
from setting import REAL, machine, prose, table

from acceptance.errors import ClipError, GapError
from acceptance.footage import encode
from acceptance.footage.decoding import decode
from acceptance.metrics import faults, frame_rate
from acceptance.model import Measurement, Note, Shot
from acceptance.scene import build

if TYPE_CHECKING:
    from collections.abc import Callable

    Bytes = Callable[[bytes], bytes]

FRAMES, GOP = 100, 25
STATED = (".mp4", ".mkv", ".avi")
OFF, SHARE = 24, 0.01  # codes, of the samples: from there on a picture is wrong
X264 = {"crf": "28", "threads": "1", "x264-params": "scenecut=0:keyint=25:min-keyint=25"}
CODINGS: dict[str, tuple[str, dict[str, str]]] = {
    "H.264": ("libx264", X264 | {"bf": "0"}),
    "H.264, B": ("libx264", X264 | {"bf": "3"}),
    "H.265": ("libx265", {"crf": "28", "x265-params": "log-level=none:pools=1:keyint=25:min-keyint=25:scenecut=0"}),
    "MJPEG": ("mjpeg", {}),
}  # fmt: skip
STARTED = {"movflags": "faststart"}
FRAGMENTED = {"movflags": "frag_keyframe+empty_moov"}


@dataclass(frozen=True, kw_only=True)
class Damage:
    """A damage: ``packets`` changes bytes of packets by their number (empty: the packet is gone).

    ``file`` changes the bytes of the file, ``muxing`` are options of the container. ``coding`` is
    one of ``CODINGS`` or the name of a real clip, whose packets are copied.
    """

    name: str
    coding: str
    suffix: str
    packets: Callable[[int, bytes], bytes] | None = None
    file: Bytes | None = None
    muxing: dict[str, str] | None = None


def _at(numbers: tuple[int, ...] | range, change: Bytes) -> Callable[[int, bytes], bytes]:
    return lambda number, packet: change(packet) if number in numbers else packet


def _flipped(packet: bytes) -> bytes:
    """Change 20 bytes behind the head of the slice."""
    changed, random = bytearray(packet), np.random.default_rng(len(packet))
    for at in random.integers(min(40, len(packet) // 2), len(packet), 20):
        changed[int(at)] ^= 0x5A
    return bytes(changed)


def _blank(packet: bytes) -> bytes:
    head = min(40, len(packet) // 2)
    return packet[:head] + bytes(len(packet) - head)


def _halved(packet: bytes) -> bytes:
    return packet[: len(packet) // 2]


def _gone(_: bytes) -> bytes:
    return b""


def _patched(packet: bytes, mark: bytes) -> bytes:
    """Flip a byte behind a mark."""
    at = packet.find(mark) + len(mark) + 3
    return packet[:at] + bytes((packet[at] ^ 0x55,)) + packet[at + 1 :]


def _hole(share: float, length: int, fill: bytes = b"\0") -> Bytes:
    """Blank so many bytes at a share of the file."""

    def change(file: bytes) -> bytes:
        at = int(len(file) * share)
        return file[:at] + (fill * length)[:length] + file[at + length :]

    return change


def _inserted(share: float, length: int) -> Bytes:
    random = np.random.default_rng(11)
    return lambda f: f[: int(len(f) * share)] + random.bytes(length) + f[int(len(f) * share) :]


def _until(share: float) -> Bytes:
    return lambda file: file[: int(len(file) * share)]


def _since(share: float) -> Bytes:
    return lambda file: file[int(len(file) * share) // TS_PACKET * TS_PACKET :]


def _ts(change: Callable[[list[bytes]], list[bytes]]) -> Bytes:
    return lambda f: b"".join(change([f[a : a + TS_PACKET] for a in range(0, len(f), TS_PACKET)]))


def _renamed(old: bytes, new: bytes) -> Bytes:
    return lambda file: file.replace(old, new)


def _cluster_lost(file: bytes) -> bytes:
    """Spoil the head of the second cluster of a Matroska file."""
    mark = b"\x1f\x43\xb6\x75"
    at = file.find(mark, file.find(mark) + 1)
    return file[:at] + bytes(4) + file[at + 4 :] if at > 0 else file


def _wrong_size(file: bytes) -> bytes:
    """State 40 bytes less for sample 40 in ``stsz``."""
    at = file.find(b"stsz") + 16 + 4 * 40
    size = int.from_bytes(file[at : at + 4], "big") - 40
    return file[:at] + max(1, size).to_bytes(4, "big") + file[at + 4 :]


EVERY: tuple[Damage, ...] = (
    Damage(name="a picture's bytes flipped", coding="H.264", suffix="mp4", packets=_at((40,), _flipped)),
    Damage(name="a key picture's bytes flipped", coding="H.264", suffix="mp4", packets=_at((50,), _flipped)),
    Damage(name="a packet halved", coding="H.264", suffix="mp4", packets=_at((40,), _halved)),
    Damage(name="a packet of one byte", coding="H.264", suffix="mkv", packets=_at((40,), lambda p: p[:1])),
    Damage(name="a packet blank", coding="H.264", suffix="mkv", packets=_at((40,), _blank)),
    Damage(name="five packets blank", coding="H.264", suffix="ts", packets=_at(range(60, 65), _blank)),
    Damage(name="every tenth packet flipped", coding="H.264", suffix="mkv", packets=_at(range(5, 100, 10), _flipped)),
    Damage(name="a packet gone", coding="H.264", suffix="mkv", packets=_at((40,), _gone)),
    Damage(name="a group of pictures gone", coding="H.264", suffix="mp4", packets=_at(range(25, 50), _gone)),
    Damage(name="a key picture gone", coding="H.264", suffix="ts", packets=_at((50,), _gone)),
    Damage(name="a B-picture flipped", coding="H.264, B", suffix="mkv", packets=_at((44,), _flipped)),
    Damage(name="three packets gone", coding="H.264, B", suffix="mp4", packets=_at((41, 42, 43), _gone)),
    Damage(name="every seventh packet gone", coding="H.264, B", suffix="mkv", packets=_at(range(6, 100, 7), _gone)),
    Damage(name="a key picture halved", coding="H.264, B", suffix="mkv", packets=_at((50,), _halved)),
    Damage(name="first key picture gone", coding="H.264, B", suffix="mp4", packets=_at((0,), _gone)),
    Damage(name="a picture's bytes flipped", coding="H.265", suffix="mp4", packets=_at((40,), _flipped)),
    Damage(name="a key picture gone", coding="H.265", suffix="ts", packets=_at((50,), _gone)),
    Damage(name="a packet halved", coding="H.265", suffix="mkv", packets=_at((40,), _halved)),
    Damage(name="a packet gone", coding="H.265", suffix="mkv", packets=_at((40,), _gone)),
    Damage(name="a group of pictures flipped", coding="H.265", suffix="mp4", packets=_at(range(50, 75), _flipped)),
    Damage(name="a packet blank", coding="MJPEG", suffix="avi", packets=_at((40,), _blank)),
    Damage(name="a picture's bytes flipped", coding="MJPEG", suffix="mkv", packets=_at((40,), _flipped)),
    Damage(name="a packet halved", coding="MJPEG", suffix="mp4", packets=_at((40,), _halved)),
    Damage(name="a packet gone", coding="MJPEG", suffix="avi", packets=_at((40,), _gone)),
    Damage(name="a table of quantisers wrong", coding="MJPEG", suffix="mkv", packets=_at((40,), lambda p: _patched(p, b"\xff\xdb"))),
    Damage(name="cut at 60 %", coding="H.264", suffix="mkv", file=_until(0.6)),
    Damage(name="cut at 60 %", coding="H.264, B", suffix="ts", file=_until(0.6)),
    Damage(name="cut at 60 %", coding="MJPEG", suffix="avi", file=_until(0.6)),
    Damage(name="cut at 90 %, index in front", coding="H.265", suffix="mp4", file=_until(0.9), muxing=STARTED),
    Damage(name="cut at 60 %, in fragments", coding="H.264", suffix="mp4", file=_until(0.6), muxing=FRAGMENTED),
    Damage(name="begins at 30 %", coding="bottle_intel", suffix="ts", file=_since(0.3)),
    Damage(name="2 kB blank", coding="car_park_intel", suffix="mkv", file=_hole(0.5, 2048)),
    Damage(name="2 kB blank", coding="lobby_intel", suffix="mp4", file=_hole(0.5, 2048)),
    Damage(name="seven TS packets lost", coding="bottle_intel", suffix="ts", file=_ts(lambda p: p[: len(p) // 2] + p[len(p) // 2 + 7 :])),
    Damage(name="one TS packet in a hundred lost", coding="car_park_intel", suffix="ts", file=_ts(lambda p: [x for n, x in enumerate(p) if n < 20 or n % 100])),
    Damage(name="TS packets twice", coding="lobby_intel", suffix="ts", file=_ts(lambda p: [x for n, x in enumerate(p) for _ in range(2 if 200 < n < 260 else 1)])),
    Damage(name="77 bytes too many", coding="H.264", suffix="ts", file=_inserted(0.5, 77)),
    Damage(name="no index", coding="MJPEG", suffix="avi", file=_renamed(b"idx1", b"JUNK")),
    Damage(name="a cluster's head spoiled", coding="bottle_intel", suffix="mkv", file=_cluster_lost),
    Damage(name="a size in the index wrong", coding="H.264, B", suffix="mp4", file=_wrong_size),
)  # fmt: skip


def written(folder: Path, damage: Damage) -> tuple[Path, Path]:
    """Write the whole clip and the damaged one; return their paths."""
    whole, hurt = (folder / f"{name}.{damage.suffix}" for name in ("whole", "hurt"))
    if damage.coding in CODINGS:
        codec, options = CODINGS[damage.coding]
        source = folder / "source.mp4"
        pictures = planted.Street(seed=216).pictures(FRAMES)
        encode.write(
            source, (np.clip(p[0], 16, 235).astype(np.uint8) for p in pictures), codec=codec, options=options,
            pixel_format="yuvj420p" if codec == "mjpeg" else "yuv420p", full_range=codec == "mjpeg",
        )  # fmt: skip
    else:
        source = folder / "source.mp4"
        _cut(REAL / f"{damage.coding}.mp4", source, 0.0, 4.0)
    for path, change in ((whole, None), (hurt, damage.packets)):
        _copied(source, path, change, damage.muxing or {})
    if damage.file:
        hurt.write_bytes(damage.file(hurt.read_bytes()))
    return whole, hurt


def _copied(
    source: Path,
    target: Path,
    change: Callable[[int, bytes], bytes] | None,
    muxing: dict[str, str],
) -> None:
    with av.open(str(source)) as read, av.open(str(target), "w", options=muxing) as out:
        stream = read.streams.video[0]
        copy = out.add_stream_from_template(stream)
        if target.suffix == ".avi":  # whose rate this is
            copy.time_base = Fraction(1, 25)
        for number, packet in enumerate(p for p in read.demux(stream) if p.size):
            content = change(number, bytes(packet)) if change else bytes(packet)
            if not content:
                continue
            new = av.Packet(content)
            new.pts, new.dts, new.time_base = packet.pts, packet.dts, packet.time_base
            new.duration, new.is_keyframe, new.stream = packet.duration, packet.is_keyframe, copy
            out.mux(new)


def shown(path: Path) -> dict[float, Any]:
    """Return the lumas of a file by their times."""
    return {
        round(float(frame.time or 0.0), 3): frame.to_ndarray(format="gray")
        for frame in decode(path)
    }


def stamps(path: Path) -> list[float]:
    """Return the times of the packets of a file, in order."""
    with av.open(str(path)) as read:
        found = [packet.pts for packet in read.demux(video=0) if packet.size]
        base = read.streams.video[0].time_base or Fraction(1)
    return sorted(round(float(pts * base), 3) for pts in found if pts is not None)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a damage did, what was said, and what of it does not hold (``wrong``)."""

    lost: int
    spoiled: list[float]
    said: list[str]
    figures: str
    seconds: float
    wrong: list[str]


def tried(damage: Damage) -> Outcome:
    """Write, damage and measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole, hurt = written(folder, damage)
        times, right = stamps(whole), shown(whole)
        try:
            left, seen = stamps(hurt), shown(hurt)
        except Exception:  # noqa: BLE001 -- whatever is wrong with it, it is no clip any more
            left, seen = [], {}
        lost = Counter(times) - Counter(left)
        inner = [at for at in lost.elements() if left and left[0] < at < left[-1]]
        spoiled = sorted(at for at in right if at in seen and _spoiled(right[at], seen[at]))
        begun = time.process_time()
        try:
            scene = build.look(Shot(id="a", subject="b", clip=hurt.name), folder)
            found = [*frame_rate.measure(scene), *faults.measure(scene)]
        except (ClipError, GapError) as error:
            return Outcome(
                lost=lost.total(), spoiled=spoiled, said=[f"refused: {error.code}"], figures="—",
                seconds=time.process_time() - begun, wrong=[],
            )  # fmt: skip
        took = time.process_time() - begun
    notes = [*scene.notes, *(note for note in found if isinstance(note, Note))]
    figures = {f.quantity: f for f in found if isinstance(f, Measurement) and not f.statistic}
    states = hurt.suffix in STATED  # a stream of transport packets does not say how long it is
    missed = lost.total() if states else len(inner)
    wrong = [*_unsaid(notes, figures, missed, spoiled), *_off(figures, times, len(inner))]
    return Outcome(
        lost=lost.total(), spoiled=spoiled, said=_words(notes), figures=_shown(figures),
        seconds=took, wrong=wrong,
    )  # fmt: skip


def _spoiled(right: Any, seen: Any) -> bool:  # noqa: ANN401 -- pictures
    off = np.abs(right.astype(np.int16) - seen) > OFF if right.shape == seen.shape else True
    return bool(np.mean(off) > SHARE)


def _unsaid(
    notes: list[Note], figures: dict[str, Measurement], lost: int, spoiled: list[float]
) -> list[str]:
    """Return what is not said of lost and wrong pictures."""
    said = {note.reason.code: note.reason.parameters for note in notes}
    dropped = figures.get("frame_rate.dropped")
    tells = {"pictures_damaged", "truncated_clip", "times_jump", "irregular_source"} & set(said)
    lacking = []
    if (lost or spoiled) and not tells and not (dropped and dropped.value):
        lacking.append("nothing said")
    if spoiled and "pictures_damaged" not in said:
        lacking.append(f"{len(spoiled)} wrong pictures not said")
    elif spoiled:
        first, last = (float(said["pictures_damaged"][key]) for key in ("first", "last"))  # type: ignore[arg-type]
        outside = [at for at in spoiled if not first - 0.05 <= at <= last + 0.05]
        lacking += [f"{len(outside)} of {len(spoiled)} wrong pictures outside"] if outside else []
    return lacking


def _off(figures: dict[str, Measurement], times: list[float], inner: int) -> list[str]:
    """Return figures of the stream that do not hold."""
    dropped, mean = (figures.get(f"frame_rate.{name}") for name in ("dropped", "mean"))
    found = []
    if dropped and dropped.value > inner:
        found.append(f"{dropped.value:.0f} missing of {inner}")
    rate = (len(times) - 1) / (times[-1] - times[0])
    if mean and not mean.upper_bound and not inner and abs(mean.value - rate) > mean.expanded:
        found.append(f"rate {mean.value:.3f} ± {mean.expanded:.3f} for {rate:.3f}")
    return found


def _words(notes: list[Note]) -> list[str]:
    """Return what is said of damage, with its numbers."""
    asked = {"pictures_damaged", "truncated_clip", "times_jump", "irregular_source",
             "variable_frame_rate", "stamps_disordered"}  # fmt: skip
    return [
        f"{note.reason.code}({', '.join(f'{k} {v:.2f}' if isinstance(v, float) else f'{k} {v}' for k, v in note.reason.parameters.items())})"
        for note in notes if note.reason.code in asked
    ]  # fmt: skip


def _shown(figures: dict[str, Measurement]) -> str:
    mean, dropped = (figures.get(f"frame_rate.{name}") for name in ("mean", "dropped"))
    rate = (
        "—" if mean is None else f"{'≤ ' * mean.upper_bound}{mean.value:.2f} ± {mean.expanded:.2f}"
    )
    return f"{rate}; {'—' if dropped is None else f'≥ {dropped.value:.0f}'}"


def main(numbers: list[int]) -> None:
    """Print the table."""
    rows, failed = [], 0
    chosen = [EVERY[n] for n in numbers] or EVERY
    for damage in chosen:
        outcome = tried(damage)
        where = (
            f"{len(outcome.spoiled)}, {outcome.spoiled[0]:.2f} to {outcome.spoiled[-1]:.2f} s"
            if outcome.spoiled
            else "0"
        )
        rows.append((damage.name, damage.coding, damage.suffix, outcome.lost, where, "; ".join(outcome.said) or "—",
                     outcome.figures, f"{outcome.seconds:.1f}", "; ".join(outcome.wrong) or "yes"))  # fmt: skip
        failed += bool(outcome.wrong)
        print(*itertools.chain(rows[-1][:3], rows[-1][-1:]), file=sys.stderr, flush=True)
    print(
        table(
            (
                "damage",
                "coding",
                "in",
                "packets lost",
                "wrong pictures",
                "said",
                "mean rate; missing",
                "CPU, s",
                "holds",
            ),
            rows,
        )
    )
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(prose(f"{len(rows) - failed} of {len(rows)} hold. Most memory: {most} MB. {machine()}"))


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1:]])
