"""Results from session folders: believed when the folder is as it was sealed, and of one camera."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import made_round
import pytest

from acceptance.errors import PlanError, SessionError
from acceptance.laboratories import evaluation, session_results
from acceptance.laboratories.round_plan import Laboratory
from acceptance.session import store

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.laboratories.reported import LaboratoryReport


def read(folder: Path, *sessions: Path, **fields: object) -> LaboratoryReport:
    """Read sessions as those of laboratory L1; ``fields`` are the plan's, in place of its own."""
    given = replace(made_round.plan(folder, ["L1", "L2"]), **fields)  # type: ignore[arg-type]
    own = Laboratory(code="L1", sessions=tuple(str(path.relative_to(folder)) for path in sessions))
    return session_results.read(given, own, folder)


def test_every_shot_of_every_session_is_a_repeat_with_the_mean_square_of_u(tmp_path: Path) -> None:
    _, first = made_round.session(tmp_path / "a", (40.0, 40.4))
    _, second = made_round.session(tmp_path / "b", (40.1,), uncertainty=0.4)
    report = read(tmp_path, first, second)
    found = report.figures["snr"]
    assert found.values == (40.0, 40.4, 40.1)
    assert found.uncertainty == pytest.approx(((0.1**2 + 0.1**2 + 0.4**2) / 3) ** 0.5)
    assert found.uncertainty is not None
    assert found.expanded == pytest.approx(2 * found.uncertainty)
    assert [note.code for note in report.notes] == ["session_unsigned"]
    assert len(report.origin) == 2


def test_a_changed_session_is_refused(tmp_path: Path) -> None:
    _, folder = made_round.session(tmp_path / "a", (40.0,))
    file = folder / "session.json"
    file.write_bytes(file.read_bytes().replace(b"40.0", b"41.0"))
    with pytest.raises(SessionError):
        read(tmp_path, folder)


def test_another_camera_is_refused_and_an_unnamed_one_said(tmp_path: Path) -> None:
    _, other = made_round.session(tmp_path / "a", (40.0,), serial="SN-2")
    with pytest.raises(PlanError, match="'SN-2'; the plan compares 'SN-1'"):
        read(tmp_path, other)
    _, unnamed = made_round.session(tmp_path / "b", (40.0,), serial="")
    assert "camera_not_stated" in [note.code for note in read(tmp_path, unnamed).notes]


@pytest.mark.parametrize(("field", "due"), [("chart", "acceptance_a2"), ("chart_copy", "P-8")])
def test_another_chart_or_print_is_refused(field: str, due: str, tmp_path: Path) -> None:
    _, folder = made_round.session(tmp_path / "a", (40.0,))
    with pytest.raises(PlanError, match=f"the plan compares '{due}'"):
        read(tmp_path, folder, **{field: due})


def test_a_chart_that_stands_nowhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No session of this tool has one: it was sealed by hand."""
    made, folder = made_round.session(tmp_path / "a", (40.0,))
    shots = tuple(replace(one, corners=made_round.seen(float("nan"))) for one in made.shots)
    monkeypatch.setattr(store, "load", lambda _: replace(made, shots=shots))
    with pytest.raises(SessionError, match="chart in shot s0 are no numbers"):
        read(tmp_path, folder)


def test_another_unit_is_refused(tmp_path: Path) -> None:
    given = made_round.plan(tmp_path, ["L1", "L2"])
    figures = (replace(given.figures[0], unit="%"),)
    _, folder = made_round.session(tmp_path / "a", (40.0,))
    with pytest.raises(PlanError, match="must be %, not 'dB'"):
        read(tmp_path, folder, figures=figures)


def test_shots_of_another_level_are_left_out(tmp_path: Path) -> None:
    given = made_round.plan(tmp_path, ["L1", "L2"])
    figures = (replace(given.figures[0], shots=("s1",)),)
    _, folder = made_round.session(tmp_path / "a", (40.0, 41.0))
    assert read(tmp_path, folder, figures=figures).figures["snr"].values == (41.0,)


def test_a_bound_is_no_result_and_u_of_nothing_none(tmp_path: Path) -> None:
    _, folder = made_round.session(tmp_path / "a", (40.0,), lower_bound=True)
    report = read(tmp_path, folder)
    assert report.figures == {}
    assert [note.code for note in report.notes][-1] == "bound"
    _, folder = made_round.session(tmp_path / "b", (40.0,), uncertainty=0.0)
    assert read(tmp_path, folder).figures["snr"].expanded is None


def test_a_session_twice_is_refused_by_one_laboratory_and_by_two(tmp_path: Path) -> None:
    _, folder = made_round.session(tmp_path / "a", (40.0,))
    with pytest.raises(PlanError, match="given twice"):
        read(tmp_path, folder, folder)
    given = made_round.plan(tmp_path, ["L1", "L2"])
    path = str(folder.relative_to(tmp_path))
    both = tuple(Laboratory(code=code, sessions=(path,)) for code in ("L1", "L2"))
    with pytest.raises(PlanError, match="handed in by L1 and L2"):
        evaluation.collect(replace(given, laboratories=both), tmp_path)


def test_a_film_is_one_result_of_one_laboratory_whatever_sessions_measure_it(
    tmp_path: Path,
) -> None:
    _, first = made_round.session(tmp_path / "a", (40.0,), film="ab" * 32)
    _, again = made_round.session(tmp_path / "b", (40.2,), film="ab" * 32)
    with pytest.raises(PlanError, match="a film is given twice"):
        read(tmp_path, first, again)
    given = made_round.plan(tmp_path, ["L1", "L2"])
    both = tuple(
        Laboratory(code=code, sessions=(str(folder.relative_to(tmp_path)),))
        for code, folder in (("L1", first), ("L2", again))
    )
    with pytest.raises(PlanError, match="shot s0 was handed in by L1 and L2"):
        evaluation.collect(replace(given, laboratories=both), tmp_path)


def test_a_figure_that_no_measurement_gives_is_refused(tmp_path: Path) -> None:
    _, folder = made_round.session(tmp_path / "a", (1e308,))
    with pytest.raises(PlanError, match="no result of a measurement"):
        read(tmp_path, folder)


def test_a_laboratory_that_handed_in_nothing_is_refused(tmp_path: Path) -> None:
    given = made_round.plan(tmp_path, ["L1", "L2"], handed_in='name = "{code}"')
    with pytest.raises(PlanError, match="neither a form nor sessions"):
        evaluation.collect(given, tmp_path)
