"""A printed copy: its file started, read strictly, put in place of the design."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from acceptance import wording
from acceptance.charts import copy_template, definition, printed_copy
from acceptance.errors import ChartError, PlanError
from acceptance.model import Plan, Shot, Subject, SubjectKind
from acceptance.report import render
from acceptance.scene import build
from acceptance.session import measuring, plan, runner, store

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Film

ACCEPTANCE = definition.load("acceptance")
TODAY = "2026-12-01"


def measured(chart: definition.Chart = ACCEPTANCE, *parts: str, **edits: str) -> str:
    """Take the template with all or these parts in it, as if the design had been measured."""
    text = copy_template.template(chart, "A3-001").replace('by = ""', 'by = "Li"')
    blocks = text.split("\n\n")
    kept = [
        "\n".join(
            line.removeprefix("# ")
            for line in block.splitlines()
            if not line.startswith("# A") or "=" in line
        )
        if block.startswith("# ")
        and any(f"# [{part}]" in block for part in parts or ("reflectance", "length", "colour"))
        else block
        for block in blocks
    ]
    text = "\n\n".join(kept)
    lines = []
    for line in text.splitlines():
        if line.startswith(
            (
                "Neutral",
                "`uncertainty`",
                "Below",
                "Distances",
                "better along",
                "Colours",
                "expanded",
            )
        ):
            continue
        lines.append(line.removeprefix("# ") if "measured_on" in line or "due =" in line else line)
    text = "\n".join(lines)
    for old, new in edits.items():
        text = text.replace(old, new)
    return text


def read(
    tmp_path: Path, text: str, chart: definition.Chart = ACCEPTANCE, today: str = TODAY
) -> definition.Chart:
    (tmp_path / "copy.toml").write_text(text, "utf-8")
    return printed_copy.read(tmp_path / "copy.toml", chart, today)


@pytest.mark.parametrize(
    "name", [name for name in definition.names() if definition.load(name).kind == "print"]
)
def test_a_fresh_file_is_a_copy_that_nobody_measured(name: str, tmp_path: Path) -> None:
    chart = definition.load(name)
    copy = read(tmp_path, copy_template.template(chart, 'No "7"'), chart)
    assert copy.copy is not None
    assert copy.copy.serial == 'No "7"'
    assert replace(copy, copy=None) == chart
    reason = printed_copy.notice(copy)
    assert (reason.code if reason else "") == ("" if chart.makers_lab_doubt else "copy_unmeasured")


def test_the_design_measured_is_the_design_with_the_instruments_doubts(tmp_path: Path) -> None:
    copy = read(tmp_path, measured())
    assert printed_copy.notice(copy) is None
    assert copy.reflectance_doubt == pytest.approx(0.01)
    assert copy.scale_doubt == pytest.approx(0.15 / 214)
    assert copy.lab_doubt == pytest.approx(0.5)
    for was, now in zip(ACCEPTANCE.regions, copy.regions, strict=True):
        assert now.rect == pytest.approx(was.rect)
        assert now.printed.get("reflectance") == was.printed.get("reflectance")


def test_measured_reflectances_reach_steps_flats_edges_and_wedges(tmp_path: Path) -> None:
    text = measured(ACCEPTANCE, "reflectance").replace('"flat.dark" = 0.15', '"flat.dark" = 0.17')
    copy = read(tmp_path, text.replace("grey1 = 0.03", "grey1 = 0.04"))
    assert copy.region("grey1").printed["reflectance"] == 0.04
    assert copy.region("grey1").printed["density"] == pytest.approx(1.398, abs=1e-3)
    assert copy.region("flat.dark").printed["reflectance"] == 0.17
    assert copy.region("centre.edge_horizontal").printed["dark"] == 0.17
    assert copy.region("centre.wedge_vertical").printed["light"] == 0.75


def test_densities_serve_as_well(tmp_path: Path) -> None:
    text = measured(ACCEPTANCE, "reflectance").replace(
        'quantity = "reflectance"', 'quantity = "density"'
    )
    for region in ACCEPTANCE.regions:
        if "reflectance" in region.printed:
            key = f'"{region.name}"' if "." in region.name else region.name
            light = region.printed["reflectance"]
            text = text.replace(f"{key} = {light:g}\n", f"{key} = {-math.log10(light):.6f}\n")
    copy = read(tmp_path, text + "\n")
    assert copy.region("grey5").printed["reflectance"] == pytest.approx(0.1653, rel=1e-4)
    assert copy.reflectance_doubt == pytest.approx(0.01 * math.log(10))


def test_a_density_without_end_is_refused(tmp_path: Path) -> None:
    text = measured().replace('quantity = "reflectance"', 'quantity = "density"')
    with pytest.raises(ChartError, match="grey1: from 0 to 4, not -400"):
        read(tmp_path, text.replace("grey1 = 0.03", "grey1 = -400"))


def test_a_print_of_another_size_scales_lengths_and_frequencies(tmp_path: Path) -> None:
    text = (
        measured(ACCEPTANCE, "length")
        .replace("mm = 300", "mm = 285")
        .replace("mm = 128", "mm = 121.6")
    )
    copy = read(tmp_path, text)
    assert copy.size == pytest.approx((380, 213.75))
    assert copy.region("grid1").printed["diameter"] == pytest.approx(3.8)
    wedge = copy.region("centre.wedge_horizontal").printed
    assert wedge["to"] == pytest.approx(2.22222 / 0.95)


def test_a_print_far_from_its_drawing_is_told(tmp_path: Path) -> None:
    assert printed_copy.otherwise(read(tmp_path, measured())) is None
    longer = measured().replace("mm = 300", "mm = 600").replace("mm = 128", "mm = 256")
    reason = printed_copy.otherwise(read(tmp_path, longer))
    assert reason is not None
    said = reason.parameters
    assert (said["by"], said["copy"]) == ("Li", "A3-001")
    assert said["length"] == pytest.approx(2.0)
    skewed = measured().replace("mm = 300", "mm = 312").replace("mm = 128", "mm = 122.88")
    reason = printed_copy.otherwise(read(tmp_path, skewed))  # 4 % to either side: none by the mean
    assert reason is not None
    assert abs(float(reason.parameters["length"]) - 1) == pytest.approx(0.04)
    lighter = read(tmp_path, measured().replace('"flat.dark" = 0.15', '"flat.dark" = 0.35'))
    assert [one.parameters["lightness"] for one in printed_copy.notices(lighter)] == [
        pytest.approx(20.1, abs=0.1)  # L* 45.6 and 65.7
    ]
    redder = read(tmp_path, measured().replace("[62.0, 36.0, 57.0]", "[62.0, 56.0, 57.0]"))
    assert [one.parameters["colour"] for one in printed_copy.notices(redder)] == [
        pytest.approx(20.0)
    ]


def test_a_copy_measured_in_part_is_reported_as_such(tmp_path: Path) -> None:
    reason = printed_copy.notice(read(tmp_path, measured(ACCEPTANCE, "reflectance")))
    assert reason is not None
    assert reason.code == "copy_unmeasured"
    assert reason.parameters["reflectance"] == pytest.approx(0.01 * math.sqrt(3))
    assert reason.parameters["scale"] == pytest.approx(printed_copy.SCALE)


def test_a_copy_measured_after_it_was_filmed_is_told(tmp_path: Path) -> None:
    """On the day itself it may have been before; where no day is stated, today counts."""
    for day, is_said in (("2026-11-24", True), ("2026-11-25", False)):
        found = printed_copy.notices(read(tmp_path, measured(), today=day))
        codes = [one.code for one in found]
        assert (codes == ["copy_measured_later"]) is is_said, codes
    ahead = measured().replace("2026-11-25", "2999-01-01").replace("2027-11-25", "2999-11-25")
    [reason] = printed_copy.notices(read(tmp_path, ahead, today=""))
    assert reason.parameters["date"] == "2999-01-01"


def test_a_copy_measured_years_before_it_was_filmed_is_told(tmp_path: Path) -> None:
    """Also where nobody says until when that holds, or somebody says for ever."""
    old = measured().replace("2026-11-25", "2011-11-25").replace("2027-11-25", "2099-11-25")
    for text, day, is_said in ((old, "2026-11-24", True), (old, "2016-11-24", False)):
        found = printed_copy.notices(read(tmp_path, text, today=day))
        codes = [one.code for one in found]
        assert (codes == ["copy_measured_long_ago"]) is is_said, codes


def test_an_expired_copy_keeps_its_values_with_the_doubt_of_an_unmeasured_print(
    tmp_path: Path,
) -> None:
    copy = read(tmp_path, measured().replace("grey1 = 0.03", "grey1 = 0.04"), today="2027-11-26")
    reason = printed_copy.notice(copy)
    assert reason is not None
    assert (reason.code, reason.parameters["due"]) == ("copy_expired", "2027-11-25")
    assert copy.region("grey1").printed["reflectance"] == 0.04
    assert copy.reflectance_doubt == printed_copy.unmeasured("", ACCEPTANCE).reflectance_doubt
    last_day = printed_copy.notice(read(tmp_path, measured(), today="2027-11-25"))
    assert last_day is None


WRONG = {
    'chart = "acceptance"': (
        'chart = "clock"',
        "this is a copy of clock, and the chart is acceptance",
    ),
    'serial = "A3-001"': ("", "serial: this field is missing"),
    'by = "Li"': ('by = ""', "who measured this and when is missing"),
    'by = "Li"\n': ('by = " - "\n', "who measured this and when is missing"),
    "grey7 = 0.2979": ("", "all must be measured; missing: grey7"),
    "grey8 = 0.3849": ("grey8 = 1.2", "grey8: from 0.0001 to 1"),
    "grey9 = 0.4873": ("grey9 = 0", "grey9: from 0.0001 to 1"),
    "uncertainty = 0.02": ("uncertainty = 0", "uncertainty: from 1e-06 to 0.3"),
    "uncertainty = 1.0": ("uncertainty = 1e99", "uncertainty: from 1e-06 to 100"),
    "colour8 = [40.0, 10.0, -46.0]": ("colour8 = [1e99, 0, 0]", "no colour of CIELAB"),
    "mm = 300": ("mm = 30", "none more than five times off the design"),
    'to = "grid11"': ('to = "grid99"', "the chart has no region 'grid99'"),
    "colour7 = [62.0, 36.0, 57.0]": ("colour7 = [62.0, 36.0]", "must be 3 numbers"),
    "measured_on = 2026-11-25": ('measured_on = "yesterday"', "measured_on: must be a date"),
    "due = 2027-11-25": ("due = 2025-11-25", "the recalibration is due before the measurement"),
    "instrument = ": ("instrment = ", "instrument: this field is missing"),
}


@pytest.mark.parametrize("right", WRONG)
def test_a_wrong_file_is_refused_with_file_and_field(right: str, tmp_path: Path) -> None:
    text = measured()
    assert right in text
    wrong, message = WRONG[right]
    with pytest.raises(ChartError, match=rf"copy\.toml.*{message}"):
        read(tmp_path, text.replace(right, wrong, 1))


def test_a_copy_that_is_not_there_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(ChartError, match=r"there is no such copy.*--copy SERIAL"):
        printed_copy.read(tmp_path / "none.toml", ACCEPTANCE)


def shot(film: Film, copy: str) -> Shot:
    return Shot(id="one", subject="camera", clip=film.path.name, chart_copy=copy)


def test_a_film_says_which_print_it_shows(chart_film: Film) -> None:
    """As drawn: no doubt. A serial: unmeasured. A file: what it says, for its own chart only."""
    folder = chart_film.path.parent
    (folder / "card.toml").write_text(measured().replace("grey1 = 0.03", "grey1 = 0.04"), "utf-8")
    seen = {
        name: build.look(shot(chart_film, name), folder)
        for name in (printed_copy.AS_DRAWN, "A3-7", "card.toml")
    }
    doubts = [one.chart.reflectance_doubt if one.chart else None for one in seen.values()]
    assert doubts == [
        0.0,
        printed_copy.unmeasured("", ACCEPTANCE).reflectance_doubt,
        pytest.approx(0.01),
    ]
    assert seen["card.toml"].views["grey1"].region.printed["reflectance"] == 0.04
    assert seen["card.toml"].copy_doubt == pytest.approx(math.sqrt(2) * 0.01 / math.log(5))
    assert seen[printed_copy.AS_DRAWN].copy_doubt == 0


def test_a_print_of_which_nothing_is_said_widens_the_uncertainty_and_is_noted(
    chart_film: Film,
) -> None:
    """The budget names the copy; films of the drawing itself have no such line or note."""
    wanted = {"resolution.mtf50"}
    known = measuring.look(shot(chart_film, printed_copy.AS_DRAWN), wanted, chart_film.path.parent)
    unknown = measuring.look(shot(chart_film, ""), wanted, chart_film.path.parent)
    assert not [note for note in known.notes if note.metric == "chart"]
    assert [note.reason.code for note in unknown.notes if note.metric == "chart"] == [
        "copy_unmeasured"
    ]
    assert unknown.shot.chart_copy == ""
    before, after = (
        [item for item in done.measurements if item.quantity == "resolution.mtf50"]
        for done in (known, unknown)
    )
    assert len(before) == 10
    for drawn, printed in zip(before, after, strict=True):
        sources = [{line.source for line in item.budget} for item in (drawn, printed)]
        assert "chart copy" in sources[1] - sources[0]
        assert printed.uncertainty > drawn.uncertainty


def test_a_copy_of_a_chart_that_there_is_not_is_refused(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text(
        measured().replace('chart = "acceptance"', 'chart = "acceptence"'), "utf-8"
    )
    with pytest.raises(
        ChartError, match=r"card\.toml: chart: must be one of acceptance, .*not 'acceptence'"
    ):
        printed_copy.wanted(
            Shot(id="one", subject="camera", clip="x", chart_copy="card.toml"), tmp_path
        )


def test_a_session_keeps_the_copys_file_and_its_report_names_what_nobody_measured(
    chart_film: Film, tmp_path: Path
) -> None:
    (tmp_path / "film.mp4").write_bytes(chart_film.path.read_bytes())
    text = measured(ACCEPTANCE, "length")
    (tmp_path / "卡 1.toml").write_text(text, "utf-8")
    subject = Subject(id="camera", kind=SubjectKind.FIXED)
    filmed = Shot(
        id="one", subject="camera", clip="film.mp4", chart="acceptance", chart_copy="卡 1.toml"
    )
    done, folder = runner.run(
        Plan(subjects=(subject,), shots=(filmed,)), tmp_path, tmp_path / "out"
    )
    [kept] = (folder / "data" / "charts").glob("卡 1-*.toml")
    assert kept.read_text("utf-8") == text
    assert done.shots[0].chart_copy == kept.relative_to(folder).as_posix()
    assert kept.relative_to(folder).as_posix() in done.hashes
    [note] = [note for note in done.notes if note.metric == "chart"]
    words = {"zh": "未经测量或未全部测量", "en": "was not measured, or not completely"}
    for lang, words_of_it in words.items():
        assert words_of_it in wording.reason(note.reason, lang)
        assert words_of_it in render.html(done, store.load_packs(done.plan), folder, lang)


def test_a_copy_outside_the_plans_folder_is_refused(tmp_path: Path) -> None:
    subject = Subject(id="camera", kind=SubjectKind.FIXED)
    filmed = Shot(id="one", subject="camera", clip="film.mp4", chart_copy="../card.toml")
    with pytest.raises(PlanError, match="lies outside the plan's folder"):
        plan.check(Plan(subjects=(subject,), shots=(filmed,)), tmp_path, "plan.toml")


def test_scaling_there_and_back_is_the_same_chart() -> None:
    again = definition.scaled(definition.scaled(ACCEPTANCE, 2.8), 1 / 2.8)
    for was, now in zip(ACCEPTANCE.regions, again.regions, strict=True):
        assert now.rect == pytest.approx(was.rect)
