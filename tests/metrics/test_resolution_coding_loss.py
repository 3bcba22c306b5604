"""What a coder may take off edges and wedges, by its quantiser and by the blocks they rest on."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from acceptance.footage.stated_steps import StatedSteps
from acceptance.metrics.resolution import coding_loss
from acceptance.metrics.resolution.coding_loss import CodingLoss


def seen(
    codec: str, quantiser: float | None = None, depth: int = 8, steps: StatedSteps | None = None
) -> tuple[Any, Any]:
    """Make a scene of a codec and a view coded with a quantiser."""
    each = () if quantiser is None else (quantiser,)
    return (
        SimpleNamespace(
            video=SimpleNamespace(
                codec=codec, depth=depth, steps=steps, coded_before=None, scaling=None
            )
        ),
        SimpleNamespace(detail=each, luma=np.zeros((1, 64, 80)), place=None),
    )


def test_chance_counts_less_the_more_blocks_there_are_and_what_is_alike_does_not() -> None:
    loss = CodingLoss(0.3, 0.4)
    assert loss.share(0.1, 1) == pytest.approx(0.1 * 0.5)
    assert loss.share(0.1, 4) == pytest.approx(0.1 * math.hypot(0.3, 0.2))
    assert loss.share(0.1, 1e9) == pytest.approx(0.1 * 0.3)
    assert loss.share(0.1, 0) == loss.share(0.1, coding_loss.FEWEST_BLOCKS)


def test_blocks_are_counted_along_an_edge() -> None:
    _, view = seen("h264")
    assert coding_loss.blocks_along(view, "horizontal") == 8
    assert coding_loss.blocks_along(view, "vertical") == 10


def test_what_is_not_quantised_has_no_line() -> None:
    assert coding_loss.coarseness(*seen("h264", 0.0), 100) == 0
    assert coding_loss.coarseness(*seen("ffv1"), 100) == 0
    assert coding_loss.coding(0.0) == []


@pytest.mark.parametrize(("depth", "quantiser"), [(8, 24.0), (10, 36.0)])
def test_ten_bits_are_as_coarse_as_eight_of_the_same_quality(depth: int, quantiser: float) -> None:
    """A decoder counts quantisers of 10 bits from the finest on: 12 more for steps of 4 codes."""
    step = 100 * 2 ** (depth - 8)
    found = coding_loss.coarseness(*seen("h264", quantiser, depth), step, "mtf10")
    assert found == pytest.approx(10 / 100)


def test_loss_grows_with_the_step() -> None:
    """QP 30 quantises by 20."""
    for figure in ("mtf10", "wedge"):
        assert coding_loss.coarseness(*seen("h264", 30.0), 50, figure) == pytest.approx(20 / 50)


@pytest.mark.parametrize(
    ("codec", "quantiser", "steps", "step"),
    [("h264", 30.0, None, 20), ("hevc", None, StatedSteps(20.0, 20.0), 0.8 * 20)],
)
def test_scaling_lists_make_detail_as_much_coarser(
    codec: str, quantiser: float | None, steps: StatedSteps | None, step: float
) -> None:
    scene, view = seen(codec, quantiser, steps=steps)
    scene.video.scaling = 1.5
    assert coding_loss.coarseness(scene, view, 50, "wedge") == pytest.approx(1.5 * step / 50)


def test_frames_count_by_the_mean_of_their_steps() -> None:
    """An edge is that of their mean; QP 24 and 36 quantise by 10 and 40."""
    scene, view = seen("h264", 24.0)
    view.detail = (24.0, 36.0)
    assert coding_loss.coarseness(scene, view, 100, "wedge") == pytest.approx(25 / 100)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_of_mtf50_coders_that_filter_take_more_than_in_proportion(codec: str) -> None:
    """A step four times as coarse takes 7 times as much; of JPEG four times."""
    fine, coarse = (
        coding_loss.coarseness(
            *seen(codec, 24.0 + more if codec == "h264" else None, steps=StatedSteps(step, step)),
            100,
        )
        for more, step in ((0, 10.0), (12, 40.0))
    )
    assert coarse == pytest.approx(4 ** (1 + coding_loss.POWER) * fine)
    fine, coarse = (
        coding_loss.coarseness(*seen("mjpeg", steps=StatedSteps(step, step)), 100)
        for step in (10.0, 40.0)
    )
    assert coarse == pytest.approx(4 * fine)


def test_a_coder_that_does_not_tell_counts_as_a_coarse_one() -> None:
    fine, untold = (
        coding_loss.coarseness(*seen(codec, 24.0 if codec == "h264" else None), 200, "mtf10")
        for codec in ("h264", "hevc")
    )
    assert untold == pytest.approx(2.2 * fine)


def test_the_steps_that_a_stream_states_count() -> None:
    found = coding_loss.coarseness(*seen("mjpeg", steps=StatedSteps(8, 24)), 100)
    assert found == pytest.approx(0.9 * 24 / 100)


@pytest.mark.parametrize("step", [5.5, 22.0, 88.0])
def test_h265_takes_a_share_of_what_h264_takes_at_any_step(step: float) -> None:
    for name, share in coding_loss.H265.items():
        own = StatedSteps(step, step)
        coarse = coding_loss.coarseness(*seen("hevc", steps=own), 100, name)
        power = 1 + coding_loss.POWER if name == "mtf50" else 1.0
        h264 = coding_loss.coarseness(*seen("h264", 6 * math.log2(step / 0.625)), 100, name)
        assert coarse == pytest.approx(share**power * h264)


def test_a_coder_that_does_not_tell_counts_as_one_of_22_codes() -> None:
    for name in ("mtf10", "wedge"):
        for codec in ("h264", "hevc"):
            assert coding_loss.coarseness(*seen(codec), 100, name) == pytest.approx(0.22)


def test_a_sharp_edge_loses_more_of_its_mtf50() -> None:
    """The finer the contrast that it rests on; that of MTF10 is fine anyway."""
    soft, usual, sharp = (coding_loss.of_edge("mtf50", at, 0.1, 4) for at in (0.1, 0.2, 0.45))
    assert sharp == pytest.approx(2.25 * usual)
    assert soft == pytest.approx(0.75 * usual)
    assert coding_loss.of_edge("mtf10", 0.3, 0.1, 4) == coding_loss.of_edge("mtf10", 0.6, 0.1, 4)


def test_what_is_taken_of_an_edge_is_what_simulation_showed() -> None:
    """Parts of all blocks and of a single one, over four blocks (docs/metrics/resolution.md)."""
    for name, common, single in (("mtf50", 0.22, 0.5), ("mtf10", 0.42, 1.35)):
        found = coding_loss.of_edge(name, 0.2, 0.1, 4)
        assert found == pytest.approx(0.1 * math.hypot(common, single / 2))


def test_what_is_taken_of_a_wedge_is_what_simulation_showed() -> None:
    assert coding_loss.OF_WEDGE.share(0.1, 4) == pytest.approx(0.1 * math.hypot(0.22, 0.14))


@pytest.mark.parametrize(("height", "step"), [(0.0, 1.0), (0.5, 1.0), (1.5, 1.5)])
def test_a_step_counts_as_a_code_at_least(height: float, step: float) -> None:
    """QP 24 quantises by 10."""
    assert coding_loss.coarseness(*seen("h264", 24.0), height, "mtf10") == pytest.approx(10 / step)


def test_a_coder_that_does_not_tell_counts_alike_in_codes_of_ten_bits() -> None:
    assert coding_loss.coarseness(*seen("hevc", None, 10), 400, "wedge") == pytest.approx(22 / 100)


def test_older_coders_count_by_two_scales_a_step_and_a_third_more() -> None:
    assert coding_loss.coarseness(*seen("mpeg4", 4.0), 100) == pytest.approx(1.3 * 8 / 100)


def test_h265_counts_by_the_quantiser_of_its_units_as_h264_does() -> None:
    """QP 36 of 10 bits quantises by 40 of 1024 codes, which are 10 of 256; 0 is no lossless one."""
    of_bars = coding_loss.coarseness(*seen("hevc", 36.0, 10), 400, "wedge")
    assert of_bars == pytest.approx(0.8 * 10 / 100)
    assert coding_loss.coarseness(*seen("hevc", 0.0), 100, "wedge") > 0


def test_h265_of_ten_bits_takes_by_four_times_the_step() -> None:
    of_bars = coding_loss.coarseness(*seen("hevc", None, 10, StatedSteps(120, 120)), 400, "wedge")
    assert of_bars == pytest.approx(0.8 * 30 / 100)


def test_half_a_block_is_the_least_that_a_figure_rests_on() -> None:
    loss = CodingLoss(0.3, 0.4)
    assert loss.share(0.1, 0.5) == pytest.approx(0.1 * math.hypot(0.3, 0.4 * math.sqrt(2)))
    assert loss.share(0.1, 0.1) == loss.share(0.1, 0.5)


def falling(places: list[float], modulations: list[float], **crossings: float) -> Any:
    """Make a result whose MTF is straight between some places."""
    frequencies = np.arange(257) / 256
    mtf = np.interp(frequencies, places, modulations)
    return SimpleNamespace(frequencies=frequencies, mtf=mtf, **crossings)


def test_an_mtf_is_as_flat_as_it_falls_from_above_a_crossing_beside_a_gaussians() -> None:
    """Straight ones from 0.6 at 0.2 to 0.5 at 0.3 cycle/px, from 0.15 at 0.5 to 0.1 at 0.75."""
    mtf = falling([0, 0.2, 0.3, 0.5, 0.75, 1], [1, 0.6, 0.5, 0.15, 0.1, 0], mtf50=0.3, mtf10=0.75)
    for name, high, low in (("mtf50", 0.6, 0.5), ("mtf10", 0.15, 0.1)):
        usual = 1 - math.sqrt(math.log(high) / math.log(low))
        assert coding_loss.flatness(mtf, name) == pytest.approx(1 / 3 / usual, rel=0.02)


def test_an_mtf_that_falls_as_a_gaussians_or_faster_is_not_flat() -> None:
    gaussian = np.exp(-5 * (np.arange(257) / 256) ** 2)
    usual: Any = SimpleNamespace(frequencies=np.arange(257) / 256, mtf=gaussian)
    usual.mtf50, usual.mtf10 = (math.sqrt(-math.log(level) / 5) for level in (0.5, 0.1))
    steep = falling([0, 0.39, 0.4, 0.41, 1], [1, 0.9, 0.5, 0.05, 0], mtf50=0.4, mtf10=0.409)
    for name in ("mtf50", "mtf10"):
        assert coding_loss.flatness(usual, name) == pytest.approx(1, abs=1e-3)
        assert coding_loss.flatness(steep, name) == 1
