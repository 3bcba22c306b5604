"""Figures against those of an earlier build: what moved, which way, by how much."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from issued_session import measurement
from test_schemas import check

from acceptance import metrics
from acceptance.cli import measuring, move_tables, verbs
from acceptance.errors import PlanError, UsageError
from acceptance.model import Measurement, Note, Reason
from acceptance.pytest_plugin import baseline_tests
from acceptance.report import move_lines, regression
from acceptance.report.regression import FigureMove, Move, Tolerance
from acceptance.session import baseline

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Film


def figure(value: float, uncertainty: float = 0.3, **fields: object) -> Measurement:
    """Make a figure; two of the usual uncertainty may differ by 2 x sqrt(2) x 0.3 = 0.8485."""
    return replace(
        measurement("noise.snr", "dB", value),
        uncertainty=uncertainty,
        **fields,  # type: ignore[arg-type]
    )


def moved(before: Measurement, after: Measurement, *tolerances: str) -> FigureMove:
    """Compare two figures of one thing."""
    [found] = regression.compare([before], [after], (), regression.read_tolerances(tolerances))
    return found


TABLE = [
    # before, after, tolerances, what became of it
    (figure(40), figure(40), (), Move.SAME),
    (figure(40), figure(40.848), (), Move.SAME),
    (figure(40), figure(40.849), (), Move.UP),
    (figure(40), figure(39.152), (), Move.SAME),
    (figure(40), figure(39.151), (), Move.DOWN),
    (figure(40, 0.0), figure(40.84, 0.4), (), Move.UP),
    (figure(40, 0.0), figure(40.80, 0.4), (), Move.SAME),
    (figure(3, 0.0), figure(4, 0.0), (), Move.UP),  # a count is exact
    (figure(0.1 + 0.2, 0.0), figure(0.3, 0.0), (), Move.SAME),  # rounding
    (figure(0, 0.0), figure(0, 0.0), ("snr=0",), Move.SAME),
    # a tolerance takes the place of U, tighter or wider
    (figure(40), figure(40.5), ("noise.snr=1%",), Move.UP),
    (figure(40), figure(40.4), ("noise.snr=1%",), Move.SAME),
    (figure(-40), figure(-40.5), ("snr=1%",), Move.DOWN),
    (figure(40), figure(45), ("snr=5",), Move.SAME),
    (figure(40), figure(45.1), ("snr=5",), Move.UP),
    (figure(40), figure(45), ("noise=5", "snr=4.9"), Move.UP),  # the most exact one counts
    (figure(40), figure(45), ("noise=4.9", "noise.snr=5"), Move.SAME),
    # bounds leave their open side possible
    (figure(40, lower_bound=True), figure(50), (), Move.SAME),
    (figure(40, lower_bound=True), figure(30), (), Move.DOWN),
    (figure(40, upper_bound=True), figure(30), (), Move.SAME),
    (figure(40, upper_bound=True), figure(50), (), Move.UP),
    (figure(40), figure(30, lower_bound=True), (), Move.SAME),
    (figure(40), figure(50, lower_bound=True), (), Move.UP),
    (figure(40), figure(50, upper_bound=True), (), Move.SAME),
    (figure(40), figure(30, upper_bound=True), (), Move.DOWN),
    (figure(40, lower_bound=True), figure(30, lower_bound=True), (), Move.SAME),
    # another unit, or no number, is never the same
    (figure(40), figure(40, unit="1"), (), Move.UNIT),
    (figure(40), figure(math.nan), (), Move.DOWN),
    (figure(math.nan), figure(40), ("snr=1000%",), Move.DOWN),
    (figure(40), figure(math.inf), (), Move.UP),
    (figure(40, math.inf), figure(30), (), Move.DOWN),
]


@pytest.mark.parametrize(("before", "after", "tolerances", "move"), TABLE)
def test_a_figure_moved_where_it_is_beyond_u_of_the_difference_or_a_tolerance(
    before: Measurement, after: Measurement, tolerances: tuple[str, ...], move: Move
) -> None:
    found = moved(before, after, *tolerances)
    assert found.move is move
    assert found.fails is (move is not Move.SAME)


def test_few_samples_widen_what_a_figure_may_have_moved_by() -> None:
    """Each has k = 4.3 of two degrees of freedom, as ``diff`` and ``query drift`` count it."""
    before, after = (replace(figure(value), k=4.3) for value in (40, 43.5))
    assert moved(before, after).allowed == pytest.approx(
        math.hypot(before.expanded, after.expanded)
    )


def test_how_far_it_moved_and_might_have_is_told_with_its_direction() -> None:
    found = moved(figure(40), figure(38, method="other"))
    assert found.difference == -2
    assert found.allowed == pytest.approx(2 * math.sqrt(0.18))
    said = move_lines.line(found)
    assert "shot1: noise.snr (centre): down; other method: " in said
    assert "-2 dB (> 0.8485 dB)" in said


KEYS = [
    {"shot": "x"},
    {"quantity": "noise.pixel"},
    {"region": "x"},
    {"direction": "vertical"},
    {"statistic": "worst"},
]


@pytest.mark.parametrize("field", KEYS, ids=lambda field: next(iter(field)))
def test_what_differs_in_shot_or_parameters_is_another_figure(field: dict[str, str]) -> None:
    other = replace(figure(90), **field)  # type: ignore[arg-type]
    gone, new = regression.compare([figure(40)], [other])
    assert (gone.move, new.move) == (Move.VANISHED, Move.NEW)
    assert (gone.fails, new.fails) == (True, False)
    assert new.figure == other


def test_what_vanished_says_why_where_a_note_does() -> None:
    exact = Note(reason=Reason(code="no_chart"), shot="shot1", metric="noise", quantity="noise.snr")
    general = Note(reason=Reason(code="clock"), shot="shot1")
    elsewhere = Note(reason=Reason(code="x"), shot="shot2", metric="noise")
    [found] = regression.compare([figure(40)], [], [elsewhere, general, exact])
    assert found.reason == exact.reason
    [found] = regression.compare([figure(40)], [], [elsewhere])
    assert found.reason is None


def test_the_order_of_the_figures_does_not_matter() -> None:
    several = [figure(value, region=f"r{value}") for value in range(40, 50)]
    moves = regression.compare(several, several[::-1])
    assert [each.figure for each in moves] == several
    assert {each.move for each in moves} == {Move.SAME}


@pytest.mark.parametrize(
    "text",
    ["", "snr", "snr=", "=2%", "snr=two", "snr=-1", "snr=nan", "snr=inf%", "snr=1e999", "snr=2%%"],
)
def test_a_tolerance_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="write NAME=VALUE"):
        regression.tolerance(text)


def test_a_tolerance_is_read_in_the_unit_of_the_figure_or_as_a_share() -> None:
    assert regression.tolerance(" mtf50 = 2% ") == Tolerance(
        name="mtf50", value=0.02, relative=True
    )
    assert regression.tolerance("noise.snr=0.5") == Tolerance(
        name="noise.snr", value=0.5, relative=False
    )
    with pytest.raises(UsageError, match="two tolerances of 'snr'"):
        regression.read_tolerances(["snr=1", "snr=2"])


def test_a_tolerance_of_nothing_is_refused_with_what_was_perhaps_meant() -> None:
    with pytest.raises(UsageError, match=r"'noise.sn'; perhaps: noise.snr"):
        moved(figure(40), figure(40), "noise.sn=1")


HOSTILE = [
    b"", b"[]", b"{}", b"null", b'"measurements"', b"\xff\xfe", b"[" * 99999,
    b'{"measurements": 1}', b'{"measurements": []}', b'{"measurements": {"a": 1}}',
    b'{"measurements": [{"subject": "a"}]}',
]  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE, ids=lambda content: repr(content[:24]))
def test_a_file_without_figures_is_no_baseline(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_bytes(content)
    with pytest.raises(PlanError, match="holds no measurements"):
        baseline.read(tmp_path / "b.json")


def test_a_baseline_of_more_figures_than_a_site_has_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds of megabytes of them would be compared for minutes."""
    monkeypatch.setattr(baseline, "MOST_FIGURES", 2)
    path = tmp_path / "b.json"
    listed = [asdict(figure(40, region=f"r{number}")) for number in range(3)]
    path.write_text(json.dumps(listed[:2]), "utf-8")
    assert len(baseline.read(path)) == 2
    path.write_text(json.dumps(listed), "utf-8")
    with pytest.raises(PlanError, match="3 figures; 2 at most"):
        baseline.read(path)


