"""Nothing lost: ``sign``, ``report``, ``judge``, ``run`` and sealing killed, starved and crowded.

``python benchmarks/killing.py`` kills at 200 seeded calls that write (the tests' own trial, which
tries 20), kills real ``acceptance sign`` at seeded moments, signs three times at once, on a disc
that is full, and with 32 open files; it prints how many folders were lost, each row as it is known.
Neither kind of kill takes more than ``--minutes``; what was not tried by then is not claimed.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from setting import machine, table

from acceptance.footage import encode
from acceptance.session import journal
from acceptance.signing import chains
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
TRIALS = ("tests/signing/test_interrupted.py", "tests/session/test_interrupted_runs.py")


def main() -> None:
    """Try everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("--processes", type=int, default=20, help="real processes killed")
    parser.add_argument("--minutes", type=float, default=15, help="for each kind of kill, at most")
    options = parser.parse_args()
    print(machine())
    for row in trials(options.kills, options.processes, options.minutes * 60):
        print(table(["what", "trials", "outcome"], [list(row)]), flush=True)


def trials(kills: int, processes: int, seconds: float) -> Iterator[tuple[str, str, str]]:
    """Try each fault; yield what it was, how often, and what came of it."""
    yield "calls killed at", str(kills), seeded(kills, seconds)
    with tempfile.TemporaryDirectory() as name:
        site = Site(Path(name))
        tried, lost = site.killed(processes, seconds)
        yield "`sign` killed at any moment", str(tried), f"{lost} folders lost"
        yield "`sign` three at once", "3", site.crowded()
        yield "`sign` with files of 64 kB at most (a full disc)", "1", site.limited("-f 64")
        yield "`sign` with 32 open files", "1", site.limited("-n 32")
        yield "`sign` with 400 MB of memory", "1", site.limited("-v 400000")


def seeded(kills: int, seconds: float) -> str:
    """Run the tests' trial with more points; return what it says."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "a_kill"]
    given = os.environ | {"ACCEPTANCE_KILLS": str(kills)}
    try:
        done = subprocess.run(  # noqa: S603 -- our own
            [*command, *TRIALS], cwd=ROOT, env=given, capture_output=True, text=True, check=False,
            timeout=seconds,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "not finished in time: nothing is claimed"
    return "0 folders lost" if done.returncode == 0 else done.stdout[-2000:]


class Site:
    """A session whose report is to be signed, and the key."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.chain = chains.make_demo_chain(place / "keys")
        (place / "password").write_text(self.chain.password, "utf-8")
        grey = [np.full((240, 320), 90, np.uint8)] * 2
        encode.write(place / "grey.mkv", grey, codec="ffv1", pixel_format="gray")
        self.acceptance("run", place / "grey.mkv", "-o", place / "out").wait()
        [self.session] = (place / "out").iterdir()
        self.before = self.verified(self.session)

    def acceptance(self, *arguments: object, limit: str = "") -> subprocess.Popen[str]:
        """Start the program, under a limit of the shell."""
        words = " ".join(f"'{word}'" for word in (sys.executable, "-m", "acceptance", *arguments))
        command = f"ulimit {limit or '-c 0'}; exec {words}"
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(["/bin/bash", "-c", command], text=True, **streams)  # type: ignore[call-overload, no-any-return]  # noqa: S603

    def sign(self, session: Path, limit: str = "") -> subprocess.Popen[str]:
        """Start to sign."""
        key = ("--key", self.chain.signer, "--password-file", self.place / "password")
        return self.acceptance("sign", session, *key, limit=limit)

    def verified(self, session: Path) -> int:
        """Return the exit code of ``verify``."""
        return verify(session, [self.chain.root]).exit_code

    def copy(self, name: str) -> Path:
        """Copy the session."""
        return shutil.copytree(self.session, self.place / name / self.session.name)

    def lost(self, session: Path) -> bool:
        """Whether a session is neither as before nor as after, nor becomes so by signing again."""
        stopped = journal.interrupted(session)
        whole = self.verified(session) in {0, self.before, *([2] if stopped else [])}
        if self.verified(session) != 0:
            self.sign(session).wait()
        return not whole or self.verified(session) != 0

    def killed(self, count: int, seconds: float) -> tuple[int, int]:
        """Kill real processes at seeded moments of the time that one takes.

        Return how many there was time for, and how many folders were lost.
        """
        begun = time.monotonic()
        self.sign(self.copy("timed")).wait()
        took, moments, lost = time.monotonic() - begun, random.Random(12), 0  # noqa: S311 -- repeatable
        for number in range(count):
            if time.monotonic() - begun > seconds:
                return number, lost
            session = self.copy(f"killed {number}")
            process = self.sign(session)
            time.sleep(took * moments.uniform(0.5, 1.05))
            process.kill()
            process.wait()
            lost += self.lost(session)
            shutil.rmtree(session.parent)
        return count, lost

    def crowded(self) -> str:
        """Sign three times at once; return the exit codes and how many are lost."""
        session = self.copy("crowded")
        processes = [self.sign(session) for _ in range(3)]
        codes = sorted(process.wait() for process in processes)
        return f"exit codes {codes}, {int(self.lost(session))} folders lost"

    def limited(self, limit: str) -> str:
        """Sign under a limit; return the exit code, what was said, and how many are lost."""
        session = self.copy(f"limited {limit}")
        process = self.sign(session, limit)
        said = process.communicate()[0].strip().replace(str(self.place), "")
        return f"exit {process.returncode}: {said}; {int(self.lost(session))} folders lost"


if __name__ == "__main__":
    main()
