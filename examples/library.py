"""The two devices of ``acceptance demo``, made with nothing but the public library.

    python library.py OUT [FOOTAGE]

A simulated camera films chart, clock and two screens, once as it should and once with three faults;
then a plan is run for each, and the session's folder verified. FOOTAGE is a folder with films that
exist already, ``good/``, ``faulty/`` or both, as here below OUT or as ``acceptance demo`` leaves
them. The last lines are JSON: the verdict of every finding of each device.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

import acceptance
from acceptance import (
    Condition,
    Deviation,
    Plan,
    Project,
    Scope,
    Shot,
    Subject,
    SubjectKind,
    Tap,
    charts,
    simulate,
)

SECONDS = 6.0
CHINA = timezone(timedelta(hours=8))
PHONE = simulate.Camera(rate=Fraction(60), exposure=0.004, noise=0.006, preset="ultrafast", seed=7)
GOOD = simulate.Camera(noise=0.01, preset="ultrafast", crf=17, seed=11)
CAMERAS = {
    "good": GOOD,
    "faulty": replace(GOOD, blur=2.4, seed=12, dropped=frozenset(range(7, 150, 6))),
}
DELAYS = {"good": 0.12, "faulty": 2.6}  # s until a frame is ready for the monitor
DECODING = 0.04  # s of that, after its arrival
CONDITIONS = (
    Condition(name="illuminance", value=500.0, unit="lx", source="simulated"),
    Condition(name="agc", value="off", source="simulated"),
    Condition(name="colour_temperature", value=5000.0, unit="K", source="simulated"),
)


def film(name: str, folder: Path) -> None:
    """Film chart, clock and two screens."""
    folder.mkdir(parents=True)
    chart, clock = charts.load("acceptance"), charts.load("clock")
    simulate.film_chart(CAMERAS[name], chart, folder / "chart.mp4", SECONDS)
    simulate.film_clock(
        CAMERAS[name], clock, folder / "clock.mp4", SECONDS,
        stream_delay=DELAYS[name] - DECODING,
        arrivals_path=folder / "arrivals.csv", log_path=folder / "screen.csv",
    )  # fmt: skip
    simulate.film_screens(
        PHONE, CAMERAS[name], clock, folder / "screens.mp4", delay=DELAYS[name], seconds=SECONDS
    )


def plan(name: str) -> Plan:
    """Plan three shots of one device."""
    facts = {"system": "digital", "picture": "colour"}
    today = datetime.now(CHINA).date().isoformat()  # the films were made here, just now
    chart = Shot(
        id="chart", subject=name, clip="chart.mp4", filmed=today, chart="acceptance",
        chart_copy="as_drawn", conditions=CONDITIONS,
    )  # fmt: skip
    clock = Shot(
        id="clock", subject=name, clip="clock.mp4", filmed=today, chart="clock",
        arrivals="arrivals.csv", screen_log="screen.csv", conditions=CONDITIONS,
    )  # fmt: skip
    screens = Shot(
        id="screens", subject=name, clip="screens.mp4", filmed=today, chart="clock", tap=Tap.SCREEN,
        conditions=CONDITIONS,
    )  # fmt: skip
    return Plan(
        packs=("db50_216_2006",),
        scope=Scope.DEVICE,
        operator="library",
        project=Project(title="演示：模拟摄像机验收检测"),
        minimum_duration=SECONDS,
        deviations=(Deviation(what="minimum_duration", value=SECONDS, why="演示视频"),),
        subjects=(Subject(id=name, kind=SubjectKind.FIXED, name=name, facts=facts),),
        shots=(chart, clock, screens),
    )


def main(out: Path, footage: Path | None = None) -> dict[str, dict[str, str]]:
    """Make both sessions; return the verdict of every finding by device and requirement."""
    verdicts: dict[str, dict[str, str]] = {}
    for name in CAMERAS:
        folder = (footage or out / "footage") / name
        if footage is None:
            film(name, folder)
        elif not folder.is_dir():
            continue
        session, place = acceptance.run(plan(name), out / "sessions", folder=folder)
        verified = {step.name: step.state for step in acceptance.verify(place).steps}
        print(name, session.bottom_line.verdict, place, verified["verdicts"], flush=True)  # noqa: T201 -- a script
        verdicts[name] = {each.requirement: each.verdict for each in session.findings}
    return verdicts


if __name__ == "__main__":
    print(json.dumps(main(*map(Path, sys.argv[1:]))))  # noqa: T201 -- a script
