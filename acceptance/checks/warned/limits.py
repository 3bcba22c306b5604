"""Where a pack asks less than one that it is built on: limits by how much, all else by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.model import DecisionRule, Limit, Modality, RuleKind, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from acceptance.model import Clause, Requirement, Sampling, Scoring, Validity, Value

STRICTEST_FIRST = (Modality.SHALL, Modality.CONDITIONAL, Modality.SHOULD, Modality.MAY)
RULES = (RuleKind.GUARDED, RuleKind.FOUR_WORD, RuleKind.SIMPLE)
LEVELS = ("", "I", "II")  # the larger the sample, the later
NOTHING = "—"


def text(limit: Limit | None) -> str:
    """Write a limit in full, the same in every language: ``≥ 270 TVL``, ``0.7 … 1.4 V``."""
    if limit is None or (limit.at_least is None and limit.at_most is None):
        return NOTHING
    low, high = limit.at_least, limit.at_most
    if low is not None and high is not None:
        return f"{_number(low)} … {_number(high)} {limit.unit}".strip()
    end = f"≥ {_number(low)}" if low is not None else f"≤ {_number(high or 0.0)}"
    return f"{end} {limit.unit}".strip()


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def weaker(was: Limit | None, now: Limit | None) -> Mapping[str, Value] | None:
    """Say by how much a limit asks less at its lower or upper end; None where it does nowhere.

    There is no ``by`` where an end, or the whole limit, is gone, or where the units differ, so
    that nobody can tell.
    """
    if was is None or text(was) == NOTHING:
        return None
    words: dict[str, Value] = {"was": text(was), "now": text(now)}
    if now is None or was.unit != now.unit:
        return words
    ends = (_less(was.at_least, now.at_least), _less(_minus(was.at_most), _minus(now.at_most)))
    missed = [end for end in ends if end is not None]
    if not missed:
        return None
    amounts = [f"{amount:.6g} {was.unit}".strip() for amount in missed if amount]
    return words | ({"by": ", ".join(amounts)} if amounts else {})


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _less(was: float | None, now: float | None) -> float | None:
    """By how much a lower limit is lower than it was: 0 where it is gone, None where it is not."""
    if was is None or (now is not None and now >= was):
        return None
    return 0.0 if now is None else was - now


def _rank(was: object, now: object, order: tuple[object, ...]) -> bool:
    return order.index(now) > order.index(was)


def _fewer(was: float | None, now: float | None) -> bool:
    return was is not None and (now is None or now < was)


def _narrower(was: tuple[object, ...], now: tuple[object, ...]) -> bool:
    """Whether a choice lost something; empty is everything."""
    return bool(now) and (not was or not set(was) <= set(now))


def _wider(was: tuple[object, ...], now: tuple[object, ...]) -> bool:
    return _narrower(now, was)


def _more_needed(was: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether it applies to less: a condition more, or another one."""
    return not now.items() <= was.items()


def _rule(was: DecisionRule, now: DecisionRule) -> bool:
    if was.kind is not now.kind:
        return _rank(was.kind, now.kind, RULES)
    share = was.share is not None and (now.share is None or now.share > was.share)
    return share or (was.kind is not RuleKind.SIMPLE and now.guard < was.guard)


def _differs(was: object, now: object) -> bool:
    return was != now


def _lost(was: object, now: object) -> bool:
    return bool(was) and not now


# By the field of a requirement: whether it asks less, or (_differs) something else.
OF_REQUIREMENTS: Mapping[str, Callable[..., bool]] = {
    "modality": lambda was, now: _rank(was, now, STRICTEST_FIRST),
    "decision_rule": _rule,
    "minimum_duration": _fewer,
    "minimum_raters": _fewer,
    "conditions": lambda was, now: not set(was) <= set(now),
    "evidence": _lost,
    "key_item": _lost,
    "part": _differs,
    "taps": _wider,
    "subjects": _narrower,
    "when": _more_needed,
    "only_with": _more_needed,
    "scope": lambda was, now: was is Scope.DEVICE and now is Scope.SITE,
    "clause": _differs,
    "text": _differs,
    "how": _differs,
    "below": _differs,
    "advice": lambda was, now: bool(was) and (not now or bool(weaker(was.limit, now.limit))),
    "quantity": _differs,
    "region": _differs,
    "direction": _differs,
    "statistic": _differs,
    "combine": _differs,
    "compare": _differs,
    "path": _differs,
    "scale": _differs,
}
# Words by which an own pack may have the report say something else than its base.
RETOLD = ("text", "text_en", "title", "title_en", "note", "note_en")
OF_SAMPLINGS: Mapping[str, Callable[..., bool]] = {
    "share": _fewer,
    "at_least": _fewer,
    "inspection_level": lambda was, now: _rank(now, was, LEVELS),
    "per_model": _lost,
    "modality": lambda was, now: _rank(was, now, STRICTEST_FIRST),
    "retest_factor": lambda was, now: (now < was and now > 0) or (was == 0 and now > 0),
}
OF_SCORING: Mapping[str, Callable[..., bool]] = {
    "basic_weight": lambda was, now: now > was,
    "pass_from": _fewer,
    "basic_from": _fewer,
}
OF_CLAUSES: Mapping[str, Callable[..., bool]] = {
    "mandatory": lambda was, now: was is not False and now is False,
    "demands": _lost,
    "scope": lambda was, now: was is Scope.DEVICE and now is Scope.SITE,
}


def lasts_longer(was: Validity | None, now: Validity | None) -> bool:
    """Whether a text is said to be in force on days on which it was not said to be."""
    if was is None or now == was:
        return False
    began = bool(was.since) and (now is None or now.since < was.since)
    return began or (bool(was.until) and (now is None or not now.until or now.until > was.until))


def retold(was: object, now: object) -> list[str]:
    """Name the words that differ from those of a pack below, where that has any."""
    pairs = ((name, getattr(was, name, ""), getattr(now, name, "")) for name in RETOLD)
    return [name for name, before, after in pairs if before and before != after]


def weaker_fields(
    was: Requirement | Sampling | Scoring | Clause,
    now: Requirement | Sampling | Scoring | Clause,
    rules: Mapping[str, Callable[..., bool]],
) -> Iterator[str]:
    """Name the fields in which something asks less than it did, or something else."""
    for field, weaker_than in rules.items():
        before, after = getattr(was, field), getattr(now, field)
        if before != after and weaker_than(before, after):
            yield field
