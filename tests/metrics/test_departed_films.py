"""Films that depart from the ideal: times, ghosts and slow screens are known for what they are."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from marks import slow

from acceptance.errors import GapError
from acceptance.metrics import latency
from acceptance.metrics._filmed_clock import ghosts
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics._filmed_clock.cadence import cadence
from acceptance.metrics._filmed_clock.pace import Pace
from acceptance.metrics.latency import delay, film_times, monitor, screens, slow_screen
from acceptance.uncertainty import combine

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import clocks
import departures
from departures import Departures


def read(
    times: clocks.Array, exposure: float = 0.008, noise: float = 0.02
) -> clock_readings.Readings:
    """Read a clock of 59.3 Hz in frames exposed at ``times``."""
    light = clock_readings.expected_shares(5000 + 59.3 * times, exposure * 59.3, 24)
    light += noise * np.random.default_rng(1).standard_normal(light.shape)
    return clock_readings.readings_of(light)


def test_stamps_that_jitter_or_change_places_give_way_to_an_even_count() -> None:
    true = np.arange(360) / 60
    by = Departures(stamp_jitter=0.002, swapped=0.05, doubled=0.03)
    stamps = by.stamps(np.random.default_rng(3), true)
    found, scatter = film_times.exposed(stamps, read(true))
    assert np.std(found - true) < 2e-4 < np.std(stamps - true)
    assert scatter < 4e-4


@pytest.mark.parametrize("seed", range(4))
def test_stamps_that_jitter_less_than_blends_scatter_give_way_to_a_count(seed: int) -> None:
    """Where the film itself is as uneven, its stamps stay."""
    even = np.arange(360) / 60
    stamps = even + 6e-4 * np.random.default_rng(seed).standard_normal(360)
    found, _ = film_times.exposed(stamps, read(even, noise=0.05))
    assert np.std(found - even) < 5e-5
    found, _ = film_times.exposed(stamps, read(stamps, noise=0.05))
    assert np.array_equal(found, stamps)


def test_a_hole_beside_exchanged_stamps_is_where_the_clock_says() -> None:
    """Frame 100 is lost, and the stamps of the two before it are exchanged with the one after."""
    true = np.delete(np.arange(360) / 60, 100)
    stamps = true.copy()
    stamps[[98, 99, 100]] = true[[99, 100, 98]]
    found, _ = film_times.exposed(stamps, read(true, 0.001))
    assert found == pytest.approx(true, abs=2e-4)


def test_a_clock_that_is_misread_moves_no_frame() -> None:
    true = np.arange(360) / 60
    clock = read(true, 0.001)
    wrong = clock.position + np.where(np.arange(360) % 90 == 50, 1.0, 0.0)
    found, _ = film_times.exposed(true, replace(clock, position=wrong))
    assert np.array_equal(found, true)


def test_stamps_of_an_uneven_film_are_kept() -> None:
    random = np.random.default_rng(4)
    true = np.arange(360) / 60 + 0.002 * random.uniform(-1, 1, 360)
    found, _ = film_times.exposed(true, read(true))
    assert np.array_equal(found, true)


def test_where_no_frame_tells_stamps_from_count_their_difference_is_in_doubt() -> None:
    true = np.arange(360) / 60
    stamps = true + 0.001 * np.random.default_rng(5).standard_normal(360)
    in_step = clock_readings.expected_shares(5000.5 + 60 * true, 0.1, 24)
    _, scatter = film_times.exposed(stamps, clock_readings.readings_of(in_step))
    assert scatter == pytest.approx(0.001, rel=0.2)


@pytest.mark.parametrize("part", [0.1, 0.35])
def test_what_noise_reduction_left_of_the_picture_before_is_taken_off(part: float) -> None:
    times = np.arange(360) / 60
    light = clock_readings.expected_shares(5000 + 59.3 * times, 0.5, 24)
    mixed = ghosts.added(light, part)
    mixed += 0.02 * np.random.default_rng(6).standard_normal(light.shape)
    found = ghosts.share(mixed[:, ghosts.FIRST_BIT :])
    assert found == pytest.approx(part, abs=0.03)
    assert np.std(ghosts.removed(mixed, found) - light) < 0.06


def test_a_clean_film_has_no_ghosts() -> None:
    light = clock_readings.expected_shares(5000 + 59.3 * np.arange(360) / 60, 0.5, 24)
    assert ghosts.share(light[:, ghosts.FIRST_BIT :]) == 0


@pytest.mark.parametrize("ratio", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("shape", [0.0, 0.4, 1.0])
def test_an_exposure_that_goes_on_as_long_as_needed_gathers_the_share(
    ratio: float, shape: float
) -> None:
    share = np.array([0.1, 0.5, 0.8])
    columns = slow_screen.columns_of(share)
    needed = slow_screen.needed(columns, np.array([[ratio]]), np.array([[shape]]))[0]
    assert slow_screen.gathered(needed, ratio, shape) == pytest.approx(share, abs=2e-3)


@pytest.mark.parametrize("shape", [0.0, 0.4, 1.0])
def test_an_exposure_that_goes_on_a_little_longer_gains_what_it_gathers_more(shape: float) -> None:
    since = np.array([0.2, 0.9, 1.3, 2.0])
    more, less = (slow_screen.gathered(since + step, 0.7, shape) for step in (1e-4, -1e-4))
    gained = slow_screen.gained(since, np.array([[0.7]]), shape)[0]
    assert (more - less) / 2e-4 == pytest.approx(gained, abs=1e-3)


def test_a_slow_monitor_gathers_what_integration_by_steps_says() -> None:
    time = (np.arange(20000) + 0.5) / 10000
    light = 1 - np.exp(-time / 0.4)
    by_steps = light[(time > 0.3) & (time < 1.3)].mean()
    assert slow_screen.gathered(np.array([1.3]), 0.4)[0] == pytest.approx(by_steps, abs=1e-4)
    even = np.minimum(time / 0.8, 1)[(time > 0.3) & (time < 1.3)].mean()
    assert slow_screen.gathered(np.array([1.3]), 0.4, 1.0)[0] == pytest.approx(even, abs=1e-4)


def test_what_readings_scatter_by_themselves_is_no_scatter_of_the_pictures() -> None:
    """200 pictures of 5 ms, each read to within 4.8 ms, rms: 6.9 ms are seen, 5 are inside U.

    What may be less than that, none, is inside too; where the scatter is known to be none, the
    deviation is that of the draws.
    """
    random = np.random.default_rng(6)
    own = 5 * random.standard_normal(200)
    draws = np.tile(own + 4.8 * random.uniform(-1, 1, 200) * 3**0.5, (16, 1))
    value, lines = delay.deviation(draws, delay.OwnErrors(scatter=4.8))
    combined = combine(lines)
    assert abs(value - own.std(ddof=1)) <= combined.k * combined.uncertainty
    assert delay.deviation(draws)[0] - own.std(ddof=1) > 1
    little = delay.Latency(draws=draws, moments=np.arange(200.0), scatter=0.2)
    assert delay.of_each(little)["sd"][0] == delay.deviation(draws)[0], "noise alone may make that"


def test_the_worst_of_scattered_readings_is_not_taken_for_the_pictures_own() -> None:
    """All pictures take 100 ms, each read to within 8.3 ms: the largest is so by chance."""
    draws = 100 + np.random.default_rng(9).uniform(-8.3, 8.3, (1, 150)) + np.zeros((16, 1))
    value, lines = delay.worst(draws, delay.OwnErrors(scatter=8.3 / 3**0.5))
    combined = combine(lines)
    assert draws.max() - 100 > 8
    assert abs(value - 100) <= combined.k * combined.uncertainty < 9


def test_a_picture_that_only_mixtures_show_is_no_picture() -> None:
    """The first picture after lost ones has ghosts that nobody expects: as if 4 came before 7."""
    seen = monitor.Shown(
        old=np.array([3, 3, 4, 4, 7, 7, 8]),
        new=np.array([4, 4, 7, 7, 8, 8, 9]),
        share=np.array([0.02, 0.02, 0.62, 0.66, 0.03, 0.4, 0.05]),
    )
    assert seen.changes().picture.tolist() == [8]


def test_a_picture_behind_a_lost_one_looks_as_it_was_seen() -> None:
    """Of which picture something is left in it is not known: 3 is seen behind 1, as 2 is lost."""
    seen = np.full((1, 24), 0.4)
    pictures = monitor.CameraPictures(
        number=np.arange(5.0), ghost=0.25, first=np.array([3]), shares=seen
    )
    line = Pace(origin=0.0, draws=np.array([[5000.0, 2.37, 0.3, 0.0]]))
    expected = pictures.expected(line, read(np.arange(5.0)))
    clear = clock_readings.expected_shares(5000 + 2.37 * np.arange(5), 0.3, 24)
    assert expected[3].tolist() == seen[0].tolist()
    assert expected[[0, 1, 2, 4]] == pytest.approx(ghosts.added(clear, 0.25)[[0, 1, 2, 4]])


def test_noise_reduction_behind_lost_pictures_makes_no_picture_that_nobody_saw() -> None:
    """The worst of this film was 30 ms off: 128 seemed to mix with 129, which was lost."""
    random = np.random.default_rng([2006, 3341, 17])
    on = departures.some(random, departures.SIGNALS)
    [worst] = [
        reading
        for reading in clocks.film(random, departures.drawn(random, on))
        if reading.region == "worst"
    ]
    assert set(on) >= {"lost", "camera_recursion"}
    assert abs(worst.off) <= worst.expanded < 3


@pytest.mark.parametrize("number", [6409, slow(6541), slow(6931)])
def test_no_picture_is_made_up_before_the_first_one_or_of_a_lost_one(number: int) -> None:
    """Noise reduction had the first picture of a film taken for the one before: 27 ms off."""
    random = np.random.default_rng([2006, number, 17])
    on = departures.some(random, departures.SIGNALS)
    [worst] = [
        reading
        for reading in clocks.film(random, departures.drawn(random, on))
        if reading.region == "worst"
    ]
    assert "camera_recursion" in on
    assert abs(worst.off) <= worst.expanded < 5


def test_a_picture_of_which_most_is_another_may_be_what_its_own_part_says() -> None:
    """Whatever that other is; a picture beside it in time is none that may be."""
    own, beside, before = clock_readings.expected_shares(np.array([40.3, 42.3, 31.8]), 0.2, 24)
    seen = 0.7 * own + 0.3 * before
    assert ghosts.may_be(np.stack([seen, seen]), np.stack([own, beside]), 0.3).tolist() == [
        True,
        False,
    ]


def test_where_noise_reduction_leaves_few_pictures_sure_that_is_said() -> None:
    """None of five follows another, and none looks as its number says."""
    line = Pace(origin=0.0, draws=np.array([[5000.0, 2.0, 0.3, 0.0]]))
    number = np.arange(0, 10, 2)
    with pytest.raises(GapError, match="too_few_frames"):
        screens._unmistaken(np.full((5, 24), 0.5), np.arange(5), number, line, 0.2)
    seen, found = screens._unmistaken(np.full((5, 24), 0.5), np.arange(5), number, line, 0.0)
    assert seen.tolist() == [0, 1, 2, 3, 4]
    assert found.tolist() == number.tolist()


@pytest.mark.parametrize(("stands", "pictures"), [(8, [4, 5, 6]), (2, [2, 3, 4, 5, 6])])
def test_what_mixes_but_is_never_alone_is_a_picture_only_where_they_stand_briefly(
    stands: int, pictures: list[int]
) -> None:
    """2 is said to come up at the end of 1, a third of it, then half of 3; then come 4, 5, 6."""
    mixtures = ([1] * stands, [1, 2], *([after] * stands for after in range(3, 7)))
    share = np.concatenate([np.full(stands, 0.1), [0.3, 0.5], np.full(4 * stands, 0.02)])
    old = np.concatenate(mixtures)
    film = monitor.Shown(old=old, new=old + 1, share=share)
    assert film.changes().picture.tolist() == pictures


def in_step(lag: float, part: float) -> clock_readings.Array:
    """(360, 6, 4) light of a film of 60 frame/s before 60 Hz, rows ``lag`` refreshes later."""
    middles = 5000.3 + np.arange(360)[:, None] + lag * clocks.HEIGHTS
    light = clock_readings.expected_shares(middles, 0.3, clock_readings.LOW_BITS)
    noise = 0.02 * np.random.default_rng(10).standard_normal(light.shape)
    return np.asarray(ghosts.added(light, part) + noise)


def test_a_clock_without_ghosts_shows_that_the_films_camera_left_none() -> None:
    """A camera of its own that reduces noise puts ghosts into its picture of the clock alone."""
    clean, ghosted = in_step(0.1, 0.0), in_step(0.1, 0.08)
    assert ghosts.in_step([clean, ghosted], 1 / 60)[0] == 0.0
    assert ghosts.in_step([clean, ghosted], 1 / 60)[1] == pytest.approx(0.08, abs=0.01)
    assert ghosts.in_step([ghosted, ghosted], 1 / 60)[0] == pytest.approx(0.08, abs=0.01)


def test_one_scattered_reading_that_stands_out_by_a_refresh_leaves_the_worst_in_doubt() -> None:
    """Film 47: of a camera's mixed pictures one was read a refresh of 13.3 ms early."""
    random = np.random.default_rng(47)
    latencies = 248 + 15 * random.random(70)
    read = latencies + 3.4 * random.uniform(-1, 1, 70)
    read[read.argmax()] += 13.3
    value, lines = delay.worst(np.tile(read, (8, 1)), delay.OwnErrors(scatter=3.4 / 3**0.5))
    combined = combine(lines)
    assert abs(value - latencies.max()) <= combined.k * combined.uncertainty
    assert abs(value - read.max()) <= combined.k * combined.uncertainty


