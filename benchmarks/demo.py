"""What the demo costs, compared with plain decoding of its films.

``python benchmarks/demo.py`` runs ``acceptance demo`` as a whole, then decodes its films plainly
(PyAV, every frame to luma), in turn, each in processes of its own; the median of the ratios counts.
Then it does the work of one device in this process, and prints what each phase took. Wall time and
processor time (of all processes) are both stated: on a shared machine they differ.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from setting import machine, table

from acceptance.cli import demo
from acceptance.footage import clip
from acceptance.session import plan, runner
from acceptance.signing.certificates import load_signer
from acceptance.signing.chains import make_demo_chain
from acceptance.signing.issuing import issue
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UNCOMPILED = "PYTHONDONTWRITEBYTECODE"  # users' modules are compiled once, not at every start
Spent = tuple[float, float]  # wall time and processor time, s


def decode(folder: Path) -> int:
    """Decode every film below a folder plainly; return the number of frames."""
    films = sorted(folder.rglob("*.mp4"))
    return sum(frame.luma.size > 0 for film in films for frame in clip.open_clip(film).frames())


def spent(command: Sequence[object]) -> Spent:
    """Run a command of this interpreter to its end and return what it took."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    words = [sys.executable, *map(str, command)]
    keeping = {name: value for name, value in os.environ.items() if name != UNCOMPILED}
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env=keeping)  # noqa: S603 -- the toolkit itself
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return wall, user + system


def compared(rounds: int) -> str:
    """Return the table of the whole demo and of plain decoding of its films."""
    runs = [_round() for _ in range(rounds)]
    rows: list[tuple[object, ...]] = []
    for number, (whole, plain) in enumerate(runs, start=1):
        ratios = (f"{ratio:.1f}" for ratio in _ratios(whole, plain))
        rows.append((number, *(f"{value:.1f}" for value in (*whole, *plain)), *ratios))
    by_kind = zip(*(_ratios(*run) for run in runs), strict=True)
    medians = (statistics.median(ratios) for ratios in by_kind)
    rows.append(("median", "", "", "", "", *(f"{median:.1f}" for median in medians)))
    each = ("s", "CPU s")
    head = ("round", *(f"{how}, {what}" for how in ("demo", "plain decoding") for what in each))
    return table((*head, "ratio of s", "ratio of CPU"), rows)


def _round() -> tuple[Spent, Spent]:
    with tempfile.TemporaryDirectory() as name:
        whole = spent(["-m", "acceptance", "demo", "-o", name])
        return whole, spent([__file__, "--decode", Path(name) / "footage"])


def _ratios(whole: Spent, plain: Spent) -> Spent:
    return whole[0] / plain[0], whole[1] / plain[1]


def phases(name: str, out: Path) -> str:
    """Do the work of one device of the demo; return the table of what its phases took."""
    rows: list[tuple[object, ...]] = []
    with _timed(rows, "keys"):
        chain = make_demo_chain(out / "keys")
    with _timed(rows, "film"):
        footage = demo.film(name, out / "footage" / name)
    with _timed(rows, "measure and judge"):
        _, folder = runner.run(plan.read(footage), footage.parent, out / "sessions")
    signer = load_signer(chain.signer, chain.password)
    with _timed(rows, "report and sign"):
        issue(folder, signer=signer)
    with _timed(rows, "verify"):
        verified = verify(folder, [chain.root])
    with _timed(rows, "(plain decoding)"):
        decode(out / "footage")
    if verified.exit_code:
        sys.exit("the report of the demo is not valid")
    return table((f"phase, device {name}", "s", "CPU s"), rows)


@contextmanager
def _timed(rows: list[tuple[object, ...]], phase: str) -> Iterator[None]:
    began, used = time.perf_counter(), time.process_time()
    yield
    took = time.perf_counter() - began, time.process_time() - used
    rows.append((phase, *(f"{value:.2f}" for value in took)))


def main() -> None:
    """Print the tables and the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decode", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.decode:
        decode(options.decode)
        return
    print(compared(options.rounds))
    with tempfile.TemporaryDirectory() as name:
        print(phases("good", Path(name)))
    print(machine())


if __name__ == "__main__":
    main()
