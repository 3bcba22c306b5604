"""What a metric may see: regions in place, linear light, series of all frames, and gaps."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from acceptance.charts import definition, drawing, finding
from acceptance.errors import PlanError
from acceptance.footage import clip, encode, tone
from acceptance.footage.clip import Packet
from acceptance.model import Shot
from acceptance.scene import build, side_tables, watch
from acceptance.scene.thresholds import THRESHOLDS
from acceptance.scene.thumbnails import Features
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Film
    from numpy.typing import NDArray


def shot_of(path: Path, **fields: object) -> Shot:
    shot = Shot(id="one", subject="device", clip=path.name)
    return replace(shot, **fields)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def chart_scene(chart_film: Film) -> build.Scene:
    return build.look(shot_of(chart_film.path), chart_film.path.parent)


def write_still(path: Path, luma: NDArray[np.uint8]) -> Path:
    encode.write(path, [luma], codec="ffv1", pixel_format="gray")
    return path


def charted(width: int = 1000, pad: int = 40) -> NDArray[np.uint8]:
    """Draw the chart, face on, on a grey ground, as limited-range luma."""
    light = drawing.draw(definition.load("acceptance"), width)[..., 1]
    codes = 16 + 219 * drawing.srgb(light)
    return np.pad(np.rint(codes).astype(np.uint8), pad, constant_values=90)


def test_the_chart_is_found_where_it_was_put(chart_film: Film, chart_scene: build.Scene) -> None:
    """To 0.15 px, which is 1/500 of a region's width; the finder's own tests state its scatter."""
    found, true = np.array(chart_scene.shot.corners[0]), np.array(chart_film.truth.corners)
    assert np.abs(found - true).max() < 0.15


def test_every_region_of_the_chart_has_a_view_that_lies_inside_it(
    chart_film: Film, chart_scene: build.Scene
) -> None:
    chart = definition.load("acceptance")
    assert set(chart_scene.views) == {region.name for region in chart.regions}
    for view in chart_scene.views.values():
        x, y, width, height = view.box
        corners = np.array([[x, y, 1], [x + width - 1, y + height - 1, 1]]).T
        mapped = np.linalg.inv(chart_film.truth.homography) @ corners
        left, top, w, h = view.region.rect
        inside = (mapped[:2] / mapped[2]).T - [left, top]
        assert (inside > -0.1).all()
        assert (inside < [w + 0.1, h + 0.1]).all()


def test_crops_are_bounded_read_only_and_of_native_depth(chart_scene: build.Scene) -> None:
    view = chart_scene.of_kind("flat")[0]
    assert view.luma.shape[0] <= watch.MOST_FRAMES
    assert view.luma.dtype == np.uint8
    assert view.stable
    with pytest.raises(ValueError, match="read-only"):
        view.luma[0, 0, 0] = 1


def test_light_is_linear_by_the_grey_steps(chart_film: Film, chart_scene: build.Scene) -> None:
    """Within 1 % of white: the steps' own means scatter by less than half a code."""
    assert chart_scene.tone == "grey_steps"
    reflectances = np.linspace(0.05, 0.85, 9)
    light = chart_scene.linear(chart_film.truth.camera.luma(reflectances))
    assert np.abs(light - reflectances).max() < 0.01


@pytest.mark.parametrize("transfer", ["bt709", "srgb", "linear", "gamma22"])
def test_without_grey_steps_the_declared_curve_is_undone(transfer: str) -> None:
    signal = np.linspace(0, 1, 101)
    light = tone.inverse_oetf(signal, transfer)
    assert (light[0], light[-1]) == pytest.approx((0, 1))
    assert (np.diff(light) > 0).all()
    if transfer == "bt709":
        assert tone.inverse_oetf(0.081, transfer) == pytest.approx(0.018, abs=1e-4)


def test_the_series_cover_every_frame(chart_film: Film, chart_scene: build.Scene) -> None:
    series = chart_scene.series
    np.testing.assert_allclose(
        series.times, [float(time) for time in chart_film.truth.times], atol=1e-6
    )
    assert series.sizes.sum() > 0
    assert series.keys[0]
    assert np.isnan(series.difference[0])
    assert series.mean.shape == series.times.shape


