"""What is to be known of the packs: what they ask less, what they are, who confirmed them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance.checks.warned import limits
from acceptance.checks.warned.alike import person
from acceptance.checks.warned.judged import caution, note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import Pack, Provenance, Requirement, SessionWarning

    Rules = Mapping[str, Callable[..., bool]]


def weaker_limits(judged: Judged) -> Iterator[SessionWarning]:
    """Limits that are weaker than those of a pack below, once for each other limit below."""
    for pack, base in _levels(judged):
        warn = _warn(judged, pack)
        before = {asked.id: asked for asked in base.requirements}
        for asked in pack.requirements:
            was = before.get(asked.id)
            less = limits.weaker(was.limit, asked.limit) if was else None
            if less and not _said(judged, pack, base, asked, less["was"]):
                name = f"{pack.id}#{asked.id}"
                code = "weaker_limit" if "by" in less else "limit_replaced"
                yield warn(code, [name], requirement=name, base=base.id, **less)


def _said(judged: Judged, pack: Pack, base: Pack, asked: Requirement, was: object) -> bool:
    """Whether a pack between the two has the limit that ``base`` has: it was said of that."""
    nearer = judged.bases[pack.id]
    between = (other for level in nearer[: nearer.index(base)] for other in level.requirements)
    return any(other.id == asked.id and limits.text(other.limit) == was for other in between)


def weaker_rules(judged: Judged) -> Iterator[SessionWarning]:
    """Whatever else packs ask less than those below, or otherwise, by the fields that differ."""
    for pack, base in _levels(judged):
        groups: dict[str, list[str]] = defaultdict(list)
        for name, fields in _weaker_things(judged, pack, base):
            groups[", ".join(fields)].append(name)
        for differing, things in groups.items():
            if differing:
                yield _warn(judged, pack)("weaker_rule", things, fields=differing, base=base.id)


def _weaker_things(judged: Judged, pack: Pack, base: Pack) -> Iterator[tuple[str, list[str]]]:
    kinds: tuple[tuple[str, str, Rules], ...] = (
        ("requirements", "id", limits.OF_REQUIREMENTS),
        ("samplings", "id", limits.OF_SAMPLINGS),
        ("clauses", "number", limits.OF_CLAUSES),
        ("conflicts", "id", {}),  # of which only the words count
    )
    for kind, key, rules in kinds:
        before = {_bare(getattr(asked, key)): asked for asked in getattr(base, kind)}
        for asked in getattr(pack, kind):
            identity = _bare(getattr(asked, key))
            was, name = before.get(identity), f"{pack.id}#{identity}"
            if was:
                fields = limits.weaker_fields(was, asked, rules)
                nearest = _first_of_others(judged, pack, base)
                own = _only_own(was, asked) if nearest else ()
                every = [*fields, *_sampled(was, asked, base, pack), *own]
                yield name, [*dict.fromkeys(every)]
    if pack.scoring and base.scoring:
        fields = limits.weaker_fields(base.scoring, pack.scoring, limits.OF_SCORING)
        yield pack.id, [*fields]
    yield from _scored_too(judged, pack, base)
    yield from _filled_in(judged, pack, base)


def _filled_in(judged: Judged, pack: Pack, base: Pack) -> Iterator[tuple[str, list[str]]]:
    """Name the clauses of which nobody has read what they ask, and to which an own pack adds items.

    A clause that was open conforms then, by whatever its author asks. What somebody confirmed in an
    authentic copy was read.
    """
    if not _first_of_others(judged, pack, base):
        return
    read = {asked.clause for asked in base.requirements}
    own = {asked.clause for asked in pack.requirements if not _is_confirmed(asked)}
    for clause in base.clauses:
        open_ = clause.demands and clause.mandatory is not False and clause.number not in read
        if open_ and clause.number in own:
            yield f"{pack.id}#{clause.number}", ["unread"]


def _is_confirmed(asked: Requirement) -> bool:
    return any(seen.firm for seen in (asked.figure, asked.assignment) if seen)


def _scored_too(judged: Judged, pack: Pack, base: Pack) -> Iterator[tuple[str, list[str]]]:
    """Name what an own pack has counted in the score that nothing below asks, or the score itself.

    Items that always conform outweigh one that fails.
    """
    if not pack.scoring or not _first_of_others(judged, pack, base):
        return
    if not base.scoring:
        yield pack.id, ["scoring"]
    added = (f"{pack.id}#{one.id}" for one in pack.requirements if one.part)
    yield from ((name, ["part"]) for name in added if name in judged.added)


def _bare(identity: str) -> str:
    """Return an id without that of its pack, which conflicts bear."""
    return identity.rpartition("#")[2]


def _sampled(was: object, asked: object, base: Pack, pack: Pack) -> list[str]:
    """Say that only a sample is asked where all devices were, or another sample."""
    before = getattr(was, "sampling", "").removeprefix(f"{base.id}#")
    now = getattr(asked, "sampling", "").removeprefix(f"{pack.id}#")
    return ["sampling"] if now and now != before else []


def _first_of_others(judged: Judged, pack: Pack, base: Pack) -> bool:
    """Whether a pack is one's own, and nothing that is shipped lies between it and ``base``."""
    nearer = judged.bases[pack.id]
    return all(one.id in judged.own_packs for one in (pack, *nearer[: nearer.index(base)]))


