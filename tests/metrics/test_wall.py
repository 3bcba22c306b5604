"""A wall of monitors in one film: the latency of each tile is within U of what was simulated.

Tiles that show no clock, stand still or are dark are told apart; without the clock's own screen in
the film no latency is given.
"""

from __future__ import annotations

import pickle
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import marks
import numpy as np
import pytest

from acceptance.charts import definition
from acceptance.charts.located import Located
from acceptance.errors import GapError
from acceptance.metrics import faults, frame_rate, latency, read_out
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics.latency import half_way_bits, own_screen, screens, tile_places, wall
from acceptance.model import Measurement, Note, Shot, Tap
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.filmed_wall import Tile, film_wall, grid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from acceptance.metrics._filmed_clock.readings import Array, Readings
    from acceptance.simulate.films import Truth

CLOCK = definition.load("clock")
PHONE = Camera(
    width=960, height=540, rate=Fraction(60), exposure=0.008, noise=0.006, share=0.96, pan=4,
    tilt=2, preset="ultrafast", seed=5,
)  # fmt: skip
CAMERA = Camera(width=320, height=180, noise=0.01, exposure=0.01, share=0.9, seed=11)
PLANE, CLOCK_BOX, WALL_BOX = (970, 300), (0, 60, 320, 180), (330, 30, 640, 240)
NAMED = (("gate", "gate", "yard"), ("hall", "roof", "lift"))

Found = tuple[dict[tuple[str, str, str], Measurement], dict[str, Note]]


def wall_tiles() -> list[Tile]:
    """Two rows of three: one camera twice, one that froze, one of another view, a dark tile."""
    boxes = grid(2, 3, WALL_BOX, 4)
    slow_one = replace(CAMERA, rate=Fraction(30), exposure=0.02, seed=12)
    return [
        Tile(camera=CAMERA, box=boxes[0], delay=0.2),
        Tile(camera=CAMERA, box=boxes[1], delay=0.2),
        Tile(camera=slow_one, box=boxes[2], delay=0.35),
        Tile(camera=CAMERA, box=boxes[3], delay=0.1, frozen=0.7),
        Tile(camera=CAMERA, box=boxes[4], shows="other"),
        Tile(camera=CAMERA, box=boxes[5], shows="dark"),
    ]


def measured(looked: build.Scene) -> Found:
    """Figures by region, quantity and statistic, and notes by region."""
    items = list(latency.measure(looked))
    figures = {
        (item.region, item.quantity, item.statistic): item
        for item in items
        if isinstance(item, Measurement)
    }
    return figures, {item.region: item for item in items if isinstance(item, Note)}


@pytest.fixture(scope="module", autouse=True)
def _compared_once() -> Iterator[None]:
    """Compare two clocks of a film once, however many tests ask what the same two show."""
    kept: dict[bytes, screens.Latency] = {}
    compare = screens.of_monitor

    def once(live: screens.LiveClock, monitor: Readings) -> screens.Latency:
        asked = pickle.dumps((live, monitor))
        if asked not in kept:
            kept[asked] = compare(live, monitor)
        return kept[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screens, "of_monitor", once)
        yield


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> tuple[build.Scene, tuple[Truth, ...]]:
    """Film two rows and three columns beside the clock; with what is true of each tile."""
    folder = tmp_path_factory.mktemp("wall")
    truths = film_wall(
        PHONE, CLOCK, folder / "wall.mp4", wall_tiles(), PLANE, CLOCK_BOX, 2.4, refresh=59.6,
        wall_refresh=60.3,
    )  # fmt: skip
    shot = Shot(
        id="wall", subject="room", clip="wall.mp4", tap=Tap.SCREEN, chart="clock", wall=NAMED
    )
    return build.look(shot, folder), truths


@pytest.fixture(scope="module")
def found(filmed: tuple[build.Scene, tuple[Truth, ...]]) -> Found:
    """Measure it."""
    return measured(filmed[0])