def test_clock_cells_are_read_in_every_frame(clock_film: Film) -> None:
    shot = shot_of(clock_film.path, arrivals="arrivals.csv", screen_log="screen.csv")
    seen = build.look(shot, clock_film.path.parent)
    cells = seen.series.cells["clock"]
    assert cells.shape == (48, len(watch.clock_cells(definition.load("clock"))))
    assert np.isfinite(cells).all()
    assert seen.series.arrivals is not None
    assert seen.series.arrivals.shape == (48,)
    assert seen.screen_log is not None


def test_a_chart_upside_down_and_a_chart_with_glare_on_a_fiducial_are_found(tmp_path: Path) -> None:
    upright = charted()
    glare = upright.copy()
    glare[45:140, 45:140] = 235
    for name, picture in (
        ("turned.mkv", np.ascontiguousarray(upright[::-1, ::-1])),
        ("glare.mkv", glare),
    ):
        seen = build.look(shot_of(write_still(tmp_path / name, picture)), tmp_path)
        assert seen.chart is not None
        assert len(seen.views) > 50
        assert not seen.notes


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("none", "chart_not_found"),
        ("two", "several_charts"),
        ("small", "chart_too_small"),
        ("cut", "chart_cut_off"),
        ("mirrored", "chart_mirrored"),
    ],
)
def test_what_stands_in_the_way_of_the_chart_becomes_a_note(
    tmp_path: Path, name: str, code: str
) -> None:
    whole = charted()
    pictures = {
        "none": np.full((480, 640), 120, np.uint8),
        "two": np.vstack([whole, whole]),
        "small": np.pad(charted(180, 10), 400, constant_values=90),
        "cut": whole[:, : whole.shape[1] * 3 // 4],
        "mirrored": np.ascontiguousarray(whole[:, ::-1]),
    }
    seen = build.look(shot_of(write_still(tmp_path / f"{name}.mkv", pictures[name])), tmp_path)
    assert [note.reason.code for note in seen.notes if not note.region] == [code]
    assert {note.shot for note in seen.notes} == {"one"}


def test_regions_by_hand_are_seen_beside_or_without_a_chart(tmp_path: Path) -> None:
    path = write_still(tmp_path / "plain.mkv", np.full((480, 640), 120, np.uint8))
    seen = build.look(shot_of(path, regions={"flat_sky": (10, 20, 100, 50)}), tmp_path)
    assert seen.views["flat_sky"].luma.shape == (1, 50, 100)
    assert seen.views["flat_sky"].place is None
    assert not seen.notes


def test_a_region_outside_the_picture_becomes_a_note(tmp_path: Path) -> None:
    path = write_still(tmp_path / "plain.mkv", np.full((480, 640), 120, np.uint8))
    seen = build.look(shot_of(path, regions={"flat": (600, 20, 100, 50)}), tmp_path)
    assert [(note.region, note.reason.code) for note in seen.notes] == [("flat", "region_outside")]


def test_a_region_by_hand_must_say_what_it_shows(tmp_path: Path) -> None:
    path = write_still(tmp_path / "plain.mkv", np.full((480, 640), 120, np.uint8))
    with pytest.raises(PlanError, match="does not say what it shows"):
        build.look(shot_of(path, regions={"thing": (0, 0, 10, 10)}), tmp_path)


def test_a_table_that_cannot_be_read_is_refused_with_its_path(tmp_path: Path) -> None:
    path = write_still(tmp_path / "plain.mkv", np.full((48, 64), 120, np.uint8))
    (tmp_path / "arrivals.csv").write_text("frame,arrival_s\n0,soon\n")
    with pytest.raises(PlanError, match=r"arrivals\.csv: cannot be read"):
        build.look(shot_of(path, arrivals="arrivals.csv"), tmp_path)


@pytest.mark.parametrize(("row", "words"), [("0", "has 1 column"), ("0,1,2", "has 3 columns")])
def test_a_table_of_too_few_or_too_many_columns_is_refused_with_their_number(
    tmp_path: Path, row: str, words: str
) -> None:
    (tmp_path / "arrivals.csv").write_text(f"heading\n{row}\n")
    with pytest.raises(PlanError, match=words):
        side_tables.table(tmp_path, "arrivals.csv", 2)


def test_a_moving_chart_is_followed_and_not_called_stable(tmp_path: Path) -> None:
    picture = charted(800, 60)
    frames = [np.roll(picture, 3 * number, axis=1) for number in range(6)]
    encode.write(tmp_path / "moving.mkv", frames, codec="ffv1", pixel_format="gray")
    seen = build.look(shot_of(tmp_path / "moving.mkv"), tmp_path)
    view = seen.views["centre.edge_horizontal"]
    assert not view.stable
    assert np.abs(view.luma.astype(int) - view.luma[0]).mean() < 1


def test_the_curve_is_printed_with_the_scene(chart_scene: build.Scene) -> None:
    stream = chart_scene.shot.stream
    assert (stream["range"], stream["matrix"], stream["transfer"]) == ("limited", "bt709", "bt709")


def test_the_series_tell_which_share_of_the_pixels_changed(tmp_path: Path) -> None:
    """A tenth of the width changes in one frame, nothing in the next.

    Clipped pixels do not count at key frames.
    """
    first = np.full((80, 100), 100, np.uint8)
    first[40:] = 235
    other = first.copy()
    other[:, :10] = 60
    frames, path = [first, other, other], tmp_path / "steps.mkv"
    encode.write(path, frames, codec="ffv1", pixel_format="gray", options={"g": "1"})
    series = build.look(Shot(id="one", subject="camera", clip="steps.mkv"), tmp_path).series
    assert series.keys.all()
    np.testing.assert_allclose(series.changed, [np.nan, 0.1, 0.0])
    np.testing.assert_allclose(series.key_changed[1:], [(400 + 400) / (4000 + 400), 0.0])


def test_features_follow_the_thresholds_that_are_passed(tmp_path: Path) -> None:
    """A grey of 41 % of the amplitude is white from 40 % on, and not by default."""
    opened = clip.open_clip(write_still(tmp_path / "grey.mkv", np.full((360, 640), 106, np.uint8)))
    for limits, white in ((THRESHOLDS, 0), (replace(THRESHOLDS, white_level=0.4), 100)):
        features = Features(opened.info, limits)
        for frame in opened.frames():
            features.see(frame)
        assert features.columns()["white"].tolist() == [white]


def test_a_clock_that_stands_is_searched_once_in_full_and_one_that_moves_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five seconds; the clock moves by 4 of 640 px after two of them.

    Searches after the first read one copy only.
    """
    camera = Camera(width=640, height=360, crf=20)
    films.film_clock(camera, definition.load("clock"), tmp_path / "clock.mp4", 5.0)
    frames = list(clip.open_clip(tmp_path / "clock.mp4").frames())
    moved = [np.roll(frame.luma, 4 if frame.index >= 50 else 0, axis=1) for frame in frames]
    encode.write(tmp_path / "moved.mp4", moved)
    searched: list[int | None] = []
    find = finding.find

    def counted(luma: Any, wanted: Any, *, copies: int | None = None) -> Any:
        searched.append(copies)
        return find(luma, wanted, copies=copies)

    monkeypatch.setattr(finding, "find", counted)
    for name, shift in (("clock.mp4", 0.0), ("moved.mp4", 4.0)):
        searched.clear()
        opened = clip.open_clip(tmp_path / name)
        seen = watch.Watch(opened, [definition.load("clock")])
        for frame in opened.frames():
            seen.see(frame)
        assert searched == [None, 1, 1]
        [track] = seen.tracks
        last = find(frames[-1].luma, [definition.load("clock")])[0]
        assert np.asarray(track.place.corners) == pytest.approx(
            np.add(last.corners, (shift, 0)), abs=0.2
        )
        assert np.isfinite(track.column(125)).all()


def test_text_and_driven_lights_do_not_have_the_clip_decoded_a_second_time(
    clock_film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor a clock; a patch that is measured does, for how coarsely it was coded."""
    asked: list[object] = []
    monkeypatch.setattr(clip.Clip, "quantisers", lambda _, times: asked.append(times) or {})
    box = (0.0, 0.0, 40.0, 40.0)
    for regions in ({}, {"osd": box}, {"lamp.sequence": box}):
        build.look(replace(shot_of(clock_film.path), regions=regions), clock_film.path.parent)
    assert asked == []
    build.look(replace(shot_of(clock_film.path), regions={"flat": box}), clock_film.path.parent)
    assert len(asked) == 1


def test_the_film_of_a_named_chart_is_decoded_once_and_says_how_coarsely_it_was_coded(
    chart_film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the name, or where it is long, a few frames are decoded apart, to the same ones."""
    shot, folder = shot_of(chart_film.path), chart_film.path.parent
    twice = build.look(replace(shot, chart=""), folder)
    with monkeypatch.context() as patched:
        patched.setattr(build, "SHORT", 0)
        long = build.look(replace(shot, chart="acceptance"), folder)
    assert np.array_equal(long.reference.quantisers, twice.reference.quantisers)
    assert long.shot.stream["qp"] == twice.shot.stream["qp"]
    monkeypatch.setattr(clip.Clip, "quantisers", None)
    once = build.look(replace(shot, chart="acceptance"), folder)
    assert once.shot.stream["qp"] == twice.shot.stream["qp"]
    assert np.array_equal(once.reference.quantisers, twice.reference.quantisers)


def test_boxes_in_line_are_summed_together_as_each_one_alone() -> None:
    """Some in line, one alone, one partly and one wholly outside, one tall; 8 and 16 bit."""
    random = np.random.default_rng(5)
    boxes = [
        (40, 10, 7, 5),
        (3, 10, 9, 5),
        (20, 10, 4, 5),
        (8, 30, 6, 3),
        (58, 40, 9, 30),
        (70, 2, 5, 5),
    ]
    # every third row, as many of either field, about the middle
    tall = (30, 2, 6, 40), slice(2, 42, 3)
    for kind, top in ((np.uint8, 256), (np.uint16, 1024)):
        pictures = random.integers(0, top, (3, 48, 64)).astype(kind)
        parts = [pictures[:, y : y + height, x : x + width] for x, y, width, height in boxes]
        parts.append(pictures[:, tall[1], 30:36])
        read = watch.Boxes([*boxes, tall[0]], (64, 48))
        sums = read.sums([read.profiles(luma) for luma in pictures])
        np.testing.assert_array_equal(sums.T, [part.sum(axis=(1, 2)) for part in parts])
        np.testing.assert_array_equal(read.areas, [part[0].size or np.nan for part in parts])


def read_down(codes: np.ndarray) -> float:
    """Read a box as high as ``codes`` (h,) of its rows."""
    boxes = watch.Boxes([(2, 3, 5, len(codes))], (20, len(codes) + 9))
    picture = np.full((len(codes) + 9, 20), 9, np.uint16)
    picture[3 : 3 + len(codes), 2:7] = codes[:, None]
    return float(boxes.sums([boxes.profiles(picture)])[0, 0] / boxes.areas[0])


def test_some_rows_of_a_box_stand_for_its_middle_and_for_both_of_its_fields() -> None:
    """Rows that are exposed one after the other make a ramp in time."""
    for height in range(28, 121):
        rows = np.arange(height)
        middle = read_down(3 * rows) / 3 - (height - 1) / 2
        fields = read_down(200 * (rows % 2))
        if height % 2 == 0:
            assert (middle, fields) == (0, 100)
        elif height > 30:
            assert abs(middle) <= 0.5
            assert fields == 100
    assert read_down(np.arange(29)) == 14, "a low one is read whole"


@pytest.mark.parametrize(
    ("came", "shown", "kept"),
    [
        ([5, 6, 7, 8], [0.0, 0.04, 0.08, 0.12], [5, 6, 7, 8]),
        ([5, 6, 7, 8, 9], [0.0, 0.04, 0.08, 0.12], [5, 6, 7, 8]),  # killed
        ([5, 6, 7, 8], [0.0, 0.12], [5, 8]),  # behind a loss
        ([5, 6, 7], [0.0, 0.04], [5, 6, 7]),  # what fits nothing is refused by who uses it
        ([5, 6, 7, 8], [0.0, 0.05], [5, 6, 7, 8]),
        ([5, 6, 7, 8], [0.0, 0.16], [5, 6, 7, 8]),
    ],
)
def test_frames_that_cannot_be_decoded_take_their_arrivals_with_them(
    came: list[int], shown: list[float], kept: list[int], tmp_path: Path
) -> None:
    lines = [f"{number},{moment}" for number, moment in enumerate(came)]
    (tmp_path / "a.csv").write_text("\n".join(["frame,arrival_s", *lines, ""]))
    coded = [Packet(time=Fraction(index, 25), size=1, key=True) for index in range(4)]
    shot = Shot(id="a", subject="s", clip="a.mp4", arrivals="a.csv")
    found = side_tables.of_frames(shot, tmp_path, coded, shown)
    assert found is not None
    assert found.tolist() == kept


def test_a_shot_without_arrivals_has_none(tmp_path: Path) -> None:
    shot = Shot(id="a", subject="s", clip="a.mp4")
    assert side_tables.of_frames(shot, tmp_path, [], []) is None
