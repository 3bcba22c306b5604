"""The benchmarks still run: each section once, as small as possible; docs/ has their results."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage

from acceptance import metrics
from acceptance.metrics.resolution import edge_mtf

pytestmark = [pytest.mark.slow, pytest.mark.film]
FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


sys.path.insert(0, str(FOLDER))  # the benchmarks import each other, as they do when run as scripts


def load(name: str) -> Any:
    """Import a benchmark under its own name, since a well-known package is called coverage too."""
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules.setdefault(spec.name, importlib.util.module_from_spec(spec))
    if not hasattr(module, "main"):
        spec.loader.exec_module(module)
    return module


accuracy, coverage = load("accuracy"), load("coverage")
lens_laws = importlib.import_module("lens_laws")


def tiny() -> Any:
    return importlib.import_module("setting").Setting(share=0.0, jobs=1)


@pytest.mark.parametrize("name", accuracy.SECTIONS)
def test_a_section_of_the_accuracy_benchmark_runs(name: str) -> None:
    """A section has a table or says what was skipped, and its pictures are drawings."""
    _, section = accuracy.SECTIONS[name]
    part = section(tiny())
    assert "| --- |" in part.text or "Skipped" in part.text
    assert not re.search(r"\bnan\b", part.text)
    for picture, svg in part.pictures.items():
        assert f"(pictures/{picture})" in part.text
        assert svg.startswith("<svg")


@pytest.mark.parametrize("name", coverage.CASES)
def test_a_case_of_the_coverage_benchmark_runs_and_becomes_rows_of_its_table(name: str) -> None:
    # the lamp of the first draw swings by 0.1 %, less than a coder's own waves: refused
    setting = replace(tiny(), share=5 / 300) if name == "film_flicker" else tiny()
    found = coverage.made(name, setting)
    assert found["readings"]
    assert {one["quantity"] for one in found["readings"]} <= set(metrics.quantities())
    assert not re.search(
        r"\bnan\b", coverage.document({name: found}, "python benchmarks/coverage.py")
    )


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("departed", "grey_scale.gamma"),
        ("switches", "grey_scale.gamma"),
        ("departed_fields", "shading.luma"),
        ("field_switches", "shading.luma"),
    ],
)
def test_films_that_depart_from_the_ideal_become_a_table_and_a_run_goes_on(
    name: str, figure: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    switches = ["sharpening"] if name.endswith("switches") else []
    for _ in range(2):
        coverage.main([name, *switches, "--share", "0", "--jobs", "1", "--cache", str(tmp_path)])
    assert f"| `{figure}` |" in capsys.readouterr().out
    assert len((tmp_path / f"{name}.jsonl").read_text("utf-8").splitlines()) == 1


@pytest.mark.parametrize("name", ["counter", "freezes", "alive"])
def test_a_table_of_the_frame_rate_benchmark_is_made(name: str) -> None:
    assert "| --- |" in importlib.import_module("frame_rate").SECTIONS[name](tiny())


def test_the_benchmark_of_the_clock_reads_one_setting_and_one_film() -> None:
    """Fifty frames and a second of film: all read, none wrong."""
    rows = [line.split(" | ") for line in load("clock").main(tiny()).splitlines() if "%" in line]
    assert len(rows) == 2
    assert all(row[-1] == "0 |" for row in rows)
    assert rows[0][1] == "100.00%"


def test_a_finished_section_is_taken_from_the_cache_and_a_named_one_is_made_anew(
    tmp_path: Path,
) -> None:
    first = accuracy.kept("cramer_rao", tiny(), tmp_path, anew=False)
    (tmp_path / "cramer_rao.json").write_text(
        (tmp_path / "cramer_rao.json").read_text().replace("bound", "limit")
    )
    assert "limit" in accuracy.kept("cramer_rao", tiny(), tmp_path, anew=False)["text"]
    assert accuracy.kept("cramer_rao", tiny(), tmp_path, anew=True)["text"] == first["text"]


def test_the_document_holds_every_section_its_command_and_the_machine() -> None:
    part = {
        "text": "What was found.\n",
        "pictures": {},
        "seconds": 60.0,
        "share": 0.1,
        "machine": accuracy.machine(),
    }
    text = accuracy.document(
        dict.fromkeys(accuracy.SECTIONS, part), "python benchmarks/accuracy.py --quick"
    )
    for heading, _ in accuracy.SECTIONS.values():
        assert f"\n## {heading}\n" in text
    assert "python benchmarks/accuracy.py --quick" in text
    assert "reduced to 10%" in text


def test_the_cramer_rao_bound_is_what_an_efficient_fit_scatters_by() -> None:
    """A fit that knows the Gaussian, 40 draws of 1 % noise.

    Its scatter is the bound within three standard errors.
    """
    signals = importlib.import_module("signals")
    from scipy.optimize import least_squares

    edge = signals.Edge(mtf50=0.25, angle=5.0, offset=0.2)
    random, fitted, scale = np.random.default_rng(1), [], [0.01, 0.1, 0.1, 0.1, 0.1]
    for _ in range(40):
        image = edge.draw(random, 0.01)

        def residual(guess: np.ndarray, image: np.ndarray = image) -> np.ndarray:
            mtf50, angle, offset, *levels = guess
            model = signals.Edge(mtf50=mtf50, angle=angle, offset=offset, levels=tuple(levels))
            return (model.draw() - image).ravel()

        fit = least_squares(residual, [0.24, 5.1, 0.0, 0.21, 0.79], x_scale=scale)
        fitted.append(fit.x[0])
    assert np.std(fitted, ddof=1) / 0.25 == pytest.approx(edge.bound(0.01), rel=3 / np.sqrt(80))


def test_mtf50_scatters_by_no_more_than_a_quarter_above_the_bound_of_its_own_model() -> None:
    """The bar of 1.25; 60 draws of 1 % noise, whose scatter is known to 9 %."""
    signals, own = (importlib.import_module(name) for name in ("signals", "spline_bound"))
    edge, random = signals.Edge(mtf50=0.25, angle=5.0, offset=0.2), np.random.default_rng(1)
    found = [edge_mtf(edge.draw(random, 0.01), covariance=False).mtf50 for _ in range(60)]
    bound = own.spline_bound(edge, 0.01)
    assert edge.bound(0.01) < bound
    assert np.std(found, ddof=1) / 0.25 <= 1.25 * bound


@pytest.mark.parametrize(
    "name",  # of moving pictures more are drawn in test_pictures_that_move.py
    sorted(set(lens_laws.LAWS) - {lens_laws.MOVING}),
)
def test_lenses_of_other_laws_lie_within_twice_their_u(name: str) -> None:
    """Distortion and density; two of the 25 that the benchmark draws, 24 U off at worst before."""
    for number in (0, 1):
        found = lens_laws.case(name, number)
        assert found["geometry.pixels_per_metre"]
        for value, expanded, truth in found.values():
            assert abs(value - truth) <= 2 * expanded


@pytest.mark.parametrize("name", importlib.import_module("edge_shapes").SHAPES)
def test_edges_that_are_no_gaussian_are_read_without_bias(name: str) -> None:
    """Bar: 0.1 %; without noise a hundredth is kept."""
    at_signals = importlib.import_module("at_signals")
    for angle in (5.0, 14.04):
        assert abs(at_signals._shape_error((name, angle, 0.0, 1))) <= 0.01


def test_the_benchmark_of_recordings_runs_and_every_truth_lies_inside_its_uncertainty() -> None:
    """Few files of a second.

    The retention's clock error is rectangular, so that its U holds more than 95 %.
    """
    text = load("recordings").main(files=3, seconds=0.2, runs=20)
    assert "| truth inside U | 20 of 20 |" in text
    assert "decoded over scanned" in text


def test_the_benchmark_of_playback_runs_and_a_second_generation_has_lost_resolution() -> None:
    text = load("comparison").main(count=1, seconds=0.4, generations=1)
    [wedges] = re.findall(r"\| CRF 36 \| (-?[\d.]+) ± [\d.]+ / (-?[\d.]+) ±", text)
    assert all(float(loss) < 0 for loss in wedges)
    assert re.search(r"\| all \| \d+ / \d+ \|", text)


def test_the_benchmark_of_picture_faults_finds_what_it_plants(tmp_path: Path) -> None:
    """One film of each fault and one of none, drawn ones: what is found in real footage varies."""
    text = load("faults").found(replace(tiny(), real=tmp_path / "none"))
    assert text.count("| 1 of 1 |") == 11
    assert text.count("| 0 of 1 |") == 11


@pytest.mark.parametrize("name", ["signals", "films", "lights"])
def test_a_part_of_the_latency_benchmark_runs(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The fewest runs, films of 2 s: a table of errors that are numbers."""
    load("latency").main([name, "--share", "0", "--jobs", "1", "--seconds", "2"])
    text = capsys.readouterr().out
    assert "| --- |" in text
    assert not re.search(r"\bnan\b", text)


