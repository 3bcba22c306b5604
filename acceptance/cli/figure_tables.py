"""What ``measure`` prints: headline figures, or all measurements; live and playback compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.cli.terminal import aligned, say, table
from acceptance.messages import in_turn, language, listed, tr
from acceptance.report import headlines
from acceptance.report.playback import Significance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.model import Measurement, Note
    from acceptance.report.headlines import HeadlineFigure, Missing
    from acceptance.report.playback import Difference, Loss, ShotPair


def headline_figures(
    found: Sequence[Measurement], notes: Sequence[Note], clips: Mapping[str, str]
) -> None:
    """Print the headline figures, why some are missing, and how much more there is.

    ``clips`` names the clip of each shot; where there are several, it is shown.
    """
    shown = headlines.figures(found, notes)
    named = clips if len(clips) > 1 else {}
    if shown:
        aligned(tr("Headline figures"), [_figure(figure, named) for figure in shown])
    for lack in headlines.missing(found, notes):
        _say_lack(lack, named)
    if more := len(found) - len(shown):
        counts = {"figures": more, "notes": len(notes)}
        say(tr("More figures: {figures}; results not obtained: {notes}. All of them: -v", **counts))


def _figure(figure: HeadlineFigure, clips: Mapping[str, str]) -> tuple[str, str, str]:
    item = figure.measurement
    parts = (
        wording.region(item.region, language()) if figure.results > 1 else "",
        wording.word(item.statistic, "statistic", language()),
        _among(figure),
        clips.get(item.shot, ""),
    )
    value = _bounded(item, expanded=item.expanded)
    return wording.quantity(item.quantity, language()), value, listed(filter(None, parts))


def _among(figure: HeadlineFigure) -> str:
    if figure.among == 1:
        return ""
    if figure.headline.worse is headlines.Worse.NEITHER:
        return tr("first of {count}", count=figure.among)
    return tr("worst of {count}", count=figure.among)


def _what(lack: Missing, clips: Mapping[str, str]) -> str:
    names = dict.fromkeys(_name(note) for note in lack.notes)
    shots = dict.fromkeys(clips.get(note.shot, "") for note in lack.notes)
    named = (listed(filter(None, group)) for group in (names, shots))
    return in_turn(filter(None, named))


def _name(note: Note) -> str:
    """Name what is missing; empty where it is all that the clip should have given."""
    if note.quantity:
        return wording.quantity(note.quantity, language())
    return wording.word(note.metric, "metric", language())


def _say_lack(lack: Missing, clips: Mapping[str, str]) -> None:
    if all(note.metric == "chart" for note in lack.notes):  # figures may have been obtained
        say(tr("about the chart: {reason}", reason=lack.reason), "yellow")
    else:
        _say_missing(_what(lack, clips), lack.reason)


def _say_missing(what: str, reason: str) -> None:
    if what:
        say(tr("not measured ({place}): {reason}", place=what, reason=reason), "yellow")
    else:
        say(tr("not measured: {reason}", reason=reason), "yellow")


def measurements(found: Sequence[Measurement], notes: Sequence[Note]) -> None:
    """Print measurements as a table and notes as sentences."""
    columns = (
        tr("quantity"), tr("region"), tr("direction"), tr("statistic"),
        tr("value"), tr("method"), tr("shot"),
    )  # fmt: skip
    table(tr("Measured"), columns, [_measurement(item) for item in found])
    for note in notes:
        parts = (note.shot, note.metric, note.quantity, note.region)
        _say_missing(listed(filter(None, parts)), wording.reason(note.reason, language()))


def _measurement(item: Measurement) -> tuple[str, ...]:
    value = _bounded(item, expanded=item.expanded, k=item.k)
    region = wording.region(item.region, language())
    return item.quantity, region, item.direction, item.statistic, value, item.method, item.shot


def _bounded(item: Measurement, *, expanded: float | None = None, k: float | None = None) -> str:
    figure = wording.figure(item.value, item.unit, language(), expanded=expanded, k=k)
    return wording.bound(item) + figure


def differences(pair: ShotPair, *, every: bool) -> None:
    """Print where a playback differs beyond the uncertainty (or every figure), and what it lost."""
    title = tr("{live} live, {playback} in playback", live=pair.live.id, playback=pair.playback.id)
    columns = (
        tr("quantity"), tr("region"), tr("direction"), tr("live"),
        tr("playback"), tr("difference"), tr("beyond its uncertainty"),
    )  # fmt: skip
    beyond = [each for each in pair.differences if each.significance is Significance.BEYOND]
    within = [each for each in pair.differences if each.significance is not Significance.BEYOND]
    table(title, columns, [_difference(each) for each in (*beyond, *(within if every else ()))])
    if within and not every:
        say(tr("Not beyond the uncertainty: {count}. All of them: -v", count=len(within)))
    for loss in pair.losses:
        say(tr("live only: {what}", what=_lost(loss)), "yellow")


def _difference(found: Difference) -> tuple[str, ...]:
    live, expanded = found.live, found.expanded
    return (
        live.quantity,
        wording.region(live.region, language()),
        live.direction,
        _bounded(live),
        _bounded(found.playback),
        wording.figure(found.difference, live.unit, language(), expanded=expanded, k=found.k),
        wording.word(found.significance, "significance", language()),
    )


def _lost(loss: Loss) -> str:
    what = f"{loss.live.quantity} {wording.region(loss.live.region, language())}"
    return f"{what}: {wording.reason(loss.reason, language())}" if loss.reason else what
