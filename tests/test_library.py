"""The public library: what it offers, what its functions say of themselves, and its page."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import plain_work
import pytest
from measured_once import measured_once
from plain_pages import plain

import acceptance
from acceptance import errors, model
from acceptance.batch import child
from acceptance.charts import definition, drawing, finding
from acceptance.metrics import noise, resolution
from acceptance.metrics.compression import ssim
from acceptance.session import plan, runner
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.usefixtures("_plain_pages")
ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "library.md").read_text("utf-8")
PACKAGES = {
    "batch",
    "charts",
    "checks",
    "errors",
    "live",
    "metrics",
    "model",
    "report",
    "scene",
    "session",
    "simulate",
}
ROWS = re.findall(r"^\| `(acceptance[\w.]*)` \| (.+) \|$", PAGE, re.MULTILINE)
PUBLIC = {module: set(re.findall(r"`(\w+)`", names)) for module, names in ROWS}
FUNCTIONS = [
    (module, name)
    for module, names in PUBLIC.items()
    for name in sorted(names)
    if inspect.isfunction(getattr(importlib.import_module(module), name))
]
OF_ARRAYS = ("edge_mtf", "wedge_reading", "analyse", "ssim", "find", "draw")
SECTIONS = ("Parameters", "Returns", "Raises", "Notes")
PLAN = """\
packs = ["db50_216_2006"]
minimum_duration = 1
deviations = [{ what = "minimum_duration", value = 1, why = "a short film" }]
subjects = [{ id = "gate", kind = "fixed", name = "Gate", facts = { system = "digital" } }]
shots = [{ id = "chart", subject = "gate", clip = "chart.mp4", chart = "acceptance" }]
"""


def function(module: str, name: str) -> Callable[..., Any]:
    """Return a public function."""
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


# --- what is public


def test_the_page_lists_exactly_what_the_root_offers() -> None:
    nouns = set(model.__all__)
    of_errors = {name for name, kind in vars(errors).items() if inspect.isclass(kind)}
    assert set(acceptance.__all__) == PUBLIC["acceptance"] | PACKAGES | nouns | of_errors
    assert dir(acceptance) == acceptance.__all__


@pytest.mark.parametrize("module", [name for name in PUBLIC if name != "acceptance"])
def test_every_package_offers_what_the_page_lists(module: str) -> None:
    package = importlib.import_module(module)
    assert all(getattr(package, name) is not None for name in PUBLIC[module])
    if Path(str(package.__file__)).with_suffix(".pyi").is_file():
        assert set(package.__all__) == PUBLIC[module]
    else:
        assert PUBLIC[module] <= set(getattr(package, "__all__", vars(package)))


def test_every_name_of_the_root_can_be_used() -> None:
    assert [name for name in acceptance.__all__ if getattr(acceptance, name, None) is None] == []
    with pytest.raises(AttributeError, match="nothing_of_ours"):
        _ = acceptance.nothing_of_ours
    with pytest.raises(AttributeError, match="nothing_of_ours"):
        _ = acceptance.metrics.nothing_of_ours


def test_importing_the_library_loads_no_heavy_library() -> None:
    libraries = "numpy cv2 scipy av GTC pyhanko weasyprint pydantic skimage openpyxl click rich"
    heavy = set(libraries.split())
    code = f"import sys, acceptance; print({heavy}.intersection(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_metric_is_reached_through_its_package_without_importing_it_first() -> None:
    code = "import acceptance; print(acceptance.metrics.resolution.edge_mtf.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "edge_mtf"


# --- what the functions say of themselves


@pytest.mark.parametrize(("module", "name"), FUNCTIONS)
def test_every_public_function_names_its_parameters_and_is_typed(module: str, name: str) -> None:
    documented = function(module, name)
    text, signature = inspect.getdoc(documented) or "", inspect.signature(documented)
    assert [each for each in signature.parameters if not re.search(rf"\b{each}\b", text)] == []
    assert "return" in documented.__annotations__
    assert signature.parameters.keys() <= documented.__annotations__.keys()


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_every_array_function_states_shapes_errors_and_source(name: str) -> None:
    [module] = [module for module, known in FUNCTIONS if known == name]
    text = inspect.getdoc(function(module, name)) or ""
    at = [text.find(f"{section}\n{'-' * len(section)}\n") for section in SECTIONS]
    assert min(at) > 0, "sections in the form of numpydoc"
    assert at == sorted(at)
    parameters = text[at[0] : at[1]]
    for parameter in inspect.signature(function(module, name)).parameters:
        assert re.search(rf"^(\w+, )*{parameter}(, \w+)*$", parameters, re.MULTILINE), parameter
    assert re.search(r"\((\w+, )+\w+\)|\bpx\b", parameters), "a shape or a unit"
    assert "Error" in text[at[2] : at[3]]


# --- arrays that cannot be measured

FLAT = np.full((32, 32), 0.5)
CHART = definition.load("acceptance")
WEDGE = resolution.Wedge(bars=5, start=0.1, end=1.0, length=30.0)
ACROSS, ALONG = np.meshgrid(np.linspace(-12, 12, 64), np.linspace(0, 30, 64))


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: resolution.edge_mtf(np.zeros(9)), ValueError),
        (lambda: resolution.edge_mtf(np.full((32, 32), np.nan)), ValueError),
        (lambda: resolution.edge_mtf(FLAT[:10]), errors.GapError),
        (lambda: resolution.edge_mtf(FLAT), errors.GapError),
        (lambda: resolution.edge_mtf(FLAT, mode="fast"), ValueError),  # type: ignore[arg-type]
        (lambda: resolution.edge_mtf(FLAT, order=0), ValueError),
        (lambda: resolution.wedge_reading(FLAT, FLAT, FLAT[:9], WEDGE, 1.0), ValueError),
        (lambda: resolution.wedge_reading(FLAT[0], FLAT[0], FLAT[0], WEDGE, 1.0), ValueError),
        (lambda: resolution.wedge_reading(FLAT * np.inf, FLAT, FLAT, WEDGE, 1.0), ValueError),
        (lambda: resolution.wedge_reading(FLAT, FLAT, FLAT, WEDGE, 0.0), errors.GapError),
        (lambda: resolution.wedge_reading(0 * ALONG, ALONG, ACROSS, WEDGE, 1.0), errors.GapError),
        (lambda: noise.analyse(np.zeros((32, 32))), ValueError),
        (lambda: noise.analyse(np.zeros((0, 32, 32))), ValueError),
        (lambda: noise.analyse(np.full((2, 32, 32), np.nan)), ValueError),
        (lambda: noise.analyse(np.zeros((2, 11, 32))), errors.GapError),
        (lambda: ssim(FLAT, FLAT[:20], 255), ValueError),
        (lambda: ssim(FLAT[:10], FLAT[:10], 255), ValueError),
        (lambda: ssim(FLAT[None], FLAT[None], 255), ValueError),
        (lambda: ssim(FLAT, FLAT * np.nan, 255), ValueError),
        (lambda: ssim(FLAT, FLAT, 0), ValueError),
        (lambda: ssim(FLAT, FLAT, float("nan")), ValueError),
        (lambda: finding.find(np.zeros((9, 9, 3), np.uint8), [CHART]), ValueError),
        (lambda: finding.find(np.zeros((0, 9), np.uint8), [CHART]), ValueError),
        (lambda: finding.find(np.full((99, 99), np.nan), [CHART]), ValueError),
        (lambda: drawing.draw(CHART, 0), ValueError),
        (lambda: drawing.draw(CHART, 10**9), ValueError),
    ],
)
def test_an_array_that_cannot_be_measured_is_refused(
    call: Callable[[], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        call()


# --- numbers from elsewhere

DEVICE = model.Subject(id="gate", kind=model.SubjectKind.FIXED, name="Gate")
LAB = model.Shot(id="lab", subject="gate", clip="elsewhere", tap=model.Tap.SCREEN)
JUDGED = model.Plan(packs=("db50_216_2006",), subjects=(DEVICE,), shots=(LAB,))


def number(**fields: Any) -> model.Measurement:
    """Make a latency that may be judged."""
    plain: dict[str, Any] = {
        "subject": "gate", "shot": "lab", "quantity": "latency.glass_to_glass", "value": 2150.0,
        "unit": "ms", "statistic": "worst", "uncertainty": 10.0, "k": 2.0,
        "degrees_of_freedom": None, "samples": 100, "method": "oscilloscope",
    }  # fmt: skip
    return model.Measurement(**(plain | fields))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"value": float("nan")}, "the value is no finite number"),
        ({"value": "2150"}, "the value is no finite number"),
        ({"value": None}, "the value is no finite number"),
        ({"value": 10**400}, "the value is no finite number"),
        ({"value": True}, "the value is no finite number"),
        ({"value": Decimal(2150)}, "the value is no finite number"),
        ({"unit": "s"}, "unit 's', must be 'ms'"),
        ({"quantity": "latency.guessed"}, "no such quantity"),
        ({"uncertainty": -1.0}, "the uncertainty is no finite number, 0 or more"),
        ({"uncertainty": float("inf")}, "the uncertainty is no finite number, 0 or more"),
        ({"k": 0.0}, "the coverage factor is no finite number above 0"),
        ({"degrees_of_freedom": 0.0}, "the degrees of freedom are not above 0"),
        ({"degrees_of_freedom": "9"}, "the degrees of freedom are not above 0"),
        ({"shot": ["lab"]}, "the plan has no shot"),
        ({"samples": -1}, "the number of samples is no number"),
        ({"samples": float("nan")}, "the number of samples is no number"),
        ({"shot": "other"}, "the plan has no shot 'other'"),
        ({"subject": "other"}, "shot 'lab' is of subject 'gate'"),
    ],
)
def test_a_number_that_no_verdict_can_rest_on_is_refused(
    fields: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(errors.PlanError, match=sentence):
        acceptance.judge(JUDGED, [number(**fields)])


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"shots": (LAB, LAB)}, "duplicate id 'lab'"),
        ({"subjects": ()}, "there is no subject 'gate'"),
        ({"shots": (replace(LAB, chip=float("nan")),)}, "must be a finite number"),
        ({"shots": (replace(LAB, tap="roof"),)}, "must be one of"),
        ({"packs": "db50_216_2006"}, "must be a list"),
        ({"operator": object()}, "holds something that no file can hold"),
        ({"operator": "\ud800"}, "holds something that no file can hold"),
        ({"operator": "x" * 1001}, "operator: 1001 characters; 1000 at most"),
    ],
)
def test_a_plan_that_a_program_made_meets_the_rules_of_a_file(
    fields: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    made = replace(JUDGED, **fields)
    with pytest.raises(errors.PlanError, match=sentence):
        acceptance.judge(made, [])
    with pytest.raises(errors.PlanError, match=sentence):
        acceptance.run(made, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_words_of_a_plan_that_a_program_made_may_be_plain_text() -> None:
    plain = replace(JUDGED, shots=(replace(LAB, tap="screen"),))
    assert acceptance.judge(plain, [number()]) == acceptance.judge(JUDGED, [number()])


@pytest.mark.parametrize("today", ["gestern", "2026-13-01", "20261127", date(2026, 11, 27)])
def test_a_day_that_is_none_is_refused(today: Any) -> None:
    with pytest.raises(errors.PlanError, match="is no day"):
        acceptance.judge(JUDGED, [number()], today=today)


def test_no_chart_is_found_where_none_is_looked_for() -> None:
    assert finding.find(np.zeros((90, 120), np.uint8), []) == []


def test_numbers_may_come_from_a_generator() -> None:
    """Looked at twice, once for sense and once to judge, but not lost."""
    numbers = (each for each in [number()])
    assert acceptance.judge(JUDGED, numbers) == acceptance.judge(JUDGED, [number()])


# --- plans made by programs

LIST, SHEET = "id,kind,name\nyard,fixed,Yard\n", "answers.csv"
FILLED = "subject,requirement,yes,by,when\ngate,db50_216_2006#5.1/coverage,yes,Li,2026-11-26\n"
BY_FILES = model.Plan(
    packs=("db50_216_2006",), subjects=(DEVICE,), device_list="list.csv", answer_files=(SHEET,)
)


@pytest.fixture
def with_lists(tmp_path: Path) -> Path:
    """Make a folder with a list of devices and a sheet filled in."""
    folder = tmp_path / "plan"
    folder.mkdir()
    (folder / "list.csv").write_text(LIST)
    (folder / SHEET).write_text(FILLED)
    return folder


def test_devices_and_answers_in_files_of_a_plan_are_added_once(with_lists: Path) -> None:
    whole = plan.with_files(BY_FILES, with_lists)
    assert [subject.id for subject in whole.subjects] == ["gate", "yard"]
    assert [answer.subject for answer in whole.answers] == ["gate"]
    assert plan.with_files(whole, with_lists) == whole


def test_a_plan_that_a_program_runs_is_judged_with_what_its_files_hold(
    with_lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acceptance.signing.issuing.Issuing", lambda **_: None)
    session, _ = acceptance.run(BY_FILES, tmp_path / "out", folder=with_lists)
    assert {"gate", "yard"} <= {finding.subject for finding in session.findings}
    assert [answer.by for answer in session.plan.answers] == ["Li"]


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname"])
def test_evidence_outside_the_folder_is_refused_and_nothing_is_written(
    name: str, with_lists: Path, tmp_path: Path
) -> None:
    """It would be kept below the path that the plan gives, and so outside the session."""
    (tmp_path / "secret.txt").write_text("secret")
    answer = model.Answer(
        subject="gate", requirement="db50_216_2006#5.1/coverage", by="Li", when="2026-11-26",
        yes=True, evidence=(name,),
    )  # fmt: skip
    wrong = replace(JUDGED, shots=(), answers=(answer,))
    with pytest.raises(errors.PlanError, match="lies outside the plan's folder"):
        acceptance.run(wrong, tmp_path / "out", folder=with_lists)
    with pytest.raises(errors.PlanError, match="lies outside the plan's folder"):
        runner.run(wrong, with_lists, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_plan_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.PlanError, match="nothing is under test"):
        acceptance.run(model.Plan(packs=("db50_216_2006",), subjects=(), shots=()), tmp_path)


# --- the page


@pytest.fixture(scope="module")
def beside_a_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a small film of the chart and a plan, as the page has them."""
    folder = tmp_path_factory.mktemp("library")
    camera = Camera(width=640, height=360, noise=0.01, crf=15, seed=5)
    films.film_chart(camera, definition.load("acceptance"), folder / "chart.mp4", 1.0)
    (folder / "plan.toml").write_text(PLAN, "utf-8")
    return folder