def test_a_baseline_of_another_plan_makes_no_thousands_of_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each shot that the plan has not would be a test that fails."""
    figures = [figure(40, shot=name) for name in ("a", "b", "a", "c")]
    monkeypatch.setattr(baseline_tests, "MOST_STRANGE", 2)
    held = baseline_tests._by_shot(["x", "a"], figures, tmp_path)
    assert {shot: len(own) for shot, own in held.items()} == {"x": 0, "a": 2, "b": 1, "c": 1}
    with pytest.raises(PlanError, match="3 of its shots are not in the plan"):
        baseline_tests._by_shot(["x"], figures, tmp_path)


def test_of_very_many_figures_that_moved_the_first_are_shown_and_all_are_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody reads a hundred thousand rows on a terminal, and they take minutes to write."""
    monkeypatch.setattr(move_lines, "MOST_LISTED", 2)
    listed: list[int] = []  # rows, as a narrow terminal breaks them
    monkeypatch.setattr(move_tables, "table", lambda *given: listed.append(len(given[2])))
    gone = [figure(40, region=f"r{number}") for number in range(5)]
    for count, shown, left in (
        (2, 2, ""),
        (5, 2, "3 more; give acceptance measure --json FILE for all"),
    ):
        move_tables.moves(regression.compare(gone[:count], []))
        said = capsys.readouterr().out
        assert listed.pop() == shown
        assert f"vanished: {count}" in said
        assert ("more;" in said) is bool(left)
        assert left in said
    module = SimpleNamespace(
        measured=lambda: (SimpleNamespace(notes=[]), None), figures_of=lambda _: []
    )
    item: Any = SimpleNamespace(
        module=module, shot="", before=gone, tolerances=[], user_properties=[]
    )
    with pytest.raises(pytest.fail.Exception, match="3 more; give acceptance measure"):
        baseline_tests.BaselineTest.runtest(item)