@pytest.mark.parametrize("statistic", ["mean", "worst"])
def test_each_tile_has_its_own_latency_within_u(
    statistic: str, filmed: tuple[build.Scene, tuple[Truth, ...]], found: Found
) -> None:
    """Mean and worst of the three tiles that run, each within its U, which is below 8 ms."""
    for number, region in enumerate(("row1.column1", "row1.column2", "row1.column3")):
        delays = filmed[1][number].delays * 1000
        true = delays.mean() if statistic == "mean" else delays.max()
        figure = found[0][f"tile.{region}", "latency.glass_to_glass", statistic]
        assert abs(figure.value - true) <= figure.expanded < 8


def test_figures_belong_to_the_subject_that_the_plan_names_for_a_tile(found: Found) -> None:
    """Figures and notes alike."""
    subjects = {region: figure.subject for (region, *_), figure in found[0].items()}
    assert subjects["tile.row1.column3"] == "yard"
    assert found[1]["tile.row2.column2"].subject == "roof"


def test_two_tiles_of_one_camera_agree(found: Found) -> None:
    """Within the phases that are open in each alike: 2 ms."""
    first, again = (
        found[0][f"tile.row1.column{n}", "latency.glass_to_glass", "mean"] for n in (1, 2)
    )
    assert first.subject == again.subject == "gate"
    assert first.value == pytest.approx(again.value, abs=2)


def test_tiles_that_freeze_show_another_view_or_nothing_are_told_apart(found: Found) -> None:
    """One froze 0.7 s into a film of 2.4 s: it has an age, which is a bound, but no latency."""
    notes = {region.removeprefix("tile."): note.reason for region, note in found[1].items()}
    assert {region: reason.code for region, reason in notes.items()} == {
        "row2.column1": "tile_frozen",
        "row2.column2": "tile_without_clock",
        "row2.column3": "tile_dark",
    }
    age = found[0]["tile.row2.column1", "latency.age", "worst"]
    assert age.lower_bound
    assert ("tile.row2.column1", "latency.glass_to_glass", "mean") not in found[0]
    assert float(notes["row2.column1"].parameters["seconds"]) == pytest.approx(1.7, abs=0.1)


def test_what_a_wall_shows_is_no_frame_rate_fault_or_read_out_of_a_device(
    filmed: tuple[build.Scene, tuple[Truth, ...]],
) -> None:
    looked = replace(filmed[0], shot=replace(filmed[0].shot, tap=Tap.CAMERA))
    assert latency.serves(looked)
    assert not any(metric.serves(looked) for metric in (faults, frame_rate, read_out))


def test_without_the_clocks_own_screen_only_differences_are_known(tmp_path: Path) -> None:
    """Three tiles, 150 ms between the first two; both of these are one camera, later.

    The lag is within U; no latency of any tile is given, and a note on all of them says why.
    """
    boxes = grid(1, 3, (0, 0, 640, 120), 4)
    some = [
        Tile(camera=CAMERA, box=box, delay=delay)
        for box, delay in zip(boxes, (0.1, 0.25, 0.25), strict=True)
    ]
    truths = film_wall(
        replace(PHONE, width=800, height=450), CLOCK, tmp_path / "wall.mp4", some, (640, 120), None,
        2.0, refresh=59.6, wall_refresh=60.3,
    )  # fmt: skip
    shot = Shot(
        id="wall", subject="room", clip="wall.mp4", tap=Tap.SCREEN, chart="clock",
        wall=(("", "", ""),),
    )  # fmt: skip
    looked = build.look(shot, tmp_path)
    figures, notes = measured(looked)
    assert notes[""].reason.code == "wall_without_clock"
    assert {quantity for _, quantity, _ in figures} == {"latency.tile_lag"}
    lag, again = (figures[f"tile.row1.column{n}", "latency.tile_lag", "mean"] for n in (2, 3))
    true = 1000 * (truths[1].delays.mean() - truths[0].delays.mean())
    assert abs(lag.value - true) <= lag.expanded < 25
    assert lag.value == pytest.approx(again.value, abs=2)
    pair, named = measured(pair_of(looked))
    assert named[""].reason.code == "wall_without_clock"
    assert {quantity for _, quantity, _ in pair} == {"latency.tile_lag"}


