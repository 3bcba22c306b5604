"""When a clip says that it was filmed: its creation time as a day in China, or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from acceptance.footage import container
from acceptance.model import Shot
from acceptance.session import intake

if TYPE_CHECKING:
    from pathlib import Path

SHOT = Shot(id="s", subject="gate", clip="clip.mp4")


def film(path: Path, created: str) -> Path:
    """Write a clip of two frames that states this creation time, or none."""
    with av.open(str(path), "w") as made:
        if created:
            made.metadata["creation_time"] = created
        stream = made.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(2):
            picture = av.VideoFrame.from_ndarray(np.zeros((72, 64), np.uint8), format="yuv420p")
            made.mux(stream.encode(picture))
        made.mux(stream.encode())
    return path


@pytest.mark.parametrize(
    ("created", "day"),
    [
        ("2026-11-20T08:00:00Z", "2026-11-20"),
        ("2026-11-20T15:59:59Z", "2026-11-20"),
        ("2026-11-20T16:00:00Z", "2026-11-21"),  # past midnight in China
        ("1970-01-01T00:00:00Z", ""),  # a clock that nobody set
        ("", ""),
    ],
)
def test_the_day_of_a_clip_is_that_of_its_creation_time_in_china(
    tmp_path: Path, created: str, day: str
) -> None:
    film(tmp_path / "clip.mp4", created)
    assert container.day_of(tmp_path / "clip.mp4") == day
    shot = intake.dated(SHOT, tmp_path)
    assert (shot.filmed, shot.filmed_by) == (day, "clip" if day else "")


def test_the_day_that_the_plan_states_comes_first(tmp_path: Path) -> None:
    film(tmp_path / "clip.mp4", "2026-11-20T08:00:00Z")
    shot = intake.dated(replace(SHOT, filmed="2026-11-18"), tmp_path)
    assert (shot.filmed, shot.filmed_by) == ("2026-11-18", "plan")
