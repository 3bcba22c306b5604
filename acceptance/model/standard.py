"""What a standard asks: requirements and limits, and how well each is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from acceptance.model.shot import SignalPath, Tap
from acceptance.model.subject import SubjectKind


class Scope(StrEnum):
    """What a plan sets out to show: what equipment under test can show, or the whole acceptance."""

    DEVICE = "device"
    SITE = "site"


class How(StrEnum):
    """How a clause can be checked."""

    MEASURED = "measured"
    RATED = "rated"
    INSPECTED = "inspected"
    READ = "read"
    DOCUMENTED = "documented"
    UNKNOWN = "unknown"


class Modality(StrEnum):
    """应 / 宜 / 可, and what is due only when an objective test (or the like) is needed."""

    SHALL = "shall"
    SHOULD = "should"
    MAY = "may"
    CONDITIONAL = "conditional"


class Part(StrEnum):
    """Part of a completion acceptance: 施工验收, 技术验收, 资料审查."""

    CONSTRUCTION = "construction"
    TECHNICAL = "technical"
    DOCUMENTS = "documents"


class Scale(StrEnum):
    """Five-grade impairment scale by which people rate pictures."""

    ANALOGUE = "analogue"
    DIGITAL = "digital"


class Level(StrEnum):
    """How well a statement about a standard is known (``docs/standards.md``)."""

    SEEN = "seen"
    SEEN_2ND = "seen-2nd"
    RECALL_HIGH = "recall-high"
    RECALL_MED = "recall-med"
    RECALL_LOW = "recall-low"
    INFERENCE = "inference"
    UNKNOWN = "unknown"


class Combine(StrEnum):
    """How the measurements of several regions or shots become the one value that is judged."""

    WORST = "worst"
    MEAN = "mean"


class Compare(StrEnum):
    """What is compared: the value with the limit, or (rates) the count with the limit's own."""

    VALUE = "value"
    COUNT = "count"


class RuleKind(StrEnum):
    """Decision rules of ILAC-G8:09/2019; words as in ``docs/decision_rules.md``."""

    SIMPLE = "simple"
    GUARDED = "guarded"
    FOUR_WORD = "four_word"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At least, at most, or both, in a unit; the phrase files word it."""

    unit: str
    """Unit of both ends."""

    at_least: float | None = None
    """Lowest value that conforms; None: no lower limit."""

    at_most: float | None = None
    """Highest value that conforms; None: no upper limit."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a statement comes from, how well it is known, and who confirmed it when."""

    source: str
    """Standard or document that states it."""

    level: Level
    """How well it is known."""

    clause: str = ""
    """Number of the clause in ``source``; empty: not known."""

    note: str = ""
    """Remark in Chinese; empty: none."""

    note_en: str = ""
    """The same in English."""

    confirmed_by: str = ""
    """Who confirmed it; empty: nobody. Given with ``confirmed_on`` or not at all."""

    confirmed_on: str = ""
    """ISO date of the confirmation; empty: not confirmed."""

    copy: str = ""
    """Authentic copy in which it was confirmed; empty: not stated."""

    @property
    def firm(self) -> bool:
        """Read in the standard itself and confirmed against an authentic copy."""
        return self.level is Level.SEEN and bool(self.confirmed_by and self.confirmed_on)


@dataclass(frozen=True, kw_only=True)
class Validity:
    """From when to when a standard holds, and what replaced it."""

    level: Level
    """How well these dates are known."""

    since: str = ""
    """ISO date from which it is in force; empty: not known."""

    until: str = ""
    """ISO date of the last day on which it was in force; empty: no end is known."""

    replaced_by: str = ""
    """Number of the standard that replaced it; empty: none is known."""


@dataclass(frozen=True, kw_only=True)
class AdvisedLimit:
    """A limit that is generally asked, and is stricter than the one that decides."""

    limit: Limit
    """What is asked."""

    figure: Provenance
    """Where it comes from."""

    since: str = ""
    """ISO date since when; empty: not known."""


