"""Short cuts of real clips, damaged at random and given to ``acceptance measure``.

``python benchmarks/damaged_clips.py OUT.jsonl [CASES] [--only NUMBER ...]`` (2,000) adds a line for
each case that OUT does not hold yet, so that it can be interrupted, and prints the table of the
docs. All metrics are asked, ``faults`` among them; every third case has regions by hand too. Each
case is a process of its own. A failure is an exit of 70, a crash, more than 60 s of processor time,
or more than 2 GB. ``tests/footage/test_damaged_clips.py`` tries a few.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import resource
import signal
import sys
import tempfile
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from setting import REAL, machine, table

from acceptance.footage import clip, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Damage = Callable[[bytes, np.random.Generator, bytes], bytes]

CASES = 2000
CLIPS = ("bottle_intel", "car_park_intel", "lobby_intel")
CUTS = {"mp4": (2.5, 14.0), "mkv": (2.5, 14.0), "ts": (2.5, 2.5), "flv": (2.5, 2.5)}  # s
CODED = {  # options of the coder, by kind of file
    "avi": ("mjpeg", {}),
    "mov": ("libx265", {"crf": "30", "x265-params": "log-level=none:pools=1"}),
    "vob": ("mpeg2video", {"bf": "2"}),
    "h264": ("libx264", {"crf": "30", "bf": "3", "threads": "1"}),
}
TIME, WALL, MEMORY = 60, 300, 2 << 30  # s of processor time, s, bytes
PLACES = {  # regions by hand, one of each kind
    "osd": (8, 8, 260, 40),
    "edge": (40, 60, 60, 60),
    "wedge": (300, 80, 120, 90),
    "grey": (40, 200, 200, 60),
    "flat": (300, 200, 80, 60),
    "colour": (10, 290, 120, 60),
    "grid": (300, 60, 200, 160),
    "sequence": (400, 10, 60, 40),
    "digits": (500, 10, 90, 40),
    "field": (16, 16, 600, 380),
    "hole": (60, 300, 40, 40),
}
REGIONS = [
    part for kind, box in PLACES.items()
    for part in ("--region", f"{kind}1={','.join(map(str, box))}")
]  # fmt: skip
TS_PACKET, HEAD = 188, 4096


def _flipped(file: bytes, random: np.random.Generator, first: int, end: int) -> bytes:
    """Change bytes, few or many, between two places."""
    changed, count = bytearray(file), round(10 ** random.uniform(0, 3))
    for at in random.integers(first, max(end, first + 1), count):
        changed[int(at)] ^= int(random.integers(1, 256))
    return bytes(changed)


def _part(file: bytes, random: np.random.Generator) -> tuple[int, int]:
    """Draw a part of a file, of whole TS packets; up to a fifth of it."""
    length = max(TS_PACKET, round(len(file) * 10 ** random.uniform(-4, -0.7)))
    first = int(random.integers(0, max(1, len(file) - length)))
    return first // TS_PACKET * TS_PACKET, (first + length) // TS_PACKET * TS_PACKET


def _swapped(file: bytes, random: np.random.Generator, _other: bytes) -> bytes:
    """Exchange two parts of one length, as packets that overtook each other."""
    (a, b), (c, d) = sorted((_part(file, random), _part(file, random)))
    length = min(b - a, d - c, max(c - a, 1))
    return (
        file[:a]
        + file[c : c + length]
        + file[a + length : c]
        + file[a : a + length]
        + file[c + length :]
    )


def _lost(file: bytes, random: np.random.Generator, _other: bytes) -> bytes:
    first, end = _part(file, random)
    return file[:first] + file[end:]


def _blank(file: bytes, random: np.random.Generator, _other: bytes) -> bytes:
    first, end = _part(file, random)
    return file[:first] + bytes(end - first) + file[end:]


def _repeated(file: bytes, random: np.random.Generator, _other: bytes) -> bytes:
    first, end = _part(file, random)
    return file[:end] + file[first:end] * int(random.integers(1, 4)) + file[end:]


def _foreign(file: bytes, random: np.random.Generator, other: bytes) -> bytes:
    """Put a part of another file in the place of one of this."""
    (first, end), (begin, stop) = _part(file, random), _part(other, random)
    return file[:first] + other[begin:stop] + file[end:]


DAMAGES: dict[str, Damage] = {
    "bytes flipped": lambda file, random, _: _flipped(file, random, 0, len(file)),
    "bytes flipped at the start": lambda file, random, _: _flipped(file, random, 0, HEAD),
    "bytes flipped at the end": lambda f, random, _: _flipped(f, random, len(f) - HEAD, len(f)),
    "end cut off": lambda file, random, _: file[: int(random.integers(0, len(file)))],
    "start cut off": lambda file, random, _: file[int(random.integers(0, len(file))) :],
    "part lost": _lost,
    "part blank": _blank,
    "parts swapped": _swapped,
    "part repeated": _repeated,
    "part of another file": _foreign,
    "another file joined": lambda file, _, other: file + other,
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a case: exit code (negative: by a signal), processor time and memory."""

    case: int
    source: str
    damage: str
    code: int
    seconds: float
    megabytes: int
    log: str = ""

    @property
    def failed(self) -> bool:
        """Whether it is a failure."""
        return self.code == 70 or self.code < 0 or self.megabytes > MEMORY >> 20


