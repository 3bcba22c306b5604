"""The pytest plugin: a plan is a module, each requirement of each device a test (``docs/ci.md``).

pytest loads this at every start, so nothing is imported here that takes time: the rest is loaded
when the first plan is collected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.messages import tr

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from acceptance.pytest_plugin.plan_module import PlanModule

PLANS = "*.acceptance.toml"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and what the configuration file may say instead."""
    group = parser.getgroup("acceptance", tr("acceptance of video systems"))
    group.addoption(
        "--acceptance-out",
        metavar="DIR",
        help=tr("Where session folders of plans go (default: acceptance_out, else out)."),
    )
    group.addoption(
        "--acceptance-baseline",
        metavar="FILE|DIR",
        help=tr("Figures of an earlier build (JSON), or a folder with PLAN.json for each plan."),
    )
    parser.addini(
        "acceptance_plans",
        tr("Plans: patterns of file names, or of their ends ({usual}).", usual=PLANS),
        type="args",
        default=[PLANS],
    )
    parser.addini("acceptance_out", tr("Where session folders go."), default="out")
    parser.addini("acceptance_baseline", tr("Figures of an earlier build."), default="")
    parser.addini(
        "acceptance_tolerances",
        tr("How far figures may move, in place of their uncertainty: mtf50=2% ..."),
        type="args",
        default=[],
    )
    parser.addini("acceptance_lang", tr("Language of reports, zh or en."), default="zh")
    parser.addini(
        "acceptance_strict",
        tr("A provisional or conditional pass is an error, as with run --strict."),
        type="bool",
        default=False,
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PlanModule | None:
    """Collect a plan: a file of the configured names, or a TOML file named on the command line."""
    if file_path.suffix.lower() != ".toml" or not _is_plan(file_path, parent):
        return None
    from acceptance.pytest_plugin.plan_module import PlanModule  # noqa: PLC0415 -- late: takes time

    return PlanModule.from_parent(parent, path=file_path)


def _is_plan(path: Path, parent: pytest.Collector) -> bool:
    patterns: list[str] = parent.config.getini("acceptance_plans")
    named = parent.session.isinitpath(path)
    return named or (any(map(path.match, patterns)) and not _is_kept(path))


def _is_kept(path: Path) -> bool:
    """Whether it lies in a session: what an earlier run kept as evidence is no plan."""
    from acceptance.session import workspace  # noqa: PLC0415 -- late: takes time

    return workspace.session_around(path) is not None
