"""A plan: read from TOML, or made from clips of the command line; its paths stay in its folder."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack, get_args

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from acceptance import model
from acceptance.errors import PlanError
from acceptance.files import first_error, paths, strict_toml, url_password, wrong_field
from acceptance.forms import answers, devices, panel_key, register, scores
from acceptance.messages import tr
from acceptance.model import Plan, Shot, Subject, SubjectKind
from acceptance.session import (
    commitments,
    institute_file,
    mended_plan,
    plan_parts,
    plan_words,
    registered,
)
from acceptance.session.searched_recordings import with_recordings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from acceptance.model import Answer, Box, Coding, Condition, Tap

# The tuple is there because pydantic takes a configuration for nested data classes, not for the
# outermost one.
_STRICT = ConfigDict(
    extra="forbid", allow_inf_nan=False, ser_json_inf_nan="constants", defer_build=True
)
_ADAPTER = TypeAdapter(tuple[Plan], config=_STRICT)

MOST_LISTED = 256 << 10  # bytes of a plan of which every wrong field is listed

Field = Literal["clip", "arrivals", "screen_log", "packets", "stream_record", "drive", "reference"]
FIELDS: tuple[Field, ...] = get_args(Field)
"""The fields of a shot that hold the path of a file, but for the chart's printed copy."""


class ShotFields(TypedDict, total=False):
    """Fields of ``Shot`` that the command line sets for all clips alike."""

    chart: str | None
    chart_copy: str
    tap: Tap
    regions: Mapping[str, Box]
    arrivals: str
    screen_log: str
    packets: str
    stream_record: str
    drive: str
    chip: float | None
    reference: str
    plain_edges: bool
    wall: tuple[tuple[str, ...], ...]
    conditions: tuple[Condition, ...]
    coding: Coding


def read(path: Path) -> Plan:
    """Read a plan (fields: ``docs/formats.md``). Paths in it are relative to its folder.

    Answers in the files that it names are added to its own. Raises PlanError naming file and field:
    missing, not TOML, unknown or wrong field, a subject or shot that does not exist or whose id is
    used twice, a path outside the folder; and what is wrong in its list of devices and its files of
    answers.
    """
    return of_table(_loaded(path), path)


def of_table(raw: Mapping[str, object], path: Path) -> Plan:
    """Read a plan from a table that stands for a TOML file at ``path``. Raises as ``read`` does."""
    plan = _parse(registered.filled_in(institute_file.filled_in(dict(raw), path), path), str(path))
    plan = with_devices(plan, path.parent)
    require_subjects(plan, str(path))
    check(plan, path.parent, str(path))
    plan = with_answers(plan, path.parent)
    check(plan, path.parent, str(path))  # again, for the evidence named in files of answers
    return plan


def _loaded(path: Path) -> dict[str, object]:
    if not path.exists():
        raise PlanError(tr("there is no such plan"), where=str(path), hint=tr("Check the path"))
    return strict_toml.load(path, names=plan_words.in_chinese())


def with_files(plan: Plan, folder: Path) -> Plan:
    """Add to a plan that a program made what the files hold that it names, unless it has that.

    Raises PlanError for what is wrong in its list of devices and its files of answers.
    """
    plan = checked(plan)
    require_inside(kept_by_path(plan), folder, tr("the plan"))
    ids = {subject.id for subject in plan.subjects}
    listed = devices.as_listed(folder / plan.device_list) if plan.device_list else ()
    if not all(device.id in ids for device in listed):
        plan = with_devices(plan, folder)
    require_subjects(plan, tr("the plan"))
    held = {_place(answer) for answer in plan.answers}
    found = with_answers(replace(plan, answers=()), folder)
    new = (answer for answer in found.answers if _place(answer) not in held)
    return replace(found, answers=(*plan.answers, *new))


def require_subjects(plan: Plan, where: str) -> None:
    """Refuse a plan of nothing. Raises PlanError."""
    if not plan.subjects:
        what = tr("nothing is under test; add subjects or a device_list")
        raise plan_words.wrong(tr("{plan}: subjects", plan=where), what)


