"""What is open about instruments and people: not calibrated, expired, no authorisation named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from acceptance.checks.verdict_words import as_read
from acceptance.checks.warned.alike import is_name, letters, person, plain
from acceptance.checks.warned.judged import caution, note
from acceptance.checks.warned.overlays import took_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import Instrument, SessionWarning

# How the role of somebody begins who tests their own work; not 施工方案审核, nor
# "contractor's work inspected by this third party".
BUILDS = re.compile(
    r"\W*(?:"
    r"(?:施工(?:单位|方(?![案法])|员|队|负责人|代表)|承建|安装单位|承包商|总承包|分包|集成商"
    r"|设计(?:单位|方(?![案法])))(?!(?:之|以)?外|[^,;。]{0,8}(?:委托|聘请|无关))"
    r"|(?:(?:main|general|prime) )?"
    r"(?:builder|installer|(?:sub-?)?contractor|integrator|designer)s?\b"
    r"(?!(?:'s|s')? work))",
    re.IGNORECASE,
)
# What stands where the name of a builder or designer should.
NO_PARTY = frozenset({
    *("不适用", "自行设计", "自行施工", "自行安装", "自建", "本院", "本所", "本公司", "本单位"),
    *("notapplicable", "inhouse", "self", "ourselves"),
})  # fmt: skip
FIRM = 3  # letters from which a name that another one begins with is taken for their firm


def instruments(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the instruments in use that nobody listed, or whose calibration is not shown."""
    known = {one.id: one for one in judged.session.plan.instruments}
    troubles: dict[str, list[str]] = {}
    for name, day in _used(judged):
        trouble = _trouble(known[name], day) if name in known else "not_listed"
        if trouble:
            troubles.setdefault(trouble, []).append(name)
    for trouble, names in troubles.items():
        yield caution("resources_open", names, trouble=trouble)


def _used(judged: Judged) -> Iterator[tuple[str, str]]:
    """Name all instruments in use, each with the day of its use; empty: not known.

    A name that may also be free text only where it is listed.
    """
    plan = judged.session.plan
    listed = {one.id for one in plan.instruments}
    for shot in judged.session.taken:
        day = judged.day_of(shot)
        yield from ((name, day) for name in shot.instruments)
        perhaps = (shot.chart_copy, shot.screen, *(one.instrument for one in shot.conditions))
        yield from ((name, day) for name in perhaps if name in listed)
    for answer in plan.answers:
        perhaps = tuple(one.instrument for one in answer.conditions)
        yield from ((name, answer.when[:10]) for name in perhaps if name in listed)
        yield from ((name, answer.when[:10]) for name in [answer.instrument] if name)


def _trouble(instrument: Instrument, day: str) -> str:
    if instrument.due is None:
        return "not_calibrated"
    if not day:  # said once for all that is undated
        return ""
    later = instrument.calibrated_on is not None and instrument.calibrated_on > day
    return "expired" if instrument.due < day else "calibrated_later" if later else ""


def people(judged: Judged) -> Iterator[SessionWarning]:
    """Yield whose authority the plan does not show, and whether it says who measured."""
    session = judged.session
    took_part = dict.fromkeys([session.operator, *(one.by for one in session.plan.answers)])
    authorised = {one.name for one in session.plan.people if one.methods}
    if open_people := [name for name in took_part if name and name not in authorised]:
        yield note("resources_open", open_people, trouble="not_authorised")
    filmed = [] if is_name(session.operator) else [shot.id for shot in session.taken]
    answered = (one for one in session.plan.answers if not is_name(one.by))
    if nobody := [*filmed, *(f"{one.requirement} ({one.subject})" for one in answered)]:
        yield caution("resources_open", nobody, trouble="nobody_named")


def parties(judged: Judged) -> Iterator[SessionWarning]:
    """Yield who measured, answered or rated what is their own work: as builder or designer."""
    plan = judged.session.plan
    made = [name for name in (plan.project.builder, plan.project.designer) if _is_party(name)]
    roles = {person(one.name): one.role for one in plan.people}
    took = [*took_part(judged)]
    took += [score.rater for answer in plan.answers for score in answer.scores]
    own = [
        name
        for name in took
        for role in [roles.get(person(name), "")]
        if BUILDS.match(as_read(role))
        or any(_is_of(said, party) for said in (name, role) for party in made)
    ]
    if own:
        yield caution("work_by_party", own)


def _is_party(name: str) -> bool:
    """Whether a name is that of a firm or a person; single letters stand for anybody."""
    return is_name(name) and plain(name) not in NO_PARTY and len(plain(name)) > 1


def _is_of(name: str, party: str) -> bool:
    """Whether a name is that of a party, or begins with that of a firm: 甲公司 赵工.

    李明华 is not 李明, and 重庆检测院 none of a builder called 重庆.
    """
    if person(name) == person(party):
        return True
    said, firm = letters(name), letters(party)
    behind = said.removeprefix(firm)
    return len(plain(party)) >= FIRM and said != behind and not behind[0].isalnum()
