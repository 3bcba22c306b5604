"""The institute that issues reports: what it puts on them as its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Accreditation:
    """A mark that an institute may use, and for what."""

    mark: str
    """What it is called: ``CMA``, ``CNAS``."""

    number: str
    """Number of the certificate."""

    until: str
    """ISO date of the last day on which it is valid."""

    items: tuple[str, ...]
    """What the scope covers: ``pack#requirement``, ``pack#clause``, or ``pack#*`` for all."""


@dataclass(frozen=True, kw_only=True)
class Institute:
    """Who issues a report, how it is numbered, and what stands on it besides the findings.

    A plan names a file of it (``docs/institute.md``) and holds it in full once it is read.
    """

    file: str = ""
    """The institute's file, a path from the plan's folder; empty: there is none."""

    name: str = ""
    """Full name; stands for the plan's ``laboratory`` where that is empty."""

    address: str = ""
    """Stands for the plan's ``laboratory_address`` where that is empty."""

    telephone: str = ""
    """As it is dialled."""

    logo: str = ""
    """PNG, a path from the institute's folder; in a session from the session's folder."""

    number: str = ""
    """How reports are numbered: ``{year}-{serial:04d}``; empty: by date and time."""

    counter: str = "numbers.jsonl"
    """List of the numbers drawn so far, a path from the institute's folder."""

    report: str = ""
    """Which report it issues: ``testing`` (检测报告), ``inspection`` (检验报告) or ``acceptance``
    (验收报告); empty: by the plan's scope."""

    seal: bool = True
    """Whether the first page has a place for the seal (公章)."""

    riding_seal: bool = False
    """Whether every page has a place for the seal across its edge (骑缝章)."""

    accreditations: tuple[Accreditation, ...] = ()
    """Marks that stand on a report where their scope covers everything in it."""

    templates: str = ""
    """Folder of own templates, a path as ``logo``; empty: none."""

    phrases: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    """Own words: language -> section -> code -> phrase."""
