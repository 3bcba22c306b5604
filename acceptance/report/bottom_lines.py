"""What the findings of a session add up to, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.checks import conclusion
from acceptance.checks.decision import PASSES
from acceptance.model import RuleKind, Verdict, Vouched
from acceptance.report import warning_lines
from acceptance.wording import phrases

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from acceptance.model import Pack, Predecessor, Session


def bottom_line(session: Session, lang: str, packs: Sequence[Pack] = ()) -> str:
    """Word the bottom line.

    It states scope, verdict (暂定 where provisional), and the mandatory clauses not tested.
    """
    return str(phrases(lang)["bottom_line"]["space"]).join(sentences(session, lang, packs))


def sentences(session: Session, lang: str, packs: Sequence[Pack]) -> list[str]:
    """Word the bottom line sentence by sentence; clauses by the numbers of their standards."""
    due = [
        (finding.pack, finding.clause)
        for finding in session.findings
        if finding.requirement in session.bottom_line.not_tested
        and finding.verdict is Verdict.NOT_TESTED
    ]
    outside = [clause.partition("#")[::2] for clause in session.bottom_line.outside]
    untested, beyond = (_numbered(clauses, lang, packs) for clauses in (due, outside))
    overall = wording.bottom_line(
        session.bottom_line, untested, beyond, lang,
        four_word=_is_four_word(session), unconfirmed=unconfirmed(session),
    )  # fmt: skip
    return [
        *overall,
        *of_predecessors(session, lang),
        *_of_samples(session, lang),
        *warning_lines.sentences(session, lang, packs),
    ]


def answer(session: Session, lang: str) -> str:
    """Word the verdict alone, as the first sentence has it."""
    counts = unconfirmed(session)
    four_word = _is_four_word(session)
    return wording.answer(session.bottom_line, lang, four_word=four_word, unconfirmed=counts)


def conclusions(session: Session) -> set[str]:
    """Word scope and verdict in each language.

    A pass also as before 0.7.0, without reserve, and what was taken out as before 0.14.0.
    """
    line, four_word = session.bottom_line, _is_four_word(session)
    return {
        said
        for lang in wording.LANGUAGES
        for counts in ((0, 0), unconfirmed(session))
        for said in _both(
            wording.bottom_line(line, (), (), lang, four_word=four_word, unconfirmed=counts)[0],
            len(line.taken_out),
            lang,
        )
    }


def _both(sentence: str, count: int, lang: str) -> tuple[str, str]:
    """Word what was taken out, ``count`` items, as now and as before 0.14.0."""
    words = phrases(lang)["bottom_line"]
    now, before = words["taken_out_mark"], words["taken_out_mark_before_0_14"]
    return sentence, sentence.replace(now.format(count=count), before.format(count=count))


def _is_four_word(session: Session) -> bool:
    rules = (finding.decision_rule for finding in session.findings)
    return any(rule and rule.kind is RuleKind.FOUR_WORD for rule in rules)


def of_predecessors(session: Session, lang: str) -> list[str]:
    """Name the older sessions that this one rests on and for which nobody is known to answer."""
    doubtful = (one for one in session.predecessors if one.signature is not Vouched.SIGNED)
    return [vouched(one, lang) for one in doubtful]


def vouched(earlier: Predecessor, lang: str) -> str:
    """Say who answers for an older session, or that nobody is known to."""
    words = phrases(lang)["predecessor"]
    signers = words["comma"].join(
        words["signer"].format(name=signer.name, certificate=signer.certificate)
        for signer in earlier.signers
    )
    parameters = {"session": earlier.id, "role": words[earlier.role], "signers": signers}
    return str(words[earlier.signature].format(**parameters))


def unconfirmed(session: Session) -> tuple[int, int]:
    """Count the limits behind a pass that nobody confirmed, and all; none where it is no pass."""
    if session.verdict not in PASSES:
        return 0, 0
    passed = [one for one in session.findings if one.decides and one.verdict in PASSES]
    return conclusion.unconfirmed_limits(passed)


def _of_samples(session: Session, lang: str) -> list[str]:
    """Say that the conclusion rests on samples, and on re-tests of what failed in which session."""
    words = phrases(lang)["bottom_line"]
    retests = [sample for sample in session.samples if sample.retest_of]
    failed = dict.fromkeys(device for sample in retests for device in sample.failed)
    sessions = dict.fromkeys(sample.session or wording.DASH for sample in retests)
    sampled = [words["sampled"]] if session.samples else []
    retested = words["retested"].format(
        devices=words["comma"].join(failed), sessions=words["comma"].join(sessions)
    )
    return [*sampled, *([retested] if retests else [])]


def _numbered(clauses: Iterable[tuple[str, str]], lang: str, packs: Sequence[Pack]) -> list[str]:
    """Name clauses (pack id, clause) by their standard's number, each standard once."""
    numbers = {pack.id: pack.number for pack in packs}
    groups: dict[str, dict[str, None]] = {}
    for pack, clause in clauses:
        groups.setdefault(numbers.get(pack, pack), {})[clause] = None
    comma = phrases(lang)["bottom_line"]["comma"]
    return [f"{number} {comma.join(group)}" for number, group in groups.items()]
