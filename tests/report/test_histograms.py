"""Histograms: counts, figures with U, limits; what is drawn of which measurements."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from drawn_texts import texts

from acceptance.model import Curve, Limit, Measurement
from acceptance.report import histogram_plot, histograms
from acceptance.report.histogram_plot import HistogramWords, MadeFigure

WORDS = HistogramWords(across="value / ms", unit="ms", up="number", doubt="covered by U")
LATENCIES = (180.0, 181.0, 182.0, 182.5, 183.0, 190.0)


def latency(statistic: str, value: float, **fields: object) -> Measurement:
    """Make a figure of a latency with U = 2 ms."""
    plain = Measurement(
        subject="camera", shot="screens", quantity="latency.glass_to_glass", value=value,
        unit="ms", uncertainty=1.0, k=2, degrees_of_freedom=None, samples=6, method="",
        statistic=statistic,
    )  # fmt: skip
    return replace(plain, **fields)  # type: ignore[arg-type]


CURVE = Curve(
    name="latency", x=tuple(range(6)), y=LATENCIES, x_label="time", y_label="latency",
    x_unit="s", y_unit="ms",
)  # fmt: skip
MEASURED = [latency("mean", 183.1, curve=CURVE), latency("worst", 190.0), latency("sd", 3.3)]


def test_every_value_is_counted_once_in_classes_of_a_round_width() -> None:
    bars, step = histogram_plot.counted(LATENCIES)
    assert step == pytest.approx(1.0)
    assert bars == {180: 1, 181: 1, 182: 2, 183: 1, 190: 1}
    same, _ = histogram_plot.counted([40.0] * 7)
    assert [*same.values()] == [7]
    assert histogram_plot.counted([]) == ({}, 1.0)
    assert sum(histogram_plot.counted([-3e-9, 0.0, 5e-9, 1e9])[0].values()) == 4


def test_the_span_of_u_is_as_wide_as_u_on_the_axis() -> None:
    svg = histogram_plot.draw(LATENCIES, [MadeFigure(words="mean", value=185, expanded=4)], WORDS)
    low, high, start, end = map(float, re.findall(r'data-x="([^"]+)"', svg)[0].split())
    [span] = re.findall(r"M([\d.]+) [\d.]+v6m0 -3H([\d.]+)m0 -3v6", svg)[:1]
    wide = float(span[1]) - float(span[0])
    assert wide == pytest.approx(8 / (high - low) * (end - start), abs=0.2)


def test_a_limit_is_a_line_and_a_far_one_an_arrow_at_the_end() -> None:
    near = MadeFigure(words="worst", value=190, expanded=1, limits={"limit 195": 195.0})
    far = replace(near, limits={"limit 2000": 2000.0})
    assert histogram_plot.plots.LIMIT in histogram_plot.draw(LATENCIES, [near], WORDS)
    svg = histogram_plot.draw(LATENCIES, [far], WORDS)
    assert "limit 2000 →" in texts(svg)
    assert histogram_plot.plots.LIMIT not in svg
    late = replace(far, value=1.1e5)
    assert "← limit 2000" in texts(histogram_plot.draw([1e5, 1.1e5], [late], WORDS))


def test_figures_of_a_series_stand_in_one_histogram_with_what_they_are_judged_by() -> None:
    limits = {1: Limit(unit="ms", at_most=195)}
    [drawn] = histograms.draw(MEASURED, "en", limits=limits)
    words = " ".join(texts(drawn.svg))
    assert "mean (183.1\u202f±\u202f2.0)" in words
    assert "worst: Limit ≤\u202f195" in words
    assert "standard deviation" not in words, "a spread is no place on the axis"
    assert drawn.anchor == "histogram-0"
    assert "worst: Limit" in str(drawn.svg).split("</title>")[0], "alternative text says it too"
    assert histograms.places(MEASURED) == {0: "histogram-0", 1: "histogram-0"}


def test_what_was_taken_once_or_in_another_unit_has_no_histogram() -> None:
    few = replace(CURVE, x=(0.0, 1.0), y=(1.0, 2.0))
    seconds = replace(CURVE, y_unit="s")
    for curve in (None, few, seconds, replace(CURVE, name="mtf")):
        assert histograms.draw([latency("mean", 183.1, curve=curve)], "zh") == []


def test_values_that_are_not_finite_are_left_out_and_the_drawing_is_the_same_each_time() -> None:
    odd = replace(CURVE, y=(*LATENCIES[:4], float("nan"), float("inf")))
    first, second = (histograms.draw([latency("mean", 181.0, curve=odd)], "zh") for _ in range(2))
    assert first == second
    assert "nan" not in first[0].svg
    assert re.findall(r'r="2.2"', first[0].svg), "the figure stands on its span"
