"""Names in a plan that nothing would read, because they are misspelt: refused before measuring.

A condition or fact of one's own is only printed, and may have any name that is not nearly a known
one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.checks.facts import slip_of
from acceptance.errors import PlanError
from acceptance.forms import vocabulary
from acceptance.messages import tr
from acceptance.scene import views

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from acceptance.model import Answer, Condition, Pack, Plan, Taken


def check(packs: Sequence[Pack], plan: Plan) -> None:
    """Refuse the first misspelt name of a condition, fact or region. Raises PlanError."""
    for complaint in complaints(packs, plan):
        raise complaint


def complaints(packs: Sequence[Pack], plan: Plan) -> Iterator[PlanError]:
    """Yield an error for each misspelt name; what the ``packs`` ask for is a name, too."""
    demands = [demand for pack in packs for demand in pack.requirements]
    facts = {*vocabulary.names("fact"), *(name for one in demands for name in one.when)}
    for subject in plan.subjects:
        where = tr("subject {subject}, facts", subject=subject.id)
        yield from _misspelt(subject.facts, facts, where, "fact")
    asked = {name for one in demands for name in (*one.conditions, *one.only_with)}
    known = {*vocabulary.names("condition"), *asked}
    for where, noun in _with_conditions(plan):
        yield from _misspelt([one.name for one in noun.conditions], known, where, "condition")
        yield from (_no_unit(one, where) for one in noun.conditions if _may_be_a_share(one))
    regions = {*vocabulary.names("region"), *(one.region for one in demands if one.region)}
    for shot in plan.shots:
        where, words = tr("shot {shot}, regions", shot=shot.id), _words(shot.measured_regions)
        yield from _misspelt(words, regions, where, "region", slip_of)
        yield from views.without_kind(shot)


def _words(regions: Collection[str]) -> Iterator[str]:
    """Yield the dotted words of names of regions, without their numbers: ``edge2`` is an edge."""
    words = (vocabulary.plain(word) for name in regions for word in name.split("."))
    yield from (word.rstrip("0123456789_") for word in words)


def _with_conditions(plan: Plan) -> Iterator[tuple[str, Taken | Answer]]:
    for taken in plan.taken:
        yield tr("shot {shot}, conditions", shot=taken.id), taken
    for number, answer in enumerate(plan.answers, start=1):
        place = answer.origin or tr("answer {number}", number=number)
        yield tr("{row}, conditions", row=place), answer


def _may_be_a_share(stated: Condition) -> bool:
    """Whether 0.05 stands where per cent are due, and no unit says that it is not 5 % of them."""
    light, accuracy, _ = stated.name.partition("_accuracy")
    known = {"illuminance", "illuminance_bright", "illuminance_dark", "filter"}
    due = vocabulary.MEASURED.get(stated.name) == "%" or (accuracy and light in known)
    number = vocabulary.figure(str(stated.value))
    return bool(due and number and not (stated.unit or number[1]) and 0 < abs(number[0]) < 1)


def _no_unit(stated: Condition, where: str) -> PlanError:
    what = tr("{name} = {value} may be a share or per cent", name=stated.name, value=stated.value)
    hint = tr('State the unit: 5 % are value = 5, unit = "%"')
    return PlanError(what, where=where, hint=hint)


def _misspelt(
    names: Iterable[str],
    known: Collection[str],
    where: str,
    section: str,
    close: Callable[[str, Collection[str]], str] = vocabulary.close,
) -> Iterator[PlanError]:
    for name in names:
        if near := close(name, known):
            guess = vocabulary.meant(near, section)
            hint = tr("Did you mean {name!r}? Else choose a name that is less like it", name=guess)
            yield PlanError(tr("unknown name {name!r}", name=name), where=where, hint=hint)
