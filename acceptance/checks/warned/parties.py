"""Who tested, or confirmed limits, where it is their own work: as builder or designer.

A role or a name says so, or that it is not so, or leaves it open: 分包 is also who tests for a
laboratory, and Wang Fang may be the builder called Wang. What is open is said as open.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from typing import TYPE_CHECKING

from acceptance.checks.verdict_words import as_read
from acceptance.checks.warned.alike import is_name, letters, person, plain
from acceptance.checks.warned.judged import caution, note
from acceptance.checks.warned.overlays import confirmed_things, took_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import SessionWarning

# Words of who builds; 施工方位, 施工方案, 总包装 and 集成商业 are other words.
UNIT = "单位|企业|公司|集团|项目部"
OF_PARTY = f"(?:{UNIT}|方(?![案法式位向面便程])|商(?![务业用品标])|人(?=$|代表)|队(?![列形]))"
BUILDERS = (
    rf"(?:施工|承建|安装|集成|工程总?承包|施工总?承包|总承?包)(?:单位|{OF_PARTY})"
    r"|(?:施工|安装)(?:员|人员|班组|工(?:程师|长|人|$)|负责人|代表|经理|(?:技术|管理)人?员)"
    r"|工程商(?![务业用品标])|施工总?承?包(?![装裹括含围络])|总承?包(?![装裹括含围络])|设计(?:单位|企业)"
    r"|设计方(?![案法式位向面便程])|^(?:施工|安装)$"
    r"|(?<![a-z])(?:(?:main|general|prime|principal|lead|epc|installation) contractor|builder"
    r"|installer|(?:construction|installation|building) (?:company|firm|contractor))s?(?![a-z])"
)
# Who may also be of a laboratory, or design or integrate something else than what is tested; not
# 分包检测机构, which tests for one.
PERHAPS = (
    rf"承建|(?:承包|调试){OF_PARTY}|调试(?:人员|员|工程师)"
    rf"|分包(?:{UNIT}|{OF_PARTY}|(?![检测装裹计评审校商方]|试验|实验|监测|验收))"
    r"|设计(?:(?:研究)?院(?!士)|公司|集团|师(?![范傅资大])|人(?:员|$)|负责人|代表|总监|工程师)"
    r"|(?<![a-z])(?:(?:sub-? ?)?contractor|integrator|designer|install(?:ation|ing) engineer)s?"
    r"(?![a-z])"
)
# Who may be any party of a contract, also the laboratory.
ANYBODY = (
    r"乙方(?![案法式])|中标(?:单位|人|方(?![案法式]))|设备(?:(?:供应|供货|制造|生产)商|厂[家商])"
    r"|(?<![a-z])equipment (?:supplier|vendor)s?(?![a-z])"
)
PARTY = re.compile(
    rf"(?P<builder>{BUILDERS})|(?P<perhaps>{PERHAPS})|(?P<anybody>{ANYBODY})", re.IGNORECASE
)
PARTS = re.compile(r"[,;/|&+()\[\]{}<>:=。、【】〈〉《》「」『』与和及兼暨]|\band\b", re.IGNORECASE)
SIGNS = re.compile(r"[\W_]+")
# In front of the word: which of them, which trade, or whose man, as in "engineer of the builder".
WHICH = re.compile(
    r"(?:(?:本|该|原|主|总|项目|工程|系统|设备|专业|弱电|强电|智能化|智能|安防|技防|监控|视频|消防"
    r"|机电|电气|网络|通信|土建|装修|建筑|劳务|集成|安装|施工|EPC|(?:site |project |lead |chief )?"
    r"(?:engineer|manager|foreman|staff|employee|representative|works|working) (?:of|for|from|at)"
    r"|the|an?|our|site|design|chief|senior|project|electrical|security|safety|systems?|cctv|video"
    r"|installation|installing|trade|works|building) ?)*",
    re.IGNORECASE,
)
# Behind the word: people of the party, and nothing else.
PEOPLE = re.compile(
    r"(?:的 ?|s )?(?:项目|现场|技术|质量|质检|安全)?"
    r"(?:代表|人员|员工?|(?:总)?负责人|(?:副?总)?经理|队?长|工程师|主管|自检(?:员|人员)?"
    r"|(?:site |project |quality )?(?:engineer|manager|foreman|staff|employee|representative)s?)?",
    re.IGNORECASE,
)
# Directly beside the word: somebody else is named, 施工方监理, designer of test charts.
TESTED_WITH = (
    r"(?:testing|tests?|test plans?|calibrations?|(?:test )?laborator(?:y|ies)"
    r"|(?:test )?(?:charts?|rigs?|bench(?:es)?|houses?|methods?|set-?ups?|equipment|reports?))"
)
NOT_THEY = re.compile(
    r"(?:之|以)外(?![围线勤协])|外的|无关|(?:没有|无)任?何?关[系联]|监理(?:员|人员)?$"
    r"|(?:委托|聘请)的?(?:第三方)?(?:检[测验]|测试)(?:机构|单位|院|所|中心|公司)"
    rf"| (?:of|for|to) (?:the |an? |our )?{TESTED_WITH}$"
    r"|-independent|(?:'s|s')? work (?:inspected|tested|checked|measured|reviewed)",
    re.IGNORECASE,
)
NOT_OF = re.compile(
    r"(?:独立于|不属于|不是|非|见证|旁站|监督|independent(?:ly)? (?:of|from) (?:the |any |all )?"
    r"|\b(?:other than|no|not(?: of| by)?) (?:the |an? |any )?)$",
    re.IGNORECASE,
)
# Anywhere in a role: it may be that of one who checks or watches the party, or of another body.
IN_DOUBT = re.compile(
    r"见证|旁站|陪同|监督|审[核查计]|评[审价估定]|核[查验]|复核|对接|联系|联络|监理|独立|第三方"
    r"|委托|聘请|无关|关[系联]|之外|以外|witness|independen|not involved|third party|other than"
    r"|supervis|audit|assess|certif|liaison|relations|training|(?<!s )inspect",
    re.IGNORECASE,
)
# Words of a body that is on its own.
BODY = re.compile(
    r"(?:检[测验]|测试|试验|计量|质检)(?:机构|单位|院|所|中心|公司|站)|实验室|研究[所院]|第三方"
    r"|laborator|\blabs?\b|test(?:ing)? (?:house|cent(?:re|er)|institut)|inspection (?:body|cent)"
    r"|third[ -]party",
    re.IGNORECASE,
)
# Words by which a body is none of the builder's.
APART = re.compile(
    r"独立于|独立的?(?:检[测验]|第三方|机构)|第三方|不属于"
    r"|[与和](?:施工|承建|安装|集成|设计|受检|[本该]?工程)\w{0,12}无关"
    r"|\bindependent\b|not[ -]involved|third[ -]party",
    re.IGNORECASE,
)
NEAR = 40  # signs in front of a word that are looked at
# What stands where the name of a builder or designer should.
NO_PARTY = frozenset({
    *("不适用", "自行设计", "自行施工", "自行安装", "自建", "本院", "本所", "本公司", "本单位"),
    *("notapplicable", "inhouse", "self", "ourselves"),
})  # fmt: skip
FIRM = 3  # letters from which a name that another one begins with is taken for their firm
LONG = 5  # letters of a firm that are looked for also where no sign stands beside them
A_FIRM = re.compile(
    r"(?:公司|集团|单位|企业|[院所厂局])$"
    r"|\b(?:gmbh|ltd|limited|inc|llc|corp|co|ag|company|group|systems?|technolog(?:y|ies)|security)\b",
    re.IGNORECASE,
)
IN_LATIN = re.compile(r"[^\u2e80-\uffff]+")
WITH_INITIALS = re.compile(r"[\W_]*(?:[^\W\d_](?:\. ?| )){1,3}[^\W\d_]{2,}")  # J. Doe: a whole name
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
    took = [*filter(None, (plan.institute.name, plan.project.laboratory)), *took_part(judged)]
    took += [score.rater for answer in plan.answers for score in answer.scores]
    took += _confirmed(judged)
    found = {name: own_work(name, roles.get(person(name), ""), made) for name in took}
    if own := [name for name, state in found.items() if state is Own.YES]:
        yield caution("work_by_party", own)
    if unclear := [name for name, state in found.items() if state is Own.OPEN]:
        yield note("party_unclear", unclear)


def _confirmed(judged: Judged) -> Iterator[str]:
    """Name who read limits, or took them out, in packs of one's own."""
    for pack in judged.packs:
        if pack.id in judged.own_packs:
            yield from (seen.confirmed_by for _, seen in confirmed_things(pack))
            yield from (gone.confirmed_by for gone in pack.withdrawn if gone.confirmed_by)


