"""The conclusion of a completion acceptance: 通过, 基本通过 or 不通过.

It follows from a score K for each part, and a veto by key items. K = (n1 + w n2) / n of the items
that were checked (GA 308-2001, GB 50348-2004 chapter 8; weights and thresholds are in the pack,
with how well they are known). An item is a requirement: it conforms when that of every subject
does. Items that are still open are counted both ways; where that changes the word, the conclusion
is open.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from acceptance.checks.decision import FAILURES, PASSES
from acceptance.model import Conclusion, Outcome, Part, PartScore, Scope, Verdict

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from acceptance.model import Finding, Pack, Requirement, Scoring

OPEN = frozenset({Verdict.INCONCLUSIVE, Verdict.NOT_TESTED})


def conclude(
    packs: Sequence[Pack], findings: Sequence[Finding], scope: Scope
) -> tuple[Conclusion, ...]:
    """Conclude on each pack that states how; only for a whole site, as an acceptance group does."""
    if scope is not Scope.SITE:
        return ()
    return tuple(_conclusion(pack, pack.scoring, findings) for pack in packs if pack.scoring)


def _conclusion(pack: Pack, scoring: Scoring, findings: Sequence[Finding]) -> Conclusion:
    items = {f"{pack.id}#{one.id}": one for one in pack.requirements if one.part}
    deciding = [one for one in findings if one.requirement in items and one.decides]
    verdicts = defaultdict[str, set[Verdict]](set)
    for finding in deciding:
        verdicts[finding.requirement].add(finding.verdict)
    grades = {name: _grade(verdicts[name]) for name in items}
    scores = tuple(_score(part, items, grades, scoring) for part in Part)
    keys = {name: grades[name] for name, one in items.items() if one.key_item}
    unconfirmed, limits = unconfirmed_limits([one for one in deciding if one.verdict in PASSES])
    return Conclusion(
        pack=pack.id,
        outcome=_outcome(scores, set(keys.values()), scoring),
        parts=scores,
        vetoes=_graded(keys, Verdict.FAIL),
        open=_graded(grades, Verdict.INCONCLUSIVE),
        provisional=not scoring.figure.firm or any(one.provisional for one in deciding),
        limits=limits,
        unconfirmed=unconfirmed,
    )


def unconfirmed_limits(findings: Sequence[Finding]) -> tuple[int, int]:
    """Count the limits that some of these findings were judged by: provisional ones, and all.

    Where no limit is among them, what was asked without one counts.
    """
    by_limit = [finding for finding in findings if finding.limit is not None] or findings
    asked = {finding.requirement: finding.provisional for finding in by_limit}
    return sum(asked.values()), len(asked)


def _outcome(
    scores: Sequence[PartScore], keys: Container[Verdict | None], scoring: Scoring
) -> Outcome:
    """Word the lowest and the highest scores with the grades of key items; open if they differ."""
    lowest, highest = min(one.lowest for one in scores), min(one.highest for one in scores)
    vetoed, doubtful = Verdict.FAIL in keys, Verdict.INCONCLUSIVE in keys
    least = Outcome.NOT_PASSED if vetoed or doubtful else _word(lowest, scoring)
    most = Outcome.NOT_PASSED if vetoed else _word(highest, scoring)
    return most if least is most else Outcome.OPEN


def _graded(grades: Mapping[str, Verdict | None], wanted: Verdict) -> tuple[str, ...]:
    return tuple(name for name, grade in grades.items() if grade is wanted)


def grade(findings: Iterable[Finding], item: str) -> Verdict | None:
    """Grade one item, ``pack#id``, over its subjects by the ``findings`` that decide.

    FAIL, INCONCLUSIVE (open), CONDITIONAL_PASS or PASS; None: it applies to none of them.
    """
    return _grade({one.verdict for one in findings if one.requirement == item})


def _grade(verdicts: AbstractSet[Verdict]) -> Verdict | None:
    asked = verdicts - {Verdict.NOT_APPLICABLE}
    if asked & FAILURES:
        return Verdict.FAIL
    if asked & OPEN:
        return Verdict.INCONCLUSIVE
    return max(asked, key=(Verdict.PASS, Verdict.CONDITIONAL_PASS).index, default=None)


def _score(
    part: Part, items: dict[str, Requirement], grades: dict[str, Verdict | None], scoring: Scoring
) -> PartScore:
    number = Counter(grades[name] for name, one in items.items() if one.part is part)
    conform, basic = number[Verdict.PASS], number[Verdict.CONDITIONAL_PASS]
    failed, unsettled = number[Verdict.FAIL], number[Verdict.INCONCLUSIVE]
    checked = conform + basic + failed
    points = conform + Fraction(str(scoring.basic_weight)) * basic
    whole = checked + unsettled
    score = float(points / checked) if checked else None
    lowest = float(points / whole) if whole else 0.0
    highest = float((points + unsettled) / whole) if whole else 1.0
    return PartScore(
        part=part, conform=conform, basic=basic, failed=failed, open=unsettled,
        score=score, lowest=lowest, highest=highest,
    )  # fmt: skip


def _word(score: float, scoring: Scoring) -> Outcome:
    if score >= scoring.pass_from:
        return Outcome.PASSED
    return Outcome.BASICALLY_PASSED if score >= scoring.basic_from else Outcome.NOT_PASSED
