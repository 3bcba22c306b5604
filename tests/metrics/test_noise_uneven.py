"""What a coder makes of small fields seems uneven light, and is refused as what it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from acceptance.metrics import noise
from acceptance.model import Note, Shot
from acceptance.scene import build
from acceptance.simulate import even_surface
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from pathlib import Path

SIDE, LIGHT = 24, (0.03, 0.08, 0.2, 0.5)
H264, VP9 = {"codec": "libx264", "crf": 32}, {"codec": "libvpx-vp9", "crf": 58}
LOSSLESS = {"codec": "libx264", "crf": 0}


def reasons(folder: Path, fall: float, **coder: Any) -> list[str]:
    """Film four rows of twelve small fields and return why those are refused that seem uneven.

    The light falls by ``fall`` within the right half of each.
    """
    shown, regions = np.full((180, 400), 0.35, np.float32), {}
    lit = 1 - fall * np.clip(np.arange(SIDE) / (SIDE - 1) * 2 - 1, 0, 1)
    for row, light in enumerate(LIGHT):
        for column in range(12):
            top, left = 8 + 43 * row, 4 + 33 * column
            shown[top : top + SIDE, left : left + SIDE] = light * lit
            regions[f"flat.{row}_{column}"] = (float(left), float(top), float(SIDE), float(SIDE))
    camera = Camera(
        width=400, height=180, noise=0.008, fixed_noise=0.003, black=0.0, white=0.9, seed=1, **coder
    )
    even_surface.film_field(camera, folder / "film.mkv", shown, 0.3)
    shot = Shot(id="s", subject="c", clip="film.mkv", regions=regions)
    found = noise.measure(build.look(shot, folder))
    wanted = [item for item in found if item.quantity == "noise.snr_patch"]
    codes = [item.reason.code for item in wanted if isinstance(item, Note)]
    return [code for code in codes if code.startswith("uneven")]


@pytest.mark.film
@pytest.mark.parametrize("coder", [H264, VP9])
def test_even_fields_that_a_coder_made_uneven_are_not_put_down_to_the_light(
    tmp_path: Path, coder: dict[str, Any]
) -> None:
    """Of 48 at least half are refused, as a slope of the light that looks alike would be."""
    found = reasons(tmp_path, 0.0, **coder)
    assert len(found) >= 24
    assert found.count("uneven_or_coded") >= 0.8 * len(found)


@pytest.mark.film
@pytest.mark.parametrize("coder", [LOSSLESS, H264, VP9])
def test_light_that_falls_by_half_is_named_whatever_the_coder(
    tmp_path: Path, coder: dict[str, Any]
) -> None:
    """All 48 are refused, without a coder for the light alone."""
    found = reasons(tmp_path, 0.5, **coder)
    assert len(found) == 48
    assert found.count("uneven_light") >= (48 if coder is LOSSLESS else 24)
