"""Picture faults: what was planted is found in its place, sound footage shows none."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import outcomes
import pytest
from marks import slow

from acceptance.charts import definition, drawing
from acceptance.checks import pack
from acceptance.checks.judging import judge
from acceptance.errors import GapError
from acceptance.footage import encode
from acceptance.metrics import faults, quantities
from acceptance.metrics.faults.levels import spanned
from acceptance.model import (
    Finding,
    Measurement,
    Note,
    Plan,
    Shot,
    Subject,
    SubjectKind,
    Tap,
    Verdict,
)
from acceptance.scene import build

if TYPE_CHECKING:
    from collections.abc import Callable


sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
planted: Any = importlib.import_module("planted")
fault_shares: Any = importlib.import_module("fault_shares")

LIMITS = {
    one.quantity: one.limit.at_most
    for one in pack.load("picture_faults", quantities()).requirements
    if one.limit and one.limit.at_most is not None
}


def figures(seen: build.Scene) -> dict[str, Measurement]:
    return outcomes.figures(faults.measure(seen))


def notes(seen: build.Scene) -> dict[str, str]:
    return outcomes.reasons(faults.measure(seen))


def above(found: dict[str, Measurement]) -> set[str]:
    """Name the faults above the pack's thresholds."""
    return {name for name, one in found.items() if one.value > LIMITS[name]}


def judged(seen: build.Scene) -> dict[str, Finding]:
    """Judge by the pack ``picture_faults``."""
    given, camera = (
        pack.load("picture_faults", quantities()),
        Subject(id="camera", kind=SubjectKind.FIXED),
    )
    found = list(faults.measure(seen))
    measured = outcomes.measurements(found)
    missing = [one for one in found if isinstance(one, Note)]
    plan = Plan(packs=("picture_faults",), subjects=(camera,), shots=(seen.shot,))
    findings = judge([given], plan, measured, missing, [seen.shot], today="2026-11-29")
    return {one.quantity: one for one in findings}


def drawn(
    tmp_path: Path,
    pictures: list[Any],
    rate: int = 25,
    times: list[Fraction] | None = None,
) -> build.Scene:
    """Look at pictures that no codec has touched."""
    encode.write(tmp_path / "drawn.mkv", pictures, codec="ffv1", rate=Fraction(rate), times=times)
    return planted.seen(tmp_path / "drawn.mkv")


def texture(seed: int = 0) -> np.ndarray[Any, Any]:
    """Return a picture with edges of all directions, 270 x 480, codes 60 to 190."""
    random = np.random.default_rng(seed)
    picture = np.full((270, 480), 90, np.uint8)
    for _ in range(120):
        x, y, w, h = random.integers([0, 0, 6, 6], [470, 260, 90, 60]).tolist()
        picture[y : y + h, x : x + w] = random.integers(60, 190)
    return picture


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], build.Scene]:
    """Film a street with a fault, or without any, and look at it: once each."""

    @lru_cache
    def seen(fault: str) -> build.Scene:
        path = tmp_path_factory.mktemp("street") / "film.mp4"
        planted.write(path, fault, 1, None)
        looked: build.Scene = planted.seen(path)
        return looked

    return seen


@pytest.fixture(scope="module")
def street(filmed: Callable[[str], build.Scene]) -> build.Scene:
    """Film a street without a fault."""
    return filmed("")


def test_the_pack_has_a_threshold_for_every_fault_in_its_unit_and_claims_no_standard() -> None:
    given = pack.load("picture_faults", quantities())
    assert set(LIMITS) == set(faults.QUANTITIES)
    for requirement in given.requirements:
        assert requirement.figure is not None
        assert (requirement.figure.level, requirement.modality) == ("unknown", "should")
        assert "DB50/216" in requirement.figure.note


def test_a_sound_film_is_below_every_threshold(street: build.Scene) -> None:
    found = figures(street)
    assert len(found) >= len(faults.QUANTITIES) - 1, "but for a freeze that may be open"
    assert above(found) == set()


@pytest.mark.parametrize("fault", planted.NAMES)
def test_a_planted_fault_is_above_its_threshold(
    fault: str, filmed: Callable[[str], build.Scene]
) -> None:
    assert f"faults.{fault}" in above(figures(filmed(fault)))


def test_the_evidence_points_to_the_frames_of_a_scene_change_and_of_a_freeze(
    filmed: Callable[[str], build.Scene],
) -> None:
    for fault in ("scene_change", "freeze"):
        details = figures(filmed(fault))[f"faults.{fault}"].details
        assert abs(int(details["first_frame"]) - planted.STARTS) <= 1
        assert (
            fault == "scene_change"
            or abs(int(details["last_frame"]) - (planted.STARTS + planted.FROZEN - 1)) <= 1
        )


@pytest.mark.parametrize(
    "name", ["car_park_intel.mp4", slow("lobby_intel.mp4"), slow("bottle_intel.mp4")]
)
def test_real_footage_without_faults_shows_none(
    name: str, real_scene: Callable[[str], build.Scene]
) -> None:
    found = figures(real_scene(name))
    assert len(found) >= len(faults.QUANTITIES) - 1
    assert above(found) == set()


@pytest.mark.parametrize(
    ("fault", "code"), [("black", 16), ("over_exposed", 235), ("under_exposed", 40)]
)
def test_shares_are_shares_of_the_picture(fault: str, code: int, tmp_path: Path) -> None:
    picture = texture()
    picture[:, :120] = code
    found = figures(drawn(tmp_path, [picture] * 10))
    assert found[f"faults.{fault}"].value == pytest.approx(25, abs=0.5)


