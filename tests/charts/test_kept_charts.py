"""The toolkit's own charts are kept once read, as long as their files are the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from acceptance import data
from acceptance.charts import definition
from acceptance.errors import ChartError, PlanError
from acceptance.model import Plan, Shot
from acceptance.session import intake


@pytest.fixture
def charts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a copy be the toolkit's folder of charts."""
    folder = Path(shutil.copytree(data.folder("test_charts"), tmp_path / "test_charts"))
    monkeypatch.setattr(data, "folder", lambda _: folder)
    return folder


def shot(chart: str) -> Shot:
    return Shot(id=f"s{len(chart)}", subject="c", clip="a.mp4", chart=chart)


@pytest.mark.parametrize("name", ["./acceptance.toml", "own/acceptance.toml", "Acceptance.toml"])
def test_two_charts_of_one_name_do_not_take_each_others_place_in_a_session(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shipped = data.folder("test_charts") / "acceptance.toml"
    own = tmp_path / name
    own.parent.mkdir(exist_ok=True)
    own.write_bytes(shipped.read_bytes())
    plan = Plan(packs=(), subjects=(), shots=(shot("acceptance"), shot(name)))
    intake.keep(plan, (), tmp_path, tmp_path / "work")  # the same to the byte
    titled(own, "另一张")
    for use in (intake.charts_of, lambda it: intake.keep(it, (), tmp_path, tmp_path / "work")):
        with pytest.raises(PlanError, match="two different charts of this name"):
            use(plan)


def titled(path: Path, title: str) -> None:
    """Give the chart in a file another title."""
    old = next(line for line in path.read_text("utf-8").splitlines() if line.startswith("title "))
    path.write_text(path.read_text("utf-8").replace(old, f'title = "{title}"'), "utf-8")


def test_a_chart_is_read_once_and_is_what_its_file_says(
    charts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = definition.load("acceptance_a2")
    assert definition.load(str(charts / "acceptance_a2.toml")) == first
    monkeypatch.setattr(definition, "_whole", None)  # whoever reads it again fails
    assert definition.load("acceptance_a2") == first


def test_who_changes_a_chart_changes_it_for_nobody_else(charts: Path) -> None:
    first = definition.load("acceptance_a2")
    region = next(region for region in first.regions if region.printed)
    region.printed.clear()  # type: ignore[attr-defined]
    assert definition.load("acceptance_a2") == definition.load(str(charts / "acceptance_a2.toml"))


@pytest.mark.parametrize("changed", ["acceptance_a2", "acceptance"])
def test_a_chart_is_read_again_when_its_file_or_that_of_its_base_changed(
    charts: Path, changed: str
) -> None:
    before = definition.load("acceptance_a2")
    titled(charts / f"{changed}.toml", "another")
    after = definition.load("acceptance_a2")
    assert after.sha256 != before.sha256
    assert (after.title == "another") is (changed == "acceptance_a2")


def test_a_chart_whose_file_is_wrong_by_now_or_whose_base_is_gone_is_refused(charts: Path) -> None:
    definition.load("clock")
    definition.load("acceptance_a2")
    (charts / "clock.toml").write_text("[", "utf-8")
    with pytest.raises(ChartError):
        definition.load("clock")
    (charts / "acceptance.toml").unlink()
    with pytest.raises(ChartError):
        definition.load("acceptance_a2")