@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_of_scattered_readings_the_worst_is_the_percentile_at_least_and_that_the_mean(
    spread: float,
) -> None:
    """Also where pictures that took alike long were read alike by chance."""
    read = 100 + spread * np.random.default_rng(9).uniform(-8.3, 8.3, (1, 150)) + np.zeros((16, 1))
    own = delay.OwnErrors(scatter=8.3 / 3**0.5)
    found = {name: value for name, (value, _) in delay.statistics(read, own).items()}
    assert found["worst"] >= found["percentile_95"] >= found["mean"]
    value, lines = delay.percentile(read, own)
    combined = combine(lines)
    assert abs(value - 100) <= combined.k * combined.uncertainty < 9


def test_ghosts_of_a_film_in_step_are_alike_at_all_heights() -> None:
    assert ghosts.steady(in_step(0.1, 0.08)) == pytest.approx(0.08, abs=0.01)
    assert ghosts.steady(in_step(0.1, 0.0)) == 0
    assert ghosts.in_step([in_step(0.1, 0.08)], 1 / 60)[0] == pytest.approx(0.08, abs=0.01)
    assert ghosts.in_step([in_step(0.1, 0.08)], 1 / 240) == (0, pytest.approx(0.08, abs=0.01))


def test_a_blend_before_a_rolling_shutter_is_no_ghost() -> None:
    assert ghosts.steady(in_step(0.35, 0.0)) == 0


