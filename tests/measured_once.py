"""Shots that differ in name alone are measured once: for tests of what becomes of measurements.

What was seen and measured is kept in the run's own folder, as films are (``kept_films``), so that
other modules, other workers and children measure nothing again that the same code has measured of
the same files; a test that has replaced a function of the toolkit measures itself. Children:

    python measured_once.py PROGRAM ARGUMENT...   # with plain pages
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
import runpy
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from plain_pages import plain

from acceptance.scene import build
from acceptance.session import evidence, measuring

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator

    from acceptance.cli.demo import DemoResult
    from acceptance.model import Measurement, Note, Shot
    from acceptance.scene.build import Scene
    from acceptance.signing.chains import DemoChain

Kept = TypeVar("Kept")
LOGS = ("arrivals", "screen_log")
TABLES = ("packets", "stream_record", "drive", "reference")
KEPT_IN = "ACCEPTANCE_TESTS_KEPT"  # the variable that names the run's folder
PARTS = ("charts", "footage", "metrics", "scene", "uncertainty")
MEASURING = tuple(f"acceptance.{name}" for name in PARTS)
TESTS = str(Path(__file__).parent)


@contextmanager
def measured_once() -> Iterator[None]:
    """Give to each such shot, meanwhile, what the first of them showed, under its own name.

    What has other tables or another clip beside it is measured each time.
    """
    look, measure = build.look, measuring.measure
    seen_here: dict[str, Scene] = {}
    found_here: dict[str, tuple[list[Measurement], list[Note]]] = {}

    def seen(shot: Shot, folder: Path = Path(), **options: Any) -> Scene:
        if not _alone(shot, folder):
            return look(shot, folder, **options)

        def anew() -> Scene:
            return replace(look(shot, folder, **options), progress=None)

        scene = _kept(seen_here, f"scene {_unnamed(shot, folder)}", anew)
        if progress := options.get("progress"):  # where it was seen before, the first to hear of it
            progress(len(scene.series.times), len(scene.series.times))
        own = {name: getattr(shot, name) for name in ("id", "subject", "clip", *LOGS)}
        notes = tuple(_of(shot, note) for note in scene.notes)
        seen_as = replace(scene.shot, **own)
        return replace(scene, shot=seen_as, folder=folder, notes=notes, progress=progress)

    def found(
        scene: Scene, wanted: Collection[str] | None = None
    ) -> tuple[list[Measurement], list[Note]]:
        if wanted is not None or not _alone(scene.shot, scene.folder):
            return measure(scene, wanted)
        asked = _unnamed(scene.shot, scene.folder)
        items, notes = _kept(found_here, f"figures {asked}", lambda: measure(scene))
        return [_of(scene.shot, item) for item in items], [_of(scene.shot, note) for note in notes]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "look", seen)
        patch.setattr(measuring, "measure", found)
        yield


def _kept(here: dict[str, Kept], asked: str, make: Callable[[], Kept]) -> Kept:
    """Return what was made for ``asked`` in this run; make it unless that was done."""
    if asked not in here:
        here[asked] = _in_the_run(asked, make) if KEPT_IN in os.environ else make()
    return here[asked]


def _in_the_run(asked: str, make: Callable[[], Kept]) -> Kept:
    """Return what any process of the run has made; others that ask wait meanwhile."""
    name = f"measured-{hashlib.sha256(asked.encode()).hexdigest()}"
    place = Path(os.environ[KEPT_IN]) / name
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if place.is_file():
            return pickle.loads(place.read_bytes())  # type: ignore[no-any-return]  # noqa: S301 written by this run
        made = make()
        new = place.with_suffix(".new")
        new.write_bytes(pickle.dumps(made))
        new.rename(place)
        return made


def _alone(shot: Shot, folder: Path) -> bool:
    """Whether one file and its logs say all that the shot shows, to the toolkit as it is."""
    beside = any(getattr(shot, name) for name in TABLES)
    logs = (folder / getattr(shot, name) for name in LOGS if getattr(shot, name))
    files = all(file.is_file() for file in (folder / shot.clip, *logs))
    return files and not beside and not (folder / shot.chart_copy).is_file() and not _replaced()


def _replaced() -> bool:
    """Whether a test stands in for a function or method that takes part in measuring.

    Constants and partial functions are not seen.
    """
    return any(
        isinstance(value, FunctionType)
        and value.__code__.co_filename.startswith(TESTS)
        and value.__code__.co_filename != __file__
        for name, module in [*sys.modules.items()]
        if name.startswith(MEASURING)
        for value in _functions(module)
    )


def _functions(module: ModuleType) -> Iterator[object]:
    for value in vars(module).values():
        yield value
        if isinstance(value, type):
            yield from vars(value).values()


def _unnamed(shot: Shot, folder: Path) -> str:
    """Return all that a shot shows: its clip, its logs and a chart of its own by their hashes."""
    files = {name: getattr(shot, name) for name in ("clip", *LOGS) if getattr(shot, name)}
    hashes = {name: evidence.hash_file(folder / file) for name, file in files.items()}
    chart = folder / (shot.chart or "")
    own = evidence.hash_file(chart) if chart.is_file() else ""
    endings = [Path(file).suffix for file in files.values()]
    return repr((replace(shot, id="", subject="", **hashes), endings, own))


def _of(shot: Shot, item: Any) -> Any:
    return replace(item, shot=shot.id, subject=shot.subject)


def device(name: str, out: Path, chain: DemoChain, lang: str) -> DemoResult:
    """Make the device of the demo that a child makes, with plain pages."""
    from acceptance.cli import demo

    with plain(), measured_once():
        return demo._in_child(name, out, chain, lang)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Set plain pages and measure once in every test, where this is a plugin."""
    with plain(), measured_once():
        return (yield)


if __name__ == "__main__":
    del sys.argv[0]
    with plain(), measured_once():
        runpy.run_path(sys.argv[0], run_name="__main__")