def test_the_benchmark_of_burnt_in_clocks_films_and_reads_one() -> None:
    text = load("burnt_in_clock").report(tiny())
    assert "| all | 1 |" in text
    assert "digits of unequal width" in text


def test_the_benchmark_of_throughput_sees_every_frame_both_ways_and_longer_clips(
    tmp_path: Path,
) -> None:
    throughput = load("throughput")
    throughput.film(tmp_path / "film.mp4", 1.0, 360)
    throughput.times_over(tmp_path / "film.mp4", 2, tmp_path / "long.mp4")
    for name, frames in (("film.mp4", 25), ("long.mp4", 50)):
        plain, whole = throughput.plain(tmp_path / name), throughput.whole(tmp_path / name)
        assert plain["frames"] == whole["frames"] == frames - 1
        assert whole["figures"] > 10
        assert min(plain["wall"], whole["wall"]) > 0
    short, long = throughput.made(tmp_path, "chart", 360, 6.0)
    seen = {path: throughput.whole(path, "chart") for path in (short, long)}
    assert [of["frames"] for of in seen.values()] == [49, 149]
    assert min(of["figures"] for of in seen.values()) > 10
    assert throughput.further(short, long, "chart", 1).count("|") == 4 * 8


def test_the_benchmark_of_starts_runs_help_and_sees_a_first_frame(tmp_path: Path) -> None:
    start = load("start")
    start.film(tmp_path / "film.mp4")
    [alone, help_page, first_frame] = start.rows(start.rounds(tmp_path / "film.mp4", 1))
    assert alone[-2:] == ("1.00", "1.00")
    assert 0 < int(help_page[4]) <= 400
    assert float(first_frame[2]) > 0
    with pytest.raises(RuntimeError, match="did not print"):
        start.started(("-c", "print('no frame')"), start.FIRST_FRAME)


