"""How many devices of a lot are tested, which ones, and which ones again after a failure (``docs/sampling.md``).

Pure: the same plan and packs give the same samples, in whatever order the devices are listed and on
whatever machine. The devices of a lot are put into the order of the SHA-256 of seed, space and id
(UTF-8); the first n are the sample. That is a simple random sample for whoever did not choose the
seed by its outcome, and is redone by ``sha256sum``.
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
ALL_UP_TO = 5  # devices of a lot: no letter is told for fewer


def size(sampling: Sampling, lot: int) -> int:
    """Return how many of a lot of ``lot`` devices are tested.

    All, or the largest number that the sampling asks for.
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
    what = (
        f"no sample size is known for {lot} devices at inspection level {sampling.inspection_level}"
    )
    hint = f"Levels {' and '.join(LEVELS)} are known up to {SIZES[-1][0]} devices; divide the lot, by area for instance"
    raise PlanError(what, where=f"sampling {sampling.id}", hint=hint)


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
        yield "share", f"a share is above 0 and at most 1, not {sampling.share:g}"
    if sampling.at_least < 1:
        yield "at_least", f"at least 1 device, not {sampling.at_least}"
    if sampling.inspection_level not in {"", *LEVELS}:
        yield "inspection_level", f"sample sizes are known for levels {' and '.join(LEVELS)} only"
    if sampling.retest_factor == 1 or sampling.retest_factor < 0:
        yield (
            "retest_factor",
            "a re-test is of a larger sample: 2 or more, or 0 where there is no such rule",
        )
    if not sampling.figure.source:
        yield "figure.source", "a provenance must name its source"


def draw(packs: Sequence[Pack], plan: Plan) -> tuple[Sample, ...]:
    """Draw what the plan asks for: a sample of every lot, first draws before their re-tests.

    A lot holds the devices of one kind (and manufacturer and model) to which a requirement with
    this sampling may apply; where no requirement has it, all devices of the kind. Raises PlanError
    naming the draw.
    """
    samplings = known(packs)
    first: dict[str, list[Sample]] = {}
    again: list[Sample] = []
    for number, one in enumerate(plan.draws, start=1):
        where = f"draw {number}, {one.sampling}"
        _check(one, samplings, where)
        if one.retest_of:
            again += _again(one, first.get(one.sampling, ()), again, samplings[one.sampling], where)
        elif one.sampling in first:
            raise _wrong(
                "is drawn twice",
                where,
                "Draw once; a re-test names the first draw's seed (retest_of)",
            )
        else:
            first[one.sampling] = list(_first(one, samplings[one.sampling], packs, plan, where))
    return *itertools.chain(*first.values()), *again


def _check(one: Draw, samplings: Mapping[str, Sampling], where: str) -> None:
    if one.sampling not in samplings:
        raise _wrong(
            "no pack of the plan has this sampling",
            where,
            f"Samplings: {', '.join(samplings) or 'none'}",
        )
    if not one.seed or one.seed != " ".join(one.seed.split()):
        raise _wrong(
            f"the seed {one.seed!r} cannot be written by hand",
            where,
            "Take a report number, say: 2026-216",
        )
    given = [name for name in ("failed", "requirements", "session") if getattr(one, name)]
    if given and not one.retest_of:
        raise _wrong(
            f"{given[0]} belongs to a re-test", where, "Name the first draw's seed: retest_of"
        )


def _first(
    one: Draw, sampling: Sampling, packs: Sequence[Pack], plan: Plan, where: str
) -> Iterator[Sample]:
    lots = _lots(one.sampling, sampling, packs, plan)
    if not lots:
        raise _wrong(
            "there is no device to draw",
            where,
            "Put the devices into the plan: subjects or device_list",
        )
    for ((kind, manufacturer, model), lot), requirements in lots.items():
        yield Sample(
            sampling=one.sampling,
            standard=sampling.figure.source,
            clause=sampling.clause,
            seed=one.seed,
            kind=kind,
            manufacturer=manufacturer,
            model=model,
            lot=lot,
            drawn=tuple(order(one.seed, lot)[: size(sampling, len(lot))]),
            requirements=tuple(requirements),
            why=one.why,
        )


