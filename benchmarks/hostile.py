"""What hostile files cost: each given to the command that reads it, in a process of its own.

``python benchmarks/hostile.py [WORD]`` makes every file whose row has WORD in its name, and prints
processor time (with the start of the program) and largest resident set of the command, its exit
code, and the first words of its answer. It fails above 10 s or 1 GB, and at an exit code of 70 or
above. Files with holes take no room on the disc.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from setting import machine, table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hostile_files import (
    GB,
    LOOPS,
    SHOT,
    baseline,
    batch,
    bomb,
    book,
    chain,
    figures,
    multiplied,
    names,
    other,
    planned,
    rows,
    sheet_with,
    template,
    text,
    with_hole,
)
from issued_session import CLIP, issued

from acceptance.signing.chains import make_demo_chain

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SECONDS, MOST_BYTES, FAULT, PATIENCE = 10.0, 1e9, 70, 600.0


@dataclass(frozen=True)
class Hostile:
    """What is made in a folder, and the command that is given it."""

    name: str
    make: Callable[[Path], object]
    command: tuple[str, ...]

    @property
    def module(self) -> tuple[str, ...]:
        """The module that is run, and what it is given."""
        return self.command if self.command[0] == "pytest" else ("acceptance", *self.command)


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
            ("of 100,000 figures", figures(100_000)),
            ("of 300,000 figures", figures(300_000)),
        )
    ),
    *(
        Hostile(f"plugin, plan {what}", make, ("pytest", "p.acceptance.toml"))
        for what, make in (
            ("that is a pipe", lambda place: os.mkfifo(place / "p.acceptance.toml")),
            ("of 20 GB", lambda place: with_hole(place / "p.acceptance.toml", 20 * GB)),
            ("nested 100,000 deep", text("p.acceptance.toml", "a = " + "[" * 100_000)),
        )
    ),
    *(
        Hostile(f"plugin, baseline {what}", planned(make),
                ("pytest", "p.acceptance.toml", "--acceptance-baseline", "b.json"))
        for what, make in (
            ("that is a pipe", baseline(os.mkfifo)),
            ("of 20 GB", baseline(lambda path: with_hole(path, 20 * GB))),
            ("of one figure", figures(1)),
            ("of 100,000 figures", figures(100_000)),
            ("of 300,000 figures", figures(300_000)),
            ("of 50,000 shots", figures(50_000, shots=50_000)),
        )
    ),
    *(
        Hostile(f"register {what}", text("register.toml", content),
                ("database", "register", "register.toml", "--db", "r.db"))
        for what, content in (
            *((f"of {count:,} instruments", "".join(
                f'[[instruments]]\nid="i{n}"\nname="n"\n' for n in range(count)))
              for count in (50_000, 200_000)),
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
            [sys.executable, "-m", *case.module], cwd=folder, stdout=output,
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
