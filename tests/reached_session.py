"""Synthetic sessions by the code of ``run``, without footage, and where their verdict stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html import unescape
from typing import TYPE_CHECKING

from acceptance import __version__
from acceptance.checks import judging
from acceptance.cli import closing
from acceptance.model import (
    Measurement,
    Note,
    Plan,
    Scope,
    Session,
    Shot,
    Subject,
    SubjectKind,
)
from acceptance.report import render
from acceptance.report.book import Book
from acceptance.session import intake, runner, store
from acceptance.session.log_book import LogBook

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from acceptance.model import Recordings

SEEN = 'source = "Q/X 1", level = "seen"'
FIRM = f'{SEEN}, confirmed_by = "李工", confirmed_on = "2026-11-01", copy = "3 号"'
HEAD = """
id = "base"
number = "Q/X 1"
title = "某标准"
title_en = "Some standard"
edition = "2026"
[[clauses]]
number = "1"
title = "图像"
mandatory = true
[[clauses]]
number = "2"
title = "外观"
mandatory = false
[[samplings]]
id = "cameras"
clause = "2"
text = "抽检二成，至少 1 台。"
text_en = "A fifth, at least 1."
figure = { PROVENANCE }
share = 0.2
retest_factor = 2
"""
STEPS = """
[[requirements]]
id = "steps"
clause = "1"
how = "measured"
quantity = "grey_scale.steps"
subjects = ["fixed"]
text = "灰度"
text_en = "Grey steps"
limit = { at_least = 8, unit = "1" }
figure = { PROVENANCE }
"""
NOISE = """
[[requirements]]
id = "noise"
clause = "1"
how = "measured"
quantity = "noise.snr"
subjects = ["fixed"]
text = "信噪比"
text_en = "Signal-to-noise ratio"
limit = { at_least = 45, unit = "dB" }
figure = { PROVENANCE }
"""
LOOK = """
[[requirements]]
id = "look"
clause = "2"
how = "inspected"
text = "安装牢固"
text_en = "Firmly fixed"
subjects = ["fixed"]
sampling = "cameras"
figure = { PROVENANCE }
"""


def pack(*parts: str, provenance: str = FIRM, more: str = "") -> str:
    """Write the base: its head, some requirements, and lines for the last of them."""
    text = "".join((HEAD, *(parts or (STEPS, NOISE)))) + more
    return text.replace("PROVENANCE", provenance)


def overlay(text: str, *, name: str = "own", base: str = "base.toml") -> str:
    """Write a pack that extends the base."""
    return f'id = "{name}"\nextends = "{base}"\n{text}'


CAMERA = Subject(id="cam-1", kind=SubjectKind.FIXED, name="东门")
SHOT = Shot(
    id="shot-1",
    subject="cam-1",
    clip="data/clips/shot-1/a.mp4",
    sha256="aa" * 32,
    chart="acceptance",
    chart_copy="卡-03",
    filmed="2026-11-20",
    filmed_by="plan",
    corners=(((10.0, 10.0), (90.0, 10.0), (90.0, 90.0), (10.0, 90.0)),),
)


def figure(
    quantity: str = "noise.snr", value: float = 44.9, shot: str = "shot-1", **fields: object
) -> Measurement:
    """Make a measurement of a camera; the noise of the honest one is 0.1 dB too low."""
    given = {"subject": "cam-1", "uncertainty": 0.001, "unit": "dB"} | fields
    return Measurement(
        quantity=quantity,
        value=value,
        shot=shot,
        k=2.0,
        degrees_of_freedom=None,
        samples=32,
        method="made up",
        region="flat.middle",
        **given,  # type: ignore[arg-type]
    )


STEPS_SEEN = figure("grey_scale.steps", 11.0, unit="1")


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a plan and its footage are, and by which packs it is judged (file name -> text)."""

    packs: dict[str, str] = field(default_factory=lambda: {"base": pack()})
    judge_by: tuple[str, ...] = ("base",)
    plan: Plan = field(
        default_factory=lambda: Plan(subjects=(CAMERA,), operator="王工", scope=Scope.DEVICE)
    )
    shots: tuple[Shot, ...] = (SHOT,)
    measurements: tuple[Measurement, ...] = (STEPS_SEEN, figure())
    notes: tuple[Note, ...] = ()
    recordings: tuple[Recordings, ...] = ()
    log: tuple[tuple[str, dict[str, str]], ...] = ()


def reach(case: Case, out: Path) -> tuple[Session, Path]:
    """Judge, log, save and seal as ``run`` does; return the session and its folder."""
    work = out / ".partial-x"
    bag = work / runner.BAG
    (bag / store.DATA).mkdir(parents=True)
    for name, text in case.packs.items():
        (work / f"{name}.toml").write_text(text, "utf-8")
    names = tuple(str(work / f"{name}.toml") for name in case.judge_by)
    plan, packs = runner.prepare(replace(case.plan, shots=case.shots, packs=names))
    intake.keep_packs(packs, names, bag)
    log = LogBook(bag)
    log.append("started", {"operator": plan.operator, "tool_version": __version__})
    for what, details in case.log:
        log.append(what, details)
    measured = Session(
        id="", plan=plan, started="", finished="", operator=plan.operator,
        tool_version=__version__, hashes={}, shots=case.shots, measurements=case.measurements,
        notes=case.notes, findings=(), bottom_line=judging.bottom_line((), plan.scope), log=(),
        recordings=case.recordings,
    )  # fmt: skip
    return runner.finish(measured, packs, bag, None, None)


def page_1(done: Session, folder: Path, lang: str) -> str:
    """Return the text of the first page of the report."""
    packs = store.load_packs(done.plan, folder / store.PACKS)
    book = Book(session=done, packs=packs, folder=folder, lang=lang)
    return _section(render.printed(book), r'class="cover[^"]*"')


def web_verdict(done: Session, folder: Path, lang: str) -> str:
    """Return the text with which the web page begins."""
    packs = store.load_packs(done.plan, folder / store.PACKS)
    return _section(render.html(done, packs, folder, lang), 'id="verdict"')


def _section(page: str, mark: str) -> str:
    found = re.search(rf"<section {mark}>.*?</section>", page, re.DOTALL)
    assert found
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def junit(done: Session, folder: Path) -> str:
    """Return the session as JUnit."""
    return render.junit(done, store.load_packs(done.plan, folder / store.PACKS))


def terminal(done: Session, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what ``run`` and ``judge`` print at their end, on one line."""
    capsys.readouterr()
    packs = closing.kept_packs(done, folder)
    closing.conclude(done, folder, packs, signed=False, strict=False)
    return " ".join(capsys.readouterr().out.split())
