"""Every second row or column that is made of others is known by the bars of a wedge."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import av
import av.filter
import cv2
import numpy as np
import pytest
from marks import slow

from acceptance.charts import definition
from acceptance.metrics import resolution
from acceptance.metrics.resolution import bar_images, sampling
from acceptance.model import Note, Shot
from acceptance.scene import build
from acceptance.scene.views import View
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

WIDE, LONG = 90, 160  # px of a wedge
START, RISE = 0.05, 0.0045  # cycles a px, and by how much more from line to line


def bars(blur: float = 0.0, off: float = 0.0) -> Array:
    """Draw bars, 9 beside each other, that get finer along a wedge (LONG, WIDE), each a sine.

    ``blur`` is the sigma of a Gaussian, px; even rows across the bars are taken ``off`` px too far
    to one side, and odd ones to the other.
    """
    x, y = np.meshgrid(np.arange(WIDE) - WIDE / 2, np.arange(LONG))
    cycles = START + RISE * y
    places = x + np.where(np.arange(WIDE) % 2, off, -off)
    contrast = 80 * np.exp(-2 * (np.pi * blur * cycles) ** 2)
    return np.asarray(128 + contrast * np.cos(2 * np.pi * cycles * places + np.pi))


def seen(frames: Array, axis: int, *, stable: bool = True) -> View:
    """Make a view of frames (n, LONG, WIDE) of bars, turned so that they resolve along ``axis``."""
    noise = np.random.default_rng(6).normal(0, 2, frames.shape)
    luma = np.rint(frames + noise).astype(np.uint8)
    turned = luma if axis else luma.transpose(0, 2, 1)
    height, width = turned.shape[1:]
    scale = {"bars": 9, "from": START, "to": START + RISE * LONG, "form": "hyperbolic"}
    region: Any = SimpleNamespace(
        printed=scale,
        rect=(0.0, 0.0, float(width), float(height)),
        direction="horizontal" if axis else "vertical",
        name="wedge",
    )
    place: Any = SimpleNamespace(to_chart=lambda points: points)
    box = (0, 0, width, height)
    return View(luma=turned, cb=None, cr=None, region=region, place=place, box=box, stable=stable)


def mean(before: Array, after: Array) -> Array:
    return (before + after) / 2


def cubic(before: Array, after: Array) -> Array:
    """By the two samples on either side: 9 / 16 and -1 / 16."""
    further = np.roll(before, 1, axis=1) + np.roll(after, -1, axis=1)
    return (9 * (before + after) - further) / 16


def along_edges(before: Array, after: Array) -> Array:
    """By the direction in which both are most alike, up to 2 px aslant."""
    ways = [(np.roll(before, -by, axis=0), np.roll(after, by, axis=0)) for by in range(-2, 3)]
    unlike = np.array([np.abs(one - other) for one, other in ways])
    means = np.array([(one + other) / 2 for one, other in ways])
    return np.asarray(np.take_along_axis(means, unlike.argmin(axis=0)[None], axis=0)[0])


def made(whole: Array, rule: Callable[[Array, Array], Array], kept: int = 0) -> Array:
    """Replace every second column of a wedge (LONG, WIDE) by what a ``rule`` makes of its own."""
    shown = whole.copy()
    own = whole[:, kept::2]
    between = rule(own[:, :-1], own[:, 1:])
    shown[:, kept + 1 :: 2][:, : between.shape[1]] = between
    return shown


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("kept", [0, 1])
@pytest.mark.parametrize("rule", [mean, cubic, along_edges])
def test_rows_made_of_others_are_known_by_whatever_rule(
    rule: Callable[[Array, Array], Array], kept: int, axis: int
) -> None:
    """Down (rows) and across (columns), of either field."""
    expected = (0.5, 1.0) if axis == 0 else (1.0, 0.5)
    assert bar_images.halves([seen(made(bars(), rule, kept)[None], axis)]) == expected


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize(
    "drawn", [bars(), bars(blur=0.8), bars(blur=2.0), bars(off=0.1), bars(off=0.2)]
)
def test_bars_whose_rows_are_all_samples_show_nothing(drawn: Array, axis: int) -> None:
    """Sharp, blurred, not resolved so far, or of a sensor whose rows lie unevenly."""
    assert bar_images.halves([seen(drawn[None], axis)]) == (1.0, 1.0)


def test_an_enlargement_by_another_factor_is_not_one_by_two() -> None:
    small = cv2.resize(bars(), (WIDE * 5 // 8, LONG), interpolation=cv2.INTER_AREA)
    large = cv2.resize(small, (WIDE, LONG), interpolation=cv2.INTER_CUBIC)
    assert bar_images.halves([seen(large[None].astype(np.float64), 1)]) == (1.0, 1.0)


def test_fields_that_are_completed_in_turn_are_known_though_their_mean_shows_nothing() -> None:
    fields = [made(bars(), mean, number % 2) for number in range(4)]
    assert bar_images.halves([seen(np.array(fields), 0)]) == (0.5, 1.0)
    assert bar_images.halves([seen(np.mean(fields, axis=0)[None], 0)]) == (1.0, 1.0)


def test_of_a_wedge_that_moves_the_first_frame_tells() -> None:
    frames = np.array([made(bars(), mean), bars(), bars()])
    assert bar_images.halves([seen(frames, 0, stable=False)]) == (0.5, 1.0)
    assert bar_images.halves([seen(frames[1:], 0, stable=False)]) == (1.0, 1.0)


def test_wedges_tell_of_their_own_direction_each_and_unknown_ones_of_none() -> None:
    down, across = (seen(made(bars(), mean)[None], axis) for axis in (0, 1))
    assert bar_images.halves([down, across]) == (0.5, 0.5)
    assert bar_images.halves([replace(down, place=None)]) == (1.0, 1.0)
    assert bar_images.halves([]) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("edges", "zoom", "halves", "expected"),
    [
        ((1.0, 1.0), 1.0, (1.0, 1.0), (1.0, 1.0, 1.0)),
        ((1.0, 1.0), 1.0, (0.5, 1.0), (0.5, 1.0, 1.0)),
        ((1.0, 1.0), 1.0, (0.5, 0.5), (1.0, 1.0, 2.0)),
        ((1.0, 1.0), 1.6, (0.5, 1.0), (1.0, 1.0, 1.6)),
        ((1.0, 0.5), 1.6, (0.5, 0.5), (0.5, 0.5, 1.0)),
        ((0.5, 1.0), 1.6, (1.0, 1.0), (0.5, 1.0, 1.0)),
    ],
)
def test_bars_add_to_what_edges_show_and_both_ways_alike_are_a_zoom(
    edges: tuple[float, float], zoom: float, halves: tuple[float, float],
    expected: tuple[float, float, float], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Down, across and the factor; a zoom is asked for where edges show nothing."""
    monkeypatch.setattr(bar_images, "factor", lambda _: zoom)
    monkeypatch.setattr(bar_images, "halves", lambda _: halves)
    assert sampling._by_bars([], *edges) == expected


