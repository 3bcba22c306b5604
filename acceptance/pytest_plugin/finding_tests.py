"""Tests that tell findings, and the verdict that they add up to."""

from __future__ import annotations

from typing import Any

import pytest

from acceptance.checks import judging
from acceptance.messages import language, visible
from acceptance.pytest_plugin import outcomes
from acceptance.pytest_plugin.outcomes import CaseOutcome
from acceptance.pytest_plugin.plan_test import PlanTest, tell
from acceptance.report import bottom_lines, warning_lines

RED = {CaseOutcome.ERROR, CaseOutcome.FAILED}


class RequirementTest(PlanTest):
    """One requirement of one subject."""

    def __init__(self, *, key: tuple[str, str], **fields: Any) -> None:  # noqa: ANN401 -- as pytest has it
        super().__init__(**fields)
        self.key = key
        self.failure = ""

    def setup(self) -> None:
        """Find the finding; skip or break off where it is no verdict."""
        done, _ = self.module.measured()
        finding = self.module.finding(*self.key)
        tell(self.user_properties, outcomes.properties(finding, done))
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
    """The bottom line: red only for what no other test of the plan that runs says."""

    def setup(self) -> None:
        """Add to the report what page 1 says; break off where something else leaves it open."""
        done, folder = self.module.measured()
        lines = warning_lines.every(done, language(), ())
        warned = [
            (f"warning.{warning.severity}.{warning.code}", visible(line.sentence))
            for warning, line in zip(done.warnings or (), lines, strict=True)
        ]
        tell(
            self.user_properties,
            [("verdict", done.verdict.value), ("session", str(folder)), *warned],
        )
        said = "\n".join([*bottom_lines.sentences(done, language(), ()), str(folder)])
        self.add_report_section("call", "verdict", visible(said, lines=True))
        scope, strict = done.plan.scope, self.strict
        elsewhere = {
            outcomes.outcome(self.module.finding(*key), scope, strict=strict)
            for key in self._chosen()
        }
        if judging.exit_code(done.bottom_line, strict=strict) and not elsewhere & RED:
            pytest.fail(visible(said, lines=True), pytrace=False)

    def _chosen(self) -> list[tuple[str, str]]:
        """Return the findings of the plan whose tests run, too: ``-k`` leaves some out."""
        beside = (item for item in self.session.items if item.parent is self.parent)
        return [item.key for item in beside if isinstance(item, RequirementTest)]

    def runtest(self) -> None:
        """Do nothing: what is wrong breaks off the setup."""