def _only_own(was: object, asked: object) -> Iterator[str]:
    """Name what only a pack of one's own is asked for: sources, their days, and other words."""
    sourced = _sourced(was, asked)
    yield from sourced
    before, now = getattr(was, "validity", None), getattr(asked, "validity", None)
    if not sourced and _source(was) == _source(asked) and limits.lasts_longer(before, now):
        yield "validity"
    if _is_first_limit(was, asked):
        yield "first_limit"
    yield from limits.retold(was, asked)


def _is_first_limit(was: object, asked: object) -> bool:
    """Whether a limit, which nobody confirmed, stands where none was known and all stayed open."""
    before, now = getattr(was, "limit", None), getattr(asked, "limit", None)
    figure = getattr(asked, "figure", None)
    return before is None and now is not None and not (figure and figure.firm)


def _source(asked: object) -> str:
    return getattr(getattr(asked, "figure", None), "source", "")


def _sourced(was: object, asked: object) -> list[str]:
    """Say that the same limit is from another source, which may never have been replaced.

    Who confirms a provisional limit by an own copy names that copy's standard as its source.
    """
    before, now = getattr(was, "figure", None), getattr(asked, "figure", None)
    same = getattr(was, "limit", None) == getattr(asked, "limit", None)
    if not (same and before and now) or before.source == now.source:
        return []
    return [] if now.firm and not before.firm else ["figure"]


def _levels(judged: Judged) -> Iterator[tuple[Pack, Pack]]:
    """Pair each pack with each pack that it is built on."""
    for pack in judged.packs:
        for base in judged.bases.get(pack.id, ()):
            yield pack, base


def _warn(judged: Judged, pack: Pack) -> Callable[..., SessionWarning]:
    """Return how what a pack asks less is said: of a shipped profile it is no caution."""
    return caution if pack.id in judged.own_packs else note


def files(judged: Judged) -> Iterator[SessionWarning]:
    """Packs that are not shipped, and files that bear a shipped pack's name and are another."""
    own, altered = judged.own_packs, judged.packs_logged("altered_packs")
    if altered:
        yield caution("altered_pack", altered)
    for pack in judged.packs:
        lowest = (pack.id, *pack.extends)[-1]
        if pack.id in own and pack.extends:
            yield note("own_pack", [pack.id], pack=pack.id, base=pack.extends[0])
        if lowest in own and lowest not in altered:
            yield caution("pack_without_base", [lowest], pack=lowest, number=pack.number)


def confirmations(judged: Judged) -> Iterator[SessionWarning]:
    """Who read which copy; whoever also measured or answered is marked."""
    read: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for pack in judged.packs:
        for name, seen in confirmed_things(pack):
            read[seen.confirmed_by, seen.copy, seen.confirmed_on].append(f"{pack.id}#{name}")
        for asked in pack.withdrawn:
            if asked.confirmed_by:
                key = asked.confirmed_by, asked.copy, asked.confirmed_on
                read[key].append(f"{pack.id}#{asked.what}")
    people = {person(name) for name in took_part(judged)}
    for (who, copy, day), things in read.items():
        own = person(who) in people
        code = "self_confirmed" if own else "confirmed"
        yield (caution if own else note)(code, things, person=who, copy=copy, day=day)


def confirmed_things(pack: Pack) -> Iterator[tuple[str, Provenance]]:
    """Name everything of a pack that bears a confirmation, with its provenance."""
    every: list[tuple[str, Provenance | None]] = []
    for asked in pack.requirements:
        every += [(asked.id, asked.figure), (asked.id, asked.assignment)]
    every += [(asked.id, asked.figure) for asked in pack.samplings]
    every += [(asked.number, asked.provenance) for asked in pack.clauses]
    every += [(pack.scoring.clause, pack.scoring.figure)] if pack.scoring else []
    return ((name, seen) for name, seen in every if seen and seen.confirmed_by)


def of_interest(judged: Judged) -> set[str]:
    """Return who tests here, and whose work is tested, as ``person`` writes them."""
    plan = judged.session.plan
    testing = (one.name for one in plan.people if one.methods)
    parties = (plan.institute.name, plan.project.laboratory, plan.project.builder,
               plan.project.designer)  # fmt: skip
    return {person(name) for name in (*took_part(judged), *testing, *parties) if name}


def took_part(judged: Judged) -> Iterator[str]:
    """Name who measured, answered or judged."""
    session = judged.session
    yield from filter(None, (session.operator, session.plan.operator))
    yield from (answer.by for answer in session.plan.answers)
    yield from (str(entry.details.get("by", "")) for entry in judged.logged("judged_again"))
