"""Hostile files: what ``benchmarks/hostile.py`` gives to the commands, each made in a folder."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from typing import TYPE_CHECKING

import cv2
import numpy as np
from issued_session import CLIP
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from sample_pdf import blank_pdf

from acceptance.session import store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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


def figures(count: int, shots: int = 1) -> Callable[[Path], None]:
    """Return what writes a baseline of so many figures, of so many shots, beside a picture."""

    def act(folder: Path) -> None:
        blank(folder)
        made = [
            {
                "subject": "gate", "shot": f"s{number % shots}", "quantity": "noise.snr",
                "region": f"r{number}", "value": 1.0, "unit": "dB", "uncertainty": 0.1, "k": 2.0,
                "samples": 1, "degrees_of_freedom": None, "method": "m",
            }
            for number in range(count)
        ]  # fmt: skip
        (folder / "b.json").write_text(json.dumps({"measurements": made}), "utf-8")

    return act


def baseline(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Return what makes a baseline beside a picture."""

    def act(folder: Path) -> None:
        blank(folder)
        make(folder / "b.json")

    return act


def planned(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Return what makes a plan of the picture that lies beside a baseline."""

    def act(folder: Path) -> None:
        make(folder)
        plan = 'operator = "x"\n' + SHOT.replace("a.mp4", "a.png")
        (folder / "p.acceptance.toml").write_text(plan, "utf-8")

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
