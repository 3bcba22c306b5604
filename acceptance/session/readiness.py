"""What a run of a plan would meet: problems, what stays open and why, and how long it takes.

Nothing is measured, decoded or written. What stays open is what the judge says when every planned
shot gives every figure that it can, well within its limit: conditions, instruments, people and
durations spoil those figures as they would spoil true ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance import metrics
from acceptance.checks import carry_over, judging, sampling, taken_out
from acceptance.checks.case import DEFAULT_STATISTIC
from acceptance.errors import AcceptanceError, ClipError
from acceptance.files.collector import without_collector
from acceptance.footage import clip, container
from acceptance.footage.decoding import SEQUENCE_RATE
from acceptance.model import (
    Combine,
    DeviceRecord,
    How,
    Limit,
    Measurement,
    Recordings,
    Scope,
    Shot,
    Tap,
    Verdict,
)
from acceptance.session import (
    foreseen,
    institute_file,
    intake,
    live_sources,
    predecessors,
    problems,
    retests,
    store,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.model import Finding, Plan, Requirement, Sample, SessionWarning, Taken
    from acceptance.session.live_sources import LiveShot

CLOCK = "clock"  # the chart of time
NETWORK = "stream"  # the family of quantities that a capture gives
BY_CLOCK = frozenset({"latency", "frame_rate"})  # families of quantities that a filmed clock gives
# Processor time of a run: 5.35 ms for a frame of 1080p (docs/throughput.md); and what remained for
# each of the 33 clips of examples/site, reports included, of 44 s (2026-11-27, 2 cores).
PIXELS_PER_SECOND, SECONDS_PER_CLIP = 3.9e8, 1.05
UNKNOWN_LENGTH = 86400.0  # s; a film whose header does not say may be long enough


@dataclass(frozen=True, kw_only=True)
class Length:
    """How much of a clip there is, as its header says; None: it does not."""

    seconds: float | None
    pixels: float | None
    """Of all frames together."""


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What a run of a plan would meet."""

    problems: tuple[AcceptanceError, ...]
    """Everything for which ``run`` would refuse the plan, each by its error."""

    open: tuple[Finding, ...]
    """What would stay open at best and counts, with its reason; empty where there are problems."""

    outside: tuple[str, ...]
    """``pack#clause`` of mandatory clauses of which nothing applies; they leave a site open."""

    failed: tuple[Finding, ...]
    """What fails already by the answers and counts."""

    samples: tuple[Sample, ...]
    """What the plan's draws give."""

    warnings: tuple[SessionWarning, ...]
    """What page 1 of the report would tell, as far as it is known before measuring."""

    left_out: tuple[AcceptanceError, ...]
    """Why the usual page would stand in place of one that the institute arranges, for each."""

    shots: int
    """How many shots are planned in the plan."""

    live: tuple[LiveShot, ...]
    """Those of them that a run would capture."""

    undated: tuple[str, ...]
    """Ids of shots and recordings of which neither plan nor clip says when they were taken."""

    seconds: float | None
    """Length of all clips together, by their headers; None: a clip does not say."""

    expected: float | None
    """Estimate of the processor time of a run, in s; None: not known."""

    @property
    def exit_code(self) -> int:
        """2: it cannot run; 3: something that counts would stay open; else 0."""
        return 2 if self.problems else 3 if self.open or self.outside else 0


def of(path: Path, out: Path = Path("out")) -> Readiness:
    """Look through a plan's file and all that it names. Raises nothing that it can list.

    ``out`` is the folder in which sessions lie, those of re-tests among them.
    """
    with without_collector():  # a million findings are all in use
        return _of(path, out)


def _of(path: Path, out: Path) -> Readiness:
    plan, found = problems.of_file(path)
    if plan is None:
        return _not_ready(found)
    found = [*found, *problems.of_plan(plan, path.parent, str(path))]
    unique = {(error.where, error.what): error for error in found}
    if unique:
        return _not_ready([*unique.values()])
    try:
        return _ready(plan, path.parent, out)
    except AcceptanceError as error:  # a session of a re-test that was changed
        return _not_ready([error])


def _not_ready(found: Sequence[AcceptanceError]) -> Readiness:
    return Readiness(
        problems=tuple(found), open=(), outside=(), failed=(), samples=(), warnings=(), left_out=(),
        shots=0, live=(), undated=(), seconds=None, expected=None,
    )  # fmt: skip


def _ready(plan: Plan, folder: Path, out: Path) -> Readiness:
    packs = store.load_packs(plan)
    plan = carry_over.carry_over(plan, packs)
    before = retests.check(plan, out, predecessors.examine)
    dated = replace(plan, shots=tuple(_dated(shot, folder) for shot in plan.shots))
    taken = dated.taken
    live = {each.shot.id: each for each in live_sources.of(plan)}
    lengths = {shot.id: _planned_length(shot, live.get(shot.id), folder) for shot in plan.shots}
    supposed = [
        figure
        for pack in packs
        for demand in pack.requirements
        for one in taken
        for figure in _supposed(demand, one, lengths)
    ]
    findings = judging.judge(
        packs, plan, supposed, (), taken, today="", quantities=metrics.quantities()
    )
    line = judging.bottom_line(findings, plan.scope)
    warned = foreseen.warnings(plan, packs, taken, supposed, findings, line, before, out)
    seconds, expected = _duration(list(lengths.values()))
    return Readiness(
        problems=(),
        open=tuple(one for one in findings if _stays_open(one, plan.scope)),
        outside=line.outside if plan.scope is Scope.SITE else (),
        failed=tuple(one for one in findings if one.verdict is Verdict.FAIL and one.decides),
        samples=sampling.draw(packs, plan),
        warnings=warned,
        left_out=_left_out(plan, folder),
        shots=len(plan.shots),
        live=tuple(live.values()),
        undated=tuple(one.id for one in taken if not (one.filmed or _is_live(one))),
        seconds=seconds,
        expected=expected,
    )