def sources(folder: Path) -> dict[Path, Callable[[], None]]:
    """Return every kind of file of the real clips, in order, and what makes it.

    Clips are cut where they begin and in the middle, or coded anew.
    """
    found: dict[Path, Callable[[], None]] = {}
    for name, (suffix, lengths) in itertools.product(CLIPS, CUTS.items()):
        for start, length in zip((0.0, 8.0), lengths, strict=True):
            target = folder / f"{name}-{start:.0f}.{suffix}"
            found[target] = partial(_cut, REAL / f"{name}.mp4", target, start, length)
    for name, (suffix, (codec, options)) in itertools.product(CLIPS, CODED.items()):
        target = folder / f"{name}.{suffix}"
        found[target] = partial(_coded, REAL / f"{name}.mp4", target, codec, options)
    return dict(sorted(found.items()))


def _coded(source: Path, target: Path, codec: str, options: dict[str, str]) -> None:
    """Code the luma of the first pictures of a clip."""
    pictures = [frame.luma for frame in itertools.islice(clip.open_clip(source).frames(), 40)]
    grey = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    encode.write(target, pictures, codec=codec, options=options, pixel_format=grey,
                 full_range=codec == "mjpeg")  # fmt: skip


def _cut(source: Path, target: Path, start: float, length: float) -> None:
    """Copy the packets of so many seconds from a key frame on."""
    with av.open(str(source)) as read, av.open(str(target), "w") as out:
        stream = read.streams.video[0]
        copy = out.add_stream_from_template(stream)
        read.seek(round(start / stream.time_base), stream=stream)
        first: float | None = None
        for packet in read.demux(stream):
            if packet.dts is None:
                continue
            at = float(packet.dts * stream.time_base)
            first = at if first is None else first
            if at > first + length:
                break
            packet.stream = copy
            out.mux(packet)


def _drawn(case: int, files: list[Path]) -> tuple[np.random.Generator, Path, Path]:
    """Draw the file of a case and another one; the generator draws what becomes of them."""
    random = np.random.default_rng([7, case])
    source, other = (files[int(random.integers(len(files)))] for _ in range(2))
    return random, source, other


