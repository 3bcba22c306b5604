"""The story: a plan in, a session out, in a folder that is sealed; or an old session judged again.

A session is made in ``OUT/.partial-<key>`` and moved to ``OUT/<id>`` when it is whole, report and
all, so that there is never half a session. The key is the plan's own hash: a second run of an
interrupted plan goes on from the shots measured so far.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from acceptance import __version__, metrics
from acceptance.charts import definition, printed_copy
from acceptance.checks import carry_over, conclusion, judging, sampling
from acceptance.errors import NO_PAGES, ClipError, SessionError, SetupError, UsageError
from acceptance.files import strict_toml
from acceptance.files.output import copy_below, copy_into, cut_half_line, put, writing
from acceptance.footage import decoding
from acceptance.messages import tr
from acceptance.model import Measurement, Note, Precedence, Session
from acceptance.model.basics import CHINA
from acceptance.session import (
    device_intake,
    earlier,
    fitted_plan,
    institute_file,
    intake,
    journal,
    live_shots,
    measuring,
    predecessors,
    resuming,
    retests,
    store,
    workspace,
)
from acceptance.session import plan as plans
from acceptance.session.evidence import hash_files
from acceptance.session.log_book import LOG, MOST, LogBook
from acceptance.session.workspace import RESUME, claimed, others_aside, set_aside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from acceptance.live.credentials import Prompt
    from acceptance.model import Pack, Plan, Predecessor, Recordings, Shot, Value
    from acceptance.session.measuring import Look, Measured, Progress

    Kept = tuple[Recordings, list[Measurement | Note]]

BAG = "session"  # in the workspace: what becomes the session


class Issue(Protocol):
    """Adds the report to the folder that it is called with (``signing.issuing.Issuing``)."""

    @property
    def lang(self) -> str:
        """Language of the report."""

    def ready(self) -> None:
        """Refuse at once what would be refused when the work is done."""

    def predecessor(self, folder: Path, role: Precedence) -> Predecessor:
        """Examine an old session and its report; say who signed it. Raises SessionError."""

    def __call__(self, folder: Path) -> object:
        """Add the report."""


def run(
    plan: Plan,
    folder: Path,
    out: Path,
    *,
    progress: Progress | None = None,
    issue: Issue | None = None,
    look: Look | None = None,
    prompt: Prompt | None = None,
) -> tuple[Session, Path]:
    """Measure and judge everything that the plan asks for; return the session and its folder.

    Live shots are captured first; ``prompt`` is asked for passwords that neither environment nor
    keyring know.

    The plan's paths are relative to ``folder``. ``issue`` adds the report before the folder gets
    its name. ``look`` measures a shot and draws its stills; None: ``measuring.look_and_draw``.
    Raises InputError where no session can be made, DeviceError where a live shot cannot be
    captured; a gap in the footage becomes the reason for the findings that it leaves open.
    """
    if issue:
        issue.ready()
    given = plan
    plan, packs = prepare(given)
    earlier = retests.check(plan, out, _examine(issue))
    content = store.dump_plan(given)
    intake.check(plan, folder)
    institute_file.check_plan(plan, folder)
    for shot in plan.shots:
        printed_copy.wanted(shot, folder)
    with claimed(out, intake.digest(content.decode(), str(folder.resolve()), __version__)) as work:
        with writing(work):
            bag = _begin(work, plan)
            put(bag / store.PLAN, content)
            intake.keep(plan, packs, folder, bag)
            kept = institute_file.keep(plan, folder, bag)
        look = look or measuring.look_and_draw
        taken = live_shots.capture(plan, work, bag, prompt, progress)
        measured = _measure(plan, packs, folder, bag, taken, progress, look)
        measured = replace(measured, plan=kept, predecessors=earlier)
        numbers = institute_file.folder_of(plan, folder) if plan.institute.file else None
        return finish(measured, packs, bag, issue, numbers)


def _examine(issue: Issue | None) -> predecessors.Examine:
    return issue.predecessor if issue else predecessors.examine


def quantities_judged(packs: Sequence[Pack]) -> frozenset[str]:
    """Return the quantities of which the packs require something."""
    return frozenset(demand.quantity for pack in packs for demand in pack.requirements)


def _measure(
    plan: Plan,
    packs: Sequence[Pack],
    folder: Path,
    bag: Path,
    taken: Mapping[str, Shot],
    progress: Progress | None,
    look: Look,
) -> Session:
    judged = quantities_judged(packs)
    places = [
        (taken[shot.id], bag.parent) if shot.id in taken else (shot, folder) for shot in plan.shots
    ]
    done = [_shot(shot, place, bag, judged, progress, look) for shot, place in places]
    resuming.drop_stills(bag, done)
    kept = [_recordings(asked, folder, bag, progress) for asked in plan.recordings]
    figures, _ = measuring.together(done)
    probed = device_intake.take_all(plan, folder, bag, figures)
    return _blank(plan, done, kept, probed)


def judge_again(
    old: Path,
    pack_names: Sequence[str],
    out: Path,
    *,
    why: str,
    by: str,
    issue: Issue | None = None,
    institute: Path | None = None,
) -> tuple[Session, Path]:
    """Judge an old session's measurements against other packs, without its video.

    The old session stays as it is. Answers, concessions and draws are carried over where the packs
    ask the same; the log names those left out. Session and log say who answers for the old one.
    ``institute`` is its file, where the plan's institute numbers its reports by its own list.
    Raises SessionError (also where the old session was changed after it was sealed), PackError and
    OutputError, and what ``issue`` is not ready for.
    """
    if issue:
        issue.ready()
    found = _examine(issue)(old, Precedence.JUDGED_AGAIN)
    _require_reason(why, by)
    before = store.load(old)
    packs = store.load_packs(replace(before.plan, packs=tuple(pack_names)))
    plan, left = carry_over.leave_out(carry_over.carry_over(before.plan, packs), packs)
    with claimed(out, intake.digest(before.id, *pack_names)) as work:
        bag = _copy(old, work)
        with writing(work):
            intake.keep_packs(packs, pack_names, bag)
        details = {"session": before.id, "sha256": found.sha256, "signature": found.signature}
        details |= {"signers": predecessors.signers(found)} if found.signers else {}
        details |= {"packs": ", ".join(pack_names), "why": why, "by": by}
        details["verdict"] = str(before.verdict)
        details |= {"left_out": "; ".join(left)} if left else {}
        LogBook(bag).append("judged_again", details)
        plan = replace(plan, packs=tuple(pack_names))
        earlier = (*predecessors.of(before), found)
        dated = _dated(before)
        again = replace(dated, plan=plan, supersedes=before.id, predecessors=earlier)
        return finish(again, packs, bag, issue, institute.parent if institute else None)


def _dated(before: Session) -> Session:
    """Write into the shots of a session before 0.7.0 the day that it took for theirs."""
    day = before.unstated_day
    shots = (
        shot if shot.filmed or not day else replace(shot, filmed=day, filmed_by="run")
        for shot in before.shots
    )
    return replace(before, shots=tuple(shots))


def _copy(old: Path, work: Path) -> Path:
    """Copy what an old session rests on, and its log; return the folder of the new one.

    What a killed run left is made again: it is a copy of the old session, and nothing else.
    """
    bag = work / BAG
    with writing(work):
        others = others_aside(work)
        if bag.exists():
            shutil.rmtree(bag)
        copy_below(old / store.DATA, bag / store.DATA)
        copy_into(journal.current(old, LOG), bag / LOG)
        workspace.log_others(bag, others)
    return bag


def _require_reason(why: str, by: str) -> None:
    if not (why.strip() and by.strip()):
        raise UsageError(tr("say why the session is judged again, and who does"))
    strict_toml.check_lengths({"why": why, "by": by}, tr("judged again"), UsageError)


def prepare(plan: Plan, packs: tuple[Pack, ...] | None = None) -> tuple[Plan, tuple[Pack, ...]]:
    """Load a plan's packs and check the plan, which a program may have made, against them.

    What the plan says of a base is carried over to the pack that extends it. ``packs`` are those of
    the plan, where they are loaded already. Raises PackError and PlanError.
    """
    plan = plans.checked(plan)
    packs = store.load_packs(plan) if packs is None else packs
    return fitted_plan.fit(plan, packs), packs


def finish(
    measured: Session, packs: Sequence[Pack], bag: Path, issue: Issue | None, numbers: Path | None
) -> tuple[Session, Path]:
    """Judge what was measured, save the session and give its folder its name.

    ``numbers`` is the folder of the institute's list. Raises SetupError where ``issue`` can set no
    pages here: the folder has its name by then, and lacks the report.
    """
    now = datetime.now(CHINA).isoformat(timespec="seconds")
    hashes = {f"data/{name}": value for name, value in hash_files(bag / store.DATA).items()}
    sizes = {path: (bag / path).stat().st_size for path in hashes}
    session = _judge(replace(measured, hashes=hashes, sizes=sizes), packs, bag)
    number = institute_file.number(session.plan, numbers, now, bag.parent)
    session = replace(session, id=number, finished=now, tool_version=__version__)
    store.save(session, bag)
    if issue:
        try:
            issue(bag)
        except SetupError as error:
            if error.code not in NO_PAGES:
                raise
            workspace.note_unreported(bag.parent, session.id, issue.lang)
            place = workspace.placed(bag, session.id)
            raise workspace.without_report(error, place, issue.lang) from error
    return session, workspace.placed(bag, session.id)


def _judge(measured: Session, packs: Sequence[Pack], bag: Path) -> Session:
    """Judge what was measured, and log that it was, and what lies beside it."""
    log, kept = LogBook(bag), bag / store.PACKS
    for what, details in earlier.beside(bag.parent.parent, measured):
        log.append(what, details)
    plan, started, names = measured.plan, log.read()[0].when, tuple(pack.id for pack in packs)
    inputs = packs, plan, measured.measurements, measured.notes, measured.taken
    findings = judging.judge(*inputs, today="", quantities=metrics.quantities())
    line = judging.bottom_line(findings, plan.scope)
    entry: dict[str, Value] = {"packs": ", ".join(names), "findings": len(findings)}
    entry |= {"tool_version": __version__, "verdict": str(line.verdict)}
    log.append("judged", entry | store.own_packs(packs, kept))
    judged = replace(
        measured,
        plan=replace(plan, packs=names),
        started=started,
        findings=findings,
        bottom_line=line,
        conclusions=conclusion.conclude(packs, findings, plan.scope),
        log=log.read(),
        samples=sampling.draw(packs, plan),
    )
    return replace(judged, warnings=store.warnings(judged, packs, kept))


def _blank(
    plan: Plan,
    done: Sequence[Measured],
    kept: Sequence[Kept],
    probed: Sequence[device_intake.Probed] = (),
) -> Session:
    """Put together what was measured; it is not judged yet."""
    measurements, notes = measuring.together(done)
    listed = [item for _, found in (*kept, *probed) for item in found]
    measurements += [item for item in listed if isinstance(item, Measurement)]
    notes += [item for item in listed if isinstance(item, Note)]
    return Session(
        id="",
        plan=plan,
        started="",
        finished="",
        operator=plan.operator,
        tool_version=__version__,
        hashes={},
        shots=tuple(measured.shot for measured in done),
        measurements=tuple(measurements),
        notes=tuple(notes),
        findings=(),
        bottom_line=judging.bottom_line((), plan.scope),
        log=(),
        recordings=tuple(asked for asked, _ in kept),
        device_records=tuple(asked for asked, _ in probed),
    )


def _begin(work: Path, plan: Plan) -> Path:
    """Return the folder that becomes the session.

    It is that of an interrupted run, or a new one where there is none. One whose log is damaged is
    moved aside, and the new log says where to.
    """
    bag, aside = work / BAG, ""
    others = others_aside(work)
    try:
        _repair(bag)
        resumed = resuming.clear(bag)
    except SessionError:
        resumed, aside = False, set_aside(work).name
    (bag / store.DATA).mkdir(parents=True, exist_ok=True)
    details = {"operator": plan.operator, "tool_version": __version__}
    details |= {"decoder": decoding.version()}
    details |= {"set_aside": aside} if aside else {}
    LogBook(bag).append("resumed" if resumed else "started", details)
    workspace.log_others(bag, others)
    return bag


def _repair(bag: Path) -> None:
    """Finish a seal that was interrupted, and cut off half a line at the end of the log."""
    journal.recover(bag)
    if (bag / LOG).is_file():
        cut_half_line(bag / LOG, MOST)


def _shot(
    shot: Shot,
    folder: Path,
    bag: Path,
    judged: Collection[str],
    progress: Progress | None,
    look: Look,
) -> Measured:
    """Take one shot into the session, and measure it.

    What an interrupted run measured of the same files is not measured again.
    """
    with writing(bag):
        filmed = intake.take(shot, folder, bag)
        chart = definition.load(shot.chart).sha256 if shot.chart else ""
        files = [*hash_files(bag / "data" / "clips" / shot.id).values(), filmed.chart_copy]
        kept = bag.parent / RESUME / f"{shot.id}-{intake.digest(*files, chart)}.json"
        measured = resuming.take_up(kept, shot.id, bag)
        if measured is None:
            with _blaming(folder / shot.clip):
                measured = look(filmed, bag, judged, progress)
            resuming.keep(kept, measured, bag)
    return measured


@contextlib.contextmanager
def _blaming(clip: Path) -> Iterator[None]:
    """Let errors name the clip that the plan names, not its copy in the session."""
    try:
        yield
    except ClipError as error:
        error.where = str(clip)
        raise


def _recordings(asked: Recordings, folder: Path, bag: Path, progress: Progress | None) -> Kept:
    """Take the list of what a recorder has kept into the session, and measure it.

    It is never resumed: measuring a list is quick.
    """
    tell = measuring.progress_of(asked.id, progress)
    with writing(bag):
        kept, found = intake.take_recordings(asked, folder, bag, tell=tell)
    items = measuring.recorded(kept, found)
    notes = sum(isinstance(item, Note) for item in items)
    measuring.log_measured(bag, asked.id, len(items) - notes, notes)
    return kept, items
