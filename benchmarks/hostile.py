"""What hostile files cost: each given to the command that reads it, in a process of its own.

``python benchmarks/hostile.py [WORD]`` makes every file whose row has WORD in its name, and prints
processor time (with the start of the program) and largest resident set of the command, its exit
code, and the first words of its answer. It fails above 10 s or 1 GB, and at an exit code of 70 or
above. Files with holes take no room on the disc.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from setting import machine, table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from issued_session import CLIP, issued
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from sample_pdf import blank_pdf

from acceptance.session import store
from acceptance.signing.chains import make_demo_chain

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SECONDS, MOST_BYTES, FAULT, PATIENCE = 10.0, 1e9, 70, 600.0
GB = 1 << 30
DEVICE = '[[subjects]]\nid = "gate"\nkind = "fixed"\n'
SHOT = DEVICE + '[[shots]]\nid = "one"\nsubject = "gate"\nclip = "a.mp4"\n'
ROUND = (
    'title = "t"\ncamera = "C1"\n[[laboratories]]\ncode = "L1"\nform = "L1.csv"\n'
    '[[laboratories]]\ncode = "L2"\nform = "L2.csv"\n'
    '[[figures]]\nid = "f"\nname = "f"\nunit = "1"\n'
)
FORM = "laboratory,figure,result,unit\n"


@dataclass(frozen=True)
class Hostile:
    """What is made in a folder, and the command that is given it."""

    name: str
    make: Callable[[Path], object]
    command: tuple[str, ...]


def with_hole(path: Path, size: int) -> None:
    """Make a file of this size that takes no room."""
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.truncate(size)


def other(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Return what puts something else in place of the clip of a session."""

    def act(folder: Path) -> None:
        clip = folder / "session" / CLIP
        clip.unlink()
        make(clip)

    return act


def text(name: str, content: str) -> Callable[[Path], object]:
    """Return what writes a text."""
    return lambda folder: (folder / name).write_text(content, "utf-8")


def bomb(folder: Path) -> None:
    """Attach 3 GB of zeros, 3 MB when packed, as the session of a report."""
    packer, chunk = zlib.compressobj(9), bytes(1 << 20)
    packed = b"".join(packer.compress(chunk) for _ in range(3 << 10)) + packer.flush()
    writer = IncrementalPdfFileWriter(io.BytesIO(blank_pdf()))
    packing = {generic.pdf_name("/Filter"): generic.pdf_name("/FlateDecode")}
    stream = embed.EmbeddedFileObject(writer, dict_data=packing, encoded_data=packed)
    embed.embed_file(writer, embed.FileSpec(file_spec_string=store.FILE, embedded_data=stream))
    with (folder / "session" / store.REPORT).open("wb") as file:
        writer.write(file)


