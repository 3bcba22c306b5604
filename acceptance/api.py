"""The library's verbs: what the commands do, for programs.

``import acceptance`` offers them, with the nouns and the errors (``docs/library.md``).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from acceptance import metrics
from acceptance.checks import judging, resources, soundness
from acceptance.errors import PlanError
from acceptance.messages import tr
from acceptance.model import Measurement, Note, Plan
from acceptance.session import intake, measuring, plan_names, runner
from acceptance.session import plan as plans
from acceptance.session.measuring import Measured
from acceptance.signing import issuing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acceptance.live.credentials import Prompt
    from acceptance.model import Finding, Session
    from acceptance.session.measuring import Progress
    from acceptance.session.plan import ShotFields
    from acceptance.signing.certificates import Signer


def measure(
    clip: Path | str,
    *,
    only: Iterable[str] = (),
    progress: Progress | None = None,
    **fields: Unpack[ShotFields],
) -> Measured:
    """Measure everything that a clip supports; judge nothing.

    Parameters
    ----------
    clip
        Path of the clip: a video, a still, or a pattern of numbered stills.
    only
        Names of the metrics wanted, for instance ``["noise"]``; empty: all.
    progress
        Called with what is done, and the frames seen out of all frames.
    fields
        Fields of a ``Shot``: ``chart`` (name or file; None: all that are shipped are looked for),
        ``regions`` (name -> x, y, width, height in px), ``tap``, ``conditions``, ``coding`` ...

    Returns
    -------
    Measured
        The shot as found, its measurements, and a note for each result that was not obtained.

    Raises
    ------
    InputError
        ``ClipError`` where the clip cannot be read, ``ChartError`` where the chart is unknown or
        wrong, ``PlanError`` for a side table or a field that is wrong.
    """
    wanted = metrics.quantities_of(tuple(only))
    asked = plans.checked(plans.of_clips([Path(clip)], **fields))
    plan_names.check((), asked)
    intake.check(asked, Path())
    [shot] = asked.shots
    tell = measuring.progress_of(Path(clip).name, progress)
    seen = measuring.look(shot, wanted, progress=tell)
    found, notes = measuring.together([seen])
    return Measured(shot=seen.shot, measurements=tuple(found), notes=tuple(notes))


def run(
    plan: Plan | Path | str,
    out: Path | str,
    *,
    folder: Path | str | None = None,
    lang: str = "zh",
    signer: Signer | None = None,
    trust: Iterable[Path | str] = (),
    progress: Progress | None = None,
    prompt: Prompt | None = None,
) -> tuple[Session, Path]:
    """Measure, judge and report what a plan asks for; return the session and its folder.

    Parameters
    ----------
    plan
        A plan, or the path of its TOML file. The devices and answers in the files that a plan names
        are added to its own.
    out
        Folder in which the session's folder is made.
    folder
        Folder from which the paths of a ``Plan`` count; None: the current one. A plan from a file
        says that itself.
    lang
        Language of the report, "zh" or "en".
    signer
        Who signs the report; None: nobody.
    trust
        Roots (and revocation lists) that the signatures of older sessions must lead to, of which
        the plan tests something again; empty: they are not checked, and the report says so.
    progress
        Called with the shot, and the frames seen out of all frames; while a live shot is captured,
        with its seconds; then with the files that are set of a large report.
    prompt
        Called with ``USER@HOST`` for the password of a camera of a live shot that neither
        environment nor keyring know; None: nobody is asked.

    Raises
    ------
    InputError
        Where no session can be made: a plan, clip, chart or pack that is wrong, no Chinese font, an
        output that cannot be written. A gap in the footage is no error: it is the reason of the
        findings that it leaves open.
    """
    if not isinstance(plan, Plan):
        if folder is not None:
            what = tr("the paths of a plan from a file count from its own folder")
            raise PlanError(what, where=str(plan), hint=tr("Leave out folder"))
        folder = Path(plan).parent
        plan = plans.read(Path(plan))
    else:
        plan = plans.with_files(plan, Path(folder or ""))
    issue = issuing.Issuing(lang=lang, signer=signer, trust=tuple(trust), progress=progress)
    return runner.run(
        plan, Path(folder or ""), Path(out), progress=progress, issue=issue, prompt=prompt
    )


def judge(
    plan: Plan,
    measurements: Iterable[Measurement],
    notes: Iterable[Note] = (),
    *,
    today: str | None = None,
) -> tuple[Finding, ...]:
    """Judge numbers that come from elsewhere; nothing is read but the plan's packs.

    Parameters
    ----------
    plan
        Names packs, subjects with their facts, and a shot for each measurement: its tap, path,
        conditions and instruments decide what it may be judged for. Its clips need not exist. Files
        that it names are not read: give their devices and answers in the plan itself.
    measurements
        Each of a shot of the plan, in the unit that ``metrics.quantities()`` states.
    notes
        Results that were not obtained, and why.
    today
        ISO date of the work of shots that do not state theirs (``filmed``); None: not known, and
        no calibration can be held against it.

    Returns
    -------
    tuple of Finding
        One for each requirement and subject, never fewer (``checks.bottom_line`` adds them up).

    Raises
    ------
    PackError
        Where a pack is unknown or wrong.
    PlanError
        Where the plan does not fit its packs, a measurement no shot, quantity or unit, or ``today``
        is no day.
    """
    measurements = soundness.listed(measurements, Measurement)  # a generator is read only once
    notes = soundness.listed(notes, Note)
    units = metrics.quantities()
    plan, packs = runner.prepare(plan)
    soundness.require_sound(plan, measurements, units)
    day = "" if today is None else today
    if day and not (isinstance(day, str) and resources.is_day(day)):
        hint = tr("Write it as 2026-11-25")
        raise PlanError(tr("is no day"), where=repr(today), hint=hint)
    return judging.judge(packs, plan, measurements, notes, plan.taken, today=day, quantities=units)


def judge_again(
    old: Path | str,
    packs: Iterable[Path | str],
    out: Path | str,
    *,
    why: str,
    by: str,
    lang: str = "zh",
    signer: Signer | None = None,
    trust: Iterable[Path | str] = (),
) -> tuple[Session, Path]:
    """Judge an old session by other packs, without its video; return the new one and its folder.

    The old session stays as it is. ``packs`` are names or paths of TOML files, ``why`` and ``by``
    go into the log; ``out``, ``lang``, ``signer`` and ``trust`` are as for ``run``. Raises
    SessionError where the old session is not as it was sealed, or its signature leads to none of
    the roots in ``trust``; PackError and OutputError.
    """
    issue = issuing.Issuing(lang=lang, signer=signer, trust=tuple(trust))
    names = [str(pack) for pack in packs]
    return runner.judge_again(Path(old), names, Path(out), why=why, by=by, issue=issue)
