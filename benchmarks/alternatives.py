"""What users would pick instead, on the same clips in the same run: time and what comes out.

``python benchmarks/alternatives.py [--rounds N] [--python PYTHON]`` films the acceptance chart and
the clock at 1080p25 for ten seconds and alternates, each in a process of its own: this toolkit's
metrics, FFmpeg's filters (``ffmpeg`` on the PATH: psnr, ssim, signalstats, freezedetect with
blackdetect), and the programs of ``PACKAGES``, imported by ``--python`` (an environment apart, so
that they need not be installed here). What is not installed is said. Wall and processor time,
children included, are medians of the rounds; the last column is what the program tells.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import throughput
from setting import machine, table

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 10.0
Command = tuple[str, tuple[str, ...], str]  # name, what is run, what it tells

MEASURED = (
    "import sys; sys.path.insert(0, sys.argv[3]);"
    "import throughput; from pathlib import Path; throughput.whole(Path(sys.argv[1]), sys.argv[2])"
)
CHECKERS = (
    "import sys, av, numpy as np;"
    "from colour_checker_detection import detect_colour_checkers_segmentation as detect;"
    "frame = next(av.open(sys.argv[1]).decode(video=0)).to_ndarray(format='rgb24');"
    "print(len(detect(frame.astype(float) / 255)))"
)
ALONE = ("-P", "-c")  # without this folder, whose colour.py is not theirs
FILTERS = {
    "psnr": "PSNR of a recording against its reference",
    "ssim": "SSIM likewise",
    "signalstats": "levels and saturation of each frame",
    "freezedetect,blackdetect": "spans that stand still, spans that are black",
}
PACKAGES = {
    "ffmpeg_quality_metrics": "PSNR, SSIM and VMAF of each frame, by ffmpeg",
    "colour_checker_detection": "codes of a ColorChecker's patches in one frame",
    "ctt": "Raspberry Pi's camera tuning from raw pictures; takes no clips, only started",
}


def commands(chart: Path, clock: Path, python: str) -> tuple[list[Command], list[str]]:
    """Return what can be run here, and what is not installed."""
    here = str(Path(__file__).parent)
    own = [
        (f"acceptance, {kind}", (sys.executable, "-c", MEASURED, str(path), kind, here), tells)
        for kind, path, tells in (
            ("chart", chart, "resolution, noise, grey scale, colour, geometry, each with its U"),
            ("clock", clock, "frame rate, latency, freezes and faults, each with its U"),
        )
    ]
    ffmpeg = shutil.which("ffmpeg")
    filters = [_filter(ffmpeg, name, chart, tells) for name, tells in FILTERS.items() if ffmpeg]
    missing = [] if ffmpeg else ["ffmpeg"]
    return own + filters + _packages(chart, python, missing), missing


def _filter(ffmpeg: str, name: str, clip: Path, tells: str) -> Command:
    pair = name in {"psnr", "ssim"}
    inputs = ("-i", str(clip)) * (2 if pair else 1)
    how = ("-lavfi", name) if pair else ("-vf", name)
    return (
        f"ffmpeg {name}",
        (ffmpeg, "-hide_banner", "-nostdin", *inputs, *how, "-f", "null", "-"),
        tells,
    )


def _packages(chart: Path, python: str, missing: list[str]) -> list[Command]:
    """Return the runs of the packages that ``python`` can import; others are added as missing."""
    here = [name for name in PACKAGES if _importable(python, name)]
    missing += [name for name in PACKAGES if name not in here]
    runs = {
        "ffmpeg_quality_metrics": ("-m", "ffmpeg_quality_metrics", str(chart), str(chart)),
        "colour_checker_detection": (*ALONE, CHECKERS, str(chart)),
        "ctt": (*ALONE, "import ctt"),
    }
    return [(name, (python, *runs[name]), PACKAGES[name]) for name in here]


def _importable(python: str, name: str) -> bool:
    tried = subprocess.run([python, *ALONE, f"import {name}"], capture_output=True, check=False)  # noqa: S603 -- a name of ours
    return tried.returncode == 0


def timed(command: Sequence[str]) -> tuple[float, float] | None:
    """Return wall and processor time in s of a program; None where it failed."""
    begun, before = time.perf_counter(), os.times()
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 -- built above
    after = os.times()
    used = after.children_user + after.children_system
    used -= before.children_user + before.children_system
    return None if done.returncode else (time.perf_counter() - begun, used)


def report(rounds: int, python: str, seconds: float = SECONDS, height: int = 1080) -> str:
    """Film, run everything in turn and return the table."""
    with tempfile.TemporaryDirectory() as folder:
        chart, clock = Path(folder) / "chart.mp4", Path(folder) / "clock.mp4"
        throughput.film_of_chart(chart, seconds, height)
        throughput.film(clock, seconds, height)
        every, missing = commands(chart, clock, python)
        runs = [[timed(command) for _, command, _ in every] for _ in range(rounds)]
    rows = [
        (name, *_medians(of_one), tells)
        for (name, _, tells), of_one in zip(every, zip(*runs, strict=True), strict=True)
    ]
    rows += [(name, "not installed", "", PACKAGES.get(name, "")) for name in missing]
    return table((f"{seconds:g} s of {height}p25", "wall, s", "CPU, s", "what it tells"), rows)


def _medians(runs: Sequence[tuple[float, float] | None]) -> tuple[str, str]:
    done = [run for run in runs if run is not None]
    if len(done) < len(runs):
        return "failed", ""
    wall, processor = (statistics.median(times) for times in zip(*done, strict=True))
    return f"{wall:.2f}", f"{processor:.2f}"


def main() -> None:
    """Print the table and the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", default=sys.executable, help="imports the other packages")
    options = parser.parse_args()
    print(report(options.rounds, options.python) + machine())


if __name__ == "__main__":
    main()
