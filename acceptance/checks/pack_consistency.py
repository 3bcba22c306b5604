"""A loaded pack checked against itself, and against the units of what the toolkit measures."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from acceptance.checks import pack_dates, sampling
from acceptance.checks.decision import span
from acceptance.checks.pack_tables import duplicate
from acceptance.files.repeated import repeated
from acceptance.messages import tr
from acceptance.model import Combine, Compare, How

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from acceptance.model import Pack, Requirement

    Complaint = tuple[str, str, str]  # place in the pack, field, what is wrong
    FieldComplaint = tuple[str, str]  # field, what is wrong


def complaints(pack: Pack, quantities: Mapping[str, str]) -> Iterator[Complaint]:
    """Yield place, field and sentence for all that is wrong with a pack.

    ``quantities`` maps each quantity that the toolkit measures to its unit.
    """
    yield from _identity(pack)
    yield from _duplicates(pack)
    yield from _requirements(pack, quantities)
    yield from _samplings(pack)
    yield from _scoring(pack)
    yield from _pairings(pack)


def _identity(pack: Pack) -> Iterator[Complaint]:
    if not re.fullmatch(r"[^\W_][\w.-]*", pack.id):
        wrong = tr(
            "the id {id!r:.80} may contain only letters, digits, '_', '-' and '.', "
            "and must begin with a letter or digit",
            id=pack.id,
        )
        yield "", "id", wrong
    yield from (("", *complaint) for complaint in pack_dates.complaints(pack.validity))


def _duplicates(pack: Pack) -> Iterator[Complaint]:
    for number in repeated(clause.number for clause in pack.clauses):
        yield "", "clauses", duplicate("clauses", number)
    for kind, things in (("requirements", pack.requirements), ("samplings", pack.samplings)):
        for identity in repeated(thing.id for thing in things):
            yield "", kind, duplicate(kind, identity)


def _place(requirement: Requirement) -> str:
    clause, identity = requirement.clause, requirement.id
    return tr("clause {clause}, requirement {name}", clause=clause, name=identity)


def _requirements(pack: Pack, quantities: Mapping[str, str]) -> Iterator[Complaint]:
    clauses = {clause.number for clause in pack.clauses}
    for asked in pack.requirements:
        place = _place(asked)
        if asked.clause not in clauses:
            yield place, "clause", tr("the pack lists no clause {clause}", clause=asked.clause)
        found = (
            *_limit(asked),
            *_rule(asked),
            *_provenance(asked),
            *_quantity(asked, quantities),
            *_method(asked),
        )
        yield from ((place, *complaint) for complaint in found)


def _limit(asked: Requirement) -> Iterator[FieldComplaint]:
    if asked.limit is None:
        return
    if asked.figure is None:
        wrong = tr("a limit without provenance; state which standard has it, and how you know")
        yield "figure", wrong
    low, high = asked.limit.at_least, asked.limit.at_most
    if low is None and high is None:
        yield "limit", tr("needs at_least, at_most or both")
        return
    if low is not None and high is not None and low > high:
        yield "limit", tr("at_least {low:g} is above at_most {high:g}", low=low, high=high)
    if asked.decision_rule.share is not None and span(asked.limit) == 0:
        yield "decision_rule.share", tr("no share can be taken of a limit or tolerance of 0")


def _rule(asked: Requirement) -> Iterator[FieldComplaint]:
    """Complain of a guard band that reaches beyond the limit, and so passes what fails."""
    rule = asked.decision_rule
    if rule.guard < 0:
        wrong = tr("must be 0 or more, in units of U, not {guard:g}", guard=rule.guard)
        yield "decision_rule.guard", wrong
    if rule.share is not None and rule.share <= 0:
        wrong = tr("the largest U over the limit must be above 0, not {share:g}", share=rule.share)
        yield "decision_rule.share", wrong


def _provenance(asked: Requirement) -> Iterator[FieldComplaint]:
    for name, provenance in (("figure", asked.figure), ("assignment", asked.assignment)):
        if provenance is None:
            continue
        if not provenance.source:
            yield f"{name}.source", tr("a provenance must name its source")
        if bool(provenance.confirmed_by) != bool(provenance.confirmed_on):
            wrong = tr("a confirmation needs both who (confirmed_by) and when (confirmed_on)")
            yield f"{name}.confirmed_by", wrong


def _quantity(asked: Requirement, quantities: Mapping[str, str]) -> Iterator[FieldComplaint]:
    """Compare units where the toolkit measures the quantity.

    One that it does not measure yet is allowed.
    """
    if asked.how is not How.MEASURED:
        return
    if not asked.quantity:
        yield "quantity", tr("a measured requirement needs a quantity")
    unit = quantities.get(asked.quantity)
    if asked.limit is not None and unit is not None and asked.limit.unit != unit:
        wrong = tr(
            "{quantity} is measured in {unit!r}, not in {other!r}",
            quantity=asked.quantity, unit=unit, other=asked.limit.unit,
        )  # fmt: skip
        yield "limit.unit", wrong


def _method(asked: Requirement) -> Iterator[FieldComplaint]:
    if asked.minimum_duration is not None and asked.minimum_duration <= 0:
        yield "minimum_duration", tr("must be more than 0 seconds")
    if asked.minimum_raters is not None and asked.minimum_raters < 1:
        wrong = tr("at least 1 rater required, not {raters}", raters=asked.minimum_raters)
        yield "minimum_raters", wrong
    if asked.how is How.RATED and asked.limit is None:
        yield "limit", tr("a rated requirement needs the lowest score that passes")
    countable = asked.how is How.MEASURED and asked.combine is Combine.WORST
    if asked.compare is Compare.COUNT and not countable:
        wrong = tr('only what is measured, with combine = "worst", can be judged as a count')
        yield "compare", wrong


def _samplings(pack: Pack) -> Iterator[Complaint]:
    for rule in pack.samplings:
        place = tr("clause {clause}, sampling {name}", clause=rule.clause, name=rule.id)
        yield from ((place, *complaint) for complaint in sampling.complaints(rule))


def _scoring(pack: Pack) -> Iterator[Complaint]:
    """Complain of a weight or threshold that is no share, and of a basic pass above a pass."""
    scoring = pack.scoring
    if scoring is None:
        return
    for name in ("basic_weight", "pass_from", "basic_from"):
        if not 0 <= (share := getattr(scoring, name)) <= 1:
            yield "scoring", name, tr("must be from 0 to 1, not {share:g}", share=share)
    basic, full = scoring.basic_from, scoring.pass_from
    if basic > full:
        wrong = tr("{basic:g} is above pass_from {full:g}", basic=basic, full=full)
        yield "scoring", "basic_from", wrong


def _pairings(pack: Pack) -> Iterator[Complaint]:
    """Complain where requirements of one clause and modality would judge the same measurement."""
    measured = [asked for asked in pack.requirements if asked.how is How.MEASURED]
    for first, second in itertools.combinations(measured, 2):
        if _key(first) == _key(second) and _overlap(first, second):
            wrong = tr(
                "ambiguous: {quantity} pairs with the same measurements as requirement {other}; "
                "distinguish them by when, taps or path",
                quantity=first.quantity, other=second.id,
            )  # fmt: skip
            yield _place(first), "quantity", wrong


def _key(asked: Requirement) -> tuple[str, ...]:
    place = asked.clause, asked.modality
    return (*place, asked.quantity, asked.region, asked.direction, asked.statistic)


def _overlap(first: Requirement, second: Requirement) -> bool:
    facts = all(second.when.get(name, value) == value for name, value in first.when.items())
    paths = first.path is None or second.path is None or first.path is second.path
    kinds = _common(first.subjects, second.subjects)
    return facts and paths and kinds and _common(first.taps, second.taps)


def _common(first: Iterable[str], second: Iterable[str]) -> bool:
    """Whether two lists have something in common; an empty one holds anything."""
    ours, theirs = set(first), set(second)
    return not ours or not theirs or bool(ours & theirs)
