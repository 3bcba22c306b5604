"""Everything that is wrong with a plan, not only the first: what ``run`` refuses, piece by piece.

Each guard is the one that ``run`` uses; it is asked about the whole plan, and about each of its
parts alone, so that what is wrong with one hides nothing of another.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from acceptance.charts import printed_copy
from acceptance.checks import facts, judging, resources, sampling, taken_out
from acceptance.errors import AcceptanceError, InputError
from acceptance.live.rtsp import url
from acceptance.messages import tr
from acceptance.session import device_intake, institute_file, intake, plan_names, runner, store
from acceptance.session import plan as plans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from acceptance.model import Pack, Plan

    Check = Callable[[], object]


def of_file(path: Path) -> tuple[Plan | None, list[AcceptanceError]]:
    """Read a plan's file; return it, and everything that is wrong with it.

    The plan is None where its own fields cannot be read; the devices and answers of files that
    cannot be read are missing from it.
    """
    try:
        own, wrong = plans.alone(path)
    except InputError as error:
        return None, [error]
    if own is None:
        return None, [*wrong]
    try:
        return plans.read(path), []
    except InputError as error:
        return own, [error]


def of_plan(plan: Plan, folder: Path, where: str) -> tuple[AcceptanceError, ...]:
    """List all that ``run`` would refuse in a plan, called ``where``.

    Its paths count from ``folder``.
    """
    packs: list[Pack] = []
    alone = (replace(plan, packs=(name,)) for name in plan.packs)
    found = [*_refused(partial(_load, one, packs) for one in alone)]
    checks: list[Check] = [*_of_parts(plan, where), *_of_files(plan, folder)]
    if not found:
        checks += [*_by_packs(plan, packs), partial(runner.prepare, plan)]
        found += taken_out.complaints(packs, plan)
    found += [*_refused(checks), *facts.complaints(packs, plan)]
    found += plan_names.complaints(packs, plan)
    return tuple(_unique(found))


def _load(plan: Plan, packs: list[Pack]) -> None:
    packs += store.load_packs(plan)


def _refused(checks: Iterable[Check]) -> Iterator[AcceptanceError]:
    for check in checks:
        try:
            check()
        except AcceptanceError as error:
            yield error


def _unique(errors: Sequence[AcceptanceError]) -> list[AcceptanceError]:
    """Leave out what was found of the whole plan and of a part; several packs name one thing."""
    return list({(error.where, error.what): error for error in errors}.values())


def _of_parts(plan: Plan, where: str) -> Iterator[Check]:
    """Ask whether the parts fit together, each shot and answer alone."""
    yield from plans.part_checks(plan, where)
    for shot in plan.shots:
        alone = replace(plan, shots=(replace(shot, live=""),), recordings=())
        yield from plans.part_checks(alone, where)
    for instrument in plan.instruments:
        yield partial(resources.check, replace(_bare(plan), instruments=(instrument,)))
    for answer in plan.answers:
        yield partial(resources.check, replace(_bare(plan), answers=(answer,)))
    for shot in plan.shots:
        yield partial(resources.check, replace(_bare(plan), shots=(shot,)))


def _bare(plan: Plan) -> Plan:
    """Return the plan without what ``resources.check`` compares."""
    return replace(
        plan, shots=(), answers=(), people=(), instruments=(), recordings=(), device_records=()
    )


def _of_files(plan: Plan, folder: Path) -> Iterator[Check]:
    """Ask for each file alone: inside the plan's folder, there, readable, a video, a list."""
    for field, name in plans.files(plan):
        if url.is_url(name):  # refused by its own check, which does not repeat a password
            continue
        yield partial(plans.require_inside, [(field, name)], folder, tr("the plan"), plan.register)
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
