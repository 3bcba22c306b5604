"""A still scene that freezes.

The stream alone leaves it open, a burnt-in clock that stands tells it.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import outcomes
import pytest
from conftest import benchmark

from acceptance.footage import encode
from acceptance.metrics import faults, frame_rate
from acceptance.model import Measurement, Note, Shot
from acceptance.scene import build

if TYPE_CHECKING:
    from pathlib import Path

overlays = benchmark("overlays")
RATE = Fraction(25, 2)
FROM, FOR = 100, 50  # frames: 8 s into the film, for 4 s


def filmed(path: Path, *, frozen: bool) -> build.Scene:
    """Film a still scene for 20 s at CRF 36, one key frame.

    The source may send one picture over and over for 4 s.
    """
    overlay = overlays.Overlay(
        font="Aileron", height=16, ground="still", noise=1.0, rate=RATE, seconds=20.0
    )
    pictures = list(overlays.frames(overlay))
    if frozen:
        pictures[FROM : FROM + FOR] = [pictures[FROM]] * FOR
    encode.write(path, pictures, rate=RATE, options={"crf": "36", "g": "1000", "threads": "1"})
    return build.look(
        Shot(id="a", subject="camera", clip=path.name, regions={"osd": overlay.region()}),
        path.parent,
    )


@pytest.fixture(scope="module")
def stood(tmp_path_factory: pytest.TempPathFactory) -> build.Scene:
    """Return what is seen of the film that freezes."""
    return filmed(tmp_path_factory.mktemp("film") / "frozen.mp4", frozen=True)


def freeze(seen: build.Scene) -> Measurement | Note:
    """Measure the longest freeze."""
    return next(one for one in faults.measure(seen) if one.quantity == "faults.freeze")


def test_a_clock_that_stands_proves_a_freeze_in_a_still_scene(stood: build.Scene) -> None:
    """From the first second that is overdue to the frame in which the freeze ends.

    That second is at most one after the freeze begins.
    """
    found = freeze(stood)
    assert isinstance(found, Measurement)
    start, end = FROM / float(RATE), (FROM + FOR) / float(RATE)
    first, last = float(str(found.details["first_s"])), float(str(found.details["last_s"]))
    assert start - 0.1 <= first <= start + 1.1
    assert last == pytest.approx(end, abs=1.5 / float(RATE))


def test_frame_rate_counts_the_repeats_of_a_freeze_that_the_clock_told(stood: build.Scene) -> None:
    figures = outcomes.measurements(frame_rate.measure(stood))
    repeated = next(one for one in figures if one.quantity == "frame_rate.repeated")
    assert repeated.lower_bound
    assert FOR - float(RATE) - 1 <= repeated.value <= FOR
    assert any(event.kind == "frozen" for event in repeated.events)


def test_without_the_clock_s_region_the_same_freeze_stays_open(stood: build.Scene) -> None:
    found = freeze(replace(stood, strips={}))
    assert isinstance(found, Note)
    assert found.reason.code == "freeze_undecided"


def test_a_clock_that_runs_does_not_make_a_live_still_scene_frozen(tmp_path: Path) -> None:
    """Nor does it prove the scene live: a camera may write the time over a picture that stands."""
    found = freeze(filmed(tmp_path / "live.mp4", frozen=False))
    assert isinstance(found, Note)
    assert found.reason.code == "freeze_undecided"
