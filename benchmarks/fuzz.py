"""Sound files of every kind, damaged at random, given to whatever reads them.

``python benchmarks/fuzz.py [CASES]`` (20,000) prints, for each reader, how many cases were read, how
many were refused, and the longest. Whatever is no error of ours, and whatever takes longer than
``LONGEST``, is a failure, shrunk by Hypothesis and printed. The same number of cases is the same
cases. ``tests/test_fuzz.py`` runs 500.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acceptance import metrics
from acceptance.charts import copy_template, definition, printed_copy
from acceptance.checks import pack
from acceptance.cli import failures, terminal, verbs
from acceptance.errors import AcceptanceError
from acceptance.files import spreadsheet
from acceptance.footage import clip, encode
from acceptance.forms import answers, devices, panel_key, scores
from acceptance.recorder import file_names, listing
from acceptance.scene import clock_session, side_tables
from acceptance.session import evidence, plan, runner, store
from acceptance.signing import certificates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

LONGEST = 10.0  # s
CASES = 20_000
THROUGH_COMMAND = 10  # one case in so many goes through the command line
SITE = Path(__file__).resolve().parents[1] / "examples" / "site"
PLACE = 10**5  # a place in a file is given in parts of this

# Values, texts and pieces that readers have stumbled over, here or elsewhere.
NASTY = [
    piece.encode("utf-8", "surrogatepass")
    for piece in (
        *("", "0", "-1", "9" * 5000, "1e999", "-1e-999", "nan", "inf", "1_000", "0x7fffffff", "½", "٣"),
        *("true", "null", '""', '"', "'", "'''", "[]", "{}", "[[", "=1+1", "\\", "\\ud800", "%s", "{0}"),
        *("[" * 3000, "{a=" * 2000, '{"a":' * 3000, "a." * 500 + "a = 1\n", "x" * 5000),
        *('"../../../etc/passwd"', '"/dev/zero"', '"C:\\\\x"', '"con"', '".."', '"a\\u0000b"', "'*'"),
        *('"\\u202egp4.mp4"', "\u202e", "\u2028", "\ufeff", "\x00", "\x1b[2J", "\ud800", "\r", "\n", "\t"),
        *("9999-12-31", "0001-01-01", "2026-02-30", "24:00:00", "+99:99", "1e400", "-0", "1" * 400),
        *(",", ";" * 200, "\n" * 5000, ",\n" * 2000, "=", "#", "]]>", "<!DOCTYPE x>", "&a;", "<c r='A0'/>"),
    )
]  # fmt: skip
TOKEN = re.compile(rb'"[^"\n]{0,200}"|[\w.:+-]+|[\[\]{}=<>/,;]')


class Mutation(NamedTuple):
    """One change of a file: how, where (two places, in parts of ``PLACE``), and by what."""

    kind: str
    at: int
    to: int
    piece: int


MUTATIONS = st.builds(
    Mutation,
    st.sampled_from(
        ("token", "token", "token", "insert", "delete", "flip", "copy", "cut", "repeat")
    ),
    st.sampled_from(range(PLACE + 1)),  # drawn evenly
    st.sampled_from(range(PLACE + 1)),
    st.sampled_from(range(len(NASTY))),
)


def mutated(content: bytes, mutation: Mutation) -> bytes:
    """Return the content with one change."""
    at, to = sorted(place * len(content) // PLACE for place in (mutation.at, mutation.to))
    some = content[at : min(to, at + 200)]
    match mutation.kind:
        case "token":
            return _other_token(content, mutation)
        case "insert":
            return content[:at] + NASTY[mutation.piece] + content[at:]
        case "delete":
            return content[:at] + content[at + len(some) :]
        case "flip":
            return (
                content[:at]
                + bytes(byte ^ (1 << mutation.piece % 8) for byte in some[:1])
                + content[at + 1 :]
            )
        case "copy":
            return content[:to] + some + content[to:]
        case "cut":
            return content[:to]
    return content[:at] + some * (1 + mutation.piece * 10) + content[at:]


def _other_token(content: bytes, mutation: Mutation) -> bytes:
    """Replace a word, number or sign near a place by a piece."""
    start = mutation.at * len(content) // PLACE
    found = TOKEN.search(content, start) or TOKEN.search(content)
    if not found:
        return NASTY[mutation.piece]
    return content[: found.start()] + NASTY[mutation.piece] + content[found.end() :]


def of_bytes(content: bytes, mutation: Mutation) -> bytes:
    """Change a file that has no words."""
    kind = "flip" if mutation.kind in {"token", "repeat"} else mutation.kind
    return mutated(content, mutation._replace(kind=kind))


def in_archive(content: bytes, mutation: Mutation) -> bytes:
    """Change one file in a ZIP archive."""
    archive, changed = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    names = archive.namelist()
    chosen = names[mutation.to % len(names)]
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in names:
            part = archive.read(name)
            target.writestr(name, mutated(part, mutation) if name == chosen else part)
    return changed.getvalue()


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What reads a file: ``name`` of the file, a sound ``content``, and the verb that reads it."""

    name: str
    content: bytes
    read: Callable[[Path], object]
    command: tuple[str, ...] = ()
    change: Callable[[bytes, Mutation], bytes] = mutated