@contextlib.contextmanager
def _plain_children() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "PROGRAM", plain_work.__name__)
        yield


@pytest.fixture(scope="module")
def printed(beside_a_film: Path) -> dict[str, str]:
    """Run the page's examples one after the other; return what each heading's printed."""
    names: dict[str, Any] = {}
    output = {}
    with contextlib.chdir(beside_a_film), plain(), measured_once(), _plain_children():
        for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
            with contextlib.redirect_stdout(io.StringIO()) as stdout:
                for block in re.findall(r"^```python\n(.*?)^```$", part, re.MULTILINE | re.DOTALL):
                    exec(block, names)  # noqa: S102 -- the page's own example
            output[part.partition("\n")[0]] = stdout.getvalue()
    return output


def test_a_clip_is_measured_in_three_lines(printed: dict[str, str]) -> None:
    lines = printed["Measure a clip"].splitlines()
    assert any(re.match(r"resolution\.mtf50 \S+ 0\.\d+ ± 0\.\d+ cycle/px$", line) for line in lines)
    assert any(line.startswith("noise.snr ") for line in lines)


def test_an_edge_is_measured_from_an_array(printed: dict[str, str]) -> None:
    edge, chart, variances, similarity = printed["An edge from an array"].splitlines()
    mtf50, angle = map(float, edge.split())
    # the logistic edge: its MTF is x / sinh x with x = 2 pi^2 s f, and s = 0.6 cos(angle) px
    assert angle == pytest.approx(np.degrees(np.arctan(0.1)), abs=0.01)
    scale = 0.6 * np.cos(np.radians(angle))
    assert mtf50 == pytest.approx(2.1773 / (2 * np.pi**2 * scale), rel=0.01)
    assert chart.split()[1] == "1280"
    assert float(variances.split()[0]) == pytest.approx(4, rel=0.05)
    frames = np.random.default_rng(1).normal(120, 2, (16, 64, 64)).round()
    assert float(similarity) == pytest.approx(float(ssim(frames[0], frames[1], 255)), abs=1e-9)


def test_numbers_from_elsewhere_are_judged(printed: dict[str, str]) -> None:
    *judged, total = printed["Judge numbers that come from elsewhere"].splitlines()
    assert [line.split()[1] for line in judged] == ["fail"]
    assert total == "fail"


def test_a_plan_is_run_verified_and_judged_again(printed: dict[str, str]) -> None:
    run, verified, again = printed["Run a plan, and verify what came of it"].splitlines()
    assert run.endswith("report.pdf")
    assert verified.startswith("2 "), "incomplete: nobody has signed"
    assert again == "True"


def test_many_plans_are_measured_judged_and_reported(printed: dict[str, str]) -> None:
    code, outcomes = printed["Many plans"].strip().split(" ", 1)
    assert code == "3"
    assert re.search(r"PlanState\.MADE.*Verdict", outcomes)
