"""Print the tables of ``docs/metrics/av.md``: how often the truth is inside U, and containers.

``python benchmarks/av_sync.py [RUNS] [PROCESSES]``

Signals: pictures of 10 to 30 s at 25, 30, 50 or 60 frame/s with exposures of 1 ms to the frame
time; the page's screen at 59.94, 60, 75 Hz or a rate of its own, which runs in step with the camera
or not; sound of 8 to 48 kHz with noise, echo and 0 to 3 ms of jitter, -400 to 400 ms off. Half are
read by the clock, half by a flash. The page's own offset and the way of the sound are drawn from
their budget lines. The seed of run n is [2006, n, 51].

Changes: the same signals of 30 s, whose offset is another from some moment on, in one pair alone,
or drifts; or pictures are lost there and their stamps go on evenly; or the page stands still; or
stamps wander to and fro. [2006, n, 53] draws where and by how much.

Containers: a flash and beeps of known offset, coded and put into files.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import clocks
import numpy as np
from draws import log_uniform
from setting import Setting, machine, prose, table

from acceptance.charts import beep
from acceptance.errors import GapError
from acceptance.footage.sound import Stretch
from acceptance.metrics import av as metric
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics.av import matched_filter
from acceptance.model import Condition, Measurement, Shot
from acceptance.scene import build
from acceptance.uncertainty import combine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FIRST = 5000  # refresh at time 0
WANDERING = 7.0  # s in which stamps wander to and fro
FRAME_RATES = (25.0, 30.0, 50.0, 60.0)
SOUND_RATES = (8000, 16000, 44100, 48000)


@dataclass(frozen=True, kw_only=True)
class Case:
    """Rates in Hz, the rest in s. Positive ``early``: the sound comes first."""

    rate: float
    exposure: float
    refresh: float
    seconds: float
    early: float
    jitter: float
    sound_rate: int
    noise: float


def drawn(random: np.random.Generator) -> Case:
    """Draw a case."""
    rate = float(random.choice(FRAME_RATES)) * clocks.off(random)
    return Case(
        rate=rate,
        exposure=clocks.exposure(random, rate),
        refresh=clocks.refresh(random),
        seconds=float(random.uniform(10, 30)),
        early=float(random.uniform(-0.4, 0.4)),
        jitter=float(random.uniform(0, 0.003)),
        sound_rate=int(random.choice(SOUND_RATES)),
        noise=log_uniform(random, 0.001, 0.2),
    )


def flash_times(case: Case) -> Array:
    """Moments in s at which flashes begin."""
    every = beep.indices(FIRST, FIRST + int((case.seconds + 1) * case.refresh))
    return (every - FIRST) / case.refresh


def sound(random: np.random.Generator, case: Case, moments: Array) -> Stretch:
    """Sound of beeps that begin at ``moments`` s, with an echo and noise."""
    samples = case.noise * random.standard_normal(int((case.seconds + 1) * case.sound_rate))
    echo, later = random.uniform(0, 0.6), log_uniform(random, 0.003, 0.3)
    level = log_uniform(random, 0.05, 1)
    for moment in moments:
        for loud, at in ((level, moment), (level * echo, moment + later)):
            _add(samples, loud, at * case.sound_rate, case.sound_rate)
    level_noise = samples * min(1.0, 0.9 / float(np.abs(samples).max()))
    return Stretch(
        samples=level_noise.astype(np.float32), start=0.0, rate=float(case.sound_rate), off=0.0
    )


def _add(samples: Array, level: float, place: float, rate: int) -> None:
    """Add a beep that begins at a fraction of a sample."""
    first = int(np.ceil(place))
    fine = beep.analytic(rate * 16).real[round(16 * (first - place)) :: 16]
    last = min(first + len(fine), len(samples))
    if first >= 0 and last > first:
        samples[first:last] += level * fine[: last - first]


def light(random: np.random.Generator, case: Case, times: Array, moments: Array) -> Array:
    """(n,) light of a flash in pictures with middles at ``times`` (n,) s."""
    begin, end = times - case.exposure / 2, times + case.exposure / 2
    lasts = beep.FLASH / case.refresh
    lit = np.zeros(len(times))
    for moment in moments:
        lit += np.clip(np.minimum(end, moment + lasts) - np.maximum(begin, moment), 0, None)
    return 0.05 + 0.6 * lit / case.exposure + 0.01 * random.standard_normal(len(times))


CHANGES = ("sound jumps", "one pair", "drift", "pictures lost", "page stands", "stamps wander")


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is other from ``at`` s on, or all along: ``sound`` (f,) s comes earlier by so much.

    Pictures of ``lost`` s are missing, stamped evenly all the same; the page stands still for
    ``stood`` s; stamps wander by ``wander`` s to either side.
    """

    at: float
    sound: Array
    lost: float = 0.0
    stood: float = 0.0
    wander: float = 0.0

    def page(self, times: Array) -> Array:
        """Return what time it is for the page."""
        return np.where(times < self.at, times, np.maximum(times - self.stood, self.at))

    def stamps_off(self, times: Array) -> Array:
        """(n,) s by which stamps of pictures at ``times`` (n,) s are late."""
        return self.wander * np.sin(2 * np.pi * times / WANDERING) - self.lost * (times > self.at)