def test_a_rare_late_picture_that_was_not_seen_is_in_the_deviations_uncertainty() -> None:
    """In step all of 178 pictures waited alike; three may be expected to miss their refresh."""
    draws = 100 + 0.05 * np.random.default_rng(7).standard_normal((1, 178))
    combined = combine(delay.deviation(draws)[1])
    assert 0.4 < combined.k * combined.uncertainty < 1.6


@pytest.mark.parametrize("seed", [slow(1), 2])
@pytest.mark.parametrize(
    "by",
    [
        Departures(recursions=(0.3, 0.0)),
        slow(Departures(recursions=(0.0, 0.3))),
        slow(Departures(rises=(0.002, 0.003), falls=(0.002, 0.003))),
        slow(Departures(scans=(0.9, 0.4))),
        slow(Departures(stamp_jitter=0.002, doubled=0.03)),
        slow(Departures(uneven=(0.002, 0.004))),
    ],
)
def test_the_truth_lies_inside_u_whatever_the_film_departs_by(by: Departures, seed: int) -> None:
    """Films out of step, so that U is small."""
    random = np.random.default_rng(seed)
    what = replace(clocks.drawn(random, 60.0, 6.0), refresh=59.3, monitor=60.4, camera=25.0, by=by)
    what = replace(what, film_exposure=0.008, exposure=0.012)
    times, live, shown, true = clocks.film_of(random, clocks.chain(random, what))
    found = screens.glass_to_glass(times, live, shown)
    lines = [*delay.mean(found.draws)[1], *latency.film_lines(found, 1000 / 60, 0.0)]
    combined = combine(lines)
    assert abs(found.each.mean() - true.mean()) <= combined.k * combined.uncertainty