@pytest.mark.parametrize(
    "changed",
    [
        [figure(math.nan)],
        [figure(40, math.nan)],
        [figure(40, -1e9)],
        [figure(40, lower_bound=True, upper_bound=True)],
        [figure(40), figure(99)],
    ],
)
def test_a_baseline_that_every_figure_would_agree_with_is_refused(
    changed: list[Measurement], tmp_path: Path
) -> None:
    """A number that is none passed where the figure of now is a bound; of two, the last counted."""
    figures = [asdict(one) for one in changed]
    (tmp_path / "b.json").write_text(json.dumps({"measurements": figures}), "utf-8")
    with pytest.raises(PlanError, match="the figure"):
        baseline.read(tmp_path / "b.json")


LARGE_U = [
    # before, after, tolerances, whether it is told that it could hardly move
    (figure(40, 1e6), figure(20), (), True),
    (figure(40, 1e300), figure(20), (), True),
    (figure(40, 4.0), figure(40), (), True),
    (figure(40, 1.5), figure(40, 0.01), (), False),  # of a short film
    (figure(12, 0.2), figure(12, 0.0), (), False),
    (figure(40, 1e6), figure(20), ("snr=100%",), False),  # stated: told as such
    (figure(40), figure(40), (), False),
    (figure(40, 0.3), figure(20, 9.0), (), False),  # of now: stands in its report
    (figure(40, 9.0, lower_bound=True), figure(60), (), True),
    (figure(40, 1e6, unit="1"), figure(20), (), False),  # fails anyway
]


