"""Devices compared: a population of known truth, and what the page, the workbook and JSON say."""

from __future__ import annotations

import io
import json
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import browser
import numpy as np
import openpyxl
import pytest
from in_process import called
from issued_session import issued

from acceptance.batch.comparison import device_comparison, distribution_plot, page, tables
from acceptance.batch.database.results import Origin, Results
from acceptance.errors import PlanError, SessionError, UsageError
from acceptance.files import spreadsheet
from acceptance.model import (
    BottomLine,
    Finding,
    Limit,
    Measurement,
    Modality,
    Plan,
    Reason,
    Scope,
    Session,
    Shot,
    Subject,
    SubjectKind,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.batch.comparison.device_comparison import DeviceComparison
    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.usefixtures("_plain_pages")
HOSTILE = "<script>alert('1')</script>\u202e\0=1+1"
LIMIT = Limit(unit="dB", at_least=42.0)
U = 1.0  # of every figure: u = 0.5 dB, k = 2


def session(number: int, value: float, *, maker: str = "A", day: int = 1) -> Session:
    """Make a device with one figure that is judged, one advice and one clause not tested."""
    device = Subject(
        id="camera", kind=SubjectKind.FIXED, manufacturer=maker, model=f"{maker}-1",
        serial=f"SN{number:03}",
    )  # fmt: skip
    finding = Finding(
        subject="camera", pack="made", clause="5.2", requirement="made#snr", mandatory=True,
        verdict=Verdict.PASS if value >= 42 else Verdict.FAIL, reason=Reason(code="x"),
        quantity="noise.snr", limit=LIMIT, value=value, unit="dB", uncertainty=U / 2, k=2.0,
    )  # fmt: skip
    advice = replace(
        finding, clause="5.10", requirement="made#advice", modality=Modality.SHOULD,
        verdict=Verdict.FAIL, value=value - 30,
    )  # fmt: skip
    untested = replace(
        finding, clause="6", requirement="made#6", verdict=Verdict.NOT_TESTED, value=None,
        limit=None, uncertainty=None, quantity="",
    )  # fmt: skip
    measured = Measurement(
        subject="camera", quantity="noise.snr", value=value, unit="dB", uncertainty=U / 2, k=2.0,
        degrees_of_freedom=None, samples=9, method="made up", shot="shot",
    )  # fmt: skip
    return Session(
        id=f"{number:03}-{day}", plan=Plan(subjects=(device,)), started="", operator="",
        finished=f"2026-11-{day:02}T08:00:00+08:00", tool_version="0.7.0", hashes={},
        shots=(Shot(id="shot", subject="camera", clip="a.mp4"),), measurements=(measured,),
        notes=(), findings=(finding, advice, untested), log=(),
        bottom_line=BottomLine(verdict=finding.verdict, scope=Scope.DEVICE, provisional=False),
    )  # fmt: skip


def compared(sessions: Sequence[Session]) -> DeviceComparison:
    with Results(None) as results:
        for held in sessions:
            results.add(held, Origin(sha256=held.id))
        with results.database.reading() as reading:
            return device_comparison.compare(reading)


def serials(found: DeviceComparison, rows: Sequence[int]) -> list[str]:
    return [found.matrix.devices[row]["serial"] for row in rows]


@pytest.fixture(scope="module")
def population() -> DeviceComparison:
    """Make twenty devices of two makers: 3 and 12 fail, 7 stands apart, 5 has drifted."""
    values = 45 + np.random.default_rng(216).normal(0, 0.6, 20)
    values[[3, 12, 7]] = 41.0, 39.5, 52.0
    first = [session(n, float(value), maker="AB"[n % 2]) for n, value in enumerate(values)]
    later = session(5, float(values[5]) + 1.6, maker="B", day=9)
    within = session(6, float(values[6]) + 1.3, maker="A", day=9)
    return compared([*first, later, within])


def test_the_worst_device_comes_first_by_its_margin_in_units_of_u(
    population: DeviceComparison,
) -> None:
    worst, second, third, *_ = population.ranks
    assert serials(population, [worst.device, second.device]) == ["SN012", "SN003"]
    assert worst.figure is not None
    assert worst.figure.margin == pytest.approx(-2.5)
    assert (worst.failed, worst.verdict) == (1, Verdict.FAIL), "an advice that is missed is none"
    assert third.verdict is Verdict.NOT_TESTED
    margins = [rank.figure.margin for rank in population.ranks[2:] if rank.figure]
    assert margins == sorted(margins, key=lambda margin: margin or 0)
    assert len(population.ranks) == 20


def test_makers_are_told_apart_by_their_share_of_failures(population: DeviceComparison) -> None:
    """B made device 3, A device 12; all others have a clause that was not tested."""
    assert [
        (one.manufacturer, one.devices, one.failed, one.open) for one in population.vendors
    ] == [("A", 10, 1, 9), ("B", 10, 1, 9)]


def test_an_outlier_is_apart_from_its_model_by_more_than_u(population: DeviceComparison) -> None:
    """Of two figures 12 and 3 are too low, 7 is too high; each is seen in figure and advice."""
    found = {population.matrix.devices[one.figure.device]["serial"] for one in population.outliers}
    assert found == {"SN003", "SN007", "SN012"}
    [high] = [
        one
        for one in population.outliers
        if one.figure.value == 52.0 and one.distribution.requirement == "made#snr"
    ]
    assert high.expanded == pytest.approx(np.hypot(U, U))
    assert high.median == pytest.approx(45, abs=0.6)


def test_what_u_explains_is_no_outlier() -> None:
    """Nine devices within 0.02 dB and one 1.2 dB off: far in spread, near in uncertainty."""
    figures = [45 + 0.0025 * number for number in range(9)]
    assert compared([session(n, v) for n, v in enumerate([*figures, 46.2])]).outliers == ()
    assert len(compared([session(n, v) for n, v in enumerate([*figures, 46.6])]).outliers) == 2


def test_few_devices_of_a_model_have_no_outlier() -> None:
    assert compared([session(n, v) for n, v in enumerate([45, 45.1, 45.2, 60])]).outliers == ()


def test_scores_are_those_of_the_definition_also_where_most_are_alike() -> None:
    """By hand: median 2, MAD 1; and median 9, mean deviation 1/2."""
    assert device_comparison.scores(np.array([1.0, 2, 3, 1, 10])) == pytest.approx(
        0.6745 * np.array([1, 0, 1, 1, 8])
    )
    assert device_comparison.scores(np.array([9.0, 9, 9, 11])) == pytest.approx(
        np.array([0, 0, 0, 2]) / 1.253314 / 0.5
    )
    assert device_comparison.scores(np.array([9.0, 9, 9])) == pytest.approx(0)


def test_a_change_beyond_the_uncertainty_of_both_is_told_and_a_smaller_one_is_not(
    population: DeviceComparison,
) -> None:
    """U of both is 1.41 dB: 1.6 dB is beyond, 1.3 dB is not."""
    [drift] = population.drifts
    assert drift["serial"] == "SN005"
    assert drift["change"] == pytest.approx(1.6)


def test_a_limit_of_two_ends_gives_the_distance_to_the_nearer_one() -> None:
    both = replace(LIMIT, at_most=46.0)
    made = session(1, 45.5)
    judged = replace(made, findings=tuple(replace(one, limit=both) for one in made.findings[:1]))
    [rank] = compared([judged]).ranks
    assert rank.figure is not None
    assert rank.figure.margin == pytest.approx(0.5)


def test_without_uncertainty_there_is_no_margin_and_the_device_is_still_listed() -> None:
    made = session(1, 41.0)
    bare = replace(made.findings[0], uncertainty=None, k=None)
    [rank] = compared([replace(made, findings=(bare,))]).ranks
    assert (rank.figure, rank.verdict) == (None, Verdict.FAIL)


def test_the_uncertainty_of_a_single_device_is_drawn_to_its_ends() -> None:
    """It was cut off where the axis ended, and looked smaller."""
    [figures, _] = compared([session(1, 45.0)]).distributions
    drawn = distribution_plot.drawing(figures, compared([session(1, 45.0)]), "en")
    [(left, right)] = re.findall(r"M([\d.]+) [\d.]+H([\d.]+)\" stroke=\"#999", drawn)
    [at] = re.findall(r"<circle cx=\"([\d.]+)", drawn)
    assert float(at) - float(left) == pytest.approx(float(right) - float(at), abs=0.2)


def test_json_holds_every_verdict_and_figure(population: DeviceComparison) -> None:
    held = json.loads(json.dumps(tables.content(population)))
    for row in range(len(population.matrix.devices)):
        for column in range(len(population.matrix.clauses)):
            assert held["verdicts"][row][column] == population.matrix.verdict(row, column)
    assert len(held["distributions"][0]["figures"]) == 20
    assert held["worst"][0]["margin"] == pytest.approx(-2.5)
    assert held["clauses"][0] == {"pack": "made", "clause": "5.2"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_holds_numbers_as_numbers_and_opens(
    population: DeviceComparison, lang: str, tmp_path: Path
) -> None:
    content = tables.workbook(population, lang)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert len(book.sheetnames) == 5
    matrix, ranks, figures, *_ = (book[name] for name in book.sheetnames)
    assert matrix.max_row == 21
    assert ranks.cell(2, 7).value == pytest.approx(-2.5)
    assert {type(figures.cell(row, 7).value) for row in range(2, 22)} <= {float, int}
    (tmp_path / "x.xlsx").write_bytes(content)
    assert spreadsheet.rows(tmp_path / "x.xlsx")[1][2] == "SN012"


@pytest.fixture(scope="module")
def hostile(population: DeviceComparison) -> DeviceComparison:
    devices = [
        device | dict.fromkeys(("name", "manufacturer", "model", "serial"), HOSTILE)
        for device in population.matrix.devices
    ]
    clauses = [(HOSTILE, HOSTILE), *population.matrix.clauses[1:]]
    spoilt = replace(population.distributions[0], text=HOSTILE, text_en=HOSTILE, quantity=HOSTILE)
    return replace(
        population,
        matrix=replace(population.matrix, devices=devices, clauses=clauses),
        distributions=(spoilt, *population.distributions[1:]),
        vendors=tuple(replace(one, manufacturer=HOSTILE) for one in population.vendors),
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_names_are_shown_and_never_run(hostile: DeviceComparison, lang: str) -> None:
    html = page.html(hostile, lang)
    assert "<script" not in html
    assert not re.search("[\0\u202e]", html)
    book = openpyxl.load_workbook(io.BytesIO(tables.workbook(hostile, lang)))
    cell = book.worksheets[0].cell(2, 1)
    assert (cell.data_type, cell.value) == ("s", "<script>alert('1')</script>\\u202e\\x00=1+1")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_the_screen_and_asks_nothing_of_any_network(
    population: DeviceComparison, tmp_path: Path, width: int
) -> None:
    """Wide tables scroll within themselves; every limit is drawn in."""
    html = page.html(population, "zh")
    assert not re.search(r"(src|href)=\"(?!#)|url\(|@import", html)
    assert html.count("stroke-dasharray") == 2
    (tmp_path / "page.html").write_text(html, "utf-8")
    address = (tmp_path / "page.html").as_uri()
    with browser.opened(address, tmp_path, (width, 900)) as tab:
        assert tab.run("document.documentElement.scrollWidth") == width
        assert tab.run("document.querySelectorAll('svg circle').length") == 18, (
            "two of figure and none of advice are crosses"
        )
        assert tab.run("document.querySelectorAll('table.matrix tr').length") == 21
        requested = [one for name, one in tab.events if name == "Network.requestWillBeSent"]
    assert {one["request"]["url"] for one in requested} == {address}


def test_session_folders_are_compared_without_a_database_and_changed_ones_left_out(
    tmp_path: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good = issued(tmp_path / "out" / "20260602-080000-abcdef", chain, ["data/clips/门口 1.mp4"])
    code, said = called("compare", "out", "-o", "比较 1.html", "-o", "b.xlsx", "--lang", "en")
    assert code == 0
    assert "Signal-to-noise ratio" in (tmp_path / "比较 1.html").read_text("utf-8")
    shutil.copytree(good, tmp_path / "out" / "20260602-080000-000000")
    spoilt = tmp_path / "out" / "20260602-080000-000000" / "session.json"
    spoilt.write_bytes(spoilt.read_bytes().replace(b'"fail"', b'"pass"'))
    code, said = called("compare", "out", "--json", "-")
    assert code == 2
    assert "changed after it was sealed" in said
    unneeded = "--db", "nosuch://host/name"
    assert called("compare", "out", "--json", "-", *unneeded)[0] == 2
    assert not [*tmp_path.glob("*.db")]


def test_what_cannot_be_compared_is_said(tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    with Results(str(database)) as results:
        results.add(session(1, 45.0), Origin(sha256="1"))
    wrong: list[tuple[Any, ...]] = [
        (("--model", "none"), "no session has this"),
        (("--pack", "maid"), "no session was judged by this"),
        (("-o", tmp_path / "x.pdf"), "must end in"),
    ]
    for arguments, words in wrong:
        with pytest.raises((PlanError, UsageError), match=words):
            called("compare", "--db", database, *arguments)
    with pytest.raises(SessionError, match="no session here"):
        called("compare", tmp_path / "nowhere")
