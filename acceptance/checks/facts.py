"""Words that a fact of a subject may hold.

A demand that asks for another word would vanish without a trace.
``system = "Digital"`` is neither analogue nor digital to a pack, so that nothing of either would
apply.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from acceptance.model import Pack, Plan

YES_NO = frozenset({"yes", "no"})
# Facts of which nothing is left between the words; ``place``, say, may be any place.
WORDS: Mapping[str, frozenset[str]] = {
    "system": frozenset({"analogue", "digital"}),
    "picture": frozenset({"colour", "monochrome"}),
    "position": frozenset({"indoor", "outdoor"}),
    "earth": frozenset({"common", "dedicated", "none"}),
    "field_earth": frozenset({"ordinary", "rocky", "none"}),
    "format": frozenset({"cif", "4cif"}),  # CIF, and 4CIF and above
    "purpose": frozenset({
        "monitor", "detect", "observe", "recognise", "identify", "inspect",
        "overview", "outline", "discern", "perceive", "characterise", "validate", "scrutinise",
    }),
    "resolution_class": frozenset({"standard", "near_hd", "hd", "ultra_hd"}),
    "observation_grade": frozenset({"A", "B", "C"}),
    "security_grade": frozenset({"A", "B", "C"}),
}  # fmt: skip
CHINESE = {
    "重要": "important",
    "重要部位": "important",
    "重点": "important",
    "重点部位": "important",
}


def check(packs: Sequence[Pack], plan: Plan) -> None:
    """Refuse a fact whose word no demand can mean.

    Raises PlanError naming subject, fact and the words there are.
    """
    asked: dict[str, set[str]] = defaultdict(set)
    for requirement in (one for pack in packs for one in pack.requirements):
        for name, word in requirement.when.items():
            asked[name].add(word)
    for subject in plan.subjects:
        for name, word in subject.facts.items():
            if known := _missed(name, word, asked.get(name, ())):
                hint = f"Write {' or '.join(sorted(known))}, or leave it out where it is not known"
                raise PlanError(
                    f"{name} is {word!r}", where=f"subject {subject.id}, fact {name}", hint=hint
                )


def _missed(name: str, word: str, asked: Collection[str]) -> Collection[str]:
    """Return the words of which ``word`` should have been one; none where it may stand as it is."""
    if word in asked:
        return ()
    closed = WORDS.get(name, frozenset()) or (
        YES_NO if asked and YES_NO.issuperset(asked) else frozenset()
    )
    if closed:
        return () if word in closed else closed
    meant = CHINESE.get(word.strip(), word.strip().casefold())
    return [one for one in asked if one.casefold() == meant]
