"""What was done, in order: entries of which each holds the hash of the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from acceptance.model.basics import Value


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One line of an append-only log."""

    when: str
    """ISO time of the entry."""

    what: str
    """In a session's log ``started``, ``resumed``, ``taken``, ``changed_since``,
    ``measured_before``, ``measured``, ``captured``, ``set_aside``, ``others_aside``, ``earlier``,
    ``judged``, ``judged_again``, ``reported``, ``reported_and_signed`` or ``signed``; in a file of
    commitments ``committed`` or ``seeded``."""

    details: Mapping[str, Value]
    """What was done, to what, by name."""

    previous: str
    """SHA-256 of the entry before; empty in the first."""

    sha256: str
    """SHA-256 of the other four fields as JSON with sorted keys, no blanks, UTF-8 unescaped."""
