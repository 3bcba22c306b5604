"""Fields on which something lies are told by what their blocks differ by."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from acceptance.scene import marked


def field(level: float, seed: int) -> Any:
    """Make the view of a noisy field of two frames."""
    codes = np.random.default_rng(seed).normal(level, 1.5, (2, 40, 60))
    return SimpleNamespace(luma=np.rint(codes).astype(np.uint8))


def test_writing_across_a_field_marks_it_and_no_other() -> None:
    fields = [field(20.0 * number + 30, number) for number in range(8)]
    assert marked.free(fields, 1) == fields
    fields[3].luma[:, 18:24, 20:50] = 235
    assert marked.free(fields, 1) == fields[:3] + fields[4:]


def test_light_that_falls_over_all_fields_marks_none() -> None:
    fall = np.linspace(0.9, 1.1, 60)
    fields = [field(20.0 * number + 40, number) for number in range(8)]
    for view in fields:
        view.luma = np.rint(view.luma * fall).astype(np.uint8)
    assert marked.free(fields, 1) == fields


def test_where_no_field_has_noise_half_a_code_is_none() -> None:
    assert not marked.marked([0.0, 0.0, 0.0, 0.4], 1).any()
    assert marked.marked([0.0, 0.0, 0.0, 0.6], 1).tolist() == [False, False, False, True]
    assert not marked.marked([0.0, 0.0, 0.0, 0.6], 4).any()
    assert marked.marked([], 1).size == 0
