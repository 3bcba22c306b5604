"""A comparison of simulated laboratories: real films, measured; one of them is out of focus.

All have the same camera. They differ in how they set it up: distance, angle, light, focus.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance import api, wording
from acceptance.charts import definition
from acceptance.files import spreadsheet, strict_toml
from acceptance.files.output import put_new, require_new, writing
from acceptance.laboratories import result_form, round_plan, session_results
from acceptance.laboratories.performance import Performance
from acceptance.model import Measurement, Plan, Shot, Subject, SubjectKind
from acceptance.session import runner
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from acceptance.laboratories.evaluation import LaboratoryComparison
    from acceptance.laboratories.round_plan import Round

PLAN = "round.toml"
CAMERA, CHART = "SIM-1", "acceptance"
ERRS = "L5"
SECONDS = 0.3
METRICS = ("resolution", "noise", "grey_scale")
BASE = Camera(width=640, height=360, crf=0, noise=0.008, preset="ultrafast")
OUT_OF_FOCUS = 1.25  # times the others' blur
HAND_IN_SESSIONS = 2  # the first laboratories; the others fill in forms
TEXT = """\
title = "{title}"
camera = "{camera}"
chart = "{chart}"
repeats = {repeats}
{laboratories}
[[figures]]
id = "mtf50-across"
quantity = "resolution.mtf50"
region = "centre.edge_horizontal"
direction = "horizontal"

[[figures]]
id = "mtf50-down"
quantity = "resolution.mtf50"
region = "centre.edge_vertical"
direction = "vertical"

[[figures]]
id = "snr"
quantity = "noise.snr"
region = "flat.middle"

[[figures]]
id = "gamma"
quantity = "grey_scale.gamma"
"""


@dataclass(frozen=True, kw_only=True)
class SimulatedLaboratory:
    """A laboratory and how it sets the camera up."""

    code: str
    """By which it goes."""

    camera: Camera
    """As it stands there."""


def laboratories(count: int, seed: int = 1) -> tuple[SimulatedLaboratory, ...]:
    """Return laboratories L1, L2 ..., of which ``ERRS`` has not focused."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(1, count + 1):
        code, off = f"L{number}", random.uniform(-1, 1, 5)
        camera = replace(
            BASE, share=0.9 + 0.03 * off[0], tilt=2 * off[1], pan=2 * off[2],
            white=0.9 + 0.02 * off[3], blur=0.6 * (1 + 0.01 * off[4]), seed=100 * number,
        )  # fmt: skip
        if code == ERRS:
            camera = replace(camera, blur=camera.blur * OUT_OF_FOCUS)
        found.append(SimulatedLaboratory(code=code, camera=camera))
    return tuple(found)


def make(
    folder: Path,
    entries: Sequence[SimulatedLaboratory],
    *,
    repeats: int = 2,
    lang: str = "zh",
    sessions: int = HAND_IN_SESSIONS,
    measured: Sequence[str] = METRICS,
    progress: Callable[[str, int, int], None] | None = None,
) -> Path:
    """Film and measure in every laboratory, and write plan, forms and sessions to ``folder``.

    Return the plan's path. The first ``sessions`` laboratories hand in session folders, the others
    forms of what was ``measured``. Raises OutputError where there is a plan already.
    """
    path = folder / PLAN
    require_new(path)
    named = []
    with writing(folder):
        for number, entry in enumerate(entries):
            if progress:
                progress(entry.code, number, len(entries))
            own = folder / entry.code
            clips = [_filmed(entry, own, repeat) for repeat in range(repeats)]
            if number < sessions:
                named.append(f'sessions = ["{_session(entry, own, clips)}"]')
            else:
                _fill_in(entry, own, clips, lang, measured)
                named.append(f'form = "{entry.code}/form.csv"')
    listed = "".join(
        f'\n[[laboratories]]\ncode = "{entry.code}"\n{handed_in}\n'
        for entry, handed_in in zip(entries, named, strict=True)
    )
    put_new(path, _text(repeats, listed, lang).encode())
    return path


def _text(repeats: int, listed: str, lang: str) -> str:
    title = str(wording.phrases(lang)["laboratories"]["simulated"])
    return TEXT.format(
        title=title, camera=CAMERA, chart=CHART, repeats=repeats, laboratories=listed
    )


def _filmed(entry: SimulatedLaboratory, own: Path, repeat: int) -> Path:
    """Film a repeat; the camera was taken down and set up anew before it."""
    clip = own / f"film-{repeat + 1}.mp4"
    camera = replace(
        entry.camera, seed=entry.camera.seed + repeat,
        share=entry.camera.share - 0.01 * repeat, tilt=entry.camera.tilt + 0.3 * repeat,
    )  # fmt: skip
    with writing(own):
        films.film_chart(camera, definition.load(CHART), clip, SECONDS)
    return clip


def _session(entry: SimulatedLaboratory, own: Path, clips: Sequence[Path]) -> str:
    """Run a plan of the clips; return the session folder's path from the comparison's plan."""
    camera = Subject(id="camera", kind=SubjectKind.FIXED, serial=CAMERA)
    shots = tuple(
        Shot(id=clip.stem, subject="camera", clip=clip.name, chart=CHART, chart_copy="as_drawn")
        for clip in clips
    )
    plan = Plan(subjects=(camera,), shots=shots, operator=entry.code)
    _, place = runner.run(plan, own, own / "sessions")
    return f"{entry.code}/sessions/{place.name}"


def _fill_in(
    entry: SimulatedLaboratory,
    own: Path,
    clips: Sequence[Path],
    lang: str,
    metrics: Sequence[str],
) -> None:
    """Fill in a form as a laboratory does: its figures with U and k."""
    plan = _plan_of(entry.code, len(clips), lang)
    rows = result_form.table(plan, plan.laboratories[0], lang)
    measured = [_figures(clip, metrics) for clip in clips]
    column = {name: number for number, name in enumerate(result_form.COLUMNS)}
    for row in rows[1:]:
        repeat = int(row[column["repeat"]]) - 1
        figure = next(one for one in plan.figures if one.id == row[column["figure"]])
        for found in measured[repeat]:
            if session_results.is_of(found, figure):
                row[column["value"]] = f"{found.value:.6g}"
                row[column["expanded"]] = f"{found.expanded:.3g}"
                row[column["k"]] = f"{found.k:.3g}"
    rows[1][column["camera"]] = CAMERA
    put_new(own / "form.csv", spreadsheet.csv_of(rows))


def _plan_of(code: str, repeats: int, lang: str) -> Round:
    listed = "".join(f'\n[[laboratories]]\ncode = "{name}"\n' for name in (code, f"{code}-"))
    return round_plan.parse(strict_toml.loads(_text(repeats, listed, lang).encode(), PLAN), PLAN)


def _figures(clip: Path, metrics: Sequence[str]) -> tuple[Measurement, ...]:
    return api.measure(clip, only=metrics, chart=CHART, chart_copy="as_drawn").measurements


def unsatisfactory(found: LaboratoryComparison) -> list[str]:
    """Name the laboratories with an unsatisfactory result, by z or z' or by En."""
    named = {
        score.code
        for figure in found.figures
        for score in figure.scores
        if Performance.UNSATISFACTORY in {score.word, score.en_word}
    }
    return sorted(named)
