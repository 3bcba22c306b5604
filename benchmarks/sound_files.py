"""One small sound file of every kind that the toolkit reads: what ``fuzz`` damages."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np

from acceptance import data
from acceptance.charts import copy_template, definition
from acceptance.checks import pack
from acceptance.files import spreadsheet
from acceptance.footage import encode
from acceptance.session import log_book, store
from acceptance.signing import chains
from acceptance.simulate import packets

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "examples" / "site"
SESSION_FILES = ("log.jsonl", "manifest-sha256.txt", "session.json")
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
SCREEN = "index,time_s\n# session=K7Q2MX missed=0 time=unix\n1024,1795617283.4\n1025,1795617283.5\n"


def made(folder: Path) -> dict[str, bytes]:
    """Put into a folder what the files refer to, and return their contents by name."""
    for file in filter(Path.is_file, SITE.iterdir()):
        shutil.copy(file, folder)
    (folder / "evidence").mkdir()
    return {
        **_tables(), **_definitions(), **_footage(folder), **_capture(folder), **_session(folder),
        **_keys(folder),
    }  # fmt: skip


def _site(name: str, most: int = 1 << 20) -> bytes:
    """Return whole lines of a file of the example."""
    return (SITE / name).read_bytes()[:most].rpartition(b"\n")[0]


def _tables() -> dict[str, bytes]:
    rows = [line.split(",") for line in (SITE / "devices.csv").read_text("utf-8-sig").splitlines()]
    rows.insert(1, ["site", "现场", *[""] * (len(rows[0]) - 2)])
    book = spreadsheet.workbook_of(rows, widths=[10] * 12, choices={1: ["a", "b"]})
    return {
        "devices.csv": spreadsheet.csv_of(rows),
        "devices.xlsx": book,
        "raw.xlsx": book,
        "recordings.csv": _site("recordings-1.csv", 2000),
        "answers.csv": _site("answers.csv", 4000),
        "answers.toml": ANSWERS.encode(),
        "panel.csv": _site("panel.csv"),
        "panel.key.toml": _site("panel.key.toml"),
        "screen.csv": SCREEN.encode(),
        "names.txt": b"*{channel}*_{start}-{end}*.mp4",
    }


def _definitions() -> dict[str, bytes]:
    lent = (pack.FOLDER / "gb_50198_1994.toml").read_bytes()[:9000].rpartition(b"\n[[")[0]
    return {
        "plan.toml": PLAN.encode(),
        "site.toml": _site("plan.toml", 6000).rpartition(b"\n[[")[0],
        "own.toml": lent.replace(b'id = "gb_50198_1994"', b'id = "own"'),
        "chart.toml": (data.folder("test_charts") / "acceptance.toml").read_bytes(),
        "copy.toml": copy_template.template(definition.load("acceptance"), "A1").encode(),
    }


def _footage(folder: Path) -> dict[str, bytes]:
    random = np.random.default_rng(1)
    frames = [random.integers(0, 255, (48, 64)).astype(np.uint8) for _ in range(5)]
    for name in ("clip.mp4", "clip.ts"):
        encode.write(folder / name, frames)
    encode.write(folder / "still.png", frames[:1], codec="png", pixel_format="gray")
    return {name: (folder / name).read_bytes() for name in ("clip.mp4", "clip.ts", "still.png")}


def _capture(folder: Path) -> dict[str, bytes]:
    """Write what a capture of a stream leaves beside its clip."""
    packets.write(folder / "gate.mp4", packets.Stream(seconds=2.0), every=0.5)
    names = ("gate.packets.csv", "gate.stream.jsonl")
    return {name: (folder / name).read_bytes()[:20_000] for name in names}


def _session(folder: Path) -> dict[str, bytes]:
    """Judge two made-up figures and keep the session, as tests do."""
    sys.path.insert(0, str(ROOT / "tests"))
    from issued_session import PACK, PACK_TEXT, judged, measurement  # noqa: PLC0415 -- as above

    place = folder / "session"
    (place / "data" / "packs").mkdir(parents=True)
    (place / "data" / "packs" / f"{PACK}.toml").write_text(PACK_TEXT, encoding="utf-8")
    for number in range(3):
        log_book.LogBook(place).append("taken", {"shot": f"shot{number}"})
    figures = (measurement("noise.snr", "dB", 48.0), measurement("grey_scale.steps", "1", 7.0))
    store.save(judged(place, figures), place)
    return {name: (place / name).read_bytes() for name in SESSION_FILES}


def _keys(folder: Path) -> dict[str, bytes]:
    chain = chains.make_demo_chain(folder / "keys")
    files = {"key.p12": chain.signer, "root.pem": chain.root, "list.crl": chain.crl}
    return {name: file.read_bytes() for name, file in files.items()}
