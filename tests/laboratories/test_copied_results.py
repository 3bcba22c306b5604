"""Results of another laboratory, and films of one set-up, are told whatever file they came in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import made_round
import numpy as np
import pytest
from reached_session import SHOT

from acceptance.laboratories import copied_results, evaluation, result_form, session_results
from acceptance.laboratories.reported import FigureReport, LaboratoryReport
from acceptance.laboratories.round_plan import Laboratory
from acceptance.model import SubjectKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from acceptance.checks.warned.chart_places import Corners

STEPS = {"snr": 0.1, "lines": 5.0, "gamma": 0.01}  # how results are rounded
SCATTERS = {"snr": 0.3, "lines": 12.0, "gamma": 0.02}
CODES = tuple(f"L{number}" for number in range(1, 9))


def of(code: str, figures: Mapping[str, Sequence[float]]) -> LaboratoryReport:
    """Report results without U."""
    return LaboratoryReport(
        code=code,
        figures={
            name: FigureReport(values=tuple(values), uncertainty=None, expanded=None)
            for name, values in figures.items()
        },
    )


def honest(seed: int, repeats: int = 5, finer: int = 1) -> list[LaboratoryReport]:
    """Let eight laboratories of one mean measure three figures and round them."""
    random = np.random.default_rng(seed)
    return [
        of(code, {
            name: [
                round(round((40 + random.normal(0, scatter)) / step) * step, 6)
                for _ in range(repeats)
            ]
            for name, scatter in SCATTERS.items()
            for step in (STEPS[name] / finer,)
        })
        for code in CODES
    ]  # fmt: skip


def told(*reports: LaboratoryReport) -> list[tuple[str, object]]:
    """Return what is said of results and films that are another one's."""
    return [(one.code, one.parameters["laboratories"]) for one in copied_results.copied(reports)]


def test_results_of_another_laboratory_are_told_in_whatever_order_they_are_typed() -> None:
    first, second, *others = honest(1, repeats=8, finer=5)
    backwards = {name: one.values[::-1] for name, one in first.figures.items()}
    assert told(first, of("L2", backwards), *others) == [("results_alike", "L1, L2")]
    assert told(first, second, *others) == []


def test_one_result_changed_in_three_hides_nothing() -> None:
    first, _, *others = honest(2)
    changed = {name: (*one.values[:4], 47.11) for name, one in first.figures.items()}
    assert told(first, of("L2", changed), *others) == [("results_alike", "L1, L2")]


def test_honest_laboratories_of_one_mean_are_not_told() -> None:
    assert [
        found for seed in range(40) for found in told(*honest(seed, repeats=2 + seed % 5))
    ] == []


def rounds(
    draw: Callable[[np.random.Generator, int], np.ndarray], figures: int = 5, seeds: int = 25
) -> list[tuple[str, object]]:
    """Return what is said in rounds of eight honest laboratories, each drawing its results."""
    return [
        found
        for seed in range(seeds)
        for random in (np.random.default_rng(seed),)
        for found in told(*(
            of(code, {f"f{at}": draw(random, number).tolist() for at in range(figures)})
            for number, code in enumerate(CODES)
        ))
    ]  # fmt: skip


@pytest.mark.parametrize("decimals", [2, 4, 15])
def test_one_laboratory_that_types_more_decimals_makes_no_other_one_suspicious(
    decimals: int,
) -> None:
    def draw(random: np.random.Generator, number: int) -> np.ndarray:
        return (40 + random.normal(0, 0.3, 5)).round(1 if number else decimals)

    assert rounds(draw) == []


def test_what_is_read_in_steps_of_its_own_is_rounded_by_these_and_not_by_its_decimals() -> None:
    """As of milliseconds, where frames are counted; one laboratory counts finer ones."""

    def draw(random: np.random.Generator, number: int) -> np.ndarray:
        step = 100 / 3 if number else 1.0
        return (step * ((100 + random.normal(0, 20, 5)) / step).round()).round(1)

    assert rounds(draw) == []


def test_steadier_laboratories_and_an_outlier_each_are_equal_by_chance() -> None:
    def steady(random: np.random.Generator, number: int) -> np.ndarray:
        return (40.04 + random.normal(0, 0.03 if number % 2 else 0.3, 5)).round(1)

    def outlying(random: np.random.Generator, _: int) -> np.ndarray:
        return np.append((40 + random.normal(0, 0.03, 4)).round(1), round(47 + random.random(), 1))

    assert rounds(steady) == rounds(outlying) == []


def test_many_figures_add_no_suspicion() -> None:
    def draw(random: np.random.Generator, _: int) -> np.ndarray:
        return (40 + random.normal(0, 0.1, 3)).round(1)

    assert rounds(draw, figures=40, seeds=4) == []


def test_the_coarser_of_two_laboratories_says_how_often_they_are_equal() -> None:
    fine = of("L1", {f"f{at}": (40.1, 40.2, 40.11) for at in range(8)})
    coarse = of("L2", {f"f{at}": (40.1, 40.2, 40.2) for at in range(8)})
    assert told(fine, coarse) == told(coarse, fine) == []


def test_in_a_round_of_many_or_in_another_order_it_takes_more_to_be_told() -> None:
    """Each pair, and each order, may be equal by chance."""
    values = {"snr": (40.01, 40.17, 40.32, 40.26, 40.09, 40.41, 40.22)}
    others = [of(f"L{at}", {"snr": [50.0 + at, 51.7 + at]}) for at in range(3, 30)]
    assert told(of("L1", values), of("L2", values)) == [("results_alike", "L1, L2")]
    assert told(of("L1", values), of("L2", values), *others) == []
    assert told(of("L1", values), of("L2", {"snr": values["snr"][::-1]})) == []


