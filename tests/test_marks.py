"""Every test is in the runs that the Makefile says; a film is made once and cannot be spoiled."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import kept_films
import marks
import measured_once
import numpy as np
import pytest

from acceptance.charts import definition, drawing
from acceptance.footage import encode
from acceptance.model import Shot
from acceptance.scene import build, stills
from acceptance.session import measuring
from acceptance.simulate import films, sheets
from acceptance.simulate.camera import Camera

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
CI = (ROOT / ".ci" / "run").read_text("utf-8")
TINY = Camera(width=64, height=36, crf=0)
# Not one of their tests is in `make test`: they show that scripts for the documents still run, or
# need a camera of another author, which `make test-slow` alone installs.
ONLY_SLOW = ("tests/test_benchmarks.py", "tests/live/test_onvif_ipycam.py")


def chosen_by(target: str) -> set[str]:
    """Choose from all collected tests as a target of the Makefile does."""
    recipe = MAKEFILE.partition(f"\n{target}: ")[2].partition("\n\n")[0]
    [asked] = re.findall(r'-m ("[^"]+"|\w+)', recipe)
    words = asked.strip('"').split(" and ")
    wanted = {word for word in words if not word.startswith("not ")}
    unwanted = {word.removeprefix("not ") for word in words} - wanted
    return {
        name
        for name, marked in marks.collected.items()
        if wanted <= marked and not unwanted & marked
    }


def test_each_test_is_in_one_of_two_runs_and_the_quick_run_is_part_of_the_first() -> None:
    usual, slow, quick = (chosen_by(target) for target in ("test", "test-slow", "test-quick"))
    assert usual | slow == set(marks.collected)
    assert not usual & slow
    assert quick <= usual
    assert all(f"\nscripts/ci-tests {target}\n" in CI for target in ("test", "test-slow"))


def test_what_is_slow_repeats_a_test_that_is_not() -> None:
    """Of every test function some case is in ``make test``: nothing is proved in CI only."""
    cases: dict[str, list[bool]] = defaultdict(list)
    for name, marked in marks.collected.items():
        cases[name.partition("[")[0]].append("slow" in marked)
    alone = {name for name, slow in cases.items() if all(slow)}
    assert {name for name in alone if not name.startswith(ONLY_SLOW)} == set()


def test_the_first_row_of_each_kind_is_quick() -> None:
    made = marks.first_of(["a1", "b1", "a1", "b2", "c1"], lambda row: row[0])
    assert [row if isinstance(row, str) else row.values for row in made] == [
        "a1", "b1", ("a1",), ("b2",), "c1",
    ]  # fmt: skip


def by_way_of(folder: Path) -> None:
    films.film_chart(TINY, definition.load("acceptance"), folder / "a.mp4", 0.04)


@pytest.fixture
def filmed(tmp_path: Path) -> None:
    by_way_of(tmp_path)


@pytest.mark.usefixtures("filmed")
def test_a_test_whose_fixture_films_is_marked_by_itself(request: pytest.FixtureRequest) -> None:
    assert marks.collected[request.node.nodeid] >= {"film"}


def test_filming_without_the_mark_is_a_failure(tmp_path: Path) -> None:
    """Where no code that names the function can be seen."""
    hidden = getattr(films, kept_films.FILMS[0])
    with pytest.raises(pytest.fail.Exception, match=r"mark this test with @pytest\.mark\.film"):
        hidden(TINY, definition.load("acceptance"), tmp_path / "a.mp4", 0.04)


def test_a_film_is_made_once_and_spoiling_it_spoils_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, make = [], kept_films._make
    monkeypatch.setattr(kept_films, "_make", lambda *given: (made.append(1), make(*given)))
    monkeypatch.setattr(kept_films.KEEPER, "folder", tmp_path)
    camera, chart = TINY, definition.load("acceptance")
    first = films.film_chart(camera, chart, tmp_path / "a.mp4", 0.08)
    whole = (tmp_path / "a.mp4").read_bytes()
    (tmp_path / "a.mp4").write_bytes(b"")
    again = films.film_chart(camera, chart, path=tmp_path / "b.mp4", seconds=0.08)
    assert len(made) == 1
    assert (tmp_path / "b.mp4").read_bytes() == whole
    assert again.times == first.times
    films.film_chart(replace(camera, noise=0.02), chart, tmp_path / "c.mp4", 0.08)
    films.film_chart(camera, chart, tmp_path / "d.mkv", 0.08)
    assert len(made) == 3


def test_a_chart_is_drawn_once_for_cameras_that_see_it_alike_and_a_drawing_cannot_be_spoilt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, draw, chart = [], drawing.planes, definition.load("acceptance")
    counted = lambda *given, **named: (made.append(1), draw(*given, **named))[1]  # noqa: E731
    monkeypatch.setattr(drawing, "planes", counted)
    monkeypatch.setattr(kept_films, "DRAWN", {})
    monkeypatch.setattr(kept_films.KEEPER, "functions", kept_films.functions())
    first = sheets.drawn(TINY, chart)
    assert sheets.drawn(replace(TINY, noise=0.02, tilt=5.0), chart) is first
    assert len(made) == 1
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 0
    assert sheets.drawn(replace(TINY, width=5 * TINY.width), chart).shape[1] == 2 * first.shape[1]
    sheets.drawn(TINY, replace(chart, background=0.5))
    assert len(made) == 3


def test_a_film_for_which_a_test_has_changed_the_toolkit_is_not_the_kept_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_films.KEEPER, "folder", tmp_path)
    by_way_of(tmp_path)
    usual, draw = (tmp_path / "a.mp4").read_bytes(), drawing.planes
    monkeypatch.setattr(drawing, "planes", lambda *given, **named: 0.5 * draw(*given, **named))
    by_way_of(tmp_path)
    assert (tmp_path / "a.mp4").read_bytes() != usual


@pytest.mark.film
def test_a_shot_is_measured_once_in_a_run_and_again_where_file_or_toolkit_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time as another process of the run does, which remembers nothing itself."""
    looks, look, clip = [], build.look, tmp_path / "a.mkv"
    monkeypatch.setenv(measured_once.KEPT_IN, str(tmp_path))
    counted = lambda *given, **named: (looks.append(1), look(*given, **named))[1]  # noqa: E731

    def seen(**fields: str) -> build.Scene:
        shot = Shot(**{"id": "a", "subject": "gate", "clip": clip.name, **fields})  # type: ignore[arg-type]
        with monkeypatch.context() as patch:
            patch.setattr(build, "look", counted)
            with measured_once.measured_once():
                scene = build.look(shot, tmp_path)
                assert measuring.measure(scene)[1] == measuring.measure(scene)[1]
                return scene

    film(clip, 90)
    whole = clip.read_bytes()
    first, again = seen(), seen(id="b", subject="yard")
    assert (len(looks), again.shot.id, again.notes[0].shot) == (1, "b", "b")
    assert (again.reference.luma == first.reference.luma).all()
    film(clip, 91)
    assert seen().reference.luma.mean() > first.reference.luma.mean()
    clip.write_bytes(whole)
    assert (seen().reference.luma == first.reference.luma).all()
    assert len(looks) == 2
    seen(tap="screen")
    monkeypatch.setattr(stills, "draw", lambda *_: b"")
    seen()
    assert len(looks) == 4


def film(path: Path, grey: int) -> None:
    """Write four pictures of one grey."""
    pictures = [np.full((48, 64), grey, np.uint8)] * 4
    encode.write(path, pictures, codec="ffv1", pixel_format="gray")