def test_the_benchmark_of_the_demo_decodes_every_frame_and_counts_what_a_process_takes(
    tmp_path: Path,
) -> None:
    demo = load("demo")
    load("throughput").film(tmp_path / "film.mp4", 0.4, 360)
    assert demo.decode(tmp_path) == 10
    wall, processor = demo.spent(["-c", "sum(range(3_000_000))"])
    assert wall > 0
    assert processor > 0.01


def test_the_benchmark_of_raters_counts_shares_of_panels() -> None:
    """Two panels a case: every cell after the size is a share."""
    size, *shares = load("raters").row(5, 6, 2)
    assert size == "5 x 6"
    assert all(share in {"0.0%", "25.0%", "50.0%", "75.0%", "100.0%"} for share in shares)
    assert len(shares) == 6


def test_the_benchmark_of_growth_runs_and_gives_a_ratio() -> None:
    name, size, *figures = load("growth").row("sample", 1, 0.0)
    assert (name, size) == ("sample", "80")
    assert all(float(figure) > 0 for figure in figures[:3])


TOY = """
LIMIT = 0.5


def passes(value: int | None, limit: float = LIMIT) -> bool:
    return value >= limit


def first(values: tuple[int, ...]) -> int:
    return values[0]
"""
TESTS_OF_TOY = """
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import toy


def test_of_both_sides() -> None:
    assert toy.passes(3, 2) and not toy.passes(1, 2)


def test_of_a_value_and_a_default() -> None:
    assert toy.LIMIT == 0.5 and toy.passes(0.7)
"""