def changed(number: int, kind: str, moments: Array, case: Case) -> Change:
    """Draw a change of a kind; "": none.

    Jumps of 0.05 to 0.4 s, one pair off by 15 to 120 ms, drifts of 0.04 to 0.3 s, pages that stand
    for 1 to 6 refreshes, stamps that wander by 8 to 60 ms.
    """
    random = np.random.default_rng([2006, number, 53])
    at = float(random.uniform(0.25, 0.75)) * case.seconds
    by = float(random.choice([-1, 1]) * random.uniform(0.05, 0.4))
    sound = {
        "sound jumps": np.where(moments > at, by, 0.0),
        "one pair": np.where(
            np.arange(len(moments)) == np.searchsorted(moments, at), 0.3 * by, 0.0
        ),
        "drift": 0.75 * by * moments / case.seconds,
    }
    return Change(
        at=at,
        sound=sound.get(kind, np.zeros(len(moments))),
        lost=math.ceil(abs(by) * case.rate) / case.rate * (kind == "pictures lost"),
        stood=math.ceil(15 * abs(by)) / case.refresh * (kind == "page stands"),
        wander=0.15 * by * (kind == "stamps wander"),
    )


def measured(number: int, kind: str = "") -> tuple[Case, metric.Sync, Array]:
    """Measure a run; return its case, what was found, and the true offsets in ms of its flashes."""
    random = np.random.default_rng([2006, number, 51])
    case = drawn(random)
    if kind:
        case = replace(case, seconds=30.0)
    moments = flash_times(case)
    times = random.uniform(0, 0.1) + np.arange(int(case.seconds * case.rate)) / case.rate
    offsets = case.early + case.jitter * random.standard_normal(len(moments))
    change = changed(number, kind, moments, case)
    moments += change.stood * (moments > change.at)
    offsets += change.sound
    heard = matched_filter.heard([sound(random, case, moments - offsets)])
    shown = (moments > times[0]) & (moments < times[-1]) & (moments - offsets > 0)
    shown &= (moments <= change.at) | (moments >= change.at + change.lost)
    times = times[(times <= change.at) | (times > change.at + change.lost)]
    stamps = times + change.stamps_off(times)
    if number % 2:
        found = metric.by_flashes(stamps, light(random, case, times, moments), heard)
    else:
        lag = float(random.uniform(0.2, 0.9) / case.rate)
        readings = clocks.readings(
            random,
            lambda at: clock_readings.expected_shares(
                FIRST + case.refresh * change.page(times + lag * at),
                case.exposure * case.refresh, 24,
            ),
            case.refresh * lag,
        )  # fmt: skip
        found = metric.by_clock(stamps, readings, heard)
    return case, found, 1000 * (offsets + change.stamps_off(moments))[shown]


def with_change(number: int, kind: str) -> list[dict[str, Any]]:
    """Return errors and U of a run with a change, against the offsets of its own pairs."""
    try:
        _, found, offsets = measured(number, kind)
    except GapError as gap:
        return [{"refused": gap.code}]
    worst = float(found.each[np.argmax(np.abs(found.each))])
    rows = []
    for statistic, value, lines, true in (
        ("mean", found.mean, found.mean_lines, offsets.mean()),
        ("worst", abs(worst), found.worst_lines, np.abs(offsets).max()),
        ("sd", found.sd, found.sd_lines, offsets.std(ddof=1)),
    ):
        sure = combine(lines)
        rows.append(
            {
                "what": (kind, "flash" if number % 2 else "clock", statistic),
                "off": value - float(true),
                "expanded": sure.k * sure.uncertainty,
                "said": len(found.changes) > 0,
            }
        )
    return rows


