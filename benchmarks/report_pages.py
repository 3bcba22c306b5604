"""Pages, time and memory of a report of many cameras.

``python benchmarks/report_pages.py [--cameras 1 12 200]`` makes up a site with so many cameras
(nothing is filmed or measured), a tenth of them failing, judges it by DB50/216-2006, issues the
report, and prints for each number of cameras the pages of the main report and of all annexes,
wall and processor time of the main report and of everything, and the largest resident set of this
process and of its children. It fails above the bars of issue 17.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pypdf
from setting import machine, table

from acceptance import __version__, metrics
from acceptance.checks import judging
from acceptance.model import (
    Answer,
    BudgetLine,
    Condition,
    Curve,
    Instrument,
    Measurement,
    Pack,
    Plan,
    Project,
    Requirement,
    Scope,
    Session,
    Shot,
    Subject,
    SubjectKind,
)
from acceptance.report import render
from acceptance.session import intake, runner, store
from acceptance.session.log_book import LogBook
from acceptance.signing import issuing

STANDARD = "db50_216_2006"
BARS = {1: 10, 12: 20, 200: 40}  # pages of the main report
MOST_SECONDS, MOST_OF_MAIN = 300.0, 60.0
MOST_BYTES = 1.5e9


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a report of so many cameras is and takes: pages, seconds, bytes."""

    cameras: int
    main_pages: int
    annex_pages: int
    main_seconds: float
    seconds: float
    memory: float


def cameras(count: int) -> tuple[Subject, ...]:
    """Make cameras up, and what they are part of."""
    site = Subject(id="site", kind=SubjectKind.SITE, name="某小区视频图像信息系统")
    system = Subject(id="system", kind=SubjectKind.SYSTEM, name="视频监控系统", parent="site",
                     facts={"system": "digital"})  # fmt: skip
    facts = {"picture": "colour", "place": "outdoor"}
    return (
        site,
        system,
        *(
            Subject(id=f"cam{n:03}", kind=SubjectKind.FIXED, name=f"{n // 20 + 1} 号楼枪机 {n:03}",
                    manufacturer="某某公司", model="IPC-2000", serial=f"SN{n:06}",
                    parent="system", facts=facts)
            for n in range(1, count + 1)
        ),
    )  # fmt: skip


def shot(camera: Subject, number: int) -> Shot:
    """Make up the shot of the chart by a camera."""
    conditions = (
        Condition(name="illuminance", value=480.0 + number % 40, unit="lx", instrument="照度计-01"),
        Condition(name="agc", value="off", source="菜单"),
        Condition(name="day_night", value="day"),
    )
    name = f"{camera.id}-chart"
    return Shot(id=name, subject=camera.id, clip=f"data/clips/{name}/a.mp4", chart="acceptance",
                chart_copy="卡-03", filmed="2026-11-20", filmed_by="plan", conditions=conditions,
                instruments=("照度计-01",), still=f"data/stills/{name}.jpg",
                stream={"codec": "h264", "width": 1920, "height": 1080})  # fmt: skip


def measured(demand: Requirement, camera: str, *, fails: bool) -> Measurement:
    """Make up what a requirement asks for: a tenth inside its limit, or beyond it."""
    limit = demand.limit
    bound = (limit.at_least if limit.at_least is not None else limit.at_most) if limit else 1.0
    side = 1 if limit and limit.at_least is not None else -1
    value = (bound or 0.0) * (1 + side * (-0.1 if fails else 0.1))
    x = np.linspace(0, 1, 60)
    curve = Curve(name="mtf", x=tuple(x), y=tuple(np.exp(-3 * x**2)), x_label="frequency",
                  y_label="modulation")  # fmt: skip
    sources = ("repeatability", "corners", "quantisation", "copy")
    u = abs(value) / 100
    return Measurement(
        subject=camera, quantity=demand.quantity, value=value,
        unit=metrics.quantities()[demand.quantity], uncertainty=u, k=2.0, degrees_of_freedom=None,
        samples=32, method="made up", shot=f"{camera}-chart", region="centre",
        statistic=demand.statistic or "",
        curve=curve if demand.quantity.startswith("resolution") else None,
        budget=tuple(
            BudgetLine(source=source, contribution=u / 2, evaluation="B", degrees_of_freedom=None)
            for source in sources
        ),
    )  # fmt: skip


def plan_of(count: int) -> Plan:
    """Make a plan up, with all that was filmed."""
    subjects = cameras(count)
    own = (subject for subject in subjects if subject.kind is SubjectKind.FIXED)
    meter = Instrument(id="照度计-01", name="照度计", model="T-10A", serial="1", certificate="C-1",
                       due="2027-06-30")  # fmt: skip
    project = Project(title="某小区视频图像信息系统", customer="某某公司", laboratory="某某检测院",
                      place="重庆市某某区", received="2026-11-18")  # fmt: skip
    return Plan(
        subjects=subjects, shots=tuple(shot(camera, number) for number, camera in enumerate(own)),
        packs=(STANDARD,), scope=Scope.SITE, operator="王工", project=project, instruments=(meter,),
    )  # fmt: skip


