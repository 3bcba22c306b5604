"""Lots of devices and what draws of them: what the tests of sampling share."""

from __future__ import annotations

from typing import Any

from acceptance.model import (
    Clause,
    Draw,
    How,
    Level,
    Pack,
    Plan,
    Provenance,
    Requirement,
    Sampling,
    Subject,
    SubjectKind,
)

SEEN = Provenance(source="GB 50339-2013", clause="19.0.4(2)", level=Level.SEEN)


SEED = "2026-216"


def rule(**fields: Any) -> Sampling:
    """20 %, at least 3, re-tested on the double (GB 50348-2004 chapter 7, GB 50339-2013 19.0.4)."""
    plain: dict[str, Any] = {"share": 0.2, "at_least": 3, "retest_factor": 2}
    return Sampling(
        **(
            {"id": "cameras", "clause": "19.0.4(2)", "text": "", "text_en": "", "figure": SEEN}
            | plain
            | fields
        )
    )


def by_level(level: str) -> Sampling:
    """GB 50348-2018 9.1.5: by model, at an inspection level, never fewer than 5."""
    return rule(share=None, at_least=5, inspection_level=level, per_model=True)


def cameras(
    count: int, kind: SubjectKind = SubjectKind.FIXED, **fields: Any
) -> tuple[Subject, ...]:
    """Cameras cam-01, cam-02 ... below nothing."""
    prefix = "cam" if kind is SubjectKind.FIXED else kind.value
    return tuple(
        Subject(id=f"{prefix}-{number:02}", kind=kind, **fields) for number in range(1, count + 1)
    )


def question(name: str = "sharp", **fields: Any) -> Requirement:
    """Make an inspected demand that is asked of a sample."""
    plain: dict[str, Any] = {
        "id": name,
        "clause": "5",
        "how": How.INSPECTED,
        "text": "",
        "text_en": "",
    }
    return Requirement(**(plain | {"assignment": SEEN, "sampling": "cameras"} | fields))


def standard(*requirements: Requirement, by: Sampling | None = None) -> Pack:
    """Make a pack of one clause with one sampling."""
    clause = Clause(number="5", title="五", mandatory=True)
    return Pack(id="x", number="X", title="X", title_en="X", edition="1", clauses=(clause,),
                requirements=requirements or (question(),), samplings=(by or rule(),))  # fmt: skip


def plan(subjects: tuple[Subject, ...], *draws: Draw, **fields: Any) -> Plan:
    """Make a plan."""
    return Plan(subjects=subjects, shots=(), packs=("x",), draws=draws, **fields)


def first(**fields: Any) -> Draw:
    """Draw by the sampling of ``standard``."""
    return Draw(**({"sampling": "x#cameras", "seed": SEED} | fields))


def again(*failed: str, **fields: Any) -> Draw:
    """Re-test of ``first``."""
    return first(
        **(
            {"seed": "2026-230", "retest_of": SEED, "failed": failed, "session": "20261125-1"}
            | fields
        )
    )


GOLDEN = ["cam-08", "cam-10", "cam-01", "cam-12", "cam-11", "cam-13"]
