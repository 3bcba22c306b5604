"""A plan with wrong fields, so far as it can be read: for what else is wrong with it.

What was perhaps meant is taken; an entry that stays wrong is left out, with what rests on it. So
nothing is complained of that follows from a complaint.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from acceptance.files import wrong_field
from acceptance.messages import tr
from acceptance.model import Subject, SubjectKind
from acceptance.session import plan_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from acceptance.model import Plan, Taken

    Raw = dict[str, Any]
    Place = tuple[str | int, ...]

ROUNDS = 4  # a field that was meant may be wrong as well
# what so much rests on that nothing can be said without it
NEEDED = {"packs", "subjects", "device_list", "answer_files", "score_files", "register"}
NUMBERED = {"concessions", "out_of_scope", "matrix"}  # messages name their entries by number


def of(
    raw: Mapping[str, object], error: ValidationError, read: Callable[[Raw], Plan]
) -> Plan | None:
    """Return what can be read of a plan's tables; None where too little can.

    ``error`` is what ``read`` says of them.
    """
    mended = _numbered(copy.deepcopy(dict(raw)))
    whole = True
    for _ in range(ROUNDS):
        mended = plan_words.known(mended)
        if not _mend(mended, error.errors(include_url=False)):
            return None
        whole = whole and all(_count(mended, name) == _count(raw, name) for name in mended)
        try:
            plan = read(mended)
        except ValidationError as again:
            error = again
        else:
            return plan if whole else fitting(plan)
    return None


def fitting(plan: Plan) -> Plan:
    """Return a plan, of which devices or shots are missing, without what rests on those.

    What names an unknown device stays, with a device that it may mean: its files can be looked at.
    """
    known = {subject.id for subject in plan.subjects}
    shots = [one for one in plan.shots if not one.source or known.issuperset(one.subjects)]
    ids = {"", *(shot.id for shot in shots)}
    shots = [shot for shot in shots if shot.live in ids]
    taken: tuple[Taken, ...] = (*shots, *plan.recordings, *plan.device_records)
    named = {*(name for one in taken for name in one.subjects)}
    named |= {answer.subject for answer in plan.answers}
    supposed = (Subject(id=name, kind=SubjectKind.FIXED) for name in sorted(named - known))
    return replace(
        plan,
        subjects=(*plan.subjects, *supposed),
        shots=tuple(shots),
        concessions=(),
        draws=(),
        matrix=(),
    )


def _count(raw: Mapping[str, object], name: str) -> int:
    held = raw.get(name)
    return len(held) if isinstance(held, list) else 0


def _numbered(raw: Raw) -> Raw:
    """Give answers their numbers: those behind one that is left out keep theirs."""
    answers = raw.get("answers")
    for number, answer in enumerate(answers if isinstance(answers, list) else (), start=1):
        if isinstance(answer, dict):
            answer.setdefault("origin", tr("answer {number}", number=number))
    return raw


def _mend(raw: Raw, wrong: Sequence[Mapping[str, Any]]) -> bool:
    """Mend tables in place; return whether that is of use."""
    left_out: dict[str, set[int]] = {}
    for error in wrong:
        place: Place = error["loc"][1:]
        if _take_guess(raw, place, error):
            continue
        if len(place) > 1 and isinstance(place[1], int):
            left_out.setdefault(str(place[0]), set()).add(place[1])
        elif place[:1] and place[0] not in NEEDED:
            raw.pop(str(place[0]), None)
        else:
            return False
    for name, numbers in left_out.items():
        end = min(numbers) if name in NUMBERED else len(raw[name])
        raw[name] = [one for at, one in enumerate(raw[name][:end]) if at not in numbers]
    return True


def _take_guess(raw: Raw, place: Place, error: Mapping[str, Any]) -> bool:
    """Put what was perhaps meant in place of a wrong word or field; drop a field nobody knows."""
    held: Any = raw
    try:
        for part in place[:-1]:
            held = held[part]
        old = held[place[-1]]
    except (KeyError, IndexError, TypeError):
        return False
    guess = plan_words.guess(error)
    if error["type"] in wrong_field.UNKNOWN:
        del held[place[-1]]
        if guess:
            held.setdefault(guess, old)
        return True
    if guess:
        held[place[-1]] = guess
    return bool(guess)