def figures(plan: Plan, standard: Pack) -> tuple[Measurement, ...]:
    """Measure every camera; every tenth fails all that it is judged by."""
    demands = {
        demand.quantity: demand
        for demand in reversed(standard.requirements)
        if demand.quantity and SubjectKind.FIXED in demand.subjects and demand.limit
    }
    return tuple(
        measured(demand, each.subject, fails=number % 10 == 0)
        for number, each in enumerate(plan.shots)
        for demand in demands.values()
    )


def answers(plan: Plan, standard: Pack) -> tuple[Answer, ...]:
    """Answer all that is inspected; every tenth camera does not conform."""
    return tuple(
        Answer(requirement=f"{STANDARD}#{demand.id}", subject=each.subject, yes=number % 10 != 0,
               by="王工", when="2026-11-20T10:00:00+08:00")
        for number, each in enumerate(plan.shots)
        for demand in standard.requirements
        if demand.how == "inspected" and SubjectKind.FIXED in demand.subjects
    )  # fmt: skip


def site(count: int, place: Path) -> Path:
    """Make the folder of a judged session; return it."""
    bag = place / "made" / runner.BAG
    (bag / "data" / "stills").mkdir(parents=True)
    plan, packs = runner.prepare(plan_of(count))
    noise = np.random.default_rng(1).integers(80, 120, (360, 640, 3), np.uint8)
    for each in plan.shots:
        cv2.imwrite(str(bag / each.still), cv2.resize(noise, (1920, 1080)))
    intake.keep_packs(packs, (STANDARD,), bag)
    log = LogBook(bag)
    log.append("started", {"operator": "王工", "tool_version": __version__})
    made = Session(
        id="", plan=replace(plan, answers=answers(plan, packs[0])), started="", finished="",
        operator="王工", tool_version=__version__, hashes={}, shots=plan.shots,
        measurements=figures(plan, packs[0]), notes=(), findings=(),
        bottom_line=judging.bottom_line((), plan.scope), log=(),
    )  # fmt: skip
    return runner.finish(made, packs, bag, None, None)[1]


def main_alone(folder: Path) -> float:
    """Set the main report by itself; return the seconds."""
    done = store.load(folder)
    packs, profiles = store.load_all_packs(done, folder)
    start = time.perf_counter()
    render.volumes(done, packs, folder, "zh", profiles).report({}, {})
    return time.perf_counter() - start


def cost(count: int) -> Cost:
    """Make a report and count."""
    with tempfile.TemporaryDirectory() as place:
        folder = site(count, Path(place))
        main_seconds = main_alone(folder)
        start = time.perf_counter()
        issuing.issue(folder)
        seconds = time.perf_counter() - start
        pages = {file.name: len(pypdf.PdfReader(file).pages) for file in folder.glob("*.pdf")}
    own, children = (
        1024.0 * resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(count, pages)
    main = pages.pop("report.pdf")
    return Cost(cameras=count, main_pages=main, annex_pages=sum(pages.values()),
                main_seconds=main_seconds, seconds=seconds, memory=own + children)  # fmt: skip


def document(costs: list[Cost]) -> str:
    """Return the table."""
    head = ("cameras", "main report", "bar", "annexes", "main report", "with annexes", "memory")
    rows = [
        (each.cameras, f"{each.main_pages} pages", BARS.get(each.cameras, "-"),
         f"{each.annex_pages} pages", f"{each.main_seconds:.1f} s", f"{each.seconds:.1f} s",
         f"{each.memory / 1e6:.0f} MB")
        for each in costs
    ]  # fmt: skip
    return table(head, rows)


def beyond(each: Cost) -> bool:
    """Whether a report is larger, slower or hungrier than it may be."""
    return (
        each.main_pages > BARS.get(each.cameras, max(BARS.values()))
        or each.main_seconds > MOST_OF_MAIN
        or each.seconds > MOST_SECONDS
        or each.memory > MOST_BYTES
    )


def main() -> int:
    """Print the table; return whether a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, nargs="+", default=list(BARS))
    costs = []
    for count in parser.parse_args().cameras:
        with multiprocessing.get_context("spawn").Pool(1) as pool:  # each by itself
            costs.append(pool.apply(cost, (count,)))
    print(document(costs) + machine())
    return int(any(map(beyond, costs)))


if __name__ == "__main__":
    sys.exit(main())
