"""Measured again from the clips in the folder: what was stored without being measured is found."""

from __future__ import annotations

import functools
import re
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from issued_session import details, issue
from measured_once import measured_once

from acceptance import metrics
from acceptance.charts import definition
from acceptance.checks import judging
from acceptance.cli import verbs
from acceptance.model import (
    Condition,
    Deviation,
    Measurement,
    Note,
    Plan,
    Reason,
    Recordings,
    Session,
    Shot,
    Subject,
    SubjectKind,
)
from acceptance.session import measuring, runner, store
from acceptance.signing import remeasured
from acceptance.signing.signatures import State
from acceptance.signing.steps import Examined
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Film

    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.usefixtures("_plain_pages")
RECORDS = "channel,start,end\n1,{} 00:00:00,{} 00:00:00\n"
LIGHT = (Condition(name="illuminance", value=500, unit="lx"),)


@pytest.fixture(scope="module")
def original(chart_film: Film, tmp_path_factory: pytest.TempPathFactory, chain: DemoChain) -> Path:
    """Measure a chart of the user's own and a list of recordings; sign the session.

    The plan's folder is gone afterwards.
    """
    place = tmp_path_factory.mktemp("plan")
    text = definition.load("acceptance").source.read_text("utf-8")
    (place / "own.toml").write_text(text.replace('name = "acceptance"', 'name = "own"'), "utf-8")
    shutil.copy(chart_film.path, place / "chart.mp4")
    today = datetime.now(UTC).date()
    (place / "list.csv").write_text(RECORDS.format(today - timedelta(days=40), today))
    camera, recorder = (
        Subject(id=kind.value, kind=kind) for kind in (SubjectKind.FIXED, SubjectKind.RECORDER)
    )
    shot = Shot(
        id="chart", subject="fixed", clip="chart.mp4", chart=str(place / "own.toml"),
        conditions=LIGHT,
    )  # fmt: skip
    plan = Plan(
        subjects=(camera, recorder),
        shots=(shot, replace(shot, id="second")),
        recordings=(Recordings(id="list", subject="recorder", source="list.csv"),),
        minimum_duration=1.0,
        deviations=(Deviation(what="minimum_duration", value=1, why="a test"),),
    )
    with measured_once():  # both shots are of one film
        done, folder = runner.run(plan, place, tmp_path_factory.mktemp("out"))
    shutil.rmtree(place)
    issue(folder, done, chain)
    return folder


@pytest.fixture(scope="module")
def looked() -> dict[str, measuring.Measured]:
    """Keep what was measured again."""
    return {}


