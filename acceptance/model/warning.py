"""What a reader of a verdict must know of how it was reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from acceptance.model.basics import Value


class Severity(StrEnum):
    """How much a warning weighs (``docs/warnings.md``)."""

    CAUTION = "caution"
    """It may have turned a failure into a pass: ask before you rely on the verdict."""

    NOTE = "note"
    """It belongs to honest work too, and is said so that nobody has to look for it."""


@dataclass(frozen=True, kw_only=True)
class SessionWarning:
    """One circumstance that a reader must know: a code and its parameters, never a sentence."""

    code: str
    """Its phrase in ``report_templates/*.toml``, section ``warning``: ``weaker_limit`` ..."""

    severity: Severity
    """How much it weighs."""

    parameters: Mapping[str, Value] = field(default_factory=dict)
    """What the phrase names, by parameter; empty where it names nothing."""

    items: tuple[str, ...] = ()
    """All that it is about (requirements, subjects, shots ...); the phrase names the first few."""
