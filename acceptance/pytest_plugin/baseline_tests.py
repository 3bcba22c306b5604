"""Tests that hold the figures of each shot of a plan against those of an earlier build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from acceptance.errors import PlanError
from acceptance.messages import tr, visible
from acceptance.pytest_plugin.plan_test import PlanTest, tell
from acceptance.report import move_lines, regression
from acceptance.session import baseline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from acceptance.model import Measurement
    from acceptance.pytest_plugin.plan_test import MeasuredModule
    from acceptance.report.regression import Tolerance

MOST_STRANGE = 1000  # shots that the plan has not, each of them a test that fails
ENDINGS = (".acceptance.toml", ".toml")


def of(module: MeasuredModule, shots: Iterable[str]) -> Iterator[BaselineTest]:
    """Yield a test for each shot of the plan or of its baseline; none where no baseline is named.

    Raises AcceptanceError for a baseline or a tolerance that cannot be used.
    """
    config = module.config
    named = config.getoption("acceptance_baseline") or config.getini("acceptance_baseline")
    if not named:
        return
    file = _file(config.rootpath / named, module.path)
    before = baseline.read(file)
    tolerances = regression.read_tolerances(config.getini("acceptance_tolerances"))
    regression.require_known(tolerances, before)
    for shot, own in _by_shot(shots, before, file).items():
        stated = [one for one in tolerances if regression.concerns(one, own)]
        yield BaselineTest.from_parent(
            module, name=visible(f"baseline[{shot}]"), shot=shot, before=own, tolerances=stated
        )


def _by_shot(
    shots: Iterable[str], before: Iterable[Measurement], file: Path
) -> dict[str, list[Measurement]]:
    """Return the figures of each shot of the plan or of its baseline. Raises PlanError."""
    held: dict[str, list[Measurement]] = {shot: [] for shot in shots}
    planned = len(held)
    for figure in before:
        held.setdefault(figure.shot, []).append(figure)
    if (strange := len(held) - planned) > MOST_STRANGE:
        what = tr("{count} of its shots are not in the plan", count=strange)
        hint = tr("Name the baseline of this plan")
        raise PlanError(what, where=str(file), hint=hint)
    return held


def _file(named: Path, plan: Path) -> Path:
    """Return the file itself; of a folder that of the plan."""
    if not named.is_dir():
        return named
    ending = next(ending for ending in ENDINGS if plan.name.lower().endswith(ending))
    return named / f"{plan.name[: -len(ending)]}.json"


class BaselineTest(PlanTest):
    """The figures of one shot, held against those of an earlier build."""

    def __init__(
        self,
        *,
        shot: str,
        before: list[Measurement],
        tolerances: list[Tolerance],
        **fields: Any,  # noqa: ANN401 -- as pytest has it
    ) -> None:
        super().__init__(**fields)
        self.shot, self.before, self.tolerances = shot, before, tolerances

    def runtest(self) -> None:
        """Fail where a figure moved or vanished; new ones are only told."""
        done, _ = self.module.measured()
        now = self.module.figures_of(self.shot)
        moves = regression.compare(self.before, now, done.notes, self.tolerances)
        counted = move_lines.counts(moves)
        tell(self.user_properties, [("moves", counted)])
        failed = [move for move in moves if move.fails]
        if failed:
            head = tr("figures that moved: {count}", count=len(failed))
            lines = [visible(move_lines.line(move)) for move in failed[: move_lines.MOST_LISTED]]
            left = filter(None, [move_lines.left_out(failed)])
            pytest.fail("\n".join([f"{head} ({counted})", *lines, *left]), pytrace=False)
        self.add_report_section("call", "baseline", counted)