def run(number: int) -> list[dict[str, Any]]:
    """Return errors and U of a run."""
    try:
        case, found, offsets = measured(number)
    except GapError as gap:
        return [{"refused": gap.code}]
    random = np.random.default_rng([2006, number, 52])
    common = metric.lines_of(None, None, None)
    shift = float(sum(line.contribution * random.standard_normal() for line in common))
    truths = {
        "mean": (found.mean, found.mean_lines, 1000 * case.early, True),
        "worst": (
            float(found.each[np.argmax(np.abs(found.each))]), found.worst_lines,
            float(offsets[np.argmax(np.abs(offsets))]), True,
        ),
        "sd": (found.sd, found.sd_lines, 1000 * case.jitter, False),
    }  # fmt: skip
    rows = []
    for statistic, (value, lines, true, shifted) in truths.items():
        alone = combine(lines)
        whole = combine([*lines, *common]) if shifted else alone
        rows.append(
            {
                "what": ("flash" if number % 2 else "clock", statistic),
                "off": value - true,
                "own": alone.k * alone.uncertainty,
                "shifted": value - true - (shift if shifted else 0.0),
                "expanded": whole.k * whole.uncertainty,
            }
        )
    return rows


def signals(rows: Sequence[dict[str, Any]]) -> str:
    """Return the table of coverage by signals."""
    lines = []
    for what in sorted({row["what"] for row in rows if "what" in row}):
        chosen = [row for row in rows if row.get("what") == what]
        off, own, shifted, whole = (
            np.array([row[key] for row in chosen]) for key in ("off", "own", "shifted", "expanded")
        )
        hits = [
            f"{int(np.sum(np.abs(error) <= limit))} of {len(error)}"
            for error, limit in ((off, own), (shifted, whole))
        ]
        sizes = (f"{np.median(np.abs(off)):.2f}", f"{np.abs(off).max():.2f}")
        medians = (f"{np.median(own):.2f}", f"{np.median(whole):.2f}")
        lines.append((*what, hits[0], *sizes, medians[0], hits[1], medians[1]))
    head = ("read by", "statistic", "truth inside U without page and way", "error, median, ms",
            "largest, ms", "that U, median, ms", "inside the whole U", "U, median, ms")  # fmt: skip
    refused = [row["refused"] for row in rows if "refused" in row]
    said = prose(f"Refused: {len(refused)} ({', '.join(sorted(set(refused))) or 'none'}).")
    return table(head, lines) + said


def changes(rows: Sequence[dict[str, Any]]) -> str:
    """Return the table of runs with a change."""
    lines = []
    for what in sorted({row["what"] for row in rows if "what" in row}):
        chosen = [row for row in rows if row.get("what") == what]
        off, expanded = (np.array([row[key] for row in chosen]) for key in ("off", "expanded"))
        inside = f"{int(np.sum(np.abs(off) <= expanded))} of {len(off)}"
        said = f"{sum(row['said'] for row in chosen)} of {len(off)}"
        sizes = (f"{np.median(np.abs(off)):.2f}", f"{np.median(expanded):.2f}")
        lines.append((*what, inside, *sizes, said))
    head = ("change", "read by", "statistic", "truth inside U", "error, median, ms",
            "U, median, ms", "said")  # fmt: skip
    refused = [row["refused"] for row in rows if "refused" in row]
    return table(head, lines) + prose(
        f"Refused: {len(refused)} ({', '.join(sorted(set(refused))) or 'none'})."
    )


# ---- files

CONTAINERS = {
    "AAC in MP4": ("mp4", "aac", 48000),
    "AAC in MKV": ("matroska", "aac", 44100),
    "PCM in MOV": ("mov", "pcm_s16le", 48000),
    "AAC in TS": ("mpegts", "aac", 48000),
    "G.711 in MOV": ("mov", "pcm_mulaw", 8000),
    "Opus in MKV": ("matroska", "libopus", 48000),
    "MP2 in TS": ("mpegts", "mp2", 48000),
}
SUFFIX = {"mp4": "mp4", "matroska": "mkv", "mov": "mov", "mpegts": "ts"}
SIZE, BOX = (160, 96), (8, 8, 48, 48)


