"""A standard as data: its clauses and requirements, samplings, and what an overlay changed."""

from __future__ import annotations

from dataclasses import dataclass

from acceptance.model.standard import Modality, Provenance, Requirement, Scope, Validity


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A clause of a standard's table of contents."""

    number: str
    """As in the standard."""

    title: str
    """Title in Chinese."""

    title_en: str = ""
    """Title in English; empty: not translated."""

    mandatory: bool | None = None
    """Whether the clause is mandatory; None: the source text does not say."""

    scope: Scope = Scope.SITE
    """Whether a clause without requirement concerns a device too, or only a site."""

    demands: bool = True
    """False for headings, scope, references and terms: they ask nothing by themselves."""

    note: str = ""
    """Remark in Chinese; empty: none."""

    note_en: str = ""
    """The same in English."""

    provenance: Provenance | None = None
    """Where title and flag come from, in a pack that fills in a clause of another.
    None: from the pack's own standard."""


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How many of a lot of N devices are tested: min(N, the largest of what is asked)."""

    id: str
    """Unique in its pack."""

    clause: str
    """Number of its clause."""

    text: str
    """The rule in Chinese."""

    text_en: str
    """The rule in English."""

    figure: Provenance
    """Where the numbers come from."""

    modality: Modality = Modality.SHALL
    """Whether it shall, should or may be sampled so."""

    share: float | None = None
    """Share of N, above 0 and at most 1, rounded up; None: no share is asked."""

    at_least: int = 1
    """Least number of devices, 1 or more; never more than the lot holds."""

    inspection_level: str = ""
    """``I`` or ``II``: sample size of ISO 2859-1 for N; empty: none is asked."""

    per_model: bool = False
    """True: a lot is one kind, manufacturer and model; False: one kind."""

    retest_factor: int = 0
    """How many times larger the sample of a re-test is, 2 or more; 0: no such rule."""


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """How the conclusion of a completion acceptance follows.

    K = (n1 + ``basic_weight`` n2) / n for each part, where n1 items conform and n2 basically
    conform of the n that were checked. Every K at least ``pass_from``:
    通过; every K at least ``basic_from``: 基本通过; else, or where a key item fails, 不通过.
    """

    clause: str
    """Number of its clause."""

    figure: Provenance
    """Where the numbers come from."""

    basic_weight: float
    """Weight of an item that basically conforms, 0 to 1."""

    pass_from: float
    """Lowest K of every part for 通过, 0 to 1."""

    basic_from: float
    """Lowest K of every part for 基本通过, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Where standards differ on one thing; reports that judge by one of them show it."""

    id: str
    """Unique in its pack; ``pack#id`` once loaded."""

    text: str
    """What differs, in Chinese."""

    text_en: str
    """What differs, in English."""

    requirements: tuple[str, ...] = ()
    """``pack#id`` of those whose reports show it; empty: all of the pack it is in."""


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """A requirement, sampling or conflict of a base that the extending pack leaves out."""

    kind: str
    """``requirement``, ``sampling`` or ``conflict``."""

    what: str
    """Its id in the base."""

    why: str
    """Reason in Chinese."""

    why_en: str = ""
    """Reason in English; empty: not translated."""

    confirmed_by: str = ""
    """Who confirmed it; given with the next two or not at all."""

    confirmed_on: str = ""
    """ISO date of the confirmation; empty: not confirmed."""

    copy: str = ""
    """Authentic copy in which it was confirmed; empty: not confirmed."""


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A standard as data: its clauses, and the requirements that are known."""

    id: str
    """As in ``pack#id``."""

    number: str
    """Number of the standard."""

    title: str
    """Title in Chinese."""

    title_en: str
    """Title in English."""

    edition: str
    """Edition of the standard, as printed."""

    clauses: tuple[Clause, ...]
    """Every clause of its contents, in order."""

    requirements: tuple[Requirement, ...]
    """What is asked, as far as it is known or assumed in its place."""

    samplings: tuple[Sampling, ...] = ()
    """How many devices are tested."""

    scoring: Scoring | None = None
    """How a completion acceptance concludes; None: the standard has no such rule."""

    conflicts: tuple[Conflict, ...] = ()
    """Where standards differ."""

    validity: Validity | None = None
    """From when to when it holds, and what replaced it; None: the pack does not say."""

    extends: tuple[str, ...] = ()
    """Filled in on loading: ids of the packs that it is built on, the nearest first."""

    withdrawn: tuple[Withdrawal, ...] = ()
    """Filled in on loading: what it leaves out of those packs."""

    note: str = ""
    """Remark in Chinese; empty: none."""

    note_en: str = ""
    """The same in English."""
