"""What is to be known of the footage: what a person set that the toolkit would have found."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from acceptance import data
from acceptance.checks.warned.judged import caution, note
from acceptance.files import written_unit
from acceptance.model import Coding, Recordings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import Condition, Instrument, Note, SessionWarning, Value

AS_DRAWN = "as_drawn"  # in place of a printed copy (``Shot.chart_copy``)
UNMEASURED = frozenset({"copy_unmeasured", "copy_expired"})  # notes on a copy
# Notes on what a device states of its stream; other pictures are another stream.
OTHER_PICTURES = {"size_contradicted", "codec_contradicted"}
OTHER_RATES = {"frame_rate_contradicted", "bit_rate_contradicted", "gop_length_contradicted"}
# Fields of Recordings by which a retention becomes longer, with their defaults.
# Notes on recordings whose files contradict their names, with what is told of them.
OTHER_FILES = {
    "recordings_copied": "{file} ≡ … ×{count}",
    "duration_differs": "{file}: {named:.0f} s ≠ {container:.0f} s ×{count}",
    "file_before_recording": "{file}: −{seconds:.0f} s ×{count}",
}
OTHER_TIMES = {"container_differs": "{file}: {seconds:+.0f} s ×{count}"}
# Conditions by which figures are computed, as they are stated: no film shows whether they are true.
COMPUTED_WITH = frozenset({
    *("illuminance", "illuminance_accuracy", "filter", "filter_accuracy", "infrared"),
    *(f"illuminance_{end}{more}" for end in ("bright", "dark") for more in ("", "_accuracy")),
    *("light_non_uniformity", "mains_frequency", "focal_length", "sensor_width"),
    *("screen_refresh", "screen_scan", "clock_height", "fed_to_encoder"),
    *("page_offset", "page_offset_accuracy", "microphone_distance"),
    *("stream_delay", "stream_delay_accuracy", "utc_offset", "osd_order", "osd_hours"),
    *("reference_time", "reference_at", "reference_time_accuracy"),
})  # fmt: skip
# How a copy that was measured is not as drawn.
COPY_OTHERWISE = "{copy} ({shot}): ×{length:.3f}, ΔL* {lightness:.0f}, ΔE {colour:.0f} ({by})"
STILL = "share", "undecided"  # shares of a film in which nothing changes
STILL_SHARE = 0.9  # of a film in which nothing changes
# Of an inspection, of recorders elsewhere, and of those whose names are none of the usual ones.
NO_DOUBT = {"until", "utc_offset", "name_pattern"}
LENIENT = {one.name: one.default for one in fields(Recordings) if one.name in {
    "gap", "longest_break", "clock_error", "clock_offset", "until", "in_service", "utc_offset",
    "name_pattern",
}}  # fmt: skip


def regions(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the shots with regions by hand; a caution where the chart was found."""
    by_hand = [shot for shot in judged.session.shots if shot.measured_regions]
    if found := [shot.id for shot in by_hand if shot.corners]:
        yield caution("region_by_hand", found)
    if lost := [shot.id for shot in by_hand if not shot.corners]:
        yield note("region_without_chart", lost)


