"""Features of pictures that are taken in a faster way are those of the plain way, written out."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from acceptance.metrics._shared.freeze import SILENT
from acceptance.scene import crossed_edges, plane_waves
from acceptance.scene.covers import Covers
from acceptance.scene.likeness import FrameLikeness
from acceptance.scene.motion import Motion, _tops, profiles
from acceptance.scene.patterns import block_means, changed_share, median, noise, ranked
from acceptance.scene.rolling_bars import RollingBars
from acceptance.scene.shared_rows import beside_thirds, from_above, shared, thirds
from acceptance.scene.thresholds import THRESHOLDS

SHAPE = (135, 240)
ROWS, COLUMNS = np.indices(SHAPE, np.float32)


def picture(seed: int, noise: float = 2.0) -> np.ndarray:
    """Return boxes of all sizes and a wave, with noise."""
    random, codes = np.random.default_rng(seed), np.full(SHAPE, 90, np.float32)
    for _ in range(60):
        x, y, wide, high = random.integers([0, 0, 6, 6], [235, 130, 45, 35]).tolist()
        codes[y : y + high, x : x + wide] = random.integers(60, 190)
    codes += 15 * np.sin(2 * np.pi * (seed + 8) * (0.3 * COLUMNS + ROWS) / SHAPE[0])
    return np.clip(np.rint(codes + random.normal(0, noise, SHAPE)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("seed", range(4))
def test_the_strongest_line_of_a_spectrum_is_that_of_all_lines(seed: int) -> None:
    """Each line on its own, beside its neighbours; the other one at another angle."""
    samples = picture(seed)
    spectrum = plane_waves._spectrum(samples, THRESHOLDS)
    line = plane_waves._strongest(spectrum, SHAPE, THRESHOLDS)
    window = np.multiply.outer(np.hanning(SHAPE[0]), np.hanning(SHAPE[1]))
    whole = np.abs(np.fft.rfft2((samples - samples.mean()) * window * 2 / window.sum()))
    down, across = np.fft.fftfreq(SHAPE[0])[:, None], np.fft.rfftfreq(SHAPE[1])[None]
    waves = SHAPE[0] * np.hypot(down, across)
    turns = 2 * np.pi * down, 2 * np.pi * across
    weighted = np.where(waves < THRESHOLDS.slowest_waves, 0, whole * waves)
    strongest = np.argsort(weighted.ravel())[-THRESHOLDS.wave_peaks :]
    padded = np.pad(np.fft.fftshift(whole, axes=0), plane_waves.BESIDE)
    alone = {}
    for place in strongest.tolist():
        row, column = divmod(place, whole.shape[1])
        at = (row + SHAPE[0] // 2) % SHAPE[0]
        around = padded[at : at + 11, column : column + 11].copy()
        around[3:8, 3:8] = 0
        alone[place] = float(whole[row, column] - around.max())
    best = max(alone, key=lambda place: alone[place])
    row, column = divmod(best, whole.shape[1])
    expected = alone[best], float(turns[0][row, 0]), float(turns[1][0, column])
    assert line == pytest.approx(expected, rel=1e-3)
    other = plane_waves._other_way(spectrum, SHAPE, line, THRESHOLDS)
    assert other < line[0]


@pytest.mark.parametrize("turns", [(0.4, 0.1), (-1.3, 0.0), (0.2, 2.6), (0.09, 0.12)])
def test_a_wave_about_every_fourth_sample_is_that_about_every_sample(
    turns: tuple[float, float],
) -> None:
    samples, turn = picture(1), math.hypot(*turns)
    shading, near = max(3.0, math.pi / turn), max(8.0, 1.2 * math.pi / turn)
    light = samples.astype(np.float32)
    fine = light - cv2.GaussianBlur(light, (0, 0), shading)
    angle = turns[0] * ROWS + turns[1] * COLUMNS
    even, odd = (cv2.GaussianBlur(fine * wave(angle), (0, 0), near) for wave in (np.cos, np.sin))
    whole = 2 / (1 - math.exp(-((turn * shading) ** 2) / 2)) * (even - 1j * odd)
    thin = plane_waves._local(samples, (1.0, *turns))
    assert np.allclose(thin, whole[1::4, 1::4], atol=1e-3)
    tenth, plain = ranked(np.abs(thin), 10), ranked(np.abs(whole), 10)
    assert tenth == pytest.approx(plain, rel=0.1, abs=0.1), "half of the doubt of stripes"


@pytest.mark.parametrize("seed", range(3))
def test_edges_are_those_of_windows_that_are_looked_at_one_by_one(seed: int) -> None:
    fine = picture(seed)[:40]
    beside = np.roll(fine, 1, axis=0)
    lines = crossed_edges.Lines(np.concatenate([fine, beside]).T.astype(np.int16), units=1)
    other = lines._replace(samples=lines.samples[:, ::-1])
    *_, found_edges, _ = crossed_edges.crossings([other, lines, other], 360, THRESHOLDS)
    fine, beside = fine.astype(np.float32), beside.astype(np.float32)
    reach, found = THRESHOLDS.edge_reach_samples, []
    slope = np.abs(np.gradient(fine, axis=1))
    slope[:, [0, -1]] = 0  # mirrored
    for row, line in enumerate(fine):
        for at in range(line.size):
            near, far = (line[max(0, at - n) : at + n + 1] for n in (reach, 2 * reach))
            rise, steep = np.ptp(near), slope[row, at]
            most = slope[row, max(0, at - reach) : at + reach + 1].max()
            square = steep >= THRESHOLDS.edge_squareness * abs(line[at] - beside[row, at])
            ends = np.ptp(far) <= THRESHOLDS.edge_end * rise
            if rise >= THRESHOLDS.edge_contrast_codes and steep >= most and square and ends:
                found.append((row, at, rise, rise / steep))
    rows, columns, plain_rises, plain_widths = np.array(sorted(found, key=lambda e: e[1::-1])).T
    assert found_edges.places == pytest.approx(
        np.stack([columns + 0.5, rows + 0.5], 1) / fine.T.shape
    )
    assert found_edges.rises == pytest.approx(plain_rises)
    plain_widths *= 100 / 360 / math.sqrt(2 * math.pi)
    assert found_edges.widths == pytest.approx(plain_widths, rel=1e-5)


@pytest.mark.parametrize(("height", "deep"), [(360, 0), (576, 0), (720, 0), (1080, 0), (1080, 2)])
def test_lines_by_whole_numbers_are_averages_of_codes(height: int, deep: int) -> None:
    width = height * 16 // 9
    random = np.random.default_rng(height)
    codes = random.integers(0, 256 << deep, (height, width + 8), np.uint16 if deep else np.uint8)
    for luma in (codes[:, :width], np.ascontiguousarray(codes[:, :width])):
        across, down = crossed_edges.lines(luma, deep, THRESHOLDS)
        share, further = min(1, 360 / height), max(1, round(height / 360))
        for axis, lines in ((0, across), (1, down)):
            first = (2 * np.arange(60) + 1) * (luma.shape[axis] - further) // 120
            places = np.concatenate([first, first + further])
            taken = np.moveaxis(luma.take(places, axis) >> deep, axis, 1).astype(np.float32)
            size = round(luma.shape[1 - axis] * share)
            plain = cv2.resize(taken, (120, size), interpolation=cv2.INTER_AREA)
            most = 0.5 / lines.units if lines.units == crossed_edges.FINEST else 1e-4
            assert np.abs(lines.samples / lines.units - plain).max() <= most + 1e-4


def test_thumbnails_compared_together_are_those_compared_one_by_one() -> None:
    random, apart = np.random.default_rng(9), 5
    plain = cv2.resize(picture(7).astype(np.float32), (64, 36))
    light = np.arange(64) < 9
    films = [
        (plain + random.normal(0, 1 + n % 3, plain.shape) + n * light).astype(np.float32)
        for n in range(23)
    ]
    likeness, taken = FrameLikeness(apart, THRESHOLDS), []
    for number, small in enumerate(films):
        likeness.see(small, key=number % 4 == 0)
        if number in {6, 7, 22}:
            taken.append(likeness.taken())
    every = {name: np.concatenate([part[name] for part in taken]) for name in taken[0]}
    for number in range(len(films)):
        expected = plainly(films[: number + 1], apart, key=4)
        compared = {name: values[number] for name, values in every.items()}
        assert compared == pytest.approx(expected, rel=1e-5, nan_ok=True)


@pytest.mark.parametrize("looks", [{14}, {4, 5, 6, 14}, {3, 11, 14}])
def test_likeness_is_also_to_the_view_before_the_last_change(looks: set[int]) -> None:
    """Five of one view, five of another, which comes within two pictures, and the first again.

    Compared from three after a change, as long as what is half a second here, to three after the
    next.
    """
    first, other = (cv2.resize(picture(n).astype(np.float32), (64, 36)) for n in (7, 8))
    films = [first] * 5 + [(first + 3 * other) / 4] + [other] * 4 + [first] * 5
    likeness, taken = FrameLikeness(3, THRESHOLDS), []
    for number, small in enumerate(films):
        likeness.see(small, key=False)
        if number in looks:
            taken.append(likeness.taken())
    like, at = (np.concatenate([part[name] for part in taken]) for name in ("like_left", "left_at"))
    assert np.isnan(like[:8]).all()
    assert (like[8:10] < 0.5).all()
    assert like[10:13] == pytest.approx(1, abs=1e-4)
    assert (like[13:] < 0.5).all()
    assert at[8:].tolist() == [5, 5, 5, 5, 5, 10, 10]


@pytest.mark.parametrize("looks", [{12}, {4, 5, 6, 12}, {2, 7, 12}])
def test_what_stayed_is_told_across_a_change_alone(looks: set[int]) -> None:
    """Five of one view, eight with another on its left half; compared over three."""
    first, other = (cv2.resize(picture(n).astype(np.float32), (64, 36)) for n in (7, 8))
    cut = np.where(np.arange(64) < 32, other, first).astype(np.float32)
    likeness, taken = FrameLikeness(3, THRESHOLDS), []
    for number, small in enumerate([first] * 5 + [cut] * 8):
        likeness.see(small, key=False)
        if number in looks:
            taken.append(likeness.taken()["stayed"])
    stayed = np.concatenate(taken)
    assert np.flatnonzero(np.isfinite(stayed)).tolist() == [5, 6, 7]
    assert stayed[5:8] == pytest.approx(50, abs=5)


def test_thumbnails_are_kept_as_far_as_they_were_seen() -> None:
    likeness = FrameLikeness(45_000, THRESHOLDS)
    for _ in range(2):
        likeness.see(np.ones((36, 64), np.float32), key=False)
        assert np.isnan(likeness.taken()["like_ago"]).all()
    assert len(likeness.patterns_before) == 2
    assert len(likeness.before) == 2


def plainly(films: list[np.ndarray], apart: int, key: int) -> dict[str, float]:
    """Compare the last thumbnail with those before it, of which every so many are key frames."""

    def change(step: int, *, asked: bool = True) -> float:
        return float(np.abs(now - films[-1 - step]).mean()) if asked and enough(step) else math.nan

    def like(step: int) -> float:
        if not enough(step):
            return math.nan
        this, other = (each - cv2.blur(each, (9, 9)) for each in (now, films[-1 - step]))
        return float((this * other).sum() / math.sqrt((this**2).sum() * (other**2).sum()))

    def enough(step: int) -> bool:
        return len(films) > step

    now, is_key = films[-1], (len(films) - 1) % key == 0
    changed = np.abs(now - films[-2]) > THRESHOLDS.changed_codes if enough(1) else None
    return {
        "mean": float(now.mean()),
        "difference": change(1),
        "drift": change(2),
        "key_difference": change(key, asked=is_key),
        "key_drift": change(2 * key, asked=is_key),
        "area_changed": math.nan if changed is None else 100 * float(changed.mean()),
        "like_left": math.nan,  # the view never changes
        "left_at": math.nan,
        "stayed": math.nan,
        "like_before": like(1),
        "like_ago": like(apart),
    }


@pytest.mark.parametrize("height", [1080, 720, 576, 100])
@pytest.mark.parametrize("bits", [8, 10])
def test_shared_rows_are_those_evenly_spread_wherever_they_lie(height: int, bits: int) -> None:
    """Of a plane, of one whose rows are padded, and of one that is turned."""
    kind, random = np.uint16 if bits > 8 else np.uint8, np.random.default_rng(height)
    codes = random.integers(0, 1 << bits, (height, 48)).astype(kind)
    padded = np.pad(codes, ((0, 0), (0, 16)))[:, :48]
    turned = np.rot90(np.ascontiguousarray(np.rot90(codes, -1)))
    places = (2 * np.arange(180) + 1) * height // 360
    for luma in (codes, padded, turned):
        rows = shared(luma, THRESHOLDS)
        assert rows.shape == (5, 36, 48)
        assert np.array_equal(from_above(rows), codes[places])
        assert np.array_equal(rows[3], codes[places[3::5]])
        assert np.array_equal(thirds(luma, THRESHOLDS), codes[places[1::3]])
        below = np.minimum(places[1::3] + 2, height - 1)
        assert np.array_equal(beside_thirds(luma, THRESHOLDS)[3], codes[below])


@pytest.mark.parametrize(("fold", "most"), [(1, 9_000), (3, 9_000), (4, 65_000)])
def test_profiles_are_means_of_so_many_samples_of_each_half(fold: int, most: int) -> None:
    sums = np.random.default_rng(fold).integers(0, most, (3, 5, 650)).astype(np.uint16)
    found = profiles(sums, 1 / 35, fold)
    half = 650 // (4 * fold) * 2 * fold
    plain = sums[..., : 2 * half].reshape(3, 10, -1, fold).mean(axis=-1) / 35
    assert found.shape == plain.shape
    assert found == pytest.approx(plain, rel=1e-6)


def test_a_lasting_picture_is_the_mean_of_the_last_ones() -> None:
    covers, pictures = Covers(0.2, THRESHOLDS), [picture(seed) for seed in range(10)]
    for number, samples in enumerate(pictures, start=1):
        covers.see(samples, np.zeros((9, 16), np.float32))
        last = np.array(pictures[max(0, number - 7) : number], np.float64)
        assert covers._lasting() == pytest.approx(last.mean(axis=0), rel=1e-6)


def test_noise_is_that_of_each_block_by_itself() -> None:
    random = np.random.default_rng(5)
    near = random.integers(20, 200, (5, 60, 200), np.uint8)
    change = random.integers(0, 40, (36, 200), np.uint8)
    found = noise(near[2], near[[0, 1, 3, 4]], change, 0, THRESHOLDS)
    codes = near.astype(np.int64)
    rows = np.pad(codes[2], ((0, 0), (1, 1)), mode="reflect")
    bends = (
        rows[:, :-2] + rows[:, 2:] - 2 * codes[2],
        codes[0] + codes[4] - 2 * codes[2],
        codes[1] + codes[3] - 2 * codes[2],
    )
    blocks = [
        np.abs(bend)[:54, :192].reshape(9, 6, 16, 12).mean(axis=(1, 3)) / 1.954 for bend in bends
    ]
    in_time = change[:, :192].reshape(9, 4, 16, 12).mean(axis=(1, 3)) / 1.128
    between = np.maximum(blocks[0], np.minimum(blocks[1], blocks[2]))
    assert found == pytest.approx(np.minimum(in_time, between), rel=1e-5)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32])
def test_means_of_blocks_are_those_of_each_block(kind: type) -> None:
    values = np.random.default_rng(2).integers(0, 250, (59, 333)).astype(kind)
    plain = values[:54, :320].reshape(9, 6, 16, 20).mean(axis=(1, 3))
    assert block_means(values, THRESHOLDS) == pytest.approx(plain, rel=1e-5)


@pytest.mark.parametrize("shape", [(4, 9), (5, 8), (1, 3), (2, 2)])
def test_medians_are_numpys(shape: tuple[int, int]) -> None:
    values = np.random.default_rng(3).normal(size=shape).astype(np.float32)
    for axis in (0, 1):
        assert median(values, axis) == pytest.approx(np.median(values, axis=axis), rel=1e-6)


def test_a_picture_that_moved_by_so_many_samples_has_moved_by_them() -> None:
    random = np.random.default_rng(4)
    wide = cv2.GaussianBlur(random.normal(0, 40, (35, 720)), (0, 0), 3).astype(np.float32)
    motion = Motion(THRESHOLDS)
    moves: list[float] = []
    for start in (20, 17, 17, 21):
        motion.see(wide[:, start : start + 640], 1)
        if start != 20:
            moves += motion.taken()
    assert math.isnan(moves[0]), "nothing is before it"
    assert moves[1:] == pytest.approx([3, 0, -4], abs=0.1)
    flat = np.ones(1)
    assert _tops(flat, flat, 0 * flat) == 0


def test_bars_are_not_reckoned_where_they_cannot_be_above_what_is_asked() -> None:
    rows = np.arange(36, dtype=np.float32)[:, None] + np.zeros((1, 64), np.float32)
    bars = RollingBars(25, THRESHOLDS)
    for turn in range(25):
        phase = (2 * np.pi * (rows / 36 + 1.2 * turn / 25)).astype(np.float32)
        bars.see(100 + 12 * np.sin(phase), (0.0, 0.0))
    whole = bars.amplitude()
    assert whole == pytest.approx(12, rel=0.1)
    assert bars.amplitude(above=whole - 1) == whole
    assert bars.amplitude(above=whole + 1) == 0
    assert bars.amplitude(above=100) == 0


def behind(rows: np.ndarray) -> np.ndarray:
    """Return rows from above as features share them: of each five the first ones, and so on."""
    return rows.reshape(-1, 5, rows.shape[1]).swapaxes(0, 1)


@pytest.mark.parametrize("share", [0.0, 0.03, 0.06, 0.09, 0.3, 1.0])
def test_what_few_pixels_changed_is_counted_in_all_rows_and_never_taken_for_much(
    share: float,
) -> None:
    """Blocks of 16 rows change, as coders change them; rows are 6 px apart, as of 1080 lines."""
    random = np.random.default_rng(6)
    blocks = random.random((68, 120)) < share
    now = np.kron(blocks, np.ones((16, 16), np.uint8))[:1080][3::6]
    before, all_of_them = np.zeros_like(now), np.count_nonzero(now) / now.size
    found = changed_share(behind(now), behind(before), THRESHOLDS)
    assert found == pytest.approx(all_of_them, abs=0.02)
    assert found == all_of_them or min(found, all_of_them) > SILENT


@pytest.mark.parametrize("bands", range(1, 9))
def test_bands_that_hold_a_row_that_is_looked_at_each_are_not_taken_for_much(bands: int) -> None:
    """The worst case: of 1080 lines every 30th, of which such a band of 16 hides three rows."""
    lines = np.zeros((1080, 64), np.uint8)
    for band in range(bands):
        lines[120 * band + 15 : 120 * band + 31] = 1  # with rows 15, 21 and 27 of those 6 px apart
    now = lines[3::6]
    before, share = np.zeros_like(now), np.count_nonzero(now) / now.size
    assert np.count_nonzero(now[2::5]) / now[2::5].size > share, "some rows show more"
    found = changed_share(behind(now), behind(before), THRESHOLDS)
    assert (found <= SILENT) == (share <= SILENT)


@pytest.mark.parametrize("lines", [180, 95, 80])
def test_what_is_much_in_some_rows_is_no_silence_in_all(lines: int) -> None:
    assert THRESHOLDS.much_changed_share >= SILENT
    for pixels in range(32 * (lines // 5)):  # of rows that are looked at, and no other
        now = np.zeros((lines, 32), np.uint8)
        now[2::5] = np.arange(now[2::5].size).reshape(-1, 32) < pixels
        share = np.count_nonzero(now) / now.size
        silent = changed_share(behind(now), behind(np.zeros_like(now)), THRESHOLDS) <= SILENT
        assert silent == (share <= SILENT)
