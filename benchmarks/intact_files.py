"""One small file of every kind that the toolkit reads, all of them whole: what ``fuzz`` damages."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np

from acceptance import data
from acceptance.batch.database.results import Results
from acceptance.charts import copy_template, definition
from acceptance.checks import pack
from acceptance.checks.commitments import COMMITTED
from acceptance.files import spreadsheet
from acceptance.footage import encode
from acceptance.model import Shot
from acceptance.session import log_book, report_numbers, store
from acceptance.session.measuring import Measured
from acceptance.signing import chains
from acceptance.simulate import packets

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "examples" / "site"
SESSION_FILES = ("log.jsonl", "manifest-sha256.txt", "session.json")
INSTRUMENT = """
[[instruments]]
id = "lux-1"
name = "meter"
due = "2027-03-31"
largest_error = 0.5
unit = "lx"
"""
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
PLAN += INSTRUMENT
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
ROUND = """
title = "round"
camera = "SN1"
chart_copy = "A1"
[[laboratories]]
code = "L1"
form = "form.csv"
[[laboratories]]
code = "L2"
form = "other.csv"
[[figures]]
id = "mtf50"
quantity = "resolution.mtf50"
assigned = 0.3
assigned_uncertainty = 0.002
[[figures]]
id = "own"
name = "by other means"
unit = "1"
sigma = 0.1
"""
FORM = """laboratory,camera serial number,date,figure,result,unit,expanded uncertainty
L1,SN1,2026-11-24,own,0.31,1,0.01
L1,,,own,0.32,1,
"""
REGISTER = f"""
{INSTRUMENT}[[people]]
name = "x"
role = "tester"
[[chart_copies]]
id = "A1"
file = "copy.toml"
"""
INSTITUTE = """
name = "institute"
telephone = "1"
number = "X-{year}-{serial:04d}"
counter = "numbers.jsonl"
templates = "own"
seal = true
[[accreditations]]
mark = "CNAS"
number = "L1"
until = "2029-12-31"
items = ["db50_216_2006#*"]
"""
POLICY = """
roots = ["root.pem"]
level = "B-T"
[[roles]]
role = "tester"
signers = ["root.pem"]
fields = { CN = "x" }
"""
SCREEN = "index,time_s\n# session=K7Q2MX missed=0 time=unix\n1024,1795617283.4\n1025,1795617283.5\n"


def made(folder: Path) -> dict[str, bytes]:
    """Put into a folder what the files refer to, and return their contents by name."""
    for file in filter(Path.is_file, SITE.iterdir()):
        shutil.copy(file, folder)
    (folder / "evidence").mkdir()
    return {
        **_tables(), **_definitions(), **_footage(folder), **_capture(folder), **_session(folder),
        **_keys(folder), **_office(folder), **_batch(folder),
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


def _office(folder: Path) -> dict[str, bytes]:
    """Write what an institute keeps for many plans, and a round of laboratories hands in."""
    report_numbers.begin(folder / "numbers.jsonl")
    (folder / "own").mkdir()
    log_book.LogBook(folder, "draws.jsonl").append(COMMITTED, {"sampling": "a#b", "sha256": "0"})
    texts = {"round.toml": ROUND, "form.csv": FORM, "register.toml": REGISTER,
             "institute.toml": INSTITUTE, "policy.toml": POLICY}  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "other.csv").write_text(FORM.replace("L1", "L2"), "utf-8")
    (folder / "copy.toml").write_bytes(_definitions()["copy.toml"])
    (folder / "root.pem").write_bytes((folder / "keys" / "demo-root.pem").read_bytes())
    names = ("numbers.jsonl", "draws.jsonl", *texts)
    return {name: (folder / name).read_bytes() for name in names}


def _batch(folder: Path) -> dict[str, bytes]:
    """Write what a batch's cache keeps of a shot, its record, and a results database."""
    shot = Shot(id="chart", subject="camera", clip="chart.mp4")
    measured = store.dump_measured(Measured(shot=shot, measurements=(), notes=()))
    with Results(str(folder / "results.db")) as results:
        results.add_folder(folder / "session")
    return {
        "entry.measured": measured,
        "batch.jsonl": b'{"event": "session", "key": "a", "session": "session", "sha256": "0"}\n',
        "results.db": (folder / "results.db").read_bytes(),
    }
