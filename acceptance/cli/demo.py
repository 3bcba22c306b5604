"""The verb ``demo``: a simulated camera films the charts, then everything is the ordinary path.

There are two devices: one good, one with three planted faults (soft focus, dropped frames, a delay
above 2 s).
"""

from __future__ import annotations

import functools
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acceptance import __version__, wording
from acceptance.charts import definition
from acceptance.checks.decision import FAILURES
from acceptance.cli import second_process, tables, terminal
from acceptance.cli.closing import kept_packs
from acceptance.cli.options import LANG, OUT
from acceptance.files import system
from acceptance.files.output import writing
from acceptance.messages import language, listed, tr
from acceptance.model.basics import CHINA
from acceptance.report import render, set_apart
from acceptance.session import plan, runner
from acceptance.session.store import REPORT
from acceptance.session.workspace import claimed
from acceptance.signing.certificates import load_signer
from acceptance.signing.chains import make_demo_chain
from acceptance.signing.issuing import Issuing
from acceptance.signing.verification import verify
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.cli.second_process import SecondProcess
    from acceptance.model import Session
    from acceptance.session.measuring import Progress
    from acceptance.signing.chains import DemoChain
    from acceptance.simulate.films import Truth

SECONDS = 6.0
# Seconds until a frame is ready for the monitor; it arrives at the host DECODING earlier.
DELAYS = {"good": 0.12, "faulty": 2.6}
DECODING = 0.04
REPORTED_EVERY = 5
# Coded fast, as cameras do: at this quality the error is that of "veryfast" at 12, in fewer bytes.
PHONE = Camera(rate=Fraction(60), exposure=0.004, noise=0.006, preset="ultrafast", seed=7)
GOOD = Camera(noise=0.01, preset="ultrafast", crf=17, seed=11)
SOFT = replace(GOOD, blur=2.4, seed=12, dropped=frozenset(range(7, 150, 6)))
PLANTED = {
    "good": frozenset[str](),
    "faulty": frozenset(
        {"resolution.wedge_horizontal", "frame_rate.unique", "latency.glass_to_glass"}
    ),
}
PLAN = """\
# Written by `acceptance demo`; an example of a plan. Every field is described in docs/formats.md.
packs = ["db50_216_2006"]
scope = "device"
operator = "acceptance {version}"
minimum_duration = {seconds:g}

[project]
title = "演示：模拟摄像机验收检测"
customer = "演示委托单位"
laboratory = "演示检测机构"
place = "模拟环境（无真实设备）"
description = "本报告由演示程序对模拟摄像机的真实编码视频测量生成，不涉及任何真实设备。"

[[deviations]]
what = "minimum_duration"
value = {seconds:g}
why = "演示视频为 {seconds:g} s"

[[subjects]]
id = "{name}"
kind = "fixed"
name = "{title}"
model = "模拟摄像机"
facts = {{ system = "digital", picture = "colour" }}

[[shots]]
id = "chart"
subject = "{name}"
clip = "chart.mp4"
filmed = "{day}"
chart = "acceptance"
chart_copy = "as_drawn"
{conditions}

[[shots]]
id = "clock"
subject = "{name}"
clip = "clock.mp4"
filmed = "{day}"
chart = "clock"
arrivals = "arrivals.csv"
screen_log = "screen.csv"
{conditions}

[[shots]]
id = "screens"
subject = "{name}"
clip = "screens.mp4"
filmed = "{day}"
chart = "clock"
tap = "screen"
{conditions}
"""
CONDITIONS = """conditions = [
  { name = "illuminance", value = 500, unit = "lx", source = "simulated" },
  { name = "agc", value = "off", source = "simulated" },
  { name = "colour_temperature", value = 5000, unit = "K", source = "simulated" },
]"""
TITLES = {"good": "模拟摄像机（完好）", "faulty": "模拟摄像机（三处缺陷）"}


@dataclass(frozen=True, kw_only=True)
class DemoResult:
    """What became of a device.

    ``found`` are the quantities that failed, ``valid`` that ``verify`` accepts it.
    """

    name: str
    session: Session
    folder: Path
    planted: frozenset[str]
    found: frozenset[str]
    valid: bool

    @property
    def kept(self) -> bool:
        """The demo's promise: report valid, and exactly the planted faults found."""
        return self.valid and self.found == self.planted


def make(
    out: Path, *, lang: str = "zh", progress: Progress | None = None
) -> tuple[DemoResult, ...]:
    """Film, measure, judge, report, sign and verify both devices, one here, one in a child.

    Raises what ``Issuing.ready`` does, and OutputError.
    """
    (here, there), show = PLANTED, progress or _nothing
    with second_process.taken(__name__) as second:  # it prepares itself meanwhile
        Issuing(lang=lang).ready()
        prepare()
        with claimed(out, "demo"):
            with writing(out):
                shutil.rmtree(out / "footage", ignore_errors=True)
            chain = make_demo_chain(out / "keys")
            future = second.submit(_in_child, there, out, chain, lang)
            done = device(here, out, chain, lang, functools.partial(_show_both, second, show))
            while not future.done():
                second.pass_on(show, 0.2)
            return done, second.result(future)