def _place(answer: Answer) -> tuple[str, str, str]:
    return answer.subject, answer.requirement, answer.origin


def with_devices(plan: Plan, folder: Path) -> Plan:
    """Add the devices of the plan's list. Raises PlanError."""
    if not plan.device_list:
        return plan
    file = file_inside(folder, plan.device_list, "device_list")
    return replace(plan, subjects=(*plan.subjects, *devices.read(file, plan.subjects)))


def with_answers(plan: Plan, folder: Path) -> Plan:
    """Add what files hold: people's answers, recordings of probes, what was committed to.

    Raises PlanError.
    """
    sheets = [answer for name in plan.answer_files for answer in answers.read(folder / name, name)]
    rated = [answer for name in plan.score_files for answer in scores.read(folder / name, name)]
    plan = with_recordings(replace(plan, answers=(*plan.answers, *sheets, *rated)), folder)
    made = commitments.read(folder / plan.commitment_file) if plan.commitment_file else ()
    return replace(plan, commitments=made or plan.commitments)


def of_clips(
    clips: Sequence[Path],
    *,
    playback: Path | None = None,
    facts: Mapping[str, str] | None = None,
    packs: Sequence[str] = (),
    **fields: Unpack[ShotFields],
) -> Plan:
    """Make a plan with one subject and a shot for each clip; ``fields`` hold for every shot.

    ``playback`` is what a recorder made of the last clip.
    """
    subject = Subject(id="device", kind=SubjectKind.FIXED, name="device", facts=dict(facts or {}))
    conditions = tuple(plan_words.as_known(each) for each in fields.get("conditions", ()))
    fields = {**fields, "conditions": conditions}
    shots = tuple(
        Shot(id=f"shot{number}", subject=subject.id, clip=str(path.absolute()), **fields)
        for number, path in enumerate(clips, start=1)
    )
    shots += (_played_back(shots[-1], playback),) if playback else ()
    plan = Plan(subjects=(subject,), shots=shots)
    return replace(plan, packs=tuple(packs)) if packs else plan


def _played_back(live: Shot, playback: Path) -> Shot:
    again = replace(live, id="playback", clip=str(playback.absolute()), live=live.id)
    return replace(again, tap=model.Tap.RECORDER, path=model.SignalPath.PLAYBACK)


def check(plan: Plan, folder: Path, where: str) -> None:
    """Refuse a plan whose parts do not fit together or that names files outside ``folder``.

    Raises PlanError.
    """
    check_parts(plan, where)
    require_inside(files(plan), folder, where, plan.register)


def require_inside(
    named: Iterable[tuple[str, str]], folder: Path, where: str, registered_in: str = ""
) -> None:
    """Refuse files, each after its field, that lie outside ``folder``. Raises PlanError.

    Printed copies may also lie where the plan's register does: ``registered_in``.
    """
    for field, name in named:
        if field.endswith("chart_copy"):
            register.copy_place(folder, registered_in, name, f"{where}: {field}")
        else:
            file_inside(folder, name, f"{where}: {field}")


def file_inside(folder: Path, name: str, where: str) -> Path:
    """Return the path of a file that a plan in ``folder`` names.

    Raises PlanError where that, or any file of a folder or a pattern of stills, lies elsewhere.
    """
    path = paths.inside(folder, name, where=where, folder=tr("the plan's folder"))
    for still in _meant(path):
        if not paths.stays(folder, still.relative_to(folder).as_posix()):
            where_to = tr("the plan's folder")
            what = tr("{file} lies outside {folder}; copy it there", file=still, folder=where_to)
            raise plan_words.wrong(where, what)
    return path


def checked(plan: Plan) -> Plan:
    """Return a plan that a program made, its fields as ``read`` would have read them from a file.

    Raises PlanError where ``read`` would.
    """
    where = tr("the plan")
    try:
        [fields] = json.loads(_ADAPTER.dump_json((plan,), warnings="none"))
    except PydanticSerializationError as error:
        what = tr("a field holds something that no file can hold ({cause})", cause=error)
        raise plan_words.wrong(where, what) from error
    strict_toml.check_lengths({**fields, "commitments": []}, where)  # which has bounds of its own
    plan = _parse(fields, where)
    check_parts(plan, where)
    return plan


