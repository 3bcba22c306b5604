"""How long the program takes to start, and what it loads until then, against libraries alone.

``python benchmarks/start.py`` runs in turn, each in a process of its own: ``python -c "import
click, rich.console"``, ``acceptance --help``, and ``acceptance measure CLIP`` until it says that
the first frame has been seen, when it is killed. Wall time runs from the start of the process to
its end, or to that line. Processor time is that of all its threads, memory its largest resident
set, modules the entries of ``sys.modules`` at its end. It prints the median over the rounds, and
the ratios to the libraries within one round. One more round, the first, fills caches and does not
count.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LIBRARIES = ("-c", "import click, rich.console")
HELP = ("-m", "acceptance", "--help")
FIRST_FRAME = ": 1 of"
COUNTED = "import atexit, sys; atexit.register(lambda: print(len(sys.modules)));"
HELP_COUNTED = f"{COUNTED} from acceptance.__main__ import main; sys.argv[1:] = ['--help']; main()"
SECONDS = 1.0
ENVIRONMENT = os.environ | {"LANGUAGE": "en", "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True, kw_only=True)
class Start:
    """What a start took: wall and processor time in s, memory in MB."""

    wall: float
    processor: float
    memory: float


def film(path: Path) -> None:
    """Film the acceptance chart, 720p25."""
    # Late: what this process holds when it starts another would count as that one's memory.
    from acceptance.charts import definition  # noqa: PLC0415 -- see above
    from acceptance.simulate import films  # noqa: PLC0415 -- see above
    from acceptance.simulate.camera import Camera  # noqa: PLC0415 -- see above

    films.film_chart(Camera(noise=0.01, seed=5), definition.load("acceptance"), path, SECONDS)


def started(arguments: Sequence[str], until: str = "") -> Start:
    """Run Python to its end, or until it prints ``until``."""
    command = (sys.executable, *arguments)
    begun = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 -- our own program
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT
    ) as running:
        if any(until and until in line for line in running.stdout or ()):
            os.kill(running.pid, signal.SIGKILL)
        elif until:
            raise RuntimeError(f"{command} did not print {until!r}")
        _, running.returncode, used = os.wait4(running.pid, 0)
        wall = time.perf_counter() - begun
    processor = used.ru_utime + used.ru_stime
    return Start(wall=wall, processor=processor, memory=used.ru_maxrss / 1024)


def modules(program: str) -> int:
    """Return how many modules a program has loaded, which it prints last."""
    command = (sys.executable, "-c", program)
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 -- ours
    return int(done.stdout.splitlines()[-1])


def rounds(clip: Path, number: int) -> list[tuple[Start, Start, Start]]:
    """Start the libraries, help and measure in turn; the first round does not count."""
    measure = ("-m", "acceptance", "measure", str(clip))
    every = [
        (started(LIBRARIES), started(HELP), started(measure, FIRST_FRAME))
        for _ in range(number + 1)
    ]
    return every[1:]


def rows(every: Sequence[tuple[Start, Start, Start]]) -> list[tuple[str, ...]]:
    """Return the table's rows: medians, and ratios to the libraries of the same round."""
    counts = (str(modules(f"{COUNTED} {LIBRARIES[1]}")), str(modules(HELP_COUNTED)), "")
    names = ("click and rich.console alone", "acceptance --help", "acceptance measure, first frame")
    return [
        (name, *_figures(starts), count, *_ratios(starts, [alone for alone, _, _ in every]))
        for name, count, starts in zip(names, counts, zip(*every, strict=True), strict=True)
    ]


def _figures(starts: Sequence[Start]) -> tuple[str, str, str]:
    wall, processor, memory = (
        statistics.median(getattr(start, kind) for start in starts)
        for kind in ("wall", "processor", "memory")
    )
    return f"{wall:.3f}", f"{processor:.3f}", f"{memory:.0f}"


def _ratios(starts: Sequence[Start], alone: Sequence[Start]) -> tuple[str, str]:
    pairs = list(zip(starts, alone, strict=True))
    wall = statistics.median(start.wall / libraries.wall for start, libraries in pairs)
    processor = statistics.median(
        start.processor / libraries.processor for start, libraries in pairs
    )
    return f"{wall:.2f}", f"{processor:.2f}"


def report(number: int) -> str:
    """Film, start and return the table and the machine."""
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "chart.mp4"
        filming = multiprocessing.get_context("spawn").Process(target=film, args=(clip,))
        filming.start()
        filming.join()
        found = rows(rounds(clip, number))
    from setting import machine, table  # noqa: PLC0415 -- late, as above

    head = ("start", "wall, s", "CPU, s", "memory, MB", "modules", "wall ratio", "CPU ratio")
    return table(head, found) + machine()


def main() -> None:
    """Print the table and the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    print(report(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
