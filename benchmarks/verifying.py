"""How long ``verify`` takes to answer, and how much memory, over the table of tamperings.

``python benchmarks/verifying.py [WORD]`` makes the small session of the tests, does to a copy of it
what each row of ``tests/tamperings.py`` (whose name holds WORD) says, and verifies it in a process
of its own. It prints processor time and largest resident set of the slowest and largest answers,
without the start of the process, and fails above 10 s or 1 GB.
``python benchmarks/verifying.py --session FOLDER --trust ROOT`` does so for one session folder.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from issued_session import CLIP, issued
from tamperings import CAFE, TAMPERINGS, TWINS, Tampering

from acceptance.session import evidence, store
from acceptance.signing.chains import make_demo_chain
from acceptance.signing.verification import verify

MOST_SECONDS, MOST_BYTES = 10.0, 1e9
SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one verification took."""

    name: str
    seconds: float
    memory: float  # bytes
    state: str


def answer(name: str, folder: Path, root: Path) -> Answer:
    """Verify a folder in this process, which has done nothing else."""
    before = time.process_time()
    state = verify(folder, [root]).state
    seconds = time.process_time() - before
    # ru_maxrss would be that of the process that started this one, where it was larger
    status = Path("/proc/self/status").read_text("ascii")
    memory = 1024 * int(status.split("VmHWM:")[1].split()[0])
    return Answer(name=name, seconds=seconds, memory=memory, state=str(state))


def tampered(tampering: Tampering, original: Path, place: Path) -> Path:
    """Do to a copy of the session what a row of the table says."""
    folder = shutil.copytree(original, place / original.name)
    session = store.load(folder)
    tampering.act(folder)
    if tampering.sealed_again:
        evidence.seal(folder, session)
    return folder


def alone(name: str, folder: Path, root: Path) -> Answer:
    """Verify a folder in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(answer, (name, folder, root))


def table(word: str) -> list[Answer]:
    """Verify every row of the table."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        chain = make_demo_chain(place / "keys")
        clips = [CLIP, CAFE, *(f"data/clips/{letter}.mp4" for letter in TWINS.values())]
        original = issued(place / "out" / "20260602-X1", chain, clips)
        for number, tampering in enumerate(TAMPERINGS):
            if word in tampering.name:
                folder = tampered(tampering, original, place / str(number))
                found.append(alone(tampering.name, folder, chain.root))
    return found


def main() -> None:
    """Print the table; exit with 1 where an answer takes too long or too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("word", nargs="?", default="")
    parser.add_argument("--session", type=Path)
    parser.add_argument("--trust", type=Path)
    options = parser.parse_args()
    if options.session:
        found = [alone(options.session.name, options.session, options.trust)]
    else:
        found = table(options.word)
    slowest = sorted(found, key=lambda each: -each.seconds)[:SHOWN]
    largest = sorted(found, key=lambda each: -each.memory)[:SHOWN]
    print(f"{len(found)} answers\n\n| tampering | state | s | MB |\n|---|---|---|---|")
    for each in dict.fromkeys([*slowest, *largest]):
        print(f"| {each.name} | {each.state} | {each.seconds:.2f} | {each.memory / 1e6:.0f} |")
    over = [each for each in found if each.seconds > MOST_SECONDS or each.memory > MOST_BYTES]
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
