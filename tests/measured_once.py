"""Shots that differ in name alone are measured once: equal cameras of a site share a film."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from acceptance.scene import build
from acceptance.session import measuring

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from acceptance.model import Measurement, Note, Shot
    from acceptance.scene.build import Scene


@contextmanager
def measured_once() -> Iterator[None]:
    """Give to each such shot, meanwhile, what the first of them showed, under its own name."""
    scenes: dict[str, Scene] = {}
    figures: dict[str, tuple[list[Measurement], list[Note]]] = {}
    look, measure = build.look, measuring.measure

    def seen(shot: Shot, folder: Path, **options: Any) -> Scene:
        assert shot.sha256, "of a clip in a session"
        if (asked := _unnamed(shot)) not in scenes:
            scenes[asked] = look(shot, folder, **options)
        scene, own = scenes[asked], {"id": shot.id, "subject": shot.subject, "clip": shot.clip}
        notes = tuple(_of(shot, note) for note in scene.notes)
        return replace(scene, shot=replace(scene.shot, **own), notes=notes)

    def found(scene: Scene, wanted: None = None) -> tuple[list[Measurement], list[Note]]:
        assert wanted is None
        if (asked := _unnamed(scene.shot)) not in figures:
            figures[asked] = measure(scene)
        items, notes = figures[asked]
        return [_of(scene.shot, item) for item in items], [_of(scene.shot, note) for note in notes]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "look", seen)
        patch.setattr(measuring, "measure", found)
        yield


def _unnamed(shot: Shot) -> str:
    return repr(replace(shot, id="", subject="", clip=""))


def _of(shot: Shot, item: Any) -> Any:
    return replace(item, shot=shot.id, subject=shot.subject)