@dataclass
class Tally:
    """What became of the cases of a reader."""

    read: int = 0
    refused: int = 0
    longest: float = 0.0
    commands: int = 0
    failures: list[str] = field(default_factory=list)


def readers(folder: Path) -> dict[str, Reader]:
    """Prepare a folder with what the files refer to, and return the readers by name."""
    for file in SITE.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    (folder / "evidence").mkdir()
    small = _small_files(folder)
    site = {file.name: file.read_bytes() for file in SITE.iterdir() if file.is_file()}
    quantities = metrics.quantities()
    zone = timezone(timedelta(hours=8))
    chart = definition.load("acceptance")
    found = (
        Reader(name="plan.toml", content=site["plan.toml"][:6000].rpartition(b"\n[[")[0], read=_plan, command=("devices",)),
        Reader(name="plan2.toml", content=small["plan"], read=_plan, command=("status",)),
        Reader(
            name="own.toml", content=small["pack"], command=("pack", "check"),
            read=lambda path: pack.load(str(path), quantities),
        ),
        Reader(name="devices.csv", content=small["devices"], read=devices.read, command=("devices",)),
        Reader(
            name="devices.xlsx", content=small["workbook"], read=devices.as_listed,
            command=("devices",), change=in_archive,
        ),
        Reader(name="raw.xlsx", content=small["workbook"], read=spreadsheet.rows, command=("devices",)),
        Reader(
            name="recordings.csv", content=site["recordings-1.csv"][:2000], command=("recordings",),
            read=lambda path: listing.read(path, zone=zone, now=1.8e9),
        ),
        Reader(name="answers.csv", content=site["answers.csv"][:4000].rpartition(b"\n")[0], read=_answers),
        Reader(name="answers.toml", content=small["answers"], read=_answers),
        Reader(name="panel.csv", content=site["panel.csv"], read=_scores),
        Reader(name="panel.key.toml", content=site["panel.key.toml"], read=lambda path: panel_key.loads(path, "key")),
        Reader(name="screen.csv", content=small["log"], read=_side_table),
        Reader(name="chart.toml", content=small["chart"], read=lambda path: definition.load(str(path))),
        Reader(
            name="copy.toml", content=copy_template.template(chart, "A1").encode(),
            read=lambda path: printed_copy.read(path, chart),
        ),
        Reader(name="log.jsonl", content=small["log.jsonl"], read=_log),
        Reader(name="manifest-sha256.txt", content=small["manifest"], read=lambda path: evidence.check(path.parent)),
        Reader(
            name="session.json", content=small["session"], command=("verify",),
            read=lambda path: store.load(path.parent),
        ),
        Reader(name="key.p12", content=small["key"], read=lambda path: certificates.load_signer(path, "demo"), change=of_bytes),
        Reader(name="root.pem", content=small["root"], read=lambda path: certificates.load_trust([path])),
        Reader(name="list.crl", content=small["crl"], read=lambda path: certificates.load_trust([path]), change=of_bytes),
        Reader(name="clip.mp4", content=small["mp4"], read=_clip, change=of_bytes),
        Reader(name="clip.ts", content=small["ts"], read=_clip, change=of_bytes),
        Reader(name="still.png", content=small["png"], read=_clip, change=of_bytes),
        Reader(name="names.txt", content=b"*{channel}*_{start}-{end}*.mp4", read=_pattern),
    )  # fmt: skip
    return {reader.name: reader for reader in found}