def empty_rows(folder: Path) -> None:
    """Write a workbook of five million rows without a cell, 30 kB when packed."""
    from acceptance.files import spreadsheet  # noqa: PLC0415 -- late: brings openpyxl

    sound = spreadsheet.workbook_of([["id", "kind"], ["a", "fixed"]], widths=[9, 9], choices={})
    (folder / "sound.xlsx").write_bytes(sound)
    with (
        zipfile.ZipFile(folder / "sound.xlsx") as old,
        zipfile.ZipFile(folder / "devices.xlsx", "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                rows = b"<row/>" * 5_000_000
                content = content.replace(b"</sheetData>", rows + b"</sheetData>")
            new.writestr(name, content)


def chain(folder: Path) -> None:
    """Write 2,000 packs, each built on the next."""
    for number in range(2000):
        base = f'id = "own{number}"\nextends = "own{number + 1}.toml"\n'
        (folder / f"own{number}.toml").write_text(base, "utf-8")


def names(folder: Path) -> None:
    """Write recordings whose names fit a pattern of many wildcards nearly."""
    (folder / "kept").mkdir()
    for number in range(50):
        (folder / "kept" / f"{'a_' * 110}{number}.mp4").write_bytes(b"")


def rows(folder: Path) -> None:
    """Write a round in which a laboratory reports a million results."""
    (folder / "round.toml").write_text(ROUND, "utf-8")
    for code, count in (("L1", 1_000_000), ("L2", 2)):
        (folder / f"{code}.csv").write_text(FORM + f"{code},f,1.5,1\n" * count, "utf-8")


VERIFY = ("verify", "session", "--trust", "root.pem")
CASES = [
    *(
        Hostile(f"clip of a session: {what}", other(make), VERIFY)
        for what, make in (
            ("a link", lambda clip: clip.symlink_to("/etc/hostname")),
            ("a pipe", os.mkfifo),
            ("a device", lambda clip: clip.symlink_to("/dev/zero")),
            ("20 GB of holes", lambda clip: with_hole(clip, 20 * GB)),
            ("200 GB of holes", lambda clip: with_hole(clip, 200 * GB)),
        )
    ),
    Hostile("report of 20 GB", lambda place: with_hole(place / "session/report.pdf", 20 * GB),
            VERIFY),
    Hostile("session.json of 20 GB",
            lambda place: with_hole(place / "session/session.json", 20 * GB), VERIFY),
    Hostile("log of 20 GB", lambda place: with_hole(place / "session/log.jsonl", 20 * GB), VERIFY),
    Hostile("3 GB in an attachment of 3 MB", bomb, VERIFY),
    Hostile("session.json nested 100,000 deep", text("session/session.json", "[" * 100_000),
            VERIFY),
    Hostile("log nested 100,000 deep", text("session/log.jsonl", "[" * 100_000 + "\n"), VERIFY),
    Hostile("plan nested 100,000 deep", text("plan.toml", "a = " + "[" * 100_000),
            ("check", "plan.toml")),
    Hostile("plan with an integer of 10,000 digits", text("plan.toml", "a = " + "9" * 10_000),
            ("check", "plan.toml")),
    Hostile("plan with a name of 5,000 characters",
            text("plan.toml", SHOT.replace('"one"', f'"{"x" * 5000}"')), ("check", "plan.toml")),
    Hostile("plan of 20 GB", lambda place: with_hole(place / "plan.toml", 20 * GB),
            ("check", "plan.toml")),
    Hostile("answers that are a pipe", lambda place: (
        os.mkfifo(place / "answers.csv"),
        (place / "plan.toml").write_text('answer_files = ["answers.csv"]\n' + SHOT, "utf-8"),
    ), ("check", "plan.toml")),
    Hostile("2,000 packs, each on the next", chain, ("pack", "check", "own0.toml")),
    Hostile("pattern of 40 wildcards, 50 names of 220 characters", names,
            ("recordings", "kept", "--name-pattern", "*a_" * 40 + "{channel}{start}{end}b")),
    Hostile("CSV of 2 million rows", text("devices.csv", "id,kind\n" + "a,fixed\n" * 2_000_000),
            ("devices", "devices.csv")),
    Hostile("CSV of 5 million empty rows", text("devices.csv", "id,kind\n" + "\n" * 5_000_000),
            ("devices", "devices.csv")),
    Hostile("workbook of 5 million empty rows", empty_rows, ("devices", "devices.xlsx")),
    Hostile("a million results of a laboratory", rows, ("compare-labs", "run", "round.toml")),
    Hostile("results database that is a pipe", lambda place: os.mkfifo(place / "results.db"),
            ("query", "retakes", "--db", "results.db")),
    Hostile("results database of 20 GB", lambda place: with_hole(place / "results.db", 20 * GB),
            ("query", "retakes", "--db", "results.db")),
]  # fmt: skip


def run(case: Hostile, folder: Path) -> tuple[int, float, float, str]:
    """Give it to the command; return exit code, s of processor time, bytes, and what was said."""
    said = folder / "said.txt"
    with said.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 -- our own
            [sys.executable, "-m", "acceptance", *case.command], cwd=folder, stdout=output,
            stderr=output, stdin=subprocess.DEVNULL, env=os.environ | {"COLUMNS": "200"},
        )  # fmt: skip
        until, most = time.monotonic() + PATIENCE, 0.0
        while True:
            most = max(most, resident(child.pid))
            done, status, used = os.wait4(child.pid, os.WNOHANG)
            if done:
                break
            if time.monotonic() > until:
                child.kill()
            time.sleep(0.02)
    child.returncode = os.waitstatus_to_exitcode(status)
    words = " ".join(said.read_text("utf-8", "replace").split())
    return child.returncode, used.ru_utime + used.ru_stime, most, words


def resident(process: int) -> float:
    """Return the largest resident set so far, in bytes; 0 of one that has ended.

    ``ru_maxrss`` would be that of the process that started it, where that was larger.
    """
    status = Path(f"/proc/{process}/status").read_text("ascii")
    found = re.search(r"VmHWM:\s*(\d+)", status)
    return 1024.0 * int(found[1]) if found else 0.0


def main() -> None:
    """Print a row for each case as it is known."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    print(machine())
    print(table(("hostile file", "exit", "s", "MB", "answer"), []).rstrip())
    failed = False
    with tempfile.TemporaryDirectory() as name:
        keys = make_demo_chain(Path(name) / "keys")
        sound = issued(Path(name) / "20260602-X1", keys, [CLIP])
        for number, case in enumerate(each for each in CASES if word in each.name):
            place = Path(name) / str(number)
            place.mkdir()
            shutil.copytree(sound, place / "session")
            shutil.copy(keys.root, place / "root.pem")
            case.make(place)
            code, seconds, memory, said = run(case, place)
            print(f"| {case.name} | {code} | {seconds:.1f} | {memory / 1e6:.0f} | {said[:160]} |",
                  flush=True)  # fmt: skip
            failed |= seconds > MOST_SECONDS or memory > MOST_BYTES or not 0 <= code < FAULT
            shutil.rmtree(place)
    sys.exit(failed)


if __name__ == "__main__":
    main()
