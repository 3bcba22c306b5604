"""The warnings of a session that is not measured yet, as far as they are known before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from acceptance import __version__
from acceptance.checks import conclusion, sampling
from acceptance.model import DeviceRecord, LogEntry, Recordings, Session, Shot
from acceptance.model.basics import CHINA
from acceptance.session import earlier, intake, store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.model import (
        BottomLine,
        Finding,
        Measurement,
        Pack,
        Plan,
        Predecessor,
        SessionWarning,
        Taken,
        Value,
    )


def warnings(
    plan: Plan,
    packs: Sequence[Pack],
    taken: Sequence[Taken],
    supposed: Sequence[Measurement],
    findings: tuple[Finding, ...],
    line: BottomLine,
    predecessors: tuple[Predecessor, ...],
    out: Path,
) -> tuple[SessionWarning, ...]:
    """Find what a run of a plan would warn of if every shot gave what is ``supposed``.

    ``line`` is the bottom line of the ``findings``, ``out`` the folder in which the session would
    lie. What follows from pictures alone, such as a chart that is found, cannot be known. Raises
    PackError.
    """
    now = datetime.now(CHINA).isoformat(timespec="seconds")
    session = Session(
        id="", plan=plan, started=now, finished=now, operator=plan.operator,
        tool_version=__version__, hashes={}, notes=(), log=(),
        shots=tuple(one for one in taken if isinstance(one, Shot)),
        recordings=tuple(one for one in taken if isinstance(one, Recordings)),
        device_records=tuple(one for one in taken if isinstance(one, DeviceRecord)),
        measurements=tuple(supposed), findings=findings,
        bottom_line=line,
        conclusions=conclusion.conclude(packs, findings, plan.scope),
        samples=sampling.draw(packs, plan), predecessors=predecessors,
    )  # fmt: skip
    with TemporaryDirectory() as name:
        intake.keep_packs(packs, plan.packs, Path(name))
        kept = Path(name) / store.PACKS
        log = [_entry(now, *found) for found in earlier.beside(out, session)]
        log.append(_entry(now, "judged", store.own_packs(packs, kept)))
        return store.warnings(replace(session, log=tuple(log)), packs, kept)


def _entry(when: str, what: str, details: Mapping[str, Value]) -> LogEntry:
    return LogEntry(when=when, what=what, details=details, previous="", sha256="")