def clocks(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the films whose foremost clock was taken for its own screen, and may be a picture."""
    figures = judged.figures.get("latency.glass_to_glass", [])
    found = (one.shot for _, one in figures if one.details.get("clock_screen") == "assumed")
    if assumed := [*dict.fromkeys(found)]:
        yield note("clock_assumed", assumed)


def chart_copies(judged: Judged) -> Iterator[SessionWarning]:
    """Yield printed copies without a measurement that holds, and charts said to be no print."""
    copies = [
        f"{one.reason.parameters.get('copy', '')} ({one.shot})"
        for one in judged.session.notes
        if one.reason.code in UNMEASURED
    ]
    if copies:
        yield caution("chart_unmeasured", copies)
    shots = judged.session.shots
    if drawn := [shot.id for shot in shots if shot.chart_copy == AS_DRAWN and shot.corners]:
        yield caution("chart_as_drawn", drawn)


def own_charts(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the shots whose chart is drawn by a file that is not the toolkit's: the ruler itself.

    What is wrong in it makes figures wrong, and nothing here shows it.
    """
    shipped = {path.stem for path in data.folder("test_charts").glob("*.toml")}
    charts = [(shot.chart, shot.id) for shot in judged.session.shots]
    if own := [f"{chart} ({shot})" for chart, shot in charts if chart and chart not in shipped]:
        yield caution("own_chart", own)


def copies_otherwise(judged: Judged) -> Iterator[SessionWarning]:
    """Yield printed copies that somebody measured to be far from their design."""
    reasons = [
        (each.shot, each.reason.parameters)
        for each in judged.session.notes
        if each.reason.code == "copy_otherwise"
    ]
    if items := [COPY_OTHERWISE.format_map({**said, "shot": shot}) for shot, said in reasons]:
        yield note("chart_otherwise", items)


def still_pictures(judged: Judged) -> Iterator[SessionWarning]:
    """Yield films of a chart in which nothing changes; a caution where key frames are one, too.

    A camera of little noise, coded sparingly, looks so from picture to picture. Its key frames
    differ all the same, unless nothing at all of its noise is left. Some of it may be proven to be
    frozen.
    """
    charts = {shot.id for shot in judged.session.shots if shot.corners}
    seen: list[tuple[str, Mapping[str, Value]]] = [
        (each.shot, each.reason.parameters)
        for each in judged.session.notes
        if each.reason.code == "freeze_undecided"
    ]
    seen += [(each.shot, each.details) for _, each in judged.figures.get("faults.freeze", [])]
    still = [
        (shot, said)
        for shot, said in seen
        if shot in charts and sum(map(_number, map(said.get, STILL))) >= STILL_SHARE
    ]
    for warn, code, recurs in ((caution, "one_picture", True), (note, "nothing_changes", False)):
        if shots := [shot for shot, said in still if bool(said.get("one_picture")) is recurs]:
            yield warn(code, shots)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def cut_short(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the shots whose capture ended before its time: what followed may lie elsewhere."""
    notes = judged.session.notes
    if shots := [one.shot for one in notes if one.reason.code == "capture_ended_early"]:
        yield caution("capture_cut_short", shots)


def coding(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the shots for which the plan overrides what the stream says of itself."""
    if shots := [shot.id for shot in judged.session.shots if shot.coding != Coding()]:
        yield caution("coding_by_hand", shots)


def several_streams(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the shots whose file holds more than one film: players may show another one."""
    shots = judged.session.shots
    assumed = ((shot.id, str(shot.stream.get("assumed", ""))) for shot in shots)
    if several := [name for name, given in assumed if "stream" in given.split(", ")]:
        yield note("several_streams", several)


def recordings(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what was counted by other bounds than the usual ones; day and zone alone are a note."""
    for kept in judged.session.recordings:
        stated = {name: getattr(kept, name) for name in LENIENT}
        other = {name: value for name, value in stated.items() if value != LENIENT[name]}
        if other:
            warn = note if other.keys() <= NO_DOUBT else caution
            items = (f"{name} = {value}" for name, value in other.items())
            yield warn("recordings_bounds", items, recordings=kept.id)


def contradicted(judged: Judged) -> Iterator[SessionWarning]:
    """Yield recordings whose files are not what their names say, or are copies of each other.

    Where only the container's own time is another, it may have been packed anew: a note.
    """
    for warn, phrases in ((caution, OTHER_FILES), (note, OTHER_TIMES)):
        notes = (each for each in judged.session.notes if each.reason.code in phrases)
        items = [
            f"{each.shot}: {phrases[each.reason.code].format_map(each.reason.parameters)}"
            for each in notes
        ]
        if items:
            yield warn("recordings_contradict", items)


def arrivals(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the shots whose frames or packets came as a table says that no record vouches for."""
    tables = [shot for shot in judged.session.shots if shot.arrivals or shot.packets]
    if stated := [shot.id for shot in tables if not shot.stream_record]:
        yield note("arrivals_stated", stated)


def conditions(judged: Judged) -> Iterator[SessionWarning]:
    """Yield conditions that decide, or move a figure, stated without an instrument that reads them.

    Answers are given under those that requirements ask for; figures are computed with others, too.
    """
    plan = judged.session.plan
    asked = {name for pack in judged.packs for one in pack.requirements for name in one.conditions}
    asked |= COMPUTED_WITH
    known = {instrument.id: instrument for instrument in plan.instruments}
    stated = [(one.conditions, one.id) for one in judged.session.taken]
    stated += [(one.conditions, f"{one.requirement}, {one.subject}") for one in plan.answers]
    items = [
        f"{condition.name} = {condition.value} {condition.unit}".strip() + f" ({name})"
        for named, name in stated
        for condition in named
        if condition.name in asked and not _reads(known.get(condition.instrument), condition)
    ]
    if items:
        yield note("conditions_stated", items)


def statements(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what SDP and ONVIF state of streams and their figures contradict.

    Of size or codec it is a caution: it may be another stream than the one that was meant.
    """
    for warn, codes in ((caution, OTHER_PICTURES), (note, OTHER_RATES)):
        items = [_contradiction(each) for each in judged.session.notes if each.reason.code in codes]
        if items:
            yield warn("stream_contradicts", items)


def _contradiction(each: Note) -> str:
    values = each.reason.parameters
    stated, received = (
        f"{value:.5g}" if isinstance(value, float) else value
        for value in (values.get("stated", ""), values.get("received", ""))
    )
    return f"{each.shot}: {values.get('source', '')} {stated} ≠ {received}"


def _reads(instrument: Instrument | None, condition: Condition) -> bool:
    """Whether an instrument is listed that reads the unit, and is calibrated for the value."""
    if instrument is None or not instrument.unit or not condition.unit:
        return False
    if (each := written_unit.in_unit(1.0, condition.unit, instrument.unit)) is None:
        return False
    low, high = instrument.range_from, instrument.range_to
    value = condition.value * each if isinstance(condition.value, int | float) else None
    below = low is not None and value is not None and value < low
    return not below and not (high is not None and value is not None and value > high)
