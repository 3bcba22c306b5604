"""Comparison of live and playback.

A second generation at a lower bit rate loses resolution, an equal one nothing.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from intervals import fewest

from acceptance.charts import definition
from acceptance.cli import verbs
from acceptance.errors import PlanError
from acceptance.footage import clip, encode
from acceptance.model import (
    BudgetLine,
    Condition,
    Measurement,
    Note,
    Plan,
    Reason,
    Shot,
    SignalPath,
    Subject,
    SubjectKind,
    Tap,
)
from acceptance.report import exhibits, render
from acceptance.report.playback import Difference, ShotPair, Significance, pairs
from acceptance.session import measuring, plan, runner
from acceptance.simulate import films
from acceptance.simulate.camera import Camera
from acceptance.uncertainty import measurement

if TYPE_CHECKING:
    import pathlib

    from conftest import Film

LIVE = Shot(id="live", subject="camera", clip="", chart="acceptance", chart_copy="as_drawn")
PLAYBACK = replace(LIVE, id="playback", path=SignalPath.PLAYBACK, tap=Tap.RECORDER)


def look(shot: Shot, path: pathlib.Path) -> measuring.Measured:
    return measuring.look(replace(shot, clip=str(path)))


@pytest.fixture(scope="module")
def live(chart_film: Film) -> measuring.Measured:
    return look(LIVE, chart_film.path)


@pytest.fixture(scope="module")
def second(chart_film: Film, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Code the decoded film once more, as a recorder of little storage does."""
    path = tmp_path_factory.mktemp("second") / "second.mp4"
    frames = ((one.luma, one.cb, one.cr) for one in clip.open_clip(chart_film.path).frames())
    encode.write(path, frames, options={"crf": "36"})  # type: ignore[arg-type]  # it has colour
    return path


def held(live: measuring.Measured, again: measuring.Measured) -> ShotPair:
    items = [*live.measurements, *again.measurements]
    [pair] = pairs([live.shot, again.shot], items, [*live.notes, *again.notes])
    return pair


@pytest.fixture(scope="module")
def worse(live: measuring.Measured, second: pathlib.Path) -> ShotPair:
    return held(live, look(PLAYBACK, second))


def test_a_second_generation_at_a_lower_bit_rate_has_lost_resolution(
    worse: ShotPair,
) -> None:
    """Beyond the uncertainty, in the centre, both ways; gained no oftener than chance has it."""
    lost = {
        one.live.quantity: one.difference
        for one in worse.beyond
        if one.live.region.startswith("centre")
    }
    assert lost["resolution.wedge_horizontal"] < 0
    assert lost["resolution.wedge_vertical"] < 0
    assert lost["resolution.mtf50"] < 0
    resolved = [
        one
        for one in worse.differences
        if one.live.quantity in {"resolution.mtf50", "resolution.mtf10"}
    ]
    assert all(one.difference <= 1.5 * one.expanded for one in resolved)  # three sigma
    kept = [one for one in resolved if one.difference <= one.expanded]
    assert len(kept) >= fewest(len(resolved), 0.975)  # U has one tail for gains


def test_what_the_coder_took_is_the_difference_and_not_its_doubt(worse: ShotPair) -> None:
    """Each figure's own U says how far it is from the camera.

    The difference is between pictures as recorded.
    """
    [wedge] = [
        one for one in worse.differences if one.live.quantity == "resolution.wedge_horizontal"
    ]
    assert "coding" in {line.source for line in wedge.playback.budget}
    assert "coding" not in {line.source for line in wedge.budget}
    assert wedge.expanded < wedge.playback.expanded


def test_figures_that_the_playback_no_longer_has_are_named_with_their_reason(
    worse: ShotPair,
) -> None:
    """The coder has taken the noise: there is nothing left to measure there."""
    gone = {
        (one.live.quantity, one.live.region): one.reason and one.reason.code for one in worse.losses
    }
    assert ("noise.temporal", "flat.middle") in gone
    assert gone["noise.temporal", "flat.middle"] == "noise_below_quantisation"
    compared = {(one.live.quantity, one.live.region) for one in worse.differences}
    assert not compared & set(gone)


def test_the_same_recording_differs_in_nothing(live: measuring.Measured, chart_film: Film) -> None:
    pair = held(live, look(PLAYBACK, chart_film.path))
    assert len(pair.differences) > 100
    assert {one.difference for one in pair.differences} == {0.0}
    assert pair.beyond == ()
    assert pair.losses == ()


def test_another_film_of_the_same_quality_differs_by_chance_only(
    live: measuring.Measured, tmp_path: pathlib.Path
) -> None:
    """At 95 % one in twenty.

    Of some 160 figures, which share films and so err together, fewer than one in eight.
    """
    path = tmp_path / "other.mp4"
    films.film_chart(Camera(noise=0.01, crf=15, seed=77), definition.load("acceptance"), path, 1.0)
    pair = held(live, look(PLAYBACK, path))
    compared = [
        one
        for one in pair.differences
        if one.significance in {Significance.BEYOND, Significance.WITHIN}
    ]
    assert len(pair.beyond) < len(compared) / 8


