"""How many devices of a lot are tested, which ones, and which again after a failure.

The rules are described in ``docs/sampling.md``. Pure: the same plan and packs give the same
samples, in whatever order the devices are listed and on whatever machine. The devices of a lot are
put into the order of the SHA-256 of seed, space and id (UTF-8); the first n are the sample. That is
a simple random sample for whoever did not choose the seed by its outcome, and is redone by
``sha256sum``.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from acceptance.checks.case import inherited
from acceptance.errors import PlanError
from acceptance.messages import tr
from acceptance.model import Draw, Sample, Sampling, Subject, SubjectKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from acceptance.model import Pack, Plan, Requirement

    # kind, manufacturer, model; the last two empty unless drawn by model
    Stratum = tuple[SubjectKind, str, str]
    # devices, and the requirements that ask of them
    Lots = dict[tuple[Stratum, tuple[str, ...]], list[str]]

NO_DEVICES = frozenset({SubjectKind.SITE, SubjectKind.SYSTEM})
LEVELS = ("I", "II")
# Up to this many devices of a lot; for each level the sample size of its code letter (ISO 2859-1;
# GB/T 2828.1-2012).
SIZES = (
    (8, {"I": 2, "II": 2}),
    (15, {"I": 2, "II": 3}),
    (25, {"I": 3, "II": 5}),
    (50, {"I": 5, "II": 8}),
    (90, {"I": 5, "II": 13}),
    (150, {"I": 8, "II": 20}),
    (280, {"I": 13, "II": 32}),
    (500, {"I": 20, "II": 50}),
    (1200, {"I": 32, "II": 80}),
    (3200, {"I": 50, "II": 125}),
    (10000, {"I": 80, "II": 200}),
)
ALL_UP_TO = 5  # devices of a lot: for fewer there is no code letter


def size(sampling: Sampling, lot: int) -> int:
    """Return how many of a lot of ``lot`` devices are tested: the largest number asked for, or all.

    Shares are exact: 0.07 of 100 is 7. Raises PlanError for an inspection level or a lot that the
    table does not hold.
    """
    asked = [sampling.at_least]
    if sampling.share is not None:
        asked.append(math.ceil(Fraction(str(sampling.share)) * lot))
    if sampling.inspection_level:
        asked.append(_of_level(sampling, lot))
    return min(lot, max(asked))


def _of_level(sampling: Sampling, lot: int) -> int:
    if lot <= ALL_UP_TO:
        return lot
    for up_to, sizes in SIZES:
        if lot <= up_to and sampling.inspection_level in sizes:
            return sizes[sampling.inspection_level]
    what = tr(
        "no sample size is known for {count} devices at inspection level {level}",
        count=lot, level=sampling.inspection_level,
    )  # fmt: skip
    hint = tr(
        "Levels {levels} are known up to {most} devices; divide the lot, for instance by area",
        levels=", ".join(LEVELS), most=SIZES[-1][0],
    )  # fmt: skip
    raise PlanError(what, where=tr("sampling {sampling}", sampling=sampling.id), hint=hint)


def order(seed: str, devices: Iterable[str]) -> list[str]:
    """Put devices into the order in which they are drawn."""
    return sorted(devices, key=lambda device: (digest(seed, device), device))


def digest(seed: str, device: str) -> str:
    """Return what a device is ordered by: ``printf '%s %s' SEED DEVICE | sha256sum``."""
    return hashlib.sha256(f"{seed} {device}".encode()).hexdigest()


def reference(pack: Pack, name: str) -> str:
    """Return ``pack#id`` for a sampling that a pack names, its own or another's."""
    return name if "#" in name or not name else f"{pack.id}#{name}"


def known(packs: Sequence[Pack]) -> dict[str, Sampling]:
    """Return the samplings of the packs, and those of other packs that they use, by ``pack#id``."""
    return {reference(pack, one.id): one for pack in packs for one in pack.samplings}


def complaints(sampling: Sampling) -> Iterator[tuple[str, str]]:
    """Yield field and what is wrong with it."""
    if sampling.share is not None and not 0 < sampling.share <= 1:
        yield "share", tr("must be above 0 and at most 1, not {share:g}", share=sampling.share)
    if sampling.at_least < 1:
        yield "at_least", tr("at least 1 device required, not {count}", count=sampling.at_least)
    if sampling.inspection_level not in {"", *LEVELS}:
        levels = ", ".join(LEVELS)
        yield "inspection_level", tr("known levels: {levels}", levels=levels)
    if sampling.retest_factor == 1 or sampling.retest_factor < 0:
        yield "retest_factor", tr("must be 2 or more, or 0 where there is no re-test")
    if not sampling.figure.source:
        yield "figure.source", tr("a provenance must name its source")


