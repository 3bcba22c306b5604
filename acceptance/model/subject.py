"""What is under test: a tree of site, systems and devices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class SubjectKind(StrEnum):
    """What is under test: the site, a system on it, or a device of a stated kind."""

    SITE = "site"
    SYSTEM = "system"
    FIXED = "fixed"
    DOME = "dome"
    PTZ = "ptz"
    FISHEYE = "fisheye"
    THERMAL = "thermal"
    RECORDER = "recorder"
    SCREEN = "screen"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A node of the tree under test."""

    id: str
    """Letters, digits, ``_``, ``-`` and ``.``, 64 at most; unique in the plan."""

    kind: SubjectKind
    """What it is."""

    name: str = ""
    """As in the report; empty: the id is printed."""

    parent: str | None = None
    """Id of the subject above; None: it is a root."""

    manufacturer: str = ""
    """As printed; empty: not stated."""

    model: str = ""
    """Maker's designation; empty: not stated."""

    serial: str = ""
    """Serial number; empty: not stated."""

    address: str = ""
    """On the network, without user and password; empty: not stated."""

    source: str = ""
    """URL of its stream (``rtsp://``, ``rtsps://``), or ``HOST[:PORT]`` of ONVIF, without password;
    empty: not stated."""

    facts: Mapping[str, str] = field(default_factory=dict)
    """Facts by name, which select requirements; those of the parent hold where none is given."""
