"""What lies on fields of one tone: by what their parts differ by, by what goes on beside them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from acceptance.scene import hidden
from acceptance.scene.code_range import CodeRange
from acceptance.scene.ground import Samples
from acceptance.scene.hidden import Hidden

SIZE = 40, 60  # px, rows and columns


def scale(levels: Any, *, noise: float = 1.5, frames: int = 2, kind: str = "grey") -> list[Any]:
    """Make views of fields side by side on a chart, printed as light as their levels, in codes."""
    random = np.random.default_rng(7)
    return [
        SimpleNamespace(
            luma=np.clip(np.rint(random.normal(level, noise, (frames, *SIZE))), 0, 255),
            region=SimpleNamespace(name=f"field{at}", kind=kind, reflectance=(level / 255) ** 2.2),
            box=(SIZE[1] * at, 0, SIZE[1], SIZE[0]),
            place=object(),
            stable=True,
        )
        for at, level in enumerate(levels)
    ]


def ground(*codes: float) -> Samples:
    """Make samples of a chart's ground of these codes, and one of its dark fields."""
    of_all = np.array([*codes, 30.0])
    printed = np.array([*(0.75 for _ in codes), 0.03])
    return Samples(places=np.zeros((len(of_all), 2)), codes=of_all, errors=of_all, printed=printed)


EVEN = ground(200.0, 200.0)


def found(
    fields: list[Any], *, depth: int = 8, apart: float = 1.0, light: Samples | None = EVEN
) -> list[Hidden]:
    """Return what is hidden of each field, by a camera whose codes are roots of its light."""
    video: Any = SimpleNamespace(depth=depth, full_range=True, transfer="gamma22", assumed=())
    codes = CodeRange(video=video, spacings=(apart, 1.0, 1.0))
    return list(hidden.found(fields, codes, light).values())


LEVELS = np.arange(30.0, 230.0, 20.0)
FREE = Hidden()


def test_writing_across_a_field_hides_part_of_it_and_of_no_other() -> None:
    fields = scale(LEVELS)
    assert found(fields) == [FREE] * 10
    fields[3].luma[:, 18:24, 20:50] = 235
    seen = found(fields)
    assert seen[3].much
    assert seen[:3] + seen[4:] == [FREE] * 9


@pytest.mark.parametrize("level", [1.0, 210.0])
def test_thin_writing_and_a_small_leaf_are_too_little_for_a_mean_but_not_for_noise(
    level: float,
) -> None:
    """2 px thick, 1 % of the field; a pixel that is hot is the camera's noise."""
    fields = scale(LEVELS[::2])
    fields[2].luma[:, 8:10, 25:37] = level
    fields[3].luma[:, 20, 30] = 255
    seen = found(fields)
    assert seen[2].at_all
    assert not seen[2].much
    assert not seen[3].at_all


def test_light_that_falls_over_all_fields_hides_none() -> None:
    fields = scale(LEVELS)
    for view in fields:
        view.luma = np.rint(view.luma * np.linspace(0.95, 1.05, SIZE[1]))
    assert found(fields) == [FREE] * 10


def faint_lamp(*, added: bool) -> Any:
    """Return the light, over that without a lamp, of one that is mirrored in a field."""
    across = np.exp(-((np.arange(60) - 30.0) ** 2) / 200)
    bump = np.exp(-((np.arange(40)[:, None] - 20.0) ** 2) / 150) * across
    return 1 + 0.06 * (bump if added else bump - bump[10:30, 15:45].mean())


@pytest.mark.parametrize("added", [True, False])
def test_a_faint_lamp_in_one_step_is_told_as_it_is_off_its_neighbours_too(*, added: bool) -> None:
    """It adds 5 % of light, and 6 % in its middle: too little to tell of it by its blocks."""
    fields = scale(LEVELS)
    fields[4].luma = np.rint(110 * faint_lamp(added=added) + np.zeros((2, 1, 1)))
    seen = found(fields)
    assert seen[4] == Hidden(faint=added)
    assert seen[:4] + seen[5:] == [FREE] * 9