def draw(packs: Sequence[Pack], plan: Plan) -> tuple[Sample, ...]:
    """Draw what the plan asks for: a sample of every lot, first draws before their re-tests.

    A lot holds the devices of one kind (and manufacturer and model) to which a requirement with
    this sampling may apply; where no requirement has it, all devices of the kind. Raises PlanError
    naming the draw.
    """
    samplings = known(packs)
    first: dict[str, list[Sample]] = {}
    again: list[Sample] = []
    for number, drawing in enumerate(plan.draws, start=1):
        name = drawing.sampling
        where = tr("draw {number}, {sampling}", number=number, sampling=name)
        _check(drawing, samplings, where)
        if drawing.retest_of:
            again += _again(drawing, first.get(name, ()), again, samplings[name], where)
        elif name in first:
            hint = tr("Draw once; a re-test names the first draw's seed (retest_of)")
            raise PlanError(tr("is drawn twice"), where=where, hint=hint)
        else:
            first[name] = list(_first(drawing, samplings[name], packs, plan, where))
    return *itertools.chain(*first.values()), *again


def drawn(packs: Sequence[Pack], plan: Plan, new: Sequence[Draw], where: str) -> tuple[Sample, ...]:
    """Return the samples of ``new`` draws, else of all draws of the plan; ``where`` names it.

    Raises PlanError where that is none, and as ``draw``.
    """
    samples = draw(packs, replace(plan, draws=(*plan.draws, *new)))
    wanted = tuple(one for one in samples if not new or any(is_of(one, each) for each in new))
    if not wanted:
        names = ", ".join(known(packs))
        hint = tr("The packs have no sampling")
        if names:
            hint = tr("Name one with --sampling: {samplings}", samplings=names)
        raise PlanError(tr("draws nothing"), where=where, hint=hint)
    return wanted


def is_of(sample: Sample, drawing: Draw) -> bool:
    """Whether a sample came of this draw."""
    names = ("sampling", "seed", "retest_of")
    return all(getattr(sample, name) == getattr(drawing, name) for name in names)


def _check(drawing: Draw, samplings: Mapping[str, Sampling], where: str) -> None:
    if drawing.sampling not in samplings:
        what = tr("no pack of the plan has this sampling")
        names = tr("Samplings: {samplings}", samplings=", ".join(samplings))
        hint = names if samplings else tr("The packs of the plan have no samplings")
        raise PlanError(what, where=where, hint=hint)
    if not drawing.seed or drawing.seed != " ".join(drawing.seed.split()):
        what = tr("the seed {seed!r} is empty or has stray spaces", seed=drawing.seed)
        hint = tr("Use a report number, for instance 2026-216")
        raise PlanError(what, where=where, hint=hint)
    for field in ("failed", "requirements", "session"):
        if getattr(drawing, field) and not drawing.retest_of:
            what = tr("{field} belongs to a re-test", field=field)
            raise PlanError(what, where=where, hint=tr("Name the first draw's seed: retest_of"))


def _first(
    drawing: Draw, sampling: Sampling, packs: Sequence[Pack], plan: Plan, where: str
) -> Iterator[Sample]:
    lots = _lots(drawing.sampling, sampling, packs, plan)
    if not lots:
        hint = tr("List the devices in the plan: subjects or device_list")
        raise PlanError(tr("there is no device to draw"), where=where, hint=hint)
    for (stratum, lot), requirements in lots.items():
        sample = _sample(drawing, sampling, stratum, lot)
        yield replace(sample, requirements=tuple(requirements))


def _sample(drawing: Draw, sampling: Sampling, stratum: Stratum, lot: tuple[str, ...]) -> Sample:
    kind, manufacturer, model = stratum
    return Sample(
        sampling=drawing.sampling,
        standard=sampling.figure.source,
        clause=sampling.clause,
        seed=drawing.seed,
        kind=kind,
        manufacturer=manufacturer,
        model=model,
        lot=lot,
        drawn=tuple(order(drawing.seed, lot)[: size(sampling, len(lot))]),
        why=drawing.why,
    )


def _lots(name: str, sampling: Sampling, packs: Sequence[Pack], plan: Plan) -> Lots:
    """Sort devices into lots: for each requirement those to which it may apply. Equal ones join."""
    facts = inherited(plan.subjects)
    devices = [one for one in plan.subjects if one.kind not in NO_DEVICES]
    lots: Lots = {}
    for requirement, demand in (_asking(packs, name) or {"": None}).items():
        strata: dict[Stratum, list[str]] = {}
        for device in devices:
            if demand is None or _may_apply(demand, device, facts[device.id]):
                strata.setdefault(_stratum(device, sampling), []).append(device.id)
        for stratum, ids in strata.items():
            lots.setdefault((stratum, tuple(ids)), []).extend([requirement] if demand else [])
    return lots


def _asking(packs: Sequence[Pack], name: str) -> Mapping[str, Requirement | None]:
    """Map ``pack#id`` to each requirement with the sampling ``name``."""
    return {
        f"{pack.id}#{one.id}": one
        for pack in packs
        for one in pack.requirements
        if reference(pack, one.sampling) == name
    }


