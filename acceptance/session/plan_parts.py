"""Parts of a plan that do not fit together, each by its error."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.files import paths
from acceptance.forms import devices
from acceptance.messages import tr
from acceptance.session import commitments, live_sources, plan_words, shot_checks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from acceptance.model import Answer, Plan


def complaints(plan: Plan, where: str) -> Iterator[PlanError]:
    """Yield an error for each part of a plan, called ``where``, that does not fit the others."""
    yield from _of_subjects(plan, where)
    yield from shot_checks.wrong_pairs(plan.shots, where)
    yield from shot_checks.wrong_walls(plan.shots, where)
    yield from live_sources.complaints(plan, where)
    yield from _of_answers(plan.answers, where)
    yield from _of_matrix(plan, where)
    try:
        commitments.check(plan.commitments, tr("{plan}: commitments", plan=where))
    except PlanError as error:
        yield error


def _of_subjects(plan: Plan, where: str) -> Iterator[PlanError]:
    """Complain of ids used twice, and of a shot, recordings or device record of no subject."""
    # measurements name either by its id
    yield from _of_ids([one.id for one in plan.subjects], tr("{plan}: subjects", plan=where))
    yield from _of_ids(
        [one.id for one in plan.taken], tr("{plan}: shots", plan=where), paths.folded
    )
    subjects = {subject.id for subject in plan.subjects}
    for shot in plan.taken:
        for name in shot.subjects:
            if name not in subjects:
                what = tr("there is no subject {subject!r}", subject=name)
                yield plan_words.wrong(tr("{plan}: shot {shot}", plan=where, shot=shot.id), what)


def _of_ids(
    ids: Sequence[str], where: str, read_as: Callable[[str], str] = str
) -> Iterator[PlanError]:
    """Complain of an id used (or ``read_as``) twice, or that cannot name a file on every system."""
    times = Counter(map(read_as, ids))
    for identity in dict.fromkeys(ids):
        if not devices.IDENTIFIER.fullmatch(identity):
            yield plan_words.wrong(where, devices.wrong_id(identity))
        elif cause := paths.unfit(identity):  # the session has folders of these names
            what = tr("the id {id!r} cannot name a folder: {cause}", id=identity, cause=cause)
            yield plan_words.wrong(where, what)
        elif times[read_as(identity)] > 1:
            yield plan_words.wrong(where, tr("duplicate id {id!r}", id=identity))


def _of_matrix(plan: Plan, where: str) -> Iterator[PlanError]:
    """Complain of a matrix that plans nothing, or rests on a sample which nobody draws."""
    drawn = {draw.sampling for draw in plan.draws}
    for number, matrix in enumerate(plan.matrix, start=1):
        place = tr("{plan}: matrix {number}", plan=where, number=number)
        if not matrix.kinds or not matrix.paths:
            yield plan_words.wrong(
                place, tr("names no kind of device or no path, so it plans no shot")
            )
        if matrix.sampling and matrix.sampling not in drawn:
            what = tr("the plan has no draw for {sampling!r}", sampling=matrix.sampling)
            yield plan_words.wrong(tr("{place}, sampling", place=place), what)


def _of_answers(answers: Sequence[Answer], where: str) -> Iterator[PlanError]:
    """Complain of a second answer to one question: it would silently override the first."""
    first: dict[tuple[str, str], int] = {}
    for index, answer in enumerate(answers):
        earlier = first.setdefault((answer.subject, answer.requirement), index)
        if answers[earlier] is not answer:
            yield _twice(answers, earlier, index, where)


def _twice(answers: Sequence[Answer], earlier: int, later: int, where: str) -> PlanError:
    before, answer = answers[earlier], answers[later]
    other = before.origin or tr("answer {number}", number=earlier + 1)
    place = answer.origin or tr("{plan}: answer {number}", plan=where, number=later + 1)
    place = tr(
        "{where}, {requirement} for {subject}",
        where=place, requirement=answer.requirement, subject=answer.subject,
    )  # fmt: skip
    hint = tr("Keep the valid answer and remove the other")
    if _content(before) == _content(answer):
        return PlanError(tr("repeats {other}", other=other), where=place, hint=hint)
    return PlanError(tr("contradicts {other}", other=other), where=place, hint=hint)


def _content(answer: Answer) -> tuple[object, ...]:
    return answer.grade, answer.yes, answer.value, answer.unit, answer.scores
