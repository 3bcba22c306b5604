"""Whole files of every kind, damaged at random, given to whatever reads them.

``python benchmarks/fuzz.py [CASES [READER ...]]`` (20,000 of all) prints, for each reader, how many
cases were read, how many were refused, and the longest; then what large files take. Whatever is no
error of ours, an exit code of 70, and whatever takes longer than ``LONGEST``, is a failure, made as
small as can be by Hypothesis, and printed. As many cases are always the same ones.
``tests/test_fuzz.py`` runs 500.
"""

from __future__ import annotations

import contextlib
import gc
import io
import itertools
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
from damage import MUTATIONS, Mutation, in_archive, mutated, of_bytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intact_files import SESSION_FILES, made
from setting import table

from acceptance import metrics
from acceptance.batch import bundle, cache, record
from acceptance.batch.database import queries
from acceptance.batch.database.results import Results
from acceptance.charts import definition, drawing, printed_copy
from acceptance.checks import pack
from acceptance.cli import failures, verbs
from acceptance.errors import AcceptanceError
from acceptance.files import spreadsheet
from acceptance.footage import clip
from acceptance.forms import answers, devices, panel_key, register, scores
from acceptance.laboratories import evaluation, round_plan
from acceptance.live import stream_tables
from acceptance.model.basics import CHINA
from acceptance.recorder import file_names, listing
from acceptance.scene import clock_session, side_tables
from acceptance.session import (
    commitments,
    evidence,
    institute_file,
    log_book,
    plan,
    report_numbers,
    runner,
    store,
)
from acceptance.signing import certificates, policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

LONGEST = 10.0  # s
HEAD = ("file", "cases", "read", "refused", "also by command", "longest, s")
CASES = 20_000
THROUGH_COMMAND = 10  # one case in so many goes through the command line as well
NOW = 1.8e9
NAMES = ("a/cam 1_20261125083000-20261125084000.mp4", "a" * 250, "20261125_" * 200, "*" * 99)


def _plan(path: Path) -> None:
    runner.prepare(plan.read(path))


def _table(path: Path) -> None:
    clock_session.logged(path)
    side_tables.table(path.parent, path.name, 2)


def _log(path: Path) -> None:
    log_book.check_chain(log_book.LogBook(path.parent).read())


def _clip(path: Path) -> None:
    for _ in itertools.islice(clip.open_clip(path).frames(), 20):
        pass


def _pattern(path: Path) -> None:
    pattern = path.read_bytes().decode("utf-8", "replace")
    for name in NAMES:
        file_names.read(name, pattern)


def _copy(path: Path) -> None:
    printed_copy.read(path, definition.load("acceptance"))


def _round(path: Path) -> None:
    plan = round_plan.read(path.parent / "round.toml")
    evaluation.compare(plan, evaluation.collect(plan, path.parent))


def _entry(path: Path) -> None:
    """Look up an entry of the cache, as it is and with a sound hash; a damaged one is no error."""
    content = path.read_bytes()
    for entry in (content, bundle.pack("key", {cache.MEASURED: content})):
        with contextlib.suppress(cache.Damaged):
            cache.parse(entry, "key")


def _record(path: Path) -> None:
    for line in record.Record(path.parent).sessions().values():
        record.kept(path.parent, line, {}, {})


def _database(path: Path) -> None:
    with Results(str(path), create=False) as results, results.database.reading() as connection:
        queries.due(connection, "2027-01-01")
        queries.retakes(connection)
        queries.failed(connection, "1")


# What reads a file, by the file's name (``intact_files``).
READERS: dict[str, Callable[[Path], object]] = {
    "plan.toml": _plan,
    "site.toml": _plan,
    "own.toml": lambda path: pack.load(str(path), metrics.quantities()),
    "devices.csv": devices.read,
    "devices.xlsx": devices.as_listed,
    "raw.xlsx": spreadsheet.rows,
    "recordings.csv": lambda path: listing.read(path, zone=CHINA, now=NOW),
    "answers.csv": lambda path: answers.read(path, path.name),
    "answers.toml": lambda path: answers.read(path, path.name),
    "panel.csv": lambda path: scores.read(path, path.name),
    "panel.key.toml": lambda path: panel_key.loads(path, path.name),
    "screen.csv": _table,
    "gate.packets.csv": stream_tables.packets,
    "gate.stream.jsonl": stream_tables.record,
    "chart.toml": lambda path: drawing.page(definition.load(str(path))),
    "copy.toml": _copy,
    "log.jsonl": _log,
    "manifest-sha256.txt": lambda path: evidence.check(path.parent),
    "session.json": lambda path: store.load(path.parent),
    "key.p12": lambda path: certificates.load_signer(path, "demo"),
    "root.pem": lambda path: certificates.load_trust([path]),
    "list.crl": lambda path: certificates.load_trust([path]),
    "clip.mp4": _clip,
    "clip.ts": _clip,
    "still.png": _clip,
    "names.txt": _pattern,
    "round.toml": _round,
    "form.csv": _round,
    "register.toml": register.read,
    "institute.toml": institute_file.read,
    "numbers.jsonl": lambda path: report_numbers.is_drawn(path, "1", "x"),
    "draws.jsonl": commitments.read,
    "policy.toml": policy.read,
    "entry.measured": _entry,
    "batch.jsonl": _record,
    "results.db": _database,
}
# The verb that reads the file; a file of a session is read with its folder.
COMMANDS = {
    "plan.toml": ("status",),
    "site.toml": ("devices",),
    "own.toml": ("pack", "check"),
    "devices.csv": ("devices",),
    "devices.xlsx": ("devices",),
    "raw.xlsx": ("devices",),
    "recordings.csv": ("recordings",),
    "log.jsonl": ("verify",),
    "manifest-sha256.txt": ("verify",),
    "session.json": ("verify",),
    "root.pem": ("verify", "session", "--trust"),
    "round.toml": ("compare-labs", "run"),
    "register.toml": ("database", "register", "--db", "register.db"),
    "policy.toml": ("verify", "session", "--policy"),
    "results.db": ("query", "retakes", "--db"),
    "clip.mp4": ("new", "--yes", "-o", "new.toml"),
}
BYTES = ("key.p12", "list.crl", "clip.mp4", "clip.ts", "still.png", "results.db")
CHANGES: dict[str, Callable[[bytes, Mutation], bytes]] = {
    "devices.xlsx": in_archive,
    **dict.fromkeys(
        ("key.p12", "list.crl", "clip.mp4", "clip.ts", "still.png", "results.db"), of_bytes
    ),
}