def own_work(name: str, role: str, made: list[str]) -> Own:
    """Say by name and role; a role of another body settles what the name alone leaves open."""
    by_name = max((of_party(name, party) for party in made), default=Own.NO)
    said = max((in_role(role, party) for party in made), default=Own.NO)
    said = max(said, by_role(role))
    if by_name is Own.OPEN and said is Own.NO and of_another_body(name, role):
        return Own.NO
    return max(by_name, said)


def _is_party(name: str) -> bool:
    """Whether a name is that of a firm or a person; single letters stand for anybody."""
    return is_name(name) and plain(name) not in NO_PARTY and len(plain(name)) > 1


def by_role(role: str) -> Own:
    """Say by the words of a role whether somebody is of a party that builds or designs.

    A word of a party makes it open at least, wherever it stands, unless somebody else is named
    directly by it; with no more than trade, rank or people beside it, it is said.
    """
    parts = [as_read(part) for part in PARTS.split(unicodedata.normalize("NFKC", role))]
    if not any(map(PARTY.search, parts)):
        parts = [as_read(role)]  # 施/工单位
    alone = all(PARTY.search(part) or PEOPLE.fullmatch(_words(part)) for part in parts)
    own = max(
        (_of_word(part, found, alone=alone) for part in parts for found in PARTY.finditer(part)),
        default=Own.NO,
    )
    return min(own, Own.OPEN) if IN_DOUBT.search(_words(role)) or BODY.search(role) else own