def pair_of(looked: build.Scene) -> build.Scene:
    """Return what a film of the first two clocks alone would show, not called a wall."""
    cells = dict(list(looked.series.cells.items())[:2])
    return replace(
        looked, shot=replace(looked.shot, wall=()), series=replace(looked.series, cells=cells),
        clocks={key: looked.clocks[key] for key in cells},
    )  # fmt: skip


def shown(rate: float, film: float, seconds: float = 4.0) -> tuple[Array, Readings]:
    """Show a film a clock of 60 Hz, or a camera's picture of it that is held."""
    times = 0.003 + np.arange(int(seconds * film)) / film
    when = np.floor(times * rate) / rate if rate else times
    lit = np.ceil(when * 60.2) / 60.2 - 0.1 if rate else times
    shares = clock_readings.expected_shares(5000 + 60 * lit, 0.4, 24)
    return times, clock_readings.readings_of(shares)


@pytest.mark.parametrize("film", [marks.slow(50.0), 60.0, marks.slow(240.0)])
def test_a_screen_runs_on_and_a_cameras_picture_of_it_does_not(film: float) -> None:
    """In films of 50, 60 and 240 frame/s, of cameras of 12.5 to 30."""
    assert own_screen.runs_on(screens.live_clock(*shown(0.0, film)))
    for rate in (12.5, 25.0, 30.0):
        assert not own_screen.runs_on(screens.live_clock(*shown(rate, film)))


@pytest.mark.parametrize("film", [120.0, marks.slow(240.0)])
def test_a_bit_that_stands_half_way_is_of_a_camera_as_fast_as_the_screen(film: float) -> None:
    """A camera of 60 frame/s before 60 Hz: it runs on, but its exposures have blended refreshes."""
    times, _ = shown(0.0, film)
    taken = 5000.05 + np.floor(60 * times)
    shares = clock_readings.expected_shares(taken, 0.6, 24)
    live = screens.live_clock(times, clock_readings.readings_of(shares))
    assert own_screen.changes(live) > 0.9
    assert half_way_bits.standing(live.readings) > 0.2
    assert not own_screen.runs_on(live)
    assert half_way_bits.standing(shown(0.0, film)[1]) < 0.02


def test_bits_that_stand_half_way_alone_leave_open_whether_it_is_a_camera(
    filmed: tuple[build.Scene, tuple[Truth, ...]],
) -> None:
    """A camera of 60 frame/s leaves them; noise reduction, slow screens and shaking phones too."""
    looked = pair_of(filmed[0])
    source = next(iter(looked.clocks))

    def reason(times: Array, readings: Readings) -> str:
        live = screens.live_clock(times, readings)
        note = next(wall.differences(looked, {}, source, live))
        assert isinstance(note, Note)
        assert not own_screen.runs_on(live)
        return note.reason.code

    times, _ = shown(0.0, 120.0)
    shares = clock_readings.expected_shares(5000.05 + np.floor(60 * times), 0.6, 24)
    assert reason(times, clock_readings.readings_of(shares)) == "own_screen_unsure"
    assert reason(*shown(25.0, 60.0)) == "wall_without_clock"


def test_a_clock_is_proven_by_more_refreshes_than_cameras_take_or_stated_by_a_place(
    filmed: tuple[build.Scene, tuple[Truth, ...]],
) -> None:
    """A film of 60 frame/s proves nothing; a screen of 75 Hz at 240 frame/s does."""
    looked = pair_of(filmed[0])
    figure = measured(looked)[0]["", "latency.glass_to_glass", "mean"]
    assert figure.details["clock_screen"] == "assumed"
    monitors = {"tile.gate": (330.0, 100.0, 630.0, 340.0)}
    placed = replace(looked, shot=replace(looked.shot, regions=monitors))
    figures = measured(placed)[0].values()
    known = {one.details.get("clock_screen") for one in figures if "glass" in one.quantity}
    assert known == {"stated"}
    times = np.arange(720) / 240
    shares = clock_readings.expected_shares(5000 + 75 * times, 0.2, 24)
    live = screens.live_clock(times, clock_readings.readings_of(shares))
    source = next(iter(looked.clocks))
    assert own_screen.shown(looked, source, live) == "proven"


