"""A session as JUnit XML, for what watches builds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from acceptance import wording
from acceptance.checks import taken_out
from acceptance.checks.decision import FAILURES
from acceptance.messages import visible
from acceptance.model import Verdict
from acceptance.report import warning_lines
from acceptance.report.bottom_lines import bottom_line
from acceptance.report.names import Names
from acceptance.report.rows import UNJUDGED, finding_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Finding, Pack, Scope, Session
    from acceptance.report.rows import FindingRow
    from acceptance.report.warning_lines import WarningLine

COUNTERS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


clean = partial(visible, lines=True)  # control characters are not XML, not even escaped


def junit(session: Session, packs: Sequence[Pack]) -> str:
    """Return JUnit XML: one suite for each pack, one case for each requirement and subject.

    不合格 is a failure, 无法判定 and an untested mandatory item an error, 不适用, what the plan of
    a device takes out of its scope, and any other untested item skipped. What only should or may be
    never breaks a build: its failure is a passed case that says so in ``system-out``.
    """
    rows = finding_rows(session, Names(plan=session.plan, packs=packs, lang="en"))
    root = ET.Element("testsuites", name=clean(session.id))
    lines = warning_lines.every(session, "en", packs)
    for pack in packs:
        cases = [_case(row, session) for row in rows if row.finding.pack == pack.id]
        suite = ET.SubElement(root, "testsuite", name=clean(pack.number), tests=str(len(cases)))
        for counter, outcome in COUNTERS.items():
            suite.set(counter, str(sum(case.find(outcome) is not None for case in cases)))
        _tell(suite, lines, session, pack)
        suite.extend(cases)
        ET.SubElement(suite, "system-out").text = clean(bottom_line(session, "en", packs))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _tell(suite: ET.Element, lines: Sequence[WarningLine], session: Session, pack: Pack) -> None:
    """Say in a suite's properties how the verdict was reached, a property for each warning."""
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="verdict", value=session.verdict.value)
    for concluded in (one for one in session.conclusions if one.pack == pack.id):
        said = wording.outcome(concluded, "en")
        ET.SubElement(properties, "property", name="conclusion", value=said)
    for warning, line in zip(session.warnings or (), lines, strict=True):
        name = f"warning.{warning.severity}.{warning.code}"
        ET.SubElement(properties, "property", name=name, value=clean(line.sentence))


def _case(row: FindingRow, session: Session) -> ET.Element:
    finding = row.finding
    name = clean(f"{row.item} [{finding.subject}]")
    case = ET.Element("testcase", classname=clean(finding.requirement), name=name)
    properties = ET.SubElement(case, "properties")
    for key, value in _properties(row, session).items():
        ET.SubElement(properties, "property", name=key, value=clean(value))
    verdict, why = wording.verdict(finding, "en"), wording.reason(finding.reason, "en")
    message = clean(f"{verdict}: {why}")
    outcome = _outcome(row, session.plan.scope)
    if outcome:
        ET.SubElement(case, outcome, message=message, type=finding.reason.code)
    elif not finding.decides:
        ET.SubElement(case, "system-out").text = _no_effect(finding, message)
    return case


def _no_effect(finding: Finding, message: str) -> str:
    phrase: str = wording.phrases("en")["report"]["no_effect"]
    return phrase.format(modality=finding.modality, message=message)


def _outcome(row: FindingRow, scope: Scope) -> str | None:
    verdict = row.finding.verdict
    if not row.finding.decides:
        return "skipped" if verdict in UNJUDGED else None
    if verdict in FAILURES:
        return "failure"
    if verdict is Verdict.INCONCLUSIVE or taken_out.leaves_open(row.finding, scope):
        return "error"
    return "skipped" if verdict in UNJUDGED else None


def _properties(row: FindingRow, session: Session) -> dict[str, str]:
    finding = row.finding
    shots = {session.measurements[index].shot for index in finding.measurements}
    evidence = " ".join(shot.sha256 for shot in session.taken if shot.id in shots)
    expanded = finding.expanded_uncertainty or None
    properties = {
        "clause": finding.clause,
        "verdict": finding.verdict.value,
        "modality": finding.modality.value,
        "provisional": str(finding.provisional).lower(),
        "limit": wording.limit(finding.limit, "en") if finding.limit else None,
        "value": None if finding.value is None else f"{finding.value!r} {finding.unit}",
        "U": None if expanded is None else f"{expanded!r} {finding.unit}",
        "evidence": evidence or None,
    }
    return {name: value for name, value in properties.items() if value is not None}