@dataclass(frozen=True, kw_only=True)
class DecisionRule:
    """How uncertainty enters a verdict (``docs/decision_rules.md``)."""

    kind: RuleKind = RuleKind.SIMPLE
    """Which rule."""

    guard: float = 1.0
    """Width w of the guard band in units of U, 0 or more; simple acceptance has none."""

    share: float | None = None
    """Largest accepted U as a share of the limit, or of the tolerance; None: any."""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One testable demand of one clause."""

    id: str
    """Unique in its pack."""

    clause: str
    """Number of its clause."""

    how: How
    """How it is checked."""

    text: str
    """The demand in Chinese."""

    text_en: str
    """The demand in English."""

    assignment: Provenance
    """Why the demand belongs to this clause, and how well that is known."""

    figure: Provenance | None = None
    """Where the limit comes from; None: there is no limit."""

    modality: Modality = Modality.SHALL
    """Whether it shall, should or may be, or is due only when needed."""

    key_item: bool = False
    """True: a failure vetoes the conclusion of a completion acceptance."""

    scope: Scope = Scope.DEVICE
    """Whether a plan of scope ``device`` can show it, or only one of the site."""

    subjects: tuple[SubjectKind, ...] = ()
    """Kinds of subject that it concerns; empty: all."""

    below: bool = False
    """True: what is measured of the subjects below it counts as measured of the subject."""

    when: Mapping[str, str] = field(default_factory=dict)
    """Facts of the subject that must be equal, or it does not apply; empty: it always applies."""

    quantity: str = ""
    """The quantity that is judged; empty: nothing is measured for it."""

    region: str = ""
    """Region that counts, or one dotted word of its name; empty: any."""

    direction: str = ""
    """``horizontal`` or ``vertical``; empty: any."""

    combine: Combine = Combine.WORST
    """How several measurements become one value."""

    statistic: str = ""
    """Which of several: ``mean``, ``worst``, ``percentile_95`` ...; empty: the worst."""

    taps: tuple[Tap, ...] = ()
    """Where in the chain footage is accepted from; empty: from anywhere."""

    path: SignalPath | None = None
    """Live picture or playback; None: both are accepted."""

    conditions: tuple[str, ...] = ()
    """Conditions that must be recorded with shot or answer, or it cannot be judged."""

    only_with: Mapping[str, str] = field(default_factory=dict)
    """Conditions and the value each must have, or it does not apply to the shot."""

    limit: Limit | None = None
    """What the value must keep to; None: it has no limit, or it is not known."""

    compare: Compare = Compare.VALUE
    """Whether the value is compared, or the count behind it."""

    minimum_duration: float | None = None
    """Seconds that a film must last at least to be judged; None: any."""

    minimum_raters: int | None = None
    """Least number of raters, experts and lay persons both among them; None: any."""

    scale: Scale | None = None
    """Scale of the scores, where it is rated by a panel; None: not stated."""

    evidence: bool = False
    """True: an answer must name files that support it."""

    sampling: str = ""
    """``pack#id``, or ``id`` in the same pack, of the sampling; empty: all devices are asked."""

    part: Part | None = None
    """Part of a completion acceptance in whose score it counts; None: in none."""

    decision_rule: DecisionRule = field(default_factory=DecisionRule)
    """How uncertainty enters the verdict."""

    borrows: str = ""
    """``pack#id`` from which figure and limit come; empty: the pack's own."""

    advised_by: str = ""
    """``pack#id`` of a stricter limit: what keeps to ``limit`` and not to that one conforms
    with a remark; empty: there is none."""

    advice: AdvisedLimit | None = None
    """Filled in on loading: the limit of ``advised_by``."""

    validity: Validity | None = None
    """Filled in on loading: of the standard that states the limit; None: not known."""

    changed_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Filled in on loading: fields that extending packs replaced, by the pack's id."""
