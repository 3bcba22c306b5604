"""What hostile files cost: each given to the command that reads it, in a process of its own.

``python benchmarks/hostile.py [WORD]`` makes every file whose row has WORD in its name, and prints
processor time (with the start of the program) and largest resident set of the command, its exit
code, and the first words of its answer. It fails above 10 s or 1 GB, and at an exit code of 70 or
above. Files with holes take no room on the disc.
"""

from __future__ import annotations

import io
import json
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

import cv2
import numpy as np
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
LOOPS = (
    "{% for a in people %}{% for b in people %}{% if a.name == b.role %}x{% endif %}"
    "{% endfor %}{% endfor %}"
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


def book(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Return what writes a workbook whose sheet was changed."""

    def act(folder: Path) -> None:
        from acceptance.files import spreadsheet  # noqa: PLC0415 -- late: brings openpyxl

        sound = spreadsheet.workbook_of([["id", "kind"], ["a", "fixed"]], widths=[9, 9], choices={})
        with (
            zipfile.ZipFile(io.BytesIO(sound)) as old,
            zipfile.ZipFile(folder / "devices.xlsx", "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for name in old.namelist():
                content = old.read(name)
                is_sheet = name == "xl/worksheets/sheet1.xml"
                new.writestr(name, change(content) if is_sheet else content)

    return act


def sheet_with(rows: bytes = b"", behind: bytes = b"") -> Callable[[Path], None]:
    """Return what writes a workbook with more rows, or with something behind its rows."""
    end = b"</sheetData>"
    return book(lambda content: content.replace(end, rows + end + behind))


def multiplied(content: bytes) -> bytes:
    """Put an entity into a cell that is 10 letters 8 to the power of 12 times."""
    made = "".join(
        f'<!ENTITY {chr(98 + level)} "{f"&{chr(97 + level)};" * 8}">' for level in range(12)
    )
    kinds = f'<!DOCTYPE x [<!ENTITY a "{"a" * 10}">{made}]>'.encode()
    return kinds + content.split(b"?>", 1)[-1].replace(b"<v>", b"<v>&m;", 1)


def figures(folder: Path) -> None:
    """Write a baseline of 300,000 figures beside a picture."""
    blank(folder)
    made = [
        {
            "subject": "gate", "shot": "one", "quantity": "noise.snr", "region": f"r{number}",
            "value": 1.0, "unit": "dB", "uncertainty": 0.1, "k": 2.0, "samples": 1,
            "degrees_of_freedom": None, "method": "m",
        }
        for number in range(300_000)
    ]  # fmt: skip
    (folder / "b.json").write_text(json.dumps({"measurements": made}), "utf-8")


def baseline(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Return what makes a baseline beside a picture."""

    def act(folder: Path) -> None:
        blank(folder)
        make(folder / "b.json")

    return act


def blank(folder: Path) -> None:
    """Write a grey picture."""
    cv2.imwrite(str(folder / "a.png"), np.full((48, 64), 90, np.uint8))


def template(content: str, name: str = "closing.html") -> Callable[[Path], None]:
    """Return what makes a plan of 3,000 people with a template of its institute."""

    def act(folder: Path) -> None:
        (folder / "own").mkdir()
        (folder / "own" / name).write_text(content, "utf-8")
        (folder / "institute.toml").write_text('name = "x"\ntemplates = "own"\n', "utf-8")
        people = "".join(f'[[people]]\nname = "p{n}"\nrole = "tester"\n' for n in range(3000))
        head = 'operator = "p1"\ninstitute = "institute.toml"\n'
        (folder / "plan.toml").write_text(head + people + SHOT, "utf-8")

    return act


def batch(listed: str) -> Callable[[Path], None]:
    """Return what makes a list of devices and the template of their plans."""

    def act(folder: Path) -> None:
        (folder / "list.csv").write_text(listed, "utf-8")
        shot = '[[shots]]\nid = "one"\nsubject = "{id}"\nclip = "{id}.mp4"\n'
        (folder / "t.toml").write_text(shot, "utf-8")

    return act


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
    *(
        Hostile(f"workbook {what}", make, ("devices", "devices.xlsx"))
        for what, make in (
            ("of 5 million empty rows", sheet_with(b"<row/>" * 5_000_000)),
            ("whose entities multiply", book(multiplied)),
            ("of 700 MB of blanks", sheet_with(b" " * 700_000_000)),
            ("with a cell at the end of a sheet", sheet_with(
                b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>')),
            ("of 2 million cells in a row",
             sheet_with(b'<row r="3">' + b"<c/>" * 2_000_000 + b"</row>")),
            ("merged over everything", sheet_with(
                behind=b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>')),
            ("of 100,000 merged ranges", sheet_with(behind=b"<mergeCells>" + b"".join(
                b'<mergeCell ref="A%d:XFD%d"/>' % (n, n) for n in range(1, 100_001)
            ) + b"</mergeCells>")),
            ("nested 200,000 deep", sheet_with(behind=b"<a>" * 200_000 + b"</a>" * 200_000)),
            ("with a row number of 30 digits", sheet_with(
                b'<row r="' + b"9" * 30 + b'"><c r="A1"><v>1</v></c></row>')),
            ("with a text that is not there", sheet_with(
                b'<row r="3"><c r="A3" t="s"><v>999999</v></c></row>')),
        )
    ),
    *(
        Hostile(f"baseline {what}", make, ("measure", "a.png", "--baseline", "b.json"))
        for what, make in (
            ("nested 100,000 deep", baseline(lambda path: path.write_text("[" * 100_000))),
            ("that is a pipe", baseline(os.mkfifo)),
            ("of 20 GB", baseline(lambda path: with_hole(path, 20 * GB))),
            ("of 300,000 figures", figures),
        )
    ),
    *(
        Hostile(f"register {what}", text("register.toml", content),
                ("database", "register", "register.toml", "--db", "r.db"))
        for what, content in (
            ("of 200,000 instruments", "".join(
                f'[[instruments]]\nid="i{n}"\nname="n"\n' for n in range(200_000))),
            ("with a key of a million parts", ".".join(["a"] * 1_000_000) + "=1"),
            ("of 300,000 tables in a line", "a=[" + "{}," * 300_000 + "]"),
        )
    ),
    *(
        Hostile(f"list of a batch, {what}", batch(content),
                ("batch", "list.csv", "--plan", "t.toml", "--dry-run"))
        for what, content in (
            ("one id 10,000 times", "id,kind\n" + "a,fixed\n" * 10_000),
            ("a quotation mark that nothing closes", 'id,kind\n"' + "a,fixed\n" * 300_000),
            ("a million NUL", "id,kind\n" + "\0" * 1_000_000),
            ("100,000 columns", ",".join(f"c{n}" for n in range(100_000)) + "\n"),
            ("1,000 parents in a ring", "id,kind,parent\n" + "".join(
                f"c{n},fixed,c{(n + 1) % 1000}\n" for n in range(1000))),
        )
    ),
    *(
        Hostile(f"template, {what}", template(content), ("check", "plan.toml"))
        for what, content in (
            ("loops in loops over 3,000 people", LOOPS),
            ("1,900 conditions in conditions", "{% if project.title %}" * 1900
             + "{% endif %}" * 1900),
            ("5,900 tags in tags", "<div>" * 5_900 + "</div>" * 5_900),
            ("words of a verdict nearly", "<p>" + "is " * 12_000 + "met" * 8_000 + "</p>"),
            ("blanks between Chinese", "<p>合" + " " * 65_000 + "x</p>"),
            ("half a mark", "<p>" + "c_" * 32_000 + "</p>"),
            ("a table of 6,000 columns", "<table><tr>" + "<td>x</td>" * 6_000 + "</tr></table>"),
        )
    ),
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