@pytest.mark.parametrize("waves", [7.3, 31.0])
def test_the_amplitude_of_stripes_comes_back_on_a_plain_picture(
    waves: float, tmp_path: Path
) -> None:
    """To 15 %: the window's scallop loss takes up to that."""
    rows = np.arange(270)[:, None] / 270
    picture = np.rint(
        120 + 219 * 0.1 * np.sin(2 * np.pi * waves * rows) + np.zeros((1, 480))
    ).astype(np.uint8)
    assert figures(drawn(tmp_path, [picture] * 10))["faults.stripes"].value == pytest.approx(
        10, rel=0.15
    )


def test_rows_that_each_change_by_themselves_are_stripes_and_what_moves_is_none(
    tmp_path: Path,
) -> None:
    """What is drawn down and light that rolls are no noise by rows."""
    random, still = np.random.default_rng(3), texture()
    offsets = np.rint(random.normal(0, 0.05 * 219, (12, 270, 1))).astype(np.int16)
    streaked = [np.clip(still + each, 0, 255).astype(np.uint8) for each in offsets]
    found = figures(drawn(tmp_path, streaked))["faults.stripes"]
    assert abs(found.value - 5 * 2**0.5) < found.expanded
    assert found.bound_by is None
    walks = [np.roll(still, 7 * n, axis=0) for n in range(12)]
    assert figures(drawn(tmp_path, walks))["faults.stripes"].value < 1
    light = np.arange(270)[:, None] / 270
    rolls = [still + 20 * np.sin(6 * (light + 0.05 * n)) for n in range(12)]
    lit = [np.rint(each).astype(np.uint8) for each in rolls]
    assert figures(drawn(tmp_path, lit))["faults.stripes"].value < 1


def test_noise_by_rows_reads_the_root_of_two_of_its_sigma_on_average(tmp_path: Path) -> None:
    levels = []
    for seed in range(6):
        random = np.random.default_rng(seed)
        films = [texture() + random.normal(0, 0.05 * 219, (270, 1)) for _ in range(8)]
        seen = drawn(tmp_path, [np.clip(np.rint(each), 0, 255).astype(np.uint8) for each in films])
        levels.append(figures(seen)["faults.stripes"].value)
    assert np.mean(levels) == pytest.approx(5 * 2**0.5, rel=0.12)


@pytest.mark.parametrize("axis", [0, slow(1)])
def test_rows_and_columns_that_stand_out_of_balance_are_stripes(axis: int, tmp_path: Path) -> None:
    """Each has another offset, the same in all pictures: nothing that a lens draws is so fine."""
    random, size = np.random.default_rng(7), [1, 1]
    size[axis] = (270, 480)[axis]
    still = texture() + random.normal(0, 0.05 * 219, size)
    films = [still + random.normal(0, 1.5, still.shape) for _ in range(10)]
    seen = drawn(tmp_path, [np.clip(np.rint(each), 0, 255).astype(np.uint8) for each in films])
    found = figures(seen)["faults.stripes"]
    assert abs(found.value - 5 * 2**0.5) < found.expanded
    assert judged(seen)["faults.stripes"].verdict is Verdict.FAIL


def test_boards_that_fill_the_view_are_no_noise_by_rows(tmp_path: Path) -> None:
    """A stack of 2 to 5 rows each, with grain on them."""
    random = np.random.default_rng(8)
    shades = np.repeat(random.uniform(100, 170, 150), random.integers(2, 6, 150))[:270, None]
    boards = cv2.GaussianBlur(shades + random.normal(0, 4, (270, 480)), (0, 0), 0.6)
    films = [boards + random.normal(0, 1, boards.shape) for _ in range(10)]
    seen = drawn(tmp_path, [np.clip(np.rint(each), 0, 255).astype(np.uint8) for each in films])
    assert judged(seen)["faults.stripes"].verdict is not Verdict.FAIL


def test_a_carrier_that_is_strong_in_the_middle_is_stripes_and_a_shutter_is_none(
    tmp_path: Path,
) -> None:
    """A tenth of the view has 1.5 % of it, half has 4 %; the shutter hides what is behind it."""
    rows, columns = np.indices((270, 480)) / 270
    share = 0.6 + 0.4 * np.cos(2 * np.pi * (columns / 1.78 - 0.5))
    shutter = np.abs(columns - 0.89) < 0.65
    carriers, shutters = [], []
    for n in range(12):
        wave = 16 * np.sin(2 * np.pi * (22 * columns + 9 * rows + 0.17 * n))
        carriers.append(np.rint(texture() + share * wave).astype(np.uint8))
        slats = 120 + 25 * np.sin(2 * np.pi * (40 * rows + 0.17 * n)) + 0 * columns
        shutters.append(np.where(shutter, np.rint(slats), texture()).astype(np.uint8))
    assert judged(drawn(tmp_path, carriers))["faults.stripes"].verdict is Verdict.FAIL
    assert judged(drawn(tmp_path, shutters))["faults.stripes"].verdict is not Verdict.FAIL


def standing(tmp_path: Path, wave: float, noise: float) -> Finding:
    """Judge the stripes of a wave that stands under noise, both in %."""
    rows, random = np.arange(270)[:, None] / 270, np.random.default_rng(4)
    still = texture() + 2.19 * wave * np.sin(2 * np.pi * 31 * rows)
    films = [still + random.normal(0, 2.19 * noise, still.shape) for _ in range(10)]
    seen = drawn(tmp_path, [np.clip(np.rint(each), 0, 255).astype(np.uint8) for each in films])
    return judged(seen)["faults.stripes"]