@pytest.mark.filterwarnings("error")
def test_a_step_at_black_hides_no_lamp_in_another() -> None:
    fields = scale([0.0, 0.0, *LEVELS])
    fields[1].region.reflectance = 1e-6
    fields[6].luma = np.rint(110 * faint_lamp(added=True) + np.zeros((2, 1, 1)))
    assert [field.faint for field in found(fields)] == [at == 6 for at in range(12)]


def test_where_no_field_has_noise_half_a_code_is_none() -> None:
    assert not hidden.beyond([0.0, 0.0, 0.0, 0.4], 5, 0.5).any()
    assert hidden.beyond([0.0, 0.0, 0.0, 0.6], 5, 0.5).tolist() == [False, False, False, True]
    assert not hidden.beyond([0.2, 0.2, 0.9], 5, 0.5).any()
    assert found([]) == []


@pytest.mark.parametrize("gradient", [0.0, 2.0, 4.0])
@pytest.mark.parametrize("noise", [0.0, 0.4, 2.0])
def test_steps_of_few_bits_are_no_steps_with_writing(gradient: float, noise: float) -> None:
    """A level near a border lies on two codes 8 apart, others on one."""
    fields = scale(np.linspace(32, 220, 12), noise=noise, frames=8)
    random, ramp = np.random.default_rng(7), np.linspace(-gradient / 2, gradient / 2, 60)
    for view, level in zip(fields, np.linspace(32, 220, 12), strict=True):
        codes = level + ramp + noise * random.standard_normal((8, *SIZE))
        view.luma = np.rint(codes / 8) * 8
    assert not any(field.much for field in found(fields, apart=8))
    fields[5].luma[:, 18:24, 20:50] = 235
    assert [field.much for field in found(fields, apart=8)] == [at == 5 for at in range(12)]


@pytest.mark.parametrize("level", [250.0, 5.0])
@pytest.mark.parametrize("at", [0, 3, 5, 9])
def test_a_step_that_is_covered_as_a_whole_and_breaks_the_order_of_the_others_is_hidden(
    level: float, at: int
) -> None:
    """What covers it ends at its border; at an end of the scale it must not go on as that does."""
    fields = scale(LEVELS)
    fields[at].luma[:] = level
    ends = (at, level) in {(0, 5.0), (9, 250.0)}
    shares = [float(i == at and not ends) for i in range(10)]
    seen = found(fields)
    assert [field.share for field in seen] == [field.around for field in seen] == shares


@pytest.mark.parametrize(
    ("light", "told"),
    [
        (EVEN, True),
        (ground(200, 180, 192), True),
        (ground(200, 130), False),  # the light may have made the step so much darker
        (ground(245, 244), False),  # too near white to show it
        (None, False),
    ],
)
def test_the_order_of_steps_tells_no_more_than_the_light_on_the_ground(
    light: Samples | None, *, told: bool
) -> None:
    """Steps that lie in rows, the next one in print in other light, were called covered."""
    fields = scale(LEVELS)
    fields[5].luma -= 70
    assert [field.much for field in found(fields, light=light)] == [
        told and at == 5 for at in range(10)
    ]


@pytest.mark.parametrize(("falls", "told"), [(2.0, False), (6.0, True)])
def test_a_step_falls_surely_by_more_than_three_codes(falls: float, *, told: bool) -> None:
    fields = scale(LEVELS, noise=0.0)
    fields[5].luma[:] = LEVELS[4] - falls
    assert any(field.much for field in found(fields)) == told


def test_a_scale_that_falls_as_a_whole_is_not_covered() -> None:
    """More than a third of its steps would be: the others do not tell."""
    fields = scale(LEVELS)
    for view, level in zip(fields, LEVELS[::-1], strict=True):
        view.luma[:] = level
    assert found(fields) == [FREE] * 10


@pytest.mark.parametrize("count", [5, 6, 9])
def test_a_steep_curve_through_few_steps_hides_none(count: int) -> None:
    """As a camera of much contrast has it, and one that crushes the dark."""
    printed = np.linspace(0.2, 0.95, count)
    for signal in (1 / (1 + np.exp(-14 * (printed - 0.5))), np.maximum(printed - 0.5, 0.0) * 2):
        fields = scale(printed * 255)
        for view, level in zip(fields, 16 + 219 * signal, strict=True):
            view.luma += np.rint(level) - view.luma.mean().round()
        assert not any(field.much for field in found(fields))


