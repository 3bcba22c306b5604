"""How often values came: histograms of a session's measurements that were taken many times."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from acceptance import wording
from acceptance.report import histogram_plot, plots
from acceptance.report.exhibits import bounds, exhibit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from acceptance.model import Curve, Limit, Measurement
    from acceptance.report.exhibits import Exhibit

OF_MANY = ("latency", "arrival_delay")  # curves of single values over time
MADE = ("mean", "percentile_95", "worst")  # statistics that are places on the axis
FEWEST = 5  # values
MOST_HISTOGRAMS = 24


class _Series(NamedTuple):
    subject: str
    shot: str
    quantity: str
    region: str


_Found = dict[_Series, list[int]]  # indices of the figures made of one series


def draw(
    measurements: Sequence[Measurement],
    lang: str,
    first: Collection[str] = (),
    limits: Mapping[int, Limit] | None = None,
) -> list[Exhibit]:
    """Draw a histogram of each series of values, with mean, worst and what they are judged by.

    Those of the subjects ``first`` come first. ``limits``: index of a measurement -> what it was
    judged by.
    """
    found = list(_series(measurements, first).items())[:MOST_HISTOGRAMS]
    return [_drawn(key, every, measurements, limits or {}, lang) for key, every in found]


def places(measurements: Sequence[Measurement], first: Collection[str] = ()) -> dict[int, str]:
    """Return the anchor of the histogram that shows a measurement, by its index."""
    found = list(_series(measurements, first).values())[:MOST_HISTOGRAMS]
    return {index: _anchor(every) for every in found for index in every}


def _anchor(every: Sequence[int]) -> str:
    return f"histogram-{every[0]}"


def _series(figures: Sequence[Measurement], first: Collection[str]) -> _Found:
    every: _Found = defaultdict(list)
    for index, figure in enumerate(figures):
        if figure.statistic in MADE:
            key = _Series(figure.subject, figure.shot, figure.quantity, figure.region)
            every[key].append(index)
    kept = {key: made for key, made in every.items() if _values(figures, made)}
    return dict(sorted(kept.items(), key=lambda each: each[0].subject not in first))


def _values(figures: Sequence[Measurement], made: Sequence[int]) -> Curve | None:
    """Return the curve that has the single values, in the unit of what was made of them."""
    for index in made:
        curve, unit = figures[index].curve, figures[index].unit
        if curve and curve.name in OF_MANY and curve.y_unit == unit and len(curve.y) >= FEWEST:
            return curve
    return None


def _drawn(
    key: _Series,
    made: Sequence[int],
    figures: Sequence[Measurement],
    limits: Mapping[int, Limit],
    lang: str,
) -> Exhibit:
    words, curve = wording.phrases(lang), _values(figures, made)
    values = curve.y if curve else ()
    every = sorted(made, key=lambda index: MADE.index(figures[index].statistic))
    lines = [_figure(figures[index], limits.get(index), lang) for index in every]
    quantity = wording.quantity(key.quantity, lang)
    said, unit = words["histogram"], wording.unit(figures[made[0]].unit, lang)
    titles = histogram_plot.HistogramWords(
        across=plots.title(said["value"], unit), unit=unit, up=said["count"], doubt=said["doubt"]
    )
    svg = histogram_plot.draw(values, lines, titles)
    name = " · ".join(filter(None, (quantity, wording.region(key.region, lang))))
    name = said["title"].format(of=name)
    facts = (text for line in lines for text in (line.words, *line.limits))
    return exhibit((key.subject, key.shot), name, svg, lang, facts, _anchor(made))


def _figure(figure: Measurement, limit: Limit | None, lang: str) -> histogram_plot.MadeFigure:
    called = wording.word(figure.statistic, "statistic", lang)
    value = wording.figure(figure.value, figure.unit, lang, expanded=figure.expanded)
    colon = wording.phrases(lang)["punctuation"]["colon"]
    ends = {f"{called}{colon}{words}": at for words, at in bounds(figure, limit, lang).items()}
    return histogram_plot.MadeFigure(
        words=f"{called} {wording.bound(figure)}{value}",
        value=figure.value,
        expanded=figure.expanded,
        limits=ends,
    )
