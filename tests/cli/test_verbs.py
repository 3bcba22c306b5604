"""Verbs, options, exit codes and messages, as a user meets them."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from in_process import acceptance
from marks import slow
from plain_pages import plain

from acceptance.charts import definition
from acceptance.checks import pack
from acceptance.cli import terminal
from acceptance.errors import SetupError
from acceptance.footage import encode
from acceptance.report import render
from acceptance.scene import build
from acceptance.session import store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Film

    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.usefixtures("_measured_once")
LIGHT = ("--condition", "illuminance=500lx", "--condition", "agc=off", "--fact", "picture=colour")
DIGITAL = ("--fact", "system=digital")


@pytest.fixture
def _plain_pages() -> Iterator[None]:
    """Lay out no pages in a test: those of ``issued`` are."""
    with plain():
        yield


@pytest.fixture(scope="module")
def issued(
    chart_film: Film, chain: DemoChain, tmp_path_factory: pytest.TempPathFactory
) -> tuple[int, Path]:
    """Exit code and folder of `acceptance run` on one clip, signed."""
    out = tmp_path_factory.mktemp("out")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACCEPTANCE_KEY_PASSWORD", chain.password)
        code = acceptance(
            patch, "run", chart_film.path, "-o", out, "--sign", chain.signer, *LIGHT, *DIGITAL
        )
    return code, next(out.iterdir())


def test_run_writes_a_signed_report_and_says_by_its_exit_code_that_something_mandatory_is_open(
    issued: tuple[int, Path],
) -> None:
    code, folder = issued
    assert code == 3
    assert {
        "report.pdf",
        "report.html",
        "report.xml",
        "session.json",
        "log.jsonl",
        "bagit.txt",
    } <= {path.name for path in folder.iterdir()}


def test_verify_accepts_what_run_issued_when_its_root_is_trusted(
    issued: tuple[int, Path],
    chain: DemoChain,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert acceptance(monkeypatch, "verify", issued[1], "--trust", chain.root) == 0
    said = capsys.readouterr()
    assert "exit code 0" in said.out
    assert "All but the pages: ok" in said.err
    assert acceptance(monkeypatch, "verify", issued[1]) == 3


def test_a_signed_report_is_not_written_over_but_can_be_rendered_elsewhere_in_english(
    issued: tuple[int, Path],
    chain: DemoChain,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert acceptance(monkeypatch, "report", issued[1], "--lang", "en") == 2
    assert "issued and signed" in capsys.readouterr().err
    elsewhere = ("report", issued[1], "--lang", "en", "-o", tmp_path / "en.pdf")
    with plain():
        assert acceptance(monkeypatch, *elsewhere) == 0
    assert (tmp_path / "en.pdf").read_bytes().startswith(b"%PDF")
    assert acceptance(monkeypatch, "verify", issued[1], "--trust", chain.root) == 0


@pytest.mark.usefixtures("_plain_pages")
def test_a_report_that_is_not_signed_yet_can_be_signed_later(
    chart_film: Film, chain: DemoChain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    acceptance(monkeypatch, "run", chart_film.path, "-o", tmp_path, *LIGHT, *DIGITAL)
    folder = next(
        path for path in tmp_path.iterdir() if path.is_dir() and not path.name.startswith(".")
    )
    assert acceptance(monkeypatch, "verify", folder, "--trust", chain.root) == 2
    assert acceptance(monkeypatch, "report", folder, "--lang", "en") == 0
    monkeypatch.setenv("ACCEPTANCE_KEY_PASSWORD", chain.password)
    assert acceptance(monkeypatch, "sign", folder, "--key", chain.signer) == 0
    assert acceptance(monkeypatch, "verify", folder, "--trust", chain.root) == 0


def test_a_changed_session_is_not_judged_reported_or_signed(
    issued: tuple[int, Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / issued[1].name
    shutil.copytree(issued[1], folder)
    content = json.loads((folder / "session.json").read_text())
    content["measurements"][0]["value"] += 1
    (folder / "session.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    again = (
        "judge",
        folder,
        "--pack",
        "gb_50395_2007",
        "-o",
        tmp_path / "out",
        "--why",
        "x",
        "--by",
        "y",
    )
    for arguments in (again, ("report", folder, "-o", tmp_path / "x.pdf")):
        assert acceptance(monkeypatch, *arguments) == 2
        assert "was changed after it was sealed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_options_that_a_plan_states_itself_are_refused_beside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan.toml").write_text("")
    assert acceptance(monkeypatch, "run", tmp_path / "plan.toml", "--pack", "gb_50395_2007") == 64
    assert "a plan says these itself" in capsys.readouterr().err


@pytest.mark.usefixtures("_plain_pages")
def test_judging_again_writes_a_session_of_its_own(
    issued: tuple[int, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arguments = (
        "--pack",
        "gb_50395_2007",
        "-o",
        tmp_path,
        "--why",
        "newer edition",
        "--by",
        "tester",
    )
    assert acceptance(monkeypatch, "judge", issued[1], *arguments) in {0, 3}
    again = store.load(next(tmp_path.iterdir()))
    assert again.supersedes == issued[1].name


def test_measure_writes_the_names_of_the_nouns(
    chart_film: Film, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert acceptance(monkeypatch, "measure", chart_film.path, "--json", tmp_path / "m.json") == 0
    content = json.loads((tmp_path / "m.json").read_text())
    assert set(content) == {"schema", "measurements", "notes", "differences", "moves"}
    assert content["differences"] == []
    names = {
        "quantity",
        "value",
        "unit",
        "uncertainty",
        "k",
        "expanded",
        "degrees_of_freedom",
        "samples",
        "method",
    }
    for row in content["measurements"]:
        assert names | {"region", "direction", "shot"} <= set(row)
        assert row["expanded"] == pytest.approx(row["k"] * row["uncertainty"])
    assert "no_clock" in {note["reason"]["code"] for note in content["notes"]}


def test_only_the_metrics_that_were_named_are_measured(
    chart_film: Film, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chosen = ("--metric", "noise", "--metric", "grey_scale")
    assert (
        acceptance(monkeypatch, "measure", chart_film.path, *chosen, "--json", tmp_path / "m.json")
        == 0
    )
    content = json.loads((tmp_path / "m.json").read_text())
    assert {row["quantity"].partition(".")[0] for row in content["measurements"]} == {
        "noise",
        "grey_scale",
    }


def test_json_on_standard_output_has_that_to_itself(chart_film: Film) -> None:
    command = (
        sys.executable,
        "-m",
        "acceptance",
        "measure",
        chart_film.path,
        "--metric",
        "noise",
        "--json",
        "-",
    )
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["measurements"]
    assert "h264, 1280 x 720 pixels" in done.stderr


def test_what_was_measured_before_a_clip_that_cannot_be_read_is_shown(
    chart_film: Film,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stills = tmp_path / "stills"
    stills.mkdir()
    for number in (1, 2):
        cv2.imwrite(str(stills / f"{number}.png"), np.full((100 * number, 200), 90, np.uint8))
    arguments = ("--metric", "grey_scale", "--json", tmp_path / "new folder" / "m.json")
    assert acceptance(monkeypatch, "measure", chart_film.path, stills, *arguments) == 2
    assert f"{stills}: picture 2 differs in size or kind" in capsys.readouterr().err
    content = json.loads((tmp_path / "new folder" / "m.json").read_text())
    assert {row["quantity"] for row in content["measurements"]} >= {
        "grey_scale.steps",
        "grey_scale.gamma",
    }


def test_measure_on_a_terminal_is_a_table(
    chart_film: Film, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal.console, "width", 200)
    assert acceptance(monkeypatch, "measure", chart_film.path, "-v") == 0
    out = capsys.readouterr().out
    assert "resolution.wedge_horizontal" in out
    assert "±" in out


def test_measure_exits_with_3_when_nothing_could_be_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((200, 300), 90, np.uint8))
    assert acceptance(monkeypatch, "measure", tmp_path / "grey.png") == 3
    assert "no chart found in the picture" in capsys.readouterr().out


def test_clauses_lists_every_clause_with_both_provenances(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert acceptance(monkeypatch, "clauses", "db50_216_2006", "--json", tmp_path / "c.json") == 0
    rows = json.loads((tmp_path / "c.json").read_text())
    assert {"5.3.1", "5.4.2", "5.5.2", "5.5.3", "5.5.4", "6.1", "6.5"} <= {
        row["clause"] for row in rows
    }
    for row in rows:
        assert {
            "pack",
            "clause",
            "title",
            "mandatory",
            "how",
            "quantity",
            "limit",
            "provenance",
        } <= set(row)
        assert set(row["provenance"]) == {"figure", "assignment"}
        assert row["limit"] is None or row["provenance"]["figure"]["level"]
    mandatory = {
        row["clause"] for row in rows if row["mandatory"] and row["clause"].startswith("5.")
    }
    assert mandatory == {
        "5.3.1",
        "5.4.2",
        "5.5.2",
        "5.5.3",
        "5.5.4",
        *(f"5.6.2{letter}" for letter in "acej"),
    } or (
        mandatory
        == {"5.3.1", "5.4.2", "5.5.2", "5.5.3", "5.5.4", *(f"5.6.2 {letter})" for letter in "acej")}
    )


def test_clauses_of_every_pack_say_by_what_each_is_covered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert acceptance(monkeypatch, "clauses", "--all", "--json", tmp_path / "c.json") == 0
    rows = json.loads((tmp_path / "c.json").read_text())
    assert {row["pack"] for row in rows} == set(pack.names())
    by = {"measurement", "not_in_toolkit", "question", "nothing", "no_demand"}
    assert {row["covered_by"] for row in rows} <= by
    for row in rows:
        assert (row["covered_by"] == "measurement") == (
            row["how"] == "measured" and row["measured_here"]
        )


def test_clauses_against_another_profile_lists_where_they_differ(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profiles = ("clauses", "db50_216_2006", "--against", "db50_216_2006_current")
    assert acceptance(monkeypatch, *profiles, "--json", tmp_path / "d.json") == 0
    rows = {row["requirement"]: row for row in json.loads((tmp_path / "d.json").read_text())}
    colour = rows["5.2/resolution-colour"]
    assert [colour[side]["limit"]["at_least"] for side in ("here", "there")] == [270, 400]
    assert rows["6.4/experts"]["here"] is None
    assert "5.7/protocols" not in rows
    assert acceptance(monkeypatch, *profiles) == 0
    assert "not asked" in capsys.readouterr().out
    assert acceptance(monkeypatch, "clauses", "--all", "--against", "db50_216_2006") == 64


def test_charts_are_drawn_as_pdf_svg_and_png(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from pypdf import PdfReader

    assert acceptance(monkeypatch, "chart", "acceptance", "-o", tmp_path / "a.pdf") == 0
    box = PdfReader(tmp_path / "a.pdf").pages[0].mediabox
    size = [float(length) * 25.4 / 72 for length in (box.width, box.height)]
    assert size == pytest.approx(definition.load("acceptance").paper, abs=0.05)
    assert acceptance(monkeypatch, "chart", "acceptance", "-o", tmp_path / "a.svg") == 0
    assert "<svg" in (tmp_path / "a.svg").read_text()
    assert (
        acceptance(
            monkeypatch, "chart", "clock", "--index", 77, "-o", tmp_path / "c.png", "--width", 640
        )
        == 0
    )
    assert cv2.imread(str(tmp_path / "c.png")).shape == (360, 640, 3)


def test_the_file_of_a_copy_is_started_and_never_written_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "copy.toml"
    assert acceptance(monkeypatch, "chart", "acceptance", "--copy", "A3-001", "-o", path) == 0
    started = path.read_text("utf-8")
    assert 'serial = "A3-001"' in started
    assert acceptance(monkeypatch, "chart", "acceptance", "--copy", "A3-002", "-o", path) == 64
    assert "may hold measurements" in capsys.readouterr().err
    assert path.read_text("utf-8") == started


def test_a_chart_is_advised_for_a_cameras_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """1200 px of focal length (4 mm, 6.4 mm, 1920 px) at 2.4 m: 500 px/m.

    The A2 chart is 280 px wide, the A0 560.
    """
    place = ("--focal-length", 4, "--sensor", 6.4, "--distance", 2.4)
    assert acceptance(monkeypatch, "chart", "--advise", *place) == 0
    out = capsys.readouterr().out
    assert "500 px/m at the chart" in out
    assert "560 x 315" in out
    assert "acceptance_a2: at least 320 px required: at most 2.10 m from the lens" in out
    assert "Use acceptance_a0." in out
    assert (
        acceptance(monkeypatch, "chart", "acceptance", "--advise", *place, "--tv-lines", 900) == 3
    )
    assert "No chart fits as it is" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("run", "missing.mp4"), 2, "the file does not exist"),
        (("measure", "missing.mp4"), 2, "the file does not exist"),
        (("run", "missing.toml"), 2, "there is no such plan"),
        (("clauses", "no_such_pack"), 2, "there is no such pack"),
        (("chart", "no_such_chart", "-o", "x.svg"), 2, "there is no such chart"),
        (
            ("chart", "acceptance", "-o", "x.gif"),
            64,
            "the name must end in .pdf / .svg / .png / .html",
        ),
        (("chart", "acceptance", "-o", "x.png"), 64, "a PNG needs --width PX"),
        (("chart", "acceptance", "--copy", "A3-1"), 64, "--copy SERIAL -o FILE.toml"),
        (("chart", "clock", "--copy", "C-1", "-o", "x.toml"), 64, "has no printed copies"),
        (("chart", "--advise"), 64, "--advise needs --distance M"),
        (("chart", "--advise", "--distance", 5), 2, "the lens is not known"),
        (("chart", "--advise", "--distance", 0, "--field-of-view", 90), 64, "--distance"),
        (
            ("chart", "--advise", "--distance", 5, "--field-of-view", 180),
            2,
            "cannot have a field of view of 180 degrees",
        ),
        (
            ("chart", "--advise", "--distance", 5, "--focal-length", 4, "--sensor", "big"),
            2,
            "'big' is neither a width",
        ),
        (
            ("chart", "--advise", "--distance", 5, "--field-of-view", 90, "--picture", "HD"),
            64,
            "write WxH in pixels",
        ),
        (("measure", "x.mp4", "--region", "flat=1,2"), 64, "write NAME=X,Y,WIDTH,HEIGHT"),
        (("measure", "x.mp4", "--metric", "sharpness"), 2, "unknown metric. Metrics: "),
        (("measure", "x.mp4", "--region", "flat=nan,1,2,3"), 64, "write NAME=X,Y,WIDTH,HEIGHT"),
        (("measure", "x.mp4", "--region", "flat=1,1,4_6,3"), 64, "write NAME=X,Y,WIDTH,HEIGHT"),
        (("measure", "x.mp4", "--region", "flat=1,1,0,3"), 64, "width and height must be above 0"),
        (("measure", "x.mp4", "--sample-aspect", "wide"), 64, "write W:H"),
        (("measure", "x.mp4", "--sample-aspect", "9" * 5000 + ":1"), 64, "write W:H"),
        (("measure", "x.mp4", "--wall", "3"), 64, "write ROWSxCOLUMNS"),
        (("measure", "x.mp4", "--wall", "0x4"), 64, "write ROWSxCOLUMNS"),
        (("measure", "x.mp4", "--wall", "99x99"), 64, "256 tiles at most"),
        (("measure", "x.mp4", "--wall", "9" * 5000 + "x1"), 64, "write ROWSxCOLUMNS"),
        (("chart", "acceptance", "-o", "x.svg", "--width", 640), 64, "--width belongs to"),
        (("chart", "--list", "--width", 640), 64, "--width belongs to -o FILE.png"),
        (("chart", "clock", "-o", "x.html", "--index", 7), 64, "--index belongs to"),
        (("chart", "acceptance", "-o", "x.svg", "--index", 7), 64, "--index belongs to clock"),
        (("chart", "clock", "-o", "x.svg", "--distance", 5), 64, "--distance belongs to --advise"),
        (("recordings", "x", "--stream", "4Mbit/s"), 64, "--stream belongs to --disc"),
        (("recordings", "x", "--usable", 90), 64, "--usable belongs to --disc"),
        (("recordings", "x", "--accuracy", 5), 64, "--accuracy belongs to --disc"),
        (("verify",), 64, "Missing argument"),
        (("dance",), 64, "No such command"),
        (("report", "no_such_folder"), 2, "there is no session here"),
    ],
)
def test_wrong_input_gets_a_sentence_and_the_documented_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: tuple[str, ...],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert acceptance(monkeypatch, *arguments) == code
    err = " ".join(capsys.readouterr().err.split())
    assert message in err
    assert "Traceback" not in err
    assert not list(tmp_path.rglob("session.json"))


def test_an_unknown_chart_for_a_clip_is_refused_before_anything_is_written(
    chart_film: Film,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert (
        acceptance(
            monkeypatch, "run", chart_film.path, "--chart", "eia1956", "-o", tmp_path / "out"
        )
        == 2
    )
    assert "there is no such chart" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_wrong_key_password_is_refused_before_anything_is_measured(
    chart_film: Film,
    chain: DemoChain,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ACCEPTANCE_KEY_PASSWORD", "wrong")
    assert (
        acceptance(
            monkeypatch, "run", chart_film.path, "-o", tmp_path / "out", "--sign", chain.signer
        )
        == 2
    )
    assert "password" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_without_a_chinese_font_the_report_is_html(
    chart_film: Film,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def missing() -> None:
        hint = "apt-get install fonts-noto-cjk"
        raise SetupError("no Chinese font is installed", hint=hint, code="font_missing")

    monkeypatch.setattr(render, "check_fonts", missing)
    assert acceptance(monkeypatch, "run", chart_film.path, "-o", tmp_path / "out") == 3
    assert "fonts-noto-cjk" in capsys.readouterr().out
    reports = {path.name for path in tmp_path.glob("out/*/report.*")}
    assert reports == {"report.html", "report.xml"}


def test_on_a_machine_without_any_font_the_package_is_named(tmp_path: Path) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text(
        f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    command = (sys.executable, "-m", "acceptance", "chart", "acceptance", "-o", tmp_path / "c.pdf")
    environment = os.environ | {"FONTCONFIG_FILE": str(config)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "apt-get install fontconfig fonts-noto-cjk" in done.stderr


def test_a_clip_that_may_not_be_read_is_no_wrong_usage(
    chart_film: Film, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def forbidden(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "open", forbidden)
    assert acceptance(monkeypatch, "measure", chart_film.path) == 2
    assert "cannot be read (Permission denied)" in capsys.readouterr().err


def test_a_fault_of_the_toolkit_is_written_down_and_not_shown(
    chart_film: Film, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("the reason")

    monkeypatch.setattr(build, "look", broken)
    assert acceptance(monkeypatch, "measure", chart_film.path) == 70
    err = capsys.readouterr().err
    assert "Traceback" not in err
    log = Path(err.split("recorded in ")[1].split(";")[0])
    assert "ZeroDivisionError: the reason" in log.read_text()
    log.unlink()


def test_interrupting_is_answered_with_how_to_go_on(
    chart_film: Film, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "look", interrupted)
    assert acceptance(monkeypatch, "measure", chart_film.path) == 130
    assert "run the same command again" in capsys.readouterr().err


@pytest.mark.usefixtures("_plain_pages")
def test_a_clip_with_spaces_and_chinese_characters_in_its_name_goes_all_the_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "渝中区 1 号 摄像机.mkv"
    encode.write(path, [np.full((240, 320), 90, np.uint8)] * 2, codec="ffv1", pixel_format="gray")
    assert acceptance(monkeypatch, "run", path, "-o", tmp_path / "结果 一", *DIGITAL) == 3
    folder = next((tmp_path / "结果 一").iterdir())
    assert (folder / "data" / "clips" / "shot1" / path.name).is_file()


def test_doctor_exits_with_0_where_all_that_is_needed_is_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert acceptance(monkeypatch, "doctor") == 0
    assert "weasyprint" in capsys.readouterr().out


def test_a_clip_that_is_no_video_is_refused_by_its_own_name_before_anything_is_written(
    chart_film: Film,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "broken.mp4").write_text("no video")
    out = tmp_path / "out"
    assert acceptance(monkeypatch, "run", chart_film.path, tmp_path / "broken.mp4", "-o", out) == 2
    assert f"{tmp_path / 'broken.mp4'}: this is not a video" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.film  # in processes of its own
@pytest.mark.parametrize("number", [signal.SIGINT, slow(signal.SIGTERM)])
def test_a_demo_that_is_interrupted_ends_with_its_children_and_says_one_sentence(
    tmp_path: Path, number: signal.Signals
) -> None:
    """As a terminal does it: the signal goes to the whole process group."""
    command = (sys.executable, "-m", "acceptance", "demo", "-o", tmp_path / "demo")
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as running:
        while not list(tmp_path.glob("demo/footage/*/plan.toml")):
            assert running.poll() is None
            time.sleep(0.05)
        os.killpg(running.pid, number)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert len(err.decode().strip().splitlines()) == 1
    assert err.decode().strip().startswith("interrupted: run the same command again")
    assert not list(tmp_path.glob("demo/sessions/*"))


def test_the_installed_command_runs() -> None:
    command = Path(sys.executable).with_name("acceptance")
    if not command.exists():
        pytest.skip("the package is not installed in this environment, only on its path")
    done = subprocess.run(
        [command, "--version"], capture_output=True, text=True, check=True, env=os.environ | {}
    )
    assert "acceptance, version" in done.stdout
