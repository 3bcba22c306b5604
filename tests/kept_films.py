"""A simulated film is made once in a run, however many tests and workers ask for it.

It is kept by its content: the function that films and everything that the function is given. What
is kept lies in the run's own folder, so that no film is older than the code that is tested; every
test gets copies of its own; and a test that has replaced a function of the toolkit films itself.

The same charts stand before many cameras, and to draw one takes as long as a short film of it: the
last few drawings stay in memory, by all that they are drawn from.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import inspect
import os
import pickle
import shutil
import sys
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

import marks

from acceptance.simulate import films, sheets

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.charts.nouns import Chart
    from acceptance.simulate.camera import Camera, Light
    from acceptance.simulate.films import Truth

FILMS = ("film_chart", "film_clock", "film_screens", "film_two_levels")
FILMING = ("acceptance.simulate.", "acceptance.charts.", "acceptance.footage.")
DRAWINGS = 2  # that stay in memory: up to 0.1 GB each for pictures of 720 rows
MODULES = [sys.modules[name] for name in sorted(sys.modules) if name.startswith(FILMING)]


class Keeper:
    """Keeps films in ``folder`` (None: nowhere)."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.functions = functions()

    def keeping(self, film: Callable[..., Truth]) -> Callable[..., Truth]:
        """Return ``film`` as it was, but made once only."""

        @functools.wraps(film)
        def kept(*given: Any, **named: Any) -> Truth:
            marks.needed("film")
            bound = inspect.signature(film).bind(*given, **named)
            bound.apply_defaults()
            asked = bound.arguments
            paths = {name: at for name, at in asked.items() if isinstance(at, Path)}
            if self.folder is None or not paths or functions() != self.functions:
                return film(**asked)
            if not all(at.parent.is_dir() for at in paths.values()):
                return film(**asked)  # which says what is wrong with the folder
            place = self.folder / key(film.__name__, asked)
            once(place, lambda new: _make(film, asked, paths, new))
            for name, path in paths.items():
                shutil.copyfile(place / name, path)
            return pickle.loads((place / "truth").read_bytes())  # noqa: S301 written by this run

        return kept


def functions() -> dict[str, object]:
    """Return what the names of all functions stand for that take part in filming."""
    return {
        f"{module.__name__}.{name}": value
        for module in MODULES
        for name, value in vars(module).items()
        if isinstance(value, FunctionType) and name not in FILMS
    }


def key(function: str, asked: dict[str, Any]) -> str:
    """Name a film by all that it depends on; of a path that is the ending only."""
    given = {name: at.suffix if isinstance(at, Path) else at for name, at in asked.items()}
    return hashlib.sha256(repr((function, given)).encode()).hexdigest()


def once(place: Path, make: Callable[[Path], object]) -> None:
    """Let ``make`` fill the folder ``place`` unless that was done; other workers wait meanwhile."""
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.is_dir():
            new = place.with_suffix(f".{os.getpid()}")
            new.mkdir()
            make(new)
            new.rename(place)


def _make(
    film: Callable[..., Truth], asked: dict[str, Any], paths: dict[str, Path], new: Path
) -> None:
    ours = {name: new / f"{name}{path.suffix}" for name, path in paths.items()}
    truth = film(**asked | ours)
    for name, path in ours.items():
        path.rename(new / name)
    (new / "truth").write_bytes(pickle.dumps(truth))


def drawing_once(draw: Callable[..., Light]) -> Callable[..., Light]:
    """Return ``sheets.drawn`` as it was, but what it drew last is not drawn again."""

    @functools.wraps(draw)
    def kept(camera: Camera, chart: Chart, *given: object) -> Light:
        if functions() != KEEPER.functions:
            return draw(camera, chart, *given)
        asked = repr((chart, sheets.raster_step(camera, chart), given))
        light = DRAWN.pop(asked) if asked in DRAWN else draw(camera, chart, *given)
        light.flags.writeable = False
        DRAWN[asked] = light
        if len(DRAWN) > DRAWINGS:
            del DRAWN[next(iter(DRAWN))]
        return light

    return kept


DRAWN: dict[str, Light] = {}  # the last one last
sheets.drawn = drawing_once(sheets.drawn)
KEEPER = Keeper()
for _name in FILMS:
    setattr(films, _name, KEEPER.keeping(getattr(films, _name)))
