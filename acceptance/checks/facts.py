"""Words that a fact of a subject may hold.

``system = "Digital"`` is neither analogue nor digital to a pack, so that no requirement for either
would apply, and nobody would notice.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from acceptance.model import Pack, Plan, SubjectKind

CLOSE = 0.7  # of difflib's ratio, from 0 to 1; only these words may stand there
NEARLY, LONG = 0.85, 5  # where any word may stand: one letter of five; a title is no misspelt tile
YES_NO = frozenset({"yes", "no"})
# Facts that can hold only these words; ``place``, for instance, may be any place.
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
    """Refuse a fact whose word no requirement can mean.

    Raises PlanError naming subject, fact and the words that it may hold.
    """
    for complaint in complaints(packs, plan):
        raise complaint


def complaints(packs: Sequence[Pack], plan: Plan) -> Iterator[PlanError]:
    """Yield an error for each fact whose word no requirement can mean."""
    asked = _asked(packs)
    for subject in plan.subjects:
        for name, word in subject.facts.items():
            if known := _missed(name, word, asked.get(name, ())):
                where = tr("subject {subject}, fact {fact}", subject=subject.id, fact=name)
                yield _unused(word, known, where)


def _unused(word: str, known: Collection[str], where: str) -> PlanError:
    what = tr("no requirement uses the word {word!r}", word=word)
    words = " / ".join(sorted(known))
    hint = tr("Write {words}, or leave the fact out where it is not known", words=words)
    if near := difflib.get_close_matches(word.casefold(), sorted(known), 1, CLOSE):
        guess = tr("Did you mean {name!r}? ", name=near[0])
        hint = guess + hint
    return PlanError(what, where=where, hint=hint)


def choices(packs: Sequence[Pack], kinds: Collection[SubjectKind]) -> Mapping[str, tuple[str, ...]]:
    """Facts that the packs ask of devices of these kinds, each with the words it may hold.

    The order is that in which the packs ask. Of a fact that may hold any word the last is
    ``other``.
    """
    asked: dict[str, list[str]] = {}
    for requirement in (one for pack in packs for one in pack.requirements):
        if not requirement.subjects or not kinds or set(requirement.subjects) & set(kinds):
            for name, word in requirement.when.items():
                asked.setdefault(name, []).append(word)
    return {name: _words(name, words) for name, words in asked.items()}


def _words(name: str, asked: Sequence[str]) -> tuple[str, ...]:
    closed = WORDS.get(name) or (YES_NO if YES_NO.issuperset(asked) else {"other"})
    return tuple(dict.fromkeys([*asked, *sorted(closed)]))


def _asked(packs: Sequence[Pack]) -> Mapping[str, set[str]]:
    """Words by the fact of which a requirement asks them."""
    asked: dict[str, set[str]] = defaultdict(set)
    for requirement in (one for pack in packs for one in pack.requirements):
        for name, word in requirement.when.items():
            asked[name].add(word)
    return asked


def _missed(name: str, word: str, asked: Collection[str]) -> Collection[str]:
    """Return the words of which ``word`` should have been one; none where it may stay as it is."""
    if word in asked:
        return ()
    yes_no = YES_NO if asked and YES_NO.issuperset(asked) else frozenset()
    if closed := WORDS.get(name, yes_no):
        return () if word in closed else closed
    meant = CHINESE.get(word.strip(), word.strip().casefold())
    near = slip_of(meant, asked)
    return [one for one in asked if one.casefold() == meant] or [near] * bool(near)


def slip_of(word: str, known: Collection[str]) -> str:
    """Return the known word that a word is nearly, where any other may stand; empty: none.

    ``unimportant`` is the opposite of what it ends with, ``edge_horizontal_2`` one more of a kind.
    """
    long = [one for one in known if min(len(one), len(word)) >= LONG]
    if word in known or any(word.endswith(one) or word.startswith(f"{one}_") for one in long):
        return ""
    return next(iter(difflib.get_close_matches(word, long, 1, NEARLY)), "")
