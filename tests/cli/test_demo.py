"""The demo finds its planted faults, and its figures agree with what was simulated."""

from __future__ import annotations

import json
import runpy
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import measured_once
import numpy as np
import plain_pages
import pytest
from marks import few, slow
from pdf_words import words

from acceptance.charts import definition
from acceptance.cli import demo
from acceptance.model import Measurement, Scope, Shot, Verdict
from acceptance.scene import build
from acceptance.session import plan, store
from acceptance.simulate import films

if TYPE_CHECKING:
    from acceptance.simulate.camera import Camera

pytestmark = pytest.mark.film  # in processes of its own
ROOT = Path(__file__).resolve().parents[2]
ALL_PAGES = pytest.param(True, marks=[pytest.mark.slow, pytest.mark.pages], id="all pages")
CAMERAS = {"good": demo.GOOD, "faulty": demo.SOFT}


@pytest.fixture(scope="module")
def looked() -> dict[str, build.Scene]:
    """Hold what this process saw of the charts: of the device that it made itself."""
    return {}


@pytest.fixture(scope="module")
def outcomes(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    looked: dict[str, build.Scene],
) -> dict[str, demo.DemoResult]:
    """Make both devices; pages are laid out of the good one, whose words are looked at.

    Of both where this run has the test that asks for all pages: it needs no devices of its own.
    """
    look = build.look
    own = [item.name for item in request.session.items if item.path == request.path]
    whole = any(f"[{ALL_PAGES.id}]" in name for name in own)

    def keeping(shot: Shot, *rest: Any, **options: Any) -> build.Scene:
        seen = look(shot, *rest, **options)
        return looked.setdefault(shot.subject, seen) if shot.id == "chart" else seen

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "look", keeping)
        if not whole:
            patch.setattr(demo, "_in_child", measured_once.device)
        return {one.name: one for one in demo.make(tmp_path_factory.mktemp("demo"))}


@pytest.mark.parametrize("names", [("faulty",), slow(("good", "faulty"))], ids=" and ".join)
def test_a_script_with_nothing_but_the_library_gets_the_same_verdicts(
    outcomes: dict[str, demo.DemoResult], tmp_path: Path, names: tuple[str, ...]
) -> None:
    """It runs outside the tree, on the demo's own films; its pages are of no interest here.

    What is in the films of the one device, the demo has measured; of both the script measures all.
    """
    script = shutil.copy(ROOT / "examples" / "library.py", tmp_path)
    footage = tmp_path / "footage"
    for name in names:
        shutil.copytree(outcomes[name].folder.parent.parent / "footage" / name, footage / name)
    parent = (measured_once if len(names) == 1 else plain_pages).__file__
    command = [sys.executable, parent, script, tmp_path / "out", footage]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    verdicts = json.loads(done.stdout.splitlines()[-1])
    assert verdicts == {
        name: {each.requirement: each.verdict for each in outcomes[name].session.findings}
        for name in names
    }


def test_the_script_films_with_the_cameras_of_the_demo() -> None:
    names: dict[str, Any] = runpy.run_path(str(ROOT / "examples" / "library.py"))
    assert names["CAMERAS"] == CAMERAS
    assert (names["PHONE"], names["DELAYS"]) == (demo.PHONE, demo.DELAYS)


@pytest.mark.parametrize("name", CAMERAS)
def test_the_script_plans_the_shots_of_the_demo(name: str, tmp_path: Path) -> None:
    """To the last digit: only then is nothing measured twice."""
    for shot in ("chart", "clock", "screens"):
        (tmp_path / f"{shot}.mp4").touch()
    (tmp_path / "plan.toml").write_text(demo._plan(name), "utf-8")
    ours = plan.read(tmp_path / "plan.toml").shots
    names: dict[str, Any] = runpy.run_path(str(ROOT / "examples" / "library.py"))
    assert [repr(shot) for shot in names["plan"](name).shots] == [repr(shot) for shot in ours]