@pytest.mark.parametrize(
    ("wave", "noise"),
    [
        (5, 0),
        (5, 2),
        (15, 1.2),
        slow(6, 0.8),
        slow(10, 3),
        slow(25, 1.6),
    ],
)
def test_a_wave_that_stands_is_a_fault_whatever_noise_is_over_it(
    wave: float, noise: float, tmp_path: Path
) -> None:
    assert standing(tmp_path, wave, noise).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("period", "amplitude", "width"), [(4.7, 20, 640), slow(3.7, 8, 576), slow(4.5, 12, 640)]
)
def test_fine_slats_that_stand_are_no_noise_by_rows(
    period: float, amplitude: float, width: int, tmp_path: Path
) -> None:
    """In perspective: their period grows by a third from the top to the bottom."""
    random, rows = np.random.default_rng(5), np.arange(360)[:, None]
    at = np.cumsum(2 * np.pi / (period * (0.85 + 0.3 * rows / 360)), axis=0)
    still = np.full((360, 640), 110.0)
    still[:, :width] += amplitude * np.sin(at)
    films = [still + random.normal(0, 0.8, still.shape) for _ in range(10)]
    seen = drawn(tmp_path, [np.clip(np.rint(each), 0, 255).astype(np.uint8) for each in films])
    assert judged(seen)["faults.stripes"].verdict is not Verdict.FAIL


@pytest.mark.parametrize(
    ("period", "bend", "codec"),
    [
        (2.7, 0.0, "ffv1"),
        slow(3.3, 0.0, "libx264"),
        slow(3.0, 0.12, "ffv1"),
        slow(3.0, 0.12, "libx264"),
    ],
)
def test_a_louvred_wall_with_things_before_it_is_no_noise_by_rows(
    period: float, bend: float, codec: str, tmp_path: Path
) -> None:
    coded = codec == "libx264"
    random, rows = np.random.default_rng(2), np.arange(270)[:, None]
    at = rows + bend * (rows - 135) ** 2 / 270
    wall = 130 + (14 if coded else 8) * np.sin(2 * np.pi * at / period) + np.zeros((1, 480))
    wall[:, :55], wall[:, -55:] = texture()[:, :55], texture()[:, -55:]
    for _ in range(22):
        x, y, shade = random.integers([60, 0, 40], [400, 240, 200]).tolist()
        wall[y : y + 28, x : x + 12] = shade
    soft = cv2.GaussianBlur(wall, (0, 0), 0.6 if coded else 0.5)
    films = [soft + random.normal(0, 1.5, soft.shape) for _ in range(25 if coded else 10)]
    pictures = [np.clip(np.rint(each), 0, 255).astype(np.uint8) for each in films]
    if coded:
        encode.write(
            tmp_path / "wall.mp4",
            pictures,
            codec=codec,
            rate=Fraction(25),
            options={"crf": "24"},
        )
    seen = planted.seen(tmp_path / "wall.mp4") if coded else drawn(tmp_path, pictures)
    assert judged(seen)["faults.stripes"].verdict is Verdict.PASS


@pytest.mark.parametrize("period", [2.8, slow(3.1)])
def test_a_fine_carrier_that_drifts_over_a_plain_wall_reads_its_amplitude(
    period: float, tmp_path: Path
) -> None:
    """4 % along columns: it is no noise by columns of twice as much."""
    random, columns = np.random.default_rng(1), np.arange(480) / period
    waves = [120 + 8.8 * np.sin(2 * np.pi * (columns + 0.17 * n)) for n in range(12)]
    films = [wave + random.normal(0, 1, (270, 480)) for wave in waves]
    seen = drawn(tmp_path, [np.rint(each).astype(np.uint8) for each in films])
    found = figures(seen)["faults.stripes"]
    assert abs(found.value - 4) < found.expanded
    assert judged(seen)["faults.stripes"].verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("grain", "stir", "reason"),
    [(0.0, 0.0, None), (8.0, 0.0, None), (4.0, 1.0, "restless_pattern")],
    ids=["still", "in noise", "rows of heads"],
)
def test_rows_that_change_as_all_about_them_does_are_in_doubt(
    grain: float, stir: float, reason: str | None, tmp_path: Path
) -> None:
    """A wave of 6 % that stands is a fault under noise too; heads move each on its own."""
    rows, random = np.arange(270)[:, None] / 270, np.random.default_rng(4)
    films = []
    for _ in range(12):
        each = cv2.resize(random.normal(0, stir, (18, 32)), (480, 270))
        wave = 13 * np.sin(2 * np.pi * 31 * rows + each)
        films.append(texture() + wave + random.normal(0, grain, (270, 480)))
    seen = drawn(tmp_path, [np.clip(np.rint(each), 0, 255).astype(np.uint8) for each in films])
    found = figures(seen)["faults.stripes"]
    assert found.value > LIMITS["faults.stripes"]
    assert (found.bound_by.code if found.bound_by else None) == reason


def test_the_sigma_of_snow_comes_back_and_texture_or_motion_alone_is_none(tmp_path: Path) -> None:
    random, still = np.random.default_rng(1), texture()
    noisy = [
        np.clip(np.rint(still + random.normal(0, 0.08 * 219, still.shape)), 0, 255).astype(np.uint8)
        for _ in range(12)
    ]
    assert figures(drawn(tmp_path, noisy))["faults.snow"].value == pytest.approx(8, rel=0.15)
    grass = random.integers(60, 160, (270, 480), np.uint8)
    assert figures(drawn(tmp_path, [grass] * 12))["faults.snow"].value == 0
    assert (
        figures(drawn(tmp_path, [np.roll(still, 3 * n, axis=1) for n in range(12)]))[
            "faults.snow"
        ].value
        < 0.5
    )