def _small_files(folder: Path) -> dict[str, bytes]:
    """Make one small sound file of each kind that the example site has not."""
    rows = [line.split(",") for line in (SITE / "devices.csv").read_text("utf-8-sig").splitlines()]
    rows.insert(1, ["site", "现场", *[""] * (len(rows[0]) - 2)])
    random = np.random.default_rng(1)
    frames = [random.integers(0, 255, (48, 64)).astype(np.uint8) for _ in range(5)]
    for name, codec in (("clip.mp4", "libx264"), ("clip.ts", "libx264"), ("still.png", "png")):
        count, layout = (1, "rgb24") if name == "still.png" else (5, "yuv420p")
        encode.write(
            folder / name, frames[:count], codec=codec, pixel_format=layout if count > 1 else "gray"
        )
    chain = certificates.make_demo_chain(folder / "keys")
    session = _session(folder / "session")
    base = (Path(pack.FOLDER) / "gb_50198_1994.toml").read_bytes()
    return {
        "plan": PLAN.encode(),
        "pack": base.replace(b'id = "gb_50198_1994"', b'id = "own"')[:9000].rpartition(b"\n[[")[0],
        "devices": spreadsheet.csv_of(rows),
        "workbook": spreadsheet.workbook_of(rows, widths=[10] * 12, choices={1: ["a", "b"]}),
        "answers": ANSWERS.encode(),
        "log": b"index,time_s\n# session=K7Q2MX missed=0 time=unix\n1024,1795617283.4127\n1025,1795617283.4294\n",
        "chart": (Path(definition.data.folder("test_charts")) / "acceptance.toml").read_bytes(),
        "log.jsonl": (session / "log.jsonl").read_bytes(),
        "manifest": (session / "manifest-sha256.txt").read_bytes(),
        "session": (session / store.FILE).read_bytes(),
        "key": chain.signer.read_bytes(),
        "root": chain.root.read_bytes(),
        "crl": chain.crl.read_bytes(),
        **{
            ending: (folder / f"{name}.{ending}").read_bytes()
            for name, ending in (("clip", "mp4"), ("clip", "ts"), ("still", "png"))
        },
    }


PLAN = """
packs = ["db50_216_2006"]
[[subjects]]
id = "gate"
kind = "fixed"
facts = { system = "digital", picture = "colour" }
[[shots]]
id = "chart"
subject = "gate"
clip = "chart.mp4"
regions = { "centre.edge_horizontal" = [610, 330, 60, 80] }
coding = { full_range = true, sample_aspect = [16, 11] }
conditions = [{ name = "illuminance", value = 500, unit = "lx" }, { name = "agc", value = "off" }]
[[recordings]]
id = "kept"
subject = "gate"
source = "recordings-1.csv"
until = "2026-11-25"
[[instruments]]
id = "lux-1"
name = "meter"
due = "2027-03-31"
largest_error = 0.5
unit = "lx"
[[answers]]
subject = "gate"
requirement = "db50_216_2006#5.2/picture-grade"
by = "x"
when = "2026-11-24"
scores = [{ rater = "a", score = 4 }]
evidence = ["evidence/a.jpg"]
[[matrix]]
kinds = ["fixed"]
paths = ["live"]
[[draws]]
sampling = "gb_50348_2004#devices"
seed = "1"
"""
ANSWERS = """
[[answers]]
subject = "site"
requirement = "db50_216_2006#6.1/room-area"
value = 24.6
unit = "m²"
conditions = "illuminance=500lx; lamps=on"
by = "x"
when = "2026-11-24 10:30"
"""