def lost_without_stamps(
    rate: int, exposure: float, stamped: str, seed: int = 8
) -> tuple[float, float]:
    """Return by how much frames (rms, s) are off where the clock says, and by their stamps."""
    random = np.random.default_rng(seed)
    number = np.flatnonzero(random.uniform(size=4 * rate) >= 0.04)
    plain = np.arange(len(number)) / rate
    if stamped == "in ms":
        plain = np.rint(1000 * plain) / 1000
    if stamped == "with jitter":
        plain += 0.00025 * random.standard_normal(len(plain))
    found, _ = film_times.exposed(plain, read(number / rate, exposure=exposure))
    return float(np.std(found - number / rate)), float(np.std(plain - number / rate))


STAMPED = ["evenly", "in ms", "with jitter"]


@pytest.mark.parametrize("stamped", STAMPED)
def test_frames_lost_from_a_film_without_stamps_are_found_by_the_clock(stamped: str) -> None:
    """AVI numbers the frames that are left; copied to MKV they have stamps in whole ms."""
    by_clock, by_stamps = lost_without_stamps(60, 0.002, stamped)
    assert by_clock < 0.25 / 60
    assert by_stamps > 0.02


@pytest.mark.parametrize("stamped", STAMPED)
@pytest.mark.parametrize(("rate", "exposure"), [(60, 0.01), (240, 0.002)])
def test_lost_frames_that_the_clock_does_not_place_leave_no_figure(
    rate: int, exposure: float, stamped: str
) -> None:
    """Another rate of the screen and fewer lost frames fit the readings, but not the blends."""
    with pytest.raises(GapError, match="losses_untold"):
        lost_without_stamps(rate, exposure, stamped)