def test_a_film_too_slow_to_tell_a_screen_from_a_camera_is_refused_unless_the_wall_is_placed(
    filmed: tuple[build.Scene, tuple[Truth, ...]],
) -> None:
    """Every second frame of the film; where the plan places the wall, the clock stands beside."""
    looked = filmed[0]
    series = looked.series
    cells = {key: codes[::2] for key, codes in series.cells.items()}
    slower = replace(looked, series=replace(series, times=series.times[::2], cells=cells))
    with pytest.raises(GapError) as caught:
        measured(slower)
    assert caught.value.code == "wall_film_too_slow"
    shot = replace(looked.shot, regions={"wall": (330.0, 100.0, 630.0, 340.0)})
    first = next(iter(latency.measure(replace(slower, shot=shot))))
    assert isinstance(first, Measurement)
    assert (first.region, first.quantity) == ("tile.row1.column1", "latency.glass_to_glass")
    with pytest.raises(GapError) as caught:
        measured(pair_of(slower))
    assert caught.value.code == "wall_film_too_slow"
    pair = pair_of(slower)
    monitors = {"tile.gate": (330.0, 100.0, 630.0, 340.0)}
    placed_pair = replace(pair, shot=replace(pair.shot, regions=monitors))
    assert "latency.glass_to_glass" in {quantity for _, quantity, _ in measured(placed_pair)[0]}


def test_a_tile_that_stands_is_frozen_and_one_of_a_slow_camera_is_not() -> None:
    """A camera of one picture a second holds each for a second; a picture that froze stays."""
    times, slow_camera = shown(1.0, 60.0, 8.0)
    assert not wall.frozen(times, slow_camera)
    times, running = shown(25.0, 60.0, 4.0)
    assert not wall.frozen(times, running)
    still = running.only(np.minimum(np.arange(len(times)), 90))
    assert wall.frozen(times, still) == pytest.approx(2.5, abs=0.1)


def clock_at(x: float, y: float, width: float = 200) -> Located:
    """Return a clock about a point of a picture of 1920 x 1080."""
    half = np.array([width, width * 9 / 16]) / 2
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half + (x, y)
    a, b, c, d = ((float(left), float(top)) for left, top in corners)
    return Located(
        chart=CLOCK, homography=np.eye(3), corners=(a, b, c, d), residual=0.1, fiducials_found=4,
        picture=(1920, 1080),
    )  # fmt: skip


def placed(shot: Shot, at: Sequence[tuple[float, float]]) -> list[str]:
    """Regions of the tiles in which clocks stand, in their order; the source is the first."""
    clocks = {f"clock_{n}": clock_at(*place) for n, place in enumerate([(100.0, 900.0), *at])}
    every = {tile.clock: tile.region for tile in tile_places.place(shot, clocks, "clock_0")}
    return [every.get(key, "").removeprefix("tile.") for key in list(clocks)[1:]]


def of_wall(rows: int, columns: int, **fields: object) -> Shot:
    """Return a shot of a wall of so many tiles."""
    return replace(Shot(id="s", subject="d", wall=(("",) * columns,) * rows), **fields)  # type: ignore[arg-type]


def test_tiles_are_named_by_row_and_column_though_cameras_see_the_clock_elsewhere() -> None:
    """Two rows of two, tilted by 2 degrees, clocks up to 40 px off the middle; one tile is dark."""
    at = [(620.0, 340.0), (1260.0, 400.0), (1300.0, 705.0)]
    assert placed(of_wall(2, 2), at) == ["row1.column1", "row1.column2", "row2.column2"]