def test_changes_of_a_module_compile_and_pass_over_what_is_no_code() -> None:
    """Annotations, decorators and strict=... are left alone; no change outlives its turn."""
    source = """
@cache(size=1)
def f(x: int | None = 1) -> int | None:
    guard(x)
    if x in {2} and not loud:
        return -x
    return min(zip(x, y, strict=True)) < x**3
"""
    every = list(importlib.import_module("mutations").mutants(source, "f.py"))
    assert all(one.compiled().co_filename == "f.py" for one in every)
    assert {one.change for one in every} == {
        "x: int | None=1 -> x: int | None=2",
        "guard(x) -> pass",
        "x in {2} and (not loud) -> x in {2} or not loud",
        "x in {2} -> x not in {2}",
        "{2} -> {3}",
        "not loud -> loud",
        "return -x -> return None",
        "-x -> x",
        "return min(zip(x, y, strict=True)) < x ** 3 -> return None",
        "min(zip(x, y, strict=True)) -> max(zip(x, y, strict=True))",
        "min(zip(x, y, strict=True)) < x ** 3 -> min(zip(x, y, strict=True)) <= x ** 3",
        "min(zip(x, y, strict=True)) < x ** 3 -> min(zip(x, y, strict=True)) >= x ** 3",
        "x ** 3 -> x * 3",
        "x ** 3 -> x ** 4",
    }


def test_the_benchmark_of_mutants_tells_what_is_noticed_from_what_is_not(tmp_path: Path) -> None:
    """A boundary that no test stands on survives; an explanation says why, until it is stale."""
    (tmp_path / "toy.py").write_text(TOY)
    (tmp_path / "test_toy.py").write_text(TESTS_OF_TOY)
    mutants = load("mutants")
    every = mutants.listed(tmp_path, "toy.py")
    [outcomes] = mutants.tried(tmp_path, ["test_toy.py"], every, 2)
    assert {key.change: outcome for key, outcome in outcomes.items()} == {
        "LIMIT = 0.5 -> LIMIT = 1.0": "killed",
        "value >= limit -> value > limit": "survived",
        "value >= limit -> value < limit": "killed",
        "return value >= limit -> return None": "killed",
        "return values[0] -> return None": "untested",
        "values[0] -> values[1]": "untested",
    }
    line = "return value >= limit"
    why = {
        ("toy.py", line, "value >= limit -> value > limit"): "no value is on the limit",
        ("toy.py", line, "value >= limit -> value < limit"): "wrong",
        ("toy.py", "return value", "value -> None"): "of older code",
    }
    text = mutants.report(every, outcomes, why)
    assert "| toy.py | 6 | 6 | 3 | 0 | 1 | 0 | 2 | 0 |" in text
    assert "- `toy.py`: `value >= limit -> value < limit` is noticed" in text
    assert "- `toy.py`: `value -> None` is no mutant" in text
    mutants.keep(tmp_path / "kept.json", outcomes)
    assert mutants.load(tmp_path / "kept.json") == outcomes


def test_a_run_over_changed_lines_leaves_out_what_stood_there_before(tmp_path: Path) -> None:
    """A line that only moved was there before; of a file that is new, all is tried."""
    mutants = load("mutants")
    git = ("git", "-c", "user.name=x", "-c", "user.email=x", "-C", tmp_path)
    (tmp_path / "toy.py").write_text(TOY)
    for words in (("init", "-q"), ("add", "toy.py"), ("commit", "-qm", "first")):
        subprocess.run([*git, *words], check=True)
    (tmp_path / "toy.py").write_text(f"MORE = 3\n{TOY}".replace("LIMIT = 0.5", "LIMIT = 0.7"))
    (tmp_path / "new.py").write_text("NEW = 1\n")
    before = mutants.unchanged(tmp_path, ["toy.py", "new.py"], "HEAD")
    now = mutants.listed(tmp_path, "*.py").keys()
    assert {key.change for key in now - before} == {
        "MORE = 3 -> MORE = 4", "LIMIT = 0.7 -> LIMIT = 1.4", "NEW = 1 -> NEW = 2",
    }  # fmt: skip