def tried(case: int, files: list[Path], folder: Path) -> Outcome:
    """Damage a file and measure it, in a process of its own."""
    random, source, other = _drawn(case, files)
    kind = list(DAMAGES)[case % len(DAMAGES)]
    target = folder / f"case.{source.suffix[1:]}"
    target.write_bytes(DAMAGES[kind](source.read_bytes(), random, other.read_bytes()))
    regions = REGIONS if case % 3 == 0 else []
    code, seconds, megabytes = _in_process(["measure", "-v", *regions, str(target)], folder)
    logs = [log.read_text("utf-8") for log in sorted(folder.glob("acceptance-*.log"))]
    for log in folder.glob("acceptance-*.log"):
        log.unlink()
    return Outcome(case=case, source=source.name, damage=kind, code=code, seconds=seconds,
                   megabytes=megabytes, log="\n".join(logs)[-3000:])  # fmt: skip


def _in_process(arguments: list[str], folder: Path) -> tuple[int, float, int]:
    """Run a verb; return exit code, processor time in s and the most memory in MB."""
    child = os.fork()
    if child == 0:
        os._exit(_limited(arguments, folder))
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss >> 10


def _limited(arguments: list[str], folder: Path) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (TIME, TIME))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    signal.alarm(WALL)
    with (folder / "output").open("w") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    tempfile.tempdir = str(folder)
    import cv2  # noqa: PLC0415 -- loaded already
    from fuzz import by_command  # noqa: PLC0415 -- loaded already

    cv2.setNumThreads(1)
    try:
        return by_command(arguments)
    except BaseException:  # noqa: BLE001 -- whatever gets out is a fault
        return 70


def report(found: list[Outcome]) -> str:
    """Tabulate by kind of damage."""
    rows = []
    for kind in (*DAMAGES, "all"):
        of_kind = [outcome for outcome in found if kind in {outcome.damage, "all"}]
        codes = [outcome.code for outcome in of_kind]
        longest = max((outcome.seconds for outcome in of_kind), default=0.0)
        largest = max((outcome.megabytes for outcome in of_kind), default=0)
        failed = sum(outcome.failed for outcome in of_kind)
        counts = codes.count(0), codes.count(3), len(codes) - codes.count(0) - codes.count(3)
        rows.append([kind, len(codes), *counts, f"{longest:.1f}", largest, failed])
    head = ["damage", "cases", "measured", "nothing measured", "refused or failed",
            "longest, s", "most memory, MB", "failures"]  # fmt: skip
    return f"{machine()}\n{table(head, rows)}"


def _kept(path: Path) -> Iterator[Outcome]:
    for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
        with contextlib.suppress(json.JSONDecodeError):
            yield Outcome(**json.loads(line))


def main() -> None:
    """Try what was not tried yet, or failed, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kept", type=Path, help="a line for each case; those in it are not tried")
    parser.add_argument("cases", type=int, nargs="?", default=CASES)
    parser.add_argument("--only", type=int, nargs="*", help="numbers of cases")
    options = parser.parse_args()
    found = {outcome.case: outcome for outcome in _kept(options.kept) if not outcome.failed}
    _load()
    cases = [case for case in options.only or range(options.cases) if case not in found]
    with tempfile.TemporaryDirectory() as name, options.kept.open("a", encoding="utf-8") as out:
        folder, work = Path(name) / "sources", Path(name) / "work"
        folder.mkdir()
        work.mkdir()
        made = sources(folder)
        needed = {file for case in cases for file in _drawn(case, [*made])[1:]}
        _apart(lambda: [made[file]() for file in needed])
        for case in cases:
            found[case] = tried(case, [*made], work)
            out.write(f"{json.dumps(asdict(found[case]))}\n")
            out.flush()
    print(report(list(found.values())))
    sys.exit(any(outcome.failed for outcome in found.values()))


def _load() -> None:
    """Import what measures, before processes part."""
    import fuzz  # noqa: F401, PLC0415 -- see above

    import acceptance.cli.measuring  # noqa: F401, PLC0415 -- see above
    from acceptance import metrics  # noqa: PLC0415 -- see above

    metrics.every()


def _apart(work: Callable[[], object]) -> None:
    """Do it in another process: threads of a decoder do not survive a fork."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    os.waitpid(child, 0)


if __name__ == "__main__":
    main()
