"""A plan as pytest sees it: a module, and a test for each requirement of each device."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from acceptance import metrics
from acceptance.checks import judging
from acceptance.errors import AcceptanceError
from acceptance.messages import visible
from acceptance.pytest_plugin import measured_once, outcomes
from acceptance.pytest_plugin.outcomes import CaseOutcome
from acceptance.report import bottom_lines, warning_lines
from acceptance.session import plan as plans
from acceptance.session import runner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from acceptance.model import Finding, Session, Taken

    Made = tuple[Session, Path]

VERDICT = "verdict"  # the name of the last test of each plan


class PlanModule(pytest.File):
    """A plan: measured once, before the first of its tests that runs."""

    made: Made | measured_once.NotMeasuredError | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each finding that a run will have, then the one of the verdict."""
        try:
            plan, packs = runner.prepare(plans.read(self.path))
            taken: list[Taken] = [*plan.shots, *plan.recordings]
            due = judging.judge(
                packs, plan, (), (), taken, today="", quantities=metrics.quantities()
            )
        except AcceptanceError as error:
            raise self.CollectError(str(error)) from error
        names = Counter(map(_name, due))
        for finding in due:
            name = _name(finding)
            yield RequirementTest.from_parent(
                self,
                name=visible(f"{finding.pack}#{name}" if names[name] > 1 else name),
                key=(finding.requirement, finding.subject),
            )
        yield VerdictTest.from_parent(self, name=VERDICT)

    def measured(self) -> Made:
        """Measure the plan, unless that was done. Fails without traceback where it cannot be."""
        if self.made is None:
            try:
                self.made = measured_once.measure(self.path, self.config)
            except measured_once.NotMeasuredError as error:
                self.made = error
        if isinstance(self.made, measured_once.NotMeasuredError):
            pytest.fail(str(self.made), pytrace=False)
        return self.made


def _name(finding: Finding) -> str:
    """Name a test: clause, requirement and subject."""
    own = finding.requirement.partition("#")[2]
    clause = finding.clause
    named = own if own == clause or own.startswith(f"{clause}/") else f"{clause}/{own}"
    return f"{named}[{finding.subject}]"


class PlanTest(pytest.Item):
    """A test of a plan."""

    @property
    def made(self) -> Made:
        """The session of the plan, and its folder."""
        assert isinstance(self.parent, PlanModule)  # noqa: S101 -- it yields no others
        return self.parent.measured()

    @property
    def strict(self) -> bool:
        """Whether only a firm pass will do."""
        return bool(self.config.getini("acceptance_strict"))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the test stands: in the plan, in no line of it."""
        return self.path, 0, self.name


class RequirementTest(PlanTest):
    """One requirement of one subject."""

    def __init__(self, *, key: tuple[str, str], **fields: Any) -> None:  # noqa: ANN401 -- as pytest has it
        super().__init__(**fields)
        self.key = key
        self.failure = ""

    def setup(self) -> None:
        """Find the finding; skip or break off where it is no verdict."""
        done, _ = self.made
        [finding] = [one for one in done.findings if (one.requirement, one.subject) == self.key]
        self.user_properties += outcomes.properties(finding, done)
        what = outcomes.outcome(finding, done.plan.scope, strict=self.strict)
        said = visible(outcomes.told(finding, done), lines=True)
        if what is CaseOutcome.SKIPPED:  # here: the plan, not this line
            raise pytest.skip.Exception(said.splitlines()[0], _use_item_location=True)
        if what is CaseOutcome.ERROR:
            pytest.fail(said, pytrace=False)
        self.add_report_section("call", "finding", said)
        self.failure = said if what is CaseOutcome.FAILED else ""

    def runtest(self) -> None:
        """Fail where the finding does."""
        if self.failure:
            pytest.fail(self.failure, pytrace=False)


class VerdictTest(PlanTest):
    """The bottom line: red only for what no other test of the plan says."""

    def setup(self) -> None:
        """Add to the report what page 1 says; break off where something else leaves it open."""
        done, folder = self.made
        lines = warning_lines.every(done, "en")
        self.user_properties += [("verdict", done.verdict.value), ("session", str(folder))]
        for warning, line in zip(done.warnings or (), lines, strict=True):
            name = f"warning.{warning.severity}.{warning.code}"
            self.user_properties.append((name, visible(line.sentence)))
        said = "\n".join([*bottom_lines.sentences(done, "en", ()), str(folder)])
        self.add_report_section("call", "verdict", visible(said, lines=True))
        red = {CaseOutcome.ERROR, CaseOutcome.FAILED}
        scope = done.plan.scope
        elsewhere = {
            outcomes.outcome(one, scope, strict=self.strict) for one in done.findings
        } & red
        if judging.exit_code(done.bottom_line, strict=self.strict) and not elsewhere:
            pytest.fail(visible(said, lines=True), pytrace=False)

    def runtest(self) -> None:
        """Do nothing: what is wrong breaks off the setup."""