@pytest.mark.parametrize(
    ("rows", "columns", "at"),
    [
        (2, 2, [(600.0, 300.0), (1240.0, 310.0)]),
        (3, 3, [(600.0, 300.0), (900.0, 310.0), (1240.0, 305.0)]),
        (2, 1, [(600.0, 300.0), (1240.0, 310.0), (1240.0, 660.0)]),
        (4, 4, [(600.0, 300.0), (900.0, 470.0)]),
    ],
)
def test_tiles_whose_place_is_not_clear_are_never_guessed(
    rows: int, columns: int, at: list[tuple[float, float]]
) -> None:
    """A dark row, rows that lie in one, a column too many, too few clocks to tell."""
    with pytest.raises(GapError) as caught:
        placed(of_wall(rows, columns), at)
    assert caught.value.code == "wall_place_unclear"


def test_a_wall_whose_place_is_given_has_its_dark_rows_too() -> None:
    """The lower row of three shows two clocks; the wall's box says that it is the lower one."""
    shot = of_wall(3, 2, regions={"wall": (400.0, 0.0, 1200.0, 1080.0)})
    assert placed(shot, [(700.0, 900.0), (1300.0, 880.0)]) == ["row3.column1", "row3.column2"]


def test_tiles_of_other_sizes_have_the_names_that_the_plan_gives_them() -> None:
    """One large tile and two small ones; a clock in none of them is refused."""
    regions = {
        "tile.gate": (400.0, 0.0, 800.0, 720.0),
        "tile.yard": (1200.0, 0.0, 400.0, 360.0),
        "tile.hall": (1200.0, 360.0, 400.0, 360.0),
    }
    shot = replace(of_wall(1, 1, regions=regions), wall=(("gate", "yard", "hall"),))
    assert placed(shot, [(800.0, 300.0), (1400.0, 500.0)]) == ["gate", "hall"]
    with pytest.raises(GapError) as caught:
        placed(shot, [(800.0, 900.0)])
    assert caught.value.code == "clock_outside_wall"


@pytest.mark.parametrize(
    ("side", "height", "hits", "seed"),
    [
        (1, 540, 2, 101),
        marks.slow(1, 540, 2, PHONE.seed),
        marks.slow(2, 540, 6, 114),
        marks.slow(2, 540, 6, 101),
        marks.slow(4, 1080, 28, PHONE.seed),
    ],
    ids=[
        *(
            "one, 540 rows",
            "one, more crowds",
            "four, 540 rows, two crowds astray alike",
            "four, 540 rows",
        ),
        "sixteen, 1080 rows",
    ],
)
def test_every_tile_of_a_wall_is_named_and_within_u(
    tmp_path: Path, side: int, height: int, hits: int, seed: int
) -> None:
    """Seen aslant; clocks from 0.5 to 0.9 of the tile's width, cameras of 12.5 to 30 frame/s.

    All are found and named, and mean and worst within U in as many as 95 % leave with 99 % of
    certainty: 2 of 2, 6 of 8, 28 of 32.
    """
    wide = height * 16 // 9
    phone = replace(PHONE, seed=seed, width=wide, height=height, readout=0.006, roll=1)
    some = []
    for number, box in enumerate(grid(side, side, (330, 0, 640, 360), 4)):
        rate = Fraction((25, 30, 15, 25)[number % 4])
        camera = replace(
            CAMERA, seed=20 + number, rate=rate, share=(0.9, 0.8, 0.7, 0.5)[number % 4],
            exposure=0.005 + 0.002 * (number % 5), offset=(0, 8 * (number % 3 - 1)),
        )  # fmt: skip
        some.append(Tile(camera=camera, box=box, delay=0.1 + 0.03 * number))
    truths = film_wall(
        phone, CLOCK, tmp_path / "wall.mp4", some, (970, 360), (0, 90, 320, 180), float(side),
        refresh=59.6, wall_refresh=60.3,
    )  # fmt: skip
    shot = of_wall(side, side, clip="wall.mp4", chart="clock")
    figures, notes = measured(build.look(shot, tmp_path))
    assert not notes
    inside = []
    for number, truth in enumerate(truths):
        region = f"tile.row{number // side + 1}.column{number % side + 1}"
        for statistic, true in (("mean", truth.delays.mean()), ("worst", truth.delays.max())):
            figure = figures[region, "latency.glass_to_glass", statistic]
            inside.append(abs(figure.value - 1000 * true) <= figure.expanded)
    assert sum(inside) >= hits
