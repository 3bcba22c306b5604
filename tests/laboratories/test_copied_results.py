"""Results of another laboratory, and films of one set-up, are told whatever file they came in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import made_round
import numpy as np
import pytest

from acceptance.laboratories import copied_results, evaluation, result_form, session_results
from acceptance.laboratories.reported import FigureReport, LaboratoryReport
from acceptance.laboratories.round_plan import Laboratory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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


def honest(seed: int, repeats: int = 5) -> list[LaboratoryReport]:
    """Let eight laboratories of one mean measure three figures and round them."""
    random = np.random.default_rng(seed)
    return [
        of(code, {
            name: [
                round(round((40 + random.normal(0, scatter)) / STEPS[name]) * STEPS[name], 6)
                for _ in range(repeats)
            ]
            for name, scatter in SCATTERS.items()
        })
        for code in CODES
    ]  # fmt: skip


def told(*reports: LaboratoryReport) -> list[tuple[str, object]]:
    """Return what is said of results and films that are another one's."""
    return [(one.code, one.parameters["laboratories"]) for one in copied_results.copied(reports)]


def test_results_of_another_laboratory_are_told_in_whatever_order_they_are_typed() -> None:
    first, second, *others = honest(1, repeats=8)
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


@pytest.mark.parametrize("values", [(600.0,) * 5, (600.0, 600.0, 600.0, 600.0, 650.0)])
def test_coarse_results_that_everybody_has_are_not_told(values: tuple[float, ...]) -> None:
    assert told(*(of(code, {"lines": values}) for code in CODES)) == []


def test_one_figure_of_many_digits_is_of_one_film() -> None:
    first, second = (
        of("L1", {"snr": (40.123456789012345,)}),
        of("L2", {"snr": (40.123456789012345,)}),
    )
    assert told(first, second) == [("results_alike", "L1, L2")]
    assert told(of("L1", {"rate": (29.97002997002997,)}), of("L2", {"rate": (30000 / 1001,)})) == []


def test_a_form_whose_code_was_typed_over_is_told(tmp_path: Path) -> None:
    given = made_round.plan(tmp_path, ["L1", "L2", "L3"])
    for code, values in (
        ("L1", (40.01, 40.17, 40.32, 40.26, 40.09)),
        ("L2", (40.01, 40.17, 40.32, 40.26, 40.09)),
        ("L3", (40.11, 40.19, 40.35, 40.22, 40.03)),
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