def _lots(name: str, sampling: Sampling, packs: Sequence[Pack], plan: Plan) -> Lots:
    """Sort devices into lots, for each requirement those to which it may apply.

    Equal lots are one.
    """
    subjects = {subject.id: subject for subject in plan.subjects}
    devices = [one for one in plan.subjects if one.kind not in NO_DEVICES]
    asking: dict[str, Requirement | None] = {
        f"{pack.id}#{one.id}": one
        for pack in packs
        for one in pack.requirements
        if reference(pack, one.sampling) == name
    }
    lots: Lots = {}
    for requirement, demand in (asking or {"": None}).items():
        strata: dict[Stratum, list[str]] = {}
        for device in devices:
            if demand is None or _may_apply(demand, device, subjects):
                strata.setdefault(_stratum(device, sampling), []).append(device.id)
        for stratum, ids in strata.items():
            lots.setdefault((stratum, tuple(ids)), []).extend([requirement] if demand else [])
    return lots


def _may_apply(requirement: Requirement, device: Subject, subjects: Mapping[str, Subject]) -> bool:
    """Whether the device is of a kind that is asked, and no fact of it says that it is not.

    An unknown fact may be.
    """
    facts = inherited(device, subjects)
    right_kind = not requirement.subjects or device.kind in requirement.subjects
    return right_kind and all(
        facts.get(name, needed) == needed for name, needed in requirement.when.items()
    )


def _stratum(device: Subject, sampling: Sampling) -> Stratum:
    if not sampling.per_model:
        return device.kind, "", ""
    if not device.model:
        hint = "Write its model into the device list: unknown models cannot be one lot"
        raise PlanError(
            f"has no model, by which {sampling.id} draws", where=f"subject {device.id}", hint=hint
        )
    return device.kind, device.manufacturer, device.model


def _again(
    one: Draw, first: Sequence[Sample], before: Sequence[Sample], sampling: Sampling, where: str
) -> Iterator[Sample]:
    """Draw the enlarged sample of each lot in which a device failed."""
    first = [sample for sample in first if sample.seed == one.retest_of]
    _check_again(one, first, sampling, where)
    for sample in first:
        failed = tuple(device for device in one.failed if device in sample.lot)
        items = tuple(
            name for name in sample.requirements if name in one.requirements or not one.requirements
        )
        if not failed or (sample.requirements and not items):
            continue
        done = (
            other for other in before if (other.sampling, other.lot) == (one.sampling, sample.lot)
        )
        if any(not items or set(items) & set(other.requirements) for other in done):
            raise _wrong(
                "is tested again twice", where, "A re-test is done once; a second failure stands"
            )
        drawn = _enlarged(sample, failed, one.seed, sampling.retest_factor)
        yield replace(
            sample,
            seed=one.seed,
            drawn=drawn,
            requirements=items,
            retest_of=one.retest_of,
            failed=failed,
            session=one.session,
            why=one.why,
        )


def _check_again(one: Draw, first: Sequence[Sample], sampling: Sampling, where: str) -> None:
    if not sampling.retest_factor:
        raise _wrong(
            "this sampling knows no re-test", where, "Leave the draw out: the first result stands"
        )
    if not first:
        hint = "Keep the first draw in the plan, before its re-test; a re-test is not tested again"
        raise _wrong(f"no first draw has the seed {one.retest_of!r}", where, hint)
    if not one.session:
        hint = "session = the number of the session in which they failed: `acceptance sample --retest` writes it"
        raise _wrong("names no session in which devices failed", where, hint)
    if not one.failed:
        raise _wrong(
            "names no device that failed", where, "failed = the devices that did not conform"
        )
    lots = {device for sample in first for device in sample.lot}
    asking = {name for sample in first for name in sample.requirements}
    for name in (*one.failed, *one.requirements):
        if name not in lots | asking:
            raise _wrong(
                f"{name!r} is in no lot of this sampling",
                where,
                "Name devices, and requirements as pack#id",
            )


def _enlarged(first: Sample, failed: Sequence[str], seed: str, factor: int) -> tuple[str, ...]:
    """Choose those that failed, then new ones in the order of the draw.

    Where the lot ends, those drawn before.
    """
    others = [device for device in order(seed, first.lot) if device not in failed]
    new = [device for device in others if device not in first.drawn]
    old = [device for device in others if device in first.drawn]
    wanted = max(factor * len(first.drawn), len(failed))
    return (*failed, *new, *old)[:wanted]


def asked(samples: Iterable[Sample]) -> dict[tuple[str, str], Sample]:
    """Map requirement and device to the sample that says whether it is asked.

    The re-test where there is one.
    """
    return {
        (name, device): one for one in samples for name in one.requirements for device in one.lot
    }


def _wrong(what: str, where: str, hint: str) -> PlanError:
    return PlanError(what, where=where, hint=hint)