def _left_out(plan: Plan, folder: Path) -> tuple[AcceptanceError, ...]:
    if not plan.institute.templates:
        return ()
    from acceptance.session import institute_folder  # noqa: PLC0415 -- late: brings the renderer

    return tuple(institute_folder.refused(plan, institute_file.folder_of(plan, folder)))


def _is_live(taken: Taken) -> bool:
    return isinstance(taken, Shot) and bool(taken.source)


def _planned_length(shot: Shot, live: LiveShot | None, folder: Path) -> Length:
    """Return how much of a shot there is, or will be; its pixels are not known before."""
    if live:
        return Length(seconds=live.seconds, pixels=None)
    return _length(folder / shot.clip)


def _dated(shot: Shot, folder: Path) -> Shot:
    if shot.source:
        return shot
    try:
        return intake.dated(shot, folder)
    except ClipError:
        return shot


def expected(clips: Sequence[Path]) -> list[float | None]:
    """Estimate the processor time of a run for each clip, in s, by its header; None: not known."""
    return [_expected(path) for path in clips]


def _expected(path: Path) -> float | None:
    try:
        if path.suffix.lower() in clip.STILLS or not path.is_file():
            return SECONDS_PER_CLIP * len(clip.files_of(path))
        return _duration([_length(path)])[1]
    except ClipError:
        return None


def _length(path: Path) -> Length:
    """Read seconds and pixels of a clip from its header, without decoding; None: not said."""
    files = clip.files_of(path)
    if len(files) > 1 or files[0].suffix.lower() in clip.STILLS:
        return Length(seconds=len(files) / float(SEQUENCE_RATE), pixels=None)
    header = container.read(files[0])
    return Length(seconds=header.duration, pixels=header.pixels)


def _duration(lengths: Sequence[Length]) -> tuple[float | None, float | None]:
    """Add up the seconds of clips, and estimate how long a run takes for them."""
    seconds = [one.seconds for one in lengths]
    pixels = [one.pixels for one in lengths]
    total = None if None in seconds else float(sum(filter(None, seconds)))
    if None in pixels:
        return total, None
    work = sum(filter(None, pixels)) / PIXELS_PER_SECOND
    return total, work + SECONDS_PER_CLIP * len(lengths)


def _supposed(
    demand: Requirement, taken: Taken, lengths: Mapping[str, Length]
) -> Iterator[Measurement]:
    """Yield the figure that a shot gives at best for a demand: well within its limit."""
    if demand.how is not How.MEASURED or not _gives(taken, demand.quantity):
        return
    limit = demand.limit or Limit(unit="")
    length = lengths[taken.id].seconds if taken.id in lengths else None
    duration = length or UNKNOWN_LENGTH
    value = _within(limit)
    statistic = "" if demand.combine is Combine.MEAN else demand.statistic or DEFAULT_STATISTIC
    for subject in _shown(taken, demand.quantity):
        yield Measurement(
            subject=subject,
            shot=taken.id,
            quantity=demand.quantity,
            value=value,
            unit=limit.unit,
            uncertainty=0.0,
            k=2.0,
            degrees_of_freedom=None,
            samples=1,
            method="supposed",
            region=demand.region,
            direction=demand.direction,
            statistic=statistic,
            count=int(value * duration) + 1,
            duration=duration,
        )


def _shown(taken: Taken, quantity: str) -> tuple[str, ...]:
    """Return of which subjects a shot gives a quantity: of a wall the latency of each tile."""
    tiles = taken.subjects[1:]
    of_tiles = tiles and quantity.partition(".")[0] == "latency"
    return tiles if of_tiles else (taken.subject,)


def _gives(taken: Taken, quantity: str) -> bool:
    """Whether a shot can give a quantity at all: lists of recordings, clocks and charts differ."""
    family = quantity.partition(".")[0]
    for noun, own in ((Recordings, "recordings"), (DeviceRecord, "device")):
        if isinstance(taken, noun) or family == own:
            return isinstance(taken, noun) and family == own
    if family == "frame_rate" and taken.tap is Tap.SCREEN:  # a phone's own frames are none
        return False
    if family == NETWORK:
        return isinstance(taken, Shot) and bool(taken.source or taken.packets)
    chart = taken.chart if isinstance(taken, Shot) else None
    return chart is None or (family in BY_CLOCK) is (chart == CLOCK)


def _within(limit: Limit) -> float:
    low, high = limit.at_least, limit.at_most
    if low is not None and high is not None:
        return (low + high) / 2
    if low is not None:
        return low + max(abs(low), 1.0)
    return 0.0 if high is None else high - abs(high) / 2


def _stays_open(finding: Finding, scope: Scope) -> bool:
    """Whether a finding leaves the bottom line open (``judging.bottom_line``)."""
    undecided = finding.decides and finding.verdict is Verdict.INCONCLUSIVE
    return undecided or taken_out.leaves_open(finding, scope)
