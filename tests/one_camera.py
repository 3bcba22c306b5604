"""One requirement of one camera, judged: what the tests of judging state and ask."""

from __future__ import annotations

from typing import Any

from acceptance.checks import pack as packs
from acceptance.checks.judging import judge
from acceptance.model import (
    Answer,
    Clause,
    Compare,
    Finding,
    How,
    Level,
    Limit,
    Measurement,
    Note,
    Pack,
    Plan,
    Provenance,
    Reason,
    Requirement,
    Score,
    Shot,
    Subject,
    SubjectKind,
    Verdict,
)

TODAY = "2026-11-20"
QUANTITIES = {
    "resolution.wedge_horizontal": "TVL",
    "grey_scale.steps": "1",
    "noise.snr": "dB",
    "frame_rate.unique": "frame/s",
    "latency.glass_to_glass": "ms",
}
CONFIRMED = Provenance(source="X", level=Level.SEEN, confirmed_by="Li", confirmed_on="2026-11-01")
SHIPPED = packs.load_all(packs.names(), QUANTITIES)


def requirement(**fields: Any) -> Requirement:
    """One measured demand of clause 5: noise.snr of at least 36 dB."""
    plain: dict[str, Any] = {
        "id": "snr",
        "clause": "5",
        "how": How.MEASURED,
        "text": "",
        "text_en": "",
        "assignment": CONFIRMED,
        "figure": CONFIRMED,
        "quantity": "noise.snr",
        "limit": Limit(unit="dB", at_least=36),
    }
    return Requirement(**(plain | fields))


def question(**fields: Any) -> Requirement:
    """One inspected demand of clause 5."""
    return requirement(**({"how": How.INSPECTED, "quantity": "", "limit": None} | fields))


def standard(*requirements: Requirement, mandatory: bool | None = True) -> Pack:
    """Make a pack of one clause."""
    clause = Clause(number="5", title="五", mandatory=mandatory)
    return Pack(
        id="x",
        number="X",
        title="X",
        title_en="X",
        edition="1",
        clauses=(clause,),
        requirements=requirements,
    )


def measured(value: float = 40, **fields: Any) -> Measurement:
    """Make a measurement of noise.snr of the camera, from shot s."""
    plain: dict[str, Any] = {
        "subject": "camera",
        "quantity": "noise.snr",
        "value": value,
        "unit": "dB",
        "uncertainty": 0.5,
        "k": 2,
        "degrees_of_freedom": None,
        "samples": 32,
        "method": "m",
        "shot": "s",
    }
    return Measurement(**(plain | fields))


def plan(**fields: Any) -> Plan:
    """Make a plan of one fixed camera."""
    subjects = (Subject(id="camera", kind=SubjectKind.FIXED),)
    return Plan(**({"subjects": subjects, "shots": (), "packs": ("x",)} | fields))


SHOT = Shot(id="s", subject="camera", clip="s.mp4")


def one(
    demand: Requirement,
    *measurements: Measurement,
    given: Plan | None = None,
    notes: tuple[Note, ...] = (),
    shots: tuple[Shot, ...] = (SHOT,),
    quantities: dict[str, str] | None = None,
) -> Finding:
    """Judge one requirement of one camera."""
    asked = given or plan()
    [finding] = judge(
        (standard(demand),), asked, measurements, notes, shots, today=TODAY, quantities=quantities
    )
    return finding


def outcome(finding: Finding) -> tuple[str, str]:
    """Verdict and reason code."""
    return finding.verdict.value, finding.reason.code


def lines(value: float, sampling_limit: float | None) -> Measurement:
    """Make a wedge reading of a picture that samples so many TV lines."""
    details = {} if sampling_limit is None else {"sampling_limit": sampling_limit}
    return measured(
        value, quantity="resolution.wedge_horizontal", unit="TVL", uncertainty=2, details=details
    )


def tv_lines(**limit: float) -> Requirement:
    """Ask for TV lines."""
    return requirement(quantity="resolution.wedge_horizontal", limit=Limit(unit="TVL", **limit))


def rate(**fields: Any) -> Requirement:
    """25 frame/s, judged as a count over at least 60 s."""
    plain: dict[str, Any] = {
        "quantity": "frame_rate.unique",
        "compare": Compare.COUNT,
        "minimum_duration": 60,
        "limit": Limit(unit="frame/s", at_least=25),
    }
    return requirement(**(plain | fields))


def frames(count: int | None, duration: float | None) -> Measurement:
    """Make a frame rate with the count and duration behind it."""
    value = count / duration if count and duration else 25
    return measured(
        value, quantity="frame_rate.unique", unit="frame/s", count=count, duration=duration
    )


TREE = (
    Subject(id="site", kind=SubjectKind.SITE, facts={"system": "digital", "picture": "colour"}),
    Subject(id="system", kind=SubjectKind.SYSTEM, parent="site"),
    Subject(id="camera", kind=SubjectKind.FIXED, parent="system"),
    Subject(id="night", kind=SubjectKind.FIXED, parent="system", facts={"picture": "monochrome"}),
)


def answered(demand: Requirement, *answers: dict[str, Any], **fields: Any) -> Finding:
    """Judge a requirement of the camera by answers."""
    plain = {
        "subject": "camera",
        "requirement": "x#snr",
        "by": "Li",
        "when": "2026-11-20T10:00:00+08:00",
    }
    return one(
        demand, given=plan(answers=tuple(Answer(**(plain | one)) for one in answers), **fields)
    )


def scores(*values: float) -> tuple[Score, ...]:
    """One score per rater; the first two are experts."""
    return tuple(
        Score(rater=f"rater {number}", score=value, expert=number < 2)
        for number, value in enumerate(values)
    )


READING = question(how=How.READ, limit=Limit(unit="Ω", at_most=4))


def found(verdict: Verdict, name: str = "a", **fields: Any) -> Finding:
    """Make a finding of a mandatory shall."""
    plain: dict[str, Any] = {
        "pack": "x",
        "clause": "5",
        "mandatory": True,
        "reason": Reason(code="r"),
    }
    return Finding(subject="camera", requirement=f"x#{name}", verdict=verdict, **(plain | fields))


CAMERA = Subject(
    id="camera", kind=SubjectKind.FIXED, facts={"system": "digital", "picture": "colour"}
)