@pytest.mark.parametrize(("before", "after", "tolerances", "hardly"), LARGE_U)
def test_a_baseline_against_which_nothing_could_move_is_told(
    before: Measurement, after: Measurement, tolerances: tuple[str, ...], *, hardly: bool
) -> None:
    found = moved(before, after, *tolerances)
    assert found.hardly_could is hardly
    assert ("baseline's U is so large: 1" in move_lines.counts([found])) is hardly
    assert ("very large" in move_lines.cells(found)[-1]) is hardly


def test_what_moved_is_told_with_chinese_punctuation_to_who_reads_chinese(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ACCEPTANCE_LANG", "zh")
    found = [moved(figure(40, 1e6), figure(20)), moved(figure(40, 0.1), figure(20, 0.1))]
    assert move_lines.counts(found).startswith("无变化：1、降低：1、")
    assert move_lines.cells(found[0])[-1] == "无变化；基线的 U 过大"


@pytest.mark.parametrize("name", ["missing.json", ""])
def test_a_baseline_that_is_no_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="cannot be read"):
        baseline.read(tmp_path / name)


@pytest.mark.usefixtures("_measured_once")
def test_measure_holds_a_clip_against_what_it_wrote_before(
    chart_film: Film, tmp_path: Path
) -> None:
    """The same clip: nothing moves; a baseline that was changed: what moved is named.

    It is looked at once: that a film looks the same twice, others show.
    """
    before, now = tmp_path / "基线 1.json", tmp_path / "now.json"

    def measure(*arguments: object) -> tuple[int, str]:
        asked = ["measure", chart_film.path, "--metric", "noise", *arguments]
        done = CliRunner().invoke(verbs.cli, [*map(str, asked)], standalone_mode=False)
        return done.return_value, done.stdout if done.exception is None else str(done.exception)

    assert measure("--json", before)[0] == 0
    code, said = measure("--baseline", before, "--json", now)
    written = json.loads(now.read_text("utf-8"))
    assert code == 0
    assert {row["move"] for row in written["moves"]} == {"same"}
    assert len(written["moves"]) == len(written["measurements"])
    check("measure-1", written)
    content = json.loads(before.read_text("utf-8"))
    [first, second, *_] = content["measurements"]
    first["value"] *= 2
    second["region"] = "gone"
    before.write_text(json.dumps(content), "utf-8")
    code, said = measure("--baseline", before)
    assert code == 1
    assert "down: 1, vanished: 1, new: 1" in said
    assert measure("--baseline", before, "--tolerance", "nois=1")[1].endswith("perhaps: noise.")
    assert "is an input of this command" in measure("--baseline", before, "--json", before)[1]
    assert "is about a --baseline" in measure("--tolerance", "noise=1")[1]
    content["measurements"] = [first | {"quantity": "colour.mean"}]
    before.write_text(json.dumps(content), "utf-8")
    said = measure("--baseline", before)[1]
    assert "holds no figure of these metrics" in said, "all would be new, and nothing could move"


def test_a_figure_that_no_metric_gives_any_more_is_of_the_metrics_of_its_family() -> None:
    """With ``--metric noise`` what another version called otherwise vanished, and is told."""
    wanted = metrics.quantities_of(["noise"])
    assert wanted
    held = {
        name: measuring._is_of(name, wanted) for name in ("noise.snr", "noise.old", "colour.old")
    }
    assert held == {"noise.snr": True, "noise.old": True, "colour.old": False}
    assert measuring._is_of("colour.old", None)