@dataclass
class Tally:
    """What became of the cases of a reader."""

    read: int = 0
    refused: int = 0
    by_command: int = 0
    longest: float = 0.0
    failures: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """How many there were."""
        return self.read + self.refused


class TooLongError(Exception):
    """A case takes longer than ``LONGEST``."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TooLongError


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Interrupt what takes too long, by processor time: others use the machine too.

    No garbage is collected meanwhile: what others left takes time, and what is raised there is
    lost. It is raised again each time that as much has passed.
    """
    before, collected = signal.signal(signal.SIGVTALRM, _stop), gc.isenabled()
    gc.disable()
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        if collected:
            gc.enable()


def by_command(arguments: list[str]) -> int:
    """Run a verb in this process, silently; return the exit code that a user would see."""
    silence = io.StringIO()
    with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
        return _exit_code(arguments)


def _exit_code(arguments: list[str]) -> int:
    try:
        return int(verbs.cli.main(arguments, standalone_mode=False) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code
    except TooLongError:
        raise
    except Exception as error:  # noqa: BLE001 -- as the program does
        return failures.tell(error)


def hunt(name: str, files: dict[str, bytes], folder: Path, cases: int) -> Tally:
    """Give a reader its sound file, which it must take, and so many damaged ones."""
    tally, content = Tally(), files[name]
    path = folder / ("session" if name in SESSION_FILES else "") / name

    @settings(
        max_examples=cases, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.lists(MUTATIONS, min_size=1, max_size=3))
    def case(mutations: list[Mutation]) -> None:
        changed = content
        for mutation in mutations:
            changed = CHANGES.get(name, mutated)(changed, mutation)
        path.write_bytes(changed)
        _try(name, path, tally)

    path.write_bytes(content)
    READERS[name](path)
    try:
        case()
    except Exception:  # noqa: BLE001 -- the finding, told with its trace
        tally.failures.append(traceback.format_exc(limit=-12))
    path.write_bytes(content)
    return tally


def _try(name: str, path: Path, tally: Tally) -> None:
    started = time.process_time()
    with limited():
        try:
            READERS[name](path)
            tally.read += 1
        except AcceptanceError as error:
            tally.refused += 1
            if not str(error).isprintable():
                what = f"not printable: {str(error)!r}"
                raise ValueError(what) from error
        if name in COMMANDS and tally.cases % THROUGH_COMMAND == 0:
            tally.by_command += 1
            _through_command(name, path)
    tally.longest = max(tally.longest, time.process_time() - started)


def _through_command(name: str, path: Path) -> None:
    target = path.parent if name in SESSION_FILES else path
    with contextlib.chdir(path.parent):
        code = by_command([*COMMANDS[name], str(target)])
        Path("new.toml").unlink(missing_ok=True)
    if code == failures.FAULT:
        what = f"exit code {code} of {COMMANDS[name]}"
        raise RuntimeError(what)


def main() -> None:
    """Print a row for each reader, as it is known, and each failure."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    found = []
    print(table(HEAD, []).rstrip())
    with tempfile.TemporaryDirectory() as place:
        files = made(Path(place))
        for name in sys.argv[2:] or READERS:
            tally = hunt(name, files, Path(place), -(-cases // len(READERS)))
            figures = (tally.cases, tally.read, tally.refused, tally.by_command)
            row = [name, *map(str, figures), f"{tally.longest:.2f}"]
            print(f"| {' | '.join(row)} |", flush=True)
            found += tally.failures
    print(*found, f"{len(found)} failures", sep="\n\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