LOSING = [
    *((rate, exposure, "evenly") for rate in (30, 60) for exposure in (0.002, 0.01)),
    *((rate, 0.002, "with jitter") for rate in (60, 240)),
    (240, 0.002, "evenly"),
]


@pytest.mark.parametrize("seed", [9, *map(slow, (8, 10, 11, 12))])
def test_lost_frames_are_found_to_the_frame_or_the_film_is_refused(seed: int) -> None:
    for rate, exposure, stamped in LOSING:
        with contextlib.suppress(GapError):
            by_clock, _ = lost_without_stamps(rate, exposure, stamped, seed)
            assert by_clock < 2e-4


def test_blends_of_a_few_frames_do_not_prove_that_none_was_lost() -> None:
    """A screen 0.6 % slower than the film: it blends in one stretch only."""
    number = np.flatnonzero(np.random.default_rng(9).uniform(size=360) >= 0.04)
    light = clock_readings.expected_shares(5000.3 + 59.63 * number / 60, 0.08, 24)
    light += 0.02 * np.random.default_rng(1).standard_normal(light.shape)
    plain = np.arange(len(number)) / 60
    found, _ = film_times.exposed(plain, clock_readings.readings_of(light))
    assert np.std(found - number / 60) < np.std(plain - number / 60) / 3


def test_where_the_clock_does_not_say_which_frames_were_lost_the_film_is_refused() -> None:
    number = np.flatnonzero(np.random.default_rng(8).uniform(size=120) >= 0.04)
    with pytest.raises(GapError, match="losses_untold"):
        film_times.exposed(np.arange(len(number)) / 30, read(number / 30, exposure=0.002))


def test_a_picture_misread_by_millions_of_refreshes_takes_no_memory() -> None:
    position = np.floor(np.arange(100) * 2.4) + 0.5
    position[60] = 9e6
    found = cadence(position, np.full(100, 0.5), 0.15)
    assert found is not None
    assert found.period == pytest.approx(2.4, rel=0.01)


def test_a_film_that_lost_nothing_keeps_its_plain_stamps() -> None:
    true = np.arange(360) / 60
    found, scatter = film_times.exposed(true, read(true, exposure=0.002))
    assert np.array_equal(found, true)
    assert scatter < 4e-4