def test_shake_is_the_way_to_and_fro_and_a_pan_is_none(tmp_path: Path) -> None:
    """To by 6 of 270 px and fro again each sixth of 25 frames a second.

    6 px each way, 25 / 6 times a second.
    """
    still = texture()
    shaken = figures(drawn(tmp_path, [np.roll(still, 6 * (n // 3 % 2), axis=0) for n in range(72)]))
    assert shaken["faults.shake"].value == pytest.approx(100 * 6 * 25 / 6 / 270, rel=0.1)
    panned = figures(drawn(tmp_path, [np.roll(still, 4 * n, axis=1) for n in range(60)]))
    assert panned["faults.shake"].value < 0.5


def test_blur_grows_with_the_blur_and_does_not_depend_on_the_size_of_the_picture(
    tmp_path: Path,
) -> None:
    import cv2

    large = cv2.resize(texture(), (1920, 1080), interpolation=cv2.INTER_CUBIC)
    read = []
    for sigma in (0.002, 0.006, 0.012):
        blurred = cv2.GaussianBlur(large, (0, 0), sigma * 1080)
        small = cv2.resize(blurred, (960, 540), interpolation=cv2.INTER_AREA)
        read.append(
            [
                figures(drawn(tmp_path, [one] * 6))["faults.blurred"].value
                for one in (blurred, small)
            ]
        )
    assert np.all(np.diff(read, axis=0) > 0)
    assert np.ptp(read, axis=1) == pytest.approx(0, abs=0.05)


def test_one_flash_or_one_broken_frame_is_no_fault(tmp_path: Path) -> None:
    pictures = [texture()] * 50
    pictures[20], pictures[30] = (
        np.full((270, 480), 235, np.uint8),
        np.full((270, 480), 16, np.uint8),
    )
    assert above(figures(drawn(tmp_path, pictures))) == set()


def test_what_cannot_be_told_is_a_note(tmp_path: Path) -> None:
    plain = [np.full((270, 480), 120, np.uint8)] * 10
    encode.write(tmp_path / "plain.mkv", plain, codec="ffv1", pixel_format="gray")
    reasons = notes(planted.seen(tmp_path / "plain.mkv"))
    assert reasons["faults.blurred"] == "no_edges"
    assert reasons["faults.colour_cast"] == "monochrome"
    assert reasons["faults.shake"] == reasons["faults.scene_change"] == "no_structure"
    encode.write(tmp_path / "still.mp4", [texture()] * 40)
    assert notes(planted.seen(tmp_path / "still.mp4"))["faults.freeze"] == "freeze_undecided"


@pytest.mark.parametrize(("noise", "recurs"), [(0.0, True), (0.5, False)])
def test_one_picture_repeated_comes_back_at_key_frames_and_a_live_one_does_not(
    tmp_path: Path, noise: float, *, recurs: bool
) -> None:
    random = np.random.default_rng(3)
    base = texture().astype(np.float64)
    pictures = [
        np.rint(base + noise * random.standard_normal(base.shape)).astype(np.uint8)
        for _ in range(100)
    ]
    encode.write(tmp_path / "film.mp4", pictures, options={"crf": "20", "g": "12"})
    said = [
        each
        for each in faults.measure(planted.seen(tmp_path / "film.mp4"))
        if isinstance(each, Note) and each.quantity == "faults.freeze"
    ]
    assert [each.reason.parameters["one_picture"] for each in said] == [recurs]
    assert said[0].reason.parameters["share"] >= 0.9


def test_one_picture_of_much_noise_is_proven_to_be_frozen_and_the_rest_is_counted(
    tmp_path: Path,
) -> None:
    """Noise of 2 codes lives for 3 s and stands for 7 s."""
    drawn = drawing.png(definition.load("acceptance"), 960)
    chart = cv2.imdecode(np.frombuffer(drawn, np.uint8), cv2.IMREAD_GRAYSCALE)
    soft = 20 + 0.8 * cv2.GaussianBlur(chart, (0, 0), 0.8)[:360, 160:800].astype(np.float64)
    random = np.random.default_rng(9)
    noise = (2 * random.standard_normal(soft.shape) for _ in range(75))
    live = [np.rint(soft + each).astype(np.uint8) for each in noise]
    pictures = [*live, *live[-1:] * 175]
    encode.write(tmp_path / "film.mp4", pictures, options={"crf": "23", "g": "12"})
    details: Any = figures(planted.seen(tmp_path / "film.mp4"))["faults.freeze"].details
    assert 0 < details["share"] < 1
    assert details["share"] + details["undecided"] >= 0.6
    assert details["one_picture"] is True


def test_a_chart_in_the_picture_leaves_stripes_open(chart_film: Any) -> None:
    seen = build.look(
        Shot(id="chart", subject="c", clip=chart_film.path.name), chart_film.path.parent
    )
    assert notes(seen)["faults.stripes"] == "chart_has_stripes"


def test_a_film_of_screens_is_not_served_and_three_frames_are_too_few(
    street: build.Scene, tmp_path: Path
) -> None:
    assert faults.serves(street)
    assert not faults.serves(replace(street, shot=replace(street.shot, tap=Tap.SCREEN)))
    with pytest.raises(GapError, match="too_few_frames frames = 3 needed = 5"):
        list(faults.measure(drawn(tmp_path, [texture()] * 3)))


def test_ten_bits_tell_the_same_as_eight(tmp_path: Path) -> None:
    still = [np.roll(texture(), 2 * (n % 3), axis=1) for n in range(20)]
    eight = figures(drawn(tmp_path, still))
    deep = [picture.astype(np.uint16) * 4 for picture in still]
    encode.write(tmp_path / "deep.mkv", deep, codec="ffv1", pixel_format="yuv420p10le")
    ten = figures(planted.seen(tmp_path / "deep.mkv"))
    assert {name: one.value for name, one in ten.items()} == pytest.approx(
        {name: one.value for name, one in eight.items()}
    )


def test_a_level_counts_only_in_a_second_that_lies_in_the_clip_as_a_whole() -> None:
    """Taken of few frames: at the end one sample was taken for a second before."""
    at, levels = np.arange(50) / 25, np.full(50, np.nan, np.float32)
    levels[::5] = [1, 1, 1, 1, 1, 1, 1, 1, 9, 9]
    assert faults.held(levels, at).value == 1
    levels[[30, 35]] = 9
    assert faults.held(levels, at).value == 9


@pytest.mark.parametrize("start", [0.0, 0.1, 3600.7])
def test_a_second_is_as_many_looks_whatever_the_last_bit_of_their_times(start: float) -> None:
    """Looks 0.2 s apart: 5 or 7 of them are as near to a second."""
    at, levels = start + np.arange(65) / 25, np.full(65, np.nan, np.float32)
    levels[::5] = [1] * 10 + [9] * 3
    assert faults.held(levels, at).value == 9


@pytest.mark.parametrize("ppm", [-200, -20, -1, 0, 1, 20, 200])
def test_a_second_is_as_many_looks_whatever_the_clock_of_a_camera(ppm: int) -> None:
    """Three looks of nine are no second, whether its stamps are exact, in ms, or uneven."""
    exact, levels = np.arange(75) / 25 * (1 + ppm / 1e6), np.full(75, np.nan, np.float32)
    levels[::5] = [1] * 6 + [9] * 3 + [1] * 6
    uneven = exact + np.random.default_rng(5).normal(0, 1e-4, 75)
    for at in (exact, np.round(exact, 3), uneven):
        assert spanned(at[::5], 1) == 5
        assert faults.held(levels, at).value == 9


def test_a_level_that_is_unknown_most_of_the_time_was_not_held() -> None:
    at, levels = np.arange(50) / 25, np.full(50, np.nan, np.float32)
    levels[[5, 10, 40]] = 1, 2, 9
    assert faults.held(levels, at) is None
    levels[:25:5] = 3
    assert faults.held(levels, at).value == 3


@pytest.mark.parametrize(
    ("lights", "verdict"),
    [
        (((12, 30), (36, -6)), Verdict.INCONCLUSIVE),
        (((24, 12), (24, 12)), Verdict.FAIL),
        (((18, 45), (54, -9)), Verdict.FAIL),
    ],
)
def test_a_slight_cast_of_two_lights_is_in_doubt_and_one_light_or_much_of_two_is_a_fault(
    lights: tuple[tuple[int, int], ...], verdict: Verdict, tmp_path: Path
) -> None:
    """Violet lies on all of a street that a pink and a blue sign light."""
    luma, planes = texture(), [np.full((135, 240), 128, np.uint8) for _ in range(2)]
    luma[60:160, 60:180] = luma[60:160, 300:420] = 220
    for plane, near, far in zip(planes, *lights, strict=True):
        plane[:, :120], plane[:, 120:] = 128 + near, 128 + far
    seen = drawn(tmp_path, [(luma, *planes)] * 10)
    assert figures(seen)["faults.colour_cast"].value > LIMITS["faults.colour_cast"]
    assert judged(seen)["faults.colour_cast"].verdict is verdict


@pytest.mark.parametrize(
    ("cast", "spread"), [((30, 18), 12), slow((30, 18), 8), slow((22, 14), 4), slow((-20, 25), 8)]
)
def test_a_cast_on_a_colourful_view_is_a_fault(
    cast: tuple[int, int], spread: int, tmp_path: Path
) -> None:
    """A cast of 12 to 14 % lies on things of many colours."""
    random, luma = np.random.default_rng(5), texture()
    luma[40:200:40] = 200
    colours = np.kron(random.normal(0, spread, (2, 15, 16)), np.ones((9, 15)))
    planes = [np.rint(128 + way + each) for way, each in zip(cast, colours, strict=True)]
    blue, red = (np.clip(each, 0, 255).astype(np.uint8) for each in planes)
    found = judged(drawn(tmp_path, [(luma, blue, red)] * 6))["faults.colour_cast"]
    assert found.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("colour", "lightness", "verdict"),
    [
        ((-14, -8), (100, 112), Verdict.INCONCLUSIVE),
        ((-14, -8), (60, 200), Verdict.FAIL),
        ((-14, 10), (100, 112), Verdict.FAIL),
        slow((-31, -18), (100, 112), Verdict.FAIL),
    ],
    ids=["a lawn", "a green cast on a street", "a warm cast", "a green channel alone"],
)
def test_a_green_thing_that_fills_the_view_is_in_doubt(
    colour: tuple[int, int], lightness: tuple[int, int], verdict: Verdict, tmp_path: Path
) -> None:
    random = np.random.default_rng(9)
    luma = np.kron(random.uniform(*lightness, (9, 16)), np.ones((30, 30)))
    luma = np.clip(luma + random.normal(0, 8, luma.shape), 50, 230)
    half = cv2.resize((luma - 16) / 90, (240, 135), interpolation=cv2.INTER_AREA)
    picture = (luma, *(128 + off * half for off in colour))
    coded = tuple(np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in picture)
    seen = drawn(tmp_path, [coded] * 10)
    assert figures(seen)["faults.colour_cast"].value > LIMITS["faults.colour_cast"]
    assert judged(seen)["faults.colour_cast"].verdict is verdict


def test_a_green_cast_on_the_few_things_that_are_lit_at_night_is_a_fault(tmp_path: Path) -> None:
    random, luma = np.random.default_rng(9), np.full((270, 480), 20.0)
    luma[:90, :120], luma[180:, 360:] = random.normal(104, 8, (2, 90, 120))
    luma = np.clip(luma + random.normal(0, 2, luma.shape), 17, 230)
    half = cv2.resize((luma - 16) / 90, (240, 135), interpolation=cv2.INTER_AREA)
    picture = (luma, 128 - 14 * half, 128 - 8 * half)
    coded = tuple(np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in picture)
    found = judged(drawn(tmp_path, [coded] * 10))
    assert found["faults.colour_cast"].verdict is Verdict.FAIL


def test_what_is_smeared_one_way_is_blurred_and_leaning_lines_are_not(tmp_path: Path) -> None:
    """Lines that lean by 10 degrees look six times as wide along columns as they are."""
    import cv2

    smeared = cv2.blur(texture(), (1, 11))
    assert "faults.blurred" in above(figures(drawn(tmp_path, [smeared] * 30)))
    leaning = texture()
    for left in range(-40, 480, 12):
        cv2.line(leaning, (left, 0), (left + 47, 269), int(60 + left % 5 * 30), 3, cv2.LINE_AA)
    assert "faults.blurred" not in above(figures(drawn(tmp_path, [leaning] * 30)))


def test_little_light_is_in_doubt_and_hardly_any_is_a_fault(tmp_path: Path) -> None:
    light = (texture().astype(float) - 16) / 219
    for gain, verdict, code in (
        (0.24, Verdict.INCONCLUSIVE, "dim_scene"),
        (0.12, Verdict.FAIL, "outside_limit"),
    ):
        dark = np.rint(16 + 219 * gain * light).astype(np.uint8)
        found = judged(drawn(tmp_path, [dark] * 40))["faults.under_exposed"]
        assert found.value == 100
        assert (found.verdict, found.reason.code) == (verdict, code)


def test_edges_that_are_soft_and_faint_are_in_doubt_and_soft_ones_a_fault(tmp_path: Path) -> None:
    import cv2

    for contrast, verdict, code in (
        (0.25, Verdict.INCONCLUSIVE, "haze"),
        (1.0, Verdict.FAIL, "outside_limit"),
    ):
        soft = cv2.GaussianBlur(texture().astype(np.float32), (0, 0), 1.7)
        seen = np.rint(150 + contrast * (soft - 120)).astype(np.uint8)
        found = judged(drawn(tmp_path, [seen] * 40))["faults.blurred"]
        assert (found.verdict, found.reason.code) == (verdict, code)


@pytest.mark.parametrize("blur", [2.5, slow(0.8), slow(1.5)])
def test_blur_is_a_fault_whatever_moves_before_a_dull_view(blur: float, tmp_path: Path) -> None:
    """A street at dusk, along which three cars pass before a lens out of focus."""
    import cv2

    street, films = 0.35 * cv2.resize(texture(), (960, 540)).astype(np.float32) + 40, []
    for n in range(12):
        seen = street.copy()
        for car in range(3):
            x = (330 * car + 22 * n * (1 if car % 2 else -1)) % 1160 - 100
            place = slice(150 + 90 * car, 330 + 90 * car), slice(max(0, x), max(0, x + 150))
            seen[place] = street.mean() + (18 if car % 2 else -22)
        soft = cv2.GaussianBlur(seen, (0, 0), 5.4 * blur)
        films.append(np.clip(np.rint(soft), 0, 255).astype(np.uint8))
    assert judged(drawn(tmp_path, films))["faults.blurred"].verdict is Verdict.FAIL


def coloured(tmp_path: Path, colours: list[tuple[float, float]], wall: int) -> Measurement:
    """Film a picture of which all but a white ``wall`` of so many columns has a colour by frame."""
    films = []
    for blue, red in colours:
        luma = texture()
        planes = [np.full((135, 240), 128 + off, np.uint8) for off in (blue, red)]
        luma[:, :wall] = 200
        for plane in planes:
            plane[:, : wall // 2] = 128
        films.append((luma, *planes))
    return figures(drawn(tmp_path, films))["faults.colour_cast"]


def test_a_cast_lies_on_the_highlights_too_and_is_the_same_for_a_second(tmp_path: Path) -> None:
    """A subject of one colour leaves what is white as it is; coloured lamps change."""
    brown, steady = [(-14.0, 10.0)] * 40, [(-14.0, 10.0), (14.0, -10.0)]
    assert coloured(tmp_path, brown, 0).value > LIMITS["faults.colour_cast"]
    assert coloured(tmp_path, brown, 60).value < 1
    turning = [steady[n // 10 % 2] for n in range(60)]
    assert coloured(tmp_path, turning, 0).value < LIMITS["faults.colour_cast"]


def test_a_cast_is_alarmed_though_a_lamp_flashes(tmp_path: Path) -> None:
    """A lamp that adds 6 % of light twice a second takes no cast away, nor the alarm."""
    films = []
    for n in range(60):
        luma = np.clip(texture() * (1.06 if n % 10 == 0 else 1.0), 0, 255).astype(np.uint8)
        films.append((luma, *(np.full((135, 240), 128 + off, np.uint8) for off in (-24, -16))))
    found = judged(drawn(tmp_path, films, rate=20))["faults.colour_cast"]
    assert found.verdict is Verdict.FAIL


@pytest.mark.parametrize("share", [0.05, slow(0.03)])
def test_a_soft_lens_is_alarmed_under_light_that_flickers(share: float, tmp_path: Path) -> None:
    import cv2

    soft = cv2.GaussianBlur(texture().astype(np.float32), (0, 0), 1.6)
    light = 1 + share * np.sin(2 * np.pi * 0.29 * np.arange(50))
    films = [np.clip(np.rint(soft * lit), 0, 255).astype(np.uint8) for lit in light]
    found = judged(drawn(tmp_path, films, rate=20))["faults.blurred"]
    assert found.verdict is Verdict.FAIL


def test_a_tram_that_fills_the_view_as_it_passes_is_no_blur_of_the_lens(tmp_path: Path) -> None:
    import cv2

    films = []
    for n in range(50):
        seen, front = texture().astype(np.float32), 480 - 30 * (n - 8)
        tram = np.full((270, 1100), 110, np.float32)
        tram[70:150] = np.where(np.arange(1100) % 90 < 60, 60, 110)
        soft = cv2.GaussianBlur(tram, (13, 13), 1.6)
        at = np.arange(480) - front
        on = (at >= 0) & (at < 1100)
        seen[:, on] = soft[:, at[on]]
        films.append(np.clip(np.rint(seen), 0, 255).astype(np.uint8))
    found = judged(drawn(tmp_path, films, rate=20))["faults.blurred"]
    assert found.verdict is not Verdict.FAIL


@pytest.mark.parametrize(("rate", "size"), [(0.4, 54.0), (1.0, 13.5), (3.0, 5.4)])
def test_to_look_round_and_back_is_no_shake(rate: float, size: float, tmp_path: Path) -> None:
    """By 20 % of the height at 0.4 times a second, by 5 % and 2 % at 1 and 3."""
    moved = [round(size * np.sin(2 * np.pi * rate * n / 25)) for n in range(75)]
    found = figures(drawn(tmp_path, [np.roll(texture(), way, axis=1) for way in moved]))
    assert ("faults.shake" in above(found)) == (rate > 0.5)


@pytest.mark.parametrize(
    ("gains", "code"),
    [
        ((1.3, 0.96, 0.4), "coloured_light"),  # sodium lamps
        ((0.3, 0.6, 1.7), "coloured_light"),  # blue lamps of a stage
        ((1.35, 1.0, 0.65), ""),  # lamp-light by a preset for daylight
        ((1.05, 1.02, 0.4), ""),  # blue lost
        ((0.6, 1.0, 1.4), ""),
    ],
)
def test_more_colour_than_a_wrong_white_balance_makes_is_in_doubt(
    gains: tuple[float, ...], code: str, tmp_path: Path
) -> None:
    grey = texture().astype(np.float32), *(np.full((135, 240), 128, np.float32) for _ in "br")
    picture = planted.FAULTS["colour_cast"](grey, 0, {"gains": np.array(gains)})
    coded = tuple(np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in picture)
    cast = figures(drawn(tmp_path, [coded] * 40))["faults.colour_cast"]
    assert cast.value > LIMITS["faults.colour_cast"]
    assert (cast.bound_by.code if cast.bound_by else "") == code


def test_dashes_of_one_row_are_snow_and_fields_that_move_apart_are_none(tmp_path: Path) -> None:
    random, still = np.random.default_rng(6), texture()
    hit = [np.repeat(random.random((270, 60)) < 0.15, 8, axis=1) for _ in range(40)]
    dashes = [np.where(some, 235, still).astype(np.uint8) for some in hit]
    assert figures(drawn(tmp_path, dashes))["faults.snow"].value > LIMITS["faults.snow"]
    combed = []
    for index in range(40):
        picture = np.roll(still, 12 * index, axis=1)
        picture[1::2] = np.roll(still, 12 * index + 6, axis=1)[1::2]
        combed.append(picture)
    assert figures(drawn(tmp_path, combed))["faults.snow"].value < LIMITS["faults.snow"]


def test_a_screen_in_view_whose_picture_is_cut_is_in_doubt(tmp_path: Path) -> None:
    plain = np.full((270, 480), 110, np.uint8)
    before, after = plain.copy(), plain.copy()
    before[60:160, 200:360], after[60:160, 200:360] = texture(1)[:100, :160], texture(2)[:100, :160]
    cut = figures(drawn(tmp_path, [before] * 30 + [after] * 30))["faults.scene_change"]
    assert cut.value > LIMITS["faults.scene_change"]
    assert cut.bound_by is not None
    assert cut.bound_by.code == "part_of_view"


def test_a_camera_that_swings_to_a_preset_is_in_doubt_and_a_cut_is_none(tmp_path: Path) -> None:
    scene = np.hstack([texture(3), texture(4), texture(5)])
    at = [0] * 30 + [60 * step for step in range(1, 9)] + [480] * 30
    swung, cut = (
        figures(drawn(tmp_path, [scene[:, x : x + 480] for x in places]))["faults.scene_change"]
        for places in (at, [0] * 30 + [480] * 30)
    )
    assert min(swung.value, cut.value) > LIMITS["faults.scene_change"]
    assert swung.bound_by is not None
    assert swung.bound_by.code == "swing"
    assert cut.bound_by is None


def test_something_that_passes_close_by_is_in_doubt_and_another_view_is_none(
    tmp_path: Path,
) -> None:
    before, jacket = texture(3), np.full((270, 480), 70, np.uint8)
    jacket[::2, 30:450:9], jacket[:, :40] = 160, before[:, :40]
    passed, came, cut = (
        figures(drawn(tmp_path, pictures))["faults.scene_change"]
        for pictures in (
            [before] * 25 + [jacket] * 30 + [before] * 25,
            [jacket] * 30 + [before] * 25,
            [before] * 30 + [texture(4)] * 15 + [texture(5)] * 30,
        )
    )
    assert min(passed.value, came.value, cut.value) > LIMITS["faults.scene_change"]
    assert passed.bound_by is not None
    assert passed.bound_by.code == "view_returns"
    assert came.bound_by is None
    assert cut.bound_by is None


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_three_pictures_with_some_of_the_view_before_in_them_are_no_return(
    share: float, tmp_path: Path
) -> None:
    """A camera that was turned away and stays so; a reflection put that in doubt."""
    before, after = texture(3), texture(4)
    mixed = np.rint(share * before + (1 - share) * after).astype(np.uint8)
    turned = [before] * 30 + [after] * 25
    found = figures(drawn(tmp_path, [*turned, *[mixed] * 3, *[after] * 25]))["faults.scene_change"]
    assert found.value > LIMITS["faults.scene_change"]
    assert found.bound_by is None


def test_blur_that_leaves_no_edge_to_see_it_by_makes_the_figure_a_lower_bound(
    tmp_path: Path,
) -> None:
    """A clear second and a half, then hardly any edge: it was stated as that of the clear one."""
    clear, plain = texture(3), np.full((270, 480), 110, np.uint8)
    whole = figures(drawn(tmp_path, [clear] * 60))["faults.blurred"]
    part = figures(drawn(tmp_path, [clear] * 35 + [plain] * 35))["faults.blurred"]
    assert not whole.lower_bound
    assert part.lower_bound
    assert part.bound_by is not None
    assert part.bound_by.code == "edges_lost"
    assert part.value == pytest.approx(whole.value, rel=0.05)


@pytest.mark.parametrize("rate", [1, 25])
def test_frames_that_are_seconds_apart_or_were_not_sent_lost_no_edge(
    rate: int, tmp_path: Path
) -> None:
    """A frame a second, or an outage of two, is no lack of edges; a true one is still said."""
    clear, plain = texture(3), np.full((270, 480), 110, np.uint8)
    number = 6 * min(rate, 10)
    times = [Fraction(n, rate) + 2 * (n > number // 2) for n in range(number)]
    whole = figures(drawn(tmp_path, [clear] * number, rate, times))["faults.blurred"]
    lost = [clear] * (number // 2) + [plain] * (number // 2)
    part = figures(drawn(tmp_path, lost, rate, times))["faults.blurred"]
    assert not whole.lower_bound
    assert part.lower_bound


@pytest.mark.parametrize("rate", [25, 60])
def test_two_seconds_of_a_cover_after_a_clear_second_are_seen_as_one(
    rate: int, tmp_path: Path
) -> None:
    """A lasting picture of 2 s made it two and a half to three."""
    import cv2

    random = np.random.default_rng(5)
    rough = random.standard_normal((135, 240)).astype(np.float32)
    smooth, clear = cv2.GaussianBlur(rough, (0, 0), 20), cv2.resize(texture(3), (240, 135))
    folds = 110 + 5 * smooth / smooth.std()
    seen = [clear] * rate + [folds] * 2 * rate
    noisy = [np.rint(each + random.normal(0, 1.5, each.shape)).astype(np.uint8) for each in seen]
    found = figures(drawn(tmp_path, noisy, rate))["faults.covered_lens"]
    assert found.value == 100
    assert found.bound_by is None


@pytest.mark.parametrize(
    ("frames", "slide", "after", "verdict"),
    [
        (38, 0, 0, Verdict.FAIL),
        slow(35, 0, 0, Verdict.FAIL),
        slow(36, 8, 0, Verdict.FAIL),
        slow(36, 12, 0, Verdict.FAIL),
        slow(32, 0, 30, Verdict.PASS),
        (40, 0, 30, Verdict.PASS),
    ],
)
def test_a_cover_a_second_and_a_half_before_the_end_is_found_and_what_passes_is_none(
    frames: int, slide: int, after: int, verdict: Verdict, tmp_path: Path
) -> None:
    """A cover slides over at once or within half a second; a bus is gone after 1.3 to 1.6 s."""
    random, clear = np.random.default_rng(6), cv2.resize(texture(3), (240, 135)).astype(float)
    side = 120 + np.linspace(0, 12, 240) + np.zeros((135, 1))
    ends = [240 * (n + 1) // (slide + 1) for n in range(slide)]
    over = [np.hstack([side[:, :end], clear[:, end:]]) for end in ends]
    films = [clear] * 30 + over + [side] * frames + [clear] * after
    noisy = [np.rint(each + random.normal(0, 1.2, each.shape)) for each in films]
    seen = drawn(tmp_path, [np.clip(each, 0, 255).astype(np.uint8) for each in noisy])
    assert judged(seen)["faults.covered_lens"].verdict is verdict


QUICK_FAULTS = ["smeared along columns", "two hum bars", "green cast", "paper"]
QUICK_SCENES = ["dense fog", "blinds", "train", "sodium lamps"]
SCENES = {
    scene: fault_shares.base_clips.NUMBERS[number][0]
    for number in range(3)
    for scene in fault_shares.LISTS[fault_shares.SOUND][number]
}


@pytest.mark.film
@pytest.mark.parametrize(
    "fault",
    [one if one in QUICK_FAULTS else slow(one) for one in fault_shares.planted_faults.FAULTS],
)
def test_a_fault_of_the_list_is_found_in_a_drawn_room(fault: str) -> None:
    strength = "moderate" if fault in QUICK_FAULTS else "strong"
    case = fault_shares.Case(name=fault, strength=strength, kind="drawn room", number=0)
    assert fault_shares.is_found(case, fault_shares.measured((case, None)))


@pytest.mark.film
@pytest.mark.parametrize(
    "scene",
    [one if one in QUICK_SCENES else slow(one) for one in SCENES],
)
def test_a_sound_scene_that_looks_faulty_raises_no_alarm(scene: str) -> None:
    case = fault_shares.Case(name=scene, strength="sound", kind="drawn room", number=SCENES[scene])
    assert fault_shares.alarms(fault_shares.measured((case, None))) == {}
