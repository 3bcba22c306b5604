"""What a results database costs, beside the bars of issue 13.

    python benchmarks/database.py [DEVICES] [URL]

One session for each device, 60 findings each; by default 10,000 devices in a new SQLite file.
Prints the median of five runs of each question, and what they cost in memory.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.batch.comparison import device_comparison, page, tables
from acceptance.batch.database import queries
from acceptance.batch.database.results import Origin, Results
from acceptance.model import (
    BottomLine,
    Finding,
    How,
    Limit,
    Measurement,
    Plan,
    Reason,
    Scope,
    Session,
    Shot,
    Subject,
    SubjectKind,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence, Sized

    from sqlalchemy import Connection

FINDINGS, CLAUSES, MAKERS = 60, 20, 8
FAILING = 100  # one device of so many fails a requirement
PACK = "db50_216_2006"


def finding(device: int, number: int) -> Finding:
    """Make one of the findings of a device; its figure spreads with device and number."""
    value = 45.0 + ((device * 7919 + number * 104729) % 1000) / 100
    fails = (device + number * 17) % FAILING == 0
    return Finding(
        subject="camera",
        pack=PACK,
        clause=f"5.{number % CLAUSES + 1}",
        requirement=f"{PACK}#demand-{number}",
        verdict=Verdict.FAIL if fails else Verdict.PASS,
        mandatory=True,
        reason=Reason(code="outside_limit" if fails else "within_limit"),
        how=How.MEASURED,
        quantity="noise.snr",
        limit=Limit(unit="dB", at_least=45.0),
        value=value - 12 * fails,
        unit="dB",
        uncertainty=0.4,
        k=2.0,
        provisional=True,
        measurements=(number % 10,),
    )


def measurement(device: int, number: int) -> Measurement:
    """Make one of ten measurements of a device."""
    return Measurement(
        subject="camera",
        quantity="noise.snr",
        value=45.0 + (device * 7919 + number * 104729) % 1000 / 100,
        unit="dB",
        uncertainty=0.4,
        k=2.0,
        degrees_of_freedom=None,
        samples=100,
        method="made up",
        shot="shot1",
        region=f"zone{number}.flat",
    )


def session(device: int) -> Session:
    """Make the session of one device."""
    subject = Subject(
        id="camera",
        kind=SubjectKind.FIXED,
        name=f"摄像机 {device}",
        manufacturer=f"厂家 {device % MAKERS}",
        model=f"IPC-{device % 40}",
        serial=f"SN{device:06}",
    )
    findings = tuple(finding(device, number) for number in range(FINDINGS))
    return Session(
        id=f"{20260101 + device % 28}-120000-{device:06}",
        plan=Plan(subjects=(subject,)),
        started="2026-06-02T08:00:00+08:00",
        finished=f"2026-{device % 12 + 1:02}-{device % 28 + 1:02}T09:00:00+08:00",
        operator="王工",
        tool_version="0.7.0",
        hashes={f"data/packs/{PACK}.toml": "ab" * 32},
        shots=(
            Shot(id="shot1", subject="camera", clip="data/clips/shot1/a.mp4", sha256="cd" * 32),
        ),
        measurements=tuple(measurement(device, number) for number in range(10)),
        notes=(),
        findings=findings,
        bottom_line=BottomLine(verdict=Verdict.PASS, scope=Scope.DEVICE, provisional=True),
        log=(),
    )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return how long something takes, and what it takes of this process's processor, in ms."""
    start = time.perf_counter(), time.process_time()
    work()
    return 1000 * (time.perf_counter() - start[0]), 1000 * (time.process_time() - start[1])


def said(times: Sequence[tuple[float, float]]) -> str:
    """Say the medians of both."""
    whole, own = (statistics.median(part) for part in zip(*times, strict=True))
    return f"{whole:.1f} ms, of processor {own:.1f} ms"


def median(work: Callable[[], object]) -> str:
    """Say the median of five runs."""
    return said([timed(work) for _ in range(5)])


def fill(results: Results, devices: int) -> list[tuple[float, float]]:
    """Add the sessions; return what each took."""
    made = ((session(device), Origin(sha256=f"{device:064}")) for device in range(devices))
    return [timed(partial(results.add, *one)) for one in made]


QUESTIONS: dict[str, Callable[[Connection], Sized]] = {
    "failed a requirement": lambda reading: queries.failed(reading, "demand-3"),
    "failed it in December": lambda reading: queries.failed(reading, "5.4", since="2026-12-01"),
    "failed a clause": lambda reading: queries.failed(reading, "5.4"),
    "drift of a device": lambda reading: queries.drift(reading, device="SN000003"),
    "matrix": lambda reading: queries.matrix(reading).severity,
}


def ask(results: Results) -> None:
    """Ask each question five times."""
    with results.database.reading() as reading:
        for name, question in QUESTIONS.items():
            times = median(partial(question, reading))
            print(f"{name}: {times}; {len(question(reading))} rows")


def compare(results: Results, folder: Path) -> None:
    """Compare all devices, and write page, workbook and JSON."""
    start = time.perf_counter()
    with results.database.reading() as reading:
        found = device_comparison.compare(reading)
    read = time.perf_counter()
    html = page.html(found)
    workbook = tables.workbook(found)
    content = json.dumps(tables.content(found))
    (folder / "comparison.html").write_text(html, "utf-8")
    devices, sizes = len(found.matrix.devices), [len(html), len(workbook), len(content)]
    print(f"comparison of {devices} devices: {read - start:.1f} s, with page, workbook and JSON "
          f"({', '.join(f'{size / 1e6:.1f} MB' for size in sizes)}): "
          f"{time.perf_counter() - start:.1f} s")  # fmt: skip


def main(devices: int, url: str) -> None:
    """Fill a database and ask it."""
    start = time.process_time()
    with Results(url) as results:
        times = fill(results, devices)
        print(f"{devices} devices of {FINDINGS} findings: {time.process_time() - start:.1f} s CPU")
        print(f"add: {said(times)}")
        again, digest = session(devices // 2), f"{devices // 2:064}"
        replaced = median(lambda: results.add(again, Origin(sha256=digest)))
        print(f"add again: {replaced}")
        hashed = replace(session(devices), id="whole")
        print(f"add, hashed: {median(lambda: results.add(hashed))}")
        ask(results)
        with tempfile.TemporaryDirectory() as folder:
            compare(results, Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory at most {peak:.0f} MB")
    if Path(url).is_file():
        print(f"file {Path(url).stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
        main(count, sys.argv[2] if len(sys.argv) > 2 else f"{folder}/results.db")