def _may_apply(requirement: Requirement, device: Subject, facts: Mapping[str, str]) -> bool:
    """Whether kind and facts of the device fit the requirement; a fact that is not known fits."""
    right_kind = not requirement.subjects or device.kind in requirement.subjects
    return right_kind and all(
        facts.get(name, needed) == needed for name, needed in requirement.when.items()
    )


def _stratum(device: Subject, sampling: Sampling) -> Stratum:
    if not sampling.per_model:
        return device.kind, "", ""
    if not device.model:
        what = tr("has no model, which sampling {sampling} needs", sampling=sampling.id)
        hint = tr("Add its model to the device list: unknown models cannot form one lot")
        raise PlanError(what, where=tr("subject {subject}", subject=device.id), hint=hint)
    return device.kind, device.manufacturer, device.model


def _again(
    drawing: Draw, first: Sequence[Sample], before: Sequence[Sample], sampling: Sampling, where: str
) -> Iterator[Sample]:
    """Draw the enlarged sample of each lot in which a device failed."""
    first = [sample for sample in first if sample.seed == drawing.retest_of]
    _check_again(drawing, first, sampling, where)
    for sample in first:
        again = _retest(drawing, sample, sampling.retest_factor)
        if not again.failed or (sample.requirements and not again.requirements):
            continue
        if any(_repeats(again, other) for other in before):
            hint = tr("A re-test is done once; a second failure stands")
            raise PlanError(tr("is re-tested twice"), where=where, hint=hint)
        yield again


def _retest(drawing: Draw, first: Sample, factor: int) -> Sample:
    lot = set(first.lot)
    failed = tuple(device for device in drawing.failed if device in lot)
    wanted = drawing.requirements or first.requirements
    return replace(
        first,
        seed=drawing.seed,
        drawn=_enlarged(first, failed, drawing.seed, factor),
        requirements=tuple(name for name in first.requirements if name in wanted),
        retest_of=drawing.retest_of,
        failed=failed,
        session=drawing.session,
        why=drawing.why,
    )


def _repeats(again: Sample, other: Sample) -> bool:
    """Whether another re-test of the same lot asks one of the same requirements."""
    same_lot = (other.sampling, other.lot) == (again.sampling, again.lot)
    shared = set(again.requirements) & set(other.requirements)
    return same_lot and (not again.requirements or bool(shared))


def _check_again(drawing: Draw, first: Sequence[Sample], sampling: Sampling, where: str) -> None:
    if not sampling.retest_factor:
        hint = tr("Leave the draw out: the first result stands")
        raise PlanError(tr("this sampling has no rule for a re-test"), where=where, hint=hint)
    if not first:
        what = tr("no first draw has the seed {seed!r}", seed=drawing.retest_of)
        hint = tr("Keep the first draw before its re-test; a re-test is not tested again")
        raise PlanError(what, where=where, hint=hint)
    if not drawing.session:
        hint = tr("Give session, the number of that session; `acceptance sample --retest` does so")
        raise PlanError(tr("names no session in which devices failed"), where=where, hint=hint)
    _check_failed(drawing, first, where)


def _check_failed(drawing: Draw, first: Sequence[Sample], where: str) -> None:
    if not drawing.failed:
        hint = tr("List the devices that did not conform: failed = [...]")
        raise PlanError(tr("names no device that failed"), where=where, hint=hint)
    in_lots = {device for sample in first for device in sample.lot}
    asking = {name for sample in first for name in sample.requirements}
    for name in (*drawing.failed, *drawing.requirements):
        if name not in in_lots | asking:
            what = tr("{name!r} is in no lot of this sampling", name=name)
            hint = tr("Name devices by their id, and requirements as pack#id")
            raise PlanError(what, where=where, hint=hint)


def _enlarged(first: Sample, failed: Sequence[str], seed: str, factor: int) -> tuple[str, ...]:
    """Choose those that failed, then new ones in the order of the draw, then those drawn before."""
    again, before = set(failed), set(first.drawn)
    others = [device for device in order(seed, first.lot) if device not in again]
    new = [device for device in others if device not in before]
    old = [device for device in others if device in before]
    wanted = max(factor * len(first.drawn), len(failed))
    return (*failed, *new, *old)[:wanted]


def asked(samples: Iterable[Sample]) -> dict[tuple[str, str], Sample]:
    """Map requirement and device to the sample that decides whether it is asked.

    That is the re-test where there is one.
    """
    return {
        (name, device): one for one in samples for name in one.requirements for device in one.lot
    }


def left_out(samples: Sequence[Sample]) -> dict[tuple[str, str], Sample]:
    """Map requirement and device to the sample that decides, where the device is not in it."""
    drawn = {id(one): set(one.drawn) for one in samples}
    deciding = asked(samples)
    return {pair: one for pair, one in deciding.items() if pair[1] not in drawn[id(one)]}
