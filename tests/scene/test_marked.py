"""Fields on which something lies are told by what their blocks differ by."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from acceptance.scene import marked
from acceptance.scene.code_range import CodeRange


def step(codes: Any, level: float) -> Any:
    """Make the view of a step that is printed as light as its level, in codes, says."""
    region = SimpleNamespace(reflectance=level / 255)
    return SimpleNamespace(luma=np.rint(codes).astype(np.uint8), region=region)


def field(level: float, seed: int) -> Any:
    """Make the view of a noisy field of two frames."""
    return step(np.random.default_rng(seed).normal(level, 1.5, (2, 40, 60)), level)


def free(fields: list[Any], unit: float) -> list[Any]:
    """Return the fields on which nothing lies, by a camera whose codes are its light."""
    return marked.free(fields, unit, lambda codes: np.asarray(codes / 255, np.float64))


def test_writing_across_a_field_marks_it_and_no_other() -> None:
    fields = [field(20.0 * number + 30, number) for number in range(8)]
    assert free(fields, 1) == fields
    fields[3].luma[:, 18:24, 20:50] = 235
    assert free(fields, 1) == fields[:3] + fields[4:]


def test_light_that_falls_over_all_fields_marks_none() -> None:
    fall = np.linspace(0.9, 1.1, 60)
    fields = [field(20.0 * number + 40, number) for number in range(8)]
    for view in fields:
        view.luma = np.rint(view.luma * fall).astype(np.uint8)
    assert free(fields, 1) == fields


def test_a_faint_lamp_in_one_step_marks_it_as_it_is_off_its_neighbours_too() -> None:
    """It adds 5 % of light, and 6 % in its middle: too little to tell of it by its blocks."""
    across = np.exp(-((np.arange(60) - 30.0) ** 2) / 200)
    bump = np.exp(-((np.arange(40)[:, None] - 20.0) ** 2) / 150) * across
    fields = [field(22.0 * number + 40, number) for number in range(9)]
    level = fields[4].region.reflectance * 255
    fields[4] = step(level * (1 + 0.06 * bump) + np.zeros((2, 1, 1)), level)
    assert len(free(fields, 1)) == 8
    uneven = bump - bump[10:30, 15:45].mean()
    fields[4] = step(level * (1 + 0.06 * uneven) + np.zeros((2, 1, 1)), level)
    assert len(free(fields, 1)) == 9


@pytest.mark.filterwarnings("error")
def test_a_step_at_black_hides_no_lamp_in_another() -> None:
    across = np.exp(-((np.arange(60) - 30.0) ** 2) / 200)
    bump = np.exp(-((np.arange(40)[:, None] - 20.0) ** 2) / 150) * across
    fields = [field(22.0 * number + 40, number) for number in range(9)]
    fields[4] = step(128 * (1 + 0.06 * bump) + np.zeros((2, 1, 1)), 128)
    dark = [step(np.zeros((2, 40, 60)), level) for level in (5.0, 9.0)]
    left = free([*fields, *dark], 1)
    assert len(left) == 10
    assert all(view is not fields[4] for view in left)


def test_where_no_field_has_noise_half_a_code_is_none() -> None:
    assert not marked.marked([0.0, 0.0, 0.0, 0.4], 1).any()
    assert marked.marked([0.0, 0.0, 0.0, 0.6], 1).tolist() == [False, False, False, True]
    assert not marked.marked([0.0, 0.0, 0.0, 0.6], 4).any()
    assert marked.marked([], 1).size == 0


@pytest.mark.parametrize("gradient", [0.0, 2.0, 4.0])
@pytest.mark.parametrize("noise", [0.0, 0.4, 2.0])
def test_steps_of_few_bits_are_no_steps_with_writing(gradient: float, noise: float) -> None:
    """A level near a border lies on two codes 8 apart, others on one."""
    random, ramp = np.random.default_rng(7), np.linspace(-gradient / 2, gradient / 2, 60)
    fields: Any = []
    for level in np.linspace(32, 220, 12):
        codes = level + ramp + noise * random.standard_normal((8, 40, 60))
        fields.append(step(np.rint(codes / 8) * 8, float(level)))
    assert free(fields, 8) == fields
    fields[5].luma[:, 18:24, 20:50] = 235
    assert free(fields, 8) == fields[:5] + fields[6:]


@pytest.mark.parametrize(("depth", "apart", "step"), [(8, 1, 1), (8, 8, 8), (10, 1, 4), (10, 4, 4)])
def test_a_step_of_codes_is_that_of_8_bits_or_of_fewer(depth: int, apart: int, step: int) -> None:
    video: Any = SimpleNamespace(depth=depth)
    assert CodeRange(video=video, spacings=(apart, 1.0, 1.0)).code_step == step
