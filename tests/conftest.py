"""Shared fixtures: real footage, a film of the chart, a film of the clock, a signing key."""

from __future__ import annotations

import gc
import importlib.util
import os
import pickle
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import marks
import plain_pages
import pytest
from _pytest.runner import runtestprotocol

# What takes long to load is imported where it is used: who deals out the tests needs none of it.
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from institute import Institute

    from acceptance.scene.build import Scene
    from acceptance.signing.chains import DemoChain
    from acceptance.simulate import films

os.environ["ACCEPTANCE_LANG"] = "en"  # what tests quote, wherever they run
pytest_plugins = ["processor_time"]
hypothesis.settings.register_profile("unhurried", deadline=None)  # others may use the machine
hypothesis.settings.load_profile("unhurried")

SELDOM = 10_000  # new objects until garbage is searched for; by 700 it takes a second of twenty

# A minute or more each, in one worker, the longest first: begun last, they would leave the other
# one idle.
LONG = (
    *("test_tampering.py", "test_benchmarks.py", "test_wall.py", "test_latency.py"),
    *("test_demo.py", "test_site_example.py", "test_containers.py", "test_devices_at_the_limit.py"),
    *("test_freeze.py", "test_faults.py"),
)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collect without searching for garbage; never search again what was collected."""
    gc.disable()
    if not session.config.pluginmanager.has_plugin("dsession"):  # which only deals out the tests
        importlib.import_module("kept_films")  # before any test takes a function that films
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()
        gc.set_threshold(SELDOM)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        marks.give(item)
    items.sort(key=lambda item: _turn(item.path.name))


def _turn(file: str) -> int:
    """Return when the tests of a file begin."""
    return LONG.index(file) if file in LONG else len(LONG)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    marks.running = item
    _undo_json()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    _undo_json()  # of fixtures


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Search for garbage after each file: what was left open is told there, if not before."""
    if nextitem is None or nextitem.path != item.path:
        gc.collect()


def _undo_json() -> None:
    """Let the program say what it says on its output, after ``--json -`` in this process.

    A fixture would cost each test more.
    """
    from acceptance.cli import terminal

    terminal.console.stderr = False


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Let workers tell once of a test that passed, not of its start, set-up, end and clearing up.

    Who deals out the tests shows nothing of those, unless asked (``-v``, ``--durations``), but
    reads them all. Where clearing up ends the worker, what failed before is told only with ``-v``.
    """
    asked = item.config.get_verbosity() > 0 or item.config.getoption("durations") is not None
    if asked or not hasattr(item.config, "workerinput"):
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let workers send no keywords of what passed: nobody reads them."""
    report = yield
    if report.passed:
        report.keywords = {}
    return report


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Find the folder of real footage; tests that need it are skipped where it is absent."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("ACCEPTANCE_REAL_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"no real footage in {folder} (set ACCEPTANCE_REAL_DATA)")
    return folder


@pytest.fixture(scope="session")
def real_scene(real_data: Path) -> Callable[[str], Scene]:
    """Look at films of the real footage without a search for charts: at each once in a run."""
    from kept_films import KEEPER, once

    def seen(name: str) -> Scene:
        assert KEEPER.folder
        place, look = KEEPER.folder / name, benchmark("planted").seen
        once(place, lambda new: (new / "scene").write_bytes(pickle.dumps(look(real_data / name))))
        return pickle.loads((place / "scene").read_bytes())  # type: ignore[no-any-return]  # noqa: S301 written by this run

    return seen


@pytest.fixture(scope="session", autouse=True)
def _films_are_kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep films where every worker of this run finds them."""
    from kept_films import KEEPER
    from measured_once import KEPT_IN

    own = tmp_path_factory.getbasetemp()
    run = own.parent if hasattr(request.config, "workerinput") else own
    KEEPER.folder = run / "films"
    KEEPER.folder.mkdir(exist_ok=True)
    os.environ[KEPT_IN] = str(KEEPER.folder)  # for children, too


@dataclass(frozen=True, kw_only=True)
class Film:
    """A simulated film and its truth."""

    path: Path
    truth: films.Truth


@pytest.fixture(scope="session")
def chart_film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """One second of the acceptance chart, 720p."""
    from acceptance.charts import definition
    from acceptance.simulate import films
    from acceptance.simulate.camera import Camera

    path = tmp_path_factory.mktemp("film") / "chart.mp4"
    camera = Camera(noise=0.01, crf=15, seed=5)
    return Film(path=path, truth=films.film_chart(camera, definition.load("acceptance"), path, 1.0))


@pytest.fixture(scope="session")
def clock_film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Two seconds of the clock, 640 x 360, two frames dropped; arrivals.csv and screen.csv."""
    from acceptance.charts import definition
    from acceptance.simulate import films
    from acceptance.simulate.camera import Camera

    path, dropped = tmp_path_factory.mktemp("film") / "clock.mp4", frozenset({10, 30})
    camera = Camera(width=640, height=360, rate=Fraction(25), noise=0.01, dropped=dropped, seed=6)
    truth = films.film_clock(
        camera, definition.load("clock"), path, 2.0,
        arrivals_path=path.with_name("arrivals.csv"), log_path=path.with_name("screen.csv"),
    )  # fmt: skip
    return Film(path=path, truth=truth)


def benchmark(name: str) -> Any:
    """Import a benchmark by its file, since some have the names of well-known packages."""
    path = Path(__file__).resolve().parents[1] / "benchmarks" / f"{name}.py"
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # they import each other
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    if name not in sys.modules:
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@dataclass(frozen=True, kw_only=True)
class OverlayFilm:
    """A film with a burnt-in clock, and the overlay as it was drawn."""

    path: Path
    overlay: Any


@pytest.fixture(scope="session")
def overlay_film(tmp_path_factory: pytest.TempPathFactory) -> OverlayFilm:
    """Thirteen seconds of a burnt-in clock, 12 px high, at 12.5 frame/s, CRF 30."""
    overlays = benchmark("overlays")
    overlay = overlays.Overlay(
        font="Aileron", height=12, style="outlined", ground="still", rate=Fraction(25, 2),
        seconds=13.0,
    )  # fmt: skip
    path = tmp_path_factory.mktemp("film") / "overlay.mp4"
    overlays.write(path, overlay)
    return OverlayFilm(path=path, overlay=overlay)


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> DemoChain:
    """Make a certificate chain for the tests."""
    from acceptance.signing.chains import make_demo_chain

    return make_demo_chain(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def institute(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Institute]:
    """Serve a signing institute's certificates and revocation lists on the loopback."""
    import institute as institute_module

    with institute_module.institute(tmp_path_factory.mktemp("institute")) as served:
        yield served


@pytest.fixture(scope="module")
def _plain_pages() -> Iterator[None]:
    """Lay out no pages in this module, which looks at everything else of a report."""
    with plain_pages.plain():
        yield


@pytest.fixture(scope="module")
def _measured_once() -> Iterator[None]:
    """Measure no film twice in this module, which looks at what becomes of measurements."""
    import measured_once

    with measured_once.measured_once():
        yield
