"""A plan as pytest sees it: a module, and a test for each requirement of each device."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from acceptance import metrics
from acceptance.checks import judging
from acceptance.errors import AcceptanceError
from acceptance.messages import visible
from acceptance.pytest_plugin import baseline_tests
from acceptance.pytest_plugin.finding_tests import RequirementTest, VerdictTest
from acceptance.pytest_plugin.plan_test import MeasuredModule
from acceptance.session import live_sources, runner
from acceptance.session import plan as plans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pytest

    from acceptance.model import Finding

VERDICT = "verdict"  # the name of the last test of each plan


class PlanModule(MeasuredModule):
    """A plan and its tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each finding that a run will have, each baseline, and the verdict.

        A plan that cannot be used is an error whatever is chosen (``-k``), and keeps no other test
        from running: those of other cameras are as good as they were.
        """
        try:
            plan, packs = runner.prepare(plans.read(self.path))
            live_sources.require_none(plan, self.path.name)
            taken = plan.taken
            units = metrics.quantities()
            due = judging.judge(packs, plan, (), (), taken, today="", quantities=units)
            held = [*baseline_tests.of(self, [one.id for one in taken])]
        except AcceptanceError as error:
            self.config.option.continue_on_collection_errors = True
            raise self.CollectError(str(error)) from error
        yield from self._requirements(due)
        yield from held
        yield VerdictTest.from_parent(self, name=VERDICT)

    def _requirements(self, due: Sequence[Finding]) -> Iterator[pytest.Item]:
        times = Counter(map(_name, due))
        for finding in due:
            name = _name(finding)
            whole = name if times[name] == 1 else f"{finding.pack}#{name}"
            key = (finding.requirement, finding.subject)
            yield RequirementTest.from_parent(self, name=visible(whole), key=key)


def _name(finding: Finding) -> str:
    """Name a test: clause, requirement and subject."""
    own, clause = finding.requirement.partition("#")[2], finding.clause
    named = own if own == clause or own.startswith(f"{clause}/") else f"{clause}/{own}"
    return f"{named}[{finding.subject}]"
