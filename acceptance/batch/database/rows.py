"""What a session holds, as rows of the results database.

No database holds NUL or half of a surrogate pair: they are written as escapes. All else stays.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from acceptance.checks.sampling import NO_DEVICES
from acceptance.errors import InputError
from acceptance.files import regular, strict_toml
from acceptance.model import Instrument, Verdict
from acceptance.session.evidence import hash_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from acceptance.model import (
        Finding,
        Measurement,
        Pack,
        Person,
        Predecessor,
        Session,
        Subject,
        Taken,
    )

    Row = dict[str, Any]

OF_INSTRUMENT = attrgetter(*(field.name for field in fields(Instrument)))
SEVERITY = {
    verdict: number
    for number, verdict in enumerate(
        (
            Verdict.NOT_APPLICABLE,
            Verdict.PASS,
            Verdict.CONDITIONAL_PASS,
            Verdict.NOT_TESTED,
            Verdict.INCONCLUSIVE,
            Verdict.CONDITIONAL_FAIL,
            Verdict.FAIL,
        )
    )
}


def text(value: object) -> str:
    """Return a text as a database can hold it."""
    return str(value).encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def key(*parts: object) -> str:
    """Hash what identifies a row."""
    return hashlib.sha256(json.dumps([text(part) for part in parts]).encode()).hexdigest()


def _json(held: Mapping[str, object]) -> str:
    return text(json.dumps(dict(held), ensure_ascii=False))


def pack_key(session: Session, name: str) -> str:
    """Return the key of a pack as a session holds it."""
    return key(name, session.hashes.get(f"data/packs/{name}.toml", ""))


def session_row(session: Session) -> Row:
    """Return the row of the session itself, but for where it comes from."""
    project = session.plan.project
    return {
        "number": text(session.id),
        "started": text(session.started),
        "finished": text(session.finished),
        "operator": text(session.operator),
        "tool_version": text(session.tool_version),
        "scope": str(session.bottom_line.scope),
        "verdict": str(session.verdict),
        "provisional": session.bottom_line.provisional,
        "supersedes": text(session.supersedes),
        "project": text(project.title),
        "customer": text(project.customer),
        "place": text(project.place),
    }


def signers(session: int, vouched: Predecessor | None) -> list[Row]:
    """Return who signed a session."""
    return [
        {
            "session": session,
            "position": position,
            "name": text(one.name),
            "certificate": text(one.certificate),
        }
        for position, one in enumerate(vouched.signers if vouched else ())
    ]


def instrument_row(instrument: Instrument) -> Row:
    """Return the row of an instrument."""
    return {
        "key": key(*OF_INSTRUMENT(instrument)),
        "instrument": text(instrument.id),
        "name": text(instrument.name),
        "model": text(instrument.model),
        "serial": text(instrument.serial),
        "certificate": text(instrument.certificate),
        "calibrated_on": text(instrument.calibrated_on or ""),
        "due": text(instrument.due or ""),
        "range": text(instrument.range),
        "accuracy": text(instrument.accuracy),
    }


def person_row(person: Person) -> Row:
    """Return the row of a person."""
    methods = " ".join(person.methods)
    held = {"name": text(person.name), "role": text(person.role), "methods": text(methods)}
    return {"key": key(*held.values())} | held


def chart_copies(folder: Path) -> tuple[Row, ...]:
    """Return the rows of the printed copies among the files of a folder of charts."""
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    return tuple(row for file in files for row in chart_copy(file))


def chart_copy(file: Path) -> list[Row]:
    """Return the row of a printed copy's file; none for a chart's own file, and for no TOML."""
    try:
        content, digest = regular.content(file), hash_file(file)
        stated = strict_toml.loads(content, str(file))
    except (OSError, InputError):
        return []
    if not {"chart", "serial"} <= stated.keys():
        return []
    named = {"chart": "chart", "serial": "serial", "measured_on": "measured_on", "due": "due"}
    named["measured_by"] = "by"
    return [{"key": digest} | {name: text(stated.get(of, "")) for name, of in named.items()}]


class SessionRows:
    """The rows of one session."""

    def __init__(self, session: Session, packs: Sequence[Pack] = ()) -> None:
        self.session = session
        self.packs = [self._pack(name, packs) for name in self._pack_names()]
        self.instruments = [instrument_row(one) for one in session.plan.instruments]
        self.people = [person_row(one) for one in session.plan.people]
        self._shots = {one.id: number for number, one in enumerate(session.taken)}
        self._asked = {
            f"{pack.id}#{asked.id}": asked for pack in packs for asked in pack.requirements
        }

    def _pack_names(self) -> list[str]:
        """Name the packs of the plan, and any other that findings name."""
        named = (one.pack for one in self.session.findings)
        return [*dict.fromkeys((*self.session.plan.packs, *named))]

    def _pack(self, name: str, packs: Sequence[Pack]) -> Row:
        about = next((pack for pack in packs if pack.id == name), None)
        return {
            "key": pack_key(self.session, name),
            "pack": text(name),
            "sha256": text(self.session.hashes.get(f"data/packs/{name}.toml", "")),
            "number": text(about.number) if about else "",
            "title": text(about.title) if about else "",
            "title_en": text(about.title_en) if about else "",
            "edition": text(about.edition) if about else "",
        }

    def requirements(self, packs: Mapping[str, int]) -> list[Row]:
        """Return what was asked, each once; ``packs``: numbers by key."""
        return [
            {
                "key": asked,
                "pack": packs[pack_key(self.session, one.pack)],
                "clause": text(one.clause),
                "requirement": text(one.requirement),
                "text": text(self._text(one.requirement, "text")),
                "text_en": text(self._text(one.requirement, "text_en")),
            }
            for asked, one in {self._key(one): one for one in self.session.findings}.items()
        ]

    def _text(self, requirement: str, field: str) -> str:
        return getattr(self._asked.get(requirement), field, "")

    def _key(self, finding: Finding) -> str:
        return key(pack_key(self.session, finding.pack), finding.clause, finding.requirement)

    def devices(self) -> list[Row]:
        """Return the devices among the subjects."""
        return [
            {
                "key": self._device_key(one),
                "manufacturer": text(one.manufacturer),
                "model": text(one.model),
                "serial": text(one.serial),
            }
            for one in self.session.plan.subjects
            if one.kind not in NO_DEVICES
        ]

    def _device_key(self, subject: Subject) -> str:
        """Hash what makes a subject subject device in all sessions (``schema.devices``)."""
        if subject.serial:
            return key(subject.manufacturer, subject.model, subject.serial)
        project = self.session.plan.project
        where = (project.title, project.customer, project.place)
        within = where if any(where) else (self.session.id,)
        return key(subject.manufacturer, subject.model, "", subject.id, *within)

    def subjects(self, session: int, devices: Mapping[str, int]) -> list[Row]:
        """Return what was under test, and whatever else findings and measurements name."""
        known = [
            {
                "session": session,
                "device": devices.get(self._device_key(one)),
                "subject": text(one.id),
                "kind": str(one.kind),
                "name": text(one.name),
                "parent": text(one.parent or ""),
                "facts": _json(one.facts),
            }
            for one in self.session.plan.subjects
        ]
        held = {row["subject"] for row in known}
        bare = dict.fromkeys(("device", "kind", "name", "parent", "facts"), "") | {"device": None}
        others = {text(name): {"session": session} | bare for name in self._named()}
        return [
            *known,
            *({**row, "subject": name} for name, row in others.items() if name not in held),
        ]

    def _named(self) -> list[str]:
        held = self.session
        figures = [one.subject for one in held.measurements]
        return [*figures, *(one.subject for one in held.findings), *_filmed(held)]

    def shots(self, session: int, subjects: Mapping[str, int]) -> list[Row]:
        """Return what was filmed, recordings last."""
        return [
            _shot(one)
            | {
                "session": session,
                "position": position,
                "subject": subjects[text(one.subject)],
            }
            for position, one in enumerate(self.session.taken)
        ]

    def measurements(self, session: int, subjects: Mapping[str, int]) -> list[Row]:
        """Return all figures."""
        return [
            _measurement(one)
            | {
                "session": session,
                "position": position,
                "subject": subjects[text(one.subject)],
                "shot": self._shots.get(one.shot),
            }
            for position, one in enumerate(self.session.measurements)
        ]

    def findings(
        self, session: int, subjects: Mapping[str, int], requirements: Mapping[str, int]
    ) -> list[Row]:
        """Return the verdicts."""
        return [
            _finding(one)
            | {
                "session": session,
                "position": position,
                "subject": subjects[text(one.subject)],
                "requirement": requirements[self._key(one)],
            }
            for position, one in enumerate(self.session.findings)
        ]


def _filmed(session: Session) -> list[str]:
    return [one.subject for one in session.taken]


def _shot(taken: Taken) -> Row:
    stated = {each.name: str(each.value) for each in taken.conditions}
    return {
        "shot": text(taken.id),
        "filmed": text(taken.filmed),
        "tap": str(taken.tap),
        "path": str(taken.path),
        "stream": text(stated.get("profile", "")),
        "light": text(stated.get("day_night", "")),
        "sha256": text(taken.sha256),
        "chart_copy": text(getattr(taken, "chart_copy", "")),
        "retaken": text(getattr(taken, "retaken", "")),
    }


def _measurement(measurement: Measurement) -> Row:
    return {
        "quantity": text(measurement.quantity),
        "value": measurement.value,
        "unit": text(measurement.unit),
        "u": measurement.uncertainty,
        "k": measurement.k,
        "expanded": measurement.expanded,
        "degrees_of_freedom": measurement.degrees_of_freedom,
        "samples": measurement.samples,
        "region": text(measurement.region),
        "direction": text(measurement.direction),
        "statistic": text(measurement.statistic),
        "lower_bound": measurement.lower_bound,
        "upper_bound": measurement.upper_bound,
        "method": text(measurement.method),
    }


def _finding(finding: Finding) -> Row:
    return {
        "verdict": str(finding.verdict),
        "severity": SEVERITY[finding.verdict],
        "mandatory": finding.mandatory,
        "decides": finding.decides,
        "how": str(finding.how),
        "quantity": text(finding.quantity),
        "value": finding.value,
        "unit": text(finding.unit),
        "u": finding.uncertainty,
        "k": finding.k,
        "expanded": finding.expanded_uncertainty,
        "at_least": finding.limit.at_least if finding.limit else None,
        "at_most": finding.limit.at_most if finding.limit else None,
        "rule": str(finding.decision_rule.kind) if finding.decision_rule else "",
        "probability": finding.probability,
        "reason": text(finding.reason.code),
        "parameters": _json(finding.reason.parameters),
        "provisional": finding.provisional,
    }