def test_a_page_shows_every_figure_once_and_regions_that_came_out_alike_together(
    worse: ShotPair,
) -> None:
    def name(figure: Measurement) -> tuple[str, ...]:
        return figure.quantity, figure.region, figure.direction, figure.statistic

    shown = [name(one.live) for one in worse.shown] + [
        name(live) for rest in worse.rest for live in rest.lives
    ]
    every = [name(one.live) for one in (*worse.differences, *worse.losses)]
    assert sorted(shown) == sorted(every)
    assert len(worse.shown) + len(worse.rest) < len(every) / 2


# --- budgets


def figure(shot: Shot, value: float, *lines: BudgetLine, **fields: Any) -> Measurement:
    known = {
        "quantity": "resolution.mtf50",
        "unit": "cycle/px",
        "samples": 1,
        "method": "m",
        "region": "centre",
        **fields,
    }
    quantity, unit = known.pop("quantity"), known.pop("unit")
    return measurement(shot, quantity, value, unit, lines, **known)


def line(source: str, contribution: float) -> BudgetLine:
    return BudgetLine(source=source, contribution=contribution, evaluation="B")


def difference(
    *measurements: Measurement, live: Shot = LIVE, playback: Shot = PLAYBACK
) -> Difference:
    [pair] = pairs([live, playback], measurements)
    [only] = pair.differences
    return only


def test_of_what_both_share_only_what_does_not_cancel_counts() -> None:
    """The print errs both figures alike: 0.04 and 0.03 leave 0.01, beside the noise of either."""
    found = difference(
        figure(LIVE, 0.4, line("chart copy", 0.04), line("noise and fit", 0.003)),
        figure(PLAYBACK, 0.3, line("chart copy", 0.03), line("noise and fit", 0.004)),
    )
    assert found.difference == pytest.approx(-0.1)
    assert found.uncertainty == pytest.approx((0.003**2 + 0.004**2 + 0.01**2) ** 0.5)
    assert found.significance is Significance.BEYOND


def test_another_print_cancels_nothing() -> None:
    live, playback = replace(LIVE, chart_copy="7"), replace(PLAYBACK, chart_copy="8", live="live")
    readings = (
        figure(live, 0.4, line("chart copy", 0.04)),
        figure(playback, 0.3, line("chart copy", 0.03)),
    )
    found = difference(*readings, live=live, playback=playback)
    assert found.uncertainty == pytest.approx(0.05)
    assert found.significance is Significance.BEYOND, "0.1 is just beyond 1.96 x 0.05"
    nearer = replace(readings[1], value=0.31)
    found = difference(readings[0], nearer, live=live, playback=playback)
    assert found.significance is Significance.WITHIN


@pytest.mark.parametrize(
    ("fields", "significance"),
    [
        ({"lower_bound": True}, Significance.BOUND),
        ({"upper_bound": True}, Significance.BOUND),
        ({"method": "other"}, Significance.METHOD),
    ],
)
def test_a_bound_or_another_method_tells_nothing(
    fields: dict[str, Any], significance: Significance
) -> None:
    assert (
        difference(figure(LIVE, 0.4), figure(PLAYBACK, 0.2, **fields)).significance is significance
    )


def test_pixels_of_two_sizes_are_not_compared_but_lines_per_height_are() -> None:
    live, playback = (
        replace(LIVE, stream={"width": 1920, "height": 1080}),
        replace(PLAYBACK, stream={"width": 704, "height": 576}),
    )
    shots = {"live": live, "playback": playback}
    assert (
        difference(figure(live, 0.4), figure(playback, 0.2), **shots).significance
        is Significance.SIZE
    )
    lines = {"quantity": "resolution.horizontal", "unit": "TVL"}
    assert (
        difference(figure(live, 700, **lines), figure(playback, 400, **lines), **shots).significance
        is Significance.BEYOND
    )


@pytest.mark.parametrize(
    "quantity", ["latency.glass_to_glass", "latency.stream", "frame_rate.dropped", "low_light.snr"]
)
def test_no_delay_of_a_recording_is_claimed_nor_a_count_of_films_of_two_lengths(
    quantity: str,
) -> None:
    measurements = [figure(shot, 1.0, quantity=quantity) for shot in (LIVE, PLAYBACK)]
    [pair] = pairs([LIVE, PLAYBACK], measurements)
    assert (pair.differences, pair.losses) == ((), ())


# --- which shots are held side by side


