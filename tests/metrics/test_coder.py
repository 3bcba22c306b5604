"""What a coder takes: nothing is taken for lossless that is not known to be."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from acceptance.footage.planes import h264_step
from acceptance.footage.stated_steps import UNTOLD, StatedSteps
from acceptance.metrics._shared.coder import doubt_by_coder, quantiser_step
from acceptance.metrics.resolution import coding_loss


def video(codec: str, depth: int = 8) -> Any:
    return SimpleNamespace(
        codec=codec,
        depth=depth,
        steps=None,
        coded_before=None,
        scaling=None,
    )


def scene(codec: str) -> Any:
    return SimpleNamespace(video=video(codec))


def seen(quantiser: float | None = None) -> Any:
    luma = np.random.default_rng(1).normal(100, 0.6, (4, 40, 40)).round().astype(np.uint8)
    return SimpleNamespace(
        quantiser=quantiser, detail=() if quantiser is None else (quantiser,), luma=luma
    )


@pytest.mark.parametrize("codec", ["ffv1", "png", "rawvideo"])
def test_a_lossless_coder_takes_nothing(codec: str) -> None:
    assert quantiser_step(video(codec), seen()) == 0
    assert doubt_by_coder(video(codec), seen(), seen().luma) == 0
    assert coding_loss.coarseness(scene(codec), seen(), 100.0) == 0


@pytest.mark.parametrize("codec", ["prores", "dnxhd", "vp8", "libdav1d", "h264", "a coder of 2031"])
def test_a_coder_that_tells_no_quantiser_counts_as_a_coarse_one(codec: str) -> None:
    """H.264, too, where its decoder tells none."""
    assert quantiser_step(video(codec), seen()) == 16
    assert doubt_by_coder(video(codec), seen(), seen().luma) > 0
    assert coding_loss.coarseness(scene(codec), seen(), 100.0) > 0


def test_a_told_quantiser_counts_and_codes_of_ten_bits_are_finer() -> None:
    assert quantiser_step(video("h264"), seen(28.0)) == h264_step(28.0)
    assert quantiser_step(video("h264"), seen(0.0)) == 0
    assert quantiser_step(video("mpeg4"), seen(6.0)) == 12
    assert quantiser_step(video("hevc", 10), seen()) == 4 * quantiser_step(video("hevc"), seen())


@pytest.mark.parametrize(("codec", "quantiser"), [("ffv1", None), ("png", None), ("h264", 4.0)])
def test_a_picture_that_was_coded_before_counts_as_coarsely_coded(
    codec: str, quantiser: float | None
) -> None:
    """However finely it is stored; a coarser quantiser of its own still counts."""
    before = scene(codec)
    before.video.coded_before = UNTOLD
    assert quantiser_step(before.video, seen(quantiser)) == 16
    untold = coding_loss.coarseness(before, seen(quantiser), 100.0)
    assert untold == coding_loss.coarseness(scene("prores"), seen(), 100.0)
    if quantiser is not None:
        assert coding_loss.coarseness(before, seen(40.0), 100.0) > untold
        assert quantiser_step(before.video, seen(40.0)) == h264_step(40.0) > 16


@pytest.mark.parametrize(("codec", "quantiser"), [("ffv1", None), ("h264", 20.0)])
def test_a_picture_that_was_a_jpeg_before_is_as_coarse_as_its_steps(
    codec: str, quantiser: float | None
) -> None:
    """Also where it was coded once more by a finer coder; a coarser one counts itself."""
    before = scene(codec)
    before.video.coded_before = StatedSteps(14.0, 20.0)
    assert quantiser_step(before.video, seen(quantiser)) == 14
    coarse = coding_loss.coarseness(before, seen(quantiser), 100.0)
    assert coarse == pytest.approx(0.2)
    if quantiser is not None:
        assert coding_loss.coarseness(before, seen(40.0), 100.0) > coarse


def test_what_h265_filters_says_nothing_of_a_coder_before_it() -> None:
    film = scene("hevc")
    film.video.steps = StatedSteps(5.0, 5.0)
    film.video.coded_before = StatedSteps(20.0, 20.0)
    for figure in ("mtf50", "mtf10", "wedge"):
        assert coding_loss.coarseness(film, seen(), 100.0, figure) == pytest.approx(0.2)
