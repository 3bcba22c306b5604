"""What a probe found: the clock, the axes of the head, gaps that a summary hides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.metrics.device.figures import figure, note
from acceptance.model.basics import Reason
from acceptance.model.measurement import Note
from acceptance.uncertainty import rectangular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.live.onvif.facts import DeviceFacts
    from acceptance.model.device_record import DeviceRecord
    from acceptance.model.measurement import Measurement

CLOCK_METHOD = "changes of the device's second between request and reply, by the tester's clock"
AXES_METHOD = "axes that did not move when told to, by the picture, else by the position stated"
GAPS_METHOD = "gaps between first and last recording, walked by events (ONVIF search)"
AXES = ("pan", "tilt", "zoom")


def figures(taken: DeviceRecord, facts: DeviceFacts) -> Iterator[Measurement | Note]:
    """Yield what a probe gives; a Note for what it does not, and for what is odd."""
    yield _clock(taken, facts)
    yield from _axes(taken, facts)
    yield from _gaps(taken, facts)
    for oddity in facts.notes:
        yield Note(metric="probe", reason=oddity)
    if facts.failed:
        calls = {"calls": ", ".join(facts.failed)}
        yield Note(metric="probe", reason=Reason(code="calls_failed", parameters=calls))


def _clock(taken: DeviceRecord, facts: DeviceFacts) -> Measurement | Note:
    """Measure the offset; without a bound for the tester's own clock it is no measurement."""
    clock = facts.clock
    if clock is None:
        return note("clock_offset", "device_clock_not_read")
    if clock.own_uncertainty is None:
        return note("clock_offset", "own_clock_unknown", offset=clock.offset)
    return figure(
        taken, "clock_offset", clock.offset,
        [
            rectangular("second_change", clock.half_width),
            rectangular("reference_clock", clock.own_uncertainty),
        ],
        samples=clock.edges, method=CLOCK_METHOD, details={"own_clock": clock.own_source},
    )  # fmt: skip


def _axes(taken: DeviceRecord, facts: DeviceFacts) -> Iterator[Measurement | Note]:
    """Count the axes that stand still; one of which nothing shows it may stand, too."""
    tried = {trial.what: trial.moved for trial in facts.ptz_trials if trial.what in AXES}
    if tried:
        words = {True: "moved", False: "still", None: "unknown"}
        unproven = [axis for axis, moved in tried.items() if moved is None]
        reason = Reason(code="axes_unproven", parameters={"axes": ", ".join(unproven)})
        yield figure(
            taken, "still_axes", sum(moved is False for moved in tried.values()),
            samples=len(tried), method=AXES_METHOD,
            lower_bound=bool(unproven), bound_by=reason if unproven else None,
            details={axis: words[moved] for axis, moved in tried.items()},
        )  # fmt: skip
    elif facts.ptz_nodes:
        yield note("still_axes", "not_actuated")


def _gaps(taken: DeviceRecord, facts: DeviceFacts) -> Iterator[Measurement | Note]:
    """Count the gaps that first and last time do not show; only walked tracks can tell."""
    walked = [track for track in facts.recordings if track.source == "events"]
    if len(walked) < len(facts.recordings):
        silent = [track.channel for track in facts.recordings if track.source != "events"]
        code = {"channels": ", ".join(silent)}
        yield Note(
            metric="recordings",
            quantity="recordings.retention",
            reason=Reason(code="no_history_of", parameters=code),
        )
    if not walked:
        return
    gaps = [seconds for track in walked for seconds in track.gaps]
    yield figure(
        taken, "hidden_gaps", len(gaps), samples=len(walked), method=GAPS_METHOD,
        lower_bound=len(walked) < len(facts.recordings),
        details={"hours": sum(gaps) / 3600, "tracks": len(walked)},
    )  # fmt: skip
