"""PSNR and SSIM against a reference sequence.

The figures, the alignment that they stand on, and what is refused.
"""

from __future__ import annotations

import importlib.util
import itertools
import math
import sys
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import outcomes
import pytest
from click.testing import CliRunner
from marks import slow
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from acceptance import wording
from acceptance.cli import verbs
from acceptance.errors import ClipError, GapError
from acceptance.footage import clip, encode
from acceptance.metrics import compression
from acceptance.metrics.compression import alignment, fidelity, registration, vmaf
from acceptance.model import (
    Coding,
    Condition,
    Measurement,
    Note,
    Plan,
    Scope,
    Shot,
    Subject,
    SubjectKind,
    Tap,
    Verdict,
)
from acceptance.scene import build
from acceptance.session import measuring, runner
from acceptance.signing import verification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from conftest import Film
    from numpy.typing import NDArray

    from acceptance.footage.clip import Frame

Picture = tuple["NDArray[Any]", "NDArray[Any]", "NDArray[Any]"]
WIDTH, HEIGHT, COUNT = 320, 192, 48


def drawn(count: int, width: int = WIDTH, height: int = HEIGHT, seed: int = 1) -> list[Picture]:
    """Draw ``count`` pictures of a textured scene that pans by 1.5 px a picture.

    A patch crosses it.
    """
    random = np.random.default_rng(seed)
    wide = cv2.GaussianBlur(random.normal(0, 1, (height, width + 2 * count)), (0, 0), 2.5)
    ground = 125 + wide * 30 / wide.std()
    pictures = []
    for i in range(count):
        move = np.array([[1, 0, -1.5 * i], [0, 1, 0]], np.float64)
        luma = cv2.warpAffine(ground, move, (width, height), flags=cv2.INTER_CUBIC)
        luma[40:90, 4 * i % (width - 60) : 4 * i % (width - 60) + 50] += 40
        cb, cr = (
            cv2.resize(luma, (width // 2, height // 2)) * s + o for s, o in ((0.4, 80), (-0.3, 165))
        )
        y, b, r = (np.clip(np.rint(plane), 16, 235).astype(np.uint8) for plane in (luma, cb, cr))
        pictures.append((y, b, r))
    return pictures


@dataclass(kw_only=True)
class Bench:
    """A folder with the reference ``sequence.mkv`` of ``pictures``, and what records it."""

    folder: Path
    pictures: list[Picture]

    def record(
        self, name: str, pictures: Iterable[Picture], crf: int | None = 30, **how: Any
    ) -> str:
        """Code pictures with x264 at ``crf`` (None: not at all) and return the file's name.

        What is not coded is decoded twenty times as fast, and most tests read it again and again.
        """
        coding: dict[str, Any] = (
            {"options": {"crf": str(crf), "preset": "fast"}} if crf else {"codec": "rawvideo"}
        )
        encode.write(self.folder / name, pictures, **coding | how)
        return name

    @cached_property
    def seen(self) -> build.Scene:
        """Look at one picture: of a scene without clock the metric takes the shot only."""
        self.record("glance.mkv", self.pictures[:1] or drawn(1), None)
        return build.look(
            Shot(id="s", subject="encoder", clip="glance.mkv", chart="acceptance"), self.folder
        )

    def look(self, name: str, reference: str = "sequence.mkv", **fields: Any) -> build.Scene:
        """Look at a recording beside its reference."""
        return replace(
            self.seen, shot=replace(self.seen.shot, clip=name, reference=reference, **fields)
        )

    def measure(
        self, name: str, reference: str = "sequence.mkv", **fields: Any
    ) -> dict[str, Measurement]:
        """Measure a recording: figures by quantity."""
        found = compression.measure(self.look(name, reference, **fields))
        return outcomes.figures(found)

    def refused(self, name: str, reference: str = "sequence.mkv", **fields: Any) -> str:
        """Try to measure and return the reason why not, which both languages can word."""
        with pytest.raises(GapError) as gap:
            self.measure(name, reference, **fields)
        for lang in ("zh", "en"):
            assert gap.value.code in wording.phrases(lang)["reason"]
        return gap.value.code


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    made = Bench(folder=tmp_path_factory.mktemp("compression"), pictures=drawn(COUNT))
    made.record("sequence.mkv", made.pictures, None)
    made.record("usual.mp4", made.pictures)
    return made


@pytest.fixture
def without_vmaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behave as where the extra is not installed."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == vmaf.MODULE else find(name)
    )


pytestmark = pytest.mark.usefixtures("without_vmaf")


# --- One picture beside another ---


@pytest.mark.parametrize(("peak", "kind"), [(255, np.uint8), (1023, np.uint16)])
def test_ssim_is_that_of_scikit_image(peak: int, kind: type) -> None:
    """Gaussian window of sigma 1.5, 11 taps, covariances with 1/N, at 8 and 10 bit."""
    random = np.random.default_rng(3)
    ground = cv2.GaussianBlur(random.normal(0.5, 0.6, (97, 121)), (0, 0), 2)
    plane, other = (
        np.clip(np.rint(peak * (ground + noise)), 0, peak).astype(kind) for noise in (0, 0.02)
    )
    other[20:50] = np.clip(other[20:50] + random.normal(0, peak / 20, other[20:50].shape), 0, peak)
    how = {
        "gaussian_weights": True,
        "sigma": 1.5,
        "use_sample_covariance": False,
        "data_range": peak,
    }
    assert fidelity.ssim(plane, other, peak) == pytest.approx(
        structural_similarity(plane, other, **how), abs=1e-6
    )
    assert fidelity.ssim(plane, plane, peak) == pytest.approx(1, abs=1e-6)


def test_psnr_is_that_of_scikit_image() -> None:
    """Peak 255."""
    random = np.random.default_rng(4)
    plane, other = (random.integers(0, 256, (64, 80)).astype(np.uint8) for _ in range(2))
    ours = fidelity.decibels(fidelity.squared_error(plane, other), 255)
    assert ours == pytest.approx(peak_signal_noise_ratio(plane, other, data_range=255), abs=1e-9)


def test_one_code_everywhere_is_48_13_decibels() -> None:
    """20 lg 255, as every textbook has it."""
    assert fidelity.decibels(1.0, 255) == pytest.approx(48.1308, abs=1e-4)


@pytest.mark.parametrize("chroma", [False, True])
def test_codes_of_one_range_become_those_of_the_other(*, chroma: bool) -> None:
    """Nominal ends meet, whatever depth and range."""
    small, large = (
        fidelity.Codes(depth=8, full_range=False),
        fidelity.Codes(depth=10, full_range=True),
    )
    ends = np.array([[16, 240 if chroma else 235]], np.uint8)
    reached = fidelity.brought_to(ends, small, large, chroma=chroma)
    wanted = [512 - 511.5, 512 + 511.5] if chroma else [0, 1023]
    np.testing.assert_allclose(reached[0], wanted, atol=1e-3)
    assert fidelity.brought_to(ends, small, small, chroma=chroma) is ends


# --- The figures ---


def test_psnr_and_ssim_are_those_of_the_pictures_themselves(bench: Bench) -> None:
    """The squared error of all pictures together, by numpy; luma, Cb, Cr and their 6:1:1."""
    found = bench.measure("usual.mp4")
    recorded = list(clip.open_clip(bench.folder / "usual.mp4").frames())
    errors = []
    for seen, wanted in zip(recorded, bench.pictures, strict=True):
        planes = zip((seen.luma, seen.cb, seen.cr), wanted, strict=True)
        errors.append([np.mean((np.asarray(a, float) - b) ** 2) for a, b in planes])
    y, cb, cr = (10 * math.log10(255**2 / error) for error in np.mean(errors, axis=0))
    assert found["compression.psnr"].value == pytest.approx(y, abs=1e-6)
    details = found["compression.psnr"].details
    assert (details["psnr_cb"], details["psnr_cr"]) == (
        pytest.approx(cb, abs=1e-6),
        pytest.approx(cr, abs=1e-6),
    )
    assert details["psnr_611"] == pytest.approx((6 * y + cb + cr) / 8, abs=1e-6)
    each = 10 * np.log10(255**2 / np.array(errors)[:, 0])
    assert found["compression.psnr_minimum"].value == pytest.approx(each.min(), abs=1e-6)
    assert details["psnr_mean_of_frames"] == pytest.approx(each.mean(), abs=1e-6)
    assert each.mean() >= y, "the mean of decibels flatters"
    assert details["psnr_peak_219"] == pytest.approx(y - 1.3219, abs=1e-4)
    how = {
        "gaussian_weights": True,
        "sigma": 1.5,
        "use_sample_covariance": False,
        "data_range": 255,
    }
    pairs = zip(recorded, bench.pictures, strict=True)
    likeness = [structural_similarity(np.asarray(a.luma), b[0], **how) for a, b in pairs]
    assert found["compression.ssim"].value == pytest.approx(np.mean(likeness), abs=1e-5)
    assert found["compression.ssim_minimum"].value == pytest.approx(min(likeness), abs=1e-5)


def test_coarser_coding_gives_lower_figures(bench: Bench) -> None:
    """CRF 20, 40: PSNR and SSIM fall, and so does the bit rate beside them."""
    found = [bench.measure(bench.record(f"crf{crf}.mp4", bench.pictures, crf)) for crf in (20, 40)]
    for quantity in (
        "compression.psnr",
        "compression.psnr_minimum",
        "compression.ssim",
        "compression.ssim_minimum",
    ):
        values = [one[quantity].value for one in found]
        assert values == sorted(values, reverse=True), quantity
    rates = [float(one["compression.psnr"].details["bit_rate"]) for one in found]
    assert rates == sorted(rates, reverse=True)


def test_noise_of_known_size_is_found_within_the_uncertainty(bench: Bench) -> None:
    """Noise of 4 codes, rounded: 10 lg(255² / (16 + 1/12))."""
    random = np.random.default_rng(5)
    noisy = [
        (np.rint(y + random.normal(0, 4, y.shape)).astype(np.uint8), b, r)
        for y, b, r in bench.pictures
    ]
    figure = bench.measure(bench.record("noisy.mkv", noisy, None))["compression.psnr"]
    truth = 10 * math.log10(255**2 / (16 + 1 / 12))
    assert abs(figure.value - truth) < figure.expanded
    assert figure.value == pytest.approx(truth, abs=0.01)


def test_a_recording_without_loss_is_a_bound_and_not_infinite(bench: Bench) -> None:
    """At least what one code in one sample of the sequence would give."""
    found = bench.measure(bench.record("lossless.mkv", bench.pictures, None))
    assert found["compression.psnr"].lower_bound
    assert found["compression.psnr"].value == pytest.approx(
        10 * math.log10(255**2 * WIDTH * HEIGHT * COUNT), abs=1e-6
    )
    assert found["compression.ssim"].value == pytest.approx(1, abs=1e-6)


def test_gain_and_offset_stay_in_and_stand_beside_it_taken_out(bench: Bench) -> None:
    """0.95 of the contrast and 3 codes more.

    The judged figure falls, the compensated one does not.
    """
    dull = [(np.rint(0.95 * y + 3).astype(np.uint8), b, r) for y, b, r in bench.pictures]
    figure = bench.measure(bench.record("dull.mkv", dull, None))["compression.psnr"]
    assert figure.details["gain"] == pytest.approx(0.95, abs=0.001)
    assert figure.details["offset"] == pytest.approx(3, abs=0.1)
    assert figure.value < 40
    assert float(figure.details["psnr_compensated"]) > 55, "only the rounding is left"


def deepened(plane: NDArray[Any]) -> NDArray[Any]:
    """Give a plane of 8 bit as one of 10 bit."""
    return 4 * plane.astype(np.uint16)


def test_ten_bits_are_compared_at_ten_bits(bench: Bench) -> None:
    """Peak 1023 for 10 bit.

    An 8 bit recording of the same has its rounding scaled up, not another level.
    """
    some = bench.pictures[:16]
    deep = [(deepened(y), deepened(cb), deepened(cr)) for y, cb, cr in some]
    bench.record("deep.mkv", deep, None, codec="ffv1", pixel_format="yuv420p10le")
    plain = bench.record("some.mkv", some, None)
    assert bench.measure("deep.mkv", "deep.mkv")["compression.psnr"].lower_bound
    assert bench.measure(plain, "deep.mkv")["compression.psnr"].value > 90


def test_a_monochrome_recording_has_no_figures_of_colour(bench: Bench) -> None:
    encode.write(
        bench.folder / "grey.mkv",
        [y for y, _, _ in bench.pictures],
        codec="ffv1",
        pixel_format="gray",
    )
    figure = bench.measure("grey.mkv")["compression.psnr"]
    assert "psnr_cb" not in figure.details


# --- Alignment in time ---


@pytest.mark.parametrize("crf", [slow(23), 36])
def test_drops_repeats_and_foreign_pictures_are_mapped_exactly(bench: Bench, crf: int) -> None:
    """Six pictures of black before, three dropped, two repeated, and the end missing."""
    black: Picture = (
        np.full((HEIGHT, WIDTH), 16, np.uint8),
        *(np.full((HEIGHT // 2, WIDTH // 2), 128, np.uint8) for _ in range(2)),
    )  # type: ignore[assignment]  # three planes
    shown = [i for i in range(3, 45) if i not in {20, 21, 40}]
    shown = sorted([*shown, 30, 31])
    name = bench.record("cut.mp4", [black] * 6 + [bench.pictures[i] for i in shown], crf)
    found = bench.measure(name)
    figure = found["compression.psnr"]
    keys = (
        "frames_dropped",
        "frames_repeated",
        "frames_outside",
        "first_frame",
        "first_shown",
        "frames_scored",
    )
    assert [figure.details[key] for key in keys] == [3, 2, 6, 6, 3, 39]
    curve = found["compression.psnr_minimum"].curve
    assert curve is not None
    assert curve.y == tuple(map(float, shown))


@pytest.mark.parametrize(("rate", "step"), [(30, 25 / 30), slow(20, 1.25), slow(50, 0.5)])
def test_another_frame_rate_is_neither_drop_nor_repeat(
    bench: Bench, rate: int, step: float
) -> None:
    """Recorded at 30, 20 and 50 frame/s what runs at 25.

    The ratio of the rates explains every step.
    """
    shown = np.floor(np.arange(0, COUNT - 1, step) + 1e-9).astype(int)
    name = bench.record(
        f"rate{rate}.mp4", [bench.pictures[i] for i in shown], 23, rate=Fraction(rate)
    )
    figure = bench.measure(name)["compression.psnr"]
    assert (figure.details["frames_dropped"], figure.details["frames_repeated"]) == (0, 0)
    assert figure.details["rate_ratio"] == pytest.approx(step, rel=1e-3)
    assert figure.value > 36


def coloured(frame: Frame) -> Picture:
    """Return the planes of a frame that has colour."""
    assert frame.cb is not None
    assert frame.cr is not None
    return frame.luma, frame.cb, frame.cr


def test_the_filmed_counter_maps_where_both_show_it(clock_film: Film, tmp_path: Path) -> None:
    """A film of the clock is the sequence; three of its pictures are lost on the way."""
    frames = list(clip.open_clip(clock_film.path).frames())
    shown = [i for i in range(len(frames)) if i not in {12, 13, 25}]
    kept = [coloured(frames[i]) for i in shown]
    encode.write(tmp_path / "recorded.mp4", kept, options={"crf": "30", "preset": "veryfast"})
    shot = Shot(
        id="s",
        subject="encoder",
        clip="recorded.mp4",
        reference=str(clock_film.path),
        chart="clock",
    )
    figure = next(iter(compression.measure(build.look(shot, tmp_path))))
    assert isinstance(figure, Measurement)
    assert figure.details["aligned_by"] == "counter"
    assert figure.details["frames_dropped"] == 3


def test_long_clips_are_mapped_in_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the first matrix: every k-th picture, then the neighbourhood."""
    random = np.random.default_rng(6)
    walk = np.cumsum(random.normal(0, 0.3, (240, 576)), axis=0) + random.normal(0, 3, 576)
    reference = (walk / np.sqrt(np.mean(walk**2, axis=1, keepdims=True))).astype(np.float32)
    shown = np.array([i for i in range(5, 230) if not 100 <= i < 108])
    recorded = reference[shown] + random.normal(0, 0.02, (len(shown), 576)).astype(np.float32)
    monkeypatch.setattr(alignment, "LONGEST", 50)
    np.testing.assert_array_equal(alignment.by_content(recorded, reference, 1.0), shown)


def test_a_still_scene_runs_on_evenly(bench: Bench) -> None:
    """Nothing moves: no drop and no repeat is made up, and no motion is claimed."""
    still = [bench.pictures[0]] * 40
    bench.record("still.mkv", still, None)
    figure = bench.measure(bench.record("still.mp4", still, 36), "still.mkv")["compression.psnr"]
    irregular = figure.details["frames_dropped"], figure.details["frames_repeated"]
    assert (*irregular, figure.samples) == (0, 0, 40)
    assert "common_motion" not in figure.details


def test_real_footage_is_mapped_one_to_one(real_data: Path, tmp_path: Path) -> None:
    """A car park, coded again at CRF 36: nothing dropped, nothing repeated."""
    first = itertools.islice(clip.open_clip(real_data / "car_park_intel.mp4").frames(), 40)
    frames = [coloured(frame) for frame in first]
    encode.write(tmp_path / "sequence.mkv", frames, options={"qp": "0", "preset": "ultrafast"})
    encode.write(tmp_path / "recorded.mp4", frames, options={"crf": "36", "preset": "veryfast"})
    figure = Bench(folder=tmp_path, pictures=[]).measure("recorded.mp4")["compression.psnr"]
    irregular = figure.details["frames_dropped"], figure.details["frames_repeated"]
    assert (*irregular, figure.samples) == (0, 0, 40)


# --- Place in the picture ---


def moved(picture: Picture, across: float, down: float, scale: float = 1.0) -> Picture:
    """Shift a picture by px and scale it about its middle."""
    planes = []
    for plane, part in zip(picture, (1, 2, 2), strict=True):
        h, w = plane.shape
        move = np.array(
            [
                [scale, 0, (1 - scale) * (w - 1) / 2 + across / part],
                [0, scale, (1 - scale) * (h - 1) / 2 + down / part],
            ]
        )
        planes.append(
            cv2.warpAffine(
                plane, move, (w, h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
            )
        )
    return planes[0], planes[1], planes[2]


def test_a_shift_by_whole_pixels_is_taken_out(bench: Bench) -> None:
    """4 px across and 2 up: what is left of both pictures agrees as before."""
    name = bench.record("moved.mkv", [moved(one, 4, -2) for one in bench.pictures], None)
    figure = bench.measure(name)["compression.psnr"]
    assert figure.details["shift_across_px"] == pytest.approx(4, abs=0.05)
    assert figure.details["shift_down_px"] == pytest.approx(-2, abs=0.05)
    assert figure.lower_bound
    assert figure.value > 100, "nothing but the shift had happened"


def test_a_shift_by_parts_of_a_pixel_is_said_and_makes_a_bound(bench: Bench) -> None:
    """0.4 px: it costs decibels that no codec took."""
    name = bench.record("parts.mp4", [moved(one, 0.4, 0) for one in bench.pictures], 23)
    found = bench.measure(name)
    assert found["compression.psnr"].details["shift_across_px"] == pytest.approx(0.4, abs=0.05)
    assert all(one.lower_bound for one in found.values())
    assert not bench.measure("usual.mp4")["compression.psnr"].lower_bound


@pytest.mark.parametrize("scale", [0.97, slow(1.02)])
def test_a_scaled_picture_is_refused(bench: Bench, scale: float) -> None:
    """Digital zoom or overscan of 2 or 3 %."""
    name = bench.record("scaled.mp4", [moved(one, 0, 0, scale) for one in bench.pictures], 23)
    assert bench.refused(name) == "reference_scaled"


def test_what_has_no_texture_has_no_place() -> None:
    """Flat pictures tell nothing."""
    flat = np.full((96, 128), 90, np.uint8)
    assert registration.register([(flat, flat)]) is None


# --- What is refused ---


def test_another_take_of_the_scene_is_refused(bench: Bench) -> None:
    """The same ground, another patch that moves the other way."""
    assert bench.refused(bench.record("backwards.mp4", bench.pictures[::-1], 23)) in {
        "alignment_uncertain",
        "reference_unrelated",
    }


def test_unrelated_content_is_refused(bench: Bench) -> None:
    assert (
        bench.refused(bench.record("other.mp4", drawn(COUNT, seed=9), 23)) == "reference_unrelated"
    )


def test_recording_and_reference_swapped_are_refused(bench: Bench) -> None:
    """What is said to be recorded holds more detail and more bits than its reference."""
    assert bench.refused("sequence.mkv", "usual.mp4") == "reference_coarser"
    fine = bench.record("good.mp4", bench.pictures, 18)
    assert (
        bench.refused(fine, bench.record("coarse.mp4", bench.pictures, 36)) == "reference_coarser"
    )


def test_a_pattern_too_fine_for_the_thumbnails_is_refused_where_nothing_tells_its_pictures_apart(
    bench: Bench,
) -> None:
    """Each cell of 10 px is as bright as ever; recorded from picture 12 on.

    From the first on they fall into place.
    """
    random = np.random.default_rng(8)
    grey = np.full((90, 160), 128, np.uint8)
    fine: list[Picture] = []
    for _ in range(30):
        half = random.integers(-9, 10, (180, 160))
        fine.append(
            ((120 + np.stack([half, -half], axis=2).reshape(180, 320)).astype(np.uint8), grey, grey)
        )
    bench.record("fine.mkv", fine, None)
    assert (
        bench.refused(bench.record("late.mkv", fine[12:], None), "fine.mkv")
        == "alignment_uncertain"
    )
    assert (
        bench.measure(bench.record("early.mkv", fine, None), "fine.mkv")["compression.ssim"].value
        > 0.99
    )


def test_another_size_is_refused_and_not_scaled(bench: Bench) -> None:
    small = bench.record("small.mkv", drawn(20, 160, 96), None)
    assert bench.refused("usual.mp4", small) == "reference_size"


@pytest.mark.parametrize("which", ["recording", "reference"])
def test_one_picture_is_too_few(bench: Bench, which: str) -> None:
    single = bench.record("one.mkv", bench.pictures[:1], None)
    names = (single, "sequence.mkv") if which == "recording" else ("usual.mp4", single)
    assert bench.refused(*names) == "too_few_frames"


@pytest.mark.parametrize(
    "change", [lambda y: (y - 16.0) * 255 / 219, slow(lambda y: 219 / 255 * y + 16.0)]
)
def test_one_range_taken_for_the_other_is_refused(
    bench: Bench, change: Callable[[Any], Any]
) -> None:
    """The contrast and offset give it away, both ways."""
    wrong = [
        (np.clip(np.rint(change(y)), 0, 255).astype(np.uint8), b, r) for y, b, r in bench.pictures
    ]
    name = bench.record("wrong.mkv", wrong, None)
    assert bench.refused(name) == "range_mismatch"


def test_a_stated_range_puts_it_right(bench: Bench) -> None:
    """The recording really is full range, and only its stream says otherwise."""
    full = [
        (np.clip(np.rint((y - 16.0) * 255 / 219), 0, 255).astype(np.uint8), b, r)
        for y, b, r in bench.pictures
    ]
    name = bench.record("full.mkv", full, None)
    assert bench.measure(name, coding=Coding(full_range=True))["compression.psnr"].value > 55


def test_a_cut_off_recording_is_measured_as_far_as_it_goes(bench: Bench) -> None:
    """And says how much of the sequence that is."""
    whole = (bench.folder / "usual.mp4").with_name("whole.mkv")
    bench.record(whole.name, bench.pictures, 30)
    content = whole.read_bytes()
    (bench.folder / "cut.mkv").write_bytes(content[: len(content) * 4 // 5])
    figure = bench.measure("cut.mkv")["compression.psnr"]
    assert 0.2 < float(figure.details["share_of_reference"]) < 0.8


def test_an_unreadable_reference_is_an_error_before_anything_is_measured(bench: Bench) -> None:
    (bench.folder / "text.mkv").write_text("no film")
    with pytest.raises(ClipError, match=r"text\.mkv"):
        bench.measure("usual.mp4", "text.mkv")


def test_flat_pictures_do_not_crash(bench: Bench) -> None:
    """Grey against grey is alike, whatever the alignment."""
    flat: list[Picture] = [
        (
            np.full((HEIGHT, WIDTH), 90, np.uint8),
            *(np.full((HEIGHT // 2, WIDTH // 2), 128, np.uint8),) * 2,
        )  # type: ignore[list-item]
    ] * 12
    bench.record("flat.mkv", flat, None)
    assert (
        bench.measure(bench.record("flat.mp4", flat, 30), "flat.mkv")["compression.ssim"].value
        > 0.99
    )


def test_without_a_reference_nothing_is_served(bench: Bench) -> None:
    assert not compression.serves(bench.look("usual.mp4", ""))


# --- VMAF ---


def test_without_the_extra_vmaf_is_a_note_that_names_it(bench: Bench) -> None:
    [note] = [one for one in compression.measure(bench.look("usual.mp4")) if isinstance(one, Note)]
    assert (note.quantity, note.reason.code, note.reason.parameters["extra"]) == (
        "compression.vmaf",
        "extra_missing",
        "vmaf",
    )


PROGRAM = """#!{python}
import json, pathlib, sys
size = sys.argv[sys.argv.index("-s") + 1].split("x")
picture = int(size[0]) * int(size[1]) * 3 // 2
frames = len(sys.stdin.buffer.read()) / picture
assert frames == int(frames)
scores = {{"frames": [{{"metrics": {{"vmaf": 80.0 + i}}}} for i in range(int(frames))]}}
pathlib.Path("scores.json").write_text(json.dumps(scores))
{end}
"""


def play(folder: Path, monkeypatch: pytest.MonkeyPatch, end: str = "") -> None:
    """Replace ffmpeg by a program that counts the pictures it is fed, then does ``end``."""
    program = folder / "program"
    program.write_text(PROGRAM.format(python=sys.executable, end=end))
    program.chmod(0o755)
    monkeypatch.setattr(vmaf, "program", lambda: str(program))


def test_vmaf_is_fed_every_scored_picture(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recording above reference, in planes of 4:2:0: 48 pictures, 80 to 127."""
    play(tmp_path, monkeypatch)
    figure = bench.measure("usual.mp4")["compression.vmaf"]
    assert (figure.samples, figure.value, figure.details["vmaf_minimum"]) == (
        COUNT,
        pytest.approx(103.5),
        80.0,
    )


@pytest.mark.parametrize(
    ("end", "complaint"),
    [
        slow("sys.exit(1)", "1"),
        slow("sys.exit('loading\\nno such model')", "no such model"),
        ("pathlib.Path('scores.json').write_text('{}')", "scores.json: KeyError"),
    ],
)
def test_a_program_that_fails_leaves_a_note_and_the_other_figures(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, complaint: str
) -> None:
    """The note says what the program complained of last, or how it ended."""
    play(tmp_path, monkeypatch, end)
    found = list(compression.measure(bench.look("usual.mp4")))
    [reason] = [note.reason for note in found if isinstance(note, Note)]
    assert (reason.code, reason.parameters) == ("vmaf_failed", {"complaint": complaint})
    for lang in ("zh", "en"):
        assert complaint in wording.reason(reason, lang)
    assert sum(isinstance(figure, Measurement) for figure in found) == 4


def test_vmaf_of_real_pictures(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the extra is installed: lossless scores over 95, coarse coding less than fine."""
    monkeypatch.undo()
    if importlib.util.find_spec(vmaf.MODULE) is None:
        pytest.skip("the extra vmaf is not installed")
    names = (
        "sequence.mkv",
        bench.record("fine.mp4", bench.pictures, 23),
        bench.record("coarse.mp4", bench.pictures, 40),
    )
    values = [bench.measure(name)["compression.vmaf"].value for name in names]
    assert values[0] > 95
    assert values == sorted(values, reverse=True)


def test_progress_is_told_picture_by_picture(bench: Bench) -> None:
    reports: list[tuple[int, int]] = []
    shot = Shot(
        id="s", subject="encoder", clip="usual.mp4", reference="sequence.mkv", chart="acceptance"
    )

    def report(done: int, total: int) -> None:
        reports.append((done, total))

    seen = build.look(shot, bench.folder, progress=report)
    before = len(reports)
    measuring.measure(seen, {"compression.psnr"})
    assert reports[before:] == [(i + 1, COUNT) for i in range(COUNT)]


# --- Evidence ---


def test_the_reference_is_kept_and_hashed_like_the_clip(bench: Bench, tmp_path: Path) -> None:
    """Whoever changes one byte of it is found out."""
    shot = Shot(
        id="s",
        subject="encoder",
        clip="usual.mp4",
        reference="sequence.mkv",
        tap=Tap.PLATFORM,
        conditions=(Condition(name="fed_to_encoder", value="yes"),),
    )
    subject = Subject(id="encoder", kind=SubjectKind.FIXED, facts={"system": "digital"})
    wanted = Plan(subjects=(subject,), shots=(shot,), packs=("gb_50198_2011",), scope=Scope.SITE)
    done, folder = runner.run(wanted, bench.folder, tmp_path)
    [finding] = [one for one in done.findings if one.requirement == "gb_50198_2011#psnr"]
    assert finding.verdict is Verdict.PASS
    kept = folder / done.shots[0].reference
    assert kept.read_bytes() == (bench.folder / "sequence.mkv").read_bytes()
    assert kept.relative_to(folder).as_posix() in done.hashes
    kept.chmod(0o644)
    kept.write_bytes(kept.read_bytes() + b"!")
    result = verification.verify(folder, ())
    assert any("sequence.mkv" in detail for step in result.steps for detail in step.details)


@pytest.mark.parametrize("reference", ["missing.mkv", "text.mkv"])
def test_a_reference_that_cannot_be_read_stops_the_run_before_it_begins(
    bench: Bench, tmp_path: Path, reference: str
) -> None:
    """Exit code 2, the file named, nothing written."""
    (bench.folder / "text.mkv").write_text("no film")
    given = [
        str(bench.folder / "usual.mp4"),
        "--reference",
        str(bench.folder / reference),
        "-o",
        str(tmp_path / "out"),
    ]
    with pytest.raises(ClipError, match=reference) as error:
        CliRunner().invoke(verbs.cli, ["run", *given], catch_exceptions=False)
    assert error.value.exit_code == 2
    assert not (tmp_path / "out").exists()
