"""Who measured, answered or rated what is their own work: as builder or designer.

A role or a name says so, or that it is not so, or leaves it open: 分包 is also who tests for a
laboratory, and Wang Fang may be the builder called Wang. What is open is said as open.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING

from acceptance.checks.verdict_words import as_read
from acceptance.checks.warned.alike import is_name, letters, person, plain
from acceptance.checks.warned.judged import caution, note
from acceptance.checks.warned.overlays import took_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import SessionWarning

# How the role of somebody begins who is of a party that builds; not 施工方案审核.
BUILDERS = (
    r"(?:(?:工程)?施工|承建|安装|设计|工程总?承包)(?:单位|方(?![案法])|商|企业|队)|施工公司|安装公司"
    r"|施工(?:总?承包(?:单位|商|方)?|员|工长|负责人|代表)|工程商|集成商|总承?包(?:单位|商|方)?"
    r"|(?:(?:main|general|prime) contractor|builder|installer"
    r"|(?:construction|installation|building) (?:company|firm))s?\b"
)
# Who may also be of a laboratory, or design or integrate something else than what is tested; not
# 分包检测机构, which tests for one.
PERHAPS = (
    r"乙方|(?:专业)?分包(?:单位|商|方|(?!检|试验|实验|校准|测))|承包(?:单位|商|方)|设计(?:院|公司|师)"
    r"|(?:sub-?)?contractors?\b|integrators?\b|designers?\b"
)
ROLE = re.compile(rf"\W*(?:(?P<builder>{BUILDERS})|(?P<perhaps>{PERHAPS}))", re.IGNORECASE)
# What makes somebody none of a party that is named: 施工单位以外, independent of the builder ...
APART = re.compile(
    r"(?:之|以)?外(?:的|人|$)|无关|独立|第三方|委托|聘请|监理"
    r"|independen|not[ -]involved|third[ -]party|other[ -]than|supervis"
    r"|\A(?:'s|s')?[ ]work",
    re.IGNORECASE,
)
LOOKS_ON = re.compile(r"见证|旁站|陪同|witness", re.IGNORECASE)
# What is designed, integrated or handed on is the test: designer of the test plan.
OF_TESTS = re.compile(
    r" (?:of|for|to) (?:the |an? |our )?(?:test|laborator|chart|calibrat|report)", re.IGNORECASE
)
# Whoever of a party that is so by the word alone or by its own people.
PEOPLE = re.compile(
    r"\W*(?:的|'s|s')?\W*(?:项目|现场|技术|质量|质检|安全)?"
    r"(?:代表|人员|员工?|(?:总)?负责人|(?:副?总)?经理|队?长|工程师|主管|自检(?:员|人员)?"
    r"|(?:site |project )?(?:engineer|manager|foreman|staff|employee|representative)s?)?\W*",
    re.IGNORECASE,
)
# What stands where the name of a builder or designer should.
NO_PARTY = frozenset({
    *("不适用", "自行设计", "自行施工", "自行安装", "自建", "本院", "本所", "本公司", "本单位"),
    *("notapplicable", "inhouse", "self", "ourselves"),
})  # fmt: skip
FIRM = 3  # letters from which a name that another one begins with is taken for their firm
# Behind the name of a firm: another firm, or a part of it that may be on its own.
OTHER_FIRM = re.compile(
    r"检测|检验|测试|试验|实验|计量|第三方|研究|监理|test|laborator|inspect|institut|cent(?:re|er)"
    r"|certif|\b(?:gmbh|ltd|limited|inc|llc|corp|co|ag|company)\b",
    re.IGNORECASE,
)


class Own(IntEnum):
    """Whether somebody is of a party."""

    NO = 0
    OPEN = 1
    YES = 2


def parties(judged: Judged) -> Iterator[SessionWarning]:
    """Yield who measured, answered or rated what is their own work, and of whom it is open."""
    plan = judged.session.plan
    made = [name for name in (plan.project.builder, plan.project.designer) if _is_party(name)]
    roles = {person(one.name): one.role for one in plan.people}
    took = [*took_part(judged)]
    took += [score.rater for answer in plan.answers for score in answer.scores]
    found = {name: _own(name, roles.get(person(name), ""), made) for name in took}
    if own := [name for name, state in found.items() if state is Own.YES]:
        yield caution("work_by_party", own)
    if unclear := [name for name, state in found.items() if state is Own.OPEN]:
        yield note("party_unclear", unclear)


def _own(name: str, role: str, made: list[str]) -> Own:
    said = [of_party(text, party) for text in (name, role) for party in made]
    return max(by_role(role), *said, Own.NO)


def _is_party(name: str) -> bool:
    """Whether a name is that of a firm or a person; single letters stand for anybody."""
    return is_name(name) and plain(name) not in NO_PARTY and len(plain(name)) > 1


def by_role(role: str) -> Own:
    """Say by the words of a role whether somebody is of a party that builds or designs."""
    text = as_read(role)
    found = ROLE.match(text)
    if not found:
        return Own.NO
    rest = text[found.end() :]
    if APART.search(rest) or (found["perhaps"] and OF_TESTS.match(rest)):
        return Own.NO
    if found["builder"]:
        return Own.OPEN if LOOKS_ON.search(rest) else Own.YES
    return Own.YES if PEOPLE.fullmatch(rest) and found["perhaps"] != "乙方" else Own.OPEN


def of_party(name: str, party: str) -> Own:
    """Say whether a name is that of a party, or begins with that of a firm: 甲公司 赵工.

    李明华 is not 李明, and 重庆检测院 none of a builder called 重庆. Whether Acme Testing is of
    Acme, and Wang Fang the builder called Wang, is open.
    """
    if person(name) == person(party):
        return Own.YES
    said, firm = letters(name), letters(party)
    behind = said.removeprefix(firm)
    if len(plain(party)) < FIRM or said == behind or behind[0].isalnum():
        return Own.NO
    alone = firm.isascii() and firm.isalnum() and len(behind.split()) < 2  # one word each
    return Own.OPEN if alone or OTHER_FIRM.search(behind) else Own.YES