@pytest.mark.parametrize("kind", ["flat", "grey", "colour"])
def test_what_reaches_into_the_rim_of_a_field_hides_none_of_its_middle(kind: str) -> None:
    """As a region by hand shows of its neighbours, or blur: noise and means do without it."""
    fields = scale([120.0] * 5, kind=kind)
    for view in fields:
        view.place, view.region.reflectance = None, None
    rim = 4 if kind == "flat" else 8
    fields[2].luma[:, :rim] = 230
    fields[3].luma[:, :, : rim * 3 // 2] = 20
    assert found(fields) == [FREE] * 5
    fields[2].luma[:, : rim + 2] = 230
    assert [field.at_all for field in found(fields)] == [at == 2 for at in range(5)]
    assert not any(field.much for field in found(fields))


def test_loud_noise_is_nothing_that_lies_there() -> None:
    assert not any(field.at_all for field in found(scale(LEVELS[4:7], noise=40.0)))


def waves(size: float) -> Any:
    """Return a pattern of dark and light parts, in codes, that no surface follows."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    return size * np.sign(np.sin(y / 2) * np.sin(x / 2))


def test_what_is_rough_is_seen_at_all_and_where_all_are_as_rough_none_is() -> None:
    """As of dust, by too few codes for another level; by one code or two it is no roughness."""
    fields = scale(LEVELS, noise=0.5)
    fields[3].luma += waves(4.0)
    assert not any(field.rough for field in found(fields))
    fields[4].luma += waves(12.0)
    seen = found(fields)
    assert [(field.rough, field.at_all) for field in seen] == [
        (at == 4, at == 4) for at in range(10)
    ]
    for view in fields[:4] + fields[5:]:
        view.luma += waves(12.0)
    assert not any(field.rough for field in found(fields))


def test_the_rest_of_a_step_that_is_covered_but_for_it_does_not_hide_the_step_beside_it() -> None:
    """The dark rest has the level of the darker step; it is what is printed there."""
    fields = scale(LEVELS)
    fields[4].luma[:, :, 12:] = 250
    seen = found(fields, light=None)
    assert [field.share for field in seen[:4] + seen[5:]] == [0.0] * 9


def test_what_covers_a_field_as_a_whole_goes_on_beside_it() -> None:
    fields = scale([90.0, 120.0, 60.0, 150.0], kind="flat")
    fields[1].luma[:] = 230
    assert [field.share for field in found(fields)] == [0.0] * 4
    fields[2].luma[:, :, :20] = 230
    seen = found(fields)
    assert [field.much for field in seen] == [False, True, True, False]
    fields[2].box = (600, 0, 60, 40)  # elsewhere
    assert [field.share == 1 for field in found(fields)] == [False] * 4


def test_a_fly_on_a_field_in_a_few_frames_moves_and_light_that_flickers_does_not() -> None:
    fields = scale(LEVELS, frames=8)
    for view in fields:
        view.luma = view.luma * np.linspace(0.97, 1.03, 8)[:, None, None]
    assert found(fields) == [FREE] * 10
    fields[6].luma[3:5, 10:18, 12:20] = 20
    assert [field.moving for field in found(fields)] == [at == 6 for at in range(10)]
    for view in fields:
        view.region.kind = "colour"
    assert not any(field.moving for field in found(fields))
    for view in fields:
        view.region.kind, view.stable = "grey", False
    assert not any(field.moving for field in found(fields))


@pytest.mark.parametrize(("depth", "apart", "step"), [(8, 1, 1), (8, 8, 8), (10, 1, 4), (10, 4, 4)])
def test_a_step_of_codes_is_that_of_8_bits_or_of_fewer(depth: int, apart: int, step: int) -> None:
    video: Any = SimpleNamespace(depth=depth)
    assert CodeRange(video=video, spacings=(apart, 1.0, 1.0)).code_step == step