def completed(source: Path, target: Path, parity: str) -> None:
    """Complete one field of every frame along edges, as FFmpeg's ``estdif`` does."""
    with av.open(str(source)) as found, av.open(str(target), "w") as written:
        stream = found.streams.video[0]
        graph = av.filter.Graph()
        filters = (("estdif", f"mode=frame:deint=all:parity={parity}"), ("buffersink", None))
        last = graph.add_buffer(template=stream, time_base=stream.time_base)
        for each in (graph.add(name, options) for name, options in filters):
            last.link_to(each)
            last = each
        graph.configure()
        out = written.add_stream("ffv1", rate=Fraction(25))
        out.height, out.width, out.pix_fmt = stream.height, stream.width, "yuv420p"
        frames = list(found.decode(stream))
        for frame in (*frames, None):
            graph.push(frame)
        for number in range(len(frames) - 1):  # it looks a frame ahead
            shown = graph.vpull()
            shown.pts, shown.time_base = number, Fraction(1, 25)
            written.mux(out.encode(shown))
        written.mux(out.encode(None))


@pytest.mark.film
@pytest.mark.parametrize("parity", ["tff", slow("bff")])
def test_no_wedge_reads_more_than_one_field_carries(parity: str, tmp_path: Path) -> None:
    """254 TV lines were read where 180 are there; edges across the rows are refused."""
    camera = Camera(width=640, height=360, blur=0.6, noise=0.004, white=0.8, crf=0)
    film_chart(camera, definition.load("acceptance"), tmp_path / "whole.mkv", 0.16)
    completed(tmp_path / "whole.mkv", tmp_path / "film.mkv", parity)
    scene = build.look(Shot(id="s", subject="c", clip="film.mkv", chart="acceptance"), tmp_path)
    found = list(resolution.measure(scene))
    [down] = (item for item in found if item.quantity == "resolution.wedge_vertical")
    assert not isinstance(down, Note)
    assert down.value <= 360 / 2
    assert down.details["limited_by"] == "sampling_limit"
    [along] = (item for item in found if item.quantity == "resolution.wedge_horizontal")
    assert not isinstance(along, Note)
    assert along.value > 300
    edges = [item for item in found if item.quantity == "resolution.vertical"]
    assert {item.reason.code for item in edges if isinstance(item, Note)} == {"doubled"}
    assert all(isinstance(item, Note) for item in edges)
