"""A small session as it is issued, signed by the demo chain: what tests of ``verify`` change."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import patch

from acceptance import __version__, metrics
from acceptance.checks import judging
from acceptance.model import Measurement, Plan, Scope, Session, Shot, Subject, SubjectKind
from acceptance.report import typesetting
from acceptance.session import evidence, store
from acceptance.session.log_book import LogBook
from acceptance.signing import issuing, verification
from acceptance.signing.certificates import load_signer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.signing.chains import DemoChain
    from acceptance.signing.verification import Verification

CLIP = "data/clips/门口 1.mp4"
PACK = "made_up"
PACK_TEXT = """
id = "made_up"
number = "X 1"
title = "某标准"
title_en = "Some standard"
edition = "2026"

[[clauses]]
number = "1"
title = "图像"

[[requirements]]
id = "steps"
clause = "1"
how = "measured"
quantity = "grey_scale.steps"
text = "灰度"
text_en = "Grey steps"
limit = { at_least = 8, unit = "1" }
figure = { source = "X 1", level = "seen" }

[[requirements]]
id = "noise"
clause = "1"
how = "measured"
quantity = "noise.snr"
text = "信噪比"
text_en = "Signal-to-noise ratio"
limit = { at_least = 45, unit = "dB" }
figure = { source = "X 1", level = "seen" }
"""


def measurement(quantity: str, unit: str, value: float) -> Measurement:
    """Make a measurement of the one shot."""
    return Measurement(
        subject="camera",
        quantity=quantity,
        value=value,
        unit=unit,
        uncertainty=value / 300,
        k=2.0,
        degrees_of_freedom=None,
        samples=32,
        method="made up",
        shot="shot1",
        region="centre",
    )


def judged(folder: Path, measurements: tuple[Measurement, ...]) -> Session:
    """Judge made-up measurements against a made-up pack, as of 2 June 2026."""
    shot = Shot(id="shot1", subject="camera", clip="data/clips/门口 1.mp4")
    plan = Plan(
        subjects=(Subject(id="camera", kind=SubjectKind.FIXED),), shots=(shot,), packs=(PACK,)
    )
    packs = store.load_packs(plan, folder / "data" / "packs")
    quantities = metrics.quantities()
    findings = judging.judge(
        packs, plan, measurements, (), (shot,), today="2026-06-02", quantities=quantities
    )
    made = Session(
        id=folder.name,
        plan=plan,
        started="2026-06-02T07:00:00+08:00",
        finished="2026-06-02T08:00:00+08:00",
        operator="",
        tool_version=__version__,
        hashes={
            f"data/{path}": digest for path, digest in evidence.hash_files(folder / "data").items()
        },
        sizes={
            f"data/{path}": (folder / "data" / path).stat().st_size
            for path in evidence.hash_files(folder / "data")
        },
        shots=(shot,),
        measurements=measurements,
        notes=(),
        findings=findings,
        bottom_line=judging.bottom_line(findings, Scope.DEVICE),
        log=LogBook(folder).read(),
    )
    return replace(made, warnings=store.warnings(made, packs, folder / "data" / "packs"))


def issue(folder: Path, content: Session, chain: DemoChain) -> None:
    """Save a session over whatever is there, write its report, sign it and seal the folder."""
    for path in (*folder.glob("report.*"), *folder.glob("annex-*.pdf")):
        path.unlink()
    store.save(content, folder)
    with patch.object(verification, "contradictions", return_value=()):  # as a patched toolkit does
        issuing.issue(folder, signer=load_signer(chain.signer, chain.password))


def issued(folder: Path, chain: DemoChain, clips: Sequence[str]) -> Path:
    """Make a session folder with these clips, its log and its signed report; return it.

    It is made once for a chain, a name and a way to set pages, and copied after that: a folder may
    lie anywhere.
    """
    keys, way = chain.root.parent, hash((*clips, typesetting._archived))
    kept = keys.with_name(f"{keys.name}-issued") / f"{way}" / folder.name
    if not kept.is_dir():
        _make(kept, chain, clips)
    return shutil.copytree(kept, folder)


def _make(folder: Path, chain: DemoChain, clips: Sequence[str]) -> None:
    (folder / "data" / "clips").mkdir(parents=True)
    for clip in clips:
        (folder / clip).write_bytes(bytes(range(256)) * 40)
    (folder / "data" / "plan.json").write_text("{}")
    (folder / "data" / "packs").mkdir()
    (folder / "data" / "packs" / f"{PACK}.toml").write_text(PACK_TEXT, encoding="utf-8")
    book = LogBook(folder)
    for number in range(3):
        book.append("taken", {"shot": f"shot{number}"})
    figures = (measurement("noise.snr", "dB", 48.0), measurement("grey_scale.steps", "1", 7.0))
    issue(folder, judged(folder, figures), chain)


def details(result: Verification) -> str:
    """Join all that was found, a step a line."""
    return "\n".join(
        f"{step.name} {step.state}: {'; '.join(step.details)}" for step in result.steps
    )
