"""How coarsely the detail of a frame was coded: by its packet, and by those it rests on."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from acceptance.charts import definition
from acceptance.footage.clip import Frame, open_clip
from acceptance.footage.packets import Packet
from acceptance.model import Shot
from acceptance.scene import build, coded_detail
from acceptance.simulate import Camera
from acceptance.simulate import films as simulated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SIZES = (9000, 100, 100, 800, 6000, 100, 2900, 0)
KEYS = (0, 4)


def opened(asked: list[int], keys: Mapping[int, float] | None = None) -> Any:
    """Make a clip of packets with two key frames, whose quantisers it tells if ``keys`` has any."""

    class Opened:
        packets = tuple(
            Packet(time=Fraction(at, 25), size=size, key=at in KEYS)
            for at, size in enumerate(SIZES)
        )

        def quantisers_apart(self, times: Mapping[int, Fraction]) -> dict[int, Any]:
            asked.extend(times)
            return {at: np.full((2, 3), (keys or {})[at]) for at in times if at in (keys or {})}

    return Opened()


def frame(at: int, quantiser: float | None) -> Frame:
    blocks: Any = None if quantiser is None else np.full((2, 3), quantiser)
    return Frame(
        index=at,
        time=Fraction(at, 25),
        key=at in KEYS,
        luma=np.zeros((32, 48), np.uint8),
        cb=None,
        cr=None,
        quantisers=blocks,
    )


def details(*kept: Frame, keys: Mapping[int, float] | None = None) -> list[float]:
    """Return the detail of the frames; all of their blocks are alike."""
    found = coded_detail.with_detail(opened([], keys), kept)
    return [float(np.unique(each.detail)[0]) for each in found if each.detail is not None]


def test_a_frame_that_mends_little_is_nearly_as_coarse_as_its_key_frame() -> None:
    """9000 bytes at 34, counted three times, then 200 at 38 and 800 at 26."""
    found = details(frame(0, 34.0), frame(2, 38.0), frame(3, 26.0))
    before = (27000 * 34 + 200 * 38) / 27200
    assert found == pytest.approx([34, before, (27200 * before + 800 * 26) / 28000])


def test_a_key_frame_begins_anew() -> None:
    found = details(frame(0, 40.0), frame(3, 40.0), frame(4, 20.0), frame(5, 20.0))
    assert found == pytest.approx([40, 40, 20, 20])


def test_a_key_frame_that_was_not_kept_is_asked_for() -> None:
    asked: list[int] = []
    kept = [frame(3, 26.0), frame(6, 25.0), frame(7, 25.0)]
    coded_detail.with_detail(opened(asked), kept)
    assert sorted(asked) == [0, 4]
    first, second, last = details(*kept, keys={0: 34.0, 4: 31.0})
    assert first == pytest.approx((27000 * 34 + 1000 * 26) / 28000)
    assert second == last == pytest.approx((18000 * 31 + 3000 * 25) / 21000)


def test_where_the_key_frame_tells_nothing_a_frame_is_as_coarse_as_it_says() -> None:
    assert details(frame(3, 26.0), frame(6, 25.0)) == pytest.approx([26, 25])
    assert details(frame(7, 30.0)) == pytest.approx([30])


def test_packets_of_many_megabytes_count_as_they_are() -> None:
    """A stream without further key frames: decoders give quantisers of 32 bits."""
    clip: Any = opened([])
    clip.packets = tuple(Packet(time=Fraction(at, 25), size=10**9, key=at == 0) for at in range(10))
    whole: Any = np.full((2, 3), 30, np.int32)
    found = coded_detail.with_detail(clip, [replace(frame(9, 30.0), quantisers=whole)])
    assert found[0].detail is not None
    assert found[0].detail == pytest.approx(np.full((2, 3), 30.0))


@pytest.mark.parametrize("times", [(0, 1, 2, 0, 1, 2), (0, 1, 1, 2, 3, 4), ()])
def test_where_times_do_not_rise_a_frame_is_as_coarse_as_it_says(times: tuple[int, ...]) -> None:
    """As of files that were joined: which packet is whose is not known."""
    clip: Any = opened([])
    clip.packets = tuple(Packet(time=Fraction(at, 25), size=900, key=not at) for at in times)
    found = coded_detail.with_detail(clip, [frame(1, 40.0), frame(2, 20.0)])
    assert [float(np.mean(each.detail)) for each in found if each.detail is not None] == [40, 20]


def test_frames_without_quantisers_have_none_of_their_detail_and_ask_for_none() -> None:
    asked: list[int] = []
    found = coded_detail.with_detail(opened(asked), [frame(0, None), frame(5, None)])
    assert [each.detail for each in found] == [None, None]
    assert not asked


def test_frames_of_which_each_is_a_key_frame_are_as_coarse_as_they_say() -> None:
    clip: Any = opened([])
    clip.packets = tuple(Packet(time=each.time, size=50, key=True) for each in clip.packets)
    found = coded_detail.with_detail(clip, [frame(2, 30.0), frame(5, 20.0)])
    assert [float(np.unique(each.detail)[0]) for each in found if each.detail is not None] == [
        30,
        20,
    ]


def test_a_film_of_a_short_bit_rate_is_coarser_than_its_frames_state(tmp_path: Path) -> None:
    """Two seconds of a chart that stands, 0.02 bit a pixel: 4 QP between them and more."""
    camera = Camera(width=640, height=360, noise=0.008, bit_rate=115_000, seed=3)
    path = tmp_path / "film.mkv"
    simulated.film_chart(camera, definition.load("acceptance"), path, 2.0)
    seen = build.look(Shot(id="film", subject="camera", clip=path.name), tmp_path)
    edges = [view for view in seen.views.values() if view.region.kind == "edge"]
    stated = np.mean([view.quantiser for view in edges])
    coded = np.mean([view.detail for view in edges])
    assert coded > stated + 2


def test_key_frames_of_a_clip_whose_frames_cannot_be_told_apart_are_not_asked_for(
    tmp_path: Path,
) -> None:
    path = tmp_path / "film.mkv"
    camera = Camera(width=320, height=180, codec="libx265", seed=1)
    simulated.film_chart(camera, definition.load("acceptance"), path, 0.4)
    assert open_clip(path).quantisers_apart({0: Fraction(0)}) == {}