def figures(outcome: demo.DemoResult, quantity: str, statistic: str = "") -> list[Measurement]:
    """Return the figures of a quantity, without bounds (the film of the chart has no clock)."""
    proper = (one for one in outcome.session.measurements if one.bound_by is None)
    return [one for one in proper if (one.quantity, one.statistic) == (quantity, statistic)]


@pytest.mark.parametrize("whole", [pytest.param(False, id="pages of one"), ALL_PAGES])
def test_exactly_the_planted_faults_are_found_and_both_reports_verify(
    outcomes: dict[str, demo.DemoResult], *, whole: bool
) -> None:
    assert outcomes["good"].found == frozenset()
    assert outcomes["faulty"].found == demo.PLANTED["faulty"]
    assert len(demo.PLANTED["faulty"]) == 3
    assert all(each.valid and each.kept for each in outcomes.values())
    for name in CAMERAS if whole else ["good"]:
        assert outcomes[name].session.id in words(outcomes[name].folder / "report.pdf")


def test_the_good_device_passes_what_a_camera_can_show(
    outcomes: dict[str, demo.DemoResult],
) -> None:
    judged = [
        one for one in outcomes["good"].session.findings if one.quantity and one.value is not None
    ]
    assert {one.verdict for one in judged} == {Verdict.PASS}
    assert {
        "resolution.wedge_horizontal",
        "grey_scale.steps",
        "noise.snr",
        "frame_rate.unique",
    } <= {one.quantity for one in judged}
    assert all(one.provisional for one in judged), "the body of the standard was not seen"


def test_the_bottom_line_names_its_scope(outcomes: dict[str, demo.DemoResult]) -> None:
    for outcome in outcomes.values():
        assert outcome.session.bottom_line.scope is Scope.DEVICE
        assert outcome.session.bottom_line.provisional
    assert outcomes["faulty"].session.verdict is Verdict.FAIL


@pytest.mark.parametrize("name", CAMERAS)
def test_edges_agree_with_the_cameras_true_resolution(
    outcomes: dict[str, demo.DemoResult], name: str
) -> None:
    frequency = np.linspace(0, 0.5, 5001)
    true = float(np.interp(-0.5, -CAMERAS[name].mtf(frequency), frequency))
    deviations = [
        abs(one.value - true) / one.expanded for one in figures(outcomes[name], "resolution.mtf50")
    ]
    assert len(deviations) == 10
    assert sum(one <= 1 for one in deviations) >= 8, (
        "U is for 95 %: three of ten outside would have a chance of 1 %"
    )
    assert max(deviations) < 2


@pytest.mark.parametrize("name", CAMERAS)
def test_dropped_frames_are_counted_exactly(
    outcomes: dict[str, demo.DemoResult], name: str
) -> None:
    dropped = len(CAMERAS[name].dropped)
    assert [one.value for one in figures(outcomes[name], "frame_rate.dropped")] == [dropped]
    assert [one.value for one in figures(outcomes[name], "frame_rate.repeated")] == [0]
    assert [one.count for one in figures(outcomes[name], "frame_rate.unique")] == [150 - dropped]


@pytest.mark.parametrize("name", few(CAMERAS, 2))
def test_latency_agrees_with_the_simulated_delays(
    outcomes: dict[str, demo.DemoResult], name: str, tmp_path: Path
) -> None:
    """The delays do not depend on the size of the phone's picture, so a small film shows them."""
    phone = replace(demo.PHONE, width=320, height=180)
    camera = replace(CAMERAS[name], width=320, height=180)
    film = tmp_path / "film.mp4"
    truth = films.film_screens(
        phone, camera, definition.load("clock"), film, delay=demo.DELAYS[name], seconds=demo.SECONDS
    )
    for statistic, true in (("mean", truth.delays.mean()), ("worst", truth.delays.max())):
        (found,) = figures(outcomes[name], "latency.glass_to_glass", statistic)
        assert abs(found.value - 1000 * true) <= found.expanded


