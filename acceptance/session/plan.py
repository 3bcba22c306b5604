"""A plan: read from TOML, or made of clips named on the command line.

Its paths stay inside its folder.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from acceptance import model
from acceptance.errors import PlanError
from acceptance.forms import answers, devices
from acceptance.forms import scores as score_files
from acceptance.model import Plan, Shot, Subject, SubjectKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from acceptance.model import Answer, Taken

# The tuple is there because pydantic takes a configuration for nested data classes, not for the
# outermost one.
_ADAPTER = TypeAdapter(tuple[Plan], config=ConfigDict(extra="forbid", allow_inf_nan=False))


def read(path: Path) -> Plan:
    """Read a plan (fields: ``docs/formats.md``). Paths in it count from its folder.

    Answers of the files that it names are added to its own. Raises PlanError naming file and field:
    missing, no TOML, unknown or wrong field, subject or shot that does not exist or stands twice,
    path outside the folder; and what is wrong in its list of devices and files of answers.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise PlanError("there is no such plan", where=str(path), hint="Check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise PlanError(
            f"not readable as TOML: {error}", where=str(path), hint="Correct the file"
        ) from error
    plan = _parse(raw, str(path))
    if plan.device_list:
        listed = devices.read(path.parent / plan.device_list, plan.subjects)
        plan = replace(plan, subjects=(*plan.subjects, *listed))
    if not plan.subjects:
        raise _wrong(
            f"{path}: subjects", "there is nothing under test; give subjects or a device_list"
        )
    check(plan, path.parent, str(path))
    plan = _with_files(plan, path.parent)
    check(plan, path.parent, str(path))  # the evidence that answers of files name, too
    return plan


def _with_files(plan: Plan, folder: Path) -> Plan:
    """Add the answers that people filled into files of their own."""
    sheets = (one for name in plan.answer_files for one in answers.read(folder / name, name))
    scores = (one for name in plan.score_files for one in score_files.read(folder / name, name))
    return replace(plan, answers=(*plan.answers, *sheets, *scores))


def of_clips(
    clips: Sequence[Path],
    *,
    chart: str | None = None,
    playback: Path | None = None,
    facts: Mapping[str, str] | None = None,
    packs: Sequence[str] = (),
    **shot_fields: Any,  # noqa: ANN401 -- fields of Shot
) -> Plan:
    """Make a plan with one subject and a shot for each clip.

    ``playback`` is what a recorder made of the last one.
    """
    subject = Subject(id="device", kind=SubjectKind.FIXED, name="device", facts=dict(facts or {}))
    shots = tuple(
        Shot(
            id=f"shot{number}",
            subject=subject.id,
            clip=str(path.absolute()),
            chart=chart,
            **shot_fields,
        )
        for number, path in enumerate(clips, start=1)
    )
    if playback:
        again = replace(shots[-1], id="playback", clip=str(playback.absolute()), live=shots[-1].id)
        shots += (replace(again, tap=model.Tap.RECORDER, path=model.SignalPath.PLAYBACK),)
    made = Plan(subjects=(subject,), shots=shots)
    return replace(made, packs=tuple(packs)) if packs else made


def check(plan: Plan, folder: Path, where: str) -> None:
    """Refuse a plan whose parts do not fit together or that names files outside ``folder``.

    Raises PlanError.
    """
    # measurements name either by its id
    shots: list[Taken] = [*plan.shots, *plan.recordings]
    for what, ids in (("subject", [s.id for s in plan.subjects]), ("shot", [s.id for s in shots])):
        for identity in ids:
            if not devices.IDENTIFIER.fullmatch(identity):
                named = f"the {what} id {identity!r:.80}"
                raise _wrong(
                    where, f"{named} may hold letters, digits, '_', '-' and '.' only, 64 at most"
                )
            if ids.count(identity) > 1:
                raise _wrong(where, f"the {what} id {identity!r} stands twice")
    subjects = {subject.id for subject in plan.subjects}
    for shot in shots:
        if shot.subject not in subjects:
            raise _wrong(f"{where}: shot {shot.id}", f"there is no subject {shot.subject!r}")
    _check_pairs(plan.shots, where)
    _check_answers(plan.answers, where)
    _check_matrix(plan, where)
    for field, name in files(plan):
        if not all(
            file.resolve().is_relative_to(folder.resolve()) for file in _meant(folder / name)
        ):
            raise _wrong(
                f"{where}: {field}", f"{name} lies outside the plan's folder; copy it there"
            )