@pytest.fixture
def once(looked: dict[str, measuring.Measured], monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure each clip again once only, for tests that change what was stored."""
    look = measuring.look

    @functools.wraps(look)
    def kept(shot: Shot, *rest: object, **options: object) -> measuring.Measured:
        if shot.id not in looked:
            looked[shot.id] = look(shot, *rest, **options)  # type: ignore[arg-type]
        options["progress"](1, 1)  # type: ignore[operator]
        return looked[shot.id]

    monkeypatch.setattr(measuring, "look", kept)


def step(folder: Path) -> tuple[State, str]:
    """Take the one step; return its state and what it says."""
    state, says = remeasured.measurements(Examined(folder))
    return state, "\n".join(says)


def save(content: Session, folder: Path) -> Session:
    """Save a session without the report, which holds it as it was."""
    (folder / store.REPORT).unlink(missing_ok=True)
    store.save(content, folder)
    return content


def forge(folder: Path, **fields: object) -> Session:
    return save(replace(store.load(folder), **fields), folder)  # type: ignore[arg-type]


@pytest.mark.usefixtures("once")
def test_an_honest_session_is_measured_again_to_the_same_figures(
    original: Path, chain: DemoChain
) -> None:
    """With the chart that it keeps, the list of recordings too; and nothing is written."""
    before = {path: path.stat().st_mtime_ns for path in original.rglob("*")}
    calls: list[tuple[str, int, int]] = []
    result = verify(
        original, [chain.root], remeasure=True, progress=lambda *what: calls.append(what)
    )
    assert {path: path.stat().st_mtime_ns for path in original.rglob("*")} == before
    last = result.steps[-1]
    assert (last.name, last.state) == ("measurements", State.OK), last.details
    stored = store.load(original)
    count = len(stored.measurements)
    assert {item.shot for item in stored.measurements} == {"chart", "second", "list"}
    assert last.details == (f"{count} figures measured again, 0 moved",)
    assert {what for what, _, _ in calls} == {"chart", "second", "report"}


def snr(content: Session) -> int:
    """Find a figure with a proper U."""
    return next(at for at, item in enumerate(content.measurements) if item.quantity == "noise.snr")


def changed(**change: Callable[[Measurement], object]) -> Callable[[Session], Session]:
    """Return what changes the first signal-to-noise ratio."""

    def act(content: Session) -> Session:
        at = snr(content)
        item = content.measurements[at]
        values = {name: to(item) for name, to in change.items()}
        items = list(content.measurements)
        items[at] = replace(item, **values)  # type: ignore[arg-type]
        return replace(content, measurements=tuple(items))

    return act


def without(content: Session) -> Session:
    at = snr(content)
    return replace(content, measurements=content.measurements[:at] + content.measurements[at + 1 :])


def twice(content: Session) -> Session:
    items = content.measurements
    return replace(content, measurements=(*items, items[snr(content)]))


def invented(content: Session) -> Session:
    item = replace(content.measurements[snr(content)], region="nowhere")
    return replace(content, measurements=(*content.measurements, item))


def of_the_list(content: Session) -> Session:
    """Change a figure that was taken from a list of recordings."""
    items = [
        replace(item, value=item.value + 100) if item.shot == "list" and item.unit == "d" else item
        for item in content.measurements
    ]
    return replace(content, measurements=tuple(items))


def silenced(content: Session) -> Session:
    """Take out why something was not measured."""
    assert content.notes
    return replace(content, notes=content.notes[1:])


def excused(content: Session) -> Session:
    """Put a note in the place of a figure that would fail."""
    item = content.measurements[snr(content)]
    reason = Reason(code="clipped", parameters={"region": item.region, "share": 0.5})
    note = Note(
        reason=reason, shot=item.shot, subject=item.subject, quantity=item.quantity,
        region=item.region,
    )  # fmt: skip
    return replace(without(content), notes=(*content.notes, note))


def brighter(content: Session) -> Session:
    """Say of the shot, but not in the plan, that there was more light."""
    lit = replace(content.shots[0], conditions=(replace(LIGHT[0], value=2000),))
    return replace(content, shots=(lit, *content.shots[1:]))


FORGERIES = {
    "a fifth of U": (changed(value=lambda item: item.value + item.expanded / 5), "stored,"),
    "a wide U that covers it": (
        changed(
            value=lambda item: item.value + item.expanded,
            uncertainty=lambda item: item.uncertainty * 99,
        ),
        "stored,",
    ),
    "a narrow U": (changed(uncertainty=lambda item: item.uncertainty / 2), "(U "),
    "a wide U": (changed(uncertainty=lambda item: item.uncertainty * 1.2), "(U "),
    "no U": (changed(uncertainty=lambda _: 0.0), "(U 0)"),
    "a narrow k": (changed(k=lambda item: item.k / 2), "(U "),
    "U shared out otherwise": (
        changed(k=lambda item: item.k / 2, uncertainty=lambda item: item.uncertainty * 2),
        "stored,",
    ),
    "more degrees of freedom": (changed(degrees_of_freedom=lambda _: 1e6), "stored,"),
    "another duration": (changed(duration=lambda _: 3600.0), "stored,"),
    "another limit of sampling": (
        changed(details=lambda item: {**item.details, "sampling_limit": 9.0}),
        "stored,",
    ),
    "another light": (brighter, "chart.conditions is not as the plan has it"),
    "another unit": (changed(unit=lambda _: "1"), "stored,"),
    "a bound": (changed(lower_bound=lambda _: True), "≥ "),
    "a count": (changed(count=lambda _: 1500), "(1500)"),
    "another region": (changed(region=lambda _: "flat.made_up"), "stored, but not measured now"),
    "another shot": (changed(shot=lambda _: "second"), "measured now, but not stored"),
    "left out": (without, "measured now, but not stored"),
    "stored twice": (twice, "stored, but not measured now"),
    "invented": (invented, "stored, but not measured now"),
    "of a list": (of_the_list, "list recorder recordings."),
    "a note left out": (silenced, "said only now"),
    "an excuse": (excused, "no longer said"),
}


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_figure_that_does_not_follow_from_the_clips_is_named(folder: Path, forgery: str) -> None:
    """The signer may have stored anything; the clips say what follows from them."""
    act, says = FORGERIES[forgery]
    save(act(store.load(folder)), folder)
    state, said = step(folder)
    assert state is State.BROKEN, said
    assert says in said
    assert said.endswith(" 0 moved") is (forgery in {"a note left out", "another light"})


@pytest.mark.usefixtures("once")
def test_less_than_a_tenth_of_u_is_no_difference(folder: Path) -> None:
    act = changed(value=lambda item: item.value + item.expanded * 0.09)
    save(act(store.load(folder)), folder)
    assert step(folder)[0] is State.OK


@pytest.mark.usefixtures("once")
def test_a_forged_figure_that_was_judged_and_signed_breaks_the_session(
    folder: Path, chain: DemoChain
) -> None:
    """Every other step holds: the verdict follows from the figure, and the key is right."""
    content = changed(value=lambda item: item.value + 20)(store.load(folder))
    packs = store.load_packs(content.plan, folder / store.PACKS)
    findings = judging.judge(
        packs, content.plan, content.measurements, content.notes, content.taken,
        today=content.unstated_day, quantities=metrics.quantities(),
    )  # fmt: skip
    line = judging.bottom_line(findings, content.plan.scope)
    issue(folder, replace(content, findings=findings, bottom_line=line), chain)
    result = verify(folder, [chain.root], remeasure=True)
    held = {one.name for one in result.steps if one.state is State.OK}
    assert held >= {"signature", "attachment", "manifests", "evidence", "log", "verdicts"}
    assert (result.steps[-1].name, result.steps[-1].state) == ("measurements", State.BROKEN)
    assert "noise.snr" in details(result)


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("name", remeasured.MADE_BY)
def test_what_another_version_or_decoder_measured_is_indeterminate_where_it_moved(
    folder: Path, name: str
) -> None:
    """And whole where nothing did: the figures are the same."""
    content = store.load(folder)
    started = replace(content.log[0], details={**content.log[0].details, name: "other"})
    content = forge(folder, log=(started, *content.log[1:]))
    assert step(folder)[0] is State.OK
    save(changed(value=lambda item: item.value * 2)(content), folder)
    state, said = step(folder)
    assert state is State.INDETERMINATE
    assert "measured by" in said
    assert "other" in said
    assert "noise.snr" in said


@pytest.mark.usefixtures("once")
def test_clips_that_were_taken_away_leave_it_incomplete_and_the_others_are_measured(
    folder: Path,
) -> None:
    shutil.rmtree(folder / "data" / "clips" / "chart")
    state, said = step(folder)
    assert state is State.INCOMPLETE
    assert said.startswith("not there to be measured again: chart\n")
    assert re.search(r"^[1-9]\d+ figures measured again, 0 moved$", said, re.MULTILINE)
    content = store.load(folder)
    items = [
        replace(item, value=item.value + 9) if item.shot == "second" else item
        for item in content.measurements
    ]
    save(replace(content, measurements=tuple(items)), folder)
    assert step(folder)[0] is State.BROKEN
    shutil.rmtree(folder / "data" / "clips")
    shutil.rmtree(folder / "data" / "recordings")
    state, said = step(folder)
    assert state is State.INCOMPLETE
    assert said == (
        "not there to be measured again: chart, second, list\n0 figures measured again, 0 moved"
    )


def test_a_changed_clip_is_not_measured_and_a_report_alone_has_none(folder: Path) -> None:
    """The step before has said that it is broken."""
    assert step(folder / "report.pdf")[0] is State.INCOMPLETE
    (folder / "data" / "clips" / "chart" / "chart.mp4").write_bytes(b"another film")
    assert step(folder)[0] is State.SKIPPED


@pytest.mark.parametrize("name", ["/etc/hostname", "data/../../film.mp4", "film.mp4", "../data/x"])
@pytest.mark.parametrize("noun", ["shot", "recordings"])
def test_no_file_outside_the_folder_is_opened(
    folder: Path, monkeypatch: pytest.MonkeyPatch, noun: str, name: str
) -> None:
    """Whoever writes a session can write any path into it."""
    content = store.load(folder)
    if noun == "shot":
        forge(folder, shots=(replace(content.shots[0], clip=name), *content.shots[1:]))
    else:
        forge(folder, recordings=(replace(content.recordings[0], source=name),))
    monkeypatch.setattr(measuring, "look", None)
    last = verify(folder, remeasure=True).steps[-1]
    assert last.state is State.BROKEN
    assert "names a file that is not in it" in last.details[0]


@pytest.mark.usefixtures("once")
def test_the_command_measures_again(
    folder: Path,
    chain: DemoChain,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ["acceptance", "verify", str(folder), "--trust", str(chain.root), "--remeasure"]
    shutil.rmtree(folder / "data" / "clips" / "second")
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        verbs.main()
    assert ended.value.code == 2
    assert "figures measured again, 0 moved" in capsys.readouterr().out