@pytest.mark.parametrize(
    "playback",
    [
        replace(PLAYBACK, path=SignalPath.LIVE),
        replace(PLAYBACK, subject="recorder"),
        replace(PLAYBACK, chart="edge-plate"),
        replace(PLAYBACK, chart_copy="7"),
        replace(PLAYBACK, conditions=(Condition(name="illuminance", value=3, unit="lx"),)),
    ],
)
def test_only_a_playback_of_the_same_chart_under_the_same_conditions_fits_by_itself(
    playback: Shot,
) -> None:
    assert pairs([LIVE, playback], []) == []


def test_a_playback_of_the_recorder_names_its_live_shot_and_of_two_that_fit_neither_is_taken() -> (
    None
):
    named = replace(PLAYBACK, subject="recorder", live="live")
    other = replace(LIVE, id="other")
    assert [pair.live.id for pair in pairs([LIVE, other, named], [])] == ["live"]
    assert pairs([LIVE, other, PLAYBACK], []) == []


@pytest.mark.parametrize(
    ("shot", "live"), [(PLAYBACK, "nothing"), (PLAYBACK, "playback"), (LIVE, "live")]
)
def test_a_plan_whose_playback_names_no_live_shot_is_refused(
    shot: Shot, live: str, tmp_path: pathlib.Path
) -> None:
    shots = tuple(replace(one, live=live if one.id == shot.id else "") for one in (LIVE, PLAYBACK))
    wanted = Plan(subjects=(Subject(id="camera", kind=SubjectKind.FIXED),), shots=shots)
    with pytest.raises(PlanError, match="it names a live shot"):
        plan.check(wanted, tmp_path, "plan")


def test_a_loss_bears_the_note_that_tells_most() -> None:
    notes = [
        Note(shot="playback", reason=Reason(code="chart_not_found")),
        Note(shot="playback", metric="resolution", reason=Reason(code="no_edge")),
        Note(
            shot="live",
            metric="resolution",
            quantity="resolution.mtf50",
            reason=Reason(code="clipped"),
        ),
    ]
    [pair] = pairs([LIVE, PLAYBACK], [figure(LIVE, 0.4)], notes)
    [loss] = pair.losses
    assert loss.reason is not None
    assert loss.reason.code in {"no_edge", "chart_not_found"}
    assert pairs([LIVE, PLAYBACK], [figure(LIVE, 0.4)])[0].losses[0].reason is None


# --- what is shown


def test_curves_of_both_are_drawn_in_one_plot(worse: ShotPair) -> None:
    drawn = exhibits.compared([worse], "en")
    assert drawn
    assert drawn[0].name.startswith("Modulation transfer function")
    assert all(word in drawn[0].svg for word in ("live", "playback", "MTF50"))
    assert drawn[0].svg.count("<polyline") == 2


def test_the_report_has_a_table_without_a_verdict(
    live: measuring.Measured, second: pathlib.Path, worse: ShotPair
) -> None:
    again = look(PLAYBACK, second)
    done = runner._blank(
        Plan(subjects=(Subject(id="camera", kind=SubjectKind.FIXED),), shots=(LIVE, PLAYBACK)),
        [live, again],
        [],
    )
    done = replace(
        done, id="x", started="2026-11-25T00:00:00+08:00", finished="2026-11-25T00:00:00+08:00"
    )
    for lang, title, word in (
        ("zh", "实时与回放的比较", "超出"),
        ("en", "Comparison of live and playback", "beyond"),
    ):
        page = render.html(done, (), second.parent, lang)
        part = page.partition(f'<h2 id="comparison">{title}</h2>')[2].partition("</section>")[0]
        assert part.count(f"<b>{word}</b>") == len(worse.beyond)
        assert 'class="verdict' not in part
    alone = replace(done, shots=done.shots[:1])
    assert "Comparison of live and playback" not in render.html(alone, (), second.parent, "en")


def test_measure_tells_the_differences_in_json_and_on_the_terminal(
    chart_film: Film, second: pathlib.Path
) -> None:
    arguments = [
        "measure",
        str(chart_film.path),
        "--playback",
        str(second),
        "--metric",
        "resolution",
        "--chart",
        "acceptance",
    ]
    done = CliRunner().invoke(verbs.cli, [*arguments, "--json", "-"], standalone_mode=False)
    answer = json.loads(done.stdout[done.stdout.index("{\n") :])
    [wedge] = [
        one for one in answer["differences"] if one["quantity"] == "resolution.wedge_vertical"
    ]
    assert (wedge["live_shot"], wedge["playback_shot"], wedge["told"]) == (
        "shot1",
        "playback",
        "beyond",
    )
    assert wedge["difference"] == pytest.approx(wedge["playback"] - wedge["live"])
    assert wedge["expanded"] == pytest.approx(wedge["k"] * wedge["uncertainty"])
    assert "latency" not in {one["quantity"].partition(".")[0] for one in answer["differences"]}
