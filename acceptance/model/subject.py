"""What is under test: a tree of site, systems and devices."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 -- pydantic reads the annotations at run time
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
    """A node of the tree under test.

    ``facts`` are inherited from the parent and select requirements.
    ``address`` is that on the network, without user and password.
    """

    id: str
    kind: SubjectKind
    name: str = ""
    parent: str | None = None
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    address: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