def check_parts(plan: Plan, where: str) -> None:
    """Refuse parts that do not fit together. Raises PlanError."""
    for complaint in plan_parts.complaints(plan, where):
        raise complaint


def files(plan: Plan) -> Iterator[tuple[str, str]]:
    """Every file that a plan names, and the field that names it."""
    for shot in plan.shots:
        yield from _shot_files(shot)
    if plan.device_list:
        yield "device_list", plan.device_list
    for asked in plan.recordings:
        yield tr("recordings {recordings}, source", recordings=asked.id), asked.source
    for record in plan.device_records:
        for field, name in {"probe": record.probe, "audit": record.audit}.items():
            if name:
                yield tr("device record {record}, {field}", record=record.id, field=field), name
    yield from kept_by_path(plan)


def _shot_files(shot: Shot) -> Iterator[tuple[str, str]]:
    for field in FIELDS:
        if name := getattr(shot, field):
            yield tr("shot {shot}, {field}", shot=shot.id, field=field), name
    if shot.copy_file:
        yield tr("shot {shot}, chart_copy", shot=shot.id), shot.copy_file


def kept_by_path(plan: Plan) -> Iterator[tuple[str, str]]:
    """Every file that the session keeps below the path that the plan gives, and its field."""
    for answer in plan.answers:
        for name in answer.evidence:
            place = answer.origin or tr("answer to {requirement}", requirement=answer.requirement)
            yield tr("{place}, evidence", place=place), name
    yield from answering_files(plan)


def answering_files(plan: Plan) -> Iterator[tuple[str, str]]:
    """Every file that answers were read from, and the field that names it.

    Files of scores come with their keys.
    """
    if plan.commitment_file:
        yield "commitment_file", plan.commitment_file
    yield from (("answer_files", name) for name in plan.answer_files)
    for name in plan.score_files:
        yield from (("score_files", name), ("score_files", panel_key.key_name(name)))


def _meant(path: Path) -> Iterator[Path]:
    """Yield what else a path may mean: everything in a folder or beside a pattern of stills."""
    if path.is_dir() or not path.exists():
        yield from (path if path.is_dir() else path.parent).glob("*")


def _parse(raw: Mapping[str, object], where: str) -> Plan:
    try:
        return first_error.check(_ADAPTER, (plan_words.known(raw),))[0]
    except ValidationError as error:
        # a misspelt field is also a missing one, and says less then
        found = sorted(_wrong_fields(error, where), key=lambda wrong: wrong[0])
        raise found[0][1] from error


def _wrong_fields(error: ValidationError, where: str) -> Iterator[tuple[bool, PlanError]]:
    """Yield an error for each wrong field, and whether it is only missing."""
    for wrong in error.errors(include_url=False):
        place = ": ".join(filter(None, (where, wrong_field.place(wrong))))
        what = plan_words.with_guess(wrong, wrong_field.sentence(wrong))
        if url_password.holds(what):
            what = tr("the field is wrong, and holds a password")
        yield wrong["type"] == "missing", plan_words.wrong(place, what)


def alone(path: Path) -> tuple[Plan | None, list[PlanError]]:
    """Read a plan's own fields, not the files that it names; return every wrong field.

    With wrong fields the plan is what ``mended_plan`` makes of it, for what else is wrong; of one
    above ``MOST_LISTED`` it is None, and the fields are the first of each list. Raises PlanError
    where it is no TOML.
    """
    raw = registered.filled_in(institute_file.filled_in(_loaded(path), path), path)
    try:
        if path.stat().st_size > MOST_LISTED:
            return first_error.check(_ADAPTER, (plan_words.known(raw),))[0], []
        return _read_all(raw), []
    except ValidationError as error:
        wrong = [wrong for _, wrong in _wrong_fields(error, str(path))]
        small = path.stat().st_size <= MOST_LISTED
        return (mended_plan.of(raw, error, _read_all) if small else None), wrong


def _read_all(raw: Mapping[str, object]) -> Plan:
    return _ADAPTER.validate_python((plan_words.known(raw),))[0]