def _session(folder: Path) -> Path:
    """Judge two made-up figures and keep the session."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    from issued_session import PACK, PACK_TEXT, judged, measurement  # noqa: PLC0415 -- as above

    (folder / "data" / "packs").mkdir(parents=True)
    (folder / "data" / "packs" / f"{PACK}.toml").write_text(PACK_TEXT, encoding="utf-8")
    for number in range(3):
        evidence.LogBook(folder).append("taken", {"shot": f"shot{number}"})
    figures = (measurement("noise.snr", "dB", 48.0), measurement("grey_scale.steps", "1", 7.0))
    store.save(judged(folder, figures), folder)
    return folder


def _plan(path: Path) -> None:
    found = plan.read(path)
    runner.prepare(found)


def _answers(path: Path) -> None:
    answers.read(path, path.name)


def _scores(path: Path) -> None:
    scores.read(path, path.name)


def _side_table(path: Path) -> None:
    clock_session.logged(path)
    side_tables.table(path.parent, path.name, 2)


def _log(path: Path) -> None:
    evidence.check_chain(evidence.LogBook(path.parent).read())


def _clip(path: Path) -> None:
    for _ in itertools.islice(clip.open_clip(path).frames(), 20):
        pass


def _pattern(path: Path) -> None:
    pattern = path.read_bytes().decode("utf-8", "replace")
    for name in (
        "a/cam 1_20261125083000-20261125084000.mp4",
        "a" * 250,
        "20261125_" * 200,
        "*" * 99,
    ):
        file_names.read(name, pattern)


class TooLongError(Exception):
    """A case takes longer than ``LONGEST``."""


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Interrupt what takes too long, by processor time: others use the machine too."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def by_command(arguments: list[str]) -> int:
    """Run a verb in this process, and return the exit code that a user would see."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        _quiet(),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        try:
            return int(verbs.cli.main(arguments, standalone_mode=False) or 0)
        except click.exceptions.Exit as end:
            return end.exit_code
        except TooLongError:
            raise
        except Exception as error:  # noqa: BLE001 -- as the program does
            return failures.tell(error)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    before = terminal.console.file, terminal.errors.file
    terminal.console.file, terminal.errors.file = io.StringIO(), io.StringIO()
    try:
        yield
    finally:
        terminal.console.file, terminal.errors.file = before


def hunt(reader: Reader, folder: Path, cases: int) -> Tally:
    """Give a reader so many damaged files."""
    tally = Tally()
    place = folder / "session" if reader.name in SESSION_FILES else folder
    path = place / reader.name

    @settings(
        max_examples=cases, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.lists(MUTATIONS, min_size=1, max_size=3))
    def case(mutations: list[Mutation]) -> None:
        content = reader.content
        for mutation in mutations:
            try:
                content = reader.change(content, mutation)
            except zipfile.BadZipFile:
                content = mutated(content, mutation)
        path.write_bytes(content)
        _try(reader, path, tally)

    path.write_bytes(reader.content)
    reader.read(path)
    try:
        case()
    except Exception:  # noqa: BLE001 -- the finding, told with its trace
        tally.failures.append(traceback.format_exc(limit=-12))
    finally:
        path.write_bytes(reader.content)
    return tally


SESSION_FILES = {"log.jsonl", "manifest-sha256.txt", "session.json"}


def _try(reader: Reader, path: Path, tally: Tally) -> None:
    started = time.process_time()
    with limited():
        try:
            reader.read(path)
            tally.read += 1
        except AcceptanceError as error:
            tally.refused += 1
            if not str(error).isprintable():
                raise ValueError(f"not printable: {str(error)!r}") from error
        if reader.command and (tally.read + tally.refused) % THROUGH_COMMAND == 0:
            tally.commands += 1
            target = path.parent if reader.name == "session.json" else path
            if by_command([*reader.command, str(target)]) == failures.FAULT:
                raise RuntimeError(f"exit {failures.FAULT}: {reader.command}")
    tally.longest = max(tally.longest, time.process_time() - started)


def main() -> None:
    """Print a row for each reader, and each failure."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    only = sys.argv[2:]
    broken = 0
    with tempfile.TemporaryDirectory() as made:
        known = readers(Path(made))
        print(
            "| reader | cases | read | refused | by command | longest, s |\n|---|---|---|---|---|---|"
        )
        for name, reader in known.items():
            if only and name not in only:
                continue
            tally = hunt(reader, Path(made), -(-cases // len(known)))
            total = tally.read + tally.refused
            print(
                f"| {name} | {total} | {tally.read} | {tally.refused} | {tally.commands} | {tally.longest:.2f} |",
                flush=True,
            )
            for failure in tally.failures:
                broken += 1
                print(failure, flush=True)
    print(f"{broken} failures")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