def prepare() -> None:
    """Load the renderer, and look at the typefaces that it takes: each process for itself."""
    system.keep_freed_memory()
    render.check_fonts()


def _nothing(what: str, done: int, total: int) -> None:
    """Show no progress."""


def _show_both(second: SecondProcess, progress: Progress, what: str, done: int, total: int) -> None:
    progress(what, done, total)
    while second.pass_on(progress):
        pass


def _in_child(name: str, out: Path, chain: DemoChain, lang: str) -> DemoResult:
    return device(name, out, chain, lang, second_process.tell)


def device(name: str, out: Path, chain: DemoChain, lang: str, progress: Progress) -> DemoResult:
    """One device from film to verified report, in this process: the other device has its own."""
    report = functools.partial(_report, progress, name)
    footage = film(name, out / "footage" / name, report)
    issued = Issuing(lang=lang, signer=load_signer(chain.signer, chain.password))
    with set_apart.alone():
        done, folder = runner.run(
            plan.read(footage), footage.parent, out / "sessions", progress=report, issue=issued
        )
    return DemoResult(
        name=name,
        session=done,
        folder=folder,
        planted=PLANTED[name],
        found=frozenset(one.quantity for one in done.findings if one.verdict in FAILURES),
        valid=verify(folder, [chain.root]).exit_code == 0,
    )


def _report(progress: Progress, name: str, what: str, done: int, total: int) -> None:
    if done % REPORTED_EVERY == 0 or done in {1, total}:
        progress(f"{name}: {what}", done, total)


def film(name: str, folder: Path, progress: Progress | None = None) -> Path:
    """Film the three clips of one device and write its plan; return the plan's path."""
    place = folder / "plan.toml"
    with writing(folder):
        place.write_text(_plan(name), encoding="utf-8")
    camera = GOOD if name == "good" else SOFT
    steps: tuple[Callable[[], Truth], ...] = (
        functools.partial(_film_chart, camera, folder),
        functools.partial(_film_clock, camera, folder, DELAYS[name] - DECODING),
        functools.partial(_film_screens, camera, folder, DELAYS[name]),
    )
    for number, step in enumerate(steps, start=1):
        step()
        if progress:
            progress(tr("filming"), number, len(steps))
    return place


def _plan(name: str) -> str:
    day = datetime.now(CHINA).date().isoformat()  # it films here and now
    return PLAN.format(
        version=__version__, seconds=SECONDS, name=name, title=TITLES[name], day=day,
        conditions=CONDITIONS,
    )  # fmt: skip


def _film_chart(camera: Camera, folder: Path) -> Truth:
    chart = definition.load("acceptance")
    return films.film_chart(camera, chart, folder / "chart.mp4", SECONDS)


def _film_clock(camera: Camera, folder: Path, stream_delay: float) -> Truth:
    return films.film_clock(
        camera,
        definition.load("clock"),
        folder / "clock.mp4",
        SECONDS,
        stream_delay=stream_delay,
        arrivals_path=folder / "arrivals.csv",
        log_path=folder / "screen.csv",
    )


def _film_screens(camera: Camera, folder: Path, delay: float) -> Truth:
    clock, place = definition.load("clock"), folder / "screens.mp4"
    return films.film_screens(PHONE, camera, clock, place, delay=delay, seconds=SECONDS)


@click.command()
@click.option(
    "-o",
    "--output",
    type=OUT,
    default=Path("demo"),
    show_default=True,
    help="Where everything goes.",
)
@LANG
def demo(output: Path, lang: str) -> int:
    """Film, measure, judge, report, sign and verify two simulated devices.

    Exits 0 when that went as promised.
    """
    with terminal.progress() as show:
        results = make(output, lang=lang, progress=show)
    for result in results:
        tables.findings(result.session, kept_packs(result.session, result.folder))
        terminal.say(_sentence(result))
        terminal.say(tr("  report: {file}", file=result.folder / REPORT))
    advice = tr(
        "Check it yourself: acceptance verify {folder} --trust {root}",
        folder=results[0].folder,
        root=output / "keys" / "demo-root.pem",
    )
    terminal.say(advice)
    return 0 if all(result.kept for result in results) else 1


def _sentence(result: DemoResult) -> str:
    planted, found = _listed(result.planted), _listed(result.found)
    names = {"name": result.name, "planted": planted, "found": found}
    if not result.valid:
        return tr(
            "{name}: planted {planted}; found {found}; signature or evidence INVALID", **names
        )
    return tr("{name}: planted {planted}; found {found}; signature and evidence valid", **names)


def _listed(quantities: frozenset[str]) -> str:
    names = (wording.quantity(name, language()) for name in sorted(quantities))
    return listed(names) or tr("nothing")