@pytest.mark.parametrize("values", [(600.0,) * 5, (600.0, 600.0, 600.0, 600.0, 650.0)])
def test_coarse_results_that_everybody_has_are_not_told(values: tuple[float, ...]) -> None:
    assert told(*(of(code, {"lines": values}) for code in CODES)) == []


DIGITS = {"snr": 40.123456789012345, "lines": 611.2345678901234, "gamma": 0.4512345678901234}


@pytest.mark.parametrize(("count", "expected"), [(3, [("results_alike", "L1, L2")]), (2, [])])
def test_figures_of_many_digits_are_of_one_film_and_one_alone_may_be_determined(
    count: int, expected: list[tuple[str, object]]
) -> None:
    figures = {name: (value,) for name, value in [*DIGITS.items()][:count]}
    assert told(of("L1", figures), of("L2", figures)) == expected
    assert told(*(of(code, {"rate": (30000 / 1001,)}) for code in CODES)) == []


def test_digits_that_a_laboratory_has_twice_are_determined() -> None:
    twice = of("L1", {name: (value, value) for name, value in DIGITS.items()})
    once = of("L2", {name: (value,) for name, value in DIGITS.items()})
    assert told(twice, once) == told(once, twice) == []


def test_figures_of_time_are_those_of_any_film(tmp_path: Path) -> None:
    given = made_round.plan(tmp_path, ["L1", "L2"])
    timed = tuple(
        replace(given.figures[0], id=name, quantity=quantity)
        for name, quantity in zip(DIGITS, ("frame_rate.mean",) * 3, strict=True)
    )
    figures = {name: (value,) for name, value in DIGITS.items()}
    reports = [of("L1", figures), of("L2", figures)]
    assert evaluation.compare(replace(given, figures=timed), reports).notes == ()
    pictures = tuple(replace(one, quantity="noise.snr") for one in timed)
    [note] = evaluation.compare(replace(given, figures=pictures), reports).notes
    assert note.code == "results_alike"


def test_a_form_whose_code_was_typed_over_is_told(tmp_path: Path) -> None:
    given = made_round.plan(tmp_path, ["L1", "L2", "L3"])
    for code, values in (
        ("L1", (40.01, 40.17, 40.32, 40.26, 40.09, 40.41, 40.22)),
        ("L2", (40.01, 40.17, 40.32, 40.26, 40.09, 40.41, 40.22)),
        ("L3", (40.11, 40.19, 40.35, 40.22, 40.03, 40.29, 40.16)),
    ):
        made_round.fill_in(given, tmp_path, code, values)
    reports = [result_form.read(given, one, tmp_path) for one in given.laboratories]
    assert [one.parameters for one in evaluation.compare(given, reports).notes] == [
        {"laboratories": "L1, L2"}
    ]


def handed_in(folder: Path, places: Mapping[str, Sequence[float]]) -> list[LaboratoryReport]:
    """Hand in a session of each laboratory, filmed in these set-ups."""
    given = made_round.plan(folder, [*places])
    reports = []
    for number, (code, set_up) in enumerate(places.items()):
        values = [40.0 + number + 0.1 * at for at in range(len(set_up))]
        _, made = made_round.session(folder / code, values, set_up=set_up)
        own = Laboratory(code=code, sessions=(str(made.relative_to(folder)),))
        reports.append(session_results.read(given, own, folder))
    return reports


def test_one_film_of_two_laboratories_is_told_and_so_is_one_cut_into_repeats(
    tmp_path: Path,
) -> None:
    reports = handed_in(tmp_path, {"L1": (1, 2), "L2": (3, 2), "L3": (4, 4)})
    assert told(*reports) == [("films_alike", "L1, L2")]
    notes = [[note.code for note in report.notes] for report in reports]
    assert notes == [
        ["session_unsigned"],
        ["session_unsigned"],
        ["session_unsigned", "set_up_once"],
    ]


@pytest.mark.parametrize(
    ("kind", "chart"),
    [
        (SubjectKind.RECORDER, SHOT.chart),
        (SubjectKind.SCREEN, SHOT.chart),
        (SubjectKind.FIXED, "clock"),
    ],
)
def test_what_stands_still_or_hands_on_a_picture_may_be_seen_alike(
    kind: SubjectKind, chart: str, tmp_path: Path
) -> None:
    given = replace(made_round.plan(tmp_path, ["L1", "L2"]), chart=chart)
    reports = []
    for code in ("L1", "L2"):
        _, made = made_round.session(
            tmp_path / code, (40.0, 40.3), set_up=(1, 1), kind=kind, chart=chart
        )
        own = Laboratory(code=code, sessions=(str(made.relative_to(tmp_path)),))
        reports.append(session_results.read(given, own, tmp_path))
    assert [note.code for one in reports for note in one.notes] == ["session_unsigned"] * 2
    assert told(*reports) == []


def test_a_film_cut_to_a_part_of_its_picture_or_turned_is_told(tmp_path: Path) -> None:
    first, second = handed_in(tmp_path, {"L1": (1,), "L2": (2,)})

    def placed(places: Corners) -> LaboratoryReport:
        return replace(second, places=(places,))

    (chart,) = first.places
    cut = tuple(tuple((x - 64.04, y - 35.97) for x, y in one) for one in chart)
    turned = tuple(tuple((1279 - x, 719 - y) for x, y in one) for one in chart)
    beside = tuple(tuple((x - 64.4, y) for x, y in one) for one in chart)
    tilted = tuple(((x + 0.3, y), *rest) for (x, y), *rest in chart)
    for places, expected in ((cut, True), (turned, True), (beside, False), (tilted, False)):
        assert bool(told(first, placed(places))) is expected