def test_every_explanation_of_a_mutant_is_of_one_that_there_is() -> None:
    """A line that was changed takes its explanation with it."""
    mutants = load("mutants")
    every = {key for pattern in mutants.AREAS for key in mutants.listed(mutants.ROOT, pattern)}
    why = mutants.explanations(mutants.FOLDER / "mutants.toml")
    assert set(why) <= {(key.file, key.line, key.change) for key in every}
    assert all(why.values())


def test_the_benchmark_of_the_database_fills_it_and_asks_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load("database").main(3, str(tmp_path / "results.db"))
    said = capsys.readouterr().out
    assert all(f"{name}: " in said for name in load("database").QUESTIONS)


def test_the_benchmark_of_scale_multiplies_what_one_camera_costs() -> None:
    scale = load("scale")
    of_one = scale.Costs(films={"chart": 8.0, "clock": 9.0}, start=0.5, size=36e6)
    text = scale.bill(of_one, 1000, 10)
    assert of_one.measuring == pytest.approx(18.01)
    assert "| measuring | 18 s | 5.00 | 0.50 on 10 |" in text
    assert "| films | 36.00 MB |  | 36.0 GB |" in text
    assert "160 Mbit/s" in text


def test_the_benchmark_of_alternatives_says_what_is_not_installed(tmp_path: Path) -> None:
    """And what failed; a module of this folder is not taken for a package."""
    alternatives = load("alternatives")
    every, missing = alternatives.commands(tmp_path / "a.mp4", tmp_path / "b.mp4", sys.executable)
    assert [name for name, _, _ in every][:2] == ["acceptance, chart", "acceptance, clock"]
    assert "ctt" in missing
    assert alternatives.timed([sys.executable, "-c", "raise SystemExit(3)"]) is None
    wall, processor = alternatives.timed([sys.executable, "-c", "sum(range(3_000_000))"])
    assert min(wall, processor) > 0
    assert alternatives._medians([(1.0, 2.0), None]) == ("failed", "")


@pytest.mark.parametrize("section", ["bookkeeping", "truth"])
def test_a_section_of_the_benchmark_of_batches_runs(section: str, tmp_path: Path) -> None:
    batch = load("batch")
    options = argparse.Namespace(rounds=1, books=3, truth=1)
    said = batch.SECTIONS[section](batch.Site(tmp_path), options)
    assert "| --- |" in said
    assert section != "truth" or "| 1 | **1** | 10 | **10** |" in said


def test_the_benchmark_of_streams_covers_every_truth(capsys: pytest.CaptureFixture[str]) -> None:
    load("stream").main(40)
    assert " !" not in capsys.readouterr().out


def test_the_benchmark_of_arrivals_finds_them_within_a_millisecond(tmp_path: Path) -> None:
    arrivals = load("arrivals")
    found = arrivals.compare(replace(arrivals.PLANNED[-1], frames=60, seed=1), tmp_path)
    assert found.lost == 0
    assert found.late.size >= 60
    assert np.sqrt(np.mean(found.late**2)) < 1e-3


def test_the_benchmark_of_reports_counts_pages_within_their_bar() -> None:
    pages = load("report_pages")
    made = pages.cost(1)
    assert made.annex_pages
    assert 1 < made.main_pages <= pages.BARS[1]
    assert "| 1 | " in pages.document([made])


def test_the_benchmark_of_real_footage_tells_figures_or_reasons() -> None:
    shipped = Path(skimage.__file__).parent / "data/camera.png"
    assert re.search(r" ± |`\w+`", load("real_footage").said(shipped, {}))
