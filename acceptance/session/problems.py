"""Everything that is wrong with a plan, not only the first: what ``run`` refuses, piece by piece.

Each guard is the one that ``run`` uses; it is asked for all that it finds, or about each part of
the plan alone, so that what is wrong with one hides nothing of another.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from acceptance.charts import printed_copy
from acceptance.checks import facts, judging, resources, sampling, taken_out
from acceptance.errors import AcceptanceError, InputError
from acceptance.forms import answers, scores
from acceptance.live.rtsp import url
from acceptance.messages import tr
from acceptance.session import (
    device_intake,
    fitted_plan,
    institute_file,
    intake,
    mended_plan,
    plan_names,
    plan_parts,
    runner,
    store,
)
from acceptance.session import plan as plans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from acceptance.model import Pack, Plan

    Check = Callable[[], object]


def of_file(path: Path) -> tuple[Plan | None, list[AcceptanceError]]:
    """Read a plan's file; return it, and everything that is wrong with it.

    The plan is None where too little of it can be read; what cannot be read is missing from it,
    with all that names it.
    """
    try:
        plan, wrong = plans.alone(path)
    except InputError as error:
        return None, [error]
    found: list[AcceptanceError] = [*wrong]
    if plan is None:
        return None, found
    try:
        plan = plans.with_devices(plan, path.parent)
    except InputError as error:
        found += [error, *error.others]
        return mended_plan.fitting(plan), found
    if not wrong:
        found += _refused([partial(plans.require_subjects, plan, str(path))])
    return _answered(plan, path.parent, found), found


def _answered(plan: Plan, folder: Path, found: list[AcceptanceError]) -> Plan:
    """Return a plan with its answers; what is wrong with them is ``found``."""
    try:
        return plans.with_answers(plan, folder)
    except InputError as error:
        found += [error, *error.others]
    found += _refused(partial(answers.read, folder / name, name) for name in plan.answer_files)
    found += _refused(partial(scores.read, folder / name, name) for name in plan.score_files)
    return plan


def of_plan(plan: Plan, folder: Path, where: str) -> tuple[AcceptanceError, ...]:
    """List all that ``run`` would refuse in a plan, called ``where``.

    Its paths count from ``folder``.
    """
    packs: list[Pack] = []
    alone = (replace(plan, packs=(name,)) for name in plan.packs)
    found = [*_refused(partial(_load, one, packs) for one in alone)]
    fitted, checks = not found, [*_of_files(plan, folder, where)]
    found += plan_parts.complaints(plan, where)
    if fitted:
        checks += _by_packs(plan, packs)
        found += taken_out.complaints(packs, plan)
    found += _refused(checks)
    for complain in (facts.complaints, plan_names.complaints):
        found += complain(packs, plan)
    found += resources.complaints(plan)
    if fitted and not found:
        found += _refused([partial(runner.prepare, plan, tuple(packs))])
    elif fitted:
        found += _refused([partial(fitted_plan.fit, plan, packs)])
    return tuple(_unique(found))


def _load(plan: Plan, packs: list[Pack]) -> None:
    packs += store.load_packs(plan)


def _refused(checks: Iterable[Check]) -> Iterator[AcceptanceError]:
    for check in checks:
        try:
            check()
        except AcceptanceError as error:
            yield error
            yield from error.others


def _unique(errors: Sequence[AcceptanceError]) -> list[AcceptanceError]:
    """Leave out what was found of the whole plan and of a part; several packs name one thing."""
    return list({(error.where, error.what): error for error in errors}.values())


def _of_files(plan: Plan, folder: Path, where: str) -> Iterator[Check]:
    """Ask for each file alone: inside the plan's folder, there, readable, a video, a list."""
    for field, name in plans.files(plan):
        if url.is_url(name):  # refused by its own check, which does not repeat a password
            continue
        yield partial(plans.require_inside, [(field, name)], folder, where, plan.register)
        yield partial(intake.check_named, field, folder / name)
    for shot in plan.shots:
        yield partial(intake.check_numbers, shot)
        yield partial(printed_copy.wanted, shot, folder)
    yield partial(intake.charts_of, plan)
    yield partial(institute_file.check_plan, plan, folder)
    for asked in plan.recordings:
        yield partial(intake.check_recordings, asked, folder)
    for record in plan.device_records:
        yield partial(device_intake.check, record, folder)


def _by_packs(plan: Plan, packs: Sequence[Pack]) -> Iterator[Check]:
    """Ask what the packs say of each answer, concession and draw alone."""
    known = judging.nameable(packs, plan)
    for number, answer in enumerate(plan.answers, start=1):
        place = answer.origin or tr("answer {number}", number=number)
        yield partial(judging.check_answer, answer, place, known)
    for number, concession in enumerate(plan.concessions, start=1):
        place = tr("concession {number}", number=number)
        yield partial(judging.check_concession, concession, place, known)
    for draw in plan.draws:
        first = [one for one in plan.draws if one.seed == draw.retest_of]
        yield partial(sampling.draw, packs, replace(plan, draws=(*first, draw)))