def _of_word(part: str, found: re.Match[str], *, alone: bool) -> Own:
    """Say by what stands beside one word of a party; alone: in no part is anything else said."""
    if _is_another(part, found):
        return Own.NO
    is_first = found.start() <= NEAR and WHICH.fullmatch(_words(part[: found.start()]))
    if found["anybody"] or not is_first:
        return Own.OPEN
    only_people = alone and PEOPLE.fullmatch(_words(part[found.end() :]))
    return Own.YES if found["builder"] or only_people else Own.OPEN


def _is_another(text: str, found: re.Match[str]) -> bool:
    """Whether somebody else is named directly by a word or name: 施工方监理, 受施工单位委托."""
    before = text[max(0, found.start() - NEAR) : found.start()]
    asked = before.endswith("受") and text.startswith(("委托", "聘请"), found.end())
    return asked or bool(NOT_THEY.match(text, found.end()) or NOT_OF.search(before))


def _words(text: str) -> str:
    return SIGNS.sub(" ", text).strip()


def of_another_body(name: str, role: str) -> bool:
    """Whether a role says plainly that somebody is of a laboratory, or none of the builder's.

    A name that is itself that of a body (重庆大学 检测中心) is not settled by another word for it.
    """
    return bool(APART.search(role) or (BODY.search(role) and not OTHER_FIRM.search(name)))


def in_role(role: str, party: str) -> Own:
    """Say whether a role names a party: 甲公司 代表; 甲公司以外的检测员 does not."""
    said, firm = letters(role), letters(party)
    there = [*re.finditer(re.escape(firm), said)] if of_party(role, party) is not Own.NO else []
    if there and all(_is_another(said, found) for found in there):
        return Own.NO
    return of_party(role, party)


def of_party(name: str, party: str) -> Own:
    """Say whether words are the name of a party, begin with that of a firm, or hold it.

    甲公司 赵工 is of 甲公司. 李明华 is not 李明, and 重庆检测院 none of a builder called 重庆.
    Whether Acme Testing is of Acme, Wang Fang the builder called Wang, and who 海康 李四 and
    J. Doe (Acme) are, is open.
    """
    if person(name) == person(party):
        return Own.YES
    said, firm = letters(name), letters(party)
    behind = said.removeprefix(firm)
    if said == behind or behind[:1].isalnum() or len(plain(party)) < FIRM:
        return Own.OPEN if _holds(said, firm, party) else Own.NO
    latin = IN_LATIN.fullmatch(firm) and not A_FIRM.search(firm)  # perhaps a person
    alone = latin and not WITH_INITIALS.fullmatch(behind)
    return Own.OPEN if alone or OTHER_FIRM.search(behind) else Own.YES


def _holds(said: str, firm: str, party: str) -> bool:
    """Whether the whole name of a party stands in words: apart, or long and plainly a firm's.

    Of two Latin letters, Li is a person's and GE a firm's.
    """
    size, in_latin = len(plain(party)), bool(IN_LATIN.fullmatch(firm))
    if size < FIRM and (size < FIRM - 1 or (in_latin and not party.strip().isupper())):
        return False
    if not in_latin and (size >= LONG or (size >= FIRM and firm.endswith(("公司", "集团")))):
        return firm in said
    return bool(re.search(rf"(?<!\w){re.escape(firm)}(?!\w)", said))
