"""The connection itself: start-up, reconnects, own drops, and the device's sender reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics.stream.figures import WORST
from acceptance.model.measurement import BudgetLine
from acceptance.uncertainty import rectangular

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.live.stream_tables import ConnectionRecord, ReportTable
    from acceptance.metrics.stream.figures import CapturedStream
    from acceptance.model.measurement import Measurement, Note

START_UP_METHOD = "from the first connect to the packet or frame, by the tester's clock"
DROP_METHOD = "packets that the tester's own sockets dropped, as the kernel counts them"
GAP_METHOD = "from the last packet of a connection to the first of the next"
OFFSET_METHOD = "NTP time of the sender reports minus their arrival, median"
DRIFT_METHOD = "slope of the NTP times of the sender reports over their arrivals, least squares"
PROGRAM = 0.001  # s, half width of a time that the program takes
UNSET = 1136073600.0  # Unix s of 2006: no camera sends RTP that was never set to a later time
DELAY = 0.05  # s, half width of what the network may delay a report by
OWN_CLOCK = 1.0  # s, half width of the tester's clock where the shot does not state it
ENDED = {"seconds", "frames", "interrupted"}  # reasons for which a capture ends as it was asked
FEWEST, SHORTEST = 3, 10.0  # reports, and s, from which a slope is fitted


def figures(captured: CapturedStream) -> Iterator[Measurement | Note]:
    """Yield what the record tells; a Note for what it does not."""
    yield from _reconnects(captured)
    record = captured.record
    if record is None:
        for name in ("start_up", "own_drops", "report_offset"):
            yield captured.note(name, "no_stream_record")
        return
    if record.ended and record.ended not in ENDED:
        yield captured.note("", "capture_ended_early", why=record.ended)
    if record.own_drops is None:
        yield captured.note("own_drops", "drops_not_counted")
    else:
        yield captured.figure(
            "own_drops",
            record.own_drops,
            (),
            samples=len(captured.packets.size),
            method=DROP_METHOD,
        )
    yield from _start_up(captured, record.connections)
    yield from _reports(captured, record.reports)


def _start_up(
    captured: CapturedStream, connections: Sequence[ConnectionRecord]
) -> Iterator[Measurement | Note]:
    """Yield the longest start-up of any connection: to the first packet, to a whole key frame."""
    for statistic, field in (("first_packet", "start_up"), ("key_frame", "key_frame")):
        stated = [getattr(each, field) for each in connections]
        stated = [seconds for seconds in stated if seconds is not None]
        if not stated:
            yield captured.note("start_up", "no_stream_record")
            return
        lines = [rectangular("resolution", PROGRAM), rectangular("arrival_time", captured.stamp)]
        yield captured.figure(
            "start_up", max(stated), lines, samples=len(stated), method=START_UP_METHOD,
            statistic=statistic,
        )  # fmt: skip


def _reconnects(captured: CapturedStream) -> Iterator[Measurement]:
    packets = captured.packets
    begins = np.flatnonzero(np.diff(packets.connection)) + 1
    count = len(packets.size)
    yield captured.figure("reconnects", len(begins), (), samples=count, method=GAP_METHOD)
    if len(begins):
        gap = float((packets.arrival[begins] - packets.arrival[begins - 1]).max())
        line = rectangular("arrival_time", captured.stamp)
        yield captured.figure(
            "reconnect_gap", gap, [line], samples=len(begins), method=GAP_METHOD, statistic=WORST
        )


def _reports(captured: CapturedStream, reports: ReportTable) -> Iterator[Measurement | Note]:
    """Yield offset and drift of the device's clock, or why its reports say nothing."""
    code = _implausible(reports)
    if code:
        yield captured.note("report_offset", code, reports=len(reports.ntp))
        return
    apart = reports.ntp - reports.arrival
    count = len(apart)
    lines = [rectangular("network_delay", DELAY), rectangular("reference_clock", _own(captured))]
    lines += _set(captured)
    if count > 1:
        scatter = float(apart.std(ddof=1)) / count**0.5
        freedom = count - 1.0
        lines.append(BudgetLine(source="reports", contribution=scatter, degrees_of_freedom=freedom))
    yield captured.figure(
        "report_offset", float(np.median(apart)), lines, samples=count, method=OFFSET_METHOD
    )
    if count >= FEWEST and float(np.ptp(reports.arrival)) >= SHORTEST:
        yield _drift(captured, reports, apart)


def _implausible(reports: ReportTable) -> str:
    """Return the code of the reason for which reports say nothing; empty: they do."""
    if not len(reports.ntp):
        return "no_sender_reports"
    if (reports.ntp < UNSET).all():
        return "sender_clock_not_set"
    stale = len(reports.ntp) > 1 and np.ptp(reports.ntp) < np.ptp(reports.arrival) / 2
    return "sender_reports_stale" if stale else ""


def _own(captured: CapturedStream) -> float:
    """Half width in s of the tester's clock, as the shot states it."""
    stated = [
        condition.value
        for condition in captured.scene.shot.conditions
        if condition.name == "reference_time_accuracy"
    ]
    value = stated[0] if stated else OWN_CLOCK
    return float(value) if isinstance(value, int | float) and value >= 0 else OWN_CLOCK


def _set(captured: CapturedStream, scale: float = 1.0) -> list[BudgetLine]:
    """Return the line of a tester's clock that was set meanwhile, if it was."""
    moved = captured.scene.clock_moved
    return [rectangular("clock_set", scale * moved)] if moved else []


def _drift(
    captured: CapturedStream,
    reports: ReportTable,
    apart: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> Measurement:
    """By how much the device's clock is fast against the tester's."""
    x = reports.arrival - reports.arrival.mean()
    spread = float(x @ x)
    slope = float(x @ (apart - apart.mean())) / spread
    residual = apart - apart.mean() - slope * x
    freedom = len(x) - 2.0
    scatter = float(residual @ residual) / freedom
    doubt = 1e6 * (scatter / spread) ** 0.5
    resolution = 1e6 * captured.stamp / float(np.ptp(reports.arrival))
    return captured.figure(
        "clock_drift",
        1e6 * slope,
        [
            BudgetLine(source="reports", contribution=doubt, degrees_of_freedom=freedom),
            rectangular("arrival_time", resolution),
            *_set(captured, 1e6 / float(np.ptp(reports.arrival))),
        ],
        samples=len(x),
        method=DRIFT_METHOD,
        statistic="sender_reports",
    )
