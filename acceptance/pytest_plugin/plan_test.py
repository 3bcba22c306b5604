"""What all tests of a plan share: the session, made once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from acceptance.pytest_plugin import measured_once
from acceptance.pytest_plugin.measured_once import NotMeasuredError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from acceptance.model import Finding, Measurement, Session


class MeasuredModule(pytest.File):
    """A plan that is measured before the first of its tests that runs, and only then."""

    made: tuple[Session, Path] | NotMeasuredError | None = None
    findings: dict[tuple[str, str], Finding] | None = None
    figures: dict[str, list[Measurement]] | None = None

    def measured(self) -> tuple[Session, Path]:
        """Return the session and its folder. Fails without traceback where there is none."""
        if self.made is None:
            try:
                self.made = measured_once.measure(self.path, self.config)
            except NotMeasuredError as error:
                self.made = error
        if isinstance(self.made, NotMeasuredError):
            pytest.fail(str(self.made), pytrace=False)
        return self.made

    def finding(self, requirement: str, subject: str) -> Finding:
        """Return a finding of the session. Fails as ``measured`` does."""
        if not self.findings:
            done, _ = self.measured()
            self.findings = {(one.requirement, one.subject): one for one in done.findings}
        return self.findings[requirement, subject]

    def figures_of(self, shot: str) -> list[Measurement]:
        """Return the figures of a shot. Fails as ``measured`` does."""
        if self.figures is None:
            done, _ = self.measured()
            self.figures = defaultdict(list)
            for figure in done.measurements:
                self.figures[figure.shot].append(figure)
        return self.figures.get(shot, [])


def tell(properties: list[tuple[str, object]], new: Iterable[tuple[str, object]]) -> None:
    """Add properties to those of a test; what a former run of it told under their names goes."""
    added = [*new]
    names = {name for name, _ in added}
    properties[:] = [(name, value) for name, value in properties if name not in names] + added


class PlanTest(pytest.Item):
    """A test of a plan."""

    @property
    def module(self) -> MeasuredModule:
        """Its plan."""
        assert isinstance(self.parent, MeasuredModule)  # noqa: S101 -- nothing else makes one
        return self.parent

    @property
    def strict(self) -> bool:
        """Whether only a firm pass will do."""
        return bool(self.config.getini("acceptance_strict"))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the test stands: in the plan, in no line of it."""
        return self.path, 0, self.name