def _check_pairs(shots: Sequence[Shot], where: str) -> None:
    """Refuse a playback that names no live shot as the one beside which it is held."""
    lives = {shot.id for shot in shots if shot.path is model.SignalPath.LIVE}
    for shot in shots:
        if shot.live and (shot.live not in lives or shot.id in lives):
            raise _wrong(
                f"{where}: shot {shot.id}, live",
                f"a playback names a live shot here, not {shot.live!r}",
            )


def _check_matrix(plan: Plan, where: str) -> None:
    """Refuse a matrix that plans nothing, or that rests on a sample which nobody draws."""
    drawn = {one.sampling for one in plan.draws}
    for number, one in enumerate(plan.matrix, start=1):
        if not one.kinds or not one.paths:
            raise _wrong(
                f"{where}: matrix {number}", "names no kind of device or no path, and so no shot"
            )
        if one.sampling and one.sampling not in drawn:
            raise _wrong(
                f"{where}: matrix {number}, sampling", f"the plan has no draw by {one.sampling!r}"
            )


def _check_answers(answers: Sequence[Answer], where: str) -> None:
    """Refuse a second answer to one question: the last word would be a silent override."""
    first: dict[tuple[str, str], int] = {}
    for index, one in enumerate(answers):
        before = answers[first.setdefault((one.subject, one.requirement), index)]
        if before is one:
            continue
        told = before.origin or f"answer {first[one.subject, one.requirement] + 1}"
        what = f"answers again what {told} answered" + (
            "" if _said(before) == _said(one) else ", and differently"
        )
        place = (
            f"{one.origin or f'{where}: answer {index + 1}'}, {one.requirement} for {one.subject}"
        )
        raise PlanError(what, where=place, hint="Keep the answer that holds and take out the other")


def _said(one: Answer) -> tuple[object, ...]:
    return one.grade, one.yes, one.value, one.unit, one.scores


def files(plan: Plan) -> Iterator[tuple[str, str]]:
    """Every file that a plan names, and the field that names it."""
    for shot in plan.shots:
        for field in ("clip", "arrivals", "screen_log", "drive", "reference"):
            if name := getattr(shot, field):
                yield f"shot {shot.id}, {field}", name
        if shot.copy_file:
            yield f"shot {shot.id}, chart_copy", shot.copy_file
    if plan.device_list:
        yield "device_list", plan.device_list
    for one in plan.recordings:
        yield f"recordings {one.id}, source", one.source
    for answer in plan.answers:
        for name in answer.evidence:
            yield f"{answer.origin or f'answer to {answer.requirement}'}, evidence", name
    yield from answering_files(plan)


def answering_files(plan: Plan) -> Iterator[tuple[str, str]]:
    """Every file that answers were read from, and the field that names it.

    Scores bring their key.
    """
    yield from (("answer_files", name) for name in plan.answer_files)
    for name in plan.score_files:
        yield from (("score_files", name), ("score_files", score_files.key_name(name)))


def _meant(path: Path) -> Iterator[Path]:
    """Yield what a path stands for.

    A file, or all that lies in a folder or beside a pattern of stills.
    """
    yield path
    if path.is_dir() or not path.exists():
        yield from (path if path.is_dir() else path.parent).glob("*")


def _parse(raw: dict[str, Any], where: str) -> Plan:
    try:
        return _ADAPTER.validate_python((raw,))[0]
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        raise _wrong(
            f"{where}: {place}", f"{first['msg']} (here: {first['input']!r:.80})"
        ) from error


def _wrong(where: str, what: str) -> PlanError:
    return PlanError(what, where=where, hint="Correct the plan; docs/formats.md names every field")