def write(
    path: Path,
    container: str,
    rate: int,
    early: float | Array,
    *,
    seconds: float = 8.0,
    delay: float = 0.0,
    moments: Array | None = None,
) -> None:
    """Write a clip of flashes whose beeps come ``early`` s before them; picture ``delay`` s later.

    ``early`` is one for all, or of each flash (f,).
    The picture n is exposed from (n - 1/4) / ``rate`` on for half of the interval, so that its
    middle is its time.
    """
    name, codec, sound_rate = CONTAINERS[container]
    case = Case(
        rate=float(rate), exposure=0.5 / rate, refresh=59.3, seconds=seconds, early=0.0,
        jitter=0.0, sound_rate=sound_rate, noise=0.002,
    )  # fmt: skip
    random = np.random.default_rng(7)
    moments = flash_times(case) if moments is None else moments
    times = np.arange(int(seconds * rate)) / rate
    levels = light(random, case, times, moments)
    samples = sound(random, case, moments + delay - early).samples
    with av.open(str(path), "w", format=name) as file:
        pictures = file.add_stream("libx264", rate=rate)
        pictures.width, pictures.height, pictures.pix_fmt = *SIZE, "yuv420p"
        pictures.options = {"crf": "20", "bf": "2"}
        pictures.codec_context.time_base = Fraction(1, 1000 * rate)
        track = file.add_stream(codec, rate=sound_rate)
        track.layout = "mono"
        _video(file, pictures, levels, rate, delay)
        _audio(file, track, samples, sound_rate)


def _video(
    file: OutputContainer, stream: VideoStream, levels: Array, rate: int, delay: float
) -> None:
    luma = np.full((SIZE[1] * 3 // 2, SIZE[0]), 60, np.uint8)
    luma[SIZE[1] :] = 128
    x, y, width, height = BOX
    for number, level in enumerate(levels):
        linear = max(float(level), 0.0)
        signal = 4.5 * linear if linear < 0.018 else 1.099 * linear**0.45 - 0.099
        luma[y : y + height, x : x + width] = round(16 + 219 * min(signal, 1.0))
        frame = av.VideoFrame.from_ndarray(luma, format="yuv420p")
        frame.pts, frame.time_base = (
            round((number / rate + delay) * 1000 * rate), Fraction(1, 1000 * rate)
        )  # fmt: skip
        file.mux(stream.encode(frame))
    file.mux(stream.encode(None))


def _audio(
    file: OutputContainer, stream: AudioStream, samples: NDArray[np.float32], rate: int
) -> None:
    whole = (32767 * samples).astype(np.int16)
    for begin in range(0, len(whole), 1024):
        frame = av.AudioFrame.from_ndarray(whole[None, begin : begin + 1024], "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, begin, Fraction(1, rate)
        file.mux(stream.encode(frame))
    file.mux(stream.encode(None))


CALIBRATED = (
    Condition(name="page_offset", value=0.0, unit="ms"),
    Condition(name="page_offset_accuracy", value=0.1, unit="ms"),
    Condition(name="microphone_distance", value=0.0, unit="m"),
)


def of_file(path: Path) -> dict[str, Measurement]:
    """Figures of a clip that ``write`` has written, by statistic."""
    shot = Shot(
        id="s", subject="c", clip=path.name, regions={"flash.sequence": BOX},
        conditions=CALIBRATED,
    )  # fmt: skip
    found = metric.measure(build.look(shot, path.parent))
    return {figure.statistic: figure for figure in found if isinstance(figure, Measurement)}


def containers() -> str:
    """Return the table of containers: sound 83 ms early and 137 ms late."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for container in CONTAINERS:
            for rate in (25, 30, 60):
                errors = []
                for early in (0.083, -0.137):
                    path = Path(folder) / f"clip.{SUFFIX[CONTAINERS[container][0]]}"
                    write(path, container, rate, early)
                    mean = of_file(path)["mean"]
                    errors.append((mean.value - 1000 * early, mean.expanded))
                sizes = [f"{off:+.2f} ± {expanded:.2f}" for off, expanded in errors]
                lines.append((container, rate, *sizes))
    return table(("container", "frame/s", "sound 83 ms early: error ± U, ms", "137 ms late"), lines)


def main(arguments: Sequence[str]) -> None:
    """Print the tables."""
    runs = int(arguments[0]) if arguments else 600
    jobs = int(arguments[1]) if len(arguments) > 1 else (os.cpu_count() or 1)
    rows = Setting(jobs=jobs).each(run, range(runs))
    print(prose(f"Made {machine()}."))
    print(signals([row for some in rows for row in some]))
    tasks = [(number, kind) for kind in CHANGES for number in range(runs // len(CHANGES))]
    rows = Setting(jobs=jobs).each(_with_change, tasks)
    print(changes([row for some in rows for row in some]))
    print(containers())


def _with_change(task: tuple[int, str]) -> list[dict[str, Any]]:
    return with_change(*task)


if __name__ == "__main__":
    main(sys.argv[1:])