@pytest.mark.parametrize("name", few(CAMERAS, 2))
def test_the_noise_ratio_is_that_of_the_recorded_picture(
    outcomes: dict[str, demo.DemoResult], looked: dict[str, build.Scene], name: str
) -> None:
    """Against the camera's noise-free codes, over the pixels that were measured.

    The codec's smoothing is in both.
    """
    clip = "data/clips/chart/chart.mp4"
    again = Shot(id="chart", subject=name, clip=clip, chart="acceptance")
    seen = looked.get(name) or build.look(again, outcomes[name].folder)
    for found in figures(outcomes[name], "noise.snr"):
        view = seen.views[found.region]
        clean = float(CAMERAS[name].luma(view.region.printed["reflectance"]))
        rows, columns = view.luma.shape[1:]
        top = (rows - int(found.details["height"])) // 2
        left = (columns - int(found.details["width"])) // 2
        middle = view.luma[:, top : rows - top, left : columns - left]
        rest = middle.astype(float) - clean
        spread = np.sqrt(np.mean((rest - rest.mean()) ** 2) - 1 / 12)
        assert abs(found.value - 20 * np.log10(219 / spread)) <= found.expanded


def reading_of_the_wedge(camera: Camera) -> float:
    """TV lines at which the wedge's coded bars keep 10 % of their step, by the camera's formulas.

    A bar pattern resolved to one sine of amplitude A about its mean is coded by the camera's curve;
    its fundamental is compared with that of the bars unresolved, 4 / pi times half the coded step.
    """
    dark, light = 0.15, 0.75
    phase = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    step = (float(camera.luma(light)) - float(camera.luma(dark))) / 2 * 4 / np.pi
    frequency = np.linspace(0.02, 0.5, 2000)
    amplitudes = (light - dark) / 2 * 4 / np.pi * camera.mtf(frequency)
    coded = camera.luma((light + dark) / 2 + amplitudes[:, None] * np.cos(phase))
    kept = 2 * np.mean(coded * np.cos(phase), axis=1) / step
    return float(2 * camera.height * np.interp(-0.1, -kept, frequency))


def test_the_wedge_of_the_soft_camera_reads_what_its_blur_leaves(
    outcomes: dict[str, demo.DemoResult],
) -> None:
    true = reading_of_the_wedge(CAMERAS["faulty"])
    assert true < 270, "the planted fault"
    for quantity in ("resolution.wedge_horizontal", "resolution.wedge_vertical"):
        (found,) = figures(outcomes["faulty"], quantity)
        assert abs(found.value - true) <= found.expanded


@pytest.mark.parametrize("name", CAMERAS)
def test_the_rate_of_unique_frames_is_the_simulated_one(
    outcomes: dict[str, demo.DemoResult], name: str
) -> None:
    (found,) = figures(outcomes[name], "frame_rate.unique")
    assert abs(found.value - (150 - len(CAMERAS[name].dropped)) / demo.SECONDS) <= found.expanded


@pytest.mark.parametrize("name", CAMERAS)
def test_every_printed_grey_step_is_distinguished(
    outcomes: dict[str, demo.DemoResult], name: str
) -> None:
    assert [one.value for one in figures(outcomes[name], "grey_scale.steps")] == [12]


def test_the_report_names_the_clauses_in_chinese(outcomes: dict[str, demo.DemoResult]) -> None:
    folder = outcomes["good"].folder
    said = words(folder / "report.pdf") + words(folder / "annex-e.pdf")
    for title in ("基本技术要求", "前端设备技术要求", "图像显示要求", "视频图像的存储", "系统验收"):
        assert title in said
    assert outcomes["good"].session.id in said


def test_the_plan_that_the_demo_writes_can_be_run_again(
    outcomes: dict[str, demo.DemoResult],
) -> None:
    folder = outcomes["good"].folder.parent.parent / "footage" / "good"
    from acceptance.session import plan

    assert plan.read(folder / "plan.toml").shots[0].chart == "acceptance"
    assert store.load(outcomes["good"].folder).plan.scope is Scope.DEVICE
