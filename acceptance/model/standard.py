"""A standard as data: clauses, requirements, limits, and how well each is known."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 -- pydantic reads the annotations at run time
from dataclasses import dataclass, field
from enum import StrEnum

from acceptance.model.shot import SignalPath, Tap  # noqa: TC001 -- pydantic reads the annotations at run time
from acceptance.model.subject import SubjectKind  # noqa: TC001 -- pydantic reads the annotations at run time


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
    """Part of a completion acceptance: construction (施工验收), technical (技术验收), documents (资料审查)."""

    CONSTRUCTION = "construction"
    TECHNICAL = "technical"
    DOCUMENTS = "documents"


class Scale(StrEnum):
    """Five-grade impairment scale by which people rate pictures.

    The analogue or the digital one.
    """

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
    """How the measurements of several regions or shots become the one figure that is judged."""

    WORST = "worst"
    MEAN = "mean"


class Compare(StrEnum):
    """Compare the value with the limit, or (rates) the count with what the limit makes of the duration."""

    VALUE = "value"
    COUNT = "count"


class RuleKind(StrEnum):
    """Decision rules of ILAC-G8:09/2019; words as in ``docs/decision_rules.md``."""

    SIMPLE = "simple"
    GUARDED = "guarded"
    FOUR_WORD = "four_word"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At least, at most, or both, in a unit. Worded by the phrase files."""

    unit: str
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a statement comes from, how well it is known, and who confirmed it when in which authentic ``copy``."""

    source: str
    level: Level
    clause: str = ""
    note: str = ""
    note_en: str = ""
    confirmed_by: str = ""
    confirmed_on: str = ""
    copy: str = ""

    @property
    def firm(self) -> bool:
        """Read in the standard itself and confirmed against an authentic copy."""
        return self.level is Level.SEEN and bool(self.confirmed_by and self.confirmed_on)


@dataclass(frozen=True, kw_only=True)
class DecisionRule:
    """``guard``: width w of the guard band in units of U; ``share``.

    Largest U over limit or tolerance.
    """

    kind: RuleKind = RuleKind.SIMPLE
    guard: float = 1.0
    share: float | None = None


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A clause of a standard's table of contents.

    ``mandatory`` is None where the source text does not tell.
    ``scope`` counts for a clause without requirement: what its title puts outside a device plan is
    out of scope there. ``demands`` is False for a heading, and for scope, references and terms:
    they ask nothing by themselves. ``provenance``: where title and flag come from, in a pack that
    fills in or corrects a clause of another.
    """

    number: str
    title: str
    title_en: str = ""
    mandatory: bool | None = None
    scope: Scope = Scope.SITE
    demands: bool = True
    note: str = ""
    note_en: str = ""
    provenance: Provenance | None = None


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One testable demand of one clause. ``figure``: where the limit comes from; ``assignment``.

    Why it stands here.
    ``conditions`` must be recorded with a shot or answer, or it cannot be judged; ``only_with``
    (condition: value) must be recorded so, or the demand does not apply to the shot. ``evidence``:
    an answer must name files that bear it out. ``sampling`` (``pack#id``, or ``id`` in the same
    pack) says of how many devices it is asked; empty: of all. ``minimum_raters``: at least so many,
    experts and lay persons both among them. ``part`` counts the item into that part of a completion
    acceptance; None: it is in no score. ``changed_by``: which fields an extending pack has
    otherwise than its base, by its id; loading fills it in.
    """

    id: str
    clause: str
    how: How
    text: str
    text_en: str
    assignment: Provenance
    figure: Provenance | None = None
    modality: Modality = Modality.SHALL
    key_item: bool = False
    scope: Scope = Scope.DEVICE
    subjects: tuple[SubjectKind, ...] = ()
    when: Mapping[str, str] = field(default_factory=dict)
    quantity: str = ""
    region: str = ""
    direction: str = ""
    combine: Combine = Combine.WORST
    statistic: str = ""
    taps: tuple[Tap, ...] = ()
    path: SignalPath | None = None
    conditions: tuple[str, ...] = ()
    only_with: Mapping[str, str] = field(default_factory=dict)
    limit: Limit | None = None
    compare: Compare = Compare.VALUE
    minimum_duration: float | None = None
    minimum_raters: int | None = None
    scale: Scale | None = None
    evidence: bool = False
    sampling: str = ""
    part: Part | None = None
    decision_rule: DecisionRule = field(default_factory=DecisionRule)
    borrows: str = ""
    changed_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How many of a lot of N devices are tested: min(N, the largest of what is asked).

    ``share`` of N, rounded up; ``at_least`` devices; ``inspection_level`` (I, II or III): the
    sample size of ISO 2859-1 for N. ``per_model``: a lot is one kind and model, else one kind.
    ``retest_factor``: how much larger the sample is when a failed item is tested again, once (0: no
    such rule).
    """

    id: str
    clause: str
    text: str
    text_en: str
    figure: Provenance
    modality: Modality = Modality.SHALL
    share: float | None = None
    at_least: int = 1
    inspection_level: str = ""
    per_model: bool = False
    retest_factor: int = 0


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """How the conclusion of a completion acceptance follows.

    K = (n1 + ``basic_weight`` n2) / n for each part.
    n1 items conform, n2 basically conform, of n that were checked. All K at least ``pass_from``:
    通过; all at least ``basic_from``: 基本通过; else, or where a key item fails, 不通过.
    """

    clause: str
    figure: Provenance
    basic_weight: float
    pass_from: float
    basic_from: float


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Where standards differ on one thing.

    Shown in reports that judge by one of ``requirements`` (``pack#id``).
    """

    id: str
    text: str
    text_en: str
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """A requirement, sampling or conflict (``kind``; ``what``: its id) of a base that the extending pack leaves out."""

    kind: str
    what: str
    why: str
    why_en: str = ""
    confirmed_by: str = ""
    confirmed_on: str = ""
    copy: str = ""


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A standard as data.

    Every clause of its contents, and the requirements that are known or stood in for.
    ``extends``: ids of the packs that it was built on, the nearest first, and ``withdrawn``: what
    it left out of them; loading fills both in.
    """

    id: str
    number: str
    title: str
    title_en: str
    edition: str
    clauses: tuple[Clause, ...]
    requirements: tuple[Requirement, ...]
    samplings: tuple[Sampling, ...] = ()
    scoring: Scoring | None = None
    conflicts: tuple[Conflict, ...] = ()
    extends: tuple[str, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    note: str = ""
    note_en: str = ""
