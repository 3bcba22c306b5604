"""Shots that differ in name alone are measured once: for tests of what becomes of measurements."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from acceptance.scene import build
from acceptance.session import evidence, measuring

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from acceptance.model import Measurement, Note, Shot
    from acceptance.scene.build import Scene


TABLES = ("arrivals", "screen_log", "packets", "stream_record", "drive", "reference")


@contextmanager
def measured_once() -> Iterator[None]:
    """Give to each such shot, meanwhile, what the first of them showed, under its own name.

    What is no single file, or has tables or another clip beside it, is measured each time.
    """
    scenes: dict[str, Scene] = {}
    figures: dict[str, tuple[list[Measurement], list[Note]]] = {}
    look, measure = build.look, measuring.measure

    def seen(shot: Shot, folder: Path = Path(), **options: Any) -> Scene:
        if not _alone(shot, folder):
            return look(shot, folder, **options)
        if (asked := _unnamed(shot, folder)) not in scenes:
            scenes[asked] = look(shot, folder, **options)
        scene, own = scenes[asked], {"id": shot.id, "subject": shot.subject, "clip": shot.clip}
        notes = tuple(_of(shot, note) for note in scene.notes)
        return replace(scene, shot=replace(scene.shot, **own), folder=folder, notes=notes)

    def found(
        scene: Scene, wanted: Collection[str] | None = None
    ) -> tuple[list[Measurement], list[Note]]:
        if wanted is not None or not _alone(scene.shot, scene.folder):
            return measure(scene, wanted)
        if (asked := _unnamed(scene.shot, scene.folder)) not in figures:
            figures[asked] = measure(scene)
        items, notes = figures[asked]
        return [_of(scene.shot, item) for item in items], [_of(scene.shot, note) for note in notes]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "look", seen)
        patch.setattr(measuring, "measure", found)
        yield


def _alone(shot: Shot, folder: Path) -> bool:
    """Whether one file says all that the shot shows."""
    beside = any(getattr(shot, name) for name in TABLES)
    return (
        (folder / shot.clip).is_file() and not beside and not (folder / shot.chart_copy).is_file()
    )


def _unnamed(shot: Shot, folder: Path) -> str:
    """Return all that a shot shows, its clip by the hash of the file."""
    return repr(replace(shot, id="", subject="", clip=evidence.hash_file(folder / shot.clip)))


def _of(shot: Shot, item: Any) -> Any:
    return replace(item, shot=shot.id, subject=shot.subject)
